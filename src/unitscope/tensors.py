"""Files of named arrays and texts, in the safetensors format.

Eight bytes are the length of a header in JSON: of each array its kind, its shape and where it is;
`__metadata__` has the texts. The arrays' bytes follow, one after the other. Nothing of a file is
executed, and what it says of itself is checked before memory is taken for it.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from typing import Any, BinaryIO

import numpy as np

from unitscope.errors import refusal, said, shown, whole_number
from unitscope.files import writing

LARGEST = 4 * 2**30  # bytes of a file
_MOST_ARRAYS, _MOST_AXES = 20_000, 8
# Python takes up to twenty times as much for JSON as it has bytes.
_HEADER_AT_LEAST, _HEADER_AT_MOST = 2**20, 2**24
_TEXTS = "__metadata__"
_KINDS = {
    "F64": "<f8",
    "F32": "<f4",
    "F16": "<f2",
    "BF16": "<u2",
    "I64": "<i8",
    "I32": "<i4",
    "I16": "<i2",
    "I8": "|i1",
    "U64": "<u8",
    "U32": "<u4",
    "U16": "<u2",
    "U8": "|u1",
    "BOOL": "|b1",
}


def begins(start: bytes) -> bool:
    """Whether a file that starts so, with ten bytes or more, may be of this format."""
    return start[8:10] == b'{"' and 2 <= int.from_bytes(start[:8], "little") <= _HEADER_AT_MOST


def write(
    path: str | os.PathLike[str], arrays: Mapping[str, np.ndarray], texts: Mapping[str, str]
) -> None:
    """Write arrays of float64 to one file, whole or not at all.

    **Raises** `InvalidInput` where it would be too large to be read; `CannotWrite`.
    """
    header: dict[str, Any] = {_TEXTS: dict(texts)}
    at = 0
    for name, array in arrays.items():
        end = at + array.nbytes
        header[name] = {"dtype": "F64", "shape": list(array.shape), "data_offsets": [at, end]}
        at = end
    described = json.dumps(header, separators=(",", ":")).encode()
    described += b" " * (-len(described) % 8)
    _check_sizes(len(described), at)
    _check_count(len(arrays))
    with writing(path) as file:
        file.write(len(described).to_bytes(8, "little") + described)
        for array in arrays.values():
            file.write(np.ascontiguousarray(array, "<f8").data)


def read(file: BinaryIO) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """The arrays and the texts of an open file; bfloat16 becomes float32.

    **Raises** `InvalidInput` for what is not whole; Python's own errors of damaged JSON.
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    length = int.from_bytes(file.read(8), "little")
    if size < 8 or length > size - 8:
        raise refusal("the header", "inside the file", said(f"{length} bytes of {size}"))
    begin = 8 + length
    _check_sizes(length, size - begin)
    header = json.loads(file.read(length), object_pairs_hook=_unrepeated)
    texts = header.pop(_TEXTS, {})
    if not isinstance(texts, dict) or not all(isinstance(text, str) for text in texts.values()):
        raise refusal(_TEXTS, "texts by their names", texts)
    _check_count(len(header))
    places = sorted(
        (_place(name, about) for name, about in header.items()), key=lambda place: place[1:3]
    )
    ends = [0, *(end for _, _, end, _, _ in places)]
    if [at for _, at, _, _, _ in places] != ends[:-1] or ends[-1] != size - begin:
        raise refusal("the arrays", "one after the other, to the end of the file", said("others"))
    found = {}
    for name, at, end, kind, shape in places:
        array = np.frombuffer(_whole(file, end - at), _KINDS[kind]).reshape(shape)
        if kind == "BF16":
            array = (array.astype("<u4") << 16).view("<f4")
        found[name] = array
    return {name: found[name] for name in header}, texts


def _place(name: str, about: Any) -> tuple[str, int, int, str, tuple[int, ...]]:
    """Name, first and last byte, kind and shape of an array, as the header has it."""
    if not isinstance(about, dict) or set(about) != {"dtype", "shape", "data_offsets"}:
        raise refusal(f"the header's {shown(name)}", "dtype, shape and data_offsets", about)
    kind, shape, offsets = about["dtype"], about["shape"], about["data_offsets"]
    if kind not in _KINDS:
        raise refusal(f"the dtype of {shown(name)}", f"one of {', '.join(_KINDS)}", kind)
    if not isinstance(shape, list) or len(shape) > _MOST_AXES:
        rule = f"a list of at most {_MOST_AXES} whole numbers"
        raise refusal(f"the shape of {shown(name)}", rule, shape)
    sizes = tuple(whole_number(f"the shape of {shown(name)}", one, at_least=0) for one in shape)
    if not isinstance(offsets, list) or len(offsets) != 2:
        raise refusal(f"the data_offsets of {shown(name)}", "two whole numbers", offsets)
    at, end = (
        whole_number(f"the data_offsets of {shown(name)}", one, at_least=0) for one in offsets
    )
    needed = math.prod(sizes) * np.dtype(_KINDS[kind]).itemsize
    if end - at != needed:
        got = said(f"{end - at} bytes")
        raise refusal(f"the array {shown(name)}", f"of {needed} bytes, as its shape has", got)
    return name, at, end, kind, sizes


def _unrepeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise refusal("the header's names", "of one array each", said("one twice"))
    return found


def _whole(file: BinaryIO, size: int) -> bytes:
    content = file.read(size)
    if len(content) != size:
        raise EOFError
    return content


def _check_sizes(header: int, arrays: int) -> None:
    most = min(_HEADER_AT_MOST, max(_HEADER_AT_LEAST, 2 * arrays))
    if header > most:
        raise refusal("the file's header", f"at most {most} bytes", said(f"{header} bytes"))
    if 8 + header + arrays > LARGEST:
        raise refusal("the file", f"at most {LARGEST} bytes", said(f"{8 + header + arrays} bytes"))


def _check_count(arrays: int) -> None:
    if arrays > _MOST_ARRAYS:
        raise refusal("the file", f"of at most {_MOST_ARRAYS:,} arrays", said(f"{arrays:,}"))

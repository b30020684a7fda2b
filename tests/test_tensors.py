"""Files of arrays, beside the safetensors package, and what a file may not say of itself."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np
import pytest
from safetensors import numpy as reference
from safetensors import safe_open

from unitscope import tensors
from unitscope.errors import InvalidInput


def whole(header: Any, content: bytes = b"") -> io.BytesIO:
    """A file with this header, which is written as JSON where it is no text."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return io.BytesIO(len(text).to_bytes(8, "little") + text + content)


def of_one(**changed: Any) -> io.BytesIO:
    about = {"dtype": "F32", "shape": [2, 1], "data_offsets": [0, 8]} | changed
    return whole({"a": about}, bytes(8))


def test_the_safetensors_package_reads_what_is_written(tmp_path):
    rng = np.random.default_rng(0)
    arrays = {"ü": rng.normal(size=(3, 2)).T, "b": np.array([-0.0, 1e-310]), "c": np.empty((0, 4))}
    tensors.write(tmp_path / "file", arrays, {"a": "\n☃"})
    with safe_open(tmp_path / "file", "np") as file:
        assert file.metadata() == {"a": "\n☃"} and set(file.keys()) == set(arrays)
        for name, array in arrays.items():
            assert file.get_tensor(name).tobytes() == array.tobytes()
    with (tmp_path / "file").open("rb") as file:
        assert len(file.read(8)) == 8
        found, texts = tensors.read(file)
    assert texts == {"a": "\n☃"} and list(found) == list(arrays)
    assert all(found[name].tobytes() == array.tobytes() for name, array in arrays.items())


def test_what_the_safetensors_package_writes_is_read():
    kinds = [f"{kind}{size}" for kind in "iu" for size in (1, 2, 4, 8)] + ["f2", "f4", "f8", "?"]
    arrays = {kind: np.arange(6).reshape(2, 3).astype(kind) for kind in kinds}
    found, texts = tensors.read(io.BytesIO(reference.save(arrays, {"x": "y"})))
    assert texts == {"x": "y"}
    for kind, array in arrays.items():
        assert found[kind].dtype == array.dtype and (found[kind] == array).all()


def test_a_bfloat16_is_the_upper_half_of_a_float32():
    file = of_one(dtype="BF16", data_offsets=[0, 8], shape=[4])
    file.seek(-8, io.SEEK_END)
    file.write(np.array([1.5, -2.0, 0.0, 3e38], "<f4").view("<u2")[1::2].tobytes())
    found = tensors.read(file)[0]["a"]
    assert found.dtype == np.float32 and found[:3].tolist() == [1.5, -2.0, 0.0]


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (io.BytesIO(b"\x08"), "inside the file. Got 8 bytes of 1"),
        (io.BytesIO(b"\xff" * 8), "inside the file"),
        (whole(b" " * (2**20 + 1)), "at most 1048576 bytes"),
        (whole({"__metadata__": {"a": 1}}), "texts by their names"),
        (whole(b'{"a": 1, "a": 1}'), "of one array each"),
        (whole({"a": 3}), "dtype, shape and data_offsets. Got 3"),
        (of_one(more=1), "dtype, shape and data_offsets"),
        (of_one(dtype="F8_E4M3"), "one of F64, F32.*Got 'F8_E4M3'"),
        (of_one(shape=[2, -1]), "of at least 0. Got -1"),
        (of_one(shape=[True, 2]), "of at least 0. Got True"),
        (of_one(shape=[1] * 9), "at most 8 whole numbers"),
        (of_one(shape=[2**40, 2**40]), r"must be of 4835\d+ bytes"),
        (of_one(data_offsets=[0]), "two whole numbers"),
        (of_one(data_offsets=[8, 16]), "one after the other"),
        (of_one(data_offsets=[0, 4], shape=[1]), "one after the other, to the end"),
    ],
)
def test_a_file_that_does_not_fit_is_refused(file, words):
    with pytest.raises(InvalidInput, match=words):
        tensors.read(file)


def test_a_file_too_large_to_be_read_is_not_written(tmp_path):
    with pytest.raises(InvalidInput, match="at most 1048576 bytes"):
        tensors.write(tmp_path / "file", {}, {"a": "x" * 2**20})
    with pytest.raises(InvalidInput, match=r"of at most 20,000 arrays. Got 20,001"):
        tensors.write(tmp_path / "file", dict.fromkeys(map(str, range(20_001)), np.empty(9)), {})
    assert list(tmp_path.iterdir()) == []

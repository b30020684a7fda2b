"""The files of runs and sweeps: one .npz each, versioned, no pickle, whole or not at all.

Whatever a file says of itself is checked before memory is taken for it. A file that unpacks to much
more than it has bytes is refused, and so is not written: what is large is not compressed.
"""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import json
import math
import os
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Any, BinaryIO

import numpy as np

from unitscope.data.dataset import Dataset
from unitscope.data.stored import names_from_json, names_to_json
from unitscope.errors import (
    InvalidInput,
    MissingDependency,
    UnitscopeError,
    UnsupportedModel,
    refusal,
    said,
    whole_number,
)
from unitscope.files import reading, writing
from unitscope.looking import look
from unitscope.recipe import Recipe

LARGEST = 4 * 2**30 - 2**20  # bytes a file may unpack to: what a plain zip holds
LARGEST_PACKED = 64 * 2**20  # bytes that may be compressed to nearly nothing
_LARGEST_DESCRIPTION = 16 * 2**20  # bytes: four million characters, mostly names
_RATIO = 4  # of what is larger than that to the file's own size
_MOST_MEMBERS, _LARGEST_LISTING = 64, 2**16
_MOST_LAYERS = 10_000
_PIECE = 2**20


def write(
    path: str | os.PathLike[str] | BinaryIO,
    about: dict[str, Any],
    arrays: dict[str, np.ndarray],
    *,
    compressed: bool = True,
) -> None:
    """Write one file, whole or not at all; or into an open one.

    **Raises** `InvalidInput` where it would be too large to be read; `CannotWrite`.
    """
    content = {"about": np.array(json.dumps(about)), **arrays}
    size = sum(array.nbytes for array in content.values())
    _check_size("the file's content", size, LARGEST)
    _check_size("the file's description", content["about"].nbytes, _LARGEST_DESCRIPTION)
    method = zipfile.ZIP_STORED
    if compressed and size <= LARGEST_PACKED // 2:
        method = zipfile.ZIP_DEFLATED
    if not isinstance(path, (str, os.PathLike)):
        if not hasattr(path, "write"):
            raise refusal("path", "a path, or a file that is open", path)
        _put(path, content, method)
        return
    with writing(path) as file:
        _put(file, content, method)


def _put(file: BinaryIO, content: dict[str, np.ndarray], method: int) -> None:
    """As `np.savez`, which before NumPy 2.1 leaves the zip open where the disk is full."""
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, array in content.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                np.lib.format.write_array(_InPieces(member), array, allow_pickle=False)


class _InPieces:
    """A file that is written some of a piece at a time: compressing takes a while."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def write(self, content: bytes) -> None:
        """Write all of it."""
        for begin in range(0, len(content), _PIECE):
            look()
            self._file.write(content[begin : begin + _PIECE])


def read(
    path: str | os.PathLike[str] | BinaryIO,
    version: int,
    names: Iterable[str],
    optional: Iterable[str] = (),
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """A file's description and its arrays, of the `optional` ones those that it has.

    What is wrong with it raises inside `refusing`.
    """
    with _opened(path) as file:
        packed = file.seek(0, os.SEEK_END)
        _check_listing(file, packed)
        with zipfile.ZipFile(file) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
            _check_size(
                "the file's content", size, min(LARGEST, max(LARGEST_PACKED, _RATIO * packed))
            )
            _check_size(
                "the file's description",
                archive.getinfo("about.npy").file_size,
                _LARGEST_DESCRIPTION,
            )
            about = json.loads(str(_array(archive, "about")))
            if about.get("format") != version:
                raise refusal(
                    "the file's format",
                    f"{version}",
                    about.get("format"),
                    "Use the version that wrote it.",
                )
            there = set(archive.namelist())
            listed = [*names, *(name for name in optional if f"{name}.npy" in there)]
            return about, {name: _array(archive, name) for name in listed}


def members(path: str | os.PathLike[str]) -> frozenset[str]:
    """The names of a zip file's members, which must be as few as ours. Raises as `read`."""
    with reading(path) as file:
        _check_listing(file, file.seek(0, os.SEEK_END))
        with zipfile.ZipFile(file) as archive:
            return frozenset(archive.namelist())


def _opened(path: Any) -> contextlib.AbstractContextManager[BinaryIO]:
    """The file at a path; one that is open already is read, and left open."""
    is_open = hasattr(path, "read") and hasattr(path, "seek")
    return contextlib.nullcontext(path) if is_open else reading(path)


def _check_size(name: str, size: int, most: int) -> None:
    if size > most:
        raise refusal(name, f"at most {most} bytes", said(f"{size} bytes"))


def _check_listing(file: BinaryIO, packed: int) -> None:
    """A zip's list of members is read at once: it must be as short as that of our own files."""
    file.seek(max(0, packed - 42))
    end = file.read(42)
    members, size = int.from_bytes(end[30:32], "little"), int.from_bytes(end[32:36], "little")
    larger = end[:4] == b"PK\6\7"  # then another list is read, of any length
    if end[20:24] != b"PK\5\6" or larger or members > _MOST_MEMBERS or size > _LARGEST_LISTING:
        raise refusal("the file", f"a zip file of at most {_MOST_MEMBERS} members", said("another"))
    file.seek(0)


def _array(archive: zipfile.ZipFile, name: str) -> np.ndarray:
    """One member, read into an array that is as large as the member says and its header, too."""
    entry = archive.getinfo(f"{name}.npy")
    with archive.open(entry) as member:
        if np.lib.format.read_magic(member) != (1, 0):
            raise ValueError(f"{name} is not of the first npy format")
        shape, by_columns, dtype = np.lib.format.read_array_header_1_0(member)
        count = math.prod(shape)
        size = count * dtype.itemsize
        known = dtype.kind in "iufU" and dtype.itemsize and min(shape, default=0) >= 0
        if not known or size != entry.file_size - member.tell():
            raise ValueError(f"{name} is not what its header says")
        flat = np.empty(count, dtype)
        content, at = flat.view(np.uint8), 0
        while at < size:
            piece = member.read(min(_PIECE, size - at))
            if not piece:
                raise EOFError(name)
            content[at : at + len(piece)] = np.frombuffer(piece, np.uint8)
            at += len(piece)
    return flat.reshape(shape, order="F" if by_columns else "C")


@contextlib.contextmanager
def refusing(path: str | os.PathLike[str] | BinaryIO, what: str, writer: str) -> Iterator[None]:
    """Whatever a strange file raises becomes a refusal: path must be `what` written by `writer`."""
    rule = f"{what} written by {writer}"
    try:
        yield
    except FileNotFoundError:
        raise refusal("path", what, str(path), "There is no such file.") from None
    except (UnsupportedModel, MissingDependency):
        raise
    except UnitscopeError as error:
        raise InvalidInput(f"path must be {rule}. Got {str(path)!r} instead: {error}") from error
    except OSError as error:
        reason = f"{error.strerror}." if error.strerror else ""
        raise refusal("path", rule, str(path), reason) from error
    except Exception as error:  # zlib's, zipfile's, those of Python's parser, no memory, ...
        raise refusal("path", rule, str(path)) from error


def check_network(sizes: Sequence[int], parameters: np.ndarray) -> None:
    """Refuse what would make a large network of a small file; `sizes` from inputs to classes."""
    count = sum((inputs + 1) * units for inputs, units in itertools.pairwise(sizes))
    if parameters.shape != (count,) or len(sizes) > _MOST_LAYERS:
        rule = f"at most {_MOST_LAYERS:,} and of as many parameters as the file has"
        raise refusal("layers", rule, said(f"{len(sizes) - 1:,} layers of {count:,} parameters"))


def described(data: Dataset, recipe: Recipe) -> dict[str, Any]:
    """Recipe and names, as a file's description has them; X and y go with the arrays."""
    whole_number("hidden layers", len(recipe.hidden), at_least=0, at_most=_MOST_LAYERS - 2)
    return {
        "recipe": dataclasses.asdict(recipe),
        **names_to_json(data),
    }


def data_and_recipe(about: dict[str, Any], arrays: dict[str, np.ndarray]) -> tuple[Dataset, Recipe]:
    """Both again, checked as always; an older file does not say that it does not standardize."""
    data = names_from_json(arrays["X"], arrays["y"], about)
    settings = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in ({"standardize": False} | about["recipe"]).items()
    }
    return data, Recipe.of(None, settings)

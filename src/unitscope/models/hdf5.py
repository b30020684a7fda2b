"""The arrays of a file in HDF5, of which nothing is outside of it and nothing larger than it."""

from __future__ import annotations

import contextlib
import importlib
import math
from collections.abc import Iterator
from typing import Any, BinaryIO

import numpy as np

from unitscope.errors import MissingDependency, refusal, said, shown

_MOST_PARTS = 20_000  # groups and arrays of a file
_RATIO, _SMALL = 4, 2**26  # bytes of arrays that a file of so many may unpack to


class Arrays:
    """The groups, arrays and texts of an open file, by their paths."""

    def __init__(self, file: Any, size: int) -> None:
        self._root = file
        self._left = max(_SMALL, _RATIO * size)  # bytes that may still be read

    def has(self, path: str) -> bool:
        """Whether there is such a part."""
        return self._at(path) is not None

    def array(self, path: str) -> np.ndarray:
        """The numbers of one array, float64.

        **Raises** `InvalidInput` where it is missing, elsewhere, no numbers, or too large.
        """
        found = self._at(path)
        if found is None or not hasattr(found, "shape"):
            raise refusal(f"the array {shown(path)}", "in the file", said("none"))
        if found.dtype.kind not in "fiu":
            raise refusal(f"the array {shown(path)}", "of numbers", said(f"{found.dtype}"))
        if found.external or found.is_virtual:
            raise refusal(f"the array {shown(path)}", "inside the file", said("one elsewhere"))
        needed = math.prod(found.shape) * 8
        if needed > self._left:
            rule = f"of at most {self._left} bytes, as large as the file"
            raise refusal(f"the array {shown(path)}", rule, said(f"{needed} bytes"))
        self._left -= needed
        return np.asarray(found[()], dtype=np.float64)

    def text(self, path: str, name: str) -> str | None:
        """An attribute that is one text."""
        found = self._attribute(path, name)
        if isinstance(found, bytes):
            found = found.decode("utf-8", "replace")
        return found if isinstance(found, str) else None

    def texts(self, path: str, name: str) -> list[str]:
        """An attribute that is a list of texts; a long one is in several, numbered."""
        found: list[Any] = []
        whole = self._attribute(path, name)
        if whole is not None:
            found = np.ravel(whole).tolist()
        else:
            part = 0
            while (piece := self._attribute(path, f"{name}{part}")) is not None:
                found += np.ravel(piece).tolist()
                part += 1
        return [one.decode() if isinstance(one, bytes) else str(one) for one in found]

    def check(self) -> None:
        """Refuse what is outside of the file, and more or larger parts than it could have."""
        paths = [""]
        for seen in range(_MOST_PARTS):
            if not paths:
                return
            path = paths.pop()
            part = self._at(path)
            if hasattr(part, "shape"):
                if part.dtype.kind in "fiu":
                    self.array(path)
            elif part is not None:
                if len(part) > _MOST_PARTS - seen:
                    break
                paths += [f"{path}/{name}" for name in part]
        raise refusal("the file", f"of at most {_MOST_PARTS:,} parts", said("more"))

    def _attribute(self, path: str, name: str) -> Any:
        part = self._at(path)
        return None if part is None else part.attrs.get(name)

    def _at(self, path: str) -> Any:
        """The part at a path that leads by links in the file alone; None where there is none."""
        part = self._root
        for name in filter(None, path.split("/")):
            if hasattr(part, "shape"):
                return None
            link = part.get(name, getlink=True)
            if link is None:
                return None
            if type(link).__name__ != "HardLink":
                raise refusal("the file", "without links to others", said(f"one at {shown(path)}"))
            part = part[name]
        return part


@contextlib.contextmanager
def opened(file: BinaryIO, size: int) -> Iterator[Arrays]:
    """The file's arrays, as long as the block lasts; `size` is its bytes.

    **Raises** `MissingDependency` where h5py is not installed; its errors for a damaged file.
    """
    try:
        h5py = importlib.import_module("h5py")
    except ImportError as error:
        raise MissingDependency(
            f'Keras files need Keras and h5py: pip install "unitscope[keras]" ({error})'
        ) from error
    with h5py.File(file, "r") as found:
        yield Arrays(found, size)

"""Values: results that never change, in any copy, and that are equal where all their parts are."""

from __future__ import annotations

import dataclasses
from typing import Any, TypeVar

import numpy as np

_HASHED = 1024  # numbers of an array: a run may have millions

_V = TypeVar("_V", bound="Value")


class Value:
    """The base of results that hold arrays: frozen dataclasses, or classes with `_parts`.

    The arrays are made read-only, those that unpickling makes, too. A copy of a value is the value
    itself. Two of one class are equal where their parts are: arrays by type, shape and numbers,
    nan being equal to nan. Fields with `compare=False` are none.
    """

    def __post_init__(self) -> None:
        for part in vars(self).values():
            read_only(part)

    def __setattr__(self, name: str, value: object) -> None:
        raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")

    def __copy__(self: _V) -> _V:
        return self

    def __deepcopy__(self: _V, memo: dict[int, Any]) -> _V:
        return self

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(read_only(state))

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self is other or equal(self._parts(), other._parts())

    def __hash__(self) -> int:
        return hash((type(self), hashable(self._parts())))

    def _parts(self) -> tuple[Any, ...]:
        """What two equal ones have in common."""
        fields = dataclasses.fields(self)  # type: ignore[arg-type]
        return tuple(getattr(self, field.name) for field in fields if field.compare)


_T = TypeVar("_T")
_N = TypeVar("_N", bound=tuple[Any, ...])


def compared_by_content(kind: type[_N]) -> type[_N]:
    """A class of named tuples that are equal, and hash, as values do: with arrays among them."""

    def same(self: _N, other: object) -> bool:
        return isinstance(other, kind) and equal(tuple(self), tuple(other))

    def different(self: _N, other: object) -> bool:
        return not same(self, other)

    def hashed(self: _N) -> int:
        return hash(hashable(tuple(self)))

    kind.__eq__ = same  # type: ignore[method-assign,assignment]
    kind.__ne__ = different  # type: ignore[method-assign,assignment]
    kind.__hash__ = hashed  # type: ignore[method-assign,assignment]
    return kind


def read_only(part: _T) -> _T:
    """The same, with the arrays in it read-only: an array, or arrays in tuples, lists or dicts."""
    if isinstance(part, np.ndarray):
        part.setflags(write=False)
    elif isinstance(part, (tuple, list, dict)):
        for one in part.values() if isinstance(part, dict) else part:
            read_only(one)
    return part


def equal(one: Any, other: Any) -> bool:
    """Whether two parts of values are: arrays, tuples of them, or what else has its own `==`."""
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        floats = one.dtype.kind == "f"
        return one.dtype == other.dtype and np.array_equal(one, other, equal_nan=floats)
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(equal, one, other))
    return bool(one == other)


def hashable(part: Any) -> Any:
    """The same for equal parts, to be hashed."""
    if isinstance(part, np.ndarray):
        some = part.reshape(-1)[:: part.size // _HASHED + 1]
        # 0 for nan, whose bytes may differ, and no negative zero
        return part.shape, np.where(some == some, some + 0, 0).tobytes()
    return tuple(map(hashable, part)) if isinstance(part, tuple) else part

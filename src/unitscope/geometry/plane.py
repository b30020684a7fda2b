"""Planes through input space: which two directions are looked at when there are more than two inputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from unitscope.errors import refusal, said, whole_number

if TYPE_CHECKING:
    from unitscope.data.dataset import Dataset

_ORTHONORMAL = 1e-9  # how far products of the two directions may be from 0 and 1
_LEAST = 1e-9  # of the points' size: directions shorter than this are rounding


@dataclass(frozen=True, init=False, eq=False)
class Plane:
    """A plane: the points `origin + u * basis[0] + v * basis[1]`; (u, v) are its coordinates.

    The two directions are of length 1 and at right angles, so that distances on the plane are distances in input
    space. A margin measured on a plane is never smaller than the one in the whole of input space.

    - `origin` (d,): the point of coordinates (0, 0).
    - `basis` (2, d): the two directions.
    - `labels`: what the two coordinates are called.
    """

    origin: np.ndarray
    basis: np.ndarray
    labels: tuple[str, str]

    def __init__(self, origin: Any, basis: Any, labels: tuple[str, str] = ("u", "v")) -> None:
        start, directions = _numbers("origin", origin, 1), _numbers("basis", basis, 2)
        if directions.shape != (2, len(start)) or len(start) < 2:
            raise refusal("basis", f"of shape (2, {len(start)}), with as many numbers as origin, at least 2",
                          said(f"shape {directions.shape}"))
        if np.abs(directions @ directions.T - np.eye(2)).max() > _ORTHONORMAL:
            raise refusal("basis", "two directions of length 1 at right angles", said("others"),
                          "np.linalg.qr(basis.T)[0].T makes such.")
        object.__setattr__(self, "origin", start)
        object.__setattr__(self, "basis", directions)
        object.__setattr__(self, "labels", (str(labels[0]), str(labels[1])))

    @classmethod
    def principal(cls, data: Dataset) -> Plane:
        """The plane through the points' mean along the two directions in which they vary most.

        Principal component analysis; of each direction, the entry that is largest in size is positive.
        """
        mean = data.X.mean(axis=0)
        _, _, directions = np.linalg.svd(data.X - mean, full_matrices=data.n_points < data.n_features)
        if len(directions) < 2:
            raise refusal("data", "points of at least 2 features", said(f"{data.n_features} features"))
        first, second = (row * (1.0 if row[np.abs(row).argmax()] > 0 else -1.0) for row in directions[:2])
        return cls(mean, [first, second], ("component 1", "component 2"))

    @classmethod
    def axes(cls, i: int, j: int, at: Any) -> Plane:
        """The plane of inputs `i` and `j` through the point `at` (d,); coordinates are the two inputs' own values."""
        origin = np.array(_numbers("at", at, 1))
        first, second = whole_number("i", i, at_least=0), whole_number("j", j, at_least=0)
        if first == second or max(first, second) >= len(origin):
            raise refusal("i, j", f"two different inputs from 0 to {len(origin) - 1}", (first, second))
        origin[[first, second]] = 0.0
        return cls(origin, np.eye(len(origin))[[first, second]], (f"x{first}", f"x{second}"))

    @classmethod
    def through(cls, a: Any, b: Any, c: Any) -> Plane:
        """The plane through three points (d,): `a` is its origin, `b` lies on the first direction, `c` above it."""
        start, one, two = _numbers("a", a, 1), _numbers("b", b, 1), _numbers("c", c, 1)
        if not len(start) == len(one) == len(two):
            raise refusal("a, b, c", "points of as many numbers each",
                          said(f"{len(start)}, {len(one)} and {len(two)}"))
        first = one - start
        length = float(np.linalg.norm(first))
        size = max(float(np.abs([start, one, two]).max()), 1e-300)
        first = first / length if length > _LEAST * size else first * 0.0
        second = two - start
        for _ in range(2):  # the second time takes away what rounding left
            second = second - (second @ first) * first
        height = float(np.linalg.norm(second))
        if not first.any() or height <= _LEAST * size:
            raise refusal("a, b, c", "three points that are not on one line", said("points on one line"))
        return cls(start, [first, second / height])

    def points(self, coordinates: Any) -> np.ndarray:
        """The points of input space (n, d) with these coordinates (n, 2)."""
        return self.origin + np.asarray(coordinates, dtype=np.float64) @ self.basis

    def project(self, X: Any) -> np.ndarray:
        """The coordinates (n, 2) of the nearest point of the plane to each of the points X (n, d)."""
        return (np.asarray(X, dtype=np.float64) - self.origin) @ self.basis.T

    def __repr__(self) -> str:
        return f"Plane({self.labels[0]}, {self.labels[1]}; of {len(self.origin)} inputs)"


def _numbers(name: str, values: Any, dimensions: int) -> np.ndarray:
    """A read-only float64 copy of finite numbers."""
    try:
        array = np.array(values, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise refusal(name, "numbers", values) from None
    if array.ndim != dimensions:
        raise refusal(name, f"an array of {dimensions} dimension{'s' * (dimensions > 1)}", said(f"shape {array.shape}"))
    if not np.isfinite(array).all():
        raise refusal(name, "finite numbers", said(f"{array[~np.isfinite(array)][0]}"))
    array.setflags(write=False)
    return array

"""Planes through input space: which two directions to look at where there are more inputs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from unitscope.data.dataset import Dataset
from unitscope.errors import refusal, said, whole_number
from unitscope.network import frozen_array

_ORTHONORMAL = 1e-9  # how far products of the two directions may be from 0 and 1
_LEAST = 1e-9  # of the points' size: shorter directions are rounding noise


@dataclass(frozen=True, init=False, eq=False)
class Plane:
    """A plane: the points `origin + u * basis[0] + v * basis[1]`; (u, v) are its coordinates.

    The two directions are of length 1 and at right angles, so that distances on the plane are
    distances in input space. A margin measured on a plane is never smaller than the one in the
    whole of input space.

    - `origin` (d,): the point of coordinates (0, 0).
    - `basis` (2, d): the two directions.
    - `labels`: the names of the two coordinates; u and v without it.

    **Raises** `InvalidInput` for directions that are not of length 1 and at right angles, and for
    shapes that do not fit.
    """

    origin: np.ndarray
    basis: np.ndarray
    labels: tuple[str, str]

    def __init__(self, origin: Any, basis: Any, labels: Sequence[str] | None = None) -> None:
        start = frozen_array("origin", origin, 1)
        directions = frozen_array("basis", basis, 2)
        if directions.shape != (2, len(start)) or len(start) < 2:
            rule = f"of shape (2, {len(start)}), with as many numbers as origin, at least 2"
            raise refusal("basis", rule, said(f"shape {directions.shape}"))
        if np.abs(directions @ directions.T - np.eye(2)).max() > _ORTHONORMAL:
            rule = "two directions of length 1 at right angles"
            raise refusal("basis", rule, said("others"), "np.linalg.qr(basis.T)[0].T makes such.")
        object.__setattr__(self, "origin", start)
        object.__setattr__(self, "basis", directions)
        object.__setattr__(self, "labels", ("u", "v") if labels is None else _two_names(labels))

    @classmethod
    def principal(cls, data: Dataset) -> Plane:
        """The plane through the points' mean along the two directions in which they vary most.

        Principal component analysis (Pearson, 1901) by singular values; in each direction, the
        entry that is largest in size is positive. Where the points lie on one line, the second
        direction is any at right angles to it.
        """
        if not isinstance(data, Dataset):
            remedy = "us.Dataset(X, y) makes one."
            raise refusal("data", "a Dataset", said(type(data).__name__), remedy)
        if data.n_features < 2:
            got = said(f"{data.n_features} feature")
            raise refusal("data", "points of at least 2 features", got)
        mean = data.X.mean(axis=0)
        # As many directions come out as there are rows: two at least.
        spread = np.zeros((max(data.n_points, 2), data.n_features))
        spread[: data.n_points] = data.X - mean
        _, _, directions = np.linalg.svd(spread, full_matrices=False)
        largest = [row[np.abs(row).argmax()] for row in directions[:2]]
        signs = np.where(np.array(largest) > 0, 1.0, -1.0)
        return cls(mean, signs[:, None] * directions[:2], ("component 1", "component 2"))

    @classmethod
    def axes(cls, i: int, j: int, at: Any) -> Plane:
        """The plane of inputs `i` and `j`, its coordinates, through the point `at` (d,)."""
        origin = np.array(frozen_array("at", at, 1))
        first = whole_number("i", i, at_least=0)
        second = whole_number("j", j, at_least=0)
        if first == second or max(first, second) >= len(origin):
            rule = f"two different inputs from 0 to {len(origin) - 1}"
            raise refusal("i, j", rule, (first, second))
        origin[[first, second]] = 0.0
        return cls(origin, np.eye(len(origin))[[first, second]], (f"x{first}", f"x{second}"))

    @classmethod
    def through(cls, a: Any, b: Any, c: Any) -> Plane:
        """The plane through three points (d,).

        `a` is its origin, `b` lies in the first direction, `c` on the positive side of the second.
        """
        start = frozen_array("a", a, 1)
        one = frozen_array("b", b, 1)
        two = frozen_array("c", c, 1)
        if not len(start) == len(one) == len(two):
            got = said(f"{len(start)}, {len(one)} and {len(two)}")
            raise refusal("a, b, c", "points of equally many numbers", got)
        # On the points' own scale nothing overflows or vanishes.
        size = float(np.abs([start, one, two]).max(initial=0.0)) or 1.0
        first = one / size - start / size
        second = two / size - start / size
        length = float(np.linalg.norm(first))
        first = first / length if length > _LEAST else first * 0.0
        for _ in range(2):  # the second time removes what rounding has left
            second = second - (second @ first) * first
        height = float(np.linalg.norm(second))
        if not first.any() or height <= _LEAST:
            rule = "three points that are not on one line"
            raise refusal("a, b, c", rule, said("points on one line"))
        return cls(start, [first, second / height])

    def points(self, coordinates: Any) -> np.ndarray:
        """The points of input space (n, d) with these coordinates (n, 2)."""
        return self.origin + _rows("coordinates", coordinates, 2) @ self.basis

    def project(self, X: Any) -> np.ndarray:
        """The coordinates (n, 2) of the plane's points nearest to the points X (n, d)."""
        return (_rows("X", X, len(self.origin)) - self.origin) @ self.basis.T

    def __repr__(self) -> str:
        return f"Plane({self.labels[0]}, {self.labels[1]}; of {len(self.origin)} inputs)"


def _rows(name: str, values: Any, columns: int) -> np.ndarray:
    """A table of finite numbers with so many columns."""
    rows = frozen_array(name, values, 2)
    if rows.shape[1] != columns:
        raise refusal(name, f"of shape (n, {columns})", said(f"shape {rows.shape}"))
    return rows


def _two_names(labels: Sequence[str]) -> tuple[str, str]:
    listed = () if isinstance(labels, str) else tuple(labels)
    if len(listed) != 2:
        raise refusal("labels", "two names", labels)
    return str(listed[0]), str(listed[1])

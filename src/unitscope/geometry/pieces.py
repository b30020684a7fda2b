"""Regions and cells: the pieces of a partition as sequences, and as arrays over all of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from operator import index
from typing import Any, Generic, TypeVar

import numpy as np

from unitscope.geometry.arrangement import Arrangement
from unitscope.geometry.polygons import Polygons
from unitscope.values import Value, read_only


@dataclass(frozen=True, eq=False)
class Region(Value):
    """An activation region: the convex set of points with one activation pattern.

    - `vertices` (m, 2), counter-clockwise, in data units; `area` in data units squared.
    - `pattern` (units,) bool: which hidden units are on, layer after layer; units of linear layers
      count as on.
    - `affine`: A (K, 2) and c (K,): inside, the logits are A @ x + c.
    """

    vertices: np.ndarray
    pattern: np.ndarray
    area: float
    affine: tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True, eq=False)
class Cell(Value):
    """A part of a region with one predicted class, convex.

    - `vertices` (m, 2), counter-clockwise, in data units; `area` in data units squared.
    - `label`: the class; `region`: the number of the region, -1 where activations are smooth.
    - `component`: the same number for all cells of one class that are joined by shared edges.
    """

    vertices: np.ndarray
    label: int
    region: int
    area: float
    component: int


Piece = TypeVar("Piece")


class _Pieces(Value, Generic[Piece]):
    """A sequence whose items are made when asked for."""

    def __len__(self) -> int:
        raise NotImplementedError

    def _piece(self, number: int) -> Piece:
        raise NotImplementedError

    def __getitem__(self, number: Any) -> Piece:
        count, place = len(self), index(number)
        if not -count <= place < count:
            raise IndexError(f"number {place} of {count}")
        return self._piece(place % count)

    def __iter__(self) -> Iterator[Piece]:
        return (self._piece(number) for number in range(len(self)))


class Regions(_Pieces[Region]):
    """All activation regions of a partition, a sequence of `Region`; empty for smooth activations.

    As arrays over all regions: `pattern` (R, units), `area` (R,), `affine` (A (R, K, 2), c (R, K));
    and `polygons`.
    """

    polygons: Polygons
    _arrangement: Arrangement | None

    def __init__(self, polygons: Polygons, arrangement: Arrangement | None) -> None:
        vars(self).update(polygons=polygons, _arrangement=arrangement)

    def _parts(self) -> tuple[Any, ...]:
        return self.polygons, self.pattern, self.affine

    def __len__(self) -> int:
        return len(self.polygons)

    @cached_property
    def area(self) -> np.ndarray:
        """The area of every region, (R,), in data units squared."""
        return read_only(self.polygons.area())

    @cached_property
    def pattern(self) -> np.ndarray:
        """Which hidden units are on in each region, (R, units) bool."""
        if self._arrangement is None:
            return read_only(np.zeros((0, 0), bool))
        return read_only(self._arrangement.patterns())

    @cached_property
    def affine(self) -> tuple[np.ndarray, np.ndarray]:
        """A (R, K, 2) and c (R, K): in region r the logits are A[r] @ x + c[r]."""
        if self._arrangement is None:
            return read_only((np.zeros((0, 0, 2)), np.zeros((0, 0))))
        return read_only(self._arrangement.affine_maps())

    def _piece(self, number: int) -> Region:
        A, c = self.affine
        return Region(
            self.polygons.vertices(number),
            self.pattern[number],
            float(self.area[number]),
            (A[number], c[number]),
        )

    def __repr__(self) -> str:
        return f"Regions({len(self)})"


class Cells(_Pieces[Cell]):
    """All cells of a partition, a sequence of `Cell`.

    As arrays over all cells: `label`, `region`, `component`, `area`, (C,) each; and `polygons`.
    """

    polygons: Polygons
    label: np.ndarray
    region: np.ndarray
    component: np.ndarray

    def __init__(
        self, polygons: Polygons, label: np.ndarray, region: np.ndarray, component: np.ndarray
    ) -> None:
        given = {"label": label, "region": region, "component": component}
        vars(self).update(polygons=polygons, **read_only(given))

    def _parts(self) -> tuple[Any, ...]:
        return self.polygons, self.label, self.region, self.component

    def __len__(self) -> int:
        return len(self.polygons)

    @cached_property
    def area(self) -> np.ndarray:
        """The area of every cell, (C,), in data units squared."""
        return read_only(self.polygons.area())

    def _piece(self, number: int) -> Cell:
        return Cell(
            self.polygons.vertices(number),
            int(self.label[number]),
            int(self.region[number]),
            float(self.area[number]),
            int(self.component[number]),
        )

    def __repr__(self) -> str:
        return f"Cells({len(self)})"

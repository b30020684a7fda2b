"""Lines of a partition: the decision boundary between classes, and where units turn on."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np

from unitscope.geometry.polygons import chains, meeting
from unitscope.values import Value, compared_by_content, read_only


@compared_by_content
class Polyline(NamedTuple):
    """A stretch of the decision boundary between two classes.

    `vertices` (m, 2), the first repeated at the end where it is closed; `classes` (i, j), i < j.
    """

    vertices: np.ndarray
    classes: tuple[int, int]


@dataclass(frozen=True, eq=False)
class Boundary(Value):
    """The decision boundary inside the window: where the two largest logits tie.

    - `segments` (s, 2, 2): both ends of each, in data units.
    - `classes` (s, 2): the classes on the left and on the right of each, looking from its first end
      to its second.
    """

    segments: np.ndarray
    classes: np.ndarray
    _ends: np.ndarray = field(repr=False, compare=False)  # (s, 2): numbers of the ends' vertices

    def __len__(self) -> int:
        return len(self.segments)

    @cached_property
    def length(self) -> float:
        """The length of all segments together, in data units."""
        return float(np.linalg.norm(self.segments[:, 1] - self.segments[:, 0], axis=1).sum())

    def polylines(self) -> list[Polyline]:
        """The segments joined end to end, each line between two classes and two meeting points."""
        pairs = np.sort(self.classes, axis=1)
        stops = meeting(self._ends)
        lines = []
        for pair in np.unique(pairs, axis=0).tolist():
            mine = (pairs == pair).all(axis=1)
            joined = _joined(self.segments[mine], self._ends[mine], stops)
            lines += [Polyline(line, (pair[0], pair[1])) for line in joined]
        return lines


@dataclass(frozen=True, eq=False)
class ActivationBoundaries(Value):
    """Where hidden units turn on: their pre-activation is 0 there and positive on one side.

    - `segments` (s, 2, 2): both ends of each, in data units.
    - `unit` (s, 2): hidden layer and unit in it, both counted from 0. Units that turn on in the
      same place have a segment each.
    """

    segments: np.ndarray
    unit: np.ndarray
    _ends: np.ndarray = field(repr=False, compare=False)  # (s, 2): numbers of the ends' vertices

    def __len__(self) -> int:
        return len(self.segments)

    def of_unit(self, layer: int, unit: int) -> np.ndarray:
        """The segments of one unit, (s, 2, 2)."""
        return self.segments[(self.unit == (layer, unit)).all(axis=1)]

    def polylines(self, layer: int, unit: int) -> list[np.ndarray]:
        """The segments of one unit joined end to end: lines (m, 2), closed ones with equal ends."""
        mine = (self.unit == (layer, unit)).all(axis=1)
        ends = self._ends[mine]
        return _joined(self.segments[mine], ends, meeting(ends))


def _joined(segments: np.ndarray, ends: np.ndarray, stops: set[int]) -> list[np.ndarray]:
    places = dict(zip(ends.ravel().tolist(), segments.reshape(-1, 2), strict=True))
    joined = chains(ends.tolist(), stops)
    return [read_only(np.array([places[vertex] for vertex in chain])) for chain in joined]

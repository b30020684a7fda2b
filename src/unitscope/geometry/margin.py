"""Margins: how far points are from the decision boundary."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from unitscope.geometry.boundary import Boundary
from unitscope.geometry.window import Window
from unitscope.values import Value

_EQUAL = 1e-12  # squared distances that differ by this share belong to one place
_PAIRS = 1 << 18  # points times segments at once, to stay in the cache


@dataclass(frozen=True, eq=False)
class Margin(Value):
    """How far points are from the decision boundary.

    - `distance` (n,): Euclidean, to the nearest boundary point inside the window; inf without any.
    - `nearest` (n, 2): that point; nan without any.
    - `other_class` (n,): the class behind it; -1 without any.
    - `certified` (n,): True where no boundary outside the window can be nearer. Elsewhere the
      distance is an upper bound; a larger window may show a smaller one.
    """

    distance: np.ndarray
    nearest: np.ndarray
    other_class: np.ndarray
    certified: np.ndarray


def margin_of(
    points: np.ndarray, labels: np.ndarray, boundary: Boundary, window: Window, *, exact: bool
) -> Margin:
    """The margins of `points` (n, 2) with predicted classes `labels` (n,)."""
    distance = np.full(len(points), np.inf)
    other = np.full(len(points), -1, np.intp)
    nearest = np.full((len(points), 2), np.nan)
    for label in np.unique(labels).tolist() if len(boundary) else ():
        own = (boundary.classes == label).any(axis=1)
        first = np.argsort(~own, kind="stable")  # the class's own segments, then the others
        segments = boundary.segments[first]
        classes = boundary.classes[first]
        behind = np.where(classes[:, 0] == label, classes[:, 1], classes[:, 0])
        mine = np.flatnonzero(labels == label)
        step = max(1, _PAIRS // len(segments))
        for begin in range(0, len(mine), step):
            rows = mine[begin : begin + step]
            found = _to_segments(points[rows], segments, int(own.sum()))
            distance[rows], nearest[rows], segment = found
            other[rows] = behind[segment]
    low, high = np.array(window).T
    to_border = np.minimum(points - low, high - points).min(axis=1)
    return Margin(distance, nearest, other, exact & (distance <= to_border))


def _to_segments(
    points: np.ndarray, segments: np.ndarray, own: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The distance of each of `points` (n, 2) to the nearest of `segments` (s, 2, 2).

    With the nearest place, and the number of its segment. Where segments meet, one of the first
    `own` is taken: the straight way to the nearest boundary point stays in the point's own class,
    so one of its segments is nearest, except for points outside the window and for ties.
    """
    start = segments[:, 0]
    along = segments[:, 1] - start
    away_x = points[:, :1] - start[:, 0]
    away_y = points[:, 1:] - start[:, 1]
    square = np.maximum((along**2).sum(axis=1), np.finfo(float).tiny)
    share = np.clip((away_x * along[:, 0] + away_y * along[:, 1]) / square, 0.0, 1.0)
    away_x -= share * along[:, 0]
    away_y -= share * along[:, 1]
    square, rows = away_x**2 + away_y**2, np.arange(len(points))
    number = square.argmin(axis=1)
    if own:
        nearest_own = square[:, :own].argmin(axis=1)
        as_near = square[rows, nearest_own] <= square[rows, number] * (1 + _EQUAL)
        number = np.where(as_near, nearest_own, number)
    place = start[number] + share[rows, number, None] * along[number]
    return np.hypot(away_x[rows, number], away_y[rows, number]), place, number

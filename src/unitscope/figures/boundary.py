"""Boundary lines from scores sampled on a grid: marching triangles, each boundary drawn once.

Every grid cell is two triangles on which the scores are taken as affine. Where two corners of a
triangle have different best classes i and j, the line z_i = z_j crosses their edge, at a place that
both neighbouring triangles compute from the same two corners; where three classes meet, their lines
end at the one point where the three scores tie. So a boundary is one line, lines join without gaps,
and class numbers play no part in where they run. Contours of class ids would draw a line for every
id between i and j, and contours of each class's margin would draw each line twice. Where there are
only classes and no scores, a crossing is found by halving its edge.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from unitscope.geometry.polygons import chains, meeting

_HALVINGS = 24  # of a grid's edge: places within 6e-8 steps, so that straight lines come out so
_STRAIGHT = 1e-7  # grid steps: a vertex this near the chord of its neighbours is left out


@dataclass(frozen=True)
class Grid:
    """Sample places `xs` (columns,) and `ys` (rows,), evenly spaced from end to end of a window."""

    xs: np.ndarray
    ys: np.ndarray

    @classmethod
    def over(
        cls, window: tuple[tuple[float, float], tuple[float, float]], columns: int, rows: int
    ) -> Grid:
        """A grid over `window` ((x_min, x_max), (y_min, y_max))."""
        return cls(np.linspace(*window[0], columns), np.linspace(*window[1], rows))

    @property
    def points(self) -> np.ndarray:
        """All places, (rows * columns, 2), row by row."""
        x, y = np.meshgrid(self.xs, self.ys)
        return np.stack([x.ravel(), y.ravel()], axis=1)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows, columns."""
        return len(self.ys), len(self.xs)

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """Left, right, bottom, top of an image with one pixel centred on every place."""
        xs, ys = self.xs, self.ys
        half_x, half_y = (xs[1] - xs[0]) / 2, (ys[1] - ys[0]) / 2
        return xs[0] - half_x, xs[-1] + half_x, ys[0] - half_y, ys[-1] + half_y

    def placed(self, steps: np.ndarray) -> np.ndarray:
        """Coordinates in grid steps, (m, 2), as data coordinates."""
        origin = np.array([self.xs[0], self.ys[0]])
        span = np.array([self.xs[-1] - self.xs[0], self.ys[-1] - self.ys[0]])
        return origin + steps * (span / np.array([len(self.xs) - 1, len(self.ys) - 1]))


def boundary_lines(
    scores: np.ndarray, grid: Grid, classes: Callable[[np.ndarray], np.ndarray] | None = None
) -> list[np.ndarray]:
    """Where the best of `scores` (rows * columns, K) changes: lines (m, 2), each once.

    They are in data coordinates. A closed line repeats its first vertex. Vertices inside a straight
    stretch are left out. `classes` is for scores that only say which class is best, and not by how
    much: it gives the number of the best one at places (m, 2), in data coordinates, between those
    of the grid.
    """
    ends, nodes = _segments(np.asarray(scores, dtype=np.float64), grid, classes)
    lines = [_without_straight(nodes[chain]) for chain in chains(ends.tolist(), meeting(ends))]
    # Scores that tie at a grid place leave mere points.
    return [grid.placed(line) for line in lines if len(line) > 1]


def zero_lines(values: np.ndarray, grid: Grid) -> list[np.ndarray]:
    """Where `values` (rows * columns,) cross zero, as `boundary_lines`; zero counts as negative."""
    return boundary_lines(np.stack([np.zeros(len(values)), values], axis=1), grid)


def _segments(
    scores: np.ndarray, grid: Grid, classes: Callable[[np.ndarray], np.ndarray] | None
) -> tuple[np.ndarray, np.ndarray]:
    """Segments as pairs of node numbers (s, 2), and the nodes' places (m, 2) in grid steps."""
    best, columns = scores.argmax(axis=1), len(grid.xs)
    triangles = _triangles(grid.shape)
    labels = best[triangles]
    triangles = triangles[(labels != labels[:, :1]).any(axis=1)]
    if not len(triangles):
        return np.empty((0, 2), dtype=np.int64), np.empty((0, 2))
    # Edge e joins corners e and e + 1, sorted: both triangles of an edge compute the same crossing.
    edges = np.sort(np.stack([triangles, np.roll(triangles, -1, axis=1)], axis=2), axis=2)
    crossed = best[edges[..., 0]] != best[edges[..., 1]]
    keys = edges[..., 0] * len(best) + edges[..., 1]
    unique, numbers = np.unique(keys[crossed], return_inverse=True)
    number_of = np.full(keys.shape, -1)
    number_of[crossed] = numbers.ravel()
    start, end = unique // len(best), unique % len(best)
    if classes is None:
        places = _crossings(scores, best, start, end, columns)
    else:
        ends = _steps(start, columns), _steps(end, columns)
        places = _halved(ends, best[start], lambda steps: classes(grid.placed(steps)))
    triple = crossed.all(axis=1)
    # Of the other triangles two edges are crossed; the third, -1, is sorted to the front.
    pairs = np.sort(number_of[~triple], axis=1)[:, 1:]
    crossings = number_of[triple]
    centres = np.broadcast_to(len(unique) + np.arange(len(crossings))[:, None], crossings.shape)
    spokes = np.stack([crossings, centres], axis=2)
    if classes is None:
        middle = _triple_points(scores, best, triangles[triple], places[crossings], columns)
    else:
        middle = places[crossings].mean(axis=1)
    return np.concatenate([pairs, spokes.reshape(-1, 2)]), np.concatenate([places, middle])


def _triangles(shape: tuple[int, int]) -> np.ndarray:
    """Corner numbers of the two triangles of every cell, (2 * cells, 3)."""
    rows, columns = shape
    corner = (np.arange(rows - 1)[:, None] * columns + np.arange(columns - 1)).ravel()
    lower = np.stack([corner, corner + 1, corner + columns + 1], axis=1)
    upper = np.stack([corner, corner + columns + 1, corner + columns], axis=1)
    return np.concatenate([lower, upper])


def _steps(vertices: np.ndarray, columns: int) -> np.ndarray:
    """Places of grid vertices in grid steps, (..., 2)."""
    return np.stack([vertices % columns, vertices // columns], axis=-1).astype(np.float64)


def _crossings(
    scores: np.ndarray, best: np.ndarray, start: np.ndarray, end: np.ndarray, columns: int
) -> np.ndarray:
    """Where the scores of the two ends' best classes tie on each edge, (m, 2) in grid steps."""
    i, j = best[start], best[end]
    lead = scores[start, i] - scores[start, j]
    lag = scores[end, j] - scores[end, i]
    total = lead + lag
    share = np.divide(lead, total, out=np.full(len(total), 0.5), where=total > 0)
    return _steps(start, columns) + share[:, None] * (_steps(end, columns) - _steps(start, columns))


def _halved(
    ends: tuple[np.ndarray, np.ndarray],
    first: np.ndarray,
    classes: Callable[[np.ndarray], np.ndarray],
) -> np.ndarray:
    """Where on each edge, of two `ends` (m, 2), the class is no longer the `first` one: (m, 2)."""
    near, far = ends
    for _ in range(_HALVINGS):
        middle = (near + far) / 2
        same = (classes(middle) == first)[:, None]
        near, far = np.where(same, middle, near), np.where(same, far, middle)
    return (near + far) / 2


def _triple_points(
    scores: np.ndarray, best: np.ndarray, triangles: np.ndarray, crossings: np.ndarray, columns: int
) -> np.ndarray:
    """Where the three corners' classes tie inside each triangle, (t, 2).

    Where they tie nowhere inside, the middle of its three crossings.
    """
    labels = best[triangles]
    # [triangle, corner, class of a corner]
    values = scores[triangles[:, :, None], labels[:, None, :]]
    weights = np.cross(values[..., 0] - values[..., 1], values[..., 0] - values[..., 2])
    total = weights.sum(axis=1, keepdims=True)
    weights = np.divide(weights, total, out=np.full_like(weights, -1.0), where=np.abs(total) > 0)
    inside = (weights >= 0).all(axis=1, keepdims=True)
    tie = (weights[:, :, None] * _steps(triangles, columns)).sum(axis=1)
    return np.where(inside, tie, crossings.mean(axis=1))


def _without_straight(line: np.ndarray) -> np.ndarray:
    """The line (m, 2) without repeated vertices and those on the chord of their neighbours."""
    moved = np.abs(np.diff(line, axis=0)).max(axis=1) > 1e-12
    line = line[np.concatenate([[True], moved])]
    if len(line) < 3:
        return line
    chord, leg = line[2:] - line[:-2], line[1:-1] - line[:-2]
    off = np.abs(chord[:, 0] * leg[:, 1] - chord[:, 1] * leg[:, 0])
    bends = off > _STRAIGHT * np.hypot(chord[:, 0], chord[:, 1])
    return line[np.concatenate([[True], bends, [True]])]

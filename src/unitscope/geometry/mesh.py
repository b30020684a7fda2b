"""Smooth activations: logits affine on the triangles of a mesh, then the boundary polished.

The cut that inserts the classes of a piecewise linear network serves here, too. A boundary vertex
on an edge of the mesh then moves along it to where its two classes tie, a bracketed root; one where
three classes meet moves to where the three tie, by Newton's method. Vertices stay on their edge or
in their triangle, so that every part keeps its neighbours.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from unitscope.errors import refusal, said
from unitscope.geometry.subdivision import EPSILON, UNLIMITED, Subdivision
from unitscope.geometry.window import Window
from unitscope.networks import Network

_ROOT_STEPS = 60
_NEWTON_STEPS = 12
_DIFFERENCE = 1e-6  # of a cell's side: the step of the central differences that steer Newton


class _Mesh(NamedTuple):
    """The mesh before it is cut, with the network's logits on it.

    - `places` (V, 2), `edges` (4, E): see `triangulated`.
    - `logits` (V, K): at the vertices; `noise`: differences up to this are rounding.
    - `side` (2,): width and height of a cell.
    """

    net: Network
    places: np.ndarray
    edges: np.ndarray
    logits: np.ndarray
    noise: float
    side: np.ndarray


def decided(net: Network, window: Window, cells: int) -> tuple[Subdivision, np.ndarray, float]:
    """A mesh of cells x cells squares, two triangles each, cut by class and polished.

    Returns the faces, whose parents are the triangles; the vertices at the window's corners, (4,);
    and the diagonal of a cell in data units.
    """
    places, edges = triangulated(window, cells)
    faces = Subdivision(places, edges, most=UNLIMITED)
    logits = logits_at(net, places)
    noise = noise_of(logits)
    faces.insert_classes(logits, noise)
    side = np.array([(high - low) / cells for low, high in window])
    _polish(faces, _Mesh(net, places, edges, logits, noise, side))
    return faces, corners_of(cells), float(np.hypot(*side))


def logits_at(net: Network, places: np.ndarray) -> np.ndarray:
    """The logits at places, (V, K), refused where they are beyond float64."""
    logits = net.logits(places)
    if not np.isfinite(logits).all():
        rule = "of weights and window small enough that no logit goes beyond 1e308"
        raise refusal("net", rule, said("a logit that is not finite"))
    return logits


def noise_of(logits: np.ndarray) -> float:
    """Differences of these logits up to this are rounding."""
    return 4 * EPSILON * float(np.abs(logits).max())


def corners_of(cells: int) -> np.ndarray:
    """The numbers of the mesh's vertices in the window's corners, (4,)."""
    across = cells + 1
    return np.array([0, across * cells, across * across - 1, cells])


def triangle_at(points: np.ndarray, window: Window, cells: int) -> np.ndarray:
    """The number of the mesh's triangle around each of `points` (n, 2), (n,)."""
    low, high = np.array(window).T
    steps = (points - low) / (high - low) * cells
    square = np.clip(np.floor(steps).astype(np.intp), 0, cells - 1)
    within = steps - square
    return 2 * (square[:, 0] * cells + square[:, 1]) + (within[:, 1] > within[:, 0])


def triangulated(window: Window, cells: int) -> tuple[np.ndarray, np.ndarray]:
    """Vertices (V, 2) column by column, and edges (4, E).

    The rows of the edges: tail, head, triangle on the left, triangle on the right (-1: none).
    Triangles 2s and 2s + 1 are the parts of square s below and above the diagonal from its lower
    left corner.
    """
    xs, ys = (np.linspace(low, high, cells + 1) for low, high in window)
    places = np.stack(np.meshgrid(xs, ys, indexing="ij"), axis=-1).reshape(-1, 2)
    vertex = np.arange(len(places)).reshape(cells + 1, cells + 1)
    below = 2 * np.arange(cells * cells).reshape(cells, cells)
    none = np.full((1, cells), -1)
    above = below + 1
    level = (vertex[:-1], vertex[1:], np.hstack([below, none.T]), np.hstack([none.T, above]))
    upright = (vertex[:, :-1], vertex[:, 1:], np.vstack([none, below]), np.vstack([above, none]))
    diagonal = (vertex[:-1, :-1], vertex[1:, 1:], above, below)
    edges = np.hstack(
        [np.stack([row.ravel() for row in kind]) for kind in (level, upright, diagonal)]
    )
    turned = edges[2] < 0  # every edge has a triangle on its left
    edges[:, turned] = edges[:, turned][[1, 0, 3, 2]]
    return places, edges


def _polish(faces: Subdivision, mesh: _Mesh) -> None:
    """Move the boundary's vertices onto the true boundary."""
    vertex, classes, face = around(faces)
    on_edge = faces.origins[vertex] >= 0
    two = on_edge & (classes[:, 2] < 0)
    _slide(faces, mesh, vertex[two], classes[two, :2])
    three = ~on_edge & (vertex >= len(mesh.places)) & (classes[:, 2] >= 0)
    corners = _triangle_corners(mesh.places, faces.parents[face[three]])
    _gather(faces, mesh, corners, vertex[three], classes[three])


def around(faces: Subdivision) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The boundary's vertices (m,), the classes around each (m, 3), -1: none, and a face beside it.

    Vertices where more than three classes meet are left out.
    """
    tail, head, left, right = (row.astype(np.intp) for row in faces.edges)
    apart = (right >= 0) & (faces.labels[left] != faces.labels[right])
    tail = tail[apart]
    head = head[apart]
    left = left[apart]
    right = right[apart]
    beside = np.concatenate([left, right, left, right])
    vertex = np.concatenate([tail, tail, head, head])
    k = int(faces.labels.max()) + 1
    key, first = np.unique(vertex * k + faces.labels[beside], return_index=True)
    vertex, start, counts = np.unique(key // k, return_index=True, return_counts=True)
    label = np.append(key % k, [-1, -1])
    classes = np.stack([np.where(counts > n, label[start + n], -1) for n in range(3)], axis=1)
    few = counts <= 3
    return vertex[few], classes[few], beside[first[start]][few]


def _slide(faces: Subdivision, mesh: _Mesh, vertex: np.ndarray, classes: np.ndarray) -> None:
    """Move vertices along their mesh edge to where their two classes tie; none passes another."""
    places, edge = mesh.places, faces.origins[vertex]
    start, end = mesh.edges[0, edge], mesh.edges[1, edge]
    rows = np.arange(len(vertex))
    one = classes[:, 0]
    other = classes[:, 1]
    at_start = mesh.logits[start, one] - mesh.logits[start, other]
    at_end = mesh.logits[end, one] - mesh.logits[end, other]
    along = places[end] - places[start]
    away = faces.points[vertex] - places[start]
    before = (away * along).sum(axis=1) / (along**2).sum(axis=1)

    def difference(share: np.ndarray, which: np.ndarray) -> np.ndarray:
        there = mesh.net.logits(places[start[which]] + share[:, None] * along[which])
        here = rows[: len(which)]
        return there[here, one[which]] - there[here, other[which]]

    bracketed = np.flatnonzero(at_start * at_end < 0)
    ends = at_start[bracketed], at_end[bracketed]
    after = before.copy()
    after[bracketed] = _roots(difference, *ends, bracketed, mesh.noise)
    # Where several vertices share an edge, they keep their order or their places.
    order = np.lexsort([before, edge])
    shared = edge[order][1:] == edge[order][:-1]
    swapped = shared & (after[order][1:] <= after[order][:-1])
    after = np.where(np.isin(edge, edge[order][1:][swapped]), before, after)
    moved = bracketed[(after != before)[bracketed]]
    faces.points[vertex[moved]] = places[start[moved]] + after[moved, None] * along[moved]


def _roots(
    function: Callable[[np.ndarray, np.ndarray], np.ndarray],
    low_value: np.ndarray,
    high_value: np.ndarray,
    which: np.ndarray,
    noise: float,
) -> np.ndarray:
    """Where `function(share, which)` is zero for shares from 0 to 1, (m,); its signs differ there.

    The Illinois method (Dowell and Jarratt, 1971): the secant through both ends, halving the value
    of an end that stays, with a bisection now and then so that no bracket is slow.
    """
    low, high = np.zeros(len(which)), np.ones(len(which))
    low_value, high_value = low_value.copy(), high_value.copy()
    best, live = np.full(len(which), 0.5), np.arange(len(which))
    last = np.zeros(len(which), np.int8)  # the end that moved last: 1 low, -1 high
    for step in range(_ROOT_STEPS):
        if not live.size:
            break
        a = low[live]
        b = high[live]
        fa = low_value[live]
        fb = high_value[live]
        share = 0.5 * (a + b) if step % 5 == 4 else (a * fb - b * fa) / (fb - fa)
        value = function(share, which[live])
        best[live] = share
        same = np.sign(value) == np.sign(fa)
        stays = last[live] == np.where(same, 1, -1)
        low[live], high[live] = np.where(same, share, a), np.where(same, b, share)
        low_value[live] = np.where(same, value, np.where(stays & ~same, 0.5 * fa, fa))
        high_value[live] = np.where(same, np.where(stays, 0.5 * fb, fb), value)
        last[live] = np.where(same, 1, -1)
        live = live[(np.abs(value) > noise) & (high[live] - low[live] > 4 * EPSILON)]
    return best


def _gather(
    faces: Subdivision, mesh: _Mesh, corners: np.ndarray, vertex: np.ndarray, classes: np.ndarray
) -> None:
    """Move vertices to where their three classes tie, by Newton's method.

    A vertex stays where that place is not found inside its triangle, whose `corners` are (m, 3, 2).
    """
    if not len(vertex):
        return
    rows = np.arange(len(vertex))
    side = mesh.side
    step = _DIFFERENCE * mesh.side

    def gaps(at: np.ndarray) -> np.ndarray:
        there = mesh.net.logits(at)
        one, *others = (there[rows, classes[:, n]] for n in range(3))
        return np.stack([one - other for other in others], axis=1)

    def derivative(at: np.ndarray, axis: np.ndarray) -> np.ndarray:
        return (gaps(at + step * axis) - gaps(at - step * axis)) / (2 * (step @ axis))

    at = faces.points[vertex].copy()
    first = np.abs(gaps(at)).max(axis=1)
    for _ in range(_NEWTON_STEPS):
        slope = np.stack([derivative(at, axis) for axis in np.eye(2)], axis=2)
        sound = np.abs(np.linalg.det(slope)) > 1e-300
        slope[~sound] = np.eye(2)
        move = np.linalg.solve(slope, gaps(at)[:, :, None])[:, :, 0]
        at = np.where(sound[:, None], at - np.clip(move, -side, side), at)
    left = np.abs(gaps(at)).max(axis=1)
    found = _inside(at, corners) & ((left <= mesh.noise) | (left < 1e-3 * first))
    faces.points[vertex[found]] = at[found]


def _inside(at: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Which places (m, 2) lie inside their triangles (m, 3, 2), (m,) bool."""
    sides = np.roll(corners, -1, axis=1) - corners
    away = at[:, None] - corners
    turn = sides[..., 0] * away[..., 1] - sides[..., 1] * away[..., 0]
    return (turn > 0).all(axis=1) | (turn < 0).all(axis=1)


def _triangle_corners(places: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """The corners of triangles, (m, 3, 2)."""
    return places[corner_numbers(round(len(places) ** 0.5) - 1, triangles)]


def corner_numbers(cells: int, triangles: np.ndarray) -> np.ndarray:
    """The mesh's vertices in the corners of triangles, (m, 3): two on the diagonal, first, last."""
    across = cells + 1
    column, row = np.divmod(triangles // 2, cells)
    vertex = column * across + row
    third = np.where(triangles % 2 == 0, vertex + across, vertex + 1)
    return np.stack([vertex, third, vertex + across + 1], axis=1)

"""Smooth activations: logits taken as affine on the triangles of a mesh, and the boundary then moved onto the truth.

The same cut that inserts the classes of a piecewise linear network does it here. A boundary vertex
on an edge of the mesh moves along it to where the two classes tie, a bracketed root; one where
three classes meet moves to where the three tie, by Newton's method. Vertices stay on their edge or
in their triangle, so who borders on whom stays as it is.
"""

from __future__ import annotations

import numpy as np

from unitscope.errors import refusal, said
from unitscope.geometry.subdivision import EPSILON, UNLIMITED, Subdivision
from unitscope.geometry.window import Window
from unitscope.network import Network

_ROOT_STEPS = 60
_NEWTON_STEPS = 12
_DIFFERENCE = (
    1e-6  # of a cell's side, for the derivatives by central differences that steer Newton's steps
)


def decided(net: Network, window: Window, cells: int) -> tuple[Subdivision, np.ndarray, float]:
    """A mesh of cells x cells squares, two triangles each, cut by class and polished.

    Returns the faces, whose parents are the triangles; the vertices in the window's corners, (4,);
    and the diagonal of a cell in data units.
    """
    places, edges = _triangulated(window, cells)
    faces = Subdivision(places, edges, most=UNLIMITED)
    logits = net.logits(places)
    if not np.isfinite(logits).all():
        raise refusal(
            "net",
            "of weights and window small enough that no logit goes beyond 1e308",
            said("a logit that is not finite"),
        )
    noise = 4 * EPSILON * float(np.abs(logits).max())
    faces.insert_classes(logits, noise)
    side = np.array([(high - low) / cells for low, high in window])
    _polish(net, faces, places, edges, logits, noise, side)
    across = cells + 1
    corners = np.array([0, across * cells, across * across - 1, cells])
    return faces, corners, float(np.hypot(*side))


def triangle_at(points: np.ndarray, window: Window, cells: int) -> np.ndarray:
    """The number of the mesh's triangle around each of `points` (n, 2), (n,)."""
    low, high = np.array(window).T
    steps = (points - low) / (high - low) * cells
    square = np.clip(np.floor(steps).astype(np.intp), 0, cells - 1)
    within = steps - square
    return 2 * (square[:, 0] * cells + square[:, 1]) + (within[:, 1] > within[:, 0])


def _triangulated(window: Window, cells: int) -> tuple[np.ndarray, np.ndarray]:
    """Vertices (V, 2) column by column, and edges (4, E): tail, head, triangle on the left, on the right (-1: none).

    Triangles 2s and 2s + 1 are the parts of square s below and above the diagonal from its lower
    left corner.
    """
    xs, ys = (np.linspace(low, high, cells + 1) for low, high in window)
    places = np.stack(np.meshgrid(xs, ys, indexing="ij"), axis=-1).reshape(-1, 2)
    vertex = np.arange(len(places)).reshape(cells + 1, cells + 1)
    below = 2 * np.arange(cells * cells).reshape(cells, cells)
    none = np.full((1, cells), -1)
    level = (vertex[:-1], vertex[1:], np.hstack([below, none.T]), np.hstack([none.T, below + 1]))
    upright = (
        vertex[:, :-1],
        vertex[:, 1:],
        np.vstack([none, below]),
        np.vstack([below + 1, none]),
    )
    diagonal = (vertex[:-1, :-1], vertex[1:, 1:], below + 1, below)
    edges = np.stack(
        [
            np.concatenate([np.ravel(kind[row]) for kind in (level, upright, diagonal)])
            for row in range(4)
        ]
    )
    turned = edges[2] < 0  # every edge has a triangle on its left
    edges[:, turned] = edges[:, turned][[1, 0, 3, 2]]
    return places, edges


def _polish(
    net: Network,
    faces: Subdivision,
    places: np.ndarray,
    edges: np.ndarray,
    logits: np.ndarray,
    noise: float,
    side: np.ndarray,
) -> None:
    """Move the boundary's vertices onto the true boundary."""
    vertex, classes, face = _around(faces)
    on_edge = faces.origins[vertex] >= 0
    two = on_edge & (classes[:, 2] < 0)
    _slide(net, faces, places, edges, logits, noise, vertex[two], classes[two, :2])
    three = ~on_edge & (vertex >= len(places)) & (classes[:, 2] >= 0)
    corners = _triangle_corners(places, faces.parents[face[three]])
    _gather(net, faces, corners, noise, side, vertex[three], classes[three])


def _around(faces: Subdivision) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Vertices on the boundary (m,), up to three classes around each (m, 3), -1 for none, and a face beside each.

    Vertices around which more than three classes meet are left out.
    """
    tail, head, left, right = (row.astype(np.intp) for row in faces.edges)
    apart = (right >= 0) & (faces.labels[left] != faces.labels[right])
    tail, head, left, right = tail[apart], head[apart], left[apart], right[apart]
    beside = np.concatenate([left, right, left, right])
    vertex = np.concatenate([tail, tail, head, head])
    k = int(faces.labels.max()) + 1
    key, first = np.unique(vertex * k + faces.labels[beside], return_index=True)
    vertex, start, counts = np.unique(key // k, return_index=True, return_counts=True)
    label = np.append(key % k, [-1, -1])
    classes = np.stack([np.where(counts > n, label[start + n], -1) for n in range(3)], axis=1)
    few = counts <= 3
    return vertex[few], classes[few], beside[first[start]][few]


def _slide(
    net: Network,
    faces: Subdivision,
    places: np.ndarray,
    edges: np.ndarray,
    logits: np.ndarray,
    noise: float,
    vertex: np.ndarray,
    classes: np.ndarray,
) -> None:
    """Move vertices along their mesh edge to where their two classes tie, as long as none passes another."""
    edge = faces.origins[vertex]
    start, end = edges[0, edge], edges[1, edge]
    rows = np.arange(len(vertex))
    gap = [logits[mesh, classes[:, 0]] - logits[mesh, classes[:, 1]] for mesh in (start, end)]
    along = places[end] - places[start]
    before = ((faces.points[vertex] - places[start]) * along).sum(axis=1) / (along**2).sum(axis=1)

    def difference(share: np.ndarray, which: np.ndarray) -> np.ndarray:
        there = net.logits(places[start[which]] + share[:, None] * along[which])
        here = rows[: len(which)]
        return there[here, classes[which, 0]] - there[here, classes[which, 1]]

    bracketed = np.flatnonzero(gap[0] * gap[1] < 0)
    after = before.copy()
    after[bracketed] = _roots(difference, gap[0][bracketed], gap[1][bracketed], bracketed, noise)
    # Where several vertices share an edge, they keep their order or their places.
    order = np.lexsort([before, edge])
    swapped = (edge[order][1:] == edge[order][:-1]) & (after[order][1:] <= after[order][:-1])
    after = np.where(np.isin(edge, edge[order][1:][swapped]), before, after)
    moved = bracketed[(after != before)[bracketed]]
    faces.points[vertex[moved]] = places[start[moved]] + after[moved, None] * along[moved]


def _roots(  # type: ignore[no-untyped-def]
    function,
    low_value: np.ndarray,
    high_value: np.ndarray,
    which: np.ndarray,
    noise: float,
) -> np.ndarray:
    """Where `function(share, which)` is zero for shares between 0 and 1, at whose ends its signs differ, (m,).

    The Illinois method (Dowell and Jarratt, 1971): the secant through both ends, halving the value
    of an end that stays, with a bisection now and then so that no bracket is slow.
    """
    low, high = np.zeros(len(which)), np.ones(len(which))
    low_value, high_value = low_value.copy(), high_value.copy()
    best, live, last = (
        np.full(len(which), 0.5),
        np.arange(len(which)),
        np.zeros(len(which), np.int8),
    )
    for step in range(_ROOT_STEPS):
        if not live.size:
            break
        a, b, fa, fb = low[live], high[live], low_value[live], high_value[live]
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
    net: Network,
    faces: Subdivision,
    corners: np.ndarray,
    noise: float,
    side: np.ndarray,
    vertex: np.ndarray,
    classes: np.ndarray,
) -> None:
    """Move vertices to where their three classes tie, where Newton's method finds that in their triangle (m, 3, 2)."""
    if not len(vertex):
        return
    rows = np.arange(len(vertex))

    def gaps(at: np.ndarray) -> np.ndarray:
        there = net.logits(at)
        return np.stack(
            [there[rows, classes[:, 0]] - there[rows, classes[:, n]] for n in (1, 2)], axis=1
        )

    at, step = faces.points[vertex].copy(), _DIFFERENCE * side
    first = np.abs(gaps(at)).max(axis=1)
    for _ in range(_NEWTON_STEPS):
        slope = np.stack(
            [
                (gaps(at + step * axis) - gaps(at - step * axis)) / (2 * (step @ axis))
                for axis in np.eye(2)
            ],
            axis=2,
        )
        sound = np.abs(np.linalg.det(slope)) > 1e-300
        slope[~sound] = np.eye(2)
        move = np.linalg.solve(slope, gaps(at)[:, :, None])[:, :, 0]
        at = np.where(sound[:, None], at - np.clip(move, -side, side), at)
    left = np.abs(gaps(at)).max(axis=1)
    found = _inside(at, corners) & ((left <= noise) | (left < 1e-3 * first))
    faces.points[vertex[found]] = at[found]


def _inside(at: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Which places (m, 2) lie inside their triangles (m, 3, 2), (m,) bool."""
    sides = np.roll(corners, -1, axis=1) - corners
    away = at[:, None] - corners
    turn = sides[..., 0] * away[..., 1] - sides[..., 1] * away[..., 0]
    return (turn > 0).all(axis=1) | (turn < 0).all(axis=1)


def _triangle_corners(places: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """The corners of triangles, (m, 3, 2)."""
    across = round(len(places) ** 0.5)
    column, row = np.divmod(triangles // 2, across - 1)
    vertex = column * across + row
    third = np.where(triangles % 2 == 0, vertex + across, vertex + 1)
    return places[np.stack([vertex, third, vertex + across + 1], axis=1)]

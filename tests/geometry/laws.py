"""What is measured of a partition to see that it keeps the laws; the tests say what it must be.

Only public names of the library are used: vertices that polygons share are the same floats, so
coordinates tell which vertices are one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

import unitscope as us


def total(window: Sequence[Sequence[float]]) -> float:
    (left, right), (bottom, top) = window
    return (right - left) * (top - bottom)


def side_lengths(window: Sequence[Sequence[float]]) -> np.ndarray:
    return np.diff(np.array(window))[:, 0]


class Closeness(NamedTuple):
    """How far areas and lengths may be off: 1e-12 of the window, plus what floats' spacing does."""

    area: float
    length: float


def closeness(window: Sequence[Sequence[float]]) -> Closeness:
    perimeter = 2 * float(side_lengths(window).sum())
    spacing = float(np.spacing(np.abs(np.array(window)).max()))
    return Closeness(1e-12 * total(window) + spacing * perimeter, 1e-12 * perimeter + 16 * spacing)


def uniform(window: Sequence[Sequence[float]], count: int, seed: int = 0) -> np.ndarray:
    """Random points of the window, (count, 2)."""
    low, high = np.array(window).T
    return np.random.default_rng(seed).uniform(low, high, (count, 2))


def lengths(segments: np.ndarray) -> np.ndarray:
    return np.hypot(*(segments[:, 1] - segments[:, 0]).T)


def shoelace(vertices: np.ndarray) -> float:
    """The signed area of a closed line, positive counter-clockwise."""
    x, y = (vertices - vertices[0]).T
    return float(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2


class Topology(NamedTuple):
    """V - E + F of the polygons, and what is wrong with their edges."""

    euler: int
    faults: list[str]


def topology(pieces: Iterable[Any], window: Sequence[Sequence[float]]) -> Topology:
    """Read from the coordinates of the pieces' vertices alone: the same place is the same vertex.

    Each edge inside must be in two polygons, once in each direction, and each edge on the border in
    one.
    """
    polygons = [piece.vertices for piece in pieces]
    points = np.concatenate(polygons) + 0.0  # no -0.0: the same place
    places, number = np.unique(points[:, 0] + 1j * points[:, 1], return_inverse=True)
    counts = [len(polygon) for polygon in polygons]
    return _topology(np.stack([places.real, places.imag], axis=1), number, counts, window)


def numbered_topology(pieces: Any, window: Sequence[Sequence[float]]) -> Topology:
    """The same from the vertices' numbers: vertices closer than floats can tell apart are two."""
    polygons = pieces.polygons
    used, number = np.unique(polygons.index, return_inverse=True)
    return _topology(polygons.points[used], number, np.diff(polygons.start), window)


def _topology(
    places: np.ndarray,
    tail: np.ndarray,
    counts: Sequence[int] | np.ndarray,
    window: Sequence[Sequence[float]],
) -> Topology:
    """Of polygons of `counts` vertices each, whose numbers are `tail`."""
    last = np.cumsum(counts) - 1
    following = np.arange(1, len(tail) + 1)
    following[last] = last - counts + 1
    head, n = tail[following], len(places)
    directed = np.unique(tail * n + head)
    both, uses = np.unique(np.minimum(tail, head) * n + np.maximum(tail, head), return_counts=True)
    ends = places[np.stack(np.divmod(both, n))]
    on_side = [
        (ends[..., axis] == value).all(axis=0) for axis, side in enumerate(window) for value in side
    ]
    border = np.any(on_side, axis=0)
    faults = {
        "of no length": int((tail == head).sum()),
        "twice in one direction": len(tail) - len(directed),
        "inside, not in two polygons": int((uses[~border] != 2).sum()),
        "on the border, not in one polygon": int((uses[border] != 1).sum()),
    }
    return Topology(
        n - len(both) + len(counts),
        [f"{count} edges {what}" for what, count in faults.items() if count],
    )


def sharpest_turn(pieces: Iterable[Any], window: Sequence[Sequence[float]]) -> float:
    """The least sine of the turns around the polygons in a unit square: not negative if convex."""
    least = 1.0
    for piece in pieces:
        sides = np.roll(piece.vertices, -1, axis=0) - piece.vertices
        sides = sides / side_lengths(window)
        after = np.roll(sides, -1, axis=0)
        least = min(least, float((sides[:, 0] * after[:, 1] - sides[:, 1] * after[:, 0]).min()))
    return least


def depth(vertices: np.ndarray, point: np.ndarray, window: Sequence[Sequence[float]]) -> float:
    """How far a point is inside a convex polygon, in sides of the window; negative outside."""
    corners, at = vertices / side_lengths(window), point / side_lengths(window)
    sides = np.roll(corners, -1, axis=0) - corners
    size = np.hypot(*sides.T)
    away = at - corners
    turn = sides[:, 0] * away[:, 1] - sides[:, 1] * away[:, 0]
    return float((turn[size > 0] / size[size > 0]).min())


def mapped(part: Any, X: np.ndarray, region: np.ndarray) -> np.ndarray:
    """The logits at points by the affine maps of their regions, (n, K)."""
    A, c = part.regions.affine
    return np.einsum("nki,ni->nk", A[region], X) + c[region]


def affine_error(part: Any, net: us.Network, X: np.ndarray) -> float:
    """How far the located regions' maps are from the forward pass, over the largest logit or 1."""
    z = net.logits(X)
    return float(np.abs(mapped(part, X, part.locate(X)) - z).max() / max(1.0, np.abs(z).max()))


def allowed_error(part: Any, net: us.Network, X: np.ndarray) -> float:
    """What `affine_error` may be: 1e-9, or more where the error bound says so."""
    return max(1e-9, part.error_bound / max(1.0, float(np.abs(net.logits(X)).max())))


def gap(net: us.Network, X: np.ndarray) -> np.ndarray:
    """How far the largest logit is ahead of the next, (n,); inf with one class."""
    z = np.sort(net.logits(X), axis=1)
    return z[:, -1] - z[:, -2] if z.shape[1] > 1 else np.full(len(X), np.inf)


def wrong_labels(part: Any, net: us.Network, X: np.ndarray) -> int:
    """Points whose cell has another class than the network gives by more than the error bound."""
    label = part.cells.label[part.locate_cells(X)]
    return int(((label != net.predict(X)) & (gap(net, X) > 2 * part.error_bound)).sum())


def magnitudes(net: us.Network, window: Sequence[Sequence[float]]) -> list[np.ndarray]:
    """How large the terms of each unit's pre-activation get in the window, (units,) a layer."""
    largest, found = np.abs(np.array(window)).max(axis=1), []
    for layer in net.layers:
        largest = largest @ np.abs(layer.weights) + np.abs(layer.bias)
        found.append(largest)
        if layer.activation == "leaky_relu":
            largest = largest * max(1.0, abs(layer.negative_slope))
    return found

"""Directions through input space: those that weights span, those in which points vary most."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

SAMPLE = 256  # points that decide between planes
NOISE = 1e-12  # of a size: less is no spread
_RANK = 1e-10  # of a weight vector's length: less is rounding noise


def spanned(weights: np.ndarray, spare: Iterable[np.ndarray]) -> np.ndarray | None:
    """Two directions at right angles that span the rows of `weights` (units, d), if two are enough.

    Where the rows need fewer, the others are the first of `spare` that lead elsewhere.
    """
    size = np.abs(weights).max(axis=1, keepdims=True)
    rows = weights[size[:, 0] > 0] / size[size[:, 0] > 0]
    rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    basis = np.zeros((0, weights.shape[1]))
    while len(rows) and len(basis) < 2:
        left = _without(rows, basis)
        length = np.linalg.norm(left, axis=1)
        furthest = int(length.argmax()) if len(basis) else 0
        if length[furthest] <= _RANK:
            break
        basis = np.vstack([basis, _without(left[furthest] / length[furthest], basis)])
        basis[-1] /= np.linalg.norm(basis[-1])
    if len(rows) and np.abs(_without(rows, basis)).max() > _RANK:
        return None
    for direction in spare:
        if len(basis) == 2:
            break
        left = _without(direction, basis)
        length = np.linalg.norm(left)
        if length > 1e-6:
            left = _without(left / length, basis)
            basis = np.vstack([basis, left / np.linalg.norm(left)])
    return basis


def _without(rows: np.ndarray, basis: np.ndarray) -> np.ndarray:
    """What of `rows` is at right angles to `basis`."""
    return rows - (rows @ basis.T) @ basis


def directions_of(inputs: int, X: np.ndarray | None) -> Iterator[np.ndarray]:
    """Directions of length 1: those in which the points vary most, then those of the inputs."""
    if X is not None:
        some = X[:: -(-len(X) // SAMPLE)]
        yield from principal(some - some.mean(axis=0), 3)
    yield from np.eye(inputs)


def principal(centred: np.ndarray, count: int) -> np.ndarray:
    """The first principal directions (count, d) of points around 0, fewer where they vary in fewer.

    The largest part of each is positive.
    """
    size = float(np.abs(centred).max(initial=0.0)) or 1.0
    rows = centred / size
    wide = rows.shape[1] > len(rows)
    # A few eigenvectors of the smaller matrix of products: many times faster than singular values.
    squares, vectors = np.linalg.eigh(rows @ rows.T if wide else rows.T @ rows)
    kept = vectors.T[::-1][:count][squares[::-1][:count] > NOISE * squares[-1]]
    if wide:
        kept = kept @ rows
        kept /= np.linalg.norm(kept, axis=1, keepdims=True)
    largest = np.take_along_axis(kept, np.abs(kept).argmax(axis=1)[:, None], axis=1)
    return kept * np.where(largest > 0, 1.0, -1.0)


def following(dual: np.ndarray, centred: np.ndarray) -> np.ndarray | None:
    """The directions of the plane of these coordinates whose points are most like the data.

    Of all points with the coordinates `dual @ x`, it has the one that least squares expect.
    """
    coordinates = centred @ dual.T
    # For two columns, many times faster than np.linalg.lstsq.
    across, down = np.linalg.qr(coordinates)
    sizes = np.abs(np.diag(down))
    if not sizes.min() > np.finfo(float).eps * len(centred) * sizes.max():
        return None
    basis = np.linalg.solve(down, across.T @ centred)
    return basis if np.abs(dual @ basis.T - np.eye(2)).max() < 1e-10 else None

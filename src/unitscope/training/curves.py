"""Loss and accuracy of many epochs' weights on one set of points, some epochs at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from unitscope.network import Network

_BYTES_AT_ONCE = 250_000  # of one layer's outputs: they stay in the processor's cache
_Between = Callable[[], None] | None


def curves(shape: Network, weights: np.ndarray, X: np.ndarray, y: np.ndarray,
           between: _Between = None) -> tuple[np.ndarray, np.ndarray]:
    """Mean cross-entropy (natural logarithm, no penalties) and share classified right for each row of weights.

    - `shape`: a network of this shape; `weights`: (epochs, P), rows as `Network.to_vector` has them.
    - `X`: (n, d) points, `y`: (n,) their labels 0..K-1.
    - `between`: called between pieces of the work; what it raises ends it.

    Returns two float64 arrays of shape (epochs,). Computed in float64, as `Network` does.
    """
    loss, accuracy = np.empty(len(weights)), np.empty(len(weights))
    for rows, logits in _pieces(shape, weights, X, between):
        accuracy[rows] = (_winners(logits) == y).mean(axis=1)
        largest = logits.max(axis=1)
        own = np.take_along_axis(logits, np.broadcast_to(y[None, None], (len(logits), 1, len(y))), axis=1)[:, 0]
        with np.errstate(under="ignore"):
            sums = np.exp(logits - largest[:, None]).sum(axis=1)
        loss[rows] = (largest - own + np.log(sums)).mean(axis=1)
    return loss, accuracy


def accuracies(shape: Network, weights: np.ndarray, X: np.ndarray, y: np.ndarray,
               between: _Between = None) -> np.ndarray:
    """The second half of `curves`, in less time."""
    accuracy = np.empty(len(weights))
    for rows, logits in _pieces(shape, weights, X, between):
        accuracy[rows] = (_winners(logits) == y).mean(axis=1)
    return accuracy


def _pieces(shape: Network, weights: np.ndarray, X: np.ndarray,
            between: _Between) -> Iterator[tuple[slice, np.ndarray]]:
    """Rows of weights and their logits at every point, (rows, K, n): a class's are in one piece."""
    widest = max(layer.units for layer in shape.layers)
    step = max(1, _BYTES_AT_ONCE // (8 * max(1, len(X)) * widest))
    columns = np.ascontiguousarray(X.T)[None]
    for begin in range(0, len(weights), step):
        if begin and between is not None:
            between()
        rows = slice(begin, begin + step)
        vectors, values, at = weights[rows].astype(np.float64), columns, 0
        for layer in shape.layers:
            size = layer.inputs * layer.units
            matrices = vectors[:, at : at + size].reshape(-1, layer.inputs, layer.units)
            values = np.matmul(matrices.swapaxes(1, 2), values)
            values += vectors[:, at + size : at + size + layer.units, None]
            values = layer.activate(values)
            at += size + layer.units
        yield rows, values


def _winners(logits: np.ndarray) -> np.ndarray:
    """The first of the largest of every point's logits, (rows, n): as argmax, which is slow along an inner axis."""
    best, winner = logits[:, 0], np.zeros(logits[:, 0].shape, np.int64)
    for label in range(1, logits.shape[1]):
        np.copyto(winner, label, where=logits[:, label] > best)
        best = np.maximum(best, logits[:, label])
    return winner

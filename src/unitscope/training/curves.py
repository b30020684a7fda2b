"""Loss and accuracy of many epochs' weights on one set of points, some epochs at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from unitscope.network import Network

_BYTES_AT_ONCE = 250_000  # of one layer's outputs: they stay in the processor's cache
_Checkpoint = Callable[[], None] | None


def curves(
    shape: Network,
    weights: np.ndarray,
    X: np.ndarray,
    y: np.ndarray,
    checkpoint: _Checkpoint = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Mean cross-entropy (natural logarithm, no penalties) and accuracy of each row of weights.

    - `shape`: a network of this shape; `weights`: (epochs, P), rows as `Network.to_vector` has
      them.
    - `X`: (n, d) points, `y`: (n,) their labels 0..K-1.
    - `checkpoint`: called between pieces of the work; what it raises ends it.

    Returns two float64 arrays of shape (epochs,). Computed in float64, as `Network` does.
    """
    loss, accuracy = np.empty(len(weights)), np.empty(len(weights))
    for rows, logits in _pieces(shape, weights, X, checkpoint):
        accuracy[rows] = (winners(logits) == y).mean(axis=1)
        largest = logits.max(axis=1)
        own = np.take_along_axis(
            logits, np.broadcast_to(y[None, None], (len(logits), 1, len(y))), axis=1
        )[:, 0]
        with np.errstate(under="ignore"):
            sums = np.exp(logits - largest[:, None]).sum(axis=1)
        loss[rows] = (largest - own + np.log(sums)).mean(axis=1)
    return loss, accuracy


def accuracies(
    shape: Network,
    weights: np.ndarray,
    X: np.ndarray,
    y: np.ndarray,
    checkpoint: _Checkpoint = None,
) -> np.ndarray:
    """The second half of `curves`, in less time."""
    accuracy = np.empty(len(weights))
    for rows, logits in _pieces(shape, weights, X, checkpoint):
        accuracy[rows] = (winners(logits) == y).mean(axis=1)
    return accuracy


def _pieces(
    shape: Network, weights: np.ndarray, X: np.ndarray, checkpoint: _Checkpoint
) -> Iterator[tuple[slice, np.ndarray]]:
    """Rows of weights and their logits at every point, (rows, K, n)."""
    step = rows_at_once(shape, len(X), _BYTES_AT_ONCE)
    for begin in range(0, len(weights), step):
        if begin and checkpoint is not None:
            checkpoint()
        rows = slice(begin, begin + step)
        *_, (_, logits) = layer_outputs(shape, weights[rows].astype(np.float64), X)
        yield rows, logits


def layer_outputs(
    shape: Network, weights: np.ndarray, X: np.ndarray
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Layer by layer, z and its activation for each row of weights at every point.

    (rows, units, n) each: what a unit gives at all points is in one piece.
    """
    values, at = np.ascontiguousarray(X.T)[None], 0
    for layer in shape.layers:
        size = layer.inputs * layer.units
        matrices = weights[:, at : at + size].reshape(-1, layer.inputs, layer.units)
        z = np.matmul(matrices.swapaxes(1, 2), values)
        z += weights[:, at + size : at + size + layer.units, None]
        values = layer.activate(z)
        at += size + layer.units
        yield z, values


def rows_at_once(shape: Network, n: int, size: int) -> int:
    """How many rows of weights keep a layer's outputs at n points within `size` bytes."""
    return max(1, size // (8 * max(1, n) * max(layer.units for layer in shape.layers)))


def winners(logits: np.ndarray) -> np.ndarray:
    """The class of the largest logit at each point, (rows, n), the first of equal ones."""
    # As argmax, which is slow along an inner axis.
    best, winner = logits[:, 0], np.zeros(logits[:, 0].shape, np.int64)
    for label in range(1, logits.shape[1]):
        np.copyto(winner, label, where=logits[:, label] > best)
        best = np.maximum(best, logits[:, label])
    return winner

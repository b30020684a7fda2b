"""Loss and accuracy of many epochs' weights on one set of points, many epochs at a time."""

from __future__ import annotations

import numpy as np

from unitscope.network import Network

_BYTES_AT_ONCE = 32_000_000  # of one layer's outputs


def curves(shape: Network, weights: np.ndarray, X: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean cross-entropy (natural logarithm, no penalties) and share classified right for each row of weights.

    - `shape`: a network of this shape; `weights`: (epochs, P), rows as `Network.to_vector` has them.
    - `X`: (n, d) points, `y`: (n,) their labels 0..K-1.

    Returns two float64 arrays of shape (epochs,). Computed in float64, as `Network` does.
    """
    loss, accuracy = np.empty(len(weights)), np.empty(len(weights))
    widest = max(layer.units for layer in shape.layers)
    step = max(1, _BYTES_AT_ONCE // (8 * max(1, len(X)) * widest))
    for begin in range(0, len(weights), step):
        rows = slice(begin, begin + step)
        logits = _logits(shape, weights[rows].astype(np.float64), X)
        accuracy[rows] = (logits.argmax(axis=2) == y).mean(axis=1)
        largest = logits.max(axis=2)
        own = np.take_along_axis(logits, np.broadcast_to(y[None, :, None], (*logits.shape[:2], 1)), axis=2)[..., 0]
        with np.errstate(under="ignore"):
            sums = np.exp(logits - largest[..., None]).sum(axis=2)
        loss[rows] = (largest - own + np.log(sums)).mean(axis=1)
    return loss, accuracy


def _logits(shape: Network, weights: np.ndarray, X: np.ndarray) -> np.ndarray:
    """The logits of every row of weights at every point: (rows, n, K)."""
    values, at = X[None], 0
    for layer in shape.layers:
        size = layer.inputs * layer.units
        matrices = weights[:, at : at + size].reshape(-1, layer.inputs, layer.units)
        bias = weights[:, at + size : at + size + layer.units]
        values = layer.activate(values @ matrices + bias[:, None, :])
        at += size + layer.units
    return values

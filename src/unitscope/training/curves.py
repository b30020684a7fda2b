"""Loss and accuracy of many epochs' weights on one set of points, many epochs at a time."""

from __future__ import annotations

from collections.abc import Iterator

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
    step = rows_at_once(shape, len(X), _BYTES_AT_ONCE)
    for begin in range(0, len(weights), step):
        rows = slice(begin, begin + step)
        *_, (_, logits) = layer_outputs(shape, weights[rows].astype(np.float64), X)
        accuracy[rows] = (logits.argmax(axis=2) == y).mean(axis=1)
        largest = logits.max(axis=2)
        own = np.take_along_axis(logits, np.broadcast_to(y[None, :, None], (*logits.shape[:2], 1)), axis=2)[..., 0]
        with np.errstate(under="ignore"):
            sums = np.exp(logits - largest[..., None]).sum(axis=2)
        loss[rows] = (largest - own + np.log(sums)).mean(axis=1)
    return loss, accuracy


def layer_outputs(shape: Network, weights: np.ndarray, X: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Layer after layer, z and the activation of it for every row of weights at every point: (rows, n, units) each."""
    values, at = X[None], 0
    for layer in shape.layers:
        size = layer.inputs * layer.units
        matrices = weights[:, at : at + size].reshape(-1, layer.inputs, layer.units)
        z = values @ matrices + weights[:, None, at + size : at + size + layer.units]
        values = layer.activate(z)
        at += size + layer.units
        yield z, values


def rows_at_once(shape: Network, n: int, size: int) -> int:
    """Of how many rows of weights the outputs of a layer at n points take about `size` bytes."""
    return max(1, size // (8 * max(1, n) * max(layer.units for layer in shape.layers)))

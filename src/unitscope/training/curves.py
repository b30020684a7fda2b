"""Loss and accuracy of many epochs' weights on one set of points, some epochs at a time."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from unitscope.compiled.code import CompiledCode, no_llvm
from unitscope.compiled.memory import address
from unitscope.kernel import packing, tiles
from unitscope.looking import look
from unitscope.networks import Network
from unitscope.recipe import Recipe

EPOCHS = CompiledCode("unitscope.kernel.epochs", arguments=10)

_BYTES_AT_ONCE = 250_000  # of one layer's outputs: they stay in the processor's cache
_MOST_COMPILED = 2048  # parameters: matrix products of larger networks are quicker in NumPy
_MOST_LAYERS = 9  # with the inputs: sizes of numbers multiply from layer to layer
_PRODUCTS_AT_ONCE = 3e6  # of compiled code, between two looks: some milliseconds
_STRAIGHT = ("linear", "relu", "leaky_relu", "abs")
# The sum of squares of numbers of which no sum or product leaves float64, in any layer.
_TAME = 1e30


def curves(
    shape: Network,
    weights: np.ndarray,
    X: np.ndarray,
    y: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Mean cross-entropy (natural logarithm, no penalties) and accuracy of each row of weights.

    - `shape`: a network of this shape; `weights`: (epochs, P), rows as `Network.to_vector` has
      them.
    - `X`: (n, d) points, `y`: (n,) their labels 0..K-1.

    Returns two float64 arrays of shape (epochs,). Computed in float64, as `Network` does.
    """
    if _is_compiled(shape, weights, X):
        return _compiled(shape, weights, X, y)
    loss, accuracy = np.empty(len(weights)), np.empty(len(weights))
    points = np.arange(len(y))
    for rows, logits in _pieces(shape, weights, X):
        accuracy[rows] = (winners(logits) == y).mean(axis=1)
        largest = logits.max(axis=1)
        own = logits[:, y, points]
        with np.errstate(under="ignore"):
            sums = np.exp(logits - largest[:, None]).sum(axis=1)
        loss[rows] = (largest - own + np.log(sums)).mean(axis=1)
    return loss, accuracy


def accuracies(
    shape: Network,
    weights: np.ndarray,
    X: np.ndarray,
    y: np.ndarray,
) -> np.ndarray:
    """The second half of `curves`, in less time."""
    if _is_compiled(shape, weights, X):
        return _compiled(shape, weights, X, y, losses=False)[1]
    accuracy = np.empty(len(weights))
    for rows, logits in _pieces(shape, weights, X):
        accuracy[rows] = (winners(logits) == y).mean(axis=1)
    return accuracy


def suits(sizes: Sequence[int], activations: Iterable[str]) -> bool:
    """Whether compiled code knows networks of these sizes and activations, and LLVM is there."""
    parameters = sum((inputs + 1) * units for inputs, units in itertools.pairwise(sizes))
    small = parameters <= _MOST_COMPILED and len(sizes) <= _MOST_LAYERS
    return small and all(name in _STRAIGHT for name in activations) and not no_llvm()


def _is_compiled(shape: Network, weights: np.ndarray, X: np.ndarray) -> bool:
    """Whether compiled code does it: quicker, and within rounding the same."""
    if not weights.size or not suits(shape.sizes, [layer.activation for layer in shape.layers]):
        return False
    sizes = np.vdot(weights, weights), np.vdot(X, X)  # not a number where one is not
    return all(size < _TAME for size in sizes) and EPOCHS.works()


def _compiled(
    shape: Network, weights: np.ndarray, X: np.ndarray, y: np.ndarray, *, losses: bool = True
) -> tuple[np.ndarray, np.ndarray]:
    """What `curves` gives, by compiled code; without `losses`, these are no losses."""
    n, features = X.shape
    rows, count = len(weights), -(-n // tiles.TILE)
    points = np.zeros((count * tiles.TILE, features))
    points[:n] = X
    tiled = points.reshape(count, tiles.TILE, features).swapaxes(1, 2).copy()
    labels = np.full(len(points), tiles.NOBODY)
    labels[:n] = y
    layers = packing.shape_of(shape)
    table, outputs = np.array(layers, np.int64), sum(shape.sizes)
    slopes = np.array([layer.negative_slope for layer in shape.layers])
    vectors, work = np.array(weights, np.float64, order="C"), np.empty(outputs * tiles.TILE)
    right, gaps = np.empty((2, rows, tiles.WIDTH))
    products = np.empty((rows, -(-count // tiles.FACTORS), tiles.WIDTH))
    step = max(1, int(_PRODUCTS_AT_ONCE / (len(points) * shape.n_parameters)))
    for begin in range(0, rows, step):
        if begin:
            look()
        part = slice(begin, begin + step)
        size = min(step, rows - begin)
        values = (size, count, len(layers), shape.n_parameters, outputs, not losses)
        given = np.array(values, np.int64), table, slopes, vectors[part], tiled, labels, work
        EPOCHS.entry()(*map(address, (*given, right[part], gaps[part], products[part])))
    loss = gaps.sum(axis=1) + np.log(products).sum(axis=(1, 2))
    return loss / n, right.sum(axis=1) / n


def penalties(shape: Network, weights: np.ndarray, recipe: Recipe) -> np.ndarray:
    """What a recipe's penalties add to the loss of each row of weights, (rows,)."""
    found, at = np.zeros(len(weights)), 0
    layers = zip(shape.layers, *recipe.penalties(len(shape.layers)), strict=True)
    for layer, l1, l2 in layers if recipe.penalised else ():
        w = weights[:, at : at + layer.weights.size].astype(np.float64)
        found += l1 * np.abs(w).sum(axis=1) + l2 * (w * w).sum(axis=1)
        at += layer.weights.size + layer.units
    return found


def _pieces(
    shape: Network, weights: np.ndarray, X: np.ndarray
) -> Iterator[tuple[slice, np.ndarray]]:
    """Rows of weights and their logits at every point, (rows, K, n)."""
    step = rows_at_once(shape, len(X), _BYTES_AT_ONCE)
    for begin in range(0, len(weights), step):
        if begin:
            look()
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

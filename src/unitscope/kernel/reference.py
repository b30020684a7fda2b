"""The training in plain NumPy: what the compiled kernel computes, to be read as its specification.

It works in float32 where the kernel does. The kernel's tests compare with it, and it trains where
there is no LLVM, many times slower. Sums have another order, so that last digits differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from unitscope.kernel.packing import bounds
from unitscope.kernel.state import PLAIN, Options, Outcome, State
from unitscope.networks import ACTIVATIONS, Dense, Network
from unitscope.recipe import Recipe

# Numbers that leave float32 are what the kernel finds, too: `advance` stops before their epoch.
_QUIET = np.errstate(over="ignore", invalid="ignore", divide="ignore", under="ignore")
_f = np.float32


def _sigmoid(z: np.ndarray) -> np.ndarray:
    return ACTIVATIONS["sigmoid"](z, 0.0)


# The derivative of each activation at z, where `a` is its value and `below` leaky_relu's slope.
SLOPES: dict[str, Callable[[np.ndarray, np.ndarray, float], np.ndarray]] = {
    "linear": lambda z, a, below: np.ones_like(z),
    "relu": lambda z, a, below: z > 0,
    "leaky_relu": lambda z, a, below: np.where(z > 0, _f(1), _f(below)),
    "tanh": lambda z, a, below: 1 - a * a,
    "sigmoid": lambda z, a, below: a * (1 - a),
    "elu": lambda z, a, below: np.where(z > 0, _f(1), a + 1),
    "softplus": lambda z, a, below: _sigmoid(z),
    "gelu": lambda z, a, below: _normal_below(z) + z * np.exp(-z * z / 2) / np.sqrt(2 * np.pi),
    "silu": lambda z, a, below: _sigmoid(z) * (1 + z * (1 - _sigmoid(z))),
    "abs": lambda z, a, below: np.sign(z),
}


def _normal_below(z: np.ndarray) -> np.ndarray:
    """The share of a normal distribution below z."""
    return np.where(z == 0, 0.5, ACTIVATIONS["gelu"](z, 0.0) / np.where(z == 0, 1, z))


@_QUIET
def advance(
    state: State,
    net: Network,
    X: np.ndarray,
    y: np.ndarray,
    order: np.ndarray,
    recipe: Recipe,
    options: Options = PLAIN,
) -> Outcome:
    """Train on from `state` for one epoch per row of `order`, as `kernel.advance.advance` does.

    An epoch's loss is the mean over its points, each just before its own batch's step, with the
    penalties.
    """
    epochs, n = order.shape
    record, loss = np.empty((epochs + 1, net.n_parameters), _f), np.empty(epochs)
    record[0] = state.parameters
    correct, after, points = np.zeros(epochs, np.int64), state.copy(), X.astype(_f)
    for epoch, row in enumerate(order):
        now, lost = after.copy(), 0.0
        for batch in np.split(row, range(recipe.batch_size, n, recipe.batch_size)):
            if options.look is not None:
                options.look()
            own = None if options.weights is None else options.weights[batch].astype(_f)
            chosen = points[batch], y[batch], own
            surprise, gradient, right = _pass(now.parameters, net, chosen, recipe, options)
            penalty = _penalise(now.parameters, gradient, net, recipe)
            lost += surprise + penalty * len(batch)
            correct[epoch] += right
            now = now._replace(step=now.step + 1)
            _step(now, gradient, recipe)
        record[epoch + 1], loss[epoch] = now.parameters, lost / n
        if not (np.isfinite(lost) and np.isfinite(now.parameters).all()):
            return Outcome(record[: epoch + 1], loss[:epoch], correct[:epoch], after, finite=False)
        after = now
    return Outcome(record, loss, correct, after, finite=True)


def _layers(vector: np.ndarray, net: Network) -> Iterator[tuple[Dense, np.ndarray, np.ndarray]]:
    """Each layer's weights (inputs, units) and biases (units,), as views of a vector (P,)."""
    at = 0
    for layer in net.layers:
        bias = at + layer.weights.size
        yield layer, vector[at:bias].reshape(layer.weights.shape), vector[bias : bias + layer.units]
        at = bias + layer.units


def _pass(
    P: np.ndarray,
    net: Network,
    batch: tuple[np.ndarray, np.ndarray, np.ndarray | None],
    recipe: Recipe,
    options: Options,
) -> tuple[float, np.ndarray, int]:
    """The sum of a batch's losses, the gradient of their mean (P,), how many points are right."""
    X, y, own_weights = batch
    outputs, slopes = [X], []
    for layer, weights, bias in _layers(P, net):
        z = outputs[-1] @ weights + bias
        outputs.append(layer.activate(z).astype(_f))
        slope = SLOPES[layer.activation](z, outputs[-1], layer.negative_slope)
        slopes.append(slope.astype(_f))
    logits, own = outputs[-1], (np.arange(len(y)), y)
    gaps = logits - logits.max(axis=1, keepdims=True)
    powers = np.exp(gaps)
    sums = powers.sum(axis=1, keepdims=True)
    surprise, taught = np.log(sums[:, 0]) - gaps[own], np.ones(len(y), _f)
    if options.clip:  # a probability outside the bounds adds a bound's loss and teaches nothing
        least, most, most_of_0 = np.array(bounds(options.clip, recipe.one_logit), _f)
        most = np.where(y == 0, most_of_0, most)
        taught = ((least <= surprise) & (surprise <= most)).astype(_f)
        surprise = np.clip(surprise, least, most)
    if own_weights is not None:
        surprise, taught = surprise * own_weights, taught * own_weights
    delta = powers / sums
    delta[own] -= 1
    delta *= taught[:, None] / _f(len(y))
    if recipe.one_logit:
        delta[:, 0] = 0
    gradient = np.empty_like(P)
    parts = zip(_layers(P, net), _layers(gradient, net), outputs, slopes, strict=False)
    for (_, weights, _), (_, by_weights, by_bias), inputs, slope in reversed(list(parts)):
        delta = delta * slope
        by_weights[:], by_bias[:] = inputs.T @ delta, delta.sum(axis=0)
        delta = delta @ weights.T
    compared = logits + np.where(np.arange(net.n_classes) == 0, _f(options.edge), _f(0))
    hits = compared.argmax(axis=1) == y
    right = int(hits.sum() if own_weights is None else hits[own_weights > 0].sum())
    return float(surprise.sum(dtype=np.float64)), gradient, right


def _penalise(P: np.ndarray, gradient: np.ndarray, net: Network, recipe: Recipe) -> float:
    """l1 * sum |w| + l2 * sum w**2 over all weights; its gradient is added (the sign of 0 is 0)."""
    penalty = 0.0
    layers = zip(_layers(P, net), _layers(gradient, net), strict=True)
    for ((_, weights, _), (_, by_weights, _)), l1, l2 in zip(
        layers, *recipe.penalties(len(net.layers)), strict=True
    ):
        w = weights.astype(np.float64)
        penalty += l1 * np.abs(w).sum() + l2 * (w * w).sum()
        by_weights += (l1 * np.sign(w) + 2.0 * l2 * w).astype(_f)
    return float(penalty)


def _step(state: State, g: np.ndarray, recipe: Recipe) -> None:
    """Move the state to this step against the gradient, by Keras's formula for the optimizer."""
    P, (first, second), rate = state.parameters, state.slots, recipe.learning_rate
    momentum = _f(recipe.momentum)
    if recipe.optimizer in ("adam", "adamw"):
        first += (g - first) * _f(1.0 - recipe.beta_1)
        second += (g * g - second) * _f(1.0 - recipe.beta_2)
        if recipe.optimizer == "adamw":
            P -= P * _f(recipe.weight_decay) * _f(rate)
        P -= first * _corrected_rate(state.step, recipe) / (np.sqrt(second) + _f(recipe.epsilon))
    elif recipe.optimizer == "rmsprop":
        first[:] = first * _f(recipe.rho) + g * g * _f(1.0 - recipe.rho)
        move = _f(rate) * g / np.sqrt(first + _f(recipe.epsilon))
        if momentum > 0:
            move = second[:] = second * momentum + move
        P -= move
    else:
        move = _f(rate) * g
        if momentum > 0:
            first[:] = first * momentum - move
            move = move - first * momentum if recipe.nesterov else -first
        P -= move


def _corrected_rate(step: int, recipe: Recipe) -> np.float32:
    """Adam's rate at a step: exact, or in float32, where of 1 - 0.999 five digits are right."""
    betas = np.array([recipe.beta_1, recipe.beta_2])
    if recipe.float32_rate:
        power_1, power_2 = (betas.astype(_f).astype(np.float64) ** step).astype(_f)
        return _f(recipe.learning_rate) * np.sqrt(_f(1) - power_2) / (_f(1) - power_1)
    power_1, power_2 = betas**step
    return _f(recipe.learning_rate * np.sqrt(1.0 - power_2) / (1.0 - power_1))


def shuffles(n: int, count: int, past: int, key: int) -> np.ndarray:
    """The orders of the points in `count` epochs after the first `past`, (count, n) int32.

    Fisher and Yates's shuffle by the numbers hash(key + hash(epoch * n + i)) (see `shuffles`).
    """
    number = np.arange(past, past + count)[:, None] * n + np.arange(n)
    drawn = _hash(np.uint32(key) + _hash(number.astype(np.uint32))).astype(np.uint64)
    below: np.ndarray = np.arange(1, n + 1, dtype=np.uint64)
    drawn = drawn * below >> np.uint64(32)
    places, rows = np.tile(np.arange(n, dtype=np.int32), (count, 1)), np.arange(count)
    for last in range(n - 1, 0, -1):
        other = drawn[:, last].astype(np.intp)
        places[rows, other], places[:, last] = places[:, last].copy(), places[rows, other]
    return places


def are_permutations(order: np.ndarray) -> bool:
    """Whether every row of whole numbers (epochs, n) is a permutation of 0..n-1."""
    return bool((np.sort(order, axis=1) == np.arange(order.shape[1])).all())


def _hash(x: np.ndarray) -> np.ndarray:
    """lowbias32, wrapping round in 32 bits."""
    x = (x ^ x >> np.uint32(16)) * np.uint32(0x7FEB352D)
    x = (x ^ x >> np.uint32(15)) * np.uint32(0x846CA68B)
    return x ^ x >> np.uint32(16)

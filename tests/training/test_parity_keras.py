"""The kernel against Keras on identical batches: all optimizers and activations, 3 steps and 50."""

import numpy as np
import pytest

from unitscope.kernel.advance import advance
from unitscope.kernel.state import State
from unitscope.networks import ACTIVATIONS, Network
from unitscope.recipe import Recipe

# Keras 3.15 on NumPy 2.4 warns of its own __array__.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

OPTIMIZERS = {
    "sgd": dict(optimizer="sgd", learning_rate=0.05),
    "momentum": dict(optimizer="sgd", learning_rate=0.02, momentum=0.9),
    "nesterov": dict(optimizer="sgd", learning_rate=0.02, momentum=0.9, nesterov=True),
    "rmsprop": dict(optimizer="rmsprop", learning_rate=0.003),
    "rmsprop_momentum": dict(optimizer="rmsprop", learning_rate=0.002, momentum=0.6),
    "adam": dict(optimizer="adam", learning_rate=0.01),
    "adamw": dict(optimizer="adamw", learning_rate=0.01, weight_decay=0.05),
}
PAIRS = [(name, activation) for name in OPTIMIZERS for activation in ("relu", "tanh")]
PAIRS += [
    ("adam", activation) for activation in ACTIVATIONS if activation not in ("relu", "tanh", "abs")
]
# The slope of abs jumps from -1 to 1, which Adam turns into steps of full size: rounding grows to
# 1.2e-5 in 50 steps.
PAIRS += [("sgd", "abs")]


def keras_optimizer(keras, setting):
    rest = {name: value for name, value in setting.items() if name != "optimizer"}
    kinds = {"sgd": "SGD", "rmsprop": "RMSprop", "adam": "Adam", "adamw": "AdamW"}
    return getattr(keras.optimizers, kinds[setting["optimizer"]])(**rest)


def largest_relative_gap(weights, expected, net):
    """The largest difference in each array of weights or biases, relative to its largest entry."""
    gaps, at = [], 0
    for layer in net.layers:
        for size in (layer.weights.size, layer.units):
            piece, right = weights[at : at + size], expected[at : at + size]
            gaps.append(np.abs(piece - right).max() / np.abs(right).max())
            at += size
    return max(gaps)


@pytest.mark.parametrize(("name", "activation"), PAIRS)
def test_weights_equal_keras(keras, name, activation):
    setting, batch, steps = OPTIMIZERS[name], 16, 50
    rng = np.random.default_rng(7)
    X, y = (
        rng.normal(0, 2, (batch * steps, 3)).astype(np.float32),
        rng.integers(0, 4, batch * steps),
    )
    net = Network.initialize((3, 6, 4), activation, seed=3)
    function = keras.ops.absolute if activation == "abs" else activation
    model = keras.Sequential(
        [keras.Input((3,)), keras.layers.Dense(6, function), keras.layers.Dense(4)]
    )
    model.set_weights([part for layer in net.layers for part in (layer.weights, layer.bias)])
    model.compile(
        keras_optimizer(keras, setting),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    state, recipe = State.fresh(net.to_vector()), Recipe(batch_size=batch, **setting)
    for rows in (slice(0, 3 * batch), slice(3 * batch, None)):  # 3 steps, then on to 50
        count = len(y[rows])
        history = model.fit(X[rows], y[rows], batch_size=batch, shuffle=False, verbose=0)
        outcome = advance(state, net, X[rows], y[rows], np.arange(count)[None], recipe)
        expected = np.concatenate([np.ravel(part) for part in model.get_weights()])
        assert largest_relative_gap(outcome.weights[-1], expected, net) < 1e-5
        assert outcome.loss[0] == pytest.approx(history.history["loss"][0], rel=1e-5)
        state = outcome.state

"""A network, a recipe and points as the arrays that the compiled code works on (see `layout`)."""

from __future__ import annotations

import math

import numpy as np

from unitscope.compiled.memory import address
from unitscope.kernel import layout
from unitscope.network import Dense, Network
from unitscope.recipe import Recipe

ACTIVATION_CODES = {
    "linear": layout.LINEAR,
    "relu": layout.RELU,
    "leaky_relu": layout.LEAKY_RELU,
    "tanh": layout.TANH,
    "sigmoid": layout.SIGMOID,
    "elu": layout.ELU,
    "softplus": layout.SOFTPLUS,
    "gelu": layout.GELU,
    "silu": layout.SILU,
    "abs": layout.ABS,
}
OPTIMIZER_CODES = {
    "sgd": layout.SGD,
    "rmsprop": layout.RMSPROP,
    "adam": layout.ADAM,
    "adamw": layout.ADAMW,
}

# Weights of a layer: above, the tiles of the matrix product are quicker than weight by weight.
_NARROW = 256


def settings(net: Network, recipe: Recipe, clip: float = 0.0) -> np.ndarray:
    """The recipe's real numbers, then each layer's slope below zero, (13 + L,) float64.

    The least and the most that a point may add to the loss are those of a probability clipped to
    `clip`..1 - `clip` in float32, or no bounds where `clip` is 0.
    """
    least, most = -math.inf, math.inf
    if clip:
        least, most = (-np.log(np.array([1.0 - clip, clip], np.float32))).tolist()
    values = [1.0] * layout.SETTINGS  # the powers of the betas begin with 1
    values[layout.RATE] = recipe.learning_rate
    values[layout.MOMENTUM] = recipe.momentum
    values[layout.BETA_1] = recipe.beta_1
    values[layout.BETA_2] = recipe.beta_2
    values[layout.RHO] = recipe.rho
    values[layout.EPSILON] = recipe.epsilon
    values[layout.DECAY] = recipe.weight_decay
    values[layout.L1] = recipe.l1
    values[layout.L2] = recipe.l2
    values[layout.LOSS_MIN] = least
    values[layout.LOSS_MAX] = most
    return np.array([*values, *[layer.negative_slope for layer in net.layers]])


def layer_table(net: Network, stride: int) -> np.ndarray:
    """A row for each layer, (L, 7) int64; `stride` is the length of a unit's row of outputs."""
    table = []
    parameter, source, target = 0, 0, pitch(net.n_features)
    for layer in net.layers:
        inputs, units = layer.inputs, layer.units
        row = [0] * layout.COLUMNS
        row[layout.INPUTS], row[layout.UNITS] = inputs, units
        row[layout.ACTIVATION] = _activation_code(layer)
        row[layout.WEIGHTS], row[layout.BIAS] = parameter, parameter + inputs * units
        row[layout.SOURCE], row[layout.TARGET] = source * stride, target * stride
        table.append(row)
        parameter, source, target = parameter + (inputs + 1) * units, target, target + units
    return np.array(table, np.int64)


def _activation_code(layer: Dense) -> int:
    """Its code; a leaky_relu that is positive on both sides has one of its own."""
    folded = layer.activation == "leaky_relu" and layer.negative_slope < 0
    return layout.FOLDED if folded else ACTIVATION_CODES[layer.activation]


def numbers(
    net: Network, recipe: Recipe, n: int, *, counted: bool = False, blocks: int = 1
) -> np.ndarray:
    """Every whole number that the kernel needs, (18,) int64, for one thread.

    Those of one call, EPOCHS and STEP, are 0.
    """
    count, ahead = net.n_parameters, pitch(net.n_features)
    stride, narrow = min(layout.CHUNK, padded(min(recipe.batch_size, n))), is_narrow(net)
    values = [0] * layout.NUMBERS
    values[layout.POINTS] = n
    values[layout.BATCH] = recipe.batch_size
    values[layout.LAYERS] = len(net.layers)
    values[layout.PADDED] = padded(count)
    values[layout.PARAMETERS] = count
    values[layout.OPTIMIZER] = OPTIMIZER_CODES[recipe.optimizer]
    values[layout.NESTEROV] = recipe.nesterov
    values[layout.STRIDE] = stride
    values[layout.OUTPUTS] = ahead + sum(layer.units for layer in net.layers)
    values[layout.SCRATCH] = _scratch(net, stride, narrow)
    values[layout.PITCH] = ahead
    values[layout.IS_NARROW] = narrow
    values[layout.COUNTED] = counted
    values[layout.BLOCKS] = blocks
    values[layout.TEAM], values[layout.MEMBER] = 1, 0
    return np.array(values, np.int64)


def is_narrow(net: Network) -> bool:
    """Whether a network's weights are so few that each is used by itself."""
    if net.n_parameters > 4 * _NARROW:
        return False
    return max(layer.weights.size for layer in net.layers) <= _NARROW


def _scratch(net: Network, stride: int, narrow: bool) -> int:
    """How many numbers the loop needs for what it works out on the way."""
    if narrow:
        return padded(net.n_parameters) * layout.HALF  # a row of sums for each parameter
    # a layer's derivatives with a row for each point, beside its padded gradient
    return max(
        (stride + layer.inputs) * padded(layer.units) + layer.inputs * stride
        for layer in net.layers
    )


def pitch(features: int) -> int:
    """The length of a point's row (features, class, padding), so many rows of outputs, too."""
    return -(-(features + 1) // layout.QUAD) * layout.QUAD


def points(X: np.ndarray, y: np.ndarray) -> np.ndarray:
    """A row of float32 for each point: its features, its class, zeros up to the pitch."""
    n, features = X.shape
    rows = np.zeros((n, pitch(features)), np.float32)
    with np.errstate(over="ignore"):
        rows[:, :features] = X
    rows[:, features] = y
    return rows


def workspace(whole: np.ndarray) -> np.ndarray:
    """Zeroed float32 memory for the loop: see the picture in README.md."""
    stride = int(whole[layout.STRIDE])
    outputs = 2 * int(whole[layout.OUTPUTS]) * stride
    return zeros(outputs + int(whole[layout.SCRATCH]) + stride + int(whole[layout.PADDED]))


def zeros(*shape: int) -> np.ndarray:
    """Zeroed float32 memory that starts at a cache line, so that no vector of it lies on two."""
    size = math.prod(shape)
    room = np.zeros(size + layout.WIDTH, np.float32)
    skipped = -address(room) % (4 * layout.WIDTH) // 4
    return room[skipped : skipped + size].reshape(shape)


def padded(count: int) -> int:
    """`count` rounded up to whole vectors."""
    return -(-count // layout.WIDTH) * layout.WIDTH

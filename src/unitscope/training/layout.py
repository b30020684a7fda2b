"""How a network, a recipe and the compiled loop's working memory lie in flat arrays; no Numba in here."""

from __future__ import annotations

import math

import numpy as np

from unitscope.network import Dense, Network
from unitscope.training.recipe import Recipe

WIDTH = 16  # numbers in one vector of the kernel; parameter vectors are padded to whole ones

# The columns of a layer table: sizes, activation code, the index of the first weight and of the first bias in the
# parameters, of the layer's first input and of its first output in the rows of outputs.
INPUTS, UNITS, ACTIVATION, WEIGHTS, BIAS, SOURCE, TARGET = range(7)

# The derivative of those after LEAKY_RELU is kept beside their output, which does not tell it.
LINEAR, RELU, LEAKY_RELU, TANH, SIGMOID, ELU, SOFTPLUS, GELU, SILU, ABS, FOLDED = range(11)
ACTIVATION_CODES = {
    "linear": LINEAR,
    "relu": RELU,
    "leaky_relu": LEAKY_RELU,
    "tanh": TANH,
    "sigmoid": SIGMOID,
    "elu": ELU,
    "softplus": SOFTPLUS,
    "gelu": GELU,
    "silu": SILU,
    "abs": ABS,
}

SGD, RMSPROP, ADAM, ADAMW = range(4)
OPTIMIZER_CODES = {"sgd": SGD, "rmsprop": RMSPROP, "adam": ADAM, "adamw": ADAMW}

# The entries of the settings, float64; the last two are the kernel's own: the betas to the power of the step.
RATE, MOMENTUM, BETA_1, BETA_2, RHO, EPSILON, DECAY, L1, L2, LEAST, MOST, POWER_1, POWER_2 = range(13)
SETTINGS = 13

# The entries of the numbers, int64; BLOCKS is of runs in lockstep only, TEAM and MEMBER of one run only.
POINTS, EPOCHS, BATCH, LAYERS, PADDED, PARAMETERS, OPTIMIZER, NESTEROV, STEP, STRIDE, ROWS, SCRATCH = range(12)
BLOCKS, TEAM, MEMBER = 12, 12, 13
NUMBERS = 14

GROUP = WIDTH  # runs that are trained in lockstep: the lanes of a vector
TILE = 4  # points of each that go through together: their sums fit the registers
ROW = TILE * GROUP
_CHUNK = 128  # points that go through the network at once: a wide layer's outputs still fit the second-level cache


def settings(recipe: Recipe, clip: float = 0.0) -> np.ndarray:
    """The recipe's real numbers in the order of the kernel, (13,) float64.

    Before the last two are the least and the most that a point may add to the loss: those of a probability clipped to
    `clip`..1 - `clip` in float32, or no bounds where `clip` is 0.
    """
    bounds = -np.log(np.array([1.0 - clip, clip], np.float32)) if clip else (-np.inf, np.inf)
    return np.array([recipe.learning_rate, recipe.momentum, recipe.beta_1, recipe.beta_2, recipe.rho, recipe.epsilon,
                     recipe.weight_decay, recipe.l1, recipe.l2, *bounds, 1.0, 1.0])


def layer_table(net: Network, stride: int) -> np.ndarray:
    """One row of seven whole numbers for each layer; `stride` is the length of a unit's row of outputs."""
    table = np.zeros((len(net.layers), 7), np.int64)
    parameter, unit = 0, net.n_features
    for row, layer in zip(table, net.layers, strict=True):
        bias = parameter + layer.weights.size
        row[:] = (layer.inputs, layer.units, _activation_code(layer), parameter, bias,
                  (unit - layer.inputs) * stride, unit * stride)
        parameter, unit = bias + layer.units, unit + layer.units
    return table


def _activation_code(layer: Dense) -> int:
    """The code of a layer's activation; a leaky_relu that is positive on both sides has one of its own."""
    folded = layer.activation == "leaky_relu" and layer.negative_slope < 0
    return FOLDED if folded else ACTIVATION_CODES[layer.activation]


def numbers(net: Network, recipe: Recipe, n: int, epochs: int, step: int, blocks: int = 1) -> np.ndarray:
    """Every whole number that the kernel needs, (14,) int64; the last two are for one thread."""
    stride = min(_CHUNK, padded(min(recipe.batch_size, n)))
    # The widest need of the scratch: a layer's derivatives with a row for each point beside its padded gradient.
    scratch = max((stride + layer.inputs) * padded(layer.units) + layer.inputs * stride for layer in net.layers)
    count = net.n_parameters
    return np.array([n, epochs, recipe.batch_size, len(net.layers), padded(count), count,
                     OPTIMIZER_CODES[recipe.optimizer], recipe.nesterov, step, stride, sum(net.sizes), scratch, blocks,
                     0], np.int64)


def workspace(whole: np.ndarray) -> np.ndarray:
    """Zeroed float32 memory for outputs, derivatives, scratch, labels, weights of the points and the gradient."""
    stride = whole[STRIDE]
    return zeros(2 * whole[ROWS] * stride + whole[SCRATCH] + 2 * stride + whole[PADDED])


def zeros(*shape: int) -> np.ndarray:
    """Zeroed float32 memory that starts at a cache line, so that no vector of it lies on two."""
    room = np.zeros(math.prod(shape) + WIDTH, np.float32)
    skipped = -room.ctypes.data % (4 * WIDTH) // 4
    return room[skipped : skipped + math.prod(shape)].reshape(shape)


def padded(count: int) -> int:
    """`count` rounded up to whole vectors."""
    return -(-count // WIDTH) * WIDTH

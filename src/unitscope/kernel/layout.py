"""How a network, a recipe and the compiled loop's working memory lie in flat arrays; no Numba in here."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from unitscope.compiled.memory import address

if TYPE_CHECKING:
    # only named here: a change of theirs makes no compiled code stale
    from unitscope.network import Dense, Network
    from unitscope.recipe import Recipe

WIDTH = 16  # numbers in one vector of the kernel; parameter vectors are padded to whole ones
HALF = WIDTH // 2  # numbers in a vector's half, whose shuffles every processor has

# The columns of a layer table: sizes, activation code, the index of the first weight and of the
# first bias in the parameters, of the layer's first input and of its first output in the rows of
# outputs.
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

# The entries of the settings, float64; the last two are the kernel's own: the betas to the power of
# the step. After them comes each layer's slope below zero.
RATE, MOMENTUM, BETA_1, BETA_2, RHO, EPSILON, DECAY, L1, L2, LEAST, MOST, POWER_1, POWER_2 = range(
    13
)
SETTINGS = 13

# The entries of the numbers, int64; BLOCKS is of runs in lockstep only, TEAM and MEMBER of one run
# only.
(
    POINTS,
    EPOCHS,
    BATCH,
    LAYERS,
    PADDED,
    PARAMETERS,
    OPTIMIZER,
    NESTEROV,
    STEP,
    STRIDE,
    ROWS,
    SCRATCH,
    PITCH,
    NARROW,
    COUNTED,
) = range(15)
BLOCKS, TEAM, MEMBER = 15, 15, 16
NUMBERS = 17
COLUMNS = 7  # of a layer table

GROUP = WIDTH  # runs that are trained in lockstep: the lanes of a vector
TILE = 4  # points of each that go through together: their sums fit the registers
ROW = TILE * GROUP
QUAD = 4  # numbers of a point that are fetched at once; a point's row is padded to whole ones
# weights of a layer: above, the tiles of the matrix product are quicker than weight by weight
_NARROW = 256
# points that go through the network at once: a wide layer's outputs still fit the second-level
# cache
_CHUNK = 128


def settings(net: Network, recipe: Recipe, clip: float = 0.0) -> np.ndarray:
    """The recipe's real numbers in the order of the kernel, then each layer's negative slope, (13 + L,) float64.

    `least` and `most` are what a point may add to the loss: those of a probability clipped to
    `clip`..1 - `clip` in float32, or no bounds where `clip` is 0.
    """
    least, most = (
        -np.log(np.array([1.0 - clip, clip], np.float32)) if clip else (-math.inf, math.inf)
    )
    return np.array(
        [
            recipe.learning_rate,
            recipe.momentum,
            recipe.beta_1,
            recipe.beta_2,
            recipe.rho,
            recipe.epsilon,
            recipe.weight_decay,
            recipe.l1,
            recipe.l2,
            least,
            most,
            1.0,
            1.0,
            *[layer.negative_slope for layer in net.layers],
        ]
    )


def layer_table(net: Network, stride: int) -> np.ndarray:
    """One row of seven whole numbers for each layer; `stride` is the length of a unit's row of outputs."""
    table = []
    parameter, source, target = 0, 0, pitch(net.n_features)
    for layer in net.layers:
        inputs, units = layer.inputs, layer.units
        bias = parameter + inputs * units
        table.append(
            (
                inputs,
                units,
                _activation_code(layer),
                parameter,
                bias,
                source * stride,
                target * stride,
            )
        )
        parameter, source, target = bias + units, target, target + units
    return np.array(table, np.int64)


def pitch(features: int) -> int:
    """The length of a point's row, which has its features, its class and what pads it: so many rows of outputs, too."""
    return -(-(features + 1) // QUAD) * QUAD


def narrow(net: Network) -> bool:
    """Whether a network's weights are so few that each is used by itself."""
    return (
        max(layer.weights.size for layer in net.layers) <= _NARROW
        and net.n_parameters <= 4 * _NARROW
    )


def _activation_code(layer: Dense) -> int:
    """The code of a layer's activation; a leaky_relu that is positive on both sides has one of its own."""
    folded = layer.activation == "leaky_relu" and layer.negative_slope < 0
    return FOLDED if folded else ACTIVATION_CODES[layer.activation]


def numbers(
    net: Network,
    recipe: Recipe,
    n: int,
    epochs: int,
    step: int,
    *,
    counted: bool = False,
    blocks: int = 1,
) -> np.ndarray:
    """Every whole number that the kernel needs, (17,) int64; the last two are for one thread."""
    stride, count = min(_CHUNK, padded(min(recipe.batch_size, n))), net.n_parameters
    few, ahead = narrow(net), pitch(net.n_features)
    if few:
        scratch = padded(count) * HALF  # a row of sums for each parameter
    # the widest need: a layer's derivatives with a row for each point beside its padded gradient
    else:
        scratch = max(
            (stride + layer.inputs) * padded(layer.units) + layer.inputs * stride
            for layer in net.layers
        )
    return np.array(
        [
            n,
            epochs,
            recipe.batch_size,
            len(net.layers),
            padded(count),
            count,
            OPTIMIZER_CODES[recipe.optimizer],
            recipe.nesterov,
            step,
            stride,
            ahead + sum(net.sizes[1:]),
            scratch,
            ahead,
            few,
            counted,
            blocks,
            0,
        ],
        np.int64,
    )


def points(X: np.ndarray, y: np.ndarray) -> np.ndarray:
    """A row of float32 for each point: its features, its class, zeros up to the pitch."""
    n, features = X.shape
    rows = np.zeros((n, pitch(features)), np.float32)
    with np.errstate(over="ignore"):
        rows[:, :features] = X
    rows[:, features] = y
    return rows


def workspace(whole: np.ndarray) -> np.ndarray:
    """Zeroed float32 memory for outputs, derivatives, scratch, weights of the points and the gradient."""
    stride = whole[STRIDE]
    return zeros(2 * whole[ROWS] * stride + whole[SCRATCH] + stride + whole[PADDED])


def zeros(*shape: int) -> np.ndarray:
    """Zeroed float32 memory that starts at a cache line, so that no vector of it lies on two."""
    room = np.zeros(math.prod(shape) + WIDTH, np.float32)
    skipped = -address(room) % (4 * WIDTH) // 4
    return room[skipped : skipped + math.prod(shape)].reshape(shape)


def padded(count: int) -> int:
    """`count` rounded up to whole vectors."""
    return -(-count // WIDTH) * WIDTH

"""A network, a recipe and points as the arrays that the compiled code works on (see `layout`)."""

from __future__ import annotations

import functools
import itertools
import math

import numpy as np

from unitscope.compiled.memory import address
from unitscope.errors import refusal, said
from unitscope.kernel import layout
from unitscope.kernel.state import PLAIN, Options
from unitscope.networks import Dense, Network
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

# Of each layer inputs, units, activation code.
Shape = tuple[tuple[int, int, int], ...]

# Weights of a layer: above, the tiles of the matrix product are quicker than weight by weight.
NARROW = 256


def check(
    net: Network, X: np.ndarray, y: np.ndarray, n: int, weights: np.ndarray | None = None
) -> None:
    """Refuse what compiled code would read out of bounds, or learn nothing from.

    All that trains asks here, just before: an array that was read-only may have been changed since
    a Dataset checked it. `n` is how many points there are to be.
    """
    if net.layers[-1].activation != "linear":
        raise refusal(
            "the output layer", "linear, so that it gives logits", net.layers[-1].activation
        )
    if X.shape != (n, net.n_features):
        raise refusal("X", f"of shape ({n}, {net.n_features})", said(f"shape {X.shape}"))
    if X.dtype.kind not in "fiub":
        raise refusal("X", "numbers", said(f"{X.dtype}"))
    # a sum of squares is quicker to look at than all numbers, and not finite where one is not
    if not math.isfinite(np.vdot(X, X)) and not np.isfinite(X).all():
        raise refusal("X", "finite numbers", said("others"), "Make a new Dataset.")
    if y.shape != (n,) or y.dtype.kind not in "iu" or beyond(y, net.n_classes):
        raise refusal("y", f"{n} classes in 0..{net.n_classes - 1}", _seen(y))
    if weights is not None and (
        weights.shape != (n,) or not np.isfinite(weights).all() or weights.min() < 0
    ):
        raise refusal("weights", f"{n} numbers of at least 0", _seen(weights))


def beyond(indices: np.ndarray, end: int) -> bool:
    """Whether any is below 0 or not below `end`, in one look: as unsigned, -1 is a large one."""
    unsigned = indices.view(f"u{indices.itemsize}")
    # where it is: that is half as long to ask as how large it is
    return unsigned.item(unsigned.argmax()) >= end


def _seen(array: np.ndarray) -> str:
    numbers = f", {array.min()} to {array.max()}" if array.size else ""
    return said(f"{array.dtype} of shape {array.shape}{numbers}")


def settings(net: Network, recipe: Recipe, options: Options = PLAIN) -> np.ndarray:
    """The recipe's real numbers, then every layer's in turn, (13 + 3 L,) float64 (see `layout`).

    Of the options, `clip` and `edge` are read.
    """
    least, most, most_of_0 = bounds(options.clip, recipe.one_logit)
    values = [1.0] * layout.SETTINGS  # the powers of the betas begin with 1
    values[layout.RATE] = recipe.learning_rate
    values[layout.MOMENTUM] = recipe.momentum
    values[layout.BETA_1] = recipe.beta_1
    values[layout.BETA_2] = recipe.beta_2
    values[layout.RHO] = recipe.rho
    values[layout.EPSILON] = recipe.epsilon
    values[layout.DECAY] = recipe.weight_decay
    values[layout.LOSS_MIN] = least
    values[layout.LOSS_MAX] = most
    values[layout.LOSS_MAX_0] = most_of_0
    values[layout.EDGE] = options.edge
    l1, l2 = recipe.penalties(len(net.layers))
    return np.array([*values, *[layer.negative_slope for layer in net.layers], *l1, *l2])


def bounds(clip: float, one_logit: bool) -> tuple[float, float, float]:
    """The least and the most that a point may add to the loss, and the most of one of class 0.

    Those of a probability clipped to `clip`..1 - `clip` in float32, or no bounds where `clip` is 0.
    With one logit, the probability of class 0 is what that of class 1 leaves of 1.
    """
    if not clip:
        return -math.inf, math.inf, math.inf
    low, high = np.array([clip, 1.0 - clip], np.float32)
    least, most, rest = (-np.log(np.array([high, low, np.float32(1) - high]))).tolist()
    return least, most, rest if one_logit else most


def shape_of(net: Network) -> Shape:
    """What compiled code reads of a network beside its numbers; what is no chain is refused."""
    shape = tuple([(*layer.weights.shape, _activation_code(layer)) for layer in net.layers])
    if _parameters(shape) != net.n_parameters:  # which are counted once
        raise refusal("net", f"of {net.n_parameters} parameters", _parameters(shape))
    return shape


def _activation_code(layer: Dense) -> int:
    """Its code; a leaky_relu that is positive on both sides has one of its own."""
    folded = layer.activation == "leaky_relu" and layer.negative_slope < 0
    return layout.FOLDED if folded else ACTIVATION_CODES[layer.activation]


# What follows from a shape is kept: working it out takes as long as a tenth of a short training.
@functools.lru_cache(maxsize=64)
def _parameters(shape: Shape) -> int:
    if any(above[1] != below[0] for above, below in itertools.pairwise(shape)):
        raise refusal("net", "a chain of layers", shape)
    return sum((inputs + 1) * units for inputs, units, _ in shape)


def layer_table(shape: Shape, stride: int, *, weighted: bool = False) -> np.ndarray:
    """A row for each layer, (L, 7) int64; `stride` is the length of a unit's row of outputs."""
    return _layer_table(shape, stride, weighted).copy()


def numbers(
    shape: Shape,
    recipe: Recipe,
    n: int,
    *,
    counted: bool = False,
    weighted: bool = False,
    blocks: int = 1,
) -> np.ndarray:
    """Every whole number that the kernel needs, (23,) int64, for one thread.

    Those of one call, EPOCHS and STEP, are 0.
    """
    stride = min(layout.CHUNK, padded(min(recipe.batch_size, n)))
    values = _sizes(shape, stride, weighted).copy()
    values[layout.POINTS] = n
    values[layout.BATCH] = recipe.batch_size
    values[layout.OPTIMIZER] = OPTIMIZER_CODES[recipe.optimizer]
    values[layout.NESTEROV] = recipe.nesterov
    values[layout.COUNTED] = counted
    values[layout.BLOCKS] = blocks
    values[layout.TEAM] = 1
    values[layout.PENALISED] = recipe.penalised
    values[layout.ONE_LOGIT] = recipe.one_logit
    values[layout.FLOAT32_RATE] = recipe.float32_rate
    values[layout.WEIGHTED] = weighted
    return values


@functools.lru_cache(maxsize=64)
def _layer_table(shape: Shape, stride: int, weighted: bool) -> np.ndarray:
    table = []
    parameter, source, target = 0, 0, pitch(shape[0][0], weighted)
    for inputs, units, code in shape:
        row = [0] * layout.COLUMNS
        row[layout.INPUTS], row[layout.UNITS] = inputs, units
        row[layout.ACTIVATION] = code
        row[layout.WEIGHTS], row[layout.BIAS] = parameter, parameter + inputs * units
        row[layout.SOURCE], row[layout.TARGET] = source * stride, target * stride
        table.append(row)
        parameter, source, target = parameter + (inputs + 1) * units, target, target + units
    return np.array(table, np.int64)


@functools.lru_cache(maxsize=64)
def _sizes(shape: Shape, stride: int, weighted: bool) -> np.ndarray:
    """The numbers that a shape and the stride decide; the others are 0."""
    count, ahead = _parameters(shape), pitch(shape[0][0], weighted)
    largest = max(inputs * units for inputs, units, _ in shape)
    narrow = count <= 4 * NARROW and largest <= NARROW
    values = np.zeros(layout.NUMBERS, np.int64)
    values[layout.LAYERS] = len(shape)
    values[layout.PADDED] = padded(count)
    values[layout.PARAMETERS] = count
    values[layout.STRIDE] = stride
    values[layout.OUTPUTS] = ahead + sum(units for _, units, _ in shape)
    values[layout.SCRATCH] = _scratch(shape, stride, narrow)
    values[layout.PITCH] = ahead
    values[layout.IS_NARROW] = narrow  # whether each weight is used by itself
    return values


def _scratch(shape: Shape, stride: int, narrow: bool) -> int:
    """How many numbers the loop needs for what it works out on the way."""
    if narrow:  # a row of sums for each parameter
        return padded(_parameters(shape)) * layout.HALF
    # a layer's derivatives with a row for each point, beside its padded gradient
    return max((stride + inputs) * padded(units) + inputs * stride for inputs, units, _ in shape)


def pitch(features: int, weighted: bool = False) -> int:
    """The length of a point's row (features, class, weight where points have some, padding).

    So many rows of outputs there are, too.
    """
    return -(-(features + 1 + weighted) // layout.QUAD) * layout.QUAD


@np.errstate(over="ignore")
def points(X: np.ndarray, y: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """A row of float32 for each point: its features, class and weight, zeros up to the pitch."""
    n, features = X.shape
    rows = np.zeros((n, pitch(features, weights is not None)), np.float32)
    rows[:, :features] = X
    rows[:, features] = y
    if weights is not None:
        rows[:, features + 1] = weights
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

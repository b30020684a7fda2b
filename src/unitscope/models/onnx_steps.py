"""What each node of ONNX that is read does to the chain of dense layers."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from unitscope.errors import UnsupportedModel, refusal, said
from unitscope.models.chain import Chain, clipped
from unitscope.models.onnx_refused import CHAIN, called, unsupported
from unitscope.networks import Activation

_PLAIN: dict[str, Activation] = {
    "Relu": "relu",
    "Tanh": "tanh",
    "Softplus": "softplus",
    "Abs": "abs",
}
# Of other functions, the setting that makes them ours, and what it is where a node has none.
_SET: dict[str, tuple[Activation, str, Any, Any]] = {
    "Gelu": ("gelu", "approximate", b"none", b"none"),
    "Swish": ("silu", "alpha", 1.0, 1.0),
}

_SELU = 1.67326319217681884765625, 1.05070102214813232421875  # alpha and gamma, as ONNX has them
_SHARES = (
    "shares of classes, the largest of which is the class; "
    "their softmax is not the model's probabilities"
)


@dataclass(frozen=True)
class Step:
    """One node: kind, name, attributes, and the constants beside its input, which is at `place`."""

    kind: str
    name: str
    settings: dict[str, Any]
    constants: list[Any]
    place: int


class Steps:
    """The chain so far, and what came last."""

    def __init__(self, width: int | None) -> None:
        self.chain = Chain(width)
        self.last = ""  # "softmax", "sigmoid", or "shares": probabilities that no softmax gives
        self.two = False  # whether the last were two columns of one
        self.layers = 0

    def ended(self) -> str:
        """Have the logits at the end; in words what they are."""
        if not self.layers:
            raise UnsupportedModel(f"model must be {CHAIN}. Got one without a dense layer instead.")
        if self.last == "shares":
            return _SHARES
        return self.chain.logits_at_the_end(self.last, "score")


def added(step: Step, steps: Steps) -> None:
    """Add one node to the chain.

    **Raises** `UnsupportedModel` naming what is not read; `InvalidInput` for sizes that do not fit.
    """
    read = _READ.get(step.kind)
    if read is None:
        raise _unsupported(step)
    if step.kind in ("ZipMap", "Normalizer", "Complement", "Shares"):
        read(step, steps)
        return
    if steps.last in ("softmax", "shares") or steps.two:
        raise _unsupported(step, "after the probabilities")
    if steps.last == "sigmoid":  # it was not the last
        steps.chain.activate(step.name, "sigmoid")
        steps.last = ""
    read(step, steps)


def _layer(step: Step, steps: Steps, weights: Any, bias: Any) -> None:
    weights = np.asarray(weights)
    if weights.ndim != 2 or 0 in weights.shape:
        raise refusal(_node(step), "of a matrix", said(f"shape {weights.shape}"))
    width = weights.shape[1]
    steps.layers += 1
    steps.chain.layer(_node(step), weights, _row(step, bias, width))


def _row(step: Step, numbers: Any, width: int) -> np.ndarray:
    """One number a unit."""
    array = np.asarray(numbers)
    if array.size not in (1, width) or max(array.shape, default=1) != array.size:
        got = said(f"shape {array.shape}")
        raise refusal(_node(step), f"of one number, or one for each of {width}", got)
    return np.broadcast_to(array.ravel(), width)


def _gemm(step: Step, steps: Steps) -> None:
    if step.place != 0 or step.settings.get("transA", 0):
        raise _unsupported(step, "whose input is not its first, as rows")
    weights = np.asarray(step.constants[0])
    if step.settings.get("transB", 0):
        weights = weights.T
    bias = step.constants[1] if len(step.constants) > 1 else None
    alpha, beta = (float(step.settings.get(key, 1.0)) for key in ("alpha", "beta"))
    bias = 0.0 if bias is None else np.asarray(bias, np.float64) * beta
    _layer(step, steps, weights.astype(np.float64) * alpha, bias)


def _matmul(step: Step, steps: Steps) -> None:
    if step.place != 0:
        raise _unsupported(step, "whose input is not its first")
    _layer(step, steps, step.constants[0], 0.0)


def _linear_classifier(step: Step, steps: Steps) -> None:
    numbers = np.asarray(step.settings.get("coefficients", ()), np.float64)
    bias = np.asarray(step.settings.get("intercepts", ()), np.float64)
    count = len(bias) or next(
        (len(one) for key, one in step.settings.items() if key.startswith("classlabels")), 1
    )
    if not numbers.size or numbers.size % count:
        raise refusal(_node(step), f"of {count} numbers a feature", said(f"{numbers.size} numbers"))
    ending = step.settings.get("post_transform", b"NONE")
    weights, bias = numbers.reshape(count, -1).T, bias if len(bias) else np.zeros(count)
    opposite = count == 2 and (weights[:, 0] == -weights[:, 1]).all() and bias[0] == -bias[1]
    if opposite and ending == b"LOGISTIC":  # the probabilities 1 - p and p
        weights, bias = weights[:, 1:], bias[1:]
    _layer(step, steps, weights, bias)
    if ending in (b"SOFTMAX", b"LOGISTIC"):
        steps.last = "softmax" if ending == b"SOFTMAX" else "sigmoid"
    elif ending != b"NONE":
        raise _unsupported(step, f"with post_transform {ending.decode('ascii', 'replace')}")


def _arithmetic(step: Step, steps: Steps) -> None:
    width = steps.chain.width
    array = np.asarray(step.constants[0], np.float64)
    if width is None:
        width = steps.chain.width = max(1, array.size)
    numbers = _row(step, array, width)
    first = step.place == 0
    if step.kind == "Add":
        scale, shift = np.ones(width), numbers
    elif step.kind == "Sub":
        scale, shift = np.full(width, 1.0 if first else -1.0), -numbers if first else numbers
    elif step.kind == "Mul":
        scale, shift = numbers, np.zeros(width)
    elif first and (numbers != 0).all():
        scale, shift = 1.0 / numbers, np.zeros(width)
    else:
        raise _unsupported(step, "by its input, or by 0")
    _scaled(step, steps, scale, shift)


def _scaled(step: Step, steps: Steps, scale: Any, shift: Any) -> None:
    if not steps.layers and step.kind not in steps.chain.folded:
        steps.chain.folded.append(step.kind)
    steps.chain.scale(_node(step), scale, shift)


def _scaler(step: Step, steps: Steps) -> None:
    offset, scale = (
        np.asarray(step.settings.get(key, default), np.float64)
        for key, default in (("offset", (0.0,)), ("scale", (1.0,)))
    )
    width = steps.chain.width or max(offset.size, scale.size)
    steps.chain.width = width
    offset, scale = _row(step, offset, width), _row(step, scale, width)
    _scaled(step, steps, scale, -offset * scale)


def _batch_normalization(step: Step, steps: Steps) -> None:
    if step.place != 0 or len(step.constants) != 4 or step.settings.get("training_mode", 0):
        raise _unsupported(step, "as in training")
    width = steps.chain.width or np.size(step.constants[0])
    steps.chain.width = width
    gamma, beta, mean, variance = (
        _row(step, one, width).astype(np.float64) for one in step.constants
    )
    scale = gamma / np.sqrt(variance + float(step.settings.get("epsilon", 1e-5)))
    steps.chain.folded.append(step.kind)
    steps.chain.scale(_node(step), scale, beta - mean * scale)


def _function(step: Step, steps: Steps) -> None:
    steps.chain.activate(_node(step), _PLAIN[step.kind])


def _set_function(step: Step, steps: Steps) -> None:
    activation, setting, value, default = _SET[step.kind]
    found = step.settings.get(setting, default)
    if found != value:
        raise _unsupported(step, f"with {setting} {found!r}")
    steps.chain.scale(_node(step), step.settings.get("scale", 1.0), 0.0)
    steps.chain.activate(_node(step), activation)


def _elu(step: Step, steps: Steps) -> None:
    alpha = float(step.settings.get("alpha", 1.0 if step.kind == "Elu" else _SELU[0]))
    gamma = float(step.settings.get("gamma", 1.0 if step.kind == "Elu" else _SELU[1]))
    if (alpha, gamma) == (1.0, 1.0):
        steps.chain.activate(_node(step), "elu")
        return
    if steps.chain.width is None:
        raise _unsupported(step, "before the first layer")
    steps.chain.elu(_node(step), gamma, gamma * alpha)
    steps.chain.folded.append(f"{step.kind} as units of relu and of elu")


def _leaky(step: Step, steps: Steps) -> None:
    slope = float(step.settings.get("alpha", 0.01))
    steps.chain.activate(_node(step), "leaky_relu", slope)


def _prelu(step: Step, steps: Steps) -> None:
    slopes = _row(step, step.constants[0], steps.chain.width or 1).astype(np.float64)
    if step.place != 0:
        raise _unsupported(step, "whose input is not its first")
    if (slopes == slopes[0]).all():
        steps.chain.activate(_node(step), "leaky_relu", float(slopes[0]))
    else:
        _ramps(step, steps, [(1.0, 1.0, 0.0), (-slopes, -1.0, 0.0)])


def _clip(step: Step, steps: Steps) -> None:
    given = [*step.constants, None, None][:2]
    low, high = (
        float(np.ravel(found)[0]) if found is not None else float(step.settings.get(key, other))
        for found, key, other in zip(given, ("min", "max"), (-math.inf, math.inf), strict=True)
    )
    if step.place != 0 or not low <= high or not math.isfinite(low):
        raise _unsupported(step, f"from {low:g} to {high:g}")
    if (low, high) == (0.0, math.inf):
        steps.chain.activate(_node(step), "relu")
    else:
        _ramps(step, steps, *clipped(low, high))


def _hard_sigmoid(step: Step, steps: Steps) -> None:
    alpha, beta = (float(step.settings.get(key, to)) for key, to in (("alpha", 0.2), ("beta", 0.5)))
    steps.chain.scale(_node(step), alpha, beta)
    _ramps(step, steps, *clipped(0.0, 1.0))


def _ramps(step: Step, steps: Steps, ramps: Any, constant: float = 0.0) -> None:
    steps.chain.ramps(_node(step), ramps, constant)
    steps.chain.folded.append(f"{step.kind} as units of relu")


def _sigmoid(_step: Step, steps: Steps) -> None:
    steps.last = "sigmoid"


def _softmax(step: Step, steps: Steps) -> None:
    if step.settings.get("axis", -1) not in (-1, 1):
        raise _unsupported(step, f"over axis {step.settings['axis']}")
    steps.last = "softmax"


def _flatten(step: Step, steps: Steps) -> None:
    if step.settings.get("axis", 1) != 1:
        raise _unsupported(step, f"from axis {step.settings['axis']}")


def _reshape(step: Step, steps: Steps) -> None:
    """One that keeps the points apart and their numbers in order."""
    target = np.ravel(step.constants[0]).tolist() if step.place == 0 else []
    width = steps.chain.width
    rest = target[1:]
    whole = -1 not in rest and math.prod(rest) == width
    if not rest or 0 in rest or not (whole or (rest == [-1] and target[0] != -1)):
        raise _unsupported(step, f"to shape {target} from {width} numbers a point")


def _complement(step: Step, steps: Steps) -> None:
    """The columns 1 - p and p of p: a sigmoid's, or of what is a probability itself."""
    if steps.chain.width != 1 or steps.two or steps.last not in ("", "sigmoid"):
        raise _unsupported(step, "of what is no probability")
    if steps.last:
        steps.two = True
    else:
        steps.chain.affine(_node(step), [[-1.0, 1.0]], [1.0, 0.0])
        steps.last = "shares"


def _shares(step: Step, steps: Steps) -> None:
    """Numbers by their sum: the largest stays the largest."""
    if steps.two or steps.last not in ("", "sigmoid"):
        raise _unsupported(step, "after the probabilities")
    if not steps.last:
        steps.last = "shares"


def _opposite(step: Step, steps: Steps) -> None:
    """The columns -z and z of z."""
    if steps.chain.width is None:
        raise _unsupported(step, "before the first layer")
    both = np.hstack([-np.eye(steps.chain.width), np.eye(steps.chain.width)])
    steps.chain.affine(_node(step), both, np.zeros(2 * steps.chain.width))


def _columns(step: Step, steps: Steps) -> None:
    """What is in front of the chain, as one map of all inputs."""
    steps.chain.folded += step.settings["folded"]
    steps.chain.affine(_node(step), *step.constants)


def _column(step: Step, steps: Steps) -> None:
    """Some columns, by their numbers."""
    if step.place != 0 or step.settings.get("axis", 1) not in (1, -1) or not steps.chain.width:
        raise _unsupported(step)
    at = np.ravel(step.constants[0])
    if at.dtype.kind not in "iu" or not at.size or at.min() < 0 or at.max() >= steps.chain.width:
        raise refusal(_node(step), f"of columns 0 to {steps.chain.width - 1}", said(f"{at}"))
    steps.chain.affine(_node(step), np.eye(steps.chain.width)[:, at], np.zeros(at.size))


def _nothing(step: Step, steps: Steps) -> None:
    """A Normalizer of probabilities, or a ZipMap: the largest stays the largest."""
    if step.kind == "Normalizer" and (
        steps.last not in ("softmax", "sigmoid") or step.settings.get("norm") != b"L1"
    ):
        raise _unsupported(step, "before the probabilities")
    if step.kind == "ZipMap":
        steps.two = True


_READ: dict[str, Callable[[Step, Steps], None]] = {
    "Gemm": _gemm,
    "MatMul": _matmul,
    "LinearClassifier": _linear_classifier,
    **dict.fromkeys(("Add", "Sub", "Mul", "Div"), _arithmetic),
    "Scaler": _scaler,
    "BatchNormalization": _batch_normalization,
    **dict.fromkeys(_PLAIN, _function),
    **dict.fromkeys(_SET, _set_function),
    **dict.fromkeys(("Elu", "Selu"), _elu),
    "LeakyRelu": _leaky,
    "PRelu": _prelu,
    "Clip": _clip,
    "HardSigmoid": _hard_sigmoid,
    "Sigmoid": _sigmoid,
    **dict.fromkeys(("Softmax", "LogSoftmax"), _softmax),
    "Flatten": _flatten,
    "Reshape": _reshape,
    "Columns": _columns,
    "Complement": _complement,
    "Shares": _shares,
    "Opposite": _opposite,
    **dict.fromkeys(("ArrayFeatureExtractor", "Gather"), _column),
    **dict.fromkeys(("Normalizer", "ZipMap"), _nothing),
}


def _node(step: Step) -> str:
    return called(step.name, step.kind)


def _unsupported(step: Step, detail: str = "") -> UnsupportedModel:
    return unsupported(step.name, step.kind, detail)

"""PyTorch's chains of Linear layers as Networks: an nn.Sequential, or a state_dict with its sizes.

Nothing is imported: a module is known by the module and the name of its class.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from unitscope.errors import (
    InvalidInput,
    UnsupportedModel,
    kind_of,
    refusal,
    said,
    shown,
    whole_number,
)
from unitscope.models.chain import SELU, Chain, clipped
from unitscope.models.names import found_on
from unitscope.models.read import ReadNetwork, line_of
from unitscope.models.refusing import in_words
from unitscope.models.rows import Prepare
from unitscope.models.torch_traced import traced_parts, unwrapped
from unitscope.networks import Activation, checked_activation, hidden_activations

_RULE = "an nn.Sequential of Linear layers and activations"
_REMEDY = (
    "Put its layers into an nn.Sequential, or give its state_dict: "
    "us.from_torch(model.state_dict(), sizes=[...])."
)
_NOTHING = (
    "Identity",
    "Dropout",
    "Dropout1d",
    "Dropout2d",
    "Dropout3d",
    "AlphaDropout",
    "FeatureAlphaDropout",
)
_PLAIN: dict[str, Activation] = {
    "ReLU": "relu",
    "Tanh": "tanh",
    "SiLU": "silu",
    "Softplus": "softplus",
    "GELU": "gelu",
}
# The setting that a function must have to be ours, of those that have one.
_SETTINGS = {"Softplus": ("beta", 1), "GELU": ("approximate", "none")}


@in_words
def from_torch(
    model: Any,
    *,
    sizes: Sequence[int] | None = None,
    activation: Activation | Sequence[Activation] = "relu",
) -> ReadNetwork:
    """The Network that a PyTorch model computes in `eval()`; the model is only read.

    **Arguments**

    - `model`: an `nn.Sequential`, whose parts may be such again, of Linear, Flatten, BatchNorm1d
      (folded into its neighbours), Dropout, Identity and activations: ReLU, LeakyReLU, ELU, Tanh,
      Sigmoid, Softplus, GELU, SiLU; and PReLU, ReLU6, Hardtanh and Hardsigmoid, which become units
      of relu. A Softmax or LogSoftmax at the end is left out: the outputs are logits. Or a module
      with a forward of its own that is such a chain, of its parts and of functions (torch.fx
      follows it); one Linear; or a `state_dict`.
    - `sizes`, `activation`: of a state_dict, which does not have them: inputs, hidden widths and
      outputs, and the functions of the hidden layers.

    One logit, or one Sigmoid, is read as two classes with the logits (0, z), and of one Sigmoid a
    class its logit, the largest of which is the class. Attributes `class_names` and `feature_names`
    of the model, one a class and one an input, are its names.

    **Raises** `UnsupportedModel` naming the first part of another kind; `InvalidInput` for what is
    no model, and for sizes that do not fit.
    """
    reader = _Reader()
    if isinstance(model, Mapping):
        if sizes is None:
            remedy = "Such as sizes=[2, 8, 3]: inputs, hidden widths, outputs."
            raise refusal("sizes", "given with a state_dict", None, remedy)
        reader.read_state(model, sizes, activation)
    else:
        if not any(cls.__name__ == "Module" and _is_torch(cls) for cls in type(model).__mro__):
            raise refusal("model", "a module of PyTorch or a state_dict", said(kind_of(model)))
        if sizes is not None:
            raise refusal(
                "sizes", "given with a state_dict only", said(f"them with {kind_of(model)}")
            )
        for path, module in _all_parts(unwrapped(model)):
            reader.read(path, module)
    if not reader.linear:
        raise UnsupportedModel(f"model must be {_RULE}. Got one without a Linear instead.")
    scores = reader.chain.logits_at_the_end(reader.last)
    found = reader.chain.finished()
    line = line_of(scores, reader.chain.folded, (), found[-1].units)
    return ReadNetwork(found, line, **found_on(model, found[-1].units, found[0].inputs))


def read_block(parts: Sequence[tuple[str, Any]], name: str, features: Prepare) -> ReadNetwork:
    """The last modules of a model, with their paths, over what is before them.

    `features` makes that, and `name` is what it is called. Raises as `from_torch`.
    """
    reader = _Reader()
    for path, module in parts:
        reader.read(path, module)
    scores, chain = reader.chain.logits_at_the_end(reader.last), reader.chain
    found = chain.finished()
    width = found[0].inputs
    front = f"over the {width:,} features in front of {_called(*parts[0])}"
    line = line_of(scores, chain.folded, (), found[-1].units, front)
    names = [f"{name} {number}" if name != "x" else f"x{number}" for number in range(width)]
    return ReadNetwork(found, line, feature_names=names, prepare=features)


def _all_parts(model: Any) -> list[tuple[str, Any]]:
    """The modules of a model in order; where one has a forward of its own, as that goes."""
    parts = list(parts_of(model, ""))
    if all(_is_torch(type(module)) for _, module in parts):
        return parts
    if not type(model).__module__.startswith("torch.jit"):
        for path, module in model.named_modules():
            _check_unchanged(path, module)
    return traced_parts(model, _unsupported)


class _Reader:
    """Takes the modules one by one into a chain."""

    def __init__(self) -> None:
        self.chain = Chain()
        self.linear = 0
        self.last = ""  # "softmax" or "sigmoid" where that came last

    def read(self, path: str, module: Any) -> None:
        """Take the next module, of this name in the model."""
        name = type(module).__name__
        if not _is_torch(type(module)):
            raise _unsupported(path, module, "of a class of its own,")
        _check_unchanged(path, module)
        if name in _NOTHING:
            return
        if self.last == "softmax":
            raise _unsupported(path, module, "after a softmax")
        if self.last == "sigmoid":  # it was not the last
            self.chain.activate(path, "sigmoid")
            self.last = ""
        if name in _PLAIN:
            setting, value = _SETTINGS.get(name, ("", None))
            if setting and getattr(module, setting) != value:
                got = f"with {setting}={getattr(module, setting)!r},"
                raise _unsupported(path, module, got)
            self.chain.activate(_called(path, module), _PLAIN[name])
            return
        read: Callable[[str, Any], None] | None = getattr(self, f"_read_{name.lower()}", None)
        if read is None:
            raise _unsupported(path, module)
        read(path, module)

    def read_state(self, state: Mapping[Any, Any], sizes: Sequence[int], activation: Any) -> None:
        """Take the weights and biases of a state_dict, in its order."""
        listed = [] if isinstance(sizes, (str, bytes)) or not hasattr(sizes, "__iter__") else sizes
        widths = [whole_number(f"sizes[{i}]", size, at_least=1) for i, size in enumerate(listed)]
        if len(widths) < 2:
            raise refusal("sizes", "at least two whole numbers: inputs and outputs", sizes)
        functions = hidden_activations(activation, len(widths) - 2)
        layers = list(_layers_of(state))
        expected = [f"{units} x {inputs}" for inputs, units in pairwise(widths)]
        there = [" x ".join(map(str, weights.shape)) for _, weights, _ in layers]
        if there != expected:
            rule = f"of weights {', '.join(expected)}, as sizes={widths} has them"
            raise refusal("state_dict", rule, said(", ".join(there) or "no weights"))
        for number, (path, weights, bias) in enumerate(layers):
            self._add(path, weights, bias)
            if number < len(functions):
                self.chain.activate(path, checked_activation("activation", functions[number]))

    def _add(self, path: str, weights: np.ndarray, bias: np.ndarray | None) -> None:
        self.linear += 1
        self.chain.layer(path, weights.T, np.zeros(len(weights)) if bias is None else bias)

    def _read_linear(self, path: str, module: Any) -> None:
        bias = None if module.bias is None else _numpy(module.bias)
        self._add(_called(path, module), _numpy(module.weight), bias)

    def _read_batchnorm1d(self, path: str, module: Any) -> None:
        if module.running_mean is None:
            raise _unsupported(path, module, "without running statistics,")
        mean, variance = _numpy(module.running_mean), _numpy(module.running_var)
        scale = 1.0 / np.sqrt(variance + module.eps)
        shift = -mean * scale
        if module.affine:
            weight = _numpy(module.weight)
            scale, shift = scale * weight, shift * weight + _numpy(module.bias)
        if self.chain.width is None:
            self.chain.width = len(scale)
        self.chain.scale(_called(path, module), scale, shift)
        self.chain.folded.append("BatchNorm1d")

    def _read_flatten(self, path: str, module: Any) -> None:
        if module.start_dim != 1:
            raise _unsupported(path, module, f"from dimension {module.start_dim},")

    def _read_leakyrelu(self, path: str, module: Any) -> None:
        slope = float(module.negative_slope)
        self.chain.activate(_called(path, module), "leaky_relu", slope)

    def _read_prelu(self, path: str, module: Any) -> None:
        slopes = _numpy(module.weight)
        if (slopes == slopes[0]).all():
            self.chain.activate(_called(path, module), "leaky_relu", float(slopes[0]))
        else:
            self._ramps(path, module, [(1.0, 1.0, 0.0), (-slopes, -1.0, 0.0)])

    def _read_elu(self, path: str, module: Any) -> None:
        if module.alpha == 1.0:
            self.chain.activate(_called(path, module), "elu")
        else:
            self._elu(path, module, 1.0, float(module.alpha))

    def _read_selu(self, path: str, module: Any) -> None:
        self._elu(path, module, *SELU)

    def _read_relu6(self, path: str, module: Any) -> None:
        self._ramps(path, module, *clipped(0.0, 6.0))

    def _read_hardtanh(self, path: str, module: Any) -> None:
        self._ramps(path, module, *clipped(float(module.min_val), float(module.max_val)))

    def _read_hardsigmoid(self, path: str, module: Any) -> None:
        self.chain.scale(_called(path, module), 1.0 / 6.0, 0.5)
        self._ramps(path, module, *clipped(0.0, 1.0))

    def _read_sigmoid(self, path: str, module: Any) -> None:
        self.last = "sigmoid"

    def _read_softmax(self, path: str, module: Any) -> None:
        if module.dim not in (-1, 1):
            raise _unsupported(path, module, f"over dimension {module.dim},")
        self.last = "softmax"

    _read_logsoftmax = _read_softmax

    def _elu(self, path: str, module: Any, above: float, below: float) -> None:
        self.chain.elu(_called(path, module), above, below)
        self.chain.folded.append(f"{type(module).__name__} as units of relu and of elu")

    def _ramps(self, path: str, module: Any, ramps: Any, constant: float = 0.0) -> None:
        self.chain.ramps(_called(path, module), ramps, constant)
        self.chain.folded.append(f"{type(module).__name__} as units of relu")


def parts_of(module: Any, path: str) -> Iterator[tuple[str, Any]]:
    """The modules of a Sequential in order, those of inner ones among them."""
    if _is_torch(type(module)) and type(module).__name__ == "Sequential":
        _check_unchanged(path, module)
        for name, inner in module.named_children():
            yield from parts_of(inner, f"{path}.{name}" if path else name)
    else:
        yield path, module


def _check_unchanged(path: str, module: Any) -> None:
    """**Raises** where more is done than a module of its class does."""
    if module._forward_hooks or module._forward_pre_hooks:
        raise _unsupported(path, module, "with hooks,")
    if "forward" in vars(module):
        raise _unsupported(path, module, "with a forward of its own,")


def _layers_of(state: Mapping[Any, Any]) -> Iterator[tuple[str, np.ndarray, np.ndarray | None]]:
    """The Linear layers of a state_dict: their names, weights (units, inputs), and biases."""
    rest = dict(state)
    for key in state:
        if not isinstance(key, str):
            raise refusal("state_dict", "a mapping of names to tensors", key)
        if key.endswith("weight") and key in rest:
            path, weights = key.removesuffix("weight"), _numpy(rest.pop(key))
            if weights.ndim != 2:
                got = said(f"{key} of shape {weights.shape}")
                rule = "of Linear layers alone, whose weights have two dimensions"
                raise refusal("state_dict", rule, got, "Read the nn.Sequential itself instead.")
            bias = rest.pop(f"{path}bias", None)
            yield path.rstrip(".") or key, weights, None if bias is None else _numpy(bias)
    if rest:
        rule = "of Linear layers alone, with a weight and a bias each"
        remedy = "Read the nn.Sequential itself instead."
        raise refusal("state_dict", rule, said(shown(next(iter(rest)))), remedy)


def _numpy(tensor: Any) -> np.ndarray:
    """A tensor's numbers, of any device, in float64."""
    try:
        if getattr(tensor, "is_complex", bool)():
            raise TypeError("they are complex")
        if hasattr(tensor, "detach"):  # NumPy knows no bfloat16
            tensor = tensor.detach().cpu().double().numpy()
        return np.asarray(tensor, dtype=np.float64)
    except (TypeError, ValueError, RuntimeError, AttributeError) as error:
        raise InvalidInput(
            f"model must be of tensors of numbers. Got {kind_of(tensor)} instead ({error})."
        ) from error


def _is_torch(cls: type) -> bool:
    return cls.__module__.startswith("torch.nn.modules.") or cls.__module__ == "torch"


def _called(path: str, module: Any) -> str:
    return f"module {path!r} ({type(module).__name__})" if path else type(module).__name__


def _unsupported(path: str, module: Any, detail: str = "") -> UnsupportedModel:
    remedy = "" if path else f" {_REMEDY}"
    got = f"{_called(path, module)}{', ' if detail else ''}{detail}"
    return UnsupportedModel(f"model must be {_RULE}. Got {got} instead.{remedy}")

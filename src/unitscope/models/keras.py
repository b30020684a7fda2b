"""Keras models in and out: a chain of Dense layers <-> Network.

Keras is imported only inside the calls, and may be Keras 3 on any backend or Keras 2 (`tf_keras`).
A class counts as Keras's own only if it is defined there: a subclass of Dense may compute anything,
so it is refused by its name instead of being read as a Dense.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any, Literal

import numpy as np

from unitscope.errors import InvalidInput, MissingDependency, UnsupportedModel, refusal
from unitscope.models.backend import imported_keras
from unitscope.models.names import put_on
from unitscope.models.scale import Scale
from unitscope.networks import ACTIVATIONS, KERAS_NEGATIVE_SLOPE, Activation, Dense, Network

_Function = Activation | Literal["softmax"]

# These layers change nothing when a model predicts.
IDENTITY_AT_PREDICTION = (
    "Dropout",
    "GaussianNoise",
    "GaussianDropout",
    "AlphaDropout",
    "ActivityRegularization",
)

_ACTIVATION_LAYERS = ("Activation", "ReLU", "LeakyReLU", "ELU", "Softmax")
REMEDY_UNBUILT = (
    "Begin it with keras.Input(shape=(features,)), or call model.build((None, features)) first."
)
_CHAIN_RULE = "a chain of Dense and activation layers"


@dataclass(frozen=True)
class Chain:
    """What a Keras model was read as.

    `layers` are the model's layers in order, without its inputs; `dense` those of them that are
    Dense; `ends_in` is "softmax" or "sigmoid" where the network's logits are what goes into that
    last function, otherwise "". `scale` is what a Normalization in front does: the network is for
    the points as they are before it, and the Dense layers for those after.
    """

    network: Network
    layers: tuple[Any, ...]
    dense: tuple[Any, ...]
    ends_in: str
    scale: Scale | None = None

    def of_two_classes(self) -> Chain:
        """The same, whose only logit z is read as the two logits (0, z)."""
        *below, last = self.network.layers
        weights, bias = of_two_logits(last.weights, last.bias)
        network = Network([*below, Dense(weights, bias, last.activation, last.negative_slope)])
        return replace(self, network=network)


def of_two_logits(weights: np.ndarray, bias: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A unit's weights (inputs, 1) and bias (1,) behind those of a logit that is always 0."""
    return np.hstack([np.zeros_like(weights), weights]), np.append(0.0, bias)


def to_keras(net: Network) -> Any:
    """A `keras.Sequential` of Dense layers named L1, L2, ... with the network's weights.

    The weights are float32; the model is not compiled. Its outputs are the logits, so that it goes
    with `SparseCategoricalCrossentropy(from_logits=True)`. A leaky_relu whose slope is not Keras's
    0.2 becomes a LeakyReLU layer after its Dense. Names that the network knows are its attributes
    `class_names` and `feature_names`, which no file of Keras has: `net.save` keeps them.

    **Raises** `MissingDependency` where Keras or its backend is not installed.
    """
    if not isinstance(net, Network):
        raise refusal("net", "a Network", net)
    keras = _import_keras()
    model = keras.Sequential([keras.Input((net.n_features,))])
    for number, layer in enumerate(net.layers, start=1):
        own_slope = (
            layer.activation == "leaky_relu" and layer.negative_slope != KERAS_NEGATIVE_SLOPE
        )
        activation = keras.ops.absolute if layer.activation == "abs" else layer.activation
        dense = keras.layers.Dense(
            layer.units, "linear" if own_slope else activation, name=f"L{number}"
        )
        model.add(dense)
        dense.set_weights([layer.weights, layer.bias])
        if own_slope:
            model.add(
                keras.layers.LeakyReLU(
                    negative_slope=layer.negative_slope, name=f"L{number}_leaky_relu"
                )
            )
    put_on(model, net)
    return model


def keras_package(model: Any) -> ModuleType:
    """The package of the model's class, `keras` or `tf_keras`; anything else is refused."""
    cls: Any = type(model)
    package = _package_of(cls)
    if package is None:
        raise refusal("model", "a Keras model", model)
    return package


@functools.lru_cache(maxsize=16)
def _package_of(cls: type) -> ModuleType | None:
    for ancestor in cls.__mro__:
        root = ancestor.__module__.partition(".")[0]
        if root in ("keras", "tf_keras") and ancestor.__name__ == "Model":
            return importlib.import_module(root)
    return None


def kind(thing: Any, package: ModuleType) -> str:
    """The name of the thing's class where `package` itself defines it, otherwise empty."""
    cls = type(thing)
    return cls.__name__ if cls.__module__.partition(".")[0] == package.__name__ else ""


def read_chain(model: Any) -> Chain:
    """The model as a chain that `fit` can train, with its Keras layers; errors as `from_keras`.

    Layers that `from_keras` folds, but for a Normalization in front, are refused: they are trained.
    """
    package = keras_package(model)
    layers = tuple(layers_in_order(model, package))
    _check_built(model, layers, package)
    reader = _Reader(package)
    for layer in layers:
        reader.read(layer)
    return reader.chain(layers)


class _Reader:
    """Collects Dense layers and merges the activations that follow them."""

    def __init__(self, package: ModuleType) -> None:
        self.package = package
        self.dense: list[Any] = []
        self.parts: list[tuple[np.ndarray, np.ndarray]] = []
        self.functions: list[tuple[Activation, float]] = []
        self.softmax = False
        self.scale: Scale | None = None

    def read(self, layer: Any) -> None:
        """Take the next layer of the chain."""
        name = kind(layer, self.package)
        if name in IDENTITY_AT_PREDICTION:
            return
        if name == "Dense":
            self._read_dense(layer)
        elif name == "Normalization":
            self._read_normalization(layer)
        elif name in _ACTIVATION_LAYERS:
            self._activate(layer, *_activation_of_layer(layer, self.package))
        else:
            raise unsupported(layer)

    def chain(self, layers: tuple[Any, ...]) -> Chain:
        """The finished chain, whose logits are before a last softmax or a last single sigmoid."""
        if not self.dense:
            raise UnsupportedModel(
                f"model must be {_CHAIN_RULE}. Got one without a Dense layer instead."
            )
        ends_in = "softmax" if self.softmax else ""
        if self.scale is not None:
            inputs = len(self.parts[0][0])
            mean, deviation = self.scale.mean, self.scale.deviation  # one number for all, or each
            self.scale = Scale(np.resize(mean, inputs), np.resize(deviation, inputs))
            self.parts[0] = self.scale.folded(*self.parts[0])
        weights, bias = self.parts[-1]
        if bias.size == 1 and self.functions[-1][0] == "sigmoid":
            ends_in = "sigmoid"
            self.functions[-1] = ("linear", KERAS_NEGATIVE_SLOPE)
            self.parts[-1] = of_two_logits(weights, bias)
        dense = [
            Dense(*part, *function)
            for part, function in zip(self.parts, self.functions, strict=True)
        ]
        return Chain(Network(dense), layers, tuple(self.dense), ends_in, self.scale)

    def _read_normalization(self, layer: Any) -> None:
        if self.dense or self.scale is not None:
            raise unsupported(layer, "not in front of the others")
        if getattr(layer, "invert", False):
            raise unsupported(layer, "inverted")
        if getattr(layer, "mean", None) is None:
            raise unsupported(layer, "without a mean, not adapted")
        least = np.float32(self.package.backend.epsilon())
        deviation = np.maximum(np.sqrt(as_numpy(layer.variance).astype(np.float32)), least)
        mean = as_numpy(layer.mean).astype(np.float32)
        self.scale = Scale(mean.ravel(), deviation.ravel())

    def _read_dense(self, layer: Any) -> None:
        if self.softmax:
            raise unsupported(layer, "after a softmax")
        if getattr(layer, "quantization_mode", None):
            raise unsupported(layer, "with quantized weights")
        if getattr(layer, "lora_enabled", False):
            raise unsupported(layer, "with LoRA")
        weights = as_numpy(layer.kernel)
        bias = as_numpy(layer.bias) if layer.use_bias else np.zeros(weights.shape[1])
        self.dense.append(layer)
        self.parts.append((weights, bias))
        self.functions.append(("linear", KERAS_NEGATIVE_SLOPE))
        self._activate(layer, *_activation(layer.activation, layer, self.package))

    def _activate(self, layer: Any, name: _Function, slope: float) -> None:
        if name == "linear":
            return
        if not self.dense:
            raise unsupported(layer, "before the first Dense")
        if self.softmax:
            raise unsupported(layer, "after a softmax")
        if name == "softmax":
            self.softmax = True
        elif self.functions[-1][0] != "linear":
            raise unsupported(layer, f"after another activation, {self.functions[-1][0]}")
        else:
            self.functions[-1] = (name, slope)


def as_numpy(variable: Any) -> np.ndarray:
    """A Keras variable's numbers, on any backend."""
    found = resource(variable)
    if found is not None:  # a sixth of the time that its .numpy() takes
        return raw_ops().ReadVariableOp(resource=found.handle, dtype=found.dtype).numpy()
    if type(variable).__module__.partition(".")[0] == "keras":  # its .numpy() makes NumPy 2 warn
        return np.asarray(importlib.import_module("keras").ops.convert_to_numpy(variable))
    return np.asarray(variable.numpy() if hasattr(variable, "numpy") else variable)


@functools.cache
def raw_ops() -> Any:
    """TensorFlow's operations by themselves."""
    return importlib.import_module("tensorflow").raw_ops


def resource(variable: Any) -> Any:
    """TensorFlow's own variable behind one of Keras; None on other backends, and for a number."""
    inner = variable
    if type(variable).__module__.partition(".")[0] == "keras":
        inner = getattr(variable, "_value", None)  # a tenth of the time of its `value`
        inner = getattr(variable, "value", None) if inner is None else inner
    return inner if hasattr(inner, "handle") and hasattr(inner, "assign") else None


def _import_keras() -> ModuleType:
    try:
        return imported_keras()
    except ImportError as error:
        raise MissingDependency(
            "to_keras needs Keras and a backend for it. Install both with: "
            f'pip install "unitscope[keras]" ({error})'
        ) from error


def layers_in_order(model: Any, package: ModuleType) -> Iterator[Any]:
    """Every layer from input to output without InputLayers; nested models are opened."""
    model_kind = kind(model, package)
    if model_kind == "Sequential":
        steps = model.layers
    elif model_kind == "Functional":
        steps = _functional_steps(model, package)
    else:
        raise UnsupportedModel(
            "model must be a Sequential, or a Model made of inputs and outputs. "
            f"Got {type(model).__name__}, a class with a call of its own, instead."
        )
    for step in steps:
        if kind(step, package) in ("Sequential", "Functional"):
            yield from layers_in_order(step, package)
        elif not isinstance(step, package.layers.Layer):  # a function of the same name: ops.relu
            raise unsupported(step, "called as a function")
        elif kind(step, package) != "InputLayer":
            yield step


def _functional_steps(model: Any, package: ModuleType) -> list[Any]:
    """The layers of a functional model, walked back from its only output to its only input."""
    if len(model.inputs) != 1 or len(model.outputs) != 1:
        raise UnsupportedModel(
            "model must be of one input and one output. "
            f"Got {len(model.inputs)} and {len(model.outputs)} instead."
        )
    tensor, steps = model.outputs[0], []
    while tensor is not model.inputs[0]:
        layer, node_index, _ = tensor._keras_history
        steps.append(layer)
        before = layer._inbound_nodes[node_index].input_tensors
        before = before if isinstance(before, (list, tuple)) else [before]
        if len(before) != 1 or kind(layer, package) == "InputLayer":
            raise unsupported(layer, f"with {len(before)} inputs")
        tensor = before[0]
    beside = [
        layer
        for layer in model.layers
        if kind(layer, package) != "InputLayer" and not any(layer is step for step in steps)
    ]
    if beside:
        raise unsupported(beside[0], "beside the chain")
    return steps[::-1]


def _check_built(model: Any, layers: tuple[Any, ...], package: ModuleType) -> None:
    if not layers:
        raise UnsupportedModel(f"model must be {_CHAIN_RULE}. Got a model without layers instead.")
    for layer in layers:
        if kind(layer, package) == "Dense" and not layer.built:
            raise InvalidInput(
                f"model must be built. Got layer {layer.name!r} without weights instead. "
                f"{REMEDY_UNBUILT}"
            )
    shape = getattr(model, "input_shape", None)
    if isinstance(shape, tuple) and len(shape) != 2:
        raise UnsupportedModel(
            f"model must take points of shape (n, features). Got inputs of shape {shape} instead."
        )


def _activation_of_layer(layer: Any, package: ModuleType) -> tuple[_Function, float]:
    """Name and slope of an activation layer's function."""
    name = kind(layer, package)
    if name == "Activation":
        return _activation(layer.activation, layer, package)
    if name == "Softmax":
        axis = (
            layer.axis[0]
            if isinstance(layer.axis, (list, tuple)) and len(layer.axis) == 1
            else layer.axis
        )
        if axis not in (-1, 1):
            raise unsupported(layer, f"over axis {layer.axis}")
        return "softmax", 0.0
    if name == "ELU":
        if float(layer.alpha) != 1.0:
            raise unsupported(layer, f"with alpha {float(layer.alpha):g}")
        return "elu", 0.0
    slope = float(layer.negative_slope if hasattr(layer, "negative_slope") else layer.alpha)
    if name == "ReLU" and (layer.max_value is not None or layer.threshold):
        raise unsupported(layer, "with a maximum or a threshold")
    return ("leaky_relu", slope) if name == "LeakyReLU" or slope else ("relu", 0.0)


def _activation(function: Any, layer: Any, package: ModuleType) -> tuple[_Function, float]:
    """Name and slope of an activation as Keras stores it: a function, or an activation layer."""
    if function is None:
        return "linear", 0.0
    if kind(function, package) in _ACTIVATION_LAYERS:
        return _activation_of_layer(function, package)
    return function_name(function, layer, package), KERAS_NEGATIVE_SLOPE


def function_name(function: Any, layer: Any, package: ModuleType, more: Iterable[str] = ()) -> Any:
    """The name of an activation function: one of ours, softmax, or one of `more`."""
    # TensorFlow's own functions (activation=tf.nn.relu) have the same names, formulas and default
    # slopes.
    called = getattr(function, "__name__", str(function))
    from_tensorflow = (getattr(function, "__module__", "") or "").startswith("tensorflow.")
    ops = getattr(package, "ops", None)
    if function in (getattr(ops, "absolute", None), getattr(ops, "abs", None)) or (
        from_tensorflow and called == "abs"
    ):
        return "abs"
    for name in (*ACTIVATIONS, "softmax", *more):
        keras_name = "swish" if name == "silu" else name  # Keras 2 has it under this name only
        if function is getattr(package.activations, keras_name, None) or (
            from_tensorflow and called == keras_name
        ):
            return name
    raise unsupported(layer, f"with activation {called}")


def unsupported(layer: Any, detail: str = "") -> UnsupportedModel:
    """The error that names a layer, and what of it is not ours."""
    where = f", {detail}," if detail else ""
    return UnsupportedModel(
        f"model must be {_CHAIN_RULE}. "
        f"Got layer {layer.name!r} ({type(layer).__name__}){where} instead."
    )

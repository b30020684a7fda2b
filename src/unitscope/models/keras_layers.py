"""from_keras: any chain of Keras layers that predicts as a chain of dense layers does."""

from __future__ import annotations

import math
from collections.abc import Sequence
from types import ModuleType
from typing import Any, Literal

import numpy as np

from unitscope.errors import InvalidInput, UnsupportedModel
from unitscope.models.chain import SELU, Chain, clipped
from unitscope.models.keras import (
    IDENTITY_AT_PREDICTION,
    REMEDY_UNBUILT,
    as_numpy,
    function_name,
    keras_package,
    kind,
    layers_in_order,
    unsupported,
)
from unitscope.models.names import found_on
from unitscope.models.read import FLAT, ReadNetwork, line_of
from unitscope.models.refusing import in_words
from unitscope.models.rows import Prepare
from unitscope.models.scale import Scale
from unitscope.networks import KERAS_NEGATIVE_SLOPE

_Last = Literal["", "softmax", "sigmoid"]
_NOTHING = (
    *IDENTITY_AT_PREDICTION,
    "Identity",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "SpatialDropout3D",
)
_QUANTITIES = ("mean_", "log_cosh", "huber", "mse", "mae", "msle", "mape", "poisson")


@in_words
def from_keras(model: Any) -> ReadNetwork:
    """The Network that a Keras model computes at prediction; the model is only read.

    **Arguments**

    - `model`: a built `Sequential`, or a `Model` that is one chain, of Dense layers and
      activations: those of `us.Dense`, softmax, and relu6, hard_sigmoid, hard_tanh, PReLU and a
      ReLU with a maximum, which become units of relu; selu and ELU with an alpha become units of
      relu and of elu. Normalization, Rescaling and BatchNormalization are folded into their
      neighbours: the network takes the data in its own units. Flatten and Reshape, and layers that
      act only in training, such as Dropout, are skipped.

    The outputs are logits: a softmax at the end is left out. One sigmoid or one logit z is read as
    two classes with the logits (0, z), and of one sigmoid a class its logit, the largest of which
    is the class. Attributes `class_names` and `feature_names` of the model, one a class and one an
    input, are its names.

    **Raises** `UnsupportedModel` naming the first layer of another kind; `InvalidInput` for
    anything but a built Keras model.
    """
    return read_model(model, _loss_of(model))


def read_model(model: Any, loss: str) -> ReadNetwork:
    """As `from_keras`, of a model that was trained by the loss of this name, or by none."""
    package = keras_package(model)
    layers = tuple(layers_in_order(model, package))
    if not layers:
        rule = "a chain of Dense and activation layers"
        raise UnsupportedModel(f"model must be {rule}. Got a model without layers instead.")
    shape = _shape_of(model)
    chain, scores = _read(package, layers, shape, loss)
    found = chain.finished()
    prepare = None if shape is None or len(shape) == 1 else FLAT
    also = "each point flattened" if prepare else ""
    names = found_on(model, found[-1].units, found[0].inputs)
    line = line_of(scores, chain.folded, (), found[-1].units, also)
    return ReadNetwork(found, line, prepare=prepare, **names)


def read_block(
    model: Any, layers: Sequence[Any], names: Sequence[str], features: Prepare
) -> ReadNetwork:
    """The last `layers` of a Keras model over what is before them, which `features` makes.

    `names` are those of the features. Raises as `from_keras`.
    """
    chain, scores = _read(keras_package(model), layers, (len(names),), _loss_of(model))
    found = chain.finished()
    front = f"over the {len(names):,} features in front of layer {layers[0].name!r}"
    line = line_of(scores, chain.folded, (), found[-1].units, front)
    return ReadNetwork(found, line, feature_names=names, prepare=features)


def _read(
    package: ModuleType, layers: Sequence[Any], shape: tuple[int, ...] | None, loss: str
) -> tuple[Chain, str]:
    """Layers of a model of that loss as a chain, and in words what its outputs are."""
    reader = _Reader(package, shape)
    for layer in layers:
        reader.read(layer)
    if not reader.dense:
        raise UnsupportedModel(
            "model must be a chain of Dense and activation layers. "
            "Got one without a Dense layer instead."
        )
    return reader.chain, reader.ended(loss)


class _Reader:
    """Takes the layers one by one into a chain."""

    def __init__(self, package: ModuleType, shape: tuple[int, ...] | None) -> None:
        self.package = package
        self.shape = shape  # of a point before the next layer; None where unknown
        self.chain = Chain(None if shape is None else math.prod(shape))
        self.dense = 0
        self.last: _Last = ""
        self.front: Scale | None = None  # a first Normalization, until the layer after it

    def read(self, layer: Any) -> None:
        """Take the next layer."""
        name = kind(layer, self.package)
        if name in _NOTHING:
            return
        if self.last == "softmax":
            raise unsupported(layer, "after a softmax")
        if self.front is not None and name != "Dense":
            front, self.front = self.front, None
            deviation = front.deviation.astype(np.float64)
            self.chain.scale("Normalization", 1.0 / deviation, -front.mean / deviation)
        if self.last == "sigmoid":  # it was not the last
            self.chain.activate("sigmoid", "sigmoid")
            self.last = ""
        read = getattr(self, f"_read_{name.lower()}", None) if name else None
        if read is None:
            raise unsupported(layer)
        read(layer)

    def ended(self, loss: str) -> str:
        """Have the logits at the end; in words what they are."""
        quantity = any(loss.startswith(word) for word in _QUANTITIES)
        if self.chain.width == 1 and not self.last and quantity:
            raise UnsupportedModel(
                "model must tell classes. Got one output that was trained by the loss "
                f"{loss}, a quantity, instead."
            )
        return self.chain.logits_at_the_end(self.last)

    def _read_dense(self, layer: Any) -> None:
        if not layer.built:
            raise InvalidInput(
                f"model must be built. Got layer {layer.name!r} without weights instead. "
                f"{REMEDY_UNBUILT}"
            )
        if getattr(layer, "quantization_mode", None):
            raise unsupported(layer, "with quantized weights")
        if getattr(layer, "lora_enabled", False):
            raise unsupported(layer, "with LoRA")
        if self.shape is not None and len(self.shape) != 1:
            raise unsupported(layer, f"that takes points of shape {self.shape}")
        weights = as_numpy(layer.kernel)
        bias = as_numpy(layer.bias) if layer.use_bias else np.zeros(weights.shape[1])
        if self.front is not None:  # with the roundings of a run of `fit`
            weights, bias = self.front.folded(weights, bias)
            self.front = None
        self.dense += 1
        self.chain.layer(f"layer {layer.name!r}", weights, bias)
        self.shape = (weights.shape[1],)
        self._activate(layer, layer.activation)

    def _read_normalization(self, layer: Any) -> None:
        if getattr(layer, "mean", None) is None:
            raise unsupported(layer, "without a mean, not adapted")
        least = np.float32(self.package.backend.epsilon())
        deviation = np.maximum(np.sqrt(as_numpy(layer.variance).astype(np.float32)), least)
        deviation = self._over_points(layer, deviation)
        mean = self._over_points(layer, as_numpy(layer.mean).astype(np.float32))
        if getattr(layer, "invert", False):
            self._scale(layer, deviation, mean)
        elif self.dense or self.chain.folded or self.shape is None:
            self._scale(layer, 1.0 / deviation, -mean / deviation)
        else:
            inputs = math.prod(self.shape)
            numbers = [np.resize(part, inputs).astype(np.float32) for part in (mean, deviation)]
            self.front = Scale(*numbers)
            self.chain.folded.append("Normalization")

    def _read_rescaling(self, layer: Any) -> None:
        scale, offset = (
            self._over_points(layer, layer.scale),
            self._over_points(layer, layer.offset),
        )
        self._scale(layer, scale, offset)

    def _read_batchnormalization(self, layer: Any) -> None:
        if not layer.built:
            raise unsupported(layer, "not built")
        axis = layer.axis[0] if isinstance(layer.axis, (list, tuple)) else layer.axis
        if self.shape is None or axis not in (-1, len(self.shape)):
            raise unsupported(layer, f"over axis {axis} of points of shape {self.shape}")
        mean, variance = (
            as_numpy(part).astype(np.float64) for part in (layer.moving_mean, layer.moving_variance)
        )
        gamma = as_numpy(layer.gamma).astype(np.float64) if layer.scale else 1.0
        beta = as_numpy(layer.beta).astype(np.float64) if layer.center else 0.0
        scale = gamma / np.sqrt(variance + layer.epsilon)
        shift = beta - mean * scale
        self._scale(layer, self._over_points(layer, scale), self._over_points(layer, shift))

    def _read_flatten(self, _layer: Any) -> None:
        if self.shape is not None:
            self.shape = (math.prod(self.shape),)

    def _read_reshape(self, layer: Any) -> None:
        shape = layer.compute_output_shape((None, *(self.shape or ())))
        self.shape = tuple(int(size) for size in tuple(shape)[1:])

    def _read_activation(self, layer: Any) -> None:
        self._activate(layer, layer.activation)

    def _read_softmax(self, layer: Any) -> None:
        listed = isinstance(layer.axis, (list, tuple)) and len(layer.axis) == 1
        axis = layer.axis[0] if listed else layer.axis
        if axis not in (-1, 1):
            raise unsupported(layer, f"over axis {layer.axis}")
        self.last = "softmax"

    def _read_elu(self, layer: Any) -> None:
        if float(layer.alpha) == 1.0:
            self._activated(layer, "elu")
        else:
            self._elu(layer, 1.0, float(layer.alpha))

    def _read_leakyrelu(self, layer: Any) -> None:
        slope = layer.negative_slope if hasattr(layer, "negative_slope") else layer.alpha
        self._activated(layer, "leaky_relu", float(slope))

    def _read_prelu(self, layer: Any) -> None:
        slopes = np.broadcast_to(as_numpy(layer.alpha), self.shape or ()).ravel()
        if (slopes == slopes[0]).all():
            self._activated(layer, "leaky_relu", float(slopes[0]))
        else:
            self._ramps(layer, [(1.0, 1.0, 0.0), (-slopes.astype(np.float64), -1.0, 0.0)])

    def _read_relu(self, layer: Any) -> None:
        slope = float(layer.negative_slope or 0.0)
        if layer.threshold:
            raise unsupported(
                layer, f"with a threshold, {float(layer.threshold):g}, where it jumps"
            )
        if layer.max_value is not None:
            self._ramps(layer, *clipped(0.0, float(layer.max_value), slope))
        elif slope:
            self._activated(layer, "leaky_relu", slope)
        else:
            self._activated(layer, "relu")

    def _activate(self, layer: Any, function: Any) -> None:
        """The function of a layer as Keras stores it: a function, or an activation layer."""
        if function is None:
            return
        if kind(function, self.package) in ("ReLU", "LeakyReLU", "ELU", "Softmax", "PReLU"):
            self.read(function)
            return
        name = function_name(function, layer, self.package, more=(*_PIECEWISE, "selu"))
        if name in ("softmax", "log_softmax"):
            self.last = "softmax"
        elif name == "selu":
            self._elu(layer, *SELU)
        elif name in _PIECEWISE:
            low, high, factor, offset = _PIECEWISE[name]
            if name == "hard_sigmoid" and self.package.__name__ == "tf_keras":
                factor = 0.2  # of Keras 2; Keras 3 has a sixth
            if (factor, offset) != (1.0, 0.0):
                self.chain.scale(f"layer {layer.name!r}", factor, offset)
            self._ramps(layer, *clipped(low, high))
        else:
            self._activated(layer, name)

    def _activated(self, layer: Any, name: Any, slope: float = KERAS_NEGATIVE_SLOPE) -> None:
        if name == "sigmoid":
            self.last = "sigmoid"  # a logit's, if it is the last
        else:
            self.chain.activate(f"layer {layer.name!r}", name, slope)

    def _ramps(self, layer: Any, ramps: Any, constant: float = 0.0) -> None:
        self.chain.ramps(f"layer {layer.name!r}", ramps, constant)
        self.chain.folded.append(f"{type(layer).__name__} as units of relu")

    def _elu(self, layer: Any, above: float, below: float) -> None:
        self.chain.elu(f"layer {layer.name!r}", above, below)
        self.chain.folded.append(f"{type(layer).__name__} as units of relu and of elu")

    def _scale(self, layer: Any, scale: np.ndarray, shift: np.ndarray) -> None:
        self.chain.scale(f"layer {layer.name!r}", scale, shift)
        self.chain.folded.append(type(layer).__name__)

    def _over_points(self, layer: Any, numbers: Any) -> np.ndarray:
        """Numbers that Keras broadcasts over a point, one for each of its numbers in order."""
        found = np.asarray(numbers, dtype=np.float64)
        if found.size == 1:
            return found.reshape(())
        try:
            if self.shape is None:
                return found.reshape(found.shape[-1])
            wide = np.broadcast_to(found, (1, *self.shape))
        except ValueError:
            raise unsupported(layer, f"of numbers of shape {found.shape}") from None
        return wide.ravel()


# Functions that are a clipped line: low, high, and the line's factor and offset.
_PIECEWISE: dict[str, tuple[float, float, float, float]] = {
    "relu6": (0.0, 6.0, 1.0, 0.0),
    "hard_sigmoid": (0.0, 1.0, 1.0 / 6.0, 0.5),
    "hard_tanh": (-1.0, 1.0, 1.0, 0.0),
    "log_softmax": (0.0, 0.0, 0.0, 0.0),  # a softmax, as to the logits
}


def _shape_of(model: Any) -> tuple[int, ...] | None:
    """The shape of one point; None where the model does not know it."""
    shape = getattr(model, "input_shape", None)
    if not isinstance(shape, tuple) or len(shape) < 2 or any(size is None for size in shape[1:]):
        return None
    return tuple(int(size) for size in shape[1:])


def _loss_of(model: Any) -> str:
    """The name of the loss that the model was compiled with; "" for none."""
    loss = getattr(model, "loss", None)
    name = loss if isinstance(loss, str) else getattr(loss, "name", None)
    return str(name or getattr(loss, "__name__", "")).lower()

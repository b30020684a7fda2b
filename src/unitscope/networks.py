"""Network: a chain of dense layers in plain NumPy, the one value that everything else looks at."""

from __future__ import annotations

import functools
import math
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from unitscope import network_file
from unitscope.activations import ACTIVATIONS as ACTIVATIONS
from unitscope.activations import Activation as Activation
from unitscope.errors import real_number, refusal, said, whole_number
from unitscope.glance import LayersShown
from unitscope.values import Value

KERAS_NEGATIVE_SLOPE = 0.2  # keras.activations.leaky_relu's default


@dataclass(frozen=True, init=False, eq=False)
class Dense(Value):
    """One dense layer: `activation(x @ weights + bias)`.

    **Arguments**

    - `weights`: shape (inputs, units), finite; Keras calls it the kernel.
    - `bias`: shape (units,).
    - `activation`: linear, relu, leaky_relu, tanh, sigmoid, elu, softplus, gelu, silu or abs, each
      as Keras defines it.
    - `negative_slope`: the slope of leaky_relu below zero; the other activations do not read it.
    """

    weights: np.ndarray
    bias: np.ndarray
    activation: Activation
    negative_slope: float

    def __init__(
        self,
        weights: Any,
        bias: Any,
        activation: Activation = "linear",
        negative_slope: float = KERAS_NEGATIVE_SLOPE,
    ) -> None:
        checked_activation("activation", activation)
        kernel = frozen_array("weights", weights, 2)
        offset = frozen_array("bias", bias, 1)
        if 0 in kernel.shape:
            raise refusal(
                "weights",
                "of shape (inputs, units), at least (1, 1)",
                said(f"shape {kernel.shape}"),
            )
        if offset.shape[0] != kernel.shape[1]:
            raise refusal(
                "bias",
                f"of shape ({kernel.shape[1]},), one number per unit",
                said(f"shape {offset.shape}"),
            )
        object.__setattr__(self, "weights", kernel)
        object.__setattr__(self, "bias", offset)
        object.__setattr__(self, "activation", activation)
        object.__setattr__(
            self, "negative_slope", real_number("negative_slope", negative_slope, "a finite number")
        )

    @classmethod
    def _of_views(cls, weights: np.ndarray, bias: np.ndarray, activation: Activation) -> Dense:
        """A layer of numbers known to be good, in read-only arrays that are not copied."""
        layer = object.__new__(cls)
        object.__setattr__(layer, "weights", weights)
        object.__setattr__(layer, "bias", bias)
        object.__setattr__(layer, "activation", activation)
        object.__setattr__(layer, "negative_slope", KERAS_NEGATIVE_SLOPE)
        return layer

    @property
    def inputs(self) -> int:
        """How many numbers go into each unit."""
        return self.weights.shape[0]

    @property
    def units(self) -> int:
        """How many units the layer has."""
        return self.weights.shape[1]

    def pre_activation(self, inputs: np.ndarray) -> np.ndarray:
        """z = inputs @ weights + bias, shape (n, units); equal units have equal numbers."""
        z = inputs @ self.weights + self.bias
        if self._twins is not None:
            later, first = self._twins
            z[..., later] = z[..., first]
        return z

    @functools.cached_property
    def _twins(self) -> tuple[list[int], list[int]] | None:
        """Units that have the weights and bias of an earlier one, and the first of these.

        A matrix product rounds its columns in several ways, by where they are: two classes of the
        same logit would differ, and either would be predicted.
        """
        seen: dict[bytes, int] = {}
        columns = np.column_stack([self.weights.T, self.bias]) + 0.0  # no negative zeros
        first = [seen.setdefault(row.tobytes(), unit) for unit, row in enumerate(columns)]
        later = [unit for unit, one in enumerate(first) if one != unit]
        return (later, [first[unit] for unit in later]) if later else None

    def activate(self, z: np.ndarray) -> np.ndarray:
        """The activation function of this layer at `z`, any shape."""
        return ACTIVATIONS[self.activation](z, self.negative_slope)

    def __call__(self, inputs: np.ndarray) -> np.ndarray:
        """The layer's outputs, shape (n, units)."""
        return self.activate(self.pre_activation(inputs))

    def __repr__(self) -> str:
        return f"Dense({self.inputs} -> {self.units}, {self.activation})"


def glorot_starts(widths: Sequence[int], seeds: Sequence[int]) -> np.ndarray:
    """The start of a network of these widths for each seed: Glorot uniform weights, zero biases.

    (seeds, P), each row as `Network.to_vector` has it.
    """
    rngs, at = [np.random.default_rng(seed) for seed in seeds], 0
    starts = np.zeros((len(seeds), sum((inputs + 1) * units for inputs, units in pairwise(widths))))
    for inputs, units in pairwise(widths):
        limit, weights = math.sqrt(6.0 / (inputs + units)), starts[:, at : at + inputs * units]
        for rng, start in zip(rngs, weights, strict=True):
            rng.random(out=start)
        weights *= 2.0 * limit
        weights -= limit
        at += (inputs + 1) * units
    return starts


def first_logit(sizes: Sequence[int]) -> np.ndarray:
    """Which parameters of a network of these sizes make its first logit: (P,) bools.

    They lie as in `Network.to_vector`.
    """
    *_, inputs, classes = sizes
    parameters = sum((below + 1) * above for below, above in pairwise(sizes))
    found = np.zeros(parameters, bool)
    found[parameters - (inputs + 1) * classes :: classes] = True
    return found


@dataclass(frozen=True, init=False, eq=False)
class Network(LayersShown, Value):
    """A dense classifier, float64: layers in order, the last of which gives the logits.

    `layers` may be any sequence of `Dense` whose sizes fit; the last one is usually linear.
    """

    layers: tuple[Dense, ...]

    def __init__(self, layers: Sequence[Dense]) -> None:
        chain = tuple(layers) if isinstance(layers, Iterable) else (layers,)
        if not chain or not all(isinstance(layer, Dense) for layer in chain):
            raise refusal("layers", "a sequence of at least one Dense", chain)
        for index, (above, below) in enumerate(pairwise(chain)):
            if above.units != below.inputs:
                raise refusal(
                    f"layers[{index + 1}]",
                    f"a Dense of {above.units} inputs, the units of the layer before",
                    said(f"{below.inputs} inputs"),
                )
        object.__setattr__(self, "layers", chain)

    @classmethod
    def initialize(
        cls,
        sizes: Sequence[int],
        activation: Activation | Sequence[Activation] = "relu",
        seed: int = 0,
    ) -> Network:
        """A fresh network with Keras's default start: Glorot uniform weights and zero biases.

        **Arguments**

        - `sizes`: inputs, hidden widths, classes: [2, 2, 4] has 2 inputs, 2 hidden units, 4
          outputs.
        - `activation`: of every hidden layer, or one name for each; the output layer is linear.
        - `seed`: the same seed gives the same weights.

        Reference: Glorot and Bengio, 2010: weights uniform in +-sqrt(6 / (inputs + units)).
        """
        listed = isinstance(sizes, Iterable) and not isinstance(sizes, (str, bytes))
        widths = [
            whole_number(f"sizes[{i}]", size, at_least=1)
            for i, size in enumerate(sizes if listed else ())
        ]
        if len(widths) < 2:
            raise refusal("sizes", "at least two whole numbers: inputs and classes", sizes)
        names = hidden_activations(activation, len(widths) - 2)
        (start,) = glorot_starts(widths, [whole_number("seed", seed, at_least=0)])
        start.setflags(write=False)
        layers, at = [], 0
        for (inputs, units), name in zip(pairwise(widths), (*names, "linear"), strict=True):
            bias = at + inputs * units
            weights = start[at:bias].reshape(inputs, units)
            layers.append(Dense._of_views(weights, start[bias : bias + units], name))
            at = bias + units
        return cls(layers)

    @functools.cached_property
    def sizes(self) -> tuple[int, ...]:
        """Inputs, hidden widths, classes."""
        return (self.n_features, *(layer.units for layer in self.layers))

    @property
    def n_features(self) -> int:
        """How many numbers describe a point."""
        return self.layers[0].inputs

    @property
    def n_classes(self) -> int:
        """How many logits there are."""
        return self.layers[-1].units

    @functools.cached_property
    def n_parameters(self) -> int:
        """Weights and biases of all layers together."""
        return sum(layer.weights.size + layer.bias.size for layer in self.layers)

    def activations(self, X: Any) -> list[np.ndarray]:
        """The output of every layer, a list of arrays (n, units); the last one is the logits."""
        outputs = []
        current = self.checked_points(X)
        for layer in self.layers:
            current = layer(current)
            outputs.append(current)
        return outputs

    def pre_activations(self, X: Any) -> list[np.ndarray]:
        """The z of every layer before its activation function, a list of arrays (n, units)."""
        current, values = self.checked_points(X), []
        for layer in self.layers:
            values.append(layer.pre_activation(current))
            current = layer.activate(values[-1])
        return values

    def logits(self, X: Any) -> np.ndarray:
        """What the output layer gives, before softmax: (n, K)."""
        current = self.checked_points(X)
        for layer in self.layers:
            current = layer(current)
        return current

    def probabilities(self, X: Any) -> np.ndarray:
        """Softmax of the logits: (n, K), every row sums to 1."""
        logits = self.logits(X)
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)

    def predict(self, X: Any) -> np.ndarray:
        """The class of the largest logit, (n,) ints; a tie goes to the lowest class."""
        return self.logits(X).argmax(axis=1)

    def on_plane(self, plane: Any) -> Network:
        """The network on a plane (see `us.Plane`), as one of the plane's two coordinates.

        Its logits are those at `plane.points(coordinates)`. `plane` is anything with `origin` (d,)
        and `basis` (2, d), d the number of inputs.
        """
        if not (hasattr(plane, "origin") and hasattr(plane, "basis")):
            raise refusal(
                "plane",
                "a Plane",
                said(type(plane).__name__),
                "us.Plane.axes(0, 1, at=point) makes one.",
            )
        origin, basis = np.asarray(plane.origin, np.float64), np.asarray(plane.basis, np.float64)
        if origin.shape != (self.n_features,) or basis.shape != (2, self.n_features):
            raise refusal(
                "plane",
                f"through a space of {self.n_features} dimensions, the network's inputs",
                said(f"shapes {origin.shape} and {basis.shape}"),
            )
        first = self.layers[0]
        cut = Dense(
            basis @ first.weights,
            origin @ first.weights + first.bias,
            first.activation,
            first.negative_slope,
        )
        return Network([cut, *self.layers[1:]])

    def to_vector(self) -> np.ndarray:
        """All parameters in one float64 vector: each layer's weights row by row, then its bias."""
        return np.concatenate(
            [part.ravel() for layer in self.layers for part in (layer.weights, layer.bias)]
        )

    def with_vector(self, vector: np.ndarray) -> Network:
        """A network of this shape with the parameters of `vector` (see `to_vector`)."""
        if np.shape(vector) != (self.n_parameters,):
            raise refusal(
                "vector", f"of shape ({self.n_parameters},)", said(f"shape {np.shape(vector)}")
            )
        layers, start = [], 0
        for layer in self.layers:
            middle, end = start + layer.weights.size, start + layer.weights.size + layer.units
            weights = np.reshape(vector[start:middle], layer.weights.shape)
            bias = vector[middle:end]
            layers.append(Dense(weights, bias, layer.activation, layer.negative_slope))
            start = end
        return Network(layers)

    def save(
        self,
        path: str | os.PathLike[str],
        *,
        class_names: Iterable[str] | None = None,
        feature_names: Iterable[str] | None = None,
    ) -> None:
        """Write one safetensors file, whole or not at all; `us.load` reads it back, to the bit.

        Kept are the names of K classes and d features, and what a network of another library's
        model knows; of its own steps only a Flatten. **Raises** `InvalidInput`; `CannotWrite`.
        """
        network_file.save(self, path, self._about, class_names, feature_names)

    def _about(self, classes: list[str] | None, features: list[str] | None) -> dict[str, Any]:
        """What its file says of it, where these names are given."""
        return network_file.named(classes, features)

    def checked_points(self, X: Any) -> np.ndarray:
        """Points (n, d) as float64, after refusing what is not finite numbers of that shape."""
        try:
            points = np.asarray(_real(X), dtype=np.float64)
        except (TypeError, ValueError, OverflowError):
            raise refusal("X", f"numbers of shape (n, {self.n_features})", X) from None
        if points.ndim != 2 or points.shape[1] != self.n_features:
            remedy = "For one point, use X[None, :]." if points.shape == (self.n_features,) else ""
            raise refusal(
                "X", f"of shape (n, {self.n_features})", said(f"shape {points.shape}"), remedy
            )
        if not np.isfinite(points).all():
            raise refusal("X", "finite numbers", said(f"{points[~np.isfinite(points)][0]}"))
        return points

    def __repr__(self) -> str:
        shape = " -> ".join(str(size) for size in self.sizes)
        hidden = ", ".join(layer.activation for layer in self.layers[:-1]) or "no hidden layer"
        return f"Network({shape}; {hidden}; {self.n_parameters} parameters)"


def checked_activation(name: str, activation: object) -> Activation:
    """The argument `name`, refused where it is no activation."""
    if not isinstance(activation, str) or activation not in ACTIVATIONS:
        raise refusal(name, "one of " + ", ".join(ACTIVATIONS), activation)
    return activation


def hidden_activations(
    activation: str | Sequence[str], hidden_layers: int
) -> tuple[Activation, ...]:
    """One checked activation name for each hidden layer."""
    if isinstance(activation, str) or not isinstance(activation, Iterable):
        return (checked_activation("activation", activation),) * hidden_layers
    names = tuple(activation)
    if len(names) != hidden_layers:
        raise refusal(
            "activation",
            f"one name, or one for each hidden layer, {hidden_layers} in all",
            said(f"{len(names)} in all"),
        )
    return tuple(checked_activation("activation", name) for name in names)


def _real(values: Any) -> np.ndarray:
    """As an array; NumPy would make complex numbers real with a warning only."""
    array = np.asarray(values)
    if array.dtype.kind == "c":
        raise TypeError
    return array


def frozen_array(name: str, values: Any, ndim: int) -> np.ndarray:
    """A read-only float64 copy with `ndim` dimensions and only finite numbers."""
    try:
        array = np.array(_real(values), dtype=np.float64, order="C")
    except (TypeError, ValueError, OverflowError):
        raise refusal(name, "numbers", values) from None
    if array.ndim != ndim:
        raise refusal(
            name, f"an array of {ndim} dimension{'s' * (ndim > 1)}", said(f"shape {array.shape}")
        )
    if not np.isfinite(array).all():
        raise refusal(name, "finite numbers", said(f"{array[~np.isfinite(array)][0]}"))
    array.setflags(write=False)
    return array

"""Keras models in two: what comes before their last dense block, and the block."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from unitscope.errors import InvalidInput, UnsupportedModel, kind_of, refusal, said
from unitscope.models.keras import (
    IDENTITY_AT_PREDICTION,
    REMEDY_UNBUILT,
    as_numpy,
    keras_package,
    kind,
)
from unitscope.models.keras_layers import read_block
from unitscope.models.read import ReadNetwork
from unitscope.models.refusing import in_words

_BATCH = 256  # points that go through the layers in front at once


class _Step(NamedTuple):
    """A layer, and the models that make its input, each from inputs to a tensor, in turn."""

    layer: Any
    fronts: tuple[tuple[Any, Any], ...]


@in_words
def split_keras(model: Any) -> tuple[Callable[[Any], np.ndarray], ReadNetwork]:
    """The features in front of the last dense block of a Keras model, and the block."""
    package = keras_package(model)
    if kind(model, package) not in ("Sequential", "Functional"):
        rule = "a Sequential, or a Model made of inputs and outputs"
        got = f"{type(model).__name__}, a class with a call of its own,"
        raise UnsupportedModel(f"model must be {rule}. Got {got} instead.")
    if not getattr(model, "built", False) or not getattr(model, "inputs", None):
        raise InvalidInput(
            f"model must be built. Got one without weights instead. {REMEDY_UNBUILT}"
        )
    if len(model.outputs) != 1:
        raise UnsupportedModel(f"model must be of one output. Got {len(model.outputs)} instead.")
    block = _block(model, package)
    why: UnsupportedModel | None = None
    for number, step in enumerate(block):
        if kind(step.layer, package) != "Dense":
            continue
        features = _features(step, package)
        layers = [later.layer for later in block[number:]]
        try:
            net = read_block(model, layers, _names(step, package), features)
        except UnsupportedModel as error:  # a shorter block may do
            why = error
            continue
        return features, net
    raise why or _no_block(model, package)


def _block(model: Any, package: ModuleType) -> list[_Step]:
    """The last layers of a model that are one chain over points of shape (n, d), in order."""
    found = []
    for step in _steps_back(model, package, ()):
        if len(step.fronts[-1][1].shape) != 2 or not isinstance(step.layer, package.layers.Layer):
            break
        found.append(step)
    return found[::-1]


def _steps_back(
    model: Any, package: ModuleType, outer: tuple[tuple[Any, Any], ...]
) -> Generator[_Step, None, bool]:
    """From the output back as far as it is a chain; nested models are opened.

    Returns whether that is as far as the inputs.
    """
    tensor = model.outputs[0]
    while True:
        layer, node, _ = tensor._keras_history
        if kind(layer, package) == "InputLayer":
            return True
        before = layer._inbound_nodes[node].input_tensors
        before = before if isinstance(before, (list, tuple)) else [before]
        if len(before) != 1:
            return False
        fronts = (*outer, (model.inputs, before[0]))
        if kind(layer, package) in ("Sequential", "Functional"):
            if not (yield from _steps_back(layer, package, fronts)):
                return False
        else:
            yield _Step(layer, fronts)
        tensor = before[0]


def _features(step: _Step, package: ModuleType) -> Callable[[Any], np.ndarray]:
    """What makes the input of a layer of what goes into the model, (n, d) float64."""
    models = [
        package.Model(inputs[0] if len(inputs) == 1 else inputs, tensor)
        for inputs, tensor in step.fronts
        if not (len(inputs) == 1 and inputs[0] is tensor)
    ]
    names = [one.name for one in step.fronts[0][0]]

    def features(X: Any) -> np.ndarray:
        found = [_through(models, batch) for batch in _batches(X, names)]
        return np.concatenate(found).astype(np.float64)

    return features


def _through(models: list[Any], batch: Any) -> np.ndarray:
    for model in models:
        batch = model(batch, training=False)
    return as_numpy(batch)


def _batches(X: Any, names: Sequence[str]) -> Iterator[Any]:
    """The points some at a time, where a model has several inputs those of each."""
    if isinstance(X, dict):
        missing = [name for name in names if name not in X]
        if missing:
            raise refusal("X", f"with the inputs {', '.join(names)}", said(f"no {missing[0]}"))
        X = [X[name] for name in names]
    arrays = [np.asarray(part) for part in (X if len(names) > 1 else [X])]
    if len(arrays) != len(names) or not all(part.ndim and len(part) for part in arrays):
        rule = f"{len(names)} arrays, one an input" if len(names) > 1 else "an array"
        raise refusal("X", f"{rule}, of at least one point", said(kind_of(X)))
    for begin in range(0, len(arrays[0]), _BATCH):
        some = [array[begin : begin + _BATCH] for array in arrays]
        yield some if len(names) > 1 else some[0]


def _names(step: _Step, package: ModuleType) -> list[str]:
    """The features' names, after the layer that they come from."""
    inputs, tensor = step.fronts[-1]
    width = int(tensor.shape[-1])
    if any(tensor is one for one in inputs) and len(step.fronts) > 1:
        tensor = step.fronts[-2][1]  # of the model around this one
    layer, node, _ = tensor._keras_history
    while kind(layer, package) in IDENTITY_AT_PREDICTION:
        before = layer._inbound_nodes[node].input_tensors
        layer, node, _ = (before[0] if isinstance(before, list) else before)._keras_history
    return [f"{layer.name} {number}" for number in range(width)]


def _no_block(model: Any, package: ModuleType) -> UnsupportedModel:
    layer = model.outputs[0]._keras_history[0]
    got = f"layer {layer.name!r} ({type(layer).__name__})" if layer is not model else kind_of(model)
    return UnsupportedModel(
        "model must be one that ends in a Dense layer, and what may follow one, over points of "
        f"shape (n, features). Got {got} instead."
    )

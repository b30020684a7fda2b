"""Keras models from their files, `.keras` and `.h5`: nothing in them is run.

The layers are made anew from their checked settings, and given the file's numbers.
"""

from __future__ import annotations

import importlib
import io
import json
import math
import os
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from typing import Any

import numpy as np

from unitscope.errors import MissingDependency, refusal, said, shown, whole_number
from unitscope.files import reading
from unitscope.models.backend import imported_keras
from unitscope.models.hdf5 import Arrays, opened
from unitscope.models.keras import keras_package
from unitscope.models.keras_config import NOTHING, Layer, layers_of, unsupported
from unitscope.models.keras_layers import from_keras, read_model
from unitscope.models.read import ReadNetwork

_LARGEST_CONFIG = 4 * 2**20  # bytes
_RATIO, _SMALL = 4, 2**26  # bytes that a member of a file of so many may unpack to
_AT = ("", "/_layer_checkpoint_dependencies")  # where Keras 3 and Keras 2 have the layers


def from_archive(path: str | os.PathLike[str]) -> ReadNetwork:
    """The network in a `.keras` file, a zip of few members."""
    with reading(path) as file:
        size = file.seek(0, os.SEEK_END)
        with zipfile.ZipFile(file) as archive:
            about = json.loads(_member(archive, "config.json", _LARGEST_CONFIG))
            told = json.loads(_member(archive, "metadata.json", _LARGEST_CONFIG))
            largest = max(_SMALL, _RATIO * size)
            content = _member(archive, "model.weights.h5", largest)
    version = str(told.get("keras_version", ""))
    compiled = about.get("compile_config")
    with opened(io.BytesIO(content), len(content)) as arrays:
        layers = layers_of(about)
        return _network(layers, _by_place(arrays), version, compiled)


def from_hdf5(path: str | os.PathLike[str]) -> ReadNetwork:
    """The network in an `.h5` file of a whole model."""
    with reading(path) as file:
        size = file.seek(0, os.SEEK_END)
        with opened(file, size) as arrays:
            text = arrays.text("", "model_config")
            if text is None:
                remedy = "Give the model whose weights they are: us.load(path, model=model)."
                raise refusal("path", "a whole model", said("a file of weights"), remedy)
            if len(text) > _LARGEST_CONFIG:
                raise refusal(
                    "the model's config", f"at most {_LARGEST_CONFIG} bytes", said("more")
                )
            layers = layers_of(json.loads(text))
            version = arrays.text("", "keras_version") or ""
            compiled = json.loads(arrays.text("", "training_config") or "{}")
            return _network(layers, _in_order(arrays, layers), version, compiled)


def with_weights(path: str | os.PathLike[str], model: Any) -> ReadNetwork:
    """The network of a model of this shape with the weights in a file; the model stays as it is."""
    package = keras_package(model)
    with reading(path) as file, opened(file, file.seek(0, os.SEEK_END)) as arrays:
        arrays.check()
    copy = package.models.clone_model(model)
    if not copy.built and getattr(model, "input_shape", None) is not None:
        copy.build(model.input_shape)
    copy.load_weights(os.fspath(path))
    return from_keras(copy)


def _member(archive: zipfile.ZipFile, name: str, largest: int) -> bytes:
    with archive.open(name) as file:
        content = file.read(largest + 1)
    if len(content) > largest:
        raise refusal(name, f"of at most {largest} bytes", said("more"))
    return content


# The arrays of the so-manieth layer, so many that are trained and so many that are not
_Weights = Callable[[int, Layer, int, int], list[np.ndarray]]


def _by_place(arrays: Arrays) -> _Weights:
    """The weights of a `.keras` file."""
    root = _AT[arrays.has(_AT[1])]

    def find(_number: int, layer: Layer, trained: int, others: int) -> list[np.ndarray]:
        place = layer.place.replace("/layers", root) if root else layer.place
        return [arrays.array(f"{place}/vars/{number}") for number in range(trained + others)]

    return find


def _in_order(arrays: Arrays, layers: list[Layer]) -> _Weights:
    """The weights of an `.h5` file: of each layer of the model, first those that are trained."""
    places: dict[int, list[str]] = {}
    outer: dict[str, list[int]] = {}
    for number, layer in enumerate(layers):
        outer.setdefault(layer.outer, []).append(number)
    for name, inside in outer.items():
        group = f"model_weights/{name}"
        paths = iter(arrays.texts(group, "weight_names") if arrays.has(group) else [])
        counts = {number: _counts(layers[number]) for number in inside}
        for later in (False, True):
            for number in inside:
                trained, others = counts[number]
                if not layers[number].trainable:
                    trained, others = 0, trained + others
                for _, path in zip(range(others if later else trained), paths, strict=False):
                    places.setdefault(number, []).append(f"{group}/{path}")

    def find(number: int, layer: Layer, trained: int, others: int) -> list[np.ndarray]:
        there = places.get(number, [])
        if len(there) != trained + others:
            got = said(f"{len(there)} in the file")
            raise refusal(f"layer {layer.name!r}", f"of {trained + others} weights", got)
        return [arrays.array(path) for path in there]

    return find


def _counts(layer: Layer) -> tuple[int, int]:
    """How many weights of a layer are trained, and how many are not."""
    settings = layer.settings
    if layer.kind == "Dense":
        return 1 + (settings["use_bias"] is not False), 0
    if layer.kind == "BatchNormalization":
        return (settings["scale"] is not False) + (settings["center"] is not False), 2
    if layer.kind == "Normalization":
        return 0, 0 if settings["mean"] is not None else 3
    return int(layer.kind == "PReLU"), 0


def _network(layers: list[Layer], weights: _Weights, version: str, compiled: Any) -> ReadNetwork:
    """The network of these layers, each made anew in Keras with the numbers of the file."""
    numbers = [weights(number, layer, *_counts(layer)) for number, layer in enumerate(layers)]
    package = _package(version)
    if version.startswith("2.") and package.__name__ == "keras":
        _check_same_in_both(layers)
    first = next((layer.shape for layer in layers if layer.shape), None)
    if first is None:
        first = next((found[0].shape[:1] for found in numbers if found), (1,))
    shape: tuple[int, ...] = first
    names: set[str] = set()
    made: list[tuple[Any, list[np.ndarray]]] = []
    for layer, found in zip(layers, numbers, strict=True):
        if layer.kind in NOTHING:
            continue
        shape = shape_after(layer, shape, found)
        settings = dict(layer.settings)
        if layer.kind == "Normalization" and found:
            settings |= {"mean": found[0], "variance": found[1]}
        plain = re.fullmatch(r"\w[\w.-]*", layer.name) and layer.name not in names
        settings["name"] = layer.name if plain else f"{layer.kind}.{len(made)}"
        names.add(layer.name)
        fresh = _made(layer, settings, package)
        made.append((fresh, found if layer.kind != "Normalization" else []))
    model = package.Sequential([package.Input(first), *(fresh for fresh, _ in made)])
    for fresh, found in made:
        if found:
            fresh.set_weights(found)
    return read_model(model, _loss(compiled))


def shape_after(layer: Layer, shape: tuple[int, ...], found: list[np.ndarray]) -> tuple[int, ...]:
    """The shape of one point after a layer, which must be as large as its numbers in the file.

    Keras would make arrays of any size that a file asks for. **Raises** `InvalidInput`.
    """
    settings, name = layer.settings, f"layer {shown(layer.name)}"
    if layer.kind == "Dense":
        units = whole_number(f"units of {name}", settings["units"], at_least=1)
        there = [found_here.shape for found_here in found]
        wanted = [(*shape, units), (units,)][: len(found)]
        if there != wanted or len(shape) != 1:
            raise refusal(name, f"of weights of shape {wanted}", said(f"{there}"))
        return (units,)
    size = math.prod(shape)
    if layer.kind == "Flatten":
        return (size,)
    if layer.kind == "Reshape":
        target = np.array(settings["target_shape"], dtype=np.int64).ravel().tolist()
        known = math.prod(one for one in target if one > 0)
        target = [size // known if one == -1 else one for one in target]
        if math.prod(target) != size or min(target, default=0) < 1:
            raise refusal(name, f"to a shape of {size} numbers", said(f"{target}"))
        return tuple(target)
    if layer.kind == "BatchNormalization" and not all(len(one) in shape for one in found):
        raise refusal(name, f"for points of shape {shape}", said(f"{found[0].shape}"))
    if layer.kind == "PReLU" and not settings["shared_axes"] and found[0].size != size:
        raise refusal(name, f"for points of shape {shape}", said(f"{found[0].shape}"))
    for key in ("scale", "offset", "mean", "variance"):
        numbers = np.array(settings.get(key) or 0.0, dtype=np.float64)
        if np.broadcast_shapes(numbers.shape, (1, *shape)) != (1, *shape):
            raise refusal(f"{key} of {name}", f"for points of shape {shape}", said("others"))
    return shape


def _made(layer: Layer, settings: dict[str, Any], package: Any) -> Any:
    """The Keras layer of these settings; those that are None are Keras's own."""
    given = {key: value for key, value in settings.items() if value is not None}
    if "activation" in given:
        given["activation"] = _activation(layer, given["activation"], package)
    if layer.kind == "LeakyReLU":
        slope = given.pop("negative_slope", given.pop("alpha", None))
        own = "alpha" if package.__name__ == "tf_keras" else "negative_slope"
        given |= {} if slope is None else {own: slope}
    return getattr(package.layers, layer.kind)(**given)


def _activation(layer: Layer, told: Any, package: Any) -> Any:
    """A function or a layer of Keras, by what the file calls it."""
    if isinstance(told, tuple):
        kind, settings = told
        return _made(replace(layer, kind=kind), settings, package)
    if told in ("abs", "absolute"):
        return package.ops.absolute
    return told


def _check_same_in_both(layers: list[Layer]) -> None:
    """Refuse what Keras 3 computes in another way than the Keras 2 that wrote the file."""
    for layer in layers:
        if layer.settings.get("activation") == "hard_sigmoid":
            detail = "with the hard_sigmoid of Keras 2, which tf_keras has"
            raise unsupported(layer.name, layer.kind, detail)


def _loss(compiled: Any) -> str:
    """The name of the loss that the model was compiled with; "" for none."""
    loss = compiled.get("loss") if isinstance(compiled, dict) else None
    if isinstance(loss, dict):
        inner = loss.get("config")
        loss = inner.get("name") if isinstance(inner, dict) else inner
    return loss.lower() if isinstance(loss, str) else ""


def _package(version: str) -> Any:
    """Keras, or Keras 2 for its files where it is here."""
    name = "tf_keras" if version.startswith("2.") and find_spec("tf_keras") else "keras"
    try:
        return imported_keras() if name == "keras" else importlib.import_module(name)
    except ImportError as error:
        raise MissingDependency(
            "Keras files need Keras and a backend for it. Install both with: "
            f'pip install "unitscope[keras]" ({error})'
        ) from error

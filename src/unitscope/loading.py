"""load: a file of a run, a sweep or a model, known by its content."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from unitscope import tensors
from unitscope.errors import kind_of, refusal, said
from unitscope.files import reading
from unitscope.models import keras_files
from unitscope.models.onnx import from_onnx
from unitscope.models.read import ReadNetwork
from unitscope.models.reading import say
from unitscope.models.saved import is_network, network_from
from unitscope.models.torch import from_torch
from unitscope.networks import Activation
from unitscope.sweeps.result import Sweep
from unitscope.training import archive
from unitscope.training.run import Run

_WHAT = "a file of a run, a sweep or a model"
_START = 4096  # bytes that are looked at first
# What else files of models begin with; what they are, and how they come here.
_OTHERS: tuple[tuple[bytes, str, str], ...] = (
    (
        rb"PK\x03\x04.{26}[^/]{1,200}/data\.pkl|PK\x03\x04.{26}[^/]{1,200}/\.format_version",
        "a file of torch.save, whose pickle could run anything",
        "us.from_torch(torch.load(path, weights_only=True), sizes=[2, 8, 3]) reads a state_dict.",
    ),
    (
        rb"\x80[\x02-\x05]|\x1f\x8b|BZh|\x78[\x01\x5e\x9c\xda]|\xfd7zXZ",
        "a pickle or a packed file, which could run anything",
        "Open it yourself if you trust it: us.explain(model, X, y) takes the model.",
    ),
)


def load(
    path: str | os.PathLike[str],
    *,
    sizes: Sequence[int] | None = None,
    activation: Activation | Sequence[Activation] | None = None,
    model: Any = None,
) -> Run | Sweep | ReadNetwork:
    """What is in a file, by its content: a Run, a Sweep or a Network. Nothing in it is executed.

    **Arguments**

    - `path`: a file that `Run.save`, `Sweep.save` or `Network.save` wrote, the folder of a sweep,
      a Keras model in a `.keras` or `.h5` file, an `.onnx` file, or a `state_dict` of PyTorch in a
      safetensors file.
    - `sizes`, `activation`: of a state_dict, as `us.from_torch` has them; `sizes` are needed only
      where its layers are not in the order of their names.
    - `model`: of a file of Keras weights, a model of the same layers; it is only read.

    **Raises** `InvalidInput` for any other file, and for one that is damaged; `UnsupportedModel`
    for a model that is no chain of dense layers; `MissingDependency` naming what a kind of file
    needs.
    """
    settings = {"sizes": sizes, "activation": activation, "model": model}
    with archive.refusing(path, _WHAT, "unitscope or another library"):
        if Path(path).is_dir():
            return Sweep.load(path)
        with reading(path) as file:
            start = file.read(_START)
    read = _reader_of(start)
    if read is None:
        for pattern, what, remedy in _OTHERS:
            if re.match(pattern, start, re.DOTALL):
                raise refusal("path", _WHAT, said(what), remedy)
        raise refusal("path", _WHAT, os.fspath(path), "Its content is of another kind.")
    return read(path, settings)


def _reader_of(start: bytes) -> Callable[[Any, dict[str, Any]], Run | Sweep | ReadNetwork] | None:
    """What reads a file that starts so."""
    if start.startswith(b"PK\3\4") and start[30:].startswith(b"about.npy"):
        return _ours
    if start.startswith(b"\x89HDF\r\n\x1a\n"):
        return _keras_hdf5
    if start.startswith(b"PK\3\4") and re.match(rb"(metadata|config)\.json", start[30:]):
        return _keras_archive
    if tensors.begins(start):
        return _arrays
    return _onnx if re.match(rb"\x08[\x01-\x20][\x0a-\x7a]", start) else None


def _ours(path: Any, settings: dict[str, Any]) -> Run | Sweep:
    """A run or a sweep."""
    _none_of(settings)
    with archive.refusing(path, "a run or a sweep", "unitscope"):
        members = archive.members(path)
    return Sweep.load(path) if "shape.npy" in members else Run.load(path)


def _keras_archive(path: Any, settings: dict[str, Any]) -> ReadNetwork:
    """A whole Keras model."""
    _none_of(settings)
    with archive.refusing(path, "a Keras model", "model.save"):
        archive.members(path)
        net = keras_files.from_archive(path)
    say(net)
    return net


def _keras_hdf5(path: Any, settings: dict[str, Any]) -> ReadNetwork:
    """A whole Keras model, or the weights of one that is given."""
    model = settings.pop("model")
    _none_of(settings)
    with archive.refusing(path, "a Keras model or its weights", "model.save or model.save_weights"):
        if model is None:
            net = keras_files.from_hdf5(path)
        else:
            net = keras_files.with_weights(path, model)
    say(net)
    return net


def _onnx(path: Any, settings: dict[str, Any]) -> ReadNetwork:
    """A model in ONNX, which begins with the number of its format."""
    _none_of(settings)
    with archive.refusing(path, "a model in ONNX", "another library"):
        net = from_onnx(path)
    say(net)
    return net


def _arrays(path: Any, settings: dict[str, Any]) -> ReadNetwork:
    """A network of ours, or a state_dict of PyTorch."""
    with archive.refusing(path, "a network, or a state_dict", "Network.save or safetensors"):
        with reading(path) as file:
            arrays, texts = tensors.read(file)
        if is_network(texts):
            _none_of(settings)
            net = network_from(arrays, texts)
    if not is_network(texts):
        model = settings.pop("model")
        _none_of({"model": model})
        net = _of_state(arrays, **settings)
    say(net)
    return net


def _of_state(
    arrays: dict[str, np.ndarray], sizes: Sequence[int] | None, activation: Any
) -> ReadNetwork:
    """The network of a state_dict, whose names have lost their order in the file."""
    state = {name: arrays[name] for name in sorted(arrays, key=_counted)}
    weights = [array for name, array in state.items() if name.endswith("weight")]
    if sizes is None:
        chain = weights and all(array.ndim == 2 for array in weights)
        sizes = [weights[0].shape[1], *(len(array) for array in weights)] if chain else [1, 1]
    if activation is None and len(weights) > 1:
        rule = "given with a state_dict, one name, or one for each hidden layer"
        raise refusal("activation", rule, None, 'Such as us.load(path, activation="relu").')
    return from_torch(state, sizes=sizes, activation=activation or "relu")


def _counted(name: str) -> list[tuple[int, str]]:
    """A name for sorting: layers.10 comes after layers.2."""
    return [
        (int(part), "") if part.isdecimal() and len(part) < 10 else (-1, part)
        for part in re.split(r"(\d+)", name)
    ]


def _none_of(settings: dict[str, Any]) -> None:
    for name, value in settings.items():
        if value is not None:
            what = "Keras weights" if name == "model" else "a state_dict"
            raise refusal(name, f"given with {what} only", said(kind_of(value)))

"""Damaged files of models: networks of ours, state_dicts, ONNX, and Keras's two kinds."""

from __future__ import annotations

import io
import json
import random
import sys
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import unitscope as us

# What no file may bring about.
_ACTIONS = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "pickle.find_class")
_ACTIONS += ("socket.connect", "os.remove", "os.rename")
# So many of a hundred files are of each kind: Keras takes a thousand times as long as the others.
_SHARES = {"network": 45, "state": 20, "onnx": 32, "keras": 2, "h5": 1}

Change = Callable[[bytes, random.Random, list[bytes]], bytes]


def originals(folder: Path) -> dict[str, bytes]:
    """A file of each kind, small; of Keras where it is installed."""
    from safetensors.numpy import save

    net = us.Network.initialize([2, 3, 3, 2], ["leaky_relu", "gelu"])
    path = folder / "net"
    net.save(path, class_names=["a", "ü"], feature_names=["x", "y"])
    state = {f"{n}.weight": layer.weights.T.copy() for n, layer in enumerate(net.layers)}
    state |= {f"{n}.bias": layer.bias.astype(np.float32) for n, layer in enumerate(net.layers)}
    found = {"network": path.read_bytes(), "state": save(state)}
    found["onnx"] = us.to_onnx(net).SerializeToString()
    import keras

    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((2,)),
            layers.Normalization(mean=[0.5, 1.0], variance=[1.0, 2.0]),
            layers.Dense(3, "relu"),
            layers.BatchNormalization(),
            layers.LeakyReLU(0.1),
            layers.Dense(2, "softmax"),
        ]
    )
    for kind in ("keras", "h5"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of Keras: NumPy's, and that .h5 is old
            model.save(folder / f"model.{kind}")
        found[kind] = (folder / f"model.{kind}").read_bytes()
    return found


def damaged(
    which: str, content: bytes, rng: random.Random, change: Change, junk: list[Any]
) -> bytes:
    """One file with bytes changed, or with a part of its description."""
    plain = rng.random() < 0.5
    if which in ("network", "state") and not plain:
        length = int.from_bytes(content[:8], "little")
        header = json.loads(content[8 : 8 + length])
        if which == "network" and rng.random() < 0.7:
            about = json.loads(header["__metadata__"]["unitscope"])
            header["__metadata__"]["unitscope"] = json.dumps(changed_json(about, rng, junk))
        else:
            header = changed_json(header, rng, junk)
        text = json.dumps(header).encode()
        return len(text).to_bytes(8, "little") + text + content[8 + length :]
    if which == "keras" and not plain:
        return _changed_archive(content, rng, change, junk)
    if which == "h5" and not plain:
        return _changed_config(content, rng, junk)
    return change(content, rng, [b"\x08\x01", b"\xff" * 8, b'{"', b"\x1a\x00"])


def changed_json(whole: Any, rng: random.Random, junk: list[Any]) -> Any:
    """A description with one of its parts, at any depth, replaced, taken out or repeated."""
    made = json.loads(json.dumps(whole))
    places: list[tuple[Any, Any]] = []
    left = [made]
    while left:
        part = left.pop()
        keys = list(part) if isinstance(part, dict) else range(len(part))
        places += [(part, key) for key in keys]
        left += [part[key] for key in keys if isinstance(part[key], (dict, list))]
    part, key = rng.choice(places)
    how = rng.randrange(4)
    if how == 0:
        del part[key]
    elif how == 1 and isinstance(part[key], list):
        part[key] = part[key] * rng.choice([2, 50])
    elif how == 2:
        other, name = rng.choice(places)
        value = json.loads(json.dumps(other[name])) if name in other or other is not part else None
        part[key] = value
    else:
        part[key] = rng.choice(junk)
    return made


def _changed_archive(content: bytes, rng: random.Random, change: Change, junk: list[Any]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as whole:
        members = {name: whole.read(name) for name in whole.namelist()}
    name = rng.choice(["config.json", "config.json", "model.weights.h5", "metadata.json"])
    if name == "model.weights.h5":
        members[name] = change(members[name], rng, [b"\xff" * 8, b"TREE", b"SNOD"])
    else:
        members[name] = json.dumps(changed_json(json.loads(members[name]), rng, junk)).encode()
    if rng.random() < 0.1:
        members.pop(rng.choice(list(members)))
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as out:
        for name, member in members.items():
            out.writestr(name, member)
    return made.getvalue()


def _changed_config(content: bytes, rng: random.Random, junk: list[Any]) -> bytes:
    import h5py

    made = io.BytesIO(content)
    with h5py.File(made, "a") as file:
        about = json.loads(file.attrs["model_config"])
        file.attrs["model_config"] = json.dumps(changed_json(about, rng, junk))
    return made.getvalue()


def kind_of(number: int) -> str:
    """Of which kind is the so-manieth file."""
    at = number * 37 % 100
    for kind, share in _SHARES.items():
        if at < share:
            return kind
        at -= share
    raise AssertionError


def use_model(path: Path) -> None:
    """Load a network, and ask it for what a picture needs."""
    watch()
    _seen.clear()
    start = path.read_bytes()[:40]
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "__array__ implementation doesn't", DeprecationWarning)
        net: Any = us.load(path, activation="relu" if b'"0.' in start else None)
    with np.errstate(over="ignore", invalid="ignore"):  # weights may be finite and huge
        net.logits(np.zeros((2, net.n_features)))
    repr((net, net.class_names, net.feature_names))
    if _seen:
        raise AssertionError(f"the file brought about {_seen}")


_seen: list[str] = []
_watching: list[bool] = []


def watch() -> None:
    """Note, from now on, what no file may bring about."""
    if not _watching:
        _watching.append(True)
        sys.addaudithook(lambda event, _: _seen.append(event) if event in _ACTIONS else None)

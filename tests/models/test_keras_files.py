"""Keras models from files: random ones beside Keras's own answers, and files made to do harm."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from same_answers import assert_close

import unitscope as us
from thorough import few
from unitscope.errors import InvalidInput, UnsupportedModel

keras = pytest.importorskip("keras")
h5py = pytest.importorskip("h5py")

pytestmark = [
    pytest.mark.keras,
    pytest.mark.filterwarnings(
        "ignore:__array__ implementation doesn't accept a copy:DeprecationWarning",
        "ignore:You are saving your model as an HDF5 file",
    ),
]
FUNCTIONS = ["relu", "tanh", "sigmoid", "elu", "softplus", "gelu", "silu", "relu6", "hard_sigmoid"]


def random_layers(kr: Any, rng: np.random.Generator) -> list[Any]:
    layers = kr.layers
    own = "alpha" if kr.__name__ == "tf_keras" else "negative_slope"
    made = []
    for _ in range(rng.integers(1, 4)):
        makers = [
            lambda: layers.BatchNormalization(center=bool(rng.integers(2)), axis=-1),
            lambda: layers.Dropout(0.3),
            lambda: layers.Activation(str(rng.choice(FUNCTIONS))),
            lambda: layers.LeakyReLU(**{own: 0.25}),
            lambda: layers.ReLU(max_value=3.0),
            lambda: layers.PReLU(),
            lambda: layers.Rescaling(2.0, offset=-1.0),
            lambda: layers.Reshape((-1,)),
            lambda: layers.GaussianNoise(0.1),
        ]
        units = int(rng.integers(1, 6))
        function = [None, str(rng.choice(FUNCTIONS))][rng.integers(2)]
        dense = layers.Dense(units, activation=function, use_bias=bool(rng.integers(4)))
        made += [dense, *(makers[at]() for at in rng.integers(len(makers), size=rng.integers(3)))]
    return made


def random_model(kr: Any, rng: np.random.Generator) -> Any:
    layers = kr.layers
    shape = [(3,), (2, 2), (2,)][rng.integers(3)]
    steps = [layers.Flatten()] if len(shape) == 2 else []
    if rng.integers(2):
        values = rng.uniform(0.5, 2.0, (2, shape[-1]))
        steps.insert(0, layers.Normalization(mean=values[0], variance=values[1]))
    steps += random_layers(kr, rng)
    inner = kr.Sequential(random_layers(kr, rng))
    steps += [inner, layers.BatchNormalization(trainable=False)] if rng.integers(2) else []
    last = ["softmax", None, "sigmoid"][rng.integers(3)]
    steps.append(layers.Dense(int(rng.integers(2, 5)), activation=last, name="last"))
    if rng.integers(2):
        points = tensor = kr.Input(shape)
        for step in steps:
            tensor = step(tensor)
        model = kr.Model(points, tensor)
    else:
        model = kr.Sequential([kr.Input(shape), *steps])
    weights = [np.abs(rng.normal(0.5, 1.0, part.shape)) + 0.1 for part in model.weights]
    model.set_weights(
        [part * rng.choice([1, 1, -1]) if part.ndim == 2 else part for part in weights]
    )
    return model


def compare(kr: Any, model: Any, path: Path, rng: np.random.Generator) -> None:
    """The file's network, beside what Keras answers."""
    model.save(path)
    net = us.load(path)
    shape = model.input_shape[1:]
    points = rng.normal(0.0, 1.0, (20, *shape)).astype(np.float32)
    theirs = np.asarray(model(points), dtype=np.float64)
    logits = net.logits(net.points(points))
    last = model.get_layer("last").activation.__name__
    if last == "softmax":
        assert_close(net.probabilities(net.points(points)), theirs)
    else:
        assert_close(np.exp(-np.logaddexp(0.0, -logits)) if last == "sigmoid" else logits, theirs)


@pytest.mark.parametrize("ending", [".keras", ".h5"])
@pytest.mark.parametrize("seed", range(few(3, 300)))
def test_a_random_file_and_its_model_agree(tmp_path: Path, seed: int, ending: str) -> None:
    rng = np.random.default_rng([seed, 1])
    compare(keras, random_model(keras, rng), tmp_path / f"model{ending}", rng)


@pytest.mark.tensorflow
@pytest.mark.parametrize("ending", [".keras", ".h5"])
@pytest.mark.parametrize("seed", range(few(3, 300)))
def test_files_of_keras_2_are_read(tmp_path: Path, seed: int, ending: str) -> None:
    tf_keras = pytest.importorskip("tf_keras")
    rng = np.random.default_rng([seed, 2])
    compare(tf_keras, random_model(tf_keras, rng), tmp_path / f"model{ending}", rng)


def small(*more: Any, **compiled: Any) -> Any:
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, "relu", name="one"), *more])
    if compiled:
        model.compile(**compiled)
    return model


def test_weights_are_read_with_their_model(tmp_path: Path) -> None:
    model, other = small(), small()
    model.save_weights(tmp_path / "m.weights.h5")
    before = other.get_weights()
    assert us.load(tmp_path / "m.weights.h5", model=other) == us.from_keras(model)
    assert all((one == two).all() for one, two in zip(before, other.get_weights(), strict=True))
    with pytest.raises(InvalidInput, match=r"a file of weights.*us.load\(path, model=model\)"):
        us.load(tmp_path / "m.weights.h5")
    with pytest.raises(InvalidInput, match=r"^path must be "):
        us.load(tmp_path / "m.weights.h5", model=small(keras.layers.Dense(9)))
    model.save(tmp_path / "m.keras")
    with pytest.raises(InvalidInput, match="model must be given with Keras weights only"):
        us.load(tmp_path / "m.keras", model=model)


@pytest.mark.parametrize("ending", [".keras", ".h5"])
def test_an_adapted_normalization_and_a_loss_are_read(tmp_path: Path, ending: str) -> None:
    norm = keras.layers.Normalization()
    norm.adapt(np.random.default_rng(0).normal(3.0, 2.0, (50, 2)))
    model = keras.Sequential([keras.Input((2,)), norm, keras.layers.Dense(1)])
    model.compile(loss="mse")
    model.save(tmp_path / f"m{ending}")
    with pytest.raises(UnsupportedModel, match=r"the loss mse|loss mean_squared_error"):
        us.load(tmp_path / f"m{ending}")
    model.compile(loss=keras.losses.BinaryCrossentropy(from_logits=True))
    model.save(tmp_path / f"m{ending}")
    net = us.load(tmp_path / f"m{ending}")
    assert net == us.from_keras(model) and "two logits" in net.understood


def test_functions_beside_keras_names_come_back(tmp_path: Path) -> None:
    for function in ("abs", "leaky_relu", "gelu", "silu"):
        net = us.Network.initialize([2, 4, 3], function)
        us.to_keras(net).save(tmp_path / "m.keras")
        found = us.load(tmp_path / "m.keras")
        assert [layer.activation for layer in found.layers] == [function, "linear"]


# Files made to do harm


def changed(tmp_path: Path, change: Any, model: Any = None) -> Path:
    """A `.keras` file whose members' contents were changed."""
    (model or small()).save(tmp_path / "whole.keras")
    with zipfile.ZipFile(tmp_path / "whole.keras") as whole:
        members = {name: whole.read(name) for name in whole.namelist()}
    change(members)
    with zipfile.ZipFile(tmp_path / "made.keras", "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return tmp_path / "made.keras"


def of_config(**changes: Any) -> Any:
    def change(members: dict[str, bytes]) -> None:
        about = json.loads(members["config.json"])
        layer = about["config"]["layers"][1]
        layer["config"] |= changes.pop("config", {})
        layer |= changes
        members["config.json"] = json.dumps(about).encode()

    return change


def of_weights(build: Any) -> Any:
    def change(members: dict[str, bytes]) -> None:
        made = io.BytesIO(members["model.weights.h5"])
        with h5py.File(made, "a") as file:
            build(file)
        members["model.weights.h5"] = made.getvalue()

    return change


def linked(file: Any) -> None:
    del file["layers/dense/vars/0"]
    file["layers/dense/vars/0"] = h5py.ExternalLink("/etc/passwd", "/")


def external(file: Any) -> None:
    del file["layers/dense/vars/0"]
    file["layers/dense/vars"].create_dataset("0", (2, 3), "<f4", external=[("/etc/passwd", 0, 24)])


def unstored(file: Any) -> None:
    del file["layers/dense/vars/0"]
    file["layers/dense/vars"].create_dataset("0", (10**5, 10**5), "<f4", chunks=(100, 100))


def zeros(members: dict[str, bytes]) -> None:
    members["model.weights.h5"] = bytes(300_000_000)


def code(members: dict[str, bytes]) -> None:
    of_config(class_name="Lambda", module="keras.layers", config={"function": ["AAA", None, None]})(
        members
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (code, r"Got layer 'one' \(Lambda\), which is not run"),
        (of_config(class_name="Popen", module="subprocess"), r"'one' \(Popen\)"),
        (of_config(module="subprocess"), r"'one' \(Dense\)"),
        (of_config(registered_name="own>Dense"), r"'one' \(Dense\)"),
        (of_config(config={"activation": "eval"}), "with activation 'eval'"),
        (
            of_config(config={"activation": {"class_name": "Lambda", "config": {}}}),
            "with activation 'Lambda'",
        ),
        (of_config(config={"lora_rank": 2}), "with LoRA"),
        (of_config(config={"units": 10**9}), "layer 'one' must be of weights of shape"),
        (of_config(config={"units": 0}), "units of layer 'one' must be"),
        (of_config(config={"units": "3"}), "units of layer 'one' must be numbers"),
        (
            of_config(config={"batch_shape": [None, 10**9]}, class_name="InputLayer"),
            "without layers",
        ),
        (of_weights(linked), "without links to others"),
        (of_weights(external), "inside the file"),
        (of_weights(unstored), r"of at most \d+ bytes, as large as the file. Got 80000000000"),
        (zeros, "model.weights.h5 must be of at most"),
        (lambda members: members.pop("config.json"), "written by model.save"),
        (lambda members: members.update({"config.json": b"[" * 10**6}), "written by model.save"),
        (lambda members: members.update({f"assets/{n}": b"" for n in range(99)}), "64 members"),
    ],
)
def test_a_file_made_to_do_harm_is_refused(tmp_path: Path, change: Any, words: str) -> None:
    path = changed(tmp_path, change)
    with pytest.raises((InvalidInput, UnsupportedModel), match=words):
        us.load(path)


def test_a_lambda_is_not_run(tmp_path: Path) -> None:
    ran: list[int] = []
    model = small(keras.layers.Lambda(lambda x: [ran.append(1), x][1]))
    for name in ("m.keras", "m.h5"):
        model.save(tmp_path / name)
        count = len(ran)
        with pytest.raises(UnsupportedModel, match="Lambda"):
            us.load(tmp_path / name)
        assert len(ran) == count

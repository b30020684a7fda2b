"""to_torch, to_onnx, to_sklearn: each library answers as the network does, and reads back."""

from __future__ import annotations

import sys
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import unitscope as us
from thorough import few
from unitscope.activations import ACTIVATIONS
from unitscope.errors import InvalidInput, MissingDependency, UnsupportedModel
from unitscope.models.read import ReadNetwork

SEEDS = range(few(12, 300))


def random_network(seed: int, names: list[str], *, same: bool = False) -> us.Network:
    rng = np.random.default_rng(seed)
    sizes = rng.integers(2, 6, size=rng.integers(2, 5)).tolist()
    one = str(rng.choice(names))
    layers = []
    for number, (inputs, units) in enumerate(pairwise(sizes)):
        last = number == len(sizes) - 2
        activation: Any = "linear" if last else one if same else str(rng.choice(names))
        numbers = rng.normal(size=(inputs + 1, units))
        layers.append(us.Dense(numbers[1:], numbers[0], activation, float(rng.uniform(0.01, 0.9))))
    return us.Network(layers)


def check(net: us.Network, theirs: np.ndarray, back: us.Network, points: np.ndarray) -> None:
    """Their logits, and those of the network that is read from theirs, are ours to 1e-6."""
    ours = net.logits(points)
    scale = max(1.0, np.abs(ours).max(), *(np.abs(layer.weights).max() for layer in net.layers))
    # Their sums are float32, too.
    assert np.abs(theirs - ours).max() <= 1e-5 * scale
    assert np.abs(back.logits(points) - ours).max() <= 1e-6 * scale
    assert np.abs(back.to_vector() - net.to_vector()).max() <= 1e-6 * scale


@pytest.mark.torch
@pytest.mark.parametrize("seed", SEEDS)
def test_pytorch_answers_as_the_network_does(seed: int) -> None:
    torch = pytest.importorskip("torch")
    net = random_network(seed, [name for name in ACTIVATIONS if name != "abs"])
    model = us.to_torch(net)
    points = np.random.default_rng(seed).normal(size=(20, net.n_features))
    theirs = model(torch.from_numpy(points.astype(np.float32))).detach().numpy()
    check(net, theirs, us.from_torch(model), points)


@pytest.mark.parametrize("seed", SEEDS)
def test_onnx_answers_as_the_network_does(seed: int) -> None:
    onnx = pytest.importorskip("onnx")
    from onnx.reference import ReferenceEvaluator

    net = random_network(seed, list(ACTIVATIONS))
    model = us.to_onnx(net)
    onnx.checker.check_model(model, full_check=True)
    points = np.random.default_rng(seed).normal(size=(20, net.n_features))
    (theirs,) = ReferenceEvaluator(model).run(None, {"X": points.astype(np.float32)})
    check(net, theirs, us.from_onnx(model.SerializeToString()), points)


@pytest.mark.parametrize("seed", SEEDS)
def test_scikit_learn_answers_as_the_network_does(seed: int) -> None:
    net = random_network(seed, ["linear", "relu", "tanh", "sigmoid"], same=True)
    labels = np.random.default_rng(seed).permutation(np.array(list("dbeac")))[: net.n_classes]
    named = ReadNetwork(net.layers, "logits", labels=labels)
    points = np.random.default_rng(seed).normal(size=(20, net.n_features))
    for one, classes in ((net, np.arange(net.n_classes)), (named, labels)):
        model = us.to_sklearn(one)
        order = np.argsort(classes)
        assert (
            np.abs(model.predict_proba(points) - net.probabilities(points)[:, order]).max() < 1e-9
        )
        assert (model.predict(points) == classes[net.predict(points)]).all()
        back = us.from_sklearn(model)
        assert (back.labels == classes[order]).all()
        assert np.abs(back.probabilities(points) - net.probabilities(points)[:, order]).max() < 1e-9


def test_an_mlp_classifier_goes_there_and_back() -> None:
    from sklearn.base import clone
    from sklearn.datasets import load_iris
    from sklearn.neural_network import MLPClassifier

    X, y = load_iris(return_X_y=True, as_frame=True)
    fitted = MLPClassifier((5, 4), max_iter=20, random_state=0)
    with pytest.warns(Warning, match="Maximum iterations"):
        fitted.fit(X, y)
    model = us.to_sklearn(us.network(fitted))
    assert (model.predict_proba(X) == fitted.predict_proba(X)).all()
    assert (model.feature_names_in_ == fitted.feature_names_in_).all()
    assert clone(model).hidden_layer_sizes == (5, 4)


OLD_ARRAYS = pytest.mark.filterwarnings(
    "ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"
)
KNOWN = ReadNetwork(
    us.Network.initialize([2, 3, 3], seed=1).layers,
    "logits",
    labels=["ü", "b", "a"],
    feature_names=["width", "height, mm"],
)
NUMBERED = ReadNetwork(KNOWN.layers, "logits", labels=[7, 3, 30])


@pytest.mark.parametrize("net", [KNOWN, NUMBERED, us.Network(KNOWN.layers)])
@pytest.mark.parametrize(
    "library",
    [
        pytest.param("torch", marks=pytest.mark.torch),
        pytest.param("keras", marks=[pytest.mark.keras, OLD_ARRAYS]),
        "onnx",
    ],
)
def test_names_go_there_and_back(library: str, net: us.Network) -> None:
    pytest.importorskip(library)
    model = getattr(us, f"to_{library}")(net)
    if library == "onnx":
        model = model.SerializeToString()
    back = getattr(us, f"from_{library}")(model)
    labels = getattr(net, "labels", None)
    assert back.feature_names == getattr(net, "feature_names", None)
    assert labels is None if back.labels is None else back.labels.tolist() == labels.tolist()


@pytest.mark.torch
@pytest.mark.parametrize(
    "names", [("a", "b"), ("a", "b", "a"), ("a", "b", 3), "abc", 3, None, (True, False, 1)]
)
def test_names_that_do_not_fit_a_model_are_none_of_it(names: Any) -> None:
    nn = pytest.importorskip("torch.nn")
    model = nn.Sequential(nn.Linear(2, 3))
    model.class_names = model.feature_names = names
    read = us.from_torch(model)
    assert read.labels is None
    assert read.feature_names == (names if names == ("a", "b") else None)


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"labels": 3}', '{"labels": {"dtype": "str", "values": ["a", "a", "b"]}}']
)
def test_a_damaged_description_in_onnx_names_nothing(text: str) -> None:
    onnx = pytest.importorskip("onnx")
    model = us.to_onnx(KNOWN)
    onnx.helper.set_model_props(model, {"unitscope": text})
    assert us.from_onnx(model).labels is None


ABS = us.Network([us.Dense(np.eye(2), [0, 0], "abs"), us.Dense(np.eye(2), [0, 0])])
MIXED = us.Network.initialize([2, 3, 3, 2], ["relu", "tanh"])
LARGE = us.Network([us.Dense(np.full((2, 2), 1e300), [0.0, 0.0])])


@pytest.mark.parametrize(
    ("write", "net", "words"),
    [
        ("to_torch", ABS, "an nn.Sequential has. Got abs"),
        ("to_torch", LARGE, r"that float32 has. Got 1e\+300"),
        ("to_onnx", LARGE, r"that float32 has. Got 1e\+300"),
        ("to_sklearn", ABS, "an MLPClassifier has. Got abs"),
        ("to_sklearn", MIXED, "an MLPClassifier has. Got relu and tanh together"),
        ("to_sklearn", us.Network(ABS.layers[:1]), "the last layer of an MLPClassifier has"),
        ("to_sklearn", us.Network.initialize([2, 1]), "at least 2 classes. Got 1"),
        *((write, 3, "net must be a Network. Got 3") for write in ("to_torch", "to_onnx")),
    ],
)
def test_what_a_library_has_not_is_refused(write: str, net: Any, words: str) -> None:
    if write == "to_torch":
        pytest.importorskip("torch")
    with pytest.raises((InvalidInput, UnsupportedModel), match=words):
        getattr(us, write)(net)


@pytest.mark.parametrize(
    ("call", "module", "extra"),
    [
        (lambda: us.to_torch(MIXED), "torch", "torch"),
        (lambda: us.to_onnx(MIXED), "onnx", "onnx"),
        (lambda: us.from_onnx(b""), "onnx", "onnx"),
        (lambda: us.to_sklearn(MIXED), "sklearn.neural_network", "sklearn"),
    ],
)
def test_a_library_that_is_missing_is_named(
    monkeypatch, call: Any, module: str, extra: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingDependency, match=rf'pip install "unitscope\[{extra}\]"'):
        call()

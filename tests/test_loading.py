"""us.load: networks, runs, sweeps and state_dicts, each by its content; others in words."""

from __future__ import annotations

import json
import pickle
import zipfile
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import save_file
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import KBinsDiscretizer

import unitscope as us
from unitscope import tensors
from unitscope.activations import ACTIVATIONS
from unitscope.errors import CannotWrite, InvalidInput, UnsupportedModel
from unitscope.models.read import FLAT, ReadNetwork

NUMBERS = (1e308, -0.0, 5e-324, 0.1, -3.0, 1.0 + 2**-52)


def random_network(rng):
    sizes = rng.integers(1, 5, size=rng.integers(2, 6)).tolist()
    layers = []
    for inputs, units in pairwise(sizes):
        whole = rng.choice(NUMBERS, (inputs + 1, units))
        activation = rng.choice(sorted(ACTIVATIONS))
        layers.append(us.Dense(whole[1:], whole[0], str(activation), float(rng.normal())))
    return us.Network(layers)


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=5)


@given(seed=st.integers(0, 2**32), texts=st.lists(TEXT, min_size=8, max_size=8, unique=True))
@settings(max_examples=15, deadline=None)
def test_a_network_comes_back_to_the_bit(tmp_path_factory, seed, texts):
    path = tmp_path_factory.mktemp("saved") / "net.safetensors"
    net = random_network(np.random.default_rng(seed))
    classes, features = texts[: net.n_classes], texts[-net.n_features :]
    several = classes if net.n_classes > 1 else None
    net.save(path, class_names=several, feature_names=features)
    found = us.load(path)
    assert found == net and [layer.weights.tobytes() for layer in found.layers] == [
        layer.weights.tobytes() for layer in net.layers
    ]
    assert found.class_names == (None if several is None else tuple(several))
    assert found.feature_names == tuple(features)
    found.save(path)
    assert us.load(path) == net and us.load(path).class_names == found.class_names


LABELS = (["cat", "dog", "ü"], [3, 1, 7], np.array(["b", "a", "c"], object))


@pytest.mark.parametrize("labels", LABELS, ids=str)
def test_what_a_model_knows_is_kept(tmp_path, labels):
    layer = us.Dense(np.eye(4)[:, :3], [0.0, 1.0, 2.0])
    net = ReadNetwork([layer], "scores", labels=labels, feature_names="pqrs", prepare=FLAT)
    net.save(tmp_path / "net")
    found = us.load(tmp_path / "net")
    assert found.labels is not None and net.labels is not None
    assert found.labels.dtype == net.labels.dtype and (found.labels == net.labels).all()
    assert (found.class_names, found.feature_names) == (net.class_names, net.feature_names)
    assert found.understood == "scores" and found.points(np.ones((5, 2, 2))).shape == (5, 4)
    net.save(tmp_path / "net", class_names=list("abc"), feature_names=list("wxyz"))
    found = us.load(tmp_path / "net")
    assert found.class_names == tuple("abc") and found.feature_names == tuple("wxyz")


def test_steps_that_are_not_in_the_file_are_named(tmp_path):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 2))
    steps = KBinsDiscretizer(3, quantile_method="averaged_inverted_cdf"), LogisticRegression()
    net = us.network(make_pipeline(*steps).fit(X, X[:, 0] > 0))
    net.save(tmp_path / "net")
    found = us.load(tmp_path / "net")
    assert found == net and found.prepare is None
    assert "KBinsDiscretizer applied" in found.understood
    assert found.understood.endswith("its own steps before the network are not in the file")
    found.save(tmp_path / "net")
    assert us.load(tmp_path / "net").understood == found.understood


def test_runs_and_sweeps_are_known_by_what_is_in_them(tmp_path, lab_data):
    run = us.train(lab_data, epochs=3)
    run.save(tmp_path / "one.txt")
    swept = us.sweep(lab_data, seeds=2, epochs=2, folder=tmp_path / "folder")
    swept.save(tmp_path / "other.txt")
    assert us.load(tmp_path / "one.txt") == run
    assert us.load(tmp_path / "other.txt") == us.load(tmp_path / "folder") == swept
    with pytest.raises(InvalidInput, match="sizes must be given with a state_dict only"):
        us.load(tmp_path / "one.txt", sizes=[2, 3])


@pytest.fixture
def lab_data():
    return us.datasets.lab()


def test_a_state_dict_is_read_in_the_order_of_its_numbers(tmp_path):
    net = us.Network.initialize([3, *(5,) * 11, 2], "tanh")
    state = {}
    for number, layer in enumerate(net.layers):
        state[f"{number}.weight"] = np.ascontiguousarray(layer.weights.T)
        state[f"{number}.bias"] = layer.bias
    save_file(state, tmp_path / "state")
    assert us.load(tmp_path / "state", activation="tanh") == net
    assert us.load(tmp_path / "state", activation=["tanh"] * 11, sizes=net.sizes) == net
    for settings_, kind, words in [
        ({}, InvalidInput, 'activation must be given.*activation="relu"'),
        ({"activation": "selu"}, InvalidInput, "activation must be one of"),
        ({"activation": "relu", "sizes": [3, 2]}, InvalidInput, "state_dict must be of weights"),
    ]:
        with pytest.raises(kind, match=words):
            us.load(tmp_path / "state", **settings_)
    save_file({"conv.weight": np.zeros((2, 2, 3))}, tmp_path / "state")
    with pytest.raises((InvalidInput, UnsupportedModel), match=r"conv.weight of shape"):
        us.load(tmp_path / "state")


class Opened(Exception):
    pass


def opened():
    raise Opened


class Hostile:
    def __reduce__(self):
        return opened, ()


def hostile_files(folder):
    """Files that would run something, and files of other kinds; what is said of each."""
    content = pickle.dumps(Hostile())
    (folder / "pickle").write_bytes(content)
    with zipfile.ZipFile(folder / "torch", "w") as made:
        made.writestr("model/data.pkl", content)
    with zipfile.ZipFile(folder / "zip", "w") as made:
        made.writestr("../../about.npy", content)
    (folder / "text").write_text("x,y\n1,2\n")
    (folder / "empty").touch()
    (folder / "folder").mkdir()
    return {
        "pickle": "a pickle or a packed file.*if you trust it",
        "torch": "torch.save.*weights_only=True",
        "zip": "another kind",
        "text": "another kind",
        "empty": "another kind",
        "folder": "no such file|folder",
        "missing": "no such file",
    }


def test_other_files_are_refused_and_nothing_in_them_runs(tmp_path):
    for name, words in hostile_files(tmp_path).items():
        with pytest.raises(InvalidInput, match=f"^path must be .*(?i:{words})"):
            us.load(tmp_path / name)
    with pytest.raises(InvalidInput, match=r"^path must be .* Got '3' instead"):
        us.load(3)


def described(tmp_path, **changed):
    """A network's file with parts of its description changed."""
    about = {
        "format": 1,
        "layers": [{"activation": "relu", "negative_slope": 0.2}],
        "labels": {"dtype": "str", "values": ["a", "b"]},
        "feature_names": ["x"],
    }
    arrays = {"layers.0.weights": np.ones((1, 2)), "layers.0.bias": np.ones(2)}
    tensors.write(tmp_path / "net", arrays, {"unitscope": json.dumps(about | changed)})
    return tmp_path / "net"


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"format": 2}, "must be 1. Got 2 instead. Use the version that wrote it"),
        ({"layers": []}, "a list of 1 to 10,000"),
        ({"layers": [{"activation": "relu", "negative_slope": 0.2}] * 2}, "bias of 2 layers"),
        ({"layers": [{"activation": "eval", "negative_slope": 0.2}]}, "must be one of linear"),
        ({"layers": [{"activation": "relu", "negative_slope": "x"}]}, "negative_slope must be"),
        ({"layers": [3]}, "written by"),
        ({"labels": {"dtype": "O", "values": ["a", "b"]}}, "a NumPy dtype"),
        ({"labels": {"dtype": "str", "values": ["a"]}}, "2 numbers or texts"),
        ({"labels": {"dtype": "str", "values": ["a", "a"]}}, "of one class each"),
        ({"feature_names": ["x", "y"]}, "feature_names must be 1 texts"),
        ({"feature_names": "x"}, "feature_names must be 1 texts"),
        ({"understood": "a\nb"}, "one line of text"),
        ({"understood": "x" * 9999}, "one line of text"),
    ],
)
def test_a_description_that_does_not_fit_is_refused(tmp_path, changed, words):
    assert us.load(described(tmp_path)).class_names == ("a", "b")
    with pytest.raises(InvalidInput, match=f"^path must be .*{words}"):
        us.load(described(tmp_path, **changed))


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ({"class_names": ["a"]}, "class_names must be 2 texts"),
        ({"class_names": ["a", "a"]}, "class_names must be texts that differ"),
        ({"class_names": ["a", "a\0"]}, "class_names must be texts that differ"),
        ({"class_names": [0, 1]}, "class_names must be 2 texts"),
        ({"feature_names": "xyz"}, "feature_names must be 3 texts"),
    ],
)
def test_names_that_do_not_fit_are_not_saved(tmp_path, names, words):
    net = us.Network.initialize([3, 2])
    with pytest.raises(InvalidInput, match=words):
        net.save(tmp_path / "net", **names)
    with pytest.raises(InvalidInput, match="class_names must be of at least 2 classes"):
        us.Network.initialize([3, 1]).save(tmp_path / "net", class_names=["a"])
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(CannotWrite):
        net.save(tmp_path)

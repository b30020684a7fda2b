"""us.split: features and dense block together answer as the whole model does."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from same_answers import assert_close

import unitscope as us
from unitscope.errors import InvalidInput, UnsupportedModel

keras = pytest.importorskip("keras")

# Keras's own get_weights makes NumPy 2 warn.
pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"
)
layers = keras.layers
RNG = np.random.default_rng(0)
N = 30


def whole(model: Any, X: Any) -> np.ndarray:
    """What the model itself answers, without the seconds that `predict` takes to compile."""
    return np.asarray(keras.ops.convert_to_numpy(model(X, training=False)), np.float64)


def images() -> Any:
    return RNG.normal(size=(N, 8, 8, 1)).astype(np.float32)


def convolution() -> tuple[Any, Any, int, str]:
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(4, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(name="flat"),
            layers.Dropout(0.5),
            layers.Dense(6, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(3, activation="softmax"),
        ]
    )
    return model, images(), 36, "flat"


def embedding() -> tuple[Any, Any, int, str]:
    words = keras.Input((7,), dtype="int32")
    read = layers.LSTM(4, name="read")(layers.Embedding(10, 5, mask_zero=True)(words))
    block = layers.BatchNormalization()(layers.Dense(5, activation="tanh")(read))
    model = keras.Model(words, layers.Dense(3)(block))
    return model, RNG.integers(0, 10, (N, 7)), 4, "read"


def attention_in_a_model_of_its_own() -> tuple[Any, Any, int, str]:
    words = keras.Input((7, 5))
    seen = layers.LayerNormalization()(layers.MultiHeadAttention(2, 3)(words, words) + words)
    front = keras.Model(words, layers.GlobalAveragePooling1D()(seen), name="front")
    head = keras.Sequential(
        [keras.Input((5,)), layers.Dense(4, activation="leaky_relu"), layers.Dense(2)]
    )
    outer = keras.Input((7, 5))
    return keras.Model(outer, head(front(outer))), RNG.normal(size=(N, 7, 5)), 5, "front"


def two_inputs() -> tuple[Any, Any, int, str]:
    one, other = keras.Input((3,), name="one"), keras.Input((4,), name="other")
    both = layers.Concatenate(name="both")([layers.Dense(3)(one), layers.Dense(2)(other)])
    block = layers.Dense(3)(layers.Dense(4, activation="relu6")(both))
    points = [RNG.normal(size=(N, width)).astype(np.float32) for width in (3, 4)]
    return keras.Model([one, other], block), points, 5, "both"


def a_residual_before_two_layers() -> tuple[Any, Any, int, str]:
    points = keras.Input((4,))
    added = layers.Add(name="added")([points, layers.Dense(4, activation="relu")(points)])
    last = layers.Dense(1, activation="sigmoid")(layers.Dense(3, activation="silu")(added))
    return keras.Model(points, last), RNG.normal(size=(N, 4)), 4, "added"


@pytest.mark.parametrize(
    "made",
    [
        convolution,
        pytest.param(embedding, marks=pytest.mark.slow),
        pytest.param(attention_in_a_model_of_its_own, marks=pytest.mark.slow),
        two_inputs,
        a_residual_before_two_layers,
    ],
)
def test_a_keras_model_in_two_answers_as_it_does_whole(made):
    model, X, width, name = made()
    weights = [RNG.normal(0.0, 0.6, part.shape) for part in model.get_weights()]
    kept = [np.abs(part) + 0.1 if part.ndim == 1 else part for part in weights]
    model.set_weights(
        [
            part if before.dtype.kind == "f" else before
            for part, before in zip(kept, model.get_weights(), strict=True)
        ]
    )
    features, net = us.split(model)
    points = features(X)
    assert points.shape == (N, width) and points.dtype == np.float64
    assert net.feature_names == tuple(f"{name} {number}" for number in range(width))
    theirs = whole(model, X)
    last = model.outputs[0]._keras_history[0]
    if made is a_residual_before_two_layers:
        assert_close(net.probabilities(points)[:, 1:], theirs)
    elif made is convolution:
        assert_close(net.probabilities(points), theirs)
    else:
        assert_close(net.logits(points), theirs)
    assert last is model.outputs[0]._keras_history[0]  # the model is as it was
    for before, now in zip(kept, model.get_weights(), strict=True):
        assert now.dtype.kind != "f" or np.allclose(before, now)


def test_the_block_is_shown_and_explained_over_the_features():
    model, X, *_ = convolution()
    _, net = us.split(model)
    predicted = whole(model, X).argmax(axis=1)
    data = net.dataset(X, np.where(np.arange(N) < N - 1, predicted, (predicted + 1) % 3))
    assert (data.n_points, data.n_features) == (N, 36)
    assert f"{N - 1} of {N}" in str(us.explain(net, data)) + us.explain(net, data).to_markdown()
    assert us.plot.decision_regions(net, data) is not None
    assert len(us.compare(net, net, data).points) == 0


def test_a_refusal_says_of_a_model_with_a_block_how_to_see_it():
    remedy = r"us\.split\(model\) gives the dense block at its end"
    with pytest.raises(UnsupportedModel, match=rf"'conv2d\w*' \(Conv2D\) instead\. .*{remedy}"):
        us.network(convolution()[0])
    without = keras.Sequential([keras.Input((8, 8, 1)), layers.Conv2D(3, 8)])
    with pytest.raises(UnsupportedModel, match=r"\(Conv2D\) instead\.$"):
        us.network(without)


def test_a_model_of_dense_layers_is_its_own_block():
    model = keras.Sequential([keras.Input((3,)), layers.Dense(4, "relu"), layers.Dense(2)])
    features, net = us.split(model)
    X = RNG.normal(size=(9, 3)).astype(np.float32)
    assert np.array_equal(features(X), X.astype(np.float64))
    assert net == us.from_keras(model)


def test_more_points_than_go_through_at_once_are_all_there():
    model = keras.Sequential(
        [keras.Input((3, 1)), layers.Flatten(), layers.Dense(2, activation="relu")]
    )
    X = RNG.normal(size=(600, 3, 1)).astype(np.float32)
    assert np.array_equal(us.split(model).features(X), X[:, :, 0])


def test_a_block_begins_after_what_no_network_does():
    model = keras.Sequential([
        keras.Input((3,)), layers.Dense(4, "relu"), layers.UnitNormalization(name="unit"),
        layers.Dense(5, "relu"), layers.Dense(2),
    ])  # fmt: skip
    features, net = us.split(model)
    X = RNG.normal(size=(9, 3)).astype(np.float32)
    assert net.sizes == (4, 5, 2) and net.feature_names[0] == "unit 0"
    assert_close(net.logits(features(X)), whole(model, X))


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (
            lambda: keras.Sequential([keras.Input((8, 8, 1)), layers.Conv2D(3, 8, name="c")]),
            "model must be one that ends in a Dense layer, and what may follow one, over points of "
            "shape (n, features). Got layer 'c' (Conv2D) instead.",
        ),
        (
            lambda: keras.Sequential([keras.Input((4, 3)), layers.Dense(2, name="d")]),
            "model must be one that ends in a Dense layer, and what may follow one, over points of "
            "shape (n, features). Got layer 'd' (Dense) instead.",
        ),
        (
            lambda: keras.Sequential([layers.Dense(2)]),
            "model must be built. Got one without weights instead. Begin it with keras.Input",
        ),
        (
            lambda: (lambda i: keras.Model(i, [layers.Dense(2)(i), i]))(keras.Input((3,))),
            "model must be of one output. Got 2 instead.",
        ),
        (lambda: keras.Sequential, "model must be a model of Keras or PyTorch. Got the class Sequ"),
        (lambda: None, "model must be a model of Keras or PyTorch. Got a NoneType instead."),
    ],
)
def test_what_has_no_block_is_refused(made, message):
    with pytest.raises((InvalidInput, UnsupportedModel)) as refused:
        us.split(made())
    assert str(refused.value).startswith(message)


def test_inputs_are_found_by_their_names():
    model, (one, other), *_ = two_inputs()
    features, _ = us.split(model)
    assert np.array_equal(features({"other": other, "one": one}), features([one, other]))
    with pytest.raises(InvalidInput, match="X must be with the inputs one, other"):
        features({"one": one})


def test_a_part_is_named_of_pytorch_only():
    with pytest.raises(InvalidInput, match="at must be given with a module of PyTorch only"):
        us.split(convolution()[0], at="flat")


@pytest.mark.slow
def test_the_convolution_of_the_page_of_animals(capsys):
    text = (Path(__file__).parents[2] / "docs" / "animals.md").read_text(encoding="utf-8")
    (program,) = re.findall(r"^```python\n(import keras.*?)^```", text, re.M | re.S)
    found: dict[str, Any] = {
        "us": us,
        "data": us.datasets.animals("train"),
        "held_out": us.datasets.animals("test"),
    }
    exec(compile(program.replace("model.fit(", "0 and model.fit("), "animals.md", "exec"), found)
    expected = whole(found["model"], found["left_out"]).argmax(axis=1)
    answers = found["dense"].predict(found["points"].X)
    assert (answers == expected).mean() > 0.99
    assert "of 400 points are right" in capsys.readouterr().out

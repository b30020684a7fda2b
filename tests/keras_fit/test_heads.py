"""Two classes by one logit, and a Normalization in front: as Keras has them, and as a Run."""

from __future__ import annotations

import io
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

keras = pytest.importorskip("keras")

import unitscope as us  # noqa: E402
from unitscope.errors import UnsupportedModel  # noqa: E402
from unitscope.models.keras import read_chain  # noqa: E402

layers, optimizers, metrics = keras.layers, keras.optimizers, keras.metrics
RNG = np.random.default_rng(3)
N = 60
X = RNG.normal((220.0, 13.0), (30.0, 1.0), (N, 2))  # in units of their own, as measured
Y = (RNG.normal(X @ [0.03, 1.0]) > 19.6).astype(int)
SCALED = (X - X.mean(0)) / X.std(0)


def binary(
    form: str, optimizer: Any, *front: Any, accuracy: Any = "accuracy", size: float = 1.0
) -> Any:
    """Hidden tanh units and one sigmoid, or one logit, with weights of that size."""
    last = layers.Dense(1, "sigmoid" if form == "sigmoid" else None)
    model = keras.Sequential([keras.Input((2,)), *front, layers.Dense(5, "tanh"), last])
    rng = np.random.default_rng(0)
    for layer in model.layers[-2:]:
        layer.set_weights(
            [rng.normal(0.0, size, part.shape).astype(np.float32) for part in layer.get_weights()]
        )
    loss = keras.losses.BinaryCrossentropy(from_logits=form == "logit")
    model.compile(optimizer, loss, metrics=[accuracy])
    return model


def normalization() -> Any:
    front = layers.Normalization(axis=-1)
    front.adapt(X)
    return front


def same(ours: Any, theirs: Any, found: Any, expected: Any, tolerance: float = 1e-5) -> None:
    """History, weights and optimizer are equal."""
    assert found.keys() == expected.keys()
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, atol=tolerance, err_msg=name)
    for mine, other in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(mine, other, atol=10 * tolerance)
    for mine, other in zip(ours.optimizer.variables, theirs.optimizer.variables, strict=True):
        np.testing.assert_allclose(mine.numpy(), other.numpy(), rtol=1e-3, atol=1e-4)


CASES = {
    "sigmoid": ("sigmoid", lambda: optimizers.Adam(0.02), "accuracy", 1.0),
    "sigmoid momentum": ("sigmoid", lambda: optimizers.SGD(0.01, momentum=0.5), "acc", 1.0),
    "logit": ("logit", lambda: optimizers.AdamW(0.02), metrics.BinaryAccuracy, 1.0),
    "logit rmsprop": ("logit", lambda: optimizers.RMSprop(0.01), "binary_accuracy", 0.5),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_one_logit_is_trained_as_by_keras(name: str) -> None:
    form, optimizer, accuracy, size = CASES[name]
    accuracy = accuracy if isinstance(accuracy, str) else accuracy()
    ours, theirs = (binary(form, optimizer(), accuracy=accuracy, size=size) for _ in range(2))
    labels = Y[:, None].astype(np.float32)
    options = {
        "batch_size": 16,
        "shuffle": False,
        "verbose": 0,
        "validation_data": (SCALED[::-1] * 2, labels),
    }
    expected = theirs.fit(SCALED, labels, epochs=9, **options).history
    first = us.fit(ours, SCALED, labels, epochs=3, **options)
    middle = ours.fit(SCALED, labels, initial_epoch=3, epochs=6, **options).history
    last = us.fit(ours, SCALED, labels, initial_epoch=6, epochs=9, **options)
    assert first.why is None and last.why is None
    found = {
        name: [*values, *middle[name], *last.history[name]]
        for name, values in first.history.items()
    }
    same(ours, theirs, found, expected)


@pytest.mark.parametrize("form", ["sigmoid", "logit"])
def test_the_run_of_one_logit_shows_both_classes(form: str) -> None:
    model = binary(form, optimizers.AdamW(0.02, weight_decay=0.1))
    run = us.fit(model, SCALED, Y, epochs=40, batch_size=16, verbose=0).run
    assert run.network.n_classes == run.data.n_classes == 2 and run.recipe.one_logit
    logits = run.network.logits(SCALED)
    outputs = keras.ops.convert_to_numpy(model(SCALED.astype(np.float32)))[:, 0]
    expected = run.network.probabilities(SCALED)[:, 1] if form == "sigmoid" else logits[:, 1]
    np.testing.assert_allclose(outputs, expected, atol=1e-5)
    for epoch in range(run.epochs + 1):
        last = run.at(epoch).layers[-1]
        assert (last.weights[:, 0] == 0).all() and last.bias[0] == 0
    assert (run.network.predict(SCALED) == (logits[:, 1] > 0)).all()
    assert run.accuracy[-1] > 0.8
    # trained again from its recipe, and on from where it stands
    again = us.train(run.data, run.recipe, start=run.at(0))
    assert np.array_equal(run.weights, again.weights)
    on = us.train(run.data, start=run, epochs=5).network.layers[-1]
    assert (on.weights[:, 0] == 0).all() and (on.weights[:, 1] != run.weights[-1, -11:-2:2]).any()


@pytest.mark.parametrize("labels", [Y, Y[:, None], Y > 0, Y.astype(float), Y[:, None].astype("u1")])
def test_the_form_of_the_labels_changes_nothing(labels: Any) -> None:
    plain, other = (
        us.fit(
            binary("sigmoid", optimizers.SGD(0.1)), SCALED, y, epochs=2, verbose=0, shuffle=False
        )
        for y in (Y, labels)
    )
    assert other.why is None and other.history == plain.history


def _why(*given: Any) -> SimpleNamespace:
    return SimpleNamespace(run=None, why=given[-1])


@pytest.mark.parametrize(
    ("labels", "reason"), [(Y * 0.9, "other numbers"), (Y[:, None, None], "column of 0 and 1")]
)
def test_other_labels_are_left_to_keras(labels: Any, reason: str, monkeypatch: Any) -> None:
    model = binary("sigmoid", optimizers.SGD(0.1))
    monkeypatch.setattr("unitscope.keras_fit.fit.fit_with_keras", _why)
    assert reason in us.fit(model, SCALED, labels, verbose=0).why


def test_another_threshold_is_left_to_keras(monkeypatch: Any) -> None:
    accuracy = metrics.BinaryAccuracy(threshold=0.7)
    model = binary("sigmoid", optimizers.SGD(0.1), accuracy=accuracy)
    monkeypatch.setattr("unitscope.keras_fit.fit.fit_with_keras", _why)
    assert "binary_accuracy" in us.fit(model, SCALED, Y, verbose=0).why


@pytest.mark.slow
def test_points_are_normalized_as_by_keras() -> None:
    ours, theirs = (binary("sigmoid", optimizers.Adam(0.02), normalization()) for _ in range(2))
    options = {"epochs": 4, "shuffle": False, "verbose": 0, "validation_split": 0.3}
    found = us.fit(ours, X, Y, **options)
    assert found.why is None
    same(ours, theirs, found.history, theirs.fit(X, Y, **options).history)


def test_a_normalization_is_folded_into_a_run_that_is_exact() -> None:
    model = binary("sigmoid", optimizers.Adam(0.05), normalization())
    run = us.fit(model, X, Y, epochs=30, verbose=0).run
    assert run.weights.dtype == np.float64 and np.array_equal(run.data.X, X)
    assert np.array_equal(run.network.to_vector(), us.from_keras(model).to_vector())
    # from the layers' numbers, in float64
    front, hidden, last = model.layers
    mean, deviation = (
        keras.ops.convert_to_numpy(part).astype(float)
        for part in (front.mean, keras.ops.sqrt(front.variance))
    )
    (W, b), (V, c) = (
        [keras.ops.convert_to_numpy(part).astype(float) for part in (layer.kernel, layer.bias)]
        for layer in (hidden, last)
    )
    z = np.tanh((X - mean) / deviation @ W + b) @ V + c
    np.testing.assert_allclose(run.network.logits(X)[:, 1], z[:, 0], rtol=1e-13, atol=1e-12)
    file = io.BytesIO()
    run.save(file)
    assert us.Run.load(io.BytesIO(file.getvalue())) == run
    assert run.accuracy[-1] > 0.8 and run.state.step == 0
    assert us.train(run.data, start=run, epochs=1, learning_rate=1e-6).epochs == 31


def test_one_mean_for_all_features() -> None:
    front = layers.Normalization(axis=None, mean=100.0, variance=25.0)
    model = binary("sigmoid", optimizers.Adam(0.05), front)
    chances = us.from_keras(model).probabilities(X)[:, 1]
    outputs = keras.ops.convert_to_numpy(model(X.astype(np.float32)))[:, 0]
    np.testing.assert_allclose(chances, outputs, atol=1e-6)


def test_a_normalization_that_is_adapted_again_is_seen() -> None:
    model = binary("sigmoid", optimizers.Adam(0.05), normalization())
    before = us.from_keras(model)
    model.layers[0].adapt(X + 10.0)
    after = us.from_keras(model)
    np.testing.assert_allclose(after.logits(X + 10.0), before.logits(X), atol=1e-4)


def test_what_is_no_normalization_in_front_is_refused() -> None:
    inverted = layers.Normalization(invert=True, mean=0.0, variance=1.0)
    with pytest.raises(UnsupportedModel, match=r"Normalization.* inverted"):
        read_chain(binary("sigmoid", optimizers.Adam(0.05), inverted))
    twice = binary("sigmoid", optimizers.Adam(0.05), normalization(), normalization())
    with pytest.raises(UnsupportedModel, match="not in front"):
        read_chain(twice)

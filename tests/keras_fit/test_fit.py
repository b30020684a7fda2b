"""fit: what it promises around the numbers, which test_parity.py compares with Keras's."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pytest

keras = pytest.importorskip("keras")

from fit_cases import (  # noqa: E402
    LOGITS,
    WITH_A_GAP,
    D,
    K,
    N,
    X,
    Y,
    layers,
    made,
    same_weights,
)

import unitscope as us  # noqa: E402
from unitscope.errors import InvalidInput, TrainingDiverged  # noqa: E402


def test_the_arrays_given_stay_as_they_were() -> None:
    points, labels = X.copy(), Y.copy()
    points.setflags(write=False)
    labels.setflags(write=False)
    us.fit(made(), points, labels, epochs=3, verbose=0, validation_split=0.2)
    assert np.array_equal(points, X) and np.array_equal(labels, Y)


@pytest.mark.parametrize(
    "change",
    [
        lambda: (X.astype(np.float32), Y),
        lambda: (X, Y[:, None]),
        lambda: (X, Y.astype(np.uint8)),
        lambda: (np.asfortranarray(X), Y.astype(np.int32)),
        lambda: (pytest.importorskip("pandas").DataFrame(X, columns=["a", "b", "c"]), Y),
    ],
)
def test_the_form_of_the_data_changes_nothing(change: Any) -> None:
    plain = us.fit(made(), X, Y, epochs=3, verbose=0, shuffle=False).history
    assert us.fit(made(), *change(), epochs=3, verbose=0, shuffle=False).history == plain


def test_one_hot_labels_are_the_same_task() -> None:
    plain = us.fit(made(), X, Y, epochs=3, verbose=0, shuffle=False).history
    one_hot = made(loss=keras.losses.CategoricalCrossentropy(from_logits=True))
    assert us.fit(one_hot, X, np.eye(K)[Y], epochs=3, verbose=0, shuffle=False).history == plain


def test_the_run_is_what_the_model_went_through() -> None:
    model = made()
    before = us.from_keras(model).to_vector()
    history = us.fit(model, X, Y, epochs=5, initial_epoch=2, verbose=0, batch_size=N)
    run = history.run
    assert (
        history.epoch == [2, 3, 4]
        and run.epochs == 3
        and history.why is None
        and model.history is history
    )
    assert np.array_equal(run.weights[0], before)
    assert np.array_equal(run.network.to_vector(), us.from_keras(model).to_vector())
    assert run.loss.tolist() == history.history["loss"]
    # With one batch per epoch, Keras measures before the step what the run has after the epoch
    # before.
    assert np.allclose(history.history["accuracy"][1:], run.accuracy[:-1])
    for epoch in range(3):
        chances = run.at(epoch).probabilities(X)[np.arange(N), Y]
        assert run.loss[epoch] == pytest.approx(-np.log(chances).mean(), abs=1e-5)


def test_a_shuffled_fit_is_the_run_of_its_recipe() -> None:
    keras.utils.set_random_seed(3)
    first = us.fit(made(), X, Y, epochs=4, verbose=0, batch_size=8).run
    again = us.train(first.data, first.recipe, start=first.at(0))
    assert np.array_equal(first.weights, again.weights)


def test_the_seed_of_keras_decides_the_order() -> None:
    losses = []
    for seed in (1, 1, 2):
        keras.utils.set_random_seed(seed)
        losses.append(us.fit(made(), X, Y, epochs=3, verbose=0, batch_size=8).history["loss"])
    assert losses[0] == losses[1] != losses[2]


def test_a_given_order_is_replayed() -> None:
    order = np.array([np.random.default_rng(e).permutation(N) for e in range(3)])
    history = us.fit(made(), X, Y, epochs=3, verbose=0, batch_size=8, batch_order=order).history
    model, expected = made(), []
    for row in order:
        expected += us.fit(model, X[row], Y[row], verbose=0, batch_size=8, shuffle=False).history[
            "loss"
        ]
    assert history["loss"] == pytest.approx(expected, abs=1e-12)


def test_a_split_holds_out_the_last_points() -> None:
    split = us.fit(made(), X, Y, epochs=3, verbose=0, shuffle=False, validation_split=0.25)
    cut = N * 3 // 4
    pair = us.fit(
        made(),
        X[:cut],
        Y[:cut],
        epochs=3,
        verbose=0,
        shuffle=False,
        validation_data=(X[cut:], Y[cut:]),
    )
    assert split.history == pair.history and split.run.data.n_points == cut
    assert set(split.history) == {"loss", "accuracy", "val_loss", "val_accuracy"}


def _schedule(epoch: int, rate: float) -> float:
    return rate * (0.5 if epoch == 2 else 1.0)


@pytest.mark.parametrize(
    "callbacks",
    [
        lambda: [
            keras.callbacks.EarlyStopping(
                "loss", min_delta=0.2, patience=1, restore_best_weights=True
            )
        ],
        lambda: [keras.callbacks.LearningRateScheduler(_schedule)],
        lambda: [
            keras.callbacks.ReduceLROnPlateau("val_loss", factor=0.1, patience=1, min_delta=0.3)
        ],
    ],
)
def test_callbacks_act_as_in_keras(callbacks: Any) -> None:
    options = {"epochs": 6, "verbose": 0, "shuffle": False, "validation_data": (X, Y)}
    ours, theirs = made(), made()
    found = us.fit(ours, X, Y, callbacks=callbacks(), **options)
    expected = theirs.fit(X, Y, callbacks=callbacks(), **options)
    assert found.why is None and found.epoch == expected.epoch
    assert found.history.keys() == expected.history.keys()
    for name, values in expected.history.items():
        assert np.allclose(found.history[name], values, atol=1e-5), name
    for mine, other in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        assert np.abs(mine - other).max() < 1e-4


def test_callbacks_see_and_set_the_weights_of_their_epoch() -> None:
    model, seen, events = made(), [], []

    class Watcher(keras.callbacks.Callback):
        def on_train_begin(self, logs: Any = None) -> None:
            events.append("begin")

        def on_train_end(self, logs: Any = None) -> None:
            events.append("end")

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            seen.append(us.from_keras(self.model).to_vector())
            events.append(epoch)
            if epoch == 1:
                self.model.set_weights([0.0 * part for part in self.model.get_weights()])
            self.model.stop_training = epoch == 2

    history = us.fit(model, X, Y, epochs=9, verbose=0, callbacks=Watcher())
    assert events == ["begin", 0, 1, 2, "end"]
    assert np.array_equal(np.stack(seen), history.run.weights[1:])
    # From weights of 0 all chances are equal.
    assert history.history["loss"][2] == pytest.approx(np.log(K), abs=0.1)
    assert abs(history.history["loss"][1] - np.log(K)) > 0.3


@pytest.mark.parametrize(("scale", "far_out"), [(9.0, 1.0), (1.0, 60.0)])
def test_probabilities_that_keras_clips_are_trained_as_keras_does(
    scale: float, far_out: float
) -> None:
    # The first time, large weights clip points everywhere; the second time, only the points of the
    # middle batch are clipped.
    wild = np.where(np.arange(N)[:, None] // 16 == 1, far_out, 1.0) * X

    def far() -> Any:
        model = made(
            last=layers.Dense(K, "softmax"),
            loss="sparse_categorical_crossentropy",
            optimizer=keras.optimizers.SGD(0.5, momentum=0.9),
        )
        model.set_weights([scale * part for part in model.get_weights()])
        return model

    options = {
        "epochs": 4,
        "batch_size": 16,
        "shuffle": False,
        "verbose": 0,
        "validation_data": (X, Y),
    }
    ours, theirs = far(), far()
    chances = us.from_keras(ours).probabilities(wild)[np.arange(N), Y]
    assert chances.min() < 1e-9  # otherwise nothing is clipped and this shows nothing
    found = us.fit(ours, wild, Y, **options)
    expected = theirs.fit(wild, Y, **options)
    assert found.why is None and found.run.epochs == 4
    for name, values in expected.history.items():
        assert np.allclose(found.history[name], values, atol=1e-5), name
    assert all(
        np.allclose(a, b, atol=1e-4)
        for a, b in zip(ours.get_weights(), theirs.get_weights(), strict=True)
    )


@pytest.mark.parametrize(("verbose", "lines"), [(0, 0), ("auto", 4), (1, 4), (2, 4)])
def test_progress_is_two_lines_an_epoch(
    verbose: Any, lines: int, capsys: pytest.CaptureFixture[str]
) -> None:
    history = us.fit(made(), X, Y, epochs=2, verbose=verbose)
    out = capsys.readouterr().out.splitlines()
    assert len(out) == lines
    if lines:
        values = [history.history[name][1] for name in ("loss", "accuracy")]
        assert out[2] == "Epoch 2/2"
        assert out[
            3
        ] == "2/2 [==============================] - loss: {:.4f} - accuracy: {:.4f}".format(
            *values
        )


def test_keras_own_model_prints_the_losses_of_the_lab(capsys: pytest.CaptureFixture[str]) -> None:
    model = keras.Sequential(
        [
            layers.Dense(2, activation="relu", name="L1"),
            layers.Dense(4, activation="linear", name="L2"),
        ]
    )
    model.build((None, 2))
    model.set_weights(us.lab.initial_weights())
    model.compile(loss=LOGITS, optimizer=keras.optimizers.Adam(0.01))
    data = us.lab.data()
    us.fit(model, data.X, data.y, epochs=200, batch_order=us.lab.batch_order())
    out = capsys.readouterr().out.splitlines()
    printed = [float(line.rpartition("loss: ")[2]) for line in out[1::2]]
    off = np.abs(np.array(printed) - us.lab.printed_losses())
    assert off.max() < 1.01e-4  # the last printed digit may round
    # Keras's Adam is off by 4e-6 here, in float32; so are we (test_labs.py has Keras's own losses)
    pairs = list(zip(out, us.lab.epoch_lines(us.lab.run()), strict=True))
    assert all(ours[:-6] == the_labs[:-6] for ours, the_labs in pairs)
    assert sum(ours != the_labs for ours, the_labs in pairs) <= 5


def test_an_unbuilt_model_is_built_from_the_points() -> None:
    model = keras.Sequential([layers.Dense(2, "relu"), layers.Dense(K)])
    model.compile("adam", LOGITS)
    assert us.fit(model, X, Y, verbose=0).run.network.sizes == (D, 2, K)


def test_no_epochs_change_nothing() -> None:
    model = made()
    history = us.fit(model, X, Y, epochs=0, verbose=0)
    assert history.history == {} and history.run.epochs == 0 and same_weights(model, made())
    other = made()
    other.fit(X, Y, epochs=0, verbose=0)  # which makes the optimizer's variables on JAX and PyTorch
    assert len(model.optimizer.variables) == len(other.optimizer.variables)


def test_divergence_stops_at_the_last_finite_epoch() -> None:
    model = made(optimizer=keras.optimizers.SGD(1e18))
    with pytest.raises(TrainingDiverged, match="epoch") as raised:
        us.fit(model, X, Y, epochs=50, verbose=0)
    run = raised.value.run
    assert raised.value.epoch == run.epochs + 1
    assert np.array_equal(us.from_keras(model).to_vector(), run.network.to_vector())


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"y": Y + 1}, "class numbers in 0..3"),
        ({"y": Y - 1}, "class numbers in 0..3"),
        ({"y": Y[1:]}, "as long as x"),
        ({"x": WITH_A_GAP}, "finite numbers"),
        ({"validation_split": 1.5}, "a fraction"),
        ({"validation_split": 0.99}, "a fraction"),
        ({"validation_data": (X, Y + 1)}, "class numbers"),
        ({"epochs": -1}, "whole number"),
        ({"batch_size": 0}, "whole number"),
        ({"batch_order": np.zeros((1, N), int)}, "exactly once"),
        ({"batch_order": np.arange(N)[None].repeat(2, 0)}, "one row for each of the 1 epochs"),
        ({"batch_order": np.arange(N)[None], "class_weight": {0: 1.0}}, "class_weight"),
    ],
)
def test_wrong_arguments_are_refused_and_the_model_stays(change: dict[str, Any], rule: str) -> None:
    model = made()
    with pytest.raises(InvalidInput, match=rule):
        us.fit(model, **{"x": X, "y": Y, "verbose": 0, **change})
    assert same_weights(model, made())


def test_only_a_compiled_keras_model_is_fitted() -> None:
    with pytest.raises(InvalidInput, match="Keras model"):
        us.fit("model", X, Y)
    with pytest.raises(InvalidInput, match="compiled"):
        us.fit(keras.Sequential([keras.Input((D,)), layers.Dense(K)]), X, Y)


def test_the_signature_is_that_of_keras() -> None:
    ours = list(inspect.signature(us.fit).parameters.values())
    theirs = list(inspect.signature(keras.Sequential.fit).parameters.values())
    assert [(p.name, p.default, p.kind) for p in ours[1 : len(theirs)]] == [
        (p.name, p.default, p.kind) for p in theirs[1:]
    ]
    order, *others = ours[len(theirs) :]
    assert (order.name, order.kind) == ("batch_order", inspect.Parameter.KEYWORD_ONLY)
    assert [p.kind for p in others] == [inspect.Parameter.VAR_KEYWORD]
    history = us.fit(made(), X, Y, 8, 2, 0, None, 0.25, None, False)
    assert history.epoch == [0, 1] and history.run.recipe.batch_size == 8
    assert us.fit(made(), y=Y, x=X, verbose=None).params["verbose"] is None


def test_an_argument_that_keras_lacks_is_refused_as_by_keras() -> None:
    with pytest.raises(TypeError, match="unexpected keyword argument 'X'"):
        us.fit(made(), X=X, y=Y)


def test_no_verbosity_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    us.fit(made(), X, Y, verbose=None)
    us.fit(made(metrics=[keras.metrics.SparseTopKCategoricalAccuracy()]), X, Y, verbose=None)
    assert capsys.readouterr().out == ""


def test_a_metric_that_is_a_function_is_named() -> None:
    def my_own(y_true: Any, y_pred: Any) -> Any:
        return keras.ops.mean(y_pred, axis=-1)

    assert us.fit(made(metrics=[my_own]), X, Y, verbose=0).why == "of its metric my_own"

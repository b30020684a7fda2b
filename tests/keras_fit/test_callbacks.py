"""fit with callbacks: Keras's own act as in model.fit, and all find the model up to date."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

keras = pytest.importorskip("keras")

from fit_cases import LOGITS, D, K, N, X, Y, made, same_weights  # noqa: E402

import unitscope as us  # noqa: E402

CALLBACKS = keras.callbacks
OPTIONS: dict[str, Any] = {"epochs": 8, "verbose": 0, "shuffle": False, "validation_data": (X, Y)}


def _found(train: Any, callbacks: Any, **options: Any) -> tuple[Any, Any, dict[str, float]]:
    model = made()
    history = train(model, X, Y, callbacks=callbacks, **{**OPTIONS, **options})
    return model, history, {name: float(v) for name, v in model.get_metrics_result().items()}


@pytest.mark.parametrize(
    "callbacks",
    [
        lambda: [],
        lambda: CALLBACKS.EarlyStopping("val_accuracy", min_delta=0.3, patience=2),
        lambda: CALLBACKS.EarlyStopping(
            "val_accuracy", min_delta=0.1, patience=3, restore_best_weights=True
        ),
        lambda: CALLBACKS.ReduceLROnPlateau("accuracy", min_delta=0.2, patience=1, factor=0.5),
        lambda: [CALLBACKS.EarlyStopping("accuracy", patience=4), CALLBACKS.Callback()],
    ],
)
def test_accuracies_are_watched_and_metrics_left_as_in_keras(callbacks: Any) -> None:
    ours, found, mine = _found(us.fit, callbacks())
    theirs, expected, other = _found(keras.Sequential.fit, callbacks())
    assert found.why is None and found.epoch == expected.epoch
    assert list(found.history) == list(expected.history)
    for name, values in expected.history.items():
        assert np.allclose(found.history[name], values, atol=1e-5), name
    assert mine == pytest.approx(other, abs=1e-5)
    for first, second in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        assert np.abs(first - second).max() < 1e-4


def test_metrics_are_of_the_points_trained_on_where_none_are_held_out() -> None:
    _, history, found = _found(us.fit, None, validation_data=None)
    assert found == pytest.approx({name: v[-1] for name, v in history.history.items()}, rel=1e-6)


@pytest.mark.parametrize("best", [True, False])
def test_checkpoints_hold_the_weights_of_their_epoch(best: bool, tmp_path: Path) -> None:
    path = str(tmp_path / "{epoch}.weights.h5")
    checkpoint = CALLBACKS.ModelCheckpoint(
        path, "val_accuracy", save_best_only=best, save_weights_only=True
    )
    model, history, _ = _found(us.fit, [checkpoint, CALLBACKS.CSVLogger(tmp_path / "log.csv")])
    saved = sorted(int(file.name.partition(".")[0]) for file in tmp_path.glob("*.h5"))
    best_so_far = np.maximum.accumulate(history.history["val_accuracy"])
    improved = [0, *(np.flatnonzero(np.diff(best_so_far) > 0) + 1)]
    assert saved == [epoch + 1 for epoch in (improved if best else range(8))]
    for epoch in saved:
        model.load_weights(path.format(epoch=epoch))
        assert np.array_equal(us.from_keras(model).to_vector(), history.run.weights[epoch])
    assert len((tmp_path / "log.csv").read_text().splitlines()) == 9
    assert checkpoint.model is model


class _Looking(CALLBACKS.EarlyStopping):  # type: ignore[misc, name-defined]
    """A class that is not Keras's own looks at the model when it likes, by whatever way."""

    def __init__(self, model: Any) -> None:
        super().__init__("loss", patience=99)
        self.seen: list[tuple[np.ndarray, int, float]] = []
        self._other_way = model

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        model = self._other_way
        steps = int(keras.ops.convert_to_numpy(model.optimizer.iterations))
        loss = float(model.get_metrics_result()["loss"])
        self.seen.append((us.from_keras(model).to_vector(), steps, loss))


def test_a_callback_that_is_not_keras_own_finds_everything_in_place() -> None:
    model = made()
    looking = _Looking(model)
    others = [CALLBACKS.EarlyStopping("loss", patience=99)]
    history = us.fit(model, X, Y, epochs=3, verbose=0, callbacks=[*others, looking])
    weights, steps, losses = zip(*looking.seen, strict=True)
    assert np.array_equal(np.stack(weights), history.run.weights[1:])
    assert steps == tuple(-(-N // 32) * epoch for epoch in (1, 2, 3))
    assert losses == pytest.approx(history.history["loss"], rel=1e-6)


def test_a_method_replaced_on_a_callback_counts_as_looking() -> None:
    model, seen = made(), []
    stopping = CALLBACKS.EarlyStopping("loss", patience=99)

    def value(logs: Any) -> float:
        seen.append(us.from_keras(model).to_vector())
        return float(logs["loss"])

    stopping.get_monitor_value = value
    history = us.fit(model, X, Y, epochs=3, verbose=0, callbacks=stopping)
    assert np.array_equal(np.stack(seen), history.run.weights[1:])


def test_weights_are_written_once_where_nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    from unitscope.keras_fit.bridge import Bridge

    written = []
    write = Bridge.write
    monkeypatch.setattr(Bridge, "write", lambda *args: written.append(write(*args)))
    quiet = [CALLBACKS.EarlyStopping("val_loss"), CALLBACKS.ReduceLROnPlateau("loss")]
    for callbacks in ([], quiet):
        written.clear()
        us.fit(made(), X, Y, callbacks=callbacks, **{**OPTIONS, "epochs": 5})
        assert len(written) == 1


def test_the_best_weights_are_handed_out_without_being_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from unitscope.keras_fit.bridge import Bridge

    written = []
    write = Bridge.write_weights
    monkeypatch.setattr(Bridge, "write_weights", lambda *args: written.append(write(*args)))
    front = keras.layers.Normalization(mean=[0.5] * D, variance=[2.0] * D)
    model = keras.Sequential([keras.Input((D,)), front, keras.layers.Dense(K)])
    model.compile(keras.optimizers.SGD(0.05), LOGITS)
    best = CALLBACKS.EarlyStopping("val_loss", patience=99, restore_best_weights=True)
    history = us.fit(model, X, Y, callbacks=best, **OPTIONS)
    assert len(written) == 1
    epoch = int(np.argmin(history.history["val_loss"]))
    for mine, other in zip(model.get_weights(), best.best_weights, strict=True):
        assert np.array_equal(mine, other) and mine.dtype == other.dtype
    assert np.array_equal(us.from_keras(model).to_vector(), history.run.weights[epoch + 1])


def test_a_callback_compares_as_the_backend_and_gets_its_own_back() -> None:
    from unitscope.keras_fit.events import _Comparison

    least = float(np.nextafter(np.float32(0.3), np.float32(1)))
    numbers = [0.3, 0.3 + 1e-12, least, least - 1e-12, 0.0, -0.0, 1e300, float("nan")]
    for less, compare in ((True, keras.ops.less), (False, keras.ops.greater)):
        quick = _Comparison(None, less=less)
        for one in numbers:
            for other in numbers:
                assert bool(quick(one, other)) == bool(compare(one, other)), (one, other)
        assert bool(_Comparison(compare, less=less)(np.int64(1), 2)) == less

    class Interrupting(CALLBACKS.Callback):  # type: ignore[misc, name-defined]
        def on_train_end(self, logs: Any = None) -> None:
            seen.append(stopping.monitor_op)

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            if epoch == 2 and interrupt:
                raise KeyboardInterrupt

    for interrupt in (False, True):
        stopping, seen = CALLBACKS.EarlyStopping("accuracy", patience=9), []
        with contextlib.suppress(KeyboardInterrupt):
            us.fit(made(), X, Y, epochs=4, verbose=0, callbacks=[stopping, Interrupting()])
        assert stopping.monitor_op is keras.ops.greater
        assert seen == [] if interrupt else seen == [keras.ops.greater]


def test_validation_is_what_the_network_of_the_epoch_gives() -> None:
    hidden = keras.layers.Dense(5, keras.layers.LeakyReLU(negative_slope=0.4))
    model = made(hidden, loss=LOGITS)
    held_out = 2.0 * X[::-1], Y[::-1]
    history = us.fit(model, X, Y, epochs=3, verbose=0, validation_data=held_out)
    for epoch, (loss, accuracy) in enumerate(
        zip(history.history["val_loss"], history.history["val_accuracy"], strict=True), start=1
    ):
        net = history.run.at(epoch)
        points = held_out[0].astype(np.float32)
        chances = net.probabilities(points)[np.arange(N), held_out[1]]
        assert loss == pytest.approx(-np.log(chances).mean(), rel=1e-12)
        assert accuracy == (net.predict(points) == held_out[1]).mean()


def test_classes_of_equal_weights_are_validated_as_equal() -> None:
    """The first of equal classes counts, as in Keras, whatever a matrix product rounds to."""
    units = [*range(6), *range(6)]
    model = made(last=keras.layers.Dense(12), optimizer=keras.optimizers.SGD(1e-30))
    rng = np.random.default_rng(1)
    kernel, bias = rng.normal(size=(6, 6)), rng.normal(size=6)
    model.layers[-1].set_weights([kernel[:, units], bias[units]])
    labels = us.from_keras(model).predict(X)
    assert labels.max() < 6
    found = us.fit(model, X, labels, epochs=1, verbose=0, validation_data=(X, labels))
    assert found.history["val_accuracy"] == [1.0]


@pytest.mark.parametrize("when", ["on_train_begin", "on_epoch_begin"])
def test_a_stop_before_an_epoch_leaves_one_batch_as_in_keras(when: str) -> None:
    class Stopping(CALLBACKS.Callback):  # type: ignore[misc, name-defined]
        def _stop(self, *_: Any) -> None:
            self.model.stop_training = True

    setattr(Stopping, when, Stopping._stop)
    ours, found, _ = _found(us.fit, [Stopping()], batch_size=16)
    theirs, expected, _ = _found(keras.Sequential.fit, [Stopping()], batch_size=16)
    assert found.epoch == expected.epoch == [0] and not same_weights(ours, made())
    for name, values in expected.history.items():
        assert np.allclose(found.history[name], values, atol=1e-5), name
    for first, second in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        assert np.abs(first - second).max() < 1e-5

"""Ctrl-C while fit trains: it always stops, and keeps every epoch that was done, on each backend.

Run as a program with a backend's name, this file presses Ctrl-C itself.
"""

from __future__ import annotations

import random
import signal
import sys
import threading
import time
from typing import Any
from unittest import mock

import numpy as np
import pytest
from backends import Backend, keras_on, on_every_backend

from thorough import few

PRESSES = few(8, whole=40)
SHORT, LONG = 100, 1_000_000  # points
LATEST = 0.3  # seconds after which Ctrl-C is pressed, where the machine is quick
PATIENCE = 60.0  # seconds that stopping may take on a busy machine


def _made(keras: Any) -> Any:
    model = keras.Sequential([keras.layers.Dense(2, "relu"), keras.layers.Dense(4)])
    model.build((None, 2))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.01), loss, metrics=["accuracy"])
    return model


def _kinds(keras: Any) -> list[tuple[list[Any], dict[str, Any]]]:
    """What is interrupted: callbacks and further arguments; the last has one long epoch."""
    early = keras.callbacks.EarlyStopping("val_loss", patience=10**9, restore_best_weights=True)
    held_out = {"validation_split": 0.2}
    return [([], {}), ([early], held_out), ([keras.callbacks.LambdaCallback()], held_out), ([], {})]


def _press(after: float) -> None:
    """Ctrl-C so many seconds from now, on this thread; it may come before this returns."""
    threading.Timer(after, signal.pthread_kill, (threading.get_ident(), signal.SIGINT)).start()


def _interrupt(keras: Any, model: Any, kind: tuple[Any, ...], n: int, latest: float) -> int:
    """Train until Ctrl-C, compare what is left, and say how many epochs were done."""
    callbacks, more = kind
    import unitscope as us
    from unitscope.models.keras import as_numpy

    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(n, 2)), rng.integers(0, 4, n)
    epochs = 10**6 if n == SHORT else 30
    options = {"epochs": epochs, "verbose": 0, "shuffle": False, "batch_size": 20, **more}
    steps = -(-(n - int(n * more.get("validation_split", 0.0))) // 20)
    before, model.history = int(as_numpy(model.optimizer.iterations)), None
    began, pressed = time.perf_counter(), False
    try:
        _press(random.uniform(0.0, latest))
        us.fit(model, X, y, callbacks=callbacks, **options)
    except KeyboardInterrupt:
        pressed = True
    assert pressed, "Ctrl-C was lost"
    assert time.perf_counter() - began < PATIENCE
    history = model.history
    if history is None:  # before the training began
        return 0
    done = history.run.epochs
    assert history.epoch == list(range(done))
    assert history.history.get("loss", []) == history.run.loss.tolist()
    assert np.array_equal(us.from_keras(model).to_vector(), history.run.network.to_vector())
    assert int(as_numpy(model.optimizer.iterations)) == before + done * steps
    if done:
        found = {name: float(value) for name, value in model.get_metrics_result().items()}
        prefix = "val_" if more else ""
        for name, value in found.items():
            assert abs(value - history.history[prefix + name][-1]) < 1e-5
    return done


def main(backend: str) -> None:
    """Press Ctrl-C in each kind of fit in turn."""
    keras = keras_on(backend)
    import unitscope as us

    model, worked, latest = _made(keras), 0, LATEST
    us.fit(model, np.zeros((4, 2)), np.arange(4), verbose=0)  # compiled, imported
    random.seed(backend)
    for number in range(PRESSES):
        kinds = _kinds(keras)
        kind = number % len(kinds)
        if kind == len(kinds) - 1:  # few epochs, which may have ended later
            worked += _interrupt(keras, model, kinds[kind], LONG, LATEST) > 0
            continue
        done = _interrupt(keras, model, kinds[kind], SHORT, latest)
        worked += done > 0
        if not done:  # before its first epoch had ended, which takes longer on a busy machine
            latest = min(3 * latest, PATIENCE / 3)
    assert worked >= PRESSES // 4
    sys.stdout.write(f"{PRESSES} stopped\n")


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="no signal to a thread")
@on_every_backend
def test_every_ctrl_c_stops_and_loses_nothing(backend: Backend) -> None:
    backend.run(__file__)


def test_a_press_that_a_callback_swallows_is_not_lost() -> None:
    keras = pytest.importorskip("keras")
    import unitscope as us

    class Swallowing(keras.callbacks.Callback):  # type: ignore[misc, name-defined]
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            if epoch == 2:
                try:
                    signal.raise_signal(signal.SIGINT)
                except KeyboardInterrupt:
                    return

    model = _made(keras)
    with pytest.raises(KeyboardInterrupt):
        us.fit(model, np.eye(4, 2), np.arange(4), epochs=9, verbose=0, callbacks=Swallowing())
    assert model.history.run.epochs == 3
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_press_before_the_training_begins_leaves_an_empty_history() -> None:
    keras = pytest.importorskip("keras")
    import unitscope as us

    class Pressing(keras.callbacks.Callback):  # type: ignore[misc, name-defined]
        def set_params(self, params: Any) -> None:
            signal.raise_signal(signal.SIGINT)

    model = _made(keras)
    with pytest.raises(KeyboardInterrupt):
        us.fit(model, np.eye(4, 2), np.arange(4), epochs=9, verbose=0, callbacks=Pressing())
    assert model.history.epoch == [] and model.history.run.epochs == 0


def test_a_handler_of_the_users_own_decides_what_ctrl_c_does() -> None:
    keras = pytest.importorskip("keras")
    import unitscope as us

    model = _made(keras)

    def stop(*_: Any) -> None:
        model.stop_training = True

    class Pressing(keras.callbacks.Callback):  # type: ignore[misc, name-defined]
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            if epoch == 1:
                signal.raise_signal(signal.SIGINT)

    before = signal.signal(signal.SIGINT, stop)
    try:
        found = us.fit(model, np.eye(4, 2), np.arange(4), epochs=9, verbose=0, callbacks=Pressing())
        assert found.epoch == [0, 1] and signal.getsignal(signal.SIGINT) is stop
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_long_epoch_in_pieces_has_the_same_bits_and_stops_between_them() -> None:
    keras = pytest.importorskip("keras")
    import unitscope as us
    from unitscope.keras_fit import kernel_fit

    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(1000, 2)), rng.integers(0, 4, 1000)
    start, options = _made(keras).get_weights(), {"epochs": 3, "verbose": 0, "batch_size": 30}
    found = []
    for long, slice_cost in ((1e18, 1e8), (0.0, 1e3), (0.0, 2e4)):
        model = _made(keras)
        model.set_weights(start)
        keras.utils.set_random_seed(5)
        with (
            mock.patch.object(kernel_fit, "_LONG_EPOCH", long),
            mock.patch.object(kernel_fit, "_SLICE_COST", slice_cost),
        ):
            found.append(us.fit(model, X, y, **options))
    for other in found[1:]:
        assert np.array_equal(other.run.weights, found[0].run.weights)
        assert other.history["accuracy"] == found[0].history["accuracy"]
        assert other.history["loss"] == pytest.approx(found[0].history["loss"], rel=1e-7)


if __name__ == "__main__":
    main(sys.argv[1])

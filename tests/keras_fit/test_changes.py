"""What was changed in a model behind Keras's back: never trained as if it had not been."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

keras = pytest.importorskip("keras")

from fit_cases import ARGUMENTS, LOGITS, D, K, X, Y, layers, made, same_weights  # noqa: E402

import unitscope as us  # noqa: E402
from unitscope.errors import InvalidInput  # noqa: E402
from unitscope.keras_fit.plan import KerasOnly, plan_for  # noqa: E402

Change = Callable[[Any], None]


def _owner(model: Any, path: str) -> tuple[Any, str]:
    """What has the attribute at the end of the path; "layer" is the model's first."""
    *owners, name = path.split(".")
    for step in owners:
        model = model.layers[0] if step == "layer" else getattr(model, step)
    return model, name


def _set(path: str, value: Any) -> Change:
    def change(model: Any) -> None:
        owner, name = _owner(model, path)
        setattr(owner, name, value)

    return change


def _wrap(path: str) -> Change:
    """Put a function that does the same in the place of a method."""

    def change(model: Any) -> None:
        owner, name = _owner(model, path)
        method = getattr(owner, name)
        setattr(owner, name, lambda *args, **options: method(*args, **options))

    return change


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (_set("layer.kernel_regularizer", keras.regularizers.L2(0.1)), "another regularizer"),
        (_set("layer.kernel.regularizer", keras.regularizers.L2(0.1)), "another regularizer"),
        (_set("layer.bias.regularizer", keras.regularizers.L2(0.1)), "another regularizer"),
        (_set("layer.kernel.constraint", keras.constraints.NonNeg()), "another regularizer"),
        (_set("layer.bias.constraint", keras.constraints.NonNeg()), "another regularizer"),
        (_wrap("layer.call"), "call of layer .* was replaced"),
        (_wrap("call"), "call of the model was replaced"),
        (_wrap("train_step"), "train_step of the model was replaced"),
        (_wrap("compute_loss"), "compute_loss of the model was replaced"),
        (_wrap("optimizer.apply"), "apply of its optimizer was replaced"),
        (_wrap("optimizer.update_step"), "update_step of its optimizer"),
        (_wrap("loss.call"), "call of its loss was replaced"),
    ],
)
def test_what_was_changed_after_compile_goes_to_keras(change: Change, reason: str) -> None:
    model = made(loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    change(model)
    with pytest.raises(KerasOnly, match=reason):
        plan_for(model, [], ARGUMENTS)


def test_a_method_replaced_in_the_class_goes_to_keras(monkeypatch: pytest.MonkeyPatch) -> None:
    call = layers.Dense.call
    monkeypatch.setattr(layers.Dense, "call", lambda self, inputs: call(self, inputs))
    with pytest.raises(KerasOnly, match="call of layer"):
        plan_for(made(), [], ARGUMENTS)


@pytest.mark.parametrize("dtype", ["int32", "float16", "float64"])
def test_an_input_of_another_dtype_goes_to_keras(dtype: str) -> None:
    model = keras.Sequential([keras.Input((D,), dtype=dtype), layers.Dense(K)])
    model.compile("sgd", LOGITS)
    with pytest.raises(KerasOnly, match=f"dtype {dtype}"):
        plan_for(model, [], ARGUMENTS)


def test_the_optimizer_of_another_model_goes_to_keras() -> None:
    first = made()
    us.fit(first, X, Y, verbose=0)
    second = made(optimizer=first.optimizer)
    with pytest.raises(KerasOnly, match="trained other weights"):
        plan_for(second, [], ARGUMENTS)


@pytest.mark.skipif(keras.backend.backend() == "torch", reason="PyTorch compiles nothing")
@pytest.mark.parametrize(
    "change", [_set("layer.activation", keras.activations.tanh), _set("optimizer.beta_1", 0.5)]
)
def test_what_was_changed_after_a_fit_goes_to_keras_until_compiled(change: Change) -> None:
    model = made()
    plan_for(model, [], ARGUMENTS)
    change(model)
    with pytest.raises(KerasOnly, match="changed after a fit"):
        plan_for(model, [], ARGUMENTS)
    model.compile(keras.optimizers.Adam(), LOGITS)
    plan_for(model, [], ARGUMENTS)


@pytest.mark.skipif(keras.backend.backend() == "torch", reason="PyTorch compiles nothing")
def test_what_was_changed_after_keras_own_fit_goes_to_keras() -> None:
    ours, theirs = made(), made()
    for model in (ours, theirs):
        model.fit(X, Y, verbose=0, shuffle=False)
    before = [variable.numpy() for variable in ours.optimizer.variables]
    assert us.fit(ours, X, Y, epochs=0, verbose=0).why is None  # what was asked was put back
    assert same_weights(ours, theirs)
    for variable, value in zip(ours.optimizer.variables, before, strict=True):
        assert np.array_equal(variable.numpy(), value)
    for model in (ours, theirs):
        model.compile(keras.optimizers.SGD(0.1), LOGITS)
        model.fit(X, Y, verbose=0, shuffle=False)
        model.layers[0].activation = keras.activations.tanh
    found = us.fit(ours, X, Y, verbose=0, shuffle=False)
    expected = theirs.fit(X, Y, verbose=0, shuffle=False)
    assert "changed after model.fit" in found.why
    assert np.allclose(found.history["loss"], expected.history["loss"])
    assert same_weights(ours, theirs)


class _Stop(keras.callbacks.Callback):
    """Ends the training where it is told to, before an epoch has begun."""

    def __init__(self, when: int) -> None:
        super().__init__()
        self.when = when

    def on_train_begin(self, logs: Any = None) -> None:
        self.model.stop_training = self.when < 0

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        if epoch == self.when:
            self.model.stop_training = True


@pytest.mark.parametrize("when", [-1, 0, 2])
def test_a_stop_before_an_epoch_comes_after_its_first_batch(when: int) -> None:
    options = {"epochs": 5, "batch_size": 8, "shuffle": False, "verbose": 0}
    ours, theirs = made(), made()
    found = us.fit(ours, X, Y, callbacks=[_Stop(when)], **options)
    expected = theirs.fit(X, Y, callbacks=[_Stop(when)], **options)
    assert found.why is None and found.epoch == expected.epoch == list(range(max(when, 0) + 1))
    for name, values in expected.history.items():
        assert np.allclose(found.history[name], values, atol=1e-5), name
    for mine, other in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        assert np.abs(mine - other).max() < 1e-5


class _Change(keras.callbacks.Callback):
    def __init__(self, change: Change) -> None:
        super().__init__()
        self.change, self.seen = change, []

    def on_train_begin(self, logs: Any = None) -> None:
        self.seen.append("begin")

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self.seen.append(epoch)
        if epoch == 2:
            self.change(self.model)

    def on_train_end(self, logs: Any = None) -> None:
        self.seen.append("end")


CHANGES = [
    _set("optimizer.beta_1", 0.1),
    _set("layer.activation", keras.activations.tanh),
    pytest.param(
        _set("layer.trainable", False),
        marks=pytest.mark.skipif(
            keras.backend.backend() == "jax", reason="Keras itself fails on JAX"
        ),
    ),
]


@pytest.mark.parametrize("change", CHANGES)
def test_what_a_callback_changes_acts_as_in_keras(
    change: Change, capsys: pytest.CaptureFixture[str]
) -> None:
    options = {"epochs": 5, "batch_size": 8, "shuffle": False}
    ours, theirs = made(), made()
    mine, their = _Change(change), _Change(change)
    found = us.fit(ours, X, Y, callbacks=[mine], **options)
    said = capsys.readouterr().out
    expected = theirs.fit(X, Y, callbacks=[their], verbose=0, **options)
    eager = keras.backend.backend() == "torch"
    assert (found.why is not None) == eager == ("changed the model before epoch 3" in said)
    assert mine.seen == their.seen == ["begin", 0, 1, 2, 3, 4, "end"]
    assert found.epoch == expected.epoch and found is ours.history
    for name, values in expected.history.items():
        assert np.allclose(found.history[name], values, atol=1e-5), name
    for own, other in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        assert np.abs(own - other).max() < 1e-5


def test_what_a_callback_changes_before_the_first_step_acts_as_in_keras() -> None:
    class First(keras.callbacks.Callback):
        def on_train_begin(self, logs: Any = None) -> None:
            self.model.optimizer.beta_1 = 0.1

    ours, theirs = made(), made()
    options = {"epochs": 2, "batch_size": 8, "shuffle": False, "verbose": 0}
    found = us.fit(ours, X, Y, callbacks=[First()], **options)
    expected = theirs.fit(X, Y, callbacks=[First()], **options)
    assert "a callback changed the model" in found.why
    assert np.allclose(found.history["loss"], expected.history["loss"])
    assert same_weights(ours, theirs)


@pytest.mark.skipif(keras.backend.backend() != "torch", reason="only PyTorch heeds it at once")
def test_an_order_cannot_be_kept_where_keras_ends_the_fit() -> None:
    order = np.arange(len(X))[None].repeat(5, 0)
    with pytest.raises(InvalidInput, match="batch_order"):
        us.fit(
            made(), X, Y, epochs=5, verbose=0, batch_order=order, callbacks=[_Change(CHANGES[0])]
        )


def test_nothing_is_said_of_a_model_as_it_was_compiled() -> None:
    model = made()
    assert us.fit(model, X, Y, verbose=0).why is None
    model.fit(X, Y, verbose=0)
    assert us.fit(model, X, Y, verbose=0).why is None and not same_weights(model, made())

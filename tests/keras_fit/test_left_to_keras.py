"""What fit leaves to Keras, why, and what is recorded of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

keras = pytest.importorskip("keras")

from fit_cases import ARGUMENTS, LOGITS, D, K, N, X, Y, layers, made  # noqa: E402

import unitscope as us  # noqa: E402
from unitscope.keras_fit import plan  # noqa: E402
from unitscope.keras_fit.data import fit_data  # noqa: E402
from unitscope.keras_fit.labels import Form  # noqa: E402
from unitscope.keras_fit.plan import KerasOnly, plan_for  # noqa: E402


def _frozen() -> Any:
    model = made()
    model.layers[0].trainable = False
    return model


def _half_precision() -> Any:
    return made(layers.Dense(3, dtype="mixed_bfloat16"))


def _own_step() -> Any:
    class Own(keras.Sequential):
        def train_step(self, *args: Any) -> Any:
            raise NotImplementedError

    model = Own([keras.Input((D,)), layers.Dense(K)])
    model.compile("sgd", LOGITS)
    return model


def _shared() -> Any:
    layer = layers.Dense(D)
    inputs = keras.Input((D,))
    model = keras.Model(inputs, layers.Dense(K)(layer(layer(inputs))))
    model.compile("sgd", LOGITS)
    return model


def _by_a_function() -> Any:
    inputs = keras.Input((D,))
    model = keras.Model(inputs, layers.Dense(K)(keras.ops.relu(layers.Dense(5)(inputs))))
    model.compile("sgd", LOGITS)
    return model


def _unscaled(model: Any) -> Any:
    model.optimizer.exclude_from_weight_decay(var_names=["bias"])
    return model


OPTIMIZERS, REGULARIZERS = keras.optimizers, keras.regularizers


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        (lambda: made(layers.Dropout(0.1)), "Dropout.* acts in training"),
        (lambda: made(layers.BatchNormalization()), "BatchNormalization"),
        (lambda: made(layers.Dense(3, activity_regularizer="l2")), "activity regularizer"),
        (lambda: made(layers.Dense(3, use_bias=False)), "no bias"),
        (lambda: made(layers.Dense(3, bias_regularizer="l2")), "bias regularizer"),
        (lambda: made(layers.Dense(3, kernel_constraint="non_neg")), "constraint"),
        (
            lambda: made(layers.Dense(3, kernel_regularizer=REGULARIZERS.OrthogonalRegularizer())),
            "OrthogonalRegularizer",
        ),
        (_frozen, "frozen"),
        (_half_precision, "bfloat16"),
        (_own_step, "Own"),
        (_shared, "shared"),
        (lambda: made(last=layers.Dense(K, "relu")), "does not give logits"),
        (lambda: made(last=layers.Dense(1, "sigmoid")), "two classes"),
        (lambda: made(last=layers.Dense(1, "tanh"), loss="binary_crossentropy"), "one logit or"),
        (lambda: made(last=layers.Dense(2, "sigmoid"), loss="binary_crossentropy"), "one logit or"),
        (lambda: made(last=layers.Dense(1), loss="binary_crossentropy"), "end in a sigmoid"),
        (lambda: made(layers.Normalization()), "not in front"),
        (lambda: made(last=layers.Dense(K, "softmax")), "from logits, but"),
        (lambda: made(loss="sparse_categorical_crossentropy"), "from probabilities, but"),
        (lambda: made(loss="mse"), "loss is mse"),
        (lambda: made(loss=None), "no loss"),
        (lambda: made(layers.Dense(3, lora_rank=1)), "LoRA"),
        (_by_a_function, "called as a function"),
        (
            lambda: made(
                loss=keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1)
            ),
            "label_smoothing",
        ),
        (
            lambda: made(
                loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction="sum")
            ),
            "reduction",
        ),
        (
            lambda: made(
                loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=0)
            ),
            "ignore_class",
        ),
        (lambda: made(optimizer=OPTIMIZERS.Nadam()), "Nadam"),
        (
            lambda: made(
                optimizer=OPTIMIZERS.Adam(OPTIMIZERS.schedules.ExponentialDecay(0.1, 2, 0.9))
            ),
            "schedule",
        ),
        (lambda: made(optimizer=OPTIMIZERS.Adam(clipnorm=1.0)), "clipnorm"),
        (lambda: made(optimizer=OPTIMIZERS.Adam(amsgrad=True)), "amsgrad"),
        (lambda: made(optimizer=OPTIMIZERS.Adam(use_ema=True)), "use_ema"),
        (
            lambda: made(optimizer=OPTIMIZERS.Adam(gradient_accumulation_steps=2)),
            "gradient_accumulation_steps",
        ),
        (lambda: made(optimizer=OPTIMIZERS.SGD(weight_decay=0.1)), "weight_decay"),
        (lambda: made(optimizer=OPTIMIZERS.RMSprop(centered=True)), "centered"),
        (lambda: _unscaled(made(optimizer=OPTIMIZERS.AdamW())), "excludes"),
        (lambda: made(optimizer=OPTIMIZERS.SGD(0.1, momentum=1.0)), "momentum"),
        (lambda: made(metrics=["mse"]), "metric mse"),
        (
            lambda: made(metrics=[keras.metrics.SparseTopKCategoricalAccuracy()]),
            "metric sparse_top_k",
        ),
        (lambda: made(weighted_metrics=["accuracy"]), "weighted_metrics"),
        (lambda: made(run_eagerly=True), "run_eagerly"),
        (lambda: made(steps_per_execution=2), "steps_per_execution"),
        (lambda: made(loss_weights=[2.0]), "loss_weights"),
    ],
)
def test_what_the_kernel_lacks_goes_to_keras(model: Any, reason: str) -> None:
    with pytest.raises(KerasOnly, match=reason):
        plan_for(model(), [], ARGUMENTS)


class _Batches(keras.callbacks.Callback):
    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        pass


class _Evaluations(keras.callbacks.Callback):
    def on_test_begin(self, logs: Any = None) -> None:
        pass


@pytest.mark.parametrize(
    ("callback", "reason"),
    [
        (_Batches, "on_train_batch_end"),
        (_Evaluations, "on_test_begin"),
        (
            lambda: keras.callbacks.LambdaCallback(on_train_batch_begin=print),
            "on_train_batch_begin",
        ),
        (lambda: keras.callbacks.ModelCheckpoint("m.keras", save_freq=3), "ModelCheckpoint"),
        (keras.callbacks.TerminateOnNaN, "on_batch_end"),
        (keras.callbacks.CallbackList, "not a single"),
    ],
)
def test_callbacks_that_need_batches_go_to_keras(callback: Any, reason: str) -> None:
    with pytest.raises(KerasOnly, match=reason):
        plan_for(made(), [callback()], ARGUMENTS)


@pytest.mark.parametrize(
    "argument",
    [
        {"class_weight": {0: 2.0}},
        {"sample_weight": np.ones(N)},
        {"steps_per_epoch": 3},
        {"validation_freq": 2},
        {"validation_steps": 1},
        {"shuffle": "batch"},
        {"no_such_argument": None},
    ],
)
def test_arguments_that_only_keras_has_go_to_keras(argument: dict[str, Any]) -> None:
    with pytest.raises(KerasOnly, match=next(iter(argument))):
        plan_for(made(), [], {**ARGUMENTS, **argument})


@pytest.mark.parametrize(
    ("points", "labels", "one_hot", "more"),
    [
        ([X], Y, False, {}),
        (X[:, :2], Y, False, {}),
        (X.astype(str), Y, False, {}),
        ({"a": X}, Y, False, {}),
        (X, Y + 0.5, False, {}),
        (X, Y.tolist(), False, {}),
        (X, np.eye(K)[Y], False, {}),
        (X, Y, True, {}),
        (X, np.eye(K)[Y] * 0.9, True, {}),
        (X, np.zeros((N, K)), True, {}),
        (X, Y, False, {"validation_data": (X, Y, np.ones(N))}),
    ],
)
def test_data_that_only_keras_reads_go_to_keras(
    points: Any, labels: Any, one_hot: bool, more: Any
) -> None:
    with pytest.raises(KerasOnly):
        fit_data(points, labels, Form(D, K, one_hot), **more)


def test_keras_trains_what_the_kernel_cannot_and_is_recorded(
    capsys: pytest.CaptureFixture[str],
) -> None:
    model = made(layers.Dropout(0.2))
    before = us.from_keras(model).to_vector()
    history = us.fit(model, X, Y, epochs=2, verbose=2, validation_split=0.25)
    said = capsys.readouterr().out.splitlines()[0]
    assert (
        said == f"unitscope: trained by Keras because {history.why}"
        and "(Dropout) acts in training" in said
    )
    assert history.run.epochs == 2 and history.run.data.n_points == N * 3 // 4
    assert np.array_equal(history.run.weights[0], before.astype(np.float32))
    assert np.array_equal(history.run.network.to_vector(), us.from_keras(model).to_vector())
    assert history.run.loss == pytest.approx(history.history["loss"])


def test_a_binary_classifier_is_recorded_as_two_classes() -> None:
    model = made(last=layers.Dense(1, "sigmoid"), loss="binary_crossentropy")
    history = us.fit(model, X, (Y == 0).astype(np.float32), epochs=2, verbose=0)
    assert history.run.data.y.tolist() == (Y == 0).astype(int).tolist()
    assert history.run.network.n_classes == 2 and history.run.epochs == 2


def test_a_model_that_is_no_chain_has_no_run(capsys: pytest.CaptureFixture[str]) -> None:
    history = us.fit(made(layers.BatchNormalization()), X, Y, verbose=0)
    assert capsys.readouterr().out == ""
    assert (
        history.run is None
        and "BatchNormalization" in history.why
        and len(history.history["loss"]) == 1
    )


@pytest.mark.parametrize("name", ["SGD", "RMSprop", "Adam", "AdamW"])
def test_settings_of_an_optimizer_are_those_of_its_config(name: str) -> None:
    for changes in ({}, {"clipnorm": 2.0}, {"epsilon": 0.5} if name != "SGD" else {}):
        optimizer = getattr(keras.optimizers, name)(0.5, **changes)
        config = optimizer.get_config()
        harmless = {option: config[option] for option in plan._HARMLESS if option in config}
        found = {**plan._options(optimizer), **harmless}
        assert found == config and config.items() >= changes.items()

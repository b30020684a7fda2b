"""Cases drawn at random: arguments, callbacks, layers, losses, optimizers, what is between.

Most are drawn of what the kernel trains; the others of that and of what it leaves to Keras or
refuses, which stands in tables of their own.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

from catalogue.case import Case

_T = TypeVar("_T")

_CALLBACKS = (
    'callbacks.EarlyStopping("loss", patience=0)',
    'callbacks.EarlyStopping("val_loss", patience=1, restore_best_weights=True)',
    'callbacks.EarlyStopping("accuracy", patience=0, restore_best_weights=True)',
    'callbacks.EarlyStopping("val_accuracy", baseline=0.99, patience=1)',
    'callbacks.EarlyStopping("no_such")',
    'callbacks.ReduceLROnPlateau("loss", factor=0.1, patience=0, min_delta=1.0)',
    'callbacks.ReduceLROnPlateau("val_accuracy", factor=0.5, patience=1, cooldown=1)',
    'callbacks.ModelCheckpoint(str(folder / "a.weights.h5"), save_weights_only=True)',
    'callbacks.ModelCheckpoint(str(folder / "b.keras"), monitor="accuracy", save_best_only=True)',
    'callbacks.CSVLogger(str(folder / "log.csv"), append=True)',
    "callbacks.LearningRateScheduler(lambda e: 0.1 / (1 + e))",
    "callbacks.LearningRateScheduler(lambda e, r: r * 0.5)",
    "callbacks.TerminateOnNaN()",
    "callbacks.History()",
    "callbacks.LambdaCallback(on_epoch_end=lambda e, logs: None)",
    'At(1, "model.stop_training = True")',
    'At("begin", "model.stop_training = True")',
    'Ending(0, "model.stop_training = True")',
    'Ending(0, "model.set_weights([0.5 * w for w in model.get_weights()])")',
    'At(1, "model.optimizer.learning_rate = 0.3")',
    'At(0, "model.optimizer.learning_rate = 0.0")',
    'Ending(0, "model.layers[-1].trainable = False")',
    'Ending(0, "model.optimizer.iterations.assign(7)")',
    'Ending(0, "model.reset_metrics()")',
    'OwnCallback("on_train_end")',
    'OwnCallback("on_epoch_end")',
)
_OTHER_CALLBACKS = ('OwnCallback("on_batch_end")', "callbacks.LambdaCallback(on_batch_end=print)")
# Points and labels.
_POINTS = (
    ("np.tile(X, (4, 1))", "np.tile(Y, 4)"),
    ('X.astype("float32")', "Y[:, None]"),
    ("pandas.DataFrame(X)", "pandas.Series(Y)"),
    ('(X * 3).astype("int64")', "Y"),
    ("X[:1]", "Y[:1]"),
    ("X[::-1]", "Y[::-1]"),
    ("X * 1e-6", 'Y.astype("int8")'),
    ("np.asfortranarray(X)", 'Y.astype("float32")'),
    ("X", "np.minimum(Y, 1)"),
)
_OTHER_POINTS = (("X", "Y + 1"), ("X", "H"), ("X.tolist()", "Y"), ("X", "Y.astype(str)"))
_ARGUMENTS = {
    "epochs": ("1", "2", "3", "5", "0"),
    "initial_epoch": ("0", "1", "2", "6"),
    "batch_size": ("1", "2", "4", "9", "100", "32"),
    "validation_split": ("0.3", "0.5", "0.2", "0.0"),
    "validation_data": ("(XV, YV)", "[XV, YV]", "(XV[:1], YV[:1])", "(XV, YV > 0)", "None"),
    "validation_batch_size": ("2", "1"),
    "verbose": ("0", "1", "2", '"auto"', "None", "True"),
}
_OTHER_ARGUMENTS = {
    "validation_split": ("0.999", "0.01"),
    "validation_data": ("(XV, YV, np.ones(4))", "(XV[:0], YV[:0])"),
    "class_weight": ("{0: 2.0}", "{0: 1.0, 1: 1.0, 2: 1.0}"),
    "sample_weight": ("np.ones(9)", "None"),
    "validation_freq": ("1", "2", "[1]"),
    "steps_per_epoch": ("1", "None"),
}
_OPTIMIZERS = (
    "optimizers.SGD(0.1)",
    "optimizers.SGD(0.1, momentum=0.9)",
    "optimizers.SGD(0.1, momentum=0.5, nesterov=True)",
    "optimizers.Adam(0.02)",
    "optimizers.Adam(0.02, beta_1=0.5, beta_2=0.9, epsilon=1e-3)",
    "optimizers.AdamW(0.02, weight_decay=0.1)",
    "optimizers.RMSprop(0.02)",
    "optimizers.RMSprop(0.02, momentum=0.5)",
    '"adam"',
    '"rmsprop"',
    "optimizers.SGD(0.0)",
)
_OTHER_OPTIMIZERS = (
    "optimizers.RMSprop(0.02, centered=True)",
    "optimizers.SGD(0.1, clipnorm=0.1)",
    "optimizers.Adam(optimizers.schedules.ExponentialDecay(0.1, 3, 0.5))",
    "optimizers.Nadam(0.01)",
)
_LAYERS = (
    'Dense(4, "relu")',
    'Dense(4, "tanh")',
    'Dense(5, "sigmoid"), Dense(3, "elu")',
    'Dense(4, "gelu")',
    "Dense(4), LeakyReLU(0.3)",
    'Dense(4, kernel_regularizer="l2")',
    'Dense(4, "relu", kernel_regularizer=regularizers.L1L2(0.01, 0.02)), Dense(4, "tanh")',
    'Normalization(mean=[1.0, 2.0, 3.0], variance=[4.0, 1.0, 0.25]), Dense(4, "relu")',
    'Dense(17, "softplus"), Dense(2, "silu"), Dense(3, "relu")',
    'Dense(4), Activation("tanh")',
    "Dense(4), ELU(0.5)",
)
_OTHER_LAYERS = (
    'Dense(4, "relu", use_bias=False)',
    'Dense(4, "relu", trainable=False)',
    'Dense(4, "relu", kernel_constraint="non_neg")',
)
_SPARSE = "losses.SparseCategoricalCrossentropy(from_logits=True)"
_HEADS = (
    ("Dense(3)", _SPARSE, "Y"),
    ('Dense(3, "softmax")', '"sparse_categorical_crossentropy"', "Y"),
    ('Dense(3, "softmax")', '"categorical_crossentropy"', "H"),
    ("Dense(3)", "losses.CategoricalCrossentropy(from_logits=True)", "H"),
    ('Dense(1, "sigmoid")', '"binary_crossentropy"', "B"),
    ("Dense(1)", "losses.BinaryCrossentropy(from_logits=True)", "B"),
    ("Dense(3, kernel_regularizer=regularizers.L2(0.05))", _SPARSE, "Y"),
    ("Dense(3), Softmax()", '"sparse_categorical_crossentropy"', "Y"),
    ("Dense(5)", _SPARSE, "Y"),
)
_OTHER_HEADS = (
    ("Dense(1)", '"mse"', "B"),
    ('Dense(3, "softmax")', "losses.CategoricalCrossentropy(label_smoothing=0.1)", "H"),
)
_METRICS = ('["accuracy"]', '["acc"]', "[]", "None")
_OTHER_METRICS = ('["accuracy", "mse"]', '["binary_accuracy"]')
_BETWEEN = (
    "train(model, {x}, {y}, {fit})",
    "model.optimizer.learning_rate = 0.05",
    "model.set_weights([0.5 * w for w in model.get_weights()])",
    "model.stop_training = True",
    "model.predict({x}, verbose=0)",
    "recompile(model)",
    "model.reset_metrics()",
    "model.optimizer.iterations.assign(5)",
    "model.optimizer.build(model.trainable_variables)",
    "model = saved(model)",
    "model.compile(optimizers.SGD(0.2), model.loss)",
)
_OTHER_BETWEEN = (
    "model.layers[0].trainable = False",
    "model.layers[-1].kernel_regularizer = regularizers.L2(0.1)",
)


def drawn_case(number: int) -> Case:
    """The case of this number, always the same one."""
    rng = random.Random(number)
    every = rng.random() < 0.3

    def among(those: tuple[_T, ...], others: tuple[_T, ...]) -> tuple[_T, ...]:
        return those + others if every else those

    last, loss, y = _one(rng, among(_HEADS, _OTHER_HEADS), plain=0.35)
    x = "X"
    if y == "Y" and rng.random() < 0.4:
        x, y = rng.choice(among(_POINTS, _OTHER_POINTS))
    given = _arguments(rng, every)
    if y != "Y":
        given.pop("validation_data", None)
    if rng.random() < 0.5:
        callbacks = among(_CALLBACKS, _OTHER_CALLBACKS)
        some = [rng.choice(callbacks) for _ in range(rng.choice((1, 1, 2, 3)))]
        given["callbacks"] = f"[{', '.join(some)}]"
    fit = ", ".join(f"{name}={value}" for name, value in given.items())
    parts = {
        "layers": _one(rng, among(_LAYERS, _OTHER_LAYERS), plain=0.3),
        "last": last,
        "loss": loss,
        "optimizer": rng.choice(among(_OPTIMIZERS, _OTHER_OPTIMIZERS)),
        "metrics": _one(rng, among(_METRICS, _OTHER_METRICS), plain=0.6),
        "x": x,
        "y": y,
        "fit": fit,
    }
    between = rng.random() < 0.3
    if between:
        steps = [
            rng.choice(among(_BETWEEN, _OTHER_BETWEEN)).format(x=x, y=y, fit=fit) for _ in range(3)
        ]
        parts["before"] = "; ".join(steps[: rng.randrange(3)])
        parts["after"] = "; ".join(steps[2 : 2 + rng.randrange(2)])
    program = Case("Drawn", str(number), parts).program
    # Step by step, Keras heeds at once what a callback freezes; compiled, on PyTorch only.
    return Case("Drawn", program, parts, compiled=between or "trainable" in fit)


def _arguments(rng: random.Random, every: bool) -> dict[str, str]:
    """Some arguments of fit by name, also those that Keras alone has with `every`."""
    given = {
        name: rng.choice(values)
        for name, values in _ARGUMENTS.items()
        if rng.random() < (0.7 if name == "epochs" else 0.15)
    }
    others = _OTHER_ARGUMENTS if every else {}
    return given | {
        name: rng.choice(values) for name, values in others.items() if rng.random() < 0.1
    }


def _one(rng: random.Random, among: Sequence[_T], plain: float) -> _T:
    """One of them, the first with this chance."""
    return among[0] if rng.random() < plain else rng.choice(among)

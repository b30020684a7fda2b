"""Whether the kernel can train a compiled Keras model just as Keras would, and with which recipe.

Every rule here has its sentence: `KerasOnly` carries the first reason against the kernel, and `fit`
then leaves the work to Keras. An option that this file does not know counts as a reason, so that a
new one is never silently ignored.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

from unitscope.errors import InvalidInput, UnsupportedModel, shown
from unitscope.models.keras import Chain, as_numpy, keras_package, kind, read_chain
from unitscope.recipe import Recipe

BATCH_SIZE = 32  # Keras's default
LARGEST_RECORD = 2**30  # bytes of weights that a run may keep, (epochs + 1) * parameters * 4

_OPTIMIZERS = {"SGD": "sgd", "RMSprop": "rmsprop", "Adam": "adam", "AdamW": "adamw"}
_RECIPE_OPTIONS = ("momentum", "nesterov", "rho", "beta_1", "beta_2", "epsilon")
# Options that change nothing here: names, XLA, and settings of a moving average that has to be off.
_HARMLESS = (
    "name",
    "learning_rate",
    "ema_momentum",
    "ema_overwrite_frequency",
    "jit_compile",
    "is_legacy_optimizer",
)
# Layers that do the same in training as in use.
_SAME_IN_TRAINING = ("Dense", "Activation", "ReLU", "LeakyReLU", "ELU", "Softmax")
_SPARSE, _ONE_HOT = "SparseCategoricalCrossentropy", "CategoricalCrossentropy"
# Batch hooks see single steps; test hooks see Keras's own evaluation, which is not run here.
_HOOKS = (
    "on_batch_begin",
    "on_batch_end",
    "on_train_batch_begin",
    "on_train_batch_end",
    "on_test_begin",
    "on_test_end",
    "on_test_batch_begin",
    "on_test_batch_end",
)
# Arguments of model.fit that steer how batches are fetched or evaluated, never a number.
_FETCHING = ("validation_batch_size", "max_queue_size", "workers", "use_multiprocessing")


class KerasOnly(Exception):
    """Why the kernel cannot train this model as asked; no error: Keras does the work instead."""


@dataclass(frozen=True)
class Plan:
    """How the kernel trains a Keras model.

    `recipe` has the optimizer's settings; `one_hot` tells the form of y; `accuracies` are the names
    under which History lists the accuracy; `clip` is where Keras clips the probabilities in the
    loss on this backend, 0 where it does not.
    """

    chain: Chain
    recipe: Recipe
    one_hot: bool
    accuracies: tuple[str, ...]
    clip: float


def plan_for(model: Any, callbacks: list[Any], arguments: Mapping[str, Any]) -> Plan:
    """The plan, or `KerasOnly`. `arguments`: model.fit's by name, without data and callbacks."""
    package = keras_package(model)
    _check_arguments(arguments, inspect.signature(model.fit).parameters)
    for callback in callbacks:
        _check_callback(callback, package)
    try:
        chain = read_chain(model)
    except (UnsupportedModel, InvalidInput) as error:
        raise KerasOnly(f"the {error}") from None
    _check_layers(chain, model, package)
    _check_compiled(model, package)
    one_hot, clip = _loss(model, chain, package)
    settings = {**_optimizer(model, package), **penalties(chain, package)}
    names = tuple(layer.activation for layer in chain.network.layers[:-1])
    activation: Any = names or "relu"
    if len(set(names)) == 1:
        activation = names[0]
    try:
        recipe = Recipe(hidden=chain.network.sizes[1:-1], activation=activation, **settings)
    except InvalidInput as error:
        raise KerasOnly(f"the {error}") from None
    epochs = max(0, arguments["epochs"] - arguments["initial_epoch"])
    if (epochs + 1) * chain.network.n_parameters * 4 > LARGEST_RECORD:
        raise KerasOnly(
            f"{epochs} epochs of {chain.network.n_parameters} weights are too many to record"
        )
    return Plan(chain, recipe, one_hot, _accuracies(model, one_hot, package), clip)


def short(number: Any) -> float:
    """The shortest decimal of a float32: 0.01 instead of 0.009999999776."""
    return float(str(np.float32(number)))


def _check_arguments(arguments: Mapping[str, Any], parameters: Mapping[str, Any]) -> None:
    known = (
        "epochs",
        "initial_epoch",
        "batch_size",
        "verbose",
        "validation_split",
        "validation_data",
        *_FETCHING,
    )
    for name, value in arguments.items():
        every_epoch = name == "validation_freq" and value == 1
        if name in parameters and (name in known or value is None or every_epoch):
            continue
        if name != "shuffle" or not isinstance(value, (bool, np.bool_)):
            raise KerasOnly(f"only it has the argument {name}={shown(value)}")


def _check_callback(callback: Any, package: ModuleType) -> None:
    base = package.callbacks.Callback
    if not isinstance(callback, base) or isinstance(callback, package.callbacks.CallbackList):
        raise KerasOnly(f"the callback {type(callback).__name__} is not a single Keras callback")
    if kind(callback, package) == "ModelCheckpoint" and callback.save_freq == "epoch":
        return  # it has batch hooks for its other frequencies only
    name = type(callback).__name__
    for hook in _HOOKS:
        own = getattr(type(callback), hook, None) is not getattr(base, hook, None)
        if own or hook in vars(callback):
            raise KerasOnly(f"the callback {name} follows single batches or evaluations ({hook})")


def _check_layers(chain: Chain, model: Any, package: ModuleType) -> None:
    for layer in chain.layers:
        where = f"layer {layer.name!r} ({type(layer).__name__})"
        if kind(layer, package) not in _SAME_IN_TRAINING:
            raise KerasOnly(f"{where} acts in training")
        if (layer.compute_dtype, layer.variable_dtype) != ("float32", "float32"):
            raise KerasOnly(f"{where} computes in {layer.compute_dtype}, not float32")
        if getattr(layer, "activity_regularizer", None) is not None:
            raise KerasOnly(f"{where} has an activity regularizer")
    for layer in chain.dense:
        where = f"layer {layer.name!r} (Dense)"
        if not layer.use_bias:
            raise KerasOnly(f"{where} has no bias")
        if layer.bias_regularizer is not None:
            raise KerasOnly(f"{where} has a bias regularizer")
        if layer.kernel_constraint is not None or layer.bias_constraint is not None:
            raise KerasOnly(f"{where} has a constraint")
    expected = [id(variable) for layer in chain.dense for variable in (layer.kernel, layer.bias)]
    if [id(variable) for variable in model.trainable_variables] != expected:
        raise KerasOnly("its layers are frozen, shared or have further variables")
    linear = chain.network.layers[-1].activation == "linear"
    if not linear or chain.network.n_classes < 2 or chain.ends_in == "sigmoid":
        raise KerasOnly("its last layer does not give logits or a softmax of at least two classes")


def _check_compiled(model: Any, package: ModuleType) -> None:
    if model.run_eagerly:
        raise KerasOnly("the model was compiled with run_eagerly")
    per_call = getattr(model, "steps_per_execution", None)
    if per_call is None:
        per_call = model._steps_per_execution  # Keras 2 keeps a variable here
    if int(as_numpy(per_call)) != 1:
        raise KerasOnly("the model was compiled with steps_per_execution")
    if "train_step" in vars(model) or "compute_loss" in vars(model):
        raise KerasOnly("the model has a training step of its own")
    if getattr(getattr(model, "distribute_strategy", None), "num_replicas_in_sync", 1) != 1:
        raise KerasOnly("the model is distributed over several devices")
    distribution = getattr(package, "distribution", None)
    if distribution is not None and distribution.distribution() is not None:
        raise KerasOnly("a keras.distribution is set")
    for name in ("max_epochs", "max_steps_per_epoch"):
        if getattr(getattr(package, "config", None), name, lambda: None)():
            raise KerasOnly(f"keras.config.{name} is set")
    losses = getattr(model, "_compile_loss", None) or model.compiled_loss
    if getattr(losses, "_user_loss_weights", None) is not None:
        raise KerasOnly("the model was compiled with loss_weights")


def _loss(model: Any, chain: Chain, package: ModuleType) -> tuple[bool, float]:
    """Whether y is one-hot, and where probabilities are clipped, 0 for nowhere."""
    given = model.loss
    loss = package.losses.get(given) if isinstance(given, str) else given
    for name, function in (
        (_SPARSE, "sparse_categorical_crossentropy"),
        (_ONE_HOT, "categorical_crossentropy"),
    ):
        if loss is getattr(package.losses, function):
            loss = getattr(package.losses, name)()
    name = kind(loss, package)
    if name not in (_SPARSE, _ONE_HOT):
        raise KerasOnly(
            f"its loss is {getattr(given, '__name__', None) or type(given).__name__}"
            if not isinstance(given, str)
            else f"its loss is {given}"
        )
    config = loss.get_config()
    plain = getattr(package.losses, name)().get_config()
    for option, value in config.items():
        same = value == plain.get(option) or (option, value) == ("reduction", "sum_over_batch_size")
        if option not in ("name", "from_logits", "fn") and not same:
            raise KerasOnly(f"its loss has {option}={value!r}")
    if config["from_logits"] == (chain.ends_in == "softmax"):
        raise KerasOnly(
            "its loss is computed from logits, but the model ends in a softmax"
            if config["from_logits"]
            else "its loss is computed from probabilities, but the model does not end in a softmax"
        )
    # TensorFlow finds the logits before the softmax; the other backends clip probabilities to
    # 1e-7..1-1e-7, or whatever the user has set for 1e-7.
    clipped = chain.ends_in == "softmax" and package.backend.backend() != "tensorflow"
    return name == _ONE_HOT, float(package.backend.epsilon()) if clipped else 0.0


def _optimizer(model: Any, package: ModuleType) -> dict[str, Any]:
    """The recipe's optimizer settings."""
    optimizer = model.optimizer
    name = kind(optimizer, package)
    module = type(optimizer).__module__
    if name not in _OPTIMIZERS or "legacy" in module or "optimizer_v2" in module:
        raise KerasOnly(f"its optimizer is {type(optimizer).__name__}")
    if not hasattr(getattr(optimizer, "_learning_rate", None), "assign"):
        raise KerasOnly("its learning rate follows a schedule")
    settings: dict[str, Any] = {
        "optimizer": _OPTIMIZERS[name],
        "learning_rate": short(rate_of(optimizer)),
    }
    for option, value in optimizer.get_config().items():
        if option in _RECIPE_OPTIONS:
            settings[option] = value if option == "nesterov" else float(value)
        elif name == "AdamW" and option == "weight_decay":
            settings[option] = float(value)
        elif option not in _HARMLESS and value:
            raise KerasOnly(f"its optimizer has {option}={value!r}")
    excluded = (
        "_exclude_from_weight_decay",
        "_exclude_from_weight_decay_names",
        "_exclude_from_weight_decay_pattern",
    )
    if name == "AdamW" and any(getattr(optimizer, attribute, None) for attribute in excluded):
        raise KerasOnly("its optimizer excludes weights from the weight decay")
    if getattr(optimizer, "adaptive_epsilon", False):
        raise KerasOnly("its optimizer has adaptive_epsilon=True")
    return settings


def rate_of(optimizer: Any) -> float:
    """The optimizer's learning rate now."""
    return float(as_numpy(optimizer.learning_rate))


def penalties(chain: Chain, package: ModuleType) -> dict[str, float]:
    """The recipe's l1 and l2, when every Dense has the same."""
    found = {_penalty(layer, package) for layer in chain.dense}
    if len(found) > 1:
        raise KerasOnly("its layers have different kernel regularizers")
    l1, l2 = found.pop()
    return {"l1": l1, "l2": l2}


def _penalty(layer: Any, package: ModuleType) -> tuple[float, float]:
    regularizer = layer.kernel_regularizer
    if regularizer is None:
        return 0.0, 0.0
    if kind(regularizer, package) not in ("L1", "L2", "L1L2"):
        raise KerasOnly(
            f"layer {layer.name!r} has the kernel regularizer {type(regularizer).__name__}"
        )
    config = regularizer.get_config()
    return short(config.get("l1", 0.0)), short(config.get("l2", 0.0))


def _accuracies(model: Any, one_hot: bool, package: ModuleType) -> tuple[str, ...]:
    """The names of the metrics, all of which must be the plain accuracy."""
    compiled = getattr(model, "_compile_metrics", None) or getattr(model, "compiled_metrics", None)
    if getattr(compiled, "_user_weighted_metrics", None):
        raise KerasOnly("the model was compiled with weighted_metrics")
    names = tuple(_accuracy_names(getattr(compiled, "_user_metrics", None) or [], one_hot, package))
    if len(set(names)) != len(names) or "loss" in names:
        raise KerasOnly("two of its metrics have the same name")
    return names


def _accuracy_names(metrics: Any, one_hot: bool, package: ModuleType) -> Iterator[str]:
    own = "CategoricalAccuracy" if one_hot else "SparseCategoricalAccuracy"
    spellings = (
        "accuracy",
        "acc",
        "categorical_accuracy" if one_hot else "sparse_categorical_accuracy",
    )
    for metric in metrics if isinstance(metrics, (list, tuple)) else [metrics]:
        if isinstance(metric, str) and metric in spellings:
            yield metric
        elif kind(metric, package) == own and str(metric.dtype) == "float32":
            yield metric.name
        else:
            raise KerasOnly(f"of its metric {getattr(metric, 'name', metric)!s:.40}")

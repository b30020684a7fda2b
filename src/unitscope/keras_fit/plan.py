"""Whether the kernel can train a compiled Keras model just as Keras would, and with which recipe.

Every rule here has its sentence: `KerasOnly` carries the first reason against the kernel, and `fit`
then leaves the work to Keras. An option that this file does not know counts as a reason, so that a
new one is never silently ignored.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

from unitscope.data.dataset import Dataset
from unitscope.errors import InvalidInput, UnsupportedModel, shown
from unitscope.keras_fit.changes import changed, replaced, standing
from unitscope.keras_fit.heads import Head, accuracies, head_of
from unitscope.keras_fit.heads import KerasOnly as KerasOnly
from unitscope.keras_fit.labels import Form
from unitscope.kernel.state import Options, State
from unitscope.models.keras import Chain, as_numpy, keras_package, kind, read_chain
from unitscope.recipe import Recipe
from unitscope.training.run import Run

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
_named_options: dict[type, tuple[str, ...]] = {}
# Layers that do the same in training as in use.
_SAME_IN_TRAINING = ("Normalization", "Dense", "Activation", "ReLU", "LeakyReLU", "ELU", "Softmax")
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


@dataclass(frozen=True)
class Plan:
    """How the kernel trains a Keras model.

    `recipe` has the optimizer's settings; `accuracies` are the names under which History lists the
    accuracy.
    """

    head: Head
    recipe: Recipe
    accuracies: tuple[str, ...]

    @property
    def chain(self) -> Chain:
        """The model's."""
        return self.head.chain

    @property
    def form(self) -> Form:
        """What the model takes."""
        net = self.chain.network
        return Form(
            net.n_features, net.n_classes, self.head.one_hot, self.head.binary, self.chain.scale
        )

    @property
    def options(self) -> Options:
        """How the kernel trains, beside the recipe."""
        return Options(self.head.clip, bool(self.accuracies), self.head.edge)

    def run(self, data: Dataset, weights: np.ndarray, loss: np.ndarray, state: State) -> Run:
        """The Run of what was trained: with a Normalization in front, in the data's own units.

        The state is then that of an optimizer that has not started.
        """
        scale, net = self.chain.scale, self.chain.network
        if scale is not None:
            weights = scale.folded_rows(weights, net.layers[0].units)
            state = State.fresh(weights[-1])
        recipe = self.recipe.trusting(epochs=len(loss))
        return Run(data, recipe, net, weights, loss, state)


def plan_for(model: Any, callbacks: list[Any], arguments: Mapping[str, Any]) -> Plan:
    """The plan, or `KerasOnly`. `arguments`: model.fit's by name, without data and callbacks."""
    package = keras_package(model)
    _check_arguments(arguments, parameters_of(model.fit))
    if arguments["epochs"] == 0 and package.__name__ != "keras":
        raise KerasOnly("it has epochs=0")  # which Keras 2 refuses
    for callback in callbacks:
        _check_callback(callback, package)
    try:
        chain = read_chain(model)
    except (UnsupportedModel, InvalidInput) as error:
        raise KerasOnly(f"the {error}") from None
    _check_changes(chain, model, package)
    _check_inputs(model, package)
    _check_layers(chain, model, package)
    _check_compiled(model, package)
    head = head_of(model, chain, package)
    chain = head.chain
    settings = {**_optimizer(model, package), **penalties(chain, package)}
    names = tuple(layer.activation for layer in chain.network.layers[:-1])
    activation: Any = names or "relu"
    epochs = max(0, arguments["epochs"] - arguments["initial_epoch"])
    if len(set(names)) == 1:
        activation = names[0]
    try:
        recipe = Recipe(
            hidden=chain.network.sizes[1:-1],
            activation=activation,
            float32_rate=settings["optimizer"] in ("adam", "adamw"),
            one_logit=head.binary,
            standardize=False,
            epochs=epochs,
            batch_size=arguments.get("batch_size") or BATCH_SIZE,
            **settings,
        )
    except InvalidInput as error:
        raise KerasOnly(f"the {error}") from None
    if (epochs + 1) * chain.network.n_parameters * 4 > LARGEST_RECORD:
        raise KerasOnly(
            f"{epochs} epochs of {chain.network.n_parameters} weights are too many to record"
        )
    return Plan(head, recipe, accuracies(model, head, package))


def parameters_of(method: Any) -> Mapping[str, Any]:
    """The parameters of a function or method by name."""
    return _parameters(getattr(method, "__func__", method))


@functools.lru_cache(maxsize=16)
def _parameters(function: Any) -> Mapping[str, Any]:
    return inspect.signature(function).parameters


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


def _check_changes(chain: Chain, model: Any, package: ModuleType) -> None:
    own = replaced(model, chain, package)
    if own:
        raise KerasOnly(own)
    # PyTorch compiles nothing: what was changed counts at once.
    if package.backend.backend() != "torch" and changed(model, standing(model, chain)):
        raise KerasOnly("it was changed after a fit (call model.compile again)")


def _check_inputs(model: Any, package: ModuleType) -> None:
    """Keras turns the points into the dtype of the input, and all numbers into its floatx."""
    if package.backend.floatx() != "float32":
        raise KerasOnly(f"Keras computes in {package.backend.floatx()}, not float32")
    for layer in model._flatten_layers():
        if kind(layer, package) == "InputLayer":
            dtype = getattr(layer.dtype, "name", layer.dtype)
            if dtype != "float32":
                raise KerasOnly(f"its input has the dtype {dtype}, not float32")
            if getattr(layer, "sparse", False) or getattr(layer, "ragged", False):
                raise KerasOnly("its input is sparse or ragged")
        losses = [*getattr(layer, "_losses", ()), *getattr(layer, "_callable_losses", ())]
        if losses and (getattr(layer, "kernel_regularizer", None) is None or len(losses) > 1):
            raise KerasOnly(f"{type(layer).__name__} {layer.name!r} has a loss of its own")


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
        if _acts_otherwise(layer):
            raise KerasOnly(f"{where} got another regularizer or constraint when it was built")
    expected = [id(variable) for layer in chain.dense for variable in (layer.kernel, layer.bias)]
    if [id(variable) for variable in model.trainable_variables] != expected:
        raise KerasOnly("its layers are frozen, shared or have further variables")


def _acts_otherwise(layer: Any) -> bool:
    """Whether the weights of a Dense have other regularizers or constraints than its attributes.

    Keras reads those of the weights, which are set when the layer is built.
    """
    if layer.kernel.constraint is not layer.kernel_constraint:
        return True
    if layer.bias.constraint is not layer.bias_constraint:
        return True
    if hasattr(layer, "_callable_losses"):  # Keras 2 keeps a regularizer in a function
        held = []
        for loss in layer._callable_losses:
            function = getattr(loss.args[0], "func", None)
            named = inspect.getclosurevars(function).nonlocals if function else {}
            held.append(named.get("regularizer"))
        expected = [layer.kernel_regularizer] if layer.kernel_regularizer else []
        return len(held) != len(expected) or any(
            a is not b for a, b in zip(held, expected, strict=True)
        )
    return (
        layer.kernel.regularizer is not layer.kernel_regularizer
        or layer.bias.regularizer is not layer.bias_regularizer
    )


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
    several = distributed(model, package)
    if several:
        raise KerasOnly(several)
    for name in ("max_epochs", "max_steps_per_epoch"):
        if getattr(getattr(package, "config", None), name, lambda: None)():
            raise KerasOnly(f"keras.config.{name} is set")
    losses = getattr(model, "_compile_loss", None) or getattr(model, "compiled_loss", None)
    if getattr(losses, "_user_loss_weights", None) is not None:
        raise KerasOnly("the model was compiled with loss_weights")


def distributed(model: Any, package: ModuleType) -> str:
    """What has several devices train the model, in words; empty where nothing does."""
    if getattr(getattr(model, "distribute_strategy", None), "num_replicas_in_sync", 1) != 1:
        return "the model is distributed over several devices"
    distribution = getattr(package, "distribution", None)
    if distribution is not None and distribution.distribution() is not None:
        return "a keras.distribution is set"
    return ""


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
    for option, value in _options(optimizer).items():
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
    if not _made_for(optimizer, model.trainable_variables):
        raise KerasOnly("its optimizer has trained other weights (call model.compile again)")
    return settings


def _options(optimizer: Any) -> Mapping[str, Any]:
    """Its settings by name, as its get_config gives them: that one reads the rate, too.

    What that calls them is asked once for a class, and those that change nothing are left out.
    """
    names = _named_options.get(type(optimizer))
    if names is None:
        config = optimizer.get_config()
        names = tuple(name for name in config if name not in _HARMLESS)
        if not all(hasattr(optimizer, name) for name in names):
            return config
        _named_options[type(optimizer)] = names
    return {name: getattr(optimizer, name) for name in names}


def _made_for(optimizer: Any, weights: list[Any]) -> bool:
    """Whether the optimizer keeps its state for these weights, or for none yet."""
    if hasattr(optimizer, "_trainable_variables"):
        known = optimizer._trainable_variables if optimizer.built else weights
        return [id(variable) for variable in known] == [id(variable) for variable in weights]
    keys = getattr(optimizer, "_index_dict", None)  # Keras 2
    return not keys or list(keys) == [optimizer._var_key(variable) for variable in weights]


def rate_of(optimizer: Any) -> float:
    """The optimizer's learning rate now."""
    return float(as_numpy(optimizer.learning_rate))


def penalties(chain: Chain, package: ModuleType) -> dict[str, Any]:
    """The recipe's l1 and l2, of each layer."""
    l1, l2 = zip(*[_penalty(layer, package) for layer in chain.dense], strict=True)
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

"""The Keras way of `fit`: model.fit itself, with a callback that records every epoch as a Run."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from unitscope.errors import InvalidInput, UnsupportedModel
from unitscope.keras_fit.noted import noted
from unitscope.keras_fit.plan import (
    BATCH_SIZE,
    LARGEST_RECORD,
    KerasOnly,
    distributed,
    penalties,
    rate_of,
    short,
)
from unitscope.keras_fit.sample import Sample
from unitscope.kernel.state import State
from unitscope.models.keras import Chain, keras_package, kind, read_chain
from unitscope.networks import Network
from unitscope.recipe import OPTIMIZERS, Optimizer, Recipe
from unitscope.training.run import Run

_OF_ONE_LOGIT = ("BinaryCrossentropy", "BinaryFocalCrossentropy")


def fit_with_keras(
    model: Any, X: Any, y: Any, callbacks: Any, arguments: Mapping[str, Any], why: str
) -> Any:
    """Keras's History, with `.run` and `.why`.

    The Run has the network of every epoch where the model is a chain of dense layers, the data are
    points with class numbers, and the optimizer is one that a Recipe names; otherwise it is None,
    and `.why` ends with the reason. Of data too large to keep it has a `Sample`. Its recipe tells
    what a Recipe can tell, which does not include dropout, for one; its state is that of an
    optimizer that has not started.
    """
    package = keras_package(model)
    weights: list[Network] = []
    several = distributed(model, package)
    sample = Sample(X, y, arguments.get("steps_per_epoch"), dealt=bool(several))
    container = callbacks if isinstance(callbacks, package.callbacks.CallbackList) else None

    def record(*_event: Any) -> None:
        if _recordable(weights):
            # Not a chain of dense layers, not built yet, or not finite: nothing to record.
            with contextlib.suppress(UnsupportedModel, InvalidInput):
                weights.append(read_chain(model).network)

    class Recorder(package.callbacks.Callback):  # type: ignore[misc, name-defined]
        def on_train_begin(self, logs: Any = None) -> None:
            record(logs)

        def on_test_begin(self, logs: Any = None) -> None:
            sample.epoch_ended()

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            sample.epoch_ended()
            record(epoch, logs)

    followers = [Recorder(), *as_list(callbacks)] if container is None else container
    before = getattr(model, "history", None)
    try:
        with sample.noting(_stream_class(package, arguments)):
            history = model.fit(sample.X, y, callbacks=followers, **arguments)
    except KeyboardInterrupt:
        if getattr(model, "history", None) is not before:
            _finish(model.history, why, model, weights, sample, arguments)
        raise
    _finish(history, why, model, weights, sample, arguments)
    return history


def _stream_class(package: Any, arguments: Mapping[str, Any]) -> Any:
    """Keras's class of data in batches by index, or none where other processes read them."""
    if arguments.get("use_multiprocessing"):  # an argument of Keras 2
        return ()
    return getattr(package.utils, "PyDataset", None) or package.utils.Sequence


def _finish(
    history: Any,
    why: str,
    model: Any,
    weights: list[Network],
    sample: Sample,
    arguments: Mapping[str, Any],
) -> None:
    """Give a History its `.run`, of the epochs that were done, and its `.why`."""
    losses = history.history.get("loss", [])
    # The user's data may be read once more here: whatever goes wrong, the training has been done.
    try:
        history.run, partial = _run(model, weights, losses, sample, arguments)
        if partial:
            why = f"{why}; the run keeps {history.run.data.n_points:,} points"
    except Exception as error:
        history.run = None
        reason = "" if str(error) in why else f": {error}"
        why = f"{why}; no run was recorded{reason}"
    history.why = why
    noted(history, model)


def as_list(callbacks: Any) -> list[Any]:
    """The callbacks, given as a list or tuple, one by itself or None."""
    if callbacks is None:
        return []
    return list(callbacks) if isinstance(callbacks, (list, tuple)) else [callbacks]


def _recordable(weights: list[Network]) -> bool:
    return len(weights) < 2 or len(weights) * weights[0].n_parameters * 8 < LARGEST_RECORD


def _run(
    model: Any,
    weights: list[Network],
    loss: list[float],
    sample: Sample,
    arguments: Mapping[str, Any],
) -> tuple[Run, bool]:
    """The Run of what was recorded up to the last finite epoch; whether it has only a sample."""
    chain = read_chain(model)
    epochs = len(weights) - 1
    if epochs < 0 or (epochs < len(loss) and np.isfinite(loss).all()):
        raise KerasOnly("the weights of some epochs could not be kept")
    if chain.network.n_classes == 1:
        chain, weights = _two_classes(chain, model, weights)
    optimizer = kind(model.optimizer, keras_package(model)).lower()
    if optimizer not in OPTIMIZERS:
        raise KerasOnly(f"a Recipe has no optimizer {type(model.optimizer).__name__}")
    split = arguments["validation_split"] if arguments["validation_data"] is None else 0.0
    data, partial = sample.points(chain.network.n_features, chain.network.n_classes, split)
    dataset = data.dataset(chain.network.n_classes)
    precision = np.float32 if chain.scale is None else np.float64
    rows = np.stack([network.to_vector() for network in weights]).astype(precision)
    recipe = _recipe(chain, model, optimizer, arguments, epochs)
    losses = np.asarray(loss[:epochs], np.float64)
    run = Run(dataset, recipe, chain.network, rows, losses, State.fresh(rows[-1]))
    return run, partial


def _two_classes(chain: Chain, model: Any, weights: list[Network]) -> tuple[Chain, list[Network]]:
    """A model of one output and its weights, read as two classes of the logits (0, z)."""
    given, package = model.loss, keras_package(model)
    loss = package.losses.get(given) if isinstance(given, str) else given
    options = loss.get_config() if hasattr(loss, "get_config") else {}
    if kind(loss, package) not in _OF_ONE_LOGIT or not options["from_logits"]:
        raise KerasOnly("its one output is a number, no logit of two classes")
    networks = [dataclasses.replace(chain, network=net).of_two_classes() for net in weights]
    return chain.of_two_classes(), [each.network for each in networks]


def _recipe(
    chain: Chain, model: Any, name: Optimizer, arguments: Mapping[str, Any], epochs: int
) -> Recipe:
    """What a Recipe can tell of the training."""
    optimizer = model.optimizer
    options = {
        option: getattr(optimizer, option)
        for option in ("momentum", "nesterov", "rho", "beta_1", "beta_2", "epsilon")
        if hasattr(optimizer, option)
    }
    if name == "adamw":
        options["weight_decay"] = optimizer.weight_decay
    with contextlib.suppress(KerasOnly):  # penalties that a Recipe cannot tell
        options |= penalties(chain, keras_package(model))
    names = tuple(layer.activation for layer in chain.network.layers[:-1])
    return Recipe(
        hidden=chain.network.sizes[1:-1],
        activation=names or "relu",
        standardize=False,
        optimizer=name,
        epochs=epochs,
        one_logit=chain.dense[-1].units == 1,
        batch_size=arguments["batch_size"] or BATCH_SIZE,
        learning_rate=short(rate_of(optimizer)),
        **options,
    )

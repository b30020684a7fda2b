"""fit: Keras's own call, trained by our kernel wherever that gives the same numbers."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

from unitscope.errors import InvalidInput, refusal, said, whole_number
from unitscope.keras_fit.data import FitData, TooLarge, check_size, fit_data
from unitscope.keras_fit.devices import check_devices, unused_devices
from unitscope.keras_fit.handover import ChangedMidway, end_with_keras
from unitscope.keras_fit.kernel_fit import InTurn, KernelFit
from unitscope.keras_fit.plan import KerasOnly, Plan, parameters_of, plan_for
from unitscope.keras_fit.recording import as_list, fit_with_keras
from unitscope.keras_fit.stale import compiled_unseen, is_stale
from unitscope.kernel.order import Order, drawn, given
from unitscope.models.keras import keras_package, kind


def fit(
    model: Any,
    x: Any = None,
    y: Any = None,
    batch_size: int | None = None,
    epochs: int = 1,
    verbose: Any = "auto",
    callbacks: Any = None,
    validation_split: float = 0.0,
    validation_data: Any = None,
    shuffle: Any = True,
    class_weight: Any = None,
    sample_weight: Any = None,
    initial_epoch: int = 0,
    steps_per_epoch: int | None = None,
    validation_steps: int | None = None,
    validation_batch_size: int | None = None,
    validation_freq: Any = 1,
    *,
    batch_order: Any = None,
    **more: Any,
) -> Any:
    """Train a compiled Keras model as `model.fit` does, and faster, by our kernel where possible.

    How much faster is measured in docs/benchmarks.md: the course's lab on TensorFlow takes less
    than a thousandth of the time.

    **Arguments** are those of `model.fit` (Keras 3 on any backend, or tf_keras), at the same
    places, and

    - `batch_order`: (epochs, n) whole numbers: row e is the order in which epoch e visits the
      points, so that a run can be repeated exactly. Without it `shuffle=True` draws an order for
      each epoch from a seed of NumPy's global generator, which `keras.utils.set_random_seed` sets;
      `shuffle=False` keeps the order of x.

    **Result**: the model's own `History`, with

    - `.run`: the `Run`; its rows are the weights at the end of each epoch, before any callback
      changed them. Where Keras trained, its loss is the model's own, and `.run` is None if the
      model is not a chain of dense layers.
    - `.why`: None where the kernel trained; otherwise why Keras did, which is also printed unless
      `verbose` is 0 or None.

    The kernel trains chains of Dense layers, maybe behind a Normalization, for categorical or
    binary cross-entropy with SGD, RMSprop, Adam or AdamW. Weights and optimizer are written back,
    so that a later `model.fit` or `us.fit` goes on exactly. Where a callback changes the model so
    that Keras would train another, on PyTorch, Keras trains the epochs that are left. Everything
    else is left to `model.fit`, never approximated here: other models, data in batches (a
    PyDataset, a `tf.data.Dataset`, a generator), arrays that would take more than 4.3 GB in the
    kernel, and all models where a `keras.distribution` is set. Of data in batches or that large,
    the run keeps 10,000 points, noted as Keras reads them: nothing is read more often than by
    Keras, but for what other processes read or several devices share, whose first batches are read
    once more when all is done. x and y are only read.

    With `keras.distribution.DataParallel` on JAX, the devices share each batch. In one of several
    processes all arguments are this process's own share, `batch_size` too; losses are those of all
    processes, `.run.data` that of this one.

    **Raises** `InvalidInput`, also for labels that `model.fit` takes on no backend, such as text,
    with what makes numbers of them; `TrainingDiverged` when a loss or weight is no longer finite:
    the model then has the weights of the last finite epoch.
    """
    arguments = {
        "batch_size": batch_size,
        "epochs": epochs,
        "verbose": verbose,
        "validation_split": validation_split,
        "validation_data": validation_data,
        "shuffle": shuffle,
        "class_weight": class_weight,
        "sample_weight": sample_weight,
        "initial_epoch": initial_epoch,
        "steps_per_epoch": steps_per_epoch,
        "validation_steps": validation_steps,
        "validation_batch_size": validation_batch_size,
        "validation_freq": validation_freq,
    }
    return _fit(model, x, y, callbacks, batch_order, _checked(model, arguments, more))


def _checked(model: Any, arguments: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """All arguments of the model's fit. **Raises** for what it does not take."""
    keras_package(model)  # refuses what is no Keras model
    for name in more:
        if name not in parameters_of(model.fit):
            raise TypeError(f"fit() got an unexpected keyword argument {name!r}")
    if getattr(model, "optimizer", None) is None:
        got = said("a model without an optimizer")
        raise refusal("model", "compiled", got, "Call model.compile(...) first.")
    counts = {
        name: whole_number(name, arguments[name], at_least=least)
        for name, least in (("epochs", 0), ("initial_epoch", 0), ("batch_size", 1))
        if name != "batch_size" or arguments[name] is not None
    }
    return {**arguments, **counts, **more}


def _fit(
    model: Any, x: Any, y: Any, callbacks: Any, batch_order: Any, arguments: dict[str, Any]
) -> Any:
    """`fit`, of arguments that are checked."""
    followers, batch_size = as_list(callbacks), arguments["batch_size"]
    unseen = compiled_unseen(model)
    planned = _planned(model, x, y, followers, arguments)
    if unseen and isinstance(planned, tuple) and is_stale(model, x, y, *planned, batch_size):
        planned = KerasOnly("it was changed after model.fit (call model.compile again)")
    if isinstance(planned, KerasOnly):
        _refuse_order(batch_order, planned)
        return _by_keras(model, x, y, callbacks, arguments, planned)
    plan, data = planned
    first, epochs, verbose = (arguments[name] for name in ("initial_epoch", "epochs", "verbose"))
    shuffle, passes = bool(arguments["shuffle"]), max(0, epochs - first)
    plan, order = _ordered(plan, data, batch_order, shuffle, passes)
    try:
        return KernelFit(model, plan, data, followers, verbose).train(order, first, epochs)
    except ChangedMidway as why:
        _refuse_order(batch_order, why)
        if verbose:
            _say(f"unitscope: trained by Keras from here because {why}")
        return end_with_keras(model, x, y, arguments, why)


def _refuse_order(batch_order: Any, reason: KerasOnly) -> None:
    if batch_order is not None:
        remedy = f"Keras is needed here because {reason}."
        raise refusal("batch_order", "left out where Keras trains", said("an order"), remedy)


def _planned(
    model: Any, X: Any, y: Any, callbacks: list[Any], arguments: dict[str, Any]
) -> tuple[Plan, FitData] | KerasOnly:
    """How the kernel trains the model and on what, or why only Keras can."""
    epochs = max(0, arguments["epochs"] - arguments["initial_epoch"])
    try:
        _build(model, X)
        plan = plan_for(model, callbacks, arguments)
        check_size(X, epochs)
        held_out = {name: arguments[name] for name in ("validation_split", "validation_data")}
        data = fit_data(X, y, plan.form, **held_out, refusing=True)
        if not (epochs or len(data.y)):
            return KerasOnly("it has neither points nor epochs")
        return plan, data
    except KerasOnly as reason:
        return reason
    except InvalidInput:
        if epochs:
            raise
        return KerasOnly("it has no epoch to train")


def _by_keras(
    model: Any, X: Any, y: Any, callbacks: Any, arguments: dict[str, Any], reason: KerasOnly
) -> Any:
    check_devices(model, X, arguments)
    why = str(reason)
    if isinstance(reason, TooLarge):
        why += unused_devices(model)
    if arguments["verbose"]:
        _say(f"unitscope: trained by Keras because {why}")
    return fit_with_keras(model, X, y, callbacks, arguments, why)


def _build(model: Any, X: Any) -> None:
    """Give a Sequential without an Input its weights, as Keras's fit does first."""
    shape: Any = getattr(X, "shape", ())
    sequential = kind(model, keras_package(model)) == "Sequential"
    if sequential and model.layers and not model.built and len(shape) == 2:
        model.build((None, int(shape[1])))


def _ordered(
    plan: Plan, data: FitData, batch_order: Any, shuffle: bool, epochs: int
) -> tuple[Plan, Order | InTurn]:
    """The plan with its recipe complete, and the order of the points in each epoch."""
    n = len(data.y)
    if batch_order is not None:
        order = given(batch_order, n)
        if order.epochs != epochs:
            rule = f"one row for each of the {epochs} epochs"
            raise refusal("batch_order", rule, said(f"{order.epochs} rows"))
        return plan, order
    if shuffle:
        # The generator that keras.utils.set_random_seed seeds.
        seed = int(np.random.randint(2**31))  # noqa: NPY002
        recipe = plan.recipe.trusting(seed=seed)
        return dataclasses.replace(plan, recipe=recipe), drawn(n, recipe)
    return plan, InTurn(epochs, n)


_say: Callable[[str], None] = print  # progress is part of what model.fit does

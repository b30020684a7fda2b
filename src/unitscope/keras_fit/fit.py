"""fit: Keras's own call, trained by our kernel wherever that gives the same numbers."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from unitscope.errors import TrainingDiverged, refusal, said, whole_number
from unitscope.keras_fit.bridge import Bridge
from unitscope.keras_fit.data import FitData, TooLarge, check_size, fit_data
from unitscope.keras_fit.devices import check_devices, unused_devices
from unitscope.keras_fit.plan import BATCH_SIZE, KerasOnly, Plan, plan_for, rate_of, short
from unitscope.keras_fit.recording import as_list, fit_with_keras
from unitscope.kernel.advance import Options, advance
from unitscope.kernel.order import given_order, shuffled
from unitscope.kernel.state import Outcome
from unitscope.models.keras import keras_package, kind
from unitscope.network import Network
from unitscope.recipe import Recipe
from unitscope.training.progress import lines_of_epoch
from unitscope.training.run import Run

_SLICE_SECONDS = 0.1  # between two looks at the keyboard and two writes of progress


def fit(
    model: Any,
    X: Any = None,
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
    batch_order: Any = None,
    **more: Any,
) -> Any:
    """Train a compiled Keras model as `model.fit` does, hundreds of times faster where possible.

    **Arguments** are those of `model.fit` (Keras 3 on any backend, or tf_keras), and

    - `batch_order`: (epochs, n) whole numbers: row e is the order in which epoch e visits the
      points, so that a run can be repeated exactly. Without it `shuffle=True` draws an order for
      each epoch from a seed of NumPy's global generator, which `keras.utils.set_random_seed` sets;
      `shuffle=False` keeps the order of X.

    **Result**: the model's own `History`, with

    - `.run`: the `Run`; its rows are the weights at the end of each epoch, before any callback
      changed them. Where Keras trained, its loss is the model's own, and `.run` is None if the
      model is not a chain of dense layers.
    - `.why`: None where the kernel trained; otherwise why Keras did, which is also printed unless
      `verbose=0`.

    The kernel trains chains of Dense layers for categorical cross-entropy with SGD, RMSprop, Adam
    or AdamW. Weights and optimizer are written back, so that a later `model.fit` or `us.fit` goes
    on exactly. Everything else is left to `model.fit`, never approximated here: other models, data
    in batches (a PyDataset, a `tf.data.Dataset`, a generator), arrays that would take more than 4.3
    GB in the kernel, and all models where a `keras.distribution` is set. Of data in batches or that
    large, the run keeps 10,000 points. X and y are only read.

    With `keras.distribution.DataParallel` on JAX, the devices share each batch. In one of several
    processes all arguments are this process's own share, `batch_size` too; losses are those of all
    processes, `.run.data` that of this one.

    **Raises** `InvalidInput`; `TrainingDiverged` when a loss or weight is no longer finite: the
    model then has the weights of the last finite epoch.
    """
    keras_package(model)  # refuses what is no Keras model
    if getattr(model, "optimizer", None) is None:
        got = said("a model without an optimizer")
        raise refusal("model", "compiled", got, "Call model.compile(...) first.")
    epochs = whole_number("epochs", epochs, at_least=0)
    initial_epoch = whole_number("initial_epoch", initial_epoch, at_least=0)
    if batch_size is not None:
        batch_size = whole_number("batch_size", batch_size, at_least=1)
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
        **more,
    }
    given = as_list(callbacks)
    planned = _planned(model, X, y, given, arguments)
    if isinstance(planned, KerasOnly):
        if batch_order is not None:
            remedy = f"Keras is needed here because {planned}."
            raise refusal("batch_order", "left out where Keras trains", said("an order"), remedy)
        return _by_keras(model, X, y, callbacks, arguments, planned)
    plan, data = planned
    passes = max(0, epochs - initial_epoch)
    plan, order = _ordered(plan, data, batch_order, bool(shuffle), passes, batch_size or BATCH_SIZE)
    return _KernelFit(model, plan, data, given, verbose).train(order, initial_epoch, epochs)


def _planned(
    model: Any, X: Any, y: Any, callbacks: list[Any], arguments: dict[str, Any]
) -> tuple[Plan, FitData] | KerasOnly:
    """How the kernel trains the model and on what, or why only Keras can."""
    try:
        _build(model, X)
        plan = plan_for(model, callbacks, arguments)
        check_size(X, max(0, arguments["epochs"] - arguments["initial_epoch"]))
        held_out = {name: arguments[name] for name in ("validation_split", "validation_data")}
        net = plan.chain.network
        return plan, fit_data(X, y, net.n_features, net.n_classes, plan.one_hot, **held_out)
    except KerasOnly as reason:
        return reason


def _by_keras(
    model: Any, X: Any, y: Any, callbacks: Any, arguments: dict[str, Any], reason: KerasOnly
) -> Any:
    check_devices(model, X, arguments)
    why = str(reason)
    if isinstance(reason, TooLarge):
        why += unused_devices(model)
    if arguments["verbose"] != 0:
        _say(f"unitscope: trained by Keras because {why}")
    return fit_with_keras(model, X, y, callbacks, arguments, why)


def _build(model: Any, X: Any) -> None:
    """Give a Sequential without an Input its weights, as Keras's fit does first."""
    shape: Any = getattr(X, "shape", ())
    sequential = kind(model, keras_package(model)) == "Sequential"
    if sequential and not model.built and len(shape) == 2:
        model.build((None, int(shape[1])))


def _ordered(
    plan: Plan, data: FitData, batch_order: Any, shuffle: bool, epochs: int, batch_size: int
) -> tuple[Plan, np.ndarray]:
    """The plan with its recipe complete, and the order of the points in each epoch, (epochs, n)."""
    recipe = dataclasses.replace(plan.recipe, epochs=epochs, batch_size=batch_size)
    n = len(data.y)
    if batch_order is not None:
        order = given_order(batch_order, n)
        if len(order) != epochs:
            rule = f"one row for each of the {epochs} epochs"
            raise refusal("batch_order", rule, said(f"{len(order)} rows"))
    elif shuffle:
        # The generator that keras.utils.set_random_seed seeds.
        seed = int(np.random.randint(2**31))  # noqa: NPY002
        recipe = dataclasses.replace(recipe, seed=seed)
        order = shuffled(n, recipe)
    else:
        order = np.broadcast_to(np.arange(n, dtype=np.int32), (epochs, n))
    return dataclasses.replace(plan, recipe=recipe), order


class _KernelFit:
    """One call of fit in the kernel."""

    def __init__(
        self, model: Any, plan: Plan, data: FitData, callbacks: list[Any], verbose: Any
    ) -> None:
        self.model = model
        self.plan = plan
        self.data = data
        self.verbose = verbose
        self.followed = bool(callbacks)
        self.callbacks = callbacks
        self.dataset = data.dataset(plan.chain.network.n_classes)
        self.bridge = Bridge(model, plan.recipe)
        self.state = self.bridge.read()
        self.written = True
        self.recipe = plan.recipe
        self.weights: list[np.ndarray] = [self.state.parameters]
        self.loss: list[float] = []

    def train(self, order: np.ndarray, first: int, epochs: int) -> Any:
        """Epochs first..epochs-1, one row of `order` each; returns the History."""
        package, model = keras_package(self.model), self.model
        steps = -(-len(self.data.y) // self.recipe.batch_size)
        events = package.callbacks.CallbackList(
            self.callbacks,
            add_history=True,
            add_progbar=False,
            model=model,
            epochs=epochs,
            steps=steps,
            verbose=self.verbose,
        )
        history = model.history
        model.stop_training = False
        events.on_train_begin()
        try:
            logs = self._epochs(order, first, epochs, events)
        finally:
            if not self.written:
                self.bridge.write(self.state)
        events.on_train_end(logs)
        history.run, history.why = self._run(), None
        return history

    def _epochs(self, order: np.ndarray, first: int, epochs: int, events: Any) -> dict[str, float]:
        """Train in slices of about a tenth of a second, or by epochs where there are callbacks.

        Returns the logs of the last epoch.
        """
        done, size, logs = 0, 1, {}
        while done < len(order) and not self.model.stop_training:
            events.on_epoch_begin(first + done)
            if self.followed:  # a callback may have set weights, optimizer or learning rate
                self.state = self.bridge.read()
                # A rate of 0, as in a warm-up, is a step too small to change a float32.
                rate = max(short(rate_of(self.model.optimizer)), 1e-38)
                self.recipe = dataclasses.replace(self.recipe, learning_rate=rate)
            began = time.perf_counter()
            outcome = self._advance(order[done : done + (1 if self.followed else size)])
            quick = time.perf_counter() - began < _SLICE_SECONDS / 2
            size = 2 * size if quick else max(1, size // 2)
            self.state, self.written = outcome.state, False
            trained = zip(outcome.weights, outcome.loss, outcome.correct, strict=True)
            for weights, loss, correct in trained:
                logs = self._logs(weights, float(loss), int(correct))
                self.weights.append(weights)
                self.loss.append(float(loss))
                done += 1
                self._show(first + done, epochs, logs)
                if self.followed:
                    self.bridge.write(self.state)
                    self.written = True
                events.on_epoch_end(first + done - 1, logs)
            if not outcome.finite:
                raise TrainingDiverged(
                    "The loss must stay finite. Got a loss or weight that is not finite in epoch "
                    f"{first + done + 1} instead. The model has the weights of the epoch before. "
                    "Standardize the points, or lower the learning rate of "
                    f"{self.recipe.learning_rate:g}.",
                    epoch=first + done + 1,
                    run=self._run(),
                )
        return logs

    def _advance(self, order: np.ndarray) -> Outcome:
        return advance(
            self.state,
            self.plan.chain.network,
            self.data.X,
            self.data.y,
            order,
            self.recipe,
            Options(clip=self.plan.clip, counted=bool(self.plan.accuracies)),
        )

    def _logs(self, weights: np.ndarray, loss: float, correct: int) -> dict[str, float]:
        """What Keras logs at the end of an epoch."""
        logs = {"loss": loss, **dict.fromkeys(self.plan.accuracies, correct / len(self.data.y))}
        if self.data.validation is not None:
            points, labels = self.data.validation
            net = self._network(weights)
            losses = _cross_entropy(net, points, labels)
            if self.plan.clip:
                losses = np.clip(losses, -np.log1p(-self.plan.clip), -np.log(self.plan.clip))
            logs["val_loss"] = float(losses.mean()) + _penalty(net, self.recipe)
            share = float((net.predict(_as_keras_reads(points)) == labels).mean())
            logs.update(dict.fromkeys((f"val_{name}" for name in self.plan.accuracies), share))
        return logs

    def _network(self, weights: np.ndarray) -> Network:
        return self.plan.chain.network.with_vector(weights)

    def _show(self, epoch: int, epochs: int, logs: dict[str, float]) -> None:
        """Two lines in the form of the course lab's output."""
        if self.verbose != 0:
            steps = -(-len(self.data.y) // self.recipe.batch_size)
            _say("\n".join(lines_of_epoch(epoch, epochs, steps, logs)))

    def _run(self) -> Run:
        weights = np.stack(self.weights)
        loss = np.array(self.loss, np.float64)
        for array in (weights, loss):
            array.setflags(write=False)
        recipe = dataclasses.replace(self.plan.recipe, epochs=len(loss))
        return Run(self.dataset, recipe, self.plan.chain.network, weights, loss, self.state)


_say: Callable[[str], None] = print  # progress is part of what model.fit does


def _as_keras_reads(points: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):
        return points.astype(np.float32)


def _cross_entropy(net: Network, points: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Minus the logarithm of the probability of each point's class, (n,)."""
    logits = net.logits(_as_keras_reads(points))
    largest = logits.max(axis=1)
    total = largest + np.log(np.exp(logits - largest[:, None]).sum(axis=1))
    return total - logits[np.arange(len(labels)), labels]


def _penalty(net: Network, recipe: Recipe) -> float:
    if recipe.l1 == recipe.l2 == 0.0:
        return 0.0
    penalties = [
        recipe.l1 * np.abs(layer.weights).sum() + recipe.l2 * (layer.weights**2).sum()
        for layer in net.layers
    ]
    return float(sum(penalties))

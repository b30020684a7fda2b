"""One fit in the kernel: epochs in slices, or one by one where callbacks follow them."""

from __future__ import annotations

import dataclasses
import functools
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from unitscope.errors import TrainingDiverged
from unitscope.keras_fit.bridge import Bridge
from unitscope.keras_fit.changes import compiled, standing
from unitscope.keras_fit.data import FitData
from unitscope.keras_fit.events import Events
from unitscope.keras_fit.handover import ChangedMidway
from unitscope.keras_fit.interrupts import Interrupts
from unitscope.keras_fit.logs import Logs
from unitscope.keras_fit.metrics import Metrics
from unitscope.keras_fit.noted import noted
from unitscope.keras_fit.plan import Plan, rate_of, short
from unitscope.kernel.advance import advance
from unitscope.kernel.order import Order, checked
from unitscope.kernel.state import Outcome, State
from unitscope.models.keras import keras_package
from unitscope.training.progress import lines_of_epochs
from unitscope.training.run import Run
from unitscope.training.train import epoch_cost

_SLICE_SECONDS = 0.1  # between two looks at the keyboard and two writes of progress
_SLICE_COST = 1e8  # products of a point and a weight: some hundredths of a second, at most a tenth
_READING = ("get_weights", "save", "save_weights")  # methods of a model that change nothing
_LONG_EPOCH = 5e8  # products in an epoch that is trained in pieces

_say: Callable[[str], None] = print  # progress is part of what model.fit does


class InTurn(NamedTuple):
    """The points in their own order in each of `epochs` epochs, which may be very many."""

    epochs: int
    n: int

    def part(self, begin: int, end: int) -> Order:
        """That of some of the epochs."""
        return checked(np.broadcast_to(np.arange(self.n, dtype=np.int32), (end - begin, self.n)))


class KernelFit:
    """One call of fit in the kernel."""

    def __init__(
        self, model: Any, plan: Plan, data: FitData, callbacks: list[Any], verbose: Any
    ) -> None:
        self.model, self.plan, self.data = model, plan, data
        self.dataset = data.dataset(plan.chain.network.n_classes)
        self.recipe = plan.recipe
        self.steps = -(-len(data.y) // plan.recipe.batch_size)
        self.bridge = Bridge(model, plan.recipe)
        folded = plan.chain.scale is not None  # into the network's parameters
        self.state = self.bridge.read(None if folded else plan.chain.network.to_vector())
        self.metrics = Metrics(model, one_hot=plan.head.one_hot)
        self.logs_of = Logs(plan, data)
        self.logs: dict[str, float] = {}  # of the last epoch
        # Whether the model is where the training is, and whether somebody may have changed it.
        self.written, self.touched = True, False
        self.records: list[np.ndarray] = [self.state.parameters[None]]
        self.losses: list[np.ndarray] = []
        self.callbacks, self.verbose = callbacks, _verbosity(verbose, model)
        self.interrupts = Interrupts()
        # On PyTorch, Keras heeds at once what a callback changes; elsewhere it compiles its step
        # after what callbacks do first.
        self.eager = keras_package(model).backend.backend() == "torch"
        self.compiles = self.eager or not compiled(model)
        self.standing = standing(model, plan.chain) if callbacks else None

    def train(self, order: Order | InTurn, first: int, epochs: int) -> Any:
        """Epochs first..epochs-1, those of `order`; returns the History."""
        params = {"verbose": self.verbose, "epochs": epochs, "steps": self.steps}
        with self.interrupts:
            events = Events(self.model, self.callbacks, params, self.interrupts, self._look)
            try:
                self.model.stop_training = False
                events.train_begin()
                self.touched = not events.bare
                if events.bare:
                    self._slices(order, first, epochs, events)
                else:
                    self._epochs(order, first, epochs, events)
            finally:
                self._write()
                events.history.run, events.history.why = self._run(), None
                noted(events.history, self.model)
                events.leave()
            events.train_end(self.logs)
        return events.history

    def _slices(self, order: Order | InTurn, first: int, epochs: int, events: Events) -> None:
        """Epochs that only the History is told of, about a tenth of a second at a time."""
        done, size = 0, max(1, int(_SLICE_COST / self._cost()))
        while done < order.epochs and not self.model.stop_training:
            self.interrupts.check()
            began = time.perf_counter()
            outcome = self._advance(order.part(done, min(done + size, order.epochs)))
            count = len(outcome.loss)
            if count:
                columns = self.logs_of.columns(outcome, order.n, self.recipe)
                self._keep(outcome)
                events.epochs_end(first + done, columns)
                self._show(first + done + 1, epochs, columns)
                self.logs = {name: values[-1] for name, values in columns.items()}
                done += count
            self._check(outcome, first + done)
            quick = time.perf_counter() - began < _SLICE_SECONDS / 2
            size = 2 * size if quick else max(1, size // 2)

    def _epochs(self, order: Order | InTurn, first: int, epochs: int, events: Events) -> None:
        """Epochs that callbacks follow, and may stop or change something between."""
        for index, number in enumerate(range(first, first + order.epochs)):
            if events.looking:
                self.metrics.reset()
            events.epoch_begin(number)
            heeded = self.compiles if number == first else events.looking and self.eager
            if heeded and self.standing != standing(self.model, self.plan.chain):
                raise ChangedMidway(number, events.handed_over())
            if self.touched or events.rating:
                # A rate of 0, as in a warm-up, is a step too small to change a float32.
                rate = max(short(rate_of(self.model.optimizer)), 1e-38)
                if rate != self.recipe.learning_rate:
                    self.recipe = dataclasses.replace(self.recipe, learning_rate=rate)
            if self.touched:
                self.state = self.bridge.read()
                self.touched = False
            # Keras looks whether to stop after each batch.
            row, seen = order.part(index, index + 1), order.n
            if self.model.stop_training:
                seen = min(seen, self.recipe.batch_size)
            part = seen < order.n
            outcome = self._in_pieces(row.rows[0, :seen]) if part else self._advance(row)
            self._check(outcome, number)
            columns = self.logs_of.columns(outcome, seen, self.recipe)
            self._keep(outcome)
            self.logs = {name: values[0] for name, values in columns.items()}
            if events.looking:
                self._look()
            told = events.epoch_end(number, self.logs)
            shown = {**self.logs, **told}
            self._show(number + 1, epochs, {name: [value] for name, value in shown.items()})
            if self.model.stop_training:
                break

    def _keep(self, outcome: Outcome) -> None:
        self.state, self.written = outcome.state, False
        self.records.append(outcome.weights)
        self.losses.append(outcome.loss)

    def _look(self, asked: str = "") -> Any:
        """Bring the model up to date for a callback, which may change it.

        Where it `asked` for a method that only reads the weights, this is that method for weights
        that are not in the model yet; otherwise None.
        """
        if asked == "get_weights" and not self.written:
            return functools.partial(self.bridge.weights_at, self.state)
        with self.interrupts.withheld():
            self._write()
        self.touched = self.touched or asked not in _READING
        return None

    def _write(self) -> None:
        if self.written:
            return
        self.bridge.write(self.state)
        prefix, points = self.logs_of.measured
        logs = {name.removeprefix(prefix): self.logs[name] for name in self.logs}
        named = {name: self.logs[prefix + name] for name in logs if prefix + name in self.logs}
        self.metrics.fill(named, points or len(self.data.y))
        self.written = True

    def _advance(self, order: Order) -> Outcome:
        """Train on from here in that order."""
        if self._cost() > _LONG_EPOCH and order.epochs:
            return self._in_pieces(order.rows[0])
        return self._train(self.state, self.data.X, self.data.y, order)

    def _in_pieces(self, row: np.ndarray) -> Outcome:
        """One epoch, or a part of one, a piece at a time: Ctrl-C between two drops all of them.

        Each piece is of whole batches, and the last has one at least, so that no bit changes.
        """
        batch = self.recipe.batch_size
        size = batch * max(1, int(len(row) * _SLICE_COST / self._cost()) // batch)
        pieces = np.split(row, range(size, len(row) - batch + 1, size))
        lost, correct, state = 0.0, 0, self.state
        for rows in pieces:
            self.interrupts.check()
            points, labels = self.data.X[rows], self.data.y[rows]
            part = self._train(state, points, labels, checked(np.arange(len(rows))[None]))
            if not part.finite:
                return part._replace(record=self.state.parameters[None], state=self.state)
            state = part.state
            lost += float(part.loss[0]) * len(rows)
            correct += int(part.correct[0])
        record = np.stack([self.state.parameters, state.parameters])
        loss, hits = np.array([lost / len(row)]), np.array([correct])
        return Outcome(record, loss, hits, state, finite=True)

    def _train(self, state: State, X: np.ndarray, y: np.ndarray, order: Order) -> Outcome:
        net, options = self.plan.chain.network, self.plan.options
        return advance(state, net, X, y, order, self.recipe, options)

    def _cost(self) -> int:
        """About how long an epoch takes, with its validation, in products."""
        parameters = self.plan.chain.network.n_parameters
        _, held_out = self.logs_of.measured
        trained = epoch_cost(len(self.data.y), self.recipe.batch_size, parameters)
        return trained + 10 * held_out * parameters

    def _check(self, outcome: Outcome, done: int) -> None:
        """Raise where the epoch after `done` has become infinite."""
        if not outcome.finite:
            raise TrainingDiverged(
                "The loss must stay finite. Got a loss or weight that is not finite in epoch "
                f"{done + 1} instead. The model has the weights of the epoch before. "
                "Standardize the points, or lower the learning rate of "
                f"{self.recipe.learning_rate:g}.",
                epoch=done + 1,
                run=self._run(),
            )

    def _show(self, epoch: int, epochs: int, columns: Mapping[str, Sequence[float]]) -> None:
        """Two lines for each epoch from this one on, in the form of the course lab's output."""
        if self.verbose:
            _say(lines_of_epochs(epoch, epochs, self.steps, columns))

    def _run(self) -> Run:
        loss = np.concatenate(self.losses, dtype=np.float64) if self.losses else np.empty(0)
        return self.plan.run(self.dataset, np.concatenate(self.records), loss, self.state)


def _verbosity(verbose: Any, model: Any) -> Any:
    """What callbacks find as `params["verbose"]`: Keras 2 says what "auto" is."""
    package = keras_package(model)
    if verbose != "auto" or package.__name__ == "keras":
        return verbose
    return 1 if package.utils.is_interactive_logging_enabled() else 2

"""train: a Dataset and a Recipe become a Run."""

from __future__ import annotations

import dataclasses
import functools
import time
from collections.abc import Callable
from typing import Any, NamedTuple, Unpack

import numpy as np

from unitscope.data.dataset import Dataset
from unitscope.data.scaling import Scaling
from unitscope.errors import TrainingDiverged, refusal, said, whole_number
from unitscope.kernel.advance import Options, advance
from unitscope.kernel.order import Order, drawn, given
from unitscope.kernel.state import Outcome, State
from unitscope.looking import look
from unitscope.networks import Activation, Network, first_logit
from unitscope.recipe import Recipe, Settings
from unitscope.training.class_weights import point_weights
from unitscope.training.memory import Need, check_run
from unitscope.training.progress import Reporter
from unitscope.training.run import Run
from unitscope.training.validation import Validation, Watch, checked_patience, parted

# Whether to draw a bar, or a function of the epochs done, the epochs in all and the last loss.
Progress = bool | Callable[[int, int, float], None]

_MOST_THREADS = 1024
_KEPT_UNITS = 64  # of networks whose start is kept: some kilobytes each
_FLOAT32_MAX = float(np.finfo(np.float32).max)

# the compiled loop cannot be interrupted: come back this often, for Ctrl-C and the progress bar
_SLICE_SECONDS = 0.1
_FIRST_SLICE = 1e8  # products: some hundredths of a second, at most a tenth
_LONG_EPOCH = 2e7  # products: an epoch that may take some tenths, in which somebody must look round


def epoch_cost(points: int, batch_size: int, parameters: int) -> int:
    """About how long an epoch takes, in products of a point and a weight: 1 ns or less each.

    A step has work of its own, and moves every weight once: with small batches, that is most of it.
    """
    steps = -(-points // batch_size)
    return points * parameters + steps * (150 + 4 * parameters)


def train(
    data: Dataset,
    recipe: Recipe | None = None,
    *,
    start: Network | Run | None = None,
    batch_order: Any = None,
    progress: Progress | None = None,
    threads: int | None = None,
    validation: float | Dataset | None = None,
    early_stopping: int | None = None,
    **settings: Unpack[Settings],
) -> Run:
    """Train a dense classifier; the defaults are the course lab's network and recipe.

    **Arguments**

    - `data`: the points to learn.
    - `recipe`, or its fields as keywords: `hidden=(8, 8), activation="relu", optimizer="adam",
      learning_rate=0.01, batch_size=32, epochs=200, l1=0.0, l2=0.0, seed=0` and the rest of
      `Recipe`.
    - `start`: a Network whose weights are the start (its shape and activations are then used), or a
      Run, which goes on from its last epoch, optimizer included, for `epochs` more; training 100
      and 100 more epochs is training 200.
    - `batch_order`: (epochs, n) whole numbers: row e is the order in which epoch e visits the
      points; batches are consecutive pieces of it. Without it, each epoch is shuffled anew from the
      seed.
    - `progress`: True for a bar (tqdm's where it is installed), or a function, which is called as
      `progress(epochs_done, epochs, loss)` now and then.
    - `threads`: how many may work at once on a wide network; without it, one for each processor.
      They change no bit.
    - `validation`: points to hold out: a share of each class, drawn by the seed as `data.split`
      does, or a Dataset. `run.validation` has their loss and accuracy after each epoch, and
      `run.data` the points that were trained on.
    - `early_stopping`: after how many epochs without a lower loss on the points held out to stop;
      the run then ends with the epoch where it was lowest, as Keras's
      `EarlyStopping("val_loss", patience=..., restore_best_weights=True)` has it.

    **Raises** `InvalidInput`; `TrainingDiverged` when a loss or weight is no longer finite: its
    `.run` keeps the epochs before.
    """
    if not isinstance(data, Dataset):
        raise refusal("data", "a Dataset", said(type(data).__name__), "Use us.Dataset(X, y).")
    if threads is not None:
        whole_number("threads", threads, at_least=1, at_most=_MOST_THREADS)
    before = start if isinstance(start, Run) else None
    chosen = _recipe(recipe, before, settings, batch_order)
    data, held_out = parted(data, validation, chosen.seed)
    patience = checked_patience(early_stopping, held_out)
    scaling = scaling_for(data, chosen) if before is None else _kept(before, chosen)
    chosen = chosen.standardizing(scaling is not None)
    past = 0 if before is None else before.epochs
    sizes = _sizes(data, chosen, start)
    apart = 0 if held_out is None else held_out.n_points
    known = chosen.activation if start is None else ""
    check_run(Need(data.n_points, sizes, past + chosen.epochs, scaling is not None, apart, known))
    shape = _shape(data, chosen, start if before is None else before.architecture)
    if before is None:
        chosen = _of_shape(chosen, shape)
    n = data.n_points
    theirs = None if batch_order is None else given(batch_order, n)
    own_units = scaling if isinstance(start, Network) else None
    state = _start(shape, own_units) if before is None else before.state
    X = data.X if scaling is None else scaling(data.X)
    epochs = chosen.epochs if theirs is None else theirs.epochs
    looks = look if _is_long(n, chosen, shape) else None
    options = Options(threads=threads, weights=point_weights(data, chosen), look=looks)
    work = _Work(X, data.y, _orders(theirs, n, chosen, past), epochs, chosen, options)
    watch = None
    if held_out is not None:
        watch = Watch(_as_trained(held_out, scaling), shape, chosen, patience)
    what = "training" if scaling is None else "training, features standardized"
    with Reporter(progress, what, "epochs") as tell:
        outcome = _in_slices(state, shape, work, tell, watch)
    run = _joined(before, data, chosen, shape, outcome, scaling)
    if watch is not None and held_out is not None:
        run = _validated(run, before, held_out, watch, patience)
    if not outcome.finite:
        raise TrainingDiverged(_why(run, chosen), epoch=run.epochs + 1, run=run)
    return run


def _is_long(points: int, recipe: Recipe, shape: Network) -> bool:
    """Whether a single epoch may take so long that Ctrl-C is to end it half-way."""
    return epoch_cost(points, recipe.batch_size, shape.n_parameters) > _LONG_EPOCH


def _orders(theirs: Order | None, n: int, recipe: Recipe, past: int) -> Callable[[int, int], Order]:
    """That of the epochs from one to another, when they are trained: all may take much memory."""

    def order(begin: int, end: int) -> Order:
        if theirs is not None:
            return theirs.part(begin, end)
        return drawn(n, recipe, past + begin, end - begin)

    return order


class _Work(NamedTuple):
    """What is trained on, as the kernel takes it, in which order, for how long and how."""

    X: np.ndarray
    y: np.ndarray
    order: Callable[[int, int], Order]
    epochs: int
    recipe: Recipe
    options: Options

    def advance(self, state: State, shape: Network, begin: int, end: int) -> Outcome:
        """Train on from the state for the epochs from begin to end."""
        order = self.order(begin, end)
        return advance(state, shape, self.X, self.y, order, self.recipe, self.options)


def _as_trained(data: Dataset, scaling: Scaling | None) -> tuple[np.ndarray, np.ndarray]:
    """X, as the network takes it while it is trained, and y."""
    return data.X if scaling is None else scaling(data.X), data.y


def _validated(
    run: Run, before: Run | None, held_out: Dataset, watch: Watch, patience: int | None
) -> Run:
    """The run with how the points held out fared, in the epochs of before, too."""
    loss, accuracy = np.array(watch.losses), np.array(watch.accuracies)
    if before is not None:
        watched = _as_trained(held_out, before.scaling)
        past = Watch(watched, run.architecture, run.recipe, None)
        weights = before.weights[1:]
        if before.scaling is not None:
            weights = before.scaling.unfolded(weights, run.architecture.layers[0].units)
        past.stops(weights)
        loss = np.concatenate([past.losses, loss])
        accuracy = np.concatenate([past.accuracies, accuracy])
    found = Validation(held_out, loss, accuracy, patience)
    return dataclasses.replace(run, validation=found)


def _recipe(
    recipe: Recipe | None, before: Run | None, settings: Settings, batch_order: Any
) -> Recipe:
    if before is not None and recipe is None:
        Recipe.of(None, settings)  # refuses unknown names in the usual words
        chosen = Recipe.of(None, {**vars(before.recipe), **settings})
    else:
        chosen = Recipe.of(recipe, settings)
    if batch_order is not None:
        rows = np.shape(batch_order)[0] if np.ndim(batch_order) == 2 else 0
        if "epochs" in settings and settings["epochs"] != rows:
            raise refusal(
                "batch_order",
                f"one row for each of the {settings['epochs']} epochs",
                said(f"{rows} rows"),
            )
        if rows != chosen.epochs:
            chosen = dataclasses.replace(chosen, epochs=rows)
    return chosen


def _shape(data: Dataset, recipe: Recipe, start: object) -> Network:
    """The network before the first epoch: the one given, checked, or a fresh one."""
    if recipe.one_logit and data.n_classes != 2:
        raise refusal("one_logit", "False but for two classes", said(f"{data.n_classes} classes"))
    if start is None:
        sizes = _sizes(data, recipe)
        draw = _drawn if sum(sizes) <= _KEPT_UNITS else Network.initialize
        drawn_net = draw(sizes, recipe.activation, recipe.seed)
        if not recipe.one_logit:
            return drawn_net
        return drawn_net.with_vector(np.where(first_logit(sizes), 0.0, drawn_net.to_vector()))
    if not isinstance(start, Network):
        raise refusal("start", "a Network or a Run", said(type(start).__name__))
    if start.n_features != data.n_features or start.n_classes != data.n_classes:
        raise refusal(
            "start",
            f"a network of {data.n_features} inputs and {data.n_classes} outputs, as the data has",
            said(f"{start.n_features} inputs and {start.n_classes} outputs"),
        )
    return start


def _sizes(data: Dataset, recipe: Recipe, start: object = None) -> tuple[int, ...]:
    """Of the layers, from the inputs on: those of the network given, or of the recipe."""
    given = start.architecture if isinstance(start, Run) else start
    if isinstance(given, Network):
        return given.sizes
    return data.n_features, *recipe.hidden, data.n_classes


@functools.lru_cache(maxsize=64)
def _drawn(sizes: tuple[int, ...], activation: Any, seed: int) -> Network:
    """A fresh small network, kept: a training is often repeated with other settings or points."""
    return Network.initialize(sizes, activation, seed)


def _of_shape(recipe: Recipe, shape: Network) -> Recipe:
    """The recipe with the hidden layers and activations of this network."""
    hidden, activation = shape.sizes[1:-1], _activation(shape, recipe)
    if (recipe.hidden, recipe.activation) == (hidden, activation):
        return recipe
    return dataclasses.replace(recipe, hidden=hidden, activation=activation)


def _activation(shape: Network, recipe: Recipe) -> Activation | tuple[Activation, ...]:
    names = tuple(layer.activation for layer in shape.layers[:-1])
    if not names:
        return recipe.activation if isinstance(recipe.activation, str) else "relu"
    return names[0] if len(set(names)) == 1 else names


def scaling_for(data: Dataset, recipe: Recipe) -> Scaling | None:
    """What a recipe's training does to the points first; None where it takes them as they are."""
    wanted = recipe.standardize
    if wanted == "auto":
        wanted = needs_scaling(data)
    return data.spread.scaling if wanted else None


def needs_scaling(data: Dataset) -> bool:
    """Whether points are standardized for training where it is not said."""
    return not data.fixed_scale and data.spread.unlike()


def _kept(before: Run, recipe: Recipe) -> Scaling | None:
    """That of the run that goes on: its optimizer stands where it stands by this scale."""
    done = before.scaling is not None
    if recipe.standardize not in ("auto", done):
        raise refusal("standardize", f"{done}, as in the run that goes on", recipe.standardize)
    return before.scaling


def _start(shape: Network, scaling: Scaling | None) -> State:
    """Before the first step; `scaling` where the network takes points in their own units."""
    vector = shape.to_vector()
    if scaling is not None:
        (vector,) = scaling.unfolded(vector[None], shape.layers[0].units)
    # a sum of squares is quicker to look at, and where it fits, all weights do
    if np.vdot(vector, vector) > _FLOAT32_MAX:
        largest = float(np.abs(vector).max())
        if largest > _FLOAT32_MAX:
            rule = "a network whose weights fit in float32"
            raise refusal("start", rule, said(f"a weight of size {largest:g}"))
    return State.fresh(vector)


def _in_slices(
    state: State,
    shape: Network,
    work: _Work,
    tell: Callable[[int, int, float], None] | None,
    watch: Watch | None,
) -> Outcome:
    """All epochs, in pieces of about a tenth of a second; the pieces change no result.

    A `watch` may end it, and then what came after its best epoch is left out.
    """
    parts: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    done, finite, best = 0, True, (0, state)  # where the piece with the best epoch began
    epochs, stopped = work.epochs, False
    cost = epoch_cost(len(work.y), work.recipe.batch_size, shape.n_parameters)
    step = max(1, int(_FIRST_SLICE / cost))
    while done < epochs and finite and not stopped:
        began = time.perf_counter()
        outcome = work.advance(state, shape, done, min(done + step, epochs))
        # Of all the states, as large as three epochs each, only the last is needed; and of all the
        # starts, only the first.
        record = outcome.record[1:].copy() if parts else outcome.record
        parts.append((record, outcome.loss, outcome.correct))
        if watch is not None:
            stopped = watch.stops(outcome.weights)
            best = (done, state) if watch.best > done else best
        state, done, finite = outcome.state, done + step, outcome.finite
        if tell is not None and finite:
            tell(min(done, epochs), epochs, float(outcome.loss[-1]))
        spent = max(time.perf_counter() - began, 1e-6)
        step = max(1, min(2 * step, int(step * _SLICE_SECONDS / spent)))
    whole = _whole(parts, state, finite or stopped)
    if watch is None or not watch.patient or not whole.finite:
        return whole
    begin, before = best
    state = work.advance(before, shape, begin, watch.best).state
    kept = watch.best
    return Outcome(whole.record[: kept + 1], whole.loss[:kept], whole.correct[:kept], state, True)


def _whole(
    parts: list[tuple[np.ndarray, np.ndarray, np.ndarray]], state: State, finite: bool
) -> Outcome:
    """The pieces as one."""
    if not parts:
        parts = [(state.parameters[None].copy(), np.empty(0), np.empty(0, np.int64))]
    if len(parts) == 1:
        return Outcome(*parts[0], state, finite)
    records, losses, counts = zip(*parts, strict=True)
    return Outcome(
        np.concatenate(records), np.concatenate(losses), np.concatenate(counts), state, finite
    )


def _joined(
    before: Run | None,
    data: Dataset,
    recipe: Recipe,
    shape: Network,
    outcome: Outcome,
    scaling: Scaling | None,
) -> Run:
    weights, loss = outcome.record, outcome.loss
    if scaling is not None:
        weights = scaling.folded(weights, shape.layers[0].units)
    if before is not None:
        weights = np.concatenate([before.weights, weights[1:]])
        loss = np.concatenate([before.loss, loss])
    return Run(data, recipe, shape, weights, loss, outcome.state, scaling=scaling)


def _why(run: Run, recipe: Recipe) -> str:
    largest = float(np.abs(run.data.X).max())
    cause = (
        f"The points reach {largest:.3g}; large inputs make large steps: try standardize=True, or "
        "data.standardized()."
        if largest > 100 and run.scaling is None
        else f"The likely cause is a learning rate of {recipe.learning_rate:g}: try "
        f"{recipe.learning_rate / 10:g}."
    )
    return (
        "The loss must stay finite. Got a loss or weight that is not finite in epoch "
        f"{run.epochs + 1} instead. {cause}"
    )

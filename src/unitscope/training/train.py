"""train: a Dataset and a Recipe become a Run."""

from __future__ import annotations

import dataclasses
import functools
import time
from collections.abc import Callable
from typing import Any, Unpack

import numpy as np

from unitscope.data.dataset import Dataset
from unitscope.errors import TrainingDiverged, refusal, said, whole_number
from unitscope.kernel.advance import Options, advance
from unitscope.kernel.order import given_order, shuffled
from unitscope.kernel.state import Outcome, State
from unitscope.network import Activation, Network
from unitscope.recipe import Recipe, Settings
from unitscope.training.progress import Reporter
from unitscope.training.run import Run

# Whether to draw a bar, or a function of the epochs done, the epochs in all and the last loss.
Progress = bool | Callable[[int, int, float], None]

_KEPT_UNITS = 64  # of networks whose start is kept: some kilobytes each
_FLOAT32_MAX = float(np.finfo(np.float32).max)

# the compiled loop cannot be interrupted: come back this often, for Ctrl-C and the progress bar
_SLICE_SECONDS = 0.1


def train(
    data: Dataset,
    recipe: Recipe | None = None,
    *,
    start: Network | Run | None = None,
    batch_order: Any = None,
    progress: Progress | None = None,
    threads: int | None = None,
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

    **Raises** `InvalidInput`; `TrainingDiverged` when a loss or weight is no longer finite: its
    `.run` keeps the epochs before.
    """
    if not isinstance(data, Dataset):
        raise refusal("data", "a Dataset", said(type(data).__name__), "Use us.Dataset(X, y).")
    if threads is not None:
        whole_number("threads", threads, at_least=1)
    before = start if isinstance(start, Run) else None
    chosen = _recipe(recipe, before, settings, batch_order)
    shape = _shape(data, chosen, start if before is None else before.architecture)
    if before is None:
        chosen = _of_shape(chosen, shape)
    past = 0 if before is None else before.epochs
    n = data.n_points
    given = None if batch_order is None else given_order(batch_order, n)

    def order(begin: int, end: int) -> np.ndarray:
        """Of some epochs, when they are trained: all may take more memory than the run."""
        return shuffled(n, chosen, past + begin, end - begin) if given is None else given[begin:end]

    state = before.state if before is not None else State.fresh(_start_vector(shape))
    epochs = chosen.epochs if given is None else len(given)
    with Reporter(progress, "training", "epochs") as tell:
        outcome = _in_slices(state, shape, data, (order, epochs), chosen, tell, threads)
    run = _joined(before, data, chosen, shape, state, outcome)
    if not outcome.finite:
        raise TrainingDiverged(_why(run, chosen), epoch=run.epochs + 1, run=run)
    return run


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
    if start is None:
        sizes = (data.n_features, *recipe.hidden, data.n_classes)
        draw = _drawn if sum(sizes) <= _KEPT_UNITS else Network.initialize
        return draw(sizes, recipe.activation, recipe.seed)
    if not isinstance(start, Network):
        raise refusal("start", "a Network or a Run", said(type(start).__name__))
    if start.n_features != data.n_features or start.n_classes != data.n_classes:
        raise refusal(
            "start",
            f"a network of {data.n_features} inputs and {data.n_classes} outputs, as the data has",
            said(f"{start.n_features} inputs and {start.n_classes} outputs"),
        )
    return start


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


def _start_vector(shape: Network) -> np.ndarray:
    vector = shape.to_vector()
    largest = float(np.abs(vector).max())
    if largest > _FLOAT32_MAX:
        raise refusal(
            "start", "a network whose weights fit in float32", said(f"a weight of size {largest:g}")
        )
    return vector


def _in_slices(
    state: State,
    shape: Network,
    data: Dataset,
    orders: tuple[Callable[[int, int], np.ndarray], int],
    recipe: Recipe,
    tell: Callable[[int, int, float], None] | None,
    threads: int | None,
) -> Outcome:
    """All epochs, in pieces of about a tenth of a second; the pieces change no result."""
    order, epochs = orders
    outcomes, done = [], 0
    work = max(1, shape.n_parameters * data.n_points)
    step = max(1, int(2e8 / work))  # about that many products take some hundredths of a second
    while done < epochs:
        began = time.perf_counter()
        outcome = advance(
            state,
            shape,
            data.X,
            data.y,
            order(done, min(done + step, epochs)),
            recipe,
            Options(threads=threads),
        )
        outcomes.append(outcome)
        state, done = outcome.state, done + step
        if not outcome.finite:
            break
        if tell is not None:
            tell(min(done, epochs), epochs, float(outcome.loss[-1]))
        spent = max(time.perf_counter() - began, 1e-6)
        step = max(1, min(2 * step, int(step * _SLICE_SECONDS / spent)))
    if not outcomes:
        return Outcome(
            np.empty((0, shape.n_parameters), np.float32),
            np.empty(0),
            np.empty(0, np.int64),
            state,
            True,
        )
    if len(outcomes) == 1:
        return outcomes[0]
    return Outcome(
        np.concatenate([part.weights for part in outcomes]),
        np.concatenate([part.loss for part in outcomes]),
        np.concatenate([part.correct for part in outcomes]),
        outcomes[-1].state,
        outcomes[-1].finite,
    )


def _joined(
    before: Run | None,
    data: Dataset,
    recipe: Recipe,
    shape: Network,
    state: State,
    outcome: Outcome,
) -> Run:
    weights = state.parameters[None] if before is None else before.weights
    loss = np.empty(0) if before is None else before.loss
    joined = np.concatenate([weights, outcome.weights]), np.concatenate([loss, outcome.loss])
    for array in joined:
        array.setflags(write=False)
    return Run(data, recipe, shape, *joined, outcome.state)


def _why(run: Run, recipe: Recipe) -> str:
    largest = float(np.abs(run.data.X).max())
    cause = (
        f"The points reach {largest:.3g}; large inputs make large steps: try data.standardized()."
        if largest > 100
        else f"The likely cause is a learning rate of {recipe.learning_rate:g}: try "
        f"{recipe.learning_rate / 10:g}."
    )
    return (
        "The loss must stay finite. Got a loss or weight that is not finite in epoch "
        f"{run.epochs + 1} instead. {cause}"
    )

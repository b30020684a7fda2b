"""Trials: the same training with one thing changed, done now, and what came of it.

How much is tried is counted in work, never by a clock, so that the same run gives the same trials
on every machine.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from typing import Final, Literal

import numpy as np

from unitscope.data.dataset import Dataset
from unitscope.errors import TrainingDiverged
from unitscope.kernel.advance import LOOP
from unitscope.networks import KERAS_NEGATIVE_SLOPE, Network, hidden_activations
from unitscope.recipe import Recipe
from unitscope.sweeps.block import DIVERGED, LOCKSTEP, points_right, train_seeds, usual_seconds
from unitscope.sweeps.longer import FEW
from unitscope.training.run import Run
from unitscope.training.train import train

Kind = Literal[
    "more epochs",
    "a smaller rate",
    "scaled features",
    "other starts",
    "more units",
    "a smaller network",
]
MORE: Final = "more epochs"
RATE: Final = "a smaller rate"
SCALED: Final = "scaled features"
STARTS: Final = "other starts"
UNITS: Final = "more units"
SMALLER: Final = "a smaller network"

# The starts are those of the first seeds from here on, without the run's own.
FIRST_SEED, SEEDS = 100, 20
_FEWEST = 5  # starts: fewer say little

_COPIED = 1e9  # bytes of weights in a second
_CALL = 0.0005  # seconds that a trial takes beside its products

_RISE = 0.2  # the loss swings where it rises by this share within the last fifth of the epochs
_FALL = 0.05  # it still falls where the last tenth of the epochs took this share off
_UNLIKE = 10.0  # features are unlike where one is so much larger, or farther from 0, than it varies
_UNLIKE_DEAD = 3.0  # the same where units are off at every point
_TENTHS = 3  # a tenth of the rate, of which again a tenth where it diverges, too
_HALVINGS = 3  # of the hidden layers
_LONG = 10 * FEW  # epochs that are tried after few


@dataclasses.dataclass(frozen=True)
class Setup:
    """What is tried: everything that a trial is made of, beside the run itself.

    - `kind`: what is changed.
    - `recipe`: the whole recipe, with the change; its seed is the run's own.
    - `seeds`: whose starts are trained; empty for the run's own start, or its end (MORE).
    """

    kind: Kind
    recipe: Recipe
    seeds: tuple[int, ...] = ()


@dataclasses.dataclass(frozen=True)
class Trial:
    """A setup, and what came of it.

    - `right`: of each training, how many of the `points` its last network classifies right; -1
      where it diverged.
    - `loss`: of each training, that of its last epoch; NaN where it diverged.
    """

    setup: Setup
    right: tuple[int, ...]
    loss: tuple[float, ...]
    points: int

    @property
    def solved(self) -> int:
        """How many trainings classify every point right."""
        return self.right.count(self.points)

    @property
    def settings(self) -> str:
        """The seeds and all settings, to do it again by hand."""
        setup = self.setup
        parts = [f"{name}={value!r}" for name, value in vars(setup.recipe).items()]
        if setup.seeds:
            parts.remove(f"seed={setup.recipe.seed!r}")
            parts += [f"seeds={list(setup.seeds)}"]
        data = "data.standardized()" if setup.kind == SCALED else "data"
        start = {MORE: ["start=run"], RATE: ["start=run.at(0)"], SCALED: ["start=run.at(0)"]}
        return ", ".join([data, *start.get(setup.kind, []), *parts])


def can_be_tried(run: Run) -> bool:
    """Whether `train` makes such a run of two classes or more, and compiled code trains it."""
    if run.fitted is not None and run.fitted.why is not None:
        return False  # Keras may have trained it by what a recipe cannot tell
    if not run.epochs or np.count_nonzero(run.data.counts) < 2:
        return False
    recipe, layers = run.recipe, run.architecture.layers
    names = (*hidden_activations(recipe.activation, len(recipe.hidden)), "linear")
    usual = all(
        layer.negative_slope == KERAS_NEGATIVE_SLOPE
        for layer in layers
        if layer.activation == "leaky_relu"
    )
    same = run.architecture.sizes == _sizes(run.data, recipe)
    same = same and tuple(layer.activation for layer in layers) == names
    return same and usual and LOOP.works() and LOCKSTEP.works()


def trials(run: Run, *, seconds: float = 0.3) -> tuple[Trial, ...]:
    """What is worth trying after this run, tried: until something gets every point right.

    Of a run that is not right everywhere: a tenth of the learning rate where the loss swings or
    diverged, scaled features where their sizes are unlike, as many epochs more, or 200 after fewer
    than 20, 20 other starts, one and two units more in every hidden layer; the starts not where the
    run is so short. Of one that is: as many epochs more where its loss still falls, and the
    smallest network that does as well.

    `seconds` is about the most it takes on the machine where the code was measured: it is counted
    in products of points and weights, so that the same run gives the same trials everywhere. What
    does not fit is left out, and of the starts as many are trained as fit, at least 5. Nothing is
    tried of a run that `train` could not have made, or without compiled code.
    """
    if not can_be_tried(run):
        return ()
    budget = _Budget(run, seconds)
    return tuple((_solved if right_at_the_end(run) == run.data.n_points else _failing)(run, budget))


def right_at_the_end(run: Run) -> int:
    """How many of its points the run's network classifies right: of one epoch, not of all."""
    return int((run.network.predict(run.data.X) == run.data.y).sum())


def outcome(run: Run, setup: Setup) -> Trial:
    """Do the trial."""
    n = run.data.n_points
    data = run.data.standardized() if setup.kind == SCALED else run.data
    if setup.seeds:
        shape = Network.initialize(_sizes(run.data, setup.recipe), setup.recipe.activation)
        losses, accuracies, weights = train_seeds(data, setup.recipe, shape, list(setup.seeds))
        right = points_right(losses, accuracies, weights, n)
        last = np.where(right == DIVERGED, np.nan, losses[:, -1])
        return Trial(setup, tuple(right.tolist()), tuple(last.tolist()), n)
    start = run if setup.kind == MORE else run.at(0)
    try:
        tried = train(data, setup.recipe, start=start, threads=1)
    except TrainingDiverged:
        return Trial(setup, (DIVERGED,), (math.nan,), n)
    return Trial(setup, (right_at_the_end(tried),), (float(tried.loss[-1]),), n)


def diverges(run: Run) -> bool:
    """Whether one more epoch has a loss or weight that is not finite: where the run ended early."""
    if run.epochs >= run.recipe.epochs:
        return False
    try:
        train(run.data, dataclasses.replace(run.recipe, epochs=1), start=run, threads=1)
    except TrainingDiverged:
        return True
    return False


def _failing(run: Run, budget: _Budget) -> Iterator[Trial]:
    """One thing after another, until one gets every point right."""
    ended = diverges(run)
    for trial in _of_its_start(run, budget, ended):
        yield trial
        if trial.solved or _was_the_cause(run, trial):
            return
        ended |= trial.setup.kind == MORE and DIVERGED in trial.right
    if ended or run.epochs < FEW:
        return
    recipe = _as_long(run)
    yield from budget.tried(Setup(STARTS, recipe, starts(recipe.seed)))
    for more in (1, 2):
        hidden = tuple(units + more for units in recipe.hidden) or (2 * more,)
        wider = _of_shape(recipe, hidden)
        for trial in budget.tried(Setup(UNITS, wider, starts(recipe.seed))):
            yield trial
            if trial.solved == len(trial.right):
                return


def _was_the_cause(run: Run, trial: Trial) -> bool:
    """Whether features at one size leave at most half as many points wrong."""
    wrong = trial.points - right_at_the_end(run)
    return trial.setup.kind == SCALED and 2 * (trial.points - trial.right[0]) <= wrong


def _of_its_start(run: Run, budget: _Budget, ended: bool) -> Iterator[Trial]:
    """What is tried with the run's own start, or from its end."""
    recipe = run.recipe if ended else _as_long(run)
    if unlike_features(run):
        yield from budget.tried(Setup(SCALED, recipe))
    for power in range(1, _TENTHS + 1) if ended or swings(run) else ():
        slower = dataclasses.replace(recipe, learning_rate=recipe.learning_rate / 10**power)
        trial = next(budget.tried(Setup(RATE, slower)), None)
        if trial is not None:
            yield trial
        if trial is None or DIVERGED not in trial.right:
            break
    if not ended:
        yield from _longer(run, budget)


def _longer(run: Run, budget: _Budget) -> Iterator[Trial]:
    """As many epochs more; after few the most that fit of 200, 20 and as many."""
    for epochs in (_LONG, FEW, run.epochs) if run.epochs < FEW else (run.epochs,):
        longer = dataclasses.replace(run.recipe, epochs=epochs)
        trial = next(budget.tried(Setup(MORE, longer)), None)
        if trial is not None:
            yield trial
            return


def _solved(run: Run, budget: _Budget) -> Iterator[Trial]:
    """As many epochs more, and smaller and smaller networks until one does not do as well."""
    recipe = _as_long(run)
    if still_falls(run):
        yield from budget.tried(Setup(MORE, recipe))
    seeds = starts(recipe.seed)
    for hidden in _smaller(recipe.hidden):
        for trial in budget.tried(Setup(SMALLER, _of_shape(recipe, hidden), seeds)):
            yield trial
            if works(trial) == (not hidden):  # nothing is smaller, or no smaller one will do
                return


def _smaller(hidden: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """No hidden layer, then half the units, a quarter, an eighth, at least one in each layer."""
    if hidden:
        yield ()
    for _ in range(_HALVINGS):
        halves = tuple(max(1, units // 2) for units in hidden)
        if halves == hidden:
            return
        yield halves
        hidden = halves


def _as_long(run: Run) -> Recipe:
    """The run's recipe for as many epochs as the run has, which may be of several calls."""
    return dataclasses.replace(run.recipe, epochs=run.epochs)


def works(trial: Trial) -> bool:
    """Whether at least half of the trainings classify every point right."""
    return 2 * trial.solved >= len(trial.right)


class _Budget:
    """The work that may still be done, in seconds as measured where the code was written."""

    def __init__(self, run: Run, seconds: float) -> None:
        self.run, self.left = run, seconds

    def tried(self, setup: Setup) -> Iterator[Trial]:
        """The trial where it fits, with fewer starts where only they do."""
        fits = self._cut(setup)
        if fits is not None:
            self.left -= self._cost(fits, len(fits.seeds) or 1)
            yield outcome(self.run, fits)

    def _cut(self, setup: Setup) -> Setup | None:
        """The setup with as many of its starts as fit; None where those are too few."""
        if not setup.seeds:
            return setup if self._cost(setup, 1) <= self.left else None
        fitting = range(len(setup.seeds), _FEWEST - 1, -1)
        most = next((some for some in fitting if self._cost(setup, some) <= self.left), 0)
        return dataclasses.replace(setup, seeds=setup.seeds[:most]) if most else None

    def _cost(self, setup: Setup, trainings: int) -> float:
        sizes, n = _sizes(self.run.data, setup.recipe), self.run.data.n_points
        if setup.seeds:
            return _CALL + usual_seconds(n, sizes, setup.recipe, trainings)
        copied = 2 * self.run.weights.nbytes if setup.kind == MORE else 0
        return _CALL + usual_seconds(n, sizes, setup.recipe, None) + copied / _COPIED


def starts(own: int) -> tuple[int, ...]:
    """The seeds of other starts: the first 20 from 100 on that are not the run's own."""
    return tuple(seed for seed in range(FIRST_SEED, FIRST_SEED + SEEDS + 1) if seed != own)[:SEEDS]


def swings(run: Run) -> bool:
    """Whether the loss rose by a fifth or more within the last fifth of the epochs."""
    last = run.loss[-max(2, run.epochs // 5) :]
    return bool((last > (1 + _RISE) * np.minimum.accumulate(last)).any())


def still_falls(run: Run) -> bool:
    """Whether the last tenth of the epochs took a notable share off the loss."""
    if run.epochs < 2:
        return True
    before = run.loss[-1 - max(1, run.epochs // 10)]
    return bool(run.loss[-1] < (1 - _FALL) * before)


def unlike_features(run: Run) -> bool:
    """Whether features differ much in size, or lie far from 0; less is enough where units died.

    Not where they were standardized for training.
    """
    if run.scaling is not None:
        return False
    most = _UNLIKE_DEAD if _units_off(run) else _UNLIKE
    features = run.data.spread
    if not features.varies.any():
        return False
    center = np.abs(features.mean[features.varies])
    spread = features.deviation[features.varies]
    return bool(
        spread.max() > most * spread.min()
        or (center > most * spread).any()
        or spread.max() > _UNLIKE
    )


def _units_off(run: Run) -> bool:
    """Whether a hidden unit of a kind that can die is off at every point."""
    net = run.network
    return any(
        layer.activation == "relu" and bool((z <= 0).all(axis=0).any())
        for layer, z in zip(net.layers[:-1], net.pre_activations(run.data.X), strict=False)
    )


def _sizes(data: Dataset, recipe: Recipe) -> tuple[int, ...]:
    return data.n_features, *recipe.hidden, data.n_classes


def _of_shape(recipe: Recipe, hidden: tuple[int, ...]) -> Recipe:
    """The recipe with other hidden layers; one activation for all that are new."""
    activation = recipe.activation
    if not isinstance(activation, str) and len(activation) != len(hidden):
        activation = activation[0] if activation else "relu"
    return dataclasses.replace(recipe, hidden=hidden, activation=activation)

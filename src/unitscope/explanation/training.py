"""What is measured of a training: where the loss fell or stood still, when accuracy settled."""

from __future__ import annotations

import dataclasses

import numpy as np

from unitscope.errors import TrainingDiverged
from unitscope.explanation.facts import measure, value_of
from unitscope.explanation.measured import Measured
from unitscope.shares import Share, share_told
from unitscope.training.class_weights import class_weights, point_weights
from unitscope.training.curves import penalties
from unitscope.training.run import Run
from unitscope.training.train import train

_STILL = 0.05  # the share of the loss within which it stays on a plateau
_FALLS_ON = 0.8  # a plateau is still, and the loss later falls below this share of its least


@measure
def trained_it(at: Measured) -> bool:
    """Whether the run ends with the network."""
    return np.array_equal(_run(at).network.to_vector(), at.net.to_vector())


@measure
def ends(at: Measured) -> tuple[int, float, float]:
    """The number of epochs, and the first and the last loss."""
    run = _run(at)
    return run.epochs, float(run.loss[0]), float(run.loss[-1])


@measure
def epochs(at: Measured) -> int:
    """How many epochs were trained."""
    return _run(at).epochs


@measure
def planned(at: Measured) -> int:
    """How many epochs the recipe asks for."""
    return _run(at).recipe.epochs


@measure
def diverges(at: Measured) -> bool:
    """Whether the next epoch of the training reaches a loss or weight that is not finite."""
    run = _run(at)
    if np.isfinite(run.state.parameters).all() and np.isfinite(run.state.slots).all():
        recipe = dataclasses.replace(run.recipe, epochs=1)
        try:
            train(run.data, recipe, start=run)
        except TrainingDiverged:
            return True
        return False
    return True


@measure
def standardized(at: Measured) -> bool:
    """Whether the features were standardized for training; False without a run."""
    return at.run is not None and at.run.scaling is not None


@measure
def class_weight(at: Measured) -> tuple[float, ...]:
    """By what the loss of each class's points was multiplied; nothing where by none."""
    run = _run(at)
    weighed = run.recipe.class_weight is not None
    return tuple(class_weights(run.data, run.recipe).tolist()) if weighed else ()


@measure
def final_loss(at: Measured) -> float:
    """The loss over all the run's points after its last step, penalties included."""
    run = _run(at)
    own = run.network.logits(run.data.X)
    own -= own.max(axis=1, keepdims=True)
    surprise = np.log(np.exp(own).sum(axis=1)) - own[np.arange(len(own)), run.data.y]
    # those are penalised that were trained, which are by the standardized points
    weights = point_weights(run.data, run.recipe)
    surprise = surprise if weights is None else surprise * weights
    penalty = penalties(run.architecture, run.state.parameters[None], run.recipe)
    return float(surprise.mean() + penalty[0])


@measure
def fastest(at: Measured) -> tuple[int, float]:
    """The epoch, counted from 1, in which the loss fell most, and by how much."""
    fall = -np.diff(_run(at).loss)
    epoch = int(fall.argmax())
    return epoch + 2, float(fall[epoch])


@measure
def settled(at: Measured) -> tuple[int, int, int]:
    """The epoch from which the accuracy stayed as at the end; how many points right, of how many.

    Of the run's own points.
    """
    run = _run(at)
    other = np.flatnonzero(run.accuracy != run.accuracy[-1])
    since = int(other[-1]) + 2 if len(other) else 1
    return since, round(float(run.accuracy[-1]) * run.data.n_points), run.data.n_points


@measure
def plateaus(at: Measured) -> tuple[tuple[int, int], ...]:
    """First and last epoch of each stretch where the loss stood still and later fell again.

    It stands still where its largest value is within 5% of its least over a tenth of the epochs.
    """
    loss = _run(at).loss
    length = 2 * _width(len(loss)) + 1
    found: list[tuple[int, int]] = []
    if len(loss) < 2 * length:
        return ()
    still = _most(loss, length) <= (1 + _STILL) * -_most(-loss, length)
    for first in np.flatnonzero(still).tolist():
        if found and first <= found[-1][1]:
            continue
        rest = loss[first:]
        inside = np.maximum.accumulate(rest) <= (1 + _STILL) * np.minimum.accumulate(rest)
        last = first + (len(rest) if inside.all() else int(inside.argmin())) - 1
        if loss[last:].min() < _FALLS_ON * loss[first : last + 1].min():
            found.append((first + 1, last + 1))
    return tuple(found)


@measure
def stayed(at: Measured, first: int, last: int) -> tuple[float, float, float]:
    """The least and the largest loss of some epochs, and the least that came after them."""
    loss = _run(at).loss
    some = loss[first - 1 : last]
    return float(some.min()), float(some.max()), float(loss[last:].min())


@measure
def change_between(at: Measured, epoch: int, later: int) -> tuple[int, int, int, int, int]:
    """The unit that changed most between two epochs: layer, unit, class, its points on at each."""
    run = _run(at)
    best = (0, 0, 0, 0, 0)
    before, after = (run.at(number).pre_activations(run.data.X) for number in (epoch, later))
    for layer in range(len(before) - 1):
        for label in range(run.data.n_classes):
            mine = run.data.y == label
            old, new = ((z[layer][mine] > 0).sum(axis=0) for z in (before, after))
            unit = int(np.abs(new - old).argmax())
            change = abs(int(new[unit]) - int(old[unit]))
            if change > abs(best[4] - best[3]):
                best = (layer, unit, label, int(old[unit]), int(new[unit]))
    return best


def around(at: Measured, epoch: int) -> tuple[int, int]:
    """Epochs shortly before and after this one, within the run."""
    epochs = _run(at).epochs
    return max(1, epoch - _width(epochs)), min(epochs, epoch + _width(epochs))


@measure
def trained_size(at: Measured, label: int) -> int:
    """How many points of a class the run was trained on."""
    return int((_run(at).data.y == label).sum())


@measure
def late_fall(at: Measured) -> float:
    """The share of the loss that the last tenth of the epochs took off; negative where it rose."""
    loss = _run(at).loss
    before = loss[-1 - max(1, len(loss) // 10)]
    return float(1.0 - loss[-1] / before) if before else 0.0


@measure
def late_change(at: Measured) -> tuple[int, Share]:
    """The sign and the size of `late_fall`, as told: 1 where the loss fell, -1 where it rose."""
    fall = float(value_of(at, "late_fall"))
    return int(np.sign(fall)), share_told(abs(fall))


def _most(values: np.ndarray, length: int) -> np.ndarray:
    """The largest of each run of so many values: the larger of two halves, again and again."""
    done, found = 1, values
    while done < length:
        step = min(done, length - done)
        found, done = np.maximum(found[:-step], found[step:]), done + step
    return found


def _width(epochs: int) -> int:
    return max(3, epochs // 20)


def _run(at: Measured) -> Run:
    if at.run is None:
        raise ValueError("no run")
    return at.run


@measure
def trained_for(at: Measured) -> int:
    """How many epochs the run trained; a ValueError without a run."""
    if at.run is None:
        raise ValueError("no run")
    return at.run.epochs

"""What is measured of a training: where the loss fell or stood still, when accuracy settled."""

from __future__ import annotations

import numpy as np

from unitscope.explanation.facts import measure
from unitscope.explanation.measured import Measured
from unitscope.training.run import Run

_FLAT = 0.02  # still: the loss falls by less than this share over a twentieth of the epochs
_FALLS_ON = 0.8  # a plateau is still, and the loss later falls below this share of it


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
def planned(at: Measured) -> int:
    """How many epochs the recipe asks for."""
    return _run(at).recipe.epochs


@measure
def fastest(at: Measured) -> tuple[int, float]:
    """The epoch, counted from 1, in which the loss fell most, and by how much."""
    fall = -np.diff(_run(at).loss)
    epoch = int(fall.argmax())
    return epoch + 2, float(fall[epoch])


@measure
def settled(at: Measured) -> tuple[int, int]:
    """The epoch from which the accuracy stayed as it was at the end; how many points were right."""
    run = _run(at)
    other = np.flatnonzero(run.accuracy != run.accuracy[-1])
    since = int(other[-1]) + 2 if len(other) else 1
    return since, round(float(run.accuracy[-1]) * run.data.n_points)


@measure
def plateaus(at: Measured) -> tuple[tuple[int, int], ...]:
    """First and last epoch of each stretch where the loss stood still and later fell again."""
    loss = _run(at).loss
    width = _width(len(loss))
    if len(loss) < 4 * width:
        return ()
    flat = (loss[:-width] - loss[width:]) < _FLAT * np.abs(loss[:-width])
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flat.astype(int), [0]])))
    found = []
    for first, after in edges.reshape(-1, 2).tolist():
        last = after - 1 + width
        if after - first >= width and loss[last:].min() < _FALLS_ON * loss[last]:
            found.append((first + 1, last + 1))
    return tuple(found)


@measure
def change_at(at: Measured, epoch: int) -> tuple[int, int, int, int, int]:
    """The unit that changed most after an epoch: layer, unit, class, its points on then, later."""
    run = _run(at)
    later = min(run.epochs, epoch + 2 * _width(run.epochs))
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


@measure
def late_fall(at: Measured) -> float:
    """The share of the loss that the last tenth of the epochs took off; negative where it rose."""
    loss = _run(at).loss
    before = loss[-1 - max(1, len(loss) // 10)]
    return float(1.0 - loss[-1] / before) if before else 0.0


def _width(epochs: int) -> int:
    return max(3, epochs // 20)


def _run(at: Measured) -> Run:
    if at.run is None:
        raise ValueError("no run")
    return at.run

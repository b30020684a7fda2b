"""What is measured of features, where they are many: what they do to units, classes and points."""

from __future__ import annotations

import numpy as np

from unitscope.explanation.facts import measure
from unitscope.explanation.measured import NOISE, Measured
from unitscope.explanation.story import picture_of
from unitscope.explanation.traces import Place

FEWEST = 3  # features: fewer are a line or a plane, which is told as that
MOST_WORK = 20_000_000  # products of a point, a weight and a feature


def are_told(at: Measured) -> bool:
    """Whether features are told of one by one: not the pixels of pictures, nor too many."""
    work = at.net.n_features * at.n * at.net.n_parameters
    return at.net.n_features >= FEWEST and picture_of(at) is None and work <= MOST_WORK


@measure
def unit_moved(at: Measured, unit: int, most: int) -> tuple[tuple[int, float, float], ...]:
    """The features that move the sum of a unit of the first layer most over the data.

    Each with its standard deviation, and with how much one more of these adds to the sum.
    """
    spread = at.data.X.std(axis=0)
    found = at.strongest(at.net.layers[0].weights[:, unit], at.data.X, most)
    return tuple((i, float(spread[i]), weight * float(spread[i])) for i, weight in found)


@measure
def class_moved(at: Measured, label: int, most: int) -> tuple[tuple[int, float], ...]:
    """The features that move an output most at the points of its class.

    Each with how much larger the output is there, on average, than with the feature at its mean.
    """
    rows = at.data.X[at.data.y == label]
    if not len(rows):
        raise ValueError("no such point")
    now = at.net.logits(rows)[:, label]
    return _strongest(at, [now - at.net.logits(one)[:, label] for one in _at_means(at, rows)], most)


@measure
def point_moved(at: Measured, place: Place, most: int) -> tuple[int, tuple[tuple[int, float], ...]]:
    """The class that comes second at one place, and the features that move the lead over it most.

    Each with how much larger the lead is than with the feature at its mean.
    """
    if at.net.n_classes < 2:
        raise ValueError("one class")
    rows = np.array([place])
    outputs = at.net.logits(rows)[0]
    second, first = np.argsort(outputs, kind="stable")[-2:].tolist()
    apart = [one[:, first] - one[:, second] for one in map(at.net.logits, _at_means(at, rows))]
    return second, _strongest(at, [outputs[first] - outputs[second] - one for one in apart], most)


@measure
def means(at: Measured, *features: int) -> tuple[float, ...]:
    """The means of some features, 0 where they are but rounding."""
    columns = at.data.X[:, list(features)]
    mean = columns.mean(axis=0)
    mean[np.abs(mean) <= NOISE * np.abs(columns).max(axis=0)] = 0.0
    return tuple(mean.tolist())


def _at_means(at: Measured, rows: np.ndarray) -> list[np.ndarray]:
    """The rows (n, d) once for every feature, with that at its mean over the data."""
    found = []
    for feature, mean in enumerate(at.data.X.mean(axis=0)):
        changed = rows.copy()
        changed[:, feature] = mean
        found.append(changed)
    return found


def _strongest(at: Measured, changes: list[np.ndarray], most: int) -> tuple[tuple[int, float], ...]:
    """The features that change most on average, at most so many, and by how much."""
    change = np.array([one.mean() for one in changes])
    order = np.argsort(-np.abs(change), kind="stable")[:most]
    noise = NOISE * float(np.abs(at.logits).max())
    return tuple((int(i), float(change[i])) for i in order if abs(change[i]) > noise)

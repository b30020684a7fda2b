"""What is measured of the whole: right and wrong points, decision regions, one point traced."""

from __future__ import annotations

import numpy as np

from unitscope.explanation.facts import measure
from unitscope.explanation.measured import Measured


@measure
def right(at: Measured) -> tuple[int, int]:
    """How many points are classified right, of how many."""
    return int(at.right.sum()), at.n


@measure
def confusion(at: Measured) -> tuple[tuple[int, int, int], ...]:
    """Class, other class it is taken for, and how many points: most points first."""
    table = np.zeros((at.k, at.k), int)
    np.add.at(table, (at.data.y, at.predicted), 1)
    np.fill_diagonal(table, 0)
    found = [(int(i), int(j), int(table[i, j])) for i, j in np.argwhere(table)]
    return tuple(sorted(found, key=lambda one: (-one[2], one[0], one[1])))


@measure
def mistake(at: Measured, point: int) -> tuple[int, int, float, float]:
    """A point's class, the class it is taken for, and the probabilities of the two."""
    own, taken = int(at.data.y[point]), int(at.predicted[point])
    chances = np.exp(at.log_probabilities[point])
    return own, taken, float(chances[own]), float(chances[taken])


@measure
def territory(at: Measured, label: int) -> tuple[int, float] | None:
    """How many parts of the window a class has, and its share of it; None without regions."""
    part = at.partition
    if part is None:
        return None
    return int(part.components[label]), float(part.share[label])


@measure
def touching(at: Measured) -> tuple[tuple[int, int], ...] | None:
    """The pairs of classes that share some boundary in the window; None without regions."""
    part = at.partition
    if part is None:
        return None
    pairs = np.unique(np.sort(part.boundary.classes, axis=1), axis=0)
    return tuple((int(i), int(j)) for i, j in pairs)


@measure
def nearest_to_boundary(at: Measured, rank: int) -> tuple[int, float, int] | None:
    """Of the right points, the rank-th nearest to the boundary, how near, the class behind it."""
    part = at.partition
    if part is None or not at.right.any():
        return None
    rows = np.flatnonzero(at.right)
    margin = part.margin(at.data.X[rows])
    number = int(np.argsort(margin.distance, kind="stable")[rank])
    distance = float(margin.distance[number])
    if not np.isfinite(distance):
        return None
    return int(rows[number]), distance, int(margin.other_class[number])


@measure
def traced(
    at: Measured, point: tuple[float, ...], layer: int
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Pre-activations and outputs of a layer at one point of input space."""
    current = np.array([point])
    for number, dense in enumerate(at.net.layers):
        z = dense.pre_activation(current)
        current = dense.activate(z)
        if number == layer:
            break
    return tuple(z[0].tolist()), tuple(current[0].tolist())


@measure
def chances(at: Measured, point: tuple[float, ...]) -> tuple[float, ...]:
    """The probabilities at one point of input space."""
    return tuple(at.net.probabilities(np.array([point]))[0].tolist())


@measure
def decided(at: Measured, point: tuple[float, ...]) -> int:
    """The predicted class at one point of input space."""
    return int(at.net.predict(np.array([point]))[0])


@measure
def contributions(at: Measured, point: tuple[float, ...], label: int) -> tuple[float, ...]:
    """What each unit below adds to a logit at one point, and the bias last."""
    below = np.array([point])
    for dense in at.net.layers[:-1]:
        below = dense(below)
    last = at.net.layers[-1]
    return (*(below[0] * last.weights[:, label]).tolist(), float(last.bias[label]))


@measure
def way_out(at: Measured, point: tuple[float, ...]) -> tuple[float, tuple[float, ...], int] | None:
    """How far one point is from the boundary, the nearest place on it, and the class behind it."""
    part = at.partition
    if part is None:
        return None
    margin = part.margin(np.array([point]))
    if not np.isfinite(margin.distance[0]):
        return None
    return float(margin.distance[0]), tuple(margin.nearest[0].tolist()), int(margin.other_class[0])

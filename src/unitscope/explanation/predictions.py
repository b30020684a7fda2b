"""What is measured of the whole: right and wrong points, decision regions, one point traced."""

from __future__ import annotations

import math
import warnings

import numpy as np

from unitscope.explanation.facts import measure, value_of
from unitscope.explanation.measured import BELOW_ONE, NOISE, TINY, Measured
from unitscope.geometry.arrangement import TooManyRegions
from unitscope.geometry.intervals import on_line
from unitscope.networks import Dense, Network
from unitscope.shares import Share, share_told

_MOST_PIECES = 2000  # of a line
_RISING = ("tanh", "sigmoid", "softplus", "elu")  # and bent: larger inputs have larger outputs
_BEYOND = 1.1  # of the way to a mesh's boundary: there is the class behind it


@measure
def right(at: Measured) -> tuple[int, int]:
    """How many points are classified right, of how many."""
    return int(at.right.sum()), at.n


@measure
def largest_class(at: Measured) -> tuple[int, int]:
    """The class with the most points, and how many it has."""
    sizes = value_of(at, "sizes")
    return sizes.index(max(sizes)), max(sizes)


@measure
def on_the_line(at: Measured) -> tuple[float, float, tuple[float, ...], tuple[int, ...]] | None:
    """Of one feature: from where to where points are, where the answer changes, and the answers.

    Places are rounded, to a thousandth of the points' range or less. None where points stand in one
    place, where regions are too many or answers uncertain, and where they can only be sampled.
    """
    low, high = float(at.data.X.min()), float(at.data.X.max())
    if at.net.n_features != 1 or not low < high:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", RuntimeWarning)  # of classes that rounding hides
            part = on_line(_unbent(at.net), (low, high), _MOST_PIECES)
    except (TooManyRegions, RuntimeWarning):
        return None
    middles = part.cells.mean(axis=1)
    outputs = np.sort(at.net.logits(middles[:, None]), axis=1)
    ahead = outputs[:, -1] - outputs[:, -2] if at.net.n_classes > 1 else np.ones(len(middles))
    clear = ahead > NOISE * np.abs(outputs).max(axis=1)
    if not part.exact or not clear.all() or (at.net.predict(middles[:, None]) != part.labels).any():
        return None
    step = math.floor(math.log10(high - low)) - 3
    ends = [round(place, -step) + 0.0 for place in (low, high, *part.boundary.tolist())]
    return ends[0], ends[1], tuple(ends[2:]), tuple(part.labels.tolist())


def _unbent(net: Network) -> Network:
    """The network without a function of its outputs that leaves their order as it is."""
    last = net.layers[-1]
    if last.activation not in _RISING:
        return net
    return Network([*net.layers[:-1], Dense(last.weights, last.bias)])


@measure
def taken(at: Measured, own: int, other: int) -> int:
    """How many points of a class are taken for another."""
    return int(((at.data.y == own) & (at.predicted == other)).sum())


@measure
def confusion(at: Measured) -> tuple[tuple[int, int, int], ...]:
    """Class, other class it is taken for, and how many points: most points first."""
    table = np.zeros((at.k, at.k), int)
    np.add.at(table, (at.data.y, at.predicted), 1)
    np.fill_diagonal(table, 0)
    found = [(int(i), int(j), int(table[i, j])) for i, j in np.argwhere(table)]
    return tuple(sorted(found, key=lambda one: (-one[2], one[0], one[1])))


@measure
def mistake(at: Measured, point: int) -> tuple[int, int, Share, Share]:
    """A point's class, the class it is taken for, and the probabilities of the two, as told.

    Neither is ever all or nothing, though a float may say so.
    """
    own, taken = int(at.data.y[point]), int(at.predicted[point])
    chances = np.clip(np.exp(at.log_probabilities[point]), TINY, BELOW_ONE)
    mine, theirs = (share_told(float(chances[label])) for label in (own, taken))
    return own, taken, mine, theirs


@measure
def lost_by(at: Measured, point: int) -> float:
    """How far the largest output at a point is above that of its class."""
    return float(at.logits[point].max() - at.logits[point, at.data.y[point]])


@measure
def answer(at: Measured, point: int) -> int:
    """The class that a point of the data is given."""
    return int(at.predicted[point])


@measure
def tied(at: Measured, point: int) -> tuple[int, ...]:
    """The classes whose outputs are the largest at a point, several where they tie."""
    row = at.logits[point]
    return tuple(np.flatnonzero(row >= row.max() - at.noise).tolist())


@measure
def mistaken_alike(at: Measured, points: tuple[int, ...], count: int) -> bool:
    """Whether these wrong points are told in the same words, and so many are in all, or more."""
    found = value_of(at, "wrong_alike", points[0])
    return set(points) <= set(found) and len(found) >= count


@measure
def wrong_alike(at: Measured, point: int) -> tuple[int, ...]:
    """The wrong points told in the same words as this one, itself among them.

    They have its class, its answer and, to three digits, its probabilities of the two; where these
    are the same, its outputs tie, of the same classes, or are as far apart, to three digits.
    """
    own, taken = at.data.y[point], at.predicted[point]
    some = np.flatnonzero((at.data.y == own) & (at.predicted == taken) & ~at.right)
    chances = _three_digits(np.exp(at.log_probabilities[some][:, [own, taken]]))
    here = int(np.flatnonzero(some == point)[0])
    alike = (chances == chances[here]).all(axis=1)
    rows = at.logits[some]
    ties = rows >= rows.max(axis=1, keepdims=True) - at.noise
    if ties[here, own]:
        alike = (ties == ties[here]).all(axis=1)
    elif chances[here, 0] == chances[here, 1]:
        lost = _to_three_digits(rows.max(axis=1) - rows[:, own])
        alike &= ~ties[:, own] & (lost == lost[here])
    return tuple(some[alike].tolist())


@measure
def territory(at: Measured, label: int) -> tuple[int, Share] | None:
    """How many parts of the window a class has, and its share of it; None without regions."""
    part = at.partition
    if part is None:
        return None
    if not np.delete(part.components, label).any():
        return int(part.components[label]), 1.0
    share = share_told(float(part.share[label]), 3 if part.exact else 2)
    return int(part.components[label]), share


@measure
def neighbours(at: Measured, label: int) -> tuple[int, ...] | None:
    """The classes that share some boundary with this one in the window; None without regions."""
    pairs = value_of(at, "touching")
    return None if pairs is None else tuple(i + j - label for i, j in pairs if label in (i, j))


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
    point, behind = int(rows[number]), int(margin.other_class[number])
    distance, nearest = float(margin.distance[number]), margin.nearest[number]
    if not _is_behind(at, at.data.X[point], nearest, behind):
        return None
    return point, _far(at, distance), behind


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
def chances(at: Measured, point: tuple[float, ...]) -> tuple[Share, ...]:
    """The probabilities at one point of input space, as they are told."""
    found = at.net.probabilities(np.array([point]))[0]
    if len(found) > 1:
        found = np.clip(found, TINY, BELOW_ONE)  # beside others, none is all or nothing
    return tuple(share_told(float(share)) for share in found)


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
    behind = int(margin.other_class[0])
    if not _is_behind(at, np.array(point), margin.nearest[0], behind):
        return None
    return _far(at, float(margin.distance[0])), tuple(margin.nearest[0].tolist()), behind


def _is_behind(at: Measured, point: np.ndarray, nearest: np.ndarray, behind: int) -> bool:
    """Whether there is a boundary, and where it is of a mesh, the class is just behind it."""
    if at.partition is None or not np.isfinite(nearest).all():
        return False
    beyond = point + _BEYOND * (nearest - point)
    return at.partition.exact or bool(at.net.predict(beyond[None])[0] == behind)


def _three_digits(shares: np.ndarray) -> np.ndarray:
    """Shares as they are told, over 0.999 and under 0.001 as one number each."""
    told = np.clip(shares, 1e-4, 1.0)
    told[told > 0.999] = 1.0
    told[told < 0.001] = 1e-4
    return _to_three_digits(told)


def _to_three_digits(values: np.ndarray) -> np.ndarray:
    """Positive numbers, rounded as they are printed."""
    scale = 10.0 ** (2 - np.floor(np.log10(np.maximum(values, 1e-290))))
    return np.asarray(np.round(values * scale) / scale)


def _far(at: Measured, distance: float) -> float:
    """A distance from the boundary; 0 where only rounding keeps a point off it."""
    return distance if distance > NOISE * float(np.abs(at.data.X).max()) else 0.0

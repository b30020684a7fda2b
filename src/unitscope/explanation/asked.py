"""What is measured of a model that is asked point by point: its answers, and nothing in between.

Every measure is told how many points are asked (`count`, a sample of each class's share where the
model is slow), so that it asks the same ones again.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from unitscope.data.dataset import Dataset
from unitscope.data.parts import sample
from unitscope.explanation.facts import MEASURES, Fact, measure
from unitscope.geometry.intervals import on_line, places_on
from unitscope.geometry.polygons import components
from unitscope.geometry.window import Window, padded
from unitscope.models.sampled import SampledClassifier
from unitscope.shares import Share, share_told

SHUFFLES = 5
PLACES = 65  # of one feature, over the points' range
_HALVINGS = 24
_PAIRS = 16  # of the nearest points with different answers, between which the way is halved
_MOST_PAIRED = 2000  # points
_SAME = 1e-9  # probabilities


class Answers(NamedTuple):
    """What the model answers to some of the points.

    - `rows` (m,): their numbers; `predicted` (m,), `right` (m,): the class given, and whether it is
      the point's own.
    """

    rows: np.ndarray
    predicted: np.ndarray
    right: np.ndarray


class Asked:
    """A model that is asked, and its data; `known` is what was measured already."""

    def __init__(self, net: SampledClassifier, data: Dataset, window: Window | None = None) -> None:
        self.net, self.data, self.window = net, data, window
        self.known: dict[tuple[Any, ...], Any] = {}
        self._answers: dict[int, Answers] = {}
        self._chances: dict[int, np.ndarray] = {}

    def answers(self, count: int) -> Answers:
        """What it answers to so many points."""
        if count not in self._answers:
            rows = sample(self.data.y, count)
            predicted = self.net.predict(self.data.X[rows])
            self._answers[count] = Answers(rows, predicted, predicted == self.data.y[rows])
        return self._answers[count]

    def chances(self, count: int) -> np.ndarray:
        """Its probabilities at so many points, (count, K)."""
        if not self.net.probable:
            raise ValueError("the model has no probabilities")
        if count not in self._chances:
            rows = self.answers(count).rows
            self._chances[count] = self.net.probabilities(self.data.X[rows])
        return self._chances[count]


@lru_cache(maxsize=4)
def asked(net: SampledClassifier, data: Dataset, window: Window | None) -> Asked:
    """The same object for the same model and data."""
    return Asked(net, data, window)


@measure
def answered(at: Asked, count: int) -> tuple[int, int]:
    """How many points are asked, and how many there are."""
    return len(at.answers(count).rows), at.data.n_points


@measure
def answered_right(at: Asked, count: int) -> tuple[int, int]:
    """How many of the points asked are given their own class."""
    found = at.answers(count)
    return int(found.right.sum()), len(found.right)


@measure
def largest_asked(at: Asked, count: int) -> tuple[int, int]:
    """The class with most of the points asked, and how many it has."""
    sizes = np.bincount(at.data.y[at.answers(count).rows], minlength=at.net.n_classes)
    return int(sizes.argmax()), int(sizes.max())


@measure
def mistaken(at: Asked, count: int) -> tuple[tuple[int, int, int, int], ...]:
    """Class, the class it is taken for, how many points asked, of how many: most first."""
    found, k = at.answers(count), at.net.n_classes
    table = np.zeros((k, k), int)
    own = at.data.y[found.rows]
    np.add.at(table, (own, found.predicted), 1)
    sizes = table.sum(axis=1)
    np.fill_diagonal(table, 0)
    pairs = [(i, j, int(table[i, j]), int(sizes[i])) for i, j in np.argwhere(table).tolist()]
    return tuple(sorted(pairs, key=lambda one: (-one[2], one[0], one[1])))


@measure
def mistakes_of(at: Asked, count: int, own: int, other: int) -> tuple[int, ...]:
    """The numbers of the points asked of a class that are taken for another."""
    found = at.answers(count)
    return tuple(found.rows[(at.data.y[found.rows] == own) & (found.predicted == other)].tolist())


@measure
def answers_apart(at: Asked, count: int) -> int:
    """At how many points asked the answer is not the most probable class."""
    chances = at.chances(count)
    given = chances[np.arange(len(chances)), at.answers(count).predicted]
    return int((given < chances.max(axis=1) - _SAME).sum())


@measure
def nearest_tie(at: Asked, count: int) -> tuple[int, int, Share, int, Share, int]:
    """The point whose two largest probabilities are nearest to each other; at how many it is so.

    The point, the two classes with their probabilities as told, and the number of such points.
    """
    chances = at.chances(count)
    order = np.argsort(-chances, axis=1, kind="stable")[:, :2]
    ways = np.take_along_axis(chances, order, axis=1)
    ahead = ways[:, 0] - ways[:, 1]
    number = int(ahead.argmin())
    first, second = order[number].tolist()
    one, two = (share_told(float(share)) for share in ways[number])
    alike = int((ahead <= ahead[number] + _SAME).sum())
    return int(at.answers(count).rows[number]), first, one, second, two, alike


@measure
def falls(at: Asked, count: int, feature: int, times: int) -> float:
    """By how much the share of right points falls where a feature's values are shuffled.

    On average of so many shuffles among the points asked, each with a seed of its own.
    """
    found = at.answers(count)
    points, own = at.data.X[found.rows], at.data.y[found.rows]
    right = []
    for number in range(times):
        order = np.random.default_rng((feature, number)).permutation(len(points))
        changed = points.copy()
        changed[:, feature] = points[order, feature]
        right.append(np.mean(at.net.predict(changed) == own))
    return float(found.right.mean() - np.mean(right))


@measure
def nearest_change(at: Asked, count: int) -> tuple[int, float, int] | None:
    """The right point nearest to another answer that was found, how near, and that answer.

    The straight ways from right points to the nearest ones with other answers are halved, the 16
    shortest; None where all points asked have one answer.
    """
    found = at.answers(count)
    some = np.arange(len(found.rows))[:: -(-len(found.rows) // _MOST_PAIRED)]
    points, given = at.data.X[found.rows[some]], found.predicted[some]
    start = np.flatnonzero(found.right[some])
    if not len(start) or len(np.unique(given)) < 2:
        return None
    ends, away = _nearest_others(points, given, start)
    chosen = np.argsort(away, kind="stable")[:_PAIRS]
    chosen = chosen[np.isfinite(away[chosen])]
    near, far = points[start[chosen]], points[ends[chosen]]
    reach, answers = _halved(at.net, near, far)
    length = np.linalg.norm(reach - near, axis=1)
    best = int(length.argmin())
    number = int(found.rows[some[start[chosen[best]]]])
    return number, float(length[best]), int(answers[best])


@measure
def other_near(at: Asked, count: int, point: int) -> tuple[float, int] | None:
    """How far one point is from another answer, at most, and which: to the 16 nearest points."""
    found = at.answers(count)
    place = at.data.X[[point]]
    given = at.net.predict(place)
    others = at.data.X[found.rows[found.predicted != given[0]]]
    if not len(others):
        return None
    away = np.linalg.norm(others - place, axis=1)
    far = others[np.argsort(away, kind="stable")[:_PAIRS]]
    reach, answers = _halved(at.net, np.repeat(place, len(far), axis=0), far)
    length = np.linalg.norm(reach - place, axis=1)
    return float(length.min()), int(answers[length.argmin()])


@measure
def answer_to(at: Asked, point: int) -> int:
    """The class that one point is given."""
    return int(at.net.predict(at.data.X[[point]])[0])


@measure
def own_class(at: Asked, point: int) -> int:
    """The class of one point."""
    return int(at.data.y[point])


@measure
def chances_of(at: Asked, point: int) -> tuple[Share, ...]:
    """The probabilities at one point, as told."""
    return tuple(share_told(float(share)) for share in at.net.probabilities(at.data.X[[point]])[0])


@measure
def changed_by(at: Asked, point: int, feature: int) -> tuple[float, float, int] | None:
    """The value of one feature nearest to a point's own at which another answer was found.

    The point's own value, that one, and the answer there; 65 places over the points' range are
    asked, and then the way between two of them is halved. None where all have the point's answer.
    """
    low, high = float(at.data.X[:, feature].min()), float(at.data.X[:, feature].max())
    rows = np.repeat(at.data.X[[point]], PLACES, axis=0)
    rows[:, feature] = np.linspace(low, high, PLACES)
    own, given = at.data.X[point, feature], int(at.net.predict(at.data.X[[point]])[0])
    other = np.flatnonzero(at.net.predict(rows) != given)
    if not len(other):
        return None
    far = rows[other[np.abs(rows[other, feature] - own).argmin()]][None]
    reach, answers = _halved(at.net, at.data.X[[point]], far)
    return float(own), float(reach[0, feature]), int(answers[0])


@measure
def seen_of(at: Asked, side: int) -> tuple[tuple[int, int], ...]:
    """Of a window of two features, asked at side x side places: for each class how many, in parts.

    A part are places that have neighbours of the class to the left, right, above or below.
    """
    window = at.window or padded(at.data.X)
    xs, ys = (np.linspace(low, high, side) for low, high in window)
    given = at.net.predict(np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2))
    grid, number = given.reshape(side, side), np.arange(side * side).reshape(side, side)
    level, upright = grid[:, 1:] == grid[:, :-1], grid[1:] == grid[:-1]
    one = np.concatenate([number[:, :-1][level], number[:-1][upright]])
    other = np.concatenate([number[:, 1:][level], number[1:][upright]])
    _, part = components(side * side, one, other)
    return tuple(
        (int((given == label).sum()), len(np.unique(part[given == label])))
        for label in range(at.net.n_classes)
    )


@measure
def along_the_line(at: Asked) -> tuple[float, float, tuple[float, ...], tuple[int, ...], int]:
    """Of one feature: the window, where the answer changes in it, the answers, how many places."""
    low, high = (at.window or padded(at.data.X))[0]
    found = on_line(at.net, (low, high))
    places = places_on(at.net, (low, high))
    return low, high, tuple(found.boundary.tolist()), tuple(found.labels.tolist()), places


_OF_ANSWERS = frozenset(name for name, one in MEASURES.items() if one.__module__ == __name__)


def are_of_answers(facts: Iterable[Fact]) -> bool:
    """Whether these facts are of a model that is asked, and not of a network's layers."""
    return all(fact.name in _OF_ANSWERS for fact in facts)


def _nearest_others(
    points: np.ndarray, given: np.ndarray, start: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """For each of the points `start` the nearest one with another answer, and how far it is."""
    ends, away = np.zeros(len(start), np.intp), np.full(len(start), np.inf)
    for number, point in enumerate(start.tolist()):
        square = ((points - points[point]) ** 2).sum(axis=1)
        square[given == given[point]] = np.inf
        ends[number] = square.argmin()
        away[number] = square[ends[number]] ** 0.5
    return ends, away


def _halved(
    net: SampledClassifier, near: np.ndarray, far: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Places towards `far` (m, d) that have another answer than `near`, halved; their answers."""
    first, answers = net.predict(near), net.predict(far)
    for _ in range(_HALVINGS):
        middle = (near + far) / 2
        here = net.predict(middle)
        same = here == first
        near, far = np.where(same[:, None], middle, near), np.where(same[:, None], far, middle)
        answers = np.where(same, answers, here)
    return far, answers

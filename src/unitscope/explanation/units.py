"""What is measured of hidden units: where they are on, what they separate, who needs them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from unitscope.explanation.facts import measure, printed, value_of
from unitscope.explanation.measured import NOISE, Measured
from unitscope.shares import Share, share_told

_SAME_DIRECTION = 1.0 - 1e-9  # the cosine of the angle between parallel weights
_SATURATED = 0.01  # this near an end of its range


@measure
def sizes(at: Measured) -> tuple[int, ...]:
    """How many points each class has, (K,)."""
    return at.per_class(np.ones(at.n, bool))


@measure
def size(at: Measured, label: int) -> int:
    """How many points a class has."""
    return int((at.data.y == label).sum())


@measure
def points(at: Measured) -> int:
    """How many points there are."""
    return at.n


@measure
def shape(at: Measured) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Units of every layer, inputs first, and the activation of every layer."""
    return at.net.sizes, tuple(layer.activation for layer in at.net.layers)


@measure
def on(at: Measured, layer: int, unit: int) -> tuple[int, ...]:
    """At how many points of each class the pre-activation is positive, (K,)."""
    return at.per_class(at.z[layer][:, unit] > 0)


@measure
def on_at(at: Measured, layer: int, unit: int) -> int:
    """At how many points the pre-activation is positive."""
    return int((at.z[layer][:, unit] > 0).sum())


@measure
def line(at: Measured, unit: int) -> tuple[float, ...]:
    """Weights and bias of a unit of the first layer."""
    return (*at.net.layers[0].weights[:, unit].tolist(), float(at.net.layers[0].bias[unit]))


@measure
def largest(at: Measured, layer: int, unit: int) -> tuple[float, int, int]:
    """The largest output over the data, the point where it is, and that point's class."""
    values = at.a[layer][:, unit]
    point = int(values.argmax())
    return float(values[point]), point, int(at.data.y[point])


@measure
def at_most(at: Measured, layer: int, unit: int) -> int:
    """At how many points the output is its largest over the data, but for rounding."""
    values = at.a[layer][:, unit]
    return int((values >= values.max() - NOISE * np.abs(values).max()).sum())


@measure
def share_on(at: Measured, layer: int, unit: int) -> Share | None:
    """The share of the window where a unit is on; None where regions are not exact."""
    part = at.partition
    if part is None or not part.exact:
        return None
    column = sum(before.units for before in at.net.layers[:layer]) + unit
    regions = part.regions
    on = regions.pattern[:, column]
    if on.all():
        return 1.0
    return share_told(float(regions.area[on].sum() / regions.area.sum()))


@measure
def twin(at: Measured, layer: int, unit: int) -> int:
    """The first earlier unit that is on at the same points, some but not all; -1 for none."""
    turned = at.z[layer] > 0
    mine = turned[:, unit]
    if mine.all() or not mine.any():
        return -1
    same = np.flatnonzero((turned[:, :unit] == mine[:, None]).all(axis=0))
    return int(same[0]) if len(same) else -1


@measure
def together(at: Measured, layer: int, unit: int, other: int) -> bool:
    """Whether two units are on at the same points, some but not all."""
    mine, theirs = (at.z[layer][:, number] > 0 for number in (unit, other))
    return bool((mine == theirs).all() and 0 < mine.sum() < at.n)


@measure
def multiple(at: Measured, layer: int, unit: int, other: int) -> bool:
    """Whether the unit's weights and bias are a positive multiple of the other's."""
    dense = at.net.layers[layer]
    one, two = (np.append(dense.weights[:, n], dense.bias[n]) for n in (unit, other))
    lengths = float(np.linalg.norm(one) * np.linalg.norm(two))
    return lengths > 0 and float(one @ two) >= _SAME_DIRECTION * lengths


@measure
def parallel(at: Measured, layer: int, unit: int) -> int:
    """The first earlier unit whose weights and bias are a positive multiple of its own, or -1."""
    dense = at.net.layers[layer]
    rows = np.vstack([dense.weights, dense.bias])
    length = np.linalg.norm(rows, axis=0)
    if not length[unit]:
        return -1
    before = length[:unit]
    products = rows[:, :unit].T @ rows[:, unit]
    same = np.flatnonzero((before > 0) & (products >= _SAME_DIRECTION * before * length[unit]))
    return int(same[0]) if len(same) else -1


@measure
def removed(at: Measured, layer: int, unit: int) -> tuple[int, int]:
    """If the unit gave 0 everywhere: how many predictions change, how many points are right."""
    predicted = at.without(layer, unit).argmax(axis=1)
    return int((predicted != at.predicted).sum()), int((predicted == at.data.y).sum())


@measure
def changed_without(at: Measured, layer: int, unit: int) -> int:
    """How many predictions change if the unit gives 0 everywhere."""
    return int(value_of(at, "removed", layer, unit)[0])


@measure
def idle(at: Measured, layer: int) -> tuple[int, ...]:
    """The units each of which may give 0 everywhere without a change of any prediction."""
    every = range(at.net.layers[layer].units)
    return tuple(unit for unit in every if not value_of(at, "changed_without", layer, unit))


@measure
def each_idle(at: Measured, layer: int, units: tuple[int, ...]) -> bool:
    """Whether each of these units may give 0 everywhere without a change of any prediction."""
    return not any(value_of(at, "changed_without", layer, unit) for unit in units)


@measure
def changed_without_all(at: Measured, layer: int, units: tuple[int, ...]) -> int:
    """How many predictions change if all these units give 0 everywhere at once."""
    predicted = at.without(layer, *units).argmax(axis=1)
    return int((predicted != at.predicted).sum())


@measure
def changed_without_idle(at: Measured, layer: int) -> tuple[int, int]:
    """How many units of a layer are idle, and how many predictions change without all of them."""
    units = value_of(at, "idle", layer)
    return len(units), value_of(at, "changed_without_all", layer, units)


@measure
def saturated(at: Measured, layer: int, unit: int) -> int:
    """At how many points a tanh or sigmoid unit is within 0.01 of an end of its range."""
    low = {"tanh": -1.0, "sigmoid": 0.0}[at.net.layers[layer].activation]
    values = at.a[layer][:, unit]
    return int(((values <= low + _SATURATED) | (values >= 1.0 - _SATURATED)).sum())


@measure
def census(at: Measured, layer: int) -> tuple[int, int]:
    """Of a hidden layer's units: how many are on nowhere on the data, how many everywhere."""
    turned = at.z[:-1][layer] > 0
    return int((~turned.any(axis=0)).sum()), int(turned.all(axis=0).sum())


@measure
def patterns(at: Measured, layer: int, label: int) -> tuple[tuple[tuple[int, ...], int], ...]:
    """Which units of a layer are on together at how many points of a class: most points first."""
    turned = at.z[layer][at.data.y == label] > 0
    if not len(turned):
        return ()
    rows, counts = np.unique(turned, axis=0, return_counts=True)
    found = [
        (tuple(np.flatnonzero(row).tolist()), int(count))
        for row, count in zip(rows, counts, strict=True)
    ]
    return tuple(sorted(found, key=lambda one: (-one[1], one[0])))


@measure
def commonest(at: Measured, layer: int) -> tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]:
    """Patterns that are the most common one of several classes, and those classes."""
    by_pattern: dict[tuple[int, ...], list[int]] = {}
    for label in range(at.data.n_classes):
        found = value_of(at, "patterns", layer, label)
        if found:
            by_pattern.setdefault(found[0][0], []).append(label)
    shared = {pattern: labels for pattern, labels in by_pattern.items() if len(labels) > 1}
    return tuple(sorted((pattern, tuple(labels)) for pattern, labels in shared.items()))


@measure
def patterns_of(
    at: Measured, layer: int, label: int, most: int
) -> tuple[tuple[tuple[tuple[int, ...], int], ...], int]:
    """A class's commonest patterns, `most` of them, and how many others it has."""
    found = value_of(at, "patterns", layer, label)
    return found[:most], len(found[most:])


@measure
def commonest_of(at: Measured, layer: int, pattern: tuple[int, ...], label: int) -> bool:
    """Whether a class has no commoner pattern."""
    counts = dict(value_of(at, "patterns", layer, label))
    return counts.get(pattern, 0) == max(counts.values(), default=-1)


@measure
def alike(
    at: Measured, layer: int, pattern: tuple[int, ...], labels: tuple[int, ...]
) -> tuple[int, int, int]:
    """The points of some classes with a pattern: how many, how many right, their one answer.

    The answer is -1 where they get several.
    """
    on = np.isin(np.arange(at.net.layers[layer].units), pattern)
    these = ((at.z[layer] > 0) == on).all(axis=1) & np.isin(at.data.y, labels)
    return int(these.sum()), int(at.right[these].sum()), _one_of(at.predicted[these])


@measure
def fullest(at: Measured, layer: int) -> tuple[tuple[tuple[float, ...], tuple[int, ...]], ...]:
    """Up to three places of a layer's space where different points land; how many of each class."""
    return tuple((place, counts) for place, counts, _ in _gatherings(at, layer, 3))


@measure
def gathered(
    at: Measured, layer: int, where: tuple[str, ...], counts: tuple[tuple[int, int], ...]
) -> int:
    """The one answer that points of these classes and counts get where they share a place.

    `where` are its coordinates as printed, "0" alone for all of them, or nothing for any place.
    -1 where rounding gives them several; a ValueError where there is no such place.
    """
    for place, sizes, answer in _gatherings(at, layer, at.n):
        here = tuple((label, size) for label, size in enumerate(sizes) if size)
        there = tuple(printed(value) for value in place)
        if here == counts and (not where or there == where or set(there) == set(where) == {"0"}):
            return answer
    raise ValueError("no such place")


def _gatherings(
    at: Measured, layer: int, most: int
) -> Iterator[tuple[tuple[float, ...], tuple[int, ...], int]]:
    """Places where different points land, most points first: how many of each class, the answer."""
    place = at.place(layer)
    counts = np.bincount(place)
    found = 0
    for number in np.argsort(-counts, kind="stable").tolist():
        if found == most or counts[number] < 2:
            return
        here = place == number
        if (at.data.X[here] != at.data.X[here][0]).any():
            found += 1
            where = at.a[layer][here][0] + 0.0
            yield tuple(where.tolist()), at.per_class(here), _one_of(at.predicted[here])


def _one_of(answers: np.ndarray) -> int:
    """The class that all have; -1 where they differ."""
    return int(answers[0]) if len(answers) and (answers == answers[0]).all() else -1


@measure
def activation_of(at: Measured, layer: int, unit: int) -> str:
    """The activation of a hidden unit; an IndexError where there is no such unit."""
    dense = at.net.layers[:-1][layer]
    return ([dense.activation] * dense.units)[unit]


@measure
def has_off(at: Measured, layer: int, unit: int) -> bool:
    """Whether it is a hidden unit that is off, 0, where its pre-activation is not positive."""
    return bool(value_of(at, "activation_of", layer, unit) == "relu")


@measure
def width(at: Measured, layer: int) -> int:
    """How many units a hidden layer has."""
    return at.net.layers[:-1][layer].units


@measure
def hidden_layers(at: Measured) -> int:
    """How many hidden layers there are."""
    return at.hidden


@measure
def class_of(at: Measured, point: int) -> int:
    """The class of a point."""
    return int(at.data.y[point])

"""What is measured of hidden units: where they are on, what they separate, who needs them."""

from __future__ import annotations

import numpy as np

from unitscope.explanation.facts import measure, value_of
from unitscope.explanation.measured import Measured

_SAME_DIRECTION = 1.0 - 1e-9  # the cosine of the angle between parallel weights
_SATURATED = 0.01  # this near an end of its range


@measure
def sizes(at: Measured) -> tuple[int, ...]:
    """How many points each class has, (K,)."""
    return at.per_class(np.ones(at.n, bool))


@measure
def shape(at: Measured) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Units of every layer, inputs first, and the activation of every layer."""
    return at.net.sizes, tuple(layer.activation for layer in at.net.layers)


@measure
def on(at: Measured, layer: int, unit: int) -> tuple[int, ...]:
    """At how many points of each class the pre-activation is positive, (K,)."""
    return at.per_class(at.z[layer][:, unit] > 0)


@measure
def line(at: Measured, unit: int) -> tuple[float, ...]:
    """Weights and bias of a unit of the first layer."""
    return (*at.net.layers[0].weights[:, unit].tolist(), float(at.net.layers[0].bias[unit]))


@measure
def strongest_inputs(at: Measured, unit: int, most: int) -> tuple[tuple[int, float], ...]:
    """The inputs that move a unit of the first layer most over the data, and their weights."""
    return at.strongest(at.net.layers[0].weights[:, unit], at.data.X, most)


@measure
def largest(at: Measured, layer: int, unit: int) -> tuple[float, int, int]:
    """The largest output over the data, the point where it is, and that point's class."""
    values = at.a[layer][:, unit]
    point = int(values.argmax())
    return float(values[point]), point, int(at.data.y[point])


@measure
def share_on(at: Measured, layer: int, unit: int) -> float | None:
    """The share of the window where a unit is on; None where regions are not exact."""
    part = at.partition
    if part is None or not part.exact:
        return None
    column = sum(before.units for before in at.net.layers[:layer]) + unit
    regions = part.regions
    return float(regions.area[regions.pattern[:, column]].sum() / regions.area.sum())


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
def saturated(at: Measured, layer: int, unit: int) -> int:
    """At how many points a tanh or sigmoid unit is within 0.01 of an end of its range."""
    values = at.a[layer][:, unit]
    low = -1.0 if at.net.layers[layer].activation == "tanh" else 0.0
    return int(((values <= low + _SATURATED) | (values >= 1.0 - _SATURATED)).sum())


@measure
def census(at: Measured, layer: int) -> tuple[int, int, int, int]:
    """A layer's units: all, those on nowhere on the data, those on everywhere, those not needed."""
    turned = at.z[layer] > 0
    units = turned.shape[1]
    nowhere, everywhere = ~turned.any(axis=0), turned.all(axis=0)
    idle = sum(value_of(at, "removed", layer, unit)[0] == 0 for unit in range(units))
    return units, int(nowhere.sum()), int(everywhere.sum()), idle


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
def fullest(at: Measured, layer: int) -> tuple[tuple[tuple[float, ...], tuple[int, ...]], ...]:
    """Up to three places of a layer's space where different points land; how many of each class."""
    outputs = at.a[layer] + 0.0  # -0.0 and 0.0 are one place
    rows, place, counts = np.unique(outputs, axis=0, return_inverse=True, return_counts=True)
    place = place.ravel()
    found: list[tuple[tuple[float, ...], tuple[int, ...]]] = []
    for number in np.argsort(-counts, kind="stable").tolist():
        here = place == number
        if len(found) == 3 or counts[number] < 2:
            break
        if len(np.unique(at.data.X[here], axis=0)) > 1:
            found.append((tuple(rows[number].tolist()), at.per_class(here)))
    return tuple(found)


@measure
def activation_of(at: Measured, layer: int, unit: int) -> str:
    """The activation of a unit; an IndexError where there is no such unit."""
    dense = at.net.layers[layer]
    return ([dense.activation] * dense.units)[unit]


@measure
def class_of(at: Measured, point: int) -> int:
    """The class of a point."""
    return int(at.data.y[point])

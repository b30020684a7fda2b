"""What is measured for the story: sides of lines, codes, where outputs are large, close calls."""

from __future__ import annotations

import numpy as np

from unitscope.data.pixels import image_shape
from unitscope.explanation.facts import measure, value_of
from unitscope.explanation.measured import Measured

MOSTLY = 0.75  # of a class's points, that a unit must have on one side for the class to be there
_NOISE = 1e-9  # of the largest value: less is rounding


@measure
def only_answer(at: Measured) -> int:
    """The class that every point is given, or -1."""
    return int(at.predicted[0]) if (at.predicted == at.predicted[0]).all() else -1


@measure
def with_a_line(at: Measured) -> int:
    """How many units of the first layer are not the same all over the data's range."""
    return sum(value_of(at, "leaning", unit)[1] != 0 for unit in range(at.net.layers[0].units))


@measure
def widths(at: Measured, layer: int) -> tuple[int, int]:
    """How many numbers a layer reads, and how many it makes."""
    dense = at.net.layers[layer]
    return dense.inputs, dense.units


@measure
def last_is_linear(at: Measured) -> bool:
    """Whether the outputs are weighted sums of what the last layer reads."""
    return at.net.layers[-1].activation == "linear"


@measure
def leaning(at: Measured, unit: int) -> tuple[int, int]:
    """The input across which a unit of the first layer changes most, and the sign of its weight.

    (-1, 0) for a unit that reads nothing.
    """
    weights = at.net.layers[0].weights[:, unit]
    return steepest(weights, at.data.X)


def steepest(weights: np.ndarray, X: np.ndarray) -> tuple[int, int]:
    """The input that moves a weighted sum most over the range of X (n, d), and its sign."""
    change = np.abs(weights) * np.ptp(X, axis=0)
    axis = int(change.argmax())
    return (axis, int(np.sign(weights[axis]))) if change[axis] > 0 else (-1, 0)


@measure
def threshold(at: Measured, unit: int) -> tuple[float, int]:
    """Of a unit with one input: where its pre-activation is 0, and the sign of its weight."""
    first = at.net.layers[0]
    weight = float(first.weights[0, unit])
    if at.net.n_features != 1 or not weight:
        raise ValueError("no threshold")
    return -float(first.bias[unit]) / weight, int(np.sign(weight))


@measure
def moved_by(at: Measured, unit: int, most: int) -> tuple[tuple[int, int], ...]:
    """The inputs that move a unit of the first layer most over the data, and their signs."""
    moving = at.strongest(at.net.layers[0].weights[:, unit], at.data.X, most)
    return tuple((number, 1 if weight > 0 else -1) for number, weight in moving)


@measure
def output_moved_by(at: Measured, label: int, most: int) -> tuple[tuple[int, int], ...]:
    """The inputs of the last layer that move an output most over the data, and their signs."""
    below = at.a[-2] if at.hidden else at.data.X
    moving = at.strongest(at.net.layers[-1].weights[:, label], below, most)
    return tuple((number, 1 if weight > 0 else -1) for number, weight in moving)


@measure
def moving(at: Measured) -> int:
    """How many features are not constant over the data."""
    spread = at.data.X.std(axis=0)
    return int((spread > _NOISE * np.abs(at.data.X).max(axis=0)).sum())


@measure
def roles(at: Measured, layer: int) -> tuple[tuple[int, ...], ...]:
    """For every unit of a layer and every class: 1 mostly on, -1 mostly off, 0 cut through."""
    sizes = np.bincount(at.data.y, minlength=at.k)
    own = np.eye(at.k)[at.data.y]  # (n, K)
    on = ((at.z[layer] > 0).T @ own).round()  # (units, K)
    found = np.where(on >= MOSTLY * sizes, 1, np.where(on <= (1 - MOSTLY) * sizes, -1, 0))
    found[:, sizes == 0] = -1
    return tuple(tuple(row) for row in found.tolist())


@measure
def role(at: Measured, layer: int, unit: int) -> tuple[int, ...]:
    """For every class: 1 where the unit is mostly on, -1 mostly off, 0 where it cuts through."""
    found: tuple[int, ...] = value_of(at, "roles", layer)[unit]
    return found


@measure
def group(at: Measured, layer: int, on: tuple[int, ...]) -> tuple[int, ...]:
    """The units that are mostly on for these classes, and mostly off for all others."""
    wanted = tuple(1 if label in on else -1 for label in range(at.k))
    found = enumerate(value_of(at, "roles", layer))
    return tuple(unit for unit, sides in found if sides == wanted)


@measure
def strays(at: Measured, layer: int, unit: int) -> tuple[tuple[int, int], ...]:
    """Classes a few of whose points are on the other side of a unit than most, and how many."""
    sizes, on = value_of(at, "sizes"), value_of(at, "on", layer, unit)
    sides = value_of(at, "role", layer, unit)
    both = zip(sizes, on, sides, strict=True)
    found = [size - count if side > 0 else count for size, count, side in both]
    return tuple((label, n) for label, n in enumerate(found) if n and sides[label])


@measure
def on_of(at: Measured, layer: int, unit: int, label: int) -> tuple[int, int]:
    """At how many points of a class a unit is on, of how many."""
    return value_of(at, "on", layer, unit)[label], value_of(at, "sizes")[label]


@measure
def with_points(at: Measured) -> tuple[int, ...]:
    """The classes that have points."""
    return tuple(np.unique(at.data.y).tolist())


@measure
def cutting(at: Measured, layer: int) -> int:
    """How many units of a layer cut through a class at least."""
    return sum(0 in one for one in value_of(at, "roles", layer))


@measure
def silent(at: Measured, layer: int) -> tuple[int, ...]:
    """The units of a layer that are on at no point."""
    return tuple(np.flatnonzero(~(at.z[layer] > 0).any(axis=0)).tolist())


@measure
def varying(at: Measured, layer: int) -> int:
    """How many units of a layer do not give the same at every point."""
    a = at.a[layer]
    return int((np.ptp(a, axis=0) > _NOISE * np.abs(a).max()).sum())


@measure
def first_constant(at: Measured) -> int:
    """The first hidden layer that gives the same at every point, or -1."""
    constant = [layer for layer in range(at.hidden) if not value_of(at, "varying", layer)]
    return min(constant, default=-1)


@measure
def same_outputs(at: Measured) -> tuple[float, ...]:
    """The outputs where they are the same at every point; a ValueError where they are not."""
    if (np.ptp(at.logits, axis=0) > _NOISE * np.abs(at.logits).max()).any():
        raise ValueError("the outputs vary")
    return tuple(at.logits[0].tolist())


@measure
def best_cut(at: Measured, layer: int, one: int, other: int) -> tuple[int, int, int]:
    """The unit whose sides part two classes best, and how many of each are on its positive side."""
    on = at.z[layer] > 0
    first, second = (on[at.data.y == label].sum(axis=0) for label in (one, other))
    sizes = value_of(at, "sizes")
    if not (sizes[one] and sizes[other]):
        raise ValueError("no such class")
    parted = np.abs(first / sizes[one] - second / sizes[other])
    unit = int(parted.argmax())
    return unit, int(first[unit]), int(second[unit])


@measure
def code(at: Measured, layer: int, label: int) -> tuple[tuple[int, ...], int]:
    """The units that are on at most points of a class, together, and how many points that is."""
    found: tuple[tuple[int, ...], int] = value_of(at, "patterns", layer, label)[0]
    return found


@measure
def where_largest(at: Measured, label: int) -> int:
    """The class on whose points the output is largest on average; -1 where several are equal."""
    means = {own: at.logits[at.data.y == own, label].mean() for own in np.unique(at.data.y)}
    ranked = sorted(means, key=lambda own: -means[own])
    noise = _NOISE * float(np.abs(at.logits[:, label]).max())
    if len(ranked) > 1 and means[ranked[0]] - means[ranked[1]] <= noise:
        return -1
    return int(ranked[0])


@measure
def closest_call(at: Measured) -> tuple[int, float, int] | None:
    """Of the right points: the one with the least lead, the lead, and the class that comes next."""
    rows = np.flatnonzero(at.right)
    if not len(rows) or at.net.n_classes < 2:
        return None
    others = at.logits[rows].copy()
    own = others[np.arange(len(rows)), at.data.y[rows]]
    others[np.arange(len(rows)), at.data.y[rows]] = -np.inf
    lead = own - others.max(axis=1)
    first = int(lead.argmin())
    return int(rows[first]), float(lead[first]), int(others[first].argmax())


@measure
def beside(at: Measured, one: int, other: int) -> tuple[int, int]:
    """Without a hidden layer: the input across which two classes part most, and one's side."""
    last = at.net.layers[-1]
    if at.hidden or last.activation != "linear":
        raise ValueError("no straight line")
    return steepest(last.weights[:, one] - last.weights[:, other], at.data.X)


@measure
def least_win(at: Measured) -> float:
    """How far the largest output is above the next, at the point where it is least."""
    if at.net.n_classes < 2:
        raise ValueError("one class")
    top = np.partition(at.logits, -2, axis=1)
    return float((top[:, -1] - top[:, -2]).min())


@measure
def tied_everywhere(at: Measured) -> tuple[int, ...]:
    """The classes whose outputs are the largest at every point."""
    top = at.logits >= at.logits.max(axis=1, keepdims=True) - at.noise
    return tuple(np.flatnonzero(top.all(axis=0)).tolist())


@measure
def answers_along(at: Measured) -> tuple[int, ...]:
    """The answers on the data from the lowest value of the only feature to the highest."""
    if at.net.n_features != 1:
        raise ValueError("several features")
    answers = at.predicted[np.argsort(at.data.X[:, 0], kind="stable")]
    return tuple(answers[np.append(True, np.diff(answers) != 0)].tolist())


# ---- why some points are wrong -------------------------------------------------------------------


@measure
def shared_place(at: Measured, layer: int) -> tuple[tuple[float, ...], tuple[int, ...], int] | None:
    """The place of a layer's space where most wrong points land: it, its classes, the answer.

    None where no two points of different classes land at one place.
    """
    place = at.place(layer)
    wrong = np.bincount(place[~at.right], minlength=place.max() + 1)
    number = int(wrong.argmax())
    here = place == number
    counts = at.per_class(here)
    if not wrong[number] or sum(count > 0 for count in counts) < 2:
        return None
    where = at.a[layer][here][0] + 0.0  # no negative zeros
    return tuple(where.tolist()), counts, int(at.predicted[here][0])


@measure
def wrong_at_shared_place(at: Measured, layer: int) -> int:
    """How many wrong points land there."""
    found = value_of(at, "shared_place", layer)
    return 0 if found is None else sum(found[1]) - (found[1][found[2]])


@measure
def spreads(at: Measured) -> tuple[int, float, int, float]:
    """The feature with the least standard deviation above 0, it, and the same of the greatest."""
    spread = at.data.X.std(axis=0)
    real = np.where(spread > _NOISE * np.abs(at.data.X).max(axis=0), spread, np.inf)
    low, high = int(real.argmin()), int(spread.argmax())
    return low, float(spread[low]), high, float(spread[high])


@measure
def second_best(at: Measured) -> tuple[int, int]:
    """At how many wrong points the own class's output comes second, and how many are wrong."""
    wrong = np.flatnonzero(~at.right)
    order = np.argsort(-at.logits[wrong], axis=1, kind="stable")
    second = int((order[:, 1] == at.data.y[wrong]).sum()) if at.net.n_classes > 1 else 0
    return second, len(wrong)


@measure
def shortfall(at: Measured) -> tuple[float, float]:
    """How far the own class's output is below the largest at wrong points: most, and median."""
    wrong = np.flatnonzero(~at.right)
    behind = at.logits[wrong].max(axis=1) - at.logits[wrong, at.data.y[wrong]]
    behind[behind <= at.noise] = 0.0
    return float(behind.max()), float(np.median(behind))


@measure
def never_given(at: Measured) -> tuple[int, ...]:
    """The classes with points that no point is given."""
    return tuple(sorted(set(at.data.y.tolist()) - set(at.predicted.tolist())))


@measure
def off_since(at: Measured, unit: int) -> int:
    """The epoch since which a unit of the first layer has been off at every point; -1 if it is on.

    A ValueError without a run.
    """
    if at.run is None:
        raise ValueError("no run")
    run, since = at.run, -1
    for epoch in range(run.epochs, -1, -1):
        first = run.at(epoch).layers[0]
        if (run.data.X @ first.weights[:, unit] + first.bias[unit] > 0).any():
            break
        since = epoch
    return since


# ---- pictures ------------------------------------------------------------------------------------


def picture_of(at: Measured) -> tuple[int, int] | None:
    """Rows and columns of the pictures that the points are, or None."""
    return image_shape(at.data.feature_names)


@measure
def picture(at: Measured) -> tuple[int, int]:
    """Rows and columns of the pictures that the points are."""
    found = picture_of(at)
    if found is None:
        raise ValueError("no pictures")
    return found


@measure
def ink(at: Measured, unit: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """Where ink raises a unit of the first layer most, and where it lowers it most.

    Each as (row, column) of the nine parts of a picture, counted from the upper left.
    """
    rows, columns = value_of(at, "picture")
    strength = at.net.layers[0].weights[:, unit] * at.data.X.std(axis=0)
    sums = np.zeros((3, 3))
    place = np.arange(rows * columns)
    np.add.at(sums, (place // columns * 3 // rows, place % columns * 3 // columns), strength)
    high, low = (divmod(int(number), 3) for number in (sums.argmax(), sums.argmin()))
    return high, low


@measure
def keenest(at: Measured, layer: int) -> tuple[int, int, int, int]:
    """The unit that singles out one class best: it, the class, its points on, others on."""
    own = np.eye(at.k)[at.data.y]
    sizes = np.maximum(own.sum(axis=0), 1)
    on = ((at.z[layer] > 0).T @ own).round()  # (units, K)
    others = (on.sum(axis=1, keepdims=True) - on) / np.maximum(at.n - sizes, 1)
    unit, label = divmod(int((on / sizes - others).argmax()), at.k)
    mine = int(on[unit, label])
    return unit, label, mine, int(on[unit].sum()) - mine


@measure
def closest_region(at: Measured) -> tuple[int, int, float, int, bool] | None:
    """Of the right points, the one nearest to another class's region in the window.

    It, its class, how near, that class, and whether nothing outside the window can be nearer.
    """
    nearest = value_of(at, "nearest_to_boundary", 0)
    part = at.partition
    if nearest is None or part is None:
        return None
    point, distance, behind = nearest
    low, high = np.array(part.window).T
    points = at.data.X[at.right]
    room = float(min((points - low).min(), (high - points).min()))
    return point, int(at.data.y[point]), distance, behind, distance <= room

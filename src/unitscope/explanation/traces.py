"""What is measured of one point: its numbers layer by layer, and what would change its answer."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from unitscope.explanation.facts import measure, value_of
from unitscope.explanation.measured import NOISE, Measured

Place = tuple[float, ...]

_STEPS = 65  # places along a feature's range where the answer is looked at
_HALVINGS = 30
_DIGITS = range(2, 7)  # significant ones, of the value of a feature that is told


@measure
def place_of(at: Measured, point: int) -> Place:
    """Where a point of the data lies."""
    return tuple(at.data.X[point].tolist())


@measure
def traced_unit(at: Measured, place: Place, layer: int, unit: int) -> tuple[float, float]:
    """Pre-activation and output of a unit at one place."""
    z, a = value_of(at, "traced", place, layer)
    return z[unit], a[unit]


@measure
def logit(at: Measured, place: Place, label: int) -> float:
    """An output at one place, before softmax."""
    return float(value_of(at, "traced", place, at.hidden)[1][label])


@measure
def tied_there(at: Measured, place: Place) -> tuple[int, ...]:
    """The classes whose outputs are the largest at one place, several where they tie."""
    outputs = np.array(value_of(at, "traced", place, at.hidden)[1])
    tie = outputs >= outputs.max() - NOISE * np.abs(outputs).max()
    return tuple(np.flatnonzero(tie).tolist())


@measure
def answer_without(at: Measured, place: Place, layer: int, unit: int) -> int:
    """The class that one place is given if a hidden unit gave 0 there."""
    current = np.array(value_of(at, "traced", place, layer)[1])[None]
    current[0, unit] = 0.0
    for dense in at.net.layers[layer + 1 :]:
        current = dense(current)
    return int(current[0].argmax())


@measure
def answer_with(at: Measured, place: Place, feature: int, value: float) -> int:
    """The class that one place is given with one feature at another value."""
    changed = np.array([place])
    changed[0, feature] = value
    return int(at.net.predict(changed)[0])


@measure
def flip(at: Measured, place: Place) -> tuple[int, float] | None:
    """A feature, and a value within the data's range that alone changes the answer.

    Of the features that do it, the one that changes least against its standard deviation; None
    where no feature does.
    """
    now = value_of(at, "decided", place)
    spread = at.data.X.std(axis=0)
    best: tuple[float, int, float] | None = None
    for feature in np.flatnonzero(spread > NOISE * np.abs(at.data.X).max(axis=0)).tolist():
        value = _nearest_change(at, place, feature, now)
        if value is not None:
            size = abs(value - place[feature]) / float(spread[feature])
            best = min(best or (np.inf, 0, 0.0), (size, feature, value))
    return None if best is None else best[1:]


def _nearest_change(at: Measured, place: Place, feature: int, now: int) -> float | None:
    """The nearest value of a feature with another answer, to few digits."""
    column = at.data.X[:, feature]
    values = np.linspace(column.min(), column.max(), _STEPS)
    rows = np.repeat(np.array([place]), _STEPS, axis=0)
    rows[:, feature] = values
    other = values[at.net.predict(rows) != now]
    if not len(other):
        return None
    far, near = float(other[np.abs(other - place[feature]).argmin()]), place[feature]
    for _ in range(_HALVINGS):
        middle = (near + far) / 2
        if value_of(at, "answer_with", place, feature, middle) == now:
            near = middle
        else:
            far = middle
    return _in_few_digits(far, far - near, lambda value: at_value(at, place, feature, value) != now)


def at_value(at: Measured, place: Place, feature: int, value: float) -> int:
    """The answer with a feature at this value."""
    return int(value_of(at, "answer_with", place, feature, value))


def _in_few_digits(exact: float, away: float, fits: Callable[[float], bool]) -> float | None:
    """The number rounded to few digits, in the direction `away`, where it still fits."""
    for digits in _DIGITS:
        step = 10.0 ** (np.floor(np.log10(abs(exact))) - digits + 1) if exact else 0.0
        for value in (exact, exact + np.sign(away) * step):
            rounded = float(f"{value:.{digits}g}")
            if fits(rounded):
                return rounded
    return None

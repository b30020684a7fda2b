"""View: which plane a picture shows, and how its places become inputs of the network."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from unitscope.errors import refusal, said, whole_number
from unitscope.geometry.axis_names import LONGEST_PART, axis_names, cut, without_unit
from unitscope.geometry.plane import STRIP, Plane, best_plane, check_plane, held_at_mean
from unitscope.geometry.window import Window, padded
from unitscope.models.sampled import Model, SampledClassifier

if TYPE_CHECKING:
    from unitscope.data.dataset import Dataset

_LONGEST_NAME = 24
_MOST_NAMED = 6  # features in a message


@dataclass(frozen=True)
class View:
    """Two coordinates of a table of inputs.

    - `points`: (n, 2), where each row of the table lies in the picture.
    - `labels`: the names of the two axes, as Matplotlib texts.
    - `window`: ((x_min, x_max), (y_min, y_max)) to show.
    - `note`: which plane the picture shows, and how well; "" where there is no other.
    - `strip`: True where the table has one column; the vertical axis then shows the classes, a row
      each, class 0 on top.
    - `plane`: the plane shown; of one column, what takes its place: `origin` (1,), `basis` (2, 1).
    """

    points: np.ndarray
    labels: tuple[str, str]
    window: Window
    note: str
    strip: bool
    plane: Any

    @property
    def columns(self) -> int:
        """How many inputs there are."""
        return len(self.plane.origin)

    def inputs(self, places: np.ndarray) -> np.ndarray:
        """Places of the picture (m, 2) as inputs (m, d): those not shown are as the plane has them.

        Nothing is added to a column that is shown, or that stands still.
        """
        inputs = np.tile(self.plane.origin, (len(places), 1))
        for place, direction in enumerate(self.plane.basis):
            moved = np.flatnonzero(direction)
            inputs[:, moved] += places[:, [place]] * direction[moved]
        return inputs

    def seen(self, net: Model) -> Model:
        """The network, or the model that is asked, of the picture's two coordinates."""
        return net.on_plane(self.plane)


def view_of(
    table: np.ndarray,
    names: Sequence[str],
    y: np.ndarray,
    classes: int,
    axes: tuple[int, int] | None,
    *,
    argument: str = "features",
    others: str = "features",
) -> View:
    """The view of columns `axes` of `table` (n, d); None means the only two (or the only one).

    Columns that are not shown are held at their mean. Raises `InvalidInput`, naming `argument`,
    where None is not enough or the columns do not exist.
    """
    columns = table.shape[1]
    sides = _padded_sides(table)
    if columns == 1:
        if axes is not None:
            raise refusal(argument, f"left out where there is only one of the {others}", axes)
        points = np.column_stack([table[:, 0], classes - 1.0 - y])
        window = (sides[0], (-0.6, classes - 0.4))
        return View(points, (names[0], "class"), window, "", True, STRIP)
    first, second = _checked_pair(axes, columns, argument, others)
    with np.errstate(over="ignore"):  # only of columns that are not shown is it looked at
        base = table.mean(axis=0)
    base[[first, second]] = 0.0
    points = table[:, [first, second]]
    labels = names[first], names[second]
    window = sides[first], sides[second]
    note = held_at_mean(columns - 2, others)
    return View(points, labels, window, note, False, Plane.axes(first, second, at=base))


def view_on(
    plane: Plane, table: np.ndarray, names: Sequence[str], short: Sequence[str], note: str = ""
) -> View:
    """The view of a plane through the space of `table` (n, d).

    `names` of its columns, and `short` ones for axes that have several, are Matplotlib texts.
    """
    check_plane(plane, table.shape[1])
    _padded_sides(table)
    points = plane.project(table)
    labels = axis_names(plane, names, short, table.std(axis=0))
    return View(points, labels, padded(points), note, False, plane)


def view_for(
    net: Model,
    data: Dataset,
    features: tuple[int, int] | tuple[str, str] | None,
    plane: Plane | None,
    classes: int | None = None,
) -> View:
    """What a picture of a network shows of its data: the pair or the plane asked for, or the best.

    With more than two features the note says on how many points the plane agrees with the network.
    """
    if plane is not None and features is not None:
        raise refusal("plane", "left out where features are given", plane)
    if plane is None and (features is not None or data.n_features <= 2):
        classes = data.n_classes if classes is None else classes
        names = [math_name(name) for name in data.feature_names]
        view = view_of(data.X, names, data.y, classes, numbered(features, data.feature_names))
    else:
        if plane is not None and data.n_features < 2:
            raise refusal("plane", "left out where there is only one feature", plane)
        _padded_sides(data.X)
        shown, note = best_plane(net, data) if plane is None else (plane, "")
        names = [math_name(name) for name in data.feature_names]
        view = view_on(shown, data.X, names, short_names(data.feature_names), note)
    return view if view.columns <= 2 and plane is None else with_agreement(view, net, data.X)


def numbered(features: Any, names: Sequence[str]) -> Any:
    """Two features as numbers, where they are given by their names; what is neither, as it is."""
    if not isinstance(features, (tuple, list)) or len(features) != 2:
        return features
    if not all(isinstance(name, str) for name in features):
        return features
    for name in features:
        if name not in names:
            known = ", ".join(repr(cut(one)) for one in names[:_MOST_NAMED])
            known += ", ..." if len(names) > _MOST_NAMED else ""
            remedy = f"The features are {known}." if known[-1] != "." else f"The first are {known}"
            raise refusal("features", "two features, by their numbers or names", name, remedy)
    return tuple(names.index(name) for name in features)


def with_agreement(view: View, net: Model, table: np.ndarray) -> View:
    """The view, with a note of how many rows of `table` stand on the ground of their prediction.

    A slow model is asked for some of them, evenly spaced.
    """
    if isinstance(net, SampledClassifier):
        some = max(1, net.affordable(2 * len(table), table) // 2)
        table = table[:: -(-len(table) // some)]
    with np.errstate(over="ignore", invalid="ignore"):
        agreeing = int(view.plane.agrees(net, table).sum())
    whom = "model" if isinstance(net, SampledClassifier) else "network"
    told = f"the ground agrees with the {whom} at {agreeing:,} of {len(table):,} points"
    return replace(view, note=f"{view.note}\n{told}" if view.note else told)


def _padded_sides(table: np.ndarray) -> Window:
    """The range of each column, padded; refused where it is beyond the numbers."""
    with np.errstate(over="ignore", invalid="ignore"):
        sides = padded(table)
    if not np.isfinite(sides).all() or not np.isfinite(np.ptp(sides, axis=1)).all():
        rule = "of numbers small enough that their range is finite"
        raise refusal("data", rule, said(f"{np.abs(table).max():g}"))
    return sides


def differing_pair(table: np.ndarray) -> tuple[int, int]:
    """The two columns of `table` (n, d >= 2) that differ most.

    Over them the rows spread widest: the determinant of their covariance is the largest. It is 0
    for a column that is constant, or that follows from the other.
    """
    covariance = np.atleast_2d(np.cov(table / (np.abs(table).max() or 1.0), rowvar=False, ddof=0))
    variance = np.diag(covariance)
    spread = np.triu(np.maximum(np.outer(variance, variance) - covariance**2, 0.0), 1)
    first, second = divmod(int(spread.argmax()), len(spread))
    return (first, second) if first < second else (0, 1)


def _checked_pair(
    axes: tuple[int, int] | None, columns: int, argument: str, others: str
) -> tuple[int, int]:
    if axes is None:
        if columns > 2:
            rule = f"the two of the {columns} {others} to draw"
            remedy = f"Write {argument}=(0, 1): the others are held at their mean."
            raise refusal(argument, rule, None, remedy)
        return 0, 1
    rule = f"two different whole numbers from 0 to {columns - 1}"
    try:
        pair = tuple(axes)
    except TypeError:
        raise refusal(argument, rule, axes) from None
    if len(pair) != 2:
        raise refusal(argument, rule, axes)
    first = whole_number(f"{argument}[0]", pair[0], at_least=0)
    second = whole_number(f"{argument}[1]", pair[1], at_least=0)
    if first == second or max(first, second) >= columns:
        raise refusal(argument, rule, axes)
    return first, second


def class_names_for(k: int, names: Sequence[str]) -> tuple[str, ...]:
    """`k` class names: the data's, and c0, c1, ... for classes that only the network has."""
    return tuple(names[i] if i < len(names) else f"c{i}" for i in range(k))


def shown_name(name: str, longest: int = _LONGEST_NAME) -> str:
    """A name as Matplotlib text: one line, at most `longest` letters, dollar signs as they are."""
    return cut(name, longest).replace("$", r"\$")


def short_names(names: Sequence[str]) -> list[str]:
    """Features' names as parts of an axis's: without units, cut shorter."""
    return [
        math_name(name) if len(name) < 4 else shown_name(without_unit(name), LONGEST_PART)
        for name in names
    ]


def math_name(name: str) -> str:
    """A feature's name as an axis label; x0 is set as mathematics, as in the lab."""
    match = re.fullmatch(r"([a-z])(\d+)", name)
    return f"${match[1]}_{{{match[2]}}}$" if match else shown_name(name)

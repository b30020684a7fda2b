"""Points, labels and weights as the course's learners have them, of any library."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from unitscope.data.dataset import Dataset
from unitscope.errors import refusal, said, whole_number
from unitscope.figures.view import View, shown_name, view_of
from unitscope.networks import frozen_array

_MOST_CLASSES = 1000  # each has a colour, a line in the legend, and may have a panel


@dataclass(frozen=True)
class Sample:
    """Labelled points.

    - `X` (n, d), `y` (n,): points, and the number of the class of each, from 0 to K - 1.
    - `names`: K names.
    - `features`: the names of the columns of a data frame; () for other points.
    """

    X: np.ndarray
    y: np.ndarray
    names: tuple[str, ...]
    features: tuple[str, ...]

    def view(self, pair: tuple[int, int] = (0, 1), others: str = "features") -> View:
        """Two columns of the points; the only one where there is one, a row for each class."""
        columns = self.X.shape[1]
        labels = self.features or [str(column) for column in range(columns)]
        axes = pair if columns > 1 else None
        return view_of(self.X, labels, self.y, len(self.names), axes, others=others)


def as_array(values: Any, name: str = "X") -> np.ndarray:
    """The argument `name`, an array or tensor of any library, as NumPy's."""
    if hasattr(values, "detach"):
        values = values.detach().cpu()
    try:
        return np.asarray(values)
    except ValueError:
        got = said("rows of different lengths")
        raise refusal(name, "an array, whose rows all have the same length", got) from None


def points_of(X: Any) -> Sample:
    """Points (n, d) without labels: all of one class."""
    points = as_array(X)
    return sample_of(X, np.zeros(len(points) if points.ndim else 0, int), 1)


def sample_of(X: Any, y: Any, classes: Any, class_labels: Any = None) -> Sample:
    """The points X (n, d) with their labels, checked as `us.Dataset` checks them.

    `y` is (n,) or (n, 1), or one-hot rows (n, K). Whole numbers from 0 to `classes` - 1 are class
    numbers; other labels are numbered in sorted order, and their own text is their name. Class i
    is called `class_labels[i]` where there is one, and c0, c1, ... without any name.
    """
    count = whole_number("classes", classes, at_least=1, at_most=_MOST_CLASSES)
    given = _given_names(class_labels)
    labels, own = _one_for_each_point(y)
    points = X if hasattr(X, "columns") else as_array(X)
    values = as_array(labels, "y")
    if _are_below(values, count):
        numbered = Dataset(points, values, [f"c{i}" for i in range(max(count, 2))])
        own = own or numbered.class_names[:count]
    elif _are_the_same(values):
        own = _own_names(values[:1])
        numbered = Dataset(points, np.zeros(len(values), int), (*own, "no other"))
    else:
        numbered = Dataset(points, labels)
        own = _own_names(np.unique(values)) if _are_whole(values) else numbered.class_names
    if len(own) > count:
        rule = f"labels of at most {count} classes, as classes says"
        raise refusal("y", rule, said(f"{len(own)} labels"))
    codes = numbered.y
    if values.dtype.kind not in "biuf" and set(own) <= set(given):  # texts, in the order of names
        codes, own = np.array([given.index(name) for name in own])[codes], given[:count]
    names = [*given[:count], *own[len(given) :]]
    names += [f"c{index}" for index in range(len(names), count)]
    features = tuple(map(shown_name, numbered.feature_names)) if hasattr(X, "columns") else ()
    return Sample(numbered.X, codes, tuple(names), features)


def _given_names(class_labels: Any) -> tuple[str, ...]:
    if class_labels is None:
        return ()
    if isinstance(class_labels, (str, bytes)) or not isinstance(class_labels, Iterable):
        raise refusal("class_labels", "a sequence of names, one for each class", class_labels)
    return tuple(map(str, class_labels))


def _one_for_each_point(y: Any) -> tuple[Any, tuple[str, ...]]:
    """One label for each point, and of one-hot rows in a data frame the names of its columns."""
    table = as_array(y, "y")
    if table.ndim != 2 or 1 in table.shape:
        return (table.ravel() if table.ndim == 2 else y), ()
    one = (table == 1).sum(axis=1) == 1
    if table.dtype.kind not in "biuf" or not (one & ((table != 0).sum(axis=1) == 1)).all():
        rule = "one label for each point, or one-hot rows, of a single 1 each"
        remedy = "np.argmax(y, axis=1) makes labels of probabilities."
        raise refusal("y", rule, said(f"others of shape {table.shape}"), remedy)
    columns = list(getattr(y, "columns", ()))
    names = tuple(columns) if all(isinstance(name, str) for name in columns) else ()
    return table.argmax(axis=1), names


def _are_whole(values: np.ndarray) -> bool:
    return values.dtype.kind in "iuf" and bool((values == np.round(values)).all())


def _are_below(values: np.ndarray, count: int) -> bool:
    return _are_whole(values) and bool(((values >= 0) & (values < count)).all())


def _are_the_same(values: np.ndarray) -> bool:
    return values.ndim == 1 and len(values) > 0 and bool((values == values[0]).all())


def _own_names(values: np.ndarray) -> tuple[str, ...]:
    """Whole numbers as the lab writes classes, c4 and c5; texts as they are."""
    return tuple(f"c{value:g}" if _are_whole(values) else str(value) for value in values)


def weights_of(
    names: tuple[str, str], weights: Any, bias: Any, points: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """A layer's weights (inputs, units) and bias (units,), which take `points` (n, inputs)."""
    kernel = frozen_array(names[0], as_array(weights, names[0]), 2)
    offset = frozen_array(names[1], as_array(bias, names[1]).ravel(), 1)
    inputs = points.shape[1]
    if kernel.shape[0] != inputs or not kernel.shape[1]:
        remedy = f"X must be what goes into this layer, {kernel.shape[0]} numbers for each point."
        if kernel.shape[1] == inputs:
            remedy = f"{remedy} If {names[0]} has a row for each unit, write {names[0]}.T."
        rule = f"of shape ({inputs}, units), a row for each column of X"
        raise refusal(names[0], rule, said(f"shape {kernel.shape}"), remedy)
    if len(offset) != kernel.shape[1]:
        rule = f"{kernel.shape[1]} numbers, one for each unit of {names[0]}"
        raise refusal(names[1], rule, said(f"{len(offset)}"))
    return kernel, offset


def range_of(name: str, given: Any, *, of_a_window: bool = True) -> tuple[float, float]:
    """Two finite numbers, the lower one first; `of_a_window`, two different ones."""
    rule = f"two {'different ' * of_a_window}finite numbers (low, high)"
    try:
        low, high = sorted(as_array(given, name).astype(np.float64, casting="same_kind").ravel())
    except (TypeError, ValueError):
        raise refusal(name, rule, given) from None
    if not np.isfinite([low, high]).all() or (of_a_window and low == high):
        raise refusal(name, rule, given)
    return float(low), float(high)

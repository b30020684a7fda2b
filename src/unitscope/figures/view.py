"""View: which two inputs a picture shows, and how its places become inputs of the network."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np

from unitscope.errors import refusal, said, whole_number
from unitscope.geometry.window import Window, padded

if TYPE_CHECKING:
    from unitscope.data.dataset import Dataset
    from unitscope.network import Network

_LONGEST_NAME = 24


@dataclass(frozen=True)
class View:
    """Two axes of a table of inputs.

    - `points`: (n, 2), where each row of the table lies in the picture.
    - `labels`: the names of the two axes.
    - `window`: ((x_min, x_max), (y_min, y_max)) to show.
    - `note`: what the other inputs are held at; "" where there are none.
    - `strip`: True where the table has one column; the vertical axis then shows the classes, a row
      each, class 0 on top.
    - `base` (d,), `axes`: the inputs where they are held, and the columns shown.
    """

    points: np.ndarray
    labels: tuple[str, str]
    window: Window
    note: str
    strip: bool
    base: np.ndarray
    axes: tuple[int, ...]

    def inputs(self, places: np.ndarray) -> np.ndarray:
        """Places of the picture (m, 2) as inputs (m, d): those not shown are as in `base`."""
        inputs = np.tile(self.base, (len(places), 1))
        for place, axis in enumerate(self.axes):
            inputs[:, axis] = places[:, place]
        return inputs

    def seen(self, net: Network) -> Network:
        """The network of the picture's two coordinates."""
        basis = np.zeros((2, len(self.base)))
        origin = self.base.copy()
        for place, axis in enumerate(self.axes):
            basis[place, axis], origin[axis] = 1.0, 0.0
        return net.on_plane(SimpleNamespace(origin=origin, basis=basis))


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
    if columns == 1:
        points = np.column_stack([table[:, 0], classes - 1.0 - y])
        window = (padded(table)[0], (-0.6, classes - 0.4))
        return View(points, (names[0], "class"), window, "", True, np.zeros(1), (0,))
    first, second = _checked_pair(axes, columns, argument, others)
    base = table.mean(axis=0)
    note = "" if columns == 2 else f"the other {columns - 2} {others} held at their mean"
    points = table[:, [first, second]]
    labels = names[first], names[second]
    return View(points, labels, padded(points), note, False, base, (first, second))


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


def check_fits(net: Network, data: Dataset) -> None:
    """Refuse a data set whose number of features is not the network's."""
    if net.n_features != data.n_features:
        rule = f"points with as many features as the network has inputs, {net.n_features}"
        raise refusal("data", rule, said(f"{data.n_features} features"))


def shown_name(name: str) -> str:
    """A name as Matplotlib text: one line, at most 24 characters, dollar signs as they are."""
    text = " ".join(name.split())
    if len(text) > _LONGEST_NAME:
        text = text[: _LONGEST_NAME - 1] + "…"
    return text.replace("$", r"\$")


def math_name(name: str) -> str:
    """A feature's name as an axis label; x0 is set as mathematics, as in the lab."""
    match = re.fullmatch(r"([a-z])(\d+)", name)
    return f"${match[1]}_{{{match[2]}}}$" if match else shown_name(name)

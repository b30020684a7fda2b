"""What the units of a layer give over a plane or a line, and what is drawn with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from unitscope.figures.boundary import Grid
from unitscope.figures.points import drawn_rows
from unitscope.figures.view import View

_CURVE_STEPS = 801  # places along a line


@dataclass(frozen=True)
class UnitMaps:
    """A map for each unit of a layer, and the points on all of them.

    - `view`, `grid`: the plane, and the places where the units were asked.
    - `values` (rows * columns, units): what each unit gives there; `quantity` is its name.
    - `lines`: for each unit the lines (m, 2) to draw.
    - `titles`, `labels`: of each panel, and of the two axes.
    - `y` (n,), `names`: the classes of the view's points, and their names.
    - `counts`: whether to write how many points of which class coincide.
    """

    view: View
    grid: Grid
    values: np.ndarray
    quantity: str
    lines: Sequence[list[np.ndarray]]
    titles: Sequence[str]
    labels: tuple[str, str]
    y: np.ndarray
    names: Sequence[str]
    counts: bool = False

    @cached_property
    def drawn(self) -> np.ndarray:
        """Which of the points are drawn, the same in every panel: their numbers."""
        return drawn_rows(self.y)


def unit_grid(view: View, count: int) -> Grid:
    """A grid fine enough for `count` panels in one figure."""
    if view.strip:
        return Grid.over(view.window, _CURVE_STEPS, 2)
    steps = 101 if count <= 16 else 61
    return Grid.over(view.window, steps, steps)

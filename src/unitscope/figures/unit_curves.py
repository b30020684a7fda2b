"""Over one input, what each unit gives as a curve, with the points on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from unitscope.figures import canvas
from unitscope.figures.points import draw_counts, draw_points, point_area
from unitscope.theme import Theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from unitscope.figures.unit_values import UnitMaps

_ROOM = 0.07  # of a curve's height, above and below it
_WIDTH, _THIN = 1.6, 0.7  # points


def draw_curve(
    ax: Axes, maps: UnitMaps, unit: int, theme: Theme, limits: tuple[float, float], font: float
) -> None:
    """A unit's curve (gid "curve"), where it turns on, and the points at what it gives for them."""
    drawn = maps.drawn
    places, values = curve(maps, unit)
    x = maps.view.points[:, 0]
    points = np.column_stack([x, np.interp(x, places, values)])
    units = maps.values.shape[1]
    room = _ROOM * (limits[1] - limits[0])
    window = limits[0] - room, limits[1] + room
    look: dict[str, Any] = {"color": theme.line, "linewidth": _WIDTH, "zorder": 2}
    ax.plot(places, values, gid="curve", **look)
    thin: dict[str, Any] = {"colors": theme.muted, "linewidths": _THIN, "zorder": 1}
    if limits[0] < 0:
        ax.hlines([0.0], *maps.view.window[0], gid="zero", **thin)
    turns = [line[0, 0] for line in maps.lines[unit]]
    if turns:
        dashes: Any = [(0, (4, 2))]
        ax.vlines(turns, *window, gid="zero line", linestyles=dashes, **thin)
    area = point_area(len(drawn), 0.6 if units <= 16 else 0.3)
    draw_points(ax, points[drawn], maps.y[drawn], len(maps.names), theme, area, plain=units > 16)
    ax.set(xlim=maps.view.window[0], ylim=window)
    canvas.name_axes(ax, maps.titles[unit], (maps.labels[0], maps.quantity))
    if maps.counts and (unit == 0 or units <= 9):
        draw_counts(ax, points, maps.y, maps.names, theme, font)


def curve(maps: UnitMaps, unit: int) -> tuple[np.ndarray, np.ndarray]:
    """Places along the line, and what the unit gives there, (m,) each."""
    wide = maps.grid.shape[1]
    return maps.grid.points[:wide, 0], maps.values[:wide, unit]

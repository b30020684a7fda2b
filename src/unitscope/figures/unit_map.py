"""One number over the plane, such as a unit's activation, as a coloured map with a colour bar."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from unitscope.figures import canvas
from unitscope.figures.arguments import axes_list, yes_or_no
from unitscope.figures.boundary import Grid
from unitscope.figures.legend import draw_legend
from unitscope.figures.points import (
    draw_counts,
    draw_points,
    drawn_note,
    legend_of,
    point_area,
)
from unitscope.figures.unit_curves import draw_curve
from unitscope.figures.unit_values import UnitMaps
from unitscope.theme import BOUNDARY_WIDTH, Theme, mixed

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap

# How strong orange and blue are: weaker than the markers, which show where a tanh ends.
_SIGNED = {"light": 0.55, "dark": 0.3}
# Panels: with more, they are so small that a marker is a dot whatever its shape, and shapes take
# time.
_MARKERS_UP_TO = 16
# From nothing to much: the lab's Blues without their darkest third, where blue points would vanish.
_BLUES = {
    "light": ("#f7fbff", "#d3e3f3", "#94c4df", "#4a98c9"),
    "dark": ("#15181d", "#173350", "#1d5a92", "#2f86d1"),
}


def draw_unit_maps(
    ax: Any, maps: UnitMaps, theme: str | Theme | None, *, shared_scale: bool
) -> np.ndarray:
    """A panel for each unit, with its lines, the points and a colour bar.

    Over one input, what a unit gives is a curve instead of colours, and there is no bar. With
    `ax` None they are made, with a legend; else the colour bars take their room from them, as
    Matplotlib does. Returns the axes (units,).
    """
    values, names = maps.values, maps.names
    units = values.shape[1]
    bars = 1 if yes_or_no("shared_scale", shared_scale) else units
    curves = maps.view.strip
    if ax is None:
        look = canvas.theme_for(theme)
        sample = drawn_note(len(maps.drawn), len(maps.y))
        note = "\n".join(told for told in (maps.view.note, sample) if told)
        sheet = canvas.sheet(
            units, look, names, bars=0 if curves and shared_scale else bars, note=note
        )
        panels = sheet.panels
        if curves and not shared_scale:  # each has its numbers where its bar would be
            for panel, empty in zip(panels, sheet.bars, strict=True):
                panel.tick_params(labelleft=True)
                empty.remove()
        places: list[dict[str, Any]] = [{"cax": bar} for bar in sheet.bars]
        handles, texts = legend_of(len(names), names, look, rings=False)
        draw_legend(sheet.figure, handles, texts, look, sheet.legend_at, sheet.legend_rows)
    else:
        panels = axes_list(ax, units)
        look = canvas.theme_for(theme, panels[0])
        places = [{"ax": panels}] if shared_scale else [{"ax": panel} for panel in panels]
    limits = [_limits(values if shared_scale else values[:, [unit]]) for unit in range(units)]
    if curves:
        for unit, panel in enumerate(panels):
            draw_curve(panel, maps, unit, look, limits[unit], _count_font(units))
        return canvas.array_of(panels)
    images = []
    for unit, panel in enumerate(panels):
        images.append(_draw_map(panel, values[:, unit], maps.grid, limits[unit], look))
        _draw_on_map(panel, maps, unit, look)
    quantity = maps.quantity if shared_scale else ""
    for bar in range(bars):
        _draw_bar(images[bar], places[bar], limits[bar], quantity, look)
    return canvas.array_of(panels)


def _draw_on_map(ax: Axes, maps: UnitMaps, unit: int, theme: Theme) -> None:
    """A unit's lines, the points, and what the panel is called."""
    units, drawn = maps.values.shape[1], maps.drawn
    points = maps.view.points[drawn]
    plain = units > _MARKERS_UP_TO
    area = point_area(len(points), 1.0 if units <= 4 else 0.6 if units <= 16 else 0.3)
    draw_lines(ax, maps.lines[unit], theme, "zero line")
    draw_points(ax, points, maps.y[drawn], len(maps.names), theme, area, plain=plain)
    canvas.frame(ax, maps.view, maps.titles[unit], maps.labels)
    # Small panels have no room for counts, and they are the same in all.
    if maps.counts and (unit == 0 or units <= 9):
        draw_counts(ax, maps.view.points, maps.y, maps.names, theme, _count_font(units))


def _count_font(units: int) -> float:
    return 8.0 if units <= 4 else 6.5


def draw_lines(
    ax: Axes, lines: Sequence[np.ndarray], theme: Theme, name: str, style: Any = "-"
) -> None:
    """All `lines` as one collection with that gid; none where there is no line."""
    from matplotlib.collections import LineCollection

    if lines:
        drawn = LineCollection(
            list(lines),
            colors=theme.line,
            linewidths=BOUNDARY_WIDTH,
            linestyles=[style],
            capstyle="round",
            joinstyle="round",
            zorder=2,
            gid=name,
        )
        ax.add_collection(drawn, autolim=False)


def _limits(values: np.ndarray) -> tuple[float, float]:
    """The least (at most 0) and the greatest of `values`, never equal."""
    low = min(float(values.min()), 0.0)
    high = float(values.max())
    return (low, high) if high > low else (low, low + 1.0)


def _draw_map(
    ax: Axes, values: np.ndarray, grid: Grid, limits: tuple[float, float], theme: Theme
) -> Any:
    from matplotlib.colors import Normalize, TwoSlopeNorm

    low, high = limits
    norm: Normalize = Normalize(low, high)
    if low < 0:
        # Signed numbers: grey is 0. The lesser side gets stronger colours for its size, so that its
        # shape shows, but at most four times stronger: the little that gelu goes below zero must
        # not look like its great values above.
        norm = TwoSlopeNorm(0.0, min(low, -high / 4), max(high, -low / 4))
    image = canvas.map_image(ax, values, grid, norm=norm, cmap=_colors(low < 0, theme))
    image.set_gid("map")
    return image


def _colors(signed: bool, theme: Theme) -> Colormap:
    from matplotlib.colors import LinearSegmentedColormap

    strength = _SIGNED[theme.name]
    negative = mixed(theme.zero, theme.negative, strength)
    positive = mixed(theme.zero, theme.positive, strength)
    steps = (negative, theme.zero, positive) if signed else _BLUES[theme.name]
    return LinearSegmentedColormap.from_list("signed" if signed else "amount", steps)


def _draw_bar(
    image: Any, place: dict[str, Any], limits: tuple[float, float], quantity: str, theme: Theme
) -> None:
    bar = image.figure.colorbar(image, **place)
    bar.ax.set_ylim(*limits)
    bar.outline.set(edgecolor=theme.muted, linewidth=0.7)
    bar.ax.set_gid("colour bar")
    bar.ax.set_ylabel(quantity)
    if "cax" in place:
        bar.ax.tick_params(colors=theme.text, labelsize=8, length=3)
        bar.ax.yaxis.label.set(color=theme.text, fontsize=9)

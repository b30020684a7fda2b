"""One number over the plane, such as a unit's activation, as a coloured map with a bar that reads it back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from unitscope.figures import canvas
from unitscope.figures.boundary import Grid
from unitscope.figures.points import draw_counts, draw_points, legend_of, point_area
from unitscope.figures.view import View
from unitscope.theme import BOUNDARY_WIDTH, Theme, mixed

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap

_MARKERS_UP_TO = (
    16  # panels; in smaller ones a marker is a dot whatever its shape, and shapes cost time
)
# From nothing to much: the lab's Blues without their darkest third, on which blue points would
# vanish.
_BLUES = {
    "light": ("#f7fbff", "#d3e3f3", "#94c4df", "#4a98c9"),
    "dark": ("#15181d", "#173350", "#1d5a92", "#2f86d1"),
}


def unit_grid(view: View, count: int) -> Grid:
    """A grid fine enough for `count` panels in one figure."""
    steps = 101 if count <= 16 else 61
    return Grid.over(view.window, steps, steps)


def draw_unit_maps(
    axes: Any,
    view: View,
    grid: Grid,
    values: np.ndarray,
    lines: Sequence[list[np.ndarray]],
    titles: Sequence[str],
    labels: tuple[str, str],
    y: np.ndarray,
    names: Sequence[str],
    *,
    shared_scale: bool,
    counts: bool,
    quantity: str,
    theme: Theme,
) -> np.ndarray:
    """A panel for each column of `values` (rows * columns, units), with its lines, the points and a colour bar.

    With `axes` None they are made, with a legend; else the colour bar takes its room from them as
    Matplotlib does. Returns the axes (units,).
    """
    units = values.shape[1]
    sheet = None
    if axes is None:
        sheet = canvas.sheet(units, theme, names, bars=1 if shared_scale else units, note=view.note)
    panels = canvas.axes_list(axes, units) if sheet is None else sheet.panels
    area = point_area(len(y), 1.0 if units <= 4 else 0.6 if units <= 16 else 0.3)
    images = []
    for unit, ax in enumerate(panels):
        scaled = values if shared_scale else values[:, [unit]]
        images.append(_draw_map(ax, values[:, unit], grid, _limits(scaled), theme))
        draw_lines(ax, lines[unit], theme, "zero line")
        draw_points(ax, view.points, y, len(names), theme, area, plain=units > _MARKERS_UP_TO)
        canvas.frame(ax, view, titles[unit], labels)
        if counts and (
            unit == 0 or units <= 9
        ):  # small panels have no room, and the points are the same in all
            draw_counts(ax, view.points, theme, 8.0 if units <= 4 else 6.5)
    for index in range(1 if shared_scale else units):
        scaled = values if shared_scale else values[:, [index]]
        place = (
            {"ax": panels if shared_scale else panels[index]}
            if sheet is None
            else {"cax": sheet.bars[index]}
        )
        _draw_bar(images[index], place, _limits(scaled), quantity if shared_scale else "", theme)
    if sheet is not None:
        handles, texts = legend_of(len(names), names, theme, rings=False)
        canvas.draw_legend(sheet.figure, handles, texts, theme, sheet.legend_at, sheet.legend_rows)
    return canvas.array_of(panels)


def draw_lines(ax: Axes, lines: Sequence[np.ndarray], theme: Theme, name: str) -> None:
    """All `lines` as one collection with that gid; none where there is no line."""
    from matplotlib.collections import LineCollection

    if lines:
        drawn = LineCollection(
            list(lines),
            colors=theme.line,
            linewidths=BOUNDARY_WIDTH,
            capstyle="round",
            joinstyle="round",
            zorder=2,
            gid=name,
        )
        ax.add_collection(drawn, autolim=False)


def _limits(values: np.ndarray) -> tuple[float, float]:
    """The least and the greatest of `values`, never equal; 0 belongs to the scale of numbers that are not negative."""
    low, high = min(float(values.min()), 0.0), float(values.max())
    return (low, high) if high > low else (low, low + 1.0)


def _draw_map(
    ax: Axes, values: np.ndarray, grid: Grid, limits: tuple[float, float], theme: Theme
) -> Any:
    from matplotlib.colors import Normalize, TwoSlopeNorm

    low, high = limits
    # Signed numbers: grey is 0. The lesser side gets stronger colours for its size, so that its
    # shape shows, but at most four times: the little that gelu goes below zero must not look like
    # its great values above.
    norm = (
        Normalize(low, high)
        if low >= 0
        else TwoSlopeNorm(0.0, min(low, -high / 4), max(high, -low / 4))
    )
    image = ax.imshow(
        values.reshape(grid.shape),
        extent=grid.extent,
        origin="lower",
        aspect="auto",
        norm=norm,
        interpolation="bilinear",
        cmap=_colors(low < 0, theme),
        zorder=0,
    )
    image.set_gid("map")
    return image


def _colors(signed: bool, theme: Theme) -> Colormap:
    from matplotlib.colors import LinearSegmentedColormap

    # Not their full strength, on which orange and blue points would vanish.
    negative, positive = (
        mixed(theme.zero, color, 0.72) for color in (theme.negative, theme.positive)
    )
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

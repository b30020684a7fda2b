"""Figures and panels, made and dressed here; sized in inches, as layout engines are slow."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from unitscope.errors import refusal, said
from unitscope.figures.view import View, shown_name
from unitscope.theme import DARK, LIGHT, Theme, luminance, theme_named

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Inches around the panels, for tick labels, axis label and title.
LEFT, BOTTOM, TOP = 0.79, 0.52, 0.38
LEGEND_GAP, BAR_WIDTH = 0.14, 0.13
_BAR_ROOM = 0.64  # inches for a colour bar with its numbers
_CHARACTER, _ROW = 0.078, 0.2  # inches: mean width and line height of the legend's 9-point text
_DOTS_PER_INCH = 110


@dataclass(frozen=True)
class Sheet:
    """The panels of one figure, in reading order, and the places of what belongs to all of them.

    `bars` are axes for colour bars: one for all panels, or one for each; `legend_at` is in figure
    coordinates.
    """

    figure: Figure
    panels: list[Axes]
    bars: list[Axes]
    legend_at: tuple[float, float]
    legend_rows: int
    font: float


def theme_for(theme: str | Theme | None, ax: Axes | None = None) -> Theme:
    """The theme asked for, or the one that suits the background of the axes or of new figures."""
    if theme is not None:
        return theme_named(theme)
    from matplotlib import rcParams
    from matplotlib.colors import to_hex, to_rgba

    background = rcParams["figure.facecolor"] if ax is None else ax.get_facecolor()
    if to_rgba(background)[3] < 0.5:
        return DARK if luminance(to_hex(rcParams["text.color"])) > 0.5 else LIGHT
    return DARK if luminance(to_hex(background)) < 0.2 else LIGHT


def new_figure(width: float, height: float, theme: Theme) -> Figure:
    """A figure of that many inches; only with pyplot or in a notebook is it shown by itself."""
    settings: dict[str, Any] = {
        "figsize": (width, height),
        "dpi": _DOTS_PER_INCH,
        "facecolor": theme.background,
    }
    # Without pyplot, figures are freed and nothing heavy is loaded; but a notebook's kernel shows
    # only pyplot's figures.
    if "matplotlib.pyplot" in sys.modules or "ipykernel" in sys.modules:
        from matplotlib import pyplot

        return pyplot.figure(**settings)
    from matplotlib.figure import Figure

    return Figure(**settings)


def single_panel(
    width: float, height: float, theme: Theme, names: Sequence[str], title: str = ""
) -> Axes:
    """One panel of that size, with room for a legend of `names` and for the lines of `title`."""
    room = legend_width(names, height) if names else 0.15
    top = TOP + 0.15 * title.count("\n")
    figure = new_figure(LEFT + width + room, BOTTOM + height + top, theme)
    ax = _panel(figure, (LEFT, BOTTOM, width, height))
    dress(ax, theme, 10.0 if "\n" in title else 12.0)
    return ax


def sheet(count: int, theme: Theme, names: Sequence[str], *, bars: int, note: str = "") -> Sheet:
    """`count` panels, arranged in about a square; `bars` colour bars: 1 for all, or `count`."""
    columns = _columns(count)
    rows = math.ceil(count / columns)
    width, height, font = _panel_size(count)
    each = bars == count and count > 1
    gap_x = _BAR_ROOM if each else 0.22
    gap_y = 0.34 if count > 4 else 0.42
    top = TOP + (0.28 if note else 0.0)
    all_wide = columns * width + (columns - 1) * gap_x
    all_high = rows * height + (rows - 1) * gap_y
    bar_at = LEFT + all_wide + 0.12
    legend_left = bar_at + (0.0 if each else BAR_WIDTH + 0.2) + _BAR_ROOM - BAR_WIDTH
    right = legend_left + legend_width(names, all_high) - LEGEND_GAP
    figure = new_figure(right, BOTTOM + all_high + top, theme)
    panels, bar_axes = [], []
    for index in range(count):
        row, column = divmod(index, columns)
        x = LEFT + column * (width + gap_x)
        y = BOTTOM + (rows - 1 - row) * (height + gap_y)
        panels.append(_panel(figure, (x, y, width, height)))
        if each:
            bar_axes.append(_panel(figure, (x + width + 0.06, y, BAR_WIDTH, height)))
        dress(panels[-1], theme, font)
        _outer_labels_only(panels[-1], column == 0, index + columns >= count)
    if not each:
        high = min(all_high, 3.2)
        bar_axes = [_panel(figure, (bar_at, BOTTOM + all_high - high, BAR_WIDTH, high))]
    for bar in bar_axes:
        dress(bar, theme, font)
    wide, high = figure.get_figwidth(), figure.get_figheight()
    if note:
        at = LEFT / wide, 1 - 0.2 / high
        figure.text(*at, note, fontsize=8.5, color=theme.muted, va="center")
    at = legend_left / wide, (BOTTOM + all_high) / high
    return Sheet(figure, panels, bar_axes, at, _legend_rows(all_high), font)


def _columns(count: int) -> int:
    if count <= 3:
        return count
    return next(n for n in (2, 3, 4, 6, 8) if n * n >= count or n == 8)


def _panel_size(count: int) -> tuple[float, float, float]:
    """Width and height in inches, and the size of the title in points."""
    if count <= 4:
        return 2.7, 2.15, 11.0
    if count <= 9:
        return 2.2, 1.8, 10.0
    if count <= 16:
        return 1.75, 1.45, 9.0
    return 1.3, 1.1, 7.5


def _panel(figure: Figure, inches: tuple[float, float, float, float]) -> Axes:
    x, y, width, height = inches
    wide, high = figure.get_figwidth(), figure.get_figheight()
    return figure.add_axes((x / wide, y / high, width / wide, height / high))


def dress(ax: Axes, theme: Theme, title_size: float = 12.0) -> None:
    """Give panels of our own the theme's colours and text sizes."""
    small = min(9.0, title_size - 1.0)
    ax.set_facecolor(theme.background)
    ax.tick_params(colors=theme.text, labelsize=small, length=3, width=0.7)
    for spine in ax.spines.values():
        spine.set_color(theme.muted)
        spine.set_linewidth(0.7)
    for label in (ax.xaxis.label, ax.yaxis.label):
        label.set(color=theme.text, fontsize=small + 1)
    ax.title.set(color=theme.text, fontsize=title_size)
    ax.locator_params(nbins=5, steps=[1, 2, 5, 10])
    # Numbers of at most six characters, as the room on the left is fixed.
    ax.ticklabel_format(scilimits=(-3, 4))


def _outer_labels_only(ax: Axes, left: bool, bottom: bool) -> None:
    ax.tick_params(labelleft=left, labelbottom=bottom)
    ax.xaxis.label.set_visible(bottom)
    ax.yaxis.label.set_visible(left)


def frame(ax: Axes, view: View, title: str, labels: tuple[str, str]) -> None:
    """Show the view's window; name the axes and the panel unless the user has named them."""
    ax.set_xlim(view.window[0])
    ax.set_ylim(view.window[1])
    if view.strip:
        ax.set_yticks([])  # the rows are in the order of the legend, which has the names
    name_axes(ax, title, labels)


def name_axes(ax: Axes, title: str, labels: tuple[str, str]) -> None:
    """Set the title and the two axis labels where there are none yet."""
    if title and not ax.get_title():
        # At a fixed height, as finding a free one measures every tick label, and in its own size,
        # which set_title would otherwise change.
        ax.set_title(title, y=1.0, fontsize=ax.title.get_fontsize())
    if not ax.get_xlabel():
        ax.set_xlabel(labels[0])
    if not ax.get_ylabel():
        ax.set_ylabel(labels[1])


def legend_width(names: Sequence[str], height: float) -> float:
    """The width in inches of a legend of `names` beside a panel of that height."""
    letters = [len(shown_name(name)) for name in names]
    columns = np.array_split(letters, math.ceil(len(names) / _legend_rows(height)))
    return LEGEND_GAP + sum(0.42 + _CHARACTER * max(2, *column) for column in columns) + 0.1


def _legend_rows(height: float) -> int:
    return max(4, int(height / _ROW))


def panel_legend(ax: Axes, handles: Sequence[Any], names: Sequence[str], theme: Theme) -> None:
    """A legend on the right of one panel."""
    height = ax.get_position().height * ax.figure.get_figheight()  # type: ignore[union-attr]
    draw_legend(ax, handles, names, theme, (1.0 + LEGEND_GAP / 4, 1.0), _legend_rows(height))


def draw_legend(
    place: Axes | Figure,
    handles: Sequence[Any],
    names: Sequence[str],
    theme: Theme,
    at: tuple[float, float],
    rows: int,
) -> None:
    """A legend beside the data; `at` is its upper left corner in the coordinates of `place`."""
    # Matplotlib drops names that start with an underscore, so the texts are put in afterwards.
    legend = place.legend(
        handles,
        ["-"] * len(names),
        loc="upper left",
        bbox_to_anchor=at,
        borderaxespad=0.0,
        frameon=False,
        fontsize=9,
        labelcolor=theme.text,
        handletextpad=0.3,
        labelspacing=0.35,
        columnspacing=0.8,
        handlelength=1.4,
        ncols=math.ceil(len(names) / rows),
    )
    for text, name in zip(legend.get_texts(), names, strict=True):
        text.set_text(shown_name(name))


def axes_list(axes: Any, count: int) -> list[Axes]:
    """The user's axes as a list, one for each of `count` panels; more or fewer are refused."""
    panels: Iterable[Any] = np.ravel(np.asarray(axes, dtype=object))
    found = list(panels)
    if len(found) != count:
        raise refusal("axes", f"{count} Axes, one for each unit", said(f"{len(found)}"))
    return found


def array_of(panels: Sequence[Axes]) -> np.ndarray:
    """Axes as an array (n,) of objects."""
    array = np.empty(len(panels), dtype=object)
    array[:] = panels
    return array

"""Figures and panels, made and dressed here; sized in inches, as layout engines are slow.

What a user set in Matplotlib's rcParams counts where it is not Matplotlib's own default.
"""

from __future__ import annotations

import functools
import math
import sys
import textwrap
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import numpy as np

from unitscope.figures import fonts
from unitscope.figures.boundary import Grid
from unitscope.figures.legend import LEGEND_GAP, legend_rows, legend_width
from unitscope.figures.view import View
from unitscope.notebook import in_notebook
from unitscope.theme import DARK, LIGHT, Theme, luminance, theme_named

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage
    from matplotlib.text import Text

P = ParamSpec("P")
Drawn = TypeVar("Drawn")  # Axes, or an array of them

# Inches around the panels, for tick labels, axis label and title.
LEFT, BOTTOM, TOP = 0.79, 0.52, 0.38
BAR_WIDTH = 0.13
BAR_ROOM = 0.64  # inches for a colour bar with its numbers
_BARE_TITLE = 10.0  # points
_DOTS_PER_INCH = 110
_LETTER = 0.6  # of the font's size: the mean width of a letter
_SMALLEST = 6.0
_NOTE_FONT, _NOTE_ROW = 8.5, 0.16  # points; inches


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
        "dpi": _set("figure.dpi") or _DOTS_PER_INCH,
        "facecolor": theme.background,
    }
    # Without pyplot, figures are freed and nothing heavy is loaded; but a notebook's kernel shows
    # only pyplot's figures.
    if "matplotlib.pyplot" in sys.modules or in_notebook():
        from matplotlib import pyplot

        figure = pyplot.figure(**settings)
    else:
        from matplotlib.figure import Figure

        figure = Figure(**settings)
    _new.add(figure)
    return figure


_new: weakref.WeakSet[Figure] = weakref.WeakSet()  # ours, whose picture isn't finished


def _set(name: Any) -> Any:
    """What the user set in rcParams; None where it is Matplotlib's default."""
    from matplotlib import rcParams, rcParamsDefault

    value = rcParams[name]
    return None if value == rcParamsDefault[name] else value


def _as_set(figure: Figure) -> None:
    """Size a finished figure of ours as rcParams ask.

    With another `font.size` all of it is as many times as large, so that words keep their room;
    `figure.figsize` is then the size of the whole.
    """
    from matplotlib import rcParamsDefault
    from matplotlib.text import Text

    if font := _set("font.size"):
        times = font / rcParamsDefault["font.size"]
        figure.set_size_inches(*(times * figure.get_size_inches()))
        for ax in figure.axes:
            for axis in (ax.xaxis, ax.yaxis):
                size = axis.get_tick_params().get("labelsize")
                if size is not None:
                    axis.set_tick_params(labelsize=times * size)
        ticks = {id(label) for ax in figure.axes for label in _tick_labels(ax)}
        for text in figure.findobj(Text):
            if id(text) not in ticks:
                text.set_fontsize(times * text.get_fontsize())
    if size := _set("figure.figsize"):
        figure.set_size_inches(*size)


def _tick_labels(ax: Axes) -> list[Text]:
    return [
        label
        for axis in (ax.xaxis, ax.yaxis)
        for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks())
        for label in (tick.label1, tick.label2)
    ]


@contextmanager
def closing_on_error() -> Iterator[None]:
    """What draws a picture is inside this: where it raises, the figures it opened are closed."""
    before = _open_figures()
    try:
        yield
    except BaseException:
        for number in _open_figures() - before:
            sys.modules["matplotlib.pyplot"].close(number)
        raise


def picture(draw: Callable[P, Drawn]) -> Callable[P, Drawn]:
    """A function that draws a picture on axes and gives them.

    Where it raises, the figures it opened are closed; its texts have fonts with their signs.
    """

    @functools.wraps(draw)
    def drawing(*arguments: P.args, **settings: P.kwargs) -> Drawn:
        with closing_on_error():
            panels = draw(*arguments, **settings)
            shown: Any = np.asarray(panels, dtype=object).ravel()
            for figure in {panel.get_figure(root=True) for panel in shown} & set(_new):
                _new.discard(figure)
                _as_set(figure)
            fonts.complete({panel.figure for panel in shown})
        return panels

    return drawing


def _open_figures() -> set[int]:
    pyplot = sys.modules.get("matplotlib.pyplot")
    return set() if pyplot is None else set(pyplot.get_fignums())


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


def bare_panel(
    width: float, height: float, theme: Theme, title: str, *, left: float, right: float = 0.15
) -> Axes:
    """One panel of that size for images, without an axis below, and with a title of two lines."""
    least = max(fonts.inches_of(line, _BARE_TITLE) for line in title.split("\n")) + 0.15
    wide, high = left + max(width + right, least), height + TOP + 0.3
    ax = _panel(new_figure(wide, high, theme), (left, 0.1, width, height))
    dress(ax, theme, _BARE_TITLE)
    return ax


def bare(ax: Axes, window: Sequence[tuple[float, float]], title: str) -> None:
    """Show that window of images, without frame or numbers; name the panel unless it has a name."""
    ax.set(xlim=window[0], ylim=window[1], xticks=[])
    ax.tick_params(length=0)
    for spine in ax.spines.values():
        spine.set_visible(False)
    if not ax.get_title(loc="left") and not ax.get_title():
        look: dict[str, Any] = {"fontsize": ax.title.get_fontsize(), "color": ax.title.get_color()}
        ax.set_title(title, loc="left", y=1.0, **look)


def sheet(count: int, theme: Theme, names: Sequence[str], *, bars: int, note: str = "") -> Sheet:
    """`count` panels, arranged in about a square; `bars` colour bars: 1 for all, `count`, or 0."""
    columns = _columns(count)
    rows = math.ceil(count / columns)
    width, height, font = panel_size(count)
    each = bars == count and count > 1
    gap_x = BAR_ROOM if each else 0.22
    gap_y = 0.34 if count > 4 else 0.42
    all_wide = columns * width + (columns - 1) * gap_x
    all_high = rows * height + (rows - 1) * gap_y
    bar_at = LEFT + all_wide + 0.12
    legend_left = bar_at + (0.0 if each else BAR_WIDTH + 0.2) + BAR_ROOM - BAR_WIDTH
    legend_left = legend_left if bars else bar_at
    right = legend_left + legend_width(names, all_high) - LEGEND_GAP
    lines = _wrapped(note, right - LEFT)
    top = TOP + (0.12 + _NOTE_ROW * len(lines) if lines else 0.0)
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
    if bars and not each:
        high = min(all_high, 3.2)
        bar_axes = [_panel(figure, (bar_at, BOTTOM + all_high - high, BAR_WIDTH, high))]
    for bar in bar_axes:
        dress(bar, theme, font)
    wide, high = figure.get_figwidth(), figure.get_figheight()
    for row, line in enumerate(lines):
        at = LEFT / wide, 1 - (0.2 + _NOTE_ROW * row) / high
        figure.text(*at, line, fontsize=_NOTE_FONT, color=theme.muted, va="center")
    at = legend_left / wide, (BOTTOM + all_high) / high
    return Sheet(figure, panels, bar_axes, at, legend_rows(all_high), font)


def _wrapped(note: str, inches: float) -> list[str]:
    """The lines of a note, none longer than that."""
    letters = int(72 * inches / (_LETTER * _NOTE_FONT))
    return [line for part in note.split("\n") for line in textwrap.wrap(part, letters)]


def _columns(count: int) -> int:
    if count <= 3:
        return count
    return next(n for n in (2, 3, 4, 6, 8) if n * n >= count or n == 8)


def panel_size(count: int) -> tuple[float, float, float]:
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
        _fit(ax.xaxis.label, _inches(ax)[0])
    if not ax.get_ylabel():
        ax.set_ylabel(labels[1])
        _fit(ax.yaxis.label, _inches(ax)[1])


def _inches(ax: Axes) -> tuple[float, float]:
    """A panel's width and height."""
    box, figure = ax.get_position(), ax.get_figure(root=True)
    assert figure is not None
    return box.width * figure.get_figwidth(), box.height * figure.get_figheight()


def _fit(text: Text, inches: float) -> None:
    """Write a text smaller where it would be longer than that, but not so small as to be lost."""
    ems = max(_LETTER * max(1, len(text.get_text())), fonts.inches_of(text.get_text(), 72.0))
    fitting = 72 * inches / ems
    if fitting < float(text.get_fontsize()):
        text.set_fontsize(max(fitting, _SMALLEST))


def map_image(ax: Axes, values: np.ndarray, grid: Grid, **colors: Any) -> AxesImage:
    """Values at the places of a grid as an image below all else; `colors` are Matplotlib's."""
    return ax.imshow(
        values.reshape(grid.shape),
        extent=grid.extent,
        origin="lower",
        aspect="auto",
        interpolation="bilinear",
        zorder=0,
        **colors,
    )


def array_of(panels: Sequence[Axes]) -> np.ndarray:
    """Axes as an array (n,) of objects."""
    array = np.empty(len(panels), dtype=object)
    array[:] = panels
    return array

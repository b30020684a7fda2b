"""The parts of the pictures that the course's helper module draws with pyplot."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from unitscope.errors import real_number, refusal
from unitscope.figures import canvas, fonts
from unitscope.figures.boundary import Grid
from unitscope.figures.foreign import Sample
from unitscope.figures.legend import legend_of_words, letters_of
from unitscope.figures.view import View, shown_name
from unitscope.subject import described
from unitscope.theme import class_colors

if TYPE_CHECKING:
    from matplotlib.colors import LinearSegmentedColormap

_LEGEND_ROWS = 12  # beside one panel
_LEGEND_ROW, _LETTER = 0.23, 0.085  # inches, of the legend's 10-point text
_PALE_BLUES = 0.62  # of the Blues: blue points would vanish on the darkest part
_NOTE_SIZE = 9.0  # points, of what is said about the inputs that are not drawn


def one_panel(names: Sequence[str]) -> Any:
    """The Axes of a new figure, with room for a legend of `names`."""
    from matplotlib import pyplot

    size = (4.2 + _longer(names, _LEGEND_ROWS), 3.2)
    figure, ax = pyplot.subplots(figsize=size, layout="constrained")
    _bare(figure)
    return ax


def panels_for(count: int, names: Sequence[str], note: str) -> tuple[Any, list[Any]]:
    """A figure with `count` panels, two in a row or (from seven on) four, and a `note` above.

    It has room for a legend of `names`.
    """
    from matplotlib import pyplot

    columns = min(count, 2) if count <= 6 else 4
    rows = math.ceil(count / columns)
    size = (0.8 + 3.2 * columns + _longer(names, _rows_in(2.5 * rows)), 2.5 * rows)
    figure, axes = pyplot.subplots(rows, columns, figsize=size, layout="constrained", squeeze=False)
    _bare(figure)
    if note:
        figure.suptitle(note, fontsize=_NOTE_SIZE)
    for spare in axes.flat[count:]:
        spare.set_axis_off()
    return figure, list(axes.flat[:count])


def _bare(figure: Any) -> None:
    """Hide ipympl's header, footer and toolbar, as the lab does; other canvases ignore these."""
    for part in ("toolbar_visible", "header_visible", "footer_visible"):
        setattr(figure.canvas, part, False)


def show() -> None:
    """Show what was drawn, where there is a screen."""
    from matplotlib import pyplot

    fonts.complete([pyplot.gcf()])
    with warnings.catch_warnings():
        # Agg warns on a machine with a display that it cannot show; who saves figures knows that.
        warnings.filterwarnings("ignore", message=".*non-interactive.*cannot be shown")
        pyplot.show()


def scatter(
    ax: Any,
    sample: Sample,
    view: View,
    size: float,
    marker: str = "o",
    shades: Callable[[int], Any] | None = None,
) -> list[Any]:
    """The points of each class, in its colour or `shades(i)`; returns them for the legend."""
    from matplotlib.colors import to_rgba
    from matplotlib.markers import MarkerStyle

    area = real_number("size", size, "a number of at least 0", at_least=0.0)
    colors: list[Any] = list(class_colors(len(sample.names)))
    # Whatever is no marker or no colour map fails in a way of its own.
    try:
        if shades is not None:
            colors = [to_rgba(shades(index)) for index in range(len(colors))]
    except Exception as error:
        rule = "a colour map, such as plt.cm.viridis"
        raise refusal("map", rule, described(shades)) from error
    try:
        filled = MarkerStyle(marker).is_filled()
    except Exception as error:
        raise refusal("m", "one of Matplotlib's markers", described(marker)) from error
    # A thin white edge keeps points apart; a marker such as "x" is nothing but edge.
    edge: dict[str, Any] = {"edgecolors": "white", "linewidths": 0.5} if filled else {}
    handles = []
    for index, color in enumerate(colors):
        x, y = view.points[sample.y == index].T
        name = shown_name(sample.names[index])
        # A legend of the user's leaves out labels that begin with an underscore.
        edge["label"] = f" {name}" if name.startswith("_") else name
        handles.append(ax.scatter(x, y, s=area, marker=marker, color=color, zorder=3, **edge))
    return handles


def legend_of_panel(ax: Any, handles: Sequence[Any], sample: Sample) -> None:
    """A legend on the right of one panel."""
    _legend(ax, handles, sample, _LEGEND_ROWS, loc="upper left", bbox_to_anchor=(1.03, 1.0))


def legend_beside_all(figure: Any, handles: Sequence[Any], sample: Sample) -> None:
    """One legend for all panels, on their right, in as many columns as the height requires."""
    rows = _rows_in(figure.get_figheight())
    _legend(figure, handles, sample, rows, loc="outside right upper")


def _rows_in(height: float) -> int:
    """How many classes a column lists in a figure of that many inches."""
    return int((height - 0.2) / _LEGEND_ROW)


def _longer(names: Sequence[str], rows: int) -> float:
    """How many inches names take that are longer than the lab's, c0 and c1."""
    letters = max(letters_of(shown_name(name)) for name in names)
    return _LETTER * max(0, letters - 3) * math.ceil(len(names) / rows)


def _legend(place: Any, handles: Sequence[Any], sample: Sample, rows: int, **where: Any) -> None:
    words = [shown_name(name) for name in sample.names]
    theme = canvas.theme_for(None, handles[0].axes)
    if "bbox_to_anchor" in where:
        where["borderaxespad"] = 0.0
    where["ncols"] = math.ceil(len(words) / rows)
    legend_of_words(place, handles, words, theme, frameon=False, fontsize=10, **where)


def name_panel(ax: Any, view: View, title: str, labels: Sequence[str]) -> None:
    """Title and axis labels; where every class has a row, no numbers beside the rows."""
    ax.set(title=title, xlabel=labels[0], ylabel="class" if view.strip else labels[1])
    if view.strip:
        ax.set_yticks([])


def blue_map(ax: Any, values: np.ndarray, grid: Grid) -> None:
    """Blues over the grid, the bluer, the greater, with a colour bar."""
    from matplotlib import pyplot, ticker

    blues = truncate_colormap(pyplot.get_cmap("Blues"), 0.0, _PALE_BLUES, 256)
    image = canvas.map_image(ax, values, grid, cmap=blues)
    ax.set(xlim=(grid.xs[0], grid.xs[-1]), ylim=(grid.ys[0], grid.ys[-1]))
    bar = ax.figure.colorbar(image, ax=ax, pad=0.03)
    bar.locator = ticker.MaxNLocator(5)
    bar.update_ticks()


def truncate_colormap(
    cmap: Any, minval: float = 0.0, maxval: float = 1.0, n: int = 100
) -> LinearSegmentedColormap:
    """Make a colour map of `n` colours from the part of `cmap` from `minval` to `maxval` (0..1)."""
    from matplotlib.colors import LinearSegmentedColormap

    name = f"{cmap.name}, {minval:.2f} to {maxval:.2f}"
    return LinearSegmentedColormap.from_list(name, cmap(np.linspace(minval, maxval, n)))

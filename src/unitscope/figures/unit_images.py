"""What the units of a layer look for in images: their weights, and what they answer to most."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from unitscope.errors import refusal, whole_number
from unitscope.figures import canvas
from unitscope.figures.arguments import finite, network_and_data, one_axes
from unitscope.figures.legend import draw_legend, legend_rows, legend_width, short_word
from unitscope.figures.mosaic import TILE, Mosaic, ink, ink_limits, pictures_of
from unitscope.figures.view import class_names_for
from unitscope.theme import Theme, ThemeName, class_colors

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from unitscope.data.dataset import Dataset
    from unitscope.networks import Network
    from unitscope.subject import Subject

_MOST_EACH, _MOST_UNITS = 40, 48
_ROWS = 12  # of units; with more, they stand side by side
_NAME = 1.7  # columns of images that a unit's name takes
_FONT, _SMALL = 8.0, 7.0
_FRAME = 1.4  # points
_NOISE = 1e-9  # of the largest value: what varies by less is the same


@canvas.picture
def unit_images(
    net: Subject,
    data: Dataset | None = None,
    layer: int = 0,
    ax: Axes | None = None,
    *,
    units: Sequence[int] | None = None,
    each: int = 6,
    theme: ThemeName | Theme | None = None,
) -> Axes:
    """A row for each unit of a layer: its weights as an image, and the points it answers to most.

    Points are images, or have pictures, as in `us.plot.images`. Where they are images, the weights
    of the first layer's units are shown, pixel by pixel, times how much the pixel varies over the
    data (its standard deviation): what moves the unit. Blue: ink there raises it, orange: lowers
    it; one scale for all units, that of the colour bar. Beside them, in any layer, are the points
    where the unit's output is largest, the largest first, framed in the colours of their classes.
    Points where a unit gives 0 or less are left out; one that is off at every point, or gives the
    same at each, says so instead.

    **Arguments**

    - `net`, `data`: a network and its points; of a Run or Classifier alone, both its own.
    - `layer`: which layer, counted from 0, the output layer the last (titles count from 1).
    - `units`: the units to draw; without it all, or of more than 48 the first 48, as the title
      says.
    - `each`: points for each unit at most, 1 to 40.
    - `ax`, `theme`: as in `us.plot.data`.

    **Returns** the Axes. **Raises** `InvalidInput` for points that are no images, a layer or units
    that there are not, and arguments that do not fit each other.
    """
    net, data = network_and_data(net, data)
    drawn = pictures_of(data)
    index = whole_number("layer", layer, at_least=0)
    if index >= len(net.layers):
        raise refusal("layer", f"below {len(net.layers)}, the number of layers", index)
    shown = _chosen(units, net.layers[index].units)
    most = whole_number("each", each, at_least=1, at_most=_MOST_EACH)
    panel = None if ax is None else one_axes("ax", ax)
    look = canvas.theme_for(theme, panel)
    answers = _answers(net, data, index)
    mosaic = Mosaic(drawn.shape)
    weights = int(index == 0 and data.pictures is None)
    blocks = math.ceil(len(shown) / _ROWS)
    high = math.ceil(len(shown) / blocks)
    wide = _NAME + weights * 1.3 + most + 0.3
    title = _title(net, index, len(shown), bool(weights))
    if panel is None:
        panel = _panel(mosaic, (blocks * wide, high), data, look, title, bar=bool(weights))
    canvas.bare(panel, mosaic.window(blocks * wide, high), title)
    panel.set_yticks([])
    names = _names(net, data, index)
    maps = net.layers[0].weights * data.X.std(axis=0)[:, None] if weights else None
    images = _drawn_weights(panel, mosaic, maps, shown, (high, wide), look)
    framed: list[tuple[float, float]] = []
    points: list[int] = []
    colors: dict[str, Any] = {"cmap": ink(look), **ink_limits(drawn.values)}
    for place, unit in enumerate(shown):
        column, row = place // high * wide, place % high
        x, y = mosaic.middle(column + _NAME - 0.5, row)
        x = mosaic.corner(column + _NAME, row)[0] - 0.15 * max(drawn.shape)
        _write(panel, x, y, names[unit], look.text, _FONT, "right")
        first = column + _NAME + 1.3 * weights
        best, why_none = _best(answers[:, unit], most)
        if why_none:
            left = mosaic.corner(first, row)[0]
            _write(panel, left, y, why_none, look.muted, _SMALL, "left")
        for number, point in enumerate(best):
            gid = f"unit {unit} point {point}"
            mosaic.draw(panel, drawn.values[point], first + number, row, gid=gid, **colors)
            framed.append((first + number, row))
            points.append(point)
    _frame_points(panel, mosaic, framed, data.y[points], class_colors(data.n_classes))
    if ax is None:
        _legend(panel, data, look, bar=bool(weights))
    if images:
        _bar(images[-1], panel, look, ours=ax is None)
    return panel


def _frame_points(
    ax: Axes,
    mosaic: Mosaic,
    places: list[tuple[float, float]],
    y: np.ndarray,
    colors: Sequence[str],
) -> None:
    mosaic.frame(ax, places, [colors[label] for label in y], "points", _FRAME)


def _answers(net: Network, data: Dataset, index: int) -> np.ndarray:
    with np.errstate(over="ignore", invalid="ignore"):
        return finite(net.activations(data.X)[index])


def _names(net: Network, data: Dataset, index: int) -> list[str]:
    """What the units of a layer are called: those of the last by their classes."""
    count = net.layers[index].units
    if index < len(net.layers) - 1:
        return [f"unit {unit}" for unit in range(count)]
    inches = (_NAME - 0.3) * TILE
    names = class_names_for(count, data.class_names)
    return [short_word(name, inches, _FONT) for name in names]


def _chosen(units: Sequence[int] | None, count: int) -> list[int]:
    if units is None:
        return list(range(min(count, _MOST_UNITS)))
    rule = f"a list of at least one and at most {_MOST_UNITS} units, from 0 to {count - 1}"
    if isinstance(units, (str, bytes)) or not np.iterable(units):
        raise refusal("units", rule, units)
    found = [whole_number("units", unit, at_least=0, at_most=count - 1) for unit in units]
    if not 0 < len(found) <= _MOST_UNITS:
        raise refusal("units", rule, len(found))
    return found


def _title(net: Network, index: int, shown: int, weights: bool) -> str:
    count = net.layers[index].units
    what = "weights, and " if weights else ""
    title = f"Layer {index + 1}: {what}what each unit answers to most"
    return title if shown == count else f"{title}\n({shown} of {count} units)"


def _best(values: np.ndarray, most: int) -> tuple[np.ndarray, str]:
    """The points where a unit gives most; none, and why, where it gives nothing or all the same."""
    if np.ptp(values) <= _NOISE * np.abs(values).max():
        same = f"{values[0]:.3g} at every point" if values[0] else "0 at every point"
        return np.zeros(0, int), same
    order = np.argsort(-values, kind="stable")[:most]
    order = order[values[order] > 0]
    return order, "" if len(order) else "0 or less at every point"


def _panel(
    mosaic: Mosaic,
    size: tuple[float, float],
    data: Dataset,
    theme: Theme,
    title: str,
    *,
    bar: bool,
) -> Axes:
    """A panel of our own for so many columns and rows, with room for the legend and the bar."""
    width, height = mosaic.inches(*size)
    right = legend_width(data.class_names, height) + canvas.BAR_ROOM * 1.5 * bar
    return canvas.bare_panel(width, height, theme, title, left=0.1, right=right)


def _drawn_weights(
    ax: Axes,
    mosaic: Mosaic,
    maps: np.ndarray | None,
    shown: list[int],
    block: tuple[int, float],
    theme: Theme,
) -> list[Any]:
    """The weights of the units, images in the first column of each block; of no maps, none."""
    if maps is None:
        return []
    from matplotlib.colors import LinearSegmentedColormap

    high, wide = block
    top = float(np.abs(maps[:, shown]).max()) or 1.0
    steps = theme.negative, theme.zero, theme.positive
    colors = LinearSegmentedColormap.from_list("signed", steps)
    return [
        mosaic.draw(
            ax,
            maps[:, unit],
            place // high * wide + _NAME,
            place % high,
            cmap=colors,
            vmin=-top,
            vmax=top,
            gid=f"weights {unit}",
        )
        for place, unit in enumerate(shown)
    ]


def _bar(image: Any, ax: Axes, theme: Theme, *, ours: bool) -> None:
    """The colour bar of the weights: on a figure of ours in the room on the right."""
    figure: Any = ax.get_figure(root=True)
    place: dict[str, Any] = {"ax": ax}
    if ours:
        box, wide = ax.get_position(), figure.get_figwidth()
        high = min(box.height, 3.2 / figure.get_figheight())
        side = box.x1 + 0.05 / wide, box.y1 - high, canvas.BAR_WIDTH / wide, high
        place = {"cax": figure.add_axes(side)}
        canvas.dress(place["cax"], theme)
    bar = figure.colorbar(image, **place)
    bar.outline.set(edgecolor=theme.muted, linewidth=0.7)
    bar.ax.set_gid("colour bar")
    bar.ax.set_ylabel("weight x spread of the pixel")
    if ours:
        bar.ax.tick_params(colors=theme.text, labelsize=_FONT, length=3)
        bar.ax.yaxis.label.set(color=theme.text, fontsize=_FONT)


def _legend(ax: Axes, data: Dataset, theme: Theme, *, bar: bool) -> None:
    """The classes' colours, on the right."""
    from matplotlib.patches import Patch

    figure: Any = ax.get_figure(root=True)
    box, wide, high = ax.get_position(), figure.get_figwidth(), figure.get_figheight()
    handles = [
        Patch(facecolor="none", edgecolor=color, linewidth=_FRAME)
        for color in class_colors(data.n_classes)
    ]
    at = box.x1 + (0.1 + canvas.BAR_ROOM * 1.5 * bar) / wide, box.y1
    draw_legend(figure, handles, data.class_names, theme, at, legend_rows(box.height * high))


def _write(ax: Axes, x: float, y: float, words: str, color: str, font: float, side: str) -> None:
    look: dict[str, Any] = {"fontsize": font, "color": color, "ha": side, "va": "center"}
    ax.text(x, y, words, gid="unit name", **look)

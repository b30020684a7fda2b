"""The regions of the input plane that a network gives to each class, and their boundary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from unitscope.errors import whole_number
from unitscope.figures import canvas
from unitscope.figures.boundary import Grid
from unitscope.figures.points import draw_points, draw_rings, legend_of, point_area
from unitscope.figures.room import Room
from unitscope.figures.unit_map import draw_lines
from unitscope.figures.view import View, check_fits, class_names_for, math_name, shown_name, view_of
from unitscope.geometry.arrangement import TooManyRegions
from unitscope.geometry.partition import Partition, partition, sampled
from unitscope.geometry.zero_lines import zero_lines
from unitscope.theme import Theme, ThemeName, class_colors, class_tints, mixed, rgb

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from unitscope.data.dataset import Dataset
    from unitscope.network import Network

_NAME_FONT, _UNIT_FONT = 9.0, 7.5
_MOST_NAMED_UNITS = 24
_SHADES = 201  # pixels along each side of the probability's shading
_SUREST = 0.55  # how much of the class's own colour there is where its probability is 1
_UNIT_WIDTH = 0.9  # points
_DASHES = ("-", (0, (5, 1.5)), (0, (1.2, 1.2)))  # of the first layer, the second, and deeper ones


def decision_regions(
    net: Network,
    data: Dataset,
    ax: Axes | None = None,
    *,
    features: tuple[int, int] | None = None,
    probability: bool = False,
    activation_regions: bool = False,
    margin: int | None = None,
    grid: int = 128,
    legend: bool = True,
    theme: ThemeName | Theme | None = None,
) -> Axes:
    """Fill each class's region with a light tint and its name, and draw the decision boundary.

    Regions and lines are those of `us.partition`: exact polygons where activations are piecewise
    linear (sharp at any zoom of an SVG); for smooth ones, found on a mesh of `grid` x `grid` cells
    and moved onto the true boundary. With more than 250,000 activation regions the mesh is used,
    too, and the title says so. Misclassified points have a ring: the network is wrong at the point
    itself, of which the picture may show only two features.

    **Arguments**

    - `features`: the two features to draw where there are more; the others are held at their mean,
      and the title says so. With one feature every class has a row, and boundaries are vertical.
    - `probability`: shade by how far the probability of the predicted class is ahead of the next:
      nothing at the boundary, full colour where it is certain.
    - `activation_regions`: draw where each hidden unit turns on, a line with the unit's name (up to
      24 units): unit 0, or its activation where there are more layers. Lines of the second layer
      are dashed, those of deeper ones dotted.
    - `margin`: the number of a point of the data; draws the shortest way from it to the decision
      boundary within the picture's two features, with its length in data units and the class behind
      it ("at most" where the boundary outside the picture may be nearer).
    - `grid`: cells of the mesh along each side, for smooth activations.
    - `ax`, `legend`, `theme`: as in `us.plot.data`.

    **Returns** the Axes. **Raises** `InvalidInput` for data that does not fit the network, for more
    than two features without `features`, and for a `margin` that is no point of the data.
    """
    check_fits(net, data)
    point = margin
    if point is not None:
        point = whole_number("margin", point, at_least=0, at_most=data.n_points - 1)
    names = class_names_for(max(net.n_classes, data.n_classes), data.class_names)
    view = view_of(data.X, data.feature_names, data.y, len(names), features)
    part, sampling = _partition(view.seen(net), view, grid)
    notes = [f"({note})" for note in (view.note, sampling) if note]
    title = "\n".join(["model decision boundary", *notes])
    wrong = net.predict(data.X) != data.y
    look = canvas.theme_for(theme, ax)
    handles, texts = legend_of(len(names), names, look, rings=bool(wrong.any()))
    panel = ax
    if panel is None:
        panel = canvas.single_panel(3.5, 3.0, look, texts if legend else (), title)
    canvas.frame(panel, view, title, (math_name(view.labels[0]), math_name(view.labels[1])))
    area = point_area(data.n_points)
    room = Room(panel, view.window)
    room.take(view.points, 0.6 * area**0.5)
    (_shade if probability else _fill)(panel, part, look)
    lines = [line.vertices for line in part.boundary.polylines()]
    draw_lines(panel, lines, look, "decision boundary")
    draw_points(panel, view.points, data.y, len(names), look, area)
    draw_rings(panel, view.points[wrong], look, area)
    if point is not None:
        _draw_margin(panel, part, view.points[point], names, room, lines, look)
    _name_regions(panel, part, names, room, look)
    if activation_regions:
        _draw_units(panel, part, view, room, look)
    if legend:
        canvas.panel_legend(panel, handles, texts, look)
    return panel


def _partition(net: Network, view: View, cells: int) -> tuple[Partition, str]:
    """The partition of the picture, and what to say about it."""
    try:
        return partition(net, view.window, grid=cells), ""
    except TooManyRegions:
        note = f"sampled: too many regions for {cells} x {cells} cells to show"
        return sampled(net, view.window, cells), note


def _fill(ax: Axes, part: Partition, theme: Theme) -> None:
    """Each class as one shape with holes (gid "region 0", ...)."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    tints = class_tints(part.n_classes, theme)
    for label, loops in enumerate(part.outlines()):
        if not loops:
            continue
        closed = [
            loop if (loop[0] == loop[-1]).all() else np.append(loop, loop[:1], axis=0)
            for loop in loops
        ]
        codes = np.full(sum(map(len, closed)), Path.LINETO, np.uint8)
        ends = np.cumsum([len(loop) for loop in closed])
        codes[np.append(0, ends[:-1])], codes[ends - 1] = Path.MOVETO, Path.CLOSEPOLY
        outline = Path(np.concatenate(closed), codes)
        shape = PathPatch(outline, facecolor=tints[label], linewidth=0, zorder=0)
        shape.set_gid(f"region {label}")
        ax.add_artist(shape)


def _shade(ax: Axes, part: Partition, theme: Theme) -> None:
    """The window in the predicted class's colour: the further ahead it is, the stronger."""
    grid = Grid.over(part.window, _SHADES, _SHADES)
    chances = part.net.probabilities(grid.points)
    order = np.sort(chances, axis=1)
    ahead = order[:, -1] - (order[:, -2] if part.n_classes > 1 else 0.0)
    strongest = [mixed(theme.background, color, _SUREST) for color in class_colors(part.n_classes)]
    full = np.array([rgb(color) for color in strongest])
    base = np.array(rgb(theme.background))
    colors = base + ahead[:, None] * (full[chances.argmax(axis=1)] - base)
    image = ax.imshow(
        np.round(255 * colors).astype(np.uint8).reshape(*grid.shape, 3),
        extent=grid.extent,
        origin="lower",
        aspect="auto",
        interpolation="bilinear",
        zorder=0,
    )
    image.set_gid("probability")
    ax.set(xlim=part.window[0], ylim=part.window[1])


def _name_regions(
    ax: Axes, part: Partition, names: tuple[str, ...], room: Room, theme: Theme
) -> None:
    """Each class's name in its region (gid "class name"), where there is room for it."""
    predicted = part.net.predict(room.places)
    colors = class_colors(part.n_classes)
    for label in range(part.n_classes):
        word = shown_name(names[label])
        place = room.inside(predicted == label, len(word), _NAME_FONT)
        if place is not None:
            color = mixed(colors[label], theme.text, 0.6)
            _write(ax, place, word, _NAME_FONT, color, "class name")


def _draw_margin(
    ax: Axes,
    part: Partition,
    point: np.ndarray,
    names: tuple[str, ...],
    room: Room,
    lines: list[np.ndarray],
    theme: Theme,
) -> None:
    """The way from `point` to the nearest boundary point, if there is one, and its length."""
    found = part.margin(point[None])
    distance = float(found.distance[0])
    nearest = found.nearest[0]
    if not np.isfinite(distance):
        return
    ax.plot(
        *np.stack([point, nearest], axis=1),
        color=theme.ring,
        linewidth=1.4,
        marker="o",
        markersize=4,
        markevery=[1],
        zorder=2.5,
        gid="margin",
    )
    room.take_lines([np.stack([point, nearest])])
    most = "" if found.certified[0] else "at most "
    word = f"{most}{distance:.3g} to {shown_name(names[found.other_class[0]])}"
    middle = (point + nearest) / 2
    place = room.near(middle, len(word), _NAME_FONT, beside=lines)
    if place is not None:
        ax.annotate(
            word,
            middle,
            xytext=place,
            fontsize=_NAME_FONT,
            color=theme.text,
            ha="center",
            va="center",
            zorder=5,
            gid="margin length",
            bbox=_paper(theme),
            arrowprops={"arrowstyle": "-", "color": theme.text, "linewidth": 0.6, "shrinkB": 2.0},
        )


def _draw_units(ax: Axes, part: Partition, view: View, room: Room, theme: Theme) -> None:
    """Where each hidden unit turns on, a collection for each layer, and the units' names."""
    from matplotlib.collections import LineCollection

    hidden = part.net.layers[:-1]
    named = sum(layer.units for layer in hidden) <= _MOST_NAMED_UNITS
    for number, layer in enumerate(hidden):
        if layer.activation == "linear":  # turns nowhere
            continue
        of_units = zero_lines(part.net, number, view.window)
        drawn = [line for lines in of_units for line in lines]
        if drawn:
            collection = LineCollection(
                drawn,
                colors=theme.muted,
                linewidths=_UNIT_WIDTH,
                linestyles=[_DASHES[min(number, 2)]],
                zorder=1.5,
                gid=f"layer {number + 1} turns on",
            )
            ax.add_collection(collection, autolim=False)
        for unit, lines in enumerate(of_units if named else ()):
            word, letters = f"unit {unit}", 6
            if len(hidden) > 1:
                word = f"$a^{{[{number + 1}]}}_{{{unit}}}$"
                letters = 4
            place = room.along(lines, letters, _UNIT_FONT)
            if place is not None:
                _write(ax, place, word, _UNIT_FONT, theme.muted, "unit name", _paper(theme))


def _write(
    ax: Axes,
    place: tuple[float, float],
    word: str,
    font: float,
    color: str,
    name: str,
    paper: dict[str, Any] | None = None,
) -> None:
    ax.text(
        *place,
        word,
        fontsize=font,
        color=color,
        ha="center",
        va="center",
        zorder=5,
        gid=name,
        bbox=paper,
        clip_on=True,
    )


def _paper(theme: Theme) -> dict[str, Any]:
    """What a word that lies on lines is written on."""
    return {
        "boxstyle": "round,pad=0.12",
        "facecolor": theme.background,
        "edgecolor": "none",
        "alpha": 0.85,
    }

"""The regions of the input plane that a network gives to each class, and their boundary."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from unitscope.errors import whole_number
from unitscope.figures import canvas
from unitscope.figures.arguments import model_and_data, one_axes, yes_or_no
from unitscope.figures.boundary import Grid
from unitscope.figures.legend import legend_beside, legend_inside, letters_of
from unitscope.figures.points import (
    draw_points,
    draw_rings,
    drawn_note,
    legend_of,
    point_area,
)
from unitscope.figures.room import Room
from unitscope.figures.sampled import (
    check_wishes,
    classes_at,
    rows_in_time,
    sampled_partition,
    side_in_time,
)
from unitscope.figures.unit_map import draw_lines
from unitscope.figures.view import View, class_names_for, shown_name, view_for
from unitscope.geometry.arrangement import TooManyRegions
from unitscope.geometry.partition import partition
from unitscope.geometry.rectangle import Partition, sampled
from unitscope.geometry.zero_lines import zero_lines
from unitscope.models.sampled import Model, SampledClassifier
from unitscope.theme import Theme, ThemeName, class_colors, class_tints, mixed, rgb

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from unitscope.data.dataset import Dataset
    from unitscope.geometry.plane import Plane
    from unitscope.subject import Subject

_NAME_FONT, _UNIT_FONT = 9.0, 7.5
_MOST_NAMED_UNITS = 24
_SHADES = 201  # pixels along each side of the probability's shading
_SUREST = 0.55  # how much of the class's own colour there is where its probability is 1
_MOST_NUMBERED = 12  # boundaries on a line
_UNIT_WIDTH = 0.9  # points
_DASHES = ("-", (0, (5, 1.5)), (0, (1.2, 1.2)))  # of the first layer, the second, and deeper ones


@canvas.picture
def decision_regions(
    net: Subject,
    data: Dataset | None = None,
    ax: Axes | None = None,
    *,
    features: tuple[int, int] | tuple[str, str] | None = None,
    plane: Plane | None = None,
    probability: bool = False,
    activation_regions: bool = False,
    margin: int | None = None,
    grid: int = 128,
    legend: bool = True,
    theme: ThemeName | Theme | None = None,
) -> Axes:
    """Fill each class's region with a light tint and its name, and draw the decision boundary.

    Regions and lines are those of `us.partition`: exact polygons where activations are piecewise
    linear; for smooth ones, found on a mesh of `grid` x `grid` cells and moved onto the true
    boundary. With more than 250,000 activation regions the mesh is used, and the title says so, as
    it does of a model without layers (a tree, a forest): that is asked on the mesh, see there.
    A misclassified point has a ring: of the point itself; the picture shows what its plane does.

    More than two features are seen on a plane, `us.Plane.best`: exact for all features where the
    first layer has two units, elsewhere the one on which most points stand on the ground of their
    prediction. The title says which, where both agree, and of over 4,000 points how many are drawn.

    **Arguments**

    - `net`, `data`: a network or a fitted model, and a Dataset or a pair (X, y); a Run has its own.
    - `features`: two to draw where there are more (numbers or names); others are at their mean, and
      the title says so. With one feature every class has a row, and boundaries have numbers.
    - `plane`: the `us.Plane` to draw.
    - `probability`: shade by how far the probability of the predicted class is ahead of the next:
      nothing at the boundary, full colour where it is certain.
    - `activation_regions`: draw where each hidden unit turns on, a line with the unit's name (up to
      24 units): unit 0, or its activation where there are more layers. Lines of the second layer
      are dashed, those of deeper ones dotted.
    - `margin`: the number of a point; draws its shortest way to the decision boundary, its length
      (in data units, or those of a plane with a `dual`; perhaps "at most") and the class behind it.
    - `grid`: cells of the mesh along each side, for smooth activations.
    - `ax`, `legend`, `theme`: as in `us.plot.data`.

    **Returns** the Axes. **Raises** `InvalidInput` for arguments that do not fit each other.
    """
    model, data = model_and_data(net, data)
    panel = None if ax is None else one_axes("ax", ax)
    lines_of_units = yes_or_no("activation_regions", activation_regions)
    draw_ground = _shade if yes_or_no("probability", probability) else _fill
    check_wishes(model, lines_of_units, probability)
    legend = yes_or_no("legend", legend)
    look = canvas.theme_for(theme, panel)
    if margin is not None:
        margin = whole_number("margin", margin, at_least=0, at_most=data.n_points - 1)
    names = class_names_for(max(model.n_classes, data.n_classes), data.class_names)
    view = view_for(model, data, features, plane, len(names))
    part, sampling = _partition(model, view, grid)
    drawn = rows_in_time(model, data)
    title = _title(view.note, sampling, drawn_note(len(drawn), data.n_points))
    wrong = model.predict(data.X[drawn]) != data.y[drawn]
    handles, texts = legend_of(len(names), names, look, rings=bool(wrong.any()))
    if panel is None:
        panel = canvas.single_panel(3.5, 3.0, look, texts if legend else (), title)
    canvas.frame(panel, view, title, view.labels)
    area, shown = point_area(len(drawn)), view.points[drawn]
    room = Room(panel, view.window)
    room.take(shown, 0.6 * area**0.5)
    if legend and ax is None:
        legend_beside(panel, handles, texts, look)
    elif legend:
        room.take_between(*legend_inside(panel, handles, texts, look, shown))
    draw_ground(panel, part, look)
    lines = _draw_boundary(panel, part, room, look, numbered=view.strip)
    draw_points(panel, shown, data.y[drawn], len(names), look, area)
    draw_rings(panel, shown[wrong], look, area)
    if margin is not None:
        _draw_margin(panel, part, view.points[margin], names, room, lines, look)
    _name_regions(panel, part, names, room, look)
    if lines_of_units:
        _draw_units(panel, part, view, room, look)
    return panel


def _title(*notes: str) -> str:
    """What the picture is, and in lines of their own what it says of itself."""
    told = [f"({line})" for note in notes for line in note.split("\n") if line]
    return "\n".join(["model decision boundary", *told])


def _partition(model: Model, view: View, cells: int) -> tuple[Partition, str]:
    """The partition of the picture, and what to say about it."""
    seen = view.seen(model)
    if isinstance(seen, SampledClassifier):
        return sampled_partition(seen, model, view, cells)
    try:
        return partition(seen, view.window, grid=cells), ""
    except TooManyRegions:
        note = f"sampled: too many regions for {cells} x {cells} cells to show"
        return sampled(seen, view.window, cells), note


def _fill(ax: Axes, part: Partition, theme: Theme) -> None:
    """Each class as one shape with holes (gid "region 0", ...)."""
    tints = class_tints(part.n_classes, theme)
    for label, loops in enumerate(part.outlines()):
        fill_loops(ax, loops, f"region {label}", facecolor=tints[label])


def fill_loops(ax: Axes, loops: list[np.ndarray], name: str, **look: Any) -> None:
    """Closed lines (m, 2) as one shape with holes, with that gid; `look` is Matplotlib's."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    if not loops:
        return
    closed = [
        loop if (loop[0] == loop[-1]).all() else np.append(loop, loop[:1], axis=0) for loop in loops
    ]
    codes = np.full(sum(map(len, closed)), Path.LINETO, np.uint8)
    ends = np.cumsum([len(loop) for loop in closed])
    codes[np.append(0, ends[:-1])], codes[ends - 1] = Path.MOVETO, Path.CLOSEPOLY
    shape = PathPatch(Path(np.concatenate(closed), codes), linewidth=0, zorder=0, **look)
    shape.set_gid(name)
    ax.add_artist(shape)


def _shade(ax: Axes, part: Partition, theme: Theme) -> None:
    """The window in the predicted class's colour: the further ahead it is, the stronger."""
    side = side_in_time(part, _SHADES)
    grid = Grid.over(part.window, side, side)
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
    predicted = classes_at(part, room.places)
    colors = class_colors(part.n_classes)
    for label in range(part.n_classes):
        word = shown_name(names[label])
        place = room.inside(predicted == label, letters_of(word), _NAME_FONT)
        if place is not None:
            color = mixed(colors[label], theme.text, 0.6)
            _write(ax, place, word, _NAME_FONT, color, "class name")


def _draw_boundary(
    ax: Axes, part: Partition, room: Room, theme: Theme, *, numbered: bool
) -> list[np.ndarray]:
    """The lines of the decision boundary.

    Where they are `numbered`, as upright ones of one feature, each has its place (gid "boundary
    value"), if they are few.
    """
    lines = [line.vertices for line in part.boundary.polylines()]
    draw_lines(ax, lines, theme, "decision boundary")
    if not numbered or len(lines) > _MOST_NUMBERED:
        return lines
    low, high = ax.get_xlim()
    for line in sorted(lines, key=lambda line: float(line[0, 0])):
        word = between(float(line[0, 0]), low, high)
        place = room.along([line], len(word), _UNIT_FONT)
        if place is not None:
            _write(ax, place, word, _UNIT_FONT, theme.text, "boundary value", _paper(theme))
    return lines


def between(value: float, low: float, high: float) -> str:
    """A number to a thousandth of its window."""
    size = max(abs(low), abs(high)) / (high - low)
    return f"{value:.{min(15, 3 + max(0, math.ceil(math.log10(size))))}g}"


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
    place = room.near(middle, letters_of(word), _NAME_FONT, beside=lines)
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

    net: Any = part.net  # that of a model that is asked is refused before
    hidden = net.layers[:-1]
    named = sum(layer.units for layer in hidden) <= _MOST_NAMED_UNITS
    for number, layer in enumerate(hidden):
        if layer.activation == "linear":  # turns nowhere
            continue
        of_units = zero_lines(net, number, view.window)
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

"""What each output unit gives over the space that the last hidden layer makes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from unitscope.errors import refusal
from unitscope.figures.arguments import finite, network_and_data
from unitscope.figures.canvas import panel_size, picture
from unitscope.figures.fonts import inches_of
from unitscope.figures.legend import short_word
from unitscope.figures.unit_map import draw_unit_maps
from unitscope.figures.unit_values import UnitMaps, unit_grid
from unitscope.figures.view import (
    class_names_for,
    differing_pair,
    math_name,
    view_for,
    view_of,
    view_on,
    with_agreement,
)
from unitscope.networks import Network
from unitscope.theme import Theme, ThemeName

if TYPE_CHECKING:
    from unitscope.data.dataset import Dataset
    from unitscope.geometry.plane import Plane
    from unitscope.subject import Subject

_LEAST_NAME = 0.3  # inches of a class's name


@picture
def output_layer(
    net: Subject,
    data: Dataset | None = None,
    *,
    ax: Any = None,
    units: tuple[int, int] | None = None,
    plane: Plane | None = None,
    shared_scale: bool = True,
    theme: ThemeName | Theme | None = None,
) -> np.ndarray:
    """A panel for each output unit: its logit over two hidden units, and the data in that space.

    The two are units of the last hidden layer. A positive logit is blue, a negative one orange, 0
    grey; the unit with the largest logit of all gives the class. Over one hidden unit (or feature,
    without hidden layers) a logit is a curve, with the points on it. Where five or more points
    coincide, as at the corner that ReLU makes, a label says how many of which class.

    **Arguments**

    - `net`, `data`: a network, or a fitted model (see `us.network`), and the points to draw, a
      Dataset or a pair (X, y); of a Run or Classifier alone, both its own.
    - `ax`: Axes to draw on, an array or list, one for each output unit; a new figure without it.
    - `units`: the two hidden units to draw where there are more. Without it, the two that differ
      most: over which the points spread widest (the determinant of their covariance). The others
      are held at their mean over the data, and the figure says so. Without a hidden layer the
      inputs take its place, and what is shown of them is as in `us.plot.decision_regions`.
    - `plane`: the `us.Plane` to draw, through the space of the last hidden layer. Of more than two
      units the figure says at how many points the largest logit of the ground is the network's.
    - `shared_scale`: one colour scale for all panels, so that they can be compared; False gives
      each its own.
    - `theme`: "light" or "dark"; without it, what suits the background.

    **Returns** the Axes, an array (classes,). **Raises** `InvalidInput` for data that does not fit
    the network, and for arguments of another kind.
    """
    net, data = network_and_data(net, data)
    hidden = len(net.layers) - 1
    with np.errstate(over="ignore", invalid="ignore"):
        table = finite(net.activations(data.X)[-2]) if hidden else data.X
    if hidden:
        labels = [f"$a^{{[{hidden}]}}_{{{unit}}}$" for unit in range(table.shape[1])]
    else:
        labels = [math_name(name) for name in data.feature_names]
    names = class_names_for(max(net.n_classes, data.n_classes), data.class_names)
    last = net.layers[-1]
    if not hidden and units is None:
        view = view_for(net, data, None, plane, len(names))
    elif plane is not None:
        if units is not None:
            raise refusal("plane", "left out where units are given", plane)
        view = with_agreement(view_on(plane, table, labels, labels), Network([last]), table)
    else:
        if table.shape[1] > 2 and units is None:
            units = differing_pair(table)
        others = "hidden units" if hidden else "features"
        view = view_of(table, labels, data.y, len(names), units, argument="units", others=others)
        if table.shape[1] > 2:
            view = with_agreement(view, Network([last]), table)
    grid = unit_grid(view, net.n_classes)
    with np.errstate(over="ignore", invalid="ignore"):
        values = finite(last(view.inputs(grid.points)))
    kind = "Linear Output" if last.activation == "linear" else "Output"
    maps = UnitMaps(
        view,
        grid,
        values=values,
        quantity="logit",
        lines=[[]] * net.n_classes,
        titles=[_title(kind, unit, names[unit], net.n_classes) for unit in range(net.n_classes)],
        labels=view.labels,
        y=data.y,
        names=names,
        counts=True,
    )
    return draw_unit_maps(ax, maps, theme, shared_scale=shared_scale)


def _title(kind: str, unit: int, name: str, panels: int) -> str:
    """Which output it is, and of which class; a class that is called as its number, once."""
    title = f"{kind} Unit {unit}"
    if name == str(unit):
        return title
    width, _, font = panel_size(panels)
    room = width - inches_of(f"{title}: ", font)
    return f"{title}: {short_word(name, room, font)}" if room > _LEAST_NAME else title

"""What each output unit gives over the space that the last hidden layer makes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from unitscope.figures.unit_map import UnitMaps, draw_unit_maps, unit_grid
from unitscope.figures.view import check_fits, class_names_for, math_name, view_of
from unitscope.theme import Theme, ThemeName

if TYPE_CHECKING:
    from unitscope.data.dataset import Dataset
    from unitscope.network import Network


def output_layer(
    net: Network,
    data: Dataset,
    *,
    axes: Any = None,
    units: tuple[int, int] | None = None,
    shared_scale: bool = True,
    theme: ThemeName | Theme | None = None,
) -> np.ndarray:
    """A panel for each output unit: its logit over two hidden units, and the data in that space.

    The two are units of the last hidden layer. A positive logit is blue, a negative one orange, 0
    grey; the unit with the largest logit of all gives the class. Where five or more points
    coincide, as at the corner that ReLU makes, a label says how many.

    **Arguments**

    - `axes`: Axes to draw on, one for each output unit; a new figure without it.
    - `units`: the two hidden units to draw where there are more ((0, 1) without it); the others are
      held at their mean over the data, and the figure says so. With one hidden unit every class has
      a row of its own; without a hidden layer the inputs take its place.
    - `shared_scale`: one colour scale for all panels, so that they can be compared; False gives
      each its own.
    - `theme`: "light" or "dark"; without it, what suits the background.

    **Returns** the Axes, an array (classes,). **Raises** `InvalidInput` for data that does not fit
    the network.
    """
    check_fits(net, data)
    hidden = len(net.layers) - 1
    table = net.activations(data.X)[-2] if hidden else data.X
    if hidden:
        labels = [f"$a^{{[{hidden}]}}_{{{unit}}}$" for unit in range(table.shape[1])]
    else:
        labels = [math_name(name) for name in data.feature_names]
    if table.shape[1] > 2 and units is None:
        units = (0, 1)
    names = class_names_for(max(net.n_classes, data.n_classes), data.class_names)
    others = "hidden units" if hidden else "features"
    view = view_of(table, labels, data.y, len(names), units, argument="units", others=others)
    grid = unit_grid(view, net.n_classes)
    last = net.layers[-1]
    kind = "Linear Output" if last.activation == "linear" else "Output"
    maps = UnitMaps(
        view,
        grid,
        values=last(view.inputs(grid.points)),
        quantity="logit",
        lines=[[]] * net.n_classes,
        titles=[f"{kind} Unit {unit}" for unit in range(net.n_classes)],
        labels=view.labels,
        y=data.y,
        names=names,
        counts=True,
    )
    return draw_unit_maps(axes, maps, theme, shared_scale=shared_scale)

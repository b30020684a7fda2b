"""What each output unit answers over the space that the last hidden layer makes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from unitscope.figures import canvas
from unitscope.figures.unit_map import draw_unit_maps, unit_grid
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
    """One panel an output unit: its logit over two units of the last hidden layer, and the data in that space.

    Blue is a positive logit, orange a negative one, grey 0; the unit with the largest logit of all
    gives the class. Where five or more points coincide, as at the corner that ReLU makes, a label
    says how many.

    **Arguments**

    - `axes`: Axes to draw on, one an output unit; a new figure without it.
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
    labels = (
        [f"$a^{{[{hidden}]}}_{{{i}}}$" for i in range(table.shape[1])]
        if hidden
        else [math_name(name) for name in data.feature_names]
    )
    if table.shape[1] > 2 and units is None:
        units = (0, 1)
    names = class_names_for(max(net.n_classes, data.n_classes), data.class_names)
    view = view_of(
        table,
        labels,
        data.y,
        len(names),
        units,
        argument="units",
        others="hidden units" if hidden else "features",
    )
    grid = unit_grid(view, net.n_classes)
    last = net.layers[-1]
    logits = last(view.inputs(grid.points))
    kind = "Linear Output" if last.activation == "linear" else "Output"
    first = canvas.axes_list(axes, net.n_classes)[0] if axes is not None else None
    return draw_unit_maps(
        axes,
        view,
        grid,
        logits,
        [[]] * net.n_classes,
        [f"{kind} Unit {unit}" for unit in range(net.n_classes)],
        view.labels,
        data.y,
        names,
        shared_scale=shared_scale,
        counts=True,
        quantity="logit",
        theme=canvas.theme_for(theme, first),
    )

"""What each unit of a hidden layer gives over the input plane."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from unitscope.errors import InvalidInput, refusal, whole_number
from unitscope.figures.unit_map import UnitMaps, draw_unit_maps, unit_grid
from unitscope.figures.view import check_fits, math_name, view_of
from unitscope.geometry.zero_lines import zero_lines
from unitscope.theme import Theme, ThemeName

if TYPE_CHECKING:
    from unitscope.data.dataset import Dataset
    from unitscope.network import Network


def hidden_layer(
    net: Network,
    data: Dataset,
    layer: int = 0,
    *,
    axes: Any = None,
    features: tuple[int, int] | None = None,
    shared_scale: bool = True,
    theme: ThemeName | Theme | None = None,
) -> np.ndarray:
    """A panel for each unit: its activation over the inputs, a line where its pre-activation is 0.

    The paler, the nearer to 0; blue is positive, orange negative. The unit is on on one side of the
    line and off on the other. The lines are exact (see `us.partition`): straight in layer 0; deeper
    ones bend where earlier units turn on. Behind smooth activations they are found on a mesh and
    moved onto the true line. A unit without a line is on or off in the whole window.

    **Arguments**

    - `layer`: which hidden layer, counted from 0 (titles count layers from 1, as the course does).
    - `axes`: Axes to draw on, one for each unit; a new figure without it.
    - `features`: the two features to draw where there are more; the others are held at their mean.
    - `shared_scale`: one colour scale for all panels, so that they can be compared; False gives
      each its own.
    - `theme`: "light" or "dark"; without it, what suits the background.

    **Returns** the Axes, an array (units,). **Raises** `InvalidInput` for data that does not fit
    the network, a layer that is not hidden, or more than two features without `features`.
    """
    check_fits(net, data)
    index = _hidden(net, layer)
    view = view_of(data.X, data.feature_names, data.y, data.n_classes, features)
    dense = net.layers[index]
    grid = unit_grid(view, dense.units)
    z = net.pre_activations(view.inputs(grid.points))[index]
    maps = UnitMaps(
        view,
        grid,
        values=dense.activate(z),
        quantity="activation",
        lines=zero_lines(view.seen(net), index, view.window),
        titles=[f"Layer {index + 1} Unit {unit}" for unit in range(dense.units)],
        labels=(math_name(view.labels[0]), math_name(view.labels[1])),
        y=data.y,
        names=data.class_names,
    )
    return draw_unit_maps(axes, maps, theme, shared_scale=shared_scale)


def _hidden(net: Network, layer: int) -> int:
    hidden = len(net.layers) - 1
    if not hidden:
        raise InvalidInput(
            "net must be a network with a hidden layer. Got one without instead. "
            "Use us.plot.output_layer(net, data) for its outputs."
        )
    index = whole_number("layer", layer, at_least=0)
    if index >= hidden:
        raise refusal("layer", f"below {hidden}, the number of hidden layers", index)
    return index

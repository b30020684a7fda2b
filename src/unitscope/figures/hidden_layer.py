"""What each unit of a hidden layer gives over the input plane."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from unitscope.errors import InvalidInput, refusal, whole_number
from unitscope.figures.arguments import finite, network_and_data
from unitscope.figures.canvas import picture
from unitscope.figures.unit_map import draw_unit_maps
from unitscope.figures.unit_values import UnitMaps, unit_grid
from unitscope.figures.view import view_for
from unitscope.geometry.zero_lines import zero_lines
from unitscope.theme import Theme, ThemeName

if TYPE_CHECKING:
    from unitscope.data.dataset import Dataset
    from unitscope.geometry.plane import Plane
    from unitscope.networks import Network
    from unitscope.subject import Subject


@picture
def hidden_layer(
    net: Subject,
    data: Dataset | None = None,
    layer: int = 0,
    *,
    ax: Any = None,
    features: tuple[int, int] | tuple[str, str] | None = None,
    plane: Plane | None = None,
    shared_scale: bool = True,
    theme: ThemeName | Theme | None = None,
) -> np.ndarray:
    """A panel for each unit: its activation over the inputs, a line where its pre-activation is 0.

    The paler, the nearer to 0; blue is positive, orange negative. The unit is on on one side of the
    line and off on the other. The lines are exact (see `us.partition`): straight in layer 0; deeper
    ones bend where earlier units turn on. Behind smooth activations they are found on a mesh and
    moved onto the true line. A unit without a line is on or off in the whole window. Of one feature
    what a unit gives is a curve, with the points on it.

    **Arguments**

    - `net`, `data`: a network, or a fitted model (see `us.network`), and the points to draw, a
      Dataset or a pair (X, y); of a Run or Classifier alone, both its own.
    - `layer`: which hidden layer, counted from 0 (titles count layers from 1, as the course does).
    - `ax`: Axes to draw on, an array or list with one for each unit; a new figure without it.
    - `features`: two features (numbers or names) to draw where there are more; the others are held
      at their mean.
    - `plane`: the `us.Plane` to draw where there are more than two features; without it, the one
      that `us.plot.decision_regions` draws. The figure says which, and at how many points it gives
      the class of their prediction.
    - `shared_scale`: one colour scale for all panels, so that they can be compared; False gives
      each its own.
    - `theme`: "light" or "dark"; without it, what suits the background.

    **Returns** the Axes, an array (units,). **Raises** `InvalidInput` for data that does not fit
    the network, a layer that is not hidden, and arguments of another kind.
    """
    net, data = network_and_data(net, data)
    index = _hidden(net, layer)
    view = view_for(net, data, features, plane)
    dense = net.layers[index]
    grid = unit_grid(view, dense.units)
    with np.errstate(over="ignore", invalid="ignore"):
        z = finite(net.pre_activations(view.inputs(grid.points))[index])
    maps = UnitMaps(
        view,
        grid,
        values=dense.activate(z),
        quantity="activation",
        lines=zero_lines(net.on_plane(view.plane), index, view.window),
        titles=[f"Layer {index + 1} Unit {unit}" for unit in range(dense.units)],
        labels=view.labels,
        y=data.y,
        names=data.class_names,
    )
    return draw_unit_maps(ax, maps, theme, shared_scale=shared_scale)


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

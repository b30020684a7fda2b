"""The regions of the input plane that a network gives to each class, and the boundary between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from unitscope.errors import whole_number
from unitscope.figures import canvas
from unitscope.figures.boundary import Grid, boundary_lines
from unitscope.figures.points import draw_points, draw_rings, legend_of, point_area
from unitscope.figures.unit_map import draw_lines
from unitscope.figures.view import View, check_fits, class_names_for, math_name, view_of
from unitscope.theme import Theme, class_tints, rgb

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from unitscope.data.dataset import Dataset
    from unitscope.network import Network


def decision_regions(net: Network, data: Dataset, ax: Axes | None = None, *, features: tuple[int, int] | None = None,
                     grid: int = 200, legend: bool = True, theme: str | Theme | None = None) -> Axes:
    """Fill each class's region in a light tint and draw the decision boundary, one line between two classes.

    Sampled on a grid of 200 x 200 (`grid` x `grid`): between grid points the logits are taken as affine, so that
    straight boundaries are exact and bends are rounded by less than a cell. Misclassified points have a ring: the
    network is wrong at the point itself, of which the picture may show only two features.

    **Arguments**

    - `features`: the two features to draw where there are more; the others are held at their mean, and the title
      says so. With one feature every class has a row, and boundaries are vertical.
    - `ax`, `legend`, `theme`: as in `us.plot.data`.

    **Returns** the Axes. **Raises** `InvalidInput` for data that does not fit the network, or with more than two
    features and no `features`.
    """
    check_fits(net, data)
    cells = whole_number("grid", grid, at_least=2)
    names = class_names_for(max(net.n_classes, data.n_classes), data.class_names)
    view = view_of(data.X, data.feature_names, data.y, len(names), features)
    title = "model decision boundary" + (f"\n({view.note})" if view.note else "")
    wrong = net.predict(data.X) != data.y
    look = canvas.theme_for(theme, ax)
    handles, texts = legend_of(len(names), names, look, rings=bool(wrong.any()))
    panel = ax if ax is not None else canvas.single_panel(3.5, 3.0, look, texts if legend else (), title)
    _draw_regions(panel, net, view, Grid.over(view.window, cells, cells), look)
    area = point_area(data.n_points)
    draw_points(panel, view.points, data.y, len(names), look, area)
    draw_rings(panel, view.points[wrong], look, area)
    canvas.frame(panel, view, title, (math_name(view.labels[0]), math_name(view.labels[1])))
    if legend:
        canvas.panel_legend(panel, handles, texts, look)
    return panel


def _draw_regions(ax: Axes, net: Network, view: View, grid: Grid, theme: Theme) -> None:
    """The tinted classes as an image (gid "regions") and the boundary as one collection (gid "decision boundary")."""
    logits = net.logits(view.inputs(grid.points))
    tints = np.array([rgb(tint) for tint in class_tints(net.n_classes, theme)])
    colors = np.round(255 * tints[logits.argmax(axis=1)]).astype(np.uint8).reshape(*grid.shape, 3)
    image = ax.imshow(colors, extent=grid.extent, origin="lower", aspect="auto", interpolation="nearest", zorder=0)
    image.set_gid("regions")
    draw_lines(ax, boundary_lines(logits, grid), theme, "decision boundary")

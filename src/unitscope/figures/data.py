"""The points of a data set, coloured by class."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unitscope.figures import canvas
from unitscope.figures.points import draw_points, legend_of, point_area
from unitscope.figures.view import shown_name, view_of
from unitscope.theme import Theme, ThemeName

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from unitscope.data.dataset import Dataset


def data(
    data: Dataset,
    ax: Axes | None = None,
    *,
    features: tuple[int, int] | None = None,
    legend: bool = True,
    theme: ThemeName | Theme | None = None,
) -> Axes:
    """Scatter the points by two of their features; colour and marker tell the class.

    With more than two features, `features` chooses the two to draw ((0, 1) without it), and the
    title says so. With one feature every class has a row of its own.

    **Arguments**

    - `ax`: where to draw; a new figure without it. Labels and a title that it has are kept.
    - `legend`: list the classes on the right of the panel.
    - `theme`: "light" or "dark"; without it, what suits the background.

    **Returns** the Axes.
    """
    table, names = data.X, data.feature_names
    if data.n_features > 2 and features is None:
        features = (0, 1)
    view = view_of(table, names, data.y, data.n_classes, features)
    look = canvas.theme_for(theme, ax)
    panel = ax
    if panel is None:
        panel = canvas.single_panel(3.5, 3.0, look, data.class_names if legend else ())
    draw_points(panel, view.points, data.y, data.n_classes, look, point_area(data.n_points))
    title = "Multiclass Data"
    if view.note:
        title += f": 2 of {data.n_features} features"
    canvas.frame(panel, view, title, (shown_name(view.labels[0]), shown_name(view.labels[1])))
    if legend:
        handles, texts = legend_of(data.n_classes, data.class_names, look, rings=False)
        canvas.panel_legend(panel, handles, texts, look)
    return panel

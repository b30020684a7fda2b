"""The points of a data set, coloured by class."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unitscope.errors import refusal
from unitscope.figures import canvas
from unitscope.figures.arguments import dataset_of, one_axes, yes_or_no
from unitscope.figures.legend import legend_beside, legend_inside
from unitscope.figures.points import draw_points, drawn_note, drawn_rows, legend_of, point_area
from unitscope.figures.view import math_name, numbered, short_names, view_of, view_on
from unitscope.geometry.plane import best_plane
from unitscope.theme import Theme, ThemeName
from unitscope.training.run import Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from unitscope.data.dataset import Dataset
    from unitscope.geometry.plane import Plane


@canvas.picture
def data(
    data: Dataset | Run,
    ax: Axes | None = None,
    *,
    features: tuple[int, int] | tuple[str, str] | None = None,
    plane: Plane | None = None,
    legend: bool = True,
    theme: ThemeName | Theme | None = None,
) -> Axes:
    """Scatter the points by two of their features; colour and marker tell the class.

    With more than two features, `features` chooses the two to draw (numbers or names), or `plane`
    the `us.Plane` that they are shown on; a Run's are shown on `us.Plane.best` of its last network
    without either, and a Dataset's by the first two. The title says so. With one feature every
    class has a row.
    Of more than 4,000 points a sample is drawn, evenly spaced within each class; the title says so.

    **Arguments**

    - `data`: a Dataset, or a Run, whose points are drawn.
    - `ax`: where to draw; a new figure without it. Labels and a title that it has are kept.
    - `legend`: list the classes, on the right of a new figure's panel, inside `ax`.
    - `theme`: "light" or "dark"; without it, what suits the background.

    **Returns** the Axes. **Raises** `InvalidInput` for arguments of another kind.
    """
    points = dataset_of(data)
    if plane is not None and features is not None:
        raise refusal("plane", "left out where features are given", plane)
    if isinstance(data, Run) and points.n_features > 2 and features is None:
        plane = best_plane(data.network, points)[0] if plane is None else plane
    names = [math_name(name) for name in points.feature_names]
    if plane is not None:
        view = view_on(plane, points.X, names, short_names(points.feature_names))
    else:
        if points.n_features > 2 and features is None:
            features = (0, 1)
        pair = numbered(features, points.feature_names)
        view = view_of(points.X, names, points.y, points.n_classes, pair)
    drawn = drawn_rows(points.y)
    title = "Multiclass Data"
    if points.n_features > 2:
        kept = "2" if plane is None else "a plane"
        title += f": {kept} of {points.n_features} features"
    if len(drawn) < points.n_points:
        title += f"\n({drawn_note(len(drawn), points.n_points)})"
    panel = None if ax is None else one_axes("ax", ax)
    listed = points.class_names if yes_or_no("legend", legend) else ()
    look = canvas.theme_for(theme, panel)
    if panel is None:
        panel = canvas.single_panel(3.5, 3.0, look, listed, title)
    shown, area = view.points[drawn], point_area(len(drawn))
    draw_points(panel, shown, points.y[drawn], points.n_classes, look, area)
    canvas.frame(panel, view, title, view.labels)
    if listed:
        handles, texts = legend_of(points.n_classes, listed, look, rings=False)
        if ax is None:
            legend_beside(panel, handles, texts, look)
        else:
            legend_inside(panel, handles, texts, look, shown)
    return panel

"""The course lab's helper module, as a drop-in: the lab's notebook runs with it unchanged.

`from lab_utils_multiclass_TF import *` gives the same names, arguments, titles and class colours.
Written anew, with these differences: each boundary is one line, where the model's answer changes;
every unit gets a panel for any number of units and classes; the window is that of the data; legends
stand beside the data; no style file or second helper is needed. Models may be from Keras 2 or 3 on
any backend, a us.Run or us.Network, or anything with a `predict`, such as scikit-learn's.

Labels may be one-hot rows or texts, and points may have one feature (then every class has a row) or
more than two (the others are held at their mean, and the title says so). What cannot be drawn is
refused with `us.errors.InvalidInput`, before there is a figure.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import matplotlib as mpl  # noqa: TID253 - the lab's cells use mpl, plt, cm and colors from here
import matplotlib.pyplot as plt  # noqa: TID253
import numpy as np
from matplotlib import cm, colors  # noqa: TID253
from matplotlib.colors import LinearSegmentedColormap, ListedColormap  # noqa: TID253
from matplotlib.patches import FancyArrowPatch  # noqa: TID253

from unitscope.errors import refusal, said, whole_number
from unitscope.figures.arguments import one_axes, yes_or_no
from unitscope.figures.boundary import Grid, zero_lines
from unitscope.figures.canvas import closing_on_error, theme_for
from unitscope.figures.course import (
    blue_map,
    legend_beside_all,
    legend_of_panel,
    name_panel,
    one_panel,
    panels_for,
    scatter,
    show,
)
from unitscope.figures.course import truncate_colormap as truncate_colormap
from unitscope.figures.foreign import Sample, as_array, points_of, range_of, sample_of, weights_of
from unitscope.figures.legend import legend_inside
from unitscope.figures.points import draw_counts
from unitscope.figures.scores import (
    asked,
    lines_where_answers_change,
    model_lines,
    values_at,
    values_one_by_one,
)
from unitscope.figures.unit_map import draw_lines
from unitscope.figures.view import View, differing_pair
from unitscope.geometry.window import Window
from unitscope.theme import LIGHT

__all__ = [
    "FancyArrowPatch",
    "LinearSegmentedColormap",
    "ListedColormap",
    "cm",
    "colors",
    "dkcolors",
    "dkcolors_map",
    "dlblue",
    "dlc",
    "dlcolors",
    "dldarkblue",
    "dldarkred",
    "dlmagenta",
    "dlorange",
    "dlpurple",
    "ltcolors",
    "ltcolors_map",
    "mpl",
    "np",
    "plot_cat_decision_boundary_mc",
    "plot_mc_data",
    "plt",
    "plt_cat_mc",
    "plt_layer_relu",
    "plt_mc",
    "plt_mc_data",
    "plt_output_layer_linear",
    "plt_prob_z",
    "truncate_colormap",
    "warnings",
]

dkcolors = plt.cm.Paired((1, 3, 7, 9, 5, 11))
ltcolors = plt.cm.Paired((0, 2, 6, 8, 4, 10))
dkcolors_map = ListedColormap(dkcolors)
ltcolors_map = ListedColormap(ltcolors)

dlblue, dlorange, dldarkred = "#0096ff", "#FF9300", "#C00000"
dlmagenta, dlpurple, dldarkblue = "#FF40FF", "#7030A0", "#0D5BDC"
dlcolors = [dlblue, dlorange, dldarkred, dlmagenta, dlpurple]
dlc = {
    "dlblue": dlblue,
    "dlorange": dlorange,
    "dldarkred": dldarkred,
    "dlmagenta": dlmagenta,
    "dlpurple": dlpurple,
    "dldarkblue": dldarkblue,
}

# Grid places along each axis: for a model's boundary, for the map of one unit, and where a function
# takes only one point at a time.
_BOUNDARY_STEPS, _MAP_STEPS, _SLOW_STEPS = 151, 81, 41


@closing_on_error()
def plt_mc(X_train: Any, y_train: Any, classes: int, centers: Any, std: Any) -> None:
    """Show the training points by class.

    `centers` and `std`, from which they were drawn, are taken for the lab's sake.
    """
    sample = sample_of(X_train, y_train, classes)
    view = sample.view()
    ax = one_panel(sample.names)
    legend_of_panel(ax, scatter(ax, sample, view, 50), sample)
    kept = f": 2 of {sample.X.shape[1]} features" if view.note else ""
    name_panel(ax, view, f"Multiclass Data{kept}", view.labels if sample.features else ("x0", "x1"))
    show()


@closing_on_error()
def plt_cat_mc(X_train: Any, y_train: Any, model: Any, classes: int) -> None:
    """Show the training points and the model's decision boundary.

    For a chain of dense layers (a Keras model, a us.Network or a us.Run) the boundary is exact, see
    `us.partition`. Any other model is asked on a grid; one that gives classes and no scores, again
    along the edges of it where they change.
    """
    sample = sample_of(X_train, y_train, classes)
    view = sample.view()
    grid = Grid.over(view.window, _BOUNDARY_STEPS, _BOUNDARY_STEPS)
    lines = model_lines(model, X_train, view, grid)
    ax = one_panel(sample.names)
    draw_lines(ax, lines, theme_for(None, ax), "boundary")
    ax.set(xlim=view.window[0], ylim=view.window[1])
    legend_of_panel(ax, scatter(ax, sample, view, 50), sample)
    note = f"\n({view.note})" if view.note else ""
    name_panel(ax, view, f"model decision boundary{note}", _input_names(sample, view))
    show()


@closing_on_error()
def plt_layer_relu(X: Any, y: Any, W1: Any, b1: Any, classes: int, layer: int = 1) -> None:
    """Show what each unit of a ReLU layer, weights (inputs, units), gives over what goes into it.

    A line shows where the unit turns on. For a deeper `layer`, X is what the layer before it gives,
    of which the two units that differ most are drawn.
    """
    sample = sample_of(X, y, classes)
    weights, bias = weights_of(("W1", "b1"), W1, b1, sample.X)
    number = whole_number("layer", layer, at_least=1)
    pair = _pair(sample) if number > 1 else (0, 1)
    view = sample.view(pair, "features" if number == 1 else "hidden units")
    grid = Grid.over(view.window, _MAP_STEPS, _MAP_STEPS)
    z = view.inputs(grid.points) @ weights + bias
    fig, panels = panels_for(z.shape[1], sample.names, view.note)
    for unit, ax in enumerate(panels):
        blue_map(ax, np.maximum(0.0, z[:, unit]), grid)
        draw_lines(ax, zero_lines(z[:, unit], grid), LIGHT, "boundary")
        handles = scatter(ax, sample, view, 36)
        inputs = _input_names(sample, view) if number == 1 else _hidden_names(pair, number - 1)
        name_panel(ax, view, f"Layer {number} Unit {unit}", inputs)
    legend_beside_all(fig, handles, sample)
    show()


@closing_on_error()
def plt_output_layer_linear(
    X: Any,
    y: Any,
    W: Any,
    b: Any,
    classes: int,
    x0_rng: Sequence[float] | None = None,
    x1_rng: Sequence[float] | None = None,
    layer: int = 2,
) -> None:
    """Show what each unit of a linear layer, weights (hidden, units), gives over the hidden space.

    X is what the hidden layer gives, (n, hidden). Of more than two hidden units the two are drawn
    that differ most, and the others held at their mean. The points lie on top. The window holds all
    of them, and the ranges (low, high) of hidden units 0 and 1, `x0_rng` and `x1_rng`, where these
    are drawn. Where five or more points coincide, as at (0, 0), a label says how many of which
    class. `layer` is the number of the linear layer.
    """
    sample = sample_of(X, y, classes)
    weights, bias = weights_of(("W", "b"), W, b, sample.X)
    number = whole_number("layer", layer, at_least=1)
    pair = _pair(sample)
    view = sample.view(pair, "hidden units")
    ranges = {0: x0_rng, 1: x1_rng}
    window = _widened(view, [ranges.get(unit) for unit in pair])
    grid = Grid.over(window, _MAP_STEPS, _MAP_STEPS)
    z = view.inputs(grid.points) @ weights + bias
    fig, panels = panels_for(z.shape[1], sample.names, view.note)
    for unit, ax in enumerate(panels):
        blue_map(ax, z[:, unit], grid)
        handles = scatter(ax, sample, view, 36)
        name_panel(ax, view, f"Linear Output Unit {unit}", _hidden_names(pair, number - 1))
    legend_beside_all(fig, handles, sample)
    # This places the panels, so that each label finds the side with the fewest points.
    fig.draw_without_rendering()
    for ax in panels:
        draw_counts(ax, view.points, sample.y, sample.names, LIGHT, 7.0)
    show()


def plt_mc_data(
    ax: Any,
    X: Any,
    y: Any,
    classes: int,
    class_labels: Sequence[str] | None = None,
    map: Any = plt.cm.Paired,
    legend: bool = False,
    size: float = 50,
    m: str = "o",
    equal_xy: bool = False,
) -> None:
    """Scatter the points on `ax`, a colour and a name for each class.

    Class i is called `class_labels[i]`, without it its own text or c0, c1, ..., and has the i-th
    class colour; with a `map` other than the default and `dkcolors_map`, its colour is `map(i)`.
    `legend` lists the classes inside the axes. `size` is the marker's area in points squared, `m`
    the marker; `equal_xy` gives both axes the same scale.
    """
    panel = one_axes("ax", ax, linear=False)
    legend, equal_xy = yes_or_no("legend", legend), yes_or_no("equal_xy", equal_xy)
    sample = sample_of(X, y, classes, class_labels)
    view = sample.view()
    # Both are the defaults of the lab's helper, which has colours for six classes.
    shades = None if map in (plt.cm.Paired, dkcolors_map) else map
    handles = scatter(panel, sample, view, size, m, shades)
    if view.strip:
        panel.set_yticks([])
    if equal_xy:
        panel.axis("equal")
    if legend:
        legend_inside(panel, handles, sample.names, theme_for(None, panel), view.points)


@closing_on_error()
def plot_mc_data(
    X: Any,
    y: Any,
    class_labels: Sequence[str] | None = None,
    legend: bool = False,
    size: float = 40,
) -> None:
    """Scatter the points on pyplot's current axes, a colour for each label that occurs in `y`."""
    labels = as_array(y, "y")
    if labels.ndim != 2 or 1 in labels.shape:
        y = labels = labels.ravel()
    found = len(set(map(str, labels.ravel().tolist())))
    classes = labels.shape[1] if labels.ndim == 2 else max(found, 1)
    yes_or_no("legend", legend)
    sample_of(X, y, classes, class_labels)  # what it refuses, it refuses before there are axes
    plt_mc_data(plt.gca(), X, y, classes, class_labels, dkcolors_map, legend=legend, size=size)


def plot_cat_decision_boundary_mc(
    ax: Any,
    X: Any,
    predict: Callable[..., Any],
    class_labels: Sequence[str] | None = None,
    legend: bool = False,
    vector: bool = True,
) -> None:
    """Draw the boundary between the classes that `predict` gives, over the window of the points X.

    `predict` takes points (n, features), or one point (features,) where `vector` is False, and
    gives scores or probabilities (n, K), a probability of class 1 (n,) or (n, 1), or classes. Of
    classes alone the line is found by halving the grid's edges. `class_labels` and `legend` are
    taken for the lab's sake: lines need no legend.
    """
    panel = one_axes("ax", ax)
    view = points_of(X).view()
    vector = yes_or_no("vector", vector)
    if view.strip:
        remedy = "plt_cat_mc draws the boundaries of one feature."
        raise refusal("X", "points of two features or more", said("one"), remedy)
    steps = _BOUNDARY_STEPS if vector else _SLOW_STEPS
    grid = Grid.over(view.window, steps, steps)
    ask = asked("predict", predict, X, one_by_one=not vector)
    lines = lines_where_answers_change(lambda at: ask(view.inputs(at)), grid, "predict")
    draw_lines(panel, lines, theme_for(None, panel), "boundary")
    panel.set(xlim=view.window[0], ylim=view.window[1])


def plt_prob_z(
    ax: Any,
    fwb: Callable[[np.ndarray], Any],
    x0_rng: Sequence[float] = (-8, 8),
    x1_rng: Sequence[float] = (-5, 4),
) -> None:
    """Colour `ax` by fwb(x) over the two ranges (low, high): the bluer, the greater.

    `fwb` takes points (n, 2) and gives n numbers; one that takes only one point (1, 2) works too,
    more slowly. A colour bar tells the values.
    """
    panel = one_axes("ax", ax)
    window = range_of("x0_rng", x0_rng), range_of("x1_rng", x1_rng)
    grid = Grid.over(window, _MAP_STEPS, _MAP_STEPS)
    values = values_at(fwb, grid.points)
    if values is None:
        grid = Grid.over(window, _SLOW_STEPS, _SLOW_STEPS)
        values = values_one_by_one("fwb", fwb, grid.points)
    blue_map(panel, values, grid)


def _pair(sample: Sample) -> tuple[int, int]:
    """The two hidden units to draw."""
    return differing_pair(sample.X) if sample.X.shape[1] > 2 else (0, 1)


def _input_names(sample: Sample, view: View) -> Sequence[str]:
    return view.labels if sample.features else ("$x_0$", "$x_1$")


def _hidden_names(pair: tuple[int, int], layer: int) -> list[str]:
    # The lab writes $a^{[1]}_0$; of two digits TeX would lower only the first.
    below = [str(unit) if unit < 10 else f"{{{unit}}}" for unit in pair]
    return [f"$a^{{[{layer}]}}_{unit}$" for unit in below]


def _widened(view: View, ranges: Sequence[Sequence[float] | None]) -> Window:
    """The view's window, wider where a given range reaches further."""
    sides = list(view.window)
    for axis, given in enumerate(ranges):
        if given is not None and not (view.strip and axis):
            ends = (*sides[axis], *range_of(f"x{axis}_rng", given, of_a_window=False))
            sides[axis] = min(ends), max(ends)
    return sides[0], sides[1]

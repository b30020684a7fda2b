"""The course lab's helper module, as a drop-in: the lab's notebook runs with it unchanged.

`from lab_utils_multiclass_TF import *` gives the same names, arguments, titles and class colours.
Written anew, with these differences: each boundary is one line (from the model's scores, not from
class ids), every unit gets a panel for any number of units and classes, the window is that of the
data, legends stand beside the data, and no style file or second helper is needed. Models may be
from Keras 2 or 3 on any backend, or anything with a `predict`.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import matplotlib as mpl  # noqa: TID253 - the lab's cells use mpl, plt, cm and colors from here
import matplotlib.pyplot as plt  # noqa: TID253
import numpy as np
from matplotlib import cm, colors  # noqa: TID253
from matplotlib.colors import LinearSegmentedColormap, ListedColormap  # noqa: TID253
from matplotlib.patches import FancyArrowPatch  # noqa: TID253

from unitscope.errors import UnitscopeError
from unitscope.figures.boundary import Grid, boundary_lines, zero_lines
from unitscope.figures.canvas import theme_for
from unitscope.figures.points import draw_counts
from unitscope.figures.scores import as_array, class_indices, predicted, scores_of, values_at
from unitscope.figures.unit_map import draw_lines
from unitscope.geometry.partition import partition
from unitscope.geometry.window import Window, padded
from unitscope.models.keras import from_keras
from unitscope.network import Network
from unitscope.theme import LIGHT, class_colors

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
_LEGEND_ROWS = 12  # beside one panel
_LEGEND_ROW = 0.23  # inches, of the legend's 10-point text
_PALE_BLUES = 0.62  # of the Blues: blue points would vanish on the darkest part


def plt_mc(X_train: Any, y_train: Any, classes: int, centers: Any, std: Any) -> None:
    """Show the training points by class.

    `centers` and `std`, from which they were drawn, are taken for the lab's sake.
    """
    fig, ax = plt.subplots(figsize=(4.2, 3.2), layout="constrained")
    _bare(fig)
    plt_mc_data(
        ax, X_train, y_train, classes, map=dkcolors_map, legend=True, size=50, equal_xy=False
    )
    ax.set(title="Multiclass Data", xlabel="x0", ylabel="x1")
    _show()


def plt_cat_mc(X_train: Any, y_train: Any, model: Any, classes: int) -> None:
    """Show the training points and the model's decision boundary.

    For a chain of dense layers (a Keras model or a us.Network) the boundary is exact, see
    `us.partition`; any other model is asked once, on a grid.
    """
    fig, ax = plt.subplots(figsize=(4.2, 3.2), layout="constrained")
    _bare(fig)
    window = padded(as_array(X_train))
    lines = _exact_lines(model, window)
    if lines is not None:
        draw_lines(ax, lines, theme_for(None, ax), "boundary")
        ax.set(xlim=window[0], ylim=window[1])
    else:
        # Probabilities say where between two grid places the boundary runs; class ids do not.
        predict = getattr(model, "predict_proba", None) or model.predict
        plot_cat_decision_boundary_mc(ax, X_train, predict, vector=True)
    plt_mc_data(
        ax, X_train, y_train, classes, map=dkcolors_map, legend=True, size=50, equal_xy=False
    )
    ax.set(title="model decision boundary", xlabel="$x_0$", ylabel="$x_1$")
    _show()


def plt_layer_relu(X: Any, y: Any, W1: Any, b1: Any, classes: int) -> None:
    """Show what each unit of a ReLU layer, weights (2, units), gives over the inputs.

    A line shows where the unit turns on.
    """
    points = as_array(X)
    weights = as_array(W1)
    bias = as_array(b1).ravel()
    window = padded(points)
    grid = Grid.over(window, _MAP_STEPS, _MAP_STEPS)
    fig, panels = _panels(weights.shape[1])
    for unit, ax in enumerate(panels):

        def relu(x: np.ndarray, unit: int = unit) -> np.ndarray:
            return np.maximum(0.0, x @ weights[:, unit] + bias[unit])

        plt_prob_z(ax, relu, x0_rng=window[0], x1_rng=window[1])
        lines = zero_lines(grid.points @ weights[:, unit] + bias[unit], grid)
        draw_lines(ax, lines, LIGHT, "boundary")
        _labelled_panel(ax, points, y, classes, f"Layer 1 Unit {unit}", ("$x_0$", "$x_1$"))
    _figure_legend(fig)
    _show()


def plt_output_layer_linear(
    X: Any,
    y: Any,
    W: Any,
    b: Any,
    classes: int,
    x0_rng: Sequence[float] | None = None,
    x1_rng: Sequence[float] | None = None,
) -> None:
    """Show what each unit of a linear layer, weights (2, units), gives over the hidden space.

    The points lie on top. The window holds all of them, and `x0_rng` and `x1_rng` (low, high) where
    they are given. Where five or more points coincide, as at (0, 0), a label says how many.
    """
    points = as_array(X)
    weights = as_array(W)
    bias = as_array(b).ravel()
    window = _window_with(points, x0_rng, x1_rng)
    fig, panels = _panels(weights.shape[1])
    for unit, ax in enumerate(panels):

        def linear(x: np.ndarray, unit: int = unit) -> np.ndarray:
            return x @ weights[:, unit] + bias[unit]

        plt_prob_z(ax, linear, x0_rng=window[0], x1_rng=window[1])
        labels = "$a^{[1]}_0$", "$a^{[1]}_1$"
        _labelled_panel(ax, points, y, classes, f"Linear Output Unit {unit}", labels)
    _figure_legend(fig)
    # This places the panels, so that each label finds the side with the fewest points.
    fig.draw_without_rendering()
    for ax in panels:
        draw_counts(ax, points, LIGHT, 7.0)
    _show()


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

    Class i is called `class_labels[i]`, c0, c1, ... without it, and has the i-th class colour; with
    a `map` other than the default and `dkcolors_map`, its colour is `map(i)`. `size` is the
    marker's area in points squared, `m` the marker; `equal_xy` gives both axes the same scale.
    """
    points, labels = as_array(X), class_indices(y, classes)
    ours = map in (plt.cm.Paired, dkcolors_map)
    names = _names(classes, class_labels)
    edge: dict[str, Any] = {}
    # A thin white edge keeps points apart; a marker such as "x" is nothing but edge.
    if mpl.markers.MarkerStyle(m).is_filled():
        edge = {"edgecolors": "white", "linewidths": 0.5}
    for index, color in enumerate(class_colors(max(classes, 1))):
        mine = points[labels == index]
        ax.scatter(
            mine[:, 0],
            mine[:, 1],
            s=size,
            marker=m,
            color=color if ours else map(index),
            label=names[index],
            zorder=3,
            **edge,
        )
    if equal_xy:
        ax.axis("equal")
    if legend:
        ax.legend(
            loc="upper left",
            bbox_to_anchor=(1.03, 1.0),
            borderaxespad=0.0,
            frameon=False,
            handletextpad=0.2,
            ncols=math.ceil(classes / _LEGEND_ROWS),
        )


def plot_mc_data(
    X: Any,
    y: Any,
    class_labels: Sequence[str] | None = None,
    legend: bool = False,
    size: float = 40,
) -> None:
    """Scatter the points on pyplot's current axes, a colour for each label that occurs in `y`."""
    values, labels = np.unique(as_array(y).ravel(), return_inverse=True)
    names = class_labels if class_labels is not None else [f"c{value}" for value in values]
    ax, classes = plt.gca(), len(values)
    plt_mc_data(ax, X, labels, classes, names, dkcolors_map, legend=legend, size=size)


def plot_cat_decision_boundary_mc(
    ax: Any,
    X: Any,
    predict: Callable[..., Any],
    class_labels: Sequence[str] | None = None,
    legend: bool = False,
    vector: bool = True,
) -> None:
    """Draw the boundary between the classes that `predict` gives, over the window of the points X.

    `predict` takes points (n, 2), or one point (2,) where `vector` is False, and gives scores or
    probabilities (n, K), a probability of class 1 (n,) or (n, 1), or class ids. From class ids
    alone the line runs half way between grid places of different classes. `class_labels` and
    `legend` are taken for the lab's sake: lines need no legend.
    """
    window = padded(as_array(X))
    steps = _BOUNDARY_STEPS if vector else _SLOW_STEPS
    grid = Grid.over(window, steps, steps)
    points = grid.points
    if vector:
        answers = predicted(predict, points)
    else:
        answers = np.stack([np.squeeze(as_array(predict(point))) for point in points])
    lines = boundary_lines(scores_of(answers, len(points)), grid)
    draw_lines(ax, lines, theme_for(None, ax), "boundary")
    ax.set(xlim=window[0], ylim=window[1])


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
    window = ((float(x0_rng[0]), float(x0_rng[1])), (float(x1_rng[0]), float(x1_rng[1])))
    grid = Grid.over(window, _MAP_STEPS, _MAP_STEPS)
    values = values_at(fwb, grid.points)
    if values is None:
        grid = Grid.over(window, _SLOW_STEPS, _SLOW_STEPS)
        answers = [np.squeeze(as_array(fwb(point[None, :]))) for point in grid.points]
        values = np.array(answers, dtype=np.float64)
    blues = truncate_colormap(plt.get_cmap("Blues"), 0.0, _PALE_BLUES, 256)
    image = ax.imshow(
        values.reshape(grid.shape),
        extent=grid.extent,
        origin="lower",
        aspect="auto",
        cmap=blues,
        interpolation="bilinear",
        zorder=0,
    )
    ax.set(xlim=window[0], ylim=window[1])
    bar = ax.figure.colorbar(image, ax=ax, pad=0.03)
    bar.locator = mpl.ticker.MaxNLocator(5)
    bar.update_ticks()


def truncate_colormap(
    cmap: Any, minval: float = 0.0, maxval: float = 1.0, n: int = 100
) -> LinearSegmentedColormap:
    """Make a colour map of `n` colours from the part of `cmap` from `minval` to `maxval` (0..1)."""
    name = f"{cmap.name}, {minval:.2f} to {maxval:.2f}"
    return LinearSegmentedColormap.from_list(name, cmap(np.linspace(minval, maxval, n)))


def _exact_lines(model: Any, window: Window) -> list[np.ndarray] | None:
    """The boundary of a chain of dense layers; None for other models and for too many regions."""
    try:
        net = model if isinstance(model, Network) else from_keras(model)
        if net.n_features != 2 or net.n_classes < 2:
            return None
        return [line.vertices for line in partition(net, window).boundary.polylines()]
    except UnitscopeError:  # its predict will be asked
        return None


def _panels(count: int) -> tuple[Any, list[Any]]:
    """A figure with `count` panels, two in a row or (from seven on) four."""
    columns = min(count, 2) if count <= 6 else 4
    rows = math.ceil(count / columns)
    size = (0.8 + 3.2 * columns, 2.5 * rows)
    fig, axes = plt.subplots(rows, columns, figsize=size, layout="constrained", squeeze=False)
    _bare(fig)
    for spare in axes.flat[count:]:
        spare.set_axis_off()
    return fig, list(axes.flat[:count])


def _labelled_panel(
    ax: Any, points: np.ndarray, y: Any, classes: int, title: str, labels: tuple[str, str]
) -> None:
    plt_mc_data(ax, points, y, classes, map=dkcolors_map, legend=False, size=36)
    ax.set(title=title, xlabel=labels[0], ylabel=labels[1])


def _figure_legend(fig: Any) -> None:
    """One legend for all panels, on their right, in as many columns as the height requires."""
    handles, names = fig.axes[0].get_legend_handles_labels()
    rows = int((fig.get_figheight() - 0.2) / _LEGEND_ROW)
    columns = math.ceil(len(names) / rows)
    place: dict[str, Any] = {"loc": "outside right upper", "frameon": False, "handletextpad": 0.2}
    fig.legend(handles, names, ncols=columns, **place)


def _window_with(
    points: np.ndarray, x0_rng: Sequence[float] | None, x1_rng: Sequence[float] | None
) -> Window:
    """The points' padded window, widened where a given range reaches further."""
    sides = list(padded(points))
    for axis, given in enumerate((x0_rng, x1_rng)):
        if given is not None:
            low, high = sides[axis]
            sides[axis] = min(low, float(given[0])), max(high, float(given[1]))
    return sides[0], sides[1]


def _bare(fig: Any) -> None:
    """Hide ipympl's header, footer and toolbar, as the lab does; other canvases ignore these."""
    for part in ("toolbar_visible", "header_visible", "footer_visible"):
        setattr(fig.canvas, part, False)


def _show() -> None:
    with warnings.catch_warnings():
        # Agg warns on a machine with a display that it cannot show; who saves figures knows that.
        warnings.filterwarnings("ignore", message=".*non-interactive.*cannot be shown")
        plt.show()


def _names(classes: int, class_labels: Sequence[str] | None) -> list[str]:
    given = [] if class_labels is None else [str(label) for label in class_labels]
    return [given[index] if index < len(given) else f"c{index}" for index in range(classes)]

"""The course lab's helper module, drop-in: `from lab_utils_multiclass_TF import *` runs the lab's notebook as it is.

Same names, arguments, titles and class colours. Written anew, with these differences: each boundary
is one line (from the model's scores, not from class ids), every unit gets its panel for any number
of units and classes, the window is that of the data, legends stand beside the data, and no style
file or second helper is needed. Models may be from Keras 2 or 3 on any backend, or anything with a
`predict`.
"""

from __future__ import annotations

import inspect
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

from unitscope.errors import UnitscopeError, refusal, said
from unitscope.figures.boundary import Grid, boundary_lines, zero_lines
from unitscope.figures.canvas import theme_for
from unitscope.figures.points import draw_counts
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

_BOUNDARY_STEPS = 151  # grid places along each axis for a model's boundary
_MAP_STEPS = 81  # and for the map of one unit
_SLOW_STEPS = 41  # and where a function takes only one point at a time
_LEGEND_ROWS = 12  # beside one panel
_LEGEND_ROW = 0.23  # inches, of the legend's 10-point text


def plt_mc(X_train: Any, y_train: Any, classes: int, centers: Any, std: Any) -> None:
    """Show the training points by class; `centers` and `std`, from which they were drawn, are not needed."""
    fig, ax = plt.subplots(figsize=(4.2, 3.2), layout="constrained")
    _bare(fig)
    plt_mc_data(
        ax, X_train, y_train, classes, map=dkcolors_map, legend=True, size=50, equal_xy=False
    )
    ax.set(title="Multiclass Data", xlabel="x0", ylabel="x1")
    _show()


def plt_cat_mc(X_train: Any, y_train: Any, model: Any, classes: int) -> None:
    """Show the training points and the model's decision boundary.

    The boundary of a chain of dense layers (a Keras model or a us.Network) is exact, see
    `us.partition`; any other model is asked once, on a grid.
    """
    fig, ax = plt.subplots(figsize=(4.2, 3.2), layout="constrained")
    _bare(fig)
    window = padded(_numpy(X_train))
    lines = _exact_lines(model, window)
    if lines is not None:
        draw_lines(ax, lines, theme_for(None, ax), "boundary")
        ax.set(xlim=window[0], ylim=window[1])
    else:
        # Probabilities say where between two grid places the boundary is; class ids do not.
        predict = getattr(model, "predict_proba", None) or model.predict
        plot_cat_decision_boundary_mc(ax, X_train, predict, vector=True)
    plt_mc_data(
        ax, X_train, y_train, classes, map=dkcolors_map, legend=True, size=50, equal_xy=False
    )
    ax.set(title="model decision boundary", xlabel="$x_0$", ylabel="$x_1$")
    _show()


def plt_layer_relu(X: Any, y: Any, W1: Any, b1: Any, classes: int) -> None:
    """Show, for each unit of a ReLU layer with weights (2, units), its output over the inputs and where it turns on."""
    points, weights, bias = _numpy(X), _numpy(W1), _numpy(b1).ravel()
    window = padded(points)
    grid = Grid.over(window, _MAP_STEPS, _MAP_STEPS)
    fig, panels = _panels(weights.shape[1])
    for unit, ax in enumerate(panels):

        def relu(x: np.ndarray, unit: int = unit) -> np.ndarray:
            return np.maximum(0.0, x @ weights[:, unit] + bias[unit])

        plt_prob_z(ax, relu, x0_rng=window[0], x1_rng=window[1])
        draw_lines(
            ax, zero_lines(grid.points @ weights[:, unit] + bias[unit], grid), LIGHT, "boundary"
        )
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
    """Show, for each unit of a linear layer with weights (2, units), its output over the hidden space, points on top.

    The window holds all points, and `x0_rng` and `x1_rng` (low, high) where they are given. Where
    five or more points coincide, as at (0, 0), a label says how many.
    """
    points, weights, bias = _numpy(X), _numpy(W), _numpy(b).ravel()
    window = _window_with(points, x0_rng, x1_rng)
    fig, panels = _panels(weights.shape[1])
    for unit, ax in enumerate(panels):

        def linear(x: np.ndarray, unit: int = unit) -> np.ndarray:
            return x @ weights[:, unit] + bias[unit]

        plt_prob_z(ax, linear, x0_rng=window[0], x1_rng=window[1])
        _labelled_panel(
            ax, points, y, classes, f"Linear Output Unit {unit}", ("$a^{[1]}_0$", "$a^{[1]}_1$")
        )
    _figure_legend(fig)
    # places the panels, so that each label finds the side with the fewest points
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
    """Scatter the points on `ax`, class i in the i-th class colour and called `class_labels[i]` (c0, c1, ... without).

    `map` may be another colour map than the default or `dkcolors_map`: then class i is `map(i)`.
    `size` is the marker's area in points squared, `m` the marker; `equal_xy` gives both axes the
    same scale.
    """
    points, labels = _numpy(X), _class_indices(y, classes)
    ours = map in (plt.cm.Paired, dkcolors_map)
    names = _names(classes, class_labels)
    # A thin white edge keeps points apart; a marker such as "x" is nothing but edge.
    edge = (
        {"edgecolors": "white", "linewidths": 0.5} if mpl.markers.MarkerStyle(m).is_filled() else {}
    )
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
    values, labels = np.unique(_numpy(y).ravel(), return_inverse=True)
    names = class_labels if class_labels is not None else [f"c{value}" for value in values]
    plt_mc_data(
        plt.gca(),
        X,
        labels,
        len(values),
        class_labels=names,
        map=dkcolors_map,
        legend=legend,
        size=size,
    )


def plot_cat_decision_boundary_mc(
    ax: Any,
    X: Any,
    predict: Callable[..., Any],
    class_labels: Sequence[str] | None = None,
    legend: bool = False,
    vector: bool = True,
) -> None:
    """Draw the boundary between the classes that `predict` gives, over the window of the points X (n, 2): one line.

    `predict` takes points (n, 2), or one point (2,) where `vector` is False, and gives scores or
    probabilities (n, K), a probability of class 1 (n,) or (n, 1), or class ids. From class ids
    alone the line runs half way between grid places of different classes. `class_labels` and
    `legend` are taken for the lab's sake: lines need no legend.
    """
    window = padded(_numpy(X))
    steps = _BOUNDARY_STEPS if vector else _SLOW_STEPS
    grid = Grid.over(window, steps, steps)
    if vector:
        points = grid.points
        answers = _numpy(predict(points, **_quietly_at_once(predict, len(points))))
    else:
        answers = np.stack([np.squeeze(_numpy(predict(point))) for point in grid.points])
    draw_lines(
        ax,
        boundary_lines(_scores(answers, len(grid.points)), grid),
        theme_for(None, ax),
        "boundary",
    )
    ax.set(xlim=window[0], ylim=window[1])


def plt_prob_z(
    ax: Any,
    fwb: Callable[[np.ndarray], Any],
    x0_rng: Sequence[float] = (-8, 8),
    x1_rng: Sequence[float] = (-5, 4),
) -> None:
    """Colour `ax` by fwb(x) over the two ranges (low, high), the bluer the greater, with a colour bar.

    `fwb` takes points (n, 2) and gives n numbers; one that takes only one point (1, 2) works too,
    more slowly.
    """
    window = ((float(x0_rng[0]), float(x0_rng[1])), (float(x1_rng[0]), float(x1_rng[1])))
    grid = Grid.over(window, _MAP_STEPS, _MAP_STEPS)
    values = _batched(fwb, grid.points)
    if values is None:
        grid = Grid.over(window, _SLOW_STEPS, _SLOW_STEPS)
        values = np.array(
            [np.squeeze(_numpy(fwb(point[None, :]))) for point in grid.points], dtype=np.float64
        )
    blues = truncate_colormap(
        plt.get_cmap("Blues"), 0.0, 0.62, 256
    )  # blue points would vanish on the darkest part
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
    """Make a colour map of `n` colours from the part of `cmap` between `minval` and `maxval` (0..1)."""
    name = f"{cmap.name}, {minval:.2f} to {maxval:.2f}"
    return LinearSegmentedColormap.from_list(name, cmap(np.linspace(minval, maxval, n)))


def _exact_lines(model: Any, window: Window) -> list[np.ndarray] | None:
    """The decision boundary of a chain of dense layers; None where `model` is another, or has too many regions."""
    try:
        net = model if isinstance(model, Network) else from_keras(model)
        if net.n_features != 2 or net.n_classes < 2:
            return None
        return [line.vertices for line in partition(net, window).boundary.polylines()]
    except UnitscopeError:  # it has its predict
        return None


def _panels(count: int) -> tuple[Any, list[Any]]:
    """A figure with `count` panels, two in a row or (from seven on) four; a spare place stays empty."""
    columns = 1 if count == 1 else 2 if count <= 6 else 4
    rows = math.ceil(count / columns)
    fig, axes = plt.subplots(
        rows,
        columns,
        figsize=(0.8 + 3.2 * columns, 2.5 * rows),
        layout="constrained",
        squeeze=False,
    )
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
    """One legend for all panels, on their right, in as many columns as the figure's height asks for."""
    handles, names = fig.axes[0].get_legend_handles_labels()
    rows = int((fig.get_figheight() - 0.2) / _LEGEND_ROW)
    fig.legend(
        handles,
        names,
        loc="outside right upper",
        frameon=False,
        handletextpad=0.2,
        ncols=math.ceil(len(names) / rows),
    )


def _window_with(
    points: np.ndarray, x0_rng: Sequence[float] | None, x1_rng: Sequence[float] | None
) -> Window:
    """The points' padded window, made wider where a given range reaches further."""
    sides = list(padded(points))
    for axis, given in enumerate((x0_rng, x1_rng)):
        if given is not None:
            sides[axis] = (
                min(sides[axis][0], float(given[0])),
                max(sides[axis][1], float(given[1])),
            )
    return sides[0], sides[1]


def _bare(fig: Any) -> None:
    """Hide ipympl's header, footer and toolbar, as the lab does; other canvases do not read these."""
    for part in ("toolbar_visible", "header_visible", "footer_visible"):
        setattr(fig.canvas, part, False)


def _show() -> None:
    with warnings.catch_warnings():
        # Agg on a machine with a display warns that it cannot show; a script that saves its figures
        # knows.
        warnings.filterwarnings("ignore", message=".*non-interactive.*cannot be shown")
        plt.show()


def _numpy(values: Any) -> np.ndarray:
    """An array of any library as NumPy's."""
    if hasattr(values, "detach"):
        values = values.detach().cpu()
    return np.asarray(values)


def _class_indices(y: Any, classes: int) -> np.ndarray:
    """Labels (n,) or (n, 1) as class numbers 0..classes-1; other labels are numbered in sorted order."""
    labels = _numpy(y).ravel()
    if labels.dtype.kind in "iuf" and not ((labels < 0) | (labels >= classes)).any():
        return labels.astype(np.int64)
    values, indices = np.unique(labels, return_inverse=True)
    if len(values) > classes:
        raise refusal(
            "y",
            f"labels of at most {classes} classes, as classes says",
            said(f"{len(values)} labels"),
        )
    return indices.ravel()


def _names(classes: int, class_labels: Sequence[str] | None) -> list[str]:
    given = [] if class_labels is None else [str(label) for label in class_labels]
    return [given[index] if index < len(given) else f"c{index}" for index in range(classes)]


def _quietly_at_once(predict: Callable[..., Any], n: int) -> dict[str, int]:
    """The settings among verbose=0 and batch_size=n that `predict` takes: Keras's defaults are 32 rows and a bar."""
    try:
        known = inspect.signature(predict).parameters
    except (TypeError, ValueError):
        return {}
    return {name: value for name, value in (("verbose", 0), ("batch_size", n)) if name in known}


def _scores(answers: np.ndarray, n: int) -> np.ndarray:
    """What a predict function gave for n points as scores (n, K), of which the largest names the class."""
    if answers.ndim == 2 and answers.shape[1] == 1:
        answers = answers[:, 0]
    if len(answers) != n or answers.ndim not in (1, 2):
        raise refusal(
            "predict",
            f"a function that gives {n} rows for {n} points",
            said(f"shape {answers.shape}"),
        )
    numeric = answers.dtype.kind == "f"
    if answers.ndim == 2:
        return _unsquashed(answers) if numeric else answers
    if numeric and (answers != np.round(answers)).any():
        one = answers.astype(np.float64)
        if one.min() >= 0 and one.max() <= 1:
            return _unsquashed(np.stack([1 - one, one], axis=1))
        return np.stack([np.zeros(n), one], axis=1)
    values, indices = np.unique(answers, return_inverse=True)
    return np.eye(len(values))[indices.ravel()]


def _unsquashed(scores: np.ndarray) -> np.ndarray:
    """Probabilities as logarithms, which are affine between grid places where the logits are; others unchanged."""
    scores = scores.astype(np.float64)
    if scores.min() >= 0 and np.allclose(scores.sum(axis=1), 1.0, atol=1e-3):
        return np.log(np.maximum(scores, np.finfo(np.float32).tiny))
    return scores


def _batched(fwb: Callable[[np.ndarray], Any], points: np.ndarray) -> np.ndarray | None:
    """Evaluate `fwb` at all points at once, (n,); None where that does not give each point its own number."""
    try:
        values = np.asarray(_numpy(fwb(points)), dtype=np.float64)
        last = np.asarray(_numpy(fwb(points[-1:])), dtype=np.float64)
    except (
        Exception
    ):  # whatever a function for one point makes of many; point by point its own error would show
        return None
    if values.shape not in ((len(points),), (len(points), 1)) or last.size != 1:
        return None
    values = values.ravel()
    return (
        values
        if np.allclose(values[-1], last.ravel()[0], rtol=1e-4, atol=1e-6, equal_nan=True)
        else None
    )

"""What a picture is asked for, checked before anything is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from unitscope import subject
from unitscope.data.dataset import Dataset
from unitscope.errors import refusal, said
from unitscope.models.ours import run_behind
from unitscope.models.sampled import Model
from unitscope.networks import Network
from unitscope.subject import described, remedy_for
from unitscope.training.run import Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from unitscope.sweeps.result import Sweep

_DATASET = "us.Dataset(X, y) makes one."


def network_and_data(net: Any, data: Any) -> tuple[Network, Dataset]:
    """The network and the data set that fit each other; of a Run, its last network and its data."""
    found, points = subject.network_and_data(net, data)
    _check_fit(found, points)
    return found, points


def model_and_data(net: Any, data: Any) -> tuple[Model, Dataset]:
    """The same, of a model that is asked point by point, too."""
    found, points = subject.model_and_data(net, data)
    _check_fit(found, points)
    return found, points


def _check_fit(net: Model, points: Dataset) -> None:
    if net.n_features != points.n_features:
        rule = f"points with as many features as the network has inputs, {net.n_features}"
        raise refusal("data", rule, said(f"{points.n_features} features"))


def dataset_of(data: Any) -> Dataset:
    """The data set, or that of a Run or a Classifier."""
    data = run_behind(data)
    if isinstance(data, Run):
        return data.data
    if not isinstance(data, Dataset):
        raise refusal("data", "a Dataset or a Run", described(data), remedy_for(data, _DATASET))
    return data


def curves_of(run: Any) -> tuple[np.ndarray, np.ndarray]:
    """Loss and accuracy of each epoch, (epochs,) each, of a Run or of anything that has them."""
    run = run_behind(run)
    curves = [getattr(run, name, None) for name in ("loss", "accuracy")]
    if any(curve is None or callable(curve) for curve in curves):
        raise refusal("run", "a Run", described(run), _remedy_for_curves(run))
    loss, accuracy = (_numbers(curve) for curve in curves)
    if loss is None or accuracy is None or loss.shape != accuracy.shape:
        rule = "a Run, whose loss and accuracy have a number for each epoch"
        raise refusal("run", rule, described(run))
    return loss, accuracy


def _numbers(values: Any) -> np.ndarray | None:
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        return None
    return array if array.ndim == 1 else None


def _remedy_for_curves(run: Any) -> str:
    if isinstance(run, Network):
        return "A Network does not know how it was trained: us.train(data) returns a Run."
    if hasattr(run, "losses"):
        return "us.plot.sweep(swept) draws the losses of a sweep."
    return remedy_for(run, "us.train(data) returns one.")


def checked_sweep(swept: Any) -> Sweep:
    """The argument `swept`, one Sweep."""
    from unitscope.sweeps.grid import SweepGrid
    from unitscope.sweeps.result import Sweep

    if not isinstance(swept, Sweep):
        remedy = "us.sweep(data) returns one."
        if isinstance(swept, SweepGrid):
            remedy = "Write swept=grid[0] for the first of a grid."
        elif isinstance(swept, Run):
            remedy = "us.plot.training(run) draws the loss of one training."
        raise refusal("swept", "a Sweep", described(swept), remedy)
    return swept


def one_axes(name: str, ax: Any, *, linear: bool = True) -> Axes:
    """The argument `name` as Axes that can be drawn on; with `linear`, with linear scales only."""
    from matplotlib.axes import Axes
    from matplotlib.figure import FigureBase

    if not isinstance(ax, Axes):
        remedy = "plt.subplots() returns a figure and its Axes."
        if isinstance(ax, FigureBase):
            remedy = "figure.add_subplot() makes Axes."
        elif isinstance(ax, (np.ndarray, list, tuple)):
            remedy = f"Write {name}=axes.flat[0] for one of an array of Axes."
        raise refusal(name, "Matplotlib Axes", described(ax), remedy)
    if ax.name != "rectilinear":
        raise refusal(name, "Axes of a plane, without a projection", said(f"{ax.name} Axes"))
    if not _in_a_figure(ax):
        raise refusal(name, "Axes of a figure", said("Axes that were removed from theirs"))
    for axis, scale in (("x", ax.get_xscale()), ("y", ax.get_yscale())):
        if linear and scale != "linear":
            remedy = f'{name}.set_{axis}scale("linear") makes it so.'
            raise refusal(name, "Axes of linear scales", said(f"a {scale} scale of {axis}"), remedy)
    return ax


def _in_a_figure(ax: Axes) -> bool:
    root = ax.get_figure(root=True)
    found: list[Any] = [] if root is None else list(root.axes)
    for panel in found:  # and the insets, of which a figure knows nothing
        found += panel.child_axes
    return ax in found


def axes_list(ax: Any, count: int, each: str = "unit") -> list[Axes]:
    """The user's axes as a list, one for each of `count` panels, all of one figure."""
    from matplotlib.artist import Artist

    given = list(np.ravel(np.asarray(ax, dtype=object)))
    rule = f"{count} Axes, one for each {each}"
    if len(given) != count:
        many = all(isinstance(one, Artist) for one in given)
        raise refusal("ax", rule, said(f"{len(given)}") if many else described(ax))
    found = [one_axes("ax" if count == 1 else f"ax[{i}]", one) for i, one in enumerate(given)]
    if len(set(map(id, found))) < count:
        raise refusal("ax", rule, said("the same Axes twice"))
    if len({id(one.get_figure(root=True)) for one in found}) > 1:
        raise refusal("ax", "Axes of one figure", said("Axes of several"))
    return found


def yes_or_no(name: str, value: Any) -> bool:
    """The argument `name`, refused where it is neither True nor False."""
    if not isinstance(value, (bool, np.bool_)):
        raise refusal(name, "True or False", value)
    return bool(value)


def finite(values: np.ndarray) -> np.ndarray:
    """What units give, refused where it is beyond the numbers."""
    if not np.isfinite(values).all():
        rule = "of weights and window small enough that no unit goes beyond 1e308"
        raise refusal("net", rule, said("one with a unit that does"))
    return values

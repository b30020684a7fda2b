"""A training as a notebook shows it: its ground, its loss, its numbers."""

from __future__ import annotations

from typing import Any

from unitscope import glance
from unitscope.data.dataset import Dataset
from unitscope.networks import Network
from unitscope.shares import percent


def of_run(run: Any) -> str:
    """HTML of a Run: the last network under the points, the losses, and the last numbers."""
    net, held_out = run.network, run.validation
    pictures = [ground_of(net, run.data)] if run.data.n_features == 2 else []
    rows = [("points", f"{run.data.n_points:,}"), ("epochs", f"{run.epochs:,}")]
    if run.epochs:
        others = () if held_out is None else (held_out.loss,)
        pictures.append(glance.curves("loss by epoch", run.loss, *others))
        rows += [("loss", f"{run.loss[-1]:.4f}"), ("accuracy", percent(run.accuracy[-1]))]
    if held_out is not None and run.epochs:
        last = run.epochs - 1
        rows += [
            ("loss of points held out", f"{held_out.loss[last]:.4f}"),
            ("accuracy of points held out", percent(held_out.accuracy[last])),
        ]
    layers = " → ".join(map(str, net.sizes))
    return glance.card(
        f"Run of {layers} units", [*rows, ("parameters", f"{net.n_parameters:,}")], *pictures
    )


def ground_of(net: Network, data: Dataset) -> str:
    """A picture of the classes that a network of two inputs gives, under the points."""
    window = glance.around(data.X)
    dots = glance.points(data.X, data.y, data.n_classes, window)
    return glance.svg(
        "decision regions",
        glance.ground(net.predict, net.n_classes, window, net.n_parameters),
        dots,
    )


def frame_of(run: Any) -> Any:
    """A pandas frame of a run's curves, a row for each epoch."""
    import pandas

    columns = {"loss": run.loss, "accuracy": run.accuracy}
    if run.validation is not None:
        columns["validation_loss"] = run.validation.loss[: run.epochs]
        columns["validation_accuracy"] = run.validation.accuracy[: run.epochs]
    index = pandas.RangeIndex(1, run.epochs + 1, name="epoch")
    return pandas.DataFrame(columns, index=index)

"""The course lab *Multi-class Classification* as a program: its data, its run and its pictures.

The run starts from the weights and visits the points in the order that the lab's printed losses
come from; both are package data, recorded under TensorFlow 2.9.3 with the lab's own seed.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from unitscope.data import toys
from unitscope.data.dataset import Dataset
from unitscope.files import made_folder, writing
from unitscope.networks import Dense, Network
from unitscope.recipe import Recipe
from unitscope.training.progress import lines_of_epoch
from unitscope.training.run import Run
from unitscope.training.train import Progress, train

if TYPE_CHECKING:
    from unitscope.explanation.claims import Explanation

__all__ = [
    "data",
    "initial_weights",
    "batch_order",
    "printed_losses",
    "run",
    "facts",
    "epoch_lines",
    "draw",
    "write_explanation",
]

_RECIPE = Recipe()  # the recipe's defaults are the lab's: Adam at 0.01, batches of 32, 200 epochs


def data() -> Dataset:
    """The lab's 100 points of 4 classes: `us.datasets.lab()`."""
    return toys.lab()


def initial_weights() -> list[np.ndarray]:
    """Where the lab's training starts, float32, in the order of Keras's `set_weights`.

    [W1 (2, 2), b1 (2,), W2 (2, 4), b2 (4,)].
    """
    recorded = _recorded()
    return [recorded[f"initial_{name}"].copy() for name in ("W1", "b1", "W2", "b2")]


def batch_order() -> np.ndarray:
    """The order of the points in each epoch: (200, 100) ints; batches are consecutive 32s."""
    return _recorded()["batch_order"].astype(np.int64)


def printed_losses() -> np.ndarray:
    """The 200 losses as the lab prints them, to four decimals: (200,)."""
    return _recorded()["printed_loss"].copy()


def run(seed: int | None = None, progress: Progress | None = None) -> Run:
    """Train the lab's network.

    Without a seed: the lab's own run, from its weights and in its order. With one: from Glorot
    uniform weights and shuffles drawn from the seed, everything else the same.
    """
    if seed is not None:
        return train(data(), dataclasses.replace(_RECIPE, seed=seed), progress=progress)
    W1, b1, W2, b2 = initial_weights()
    start = Network([Dense(W1, b1, "relu"), Dense(W2, b2)])
    return train(data(), _RECIPE, start=start, batch_order=batch_order(), progress=progress)


def facts(dataset: Dataset) -> list[str]:
    """The lines that the lab prints about its data."""
    X, y = dataset.X, dataset.y
    return [
        f"unique classes {np.unique(y)}",
        f"class representation {y[:10]}",
        f"shape of X_train: {X.shape}, shape of y_train: {y.shape}",
    ]


def epoch_lines(trained: Run) -> list[str]:
    """Two lines for each epoch, with its loss, in the form of the lab's output."""
    steps = -(-trained.data.n_points // trained.recipe.batch_size)
    return [
        line
        for epoch, loss in enumerate(trained.loss, 1)
        for line in lines_of_epoch(epoch, trained.epochs, steps, {"loss": float(loss)})
    ]


def draw(trained: Run, folder: Path) -> list[Path]:
    """Write the lab's five pictures into `folder`, each as PNG and SVG; their paths, in order."""
    from unitscope.figures import plot

    net, points = trained.network, trained.data
    pictures: dict[str, Callable[[], Any]] = {
        "1_data": lambda: plot.data(points),
        "2_decision_boundary": lambda: plot.decision_regions(net, points),
        "3_hidden_units": lambda: plot.hidden_layer(net, points),
        "4_output_units": lambda: plot.output_layer(net, points),
        "5_training": lambda: plot.training(trained),
    }
    made_folder(folder)
    paths: list[Path] = []
    for name, make in pictures.items():
        axes = make()
        paths += [plot.save(axes, folder / f"{name}{suffix}") for suffix in (".png", ".svg")]
    return paths


def write_explanation(said: Explanation, folder: Path) -> Path:
    """Write an explanation into `folder` as explanation.md, whole or not at all; its path."""
    target = made_folder(folder) / "explanation.md"
    with writing(target) as file:
        file.write(f"# What the network does\n\n{said.to_markdown()}".encode())
    return target


@functools.cache
def _recorded() -> dict[str, np.ndarray]:
    path = resources.files("unitscope") / "package_data" / "lab.npz"
    with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}


def __dir__() -> list[str]:
    return __all__

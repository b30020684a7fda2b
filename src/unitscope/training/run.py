"""Run: one training, epoch by epoch: losses, accuracies and the weights after every epoch."""

from __future__ import annotations

import dataclasses
import functools
import os
from collections.abc import Callable
from typing import Any, BinaryIO

import numpy as np

from unitscope.data.dataset import Dataset
from unitscope.errors import refusal, said, whole_number
from unitscope.kernel.state import State
from unitscope.network import Dense, Network
from unitscope.recipe import Recipe
from unitscope.training import archive
from unitscope.training.curves import accuracies

FORMAT = 1


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Run:
    """What a training did.

    - `data`: the points it was trained on, or some of them where `fit` had too many to keep;
      `recipe`: how.
    - `weights`: float32, (epochs + 1, P): the parameters before the first and after every epoch,
      each row as `Network.to_vector` has them.
    - `loss`: float64, (epochs,): mean cross-entropy (natural logarithm) over the points of the
      epoch, each batch measured before its own step, penalties included: what Keras's History
      holds.
    - `state`: where the optimizer stands, so that the training can go on.
    - `architecture`: a Network of the same layers; only its sizes and activations are read.
    """

    data: Dataset
    recipe: Recipe
    architecture: Network
    weights: np.ndarray
    loss: np.ndarray
    state: State

    @property
    def epochs(self) -> int:
        """How many epochs were trained."""
        return len(self.loss)

    @property
    def network(self) -> Network:
        """The network after the last epoch."""
        return self.at(self.epochs)

    def at(self, epoch: int) -> Network:
        """The network after `epoch` epochs; 0 is the start, negative numbers count from the end."""
        if isinstance(epoch, (int, np.integer)) and -self.epochs - 1 <= epoch < 0:
            epoch = self.epochs + 1 + epoch
        if whole_number("epoch", epoch, at_least=0) > self.epochs:
            raise refusal("epoch", f"in 0..{self.epochs}", epoch)
        return self.architecture.with_vector(self.weights[epoch])

    @functools.cached_property
    def accuracy(self) -> np.ndarray:
        """Share of the training points classified right after each epoch: (epochs,) in 0..1."""
        return accuracies(self.architecture, self.weights[1:], self.data.X, self.data.y)

    def _measure(self, checkpoint: Callable[[], None]) -> None:
        """Work out the accuracy now, with a call between pieces of the work, which may raise."""
        vars(self)["accuracy"] = accuracies(
            self.architecture, self.weights[1:], self.data.X, self.data.y, checkpoint
        )

    def __repr__(self) -> str:
        done = (
            f"loss {self.loss[-1]:.4f}, accuracy {self.accuracy[-1]:.0%}"
            if self.epochs
            else "not trained"
        )
        return f"Run({self.architecture!r}; {self.epochs} epochs; {done})"

    def save(self, path: str | os.PathLike[str] | BinaryIO) -> None:
        """Write everything to one .npz file, or into an open file; `Run.load` reads it back."""
        layers = [
            {
                "units": layer.units,
                "activation": layer.activation,
                "negative_slope": layer.negative_slope,
            }
            for layer in self.architecture.layers
        ]
        about = {
            "format": FORMAT,
            **archive.described(self.data, self.recipe),
            "layers": layers,
            "step": self.state.step,
        }
        archive.write(
            path,
            about,
            {
                "X": self.data.X,
                "y": self.data.y,
                "weights": self.weights,
                "loss": self.loss,
                "parameters": self.state.parameters,
                "slots": self.state.slots,
            },
        )

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Run:
        """Read a file written by `save`; others are refused, and nothing in it is executed."""
        with archive.refusing(path, "a run file", "Run.save"):
            return _assembled(
                *archive.read(path, FORMAT, ("X", "y", "weights", "loss", "parameters", "slots"))
            )


def _assembled(about: dict[str, Any], arrays: dict[str, np.ndarray]) -> Run:
    """A Run from a file's parts, each checked against the others."""
    data, recipe = archive.data_and_recipe(about, arrays)
    inputs, layers = data.n_features, []
    for layer in about["layers"]:
        units = whole_number("units", layer["units"], at_least=1)
        if inputs * units > arrays["parameters"].size:
            raise refusal("units", "no more than the file's parameters allow", units)
        layers.append(
            Dense(
                np.zeros((inputs, units)),
                np.zeros(units),
                layer["activation"],
                float(layer["negative_slope"]),
            )
        )
        inputs = units
    shape = Network(layers)
    count, epochs = shape.n_parameters, len(arrays["loss"])
    expected = {
        "weights": (epochs + 1, count),
        "loss": (epochs,),
        "parameters": (count,),
        "slots": (2, count),
    }
    for name, size in expected.items():
        if (
            arrays[name].shape != size
            or arrays[name].dtype.kind != "f"
            or not np.isfinite(arrays[name]).all()
        ):
            raise refusal(
                name, f"finite numbers of shape {size}", said(f"shape {arrays[name].shape}")
            )
    if shape.n_classes != data.n_classes:
        raise refusal("the last layer", f"{data.n_classes} units, one per class", shape.n_classes)
    state = State(
        arrays["parameters"].astype(np.float32),
        arrays["slots"].astype(np.float32),
        whole_number("step", about["step"], at_least=0),
    )
    return Run(
        data,
        recipe,
        shape,
        arrays["weights"].astype(np.float32),
        arrays["loss"].astype(np.float64),
        state,
    )

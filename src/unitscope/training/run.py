"""Run: one training, epoch by epoch: losses, accuracies and the weights after every epoch."""

from __future__ import annotations

import dataclasses
import functools
import itertools
import os
from typing import Any, BinaryIO

import numpy as np

from unitscope.data.dataset import Dataset
from unitscope.data.scaling import Scaling
from unitscope.errors import refusal, said, whole_number
from unitscope.kernel.state import State
from unitscope.networks import Dense, Network
from unitscope.recipe import Recipe
from unitscope.shares import percent
from unitscope.training import archive, using
from unitscope.training.curves import accuracies
from unitscope.training.fitted import Fitted
from unitscope.training.glance import frame_of, of_run
from unitscope.training.report import Report
from unitscope.training.validation import ARRAYS as OF_VALIDATION
from unitscope.training.validation import Validation
from unitscope.values import Value, read_only

FORMAT = 1
STANDARDIZED = "features standardized for training; the network is in their own units"


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Run(Value):
    """What a training did.

    - `data`: the points it was trained on, or some of them where `fit` had too many to keep;
      `recipe`: how.
    - `weights`: float32, (epochs + 1, P): the parameters before the first and after every epoch,
      each row as `Network.to_vector` has them, for points in their own units. float64 where
      standardizing was folded in, that of the training or a Normalization of `fit`.
    - `loss`: float64, (epochs,): mean cross-entropy (natural logarithm) over the points of the
      epoch, each batch measured before its own step, penalties included: what Keras's History
      holds.
    - `state`: where the optimizer stands, so that the training can go on; by the standardized
      points where there is a `scaling`.
    - `fitted`: what `us.fit` knows beside the recipe; None for a run of `us.train`.
    - `architecture`: a Network of the same layers; only its sizes and activations are read.
    - `scaling`: how the points were standardized for training; None where they were not.
    - `validation`: how points that were held out fared; None without such.
    """

    data: Dataset
    recipe: Recipe
    architecture: Network
    weights: np.ndarray
    loss: np.ndarray
    state: State
    fitted: Fitted | None = None
    scaling: Scaling | None = None
    validation: Validation | None = None

    def __post_init__(self) -> None:
        # by name, which takes a third of looking through all: every training ends here
        self.weights.setflags(write=False)
        self.loss.setflags(write=False)
        self.state.parameters.setflags(write=False)
        self.state.slots.setflags(write=False)

    def _parts(self) -> tuple[Any, ...]:
        # of the architecture only what is read of it
        return (
            self.data,
            self.recipe,
            self.network,
            self.weights,
            self.loss,
            self.state,
            self.fitted,
            self.scaling,
            self.validation,
        )

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
        found = accuracies(self.architecture, self.weights[1:], self.data.X, self.data.y)
        return read_only(found)

    def predict(self, rows: Any) -> np.ndarray:
        """The label of each row, (n,): as the labels were given, of their dtype.

        `rows` is a data frame (of pandas or polars) or a Dataset, whose columns are found by their
        names and become features as those of the table did that was read; or an array (n, d).

        **Raises** `InvalidInput` where a column is missing, or a value is nothing that was known.
        """
        return using.predicted(self.network, self.data, rows)

    def probabilities(self, rows: Any) -> np.ndarray:
        """The probability of each class for each row, (n, K), in the order of `data.labels`.

        `rows` are as in `predict`.
        """
        return using.probabilities(self.network, self.data, rows)

    def score(self, data: Any = None, y: Any = None) -> float:
        """The share of the rows that `predict` gives their own label; of the points without `data`.

        `data` has its labels with it (a Dataset, or a frame with the column of the classes), or `y`
        has them.
        """
        return self.report(data, y).accuracy

    def report(self, data: Any = None, y: Any = None) -> Report:
        """How well each class is told: precision, recall, F1, support, and what is taken for what.

        `data` and `y` are as in `score`; without them, it is of the points of the run.
        """
        return using.reported(self.network, self.data, data, y)

    def frame(self) -> Any:
        """A pandas frame of the curves: a row for each epoch, from 1, with its loss and accuracy.

        Where points are held out, theirs are `validation_loss` and `validation_accuracy`.
        """
        return frame_of(self)

    def _repr_html_(self) -> str:
        return of_run(self)

    def __repr__(self) -> str:
        done = "not trained"
        if self.epochs:
            done = f"loss {self.loss[-1]:.4f}, accuracy {percent(self.accuracy[-1], 0)}"
        elif self.fitted is not None and self.fitted.read_as is not None:
            done = "trained elsewhere"
        parts = [
            f"Run({self.architecture!r}",
            f"{self.epochs:,} epoch{'s' * (self.epochs != 1)}",
            done,
            self._held_out(),
            "" if self.scaling is None else STANDARDIZED,
        ]
        return "; ".join(filter(None, parts)) + ")"

    def _held_out(self) -> str:
        """How the points held out fare at the end."""
        found = self.validation
        if found is None or not self.epochs:
            return ""
        last = self.epochs - 1
        words = (
            f"held out: loss {found.loss[last]:.4f}, accuracy {percent(found.accuracy[last], 0)}"
        )
        more = len(found.loss) - self.epochs
        return words if not more else f"{words}, the best of {len(found.loss):,} epochs"

    def save(self, path: str | os.PathLike[str] | BinaryIO) -> None:
        """Write everything to one .npz file, or into an open file; `Run.load` reads it back.

        **Raises** `InvalidInput` where it is over 4 GiB; `CannotWrite`.
        """
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
        if self.fitted is not None:
            about["fitted"] = dataclasses.asdict(self.fitted)
        arrays = {
            "X": self.data.X,
            "y": self.data.y,
            "weights": self.weights,
            "loss": self.loss,
            "parameters": self.state.parameters,
            "slots": self.state.slots,
        }
        if self.scaling is not None:
            arrays |= {"mean": self.scaling.mean, "deviation": self.scaling.deviation}
        if self.validation is not None:
            arrays |= self.validation.arrays()
            about["patience"] = self.validation.patience
        archive.write(path, about, arrays)

    @classmethod
    def load(cls, path: str | os.PathLike[str] | BinaryIO) -> Run:
        """Read a file written by `save`; others are refused, and nothing in it is executed."""
        with archive.refusing(path, "a run file", "Run.save"):
            return _assembled(
                *archive.read(path, FORMAT, _ARRAYS, optional=(*_OF_SCALING, *OF_VALIDATION))
            )


_ARRAYS = ("X", "y", "weights", "loss", "parameters", "slots")
_OF_SCALING = ("mean", "deviation")


def with_precision(weights: np.ndarray) -> np.ndarray:
    """A file's weights: float64 where that is what it has, or else float32."""
    return weights.astype(np.float64 if weights.itemsize == 8 else np.float32)


def _assembled(about: dict[str, Any], arrays: dict[str, np.ndarray]) -> Run:
    """A Run from a file's parts, each checked against the others."""
    data, recipe = archive.data_and_recipe(about, arrays)
    widths = [whole_number("units", layer["units"], at_least=1) for layer in about["layers"]]
    sizes = [data.n_features, *widths]
    archive.check_network(sizes, arrays["parameters"])
    layers = [
        Dense(
            np.zeros((inputs, units)),
            np.zeros(units),
            layer["activation"],
            float(layer["negative_slope"]),
        )
        for layer, (inputs, units) in zip(about["layers"], itertools.pairwise(sizes), strict=True)
    ]
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
        with_precision(arrays["weights"]),
        arrays["loss"].astype(np.float64),
        state,
        Fitted.read(about.get("fitted")),
        _scaling(arrays, data, recipe),
        Validation.read(about, arrays, epochs),
    )


def _scaling(arrays: dict[str, np.ndarray], data: Dataset, recipe: Recipe) -> Scaling | None:
    """What a file has of it, checked."""
    found = [arrays[name] for name in _OF_SCALING if name in arrays]
    if bool(found) is not recipe.standardize:
        raise refusal("standardize", f"{bool(found)}, as the file's arrays", recipe.standardize)
    if not found:
        return None
    for name, array in zip(_OF_SCALING, found, strict=True):
        shape = (data.n_features,)
        if array.shape != shape or array.dtype.kind != "f" or not np.isfinite(array).all():
            raise refusal(name, f"finite numbers of shape {shape}", said(f"shape {array.shape}"))
    mean, deviation = (array.astype(np.float64) for array in found)
    if not (deviation > 0).all():
        raise refusal("deviation", "above 0", float(deviation.min()))
    return Scaling(mean, deviation)

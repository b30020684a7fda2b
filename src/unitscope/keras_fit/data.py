"""The points and labels of a Keras fit, in the form that the kernel takes; they are only read."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from unitscope.data.dataset import Dataset
from unitscope.errors import real_number, refusal, said
from unitscope.keras_fit.heads import KerasOnly
from unitscope.keras_fit.labels import Form, as_array, check_labels, class_numbers
from unitscope.kernel.packing import pitch

LARGEST_DATA = 2**32  # bytes that points, labels and orders may take in the kernel or a Run


@dataclass(frozen=True)
class FitData:
    """The points to train on, and those to validate with.

    `points` (n, d) and `y` (n,) are views of what was given, or made from it where y is one-hot.
    `X` are the points as the first Dense takes them, and `validation` a pair like `X` and `y`, or
    None.
    """

    points: np.ndarray
    X: np.ndarray
    y: np.ndarray
    feature_names: list[str] | None
    validation: tuple[np.ndarray, np.ndarray] | None

    def dataset(self, classes: int) -> Dataset:
        """The training points; classes are named c0, c1, ..., as some may have no point."""
        names = [f"c{index}" for index in range(classes)]
        return Dataset(self.points, self.y, names, self.feature_names)


def fit_data(
    X: Any,
    y: Any,
    form: Form,
    *,
    validation_split: Any = 0.0,
    validation_data: Any = None,
    refusing: bool = False,
) -> FitData:
    """Points and labels as arrays; `KerasOnly` where only Keras can read them.

    **Raises** `InvalidInput` for labels out of range and points that are not finite, and where it
    is `refusing` for labels that Keras takes on no backend.
    """
    points = _points("x", X, form.features)
    if refusing:
        check_labels("y", y, len(points), form)
    labels = class_numbers("y", y, form)
    if len(points) != len(labels):
        rule = f"as long as x, one label for each of its {len(points)} points"
        raise refusal("y", rule, said(f"{len(labels)} labels"))
    names = getattr(X, "columns", None)
    held_out = None
    if validation_data is not None:
        held_out = _held_out(validation_data, form, refusing)
    elif validation_split:
        cut = kept(len(points), validation_split)
        held_out = points[cut:], labels[cut:]
        points, labels = points[:cut], labels[:cut]
    feature_names = None if names is None else [str(name) for name in names]
    taken = points
    if form.scale is not None:
        taken = form.scale(points)
        held_out = held_out and (form.scale(held_out[0]), held_out[1])
    return FitData(points, taken, labels, feature_names, held_out)


def _held_out(given: Any, form: Form, refusing: bool) -> tuple[np.ndarray, np.ndarray]:
    if not isinstance(given, (tuple, list)) or len(given) != 2:
        raise KerasOnly("its validation_data is not a pair (X, y)")
    points = _points("validation_data[0]", given[0], form.features)
    if refusing:
        check_labels("validation_data[1]", given[1], len(points), form)
    labels = class_numbers("validation_data[1]", given[1], form)
    if len(points) != len(labels):
        got = said(f"{len(points)} points and {len(labels)} labels")
        raise refusal("validation_data", "points and as many labels", got)
    if not len(labels):
        raise KerasOnly("its validation_data has no points")
    return points, labels


class TooLarge(KerasOnly):
    """The kernel keeps all data in memory, several times over; Keras reads a batch at a time."""


def memory(X: Any, epochs: int) -> int:
    """The bytes that the kernel needs at most for points X (n, d) and epochs; 0 for no table."""
    shape: Any = getattr(X, "shape", ())
    if len(shape) != 2 or None in shape:
        return 0
    # A point: float64 in the Run, a row of float32 in the kernel. Its label: two integers. Its
    # place in the order of every epoch, and in a copy of one of them.
    features = int(shape[1])
    return int(shape[0]) * (8 * features + 4 * pitch(features) + 16 + 4 * (epochs + 1))


def check_size(X: Any, epochs: int) -> None:
    """`TooLarge` where the kernel would take more than LARGEST_DATA bytes; nothing of X is read."""
    needed = memory(X, epochs)
    if needed > LARGEST_DATA:
        raise TooLarge(
            f"{int(X.shape[0]):,} points in {epochs} epochs take {needed / 1e9:.1f} GB in the "
            f"kernel, above {LARGEST_DATA / 1e9:.1f} GB"
        )


def kept(n: int, validation_split: Any) -> int:
    """How many of n points are trained on: Keras holds out the last fraction."""
    rule = "a fraction of at least 0 and below 1 that leaves points on both sides"
    share = real_number("validation_split", validation_split, rule, at_least=0.0, below=1.0)
    cut = math.floor(n * (1.0 - share))
    if cut in (0, n):
        raise refusal("validation_split", rule, validation_split)
    return cut


def _points(name: str, X: Any, features: int) -> np.ndarray:
    points = as_array(name, X)
    if points.ndim != 2 or points.shape[1] != features or points.dtype.kind not in "biuf":
        raise KerasOnly(f"its {name} is not a table of {features} columns of numbers")
    if not np.isfinite(points).all():
        row, column = np.argwhere(~np.isfinite(points))[0]
        got = said(f"{points[row, column]} at row {row}, column {column}")
        raise refusal(name, "finite numbers", got, "Remove or fill in the missing values.")
    return points

"""SampledClassifier: a model that has no layers to be read, and is asked point by point instead."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from unitscope.data.dataset import Dataset
from unitscope.errors import kind_of, refusal, said
from unitscope.models.asking import SECONDS, Asking
from unitscope.models.read import names_of
from unitscope.models.rows import Prepare, dataset_of, points_of
from unitscope.models.sampled_steps import front_of
from unitscope.networks import Network, frozen_array

DOORS = (
    "It has no units to show, but can be asked point by point: by us.explain(model, X, y), "
    "us.plot.decision_regions(model, (X, y)), us.partition, us.intervals, us.compare."
)

ASKED = "A class of yours with classes_ and predict_proba can ask it, as in docs/sampled.md."


class SampledClassifier:
    """A fitted model of any kind, by the answers that it gives to points.

    It has no units. Every answer is the model's own; between the points that are asked, nothing is
    known. All that takes a Network and needs no layers takes it as well.

    - `class_names`: K names, and `labels`, (K,), what the model itself answers, `model.classes_`.
    - `feature_names`: d names of its inputs; None where it knows none.
    - `prepare`: the model's own steps that make numbers of its rows; None where there are none.
    - `probable`: whether it has probabilities.
    - `understood`: in one line, as what the model was taken.
    """

    class_names: tuple[str, ...]
    labels: np.ndarray
    feature_names: tuple[str, ...] | None
    prepare: Prepare | None
    n_features: int
    understood: str

    def __init__(
        self,
        asking: Asking,
        n_features: int,
        *,
        class_names: tuple[str, ...],
        feature_names: Sequence[Any] | None = None,
        prepare: Prepare | None = None,
        applied: str = "",
    ) -> None:
        self._asking = asking
        self._plane: tuple[np.ndarray, np.ndarray] | None = None
        self.labels, self.class_names = asking.labels, class_names
        self.n_features, self.prepare = n_features, prepare
        self.feature_names = None if feature_names is None else tuple(map(str, feature_names))
        self.understood = f"asked point by point, as it has no layers to read; {applied}"
        self.understood += f"{self.n_classes} classes"

    @property
    def n_classes(self) -> int:
        """How many classes the model tells apart."""
        return len(self.labels)

    @property
    def probable(self) -> bool:
        """Whether the model has probabilities."""
        return self._asking.probable

    def predict(self, X: Any) -> np.ndarray:
        """The class that the model gives to points X (n, d), (n,) ints."""
        return self._asking.classes(self._inputs(X))

    def probabilities(self, X: Any) -> np.ndarray:
        """The model's own probabilities at points X (n, d), (n, K).

        **Raises** `InvalidInput` where it has none.
        """
        return self._asking.probabilities(self._inputs(X))

    def affordable(self, rows: int, X: Any, seconds: float = SECONDS) -> int:
        """How many of so many rows the model answers in that time; X (n, d) are asked for it."""
        return self._asking.affordable(rows, self._inputs(X), seconds)

    def on_plane(self, plane: Any) -> SampledClassifier:
        """The model on a plane (see `us.Plane`), as one of the plane's two coordinates."""
        origin, basis = np.asarray(plane.origin, np.float64), np.asarray(plane.basis, np.float64)
        if origin.shape != (self.n_features,) or basis.shape != (2, self.n_features):
            rule = f"through a space of {self.n_features} dimensions, the model's inputs"
            raise refusal("plane", rule, said(f"shapes {origin.shape} and {basis.shape}"))
        found = SampledClassifier(self._asking, 2, class_names=self.class_names)
        start = self._inputs(origin[None])[0]
        steps = basis if self._plane is None else basis @ self._plane[1]
        found._plane = start, steps
        return found

    def reordered(self, order: Sequence[int]) -> SampledClassifier:
        """The same model with its classes in another order."""
        found = SampledClassifier(
            self._asking.reordered(order),
            self.n_features,
            class_names=tuple(self.class_names[number] for number in order),
            feature_names=self.feature_names,
            prepare=self.prepare,
        )
        found._plane = self._plane
        return found

    def points(self, X: Any) -> np.ndarray:
        """Rows as the model takes them, as points (n, d). **Raises** `InvalidInput`."""
        return points_of(self, X)

    def dataset(self, X: Any, y: Any = None) -> Dataset:
        """Rows and their labels as a Dataset of the model's classes, as a ReadNetwork makes it."""
        return dataset_of(self, X, y)

    def checked_points(self, X: Any) -> np.ndarray:
        """Points (n, d) as float64, after refusing what is not finite numbers of that shape."""
        points = frozen_array("X", X, 2)
        if points.shape[1] != self.n_features:
            raise refusal("X", f"of shape (n, {self.n_features})", said(f"shape {points.shape}"))
        return points

    def _inputs(self, X: Any) -> np.ndarray:
        """Points as rows of the model: on a plane, nothing is added to an input that stands still.

        So that an input that a plane shows is its coordinate, to the bit.
        """
        points = self.checked_points(X)
        if self._plane is None:
            return points
        origin, basis = self._plane
        inputs = np.tile(origin, (len(points), 1))
        for place, direction in enumerate(basis):
            moved = np.flatnonzero(direction)
            inputs[:, moved] += points[:, [place]] * direction[moved]
        return inputs

    def __repr__(self) -> str:
        return f"SampledClassifier({self.n_features} features, {self.n_classes} classes)"


Model = Network | SampledClassifier


def sampled(model: Any, X: Any = None) -> SampledClassifier | None:
    """A fitted model by its answers; None for what has no classes, or cannot be asked for them.

    `X` are points or rows as it takes them, which say how many inputs it has where it does not.

    **Raises** `InvalidInput` for one whose number of inputs nobody knows.
    """
    labels = _labels_of(model)
    if labels is None:
        return None
    names = names_of(labels)
    front = front_of(model, X)
    if front is not None:
        return SampledClassifier(
            Asking(front.last, labels, front.columns),
            front.width,
            class_names=names,
            feature_names=front.names,
            prepare=front.prepare,
            applied=f"{front.applied} applied to the data before; ",
        )
    known = getattr(model, "feature_names_in_", None)
    known = None if known is None else list(known)
    width = getattr(model, "n_features_in_", None)
    if width is None and known is not None:
        width = len(known)
    if width is None:
        columns = getattr(X, "columns", None)
        known = None if columns is None else list(columns)
        shape = np.shape(getattr(X, "X", X))
        if len(shape) != 2 and shape != (2,):  # a window of one input
            rule = "a model that knows its number of inputs, as n_features_in_, or given with data"
            raise refusal("model", rule, said(f"{kind_of(model)} that does not"))
        width = shape[1] if len(shape) == 2 else 1
    asking = Asking(model, labels, known)
    return SampledClassifier(asking, int(width), class_names=names, feature_names=known)


def can_be_asked(model: Any) -> bool:
    """Whether it is a fitted model that tells at least two classes apart, and can be asked."""
    return isinstance(model, SampledClassifier) or _labels_of(model) is not None


def _labels_of(model: Any) -> np.ndarray | None:
    """The classes of what can be asked, (K,); None for anything else."""
    if isinstance(model, type):
        return None
    asked = (getattr(model, name, None) for name in ("predict", "predict_proba"))
    found = getattr(model, "classes_", None)
    many = str(getattr(getattr(model, "_label_binarizer", None), "y_type_", ""))
    if not any(map(callable, asked)) or found is None or many.startswith("multilabel"):
        return None
    try:
        labels = np.array(found)
    except ValueError:
        return None
    if labels.ndim != 1 or len(labels) < 2 or len(set(labels.tolist())) < len(labels):
        return None
    labels.setflags(write=False)
    return labels

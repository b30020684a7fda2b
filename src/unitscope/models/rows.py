"""Rows and labels as a model takes them, as a Dataset of what it knows of features and classes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np

from unitscope.data.classes import distinct
from unitscope.data.dataset import Dataset
from unitscope.data.encoding import listed
from unitscope.data.rows import labelled
from unitscope.errors import InvalidInput, refusal, said

Prepare = Callable[[Any], np.ndarray]


class _Known(Protocol):
    """What a model of another library knows; see `ReadNetwork`."""

    @property
    def class_names(self) -> tuple[str, ...] | None: ...
    @property
    def labels(self) -> np.ndarray | None: ...
    @property
    def feature_names(self) -> tuple[str, ...] | None: ...
    @property
    def prepare(self) -> Prepare | None: ...
    @property
    def n_classes(self) -> int: ...
    def checked_points(self, X: Any) -> np.ndarray: ...


def points_of(model: _Known, X: Any) -> np.ndarray:
    """Rows as the model takes them, as points (n, d). **Raises** `InvalidInput`."""
    names = model.feature_names
    if model.prepare is None:
        if names is not None and set(names) <= set(getattr(X, "columns", ())):
            X = X[list(names)]
        _check_columns(X)
        return model.checked_points(X)
    try:
        found = model.prepare(X)
    except InvalidInput:
        raise
    except Exception as error:
        rule = "rows that the model's own steps take"
        raise refusal("X", rule, said(f"{type(error).__name__}: {error}")) from error
    return model.checked_points(found)


def _check_columns(X: Any) -> None:
    """Refuse a frame with a column that is not of numbers, such as one of categories."""
    for name, kind in getattr(X, "dtypes", {}).items() if hasattr(X, "columns") else ():
        if getattr(kind, "kind", "O") not in "biuf":
            remedy = (
                "Where the model takes it so, steps that make numbers of it belong in front, as in "
                "make_pipeline(OrdinalEncoder(), model)."
            )
            raise refusal("X", "columns of numbers", said(f"{str(name)!r}, of {kind}"), remedy)


def dataset_of(model: _Known, X: Any, y: Any) -> Dataset:
    """Rows and their labels as `ReadNetwork.dataset` takes and makes them."""
    if isinstance(X, Dataset):
        points, own_features = _of_dataset(model, X)
        own = Dataset(points, X.y, X.class_names, own_features).labelled_by(X.labels)
        return _classed(model, own, None)
    if y is None:
        rule = "given with X, one label a row"
        raise refusal("y", rule, said("nothing"), "A us.Dataset has its labels with it.")
    points, features = points_of(model, X), model.feature_names
    columns = getattr(X, "columns", None)
    if features is None and model.prepare is None and columns is not None:
        features = tuple(str(name) for name in columns)
    if model.labels is None:
        return _classed(model, _placed(model, points, y, features), None)
    blank = Dataset(points, np.zeros(len(points), np.int64), ("c0", "c1"), features)
    return _classed(model, blank, y)


def _of_dataset(model: _Known, data: Dataset) -> tuple[np.ndarray, Sequence[str]]:
    """The points of a data set, and the names of their features."""
    names = model.feature_names
    if names is not None and set(names) <= set(data.feature_names):
        return data.X[:, [data.feature_names.index(name) for name in names]], names
    if model.prepare is None:
        return model.checked_points(data.X), data.feature_names
    rows: Any = data.X
    if data.encoding is not None:
        rows = data.frame()
        rows = rows.drop(columns=rows.columns[-1])
    points = points_of(model, rows)
    return points, names or [f"x{i}" for i in range(points.shape[1])]


def _placed(model: _Known, points: np.ndarray, y: Any, features: Sequence[str] | None) -> Dataset:
    """Points of a model that knows its classes by number: labels are these, or K names."""
    values, _, _ = distinct(y, len(points))
    if values.dtype.kind == "i":
        return Dataset(points, y, _place_names(model), features)
    if len(values) != model.n_classes:
        rule = f"the classes' numbers, 0 to {model.n_classes - 1}, or {model.n_classes} names"
        raise refusal("y", rule, said(f"the names {listed(values.tolist())}"))
    return Dataset(points, y, None, features)


def _place_names(model: _Known) -> tuple[str, ...]:
    return tuple(f"c{place}" for place in range(model.n_classes))


def _classed(model: _Known, data: Dataset, y: Any) -> Dataset:
    """The points as of the model's classes, by the labels `y` or those they have."""
    names = model.class_names
    if model.labels is None or names is None:
        more = _place_names(model)[data.n_classes :]
        if not more:
            return data
        labels = data.labels
        gappy = labels.dtype.kind in "iu" and (labels != np.arange(len(labels))).any()
        if gappy and labels.min() >= 0 and labels.max() < model.n_classes:
            return Dataset(data.X, labels[data.y], _place_names(model), data.feature_names)
        return Dataset(data.X, data.y, (*data.class_names, *more), data.feature_names)
    blank = np.zeros((model.n_classes, data.n_features))
    every = Dataset(blank, np.arange(model.n_classes), names, data.feature_names)
    points, numbers = labelled(every.labelled_by(model.labels), data, y)
    return Dataset(points, numbers, names, data.feature_names).labelled_by(model.labels)

"""New rows as points of a data set: features by their names, labels by what they are."""

from __future__ import annotations

from typing import Any

import numpy as np

from unitscope.data.classes import distinct
from unitscope.data.dataset import Dataset
from unitscope.data.encoding import Encoding, listed
from unitscope.data.frame import Raw, is_frame, raw_of
from unitscope.data.labels import Labels
from unitscope.errors import UnitscopeError, refusal, said, shown

_RULE = "rows of features: an array, a data frame, or a Dataset"
_BY_PLACE = "rows.to_numpy() gives them by their places."


def features_of(data: Dataset, rows: Any) -> np.ndarray:
    """Rows as points (m, d) with the features of `data`.

    A frame's columns are found by their names and become features as those of the table did that
    `data` was read from; a Dataset's features are found by their names. Others are left out. An
    array has one column for each feature, in order.

    **Raises** `InvalidInput` for rows that lack a feature or hold what is no number or no text of
    the column's.
    """
    if isinstance(rows, Dataset):
        return _of_dataset(data, rows)
    if is_frame(rows):
        return _of_frame(data, _raw("rows", rows))
    if isinstance(rows, (str, bytes, dict)) or rows is None:
        raise refusal("rows", _RULE, rows if isinstance(rows, str) else said(type(rows).__name__))
    return _of_array(data, rows)


def labelled(data: Dataset, rows: Any, y: Any = None) -> tuple[np.ndarray, np.ndarray]:
    """Rows as points (m, d), and their classes as numbers (m,) in the order of `data`.

    `y` has the labels; without it, the Dataset does, or the frame's column of the classes.

    **Raises** `InvalidInput` as `features_of`, and for labels of no class of `data`.
    """
    if y is not None:
        X = features_of(data, rows)
        return X, classes_of(data, y, len(X))
    if isinstance(rows, Dataset):
        return features_of(data, rows), _numbers(data, rows)
    if not is_frame(rows):
        features_of(data, rows)
        raise refusal("y", "given with rows that have no labels of their own", said("nothing"))
    raw = _raw("rows", rows)
    targets = dict.fromkeys([_encoding(data).target, Encoding.TARGET])
    place = next((raw.names.index(name) for name in targets if name in raw.names), None)
    if place is None:
        rule = f"with the column of the classes, {shown(next(iter(targets)))}"
        raise refusal("rows", rule, said("none"), "Give the labels themselves, as y.")
    labels = Labels(raw, place)
    labels.check_all_there()
    codes = labels.of(labels.there)
    return _of_frame(data, raw), classes_of(data, codes, len(raw.frame))


def classes_of(data: Dataset, y: Any, n: int) -> np.ndarray:
    """Labels as the numbers of their classes in `data`, (n,): by what they are, or by name."""
    values, codes, own = distinct(y, n)
    known = {_key(label): number for number, label in enumerate(data.labels.tolist())}
    named = {name: number for number, name in enumerate(data.class_names)}
    found = [known.get(_key(label), named.get(_key(label))) for label in own.tolist()]
    return _all_known(data, found, values.tolist())[codes]


def _numbers(data: Dataset, other: Dataset) -> np.ndarray:
    """The classes of another data set as numbers of this one: by names, or by labels."""
    there = np.flatnonzero(other.counts).tolist()
    names = [other.class_names[label] for label in there]
    known: dict[Any, int] = {name: number for number, name in enumerate(data.class_names)}
    if not known.keys() >= set(names):  # such as labels 1 and 2 of 0, 1, 2, named c0, c1, c2
        known = {_key(label): number for number, label in enumerate(data.labels.tolist())}
        names = [_key(label) for label in other.labels[there].tolist()]
    places = _all_known(data, [known.get(name) for name in names], names)
    numbers = np.full(other.n_classes, -1)
    numbers[there] = places
    return numbers[other.y]


def _all_known(data: Dataset, found: list[int | None], labels: list[Any]) -> np.ndarray:
    for place, label in zip(found, labels, strict=True):
        if place is None:
            rule = f"of the classes {listed(data.labels.tolist())}"
            raise refusal("y", rule, label)
    return np.array(found, dtype=np.int64)


def _key(label: Any) -> str:
    """The same for equal labels: 1 and 1.0 are, 1 and True are not."""
    if isinstance(label, float) and label == round(label):
        return str(int(label))
    return label.decode("utf-8", "replace") if isinstance(label, bytes) else str(label)


def _of_dataset(data: Dataset, rows: Dataset) -> np.ndarray:
    if rows.feature_names == data.feature_names:
        return rows.X
    lost = [name for name in data.feature_names if name not in rows.feature_names]
    if lost:
        rule = f"with the features {listed(data.feature_names)}"
        remedy = f"It has {listed(rows.feature_names)}; rows.X gives them by their places."
        raise refusal("rows", rule, said(f"no feature {shown(lost[0])}"), remedy)
    return rows.X[:, [rows.feature_names.index(name) for name in data.feature_names]]


def _raw(name: str, frame: Any) -> Raw:
    try:
        raw = raw_of(frame)
    except UnitscopeError:
        raise
    except Exception as error:  # of what pandas or polars make of it
        raise refusal(name, "a data frame that can be read", said(f"{error}")) from error
    if not len(raw.frame):
        raise refusal(name, "at least one row", said("none"))
    return raw


def _of_frame(data: Dataset, raw: Raw) -> np.ndarray:
    encoding = _encoding(data)
    if set(data.feature_names) <= set(raw.names):  # columns that are features already
        encoding = Encoding.plain(data.feature_names)
    as_many = data.encoding is None and len(raw.names) == data.n_features
    return encoding.of(raw, _BY_PLACE if as_many else "")


def _encoding(data: Dataset) -> Encoding:
    return data.encoding or Encoding.plain(data.feature_names)


def _of_array(data: Dataset, rows: Any) -> np.ndarray:
    try:
        X = np.asarray(rows)
        text = X.dtype.kind in "USO" and any(isinstance(one, (str, bytes)) for one in X.flat)
        points = None if text or X.dtype.kind == "c" else X.astype(np.float64)
    except (TypeError, ValueError, OverflowError):
        points = None
    if points is None:
        raise refusal("rows", _RULE, rows if isinstance(rows, list) else said("other than numbers"))
    rule = f"of shape (n, {data.n_features}), a column for each of {listed(data.feature_names)}"
    if points.ndim != 2 or points.shape[1] != data.n_features or not len(points):
        one = points.shape == (data.n_features,)
        raise refusal("rows", rule, said(f"shape {points.shape}"), "[point] is one row." * one)
    if not np.isfinite(points).all():
        raise refusal("rows", "finite numbers", said(f"{points[~np.isfinite(points)][0]}"))
    return points

"""Dataset: points with labels and the names a reader knows them by. Only here are they checked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np

from unitscope.errors import InvalidInput, refusal, said


@dataclass(frozen=True, init=False, eq=False, repr=False)
class Dataset:
    """Labelled points, checked once and never changed.

    **Arguments**

    - `X`: points, shape (n, d), finite numbers in data units; an array, nested lists or a data
      frame (whose column names become the feature names).
    - `y`: one label per point, shape (n,) or (n, 1): whole numbers (negative and gappy ones too),
      strings, bools or a categorical. They are encoded as 0..K-1 in the order of `class_names`.
    - `class_names`: K names. Without it, labels that are exactly 0..K-1 are called c0, c1, ... and
      any others keep their own text, in sorted order (a categorical's own order). Whole-number
      labels from 0 to K-1 are indices into the names, and text labels may be among them in any
      order: then a class may have no point. Otherwise they are new names, one for each label.
    - `feature_names`: d names; x0, x1, ... without it.

    **Raises** `InvalidInput` with the rule that was broken.
    """

    X: np.ndarray
    y: np.ndarray
    class_names: tuple[str, ...]
    feature_names: tuple[str, ...]

    def __init__(
        self,
        X: Any,
        y: Any,
        class_names: Sequence[str] | None = None,
        feature_names: Sequence[str] | None = None,
    ) -> None:
        columns = getattr(X, "columns", None)
        points = _points(X)
        labels, names = _encoded(y, len(points), _names("class_names", class_names))
        features = _names("feature_names", columns if feature_names is None else feature_names)
        if features is None:
            features = tuple(f"x{i}" for i in range(points.shape[1]))
        if len(features) != points.shape[1]:
            raise refusal(
                "feature_names",
                f"{_names_counted(points.shape[1])}, one for each column of X",
                said(_names_counted(len(features))),
            )
        points.setflags(write=False)
        labels.setflags(write=False)
        object.__setattr__(self, "X", points)
        object.__setattr__(self, "y", labels)
        object.__setattr__(self, "class_names", names)
        object.__setattr__(self, "feature_names", features)

    def __repr__(self) -> str:
        return (
            f"Dataset({self.n_points} points, {self.n_features} features, "
            f"{self.n_classes} classes: {', '.join(self.class_names)})"
        )

    @property
    def n_points(self) -> int:
        """How many points there are."""
        return self.X.shape[0]

    @property
    def n_features(self) -> int:
        """How many numbers describe a point."""
        return self.X.shape[1]

    @property
    def n_classes(self) -> int:
        """How many classes are named; a class may have no point."""
        return len(self.class_names)

    @property
    def counts(self) -> np.ndarray:
        """Points of each class, shape (K,)."""
        return np.bincount(self.y, minlength=self.n_classes)

    def where(self, chosen: np.ndarray) -> Dataset:
        """The points that are `chosen`, (n,) bool, at least one; all names stay."""
        if chosen.all():
            return self
        return Dataset(
            self.X[chosen],
            self.y[chosen],
            class_names=self.class_names,
            feature_names=self.feature_names,
        )

    def standardized(self) -> Dataset:
        """The points, each feature with mean 0 and standard deviation 1; constants become 0."""
        scale = self.X.std(axis=0)
        # A constant column has only rounding noise as its deviation: dividing by that would make
        # data of noise.
        constant = scale <= 1e-12 * np.abs(self.X).max(axis=0)
        X = (self.X - self.X.mean(axis=0)) / np.where(constant, 1.0, scale)
        X[:, constant] = 0.0
        return Dataset(X, self.y, self.class_names, self.feature_names)


def _points(X: Any) -> np.ndarray:
    """X as a fresh finite float64 array of shape (n, d)."""
    raw = _as_array("X", X)
    if raw.dtype.kind == "O" and not any(isinstance(value, (str, bytes)) for value in raw.flat):
        with suppress(TypeError, ValueError, OverflowError):
            raw = raw.astype(np.float64)
    if raw.ndim != 2:
        remedy = "For one feature, use X.reshape(-1, 1)." if raw.ndim == 1 else ""
        raise refusal(
            "X", "a table of shape (points, features)", said(f"shape {raw.shape}"), remedy
        )
    if 0 in raw.shape:
        raise refusal(
            "X", "at least one point with at least one feature", said(f"shape {raw.shape}")
        )
    if raw.dtype.kind not in "biuf":
        raise refusal(
            "X", "numeric", _first_non_number(raw), "Encode text columns as numbers first."
        )
    with np.errstate(over="ignore"):
        points = np.array(raw, dtype=np.float64, order="C")
    bad = ~np.isfinite(points)
    if bad.any():
        row, column = np.argwhere(bad)[0]
        raise refusal(
            "X",
            "finite numbers",
            said(f"{points[row, column]} at row {row}, column {column}"),
            "Remove or fill in the missing values.",
        )
    return points


def _as_array(name: str, values: Any) -> np.ndarray:
    if np.ma.is_masked(values):
        raise refusal(
            name,
            "without masked values",
            said("a masked array"),
            "Remove or fill in the masked points.",
        )
    try:
        return np.asarray(values)
    except ValueError:
        raise refusal(
            name, "a table whose rows all have the same length", said("rows of different lengths")
        ) from None


def _first_non_number(raw: np.ndarray) -> object:
    if raw.dtype.kind == "O":
        return next(
            (
                value
                for value in raw.flat
                if isinstance(value, (str, bytes)) or not np.isscalar(value)
            ),
            said("values of mixed types"),
        )
    return said(f"dtype {raw.dtype}") if raw.dtype.kind == "c" else raw.flat[0].item()


def _names(name: str, names: Iterable[object] | None) -> tuple[str, ...] | None:
    if names is None:
        return None
    if isinstance(names, (str, bytes)) or not isinstance(names, Iterable):
        remedy = f'Write ["{names}"] for a single name.' if isinstance(names, str) else ""
        raise refusal(name, "a sequence of names", names, remedy)
    texts = tuple(str(text) for text in names)
    seen: set[str] = set()
    for text in texts:
        if text in seen:
            raise refusal(name, "all different", said(f"{text!r} twice"))
        seen.add(text)
    return texts


def _names_counted(count: int) -> str:
    return f"{count} name{'s' * (count != 1)}"


def _encoded(y: Any, n: int, names: tuple[str, ...] | None) -> tuple[np.ndarray, tuple[str, ...]]:
    """Labels as int64 in 0..K-1 and the K class names."""
    if hasattr(y, "iloc") and np.ndim(y) == 2 and y.shape[1] == 1:
        y = y.iloc[:, 0]  # a data frame of one column, which may be categorical
    values, codes = _distinct(y, n)
    codes, names = _named(values, codes, names)
    if len(names) < 2:
        raise refusal("y", "labels of at least 2 classes", said(f"only {names[0]!r}"))
    return codes, names


def _distinct(y: Any, n: int) -> tuple[np.ndarray, np.ndarray]:
    """The labels that occur, ints or strings in class order, and each point's index into them."""
    categorical = getattr(y, "cat", y)
    if not (hasattr(categorical, "categories") and hasattr(categorical, "codes")):
        values, codes = np.unique(_labels(_column(y, n)), return_inverse=True)
        return values, codes.reshape(-1).astype(np.int64)
    codes = _column(categorical.codes, n)
    if (codes < 0).any():
        raise _missing_label(int(np.flatnonzero(codes < 0)[0]))
    present, codes = np.unique(codes, return_inverse=True)
    values = _labels(np.asarray(categorical.categories)[present])
    if len(set(values.tolist())) < len(values):
        raise InvalidInput(
            f"y must be labels whose texts differ. Got {tuple(values.tolist())} instead."
        )
    return values, codes.reshape(-1).astype(np.int64)


def _column(y: Any, n: int) -> np.ndarray:
    """y as a flat array, as long as there are points."""
    raw = _as_array("y", y)
    if raw.dtype.kind == "U" and not hasattr(y, "dtype"):
        # NumPy would write a missing value in a list of strings as "nan".
        raw = np.asarray(y, dtype=object)
    if raw.ndim == 2 and raw.shape[1] == 1:
        raw = raw[:, 0]
    if raw.ndim != 1:
        remedy = "For one-hot labels, use np.argmax(y, axis=1)." if raw.ndim == 2 else ""
        raise refusal(
            "y", "one label for each point, of shape (n,)", said(f"shape {raw.shape}"), remedy
        )
    if len(raw) != n:
        raise refusal(
            "y",
            f"as long as X, one label for each of its {n} points",
            said(f"{len(raw)} label{'s' * (len(raw) != 1)}"),
        )
    return raw


def _labels(raw: np.ndarray) -> np.ndarray:
    """Labels of any kind as int64 or strings."""
    if raw.dtype.kind not in "biufU":
        raw = _from_objects(raw)
    if raw.dtype.kind == "f":
        return _from_floats(raw.astype(np.float64))
    if raw.dtype.kind == "u" and raw.max(initial=0) > np.iinfo(np.int64).max:
        raise refusal("y", "whole numbers below 2**63", raw.max().item())
    return raw.astype(np.int64) if raw.dtype.kind in "iu" else raw.astype(str)


def _from_objects(raw: np.ndarray) -> np.ndarray:
    """Python objects as an array of one kind: whole numbers, floats, or else their text."""
    for index, value in enumerate(raw):
        if _is_missing(value):
            raise _missing_label(index)
        if not np.isscalar(value) or isinstance(value, (complex, np.complexfloating)):
            raise refusal(
                "y",
                "a whole number, a string or a bool for each point",
                said(f"{value!r} at row {index}"),
            )
    if all(isinstance(value, (int, np.integer)) and not isinstance(value, bool) for value in raw):
        try:
            return np.array(raw.tolist(), dtype=np.int64)
        except OverflowError:
            return np.array([str(value) for value in raw])
    if all(
        isinstance(value, (int, float, np.number)) and not isinstance(value, bool) for value in raw
    ):
        return raw.astype(np.float64)
    return np.array(
        [
            value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
            for value in raw
        ]
    )


def _is_missing(value: object) -> bool:
    """Whether it is None, not a number, not a time or pandas' NA."""
    # By its text: not all of these can be compared, even with themselves.
    return value is None or (
        not isinstance(value, (str, bytes)) and str(value) in ("nan", "NaN", "NaT", "<NA>")
    )


def _missing_label(index: int) -> InvalidInput:
    return refusal(
        "y",
        "a label for each point",
        said(f"a missing value at row {index}"),
        "Remove the points without a label.",
    )


def _from_floats(raw: np.ndarray) -> np.ndarray:
    if np.isnan(raw).any():
        raise _missing_label(int(np.isnan(raw).argmax()))
    unfit = (raw != np.round(raw)) | (np.abs(raw) > 2**53)
    if unfit.any():
        index = int(unfit.argmax())
        raise refusal(
            "y",
            "class labels: whole numbers, strings or bools",
            said(f"{raw[index]} at row {index}"),
            "A network of this kind predicts classes, not quantities.",
        )
    return raw.astype(np.int64)


def _named(
    values: np.ndarray, codes: np.ndarray, names: tuple[str, ...] | None
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Codes into the class names: the labels' own, or those given."""
    labels, numbers = values.tolist(), values.dtype.kind == "i"
    if names is None:
        plain = labels == list(range(len(labels)))
        return codes, tuple(f"c{label}" if plain else str(label) for label in labels)
    if numbers and min(labels) >= 0 and max(labels) < len(names):
        return values[codes], names
    if not numbers and set(labels) <= set(names):
        return np.array([names.index(label) for label in labels], dtype=np.int64)[codes], names
    if not numbers and not set(labels).isdisjoint(names):
        unnamed = next(label for label in labels if label not in names)
        raise refusal(
            "class_names", "every label in y, or a new name for each", said(f"no {unnamed!r}")
        )
    if len(labels) != len(names):
        raise refusal(
            "class_names",
            f"{_names_counted(len(labels))}, one for each label in y",
            said(_names_counted(len(names))),
        )
    return codes, names

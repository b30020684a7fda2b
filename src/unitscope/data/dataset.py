"""Dataset: points with labels and the names a reader knows them by. Validated here and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from unitscope.errors import InvalidInput, refusal, said


@dataclass(frozen=True, init=False, eq=False, repr=False)
class Dataset:
    """Labelled points, checked once and never changed.

    **Arguments**

    - `X`: points, shape (n, d), finite numbers in data units; an array, nested lists or a data frame
      (whose column names become the feature names).
    - `y`: one label a point, shape (n,) or (n, 1): whole numbers (negative and gappy ones too), strings,
      bools or a categorical. They are encoded as 0..K-1 in the order of `class_names`.
    - `class_names`: K names. Without it, labels that are exactly 0..K-1 are called c0, c1, ... and any others
      keep their own text, in sorted order (a categorical's own order). With whole-number labels below K they
      are indices into the names, so that a class may have no point.
    - `feature_names`: d names; x0, x1, ... without it.

    **Raises** `InvalidInput` with the rule that was broken.
    """

    X: np.ndarray
    y: np.ndarray
    class_names: tuple[str, ...]
    feature_names: tuple[str, ...]

    def __init__(self, X: Any, y: Any, class_names: Sequence[str] | None = None,
                 feature_names: Sequence[str] | None = None) -> None:
        columns = getattr(X, "columns", None)
        points = _points(X)
        labels, names = _encoded(y, len(points), _names("class_names", class_names))
        if feature_names is None and columns is not None:
            feature_names = [str(column) for column in columns]
        features = _names("feature_names", feature_names) or tuple(f"x{i}" for i in range(points.shape[1]))
        if len(features) != points.shape[1]:
            raise refusal("feature_names", f"{points.shape[1]} names, one for each column of X",
                          said(f"{len(features)} names"))
        points.setflags(write=False)
        labels.setflags(write=False)
        object.__setattr__(self, "X", points)
        object.__setattr__(self, "y", labels)
        object.__setattr__(self, "class_names", names)
        object.__setattr__(self, "feature_names", features)

    def __repr__(self) -> str:
        return (f"Dataset({self.n_points} points, {self.n_features} features, "
                f"{self.n_classes} classes: {', '.join(self.class_names)})")

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

    def standardized(self) -> Dataset:
        """The same points with mean 0 and standard deviation 1 in every feature (a constant feature becomes 0)."""
        scale = self.X.std(axis=0)
        # A constant column keeps only rounding noise as its deviation: dividing by that would make data of noise.
        constant = scale <= 1e-12 * np.abs(self.X).max(axis=0)
        X = (self.X - self.X.mean(axis=0)) / np.where(constant, 1.0, scale)
        X[:, constant] = 0.0
        return Dataset(X, self.y, self.class_names, self.feature_names)


def _points(X: Any) -> np.ndarray:
    """X as a fresh finite float64 array of shape (n, d)."""
    raw = _as_array("X", X)
    if raw.dtype.kind == "O" and not any(isinstance(value, (str, bytes)) for value in raw.flat):
        try:
            raw = raw.astype(np.float64)
        except (TypeError, ValueError):
            pass
    if raw.ndim != 2:
        remedy = "For one feature, use X.reshape(-1, 1)." if raw.ndim == 1 else ""
        raise refusal("X", "a table of shape (points, features)", said(f"shape {raw.shape}"), remedy)
    if raw.dtype.kind not in "biuf":
        raise refusal("X", "numeric", _first_non_number(raw), "Encode text columns as numbers first.")
    if 0 in raw.shape:
        raise refusal("X", "at least one point with at least one feature", said(f"shape {raw.shape}"))
    with np.errstate(over="ignore"):
        points = np.array(raw, dtype=np.float64, order="C")
    bad = ~np.isfinite(points)
    if bad.any():
        row, column = np.argwhere(bad)[0]
        raise refusal("X", "finite numbers", said(f"{points[row, column]} at row {row}, column {column}"),
                      "Remove or fill in the missing values.")
    return points


def _as_array(name: str, values: Any) -> np.ndarray:
    try:
        return np.asarray(values)
    except ValueError:
        raise refusal(name, "a table whose rows all have the same length", said("rows of different lengths")) from None


def _first_non_number(raw: np.ndarray) -> object:
    if raw.dtype.kind == "O":
        return next((value for value in raw.flat if isinstance(value, (str, bytes)) or not np.isscalar(value)),
                    said("values of mixed types"))
    return said(f"dtype {raw.dtype}") if raw.dtype.kind == "c" else raw.flat[0].item()


def _names(name: str, names: Sequence[str] | None) -> tuple[str, ...]:
    if names is None:
        return ()
    if isinstance(names, str):
        raise refusal(name, "a sequence of names", names, f'Write ["{names}"] for a single name.')
    texts = tuple(str(text) for text in names)
    for text in texts:
        if texts.count(text) > 1:
            raise refusal(name, "all different", said(f"{text!r} twice"))
    return texts


def _encoded(y: Any, n: int, names: tuple[str, ...]) -> tuple[np.ndarray, tuple[str, ...]]:
    """Labels as int64 in 0..K-1 and the K class names."""
    categories = getattr(getattr(y, "cat", y), "categories", None)
    raw = _labels(y, n)
    if categories is not None and not names:
        present = set(raw.tolist())
        order = [value for value in categories.tolist() if value in present]
        if not (raw.dtype.kind in "iu" and order == list(range(len(order)))):
            names = _distinct_texts(order)
            codes = {value: index for index, value in enumerate(order)}
            return _checked(np.array([codes[value] for value in raw.tolist()], dtype=np.int64), names)
    values, codes = np.unique(raw, return_inverse=True)
    codes = codes.reshape(-1).astype(np.int64)
    if raw.dtype.kind in "iu":
        return _checked(*_encoded_integers(raw, values, codes, names))
    return _checked(*_encoded_texts(values, codes, names))


def _labels(y: Any, n: int) -> np.ndarray:
    """y as a flat array of ints or strings, as many as there are points."""
    raw = _as_array("y", y)
    if raw.ndim == 2 and raw.shape[1] == 1:
        raw = raw[:, 0]
    if raw.ndim != 1:
        remedy = "For one-hot labels, use np.argmax(y, axis=1)." if raw.ndim == 2 else ""
        raise refusal("y", "one label for each point, of shape (n,)", said(f"shape {raw.shape}"), remedy)
    if len(raw) != n:
        raise refusal("y", f"as long as X, one label for each of its {n} points", said(f"{len(raw)} labels"))
    if raw.dtype.kind == "O" or raw.dtype.kind not in "biufUST":
        raw = _from_objects(raw)
    if raw.dtype.kind == "f":
        return _from_floats(raw)
    if raw.dtype.kind == "u" and raw.size and raw.max() > np.iinfo(np.int64).max:
        raise refusal("y", "whole numbers below 2**63", raw.max())
    return raw.astype(np.int64) if raw.dtype.kind in "iu" else raw.astype(str)


def _from_objects(raw: np.ndarray) -> np.ndarray:
    """Python objects as an array of one kind: whole numbers, floats, or else the text of strings and bools."""
    for index, value in enumerate(raw):
        missing = value is None or value != value or str(value) in ("NaT", "<NA>")
        if missing or not np.isscalar(value) or isinstance(value, complex):
            raise refusal("y", "a whole number, a string or a bool for each point",
                          said(f"{shown_label(value)} at row {index}"))
    if all(isinstance(value, (int, np.integer)) and not isinstance(value, bool) for value in raw):
        try:
            return np.array(raw.tolist(), dtype=np.int64)
        except OverflowError:
            return np.array([str(value) for value in raw])
    if all(isinstance(value, (int, float, np.number)) and not isinstance(value, bool) for value in raw):
        return raw.astype(np.float64)
    return np.array([value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value) for value in raw])


def shown_label(value: object) -> str:
    """A label as a message shows it."""
    return "a missing value" if value is None or value != value else repr(value)


def _from_floats(raw: np.ndarray) -> np.ndarray:
    if not np.isfinite(raw).all():
        index = int(np.flatnonzero(~np.isfinite(raw))[0])
        raise refusal("y", "a label for each point", said(f"{raw[index]} at row {index}"),
                      "Remove the points without a label.")
    if (raw != np.round(raw)).any() or np.abs(raw).max(initial=0) > 2**53:
        index = int(np.flatnonzero(raw != np.round(raw))[0]) if (raw != np.round(raw)).any() else int(np.abs(raw).argmax())
        raise refusal("y", "class labels: whole numbers, strings or bools", said(f"{raw[index]} at row {index}"),
                      "A network of this kind predicts classes, not quantities.")
    return raw.astype(np.int64)


def _encoded_integers(raw: np.ndarray, values: np.ndarray, codes: np.ndarray,
                      names: tuple[str, ...]) -> tuple[np.ndarray, tuple[str, ...]]:
    if not names:
        plain = values.tolist() == list(range(len(values)))
        return codes, tuple(f"c{value}" if plain else str(value) for value in values.tolist())
    if values.size and values[0] >= 0 and values[-1] < len(names):
        return raw.copy(), names
    if len(values) == len(names):
        return codes, names
    raise refusal("class_names", f"{len(values)} names, one for each label in y", said(f"{len(names)} names"))


def _encoded_texts(values: np.ndarray, codes: np.ndarray,
                   names: tuple[str, ...]) -> tuple[np.ndarray, tuple[str, ...]]:
    texts = values.tolist()
    if not names:
        return codes, tuple(texts)
    if set(texts) <= set(names):
        return np.array([names.index(text) for text in texts], dtype=np.int64)[codes], names
    if len(texts) == len(names):
        return codes, names
    raise refusal("class_names", f"{len(texts)} names, one for each label in y", said(f"{len(names)} names"))


def _distinct_texts(values: list[object]) -> tuple[str, ...]:
    texts = tuple(str(value) for value in values)
    if len(set(texts)) != len(texts):
        raise InvalidInput(f"y must be labels whose texts differ. Got {texts} instead.")
    return texts


def _checked(codes: np.ndarray, names: tuple[str, ...]) -> tuple[np.ndarray, tuple[str, ...]]:
    if len(names) < 2:
        raise refusal("y", "labels of at least 2 classes", said(f"only {names[0]!r}"))
    return codes, names

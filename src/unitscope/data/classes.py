"""Labels of any kind become classes: numbers 0..K-1, their names, and the labels as given."""

from __future__ import annotations

from typing import Any

import numpy as np

from unitscope.errors import InvalidInput, refusal, said

_Encoded = tuple[np.ndarray, tuple[str, ...], np.ndarray]


def encoded(y: Any, n: int, names: tuple[str, ...] | None) -> _Encoded:
    """Labels as int64 in 0..K-1, the K class names, and each class as it was given."""
    if hasattr(y, "iloc") and np.ndim(y) == 2 and y.shape[1] == 1:
        y = y.iloc[:, 0]  # a data frame of one column, which may be categorical
    found = None if names is None else _indices(y, n, names)
    if found is None:
        found = _named(*distinct(y, n), names)
    codes, names, own = found
    if len(names) < 2:
        raise refusal("y", "labels of at least 2 classes", said(f"only {names[0]!r}"))
    return codes, names, own


def _indices(y: Any, n: int, names: tuple[str, ...]) -> _Encoded | None:
    """An array of indices into the names, which to sort would take long; None of anything else."""
    if type(y) is not np.ndarray or y.dtype.kind not in "iu" or y.shape != (n,) or not n:
        return None
    if y.min() < 0 or y.max() >= len(names):
        return None
    return y.astype(np.int64), names, _counted(len(names), y[:0])


def distinct(y: Any, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The labels that occur, ints or strings in class order, and each point's index into them.

    And the same labels as they were given.
    """
    categorical = getattr(y, "cat", y)
    if not (hasattr(categorical, "categories") and hasattr(categorical, "codes")):
        raw = _column(y, n)
        values, first, codes = np.unique(plain_labels(raw), return_index=True, return_inverse=True)
        return values, codes.reshape(-1).astype(np.int64), _as_given(y, raw[first])
    codes = _column(categorical.codes, n)
    if (codes < 0).any():
        raise _missing_label(int(np.flatnonzero(codes < 0)[0]))
    counts = np.bincount(codes, minlength=len(categorical.categories))
    present = np.flatnonzero(counts)
    codes = (np.cumsum(counts > 0) - 1)[codes]
    own = np.asarray(categorical.categories)[present]
    values = plain_labels(own)
    if len(set(values.tolist())) < len(values):
        raise InvalidInput(
            f"y must be labels whose texts differ. Got {tuple(values.tolist())} instead."
        )
    return values, codes.reshape(-1).astype(np.int64), own


def _as_given(y: Any, labels: np.ndarray) -> np.ndarray:
    """Labels in the dtype that NumPy gives those of `y`: `_column` makes objects of some."""
    if labels.dtype.kind != "O":
        return labels
    dtype = getattr(getattr(y, "dtype", None), "numpy_dtype", None)  # of pandas' Int64, boolean
    if isinstance(dtype, np.dtype):
        return labels.astype(dtype)
    texts = not hasattr(y, "dtype") and all(isinstance(label, str) for label in labels)
    return labels.astype(str) if texts else labels


def _column(y: Any, n: int) -> np.ndarray:
    """y as a flat array, as long as there are points."""
    raw = as_array("y", y)
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
        rule = f"as long as X, one label for each of its {n} points"
        raise refusal("y", rule, said(f"{len(raw)} label{'s' * (len(raw) != 1)}"))
    return raw


def plain_labels(raw: np.ndarray) -> np.ndarray:
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
        try:
            return raw.astype(np.float64)
        except OverflowError:
            raise refusal("y", "whole numbers below 2**63", max(raw, key=abs)) from None
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
    values: np.ndarray, codes: np.ndarray, own: np.ndarray, names: tuple[str, ...] | None
) -> _Encoded:
    """Codes into the class names, the labels' own or those given; and the labels of the classes."""
    labels, numbers = values.tolist(), values.dtype.kind == "i"
    if names is None:
        plain = labels == list(range(len(labels)))
        return codes, tuple(f"c{label}" if plain else str(label) for label in labels), own
    if numbers and min(labels) >= 0 and max(labels) < len(names):
        return values[codes], names, _counted(len(names), own)
    if not numbers and set(labels) <= set(names):
        places = np.array([names.index(label) for label in labels], dtype=np.int64)
        return places[codes], names, _filled(names, places, own)
    if not numbers and not set(labels).isdisjoint(names):
        unnamed = next(label for label in labels if label not in names)
        raise refusal(
            "class_names", "every label in y, or a new name for each", said(f"no {unnamed!r}")
        )
    if len(labels) != len(names):
        raise refusal(
            "class_names",
            f"{names_counted(len(labels))}, one for each label in y",
            said(names_counted(len(names))),
        )
    return codes, names, own


def _counted(count: int, own: np.ndarray) -> np.ndarray:
    """0, 1, ... as labels like those that occur."""
    every = np.arange(count)
    found = every.astype(own.dtype)
    return found if np.array_equal(found, every) else every


def _filled(names: tuple[str, ...], places: np.ndarray, own: np.ndarray) -> np.ndarray:
    """The labels in the places of their names; the name itself is that of a class without points.

    A class may be without points only where the labels are texts.
    """
    if len(places) == len(names):
        return own[np.argsort(places)]
    every = np.array(names, dtype=object)
    every[places] = own
    return every.astype(str) if own.dtype.kind == "U" else every


def as_array(name: str, values: Any) -> np.ndarray:
    """What NumPy makes of it, refused where that is no array or hides something."""
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


def names_counted(count: int) -> str:
    """A count of names, in words."""
    return f"{count} name{'s' * (count != 1)}"

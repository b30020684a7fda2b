"""What a file keeps of a data set beside its points: names, labels, how its features were made."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from unitscope.data.dataset import Dataset
from unitscope.data.encoding import Encoding
from unitscope.errors import refusal

_NUMBERS = ("bool", *(f"{kind}{bits}" for kind in ("int", "uint") for bits in (8, 16, 32, 64)))
_NUMBERS += ("float16", "float32", "float64")


def names_to_json(data: Dataset) -> dict[str, Any]:
    """All but the points and their classes, for JSON."""
    return {
        "class_names": data.class_names,
        "feature_names": data.feature_names,
        "labels": labels_to_json(data.labels),
        "fixed_scale": data.fixed_scale,
        "encoding": None if data.encoding is None else data.encoding.to_json(),
    }


def labels_to_json(labels: np.ndarray) -> dict[str, Any]:
    """Labels, (K,), for JSON."""
    name = labels.dtype.name
    plain = [one if isinstance(one, (bool, int, float)) else str(one) for one in labels.tolist()]
    if labels.dtype.kind == "S":
        plain = [one.decode("utf-8", "replace") for one in labels.tolist()]
    return {
        "dtype": name if name in _NUMBERS else "object" if name == "object" else "str",
        "values": plain,
    }


def names_from_json(X: np.ndarray, y: np.ndarray, about: dict[str, Any]) -> Dataset:
    """The data set of these points and classes, with what a file has of it, checked.

    **Raises** `InvalidInput`, and other errors where it is of another form.
    """
    names, fixed = (about["class_names"], about["feature_names"]), about.get("fixed_scale", False)
    data = Dataset(X, y, *names, fixed_scale=bool(fixed))
    told = about.get("labels")
    if told is not None:
        data = data.labelled_by(labels_from_json(told["dtype"], told["values"], data.n_classes))
    return data.encoded_by(Encoding.from_json(about.get("encoding"), data.feature_names))


def labels_from_json(dtype: Any, values: Any, count: int) -> np.ndarray:
    """So many labels, as `labels_to_json` gives them. **Raises** `InvalidInput`."""
    if len(values) != count or not all(isinstance(one, (bool, int, float, str)) for one in values):
        raise refusal("labels", f"{count} numbers or texts", values)
    if any(isinstance(one, float) and not math.isfinite(one) for one in values):
        raise refusal("labels", "finite", values)
    if dtype not in (*_NUMBERS, "object", "str"):
        raise refusal("the labels' dtype", "a NumPy dtype", dtype)
    return np.array(values, dtype=dtype)

"""The names of classes and features that go with a model of another library, there and back.

ONNX has a place for them in a file. A module of PyTorch and a model of Keras carry them as
attributes, `class_names` and `feature_names`, as long as they are in memory; those that somebody
else gave them are read, too.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from unitscope.data.stored import labels_from_json, labels_to_json
from unitscope.errors import InvalidInput
from unitscope.networks import Network

KEY = "unitscope"  # of the description in a file of ONNX
_LONGEST = 10_000_000  # letters of it


def put_on(model: Any, net: Network) -> None:
    """Give a model the names that a network knows, as attributes."""
    labels, features = (getattr(net, name, None) for name in ("labels", "feature_names"))
    if labels is not None:
        model.class_names = tuple(np.asarray(labels).tolist())
    if features is not None:
        model.feature_names = tuple(features)


def found_on(model: Any, classes: int, features: int) -> dict[str, Any]:
    """The `labels` and `feature_names` that a model has as attributes, where they fit it."""
    labels = _listed(getattr(model, "class_names", None), (str, int), classes)
    names = _listed(getattr(model, "feature_names", None), (str,), features)
    return {"labels": None if labels is None else np.array(labels), "feature_names": names}


def text_of(net: Network) -> str:
    """What a network knows, for a file; "" where that is nothing."""
    labels, features = (getattr(net, name, None) for name in ("labels", "feature_names"))
    if labels is None and features is None:
        return ""
    told = None if labels is None else labels_to_json(labels)
    return json.dumps({"labels": told, "feature_names": features})


def from_text(text: str, classes: int, features: int) -> dict[str, Any]:
    """The `labels` and `feature_names` that a file's description has, where they fit the model."""
    labels = names = None
    try:
        about = json.loads(text[:_LONGEST] or "{}")
        told = about.get("labels")
        if told is not None:
            labels = labels_from_json(told["dtype"], told["values"], classes)
        names = _listed(about.get("feature_names"), (str,), features)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, InvalidInput):
        return {"labels": None, "feature_names": None}
    if labels is not None and len(set(labels.tolist())) < classes:
        labels = None
    return {"labels": labels, "feature_names": names}


def _listed(given: Any, kinds: tuple[type, ...], count: int) -> list[Any] | None:
    """So many texts or numbers of one kind, each another; None for anything else."""
    if isinstance(given, np.ndarray) and given.ndim == 1:
        given = given.tolist()
    if not isinstance(given, (list, tuple)) or len(given) != count or not count:
        return None
    kind = type(given[0])
    if kind not in kinds or any(type(one) is not kind for one in given):
        return None
    return list(given) if len(set(given)) == count else None

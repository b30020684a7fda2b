"""Arrays, labels and predict functions of any library, as NumPy's arrays and as scores."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection
from contextlib import suppress
from typing import Any

import numpy as np

from unitscope.errors import refusal, said


def as_array(values: Any) -> np.ndarray:
    """An array or tensor of any library as NumPy's."""
    if hasattr(values, "detach"):
        values = values.detach().cpu()
    return np.asarray(values)


def class_indices(y: Any, classes: int) -> np.ndarray:
    """Labels (n,) or (n, 1) as class numbers 0..classes-1; others are numbered in sorted order."""
    labels = as_array(y).ravel()
    if labels.dtype.kind in "iuf" and not ((labels < 0) | (labels >= classes)).any():
        return labels.astype(np.int64)
    values, indices = np.unique(labels, return_inverse=True)
    if len(values) > classes:
        rule = f"labels of at most {classes} classes, as classes says"
        raise refusal("y", rule, said(f"{len(values)} labels"))
    return indices.ravel()


def predicted(predict: Callable[..., Any], points: np.ndarray) -> np.ndarray:
    """What `predict` gives for all points, asked once and without a progress bar.

    Keras would otherwise take 32 rows at a time and print a bar.
    """
    known: Collection[str] = ()
    with suppress(TypeError, ValueError):
        known = inspect.signature(predict).parameters
    wanted = {"verbose": 0, "batch_size": len(points)}
    settings = {name: value for name, value in wanted.items() if name in known}
    return as_array(predict(points, **settings))


def scores_of(answers: np.ndarray, n: int) -> np.ndarray:
    """What a predict function gave for n points as scores (n, K); the largest is the class."""
    if answers.ndim == 2 and answers.shape[1] == 1:
        answers = answers[:, 0]
    if len(answers) != n or answers.ndim not in (1, 2):
        rule = f"a function that gives {n} rows for {n} points"
        raise refusal("predict", rule, said(f"shape {answers.shape}"))
    numeric = answers.dtype.kind == "f"
    if answers.ndim == 2:
        return _unsquashed(answers) if numeric else answers
    if numeric and (answers != np.round(answers)).any():
        one = answers.astype(np.float64)
        if one.min() >= 0 and one.max() <= 1:
            return _unsquashed(np.stack([1 - one, one], axis=1))
        return np.stack([np.zeros(n), one], axis=1)
    values, indices = np.unique(answers, return_inverse=True)
    return np.eye(len(values))[indices.ravel()]


def _unsquashed(scores: np.ndarray) -> np.ndarray:
    """Probabilities as logarithms, to interpolate as the logits do; other scores unchanged."""
    scores = scores.astype(np.float64)
    if scores.min() >= 0 and np.allclose(scores.sum(axis=1), 1.0, atol=1e-3):
        return np.log(np.maximum(scores, np.finfo(np.float32).tiny))
    return scores


def values_at(function: Callable[[np.ndarray], Any], points: np.ndarray) -> np.ndarray | None:
    """`function` at all points at once, (n,); None unless each point has got its own number."""
    # Whatever a function for one point makes of many, its own error shows when it is asked for one.
    try:
        values = np.asarray(as_array(function(points)), dtype=np.float64)
        last = np.asarray(as_array(function(points[-1:])), dtype=np.float64)
    except Exception:
        return None
    if values.shape not in ((len(points),), (len(points), 1)) or last.size != 1:
        return None
    values = values.ravel()
    agrees = np.allclose(values[-1], last.ravel()[0], rtol=1e-4, atol=1e-6, equal_nan=True)
    return values if agrees else None

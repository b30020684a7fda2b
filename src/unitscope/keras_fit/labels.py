"""The labels of a Keras fit as class numbers, and what is said of those that Keras cannot take."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from unitscope.errors import InvalidInput, refusal, said
from unitscope.keras_fit.heads import KerasOnly
from unitscope.models.scale import Scale

_TEXT = "USTO"  # the kinds of NumPy's dtypes that text may have, the last also other things


class Form(NamedTuple):
    """What a model takes: how many features and classes, in which form y gives these.

    `one_hot`: in a column for each class; `binary`: as 0 and 1 of any type; otherwise as class
    numbers. `scale` is what the model does to the points first.
    """

    features: int
    classes: int
    one_hot: bool = False
    binary: bool = False
    scale: Scale | None = None


def as_array(name: str, values: Any) -> np.ndarray:
    """Arrays, data frames and tensors; lists and dicts mean several inputs to Keras."""
    if not isinstance(values, np.ndarray) and not hasattr(values, "__array__"):
        raise KerasOnly(f"its {name} is of type {type(values).__name__}")
    try:
        return np.asarray(values)
    except (TypeError, ValueError, RuntimeError) as error:
        raise KerasOnly(f"its {name} cannot be read as an array ({error})") from None


def class_numbers(name: str, y: Any, form: Form) -> np.ndarray:
    """Class numbers (n,) from one-hot rows, or from whole numbers of shape (n,) or (n, 1)."""
    targets, classes = as_array(name, y), form.classes
    if form.one_hot:
        if targets.ndim != 2 or targets.shape[1] != classes or targets.dtype.kind not in "biuf":
            raise KerasOnly(f"its {name} is not one-hot in {classes} columns")
        if not (((targets == 0) | (targets == 1)).all() and (targets.sum(axis=1) == 1).all()):
            raise KerasOnly(f"a row of its {name} is not one-hot")
        return targets.argmax(axis=1)
    column = targets.ndim in (1, 2) and targets.shape[1:] in ((), (1,))
    if form.binary:
        if targets.dtype.kind not in "biuf" or not column:
            raise KerasOnly(f"its {name} is not a column of 0 and 1")
        if not ((targets == 0) | (targets == 1)).all():
            raise KerasOnly(f"its {name} has other numbers than 0 and 1")
        return targets.reshape(-1).astype(np.int64)
    whole = targets.dtype.kind in "biu" or (targets.dtype.kind == "f" and (targets % 1 == 0).all())
    if not whole or not column:
        raise KerasOnly(f"its {name} is not a column of whole numbers")
    labels = targets.reshape(-1)
    outside = (labels < 0) | (labels >= classes)
    if outside.any():
        row = int(np.flatnonzero(outside)[0])
        rule = f"class numbers in 0..{classes - 1}, as the model has {classes} outputs"
        raise refusal(name, rule, said(f"{labels[row]} at row {row}"))
    return labels if labels.dtype.kind in "iu" else labels.astype(np.int64)


def check_labels(name: str, y: Any, n: int, form: Form) -> None:
    """Refuse labels of n points that Keras takes on no backend, before it says so in its own words.

    These are text, and numbers in another count of columns than the loss compares with the outputs.
    **Raises** `InvalidInput` with what makes labels of them that are trained.
    """
    try:
        targets = as_array(name, y)
    except KerasOnly:
        return
    if targets.dtype.kind in _TEXT and all(isinstance(each, (str, bytes)) for each in targets.flat):
        raise _text(name, targets, form)
    shape = targets.shape
    if targets.dtype.kind not in "biuf" or len(shape) not in (1, 2) or shape[0] != n:
        return
    wide = len(shape) == 2 and shape[1] != 1
    if form.one_hot and (not wide or shape[1] != form.classes):
        raise _not_one_hot(name, shape, form)
    if wide and not form.one_hot:
        raise _not_one_column(name, shape, form)


def _rule(form: Form) -> str:
    if form.one_hot:
        return f"one-hot rows of {form.classes} columns for this loss"
    if form.binary:
        return "0 and 1 in one column for this loss"
    return f"class numbers in 0..{form.classes - 1} in one column for this loss"


def _text(name: str, targets: np.ndarray, form: Form) -> InvalidInput:
    words = targets.reshape(-1).tolist()
    example = said(f"text, as {words[0]!r:.20} at row 0" if words else "text")
    if targets.ndim > 1 and targets.shape[1:] != (1,):
        return refusal(name, _rule(form), example, f"Try {name} = {name}.astype(float).")
    if name != "y":
        remedy = "Number them as y: np.searchsorted(names, labels), names in alphabetical order."
        return refusal(name, _rule(form), example, remedy)
    kinds = len(set(words))
    remedy = "Number them: names, y = np.unique(y, return_inverse=True)"
    if kinds > form.classes:
        outputs = f"a last layer of {kinds} units"
        remedy += f". The {kinds} names need {outputs}"
        remedy += ", and a sparse categorical loss." if form.binary else "."
    elif form.one_hot:
        remedy += f", and then y = np.eye({form.classes})[y]."
    return refusal(name, _rule(form), example, remedy if remedy[-1] == "." else f"{remedy}.")


def _not_one_hot(name: str, shape: tuple[int, ...], form: Form) -> InvalidInput:
    got = said(f"shape {shape}")
    if len(shape) == 2 and shape[1] > 1:
        remedy = f"A last layer of {shape[1]} units has an output for each column."
    else:
        rows = f"np.eye({form.classes})[np.ravel({name}).astype(int)]"
        remedy = f"Take {rows}, or compile the model with SparseCategoricalCrossentropy."
    return refusal(name, _rule(form), got, remedy)


def _not_one_column(name: str, shape: tuple[int, ...], form: Form) -> InvalidInput:
    loss = "CategoricalCrossentropy"
    if shape[1] == form.classes:
        remedy = f"Of one-hot rows take np.argmax({name}, axis=1)"
        remedy += "." if form.binary else f", or compile the model with {loss}."
    else:
        remedy = f"One-hot rows need a last layer of {shape[1]} units and {loss}."
    return refusal(name, _rule(form), said(f"shape {shape}"), remedy)

"""Networks back from their files, which `Network.save` wrote."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from unitscope.data.stored import labels_from_json
from unitscope.errors import refusal, said
from unitscope.models.read import FLAT, ReadNetwork, line_of
from unitscope.network_file import FORMAT, TEXT, array_names, names
from unitscope.networks import Dense

_MOST_LAYERS, _LONGEST_LINE = 10_000, 2_000


def is_network(texts: dict[str, str]) -> bool:
    """Whether a file of these texts is a network of ours."""
    return TEXT in texts


def network_from(arrays: dict[str, np.ndarray], texts: dict[str, str]) -> ReadNetwork:
    """The network of a file's arrays and texts, checked as always.

    **Raises** `InvalidInput`, and other errors where the description is of another form.
    """
    about = json.loads(texts[TEXT])
    if about["format"] != FORMAT:
        remedy = "Use the version that wrote it."
        raise refusal("the file's format", f"{FORMAT}", about["format"], remedy)
    functions = about["layers"]
    if not isinstance(functions, list) or not 1 <= len(functions) <= _MOST_LAYERS:
        raise refusal("layers", f"a list of 1 to {_MOST_LAYERS:,}", functions)
    wanted = {name for number in range(len(functions)) for name in array_names(number)}
    if set(arrays) != wanted:
        got = said(f"{len(arrays)} others")
        raise refusal("the arrays", f"weights and bias of {len(functions)} layers", got)
    layers = []
    for number, function in enumerate(functions):
        weights, bias = (_numbers(name, arrays[name]) for name in array_names(number))
        layers.append(Dense(weights, bias, function["activation"], function["negative_slope"]))
    labels, classes = about.get("labels"), layers[-1].units
    if labels is not None:
        labels = labels_from_json(labels["dtype"], labels["values"], classes)
        if len(set(labels.tolist())) < classes:
            raise refusal("labels", "of one class each", said("one twice"))
    return ReadNetwork(
        layers,
        _line(about.get("understood"), classes),
        labels=labels,
        feature_names=names("feature_names", about.get("feature_names"), layers[0].inputs),
        prepare=FLAT if about.get("prepare") == FLAT.name else None,
    )


def _numbers(name: str, array: np.ndarray) -> np.ndarray:
    if array.dtype != np.float64:
        raise refusal(name, "of float64", said(f"{array.dtype}"))
    return array


def _line(understood: Any, classes: int) -> str:
    """The line as it was written; it is shown, so it has to be one."""
    if understood is None:
        return line_of("logits", (), (), classes)
    if (
        not isinstance(understood, str)
        or len(understood) > _LONGEST_LINE
        or not understood.isprintable()
    ):
        raise refusal("understood", "one line of text", understood)
    return understood

"""How a network is written to a file: its layers' numbers, and a description of it in JSON."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from typing import Any

from unitscope import tensors
from unitscope.errors import refusal, said

TEXT = "unitscope"  # the name of the description among the file's texts
FORMAT = 1


def array_names(layer: int) -> tuple[str, str]:
    """The names of a layer's weights and bias."""
    return f"layers.{layer}.weights", f"layers.{layer}.bias"


def save(
    net: Any,
    path: str | os.PathLike[str],
    about: Callable[[list[str] | None, list[str] | None], dict[str, Any]],
    class_names: Iterable[str] | None,
    feature_names: Iterable[str] | None,
) -> None:
    """Write a network, whole or not at all, with what it says `about` these names, once checked.

    **Raises** `InvalidInput` where it would be too large to be read; `CannotWrite`.
    """
    classes = names("class_names", class_names, net.n_classes)
    features = names("feature_names", feature_names, net.n_features)
    arrays: dict[str, Any] = {}
    functions = []
    for number, layer in enumerate(net.layers):
        weights, bias = array_names(number)
        arrays |= {weights: layer.weights, bias: layer.bias}
        functions.append({"activation": layer.activation, "negative_slope": layer.negative_slope})
    description = {"format": FORMAT, "layers": functions, **about(classes, features)}
    tensors.write(path, arrays, {TEXT: json.dumps(description)})


def named(classes: list[str] | None, features: list[str] | None) -> dict[str, Any]:
    """Of a network that knows no names itself: these."""
    if classes is not None and len(classes) < 2:
        raise refusal("class_names", "of at least 2 classes", said(f"{classes!r}"))
    labels = None if classes is None else {"dtype": "str", "values": classes}
    return {"labels": labels, "feature_names": features}


def names(name: str, given: Iterable[str] | None, count: int) -> list[str] | None:
    """The argument `name`: so many texts, each another; None where there are none.

    **Raises** `InvalidInput` for anything else.
    """
    if given is None:
        return None
    several = isinstance(given, Iterable) and not isinstance(given, (str, bytes))
    listed = list(given) if several else []
    if len(listed) != count or not all(isinstance(one, str) for one in listed):
        raise refusal(name, f"{count} texts", said(f"{given!r}"))
    if len({one.rstrip("\0") for one in listed}) < count:  # NumPy knows no zeros at the end
        raise refusal(name, "texts that differ", said(f"{given!r}"))
    return [str(one) for one in listed]

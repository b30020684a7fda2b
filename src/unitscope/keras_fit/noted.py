"""What a fit knows beside its numbers, noted in its run, so that the words can say it."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import Any

from unitscope.models.keras import keras_package, kind, read_chain
from unitscope.training.fitted import Fitted, Misread

_CROSS_ENTROPIES = (
    "SparseCategoricalCrossentropy",
    "CategoricalCrossentropy",
    "BinaryCrossentropy",
)
_SAID_ANYWAY = ("name", "from_logits", "fn", "reduction")


def noted(history: Any, model: Any) -> None:
    """Note in the run of a History, where it has one, what is known beside it."""
    if history.run is None:
        return
    loss, misread = (None, None) if history.why is None else _loss(model)
    logs = history.history
    right = [
        name for name in logs if name.startswith("val_") and name.endswith(("acc", "accuracy"))
    ]
    fitted = Fitted(
        history.why,
        loss,
        misread,
        _last(logs.get("val_loss")),
        _last(logs[right[0]]) if right else None,
    )
    history.run = dataclasses.replace(history.run, fitted=fitted)


def _last(values: Sequence[Any] | None) -> float | None:
    """The last epoch's, where it is a finite number."""
    last = float(values[-1]) if values else math.nan
    return last if math.isfinite(last) else None


def _loss(model: Any) -> tuple[str | None, Misread | None]:
    """The loss where it is no plain cross-entropy; what it took the outputs for by mistake."""
    given, package = model.loss, keras_package(model)
    loss = package.losses.get(given) if isinstance(given, str) else given
    options: Mapping[str, Any] = {}
    if kind(loss, package) in _CROSS_ENTROPIES:
        name, options = _snake(kind(loss, package)), loss.get_config()
    else:
        names = (getattr(loss, name, None) for name in ("__name__", "name"))
        name = given if isinstance(given, str) else next(filter(None, names), type(loss).__name__)
    if name not in map(_snake, _CROSS_ENTROPIES):
        return str(name), None
    chain, binary = read_chain(model), name == _snake("BinaryCrossentropy")
    if binary and chain.dense[-1].units > 1:
        return name, None
    if bool(options.get("from_logits")) == (chain.ends_in != ""):
        if binary:
            return name, None
        return None, "logits" if chain.ends_in == "softmax" else "probabilities"
    plain = getattr(package.losses, kind(loss, package))().get_config() if options else {}
    other = [
        f"{option}={value!r}"
        for option, value in options.items()
        if option not in _SAID_ANYWAY and value != plain.get(option)
    ]
    return (f"{name} with {', '.join(other)}" if other else None), None


def _snake(name: str) -> str:
    """SparseCategoricalCrossentropy as the function sparse_categorical_crossentropy."""
    return "".join(f"_{one.lower()}" if one.isupper() else one for one in name).lstrip("_")

"""How a node of ONNX is named, and what is said of one that is not read."""

from __future__ import annotations

from unitscope.errors import UnsupportedModel, shown

CHAIN = "a chain of dense layers and activations"
_ASKED = (
    "It can be asked point by point behind a class with classes_ and predict_proba, as "
    "docs/sampled.md has one for ONNX."
)


def called(name: str, kind: str) -> str:
    """A node by its name, or what it gives, and its kind."""
    return f"node {shown(name)} ({kind[:80]})"


def unsupported(
    name: str, kind: str, detail: str = "", rule: str = CHAIN, remedy: str = ""
) -> UnsupportedModel:
    """The error that names a node; trees, neighbours and the like have a remedy of their own."""
    where = f", {detail}," if detail else ""
    message = f"model must be {rule}. Got {called(name, kind)}{where} instead."
    if kind.startswith(("TreeEnsemble", "SVM")):
        remedy = _ASKED
    return UnsupportedModel(f"{message} {remedy}".rstrip())

"""What a model's last layer, loss and metrics ask for: labels of which form, clipped where."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from unitscope.kernel.packing import bounds
from unitscope.models.keras import Chain, kind

_SPARSE, _ONE_HOT = "SparseCategoricalCrossentropy", "CategoricalCrossentropy"
_BINARY = "BinaryCrossentropy"
_FUNCTIONS = (
    (_SPARSE, "sparse_categorical_crossentropy"),
    (_ONE_HOT, "categorical_crossentropy"),
    (_BINARY, "binary_crossentropy"),
)


class KerasOnly(Exception):
    """Why the kernel cannot train this model as asked; no error: Keras does the work instead."""


class Head(NamedTuple):
    """How the kernel's logits stand for a model's outputs.

    `chain`: the model's, with two logits (0, z) where it has one; `one_hot`, `binary`: the form of
    y; `clip`: where Keras clips the probabilities in the loss on this backend, 0 where it does not;
    `edge`: Keras counts a point as of class 1 from this logit on.
    """

    chain: Chain
    one_hot: bool
    binary: bool
    clip: float
    edge: float

    def losses(self, logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
        """What each point adds to the loss, (n,), of logits (n, K)."""
        largest = logits.max(axis=1)
        total = largest + np.log(np.exp(logits - largest[:, None]).sum(axis=1))
        found = total - logits[np.arange(len(labels)), labels]
        if not self.clip:
            return found
        least, most, most_of_0 = bounds(self.clip, self.binary)
        return np.clip(found, least, np.where(labels == 0, most_of_0, most))

    def hits(self, logits: np.ndarray, labels: np.ndarray) -> float:
        """The share of points that Keras counts as right."""
        if self.binary:
            found = (logits[:, 1] - logits[:, 0] > self.edge) == labels
        else:
            found = logits.argmax(axis=1) == labels
        return float(found.mean())


def head_of(model: Any, chain: Chain, package: ModuleType) -> Head:
    """What the last layer and the loss ask for; `KerasOnly` where the kernel cannot do it."""
    given = model.loss
    if given is None:
        raise KerasOnly("it has no loss")
    loss = package.losses.get(given) if isinstance(given, str) else given
    for name, function in _FUNCTIONS:
        if loss is getattr(package.losses, function):
            loss = getattr(package.losses, name)()
    name = kind(loss, package)
    if name not in (_SPARSE, _ONE_HOT, _BINARY):
        raise KerasOnly(
            f"its loss is {getattr(given, '__name__', None) or type(given).__name__}"
            if not isinstance(given, str)
            else f"its loss is {given}"
        )
    config = loss.get_config()
    plain = getattr(package.losses, name)().get_config()
    for option, value in config.items():
        same = value == plain.get(option) or (option, value) == ("reduction", "sum_over_batch_size")
        if option not in ("name", "from_logits", "fn") and not same:
            raise KerasOnly(f"its loss has {option}={value!r}")
    binary, from_logits = name == _BINARY, config["from_logits"]
    last, wanted = chain.network.layers[-1], "sigmoid" if binary else "softmax"
    single = chain.ends_in == "sigmoid" or last.units == 1
    if last.activation != "linear" or single != binary or chain.ends_in not in ("", wanted):
        rule = (
            "one logit or one sigmoid" if binary else "logits or a softmax of at least two classes"
        )
        raise KerasOnly(f"its last layer does not give {rule}")
    if from_logits == (chain.ends_in == wanted):
        if from_logits:
            raise KerasOnly(f"its loss is computed from logits, but the model ends in a {wanted}")
        raise KerasOnly(
            f"its loss is computed from probabilities, but the model does not end in a {wanted}"
        )
    if last.units == 1:
        chain = chain.of_two_classes()
    # TensorFlow finds the logits before the softmax; the other backends clip probabilities to
    # 1e-7..1-1e-7, or whatever the user has set for 1e-7.
    clipped = not from_logits and package.backend.backend() != "tensorflow"
    clip = float(package.backend.epsilon()) if clipped else 0.0
    # Keras compares what the model gives with 0.5, be it a probability or a logit.
    return Head(chain, name == _ONE_HOT, binary, clip, 0.5 if binary and from_logits else 0.0)


def accuracies(model: Any, head: Head, package: ModuleType) -> tuple[str, ...]:
    """The names of the metrics, all of which must be the plain accuracy."""
    compiled = getattr(model, "_compile_metrics", None) or getattr(model, "compiled_metrics", None)
    if getattr(compiled, "_user_weighted_metrics", None):
        raise KerasOnly("the model was compiled with weighted_metrics")
    names = tuple(_accuracy_names(getattr(compiled, "_user_metrics", None) or [], head, package))
    if len(set(names)) != len(names) or "loss" in names:
        raise KerasOnly("two of its metrics have the same name")
    return names


def _accuracy_names(metrics: Any, head: Head, package: ModuleType) -> Iterator[str]:
    own, spelling = "SparseCategoricalAccuracy", "sparse_categorical_accuracy"
    if head.binary:
        own, spelling = "BinaryAccuracy", "binary_accuracy"
    elif head.one_hot:
        own, spelling = "CategoricalAccuracy", "categorical_accuracy"
    for metric in metrics if isinstance(metrics, (list, tuple)) else [metrics]:
        if isinstance(metric, str) and metric in ("accuracy", "acc", spelling):
            yield metric
        elif (
            kind(metric, package) == own
            and str(metric.dtype) == "float32"
            and metric.get_config().get("threshold", 0.5) == 0.5
        ):
            yield metric.name
        else:
            raise KerasOnly(f"of its metric {_called(metric):.40}")


def _called(thing: Any) -> str:
    """What a metric is called: its name, or that of a function or class."""
    names = (getattr(thing, name, None) for name in ("name", "__name__"))
    return thing if isinstance(thing, str) else next(filter(None, names), type(thing).__name__)

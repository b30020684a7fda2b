"""What was changed in a Keras model behind its back: methods replaced, parts altered after a step.

Keras compiles its training step in the first fit after `compile`, on all backends but PyTorch, and
keeps it: what is changed afterwards in the model's Python has no effect there until it is compiled
again. On PyTorch it counts at once.
"""

from __future__ import annotations

import functools
import operator
import weakref
from collections.abc import Iterator
from types import ModuleType
from typing import Any, NamedTuple

from unitscope.models.keras import Chain, kind

# The methods of Keras that a training goes through, by what has them.
_LAYER = ("__call__", "call")
_MODEL = (
    *_LAYER,
    "train_step",
    "test_step",
    "train_on_batch",
    "compute_loss",
    "compute_metrics",
    "reset_metrics",
    "get_metrics_result",
    "make_train_function",
    "make_test_function",
    "evaluate",
    "fit",
)
_OPTIMIZER = (
    "apply",
    "apply_gradients",
    "stateless_apply",
    "minimize",
    "compute_gradients",
    "update_step",
    "finalize_variable_values",
)
# What `compile` itself puts on a model: on TensorFlow its class has a method of that name.
_COMPILED = ("loss",)
_FUNCTION = ("__call__", "call", "update_state", "result", "reset_state")


class _Seen(NamedTuple):
    """A model in the first of `fits` since `compile`, which made what `made` are."""

    made: tuple[Any, Any]
    standing: tuple[Any, ...]
    fits: int


_traced: weakref.WeakKeyDictionary[Any, _Seen] = weakref.WeakKeyDictionary()
# Methods of Keras's classes that were looked at and are its own, by class and names.
_keras_own: dict[tuple[type, tuple[str, ...]], list[Any]] = {}


def replaced(model: Any, chain: Chain, package: ModuleType) -> str:
    """The first method of Keras's that was replaced, in words; empty where none was."""
    named = [
        ("the model", model, _MODEL),
        ("its optimizer", model.optimizer, _OPTIMIZER),
        ("its loss", model.loss, _FUNCTION),
        *((f"layer {layer.name!r}", layer, _LAYER) for layer in chain.layers),
        *(("a metric", metric, _FUNCTION) for metric in getattr(model, "metrics", ())),
    ]
    for owner, thing, methods in named:
        for name in _replaced(thing, methods, package):
            return f"{name} of {owner} was replaced"
    return ""


def _replaced(thing: Any, methods: tuple[str, ...], package: ModuleType) -> Iterator[str]:
    if not kind(thing, package):  # a function, or a class that is not Keras's: refused elsewhere
        return
    cls: Any = type(thing)
    own, of_class = vars(thing), _methods(cls)
    if not of_class.isdisjoint(own):
        for name, value in own.items():
            if name in of_class and callable(value) and not _of(value, package):
                yield name
    found = [getattr(cls, name, None) for name in methods]
    known = _keras_own.get((cls, methods))
    if known is not None and all(map(operator.is_, found, known)):
        return
    foreign = [
        name
        for name, method in zip(methods, found, strict=True)
        if method is not None and not _of(method, package)
    ]
    if not foreign:
        _keras_own[cls, methods] = found
    yield from foreign


@functools.lru_cache(maxsize=64)
def _methods(cls: type) -> frozenset[str]:
    """The names of a class's methods, but for those that `compile` replaces itself."""
    named = {name for name in dir(cls) if hasattr(getattr(cls, name, None), "__globals__")}
    return frozenset(named.difference(_COMPILED))


def _of(method: Any, package: ModuleType) -> bool:
    """Whether the package itself wrote this function, or the wrapper of it."""
    where = getattr(method, "__globals__", None)
    name = type(method).__module__ if where is None else where["__name__"]
    return str(name).partition(".")[0] == package.__name__


def standing(model: Any, chain: Chain) -> tuple[Any, ...]:
    """What Keras builds into its training step, besides variables: equal where nothing changed."""
    settings = {
        name: value
        for name, value in vars(model.optimizer).items()
        if isinstance(value, (bool, int, float, type(None))) and not name.startswith("_")
    }
    settings.pop("built", None)
    layers = [
        # of a Normalization the mean, which is a new array once it is adapted again
        (layer, layer.trainable, getattr(layer, "activation", id(getattr(layer, "mean", None))))
        for layer in chain.layers
    ]
    return layers, settings


def changed(model: Any, now: tuple[Any, ...]) -> bool:
    """Whether the model is another than it was in the first fit here since it was compiled."""
    fits = _traced[model].fits + 1 if recorded(model) else 1
    before = _traced[model].standing if fits > 1 else now
    _traced[model] = _Seen(_made(model), before, fits)
    return before != now


def compiled(model: Any) -> bool:
    """Whether Keras has its training step from an earlier fit, or would have."""
    earlier = recorded(model) and _traced[model].fits > 1
    return earlier or getattr(model, "train_function", None) is not None


def recorded(model: Any) -> bool:
    """Whether the model has been seen here since it was compiled."""
    before = _traced.get(model)
    return before is not None and all(
        a is b for a, b in zip(before.made, _made(model), strict=True)
    )


def _made(model: Any) -> tuple[Any, Any]:
    """What `compile` makes anew."""
    losses = getattr(model, "_compile_loss", None) or getattr(model, "compiled_loss", None)
    return model.optimizer, losses

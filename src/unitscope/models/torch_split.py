"""PyTorch's modules in two: what comes before their last dense block, and the block."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from unitscope.errors import UnsupportedModel, refusal, said
from unitscope.models.read import ReadNetwork
from unitscope.models.refusing import in_words
from unitscope.models.torch import parts_of, read_block
from unitscope.models.torch_traced import predicting

_BATCH = 256  # points that go through the modules in front at once
_CLOSE = 1e-5  # relative: as far as float32 keeps a module's outputs

Features = Callable[[Any], np.ndarray]


@in_words
def split_torch(model: Any, at: str | None = None) -> tuple[Features, ReadNetwork]:
    """The features in front of the last dense block of a module, and the block."""
    if at is None and type(model).__name__ == "Sequential":
        return _split(model, "", model)
    names = [name for name, _ in model.named_modules() if name]
    children = [name for name, _ in model.named_children()]
    if at is not None and at not in names:
        rule = f"the name of one of the model's parts, such as {', '.join(children[-3:])}"
        raise refusal("at", rule, at)
    if not children:
        return _split(model, "", model)
    part = children[-1] if at is None else at
    return _split(model, part, model.get_submodule(part))


def _split(model: Any, at: str, last: Any) -> tuple[Features, ReadNetwork]:
    """The dense block that ends the part `last`, called `at`, of the model, and its features."""
    parts = list(parts_of(last, at))
    starts = _starts(parts)
    why: UnsupportedModel | None = None
    for start in starts:
        front = [module for _, module in parts[:start]]
        features = _features(model, last if at else None, front)
        name = _name_before(parts[:start]) or (f"{at} input" if at else "x")
        try:
            return features, read_block(parts[start:], name, features)
        except UnsupportedModel as error:  # a shorter block may do
            why = error
    rule = "a module that ends in a Linear and what may follow one"
    path, module = parts[-1] if parts else (at, last)
    got = f"{path or 'it'} ({type(module).__name__})"
    raise why or UnsupportedModel(f"model must be {rule}. Got {got} instead.")


def _name_before(parts: Sequence[tuple[str, Any]]) -> str:
    """The name of the last of the modules that does something at prediction."""
    doing = [path for path, module in parts if "Dropout" not in type(module).__name__]
    return doing[-1] if doing else ""


def _starts(parts: Sequence[tuple[str, Any]]) -> list[int]:
    """Where a block may begin: at a Linear after the last Flatten, the earliest first."""
    flat = [n for n, (_, module) in enumerate(parts) if type(module).__name__ == "Flatten"]
    after = flat[-1] + 1 if flat else 0
    linear = [n for n, (_, module) in enumerate(parts) if type(module).__name__ == "Linear"]
    return [n for n in linear if n >= after]


def _features(model: Any, last: Any, front: Sequence[Any]) -> Features:
    """What goes into the block: through the model as far as its part `last`, then its `front`."""

    def features(X: Any) -> np.ndarray:
        torch = importlib.import_module("torch")
        found = []
        with predicting(model), torch.no_grad():
            for batch in _batches(torch, model, X):
                entering = batch if last is None else _entering(torch, model, last, batch)
                for module in front:
                    entering = module(entering)
                found.append(entering.detach().cpu().double().numpy())
        points = np.concatenate(found)
        if points.ndim != 2:
            rule = "one whose dense block takes points of shape (n, features)"
            raise UnsupportedModel(f"model must be {rule}. Got shape {points.shape} instead.")
        return points

    return features


def _entering(torch: Any, model: Any, last: Any, batch: Any) -> Any:
    """What goes into the part `last`; refused where the model does more after it."""
    seen: list[tuple[Any, Any]] = []
    hook = last.register_forward_hook(lambda _, inputs, output: seen.append((inputs, output)))
    try:
        whole = model(batch)
    finally:
        hook.remove()
    once = len(seen) == 1 and len(seen[0][0]) == 1 and hasattr(whole, "shape")
    if not once or whole.shape != seen[0][1].shape or not _same(torch, whole, seen[0][1]):
        rule = "one whose last step is the part that the dense block is in"
        raise UnsupportedModel(
            f"model must be {rule}. Got one that does more after it instead. "
            "us.split(model, at=NAME) says which part is the last."
        )
    return seen[0][0][0]


def _same(torch: Any, one: Any, other: Any) -> bool:
    size = float(other.abs().max()) if other.numel() else 0.0
    return bool(torch.allclose(one, other, rtol=_CLOSE, atol=_CLOSE * size))


def _batches(torch: Any, model: Any, X: Any) -> Iterator[Any]:
    """The points some at a time, where the model is; numbers with a point in its precision."""
    given = X if hasattr(X, "detach") else torch.as_tensor(np.asarray(X))
    if given.ndim < 1 or not len(given):
        raise refusal("X", "at least one point", said(f"shape {tuple(given.shape)}"))
    weights = next((one for one in model.parameters() if one.is_floating_point()), None)
    for begin in range(0, len(given), _BATCH):
        batch = given[begin : begin + _BATCH]
        if weights is not None:
            batch = batch.to(weights.device, weights.dtype if batch.is_floating_point() else None)
        yield batch

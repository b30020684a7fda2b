"""Whether a model was changed after `model.fit` had compiled its training step.

Nothing in a Keras model tells so. So Keras is asked for one step, our kernel for the same one, and
what both gave is compared; then everything is put back.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

from unitscope.keras_fit.changes import recorded
from unitscope.keras_fit.data import FitData
from unitscope.keras_fit.kernel_fit import KernelFit
from unitscope.keras_fit.plan import BATCH_SIZE, Plan
from unitscope.kernel.order import checked
from unitscope.models.keras import as_numpy, keras_package

_ALIKE = 0.01  # of the largest change of a weight
_SHARE = 0.1  # of the weights that may differ: rounding decides where a gradient is 0


def compiled_unseen(model: Any) -> bool:
    """Whether Keras has compiled its step where this has not seen of which layers."""
    if keras_package(model).backend.backend() == "torch" or recorded(model):
        return False
    return getattr(model, "train_function", None) is not None


def is_stale(model: Any, X: Any, y: Any, plan: Plan, data: FitData, batch_size: int | None) -> bool:
    """Whether Keras takes another step than the model as it is; both are asked for one."""
    rows = min(batch_size or BATCH_SIZE, len(data.y))
    variables = _variables(model)
    before = [as_numpy(variable).copy() for variable in variables]
    weights = [as_numpy(part).copy() for part in model.trainable_variables]
    history = getattr(model, "history", None)  # none after train_on_batch
    steps = []
    recipe = dataclasses.replace(plan.recipe, epochs=1, batch_size=rows)
    arrays = {name: getattr(data, name)[:rows] for name in ("points", "X", "y")}
    part = dataclasses.replace(data, **arrays, validation=None)
    ours = KernelFit(model, dataclasses.replace(plan, recipe=recipe), part, [], 0)
    order = checked(np.arange(rows, dtype=np.int32)[None])
    trainers: tuple[Callable[[], Any], ...] = (
        lambda: model.fit(X[:rows], y[:rows], batch_size=rows, shuffle=False, verbose=0),
        lambda: ours.train(order, 0, 1),
    )
    for train in trainers:
        train()
        after = [as_numpy(part) for part in model.trainable_variables]
        steps.append(np.concatenate([np.ravel(a - b) for a, b in zip(after, weights, strict=True)]))
        for variable, value in zip(variables, before, strict=True):
            variable.assign(value)
    model.history = history
    theirs, own = steps
    apart = np.abs(theirs - own) > _ALIKE * np.abs(theirs).max(initial=1e-12)
    return bool(apart.mean() > _SHARE)


def _variables(model: Any) -> list[Any]:
    variables = model.optimizer.variables
    return [*model.variables, *(variables() if callable(variables) else variables)]

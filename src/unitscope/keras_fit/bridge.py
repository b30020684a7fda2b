"""A Keras model's weights and optimizer, read as the kernel's State and written back."""

from __future__ import annotations

from typing import Any

import numpy as np

from unitscope.errors import InvalidInput
from unitscope.kernel.state import State
from unitscope.models.keras import as_numpy
from unitscope.recipe import Recipe

# Where Keras keeps each of the kernel's slots: a variable for each weight, in the same order.
_SLOTS = {
    "adam": ("_momentums", "_velocities"),
    "adamw": ("_momentums", "_velocities"),
    "rmsprop": ("_velocities", "_momentums"),
    "sgd": ("momentums",),
}


class Bridge:
    """Both directions for one model; making one builds the optimizer, as Keras's fit does."""

    def __init__(self, model: Any, recipe: Recipe) -> None:
        self.weights = list(model.trainable_variables)
        self.optimizer = model.optimizer
        built = (getattr(self.optimizer, name, False) for name in ("built", "_built"))
        if not any(built):
            self.optimizer.build(self.weights)
        names = _SLOTS[recipe.optimizer]
        if recipe.optimizer in ("sgd", "rmsprop") and recipe.momentum == 0.0:
            # The momentum, if there is one, is never read.
            names = tuple(name for name in names if name == "_velocities")
        self.slots = [list(getattr(self.optimizer, name)) for name in names]
        for slot in self.slots:
            if _shapes(slot) != _shapes(self.weights):
                raise InvalidInput(
                    "model must have an optimizer made for its weights. Got one that has trained "
                    "others instead. Call model.compile(...) again."
                )

    def read(self) -> State:
        """Where the model and its optimizer stand."""
        state = State.fresh(_joined(self.weights))
        for row, slot in zip(state.slots, self.slots, strict=False):
            row[:] = _joined(slot)
        state.step = int(as_numpy(self.optimizer.iterations))
        return state

    def write(self, state: State) -> None:
        """Put the model and its optimizer where `state` stands."""
        _assign(self.weights, state.parameters)
        for row, slot in zip(state.slots, self.slots, strict=False):
            _assign(slot, row)
        self.optimizer.iterations.assign(state.step)


def _shapes(variables: list[Any]) -> list[tuple[int, ...]]:
    return [tuple(variable.shape) for variable in variables]


def _joined(variables: list[Any]) -> np.ndarray:
    return np.concatenate([as_numpy(variable).ravel() for variable in variables])


def _assign(variables: list[Any], vector: np.ndarray) -> None:
    start = 0
    for variable in variables:
        shape = tuple(variable.shape)
        end = start + int(np.prod(shape))
        variable.assign(vector[start:end].reshape(shape))
        start = end

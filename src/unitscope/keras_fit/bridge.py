"""A Keras model's weights and optimizer, read as the kernel's State and written back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from unitscope.errors import InvalidInput
from unitscope.keras_fit.variables import Variable, read_all
from unitscope.kernel.state import State
from unitscope.models.keras import as_numpy, keras_package
from unitscope.networks import first_logit
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
        weights = list(model.trainable_variables)
        self.weights = [Variable(variable) for variable in weights]
        self._model, self._trained = model, {id(variable) for variable in weights}
        self.optimizer = model.optimizer
        built = (getattr(self.optimizer, name, False) for name in ("built", "_built"))
        names = _SLOTS[recipe.optimizer]
        if not any(built):
            # On TensorFlow, Keras does so in its first step.
            if recipe.epochs or keras_package(model).backend.backend() != "tensorflow":
                self.optimizer.build(weights)
            else:
                names = ()
        if recipe.optimizer in ("sgd", "rmsprop") and recipe.momentum == 0.0:
            # The momentum, if there is one, is never read.
            names = tuple(name for name in names if name == "_velocities")
        # which of the kernel's parameters are Keras's: not those of a first logit that is always 0
        self.own: Any = slice(None)
        if recipe.one_logit:
            self.own = ~first_logit([self.weights[0].shape[0], *recipe.hidden, 2])
        self.slots = [
            [Variable(variable) for variable in getattr(self.optimizer, name)] for name in names
        ]
        self.steps = Variable(self.optimizer.iterations)

    def read(self, parameters: np.ndarray | None = None) -> State:
        """Where the model and its optimizer stand, by its `parameters` where they are known."""
        if parameters is None:
            parameters = self._widened(_joined(read_all(self.weights)))
        state = State.fresh(parameters)
        shapes = [variable.shape for variable in self.weights]
        kept = [variable for slot in self.slots for variable in slot]
        *found, step = read_all([*kept, self.steps])
        for row, slot in zip(state.slots, self.slots, strict=False):
            numbers, found = found[: len(slot)], found[len(slot) :]
            if [part.shape for part in numbers] != shapes:
                raise InvalidInput(
                    "model must have an optimizer made for its weights. Got one that has trained "
                    "others instead. Call model.compile(...) again."
                )
            row[self.own] = _joined(numbers)
        return state._replace(step=int(step))

    def write(self, state: State) -> None:
        """Put the model and its optimizer where `state` stands."""
        self.write_weights(state)
        for row, slot in zip(state.slots, self.slots, strict=False):
            self._assign(slot, row[self.own])
        self.steps.write(state.step)

    def write_weights(self, state: State) -> None:
        """Put only the model's weights where `state` stands."""
        self._assign(self.weights, state.parameters[self.own])

    def weights_at(self, state: State) -> list[np.ndarray]:
        """What the model's get_weights would give once `state` is written."""
        own = self._parts(state.parameters[self.own])
        return [
            (next(own) if id(variable) in self._trained else as_numpy(variable)).copy()
            for variable in self._model.weights
        ]

    def _assign(self, variables: list[Variable], vector: np.ndarray) -> None:
        for variable, part in zip(variables, self._parts(vector), strict=True):
            variable.write(part)

    def _parts(self, vector: np.ndarray) -> Iterator[np.ndarray]:
        """Each weight's numbers in its shape, views of a vector of all of them."""
        start = 0
        for variable in self.weights:
            end = start + variable.size
            yield vector[start:end].reshape(variable.shape)
            start = end

    def _widened(self, own: np.ndarray) -> np.ndarray:
        """Keras's parameters as the kernel's."""
        if isinstance(self.own, slice):
            return own
        vector = np.zeros(self.own.shape, np.float32)
        vector[self.own] = own
        return vector


def _joined(arrays: Iterable[np.ndarray]) -> np.ndarray:
    return np.concatenate([array.ravel() for array in arrays])

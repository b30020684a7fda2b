"""Where a training stands, and what a stretch of it gave: what goes into and out of the kernel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass
class State:
    """Where a training stands: parameters (P,), optimizer slots (2, P), float32; steps so far.

    The slots are, for adam and adamw, the running means of the gradient and of its square; for
    rmsprop the running mean square and the momentum; for sgd the momentum. Parameters lie as in
    `Network.to_vector`.
    """

    parameters: np.ndarray
    slots: np.ndarray
    step: int

    @classmethod
    def fresh(cls, parameters: np.ndarray) -> State:
        """Before the first step: empty slots."""
        vector = np.array(parameters, dtype=np.float32)
        return cls(vector, np.zeros((2, vector.size), np.float32), 0)

    def copy(self) -> State:
        """The same standing in arrays of its own."""
        return State(self.parameters.copy(), self.slots.copy(), self.step)


@dataclass(frozen=True)
class Outcome:
    """What `advance` did, an entry for each finite epoch.

    `weights` (epochs, P) float32 after each epoch; `loss` (epochs,) float64; `correct` (epochs,)
    points predicted right just before their own batch's step, 0 where nobody asked; `state` the
    standing after them; `finite` False when the next epoch reached a loss or a weight that is not
    finite (that epoch is left out).
    """

    weights: np.ndarray
    loss: np.ndarray
    correct: np.ndarray
    state: State
    finite: bool

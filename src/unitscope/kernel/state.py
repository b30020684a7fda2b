"""Where a training stands, and what a stretch of it gave: what goes into and out of the kernel."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from unitscope.values import compared_by_content


class Options(NamedTuple):
    """How else to train than the recipe says.

    - `clip`: where above 0, a point whose own class has a probability outside `clip`..1 - `clip`
      adds the loss of that bound and no gradient, as Keras has it for probabilities on some
      backends.
    - `counted`: whether to count the points that are predicted right; those of weight 0 are not.
    - `edge`: another class is counted as predicted where its logit is so much above the first one.
    - `weights`: (n,) numbers of at least 0, by which each point's loss, and so its gradient, is
      multiplied; the mean of a batch stays over its points, as Keras has it. None for all 1.
    - `look`: called now and then while the training lasts, outside of its thread where it is
      compiled; what it raises ends the training, in the midst of an epoch too.
    - `threads`: how many may work on a wide network; without it, as many as there are processors.
      They change no bit.
    """

    clip: float = 0.0
    counted: bool = False
    edge: float = 0.0
    threads: int | None = None
    weights: np.ndarray | None = None
    look: Callable[[], None] | None = None


PLAIN = Options()


@compared_by_content
class State(NamedTuple):
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


class Outcome(NamedTuple):
    """What `advance` did, an entry for each finite epoch.

    `record` (epochs + 1, P) float32: the parameters before the first and after each epoch; `loss`
    (epochs,) float64; `correct` (epochs,) points predicted right just before their own batch's
    step, 0 where nobody asked; `state` the standing after them; `finite` False when the next epoch
    reached a loss or a weight that is not finite (that epoch is left out).
    """

    record: np.ndarray
    loss: np.ndarray
    correct: np.ndarray
    state: State
    finite: bool

    @property
    def weights(self) -> np.ndarray:
        """The parameters after each epoch, (epochs, P)."""
        return self.record[1:]

"""What Keras logs at the end of an epoch: losses and accuracies, of the points held out too."""

from __future__ import annotations

import numpy as np

from unitscope.keras_fit.data import FitData
from unitscope.keras_fit.plan import Plan
from unitscope.kernel.state import Outcome
from unitscope.recipe import Recipe
from unitscope.training.curves import penalties

_ONE_THREAD = 200_000  # products; OpenBLAS takes several threads from 262,144 on
_LEAST = 50  # points in a part


class Logs:
    """The logs of a plan's epochs on its data."""

    def __init__(self, plan: Plan, data: FitData) -> None:
        self._plan, self._layers = plan, plan.chain.network.layers
        self._held_out = None
        if data.validation is not None:
            points, labels = data.validation
            with np.errstate(over="ignore"):
                self._held_out = points.astype(np.float32), labels  # as Keras reads them
            self._blocks = _blocks(self._held_out[0], max(one.weights.size for one in self._layers))

    @property
    def measured(self) -> tuple[str, int]:
        """Of which values the model's metrics are afterwards: their prefix, how many points.

        0 points stand for those that are trained on.
        """
        return ("", 0) if self._held_out is None else ("val_", len(self._held_out[1]))

    def columns(self, outcome: Outcome, points: int, recipe: Recipe) -> dict[str, list[float]]:
        """The values of each epoch by name; each epoch's loss and hits were of so many points."""
        share = (outcome.correct / points).tolist()
        found = {"loss": outcome.loss.tolist()}
        found |= dict.fromkeys(self._plan.accuracies, share)
        if self._held_out is None:
            return found
        rows = [self._validated(weights, recipe) for weights in outcome.weights]
        found["val_loss"] = [loss for loss, _ in rows]
        hits = [hit for _, hit in rows]
        return found | {f"val_{name}": hits for name in self._plan.accuracies}

    def _validated(self, weights: np.ndarray, recipe: Recipe) -> tuple[float, float]:
        """Loss and accuracy on the points held out."""
        assert self._held_out is not None
        _, labels = self._held_out
        logits = np.concatenate([self._logits(block, weights) for block in self._blocks])
        losses, penalty = self._plan.head.losses(logits, labels), 0.0
        if recipe.penalised:
            penalty = float(penalties(self._plan.chain.network, weights[None], recipe)[0])
        return float(losses.mean()) + penalty, self._plan.head.hits(logits, labels)

    def _logits(self, points: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """Those of the network with these weights, which to make takes longer than to use."""
        vector, values, end = weights.astype(np.float64), points, 0
        for layer in self._layers:
            start, middle = end, end + layer.weights.size
            end = middle + layer.units
            kernel = vector[start:middle].reshape(layer.weights.shape)
            values = layer.activate(values @ kernel + vector[middle:end])
        if len(set(vector[middle:end].tolist())) < layer.units:  # maybe classes of equal logits
            values = self._plan.chain.network.with_vector(weights).logits(points)
        return values


def _blocks(points: np.ndarray, weights: int) -> list[np.ndarray]:
    """Points in parts whose products with so many weights BLAS computes in one thread.

    Its threads wait for each other, on a busy machine longer than all the products take. Where the
    parts would be of few points, all are in one.
    """
    size = _ONE_THREAD // weights
    return np.array_split(points, -(-len(points) // size)) if size >= _LEAST else [points]

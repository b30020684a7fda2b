"""What a Normalization layer does to points, and a Dense that takes them without it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Scale:
    """What a Normalization layer does to points: (x - mean) / deviation, (d,) float32 each."""

    mean: np.ndarray
    deviation: np.ndarray

    def __call__(self, points: np.ndarray) -> np.ndarray:
        """The points (n, d) as the layer gives them, float32."""
        with np.errstate(over="ignore"):
            return (points.astype(np.float32) - self.mean) / self.deviation

    def folded(self, weights: np.ndarray, bias: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """A Dense for points in their own units, float64; weights (..., d, units)."""
        own = weights / self.deviation[:, None].astype(np.float64)
        return own, bias - self.mean.astype(np.float64) @ own

    def folded_rows(self, rows: np.ndarray, units: int) -> np.ndarray:
        """The same of parameters (epochs, P), whose first Dense has so many units."""
        inputs = len(self.mean)
        bias, found = inputs * units, rows.astype(np.float64)
        weights, offset = self.folded(
            rows[:, :bias].reshape(-1, inputs, units), rows[:, bias : bias + units]
        )
        found[:, :bias], found[:, bias : bias + units] = weights.reshape(len(rows), -1), offset
        return found

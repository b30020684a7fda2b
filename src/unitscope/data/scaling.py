"""Scaling: what standardizing does to points, and what it leaves of it in a first layer's weights.

A network that was trained on standardized points becomes one for the points in their own units by
folding: x @ W' + b' is (x - mean) / deviation @ W + b for all x. No unit of it changes.
"""

from __future__ import annotations

import dataclasses
import functools

import numpy as np

from unitscope.values import Value

# Features are unlike where one is so much larger than another, or than 1 (or smaller), or lies so
# much farther from 0 than it varies.
UNLIKE = 10.0
_NO_SPREAD = 1e-12  # of the largest number of a feature: less is rounding
_LEAST = 1e-290  # a deviation by which a weight can be divided
_ROUNDING = 16 * float(np.finfo(np.float64).eps)  # of a sum of products, relative to its parts


@dataclasses.dataclass(frozen=True, eq=False)
class Spread(Value):
    """Where the numbers of each feature lie, (d,) each.

    `mean` and population standard `deviation`, in the feature's own unit; `varies`: bools, False
    where a feature has the same number at every point.
    """

    mean: np.ndarray
    deviation: np.ndarray
    varies: np.ndarray

    @classmethod
    def of(cls, X: np.ndarray) -> Spread:
        """Of points (n, d)."""
        largest = np.abs(X).max(axis=0)
        with np.errstate(over="ignore", invalid="ignore"):  # what is not finite, `train` refuses
            mean, deviation = X.mean(axis=0), X.std(axis=0)
            if not np.isfinite(deviation).all():  # squares leave float64 from about 1e154 on
                unit = np.where(largest > 0, largest, 1.0)
                mean, deviation = (X / unit).mean(axis=0) * unit, (X / unit).std(axis=0) * unit
        return cls(mean, deviation, deviation > np.maximum(_NO_SPREAD * largest, _LEAST))

    def unlike(self, most: float = UNLIKE) -> bool:
        """Whether features differ in size more than `most` times, or are far from 0 or from 1.

        Far from 0: the mean is more than `most` deviations away. Far from 1: a deviation above
        `most` or below 1 / `most`. Features that do not vary do not count.
        """
        center, spread = np.abs(self.mean[self.varies]), self.deviation[self.varies]
        if not spread.size:
            return False
        least, largest = float(spread.min()), float(spread.max())
        far = largest > most or least < 1.0 / most or largest > most * least
        return far or bool((center > most * spread).any())

    @functools.cached_property
    def scaling(self) -> Scaling:
        """What standardizing does to these points."""
        return Scaling(self.mean, np.where(self.varies, self.deviation, 1.0))


@dataclasses.dataclass(frozen=True, eq=False)
class Scaling(Value):
    """Standardizing: points (n, d) become (X - mean) / deviation, with `mean`, `deviation` (d,).

    The deviation is 1 for a feature that does not vary.
    """

    mean: np.ndarray
    deviation: np.ndarray

    def __call__(self, X: np.ndarray) -> np.ndarray:
        """The points (n, d), standardized."""
        return (X - self.mean) / self.deviation

    def folded(self, rows: np.ndarray, units: int) -> np.ndarray:
        """Parameters (epochs, P) for standardized points as those for points in their own units.

        The first layer has so many `units`; parameters lie as in `Network.to_vector`. float64.
        """
        found = rows.astype(np.float64)
        weights, bias = self._first_layer(found, units)
        with np.errstate(over="ignore", invalid="ignore"):  # of what has diverged
            weights /= self.deviation[:, None]
            bias -= np.matmul(self.mean, weights)
        return found

    def unfolded(self, rows: np.ndarray, units: int) -> np.ndarray:
        """The way back.

        A bias that is nothing but rounding is 0, as it was before it was folded.
        """
        found = np.array(rows, np.float64)
        weights, bias = self._first_layer(found, units)
        parts = np.matmul(np.abs(self.mean), np.abs(weights)) + np.abs(bias)
        bias += np.matmul(self.mean, weights)
        bias[np.abs(bias) <= _ROUNDING * parts] = 0.0
        weights *= self.deviation[:, None]
        return found

    def _first_layer(self, rows: np.ndarray, units: int) -> tuple[np.ndarray, np.ndarray]:
        """Views of the weights (epochs, d, units) and the biases (epochs, units)."""
        inputs = len(self.mean)
        end = inputs * units
        return rows[:, :end].reshape(-1, inputs, units), rows[:, end : end + units]

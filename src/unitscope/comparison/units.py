"""Which units of two networks go together: by their pre-activations over the points.

The cosine of two units' pre-activations is 1 where one is the other times a positive factor, and -1
where the factor is negative; it does not depend on the features' units. The pairs are those whose
cosines, in size, have the largest sum.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from unitscope.networks import Network
from unitscope.values import Value

_SAME = 1e-6  # of the largest pre-activation: as far as float32 weights keep a factor


@dataclass(frozen=True, eq=False)
class UnitMatch(Value):
    """A hidden unit of one network, and the unit of the other that goes with it.

    - `layer`, `a`, `b`: the hidden layer and the unit's number in each network, all from 0.
    - `cosine`: of their pre-activations over the points, -1 to 1.
    - `factor`: b's pre-activation is nearest to a's times this.
    - `same`: whether it is that at every point, but for rounding.
    - `together`: at how many points both pre-activations are positive, or neither; where the cosine
      is negative, one and not the other.
    """

    layer: int
    a: int
    b: int
    cosine: float
    factor: float
    same: bool
    together: int


def matched(nets: tuple[Network, Network], X: np.ndarray) -> tuple[UnitMatch, ...]:
    """The pairs of units, layer by layer as deep as both go, in the order of the first's units."""
    both = [net.pre_activations(X)[:-1] for net in nets]
    layers = zip(*both, strict=False)
    return tuple(match for layer, (za, zb) in enumerate(layers) for match in _pairs(layer, za, zb))


def _pairs(layer: int, za: np.ndarray, zb: np.ndarray) -> list[UnitMatch]:
    cosines = _directions(za).T @ _directions(zb)
    found = []
    for a, b in assigned(-np.abs(cosines)):
        one, other = za[:, a], zb[:, b]
        scale = float(np.abs(one).max()) or 1.0
        square = float((one / scale) @ (one / scale))
        factor = float((one / scale) @ other) / square / scale if square else 0.0
        off, most = np.abs(other - factor * one).max(), np.abs(other).max()
        alike = (one > 0) == (other > 0)
        together = int((alike if factor >= 0 else ~alike).sum())
        same = bool(most > 0 and off <= _SAME * most)
        found.append(UnitMatch(layer, a, b, float(cosines[a, b]), factor, same, together))
    return found


def _directions(z: np.ndarray) -> np.ndarray:
    """Columns (n, units) of length 1; 0 where a unit is 0 at every point."""
    size = np.abs(z).max(axis=0)
    z = z / np.where(size > 0, size, 1.0)
    length = np.linalg.norm(z, axis=0)
    return z / np.where(length > 0, length, 1.0)


def assigned(cost: np.ndarray) -> list[tuple[int, int]]:
    """Rows and columns of `cost` (n, m) in pairs of the least sum, the rows in order.

    As many pairs as the shorter side has. Each row is added by the shortest path that makes room
    for it, with prices that keep all costs at least 0 (Jonker and Volgenant, 1987).
    """
    if cost.shape[0] > cost.shape[1]:
        return sorted((row, column) for column, row in assigned(cost.T))
    n, m = cost.shape
    row_price, price = np.zeros(n), np.zeros(m)
    row_of = np.full(m, -1)
    for new in range(n):
        row, seen = new, np.zeros(m, bool)
        distance, before = np.full(m, np.inf), np.full(m, -1)
        reached, last = 0.0, -1
        path: list[tuple[int, float]] = []
        while row >= 0:
            through = reached + cost[row] - row_price[row] - price
            nearer = ~seen & (through < distance)
            distance[nearer], before[nearer] = through[nearer], last
            last = int(np.where(seen, np.inf, distance).argmin())
            reached, seen[last] = float(distance[last]), True
            row = int(row_of[last])
            path.append((last, reached))
        row_price[new] += reached
        for column, at in path[:-1]:
            row_price[row_of[column]] += reached - at
            price[column] -= reached - at
        while last >= 0:
            row_of[last] = row_of[before[last]] if before[last] >= 0 else new
            last = int(before[last])
    return sorted((int(row), column) for column, row in enumerate(row_of.tolist()) if row >= 0)

"""Pair: two networks on the same data, evaluated once: what a comparison is measured from."""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from unitscope.comparison.units import UnitMatch, matched
from unitscope.data.dataset import Dataset
from unitscope.errors import InvalidInput
from unitscope.geometry.overlay import Overlay, overlaid
from unitscope.geometry.plane import STRIP, STRIP_HEIGHT, Plane
from unitscope.geometry.window import Window, padded
from unitscope.models.sampled import Model
from unitscope.networks import Network
from unitscope.values import Value, read_only

_GRID = 64  # a mesh's shares are looked at on so many places by so many
_OFF = 0.01  # they may be off by this share of the window


class Pair(Value):
    """Two networks of the same classes on the same points.

    - `a`, `b`: the networks, or models that are asked; `data`: the points.
    - `plane`: the one that is looked at where there are more than two features, else None.
    - `window`: the part of the plane that is looked at; by default around the points.
    """

    a: Model
    b: Model
    data: Dataset
    plane: Plane | None
    window: Window
    known: dict[tuple[Any, ...], Any]  # what was measured already

    def __init__(
        self, a: Model, b: Model, data: Dataset, plane: Plane | None, window: Window | None
    ) -> None:
        seen = data.X if plane is None else plane.project(data.X)
        around = padded(seen) if window is None else window
        if data.n_features == 1:
            around = (around[0], STRIP_HEIGHT)
        vars(self).update(a=a, b=b, data=data, plane=plane, window=around, known={})

    def _parts(self) -> tuple[Any, ...]:
        return self.a, self.b, self.data, self.plane, self.window

    @property
    def nets(self) -> tuple[Model, Model]:
        """Both networks."""
        return self.a, self.b

    @cached_property
    def predicted(self) -> np.ndarray:
        """The class that each network gives to each point, (n, 2)."""
        return read_only(np.stack([net.predict(self.data.X) for net in self.nets], axis=1))

    @cached_property
    def right(self) -> np.ndarray:
        """Which points each network gives their own class, (n, 2) bool."""
        return read_only(self.predicted == self.data.y[:, None])

    @cached_property
    def points(self) -> np.ndarray:
        """The numbers of the points to which they give different classes, (m,)."""
        return read_only(np.flatnonzero(self.predicted[:, 0] != self.predicted[:, 1]))

    @cached_property
    def counts(self) -> np.ndarray:
        """How many points a gives to class i and b to class j, (K, K)."""
        found = np.zeros((self.a.n_classes, self.b.n_classes), np.intp)
        np.add.at(found, tuple(self.predicted.T), 1)
        return read_only(found)

    @cached_property
    def probabilities(self) -> np.ndarray:
        """Both networks' probabilities, (2, n, K)."""
        return read_only(np.stack([net.probabilities(self.data.X) for net in self.nets]))

    @cached_property
    def units(self) -> tuple[UnitMatch, ...]:
        """The hidden units that go together; none of a model that is asked."""
        a, b = self.nets
        if isinstance(a, Network) and isinstance(b, Network):
            return matched((a, b), self.data.X)
        return ()

    @cached_property
    def overlay(self) -> Overlay | None:
        """The window cut by both; None where numbers go beyond float64."""
        plane: Any = self.plane
        if self.data.n_features == 1:
            plane = STRIP
        one, other = (net if plane is None else net.on_plane(plane) for net in self.nets)
        try:
            return overlaid((one, other), self.window)
        except InvalidInput:
            return None

    @cached_property
    def sure(self) -> Overlay | None:
        """The overlay where its shares can be told: exact and certain, or seen on a grid, too."""
        over = self.overlay
        if over is None or over.caution:
            return None
        return over if over.exact or self._is_confirmed(over) else None

    def _is_confirmed(self, over: Overlay) -> bool:
        """Whether the networks themselves give, on a grid, the mesh's shares."""
        ways = (np.arange(_GRID) + 0.5) / _GRID
        x, y = (low + ways * (high - low) for low, high in self.window)
        places = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
        seen = np.zeros_like(over.shares)
        np.add.at(seen, tuple(net.predict(places) for net in over.nets), 1 / len(places))
        return bool(np.abs(seen - over.shares).max() <= _OFF)


@lru_cache(maxsize=4)
def paired(
    a: Model, b: Model, data: Dataset, plane: Plane | None = None, window: Window | None = None
) -> Pair:
    """The same object for the same networks and data, none of which can change."""
    return Pair(a, b, data, plane, window)

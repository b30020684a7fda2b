"""A network on its data, evaluated once: what every fact is measured from."""

from __future__ import annotations

import warnings
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from unitscope.data.dataset import Dataset
from unitscope.errors import InvalidInput, refusal, said
from unitscope.geometry.partition import partition
from unitscope.geometry.rectangle import Partition
from unitscope.geometry.window import Window
from unitscope.looking import look
from unitscope.networks import Network
from unitscope.training.run import Run

_MOST_REGIONS = 20_000  # with more, an explanation would take too long
TINY, BELOW_ONE = float(np.finfo(float).tiny), float(np.nextafter(1.0, 0.0))
_GRID = 48  # a mesh's shares are looked at on so many places by so many
_OFF = 0.01  # they may be off by this share of the window
_UNSEEN = 0.02  # this share of the boundary's length may have other classes beside it
NOISE = 1e-9  # of the largest value: what varies by less is constant but for rounding


class Measured:
    """A network, its data and, where there is one, the run that trained it.

    - `z`, `a`: pre-activations and outputs of every layer, (n, units) each; the last `a` are the
      logits.
    - `k`: the number of classes, of the network or of the data, whichever has more.
    - `window`: what areas and distances refer to; by default the padded range of the data.
    """

    def __init__(
        self, net: Network, data: Dataset, run: Run | None = None, window: Window | None = None
    ) -> None:
        if net.n_features != data.n_features:
            rule = f"points with as many features as the network has inputs, {net.n_features}"
            raise refusal("data", rule, said(f"{data.n_features} features"))
        self.net = net
        self.data = data
        self.run = run
        self.window = window
        self.z, self.a = [], []
        current = data.X
        for layer in net.layers:
            self.z.append(layer.pre_activation(current))
            current = layer.activate(self.z[-1])
            self.a.append(current)
        self.k = max(net.n_classes, data.n_classes)
        # What was measured already, by the measure's name and arguments.
        self.known: dict[tuple[Any, ...], Any] = {}

    @property
    def n(self) -> int:
        """How many points."""
        return self.data.n_points

    @property
    def hidden(self) -> int:
        """How many hidden layers."""
        return len(self.net.layers) - 1

    @property
    def logits(self) -> np.ndarray:
        """The last layer's outputs, (n, K)."""
        return self.a[-1]

    @cached_property
    def noise(self) -> float:
        """Logits that differ by no more are equal but for rounding."""
        return NOISE * float(np.abs(self.logits).max())

    @cached_property
    def log_probabilities(self) -> np.ndarray:
        """The natural logarithm of softmax, (n, K)."""
        top = self.logits - self.logits.max(axis=1, keepdims=True)
        return top - np.log(np.exp(top).sum(axis=1, keepdims=True))

    @cached_property
    def predicted(self) -> np.ndarray:
        """The class of each point's largest logit, (n,)."""
        return self.logits.argmax(axis=1)

    @cached_property
    def right(self) -> np.ndarray:
        """Which points are classified right, (n,) bool."""
        return self.predicted == self.data.y

    @cached_property
    def partition(self) -> Partition | None:
        """The window's regions; None without two inputs, with one class or too many regions."""
        if self.net.n_features != 2 or self.net.n_classes < 2:
            return None
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", RuntimeWarning)
                part = partition(self.net, self.window or self.data, max_regions=_MOST_REGIONS)
        except InvalidInput:
            return None
        if part.caution or not (part.exact or self._is_confirmed(part)):
            return None
        return part

    def _is_confirmed(self, part: Partition) -> bool:
        """Whether the network itself gives, beside a mesh's boundary and on a grid, its classes.

        It does not where the regions are finer than the mesh.
        """
        (left, right), (bottom, top) = part.window
        shares = (np.arange(_GRID) + 0.5) / _GRID
        x, y = np.meshgrid(left + shares * (right - left), bottom + shares * (top - bottom))
        seen = self.net.predict(np.column_stack([x.ravel(), y.ravel()]))
        seen_share = np.bincount(seen, minlength=self.net.n_classes) / len(seen)
        here = self.predicted[_inside(self.data.X, part.window)]
        if np.abs(seen_share - part.share).max() > _OFF or not part.components[here].all():
            return False
        start, end = part.boundary.segments[:, 0], part.boundary.segments[:, 1]
        along = end - start
        length = np.linalg.norm(along, axis=1)
        across = np.column_stack([-along[:, 1], along[:, 0]]) / np.maximum(length, TINY)[:, None]
        wrong = np.zeros(len(start), bool)
        for side, sign in enumerate((1.0, -1.0)):
            beside = (start + end) / 2 + sign * 0.5 * part.error_bound * across
            within = _inside(beside, part.window)
            wrong |= within & (self.net.predict(beside) != part.boundary.classes[:, side])
        return bool(length[wrong].sum() <= _UNSEEN * length.sum())

    def place(self, layer: int) -> np.ndarray:
        """Which points share their place in a layer's space: a number for each, (n,).

        Outputs that only rounding makes equal, at the ends of a smooth unit's range, do not count.
        """
        names = [dense.activation for dense in self.net.layers[: layer + 1]]
        outputs = self.a[layer] + 0.0  # -0.0 and 0.0 are one place
        if not set(names) <= {"linear", "relu", "leaky_relu", "abs"}:
            below = self.place(layer - 1) if layer else _numbered(self.data.X)
            off = np.full(self.n, -1.0)
            if names[-1] == "relu":
                below = np.where((self.z[layer] <= 0).all(axis=1), off, below)
            outputs = np.column_stack([outputs, below])
        return _numbered(outputs)

    def at_zero(self, layer: int) -> np.ndarray:
        """At which points every unit of a layer is 0, and not only by rounding, (n,) bool."""
        names = {dense.activation for dense in self.net.layers[: layer + 1]}
        if names <= {"linear", "relu", "leaky_relu", "abs"}:
            return np.asarray((self.a[layer] == 0).all(axis=1))
        off = np.asarray((self.z[layer] <= 0).all(axis=1))
        return off if self.net.layers[layer].activation == "relu" else np.zeros(self.n, bool)

    def strongest(
        self, weights: np.ndarray, inputs: np.ndarray, most: int
    ) -> tuple[tuple[int, float], ...]:
        """The columns of `inputs` (n, m) that move inputs @ weights most, with their weights (m,).

        At most `most` of them, and none that is constant over the points.
        """
        spread = inputs.std(axis=0)
        spread[spread <= NOISE * np.abs(inputs).max(axis=0)] = 0.0
        strength = np.abs(weights) * spread
        order = np.argsort(-strength, kind="stable")[:most]
        return tuple((int(i), float(weights[i])) for i in order if strength[i] > 0)

    def per_class(self, chosen: np.ndarray) -> tuple[int, ...]:
        """How many points of each class are `chosen` (n,) bool."""
        return tuple(np.bincount(self.data.y[chosen], minlength=self.k).tolist())

    def without(self, layer: int, *units: int) -> np.ndarray:
        """The logits if these hidden units gave 0 at every point, (n, K)."""
        look()
        # not by taking their part off the sums: the rounding would break ties
        current = self.a[layer].copy()
        current[:, list(units)] = 0.0
        for later in self.net.layers[layer + 1 :]:
            current = later(current)
        return current


def _numbered(rows: np.ndarray) -> np.ndarray:
    """A number for each row, the same for equal ones."""
    return np.unique(rows, axis=0, return_inverse=True)[1].ravel()


def _inside(points: np.ndarray, window: Window) -> np.ndarray:
    (left, right), (bottom, top) = window
    low, high = np.array([left, bottom]), np.array([right, top])
    return np.asarray(((points >= low) & (points <= high)).all(axis=1))


@lru_cache(maxsize=4)
def measured(
    net: Network, data: Dataset, run: Run | None = None, window: Window | None = None
) -> Measured:
    """The same object for the same network and data, neither of which can change."""
    return Measured(net, data, run, window)

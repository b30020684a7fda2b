"""A network on its data, evaluated once: what every fact is measured from."""

from __future__ import annotations

import warnings
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from unitscope.data.dataset import Dataset
from unitscope.errors import InvalidInput, refusal, said
from unitscope.geometry.partition import Partition, partition
from unitscope.geometry.window import Window
from unitscope.network import Network
from unitscope.training.run import Run

_MOST_REGIONS = 20_000  # with more, an explanation would take too long
_NOISE = 1e-9  # of the largest value: what varies by less is constant but for rounding


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
        return None if part.caution else part

    def strongest(
        self, weights: np.ndarray, inputs: np.ndarray, most: int
    ) -> tuple[tuple[int, float], ...]:
        """The columns of `inputs` (n, m) that move inputs @ weights most, with their weights (m,).

        At most `most` of them, and none that is constant over the points.
        """
        spread = inputs.std(axis=0)
        spread[spread <= _NOISE * np.abs(inputs).max(axis=0)] = 0.0
        strength = np.abs(weights) * spread
        order = np.argsort(-strength, kind="stable")[:most]
        return tuple((int(i), float(weights[i])) for i in order if strength[i] > 0)

    def per_class(self, chosen: np.ndarray) -> tuple[int, ...]:
        """How many points of each class are `chosen` (n,) bool."""
        return tuple(np.bincount(self.data.y[chosen], minlength=self.k).tolist())

    def without(self, layer: int, unit: int) -> np.ndarray:
        """The logits if a hidden unit gave 0 at every point, (n, K)."""
        following = self.net.layers[layer + 1]
        current = self.z[layer + 1] - self.a[layer][:, [unit]] * following.weights[unit]
        for later in self.net.layers[layer + 2 :]:
            current = later.pre_activation(following.activate(current))
            following = later
        return following.activate(current)


@lru_cache(maxsize=4)
def measured(
    net: Network, data: Dataset, run: Run | None = None, window: Window | None = None
) -> Measured:
    """The same object for the same network and data, neither of which can change."""
    return Measured(net, data, run, window)

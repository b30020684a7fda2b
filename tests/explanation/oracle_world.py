"""A network on its data, worked out anew in plain NumPy, without our measures.

No matrix product: each sum is of products in one order, so that equal units have equal numbers.
"""

from __future__ import annotations

import math
from collections import Counter
from functools import cached_property, lru_cache

import numpy as np

NOISE = 1e-9


def activated(name, z, slope):
    with np.errstate(over="ignore", under="ignore"):
        if name == "gelu":
            return 0.5 * z * erfc(-z / np.sqrt(2))
        return {
            "linear": lambda: z,
            "relu": lambda: np.maximum(z, 0.0),
            "leaky_relu": lambda: np.where(z > 0, z, slope * z),
            "abs": lambda: np.abs(z),
            "tanh": lambda: np.tanh(z),
            "sigmoid": lambda: 0.5 + 0.5 * np.tanh(0.5 * z),  # rounds as Keras's does, near 1
            "elu": lambda: np.where(z > 0, z, np.expm1(np.minimum(z, 0.0))),
            "softplus": lambda: np.logaddexp(z, 0.0),
            "silu": lambda: z * (0.5 + 0.5 * np.tanh(0.5 * z)),  # so does this, near 0
        }[name]()


def erfc(z):
    """By the standard library, number by number."""
    return np.array([math.erfc(one) for one in z.ravel().tolist()]).reshape(z.shape)


class World:
    """`Z` and `A` are the layers' pre-activations and outputs, (n, units) each.

    `z[i][layer][unit]` and `a[i][layer][unit]` are the same, point by point.
    """

    def __init__(self, net, data):
        self.net, self.data = net, data
        self.layers = [
            (layer.weights.tolist(), layer.bias.tolist(), layer.activation, layer.negative_slope)
            for layer in net.layers
        ]
        self.X, self.y = data.X.tolist(), data.y.tolist()
        self.labels = np.array(data.y)
        self.n, self.k = len(self.y), net.n_classes
        self.hidden = len(self.layers) - 1
        self.Z, self.A = self.trace(np.array(data.X))
        self.logits = self.A[-1]
        self.noise = NOISE * np.abs(self.logits).max()
        self.answers = np.argmax(self.logits, axis=1)
        self.predicted = self.answers.tolist()
        self.right = self.answers == self.labels
        self.size = Counter(self.y)

    @cached_property
    def z(self):
        return [[z[i] for z in self.Z] for i in range(self.n)]

    @cached_property
    def a(self):
        return [[a[i] for a in self.A] for i in range(self.n)]

    def trace(self, inputs, layer=0, off=()):
        """z and outputs of each layer from this one on, whose inputs `off` are set to 0."""
        zs, outs = [], []
        current = np.array(inputs)
        current[:, list(off)] = 0.0
        for dense in self.net.layers[layer:]:
            zs.append(summed(current, dense.weights) + dense.bias)
            current = activated(dense.activation, zs[-1], dense.negative_slope)
            outs.append(current)
        return zs, outs

    def units(self, layer):
        """How many units a hidden layer has."""
        if not 0 <= layer < self.hidden:
            raise IndexError(layer)
        return len(self.layers[layer][1])

    def relu(self, layer):
        return 0 <= layer < self.hidden and self.layers[layer][2] == "relu"

    def turned(self, layer, unit):
        """Whether a hidden unit is on, (n,) bool."""
        self.units(layer)
        return self.Z[layer][:, unit] > 0

    def on(self, layer, unit):
        """The points where a unit is on."""
        return np.flatnonzero(self.turned(layer, unit)).tolist()

    def counts(self, chosen):
        """How many points of each class are chosen; a class without any is left out."""
        return dict(Counter(self.labels[chosen].tolist()))

    def on_by_class(self, layer, unit):
        return Counter(self.counts(self.turned(layer, unit)))

    def chances(self, row):
        """Softmax of one row of logits, or of each of many."""
        row = np.asarray(row)
        powers = np.exp(row - row.max(axis=-1, keepdims=True))
        return powers / powers.sum(axis=-1, keepdims=True)

    def without(self, layer, *units):
        """The answers if these hidden units gave 0."""
        self.units(layer)
        outs = self.trace(self.A[layer], layer + 1, units)[1]
        return np.argmax(outs[-1], axis=1).tolist()


def summed(inputs, weights):
    """inputs @ weights, each sum in the same order."""
    total = np.zeros((len(inputs), weights.shape[1]))
    for number, row in enumerate(weights):
        total += inputs[:, [number]] * row
    return total


def world(net, data):
    """The same one for the same network and data, as long as they are asked for in a row."""
    if not LAST or LAST[0].net is not net or LAST[0].data is not data:
        LAST[:] = [World(net, data)]
    return LAST[0]


LAST = []


@lru_cache(maxsize=4)
def picture(net, data, steps=150):
    """Classes on a grid over the window, and its places."""
    low, high = data.X.min(axis=0), data.X.max(axis=0)
    span, size = high - low, np.maximum(np.abs(data.X).max(axis=0), 1.0)
    room = np.where(span > 1e-9 * size, 0.08 * span, 0.5 * size)
    shares = (np.arange(steps) + 0.5) / steps
    sides = [a - r + shares * (b - a + 2 * r) for a, b, r in zip(low, high, room, strict=True)]
    places = np.stack(np.meshgrid(*sides), axis=2).reshape(-1, 2)
    return net.predict(places).reshape(steps, steps), places


def best(row):
    return int(np.argmax(row))


def spread(values):
    """The standard deviation; 0 of what is constant but for rounding."""
    found = float(np.std(values))
    return found if found > NOISE * np.abs(values).max() else 0.0


def loss(w):
    """The mean of -ln of the probability of each point's own class."""
    behind = w.logits - w.logits.max(axis=1, keepdims=True)
    own = behind[np.arange(w.n), w.labels]
    return float((np.log(np.exp(behind).sum(axis=1)) - own).mean())


def agreeing(one, other):
    return sum(a == b for a, b in zip(one, other, strict=True))

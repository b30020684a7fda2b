"""A network on its data, worked out point by point in plain loops, without our measures."""

from __future__ import annotations

import math
from collections import Counter
from functools import lru_cache

import numpy as np


def activated(name, z, slope):
    return {
        "linear": lambda: z,
        "relu": lambda: max(z, 0.0),
        "leaky_relu": lambda: z if z > 0 else slope * z,
        "abs": lambda: abs(z),
        "tanh": lambda: math.tanh(z),
        "sigmoid": lambda: 1 / (1 + math.exp(-z)) if z > -700 else 0.0,
        "elu": lambda: z if z > 0 else math.expm1(z),
        "softplus": lambda: max(z, 0.0) + math.log1p(math.exp(-abs(z))),
        "gelu": lambda: 0.5 * z * (1 + math.erf(z / math.sqrt(2))),
        "silu": lambda: z / (1 + math.exp(-z)) if z > -700 else 0.0,
    }[name]()


class World:
    def __init__(self, net, data):
        self.net, self.data = net, data
        self.layers = [
            (layer.weights.tolist(), layer.bias.tolist(), layer.activation, layer.negative_slope)
            for layer in net.layers
        ]
        self.X, self.y = data.X.tolist(), data.y.tolist()
        self.n, self.k = len(self.y), net.n_classes
        self.hidden = len(self.layers) - 1
        traces = [self.trace(x) for x in self.X]
        self.z, self.a = [one[0] for one in traces], [one[1] for one in traces]
        self.logits = [a[-1] for a in self.a]
        self.predicted = [best(row) for row in self.logits]
        self.size = Counter(self.y)

    def trace(self, x, off=None):
        zs, outs, current = [], [], x
        for number, (weights, bias, name, slope) in enumerate(self.layers):
            z = [
                sum(current[i] * weights[i][u] for i in range(len(current))) + bias[u]
                for u in range(len(bias))
            ]
            current = [activated(name, value, slope) for value in z]
            if off is not None and off[0] == number:
                current[off[1]] = 0.0
            zs.append(z)
            outs.append(current)
        return zs, outs

    def on(self, layer, unit):
        """The points where a unit is on."""
        return [i for i in range(self.n) if self.z[i][layer][unit] > 0]

    def on_by_class(self, layer, unit):
        return Counter(self.y[i] for i in self.on(layer, unit))

    def chances(self, row):
        top = max(row)
        powers = [math.exp(value - top) for value in row]
        return [power / sum(powers) for power in powers]

    def without(self, layer, unit):
        return [best(self.trace(x, off=(layer, unit))[1][-1]) for x in self.X]


@lru_cache(maxsize=8)
def world(net, data):
    return World(net, data)


@lru_cache(maxsize=4)
def picture(net, data, steps=300):
    """Classes on a grid over the window, and the sides of the window."""
    low, high = data.X.min(axis=0), data.X.max(axis=0)
    span, size = high - low, np.maximum(np.abs(data.X).max(axis=0), 1.0)
    room = np.where(span > 1e-9 * size, 0.08 * span, 0.5 * size)
    shares = (np.arange(steps) + 0.5) / steps
    sides = [a - r + shares * (b - a + 2 * r) for a, b, r in zip(low, high, room, strict=True)]
    places = np.stack(np.meshgrid(*sides), axis=2).reshape(-1, 2)
    return net.predict(places).reshape(steps, steps), places


def best(row):
    return max(range(len(row)), key=lambda i: (row[i], -i))


def spread(values):
    mean = sum(values) / len(values)
    return math.sqrt(sum((value - mean) ** 2 for value in values) / len(values))


def agreeing(one, other):
    return sum(a == b for a, b in zip(one, other, strict=True))

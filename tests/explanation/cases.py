"""Networks and data sets of every kind that an explanation meets, by number."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

import unitscope as us

KINDS = (
    "untrained",
    "trained",
    "half trained",
    "dead unit",
    "twins",
    "ties",
    "one-point class",
    "constant feature",
)
ACTIVATIONS = (
    "relu",
    "relu",
    "relu",
    "leaky_relu",
    "abs",
    "tanh",
    "sigmoid",
    "elu",
    "softplus",
    "gelu",
    "silu",
    "linear",
)


def data_of(rng: np.random.Generator, kind: str) -> us.Dataset:
    features = int(rng.choice([2, 2, 2, 1, 3, 5]))
    classes = int(rng.choice([2, 3, 4, 6]))
    sizes = rng.integers(2, 9, classes)
    if kind == "one-point class":
        sizes[rng.integers(classes)] = 1
    centres = rng.normal(0, 3, (classes, features))
    X = np.repeat(centres, sizes, axis=0) + rng.normal(0, 1, (sizes.sum(), features))
    if kind == "constant feature":
        X[:, rng.integers(features)] = 1.5
    return us.Dataset(
        X, np.repeat(np.arange(classes), sizes), class_names=[f"c{i}" for i in range(classes)]
    )


def changed(layer: us.Dense, weights: np.ndarray, bias: np.ndarray) -> us.Dense:
    return us.Dense(weights, bias, layer.activation, layer.negative_slope)


def case(seed: int) -> tuple[us.Network, us.Dataset]:
    """Network and data number `seed`."""
    rng, kind = np.random.default_rng(seed), KINDS[seed % len(KINDS)]
    data = data_of(rng, kind)
    hidden = tuple(
        int(width) for width in rng.choice([1, 2, 2, 3, 5, 9], rng.choice([0, 1, 1, 1, 2, 3]))
    )
    activation = str(rng.choice(ACTIVATIONS))
    if kind in ("trained", "half trained"):
        epochs = 60 if kind == "trained" else 5
        return us.train(
            data, hidden=hidden, activation=activation, epochs=epochs, learning_rate=0.03, seed=seed
        ).network, data
    net = us.Network.initialize((data.n_features, *hidden, data.n_classes), activation, seed)
    layers = [changed(one, one.weights, rng.normal(0, 0.5, one.units)) for one in net.layers]
    first = layers[0]
    if kind == "dead unit":
        layers[0] = changed(
            first, first.weights, np.where(np.arange(first.units) == 0, -100.0, first.bias)
        )
    elif kind == "twins" and first.units > 1:
        weights, bias = first.weights.copy(), first.bias.copy()
        weights[:, -1], bias[-1] = 2.0 * weights[:, 0], 2.0 * bias[0]
        layers[0] = changed(first, weights, bias)
    elif kind == "ties":
        last = layers[-1]
        weights, bias = last.weights.copy(), last.bias.copy()
        weights[:, -1], bias[-1] = weights[:, 0], bias[0]
        layers[-1] = changed(last, weights, bias)
    return us.Network(layers), data


@lru_cache(maxsize=256)
def told(seed: int, length: str = "full") -> tuple[us.Network, us.Dataset, tuple]:
    """Network and data number `seed`, and the claims on them, which several tests look at."""
    net, data = case(seed)
    return net, data, us.explain(net, data, length=length).claims

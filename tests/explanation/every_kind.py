"""Networks and runs of every kind that `explain` may be given, by number; more than `cases` has."""

from __future__ import annotations

import dataclasses
from functools import cache

import numpy as np
from cases import ACTIVATIONS, changed

import unitscope as us
from unitscope.errors import TrainingDiverged

KINDS = (
    "untrained",
    "trained",
    "half trained",
    "stopped early",
    "diverged",
    "dead unit",
    "dead layer",
    "twins",
    "ties",
    "constant outputs",
    "all zero",
    "bent outputs",
    "huge weights",
    "on the boundary",
)
DATA = (
    "blobs",
    "blobs",
    "blobs",
    "blobs",
    "unbalanced",
    "unequal scales",
    "one place",
    "a class of one point",
    "a class without points",
    "a constant feature",
    "a constant feature",
    "unbalanced",
    "thousands",
    "real",
)
INPUTS = (1, 1, 2, 2, 2, 2, 3, 4, 5, 7, 13, 30, 64)
CLASSES = (2, 2, 3, 3, 4, 5, 7, 10, 20)
WIDTHS = (1, 2, 2, 2, 3, 4, 6, 9, 16)


def case(seed: int) -> tuple[us.Network | us.Run, us.Dataset]:
    """What `explain` is given, and its data."""
    rng = np.random.default_rng([16, seed])
    kind = KINDS[seed % len(KINDS)]
    data = data_of(rng, DATA[rng.integers(len(DATA))])
    depth = int(rng.choice([0, 1, 1, 1, 1, 2, 2, 3]))
    hidden = tuple(int(width) for width in rng.choice(WIDTHS, depth))
    names = [str(rng.choice(ACTIVATIONS)) for _ in hidden]
    names = [names[0]] * depth if depth and rng.random() < 0.7 else names
    if kind in ("trained", "half trained", "stopped early", "diverged"):
        return run_of(rng, kind, data, hidden, names), data
    sizes = (data.n_features, *hidden, data.n_classes)
    net = us.Network.initialize(sizes, names or "relu", seed)
    return us.Network(layers_of(rng, kind, list(net.layers), data)), data


def run_of(rng, kind, data, hidden, names) -> us.Run:
    """Trained with any optimizer; stopped after some of its epochs, or where it diverged."""
    rates = {"diverged": (3.0, 30.0, 1e3)}.get(kind, (0.001, 0.01, 0.1))
    recipe = us.Recipe(
        hidden=hidden,
        activation=tuple(names) if names else "relu",
        epochs={"half trained": 3}.get(kind, int(rng.choice([1, 2, 30, 80]))),
        learning_rate=float(rng.choice(rates)),
        optimizer="sgd" if kind == "diverged" else str(rng.choice(["adam", "sgd", "rmsprop"])),
        l2=float(rng.choice([0.0, 0.0, 0.01])),
        seed=int(rng.integers(1000)),
        standardize=False if rng.random() < 0.5 else "auto",
    )
    try:
        run = us.train(data, recipe)
    except TrainingDiverged as error:
        run = error.run
        if not np.isfinite(run.network.logits(data.X)).all():
            run = dataclasses.replace(run, weights=run.weights[:1], loss=run.loss[:0])
    if kind == "stopped early":
        run = dataclasses.replace(run, recipe=dataclasses.replace(recipe, epochs=500))
    return run


def layers_of(rng, kind, layers, data) -> list[us.Dense]:
    """Layers of this kind, made of fresh ones."""
    if kind not in ("untrained", "all zero"):
        layers = [changed(one, one.weights, rng.normal(0, 0.5, one.units)) for one in layers]
    first, last, depth = layers[0], layers[-1], len(layers) - 1
    if kind == "dead unit":
        which = int(rng.integers(len(layers)))
        one = layers[which]
        bias = np.where(np.arange(one.units) == 0, -1e4, one.bias)
        layers[which] = changed(one, one.weights, bias)
    elif kind == "dead layer" and depth:
        which = int(rng.integers(depth))
        layers[which] = changed(layers[which], layers[which].weights, layers[which].bias - 1e5)
    elif kind == "twins":
        weights, bias = first.weights.copy(), first.bias.copy()
        weights[:, -1], bias[-1] = 2.0 * weights[:, 0], 2.0 * bias[0]
        layers[0] = changed(first, weights, bias)
    elif kind == "ties":
        weights, bias = last.weights.copy(), last.bias.copy()
        some = rng.integers(0, last.units, 2)
        weights[:, some], bias[some] = weights[:, :1], bias[0]
        layers[-1] = changed(last, weights, bias)
    elif kind == "constant outputs":
        weights = last.weights * (rng.random(last.units) < 0.5)
        layers[-1] = changed(last, weights, np.round(last.bias))
    elif kind == "all zero":
        scale = float(rng.choice([0.0, 1e-12, 1e-3]))
        layers[-1] = changed(last, scale * last.weights, last.bias)
    elif kind == "bent outputs":
        layers[-1] = us.Dense(last.weights, last.bias, str(rng.choice(ACTIVATIONS)))
    elif kind == "huge weights":
        layers = [changed(one, 1e3 * one.weights, one.bias) for one in layers]
    elif kind == "on the boundary" and not depth:
        weights = np.zeros_like(last.weights)
        weights[0, :2] = 1.0, -1.0
        bias = np.where(np.arange(last.units) < 2, 0.0, -1e3)
        bias[:2] = -data.X[0, 0], data.X[0, 0]
        layers[-1] = changed(last, weights, bias)
    return layers


def data_of(rng, kind) -> us.Dataset:
    if kind == "real":
        return table(int(rng.integers(5)))
    features, classes = int(rng.choice(INPUTS)), int(rng.choice(CLASSES))
    sizes = rng.integers(2, 9, classes)
    if kind == "unbalanced":
        sizes = np.array([198, *[2] * (classes - 1)])
    elif kind == "a class of one point":
        sizes[rng.integers(classes)] = 1
    elif kind == "thousands":
        classes, features = min(classes, 4), min(features, 3)
        sizes = rng.integers(1000, 1400, classes) // (1 + np.arange(classes) % 2 * 400)
    centres = rng.normal(0, 3, (classes, features))
    X = np.repeat(centres, sizes, axis=0) + rng.normal(0, 1, (sizes.sum(), features))
    y = np.repeat(np.arange(classes), sizes)
    if kind == "unequal scales":
        X *= 10.0 ** rng.integers(-3, 4, features)
    elif kind == "one place":
        X = np.round(X / 3) * 3
    elif kind == "a constant feature":
        X[:, rng.integers(features)] = 1.5
    elif kind == "a class without points" and classes > 2:
        X, y = X[y != 1], y[y != 1]
    return us.Dataset(X, y, class_names=[f"c{i}" for i in range(classes)])


@cache
def table(number: int) -> us.Dataset:
    """A real table, as it is or with its features at one size, names as the oracle reads them."""
    load = (us.datasets.wine, us.datasets.iris, us.datasets.digits, us.datasets.wine, penguins)
    found = load[number]()
    X = found.X[::12] if number == 2 else found.X
    y = found.y[::12] if number == 2 else found.y
    if number == 3:
        X = (X - X.mean(axis=0)) / X.std(axis=0)
    return us.Dataset(X, y, class_names=[f"c{i}" for i in range(found.n_classes)])


def penguins() -> us.Dataset:
    """Lengths in millimetres beside a mass in grams, as of three kinds of penguins."""
    rng = np.random.default_rng(0)
    sizes, means = (152, 68, 124), ((39, 18, 190, 3700), (49, 18, 196, 3730), (48, 15, 217, 5080))
    X = np.repeat(means, sizes, axis=0) + rng.normal(0, (3, 1, 6.5, 440), (344, 4))
    return us.Dataset(X, np.repeat(np.arange(3), sizes))

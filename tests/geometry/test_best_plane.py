"""The plane of the units: exact for all features. Elsewhere: the best, and what its axes say."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import unitscope as us
from unitscope.errors import InvalidInput
from unitscope.geometry.axis_names import axis_names
from unitscope.geometry.plane import best_plane

SEEDS = st.integers(0, 2**32 - 1)


def points(seed: int, n: int, inputs: int) -> us.Dataset:
    """Points whose features differ in place and spread, a thousand times."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, inputs)) * 10.0 ** rng.uniform(-1.5, 1.5, inputs) + rng.normal(
        size=inputs
    )
    return us.Dataset(X, np.arange(n) % 2)


def network(seed: int, sizes: list[int], data: us.Dataset, activation="relu") -> us.Network:
    """A random network whose units turn on and off within the data."""
    rng = np.random.default_rng(seed)
    layers, X = [], data.X
    for place, (inputs, units) in enumerate(itertools.pairwise(sizes)):
        weights = rng.normal(size=(inputs, units)) / (X.std(axis=0)[:, None] + 1e-9)
        kind = activation if place < len(sizes) - 2 else "linear"
        bias = -(X @ weights).mean(axis=0) + rng.normal(size=units)
        layers.append(us.Dense(weights, bias, kind))
        X = layers[-1](X)
    return us.Network(layers)


def sure(net: us.Network, X: np.ndarray) -> np.ndarray:
    """Points whose class no rounding changes."""
    logits = np.sort(net.logits(X), axis=1)
    return logits[:, -1] - logits[:, -2] > 1e-9 * (1 + np.abs(logits).max())


# ---- the plane of the units ----------------------------------------------------------------------


@settings(max_examples=25)
@given(
    seed=SEEDS,
    inputs=st.integers(3, 12),
    later=st.lists(st.integers(2, 5), min_size=1, max_size=2),
    activation=st.sampled_from(["relu", "leaky_relu", "abs", "tanh"]),
)
def test_of_two_units_every_point_stands_on_its_prediction(seed, inputs, later, activation):
    data = points(seed, 60, inputs)
    net = network(seed, [inputs, 2, *later], data, activation)
    plane = us.Plane.best(net, data)
    np.testing.assert_allclose(plane.basis @ plane.basis.T, np.eye(2), rtol=0, atol=1e-12)
    clear = sure(net, data.X)
    assert plane.agrees(net, data.X)[clear].all()
    # Across the plane, no logit moves.
    away = np.random.default_rng(seed).normal(size=(60, inputs)) * data.X.std(axis=0)
    away -= away @ plane.basis.T @ plane.basis
    before, after = net.logits(data.X), net.logits(data.X + away)
    np.testing.assert_allclose(after, before, rtol=0, atol=1e-9 * (1 + np.abs(before).max()))
    # The first direction is that in which unit 0 turns on.
    w = net.layers[0].weights[:, 0]
    np.testing.assert_allclose(plane.basis[0], w / np.linalg.norm(w), rtol=0, atol=1e-12)


@settings(max_examples=15)
@given(seed=SEEDS, inputs=st.integers(3, 8))
def test_its_margins_are_those_of_all_features(seed, inputs):
    data = points(seed, 20, inputs)
    net = network(seed, [inputs, 2, 3], data)
    plane = us.Plane.units(net, data)
    part = us.partition(net, data, plane=plane)
    ground = part.cells.label[part.locate_cells(plane.project(data.X))]
    clear = sure(net, data.X)
    assert (ground == net.predict(data.X))[clear].all()
    margin = part.margin(plane.project(data.X))
    chosen = np.flatnonzero(np.isfinite(margin.distance) & margin.certified & clear)
    rng = np.random.default_rng(seed)
    for point in chosen.tolist():
        x, own = data.X[point], net.predict(data.X[[point]])
        # None of many points nearer than the margin is of another class, in whatever direction.
        way = rng.normal(size=(2000, inputs))
        way[1000:] = rng.normal(size=(1000, 2)) @ plane.basis
        way *= 0.999 * margin.distance[point] / np.linalg.norm(way, axis=1, keepdims=True)
        assert (net.predict(x + way) == own).all()
        # And a little beyond the nearest place of the boundary, one is.
        step = plane.points(margin.nearest[[point]]) - plane.points(plane.project(x[None]))
        around = x + step + 0.01 * np.linalg.norm(step) * rng.normal(size=(200, 2)) @ plane.basis
        assert (net.predict(around) != own).any()


@given(seed=SEEDS, inputs=st.integers(3, 9), units=st.integers(3, 6), rank=st.integers(0, 2))
@settings(max_examples=20)
def test_weights_of_rank_2_or_less_have_such_a_plane(seed, inputs, units, rank):
    data = points(seed, 40, inputs)
    net = network(seed, [inputs, units, 3], data)
    rng = np.random.default_rng(seed)
    weights = (net.layers[0].weights[:, :rank]) @ rng.normal(size=(rank, units))
    net = us.Network([us.Dense(weights, net.layers[0].bias, "relu"), *net.layers[1:]])
    for plane in (us.Plane.units(net), us.Plane.units(net, data), us.Plane.best(net, data)):
        clear = sure(net, data.X)
        assert plane.agrees(net, data.X)[clear].all()
        lost = weights - plane.basis.T @ (plane.basis @ weights)
        assert np.abs(lost).max() <= 1e-9 * (1 + np.abs(weights).max())


def test_three_classes_without_a_hidden_layer_have_such_a_plane():
    data = points(3, 50, 6)
    net = network(3, [6, 3], data)
    assert us.Plane.units(net, data).agrees(net, data.X).all()
    assert best_plane(net, data)[1] == "the plane of the first layer, exact for all 6 features"
    with pytest.raises(InvalidInput, match=r"weights of rank 2\. Got weights of rank 4 instead\."):
        us.Plane.units(network(3, [6, 4], data))


@pytest.mark.parametrize("name", ["iris", "wine"])
def test_real_tables_of_two_units(name):
    data = us.datasets.load(name)
    net = us.train(data.standardized(), seed=1).network
    scale = data.X.std(axis=0)
    first = us.Dense(
        net.layers[0].weights / scale[:, None],
        net.layers[0].bias - (data.X.mean(axis=0) / scale) @ net.layers[0].weights,
        "relu",
    )
    net = us.Network([first, *net.layers[1:]])
    assert us.Plane.units(net).agrees(net, data.X).all()


# ---- the best elsewhere --------------------------------------------------------------------------


@settings(max_examples=15)
@given(seed=SEEDS, inputs=st.integers(3, 7), units=st.integers(3, 8))
def test_the_best_agrees_at_least_as_often_as_any_pair_or_principal_plane(seed, inputs, units):
    data = points(seed, 100, inputs)
    net = network(seed, [inputs, units, 3], data)
    best = us.Plane.best(net, data)
    np.testing.assert_allclose(best.dual @ best.basis.T, np.eye(2), rtol=0, atol=1e-9)
    count = best.agrees(net, data.X).sum()
    mean = data.X.mean(axis=0)
    strength = data.X.std(axis=0) * np.linalg.norm(net.layers[0].weights, axis=1)
    six = np.argsort(-strength)[:6].tolist()
    others = [us.Plane.axes(i, j, at=mean) for i in six for j in six if i < j]
    # Points that the principal plane shows at the same place may be told apart by rounding.
    assert count >= max(plane.agrees(net, data.X).sum() for plane in others)
    assert count >= us.Plane.principal(data).agrees(net, data.X).sum() - 1
    # The count is that of the partition's cells.
    shown = best.project(data.X)
    part = us.partition(net, data, plane=best)
    clear = sure(part.net, shown)
    ground = part.cells.label[part.locate_cells(shown)]
    assert ((ground == net.predict(data.X)) == best.agrees(net, data.X))[clear].all()


@settings(max_examples=15)
@given(seed=SEEDS, inputs=st.integers(3, 8), units=st.integers(0, 6), whole=st.booleans())
def test_of_pairs_that_agree_as_often_it_is_the_first(seed, inputs, units, whole):
    data = points(seed, 40, inputs)
    if whole:
        data = us.Dataset(np.round(data.X), data.y)
    net = network(seed, [inputs, units, 4] if units > 2 else [inputs, 4], data)
    best, words = best_plane(net, data)
    if "held" not in words:
        return
    strength = data.X.std(axis=0) * np.linalg.norm(net.layers[0].weights, axis=1)
    strongest = sorted(np.argsort(-strength, kind="stable")[:6])
    mean = data.X.mean(axis=0)
    pairs = [us.Plane.axes(i, j, at=mean) for i, j in itertools.combinations(strongest, 2)]
    first = max(pairs, key=lambda plane: plane.agrees(net, data.X).sum())
    assert best == first


def test_a_large_feature_does_not_hide_the_others():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 5))
    y = (X[:, 0] + X[:, 1] > 0).astype(int) + (X[:, 2] > 0)
    scale = np.array([1, 1, 1, 1, 1e4])
    run = us.train(us.Dataset(X, y), hidden=(8,), epochs=60)
    first = run.network.layers[0]
    net = us.Network(
        [us.Dense(first.weights / scale[:, None], first.bias, "relu"), *run.network.layers[1:]]
    )
    data = us.Dataset(X * scale, y)
    plane = us.Plane.best(net, data)
    assert (
        plane.agrees(net, data.X).mean() > us.Plane.principal(data).agrees(net, data.X).mean() + 0.2
    )


def test_many_points_are_decided_by_some():
    data = points(0, 100_000, 8)
    net = network(0, [8, 6, 3], data)
    few = us.Dataset(data.X[::391], data.y[::391])
    plane, words = best_plane(net, data)
    assert words == best_plane(net, few)[1]
    assert plane.agrees(net, data.X).shape == (100_000,)


@pytest.mark.parametrize("X", [np.ones((4, 3)), np.ones((1, 3)), np.outer([0, 1, 2, 5], [1, 2, 2])])
def test_points_in_one_place_or_on_a_line_have_a_plane(X):
    data = us.Dataset(X, np.zeros(len(X), int), ["one", "two"])
    for units in (1, 2, 5):
        net = us.Network.initialize([3, units, 2], seed=1)
        assert us.Plane.best(net, data).agrees(net, X).all()


# ---- what the axes say ---------------------------------------------------------------------------


def test_axes_name_a_feature_or_the_two_strongest():
    names = ["alcohol", "hue", "proline"]
    spread = np.array([0.8, 0.2, 300.0])

    def named(dual, labels=None):
        basis = np.linalg.pinv(np.array(dual, float)).T
        return axis_names(us.Plane(np.zeros(3), basis, labels, dual=dual), names, names, spread)

    assert named([[0, 0, 1], [1, 0, 0]]) == ("proline", "alcohol")
    assert named([[1, -1, 0.001], [0.5, 0, 1e-6]]) == (
        "1 alcohol + 0.001 proline + …",
        "0.5 alcohol",
    )
    assert named([[-1, 1, 0], [0, 0, 2]]) == ("−1 alcohol + 1 hue", "2 proline")
    assert named([[-1, 1, 0], [0, 0, 2]], ["mine", "v"]) == ("mine", "2 proline")


# ---- refusals ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda net, data: us.Plane.units(data), "net must be a Network"),
        (lambda net, data: us.Plane.units(net, [0]), "data must be a Dataset"),
        (lambda net, data: us.Plane.best(net, net), "data must be a Dataset"),
        (lambda net, data: us.Plane.best(data, data), "net must be a Network"),
        (lambda net, data: us.Plane.best(net, us.datasets.lab()), "of shape"),
        (lambda net, data: us.Plane.units(us.Network.initialize([1, 2])), "at least 2 inputs"),
        (
            lambda net, data: us.Plane(np.zeros(3), np.eye(3)[:2], dual=2 * np.eye(3)[:2]),
            r"dual must be such that dual @ basis.T is \(\(1, 0\), \(0, 1\)\)",
        ),
        (lambda net, data: us.Plane(np.zeros(3), np.eye(3)[:2], dual=np.eye(2)), "dual must be of"),
    ],
)
def test_refusals(make, message):
    with pytest.raises(InvalidInput, match=message):
        make(us.Network.initialize([4, 3, 2]), points(0, 9, 4))


def test_the_remedies_for_one_feature_work():
    data = us.Dataset([[0.0], [1.0], [3.0]], [0, 1, 0])
    net = us.Network.initialize([1, 3, 2], seed=0)
    for refused in (us.Plane.best, us.Plane.units):
        with pytest.raises(InvalidInput, match=r"us\.intervals\(net, data\) cuts the line"):
            refused(net, data)
    assert len(us.intervals(net, data).cells)
    assert us.plot.data(data)


def test_a_run_has_its_own_points():
    run = us.train(us.datasets.load("iris"), hidden=(4,), epochs=5)
    assert us.Plane.best(run) == us.Plane.best(run.network, run.data)
    two = us.train(us.datasets.load("iris"), epochs=5)
    assert us.Plane.units(two) == us.Plane.units(two.network, two.data)

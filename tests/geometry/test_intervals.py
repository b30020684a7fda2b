"""One input: the intervals of a line, against the forward pass at many places."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import unitscope as us
from unitscope.errors import InvalidInput


def network(seed: int, sizes: list[int], activation: str) -> us.Network:
    """A random network of one input, whose units turn within (-3, 3)."""
    rng = np.random.default_rng(seed)
    return us.Network(
        [
            us.Dense(
                rng.normal(size=(inputs, units)),
                rng.normal(size=units),
                activation if place < len(sizes) - 2 else "linear",
            )
            for place, (inputs, units) in enumerate(itertools.pairwise(sizes))
        ]
    )


@settings(max_examples=30)
@given(
    seed=st.integers(0, 2**32 - 1),
    later=st.lists(st.integers(2, 6), min_size=1, max_size=3),
    activation=st.sampled_from(["relu", "leaky_relu", "abs", "tanh", "linear"]),
)
def test_intervals_are_what_the_forward_pass_gives(seed, later, activation):
    net = network(seed, [1, *later], activation)
    line = us.intervals(net, (-3, 3))
    assert line.exact is (activation != "tanh" or len(later) == 1)
    for pieces in (line.cells, line.regions) if line.exact else (line.cells,):
        assert (pieces[0, 0], pieces[-1, 1]) == (-3, 3)
        np.testing.assert_allclose(pieces[1:, 0], pieces[:-1, 1], rtol=0, atol=1e-12)
    assert (line.labels[1:] != line.labels[:-1]).all()
    assert line.share.sum() == pytest.approx(1)
    # At a boundary the two largest logits tie; inside, the class is that of the cell.
    if len(line.boundary):
        logits = np.sort(net.logits(line.boundary[:, None]), axis=1)
        np.testing.assert_allclose(logits[:, -1], logits[:, -2], rtol=0, atol=1e-9)
    x = np.random.default_rng(seed).uniform(-3, 3, 200)
    distance, behind = line.margin(x[:, None])
    cell = np.searchsorted(line.boundary, x, side="right")
    clear = distance > 1e-3
    assert (line.labels[cell] == net.predict(x[:, None]))[clear].all()
    assert (behind != line.labels[cell]).all()
    if line.exact:
        region = np.searchsorted(line.regions[1:, 0], x, side="right")
        slopes, offsets = line.affine
        told = slopes[region] * x[:, None] + offsets[region]
        np.testing.assert_allclose(told, net.logits(x[:, None]), rtol=0, atol=1e-9)


def test_a_window_by_hand():
    hidden = us.Dense([[1.0, -1.0]], [-1.0, -1.0], "relu")
    net = us.Network([hidden, us.Dense([[0, 1], [0, 1]], [0.5, 0])])
    line = us.intervals(net, us.Dataset([[-3.0], [0.0], [3.0]], [1, 0, 1]))
    assert line.labels.tolist() == [1, 0, 1]
    assert line.boundary.tolist() == pytest.approx([-1.5, 1.5])
    assert line.regions[1:, 0].tolist() == pytest.approx([-1, 1])
    assert line.patterns.tolist() == [[False, True], [False, False], [True, False]]
    distance, behind = line.margin([[0.25], [2.0]])
    assert distance.tolist() == pytest.approx([1.25, 0.5])
    assert behind.tolist() == [1, 0]
    assert line.window == pytest.approx((-3.48, 3.48))
    assert "3 regions, 3 cells" in repr(line)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda one, two: us.intervals(two, (0, 1)), "net must be a network with 1 input"),
        (lambda one, two: us.intervals("net", (0, 1)), "net must be a Network"),
        (lambda one, two: us.intervals(one), r"where must be a window \(low, high\)"),
        (lambda one, two: us.intervals(one, (1, 0)), "window must be"),
        (lambda one, two: us.intervals(one, 3), r"where must be a window \(low, high\)"),
        (lambda one, two: us.intervals(one, us.datasets.lab()), "data with 1 feature"),
        (lambda one, two: us.partition(one), r"where must be a window \(low, high\)"),
        (lambda one, two: us.partition(one, ((0, 1), (0, 1))), r"a window \(low, high\)"),
        (lambda one, two: us.partition(one, (0, 1), max_regions=0), "max_regions must be"),
        (lambda one, two: us.partition(two, us.Dataset([[1], [2]], [0, 1])), "Got 1 feature "),
    ],
)
def test_refusals(make, message):
    with pytest.raises(InvalidInput, match=message):
        make(us.Network.initialize([1, 2]), us.Network.initialize([2, 2]))


@settings(max_examples=8)
@given(seed=st.integers(0, 2**32 - 1), activation=st.sampled_from(["relu", "abs", "tanh"]))
def test_the_partition_of_one_input_is_its_intervals(seed, activation):
    net = network(seed, [1, 3, 3], activation)
    data = us.Dataset(np.random.default_rng(seed).normal(size=(9, 1)), np.arange(9) % 3)
    assert us.partition(net, (-3, 3)) == us.intervals(net, (-3, 3))
    assert us.partition(net, data) == us.intervals(net, data)


def test_bent_outputs_are_no_hidden_units():
    hidden = us.Dense([[1.0, -1.0]], [0.0, 1.0], "relu")
    for layers in ([], [hidden]):
        bent = us.Dense(np.eye(3)[: 1 + len(layers)], [0.0, 0.1, 0.2], "relu")
        found = us.intervals(us.Network([*layers, bent]), (-2.0, 2.0))
        assert found.patterns.shape == (len(found.regions), 2 * len(layers))
        middles = found.cells.mean(axis=1)[:, None]
        assert (found.net.predict(middles) == found.labels).all()


def test_a_run_of_one_feature_is_its_network_on_its_data():
    data = us.Dataset([[0.0], [1.0], [2.0], [3.0]], [0, 0, 1, 1])
    run = us.train(data, epochs=3, seed=0)
    line = us.intervals(run.network, data)
    for found in (us.partition(run), us.partition(run, data), us.intervals(run.network, run)):
        assert found == line


def test_the_remedies_work():
    flat, deep = us.Network.initialize([2, 2, 2]), us.Network.initialize([3, 2, 2])
    plane, solid = (us.Dataset(np.eye(d), np.arange(d) % 2) for d in (2, 3))
    with pytest.raises(InvalidInput, match=r"us.partition\(net, data\) cuts"):
        us.intervals(flat, plane)
    assert us.partition(flat, plane).cells
    with pytest.raises(InvalidInput, match=r"plane=us.Plane.best\(net, data\)\)"):
        us.intervals(deep, solid)
    assert us.partition(deep, solid, plane=us.Plane.best(deep, solid)).cells

"""Margins against distances to points laid densely on the boundary, and walks within a class."""

from __future__ import annotations

import laws
import networks
import numpy as np
import pytest
import random_networks
from hypothesis import given, settings

import unitscope as us

# All with a boundary.
NAMES = [
    "no hidden layer",
    "leaky",
    "abs",
    "slope 2",
    "two equal logits",
    "one of each",
    "duplicates",
    "zero biases",
    "mixed scales",
    "window far from the origin",
    "2-16x3-4",
    "2-64x3-10",
]


def dense_distance(
    X: np.ndarray, segments: np.ndarray, steps: int = 200
) -> tuple[np.ndarray, float]:
    """The distance to the nearest of points laid on the segments, (n,); half their widest gap."""
    share = np.linspace(0.0, 1.0, steps + 1)[:, None, None]
    laid = ((1 - share) * segments[:, 0] + share * segments[:, 1]).reshape(-1, 2)
    nearest = [np.hypot(*(laid - x).T).min() for x in X]
    return np.array(nearest), float(laws.lengths(segments).max()) / steps / 2


def assert_distances(X: np.ndarray, found, segments: np.ndarray) -> None:
    laid, half_gap = dense_distance(X, segments)
    assert (found.distance <= laid * (1 + 1e-12) + 1e-15).all()
    assert (found.distance >= laid - half_gap).all()
    np.testing.assert_allclose(
        np.hypot(*(found.nearest - X).T), found.distance, rtol=1e-9, atol=1e-14
    )


@pytest.mark.parametrize("name", NAMES)
def test_distances_are_those_to_a_densely_sampled_boundary(name):
    part = networks.partition_of(name)
    X = laws.uniform(networks.NAMED[name].window, 60, seed=3)
    assert_distances(X, part.margin(X), part.boundary.segments)


@pytest.mark.parametrize("name", NAMES)
def test_the_nearest_point_is_on_the_boundary(name):
    part, (net, window) = networks.partition_of(name), networks.NAMED[name]
    X = laws.uniform(window, 300, seed=4)
    z = np.sort(net.logits(part.margin(X).nearest), axis=1)
    assert (z[:, -1] - z[:, -2]).max() <= 4 * part.error_bound


def inside(X: np.ndarray, window) -> np.ndarray:
    low, high = np.array(window).T
    return ((low <= X) & (high >= X)).all(axis=1)


def assert_walks_keep_their_class(part, net: us.Network, window, X: np.ndarray) -> None:
    distance = part.margin(X).distance
    turn = np.linspace(0.0, 2 * np.pi, 48, endpoint=False)
    # Without a boundary, as far as out of the window.
    reach = np.minimum(distance, 3 * laws.side_lengths(window).max())
    for share in (0.3, 0.7, 1.0):
        for direction in np.stack([np.cos(turn), np.sin(turn)], axis=1):
            there = X + (share * reach - 1e-9).clip(0.0)[:, None] * direction
            stays = inside(there, window)
            assert (net.predict(there) == net.predict(X))[stays].all()


@pytest.mark.parametrize("name", NAMES)
def test_the_class_is_the_same_all_the_way_to_the_margin(name):
    net, window = networks.NAMED[name]
    assert_walks_keep_their_class(
        networks.partition_of(name), net, window, laws.uniform(window, 60, seed=5)
    )


@settings(max_examples=30)
@given(case=random_networks.float_networks(max_units=8))
def test_generic_networks_have_these_margins(case):
    part, X = us.partition(*case), laws.uniform(case.window, 15)
    found = part.margin(X)
    if len(part.boundary):
        assert_distances(X, found, part.boundary.segments)
    else:
        assert np.isinf(found.distance).all()
    assert_walks_keep_their_class(part, case.net, case.window, X)


@pytest.mark.parametrize(
    "name", ["no hidden layer", "leaky", "abs", "two equal logits", "2-16x3-4", "2-64x3-10"]
)
def test_the_other_class_is_the_one_behind_the_nearest_point(name):
    part, (net, window) = networks.partition_of(name), networks.NAMED[name]
    X = laws.uniform(window, 400, seed=6)
    found, segments = part.margin(X), part.boundary.segments
    behind = found.nearest + 1e-8 * (found.nearest - X) / found.distance[:, None]
    to_ends = np.hypot(*np.moveaxis(found.nearest[:, None] - segments.reshape(1, -1, 2), 2, 0))
    within = (to_ends.min(axis=1) > 1e-5) & inside(behind, window)
    assert within.sum() > 100
    assert (net.predict(behind) == found.other_class)[within].all()
    assert (found.other_class != net.predict(X)).all()
    # At an end of a segment what is straight behind may be a third class: the pair is that of a
    # segment ending there.
    for row in np.flatnonzero(~within):
        ends_here = (to_ends[row] <= 1e-5).reshape(-1, 2).any(axis=1)
        pairs = {tuple(sorted(pair)) for pair in part.boundary.classes[ends_here].tolist()}
        pair = sorted((int(found.other_class[row]), int(net.predict(X[row : row + 1])[0])))
        assert not ends_here.any() or tuple(pair) in pairs


@pytest.mark.parametrize("name", ["no hidden layer", "leaky", "abs", "2-16x3-4"])
def test_a_certified_margin_is_the_same_in_any_larger_window(name):
    part, (net, window) = networks.partition_of(name), networks.NAMED[name]
    X = laws.uniform(window, 300, seed=7)
    found = part.margin(X)
    low, high = np.array(window).T
    assert (found.certified == (found.distance <= np.minimum(X - low, high - X).min(axis=1))).all()
    wide = us.partition(net, [(3 * a - 2 * b, 3 * b - 2 * a) for a, b in window]).margin(X)
    np.testing.assert_allclose(
        found.distance[found.certified], wide.distance[found.certified], rtol=1e-11, atol=1e-14
    )
    assert (wide.distance <= found.distance * (1 + 1e-11) + 1e-14).all()
    assert 10 < found.certified.sum() < 290


@pytest.mark.parametrize(
    "name", ["one class", "all logits zero", "all weights zero", "dead first layer"]
)
def test_without_a_boundary_there_is_no_margin(name):
    part = networks.partition_of(name)
    X = laws.uniform(networks.NAMED[name].window, 5)
    found = part.margin(X)
    assert len(part.boundary) == 0
    assert np.isinf(found.distance).all()
    assert np.isnan(found.nearest).all()
    assert (found.other_class.tolist(), found.certified.tolist()) == ([-1] * 5, [False] * 5)


def test_no_points_have_no_margins():
    found = networks.partition_of("abs").margin(np.zeros((0, 2)))
    assert (found.distance.shape, found.nearest.shape, found.other_class.shape) == (
        (0,),
        (0, 2),
        (0,),
    )


def test_margins_by_hand():
    """Classes left of 0, between 0 and 1, and right of 1."""
    net = us.Network([us.Dense([[0.0, 1.0, 2.0], [0.0, 0.0, 0.0]], [0.0, 0.0, -1.0])])
    part = us.partition(net, ((-1.0, 4.0), (-1.0, 1.0)))
    found = part.margin([[-0.5, 0.0], [0.25, 0.5], [0.75, -0.5], [3.0, 0.0], [0.0, 0.25]])
    np.testing.assert_allclose(found.distance, [0.5, 0.25, 0.25, 2.0, 0.0], rtol=1e-15)
    np.testing.assert_allclose(
        found.nearest, [[0, 0], [0, 0.5], [1, -0.5], [1, 0], [0, 0.25]], atol=1e-15
    )
    assert found.other_class.tolist() == [1, 0, 2, 1, 1]
    assert found.certified.tolist() == [True, True, True, False, True]


def test_a_point_outside_the_window_has_the_nearest_boundary_point_inside():
    """Class 2 begins at 1, outside: the boundary inside, at 0, is between 0 and 1."""
    net = us.Network([us.Dense([[0.0, 1.0, 2.0], [0.0, 0.0, 0.0]], [0.0, 0.0, -1.0])])
    found = us.partition(net, ((-1.0, 0.5), (-1.0, 1.0))).margin(
        [[3.0, 0.0], [-3.0, 0.0], [0.25, 4.0]]
    )
    np.testing.assert_allclose(found.distance, [3.0, 3.0, np.hypot(0.25, 3.0)], rtol=1e-15)
    np.testing.assert_allclose(found.nearest, [[0, 0], [0, 0], [0, 1]], atol=1e-15)
    assert found.certified.tolist() == [False, False, False]


def test_a_point_where_a_class_wins_only_by_a_tie_is_on_the_boundary():
    """Class 0 wins on the line between 1 and 2 only: it has no area and no side of the boundary."""
    net = us.Network([us.Dense([[0.0, 1.0, -1.0], [0.0, 0.0, 0.0]], [0.0, 0.0, 0.0])])
    part = us.partition(net, networks.SQUARE)
    found = part.margin([[0.0, 0.5], [0.5, 0.5]])
    assert net.predict([[0.0, 0.5]]).tolist() == [0]
    np.testing.assert_allclose(found.distance, [0.0, 0.5], rtol=1e-15)
    np.testing.assert_allclose(found.nearest, [[0.0, 0.5], [0.0, 0.5]], atol=1e-15)


@pytest.mark.filterwarnings("ignore:Rounding leaves:RuntimeWarning")
def test_logits_that_are_equal_but_for_rounding_hide_no_boundary():
    """Logits 0 and 1 are 0.3 h and 0.1 h + 0.2 h: rounding decides, and class 0 has it all."""
    first = us.Dense([[1.0, 1.0], [0.3, 0.3]], [0.7, 0.7], "relu")
    net = us.Network([first, us.Dense([[0.3, 0.1, 0.0], [0.0, 0.2, 0.0]], [0.0, 0.0, 0.3])])
    part = us.partition(net, networks.SQUARE)
    X = laws.uniform(networks.SQUARE, 400)
    assert set(net.predict(X)) == {0, 1, 2}
    assert (part.area[1], part.components.tolist()) == (0.0, [1, 0, 1])
    found = part.margin(X)
    assert_distances(X, found, part.boundary.segments)
    assert set(found.other_class[part.cells.label[part.locate_cells(X)] == 0]) == {2}

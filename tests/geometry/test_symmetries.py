"""What changes the network's numbers but not its function must not change the picture."""

from __future__ import annotations

import laws
import numpy as np
import pytest
import random_networks
from hypothesis import given, settings
from hypothesis import strategies as st

import unitscope as us

SEEDS = st.integers(0, 2**32 - 1)


def with_layers(net: us.Network, change) -> us.Network:
    """The network whose weights and biases are what `change(weights, biases)` gives or leaves."""
    weights, biases = (
        [layer.weights.copy() for layer in net.layers],
        [layer.bias.copy() for layer in net.layers],
    )
    weights, biases = change(weights, biases) or (weights, biases)
    return us.Network(
        [
            us.Dense(w, b, layer.activation, layer.negative_slope)
            for w, b, layer in zip(weights, biases, net.layers, strict=True)
        ]
    )


def assert_same(one, other, *, regions: bool = True, classes=None) -> None:
    """The same areas, parts, boundary and regions; class k of `one` is classes[k] of `other`."""
    order = np.arange(one.n_classes) if classes is None else np.asarray(classes)
    near = laws.closeness(one.window)
    np.testing.assert_allclose(other.area[order], one.area, rtol=0, atol=near.area)
    assert other.components[order].tolist() == one.components.tolist()
    assert other.boundary.length == pytest.approx(one.boundary.length, rel=1e-12, abs=near.length)
    pairs = [np.sort(order[one.boundary.classes], axis=1), np.sort(other.boundary.classes, axis=1)]
    assert set(map(tuple, pairs[0].tolist())) == set(map(tuple, pairs[1].tolist()))
    if regions:
        assert len(other.regions) == len(one.regions)
        np.testing.assert_allclose(
            np.sort(other.regions.area), np.sort(one.regions.area), rtol=0, atol=near.area
        )


GENERIC = random_networks.float_networks(max_depth=2, max_units=8)


@settings(max_examples=40)
@given(case=GENERIC, seed=SEEDS)
def test_permuting_the_units_of_each_layer(case, seed):
    rng = np.random.default_rng(seed)

    def permuted(weights, biases):
        for i in range(len(biases) - 1):
            order = rng.permutation(len(biases[i]))
            weights[i], biases[i] = weights[i][:, order], biases[i][order]
            weights[i + 1] = weights[i + 1][order]

    assert_same(us.partition(*case), us.partition(with_layers(case.net, permuted), case.window))


def scaled_by(factors):
    """Hidden units times a positive factor, and what they give divided by it."""

    def scale(weights, biases):
        for i in range(len(biases) - 1):
            factor = factors(len(biases[i]))
            weights[i] *= factor
            biases[i] *= factor
            weights[i + 1] /= factor[:, None]

    return scale


@settings(max_examples=40)
@given(case=GENERIC, seed=SEEDS)
def test_rescaling_units(case, seed):
    rng = np.random.default_rng(seed)
    net = with_layers(case.net, scaled_by(lambda units: 10.0 ** rng.uniform(-3, 3, units)))
    assert_same(us.partition(*case), us.partition(net, case.window))


@settings(max_examples=40)
@given(case=random_networks.quarter_networks(), seed=SEEDS)
def test_rescaling_units_by_powers_of_two_changes_no_float(case, seed):
    rng = np.random.default_rng(seed)
    net = with_layers(case.net, scaled_by(lambda units: 2.0 ** rng.integers(-9, 10, units)))
    one, other = us.partition(*case), us.partition(net, case.window)
    assert [cell.vertices.tolist() for cell in other.cells] == [
        cell.vertices.tolist() for cell in one.cells
    ]
    assert other.cells.label.tolist() == one.cells.label.tolist()
    assert other.boundary.segments.tolist() == one.boundary.segments.tolist()


@settings(max_examples=40)
@given(case=GENERIC, seed=SEEDS)
def test_duplicating_units_and_splitting_what_they_give(case, seed):
    rng = np.random.default_rng(seed)

    def doubled(weights, biases):
        for i in range(len(biases) - 1):
            unit = rng.integers(len(biases[i]))
            weights[i] = np.column_stack([weights[i], weights[i][:, unit]])
            biases[i] = np.append(biases[i], biases[i][unit])
            weights[i + 1] = np.vstack([weights[i + 1], 0.25 * weights[i + 1][unit]])
            weights[i + 1][unit] *= 0.75

    assert_same(us.partition(*case), us.partition(with_layers(case.net, doubled), case.window))


@settings(max_examples=40)
@given(case=GENERIC, seed=SEEDS)
def test_relabelling_the_classes(case, seed):
    one = us.partition(*case)
    order = np.random.default_rng(seed).permutation(one.n_classes)  # class k becomes class order[k]

    def relabelled(weights, biases):
        back = np.argsort(order)
        weights[-1], biases[-1] = weights[-1][:, back], biases[-1][back]

    other = us.partition(with_layers(case.net, relabelled), case.window)
    if (
        laws.gap(case.net, laws.uniform(case.window, 50)).min() > 4 * one.error_bound
    ):  # no ties of classes
        assert_same(one, other, classes=order)


@settings(max_examples=40)
@given(case=GENERIC, constant=st.floats(-10, 10), factor=st.floats(0.1, 10))
def test_a_constant_and_a_positive_factor_on_all_logits(case, constant, factor):
    def changed(weights, biases):
        weights[-1] *= factor
        biases[-1] = biases[-1] * factor + constant

    assert_same(us.partition(*case), us.partition(with_layers(case.net, changed), case.window))


@settings(max_examples=40)
@given(case=GENERIC)
def test_the_picture_turns_with_its_coordinates(case):
    """x0 and x1 changing places mirrors everything."""

    def turned(weights, biases):
        weights[0] = weights[0][::-1]

    one = us.partition(*case)
    other = us.partition(with_layers(case.net, turned), case.window[::-1])
    assert_same(one, other)
    middle = laws.uniform(case.window, 20)
    assert (
        other.cells.label[other.locate_cells(middle[:, ::-1])].tolist()
        == one.cells.label[one.locate_cells(middle)].tolist()
    )


@settings(max_examples=40)
@given(case=GENERIC, share=st.floats(0.1, 0.9))
def test_two_halves_of_the_window_have_the_areas_and_lines_of_the_whole(case, share):
    (left, right), side = case.window
    middle = left + share * (right - left)
    whole, *halves = (
        us.partition(case.net, (part, side))
        for part in ((left, right), (left, middle), (middle, right))
    )
    near = laws.closeness(case.window)
    np.testing.assert_allclose(
        halves[0].area + halves[1].area, whole.area, rtol=0, atol=2 * near.area
    )
    assert sum(half.boundary.length for half in halves) == pytest.approx(
        whole.boundary.length, rel=1e-12, abs=near.length
    )
    patterns = {tuple(pattern) for half in halves for pattern in half.regions.pattern.tolist()}
    assert patterns == {tuple(pattern) for pattern in whole.regions.pattern.tolist()}


@settings(max_examples=40)
@given(case=random_networks.quarter_networks(max_depth=3))
def test_relu_is_leaky_relu_of_slope_zero_and_abs_of_slope_minus_one(case):
    slopes = {"relu": 0.0, "abs": -1.0, "linear": 1.0}
    leaky = us.Network(
        [
            us.Dense(layer.weights, layer.bias, "leaky_relu", slopes[layer.activation])
            if layer.activation in slopes
            else layer
            for layer in case.net.layers
        ]
    )
    one, other = (
        us.partition(*case),
        us.partition(us.Network([*leaky.layers[:-1], case.net.layers[-1]]), case.window),
    )
    assert [cell.vertices.tolist() for cell in other.cells] == [
        cell.vertices.tolist() for cell in one.cells
    ]
    assert other.cells.label.tolist() == one.cells.label.tolist()
    assert other.regions.pattern.tolist() == one.regions.pattern.tolist()
    for ours, theirs in zip(other.regions.affine, one.regions.affine, strict=True):
        np.testing.assert_array_equal(ours, theirs)


@settings(max_examples=40)
@given(case=random_networks.quarter_networks(max_depth=3))
def test_the_same_call_gives_the_same_floats(case):
    one, other = us.partition(*case), us.partition(*case)
    assert [cell.vertices.tolist() for cell in other.cells] == [
        cell.vertices.tolist() for cell in one.cells
    ]
    assert other.boundary.segments.tolist() == one.boundary.segments.tolist()
    assert other.area.tolist() == one.area.tolist()

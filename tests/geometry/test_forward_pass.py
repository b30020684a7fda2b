"""The partition against the network itself, at points: located regions, maps, classes, zeros."""

from __future__ import annotations

from fractions import Fraction

import laws
import networks
import numpy as np
import pytest
import random_networks
from hypothesis import given, settings

import unitscope as us

POINTS = 400


@pytest.mark.parametrize("name", networks.NAMED)
def test_a_point_is_in_the_region_and_in_the_cell_it_is_located_in(name):
    part, window = networks.partition_of(name), networks.NAMED[name].window
    X = laws.uniform(window, POINTS)
    region, cell = part.locate(X), part.locate_cells(X)
    assert (
        min(laws.depth(part.regions[r].vertices, x, window) for r, x in zip(region, X, strict=True))
        > -1e-10
    )
    assert (
        min(laws.depth(part.cells[c].vertices, x, window) for c, x in zip(cell, X, strict=True))
        > -1e-10
    )
    assert part.cells.region[cell].tolist() == region.tolist()


@pytest.mark.parametrize("name", networks.NAMED)
def test_the_regions_map_and_the_cells_class_are_the_forward_passs(name):
    part, (net, window) = networks.partition_of(name), networks.NAMED[name]
    X = laws.uniform(window, 10 * POINTS, seed=1)
    assert laws.affine_error(part, net, X) <= laws.allowed_error(part, net, X)
    assert laws.wrong_labels(part, net, X) == 0


@pytest.mark.parametrize("name", networks.NAMED)
def test_the_pattern_is_which_units_are_on(name):
    part, (net, window) = networks.partition_of(name), networks.NAMED[name]
    X = laws.uniform(window, POINTS, seed=2)
    if len(net.layers) == 1:
        assert part.regions.pattern.shape == (1, 0)
        return
    z = np.concatenate(net.pre_activations(X)[:-1], axis=1)
    linear = np.repeat(
        [
            layer.activation == "linear"
            or (layer.activation, layer.negative_slope) == ("leaky_relu", 1.0)
            for layer in net.layers[:-1]
        ],
        [layer.units for layer in net.layers[:-1]],
    )
    noise = 1e-13 * np.concatenate(laws.magnitudes(net, window)[:-1])
    pattern = part.regions.pattern[part.locate(X)]
    assert ((pattern == ((z > 0) | linear)) | (np.abs(z) <= noise)).all()


@settings(max_examples=60)
@given(case=random_networks.float_networks())
def test_generic_networks_agree_with_their_forward_pass(case):
    part, X = us.partition(*case), laws.uniform(case.window, 200)
    assert laws.affine_error(part, case.net, X) <= laws.allowed_error(part, case.net, X)
    assert laws.wrong_labels(part, case.net, X) == 0
    region = part.locate(X)
    assert (
        min(
            laws.depth(part.regions[r].vertices, x, case.window)
            for r, x in zip(region, X, strict=True)
        )
        > -1e-10
    )


@settings(max_examples=60)
@given(case=random_networks.quarter_networks(max_depth=3, max_units=6))
def test_networks_with_ties_agree_with_their_forward_pass(case):
    part, X = us.partition(*case), laws.uniform(case.window, 200)
    assert laws.affine_error(part, case.net, X) <= laws.allowed_error(part, case.net, X)
    assert laws.wrong_labels(part, case.net, X) == 0


@pytest.mark.parametrize("name", networks.NAMED)
def test_the_maps_hold_at_the_vertices_of_their_regions(name):
    part, (net, _) = networks.partition_of(name), networks.NAMED[name]
    polygons = [region.vertices for region in part.regions]
    vertices, region = (
        np.concatenate(polygons),
        np.repeat(np.arange(len(polygons)), [len(p) for p in polygons]),
    )
    off = np.abs(laws.mapped(part, vertices, region) - net.logits(vertices))
    assert off.max() <= max(2 * part.error_bound, 1e-15)


@pytest.mark.parametrize("name", {**networks.HARD, **networks.NARROW})
def test_no_logit_is_further_from_the_truth_than_the_error_bound(name):
    part, (net, window) = networks.partition_of(name), networks.NAMED[name]
    X = laws.uniform(window, 20, seed=8)
    exact = np.array(
        [
            [float(z) for z in networks.exact_logits(net, Fraction(x), Fraction(y))]
            for x, y in X.tolist()
        ]
    )
    assert np.abs(net.logits(X) - exact).max() <= part.error_bound
    assert np.abs(laws.mapped(part, X, part.locate(X)) - exact).max() <= part.error_bound


def ends_and_middles(segments: np.ndarray) -> np.ndarray:
    """(3, s, 2): first ends, middles, other ends."""
    return np.stack([segments[:, 0], segments.mean(axis=1), segments[:, 1]])


@pytest.mark.parametrize("name", networks.NAMED)
def test_a_unit_is_zero_on_its_activation_boundary(name):
    part, (net, window) = networks.partition_of(name), networks.NAMED[name]
    lines = part.activation_boundaries
    magnitude = laws.magnitudes(net, window)
    for X in ends_and_middles(lines.segments):
        z = net.pre_activations(X) if len(X) else []
        for layer in np.unique(lines.unit[:, 0]):
            row = np.flatnonzero(lines.unit[:, 0] == layer)
            unit = lines.unit[row, 1]
            assert (np.abs(z[layer][row, unit]) <= 1e-13 * magnitude[layer][unit]).all()


@pytest.mark.parametrize("name", networks.NAMED)
def test_activation_boundaries_are_inside_the_window_and_are_of_units(name):
    lines, (net, window) = networks.partition_of(name).activation_boundaries, networks.NAMED[name]
    assert len(lines.unit) == len(lines.segments) == len(lines)
    low, high = np.array(window).T
    middle = lines.segments.mean(axis=1)
    assert ((middle > low) & (middle < high)).all()
    assert {(layer, unit) for layer, unit in lines.unit.tolist()} <= {
        (number, unit)
        for number, layer in enumerate(net.layers[:-1])
        for unit in range(layer.units)
    }


@pytest.mark.parametrize("name", networks.NAMED)
def test_two_classes_tie_at_the_top_on_the_decision_boundary(name):
    part, (net, _) = networks.partition_of(name), networks.NAMED[name]
    for X in ends_and_middles(part.boundary.segments) if len(part.boundary) else ():
        z = net.logits(X)
        behind = z.max(axis=1, keepdims=True) - np.take_along_axis(z, part.boundary.classes, axis=1)
        assert behind.max() <= 4 * part.error_bound


@pytest.mark.parametrize(
    "name", ["abs", "leaky", "no hidden layer", "two equal logits", "one of each", "2-16x3-4"]
)
def test_the_first_class_of_a_boundary_segment_is_on_its_left(name):
    part, (net, _) = networks.partition_of(name), networks.NAMED[name]
    segments = part.boundary.segments
    long = laws.lengths(segments) > 1e-3
    assert long.sum() > 2
    along = (segments[:, 1] - segments[:, 0])[long]
    left = (
        1e-7 * np.stack([-along[:, 1], along[:, 0]], axis=1) / laws.lengths(segments[long])[:, None]
    )
    middle = segments[long].mean(axis=1)
    sides = np.stack([net.predict(middle + left), net.predict(middle - left)], axis=1)
    assert sides.tolist() == part.boundary.classes[long].tolist()
    assert (part.boundary.classes[:, 0] != part.boundary.classes[:, 1]).all()

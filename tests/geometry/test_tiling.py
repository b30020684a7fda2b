"""Regions and cells tile the window: areas, shared edges, convexity, the region of each cell."""

from __future__ import annotations

import laws
import networks
import numpy as np
import pytest
import random_networks
from hypothesis import given, settings

import unitscope as us


@pytest.mark.parametrize("name", networks.NAMED)
@pytest.mark.parametrize("kind", ["regions", "cells"])
def test_areas_sum_to_the_windows(kind, name):
    pieces, window = (
        getattr(networks.partition_of(name), kind),
        laws.total(networks.NAMED[name].window),
    )
    assert pieces.area.sum() == pytest.approx(window, rel=1e-12, abs=0)
    assert pieces.area.min() >= -1e-15 * window


@pytest.mark.parametrize("name", networks.NAMED)
@pytest.mark.parametrize("kind", ["regions", "cells"])
def test_edges_are_shared_by_two_polygons_and_euler_holds(kind, name):
    pieces = getattr(networks.partition_of(name), kind)
    assert laws.topology(pieces, networks.NAMED[name].window) == (1, [])


@pytest.mark.parametrize("name", networks.NAMED)
@pytest.mark.parametrize("kind", ["regions", "cells"])
def test_polygons_are_convex_and_counter_clockwise(kind, name):
    pieces = getattr(networks.partition_of(name), kind)
    assert laws.sharpest_turn(pieces, networks.NAMED[name].window) > -1e-13
    assert min(len(piece.vertices) for piece in pieces) >= 3


@pytest.mark.parametrize("name", networks.NAMED)
@pytest.mark.parametrize("kind", ["regions", "cells"])
def test_every_vertex_is_a_corner_of_something(kind, name):
    """Three polygons meet there, on the window's border two: none lies in the middle of a side."""
    pieces, window = (
        getattr(networks.partition_of(name), kind),
        np.array(networks.NAMED[name].window),
    )
    places, polygons = np.unique(
        np.concatenate([piece.vertices for piece in pieces]), axis=0, return_counts=True
    )
    sides = np.array([(places[:, axis, None] == window[axis]).any(axis=1) for axis in (0, 1)]).sum(
        axis=0
    )
    assert (polygons + sides >= 3).all()


@settings(max_examples=60)
@given(case=random_networks.float_networks())
def test_generic_networks_keep_these_laws(case):
    part, window = us.partition(*case), laws.total(case.window)
    for pieces in (part.regions, part.cells):
        assert pieces.area.sum() == pytest.approx(window, rel=1e-12, abs=0)
        assert pieces.area.min() >= -1e-15 * window
        assert laws.topology(pieces, case.window) == (1, [])
        assert laws.sharpest_turn(pieces, case.window) > -1e-13
    assert len(np.unique(part.regions.pattern, axis=0)) == len(part.regions)


@pytest.mark.parametrize("name", networks.NAMED)
def test_no_two_regions_have_one_pattern_and_no_two_cells_one_region_and_class(name):
    part = networks.partition_of(name)
    assert len(np.unique(part.regions.pattern, axis=0)) == len(part.regions)
    assert len(np.unique(np.stack([part.cells.region, part.cells.label]), axis=1).T) == len(
        part.cells
    )


@pytest.mark.parametrize("name", networks.NAMED)
def test_cells_make_up_their_region_and_their_class(name):
    part = networks.partition_of(name)
    window = laws.total(networks.NAMED[name].window)
    of_region = np.bincount(part.cells.region, part.cells.area, minlength=len(part.regions))
    np.testing.assert_allclose(of_region, part.regions.area, rtol=0, atol=1e-14 * window)
    of_class = [
        sum(cell.area for cell in part.cells if cell.label == label)
        for label in range(part.n_classes)
    ]
    np.testing.assert_allclose(part.area, of_class, rtol=1e-12, atol=1e-15 * window)
    assert part.share.sum() == pytest.approx(1.0, rel=1e-12)
    np.testing.assert_allclose(part.share * window, part.area, rtol=1e-12)


@pytest.mark.parametrize("name", ["abs", "zero biases", "2-10x5-3"])
def test_an_area_is_its_polygons(name):
    part = networks.partition_of(name)
    for pieces in (part.regions, part.cells):
        np.testing.assert_allclose(
            [laws.shoelace(piece.vertices) for piece in pieces], pieces.area, rtol=1e-9, atol=1e-15
        )


@pytest.mark.parametrize(
    "widths", [(2, 16, 16, 16, 4), (2, 10, 10, 10, 10, 10, 3), (2, 30, 5), (2, 12, 12, 12, 12, 3)]
)
@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "abs"])
def test_generic_networks_have_as_many_regions_without_a_tolerance(widths, activation, monkeypatch):
    nets = [networks.he(widths, seed, activation) for seed in range(3)]
    counts = [len(us.partition(net, networks.SQUARE).regions) for net in nets]
    monkeypatch.setattr("unitscope.geometry.subdivision.TOLERANCE", 0.0)
    assert [len(us.partition(net, networks.SQUARE).regions) for net in nets] == counts

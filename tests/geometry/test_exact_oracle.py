"""The exact truth itself, against areas and lengths by hand and forward passes in fractions."""

from __future__ import annotations

import math
from fractions import Fraction

import exact_oracle
import networks
import pytest
import random_networks
from hypothesis import given, settings

UNIT = ((0.0, 1.0), (0.0, 1.0))
SQUARE = networks.SQUARE

# Four relu units make |x| and |y|.
FOLDS = [[1.0, -1.0, 0.0, 0.0], [0.0, 0.0, 1.0, -1.0]]
DIAMOND = ([FOLDS, [[0.0, 1.0]] * 4], [[0.0] * 4, [0.0, -1.0]])
BUTTERFLY = ([FOLDS, [[0.0, 1.0], [0.0, 1.0], [0.0, -1.0], [0.0, -1.0]]], [[0.0] * 4, [0.0, 0.0]])


def measured(weights, biases, slopes, window=SQUARE):
    """The exact regions, and the cells with their areas and parts by class."""
    regions = exact_oracle.regions(weights, biases, slopes, window)
    cells = exact_oracle.cells(regions)
    count = len(biases[-1])
    areas = exact_oracle.areas(
        [cell.polygon for cell in cells], [cell.label for cell in cells], count
    )
    return regions, cells, areas, exact_oracle.components(cells, count)


def test_one_unit_cuts_the_square_in_two():
    regions = exact_oracle.regions(
        [[[1.0], [0.0]], [[2.0, 0.0]]], [[-1.0], [0.5, 3.0]], [0.0], SQUARE
    )
    assert [(region.pattern, region.polygon.exact_area) for region in regions] == [
        ((True,), 4),
        ((False,), 12),
    ]
    assert regions[0].affine == [[2, 0, Fraction(-3, 2)], [0, 0, 3]]
    assert regions[1].affine == [[0, 0, Fraction(1, 2)], [0, 0, 3]]
    assert exact_oracle.unit_lengths(regions) == [4.0]


def test_where_the_sizes_of_both_coordinates_sum_to_more_than_one():
    regions, cells, areas, parts = measured(*DIAMOND, [0.0])
    assert (len(regions), len(cells), areas, parts) == (4, 8, [2.0, 14.0], [1, 1])
    assert exact_oracle.boundary_lengths(cells) == {
        (0, 1): pytest.approx(4 * math.sqrt(2), rel=1e-15)
    }
    assert exact_oracle.unit_lengths(regions) == [4.0] * 4


def test_parts_that_touch_at_a_corner_are_separate():
    _, cells, areas, parts = measured(*BUTTERFLY, [0.0])
    assert (areas, parts) == ([8.0, 8.0], [2, 2])
    assert exact_oracle.boundary_lengths(cells) == {
        (0, 1): pytest.approx(8 * math.sqrt(2), rel=1e-15)
    }


def test_abs_units_have_both_sides():
    weights, biases = (
        [[[1.0, 0.0], [0.0, 1.0]], [[0.0, 1.0], [0.0, 1.0]]],
        [[0.0, 0.0], [0.0, -1.0]],
    )
    regions, _, areas, parts = measured(weights, biases, [-1.0])
    assert (len(regions), areas, parts) == (4, [2.0, 14.0], [1, 1])


def test_a_tie_goes_to_the_lowest_class_and_a_unit_at_zero_is_off():
    regions, _, areas, _ = measured(
        [[[0.0], [0.0]], [[1.0, 1.0, 0.0]]], [[0.0], [0.0, 0.0, -1.0]], [0.0]
    )
    assert ([region.pattern for region in regions], areas) == ([(False,)], [16.0, 0.0, 0.0])
    regions = exact_oracle.regions([[[0.0], [0.0]], [[1.0]]], [[0.0], [0.0]], [1.0], SQUARE)
    assert [region.pattern for region in regions] == [(True,)]


def test_a_line_along_the_border_or_through_a_corner_cuts_nothing():
    weights = [[[1.0, 1.0, -1.0], [0.0, 1.0, 0.0]], [[1.0]] * 3]
    assert len(exact_oracle.regions(weights, [[-1.0, -2.0, 0.0], [0.0]], [0.0], UNIT)) == 1


def middle(polygon):
    points = [(Fraction(x, w), Fraction(y, w)) for x, y, w in polygon.points]
    return tuple(sum(coordinates) / len(points) for coordinates in zip(*points, strict=True))


@settings(max_examples=50)
@given(case=random_networks.quarter_networks())
def test_regions_tile_the_window_and_have_the_forward_passs_numbers(case):
    regions = networks.truth(case)
    cells = exact_oracle.cells(regions)
    (left, right), (bottom, top) = (tuple(map(Fraction, side)) for side in case.window)
    window = (right - left) * (top - bottom)
    assert sum(region.polygon.exact_area for region in regions) == window
    assert sum(cell.polygon.exact_area for cell in cells) == window
    assert len({region.pattern for region in regions}) == len(regions)
    for cell in cells:
        x, y = middle(cell.polygon)
        logits = networks.exact_logits(case.net, x, y)
        assert [a * x + b * y + c for a, b, c in regions[cell.region].affine] == logits
        assert cell.label == logits.index(max(logits))
        assert cell.polygon.area == pytest.approx(float(cell.polygon.exact_area), rel=1e-15)


@given(case=random_networks.quarter_networks())
def test_sides_inside_are_in_contact_once_all_along(case):
    cells = exact_oracle.cells(networks.truth(case))
    (left, right), (bottom, top) = case.window
    around = [0.0] * len(cells)
    for one, other, length in exact_oracle.contacts([cell.polygon for cell in cells]):
        around[one] += length
        around[other] += length
    perimeters = [0.0] * len(cells)
    for number, cell in enumerate(cells):
        corners = [(x / w, y / w) for x, y, w in cell.polygon.points]
        perimeters[number] = sum(map(math.dist, corners, corners[1:] + corners[:1]))
    border = 2 * (right - left + top - bottom)
    assert sum(perimeters) - sum(around) == pytest.approx(border, rel=1e-12)
    assert all(part <= whole + 1e-9 for part, whole in zip(around, perimeters, strict=True))

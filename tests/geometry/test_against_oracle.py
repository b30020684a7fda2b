"""The partition against the exact truth: counts, patterns, areas, maps, parts and lengths."""

from __future__ import annotations

from collections import Counter

import exact_oracle
import laws
import networks
import numpy as np
import pytest
import random_networks
from hypothesis import given, settings

import unitscope as us
from thorough import few

SMALL = list(networks.small_networks())


def differences(case: networks.Case, part=None) -> list[str]:
    """Where the partition and the exact truth disagree."""
    part = us.partition(*case) if part is None else part
    regions = networks.truth(case)
    cells = exact_oracle.cells(regions)
    near = laws.closeness(case.window)
    rows = {region.pattern: row for row, region in enumerate(regions)}
    patterns = [tuple(pattern) for pattern in part.regions.pattern.tolist()]
    found = []
    if sorted(patterns) != sorted(rows):
        return [f"{len(patterns)} regions for {len(regions)}, or other patterns"]
    order = [rows[pattern] for pattern in patterns]
    if not np.allclose(
        part.regions.area, [regions[i].polygon.area for i in order], rtol=0, atol=near.area
    ):
        found.append("areas of regions")
    found += _other_maps(case, part, [regions[i] for i in order])
    labels = [cell.label for cell in cells]
    if Counter(
        zip([order[r] for r in part.cells.region], part.cells.label.tolist(), strict=True)
    ) != Counter((cell.region, cell.label) for cell in cells):
        found.append(f"{len(part.cells)} cells for {len(cells)}, or other classes")
    areas = exact_oracle.areas([cell.polygon for cell in cells], labels, part.n_classes)
    if not np.allclose(part.area, areas, rtol=0, atol=near.area):
        found.append("areas of classes")
    if part.components.tolist() != exact_oracle.components(cells, part.n_classes):
        found.append("parts of classes")
    close = dict(rtol=1e-12, atol=near.length)
    exact = exact_oracle.boundary_lengths(cells)
    ours = boundary_lengths(part)
    if set(exact) != set(ours) or not np.allclose(
        [ours[pair] for pair in exact], list(exact.values()), **close
    ):
        found.append("lengths of the decision boundary")
    if not np.allclose(unit_lengths(part), exact_oracle.unit_lengths(regions), **close):
        found.append("lengths of activation boundaries")
    return found


def _other_maps(case: networks.Case, part, regions: list[exact_oracle.Region]) -> list[str]:
    """The maps, compared by the largest difference that they make in the window."""
    reach = np.append(np.abs(np.array(case.window)).max(axis=1), 1.0)
    exact = np.array(
        [[[float(number) for number in row] for row in region.affine] for region in regions]
    )
    A, c = part.regions.affine
    off = np.abs(np.concatenate([A, c[:, :, None]], axis=2) - exact) @ reach
    return ["affine maps"] if off.max() > max(part.error_bound, 1e-15 * np.abs(exact).max()) else []


def boundary_lengths(part) -> dict[tuple[int, int], float]:
    pairs, row = np.unique(np.sort(part.boundary.classes, axis=1), axis=0, return_inverse=True)
    sums = np.bincount(row.ravel(), laws.lengths(part.boundary.segments), minlength=len(pairs))
    return {(int(i), int(j)): length for (i, j), length in zip(pairs, sums, strict=True)}


def unit_lengths(part) -> np.ndarray:
    sizes = [layer.units for layer in part.net.layers[:-1]]
    first = np.concatenate([[0], np.cumsum(sizes)]).astype(int)
    layer, unit = part.activation_boundaries.unit.T
    return np.bincount(
        first[layer] + unit, laws.lengths(part.activation_boundaries.segments), minlength=sum(sizes)
    )


@pytest.mark.parametrize(
    "first", range(0, len(SMALL), 80), ids=lambda first: f"{SMALL[first][0]}-{first + 79}"
)
def test_small_networks(first):
    different = {
        name: found for name, case in SMALL[first : first + 80] if (found := differences(case))
    }
    assert different == {}


@pytest.mark.parametrize("name", networks.HARD)
def test_hard_cases(name):
    assert differences(networks.HARD[name]) == []


@settings(max_examples=100)
@given(case=random_networks.quarter_networks())
def test_any_network_with_weights_in_quarters(case):
    assert differences(case) == []


@pytest.mark.slow
@settings(max_examples=few(300, whole=2000))
@given(case=random_networks.quarter_networks(max_depth=3, max_units=6, max_classes=5))
def test_many_networks_with_weights_in_quarters(case):
    assert differences(case) == []


@pytest.mark.parametrize("name", networks.NARROW)
def test_what_is_wider_than_rounding_is_right_where_lines_nearly_coincide(name):
    case = networks.NARROW[name]
    part, regions = us.partition(*case), networks.truth(case)
    cells = exact_oracle.cells(regions)
    exact = {region.pattern: region.polygon.area for region in regions}
    patterns = [tuple(pattern) for pattern in part.regions.pattern.tolist()]
    ours = dict(zip(patterns, part.regions.area.tolist(), strict=True))
    assert len(ours) == len(patterns) <= len(regions)
    narrow = 1e-11 * laws.total(case.window)
    assert {pattern for pattern, area in ours.items() if area > narrow} == {
        pattern for pattern, area in exact.items() if area > narrow
    }
    np.testing.assert_allclose(
        [ours.get(pattern, 0.0) for pattern in exact], list(exact.values()), rtol=0, atol=narrow
    )
    areas = exact_oracle.areas(
        [cell.polygon for cell in cells], [cell.label for cell in cells], part.n_classes
    )
    np.testing.assert_allclose(part.area, areas, rtol=0, atol=1e-12 * laws.total(case.window))
    assert part.components.tolist() == exact_oracle.components(cells, part.n_classes)
    assert part.boundary.length == pytest.approx(
        sum(exact_oracle.boundary_lengths(cells).values()), rel=1e-11
    )


def test_an_output_layer_that_turns_is_a_hidden_layer_before_equal_logits():
    inner = networks.he((2, 5, 3), 11)
    outer = networks.he((2, 5, 3), 11).layers[-1]
    turned = us.Network([inner.layers[0], us.Dense(outer.weights, outer.bias, "relu")])
    spelled = us.Network([*turned.layers, us.Dense(np.eye(3), np.zeros(3))])
    part = us.partition(turned, networks.SQUARE)
    assert part.regions.pattern.shape[1] == 8
    assert differences(networks.Case(spelled, networks.SQUARE), part=part) == []

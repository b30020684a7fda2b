"""The decision boundary as lines, classes as outlines and connected parts, against the cells."""

from __future__ import annotations

from collections import defaultdict

import laws
import networks
import numpy as np
import pytest
import random_networks
from hypothesis import given, settings

import unitscope as us

NAMES = [name for name in networks.NAMED if name not in ("2-64x3-10",)]


def sides_of(cells) -> dict[tuple, int]:
    """Every side of every cell, from vertex to vertex counter-clockwise, and the cell's number."""
    return {
        (*here, *there): number
        for number, cell in enumerate(cells)
        for here, there in zip(
            cell.vertices.tolist(), np.roll(cell.vertices, -1, axis=0).tolist(), strict=True
        )
    }


def flooded(part) -> dict[int, int]:
    """Cell to part, found by going from cell to cell of one class across shared sides."""
    cells = list(part.cells)
    sides, neighbours = sides_of(cells), defaultdict(list)
    for (*here, there_x, there_y), number in sides.items():
        other = sides.get((there_x, there_y, *here))
        if other is not None and cells[other].label == cells[number].label:
            neighbours[number].append(other)
    found: dict[int, int] = {}
    for start in range(len(cells)):
        waiting = [start] if start not in found else []
        while waiting:
            cell = waiting.pop()
            if cell not in found:
                found[cell] = start
                waiting += neighbours[cell]
    return found


def assert_components_are_flooded(part) -> None:
    found, numbers = flooded(part), part.cells.component.tolist()
    starts = set(found.values())
    assert (
        len({(numbers[cell], start) for cell, start in found.items()})
        == len(set(numbers))
        == len(starts)
    )
    labels = [part.cells[start].label for start in set(found.values())]
    assert part.components.tolist() == [labels.count(label) for label in range(part.n_classes)]
    assert set(numbers) == set(range(len(set(numbers))))


@pytest.mark.parametrize("name", NAMES)
def test_components_are_what_a_flood_fill_over_the_cells_finds(name):
    assert_components_are_flooded(networks.partition_of(name))


@settings(max_examples=60)
@given(case=random_networks.quarter_networks(max_depth=3, max_units=6))
def test_components_where_lines_meet_in_points_are_flooded_too(case):
    assert_components_are_flooded(us.partition(*case))


def test_parts_that_touch_at_a_corner_are_separate():
    folds = us.Dense([[1.0, 0.0], [0.0, 1.0]], [0.0, 0.0], "abs")
    part = us.partition(
        us.Network([folds, us.Dense([[0.0, 1.0], [0.0, -1.0]], [0.0, 0.0])]), networks.SQUARE
    )
    assert (part.components.tolist(), part.area.tolist(), len(part.outlines()[0])) == (
        [2, 2],
        [8.0, 8.0],
        2,
    )
    assert part.boundary.length == pytest.approx(8 * np.sqrt(2), rel=1e-15)
    assert [len(line.vertices) for line in part.boundary.polylines()] == [2] * 4


def assert_polylines_join(part) -> None:
    boundary = part.boundary
    lines = boundary.polylines()
    laid = np.concatenate(
        [np.stack([line.vertices[:-1], line.vertices[1:]], axis=1) for line in lines]
    )

    # Each segment once, in either direction, and no other.
    def keys(segments):
        return sorted(tuple(sorted(map(tuple, segment))) for segment in segments.tolist())

    assert keys(laid) == keys(boundary.segments)
    assert laws.lengths(laid).sum() == pytest.approx(boundary.length, rel=1e-12)
    ends = np.sort(boundary.segments.view(np.complex128)[..., 0], axis=1)
    pairs = dict(
        zip(map(tuple, ends.tolist()), np.sort(boundary.classes, axis=1).tolist(), strict=True)
    )
    degree: dict[tuple, int] = defaultdict(int)
    for end in boundary.segments.reshape(-1, 2).tolist():
        degree[tuple(end)] += 1
    kinds: dict[tuple, set] = defaultdict(set)
    for segment, pair in zip(
        boundary.segments.tolist(), np.sort(boundary.classes, axis=1).tolist(), strict=True
    ):
        for end in segment:
            kinds[tuple(end)].add(tuple(pair))

    def stops(vertex):
        return degree[vertex] != 2 or len(kinds[vertex]) > 1

    for line in lines:
        assert line.classes[0] < line.classes[1]
        steps = np.stack([line.vertices[:-1], line.vertices[1:]], axis=1)
        ends = np.sort(np.ascontiguousarray(steps).view(np.complex128)[..., 0], axis=1)
        assert all(tuple(pairs[tuple(end)]) == line.classes for end in ends.tolist())
        first = tuple(line.vertices[0].tolist())
        last = tuple(line.vertices[-1].tolist())
        # A line ends where it is closed, at the window's border, or where not exactly two segments
        # of one pair meet.
        assert first == last or (stops(first) and stops(last))
        assert all(degree[tuple(vertex)] == 2 for vertex in line.vertices[1:-1].tolist())


@pytest.mark.parametrize("name", NAMES)
def test_polylines_are_the_segments_joined_between_meeting_points(name):
    part = networks.partition_of(name)
    if len(part.boundary):
        assert_polylines_join(part)
    else:
        assert (part.boundary.polylines(), part.boundary.length) == ([], 0.0)


@settings(max_examples=60)
@given(case=random_networks.quarter_networks(max_depth=3, max_units=6))
def test_polylines_where_lines_meet_in_points(case):
    part = us.partition(*case)
    if len(part.boundary):
        assert_polylines_join(part)


def test_a_closed_boundary_is_one_closed_line():
    folds = us.Dense([[1.0, 0.0], [0.0, 1.0]], [0.0, 0.0], "abs")
    part = us.partition(
        us.Network([folds, us.Dense([[0.0, 1.0], [0.0, 1.0]], [0.0, -1.0])]), networks.SQUARE
    )
    (line,) = part.boundary.polylines()
    assert line.vertices[0].tolist() == line.vertices[-1].tolist()
    assert sorted(line.vertices[1:].tolist()) == [[-1, 0], [0, -1], [0, 1], [1, 0]]
    assert line.classes == (0, 1)
    assert [sorted(laws.shoelace(loop) for loop in loops) for loops in part.outlines()] == [
        [2.0],
        [-2.0, 16.0],
    ]


def assert_outlines_bound_their_class(part) -> None:
    outlines, window = part.outlines(), laws.total(part.window)
    assert len(outlines) == part.n_classes
    areas = [[laws.shoelace(loop) for loop in loops] for loops in outlines]
    np.testing.assert_allclose(
        [sum(of_class) for of_class in areas], part.area, rtol=0, atol=1e-12 * window
    )
    sides = sides_of(part.cells)
    borders = defaultdict(float)
    for side, number in sides.items():
        other = sides.get((*side[2:], *side[:2]))
        label = part.cells[number].label
        if other is None or part.cells[other].label != label:
            borders[label] += float(np.hypot(side[2] - side[0], side[3] - side[1]))
    for label, loops in enumerate(outlines):
        around = [np.stack([loop, np.roll(loop, -1, axis=0)], axis=1) for loop in loops]
        length = sum(laws.lengths(steps).sum() for steps in around)
        assert length == pytest.approx(borders[label], rel=1e-11, abs=1e-12)
        # The class is on the left of every step.
        steps = np.concatenate([np.zeros((0, 2, 2)), *around]).tolist()
        assert len({(*here, *there) for here, there in steps}) == len(steps)


@pytest.mark.parametrize("name", NAMES)
def test_outlines_go_around_their_class_once(name):
    assert_outlines_bound_their_class(networks.partition_of(name))


@settings(max_examples=60)
@given(case=random_networks.quarter_networks(max_depth=3, max_units=6))
def test_outlines_where_lines_meet_in_points(case):
    assert_outlines_bound_their_class(us.partition(*case))


@pytest.mark.parametrize("name", ["abs", "leaky", "2-16x3-4", "one of each"])
def test_outer_outlines_are_counter_clockwise_and_as_many_as_there_are_parts(name):
    part = networks.partition_of(name)
    for label, loops in enumerate(part.outlines()):
        assert sum(laws.shoelace(loop) > 0 for loop in loops) == part.components[label]


@pytest.mark.parametrize("name", ["abs", "one of each", "duplicates", "2-16x3-4"])
def test_the_lines_of_a_unit_are_its_segments(name):
    part, (net, _) = networks.partition_of(name), networks.NAMED[name]
    lines = part.activation_boundaries
    counted = 0
    for number, layer in enumerate(net.layers[:-1]):
        for unit in range(layer.units):
            own = lines.of_unit(number, unit)
            counted += len(own)
            joined = sum(
                laws.lengths(np.stack([line[:-1], line[1:]], axis=1)).sum()
                for line in lines.polylines(number, unit)
            )
            assert joined == pytest.approx(laws.lengths(own).sum(), rel=1e-12)
    assert counted == len(lines)


def test_units_that_turn_in_the_same_place_have_a_segment_each():
    first = us.Dense([[1.0, -2.0, 0.0], [0.0, 0.0, 1.0]], [0.5, -1.0, 9.0], "relu")
    part = us.partition(us.Network([first, us.Dense(np.ones((3, 1)), [0.0])]), networks.SQUARE)
    lines = part.activation_boundaries
    assert sorted(lines.unit.tolist()) == [[0, 0], [0, 1]]
    assert [sorted(segment) for segment in lines.segments.tolist()] == [
        [[-0.5, -2.0], [-0.5, 2.0]]
    ] * 2
    assert part.regions.pattern.tolist() in (
        [[True, False, True], [False, True, True]],
        [[False, True, True], [True, False, True]],
    )


@settings(max_examples=60)
@given(case=random_networks.float_networks())
def test_generic_networks_have_these_lines(case):
    part = us.partition(*case)
    assert_components_are_flooded(part)
    assert_outlines_bound_their_class(part)
    if len(part.boundary):
        assert_polylines_join(part)

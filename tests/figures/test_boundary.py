from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import unitscope as us
from unitscope.figures.boundary import Grid, boundary_lines, zero_lines

SQUARE = ((-1.0, 1.0), (-1.0, 1.0))
seeds = st.integers(0, 10**6)


def segments_of(lines):
    return (
        np.concatenate([np.stack([line[:-1], line[1:]], axis=1) for line in lines])
        if lines
        else np.empty((0, 2, 2))
    )


def length(lines):
    return sum(np.hypot(*np.diff(line, axis=0).T).sum() for line in lines)


def generic_network(hidden, k, seed):
    """Random weights and biases: with zero biases all logits tie wherever every unit is off."""
    net = us.Network.initialize([2, hidden, k], seed=seed)
    return net.with_vector(
        net.to_vector() + 0.2 * np.random.default_rng(seed).normal(size=net.n_parameters)
    )


def distances(places, segments):
    """From each place (m, 2) to each segment (s, 2, 2): (m, s)."""
    start, along = segments[:, 0], segments[:, 1] - segments[:, 0]
    share = ((places[:, None] - start) * along).sum(axis=2) / np.maximum(
        (along**2).sum(axis=1), 1e-300
    )
    return np.hypot(
        *np.moveaxis(places[:, None] - start - np.clip(share, 0, 1)[..., None] * along, 2, 0)
    )


def test_a_grid_covers_its_window():
    grid = Grid.over(((0, 4), (1, 3)), 5, 3)
    assert grid.shape == (3, 5)
    np.testing.assert_array_equal(grid.points[[0, 1, -1]], [[0, 1], [1, 1], [4, 3]])
    assert grid.extent == (-0.5, 4.5, 0.5, 3.5)
    np.testing.assert_allclose(grid.placed(np.array([[4.0, 2.0], [0.5, 1.0]])), [[4, 3], [0.5, 2]])


@given(
    angle=st.floats(0, 6.28), offset=st.floats(-0.9, 0.9), scale=st.sampled_from([1e-6, 1.0, 1e6])
)
def test_where_an_affine_function_is_zero_is_one_straight_line_across_the_window(
    angle, offset, scale
):
    normal = np.array([np.cos(angle), np.sin(angle)])
    grid = Grid.over(((-scale, scale), (-scale, scale)), 21, 17)
    (line,) = zero_lines(grid.points @ normal - offset * scale, grid)
    np.testing.assert_allclose(line @ normal, offset * scale, atol=1e-9 * scale)
    assert np.abs(np.abs(line[[0, -1]]).max(axis=1) - scale).max() < 1e-9 * scale
    # Straight: every vertex lies between the ends, and none lies off the way from end to end.
    assert length([line]) == pytest.approx(np.hypot(*(line[-1] - line[0])), rel=1e-9)


def test_inner_vertices_of_a_straight_line_are_left_out():
    grid = Grid.over(SQUARE, 50, 50)
    (line,) = zero_lines(grid.points @ np.array([0.3, 0.7]) - 0.123, grid)
    assert len(line) == 2


def test_three_classes_meet_in_the_point_where_their_scores_tie():
    grid = Grid.over(SQUARE, 20, 20)
    weights = np.array([[1.0, -1.0, 0.1], [0.2, 0.3, -1.0]])
    bias = np.array([0.03, -0.02, 0.01])
    lines = boundary_lines(grid.points @ weights + bias, grid)
    differences = (weights[:, :1] - weights[:, 1:]).T
    tie = np.linalg.solve(differences, bias[1:] - bias[0])
    assert len(lines) == 3
    ends = [min(np.hypot(*(end - tie)) for end in (line[0], line[-1])) for line in lines]
    assert max(ends) < 1e-12


@given(seed=seeds, k=st.integers(2, 6))
def test_scan_lines_cross_the_boundary_as_often_as_the_class_changes(seed, k):
    rng = np.random.default_rng(seed)
    weights, bias = rng.normal(size=(2, k)), 0.3 * rng.normal(size=k)
    grid = Grid.over(SQUARE, 81, 81)
    segments = segments_of(boundary_lines(grid.points @ weights + bias, grid))

    def widths(height):
        """How much of a scan line each class has, of 2: in one piece, as it is convex."""
        scan = np.column_stack([np.linspace(-1, 1, 4001), np.full(4001, height)])
        return np.bincount((scan @ weights + bias).argmax(axis=1), minlength=k) / 2000

    for height in rng.uniform(-0.9, 0.9, 5):
        near = [widths(height + step * 2 / 80) for step in (-2, 0, 2)]
        if len({tuple(width > 0) for width in near}) > 1 or any(
            ((width > 0) & (width < 0.1)).any() for width in near
        ):
            # within two cells of the tip of a region, which is narrower than a cell: a grid may
            # miss it
            continue
        crossings = ((segments[:, 0, 1] < height) != (segments[:, 1, 1] < height)).sum()
        assert crossings == (near[1] > 0).sum() - 1


@given(seed=seeds, k=st.integers(2, 5))
def test_no_place_is_drawn_twice(seed, k):
    net = generic_network(6, k, seed)
    grid = Grid.over(SQUARE, 41, 41)
    segments = segments_of(boundary_lines(net.logits(grid.points), grid))
    if not len(segments):
        return
    lengths = np.hypot(*(segments[:, 1] - segments[:, 0]).T)
    middle = segments[lengths > 1e-6].mean(axis=1)
    assert ((distances(middle, segments) < 1e-9).sum(axis=1) == 1).all()


@given(seed=seeds, k=st.integers(2, 6), data=st.data())
def test_relabelling_the_classes_moves_no_line(seed, k, data):
    order = np.array(data.draw(st.permutations(range(k))))
    net = generic_network(8, k, seed)
    grid = Grid.over(SQUARE, 31, 31)
    scores = net.logits(grid.points)
    before, after = (segments_of(boundary_lines(z, grid)) for z in (scores, scores[:, order]))
    assert np.hypot(*(before[:, 0] - before[:, 1]).T).sum() == pytest.approx(
        np.hypot(*(after[:, 0] - after[:, 1]).T).sum(), rel=1e-9
    )
    for ours, theirs in ((before, after), (after, before)):
        if len(ours):
            places = np.concatenate([ours[:, 0], ours.mean(axis=1), ours[:, 1]])
            assert distances(places, theirs).min(axis=1).max() < 1e-9


def places_on(lines):
    shares = np.linspace(0, 1, 20)[:, None, None]
    return np.concatenate(
        [(line[:-1] + shares * (line[1:] - line[:-1])).reshape(-1, 2) for line in lines]
    )


def two_largest(scores):
    return np.sort(scores, axis=1)[:, -2:].T


@given(seed=seeds)
def test_the_lines_are_nowhere_further_off_than_a_cell(seed):
    rng = np.random.default_rng(seed)
    weights, bias = rng.normal(size=(2, 4)), 0.3 * rng.normal(size=4)
    grid = Grid.over(SQUARE, 61, 61)
    lines = boundary_lines(grid.points @ weights + bias, grid)
    steepest = max(np.hypot(*(weights[:, i] - weights[:, j])) for i in range(4) for j in range(i))
    if lines:
        second, first = two_largest(places_on(lines) @ weights + bias)
        assert (first - second).max() < steepest * np.hypot(2, 2) / 60


@pytest.mark.parametrize("k", [2, 3, 4, 5])
def test_between_affine_classes_the_two_largest_scores_tie_exactly(clouds, k):
    _, net = clouds(k)
    grid = Grid.over(((-7.0, 7.0), (-7.0, 7.0)), 57, 57)
    lines = boundary_lines(net.logits(grid.points), grid)
    places = places_on(lines)
    # Where three classes meet inside a triangle and one of them has no corner of it, the line is a
    # cell or two off.
    ends = np.array([end for line in lines for end in (line[0], line[-1])])
    clear = np.hypot(*np.moveaxis(places[:, None] - ends, 2, 0)).min(axis=1) > 3 * 14 / 56
    second, first = two_largest(net.logits(places[clear]))
    assert clear.sum() > 10
    np.testing.assert_allclose(second, first, atol=1e-9)


def test_a_closed_line_ends_where_it_starts_and_has_its_circles_length():
    grid = Grid.over(SQUARE, 101, 101)
    (line,) = zero_lines(0.5 - np.hypot(*grid.points.T), grid)
    np.testing.assert_array_equal(line[0], line[-1])
    assert length([line]) == pytest.approx(np.pi, rel=1e-3)


@pytest.mark.parametrize("values", [np.zeros(12), np.ones(12), -np.ones(12)])
def test_no_change_no_line(values):
    assert zero_lines(values, Grid.over(SQUARE, 4, 3)) == []


def test_class_ids_give_one_line_half_way_between_grid_places():
    grid = Grid.over(((0, 3), (0, 2)), 4, 3)
    ids = np.tile([0, 0, 7, 7], 3)
    (line,) = boundary_lines(np.eye(8)[ids], grid)
    np.testing.assert_allclose(line[:, 0], 1.5)
    assert sorted(line[[0, -1], 1]) == [0, 2]

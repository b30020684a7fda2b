"""Smooth activations: a mesh whose boundary vertices lie on the true boundary."""

from __future__ import annotations

import laws
import networks
import numpy as np
import pytest

import unitscope as us
from unitscope.errors import InvalidInput
from unitscope.geometry.rectangle import sampled

SQUARE = networks.SQUARE
SMOOTH = ("tanh", "sigmoid", "elu", "softplus", "gelu", "silu")


def smooth_net(activation: str, seed: int = 3) -> us.Network:
    return networks.balanced(networks.he((2, 8, 8, 4), seed, activation))


def grids(n: int = 400) -> np.ndarray:
    """The middles of n x n equal squares of the window."""
    sides = [low + (np.arange(n) + 0.5) * (high - low) / n for low, high in SQUARE]
    return np.stack(np.meshgrid(*sides), axis=2).reshape(-1, 2)


def off_the_tie(net: us.Network, places: np.ndarray) -> np.ndarray:
    """How far places are from a tie of the two largest logits, to first order: gap over slope."""
    order = np.argsort(net.logits(places), axis=1)[:, -2:]

    def gap(at):
        z = np.take_along_axis(net.logits(at), order, axis=1)
        return z[:, 1] - z[:, 0]

    slope = np.stack(
        [(gap(places + step) - gap(places - step)) / 2e-6 for step in 1e-6 * np.eye(2)], axis=1
    )
    return np.abs(gap(places)) / np.linalg.norm(slope, axis=1)


@pytest.mark.slow
@pytest.mark.parametrize("activation", SMOOTH)
@pytest.mark.parametrize("seed", [3, 4])
def test_cells_tile_the_window_and_have_the_classes(activation, seed):
    net = smooth_net(activation, seed)
    part = us.partition(net, SQUARE)
    assert not part.exact
    assert part.error_bound == pytest.approx(
        np.hypot(*[(high - low) / 128 for low, high in SQUARE])
    )
    assert (len(part.regions), len(part.activation_boundaries)) == (0, 0)
    assert part.cells.area.sum() == pytest.approx(laws.total(SQUARE), rel=1e-12)
    assert part.cells.area.min() > -1e-15 * laws.total(SQUARE)
    assert laws.numbered_topology(part.cells, SQUARE) == (1, [])
    X = grids()
    predicted = net.predict(X)
    lead = np.diff(np.sort(net.logits(X), axis=1)[:, -2:], axis=1)[:, 0]
    np.testing.assert_allclose(
        part.share, np.bincount(predicted, minlength=4) / len(X), rtol=0, atol=2e-3
    )
    wrong = part.cells.label[part.locate_cells(X)] != predicted
    assert not wrong.any() or lead[wrong].max() < 0.02 * lead.max()


@pytest.mark.parametrize("activation", SMOOTH)
def test_boundary_vertices_lie_on_the_boundary(activation):
    net = smooth_net(activation)
    part = us.partition(net, SQUARE)
    vertices = np.unique(part.boundary.segments.reshape(-1, 2), axis=0)
    assert len(vertices) > 100
    off = off_the_tie(net, vertices)
    assert np.quantile(off, 0.98) < 1e-12
    assert off.max() < part.error_bound


@pytest.mark.parametrize("activation", ["tanh", "softplus"])
def test_between_vertices_the_error_falls_as_the_square_of_the_cell(activation):
    net = smooth_net(activation)
    errors = [
        np.median(
            off_the_tie(net, us.partition(net, SQUARE, grid=grid).boundary.segments.mean(axis=1))
        )
        for grid in (32, 64, 128)
    ]
    assert errors[0] > 2.5 * errors[1] > 6 * errors[2]


def meetings(part) -> list[tuple[np.ndarray, set[int]]]:
    """Vertices where three classes or more meet, and the classes."""
    around: dict[tuple[float, float], set[int]] = {}
    for line in part.boundary.polylines():
        for end in line.vertices[[0, -1]].tolist():
            around.setdefault(tuple(end), set()).update(line.classes)
    return [(np.array(place), classes) for place, classes in around.items() if len(classes) > 2]


@pytest.mark.slow
def test_where_three_classes_meet_three_logits_tie():
    found = 0
    for activation in SMOOTH:
        for seed in range(6):
            net = smooth_net(activation, seed)
            for place, classes in meetings(us.partition(net, SQUARE)):
                apart = np.ptp(net.logits(place[None])[0, sorted(classes)])
                found += apart < 1e-12
                assert apart < 0.1
    total = sum(
        len(meetings(us.partition(smooth_net(activation, seed), SQUARE)))
        for activation in SMOOTH
        for seed in range(6)
    )
    assert total > 20
    assert found >= 0.95 * total


@pytest.mark.parametrize("activation", ["tanh", "gelu", "silu"])  # zero where the pre-activation is
def test_a_boundary_known_to_be_straight(activation):
    net = us.Network(
        [us.Dense([[0.7], [-1.3]], [0.31], activation), us.Dense([[0.0, 1.0]], np.zeros(2))]
    )
    part = us.partition(net, SQUARE, grid=32)
    (line,) = [
        line
        for line in part.boundary.polylines()
        if np.abs(line.vertices @ [0.7, -1.3] + 0.31).max() < 1e-12
    ]
    high = SQUARE[0][1]
    crossing = [at for at in line.vertices[[0, -1]].ravel() if abs(abs(at) - high) < 1e-12]
    assert len(crossing) == 2  # from border to border


def test_on_a_mesh_too_what_is_affine_is_exact():
    net = networks.he((2, 4), 5)
    exact, mesh = us.partition(net, SQUARE), sampled(net, SQUARE, 16)
    np.testing.assert_allclose(mesh.area, exact.area, rtol=0, atol=1e-12 * laws.total(SQUARE))
    assert mesh.boundary.length == pytest.approx(exact.boundary.length, rel=1e-12)
    assert mesh.components.tolist() == exact.components.tolist()
    assert not mesh.exact


@pytest.mark.parametrize("activation", ["relu", "abs", "leaky_relu"])
def test_a_mesh_is_close_to_the_exact_cells(activation):
    net = networks.he((2, 6, 6, 4), 8, activation)
    exact, mesh = us.partition(net, SQUARE), sampled(net, SQUARE, 256)
    np.testing.assert_allclose(mesh.share, exact.share, rtol=0, atol=1e-3)


def test_one_smooth_layer_is_enough_to_be_sampled():
    mixed = us.Network(
        [
            *networks.he((2, 5, 5), 1).layers[:1],
            us.Dense(np.eye(5), np.zeros(5), "tanh"),
            *networks.he((5, 3), 2).layers,
        ]
    )
    part = us.partition(mixed, SQUARE)
    assert not part.exact
    margin = part.margin(grids(10))
    assert not margin.certified.any()
    assert off_the_tie(mixed, margin.nearest).max() < part.error_bound


def test_a_plane_through_more_inputs():
    net = networks.he((5, 7, 3), 4, "tanh")
    plane = us.Plane.axes(3, 1, at=np.linspace(-1, 1, 5))
    part = us.partition(net, SQUARE, plane=plane)
    z = np.sort(net.logits(plane.points(part.boundary.segments.reshape(-1, 2))), axis=1)
    assert np.median(z[:, -1] - z[:, -2]) < 1e-12


@pytest.mark.parametrize("grid", [1, 0, -3, 2049, 10**30, 2.5, True, "many"])
def test_meshes_of_other_sizes_are_refused(grid):
    with pytest.raises(InvalidInput, match=r"^grid must be a whole number from 2 to 2048\. Got "):
        us.partition(smooth_net("tanh"), SQUARE, grid=grid)

"""Networks of more inputs on a plane: what is seen there is the forward pass in input space."""

from __future__ import annotations

import laws
import networks
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import unitscope as us

AT = np.random.default_rng(5).normal(size=8)
NETS = {
    "relu": networks.he((8, 6, 6, 3), 11),
    "abs": networks.he((8, 6, 6, 3), 12, "abs"),
    "leaky": networks.he((8, 10, 4), 13, "leaky_relu", 0.1),
    "no hidden layer": networks.he((8, 4), 14),
}
DATA = us.Dataset(
    np.random.default_rng(6).normal(size=(40, 8)) * np.arange(1, 9), np.arange(40) % 3
)
PLANES = {
    "axes": us.Plane.axes(5, 2, at=AT),
    "through": us.Plane.through(*DATA.X[:3]),
    "principal": us.Plane.principal(DATA),
}


def assert_forward_pass(part, net: us.Network, UV: np.ndarray, X: np.ndarray) -> None:
    """Points UV of the plane are points X of the input space."""
    assert laws.affine_error(part, part.net, UV) <= laws.allowed_error(part, part.net, UV)
    z = net.logits(X)
    scale = max(1.0, np.abs(z).max())
    np.testing.assert_allclose(
        laws.mapped(part, UV, part.locate(UV)), z, rtol=0, atol=1e-12 * scale
    )
    sure = laws.gap(net, X) > 1e-9 * scale
    assert (part.cells.label[part.locate_cells(UV)] == net.predict(X))[sure].all()
    on = np.concatenate([np.zeros((len(X), 0)), *net.pre_activations(X)[:-1]], axis=1)
    pattern = part.regions.pattern[part.locate(UV)]
    assert ((pattern == (on > 0)) | (np.abs(on) < 1e-9)).all()


@pytest.mark.parametrize("name", NETS)
@pytest.mark.parametrize("kind", PLANES)
def test_a_slice_is_the_forward_pass(kind, name):
    net, plane = NETS[name], PLANES[kind]
    window = ((-3.0, 3.0), (-2.0, 4.0))
    part = us.partition(net, window, plane=plane)
    UV = laws.uniform(window, 500)
    assert_forward_pass(
        part, net, UV, plane.origin + UV[:, :1] * plane.basis[0] + UV[:, 1:] * plane.basis[1]
    )
    assert part.area.sum() == pytest.approx(36.0, rel=1e-12)
    assert laws.topology(part.regions, window) == (1, [])


def test_coordinates_of_an_axes_plane_are_the_inputs_own_values():
    net, window = NETS["relu"], ((-3.0, 3.0), (-2.0, 4.0))
    part, UV = (
        us.partition(net, window, plane=us.Plane.axes(5, 2, at=AT)),
        laws.uniform(window, 500),
    )
    X = np.tile(AT, (500, 1))
    X[:, 5], X[:, 2] = UV.T
    assert_forward_pass(part, net, UV, X)


@settings(max_examples=30)
@given(
    seed=st.integers(0, 10**6),
    widths=st.lists(st.integers(2, 8), max_size=2),
    inputs=st.integers(2, 12),
)
def test_any_slice_through_three_points_is_the_forward_pass(seed, widths, inputs):
    a, b, c = np.random.default_rng(seed).normal(size=(3, inputs))
    net = networks.he((inputs, *widths, 3), seed)
    window = ((-1.0, 2.0), (-1.0, 2.0))
    part = us.partition(net, window, plane=us.Plane.through(a, b, c))
    UV = laws.uniform(window, 100)
    first = (b - a) / np.linalg.norm(b - a)
    second = c - a - ((c - a) @ first) * first
    second /= np.linalg.norm(second)
    assert_forward_pass(part, net, UV, a + UV[:, :1] * first + UV[:, 1:] * second)


def test_the_window_of_data_on_a_plane_is_around_its_shadow():
    plane = PLANES["principal"]
    part = us.partition(NETS["relu"], DATA, plane=plane)
    shadow = (DATA.X - plane.origin) @ plane.basis.T
    assert (part.locate(shadow) >= 0).all()
    assert part.net.n_features == 2


def test_a_margin_on_a_plane_is_never_below_the_distance_to_the_nearest_other_class():
    """The boundary of classes 0 and 1 is a hyperplane, whose distance in input space is known."""
    normal = np.random.default_rng(7).normal(size=8)
    window = ((-9.0, 9.0), (-9.0, 9.0))
    for plane in PLANES.values():
        bias = 0.3 - plane.origin @ normal
        net = us.Network([us.Dense(np.stack([np.zeros(8), normal], axis=1), [0.0, bias])])
        UV = laws.uniform(window, 50)
        X = plane.origin + UV @ plane.basis
        found = us.partition(net, window, plane=plane).margin(UV)
        whole = np.abs(X @ normal + bias) / np.linalg.norm(normal)
        seen = np.abs(X @ normal + bias) / np.linalg.norm(plane.basis @ normal)
        assert (found.distance >= whole * (1 - 1e-12)).all()
        np.testing.assert_allclose(
            found.distance[found.certified], seen[found.certified], rtol=1e-11
        )
        assert found.certified.any()

"""Two networks on one window: the parts that they give to different classes, against fractions."""

from __future__ import annotations

import exact_oracle
import laws
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from networks import SQUARE, Case, built, he, truth
from random_networks import quarter_networks

import unitscope as us
from unitscope.geometry.overlay import overlaid


def exact_pairs(a: Case, b: Case) -> dict[tuple[int, int], list[exact_oracle.Polygon]]:
    """The polygons that a gives to class i and b to class j, clipped one by one in fractions."""
    found: dict[tuple[int, int], list[exact_oracle.Polygon]] = {}
    others = exact_oracle.cells(truth(b))
    for cell in exact_oracle.cells(truth(a)):
        for other in others:
            part: exact_oracle.Polygon | None = cell.polygon
            for line in other.polygon.lines:
                part = part and part.split(line)[0]
            if part is not None:
                found.setdefault((cell.label, other.label), []).append(part)
    return found


def exact_parts(pairs: dict[tuple[int, int], list[exact_oracle.Polygon]]) -> int:
    """How many connected parts the two give to different classes."""
    apart = [one for (i, j), polygons in pairs.items() if i != j for one in polygons]
    as_cells = [exact_oracle.Cell(0, 0, polygon) for polygon in apart]
    return exact_oracle.components(as_cells, 1)[0]


@st.composite
def pairs_of_networks(draw):
    """Two networks of quarters on one window, with equally many classes."""
    one = draw(quarter_networks(max_depth=2, max_units=3))
    k = one.net.n_classes
    other = draw(quarter_networks(max_depth=2, max_units=3).filter(lambda c: c.net.n_classes >= k))
    last = other.net.layers[-1]
    fewer = us.Dense(last.weights[:, :k], last.bias[:k], last.activation)
    return one, Case(us.Network([*other.net.layers[:-1], fewer]), one.window)


@given(pairs_of_networks())
@settings(max_examples=60, deadline=None)
def test_shares_and_parts_are_those_of_fractions(pair):
    one, other = pair
    over = overlaid((one.net, other.net), one.window)
    exact = exact_pairs(one, other)
    shares = np.zeros_like(over.shares)
    for labels, polygons in exact.items():
        shares[labels] = sum(polygon.area for polygon in polygons) / laws.total(one.window)
    assert over.exact
    np.testing.assert_allclose(over.shares, shares, atol=1e-12)
    assert over.parts == exact_parts(exact)


@pytest.mark.slow
@given(
    st.integers(0, 10**6), st.sampled_from([("relu", "relu"), ("relu", "tanh"), ("silu", "abs")])
)
@settings(max_examples=6, deadline=None)
def test_classes_are_those_that_the_networks_give(seed, names):
    nets = tuple(he([2, 6, 5, 3], seed + n, name) for n, name in enumerate(names))
    over = overlaid(nets, SQUARE)
    X = laws.uniform(SQUARE, 20_000, seed)
    seen = np.zeros((3, 3))
    np.add.at(seen, tuple(net.predict(X) for net in nets), 1 / len(X))
    np.testing.assert_allclose(over.shares, seen, atol=0.02)  # over five standard deviations
    assert over.shares.sum() == pytest.approx(1.0, abs=1e-9)
    assert over.exact == ("tanh" not in names and "silu" not in names)
    inside = 0
    for i, j in np.argwhere(over.shares > 0).tolist():
        for face in over.faces(i, j)[:40]:
            middle = face.mean(axis=0)[None]
            inside += (nets[0].predict(middle)[0], nets[1].predict(middle)[0]) == (i, j)
    looked_at = sum(min(40, len(over.faces(i, j))) for i, j in np.ndindex(3, 3))
    assert inside >= looked_at * (1.0 if over.exact else 0.97)


@given(st.integers(0, 10**6), st.sampled_from(["relu", "leaky_relu", "abs", "tanh"]))
@settings(max_examples=12, deadline=None)
def test_the_same_function_in_other_units_differs_nowhere(seed, name):
    net = he([2, 7, 4], seed, name)
    hidden, last = net.layers
    rng = np.random.default_rng(seed)
    order = rng.permutation(7)
    scale = np.ones(7) if name == "tanh" else rng.uniform(0.1, 10.0, 7)
    mixed = us.Network(
        [
            us.Dense((hidden.weights * scale)[:, order], (hidden.bias * scale)[order], name, 0.25),
            us.Dense((last.weights / scale[:, None])[order], last.bias),
        ]
    )
    over = overlaid((net, mixed), SQUARE)
    assert (over.share, over.parts) == (0.0, 0) if over.exact else over.share < 1e-9


def test_outlines_go_around_the_faces_and_boundaries_between_classes():
    nets = he([2, 6, 3], 1), he([2, 4, 4, 3], 2)
    over = overlaid(nets, SQUARE)
    for i, j in np.ndindex(3, 3):
        around = sum(map(laws.shoelace, over.outlines(i, j)))
        assert around == pytest.approx(sum(map(laws.shoelace, over.faces(i, j))), abs=1e-9)
    for which, net in enumerate(nets):
        part = us.partition(net, SQUARE)
        assert over.boundary(which).length == pytest.approx(part.boundary.length, rel=1e-9)
        of_class = over.shares.sum(axis=1 - which)
        np.testing.assert_allclose(of_class, part.share, atol=1e-12)


def test_an_area_worked_by_hand():
    # The first is 1 right of x = 0, the second right of x = 0.5; both have the window [-2, 2].
    sides = [built([[[0.0, 1.0], [0.0, 0.0]]], [[0.0, -at]]) for at in (0.0, 0.5)]
    over = overlaid((sides[0], sides[1]), SQUARE)
    assert over.shares.tolist() == [[0.5, 0.0], [0.125, 0.375]]
    assert (over.share, over.parts) == (0.125, 1)


def test_too_many_regions_are_looked_at_on_a_mesh():
    nets = he([2, 12, 12, 3], 3), he([2, 12, 12, 3], 4)
    whole, coarse = overlaid(nets, SQUARE), overlaid(nets, SQUARE, most=50)
    assert (whole.exact, coarse.exact) == (True, False)
    np.testing.assert_allclose(coarse.shares, whole.shares, atol=2e-3)

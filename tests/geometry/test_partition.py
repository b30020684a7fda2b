"""us.partition as users meet it: refusals, windows of data, sequences, points, cautions, and what it leaves alone."""

from __future__ import annotations

import warnings
from dataclasses import FrozenInstanceError

import laws
import networks
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import unitscope as us
from unitscope.errors import InvalidInput

NET = networks.he((2, 6, 3), 0)
SQUARE = networks.SQUARE
RECTANGLE = (
    "((x0_min, x0_max), (x1_min, x1_max)), finite numbers with each minimum below its maximum"
)


def refused(*arguments, **settings) -> str:
    with pytest.raises(InvalidInput) as caught:
        us.partition(*arguments, **settings)
    return str(caught.value)


# ---- refusals --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("window", "shown"),
    [
        (((1, 0), (0, 1)), "((1, 0), (0, 1))"),
        (((0, 1), (2, 2)), "((0, 1), (2, 2))"),
        ([[0, 1], [0, np.nan]], "[[0, 1], [0, nan]]"),
        ([[0, 1], [-np.inf, 1]], "[[0, 1], [-inf, 1]]"),
        (((0, 1),), "((0, 1),)"),
        ([[0, 1], [0]], "[[0, 1], [0]]"),
        (np.zeros((2, 3)), "shape (2, 3)"),
        (np.zeros((5, 2)), "shape (5, 2)"),
        (None, "None"),
        (7.0, "7.0"),
        ("square", "'square'"),
        ([["0", "1"], ["0", "1"]], "[['0', '1'], ['0', '1']]"),
        ([[0, 1j], [0, 1]], "[[0, 1j], [0, 1]]"),
        ([[False, True], [False, True]], "[[False, True], [False, True]]"),
    ],
)
def test_what_is_no_rectangle_is_refused(window, shown):
    assert refused(NET, window) == f"window must be {RECTANGLE}. Got {shown} instead."


@pytest.mark.parametrize(
    "window", [((1.0, 1.0 + 1e-15), (0.0, 1.0)), ((-1e308, 1e308), (0.0, 1.0))]
)
def test_a_window_that_floats_do_not_fill_is_refused(window):
    assert refused(NET, window).startswith(
        "window must be of sides that are finite and at least 1e-12 of their coordi"
    )


@pytest.mark.parametrize("size", [1e300, 1e160, 1e-170, 1e-300])
def test_a_window_whose_area_is_no_float_is_refused(size):
    assert refused(NET, ((0.0, size), (-size, size))).startswith("window must be ")


@pytest.mark.parametrize("size", [1e140, 1e30, 1e-30, 1e-140])
def test_very_large_and_very_small_windows_have_all_there_is(size):
    net = networks.NAMED["zero biases"].net
    part = us.partition(net, ((-size, size), (-size, size)))
    usual = networks.partition_of("zero biases")
    np.testing.assert_allclose(part.share, usual.share, rtol=1e-12)
    assert len(part.regions) == len(usual.regions)
    assert part.components.tolist() == usual.components.tolist()
    assert part.boundary.length == pytest.approx(usual.boundary.length * size / 2, rel=1e-12)
    np.testing.assert_allclose(
        part.margin([[size / 3, size / 7]]).distance,
        usual.margin([[2 / 3, 2 / 7]]).distance * size / 2,
        rtol=1e-12,
    )
    assert sum(laws.shoelace(loop) for loops in part.outlines() for loop in loops) == pytest.approx(
        4 * size**2
    )


def test_a_network_needs_two_inputs_or_a_plane():
    remedy = "Give a plane, such as plane=us.Plane.principal(data)."
    assert refused(networks.he((3, 2), 0), SQUARE) == (
        f"net must be a network with 2 inputs. Got 3 inputs instead. {remedy}"
    )
    data = us.Dataset(np.zeros((2, 3)), [0, 1])
    assert refused(NET, data) == (
        f"where must be a window, or data with 2 features. Got 3 features instead. {remedy}"
    )
    assert (
        refused("net", SQUARE)
        == "net must be a Network. Got str instead. us.from_keras(model) makes one."
    )


def test_a_plane_must_be_one_of_the_networks_input_space():
    assert refused(NET, SQUARE, plane="axes").startswith("plane must be a Plane")
    assert "5" in refused(
        networks.he((8, 3, 2), 0), SQUARE, plane=us.Plane.axes(0, 1, at=np.zeros(5))
    )


@pytest.mark.parametrize(
    ("setting", "rule"),
    [
        ({"max_regions": 0}, "max_regions must be a whole number of at least 1. Got 0 instead."),
        (
            {"max_regions": 2.5},
            "max_regions must be a whole number of at least 1. Got 2.5 instead.",
        ),
        (
            {"max_regions": True},
            "max_regions must be a whole number of at least 1. Got True instead.",
        ),
        ({"grid": 1}, "grid must be a whole number from 2 to 2048. Got 1 instead."),
        ({"grid": None}, "grid must be a whole number from 2 to 2048. Got None instead."),
    ],
)
def test_settings_that_break_their_rule_are_refused(setting, rule):
    assert refused(NET, SQUARE, **setting) == rule


def test_more_regions_than_allowed_are_refused_and_exactly_as_many_are_not():
    count = len(us.partition(NET, SQUARE).regions)
    assert len(us.partition(NET, SQUARE, max_regions=count).regions) == count
    message = refused(NET, SQUARE, max_regions=count - 1)
    start = f"net must be of at most {count - 1} activation regions in the window. Got {count} and more at unit "
    assert message.startswith(start)
    assert message.endswith(
        "of 6 in hidden layer 1 instead. A smaller window or a larger max_regions may do."
    )


def test_the_message_names_the_layer_and_groups_thousands():
    message = refused(networks.NAMED["2-64x3-10"].net, SQUARE, max_regions=2500)
    assert message.startswith(
        "net must be of at most 2,500 activation regions in the window. Got 2,5"
    )
    assert " of 64 in hidden layer 2 instead." in message


def test_a_cap_beyond_every_number_is_no_cap():
    assert len(us.partition(NET, SQUARE, max_regions=10**30).regions) == len(
        us.partition(NET, SQUARE).regions
    )


@pytest.mark.parametrize("classes", [50, 200])
def test_classes_do_not_count_towards_the_cap_on_regions(classes):
    """Voronoi cells of random centres: one region, many classes."""
    centres = np.random.default_rng(0).normal(size=(2, classes))
    net = us.Network([us.Dense(2 * centres, -(centres**2).sum(axis=0))])
    part = us.partition(net, SQUARE, max_regions=1)
    assert len(part.regions) == 1
    assert part.area.tolist() == us.partition(net, SQUARE).area.tolist()
    assert len(part.cells) == (part.components == 1).sum() > classes / 3


@pytest.mark.parametrize("size", [1e200, 1e300])
@pytest.mark.parametrize("depth", [1, 2, 3])
def test_numbers_beyond_floats_are_refused_without_a_warning(size, depth):
    weights, biases = networks.he_parts((2, *[4] * depth, 3), 1)
    net = networks.built([size * w for w in weights], biases)
    rule = "of weights and window small enough that no unit goes beyond 1e308"
    assert refused(net, SQUARE).startswith(f"net must be {rule}. Got ")


# ---- windows ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "window",
    [
        [[-2, 2], [-2, 2]],
        np.array(SQUARE),
        np.array(SQUARE, dtype=np.float32),
        (np.array([-2, 2]), [-2.0, 2]),
    ],
)
def test_windows_of_any_kind_of_pair(window):
    part = us.partition(NET, window)
    assert part.window == SQUARE
    assert all(type(end) is float for side in part.window for end in side)
    assert part.area.tolist() == us.partition(NET, SQUARE).area.tolist()


@given(data=st.lists(st.tuples(st.floats(-100, 100), st.floats(-100, 100)), min_size=2, max_size=6))
def test_the_window_of_data_has_all_points_inside(data):
    X = np.array(data)
    part = us.partition(NET, us.Dataset(X, np.arange(len(X)) % 2))
    low, high = np.array(part.window).T
    assert (low < X).all() and (high > X).all()
    assert (part.locate(X) >= 0).all()
    assert part.window == us.partition(NET, part.window).window


def test_the_window_of_the_labs_data_is_its_range_with_a_little_room():
    data = us.datasets.lab()
    part = us.partition(NET, data)
    span = np.ptp(data.X, axis=0)
    room = np.abs(np.array(part.window).T - [data.X.min(axis=0), data.X.max(axis=0)]) / span
    assert (room > 0.02).all() and (room < 0.25).all()


# ---- what comes back -------------------------------------------------------------------------------------------------


def test_regions_and_cells_are_sequences_with_whole_arrays_beside_them():
    part = us.partition(networks.NAMED["abs"].net, SQUARE)
    A, c = part.regions.affine
    count, units = len(part.regions), 10
    assert (A.shape, c.shape) == ((count, 3, 2), (count, 3))
    assert (part.regions.pattern.shape, part.regions.pattern.dtype) == ((count, units), bool)
    for number, region in enumerate(part.regions):
        same = part.regions[number]
        assert (
            region.vertices.tolist()
            == same.vertices.tolist()
            == part.regions[number - count].vertices.tolist()
        )
        assert region.area == part.regions.area[number]
        assert region.pattern.tolist() == part.regions.pattern[number].tolist()
        assert [part.tolist() for part in region.affine] == [A[number].tolist(), c[number].tolist()]
    for number, cell in enumerate(part.cells):
        assert (cell.label, cell.region, cell.area, cell.component) == tuple(
            getattr(part.cells, name)[number] for name in ("label", "region", "area", "component")
        )
        assert all(type(value) is int for value in (cell.label, cell.region, cell.component))
    assert (part.exact, part.caution, part.n_classes) == (True, "", 3)
    assert part.net is networks.NAMED["abs"].net


@pytest.mark.parametrize("kind", ["regions", "cells"])
def test_sequences_end(kind):
    pieces = getattr(us.partition(NET, SQUARE), kind)
    for number in (len(pieces), -len(pieces) - 1):
        with pytest.raises(IndexError, match=f"number {number} of {len(pieces)}"):
            pieces[number]
    for wrong in (1.0, "0", slice(0, 2)):
        with pytest.raises(TypeError):
            pieces[wrong]
    assert pieces[np.int64(1)].area == pieces.area[1]
    assert len(list(pieces)) == len(list(reversed(pieces))) == len(pieces)
    assert repr(pieces).endswith(f"({len(pieces)})")


def test_a_partition_says_what_it_is():
    count = len(us.partition(NET, SQUARE).regions)
    assert (
        repr(us.partition(NET, SQUARE))
        == f"Partition([-2, 2] x [-2, 2]; {count} regions; 3 classes)"
    )


def test_results_are_not_for_writing():
    part = us.partition(NET, SQUARE)
    for found in (
        part.boundary,
        part.activation_boundaries,
        part.regions[0],
        part.cells[0],
        part.margin([[0.0, 0.0]]),
    ):
        name = next(iter(vars(found)))
        with pytest.raises(FrozenInstanceError):
            setattr(found, name, None)


def test_changing_a_piece_does_not_change_the_partition():
    part = us.partition(NET, SQUARE)
    before = part.area.copy(), part.boundary.length
    part.regions[0].vertices[:] = 0.0
    part.cells[0].vertices[:] = 0.0
    part.outlines()[0][0][:] = 0.0
    part.boundary.polylines()[0].vertices[:] = 0.0
    part.locate([[0.0, 0.0]])[:] = 5
    again = us.partition(NET, SQUARE)
    assert (part.area.tolist(), part.boundary.length) == (before[0].tolist(), before[1])
    assert part.regions[0].vertices.tolist() == again.regions[0].vertices.tolist()
    assert part.boundary.segments.tolist() == again.boundary.segments.tolist()


def test_the_users_network_data_and_points_stay_as_they_are():
    net, data = networks.he((2, 8, 8, 4), 2), us.datasets.lab()
    window, X = np.array(SQUARE), laws.uniform(SQUARE, 20)
    parts = [
        *(part for layer in net.layers for part in (layer.weights, layer.bias)),
        data.X,
        data.y,
        window,
        X,
    ]
    before = [part.tobytes() for part in parts]
    for where in (data, window):
        part = us.partition(net, where)
        _ = (
            part.regions.affine,
            part.regions.pattern,
            part.cells,
            part.boundary.polylines(),
            part.activation_boundaries,
        )
        _ = (
            part.outlines(),
            part.locate(X),
            part.locate_cells(X),
            part.margin(X),
            part.share,
            part.components,
        )
    assert [part.tobytes() for part in parts] == before


def test_what_was_made_stays_when_the_users_window_changes():
    window = np.array(SQUARE)
    part = us.partition(NET, window)
    window[:] = 0.0
    assert part.window == SQUARE
    assert part.area.sum() == pytest.approx(16.0, rel=1e-12)


# ---- points ----------------------------------------------------------------------------------------------------------


def test_points_outside_the_window_are_in_no_region_and_its_border_is_inside():
    part = us.partition(NET, SQUARE)
    X = [
        [-2.0, -2.0],
        [2.0, 2.0],
        [2.0, 0.3],
        [np.nextafter(2.0, 3.0), 0.0],
        [0.0, -1e300],
        [-9.0, 9.0],
    ]
    for numbers in (part.locate(X), part.locate_cells(X)):
        assert (numbers[:3] >= 0).all()
        assert numbers[3:].tolist() == [-1, -1, -1]
    assert (part.locate(np.zeros((0, 2))).shape, part.locate_cells(np.zeros((0, 2))).shape) == (
        (0,),
        (0,),
    )


@pytest.mark.parametrize("method", ["locate", "locate_cells", "margin"])
@pytest.mark.parametrize(
    ("X", "message"),
    [
        (
            [0.0, 1.0],
            "X must be of shape (n, 2). Got shape (2,) instead. For one point, use X[None, :].",
        ),
        ([[0.0, 1.0, 2.0]], "X must be of shape (n, 2). Got shape (1, 3) instead."),
        ([[0.0, np.nan]], "X must be finite numbers. Got nan instead."),
        ([["a", "b"]], "X must be numbers of shape (n, 2). Got [['a', 'b']] instead."),
    ],
)
def test_what_is_no_points_is_refused(method, X, message):
    with pytest.raises(InvalidInput) as caught:
        getattr(us.partition(NET, SQUARE), method)(X)
    assert str(caught.value) == message


# ---- caution ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", networks.NAMED)
def test_ordinary_and_hard_networks_need_no_caution(name):
    assert networks.partition_of(name).caution == ""


@pytest.mark.parametrize("factor", [1e3, 1e5, 1e6, 1e8, 1e12])
@pytest.mark.parametrize("biases_too", [False, True])
def test_where_there_is_no_caution_the_classes_have_their_true_areas(factor, biases_too):
    """Weights times 1e8: differences of logits drown in rounding in some networks, and then that is said."""
    cautious = 0
    for seed in range(40):
        weights, biases = networks.he_parts((2, 6, 6, 3), seed)
        net = networks.built(
            [factor * w for w in weights], [factor * b if biases_too else b for b in biases]
        )
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            part = us.partition(net, SQUARE)
        assert [(str(one.message), one.category) for one in caught] == [
            (part.caution, RuntimeWarning)
        ][: len(caught)]
        assert len(caught) == bool(part.caution)
        if part.caution:
            cautious += 1
            assert part.caution.startswith("Rounding leaves the class of ")
        else:
            off = np.abs(
                part.area - networks.true_areas(networks.Case(net, SQUARE))
            ).max() / laws.total(SQUARE)
            assert off < 1e-9
    assert cautious < 10
    assert cautious > 0 or factor < 1e8


@pytest.mark.parametrize("name", ["two equal logits", "all logits zero", "all logits equal"])
def test_exact_ties_need_no_caution(name):
    """The lowest class has them, and the network says so too."""
    part, X = networks.partition_of(name), laws.uniform(SQUARE, 1000)
    assert (part.cells.label[part.locate_cells(X)] == networks.NAMED[name].net.predict(X)).all()
    assert part.caution == ""


def test_a_caution_is_a_warning_at_the_callers_line():
    weights, biases = networks.he_parts((2, 6, 6, 3), 27)
    net = networks.built([1e8 * w for w in weights], biases)
    with pytest.warns(RuntimeWarning, match=r"^Rounding leaves the class of 0\.2") as caught:
        us.partition(net, SQUARE)
    assert [one.filename for one in caught] == [__file__]

"""What us.partition refuses, word for word, and the limits just inside."""

from __future__ import annotations

import laws
import networks
import numpy as np
import pytest

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
        == "net must be a Network, a Run or a fitted model. Got 'net' instead. "
        "us.network(model) reads models of Keras, scikit-learn and PyTorch."
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
    assert message.startswith(
        f"net must be of at most {count - 1} activation regions in the window. "
        f"Got {count} and more at unit "
    )
    assert message.endswith(
        "of 6 in hidden layer 1 instead. A smaller window or a larger max_regions may do."
    )


def test_the_message_names_the_layer_and_groups_thousands():
    message = refused(networks.NAMED["2-64x3-10"].net, SQUARE, max_regions=2500)
    assert message.startswith(
        "net must be of at most 2,500 activation regions in the window. Got 2,5"
    )
    assert " of 64 in hidden layer 2 instead." in message


def test_the_largest_cap_is_no_cap():
    assert len(us.partition(NET, SQUARE, max_regions=2**63 - 1).regions) == len(
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

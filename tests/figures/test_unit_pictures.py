"""The pictures of hidden and output units: a panel for each, its map, lines and points."""

from __future__ import annotations

import numpy as np
import pytest
from drawn import assert_nothing_is_clipped_or_covered, collection, legend_of, segments
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

import unitscope as us
from unitscope.theme import LIGHT, rgb


@pytest.mark.parametrize(
    "units", [*range(1, 8), 12, 13, 16, 33, pytest.param(64, marks=pytest.mark.slow)]
)
def test_every_hidden_unit_has_a_panel(lab_data, units):
    net = us.Network.initialize([2, units, 4], seed=units)
    axes = us.plot.hidden_layer(net, lab_data)
    assert [ax.get_title() for ax in axes] == [f"Layer 1 Unit {unit}" for unit in range(units)]
    for unit, ax in enumerate(axes):
        (line,) = segments(ax, "zero line")
        np.testing.assert_allclose(line @ net.layers[0].weights[:, unit], 0, atol=1e-9)
        (left, right), (bottom, top) = ax.get_xlim(), ax.get_ylim()
        to_border = np.min(
            [
                np.abs(line[:, 0] - left),
                np.abs(line[:, 0] - right),
                np.abs(line[:, 1] - bottom),
                np.abs(line[:, 1] - top),
            ],
            axis=0,
        )
        assert to_border[[0, -1]].max() < 1e-9
    if units in (1, 3, 16, 64):
        assert_nothing_is_clipped_or_covered(axes)


@pytest.mark.parametrize("k", range(2, 13))
def test_every_output_unit_has_a_panel(clouds, k):
    data, net = clouds(k)
    axes = us.plot.output_layer(net, data)
    assert [ax.get_title() for ax in axes] == [
        f"Linear Output Unit {unit}: c{unit}" for unit in range(k)
    ]
    assert axes[0].get_xlabel() == "$a^{[1]}_{0}$"
    assert_nothing_is_clipped_or_covered(axes)


@pytest.mark.parametrize("k", [2, 3, 5, 12, 20])
def test_any_number_of_classes_fits_its_figure(clouds, k):
    data, net = clouds(k)
    ax = us.plot.decision_regions(net, data, grid=60)
    assert len({to_hex(collection(ax, f"class {i}").get_facecolor()[0]) for i in range(k)}) == k
    assert_nothing_is_clipped_or_covered(ax)


def test_maps_show_the_units_values(lab_data, lab_net):
    for axes, values in (
        (us.plot.hidden_layer(lab_net, lab_data), lab_net.layers[0]),
        (us.plot.output_layer(lab_net, lab_data), lab_net.layers[1]),
    ):
        for unit, ax in enumerate(axes):
            image = collection(ax, "map")
            left, right, bottom, top = image.get_extent()
            rows, columns = image.get_array().shape
            places = np.stack(
                np.meshgrid(
                    left + (np.arange(columns) + 0.5) * (right - left) / columns,
                    bottom + (np.arange(rows) + 0.5) * (top - bottom) / rows,
                ),
                axis=2,
            )
            expected = values(places.reshape(-1, 2))[:, unit].reshape(rows, columns)
            np.testing.assert_allclose(image.get_array(), expected, atol=1e-9)


@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_one_colour_scale_unless_each_is_asked_for(lab_data, activation):
    net = us.Network.initialize([2, 3, 4], activation=activation, seed=2)
    shared = us.plot.hidden_layer(net, lab_data)
    own = us.plot.hidden_layer(net, lab_data, shared_scale=False)
    limits = [
        [(collection(ax, "map").norm.vmin, collection(ax, "map").norm.vmax) for ax in axes]
        for axes in (shared, own)
    ]
    assert len(set(limits[0])) == 1
    assert len(set(limits[1])) == 3
    bars = [
        [ax for ax in axes[0].figure.axes if ax.get_gid() == "colour bar"] for axes in (shared, own)
    ]
    assert [len(found) for found in bars] == [1, 3]
    assert_nothing_is_clipped_or_covered(own)
    signed = activation == "tanh"
    assert (limits[0][0][0] < 0) is signed


def test_zero_is_grey_on_a_signed_scale(lab_data, lab_net):
    image = collection(us.plot.output_layer(lab_net, lab_data)[0], "map")
    np.testing.assert_allclose(image.cmap(image.norm(0.0))[:3], rgb(LIGHT.zero), atol=1.5 / 255)
    blue, orange = image.cmap(image.norm(10.0)), image.cmap(image.norm(-30.0))
    assert blue[2] > blue[0] and orange[0] > orange[2]


def test_deeper_layers_follow_their_pre_activation(lab_data):
    net = us.Network.initialize([2, 6, 5, 4], activation="tanh", seed=4)
    for unit, ax in enumerate(us.plot.hidden_layer(net, lab_data, 1)):
        assert ax.get_title() == f"Layer 2 Unit {unit}"
        for line in segments(ax, "zero line"):
            assert np.abs(net.pre_activations(line)[1][:, unit]).max() < 1e-9


def test_a_dead_unit_has_an_empty_map_and_no_line(lab_data):
    net = us.Network(
        [us.Dense(np.zeros((2, 1)), [-1.0], "relu"), us.Dense(np.ones((1, 4)), np.zeros(4))]
    )
    (ax,) = us.plot.hidden_layer(net, lab_data)
    assert segments(ax, "zero line") == []
    assert not collection(ax, "map").get_array().any()


def test_the_corner_of_the_labs_hidden_space_counts_its_points(lab_data, lab_net):
    hidden = lab_net.activations(lab_data.X)[0]
    at_corner = (hidden == 0).all(axis=1).sum()
    for ax in us.plot.output_layer(lab_net, lab_data):
        (label,) = [text for text in ax.texts if text.get_gid() == "count"]
        assert label.get_text() == f"{at_corner} c0"
        assert label.xy == (0, 0)
    assert at_corner == 25


def test_other_hidden_units_are_held_at_their_mean(lab_data):
    net = us.Network.initialize([2, 5, 3], seed=7)
    data = us.Dataset(lab_data.X, lab_data.y % 3)
    axes = us.plot.output_layer(net, data, units=(4, 1))
    assert (axes[0].get_xlabel(), axes[0].get_ylabel()) == ("$a^{[1]}_{4}$", "$a^{[1]}_{1}$")
    assert [text.get_text() for text in axes[0].figure.texts] == [
        "the other 3 hidden units held at their mean",
        "the ground agrees with the network at 84 of 100 points",
    ]
    hidden = net.activations(data.X)[0]
    np.testing.assert_array_equal(
        collection(axes[0], "class 2").get_offsets(), hidden[data.y == 2][:, [4, 1]]
    )
    image = collection(axes[2], "map")
    left, right, bottom, top = image.get_extent()
    rows, columns = image.get_array().shape
    at = hidden.mean(axis=0)
    at[4], at[1] = left + (right - left) * 10.5 / columns, bottom + (top - bottom) * 20.5 / rows
    assert image.get_array()[20, 10] == pytest.approx(net.layers[1](at[None])[0, 2])
    assert_nothing_is_clipped_or_covered(axes)


@pytest.mark.parametrize("sizes", [[2, 4], [2, 1, 4], [1, 3, 4], [1, 4]])
def test_one_unit_one_feature_and_no_hidden_layer(lab_data, sizes):
    data = us.Dataset(lab_data.X[:, : sizes[0]], lab_data.y)
    net = us.Network.initialize(sizes, seed=3)
    assert len(us.plot.output_layer(net, data)) == 4
    assert us.plot.decision_regions(net, data, grid=30).get_title() == "model decision boundary"


def test_a_network_with_more_classes_than_the_data(lab_data):
    net = us.Network.initialize([2, 3, 6], seed=1)
    ax = us.plot.decision_regions(net, lab_data, grid=30)
    assert [text.get_text() for text in legend_of(ax).get_texts()][:6] == [
        "c0",
        "c1",
        "c2",
        "c3",
        "c4",
        "c5",
    ]
    assert len(us.plot.output_layer(net, lab_data, units=(0, 2))) == 6


def test_the_users_axes_are_drawn_on(lab_data, lab_net):
    figure = Figure()
    axes = figure.subplots(2, 2)
    drawn = us.plot.output_layer(lab_net, lab_data, ax=axes)
    assert list(drawn) == list(axes.ravel())

"""More than two features: which plane pictures show, and what they say of it."""

from __future__ import annotations

import re

import numpy as np
import pytest
from drawn import collection
from hypothesis import given, settings
from hypothesis import strategies as st

import unitscope as us
from unitscope.errors import InvalidInput


@pytest.fixture(scope="module")
def run() -> us.Run:
    return us.train(us.datasets.iris(), hidden=(8,), epochs=60, seed=2)


def notes(ax) -> list[str]:
    return re.findall(r"\((.*)\)$", ax.get_title(), re.MULTILINE)


def test_a_picture_says_where_ground_and_network_agree_and_rings_what_the_network_gets_wrong(run):
    net, data = run.network, run.data
    ax = us.plot.decision_regions(run)
    plane = us.Plane.best(net, data)
    part, shown = us.partition(net, data, plane=plane), plane.project(data.X)
    count = (part.cells.label[part.locate_cells(shown)] == net.predict(data.X)).sum()
    assert 130 < count < 150
    assert notes(ax)[-1] == f"the ground agrees with the network at {count} of 150 points"
    wrong = net.predict(data.X) != data.y
    rings = collection(ax, "misclassified").get_offsets()
    np.testing.assert_allclose(rings, shown[wrong])
    assert ax.get_xlim() == pytest.approx(part.window[0])


def test_of_two_units_all_agree():
    run = us.train(us.datasets.iris(), seed=1)
    assert notes(us.plot.decision_regions(run)) == [
        "the plane of the two units, exact for all 4 features",
        "the ground agrees with the network at 150 of 150 points",
    ]


@pytest.mark.slow
@settings(max_examples=5)
@given(seed=st.integers(0, 2**32 - 1), inputs=st.integers(3, 6))
def test_the_count_of_any_plane_is_that_of_the_points_on_it(seed, inputs):
    rng = np.random.default_rng(seed)
    data = us.Dataset(rng.normal(size=(40, inputs)), rng.integers(0, 3, 40), ["a", "b", "c"])
    net = us.Network.initialize([inputs, 5, 3], seed=seed % 1000)
    plane = us.Plane.through(*rng.normal(size=(3, inputs)))
    count = plane.agrees(net, data.X).sum()
    told = f"the ground agrees with the network at {count} of 40 points"
    assert notes(us.plot.decision_regions(net, data, plane=plane)) == [told]
    units = us.plot.hidden_layer(net, data, plane=plane)
    assert [text.get_text() for text in units[0].figure.texts] == [told]
    for panel in (*units, us.plot.data(data, plane=plane)):
        np.testing.assert_allclose(
            np.vstack([panel.get_xlim(), panel.get_ylim()]),
            us.partition(net, data, plane=plane).window,
        )


def test_every_picture_of_a_run_shows_the_same_plane(run):
    panels = [us.plot.decision_regions(run), us.plot.data(run), us.plot.hidden_layer(run)[0]]
    assert len({(ax.get_xlim(), ax.get_ylim()) for ax in panels}) == 1
    assert len({(ax.get_xlabel(), ax.get_ylabel()) for ax in panels}) == 1
    assert "petal length" in panels[0].get_xlabel()
    assert panels[1].get_title() == "Multiclass Data: a plane of 4 features"


def test_hidden_units_on_a_plane_of_theirs(run):
    h = run.network.activations(run.data.X)[0]
    plane = us.Plane.axes(1, 4, at=h.mean(axis=0))
    axes = us.plot.output_layer(run, plane=plane)
    same = us.plot.output_layer(run, units=(1, 4))
    assert (axes[0].get_xlabel(), axes[0].get_ylabel()) == ("$a^{[1]}_{1}$", "$a^{[1]}_{4}$")
    assert axes[0].get_xlim() == same[0].get_xlim()
    assert axes[0].figure.texts[-1].get_text() == same[0].figure.texts[-1].get_text()


def test_long_names_fit_their_axes():
    data = us.datasets.iris()
    names = [f"a name that is very much too long to be read, number {i} (cm)" for i in range(4)]
    named = us.Dataset(data.X, data.y, [f"class {'long ' * 9}{i}" for i in range(3)], names)
    ax = us.plot.decision_regions(us.train(named, epochs=20, seed=1))
    figure = ax.figure
    figure.canvas.draw()
    for label, side in ((ax.xaxis.label, "width"), (ax.yaxis.label, "height")):
        taken, room = label.get_window_extent(), ax.get_window_extent()
        assert getattr(taken, side) < 1.1 * getattr(room, side)


@pytest.mark.parametrize("draw", [us.plot.decision_regions, us.plot.hidden_layer, us.plot.data])
def test_a_pair_and_a_plane_are_one_too_many(run, draw):
    plane = us.Plane.principal(run.data)
    with pytest.raises(InvalidInput, match="plane must be left out where features are given"):
        draw(run, features=(0, 1), plane=plane)

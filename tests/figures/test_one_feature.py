"""One feature: boundaries with their numbers, and what units give as curves over the line."""

from __future__ import annotations

import re

import numpy as np
import pytest
from drawn import assert_nothing_is_clipped_or_covered, collection

import unitscope as us


@pytest.fixture(scope="module")
def run():
    rng = np.random.default_rng(0)
    X = np.repeat([100.0, 130.0, 160.0], 40) + rng.normal(0, 6, 120)
    names = ["low", "middle", "high"]
    data = us.Dataset(X[:, None], np.repeat(np.arange(3), 40), names, ["temperature (K)"])
    return us.train(data, hidden=(4,), epochs=60, seed=1)


def test_boundaries_have_their_numbers(run):
    ax = us.plot.decision_regions(run)
    texts = {text.get_text(): text for text in ax.texts if text.get_gid() == "boundary value"}
    places = us.partition(run, run.data).boundary
    assert [float(word) for word in texts] == pytest.approx(places, abs=0.05)
    wide = np.ptp(ax.get_xlim()) / 6
    for text, place in zip(texts.values(), places, strict=True):
        assert abs(text.get_position()[0] - place) < wide


def test_many_boundaries_have_none():
    wave = us.Dense([[90.0] * 40], -np.arange(40) * 9.0, "tanh")
    signs = np.where(np.arange(40) % 2, 1.0, -1.0)[:, None] * [1.0, -1.0]
    net = us.Network([wave, us.Dense(signs, [1.0, -1.0])])
    data = us.Dataset(np.linspace(0, 4, 50)[:, None], np.arange(50) % 2)
    assert len(us.partition(net, data).boundary) > 12
    gids = [text.get_gid() for text in us.plot.decision_regions(net, data).texts]
    assert "boundary value" not in gids


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("shared_scale", [True, False])
def test_units_are_curves_with_the_points_on_them(run, shared_scale, theme):
    net, data = run.network, run.data
    hidden = us.plot.hidden_layer(run, shared_scale=shared_scale, theme=theme)
    outputs = us.plot.output_layer(
        us.Network([us.Dense([[0.1, -0.2]], [3.0, 1.0])]), data, shared_scale=shared_scale
    )
    assert_nothing_is_clipped_or_covered(hidden)
    turns = -net.layers[0].bias / net.layers[0].weights[0]
    for unit, ax in enumerate(hidden):
        line = collection(ax, "curve")
        low, high = ax.get_xlim()
        assert line.get_xdata()[[0, -1]] == pytest.approx([low, high])
        given = net.activations(line.get_xdata()[:, None])[0][:, unit]
        np.testing.assert_allclose(line.get_ydata(), given)
        for label in range(3):
            points = collection(ax, f"class {label}").get_offsets()
            of_class = data.X[data.y == label]
            np.testing.assert_allclose(points[:, 0], of_class[:, 0])
            given = net.activations(of_class)[0][:, unit]
            np.testing.assert_allclose(points[:, 1], given, atol=0.02 * given.max(initial=0.1))
        shown = collection(ax, "zero line")
        assert (shown is not None) == (low < turns[unit] < high)
        if shown is not None:
            assert shown.get_segments()[0][:, 0] == pytest.approx(turns[unit])
        assert not ax.images
    heights = {ax.get_ylim() for ax in hidden}
    assert (len(heights) == 1) == shared_scale
    assert len(hidden[0].figure.axes) == 4  # no colour bar
    assert [collection(ax, "zero") is not None for ax in outputs] == [shared_scale, True]


@pytest.mark.parametrize(("classes", "activation"), [(2, "tanh"), (12, "relu")])
def test_counts_stay_in_their_panels_and_apart(classes, activation):
    rng = np.random.default_rng(0)
    X = np.round(np.repeat(np.arange(classes) * 3.0, 20) + rng.normal(0, 0.7, 20 * classes))
    names = [f"a very long name {number}" for number in range(classes)]
    data = us.Dataset(X[:, None], np.repeat(np.arange(classes), 20), names)
    run = us.train(data, hidden=(1,), activation=activation, epochs=30, seed=1)
    axes = us.plot.output_layer(run)
    axes[0].figure.canvas.draw()
    for ax in axes:
        panel = ax.get_window_extent()
        boxes = [text.get_window_extent() for text in ax.texts if text.get_gid() == "count"]
        assert ax is not axes[0] or boxes
        for number, box in enumerate(boxes):
            assert panel.x0 <= box.x0 and box.x1 <= panel.x1
            assert panel.y0 <= box.y0 and box.y1 <= panel.y1
            assert not any(box.overlaps(other) for other in boxes[:number])


def test_on_axes_of_the_user(run):
    from matplotlib.figure import Figure

    axes = Figure().subplots(2, 2)
    assert list(us.plot.hidden_layer(run, ax=axes)) == axes.ravel().tolist()
    assert all(re.fullmatch(r"Layer 1 Unit \d", ax.get_title()) for ax in axes.flat)
    assert len(axes[0, 0].figure.axes) == 4

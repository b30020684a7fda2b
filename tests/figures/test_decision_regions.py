"""us.plot.decision_regions: exact shapes and lines, names, and what else can be drawn."""

from __future__ import annotations

import functools
import io

import numpy as np
import pytest
from drawn import collection, legend_of, segments, words
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.image import imread

import unitscope as us
from unitscope.figures import decision_regions as module
from unitscope.theme import LIGHT, class_tints


def regions(ax):
    """The filled shapes by class."""
    return {
        int(patch.get_gid().split()[1]): patch
        for patch in ax.patches
        if str(patch.get_gid()).startswith("region ")
    }


def test_regions_are_shapes_with_the_tint_of_the_predicted_class(lab_data, lab_net, clouds):
    for net, data in ((lab_net, lab_data), clouds(12)[::-1]):
        ax = us.plot.decision_regions(net, data)
        X = np.random.default_rng(0).uniform(
            *np.transpose([ax.get_xlim(), ax.get_ylim()]), (2000, 2)
        )
        predicted, shapes = net.predict(X), regions(ax)
        assert sorted(shapes) == list(range(net.n_classes))
        for label, shape in shapes.items():
            assert to_hex(shape.get_facecolor()) == class_tints(net.n_classes, LIGHT)[label]
            np.testing.assert_array_equal(shape.get_path().contains_points(X), predicted == label)


def test_a_region_around_another_has_a_hole():
    """abs(x0) + abs(x1) < 2 is class 1, and class 0 is all around it."""
    net = us.Network(
        [us.Dense(np.eye(2), np.zeros(2), "abs"), us.Dense([[0.0, -1.0], [0.0, -1.0]], [0.0, 2.0])]
    )
    figure = Figure(figsize=(4, 4), dpi=100)
    ax = us.plot.decision_regions(
        net, us.Dataset([[-3, -3], [3, 3], [0, 3]], [0, 0, 1]), figure.add_axes((0, 0, 1, 1))
    )
    ax.set(xlim=(-3, 3), ylim=(-3, 3))
    for artist in (*ax.collections, *ax.texts):
        artist.remove()
    for label, places in (
        (1, [(0.1, 0.1), (1.5, 0.2), (-0.9, -0.9)]),
        (0, [(1.5, 1.5), (-2.5, 0.1)]),
    ):
        for place in places:
            assert pixel(ax, place) == class_tints(2, LIGHT)[label]


def pixel(ax, place):
    buffer = io.BytesIO()
    ax.figure.savefig(buffer, format="png", dpi=100)
    image = imread(io.BytesIO(buffer.getvalue()))
    column, row = ax.transData.transform(place).astype(int)
    return to_hex(image[len(image) - 1 - row, column, :3])


def test_the_boundary_is_where_two_logits_tie(lab_data, lab_net):
    lines = segments(us.plot.decision_regions(lab_net, lab_data), "decision boundary")
    assert len(lines) == 5  # 0|1, 0|2, 0|3, 1|3 and 2|3: classes 1 and 2 do not meet
    two = np.sort(lab_net.logits(np.concatenate(lines)), axis=1)[:, -2:]
    np.testing.assert_allclose(two[:, 1], two[:, 0], rtol=0, atol=1e-12)


@pytest.mark.parametrize("k", [2, 4, 12])
def test_class_names_stand_in_their_regions_and_beside_the_points(clouds, k):
    data, net = clouds(k)
    ax = us.plot.decision_regions(net, data)
    named = words(ax, "class name")
    assert set(named) <= {f"c{i}" for i in range(k)} and len(named) >= 0.7 * k
    renderer = FigureCanvasAgg(ax.figure).get_renderer()
    points = ax.transData.transform(data.X)
    for name, text in named.items():
        box = text.get_window_extent(renderer)
        corners = ax.transData.inverted().transform(box.corners())
        assert set(net.predict(corners)) == {int(name[1:])}
        assert not ((points > box.min) & (points < box.max)).all(axis=1).any()


def test_a_region_without_room_has_no_name(lab_data, lab_net):
    figure = Figure(figsize=(0.9, 0.9))
    us.plot.decision_regions(lab_net, lab_data, figure.add_axes((0.3, 0.3, 0.6, 0.6)), legend=False)
    assert len(words(figure.axes[0], "class name")) < 4


def test_activation_regions_show_where_each_unit_turns_on(lab_data, lab_net):
    ax = us.plot.decision_regions(lab_net, lab_data, activation_regions=True)
    lines = segments(ax, "layer 1 turns on")
    assert len(lines) == 2
    for unit, line in enumerate(lines):
        np.testing.assert_allclose(lab_net.pre_activations(line)[0][:, unit], 0, atol=1e-12)
    for word, text in words(
        ax, "unit name"
    ).items():  # on its own line, within a square of the room
        z = lab_net.pre_activations(np.array([text.get_position()]))[0][0, int(word[-1])]
        assert abs(z) < 0.3
    assert set(words(ax, "unit name")) == {"unit 0", "unit 1"}


def test_lines_of_deeper_layers_and_of_smooth_ones(lab_data):
    net = us.Network(
        [
            *us.Network.initialize([2, 5, 4], seed=1).layers[:1],
            *us.Network.initialize([5, 4, 4], activation="tanh", seed=2).layers,
        ]
    )
    ax = us.plot.decision_regions(net, lab_data, activation_regions=True, grid=32)
    z = [
        net.pre_activations(np.concatenate(segments(ax, f"layer {layer} turns on")))
        for layer in (1, 2)
    ]
    for layer in (0, 1):
        assert np.abs(z[layer][layer]).min(axis=1).max() < 1e-9
    assert set(words(ax, "unit name")) <= {
        f"$a^{{[{i}]}}_{{{u}}}$" for i in (1, 2) for u in range(5)
    }
    assert len(words(ax, "unit name")) > 4


def test_many_units_have_lines_without_names(lab_data):
    ax = us.plot.decision_regions(
        us.Network.initialize([2, 25, 4], seed=0), lab_data, activation_regions=True
    )
    assert len(segments(ax, "layer 1 turns on")) == 25
    assert words(ax, "unit name") == {}


def test_probability_fades_towards_the_boundary(lab_data, lab_net):
    ax = us.plot.decision_regions(lab_net, lab_data, probability=True)
    image = collection(ax, "probability")
    left, right, bottom, top = image.get_extent()
    rows, columns = image.get_array().shape[:2]
    places = np.stack(
        np.meshgrid(
            left + (np.arange(columns) + 0.5) * (right - left) / columns,
            bottom + (np.arange(rows) + 0.5) * (top - bottom) / rows,
        ),
        axis=2,
    ).reshape(-1, 2)
    chances = np.sort(lab_net.probabilities(places), axis=1)
    strength = 1 - image.get_array().reshape(-1, 3).min(axis=1) / 255.0
    for label in range(4):
        mine = lab_net.predict(places) == label
        assert np.corrcoef(strength[mine], (chances[:, -1] - chances[:, -2])[mine])[0, 1] > 0.999
    assert (ax.get_xlim(), ax.get_ylim()) == us.partition(lab_net, lab_data).window
    assert regions(ax) == {}


@pytest.mark.parametrize("point", [0, 23, 86])
def test_a_margin_is_the_shortest_way(lab_data, lab_net, point):
    ax = us.plot.decision_regions(lab_net, lab_data, margin=point)
    way = collection(ax, "margin").get_xydata()
    found = us.partition(lab_net, lab_data).margin(lab_data.X[[point]])
    np.testing.assert_allclose(way, [lab_data.X[point], found.nearest[0]])
    (word,) = words(ax, "margin length")
    most = "" if found.certified[0] else "at most "
    assert word == f"{most}{found.distance[0]:.3g} to c{found.other_class[0]}"


def test_where_there_is_no_boundary_there_is_no_margin(lab_data):
    net = us.Network([us.Dense(np.zeros((2, 4)), [3.0, 2.0, 1.0, 0.0])])
    ax = us.plot.decision_regions(net, lab_data, margin=1)
    assert collection(ax, "margin") is None
    assert collection(ax, "decision boundary") is None
    assert list(regions(ax)) == [0]


def test_more_regions_than_can_be_cut_are_sampled_and_the_title_says_so(
    lab_data, lab_net, monkeypatch
):
    monkeypatch.setattr(module, "partition", functools.partial(module.partition, max_regions=3))
    ax = us.plot.decision_regions(lab_net, lab_data)
    assert ax.get_title().endswith("(sampled: too many regions for 128 x 128 cells to show)")
    two = np.sort(lab_net.logits(np.concatenate(segments(ax, "decision boundary"))), axis=1)[:, -2:]
    assert np.median(two[:, 1] - two[:, 0]) < 1e-12


def test_misclassified_points_have_a_ring(lab_data, lab_net):
    y = lab_data.y.copy()
    y[[3, 50]] = (y[[3, 50]] + 1) % 4
    ax = us.plot.decision_regions(lab_net, us.Dataset(lab_data.X, y))
    np.testing.assert_array_equal(
        collection(ax, "misclassified").get_offsets(), lab_data.X[[3, 50]]
    )
    assert legend_of(ax).get_texts()[-1].get_text() == "misclassified"


def test_without_mistakes_there_is_no_ring(lab_data, lab_net):
    assert (lab_net.predict(lab_data.X) == lab_data.y).all()
    ax = us.plot.decision_regions(lab_net, lab_data)
    assert collection(ax, "misclassified") is None
    assert len(legend_of(ax).get_texts()) == 4


def test_of_more_features_two_can_be_chosen():
    net = us.Network.initialize([4, 3, 2], seed=1)
    data = us.Dataset(np.random.default_rng(0).normal(size=(20, 4)), np.arange(20) % 2)
    ax = us.plot.decision_regions(net, data, features=(3, 1), grid=30)
    assert "(the other 2 features held at their mean)" in ax.get_title().split("\n")
    rest = data.X.mean(axis=0)
    for line in segments(ax, "decision boundary"):
        inputs = np.tile(rest, (2, 1))
        inputs[:, [3, 1]] = line[[0, -1]]
        logits = net.logits(inputs)
        assert np.abs(logits[:, 0] - logits[:, 1]).max() < 1e-9

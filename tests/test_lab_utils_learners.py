"""The drop-in helper with what learners change: the data, the labels, the layers, the model."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import lab_utils_multiclass_TF as lab
import unitscope as us
from unitscope.errors import InvalidInput
from unitscope.figures.foreign import sample_of

plt = lab.plt
DATA = us.datasets.lab()
X, Y = DATA.X, DATA.y
THREE = np.column_stack([X, X[:, 0] - X[:, 1]])
TEXTS = np.array(["_other", "$a_{$", "größe", "x" * 60])[Y]


@pytest.fixture(autouse=True)
def figures_closed():
    yield
    plt.close("all")


def titled(figure=None):
    return [ax for ax in (figure or plt.gcf()).axes if ax.get_title()]


def scattered(ax):
    return [points.get_offsets().data for points in ax.collections if points.get_gid() is None]


def boundary(ax):
    (lines,) = [lines for lines in ax.collections if lines.get_gid() == "boundary"]
    return lines.get_segments()


def legend_texts():
    figure = plt.gcf()
    legend = (figure.legends or [figure.axes[0].get_legend()])[0]
    return [text.get_text() for text in legend.get_texts()]


def layers(hidden, inputs=2, classes=4, seed=1):
    net = us.Network.initialize([inputs, *hidden, classes], seed=seed)
    return net, [(layer.weights, layer.bias) for layer in net.layers]


# labels


def test_one_hot_rows_are_labels():
    pandas = pytest.importorskip("pandas")
    for y in (np.eye(4)[Y], np.eye(4, dtype=bool)[Y], pandas.get_dummies(pandas.Series(Y))):
        lab.plt_mc(X, y, 4, None, 1.0)
        for label, points in enumerate(scattered(plt.gca())):
            np.testing.assert_array_equal(points, X[label == Y])
        assert legend_texts() == ["c0", "c1", "c2", "c3"]
    lab.plt_mc(X, pandas.get_dummies(pandas.Series(TEXTS)), 4, None, 1.0)
    assert legend_texts() == [r"\$a_{\$", "_other", "größe", "x" * 23 + "…"]


@pytest.mark.parametrize(
    ("y", "names"),
    [
        (TEXTS, [r"\$a_{\$", "_other", "größe", "x" * 23 + "…"]),
        (Y + 1, ["c1", "c2", "c3", "c4"]),
        (Y * 10.0 - 5, ["c-5", "c5", "c15", "c25"]),
        (Y > 1, ["False", "True", "c2", "c3"]),
        (Y.reshape(1, -1), ["c0", "c1", "c2", "c3"]),
        (np.full(100, "only"), ["only", "c1", "c2", "c3"]),
        (np.full(100, 7), ["c7", "c1", "c2", "c3"]),
    ],
    ids=["texts", "from 1", "with gaps", "truths", "a row", "one text", "one number"],
)
def test_labels_of_any_kind_have_their_names(y, names):
    lab.plt_mc(X, y, 4, None, 1.0)
    assert legend_texts() == names
    plt.gcf().draw_without_rendering()


def test_a_categorical_has_its_own_order():
    pandas = pytest.importorskip("pandas")
    y = pandas.Series(pandas.Categorical(np.array(list("lmhl"))[Y], categories=["l", "m", "h"]))
    lab.plt_mc(X, y, 3, None, 1.0)
    assert legend_texts() == ["l", "m", "h"]


def test_given_names_are_for_numbers_in_order_and_for_texts_by_name():
    names = ["c3", "c2", "c1", "c0"]
    assert sample_of(X, Y, 4, names).y.tolist() == Y.tolist()
    assert sample_of(X, Y, 4, names).names == tuple(names)
    texts = np.array(["a", "b", "c", "d"])[Y]
    assert sample_of(X, texts, 4, ["d", "c", "b", "a"]).y.tolist() == (3 - Y).tolist()
    assert sample_of(X, texts, 4, ["one", "two"]).names == ("one", "two", "c", "d")


@given(st.lists(st.integers(-3, 9), min_size=1, max_size=30), st.integers(1, 12))
def test_every_point_keeps_its_class(labels, classes):
    y, points = np.array(labels), np.arange(len(labels), dtype=float)[:, None]
    in_range = y.min() >= 0 and y.max() < classes
    if not in_range and len(set(labels)) > classes:
        with pytest.raises(InvalidInput, match="y must be labels of at most"):
            sample_of(points, y, classes)
        return
    sample = sample_of(points, y, classes)
    assert len(sample.names) == classes
    assert [sample.names[label] for label in sample.y] == [f"c{label}" for label in labels]


def test_a_legend_of_the_users_own_has_every_name():
    ax = plt.subplots()[1]
    lab.plt_mc_data(ax, X, TEXTS, 4)
    ax.legend()
    ax.figure.draw_without_rendering()
    assert [text.get_text().strip() for text in ax.get_legend().get_texts()] == [
        r"\$a_{\$",
        "_other",
        "größe",
        "x" * 23 + "…",
    ]


def test_legends_are_inside_on_axes_of_the_user():
    figure, panels = plt.subplots(1, 2)
    lab.plt_mc_data(panels[0], X, TEXTS, 4, legend=True)
    plt.sca(panels[1])
    lab.plot_mc_data(X, TEXTS, legend=True)
    figure.draw_without_rendering()
    for ax in panels:
        panel, legend = ax.get_window_extent(), ax.get_legend().get_window_extent()
        assert panel.x0 <= legend.x0 and legend.x1 <= panel.x1
        assert panel.y0 <= legend.y0 and legend.y1 <= panel.y1
        assert ax.get_legend().get_texts()[1].get_text() == "_other"


def test_long_names_leave_the_panel_its_size():
    widths = []
    for y in (Y, TEXTS):
        lab.plt_mc(X, y, 4, None, 1.0)
        plt.gcf().draw_without_rendering()
        widths.append(plt.gcf().axes[0].get_window_extent().width)
    assert widths[1] == pytest.approx(widths[0], rel=0.1)


# features


@pytest.mark.slow
@pytest.mark.parametrize("width", [1, 2, 3])
def test_every_cell_of_the_lab_draws_points_of_any_width(width):
    points, (net, weights) = THREE[:, :width], layers((3,), inputs=width)
    lab.plt_mc(points, Y, 4, None, 1.0)
    assert plt.gca().get_ylabel() == ("class" if width == 1 else "x1")
    assert plt.gca().get_title() == "Multiclass Data" + ": 2 of 3 features" * (width == 3)
    lab.plt_cat_mc(points, Y, net, 4)
    assert ("the other feature held at its mean" in plt.gca().get_title()) is (width == 3)
    for line in boundary(plt.gca()):
        inputs = np.tile(points.mean(axis=0), (len(line), 1))
        inputs[:, : min(width, 2)] = line[:, : min(width, 2)]
        two = np.sort(net.logits(inputs), axis=1)[:, -2:]
        np.testing.assert_allclose(two[:, 1], two[:, 0], atol=1e-9)
    lab.plt_layer_relu(points, Y, *weights[0], 4)
    assert len(titled()) == 3
    lab.plt_output_layer_linear(net.activations(points)[0], Y, *weights[1], 4)
    assert len(titled()) == 4
    for number in plt.get_fignums():
        plt.figure(number).draw_without_rendering()


def test_columns_of_a_data_frame_name_the_axes():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(X, columns=["_left", "$a_{$"])
    net, weights = layers((2,))
    lab.plt_mc(frame, Y, 4, None, 1.0)
    lab.plt_cat_mc(frame, Y, net, 4)
    lab.plt_layer_relu(frame, Y, *weights[0], 4)
    for number in plt.get_fignums():
        ax = plt.figure(number).axes[0]
        assert (ax.get_xlabel(), ax.get_ylabel()) == ("_left", r"\$a_{\$")
        ax.figure.draw_without_rendering()


# layers


@pytest.mark.parametrize("units", [1, 2, 3, 5, 12])
def test_the_last_cell_takes_any_number_of_hidden_units(units):
    net, ((w1, b1), (w2, b2)) = layers((units,))
    a = np.maximum(0, np.dot(X, w1) + b1)
    ranges = {"x0_rng": (-0.25, np.amax(a[:, 0]))}
    if units > 1:
        ranges["x1_rng"] = (-0.25, np.amax(a[:, 1]))
    lab.plt_output_layer_linear(a, Y.reshape(-1), w2, b2, 4, **ranges)
    panels = titled()
    assert [ax.get_title() for ax in panels] == [f"Linear Output Unit {i}" for i in range(4)]
    note = plt.gcf().get_suptitle()
    assert note == {1: "", 2: "", 3: "the other hidden unit held at its mean"}.get(
        units, f"the other {units - 2} hidden units held at their mean"
    )
    assert all(len(ax.images) == 1 for ax in panels)
    drawn = us.plot.output_layer(net, DATA)
    assert panels[0].get_xlabel().replace("{", "").replace("}", "") == drawn[
        0
    ].get_xlabel().replace("{", "").replace("}", "")
    left, bottom = panels[0].get_xlim()[0], panels[0].get_ylim()[0]
    shown = np.concatenate(scattered(panels[0]))
    assert len(shown) == 100 and (shown >= [left, bottom]).all()


def test_ranges_are_of_the_units_they_are_named_for():
    a = np.column_stack([np.zeros(100), X])  # unit 0 is dead, so 1 and 2 are drawn
    lab.plt_output_layer_linear(a, Y, np.ones((3, 2)), [0, 0], 4, x0_rng=(-99, 99), x1_rng=(-30, 0))
    ax = titled()[0]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("$a^{[1]}_1$", "$a^{[1]}_2$")
    assert ax.get_xlim()[0] == -30 and ax.get_xlim()[1] < 30
    assert ax.get_ylim()[0] > -30


def test_a_range_of_a_dead_unit_is_one_number():
    lab.plt_output_layer_linear(np.zeros((100, 2)), Y, np.eye(2), [0, 0], 4, x0_rng=(0, 0))
    assert len(titled()) == 2


def test_deeper_layers_are_named():
    net, weights = layers((4, 3), seed=2)
    first, second, _ = net.activations(X)
    lab.plt_layer_relu(first, Y, *weights[1], 4, layer=2)
    assert [ax.get_title() for ax in titled()] == [f"Layer 2 Unit {unit}" for unit in range(3)]
    assert titled()[0].get_xlabel().startswith("$a^{[1]}_")
    lab.plt_output_layer_linear(second, Y, *weights[2], 4, layer=3)
    assert titled()[0].get_xlabel().startswith("$a^{[2]}_")


def test_coincident_classes_are_named():
    a = np.array([[0.0, 0.0]] * 48 + [[3.0, 1.0], [1.0, 2.0]])
    y = [0] * 25 + [1] * 23 + [0, 1]
    lab.plt_output_layer_linear(a, y, np.eye(2), np.zeros(2), 2)
    assert [[text.get_text() for text in ax.texts] for ax in titled()] == [["25 c0 + 23 c1"]] * 2


# refusals

net_of_three = us.Network.initialize([3, 2, 4])
FINE = np.zeros((2, 3)), np.zeros(3)
REFUSED = {
    "missing label": (lambda: lab.plt_mc(X, np.where(Y == 1, np.nan, Y), 4, None, 1), "y"),
    "half a label": (lambda: lab.plt_mc(X, Y + 0.5, 4, None, 1), "y"),
    "probabilities": (lambda: lab.plt_mc(X, np.full((100, 4), 0.25), 4, None, 1), "y"),
    "two hot": (lambda: lab.plt_mc(X, np.ones((100, 4)), 4, None, 1), "y"),
    "one-hot of too many": (lambda: lab.plt_mc(X, np.eye(4)[Y], 3, None, 1), "y"),
    "too few labels": (lambda: lab.plt_mc(X, Y[:9], 4, None, 1), "y"),
    "no labels": (lambda: lab.plt_mc(X, None, 4, None, 1), "y"),
    "more classes": (lambda: lab.plt_mc(X, Y, 2, None, 1), "y"),
    "a word of classes": (lambda: lab.plt_mc(X, Y, "four", None, 1), "classes"),
    "no classes": (lambda: lab.plt_mc(X, Y, 0, None, 1), "classes"),
    "endless classes": (lambda: lab.plt_mc(X, Y, 10**9, None, 1), "classes"),
    "no points": (lambda: lab.plt_mc(None, Y, 4, None, 1), "X"),
    "a list of numbers": (lambda: lab.plt_mc(X[:, 0], Y, 4, None, 1), "X"),
    "missing numbers": (lambda: lab.plt_mc(X * np.nan, Y, 4, None, 1), "X"),
    "words for points": (lambda: lab.plt_mc([["a", "b"]], [0], 4, None, 1), "X"),
    "ragged points": (lambda: lab.plt_mc([[1, 2], [3]], [0, 1], 2, None, 1), "X"),
    "ragged labels": (lambda: lab.plt_mc(X, [[1, 2], [3]], 2, None, 1), "y"),
    "an endless range of points": (lambda: lab.plt_mc(X * [2e307, 1], Y, 4, None, 1), "data"),
    "ragged weights": (lambda: lab.plt_layer_relu(X, Y, [[1, 2], [3]], [0, 0], 4), "W1"),
    "no model": (lambda: lab.plt_cat_mc(X, Y, None, 4), "model"),
    "a model's class": (lambda: lab.plt_cat_mc(X, Y, us.Network, 4), "model"),
    "another width": (lambda: lab.plt_cat_mc(X, Y, net_of_three, 4), "X"),
    "a failing model": (lambda: lab.plt_cat_mc(X, Y, lambda X: 1 / 0, 4), "model"),
    "answers missing": (lambda: lab.plt_cat_mc(X, Y, lambda X: X[:5], 4), "model"),
    "answers not finite": (lambda: lab.plt_cat_mc(X, Y, lambda X: X * np.inf, 4), "model"),
    "W1 too tall": (lambda: lab.plt_layer_relu(X, Y, np.zeros((3, 2)), np.zeros(2), 4), "W1"),
    "W1 flat": (lambda: lab.plt_layer_relu(X, Y, np.zeros(2), np.zeros(2), 4), "W1"),
    "W1 missing": (lambda: lab.plt_layer_relu(X, Y, None, np.zeros(2), 4), "W1"),
    "W1 without units": (lambda: lab.plt_layer_relu(X, Y, np.zeros((2, 0)), [], 4), "W1"),
    "b1 too long": (lambda: lab.plt_layer_relu(X, Y, np.zeros((2, 2)), np.zeros(3), 4), "b1"),
    "b1 not a number": (lambda: lab.plt_layer_relu(X, Y, np.eye(2), [np.nan, 0], 4), "b1"),
    "layer 0": (lambda: lab.plt_layer_relu(X, Y, *FINE, 4, layer=0), "layer"),
    "W of another layer": (lambda: lab.plt_output_layer_linear(THREE, Y, *FINE, 4), "W"),
    "a word for a range": (lambda: lab.plt_output_layer_linear(X, Y, *FINE, 4, "ab"), "x0_rng"),
    "an endless range": (
        lambda: lab.plt_output_layer_linear(X, Y, *FINE, 4, None, (0, np.inf)),
        "x1_rng",
    ),
}
NO_AXES = {"None": None, "a word": "ax", "an array": np.array([1, 2]), "pyplot": plt}
REFUSED |= {
    f"{name} for axes in {function.__name__}": (lambda f=function, a=ax, r=rest: f(a, *r), "ax")
    for name, ax in NO_AXES.items()
    for function, rest in (
        (lab.plt_mc_data, (X, Y, 4)),
        (lab.plot_cat_decision_boundary_mc, (X, lambda X: X)),
        (lab.plt_prob_z, (lambda x: x[:, 0],)),
    )
}


@pytest.mark.parametrize(("call", "argument"), REFUSED.values(), ids=REFUSED)
def test_a_refusal_leaves_no_blank_figure(call, argument):
    with pytest.raises(InvalidInput, match=rf"^{argument} must be .*\. Got .* instead\."):
        call()
    assert plt.get_fignums() == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"map": 3}, "map must be a colour map"),
        ({"map": int}, "map must be a colour map"),
        ({"map": "viridis"}, "map must be a colour map"),
        ({"m": (0, 1)}, "m must be one of Matplotlib's markers"),
        ({"m": object()}, "m must be one of Matplotlib's markers"),
        ({"m": "nothing"}, "m must be one of Matplotlib's markers"),
        ({"size": -1}, "size must be a number"),
        ({"legend": np.zeros(2)}, "legend must be True or False"),
        ({"equal_xy": "no"}, "equal_xy must be True or False"),
        ({"class_labels": "abcd"}, "class_labels must be a sequence"),
        ({"class_labels": 4}, "class_labels must be a sequence"),
    ],
)
def test_what_points_look_like_is_checked_before_they_are_drawn(arguments, message):
    ax = plt.subplots()[1]
    before = ax.get_children()
    with pytest.raises(InvalidInput, match=message):
        lab.plt_mc_data(ax, X, Y, 4, **arguments)
    assert ax.get_children() == before


def test_axes_stay_as_they_were_where_a_boundary_or_a_map_is_refused():
    ax = plt.subplots()[1]
    before, limits = ax.get_children(), ax.get_xlim()
    for call in (
        lambda: lab.plot_cat_decision_boundary_mc(ax, X, lambda X: 1 / 0),
        lambda: lab.plot_cat_decision_boundary_mc(ax, X, lambda x: 1 / 0, vector=False),
        lambda: lab.plot_cat_decision_boundary_mc(ax, X[:, :1], lambda X: X),
        lambda: lab.plot_cat_decision_boundary_mc(ax, X, "predict"),
        lambda: lab.plot_cat_decision_boundary_mc(ax, X, lambda X: None),
        lambda: lab.plot_cat_decision_boundary_mc(ax, None, lambda X: X),
        lambda: lab.plot_cat_decision_boundary_mc(ax, X, lambda X: X, vector=np.zeros(2)),
        lambda: lab.plt_prob_z(ax, lambda x: 1 / 0),
        lambda: lab.plt_prob_z(ax, lambda x: "a"),
        lambda: lab.plt_prob_z(ax, None),
        lambda: lab.plt_prob_z(ax, lambda x: x[:, 0], x0_rng=(3, 3)),
        lambda: lab.plt_prob_z(ax, lambda x: x[:, 0], x1_rng=(0, np.nan)),
    ):
        with pytest.raises(InvalidInput):
            call()
    assert (ax.get_children(), ax.get_xlim()) == (before, limits)
    assert len(ax.figure.axes) == 1


def test_a_failure_while_drawing_closes_the_figure(monkeypatch):
    monkeypatch.setattr(plt.Axes, "scatter", lambda *args, **settings: 1 / 0)
    kept = plt.figure()
    weights = np.eye(2), np.zeros(2)
    for call in (
        lambda: lab.plt_mc(X, Y, 4, None, 1.0),
        lambda: lab.plt_cat_mc(X, Y, us.Network.initialize([2, 4]), 4),
        lambda: lab.plt_layer_relu(X, Y, *weights, 4),
        lambda: lab.plt_output_layer_linear(X, Y, *weights, 4),
    ):
        with pytest.raises(ZeroDivisionError):
            call()
        assert plt.get_fignums() == [kept.number]


def test_the_remedies_of_the_helper_work():
    net, ((w1, b1), (w2, b2)) = layers((3,))
    with pytest.raises(InvalidInput, match="X must be what goes into this layer, 3 numbers"):
        lab.plt_output_layer_linear(X, Y, w2, b2, 4)
    lab.plt_output_layer_linear(net.activations(X)[0], Y, w2, b2, 4)
    with pytest.raises(InvalidInput, match=r"If W1 has a row for each unit, write W1\.T"):
        lab.plt_layer_relu(X, Y, w1.T, b1, 4)
    lab.plt_layer_relu(X, Y, w1.T.T, b1, 4)
    with pytest.raises(InvalidInput, match=r"np\.argmax\(y, axis=1\) makes labels"):
        lab.plt_mc(X, net.probabilities(X), 4, None, 1)
    lab.plt_mc(X, np.argmax(net.probabilities(X), axis=1), 4, None, 1)
    with pytest.raises(InvalidInput, match="plt_cat_mc draws the boundaries of one feature"):
        lab.plot_cat_decision_boundary_mc(plt.gca(), X[:, :1], net.predict)
    lab.plt_cat_mc(X[:, :1], Y, us.Network.initialize([1, 3, 4]), 4)

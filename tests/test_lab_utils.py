"""The drop-in helper, called as the lab's notebook calls it, without any framework."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from matplotlib import colormaps
from matplotlib.colors import to_hex

import lab_utils_multiclass_TF as lab
import unitscope as us
from unitscope.errors import InvalidInput

plt = lab.plt

EXPORTED = [
    "plt_mc",
    "plt_cat_mc",
    "plt_layer_relu",
    "plt_output_layer_linear",
    "plt_mc_data",
    "plot_mc_data",
    "plot_cat_decision_boundary_mc",
    "plt_prob_z",
    "truncate_colormap",
    "dkcolors",
    "ltcolors",
    "dkcolors_map",
    "ltcolors_map",
    "dlc",
    "dlcolors",
    "dlblue",
    "dlorange",
    "dldarkred",
    "dlmagenta",
    "dlpurple",
    "dldarkblue",
    "np",
    "plt",
    "mpl",
    "warnings",
    "cm",
    "colors",
    "ListedColormap",
    "LinearSegmentedColormap",
    "FancyArrowPatch",
]


@pytest.fixture(autouse=True)
def figures_closed():
    yield
    plt.close("all")


class Model:
    """Like a Keras model: predict(X, verbose, batch_size) -> (n, K) of `kind`; counts its calls."""

    def __init__(self, net, kind="logits"):
        self.net, self.kind, self.calls = net, kind, []

    def predict(self, X, batch_size=32, verbose="auto"):
        self.calls.append((len(X), batch_size, verbose))
        answers = {
            "logits": self.net.logits,
            "probabilities": self.net.probabilities,
            "ids": self.net.predict,
            "column": lambda X: self.net.predict(X)[:, None],
        }[self.kind](X)
        return answers.astype(np.float32) if self.kind in ("logits", "probabilities") else answers


class Tensor:
    """As little of a tensor as a conversion may rely on."""

    def __init__(self, values):
        self.values = values

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self.values, dtype=dtype)


def problem(classes, hidden=2):
    """`classes` clouds on a ring, with weights of a network 2 -> hidden -> classes."""
    turn = np.arange(classes) * 2 * np.pi / classes
    centres = 5 * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    X = np.random.default_rng(classes).normal(np.repeat(centres, 10, axis=0), 0.3)
    return X, np.repeat(np.arange(classes), 10), us.Network.initialize([2, hidden, classes], seed=5)


def boundary(ax):
    found = [artist for artist in ax.collections if artist.get_gid() == "boundary"]
    assert len(found) <= 1
    return found[0].get_segments() if found else []


def scatters(ax):
    return [
        artist
        for artist in ax.collections
        if hasattr(artist, "get_offsets") and artist.get_gid() != "boundary"
    ]


def test_a_star_import_gives_what_the_notebook_uses():
    names: dict = {}
    exec("from lab_utils_multiclass_TF import *", names)
    assert set(EXPORTED) <= set(names)


def test_the_helpers_colours():
    np.testing.assert_array_equal(lab.dkcolors, colormaps["Paired"]((1, 3, 7, 9, 5, 11)))
    np.testing.assert_array_equal(lab.ltcolors, colormaps["Paired"]((0, 2, 6, 8, 4, 10)))
    assert lab.dkcolors_map(2) == tuple(lab.dkcolors[2])
    assert lab.dlc == {
        "dlblue": "#0096ff",
        "dlorange": "#FF9300",
        "dldarkred": "#C00000",
        "dlmagenta": "#FF40FF",
        "dlpurple": "#7030A0",
        "dldarkblue": "#0D5BDC",
    }
    assert lab.dlcolors == ["#0096ff", "#FF9300", "#C00000", "#FF40FF", "#7030A0"]


@pytest.mark.parametrize("classes", [3, 4, 5, pytest.param(12, marks=pytest.mark.slow)])
@pytest.mark.parametrize("column", [False, True], ids=["flat y", "column y"])
def test_the_labs_cells(classes, column):
    X_train, y_train, net = problem(classes)
    y_train = y_train.reshape(-1, 1) if column else y_train
    model = Model(net)
    (w1, b1), (w2, b2) = ((layer.weights.copy(), layer.bias.copy()) for layer in net.layers)

    lab.plt_mc(X_train, y_train, classes, [[0, 0]], std=1.0)
    ax = plt.gcf().axes[0]
    assert (ax.get_title(), ax.get_xlabel(), ax.get_ylabel()) == ("Multiclass Data", "x0", "x1")
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        f"c{i}" for i in range(classes)
    ]
    colors = [to_hex(points.get_facecolor()[0]) for points in scatters(ax)]
    assert colors[:4] == ["#1f78b4", "#33a02c", "#ff7f00", "#6a3d9a"][:classes]
    assert len(set(colors)) == classes

    lab.plt_cat_mc(X_train, y_train, model, classes)
    ax = plt.gcf().axes[0]
    assert (ax.get_title(), ax.get_xlabel(), ax.get_ylabel()) == (
        "model decision boundary",
        "$x_0$",
        "$x_1$",
    )
    ((n, batch_size, verbose),) = model.calls
    assert (batch_size, verbose) == (n, 0)

    lab.plt_layer_relu(X_train, y_train.reshape(-1), w1, b1, classes)
    titles = [ax.get_title() for ax in plt.gcf().axes if ax.get_title()]
    assert titles == ["Layer 1 Unit 0", "Layer 1 Unit 1"]

    Xl2 = np.maximum(0, np.dot(X_train, w1) + b1)
    lab.plt_output_layer_linear(
        Xl2,
        y_train.reshape(-1),
        w2,
        b2,
        classes,
        x0_rng=(-0.25, np.amax(Xl2[:, 0])),
        x1_rng=(-0.25, np.amax(Xl2[:, 1])),
    )
    panels = [ax for ax in plt.gcf().axes if ax.get_title()]
    assert [ax.get_title() for ax in panels] == [
        f"Linear Output Unit {unit}" for unit in range(classes)
    ]
    assert {(ax.get_xlabel(), ax.get_ylabel()) for ax in panels} == {("$a^{[1]}_0$", "$a^{[1]}_1$")}
    for ax in panels:
        assert (
            (Xl2 >= [ax.get_xlim()[0], ax.get_ylim()[0]])
            & (Xl2 <= [ax.get_xlim()[1], ax.get_ylim()[1]])
        ).all()
    for given, now in zip(
        (w1, b1, w2, b2),
        (net.layers[0].weights, net.layers[0].bias, net.layers[1].weights, net.layers[1].bias),
        strict=True,
    ):
        assert given.tobytes() == now.tobytes()
    assert len(plt.get_fignums()) == 4


@pytest.mark.parametrize("units", [*range(1, 8), 12, 20])
def test_every_unit_is_drawn(units):
    X, y, net = problem(3, hidden=units)
    W1, b1 = net.layers[0].weights, net.layers[0].bias + 0.1
    lab.plt_layer_relu(X, y, W1, b1, 3)
    panels = [ax for ax in plt.gcf().axes if ax.get_title()]
    assert [ax.get_title() for ax in panels] == [f"Layer 1 Unit {unit}" for unit in range(units)]
    for unit, ax in enumerate(panels):
        (line,) = boundary(ax)  # one straight line where the unit turns on
        np.testing.assert_allclose(line @ W1[:, unit] + b1[unit], 0, atol=1e-9)
        assert len(ax.images) == 1


def test_legends_lie_beside_the_panels():
    X, y, net = problem(12, hidden=3)
    lab.plt_mc(X, y, 12, None, 1.0)
    lab.plt_layer_relu(X, y, net.layers[0].weights, net.layers[0].bias, 12)
    for number in plt.get_fignums():
        figure = plt.figure(number)
        figure.draw_without_rendering()
        legend = (figure.legends or [figure.axes[0].get_legend()])[0].get_window_extent()
        assert not any(legend.overlaps(ax.get_window_extent()) for ax in figure.axes)
        assert legend.y0 > 0 and legend.x1 < figure.bbox.x1


@pytest.mark.parametrize("kind", ["logits", "probabilities", "ids", "column"])
def test_the_boundary_is_one_line_whatever_predict_gives(kind):
    X, y, _ = problem(3)
    centres = np.array([X[y == k].mean(axis=0) for k in range(3)])
    net = us.Network([us.Dense(2 * centres.T, -(centres**2).sum(axis=1))])
    lab.plt_cat_mc(X, y, Model(net, kind), 3)
    lines = boundary(plt.gcf().axes[0])
    assert len(lines) == 3
    line = np.concatenate(lines)
    nearest, second, _ = np.sort([np.hypot(*(line - centre).T) for centre in centres], axis=0)
    assert np.abs(second - nearest).max() < 0.2
    if kind == "logits":
        assert np.median(second - nearest) < 1e-5


@pytest.mark.parametrize(
    ("predict", "at"),
    [
        (lambda X: 1 / (1 + np.exp(-(X[:, :1] - 1))), 1.0),  # sigmoid, (n, 1)
        (lambda X: X[:, 0] - 2.0, 2.0),  # one logit, (n,)
        (lambda X: np.where(X[:, 0] > 0.5, "yes", "no"), 0.5),
        (lambda X: (X[:, 0] > 0.5)[:, None], 0.5),
        (lambda X: np.argmax(np.stack([X[:, 0], 3 - X[:, 0]], axis=1), axis=1), 1.5),
        (lambda X: Tensor(np.stack([X[:, 0], 3 - X[:, 0]], axis=1)), 1.5),
    ],
)
def test_other_predictions(predict, at):
    _, ax = plt.subplots()
    X = np.array([[-5.0, -5.0], [5.0, 5.0]])
    lab.plot_cat_decision_boundary_mc(ax, X, predict)
    (line,) = boundary(ax)
    np.testing.assert_allclose(line[:, 0], at, atol=0.05)


def test_predict_of_one_point_at_a_time():
    _, ax = plt.subplots()
    lab.plot_cat_decision_boundary_mc(
        ax,
        np.array([[-5.0, -5.0], [5.0, 5.0]]),
        lambda x: int(x[0] > 1.0),
        class_labels=["a", "b"],
        legend=True,
        vector=False,
    )
    (line,) = boundary(ax)
    np.testing.assert_allclose(line[:, 0], 1.0, atol=0.2)


def test_a_predict_of_another_length_is_refused():
    with pytest.raises(
        InvalidInput, match="predict must be a function that gives 22801 rows for 22801 points"
    ):
        lab.plot_cat_decision_boundary_mc(plt.subplots()[1], np.eye(2), lambda X: X[:5])


def test_plt_prob_z_takes_batches_and_single_points():
    weights = np.array([1.0, -2.0])

    def one_point(x):
        assert x.shape == (1, 2)
        return np.maximum(0, x @ weights)

    for fwb in (
        lambda x: np.maximum(0, x @ weights),
        lambda x: np.maximum(0, x @ weights)[:, None],
        one_point,
        lambda x: float(max(0, x[0] @ weights)),
    ):
        _, ax = plt.subplots()
        lab.plt_prob_z(ax, fwb)
        image = ax.images[0]
        values = image.get_array()
        assert (ax.get_xlim(), ax.get_ylim()) == ((-8, 8), (-5, 4))
        expected = np.maximum(
            0, np.add.outer(-2 * np.linspace(-5, 4, len(values)), np.linspace(-8, 8, len(values)))
        )
        np.testing.assert_allclose(values, expected, atol=1e-12)
        plt.close("all")


def test_points_far_outside_the_labs_window_are_seen():
    X = np.array([[-40.0, 30.0], [50.0, -20.0], [0.0, 0.0], [1.0, 1.0]])
    lab.plt_layer_relu(X, np.arange(4), np.eye(2), np.zeros(2), 4)
    for ax in plt.gcf().axes[:2]:
        assert ax.get_xlim()[0] < -40 and ax.get_xlim()[1] > 50
        assert ax.get_ylim()[0] < -20 and ax.get_ylim()[1] > 30


def test_ranges_widen_the_window_and_none_means_the_data():
    X = np.array([[0.0, 0.0], [2.0, 4.0]])
    lab.plt_output_layer_linear(X, [0, 1], np.eye(2), np.zeros(2), 2, x0_rng=(-3, 9))
    ax = plt.gcf().axes[0]
    assert ax.get_xlim() == (-3, 9)
    assert -1 < ax.get_ylim()[0] < 0 and 4 < ax.get_ylim()[1] < 5


def test_coincident_points_are_counted():
    X = np.concatenate([np.zeros((25, 2)), np.random.default_rng(0).uniform(1, 5, (20, 2))])
    lab.plt_output_layer_linear(X, np.arange(45) % 3, np.ones((2, 3)), np.zeros(3), 3)
    texts = [[text.get_text() for text in ax.texts] for ax in plt.gcf().axes if ax.get_title()]
    assert texts == [["9 c0 + 8 c1 + 8 c2"]] * 3


def test_plt_mc_data_keeps_a_map_of_the_user():
    X, y, _ = problem(3)
    _, ax = plt.subplots()
    lab.plt_mc_data(
        ax,
        X,
        y,
        3,
        class_labels=["a", "b", "c"],
        map=plt.cm.viridis,
        legend=True,
        m="x",
        equal_xy=True,
    )
    assert to_hex(scatters(ax)[1].get_edgecolor()[0]) == to_hex(plt.cm.viridis(1))
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["a", "b", "c"]
    assert ax.get_aspect() == 1


def test_labels_need_not_start_at_zero():
    _, ax = plt.subplots()
    lab.plt_mc_data(ax, np.arange(8.0).reshape(4, 2), np.array([-1, 5, 5, -1]), 2)
    assert [len(points.get_offsets()) for points in scatters(ax)] == [2, 2]
    with pytest.raises(InvalidInput, match="y must be labels of at most 2 classes"):
        lab.plt_mc_data(ax, np.arange(6.0).reshape(3, 2), np.array([1, 2, 3]), 2)


def test_plot_mc_data_draws_on_the_current_axes():
    _, ax = plt.subplots()
    lab.plot_mc_data(np.arange(8.0).reshape(4, 2), np.array([[0], [1], [1], [2]]), legend=True)
    assert [len(points.get_offsets()) for points in scatters(ax)] == [1, 2, 1]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["c0", "c1", "c2"]


def test_truncate_colormap_keeps_the_part_between():
    part = lab.truncate_colormap(plt.cm.Blues, 0.2, 0.6, n=50)
    np.testing.assert_allclose(part(0.0), plt.cm.Blues(0.2), atol=1e-6)
    np.testing.assert_allclose(part(1.0), plt.cm.Blues(0.6), atol=1e-6)


def test_showing_without_a_screen_says_nothing(monkeypatch):
    monkeypatch.setenv("DISPLAY", ":99")  # where Matplotlib would warn that Agg cannot show
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        lab.plt_mc(*problem(3)[:2], 3, None, 1.0)
    for part in ("toolbar_visible", "header_visible", "footer_visible"):
        assert getattr(plt.gcf().canvas, part) is False

"""The pictures of data and training, and what holds for every picture."""

from __future__ import annotations

import io
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from drawn import assert_nothing_is_clipped_or_covered, collection, legend_of
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

import unitscope as us
from unitscope.errors import InvalidInput
from unitscope.theme import DARK, LIGHT, class_colors


def every_picture(net, data):
    run = SimpleNamespace(loss=np.array([1.5, 0.7]), accuracy=np.array([0.4, 0.9]))
    return {
        "data": us.plot.data(data),
        "regions": us.plot.decision_regions(net, data),
        "hidden": us.plot.hidden_layer(net, data),
        "output": us.plot.output_layer(net, data),
        "training": us.plot.training(run),
    }


@pytest.fixture
def lab_run():
    return SimpleNamespace(loss=us.lab.printed_losses(), accuracy=np.linspace(0.3, 1, 200))


# data


def test_data_scatters_each_class_in_its_colour(lab_data):
    ax = us.plot.data(lab_data)
    for index, color in enumerate(class_colors(4)):
        points = collection(ax, f"class {index}")
        np.testing.assert_array_equal(points.get_offsets(), lab_data.X[lab_data.y == index])
        assert to_hex(points.get_facecolor()[0]) == color
    assert (ax.get_title(), ax.get_xlabel(), ax.get_ylabel()) == (
        "Multiclass Data",
        "$x_{0}$",
        "$x_{1}$",
    )
    assert [text.get_text() for text in legend_of(ax).get_texts()] == ["c0", "c1", "c2", "c3"]


def test_data_with_more_features_says_which(lab_data):
    X = np.column_stack([lab_data.X, lab_data.X[:, 0] ** 2])
    ax = us.plot.data(us.Dataset(X, lab_data.y, feature_names=["a", "b", "c"]), features=(2, 0))
    assert ax.get_title() == "Multiclass Data: 2 of 3 features"
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("c", "a")
    np.testing.assert_array_equal(
        collection(ax, "class 1").get_offsets(), X[lab_data.y == 1][:, [2, 0]]
    )


def test_data_with_one_feature_has_a_row_a_class(lab_data):
    ax = us.plot.data(us.Dataset(lab_data.X[:, :1], lab_data.y))
    rows = [
        np.unique(collection(ax, f"class {index}").get_offsets()[:, 1]).tolist()
        for index in range(4)
    ]
    assert rows == [[3.0], [2.0], [1.0], [0.0]]  # from the top, as in the legend


def test_what_the_user_has_named_stays(lab_data, lab_net):
    for draw in (
        lambda ax: us.plot.data(lab_data, ax),
        lambda ax: us.plot.decision_regions(lab_net, lab_data, ax),
    ):
        ax = Figure().add_subplot()
        ax.set(xlabel="mine", title="my title")
        assert draw(ax) is ax
        assert (ax.get_xlabel(), ax.get_title()) == ("mine", "my title")
        assert ax.get_ylabel()


@pytest.mark.parametrize(
    "names", [["setosa $5", "_b", "<&>", "a very long class name that must be cut short"]]
)
def test_awkward_class_names_are_shown(lab_data, names):
    axes = us.plot.data(us.Dataset(lab_data.X, lab_data.y, class_names=names))
    assert_nothing_is_clipped_or_covered(axes)
    texts = [text.get_text() for text in legend_of(axes).get_texts()]
    assert texts[:3] == [r"setosa \$5", "_b", "<&>"]
    assert len(texts[3]) == 24
    axes.figure.savefig(io.BytesIO())


# all that is drawn over the inputs


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda net, data: us.plot.decision_regions(net, data, features=(0, 2)),
            r"features must be two different whole",
        ),
        (
            lambda net, data: us.plot.decision_regions(net, data, features=(1, 1)),
            r"features must be two different whole",
        ),
        (
            lambda net, data: us.plot.decision_regions(net, data, features=3),
            r"features must be two different whole",
        ),
        (
            lambda net, data: us.plot.decision_regions(net, data, grid=1),
            r"grid must be a whole number from 2 to 2048",
        ),
        (
            lambda net, data: us.plot.decision_regions(net, data, margin=100),
            r"margin must be a whole number from 0 to 99",
        ),
        (
            lambda net, data: us.plot.decision_regions(net, data, margin=-1),
            r"margin must be a whole number from 0 to 99",
        ),
        (lambda net, data: us.plot.hidden_layer(net, data, 1), r"layer must be below 1"),
        (
            lambda net, data: us.plot.hidden_layer(net, data, -1),
            r"layer must be a whole number of at least 0",
        ),
        (
            lambda net, data: us.plot.hidden_layer(us.Network(net.layers[1:]), data),
            r"net must be a network with a hidden",
        ),
        (
            lambda net, data: us.plot.output_layer(us.Network.initialize([3, 2]), data),
            r"data must be points with as many",
        ),
        (
            lambda net, data: us.plot.output_layer(net, data, ax=Figure().subplots(1, 3)),
            r"ax must be 4 Axes",
        ),
        (lambda net, data: us.plot.data(data, theme="pink"), r"theme must be one of light, dark"),
        (lambda net, data: us.plot.training(None, ax=[1, 2, 3]), r"ax must be one Axes or two"),
    ],
)
def test_refusals(lab_net, lab_data, call, message):
    with pytest.raises(InvalidInput, match=message):
        call(lab_net, lab_data)


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
@pytest.mark.parametrize("shift", [-1e3, 0.0])
def test_all_points_lie_in_the_window_whatever_their_scale(clouds, scale, shift):
    data, _ = clouds(3)
    data = us.Dataset((data.X + shift) * scale, data.y)
    ax = us.plot.data(data)
    (left, right), (bottom, top) = ax.get_xlim(), ax.get_ylim()
    assert (([left, bottom] < data.X) & ([right, top] > data.X)).all()
    assert np.ptp(data.X[:, 0]) > 0.8 * (right - left)
    assert_nothing_is_clipped_or_covered(ax)


def test_a_constant_feature_has_a_window(lab_data):
    data = us.Dataset(np.column_stack([lab_data.X[:, 0], np.full(100, 7.0)]), lab_data.y)
    bottom, top = us.plot.data(data).get_ylim()
    assert bottom < 7 < top


# training


def test_training_draws_loss_above_accuracy(lab_run):
    loss, accuracy = us.plot.training(lab_run)
    np.testing.assert_array_equal(
        collection(loss, "loss").get_xydata(), np.column_stack([np.arange(1, 201), lab_run.loss])
    )
    np.testing.assert_array_equal(collection(accuracy, "accuracy").get_ydata(), lab_run.accuracy)
    assert loss.get_position().y0 > accuracy.get_position().y1
    assert [text.get_text() for text in (*loss.texts, *accuracy.texts)] == [
        f"{lab_run.loss[-1]:.4f}",
        "100.0%",
    ]
    assert (loss.get_ylabel(), accuracy.get_ylabel(), accuracy.get_xlabel()) == (
        "loss",
        "accuracy",
        "epoch",
    )


def test_training_of_no_and_of_one_epoch():
    none = us.plot.training(SimpleNamespace(loss=np.empty(0), accuracy=np.empty(0)))
    assert none[0].texts[0].get_text() == "no epoch has been trained"
    one = us.plot.training(SimpleNamespace(loss=np.array([1.25]), accuracy=np.array([0.5])))
    assert [ax.texts[0].get_text() for ax in one] == ["1.2500", "50.0%"]
    for axes in (none, one):
        assert all(tick == int(tick) for tick in axes[1].get_xticks())


def test_training_on_one_axes_has_two_scales(lab_run):
    ax = Figure().add_subplot()
    loss, accuracy = us.plot.training(lab_run, ax)
    assert loss is ax
    assert accuracy.get_position().bounds == ax.get_position().bounds
    assert ax.get_xlabel() == "epoch"


# all of them


def test_no_picture_changes_the_model_or_the_data(lab_data, lab_net):
    before = [lab_net.to_vector().tobytes(), lab_data.X.tobytes(), lab_data.y.tobytes()]
    every_picture(lab_net, lab_data)
    assert [lab_net.to_vector().tobytes(), lab_data.X.tobytes(), lab_data.y.tobytes()] == before


@pytest.mark.parametrize("look", [LIGHT, DARK], ids=["light", "dark"])
def test_words_and_background_follow_the_theme(lab_data, lab_net, look):
    for draw in (
        us.plot.data(lab_data, theme=look.name),
        us.plot.decision_regions(lab_net, lab_data, theme=look.name),
        us.plot.hidden_layer(lab_net, lab_data, theme=look.name),
    ):
        ax = np.ravel(draw)[0]
        assert to_hex(ax.figure.get_facecolor()) == look.background
        words = [ax.title, ax.xaxis.label, *ax.get_xticklabels(), *legend_of(draw).get_texts()]
        assert {to_hex(word.get_color()) for word in words} == {look.text}


def test_a_dark_axes_gets_the_dark_theme(lab_data, lab_net):
    ax = Figure(facecolor="black").add_subplot(facecolor="black")
    us.plot.decision_regions(lab_net, lab_data, ax, grid=20)
    assert to_hex(collection(ax, "decision boundary").get_color()[0]) == DARK.line


@pytest.mark.slow
def test_pyplot_is_not_loaded_and_nothing_heavy_either(tmp_path):
    code = """
import sys, numpy as np, unitscope as us
from types import SimpleNamespace
data, net = us.datasets.lab(), us.Network.initialize([2, 2, 4])
run = SimpleNamespace(loss=[1.0], accuracy=[1.0])
pictures = [us.plot.data(data), us.plot.training(run)]
for draw in (us.plot.decision_regions, us.plot.hidden_layer, us.plot.output_layer):
    pictures.append(draw(net, data))
for axes in pictures:
    us.plot.save(axes, sys.argv[1])
print([name for name in ("matplotlib.pyplot", "scipy", "pandas", "keras") if name in sys.modules])
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, tmp_path / "a.svg"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_where_pyplot_is_used_pictures_belong_to_it(lab_data):
    from matplotlib import pyplot

    ax = us.plot.data(lab_data)
    assert pyplot.gcf() is ax.figure


def test_features_are_chosen_by_name_as_by_number():
    data = us.datasets.iris()
    run = us.train(data, hidden=(3,), epochs=2)
    names = data.feature_names[3], data.feature_names[1]
    for draw in (us.plot.data, us.plot.decision_regions, us.plot.hidden_layer):
        by_name, by_number = (np.ravel(draw(run, features=pair))[0] for pair in (names, (3, 1)))
        assert by_name.get_xlabel() == by_number.get_xlabel() == names[0]
        shown = [collection(ax, "class 1").get_offsets() for ax in (by_name, by_number)]
        np.testing.assert_array_equal(*shown)

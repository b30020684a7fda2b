"""Every function of us.plot refuses wrong arguments in words, and leaves no figure behind."""

from __future__ import annotations

import inspect
import re
from types import SimpleNamespace

import numpy as np
import pytest
from matplotlib import pyplot
from matplotlib.figure import Figure

import unitscope as us
from unitscope.errors import InvalidInput
from unitscope.figures import data as drawing_data

NAN = float("nan")


@pytest.fixture(scope="module")
def run():
    return us.train(us.datasets.lab(), epochs=3)


@pytest.fixture(scope="module")
def swept():
    return us.sweep(us.datasets.lab(), seeds=2, epochs=2)


DIGITS = us.datasets.digits()


@pytest.fixture(scope="module")
def good(run, swept, tmp_path_factory):
    """What each function can be called with."""
    both = {"net": run.network, "data": run.data}
    return {
        "animate": {
            "run": run,
            "data": None,
            "path": tmp_path_factory.mktemp("moving") / "a.gif",
        },
        "comparison": {"compared": us.compare(run.at(1), run)},
        "data": {"data": run.data},
        "decision_regions": both,
        "hidden_layer": both,
        "images": {"net": us.Network.initialize([64, 10]), "data": DIGITS},
        "output_layer": both,
        "save": {"figure": Figure(), "path": tmp_path_factory.mktemp("saved") / "a.svg"},
        "sweep": {"swept": swept},
        "training": {"run": run},
        "unit_images": {"net": us.Network.initialize([64, 2, 10]), "data": DIGITS},
    }


def removed_axes():
    ax = Figure().add_subplot()
    ax.remove()
    return ax


def axes_of_a_cleared_figure():
    figure = Figure()
    ax = figure.add_subplot()
    figure.clear()
    return ax


def with_a_scale(axis):
    ax = Figure().add_subplot()
    ax.set(**{f"{axis}scale": "log"})
    return ax


NO_AXES = {
    "a word": lambda: "ax",
    "a number": lambda: 0,
    "a list of numbers": lambda: [1, 2],
    "a figure": Figure,
    "pyplot": lambda: pyplot,
    "a class": lambda: Figure,
    "Axes of 3D": lambda: Figure().add_subplot(projection="3d"),
    "polar Axes": lambda: Figure().add_subplot(projection="polar"),
    "removed Axes": removed_axes,
    "Axes of a cleared figure": axes_of_a_cleared_figure,
}
NO_ONE_AXES = NO_AXES | {
    "an array of Axes": lambda: Figure().subplots(1, 2),
    "logarithmic x": lambda: with_a_scale("x"),
    "logarithmic y": lambda: with_a_scale("y"),
}
NO_AXES_OF_UNITS = NO_AXES | {
    "one that is logarithmic": lambda: [Figure().add_subplot(), with_a_scale("x")],
    "too few": lambda: Figure().subplots(1, 1),
    "strangers": lambda: np.array([1, None, "ax"] * 2, dtype=object)[:2],
    "too many": lambda: Figure().subplots(3, 3),
    "none": list,
    "a dictionary": lambda: Figure().subplot_mosaic("AB"),
}
NO_PAIR = {
    "one": lambda: (0,),
    "twice the same": lambda: (0, 0),
    "three": lambda: (0, 1, 1),
    "out of range": lambda: (0, 9),
    "negative": lambda: (-1, 0),
    "a word": lambda: "01",
    "fractions": lambda: (0.0, 1.0),
    "not a number": lambda: (NAN, 0),
    "a number": lambda: 1,
    "other names": lambda: ("x0", "y"),
    "a name and a number": lambda: ("x0", 1),
    "truth": lambda: (False, True),
}
NO_PLANE = {
    "a word": lambda: "best",
    "a number": lambda: 1,
    "a pair": lambda: (0, 1),
    "the class": lambda: us.Plane,
    "of another space": lambda: us.Plane(np.zeros(3), np.eye(3)[:2]),
    "a network": lambda: us.Network.initialize([2, 4]),
}
NO_FLAG = {
    "None": lambda: None,
    "a word": lambda: "no",
    "a number": lambda: 1,
    "not a number": lambda: NAN,
    "a list": list,
}
NO_COUNT = {
    "a word": lambda: "0",
    "negative": lambda: -1,
    "far too many": lambda: 10**12,
    "a fraction": lambda: 0.5,
    "not a number": lambda: NAN,
    "truth": lambda: True,
    "a list": lambda: [0],
}
NO_THEME = {
    "another name": lambda: "pink",
    "a number": lambda: 3,
    "a list": lambda: ["light"],
    "a dictionary": dict,
    "truth": lambda: True,
}
NO_DATA = {
    "None": lambda: None,
    "a word": lambda: "lab",
    "points": lambda: np.zeros((3, 2)),
    "points and labels as a list": lambda: [np.zeros((3, 2)), [0, 1, 0]],
    "a network": lambda: us.Network.initialize([2, 4]),
    "a class": lambda: us.Dataset,
    "not a number": lambda: NAN,
}
NO_FITTING_DATA = NO_DATA | {
    "three features": lambda: us.Dataset(np.eye(3), [0, 1, 2]),
    "one feature": lambda: us.Dataset([[0.0], [1.0]], [0, 1]),
}
NO_IMAGES = NO_FITTING_DATA | {
    "no pixels": lambda: us.Dataset(np.eye(64), np.arange(64) % 10),
    "pixels in another order": lambda: us.Dataset(
        DIGITS.X, DIGITS.y, feature_names=DIGITS.feature_names[::-1]
    ),
}
NO_NETWORK = {
    "None": lambda: None,
    "a word": lambda: "net",
    "a list of layers": lambda: list(us.Network.initialize([2, 4]).layers),
    "a layer": lambda: us.Network.initialize([2, 4]).layers[0],
    "weights": lambda: np.zeros((2, 4)),
    "the data": us.datasets.lab,
    "the class": lambda: us.Network,
    "a number": lambda: -3,
}
NO_RUN = NO_NETWORK | {
    "a network": lambda: us.Network.initialize([2, 4]),
    "a history": lambda: SimpleNamespace(history={"loss": [1.0]}),
    "lengths that differ": lambda: SimpleNamespace(loss=[1.0], accuracy=[1.0, 1.0]),
    "words": lambda: SimpleNamespace(loss=["a"], accuracy=["b"]),
    "tables": lambda: SimpleNamespace(loss=np.eye(2), accuracy=np.eye(2)),
}
WRONG = {
    "animate": {
        "run": NO_RUN | {"no epoch": lambda: us.train(us.datasets.lab(), epochs=0)},
        "data": {name: make for name, make in NO_DATA.items() if name != "None"},
        "path": {
            "None": lambda: None,
            "a picture": lambda: "a.png",
            "no suffix": lambda: "gif",
        },
        "frames": NO_COUNT | {"one": lambda: 1},
        "seconds": {"none": lambda: 0.0, "a word": lambda: "3", "not a number": lambda: NAN},
        "theme": {name: make for name, make in NO_THEME.items() if name != "None"},
    },
    "comparison": {
        "compared": NO_RUN | {"a run": lambda: us.train(us.datasets.lab(), epochs=0)},
        "ax": NO_AXES_OF_UNITS,
        "theme": NO_THEME,
    },
    "data": {
        "data": NO_DATA,
        "ax": NO_ONE_AXES,
        "features": NO_PAIR,
        "plane": NO_PLANE,
        "legend": NO_FLAG,
        "theme": NO_THEME,
    },
    "decision_regions": {
        "net": NO_NETWORK,
        "data": NO_FITTING_DATA,
        "ax": NO_ONE_AXES,
        "features": NO_PAIR,
        "plane": NO_PLANE,
        "probability": NO_FLAG,
        "activation_regions": NO_FLAG,
        "margin": NO_COUNT | {"one too many": lambda: 100},
        "grid": NO_COUNT | {"None": lambda: None, "one": lambda: 1},
        "legend": NO_FLAG,
        "theme": NO_THEME,
    },
    "hidden_layer": {
        "net": NO_NETWORK,
        "data": NO_FITTING_DATA,
        "layer": NO_COUNT | {"None": lambda: None, "the output layer": lambda: 1},
        "ax": NO_AXES_OF_UNITS,
        "features": NO_PAIR,
        "plane": NO_PLANE,
        "shared_scale": NO_FLAG,
        "theme": NO_THEME,
    },
    "images": {
        "net": NO_NETWORK,
        "data": NO_IMAGES,
        "ax": NO_ONE_AXES,
        "each": NO_COUNT | {"None": lambda: None, "none": lambda: 0},
        "theme": NO_THEME,
    },
    "output_layer": {
        "net": NO_NETWORK,
        "data": NO_FITTING_DATA,
        "ax": NO_AXES_OF_UNITS,
        "units": NO_PAIR,
        "plane": NO_PLANE,
        "shared_scale": NO_FLAG,
        "theme": NO_THEME,
    },
    "save": {
        "figure": {
            "None": lambda: None,
            "a word": lambda: "figure",
            "nothing": list,
            "a number": lambda: 3,
            "the data": us.datasets.lab,
            "removed Axes": removed_axes,
            "pyplot": lambda: pyplot,
        },
        "path": {
            "None": lambda: None,
            "a number": lambda: 3,
            "bytes": lambda: b"a.png",
            "nothing": str,
            "another kind": lambda: "a.jpg",
            "no kind": lambda: "a",
            "a folder": lambda: "/",
        },
    },
    "sweep": {
        "swept": {**NO_NETWORK, "a network": lambda: us.Network.initialize([2, 4])},
        "ax": NO_AXES | {"none": list, "too many": lambda: Figure().subplots(2, 20)},
        "tiles": {name: NO_COUNT[name] for name in NO_COUNT if name != "far too many"},
        "theme": NO_THEME,
    },
    "training": {
        "run": NO_RUN,
        "ax": NO_AXES | {"three": lambda: list(Figure().subplots(1, 3))},
        "theme": NO_THEME,
    },
    "unit_images": {
        "net": NO_NETWORK,
        "data": NO_IMAGES,
        "layer": NO_COUNT | {"None": lambda: None, "beyond the last": lambda: 2},
        "ax": NO_ONE_AXES,
        "units": {
            "a word": lambda: "01",
            "a number": lambda: 1,
            "none": list,
            "one too many": lambda: [0, 2],
            "fractions": lambda: [0.5],
            "far too many": lambda: [0] * 99,
        },
        "each": NO_COUNT | {"None": lambda: None, "none": lambda: 0},
        "theme": NO_THEME,
    },
}
CASES = [
    pytest.param(function, argument, make, id=f"{function}: {argument} is {kind}")
    for function, arguments in WRONG.items()
    for argument, kinds in arguments.items()
    for kind, make in kinds.items()
]


def test_every_argument_of_every_picture_is_tried():
    functions = {name: getattr(us.plot, name) for name in us.plot.__all__}
    assert {name: set(arguments) for name, arguments in WRONG.items()} == {
        name: set(inspect.signature(function).parameters) for name, function in functions.items()
    }


@pytest.mark.parametrize(("function", "argument", "make"), CASES)
def test_a_wrong_argument_is_refused_by_its_name(good, function, argument, make):
    wrong = make()
    kept = pyplot.figure()
    before = pyplot.get_fignums()
    with pytest.raises(InvalidInput) as refused:
        getattr(us.plot, function)(**{**good[function], argument: wrong})
    message = str(refused.value)
    assert re.fullmatch(rf"{argument}(\[\d\])? must be .+\. Got .+ instead\..*", message), message
    assert len(message) < 300
    assert pyplot.get_fignums() == before
    assert pyplot.gcf() is kept


@pytest.mark.parametrize("function", ["data", "decision_regions", "training"])
@pytest.mark.parametrize("argument", ["features", "theme", "legend", "margin", "run"])
def test_axes_of_the_user_stay_as_they_were(good, function, argument):
    if argument not in WRONG[function]:
        return
    ax = pyplot.subplots()[1]
    before = ax.get_children()
    with pytest.raises(InvalidInput):
        getattr(us.plot, function)(**{**good[function], argument: [9], "ax": ax})
    assert ax.get_children() == before


def test_axes_of_units_are_different_ones_of_one_figure(run):
    first, second = Figure().subplots(1, 2)
    wrong = {"the same Axes twice": [first, first]}
    wrong["Axes of several"] = [second, Figure().add_subplot()]
    for got, axes in wrong.items():
        with pytest.raises(InvalidInput, match=rf"ax must be .*Axes.*\. Got {got} instead\."):
            us.plot.hidden_layer(run, ax=axes)


@pytest.mark.parametrize("draw", [us.plot.decision_regions, us.plot.hidden_layer])
def test_one_feature_has_no_pair(draw):
    data = us.Dataset([[0.0], [1.0], [2.0]], [0, 1, 0])
    net = us.Network.initialize([1, 2, 2])
    with pytest.raises(InvalidInput, match="features must be left out where there is only one"):
        draw(net, data, features=(0, 1))
    assert draw(net, data) is not None


@pytest.mark.parametrize("draw", [us.plot.hidden_layer, us.plot.output_layer])
@pytest.mark.parametrize("size", [1e200, 1e308])
def test_units_beyond_the_numbers_are_refused(draw, size):
    layers = [
        us.Dense(np.full((2, 2), size), [0.0, 0.0], "relu"),
        us.Dense(np.full((2, 4), size), np.zeros(4)),
    ]
    if draw is us.plot.hidden_layer and size < 1e300:
        assert len(draw(us.Network(layers), us.datasets.lab())) == 2
        return
    with pytest.raises(InvalidInput, match="net must be of weights and window small enough"):
        draw(us.Network(layers), us.datasets.lab())


@pytest.mark.parametrize(
    ("draw", "remedy"),
    [
        (lambda run: us.plot.training(run.network), "A Network does not know how it was trained"),
        (lambda run: us.plot.training(SimpleNamespace(run=run)), "the Run as history.run"),
        (lambda run: us.plot.decision_regions(run.data, run.network), "The network comes first"),
        (lambda run: us.plot.decision_regions(None, run.data), "us.network"),
        (lambda run: us.plot.data(run.data.X), r"us.Dataset\(X, y\) makes one"),
        (lambda run: us.plot.data(run, Figure()), r"figure.add_subplot\(\) makes Axes"),
        (lambda run: us.plot.data(run, Figure().subplots(1, 2)), r"ax=axes.flat\[0\]"),
        (lambda run: us.plot.data(run, with_a_scale("y")), r'ax.set_yscale\("linear"\)'),
        (lambda run: us.plot.sweep(run), r"us.plot.training\(run\)"),
    ],
)
def test_remedies(run, draw, remedy):
    with pytest.raises(InvalidInput, match=remedy):
        draw(run)


def test_the_remedies_work(run, swept):
    figure = Figure()
    assert us.plot.data(run, figure.add_subplot()).figure is figure
    assert us.plot.data(run, Figure().subplots(1, 2).flat[0]) is not None
    ax = with_a_scale("y")
    ax.set_yscale("linear")
    assert us.plot.data(run, ax) is ax
    assert len(us.plot.sweep(us.sweep(run.data, seeds=1, epochs=1, grid={"hidden": [(2,)]})[0])) > 1
    assert len(us.plot.training(us.train(run.data, epochs=1))) == 2


@pytest.mark.slow
def test_a_run_is_taken_for_its_network_and_its_data(run):
    for draw in (us.plot.decision_regions, us.plot.hidden_layer, us.plot.output_layer):
        named, alone = draw(run.network, run.data), draw(run)
        assert np.ravel(alone)[0].get_xlim() == np.ravel(named)[0].get_xlim()
        others = us.Dataset(run.data.X * 2, run.data.y)
        assert np.ravel(draw(run, others))[0].get_xlim() != np.ravel(alone)[0].get_xlim()
        assert np.ravel(draw(run.network, run))[0].get_xlim() == np.ravel(alone)[0].get_xlim()
    assert us.plot.data(run).get_title() == "Multiclass Data"


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_a_figure_that_was_opened_before_an_error_is_closed(run, monkeypatch, error):
    def failing(*args, **settings):
        assert len(pyplot.get_fignums()) == 2
        raise error

    kept = pyplot.figure()
    monkeypatch.setattr(drawing_data, "draw_points", failing)
    with pytest.raises(error):
        us.plot.data(run)
    assert pyplot.get_fignums() == [kept.number]


def test_a_closed_figure_can_still_be_drawn_on(run):
    """A notebook closes every figure at the end of its cell, and shows it again by its name."""
    figure, ax = pyplot.subplots()
    pyplot.close(figure)
    assert us.plot.decision_regions(run, ax=ax) is ax
    assert pyplot.get_fignums() == []


def test_a_logarithmic_loss_is_the_users_choice(run):
    ax = with_a_scale("y")
    loss, _ = us.plot.training(run, ax)
    assert loss.get_yscale() == "log"


def test_insets_and_subfigures_are_drawn_on(run):
    inset = Figure().add_subplot().inset_axes((0.5, 0.5, 0.4, 0.4))
    part = Figure().subfigures(1, 2)[1].add_subplot()
    for ax in (inset, part):
        assert us.plot.decision_regions(run, ax=ax) is ax

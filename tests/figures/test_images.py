"""Images as pictures: whose they are, what is framed, weights, and what units answer to most."""

from __future__ import annotations

import itertools
import re
from functools import partial

import numpy as np
import pytest
from drawn import collection
from matplotlib.colors import to_hex
from matplotlib.text import Text

import unitscope as us
from unitscope.theme import DARK, class_colors, rgb, theme_named


@pytest.fixture(scope="module")
def run():
    return us.train(us.datasets.digits(), hidden=(13, 4), epochs=3, seed=0)


def drawn(ax, form):
    """Images by the number that their gid ends with, in the order drawn."""
    found = [(re.fullmatch(form, image.get_gid() or ""), image) for image in ax.images]
    return [(tuple(map(int, match.groups())), image) for match, image in found if match]


def test_a_row_for_each_class_with_the_wrong_ones_framed(run):
    ax = us.plot.images(run, each=6)
    points = [number for (number,), _ in drawn(ax, r"point (\d+)")]
    answers, y = run.network.predict(run.data.X), run.data.y
    assert y[points].tolist() == np.repeat(np.arange(10), 6).tolist()
    for (number,), image in drawn(ax, r"point (\d+)"):
        assert (image.get_array() == run.data.X[number].reshape(8, 8)).all()
    wrong = [number for number in points if answers[number] != y[number]]
    assert 0 < len(wrong) <= 30
    frames = collection(ax, "misclassified").get_paths()
    corners = [path.vertices.min(axis=0).tolist() for path in frames]
    images = {number: image.get_extent() for (number,), image in drawn(ax, r"point (\d+)")}
    assert corners == [[images[n][0], images[n][3]] for n in wrong]
    words = [text.get_text() for text in ax.texts if text.get_gid() == "class given"]
    assert words == [run.data.class_names[answers[number]] for number in wrong]
    told = f"{(answers != y).sum()} of 1,797 misclassified"
    assert told in ax.get_title(loc="left")


def test_of_data_alone_nothing_is_framed():
    ax = us.plot.images(us.datasets.digits(), each=2)
    assert len(ax.images) == 20
    assert collection(ax, "misclassified") is None
    assert ax.get_title(loc="left") == "Images"


@pytest.mark.parametrize("layer", [0, 1, 2])
def test_units_show_the_points_where_they_give_most(run, layer):
    ax = us.plot.unit_images(run, layer=layer, each=3, theme="dark")
    outputs = run.network.activations(run.data.X)[layer]
    by_unit: dict[int, list[int]] = {}
    colors = []
    for (unit, point), _ in drawn(ax, r"unit (\d+) point (\d+)"):
        by_unit.setdefault(unit, []).append(point)
        colors.append(rgb(class_colors(10)[run.data.y[point]]))
    for unit in range(outputs.shape[1]):
        best = np.sort(outputs[:, unit])[::-1][:3]
        assert outputs[by_unit.get(unit, []), unit].tolist() == best[best > 0].tolist()
    np.testing.assert_allclose(collection(ax, "points").get_edgecolors()[:, :3], colors)
    maps = drawn(ax, r"weights (\d+)")
    assert len(maps) == (13 if layer == 0 else 0)
    spread = run.data.X.std(axis=0)
    for (unit,), image in maps:
        moved = run.network.layers[0].weights[:, unit] * spread
        np.testing.assert_allclose(image.get_array().ravel(), moved)
        assert image.norm.vmin == -image.norm.vmax
    assert ax.title.get_color() == DARK.text


def test_a_unit_that_gives_nothing_says_so():
    data = us.datasets.digits()
    layer = us.Dense(np.zeros((64, 2)), [-1.0, 2.0], "relu")
    net = us.Network([layer, us.Dense(np.zeros((2, 10)), np.zeros(10))])
    words = [text.get_text() for text in us.plot.unit_images(net, data).texts]
    assert "0 at every point" in words
    assert "2 at every point" in words


def box_of(text):
    """Where a text is, in inches of its figure."""
    box = text.get_window_extent()
    return box.transformed(text.figure.dpi_scale_trans.inverted())


NAMES = [
    "a class of a very long name {}",
    "собака-овчарка-северная {}",
    "WWWWWWWWWWWWWW{}",
    "日の写真日の写真{}",
]


@pytest.mark.parametrize(
    ("name", "classes", "theme"),
    [
        *itertools.product(NAMES[:1], [2, 12], ["light", "dark"]),
        *((n, 12, "dark") for n in NAMES[1:]),
    ],
)
@pytest.mark.filterwarnings("ignore:Glyph .* missing")  # of a machine without such fonts
def test_nothing_is_clipped_of_long_names_on_large_images(name, classes, theme):
    names = [f"pixel_{row}_{column}" for row in range(28) for column in range(28)]
    X, y = np.random.default_rng(0).random((36, 784)), np.arange(36) % classes
    of_classes = [name.format(number) for number in range(classes)]
    data = us.Dataset(X, y, of_classes, names)
    net = us.Network.initialize([784, 14, classes], seed=0)
    draws = us.plot.images, us.plot.unit_images, partial(us.plot.unit_images, layer=1)
    for ax in (draw(net, data, theme=theme, each=3) for draw in draws):
        figure = ax.figure
        tight = figure.get_tightbbox()
        assert min(tight.x0, tight.y0) > -0.01
        assert tight.x1 < figure.get_figwidth() + 0.01
        assert tight.y1 < figure.get_figheight() + 0.01
        words = [text for text in figure.findobj(Text) if text.get_text() and text.get_visible()]
        look = theme_named(theme)
        assert {to_hex(text.get_color()) for text in words} <= {look.text, look.muted}
        captions = [text for text in ax.texts if text.get_gid() == "class given"]
        boxes = sorted((box_of(text) for text in captions), key=lambda box: (box.y0, box.x0))
        for left, right in itertools.pairwise(boxes):
            assert right.x0 > left.x1 or right.y0 > left.y0 + 0.1


def test_the_remedy_for_other_names_works():
    data = us.Dataset(us.datasets.digits().X, us.datasets.digits().y)
    with pytest.raises(us.errors.InvalidInput) as refused:
        us.plot.images(data)
    names = eval(re.search(r"\[f'.*\]", str(refused.value))[0])
    assert us.plot.images(us.Dataset(data.X, data.y, feature_names=names), each=1)


def test_on_axes_of_the_user(run):
    from matplotlib.figure import Figure

    left, right = Figure().subplots(1, 2)
    assert us.plot.images(run, ax=left) is left
    assert us.plot.unit_images(run, units=[2, 0], ax=right) is right
    assert [unit for (unit,), _ in drawn(right, r"weights (\d+)")] == [2, 0]

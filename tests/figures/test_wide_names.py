"""Names of any script and width: nothing is clipped, no word lies on another."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from drawn import assert_nothing_is_clipped_or_covered

import unitscope as us

SCRIPTS = {
    "wide": "WWWWWWWWWWWWWWWWWWWWWWWW",
    "Chinese": "花瓣的长度花瓣的长度花瓣的长度",
    "Thai": "กระต่ายกระต่ายกระต่าย",
    "Cyrillic": "собака-овчарка-северная",
    "endless": "a name " * 43,
}
PICTURES = {
    "data": us.plot.data,
    "decision_regions": us.plot.decision_regions,
    "hidden_layer": us.plot.hidden_layer,
    "output_layer": us.plot.output_layer,
}
pytestmark = pytest.mark.filterwarnings("ignore:Glyph .* missing")  # on a machine without the font


@pytest.fixture(scope="module")
def run():
    return us.train(us.datasets.lab(), hidden=(3,), activation="tanh", epochs=40, seed=0)


def named(data: us.Dataset, name: str) -> us.Dataset:
    names = [f"{number} {name}" for number in range(data.n_classes)]
    return us.Dataset(data.X, data.y, names, [f"{name} {number}" for number in range(2)])


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("picture", PICTURES)
def test_nothing_is_clipped(run, picture, script):
    data = named(run.data, SCRIPTS[script])
    what = (data,) if picture == "data" else (run.network, data)
    axes = PICTURES[picture](*what, theme="dark")
    assert_nothing_is_clipped_or_covered(axes)
    for ax in np.ravel(axes):
        words = [text for text in ax.texts if text.get_gid() in ("class name", "margin length")]
        boxes = [text.get_window_extent() for text in words]
        assert not any(one.overlaps(other) for one, other in itertools.combinations(boxes, 2))


def test_an_output_is_that_of_its_class(run):
    titles = [ax.get_title() for ax in us.plot.output_layer(run.network, named(run.data, "cat"))]
    assert titles == [f"Linear Output Unit {i}: {i} cat" for i in range(4)]
    for ax in us.plot.output_layer(run.network, named(run.data, SCRIPTS["wide"])):
        title, panel = ax.title.get_window_extent(), ax.get_window_extent()
        assert title.width <= panel.width + 1


def test_a_number_is_not_said_twice(run):
    assert us.plot.output_layer(run)[2].get_title() == "Linear Output Unit 2: c2"
    numbered = us.Dataset(run.data.X, run.data.y, class_names=["0", "1", "2", "3"])
    assert us.plot.output_layer(run.network, numbered)[2].get_title() == "Linear Output Unit 2"

"""What a notebook shows of a result: true numbers, safe HTML, bounded, and read back from it."""

from __future__ import annotations

import base64
import io
import re
from html.parser import HTMLParser

import matplotlib.image
import numpy as np
import pytest

import unitscope as us
from unitscope import glance
from unitscope.theme import class_tints, rgb

LAB = us.datasets.lab()
RUN = us.train(LAB, seed=0)
HOSTILE = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "a&b\x1b[2J", "'c'"]
ODD = us.Dataset(
    LAB.X, np.array(HOSTILE)[LAB.y], feature_names=["<svg/onload=alert(1)>", '" onclick="x']
)


class Read(HTMLParser):
    """The elements, their attributes, and the cells of the table by their names."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags, self.attributes, self.open, self.cells = set(), set(), [], []
        self.feed(text)
        assert self.open == []
        self.table = dict(zip(self.cells[::2], self.cells[1::2], strict=False))

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.open.append(tag)
        if tag in ("th", "td"):
            self.cells.append("")

    def handle_startendtag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] in ("th", "td"):
            self.cells[-1] += data


def results() -> dict[str, object]:
    run = us.train(ODD, epochs=3, validation=0.2)
    wide = us.train(us.datasets.load("iris"), hidden=(3, 3), epochs=2)
    one = us.Dataset(LAB.X[:, :1], LAB.y)
    return {
        "dataset": ODD,
        "one feature": one,
        "run": run,
        "no epoch": us.train(LAB, epochs=0),
        "one epoch": us.train(one, epochs=1),
        "four features": wide,
        "network": us.Network.initialize([3, *[90] * 12, 40]),
        "partition": us.partition(RUN),
        "smooth": us.partition(us.train(LAB, epochs=2, activation="tanh")),
        "explanation": us.explain(run, advice=False),
        "sweep": us.sweep(ODD, seeds=3, epochs=2),
        "diverged": us.sweep(LAB, seeds=2, epochs=3, learning_rate=1e30, optimizer="sgd"),
        "grid": us.sweep(ODD, seeds=2, epochs=2, grid={"hidden": [(1,), ()]}),
        "comparison": us.compare(run.at(0), run, names=("<i>a", "b")),
        "comparison on a plane": us.compare(wide.at(0), wide),
        "report": run.report(),
    }


RESULTS = results()


@pytest.mark.parametrize("name", RESULTS)
def test_nothing_in_it_runs_or_is_fetched(name):
    shown = RESULTS[name]._repr_html_()
    read = Read(shown)
    assert not read.tags - {
        "circle", "details", "div", "image", "li", "line", "p", "polyline", "rect", "strong",
        "summary", "svg", "table", "td", "th", "title", "tr", "ul",
    }  # fmt: skip
    assert not [name for name in read.attributes if name.startswith("on") or name == "src"]
    assert set(re.findall(r'href="(.{15})', shown)) <= {"data:image/png;"}
    assert "\x1b" not in shown and "nan" not in re.sub(r"base64,[^\"]*", "", shown)
    assert len(shown) < 70_000


@pytest.mark.parametrize("name", RESULTS)
def test_a_repr_is_one_line(name):
    assert "\n" not in repr(RESULTS[name]) and len(repr(RESULTS[name])) < 400


def test_the_numbers_are_those_of_the_run():
    table = Read(RUN._repr_html_()).table
    assert table["loss"] == f"{RUN.loss[-1]:.4f}" and table["epochs"] == "200"
    assert table["accuracy"] == f"{(RUN.network.predict(LAB.X) == LAB.y).mean():.1%}"
    assert Read(LAB._repr_html_()).table == {
        "features": "2",
        "c0": "25",
        "c1": "25",
        "c2": "25",
        "c3": "25",
    }
    assert Read(RUN.network._repr_html_()).table["parameters"] == "18"
    part = us.partition(RUN)
    shares = [Read(part._repr_html_()).table[f"of class {k}"] for k in range(4)]
    own = [sum(cell.area for cell in part.cells if cell.label == k) for k in range(4)]
    assert shares == [f"{area / sum(own):.1%}" for area in own]


def test_the_ground_is_what_the_network_predicts():
    window = ((-8.0, 6.0), (-5.0, 4.0))
    shown = glance.ground(RUN.network.predict, 4, window, 18)
    content = base64.b64decode(re.search(r"base64,([^\"]+)", shown)[1])
    image = matplotlib.image.imread(io.BytesIO(content))
    assert image.shape == (90, 120, 3)
    tints = np.array([rgb(tint) for tint in class_tints(4)])
    rng = np.random.default_rng(0)
    for row, column in zip(rng.integers(90, size=300), rng.integers(120, size=300), strict=True):
        place = -8.0 + 14.0 * (column + 0.5) / 120, 4.0 - 9.0 * (row + 0.5) / 90
        given = np.abs(tints - image[row, column]).sum(axis=1).argmin()
        assert given == RUN.network.predict(np.array([place]))[0]


def test_large_networks_have_a_coarser_ground_and_then_none():
    asked = []

    def predict(X):
        asked.append(len(X))
        return np.zeros(len(X), int)

    window = ((0.0, 1.0), (0.0, 1.0))
    assert glance.ground(predict, 1, window, 10_000)
    assert not glance.ground(predict, 1, window, 10_000_000)
    assert asked == [1200]


def test_many_points_and_epochs_are_thinned():
    many = us.Dataset(np.random.default_rng(0).normal(size=(5000, 2)), np.arange(5000) % 30)
    assert many._repr_html_().count("<circle") == 400
    assert "and 22 more" in many._repr_html_()
    line = re.search(r'points="([^"]*)"', glance.curves("x", np.linspace(9, 1, 5000)))[1].split()
    first, *_, last = (float(pair.split(",")[1]) for pair in line)
    assert len(line) == 200 and first < last


def test_frames():
    run = RESULTS["run"]
    frame = run.frame()
    assert frame.index.tolist() == [1, 2, 3] and frame.index.name == "epoch"
    assert frame["loss"].tolist() == run.loss.tolist()
    assert frame["validation_accuracy"].tolist() == run.validation.accuracy.tolist()
    story = us.explain(RUN, advice=False)
    assert " ".join(story.frame().query("topic == ''")["text"]) == story.story
    assert len(story.frame()) == len(story)
    swept = us.sweep(LAB, seeds=5, epochs=60)
    seeds = swept.frame()
    assert seeds.loc[3, "accuracy"] == swept.accuracy[3] and seeds.index.name == "seed"
    grid = us.sweep(LAB, seeds=5, epochs=60, grid={"hidden": [(2,), (4,)], "learning_rate": [0.05]})
    table = grid.frame()
    assert table["hidden"].tolist() == ["2", "4"]
    assert table.loc[1, "loss"] == np.median(grid[1].loss)
    assert table.loc[0, "solved"] == (grid[0].accuracy == 1).mean()

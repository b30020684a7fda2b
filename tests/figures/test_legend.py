"""The legend on axes of the user's: inside, off the points, and no name is lost."""

from __future__ import annotations

import numpy as np
import pytest
from drawn import words
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

import unitscope as us

AWKWARD = [
    "_other",
    "$a_{$",
    r"\alpha",
    "<&>",
    "größe",
    "Москва",
    "x" * 60,
    "",
    " ",
    "\n",
    "%",
    "^_",
]


def drawn(ax):
    """The legend's box, and a renderer to measure other words with."""
    renderer = FigureCanvasAgg(ax.get_figure(root=True)).get_renderer()
    ax.figure.draw_without_rendering()
    return ax.get_legend().get_window_extent(renderer), renderer


def test_it_lies_inside_and_hides_no_point_and_no_name(lab_data, lab_net):
    figure = Figure(figsize=(9, 4))
    panels = figure.subplots(1, 2)
    us.plot.data(lab_data, panels[0])
    us.plot.decision_regions(lab_net, lab_data, panels[1], activation_regions=True)
    for ax in panels:
        box, renderer = drawn(ax)
        panel = ax.get_window_extent(renderer)
        assert panel.x0 <= box.x0 and box.x1 <= panel.x1
        assert panel.y0 <= box.y0 and box.y1 <= panel.y1
        places = ax.transData.transform(lab_data.X)
        assert not ((places > box.min) & (places < box.max)).all(axis=1).any()
        for text in [*words(ax, "class name").values(), *words(ax, "unit name").values()]:
            assert not box.overlaps(text.get_window_extent(renderer))
    assert len(words(panels[1], "class name")) == 4


@pytest.mark.parametrize("k", [2, 5, 12, 26])
@pytest.mark.parametrize("size", [(3.2, 2.4), (8.0, 6.0)])
def test_any_number_of_classes_has_its_legend_inside(clouds, k, size):
    data, _ = clouds(k)
    ax = us.plot.data(data, Figure(figsize=size).add_subplot())
    box, renderer = drawn(ax)
    panel = ax.get_window_extent(renderer)
    assert len(ax.get_legend().get_texts()) == k
    assert panel.y0 <= box.y0 and box.y1 <= panel.y1
    assert panel.x0 <= box.x0 and box.x1 <= panel.x1


def test_awkward_names_are_all_there(clouds):
    X, y = clouds(12)[0].X, clouds(12)[0].y
    ax = us.plot.data(us.Dataset(X, y, class_names=AWKWARD), Figure().add_subplot())
    drawn(ax)
    texts = [text.get_text() for text in ax.get_legend().get_texts()]
    assert texts[:6] == ["_other", r"\$a_{\$", r"\alpha", "<&>", "größe", "Москва"]
    assert texts[6] == "x" * 13 + "…"


def test_a_wide_script_has_room(lab_data):
    from unitscope.figures.legend import legend_width

    narrow, wide = (legend_width([name * 8], 3.0) for name in ("a", "日"))
    assert wide - narrow == pytest.approx(8 * 0.078)


def test_without_a_legend_there_is_none(lab_data, lab_net):
    for draw in (
        us.plot.data,
        lambda data, ax, **more: us.plot.decision_regions(lab_net, data, ax, **more),
    ):
        assert draw(lab_data, Figure().add_subplot(), legend=False).get_legend() is None


def test_many_points_take_no_longer_to_find_a_place(lab_data):
    X = np.random.default_rng(0).normal(size=(20_000, 2))
    ax = us.plot.data(us.Dataset(X, np.arange(20_000) % 3), Figure().add_subplot())
    assert len(ax.get_legend().get_texts()) == 3

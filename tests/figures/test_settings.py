"""What the user asks of Matplotlib counts: rcParams, SubFigures, any Axes, PDF."""

from __future__ import annotations

import matplotlib
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

import unitscope as us
from unitscope.theme import THEMES, class_colors

LAB = us.datasets.lab()
RUN = us.train(LAB, seed=0)
SWEPT = us.sweep(LAB, seeds=3, epochs=5)
PICTURES = {
    "data": lambda **at: us.plot.data(LAB, **at),
    "decision_regions": lambda **at: us.plot.decision_regions(RUN, margin=3, **at),
    "hidden_layer": lambda **at: us.plot.hidden_layer(RUN, **at),
    "output_layer": lambda **at: us.plot.output_layer(RUN, **at),
    "training": lambda **at: us.plot.training(RUN, **at),
    "comparison": lambda **at: us.plot.comparison(us.compare(RUN.at(9), RUN), **at),
    "sweep": lambda **at: us.plot.sweep(SWEPT, **at),
}
PANELS = {"hidden_layer": 2, "output_layer": 4, "training": 2, "comparison": 3, "sweep": 5}


def figure_of(panels) -> Figure:
    return np.ravel(panels)[0].get_figure(root=True)


@pytest.mark.parametrize("name", PICTURES)
def test_sizes_are_those_of_the_users_settings(name):
    plain = figure_of(PICTURES[name]())
    with matplotlib.rc_context({"figure.figsize": (9.0, 5.0), "figure.dpi": 77}):
        asked = figure_of(PICTURES[name]())
    assert asked.get_size_inches().tolist() == [9.0, 5.0] and asked.dpi == 77
    with matplotlib.rc_context({"font.size": 15}):
        larger = figure_of(PICTURES[name]())
    assert np.allclose(larger.get_size_inches(), 1.5 * plain.get_size_inches())
    for figure in (plain, larger):
        figure.draw_without_rendering()
    for one, other in zip(plain.axes, larger.axes, strict=True):
        assert other.title.get_fontsize() == pytest.approx(1.5 * one.title.get_fontsize())
        for ours, theirs in zip(one.texts, other.texts, strict=True):
            assert theirs.get_fontsize() == pytest.approx(1.5 * ours.get_fontsize())
        for ours, theirs in zip(one.get_xticklabels(), other.get_xticklabels(), strict=False):
            assert theirs.get_fontsize() == pytest.approx(1.5 * ours.get_fontsize())


def test_a_figure_of_the_users_keeps_its_size():
    with matplotlib.rc_context({"figure.figsize": (9.0, 5.0), "font.size": 15}):
        figure = Figure(figsize=(3, 3))
        us.plot.data(LAB, ax=figure.subplots())
    assert figure.get_size_inches().tolist() == [3.0, 3.0]


@pytest.mark.parametrize("name", PICTURES)
def test_pictures_are_drawn_on_panels_of_a_subfigure(name):
    _, mine = Figure(figsize=(12, 6)).subfigures(1, 2)
    count = PANELS.get(name, 1)
    panels = mine.subplots(1, count)
    drawn = PICTURES[name](ax=panels)
    assert np.ravel(drawn).tolist() == np.ravel(panels).tolist()
    assert all(ax.has_data() or ax.artists for ax in np.ravel(panels))
    mine.get_figure(root=True).draw_without_rendering()


def test_one_panel_of_a_sweep_has_the_losses():
    ax = Figure().subplots()
    assert us.plot.sweep(SWEPT, ax=ax).tolist() == [ax]
    assert ax.get_ylabel() == "loss"
    with pytest.raises(us.errors.InvalidInput, match="ax must be 1 to 5 Axes, of losses"):
        us.plot.sweep(SWEPT, ax=Figure().subplots(1, 6))


def test_pictures_of_one_plane_call_its_axes_the_same():
    named = us.Dataset(LAB.X, LAB.y, feature_names=["width (cm)", "x7"])
    run = us.train(named, epochs=1)
    drawn = [us.plot.data(named), us.plot.decision_regions(run), us.plot.hidden_layer(run)[1]]
    assert {(ax.get_xlabel(), drawn[0].get_ylabel()) for ax in drawn} == {("width (cm)", "$x_{7}$")}


@pytest.mark.parametrize("theme", THEMES)
def test_no_marker_has_the_colour_of_the_ground_where_a_tanh_ends(theme):
    run = us.train(LAB, hidden=(4,), activation="tanh", seed=0)
    (image,) = us.plot.hidden_layer(run, theme=theme)[0].images
    ends = [image.cmap(image.norm(value))[:3] for value in (-1.0, 1.0)]
    # by hand: the least that was told apart where it was looked at
    away = [
        np.linalg.norm(np.subtract(to_rgb(color), end)) for color in class_colors(4) for end in ends
    ]
    assert min(away) > 0.25


def test_a_pdf_has_its_texts(tmp_path):
    path = us.plot.save(us.plot.data(LAB), tmp_path / "data.pdf")
    content = path.read_bytes()
    assert content.startswith(b"%PDF-") and content.rstrip().endswith(b"%%EOF")
    assert b"/Type42" in content or b"/CIDFontType2" in content
    assert b"/CreationDate" not in content
    assert us.plot.save(us.plot.data(LAB), tmp_path / "again.pdf").read_bytes() == content

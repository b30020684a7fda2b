"""Names in any script: a sign that a font lacks comes from another, or it is said once."""

from __future__ import annotations

import logging
import warnings

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

import unitscope as us
from unitscope.figures import fonts

ELSEWHERE = "⃝"  # of the fonts that Matplotlib brings, STIX has it, and DejaVu Sans has not
CHINESE = "叶"


@pytest.fixture
def without_chinese(monkeypatch):
    """As on a machine with no font but those that Matplotlib brings."""
    monkeypatch.setattr(fonts, "_installed", lambda: [("cmr10", frozenset(range(128)))])
    monkeypatch.setattr(fonts, "_said", set())
    for cached in (fonts._ems, fonts._fonts_with):
        cached.cache_clear()
    yield
    for cached in (fonts._ems, fonts._fonts_with):
        cached.cache_clear()


def named(name: str) -> us.Dataset:
    return us.Dataset(np.eye(4), [0, 1, 0, 1], ["leaf", name], ["a", name, "c", "d"])


def drawn(panel) -> list[str]:
    """What Matplotlib warns of while it draws."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        panel.figure.canvas.draw()
    return [str(one.message) for one in caught]


def test_a_sign_of_another_font_is_drawn_in_it(caplog):
    panel = us.plot.data(named("o" + ELSEWHERE), features=(0, 1))
    texts = [text for text in panel.figure.findobj(Text) if ELSEWHERE in text.get_text()]
    assert len(texts) == 2  # an axis and the legend
    assert all(len(text.get_fontfamily()) > 1 for text in texts)
    assert drawn(panel) == [] and caplog.records == []


@pytest.mark.usefixtures("without_chinese")
def test_a_file_is_saved_without_another_library_s_warnings(caplog, tmp_path):
    own = Figure()  # not of ours: nothing has been said of it
    own.text(0.5, 0.5, CHINESE)
    for picture in (own, us.plot.data(named(CHINESE), features=(0, 1))):
        us.plot.save(picture, tmp_path / "picture.png")
    assert [CHINESE in record.getMessage() for record in caplog.records] == [True]


def pictures(data):
    run = us.train(data, hidden=(2,), epochs=3, validation=0.5)
    yield us.plot.decision_regions(run)
    yield us.plot.hidden_layer(run)
    yield us.plot.output_layer(run)
    yield us.plot.training(run)
    yield us.plot.sweep(us.sweep(data, seeds=3, epochs=3, hidden=(2,)))
    yield us.plot.comparison(us.compare(run.at(1), run, data))


@pytest.mark.slow
def test_every_picture_takes_signs_from_the_font_that_has_them(caplog):
    data = us.Dataset(
        us.datasets.lab().X, us.datasets.lab().y, [f"{k}{ELSEWHERE}" for k in "abcd"], ["x", "כלב"]
    )
    named_in = 0
    for made in pictures(data):
        panel = np.asarray(made, dtype=object).ravel()[0]
        texts = [text for text in panel.figure.findobj(Text) if ELSEWHERE in text.get_text()]
        named_in += bool(texts)
        assert all(len(text.get_fontfamily()) > 1 for text in texts)
        assert drawn(panel) == []
    assert named_in >= 4 and caplog.records == []


def test_a_sign_of_no_font_is_said_once(caplog, without_chinese):
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            us.plot.data(named("o" + CHINESE), features=(0, 1))
    (said,) = [record.getMessage() for record in caplog.records]
    assert said.startswith(f"unitscope: no font that is installed has the signs {CHINESE}: ")


def test_texts_of_a_font_with_all_their_signs_are_left_alone():
    panel = us.plot.data(named("Größe Ω"), features=(0, 1))
    families = {tuple(text.get_fontfamily()) for text in panel.figure.findobj(Text)}
    assert len(families) == 1

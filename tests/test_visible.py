"""Names from outside command nobody who shows them: a terminal, a picture, a sentence."""

from __future__ import annotations

import io
import unicodedata
from xml.dom import minidom

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import unitscope as us
from unitscope.cli.streams import Outlet
from unitscope.cli.tables import summary
from unitscope.errors import refusal, said
from unitscope.visible import on_one_line, visible

NAMES = ("red\x1b[2J\x1b]52;c;AA==\x07", "two\r\nunitscope: lines", "\u202egnirts\x9b31m\0")
TURNS = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def commands(text: str) -> set[str]:
    """What a terminal would obey of a text, but for new lines."""
    return {sign for sign in text if unicodedata.category(sign) == "Cc" or sign in TURNS} - {"\n"}


def named() -> us.Dataset:
    """The lab's points, whose classes and features have such names."""
    data = us.lab.data()
    return us.Dataset(data.X, data.y, [*NAMES, "c3"], NAMES[:2])


@given(
    st.text(
        st.sampled_from("ab é\x00\x1b\n\t\r\x0b\x7f\x85\x9b\xa0\u2028\u202e\u2069\u200d日\ud800")
    )
)
@settings(max_examples=60)
def test_no_text_commands_and_what_commands_nothing_stays(text):
    assert commands(visible(text)) <= {"\t"}
    assert not commands(on_one_line(text))
    assert "\n" not in on_one_line(text)
    if not commands(text) and not {"\u2028", "\u2029"} & set(text):
        assert visible(text) == text


def test_letters_of_all_scripts_stay():
    text = "naïve\tZürich\nنارنجی‌ها 日本語 👩‍🔬"
    assert visible(text) == text


def test_names_in_words_reports_and_refusals_command_nothing():
    data = named()
    run = us.train(data, hidden=(2,), epochs=5)
    said_of = us.explain(run)
    compared = us.compare(run.at(0), run, names=NAMES[:2])
    texts = [
        repr(data),
        summary(data),
        str(run.report()),
        *(str(us.explain(run, length="full", point=point)) for point in (None, 0)),
        said_of.to_markdown(),
        said_of.to_html(),
        str(compared.words),
        str(refusal("class", "another", said(NAMES[0]))),
    ]
    for text in texts:
        assert not commands(text)
        assert "\nunitscope: lines" not in text


@pytest.mark.parametrize("drawn", ["decision_regions", "output_layer"])
def test_a_picture_with_such_names_is_a_picture(drawn, tmp_path):
    axes = getattr(us.plot, drawn)(us.Network.initialize((2, 2, 4)), named())
    path = us.plot.save(axes, tmp_path / "drawn.svg")
    assert r"\x1b" in path.read_text(encoding="utf-8")
    minidom.parse(str(path))


def test_what_a_command_prints_commands_nothing_but_a_bar_begins_its_line_again():
    stream = io.StringIO()
    outlet = Outlet(stream)
    outlet.write("\r" + NAMES[0])
    outlet.write("".join(NAMES))
    first, rest = stream.getvalue()[:1], stream.getvalue()[1:]
    assert first == "\r"
    assert not commands(rest)

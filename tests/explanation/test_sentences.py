"""The table of the story's sentences: what is in it, and that JavaScript has the same."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

from unitscope.explanation.prose.sentences import SENTENCES, say

REPOSITORY = Path(__file__).parents[2]
PROSE = REPOSITORY / "src" / "unitscope" / "explanation" / "prose"


def test_the_javascript_has_the_same_table():
    place = REPOSITORY / "tools" / "sentences.py"
    spec = importlib.util.spec_from_file_location("sentences", place)
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    assert tool.TABLE.read_text(encoding="utf-8") == tool.script(), "python tools/sentences.py"


def test_every_sentence_is_used():
    """By its whole name, or by the beginning that it shares with others."""
    places = [*PROSE.glob("*.py"), PROSE.parent / "grammar.py"]
    code = "".join(
        path.read_text(encoding="utf-8") for path in places if path.name != "sentences.py"
    )
    begun = tuple(re.findall(r'"([a-z_]+)(?:\{|(?<=_)")', code))
    named = set(re.findall(r'"([a-z0-9_]+)"', code))
    unused = [key for key in SENTENCES if key not in named and not key.startswith(begun)]
    assert unused == []


def test_what_fills_a_slot_is_not_read_again():
    """A name of a class may look like a slot, or like a format."""
    name = "{name.__class__} {0} {{thing}} %s"
    assert say("so_wins", name=name) == f"so {name} wins"

"""English sentences, written and tagged for this project: `package_data/sentences.txt`.

Words are told apart as nouns, verbs, adjectives and adverbs; all else is "other". How, is said in
docs/words.md. A line is a sentence; a word of it is followed by a slash and its tag's letter, and
one without is "other".
"""

from __future__ import annotations

import functools
from importlib.resources import files
from typing import Literal, NamedTuple

from unitscope.data.parts import Part, part_of

Tag = Literal["noun", "verb", "adjective", "adverb", "other"]

TAGS: tuple[Tag, ...] = ("noun", "verb", "adjective", "adverb", "other")
_LETTERS: dict[str, Tag] = {"n": "noun", "v": "verb", "a": "adjective", "r": "adverb"}


class Sentence(NamedTuple):
    """Words as they are written, and the tag of each."""

    words: tuple[str, ...]
    tags: tuple[Tag, ...]


@functools.cache
def _all() -> tuple[Sentence, ...]:
    text = (files("unitscope") / "package_data" / "sentences.txt").read_text("utf-8")
    return tuple(_read(line) for line in text.splitlines())


def sentences(part: Part = "all") -> tuple[Sentence, ...]:
    """All sentences in their order, or those to learn from, or the quarter that is left to test."""
    return tuple(_all()[number] for number in part_of(part, len(_all())))


def _read(line: str) -> Sentence:
    pairs = [word.partition("/") for word in line.split()]
    return Sentence(
        tuple(word for word, _, _ in pairs),
        tuple(_LETTERS[letter] if letter else "other" for _, _, letter in pairs),
    )

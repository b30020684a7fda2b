"""English sentences, written and tagged for this project: `package_data/sentences.txt`.

Words are told apart as nouns, verbs, adjectives and adverbs; all else is "other". How, is said in
docs/words.md. A line is a sentence; a word of it is followed by a slash and its tag's letter, and
one without is "other".
"""

from __future__ import annotations

import functools
from importlib.resources import files
from typing import Literal, NamedTuple

Tag = Literal["noun", "verb", "adjective", "adverb", "other"]
Part = Literal["all", "train", "test"]

TAGS: tuple[Tag, ...] = ("noun", "verb", "adjective", "adverb", "other")
_LETTERS: dict[str, Tag] = {"n": "noun", "v": "verb", "a": "adjective", "r": "adverb"}
_HELD_OUT = 4  # of so many sentences that follow each other the last is for the test


class Sentence(NamedTuple):
    """Words as they are written, and the tag of each."""

    words: tuple[str, ...]
    tags: tuple[Tag, ...]


@functools.cache
def sentences(part: Part = "all") -> tuple[Sentence, ...]:
    """All sentences in their order, or those to learn from, or the quarter that is left to test."""
    if part == "all":
        text = (files("unitscope") / "package_data" / "sentences.txt").read_text("utf-8")
        return tuple(_read(line) for line in text.splitlines())
    wanted = part == "test"
    return tuple(
        sentence
        for number, sentence in enumerate(sentences())
        if (number % _HELD_OUT == _HELD_OUT - 1) == wanted
    )


def _read(line: str) -> Sentence:
    pairs = [word.partition("/") for word in line.split()]
    return Sentence(
        tuple(word for word, _, _ in pairs),
        tuple(_LETTERS[letter] if letter else "other" for _, _, letter in pairs),
    )

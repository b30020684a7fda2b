"""Questions about a word of a sentence, each answered with yes or no: the features of a tagger.

They ask what a reader can see: how the word is written, where it stands, and which of the small
words of English (`KINDS`) it or a neighbour is; "longer word" is one that is none of them. None
asks for a word's tag.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

# The small words, which say most about their neighbours.
KINDS: dict[str, frozenset[str]] = {
    name: frozenset(words.split())
    for name, words in {
        "article or the like": "a an the this that these those some every each no any all both "
        "few many much more most another",
        "number": "one two three four five six seven eight nine ten",
        "my/your/his": "my your his her our their its",
        "I/you/he": "i you he she it we they who everyone everything everybody nobody nothing "
        "someone something",
        "me/him/us": "me him us them mine ours yours",
        "preposition": "in on at to of from with for by without after before under over near off "
        "around round about across through into behind between against like than until since "
        "during along up down out",
        "and/if/when": "and or but if when because while why how what where which whether as",
        "form of be": "is are was were be been am",
        "can/will/has": "has have had do does did will would can cannot could may might must "
        "should shall",
        "very/too/quite": "very too so quite rather extremely almost still",
        "now/here/never": "not never always often rarely seldom sometimes now then soon here "
        "there today tomorrow yesterday again already ever",
    }.items()
}
_SMALL = frozenset().union(*KINDS.values())
_AUXILIARIES = KINDS["form of be"] | KINDS["can/will/has"]

# What a word may end in: the first ending of a row that it has counts.
ENDINGS: dict[str, tuple[str, ...]] = {
    "-ly": ("ly",),
    "-ing": ("ing",),
    "-ed": ("ed",),
    "-en": ("en",),
    "-er": ("er",),
    "-y": ("y",),
    "-ful/-ous/-al": (
        *("ful", "ous", "al", "ive", "able", "ible", "ish", "less", "ic", "ant", "ent"),
    ),
    "-tion/-ness": (*("tion", "ness", "ment", "ity", "ance", "ence", "ship", "hood", "ist", "or"),),
    "-s": ("s",),
    "-e": ("e",),
    "-t": ("t",),
}
# Those that are asked of a neighbour, too.
_NEIGHBOURS_ENDINGS = ("-ly", "-ing", "-ed", "-y", "-ful/-ous/-al", "-s")
_PLACES = {"before": -1, "after": 1, "two before": -2, "two after": 2}
_SHORT = 3

Question = Callable[[Sequence[str], int], bool]


def ending(word: str) -> str:
    """The name of what a word ends in, of `ENDINGS`; nothing where it is none of them."""
    if word.endswith("ss"):
        return ""
    return next((name for name, ends in ENDINGS.items() if word.endswith(ends)), "")


def _word(words: Sequence[str], at: int) -> str:
    """The word there in small letters; nothing beyond the sentence's ends."""
    return words[at].lower() if 0 <= at < len(words) else ""


def _is(words: Sequence[str], at: int, step: int, kind: str) -> bool:
    return _word(words, at + step) in KINDS[kind]


def _ends(words: Sequence[str], at: int, step: int, name: str) -> bool:
    word = _word(words, at + step)
    return ending(word) == name and word not in _SMALL


def _has_auxiliary(words: Sequence[str]) -> bool:
    return any(word.lower() in _AUXILIARIES for word in words)


def _is_longer(words: Sequence[str], at: int, step: int) -> bool:
    word = _word(words, at + step)
    return word != "" and word not in _SMALL


def _all() -> dict[str, Question]:
    asked: dict[str, Question] = {
        "place: first": lambda words, at: at == 0,
        "place: last": lambda words, at: at == len(words) - 1,
        "word: capital": lambda words, at: at > 0 and words[at][0].isupper(),
        "word: short": lambda words, at: len(words[at]) <= _SHORT,
        "place: second": lambda words, at: at == 1,
        "place: last but one": lambda words, at: at == len(words) - 2,
        "place: fourth or later": lambda words, at: at >= 3,
        "earlier: be/can/will": lambda words, at: _has_auxiliary(words[:at]),
        "later: be/can/will": lambda words, at: _has_auxiliary(words[at + 1 :]),
    }
    for name in ENDINGS:
        asked[f"word: ends in {name}"] = partial(_ends, step=0, name=name)
    for kind in KINDS:
        asked[f"word: {kind}"] = partial(_is, step=0, kind=kind)
    for place, step in _PLACES.items():
        for kind in KINDS:
            asked[f"{place}: {kind}"] = partial(_is, step=step, kind=kind)
        asked[f"{place}: longer word"] = partial(_is_longer, step=step)
        if abs(step) == 1:
            for name in _NEIGHBOURS_ENDINGS:
                asked[f"{place}: ends in {name}"] = partial(_ends, step=step, name=name)
    return asked


QUESTIONS: dict[str, Question] = _all()


def answers(words: Sequence[str]) -> np.ndarray:
    """A row for each word of a sentence, 1 for yes and 0 for no: (words, questions) float64."""
    rows = [[asked(words, at) for asked in QUESTIONS.values()] for at in range(len(words))]
    return np.array(rows, float).reshape(len(words), len(QUESTIONS))

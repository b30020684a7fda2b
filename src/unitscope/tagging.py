"""A tagger: a small network that says of each word of a sentence what part of speech it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from unitscope.data.questions import QUESTIONS, answers
from unitscope.data.sentences import TAGS, Tag
from unitscope.data.toys import words
from unitscope.errors import refusal, said
from unitscope.training.run import Run
from unitscope.training.train import train

_MOST_LETTERS = 10_000
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*|\d+")
_END = re.compile(r"[.!?;:]+\s+|\n\s*\n")
_REASONS = 3


class Reason(NamedTuple):
    """A question whose answer is yes, and what the word would be if it were no.

    `lost` is by how much that would lower the lead of the tag over the next best, in logits.
    """

    question: str
    otherwise: Tag
    lost: float


class Tagged(NamedTuple):
    """A word, its tag, how probable the network holds that, and the answers that speak for it."""

    word: str
    tag: Tag
    probability: float
    reasons: tuple[Reason, ...]


def trained() -> Run:
    """The tagger: 8 units that learnt from `us.datasets.words("train")`, the same at every call."""
    return train(words("train"), hidden=8, epochs=40, l2=1e-3)


def tagged(run: Run, text: str) -> list[list[Tagged]]:
    """The words of each sentence of a text with their tags and reasons.

    **Raises** `InvalidInput` for a text without words, or one of more than 10,000 characters.
    """
    if len(text) > _MOST_LETTERS:
        rule = f"a text of at most {_MOST_LETTERS:,} characters"
        raise refusal("text", rule, said(f"{len(text):,}"))
    found = [_WORD.findall(sentence) for sentence in _END.split(text)]
    found = [sentence for sentence in found if sentence]
    if not found:
        raise refusal("text", "words", text)
    return [_of_sentence(run, sentence) for sentence in found]


def _of_sentence(run: Run, sentence: Sequence[str]) -> list[Tagged]:
    rows = answers(sentence)
    chances = run.network.probabilities(rows)
    best = chances.argmax(axis=1)
    return [
        Tagged(word, TAGS[tag], float(chances[at, tag]), _reasons(run, rows[at], int(tag)))
        for at, (word, tag) in enumerate(zip(sentence, best, strict=True))
    ]


def _reasons(run: Run, row: np.ndarray, tag: int) -> tuple[Reason, ...]:
    """The yes whose turning to no costs the tag most of its lead, measured one at a time."""
    asked = np.flatnonzero(row)
    if not len(asked):
        return ()
    turned = np.repeat(row[None], len(asked) + 1, axis=0)
    turned[np.arange(len(asked)), asked] = 0.0  # the last row stays as it is
    logits = run.network.logits(turned)
    others = logits.copy()
    others[:, tag] = -np.inf
    leads = logits[:, tag] - others.max(axis=1)
    lost = leads[-1] - leads[:-1]
    first = [k for k in np.argsort(-lost, kind="stable")[:_REASONS] if lost[k] > 0]
    names = tuple(QUESTIONS)
    return tuple(Reason(names[asked[k]], TAGS[logits[k].argmax()], float(lost[k])) for k in first)

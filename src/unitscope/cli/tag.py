"""The command `unitscope tag`: the parts of speech of a sentence's words, with reasons."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from unitscope.shares import percent

if TYPE_CHECKING:
    from unitscope.tagging import Reason, Tagged

_REASONS = 2  # of each word, so that a line fits a terminal


def add_to(commands: Any) -> None:
    """Add the command to the command line."""
    tag = commands.add_parser(
        "tag",
        allow_abbrev=False,
        help="say the parts of speech of an English sentence, and why",
        description="Train a network of 8 units on English sentences that were written for this "
        "project, and say which words of yours it takes for nouns, verbs, adjectives, adverbs or "
        "others, and by which answers to its yes/no questions.",
    )
    tag.add_argument("text", metavar="TEXT", help='a sentence, or several: "We light the lamp."')
    tag.set_defaults(run=_tag)


def _tag(options: argparse.Namespace) -> int:
    from unitscope.data.toys import words
    from unitscope.tagging import tagged, trained

    run = trained()
    for sentence in tagged(run, options.text):
        _print(sentence)
    report = run.report(words("test"))
    print(
        f"The network learnt from {run.data.n_points:,} words; of the {report.n} words of the "
        f"sentences left out {report.right} are right, {percent(report.accuracy)}."
    )
    return 0


def _print(sentence: list[Tagged]) -> None:
    longest = max(len(word.word) for word in sentence)
    for word in sentence:
        why = "; ".join(_said(reason, word.tag) for reason in word.reasons[:_REASONS])
        print(
            f"{word.word:{longest}}  {word.tag:9}  {percent(word.probability):>6}  {why}".rstrip()
        )
    print()


def _said(reason: Reason, tag: str) -> str:
    """A reason, with the tag that the word would have otherwise where that is another."""
    return reason.question + (f" (else {reason.otherwise})" if reason.otherwise != tag else "")

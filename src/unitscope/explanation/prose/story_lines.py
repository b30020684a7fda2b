"""The story without a hidden layer: a straight line for each pair of classes."""

from __future__ import annotations

from collections.abc import Iterator

from unitscope.explanation.facts import Fact, printed
from unitscope.explanation.grammar import Teller, listed
from unitscope.explanation.prose import FEW_NAMES
from unitscope.explanation.prose.story_words import (
    HELPS,
    THREAD,
    Told,
    moved,
    thing,
    told,
)
from unitscope.explanation.story import picture_of

_MOST_INPUTS = 3
_MOST_PAIRS = 12


def lines(t: Teller) -> Iterator[Told]:
    """Outputs as sums, classes beside each other's lines."""
    linear, deep = t.fact("last_is_linear"), t.fact("hidden_layers")
    if not linear.value:
        words = "there is no hidden layer: each output reads the point itself"
        yield told(t, THREAD, words, deep)
        return
    features = t.at.net.n_features
    names = [t.input(number) for number in range(features)]
    what = listed(names) if features <= 2 else f"the {features} features"
    what = f"the {features} pixels" if picture_of(t.at) else what
    meet = {1: "at one place", 2: "along a straight line"}.get(features, "along a flat boundary")
    words = (
        f"there is no hidden layer: each output is a weighted sum of {what}, and the class whose "
        f"output is largest wins, so two classes can only meet {meet}"
    )
    yield told(t, THREAD, words, linear, deep, t.fact("widths", 0))
    yield from _one_wins(t)
    if features == 1:
        yield from _along(t)
    elif features == 2:
        yield from _pairs(t)
    elif features > 2 and not picture_of(t.at):
        yield from _outputs(t)


def _one_wins(t: Teller) -> Iterator[Told]:
    """How far the only answer's output is above the others."""
    tied = t.fact("tied_everywhere")
    if len(tied.value) > 1:
        words = f"the outputs of {t.names(tied.value)} tie at every {thing(t)}"
        yield told(t, THREAD, f"{words}, and a tie goes to the first", tied)
        return
    only, ahead = t.fact("only_answer"), t.fact("least_win")
    if only.value >= 0 and ahead.value > 0:
        words = f"the output of {t.name(only.value)} is the largest at every {thing(t)}"
        yield told(t, HELPS, f"{words}, by at least {printed(ahead.value)}", only, ahead)


def _along(t: Teller) -> Iterator[Told]:
    """The answers from one end of the only feature to the other."""
    along = t.fact("answers_along")
    if 1 < len(along.value) <= FEW_NAMES:
        words = (
            f"from the lowest {t.input(0)} to the highest the answers are {t.names(along.value)}"
        )
        yield told(t, THREAD, words, along)


def _pairs(t: Teller) -> Iterator[Told]:
    """On which side of their line two classes are that meet in the window."""
    touching = t.fact("touching").value
    if not touching or len(touching) > _MOST_PAIRS:
        return
    facts: list[Fact] = []
    by_class: dict[int, list[str]] = {}
    for one, other in touching:
        line = t.fact("beside", one, other)
        axis, sign = line.value
        if not sign:
            continue
        up, down = ("to the right of", "to the left of") if axis == 0 else ("above", "below")
        by_class.setdefault(one, []).append(f"{up if sign > 0 else down} {t.name(other)}")
        facts.append(line)
    said = [f"{t.name(one)} lies {listed(sides)}" for one, sides in by_class.items()]
    if said:
        yield told(t, THREAD, f"across their lines, {'; '.join(said)}", *facts)


def _outputs(t: Teller) -> Iterator[Told]:
    """What moves each output most."""
    few = t.at.net.n_classes <= FEW_NAMES
    for label in range(t.at.net.n_classes if few else 0):
        by = t.fact("output_moved_by", label, _MOST_INPUTS)
        if by.value:
            words = f"the output of {t.name(label)} {moved(t, by.value)}"
            if t.at.net.n_features > _MOST_INPUTS:
                words += ", which move it most" if len(by.value) > 1 else ", which moves it most"
            yield told(t, HELPS, words, by)

"""The story without a hidden layer: a straight line for each pair of classes."""

from __future__ import annotations

from collections.abc import Iterator

from unitscope.explanation.facts import Fact, printed
from unitscope.explanation.grammar import Teller, listed
from unitscope.explanation.prose import FEW_NAMES
from unitscope.explanation.prose.sentences import say
from unitscope.explanation.prose.story_words import (
    HELPS,
    THREAD,
    Told,
    moved,
    told,
    which_most,
    worded,
)
from unitscope.explanation.story import picture_of

_MOST_INPUTS = 3
_MOST_PAIRS = 12


def lines(t: Teller) -> Iterator[Told]:
    """Outputs as sums, classes beside each other's lines."""
    linear, deep = t.fact("last_is_linear"), t.fact("hidden_layers")
    if not linear.value:
        yield told(t, THREAD, say("reads_itself"), deep)
        return
    features = t.at.net.n_features
    names = [t.input(number) for number in range(features)]
    what = listed(names) if features <= 2 else say("the_features", count=features)
    what = say("the_pixels", count=features) if picture_of(t.at) else what
    where = say({1: "at_one_place", 2: "along_a_line"}.get(features, "along_a_flat"))
    words = say("weighted_sum", what=what, where=where)
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
        yield told(t, THREAD, worded(t, "all_tie", names=t.names(tied.value)), tied)
        return
    only, ahead = t.fact("only_answer"), t.fact("least_win")
    if only.value >= 0 and ahead.value > 0:
        name, lead = t.name(only.value), printed(ahead.value)
        yield told(t, HELPS, worded(t, "always_largest", name=name, lead=lead), only, ahead)


def _along(t: Teller) -> Iterator[Told]:
    """The answers from one end of the only feature to the other."""
    along = t.fact("answers_along")
    if 1 < len(along.value) <= FEW_NAMES:
        words = say("along", feature=t.input(0), names=t.names(along.value))
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
        up, down = ("right_of", "left_of") if axis == 0 else ("above", "below")
        side = say(up if sign > 0 else down, name=t.name(other))
        by_class.setdefault(one, []).append(side)
        facts.append(line)
    said = [say("lies", name=t.name(one), sides=listed(by_class[one])) for one in by_class]
    if said:
        yield told(t, THREAD, say("across", pairs="; ".join(said)), *facts)


def _outputs(t: Teller) -> Iterator[Told]:
    """What moves each output most."""
    few = t.at.net.n_classes <= FEW_NAMES
    for label in range(t.at.net.n_classes if few else 0):
        by = t.fact("output_moved_by", label, _MOST_INPUTS)
        if by.value:
            words = say("output_moved", name=t.name(label), moved=moved(t, by.value))
            if t.at.net.n_features > _MOST_INPUTS:
                words += which_most(by.value)
            yield told(t, HELPS, words, by)

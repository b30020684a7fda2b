"""The codes of the classes: which hidden units are on together, and points that coincide."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from unitscope.explanation.claims import Claim
from unitscope.explanation.facts import printed
from unitscope.explanation.grammar import Teller, counted, listed
from unitscope.explanation.prose import BRIEF, CODE, FEW_UNITS, NORMAL

_PATTERNS = 3  # that are listed for a class
_COORDINATES = 4  # of a place, that are listed


def codes(t: Teller) -> Iterator[Claim]:
    """How the last hidden layer tells the classes apart, and where it cannot."""
    if not t.at.hidden:
        return
    last = t.at.net.layers[-2]
    if last.activation == "relu" and last.units <= FEW_UNITS:
        yield from _patterns(t, last.units)
        yield from _shared_patterns(t, last.units)
    yield from _coincidences(t)


def _patterns(t: Teller, units: int) -> Iterator[Claim]:
    for label in t.occupied():
        patterns = t.fact("patterns", t.at.hidden - 1, label)
        (commonest, at_most), *next_ones = patterns.value[:_PATTERNS]
        shown = [f"{_who_is_on(commonest, units)} at {t.portion(at_most, label)}"]
        shown += [f"{_who_is_on(pattern, units)} at {count}" for pattern, count in next_ones]
        words = listed(shown)
        more = len(patterns.value) - len(shown)
        if more:
            words += f"; {counted(more, 'other pattern')}"
        yield t.say(CODE, NORMAL, words, patterns, t.sizes, t.fact("shape"))


def _shared_patterns(t: Teller, units: int) -> Iterator[Claim]:
    commonest = t.fact("commonest", t.at.hidden - 1)
    for pattern, labels in commonest.value:
        consequence = (
            "they are told apart by how large the units are, not by which are on"
            if pattern
            else "where no unit is on, nothing tells them apart"
        )
        words = (
            f"{t.names(labels)} share their most common pattern "
            f"({_who_is_on(pattern, units)}): {consequence}"
        )
        yield t.say(CODE, BRIEF, words, commonest, t.fact("shape"))


def _coincidences(t: Teller) -> Iterator[Claim]:
    fullest = t.fact("fullest", t.at.hidden - 1)
    space = f"layer {t.at.hidden}" if t.at.hidden > 1 else "hidden space"
    for place, counts in fullest.value:
        portions = [t.portion(count, label) for label, count in enumerate(counts) if count]
        words = (
            f"{listed(portions)} land at {_place(place)} in {space}, "
            "where nothing can tell them apart any more"
        )
        level = BRIEF if sum(counts) * 10 > t.at.n else NORMAL
        yield t.say(CODE, level, words, fullest, t.sizes)


def _place(place: Sequence[float]) -> str:
    if len(place) <= _COORDINATES:
        return f"({', '.join(printed(value) for value in place)})"
    return "one place" if any(place) else "the place where every unit is 0"


def _who_is_on(pattern: Sequence[int], units: int) -> str:
    if not pattern:
        return "no unit is on"
    if len(pattern) == units > 1:
        return "both units are on" if units == 2 else f"all {units} units are on"
    names = listed([str(unit) for unit in pattern])
    return f"only unit {names} is on" if len(pattern) == 1 else f"only units {names} are on"

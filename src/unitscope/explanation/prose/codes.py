"""The codes of the classes: which hidden units are on together, and points that coincide."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from unitscope.explanation.claims import Claim
from unitscope.explanation.facts import printed
from unitscope.explanation.grammar import Teller, listed
from unitscope.explanation.prose import BRIEF, CODE, FEW_UNITS, FULL, NORMAL
from unitscope.sweeps.words import counted

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
    layer = t.at.hidden - 1
    where = f"in layer {t.at.hidden}, " if t.at.hidden > 1 else ""
    for label in t.occupied():
        patterns = t.fact("patterns_of", layer, label, _PATTERNS)
        (first, *others), more = patterns.value
        shown = [f"at {t.portion(first[1], label)} {who_is_on(first[0], units)}"]
        shown += [f"at {count:,} {who_is_on(pattern, units)}" for pattern, count in others]
        words = where + listed(shown)
        if more:
            words += f"; at the rest, {counted(more, 'other pattern')}"
        facts = patterns, t.fact("size", label), t.fact("width", layer)
        yield t.say(CODE, FULL, words, *facts, t.fact("has_off", layer, 0))


def _shared_patterns(t: Teller, units: int) -> Iterator[Claim]:
    """Classes with one most common pattern: whether the sizes of the units tell them apart."""
    layer = t.at.hidden - 1
    for pattern, labels in t.fact("commonest", layer).value:
        alike = t.fact("alike", layer, pattern, labels)
        count, right, answer = alike.value
        if answer >= 0:
            so = f"all {count:,} such points get one answer, {t.name(answer)}"
        elif right == count:
            so = f"how large the units are tells all {count:,} such points apart"
        else:
            so = f"by how large the units are, {right:,} of {count:,} such points are right"
        words = (
            f"{t.names(labels)} share their most common pattern ({who_is_on(pattern, units)}): {so}"
        )
        shared = (t.fact("commonest_of", layer, pattern, label) for label in labels)
        yield t.say(CODE, NORMAL, words, alike, *shared, t.fact("width", layer))


def _coincidences(t: Teller) -> Iterator[Claim]:
    layer = t.at.hidden - 1
    for place, counts in t.fact("fullest", layer).value:
        here = tuple((label, count) for label, count in enumerate(counts) if count)
        where = tuple(printed(value) for value in place)
        if len(place) > _COORDINATES:
            where = ("0",) if not any(place) else ()
        gathered = t.fact("gathered", layer, where, here)
        portions = [t.portion(count, label) for label, count in here]
        words = f"{listed(portions)} land at {_place(where, len(place))} in {t.space()}"
        if gathered.value >= 0:
            words += f", and so get one answer: {t.name(gathered.value)}"
        alone = here == ((gathered.value, sum(counts)),)
        level = BRIEF if sum(counts) * 10 > t.at.n else NORMAL
        level = FULL if alone else level
        sizes = (t.fact("size", label) for label, _ in here)
        yield t.say(CODE, level, words, gathered, *sizes, t.fact("hidden_layers"))


def _place(where: Sequence[str], units: int) -> str:
    """Its coordinates, where they are few."""
    if len(where) == units:
        return f"({', '.join(where)})"
    return "the place where every unit is 0" if where else "one place"


def who_is_on(pattern: Sequence[int], units: int) -> str:
    """Which of the layer's units are on, or that none is."""
    if units == 1:
        return f"unit 0 is {'on' if pattern else 'off'}"
    every = "both units are" if units == 2 else f"all {units} units are"
    if len(pattern) in (0, units):
        return f"{every} {'on' if pattern else 'off'}"
    names = listed([str(unit) for unit in pattern])
    return f"only unit {names} is on" if len(pattern) == 1 else f"only units {names} are on"

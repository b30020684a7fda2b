"""The story's end: the code of each class, where outputs are largest, and the closest call."""

from __future__ import annotations

from collections.abc import Iterator

from unitscope.explanation.facts import Fact, printed
from unitscope.explanation.grammar import Teller
from unitscope.explanation.prose import FEW_NAMES
from unitscope.explanation.prose.story_layers import FEW
from unitscope.explanation.prose.story_words import (
    HELPS,
    MUST,
    SPARE,
    THREAD,
    Told,
    of_all,
    thing,
    told,
    told_of_training,
)

_PLACES = {
    (): "in the corner",
    (0,): "on the bottom",
    (1,): "on the left edge",
    (0, 1): "up and right",
}
_OFTEN = 0.5  # of a class's points, that have its code
_NEARLY_ALL = 0.9
_TINY = 1e-9  # of the largest output: nearer than this two outputs are the same


def classes_apart(t: Teller) -> Iterator[Told]:
    """How the last layer tells the classes apart, by codes, places and outputs."""
    placed = ""
    codes = _codes(t)
    if codes:
        yield _said_codes(t, codes)
        placed = _places(t, codes)
    largest = list(_largest(t, placed, codes))
    yield from largest
    yield from _strangers(t, after_outputs=bool(largest))


def _codes(t: Teller) -> list[Fact]:
    """The commonest code of each class, where the units are few and on or off."""
    last = t.at.net.layers[-2] if t.at.hidden else None
    if last is None or last.activation != "relu" or last.units > FEW or t.at.hidden > 1:
        return []
    occupied, sizes = t.occupied(), t.sizes.value
    if not 2 <= len(occupied) <= FEW_NAMES or not t.fact("varying", 0).value:
        return []
    codes = [t.fact("code", 0, label) for label in occupied]
    kept = all(_OFTEN * sizes[fact.about[1]] <= fact.value[1] for fact in codes)
    return codes if kept else []


def _said_codes(t: Teller, codes: list[Fact]) -> Told:
    count = t.at.net.layers[0].units
    groups: dict[tuple[int, ...], list[int]] = {}
    for fact in codes:
        groups.setdefault(fact.value[0], []).append(fact.about[1])
    if len(groups) == len(codes):
        said = [f"{t.name(fact.about[1])} {_dashed(fact.value[0], count)}" for fact in codes]
        theirs = sum(fact.value[1] for fact in codes)
        have = "has its" if theirs == 1 else "have theirs"
        words = f"so each class has its code: {', '.join(said)}; {of_all(t, theirs)} {have}"
        facts = t.fact("widths", 0), t.fact("with_points"), t.fact("points")
        return told(t, THREAD, words, *codes, *facts)
    parts = []
    for pattern, labels in sorted(groups.items(), key=lambda group: -len(group[1])):
        shared = "share the code" if len(labels) > 1 else "has"
        parts.append(f"{t.names(labels)} {shared} {_dashed(pattern, count)}")
    words = f"so {', '.join(parts[:-1])}, and {parts[-1]}" if len(parts) > 1 else f"so {parts[0]}"
    return told(t, THREAD, words, *codes, t.fact("widths", 0), t.fact("with_points"))


def _dashed(pattern: tuple[int, ...], count: int) -> str:
    return "-".join("on" if unit in pattern else "off" for unit in range(count))


def _places(t: Teller, codes: list[Fact]) -> str:
    """Where in the plane of two units each class is, by its code."""
    patterns = [fact.value[0] for fact in codes]
    if t.at.net.layers[0].units != 2 or len(set(patterns)) < len(patterns):
        return ""
    (first, place), *others = [(t.name(fact.about[1]), _PLACES[fact.value[0]]) for fact in codes]
    sitting = [f"{first} sits {place}", *(f"{name} {place}" for name, place in others)]
    return f"in the a0-a1 plane, {', '.join(sitting)}"


def _largest(t: Teller, placed: str, codes: list[Fact]) -> Iterator[Told]:
    """Each output is largest on its own class, or not."""
    labels = range(t.at.net.n_classes)
    facts = [t.fact("where_largest", label) for label in labels]
    every = len(t.occupied()) == len(labels) and all(
        fact.value == label for label, fact in zip(labels, facts, strict=True)
    )
    if placed:
        words = f"{placed}, each where its output is largest" if every else placed
        facts = [*(facts if every else []), t.fact("widths", 0), t.fact("with_points")]
        yield told(t, THREAD, words, *codes, *facts)
    elif every:
        words = f"each output is largest, on average, on the {thing(t)}s of its own class"
        yield told(t, HELPS, words, *facts, t.fact("widths", t.at.hidden))


def _strangers(t: Teller, *, after_outputs: bool) -> Iterator[Told]:
    """Points of other classes where an output is large, too, and loses.

    `after_outputs`: outputs were just told of, so that a class's needs no noun.
    """
    found = [t.fact("strangers", label) for label in t.occupied() if _all_right(t, label)]
    most = max(found, key=lambda fact: fact.value[1], default=None)
    if most is None or not most.value[1]:
        return
    strangers, lost = most.value
    name = t.name(most.about[0])
    where = f"{strangers:,} {thing(t)}s of other classes"
    where = f"one {thing(t)} of another class" if strangers == 1 else where
    loses = "and loses" if lost == strangers else f"and loses at {lost:,} of them"
    plain = t.at.data.class_names[most.about[0]].isalnum() and not name[1:2].isdigit()
    whose = f"{name}'s" if after_outputs and plain else f"the output of {name}"
    words = f"large is not enough: {whose} is as large at {where} as on some of its own, {loses}"
    if t.at.run is None or not t.at.run.epochs or t.fact("minimized").value is not None:
        yield told(t, HELPS, words, most)
        return
    words += "; softmax compares outputs, so they fit together"
    yield told_of_training(t, HELPS, words, most, t.fact("trained_for"), t.fact("minimized"))


def _all_right(t: Teller, label: int) -> bool:
    return bool(t.fact("taken", label, label).value == t.sizes.value[label])


def one_class(t: Teller) -> Told:
    """Where all points are of one class."""
    (label,) = t.occupied()
    words = f"all {thing(t)}s are of one class, {t.name(label)}: nothing is told apart here"
    return told(t, MUST, words, t.fact("with_points"))


def close_call(t: Teller) -> Iterator[Told]:
    """The right point that is nearest to another answer, where few are wrong."""
    good, n = t.fact("right").value
    if good < _NEARLY_ALL * n:
        return
    region = t.fact("closest_region", digits=t.area_digits())
    if region.value is not None:
        point, own, distance, behind, certain = region.value
        if distance > _TINY:
            words = (
                f"closest call: {thing(t)} {point} of {t.name(own)}, {t.about(distance)} from "
                f"{t.name(behind)}'s region{'' if certain else ' in the window'}"
            )
            yield told(t, SPARE, words, region)
        return
    call = t.fact("closest_call")
    if call.value is None:
        return
    point, lead, rival = call.value
    if lead > _TINY * float(abs(t.at.logits).max()):
        own = t.fact("class_of", point)
        words = (
            f"closest call: {thing(t)} {point} of {t.name(own.value)}, where the output of "
            f"{t.name(rival)} is only {printed(lead)} lower"
        )
        yield told(t, SPARE, words, call, own)

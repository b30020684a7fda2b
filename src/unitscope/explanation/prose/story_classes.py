"""The story's end: the code of each class, where outputs are largest, and the closest call."""

from __future__ import annotations

from collections.abc import Iterator

from unitscope.explanation.facts import Fact, printed
from unitscope.explanation.grammar import Teller
from unitscope.explanation.prose import FEW_NAMES
from unitscope.explanation.prose.sentences import say
from unitscope.explanation.prose.story_layers import FEW
from unitscope.explanation.prose.story_words import (
    HELPS,
    MUST,
    SPARE,
    THREAD,
    Told,
    of_all,
    told,
    told_of_training,
    worded,
)

_OFTEN = 0.5  # of a class's points, that have its code
_NEARLY_ALL = 0.9
_TINY = 1e-9  # of the largest output: nearer than this two outputs are the same


def classes_apart(t: Teller) -> Iterator[Told]:
    """How the last layer tells the classes apart, by codes, places and outputs."""
    codes = _codes(t)
    if codes:
        yield _said_codes(t, codes)
    largest = list(_largest(t, _places(t, codes), codes))
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
        said = [
            say("code", name=t.name(fact.about[1]), code=_dashed(fact.value[0], count))
            for fact in codes
        ]
        theirs = sum(fact.value[1] for fact in codes)
        key = "codes_one" if theirs == 1 else "codes"
        words = say(key, codes=", ".join(said), points=of_all(t, theirs))
        facts = t.fact("widths", 0), t.fact("with_points"), t.fact("points")
        return told(t, THREAD, words, *codes, *facts)
    parts = []
    for pattern, labels in sorted(groups.items(), key=lambda group: -len(group[1])):
        key = "share_code" if len(labels) > 1 else "has_code"
        parts.append(say(key, names=t.names(labels), code=_dashed(pattern, count)))
    *most, last = parts
    key = "shared_codes" if most else "shared_code"
    words = say(key, first=", ".join(most or parts), last=last)
    return told(t, THREAD, words, *codes, t.fact("widths", 0), t.fact("with_points"))


def _dashed(pattern: tuple[int, ...], count: int) -> str:
    return "-".join(say("on" if unit in pattern else "off") for unit in range(count))


def _places(t: Teller, codes: list[Fact]) -> str:
    """Where in the plane of two units each class is, by its code."""
    patterns = [fact.value[0] for fact in codes]
    if not codes or t.at.net.layers[0].units != 2 or len(set(patterns)) < len(patterns):
        return ""
    sitting: list[str] = []
    for fact in codes:
        place = say("place_" + "".join(map(str, fact.value[0])))
        key = "sits_too" if sitting else "sits"
        sitting.append(say(key, name=t.name(fact.about[1]), place=place))
    return ", ".join(sitting)


def _largest(t: Teller, placed: str, codes: list[Fact]) -> Iterator[Told]:
    """Each output is largest on its own class, or not."""
    labels = range(t.at.net.n_classes)
    facts = [t.fact("where_largest", label) for label in labels]
    every = len(t.occupied()) == len(labels) and all(
        fact.value == label for label, fact in zip(labels, facts, strict=True)
    )
    if placed:
        words = say("places_largest" if every else "places", places=placed)
        facts = [*(facts if every else []), t.fact("widths", 0), t.fact("with_points")]
        yield told(t, THREAD, words, *codes, *facts)
    elif every:
        yield told(t, HELPS, worded(t, "own_largest"), *facts, t.fact("widths", t.at.hidden))


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
    key = "stranger" if strangers == 1 else "strangers_many"
    where = worded(t, key, count=f"{strangers:,}")
    loses = say("loses" if lost == strangers else "loses_some", count=f"{lost:,}")
    plain = t.at.data.class_names[most.about[0]].isalnum() and not name[1:2].isdigit()
    whose = say("class_s" if after_outputs and plain else "output_of", name=name)
    words = say("strangers", whose=whose, where=where, loses=loses)
    if t.at.run is None or not t.at.run.epochs or t.fact("minimized").value is not None:
        yield told(t, HELPS, words, most)
        return
    words += say("fit_together")
    yield told_of_training(t, HELPS, words, most, t.fact("trained_for"), t.fact("minimized"))


def _all_right(t: Teller, label: int) -> bool:
    return bool(t.fact("taken", label, label).value == t.sizes.value[label])


def one_class(t: Teller) -> Told:
    """Where all points are of one class."""
    (label,) = t.occupied()
    words = worded(t, "one_class", name=t.name(label))
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
            names = {"name": t.name(own), "other": t.name(behind)}
            key = "closest" if certain else "closest_seen"
            words = worded(t, key, point=point, distance=t.about(distance), **names)
            yield told(t, SPARE, words, region)
        return
    call = t.fact("closest_call")
    if call.value is None:
        return
    point, lead, rival = call.value
    if lead > _TINY * float(abs(t.at.logits).max()):
        own = t.fact("class_of", point)
        names = {"name": t.name(own.value), "other": t.name(rival)}
        words = worded(t, "closest_output", point=point, lead=printed(lead), **names)
        yield told(t, SPARE, words, call, own)

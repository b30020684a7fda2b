"""Words by feature: which move each unit, each class and one point, and by how much."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from unitscope.explanation.claims import Claim
from unitscope.explanation.facts import printed
from unitscope.explanation.features import are_told
from unitscope.explanation.grammar import Teller, listed
from unitscope.explanation.prose import BRIEF, FEW_NAMES, FULL, HIDDEN, NORMAL, OUTPUTS, POINT
from unitscope.explanation.prose.story_words import feature
from unitscope.explanation.traces import Place

_MOST = 3  # features that are named


def moves_unit(t: Teller, unit: int, name: str, level: int) -> Iterator[Claim]:
    """What one standard deviation of a feature does to a unit of the first layer."""
    found = t.fact("unit_moved", unit, _MOST).value
    if not found:
        return
    spreads = [printed(spread) for _, spread, _ in found]
    more = "" if set(spreads) == {"1"} else f" ({listed(spreads)})"
    words = (
        f"{name} is moved most by {listed([feature(t, one) for one, *_ in found])}: "
        f"one standard deviation more{more} adds {listed([printed(one[2]) for one in found])} "
        "to its sum"
    )
    yield t.say(HIDDEN, level, words, t.fact("unit_moved", unit, len(found)))


def moves_classes(t: Teller) -> Iterator[Claim]:
    """What the features do to each output at the points of its class."""
    if not are_told(t.at):
        return
    level = BRIEF if len(t.occupied()) <= FEW_NAMES else FULL
    for label in t.occupied():
        found = t.fact("class_moved", label, _MOST).value
        if not found:
            continue
        which, changes = _moved(t, found, ("lower", "higher"))
        words = (
            f"at the points of {t.name(label)} its output is moved most by {which}, it would be "
            f"{changes} on average"
        )
        yield t.say(OUTPUTS, level, words, t.fact("class_moved", label, len(found)))


def moves_point(t: Teller, place: Place) -> Iterator[Claim]:
    """What the features do to the lead of the answer at one place."""
    if not are_told(t.at) or len(t.fact("tied_there", place).value) > 1:
        return
    second, found = t.fact("point_moved", place, _MOST).value
    if not found:
        return
    means = t.fact("means", *(number for number, _ in found))
    which, changes = _moved(t, found, ("smaller", "larger"), means.value)
    decided = t.fact("decided", place)
    words = (
        f"the lead of {t.name(decided.value)} over {t.name(second)} there is moved most by "
        f"{which}, it would be {changes}"
    )
    yield t.say(POINT, NORMAL, words, decided, means, t.fact("point_moved", place, len(found)))


def _moved(
    t: Teller,
    found: Sequence[tuple[int, float]],
    less_more: tuple[str, str],
    means: Sequence[float] = (),
) -> tuple[str, str]:
    """Proline and ash: with one of them at its mean; 2.1 lower and 1.3 higher."""
    less, more = less_more
    changes = [f"{printed(abs(by))} {less if by > 0 else more}" for _, by in found]
    one = "one of them" if len(found) > 1 else "it"
    where = f" ({listed([printed(mean) for mean in means])})" if means else ""
    names = listed([feature(t, number) for number, _ in found])
    return f"{names}: with {one} at its mean{where}", listed(changes)

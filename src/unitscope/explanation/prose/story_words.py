"""Words that the story's sentences share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from unitscope.explanation.claims import Claim, marked
from unitscope.explanation.facts import Fact
from unitscope.explanation.grammar import Teller, listed
from unitscope.explanation.prose import BRIEF, STORY
from unitscope.explanation.prose.sentences import say
from unitscope.explanation.story import picture_of

# How well a sentence can be spared where there are too many.
MUST, THREAD, HELPS, SPARE = range(4)

_WORDS = say("numbers").split()


class Told(NamedTuple):
    """A sentence of the story, and how well it can be spared."""

    rank: int
    claim: Claim


def told(t: Teller, rank: int, words: str, *facts: Fact) -> Told:
    """A sentence of the story about the network and its data."""
    return Told(rank, t.say(STORY, BRIEF, words, *facts))


def told_of_training(t: Teller, rank: int, words: str, *facts: Fact) -> Told:
    """A sentence of the story about the run."""
    return Told(rank, t.say_of_training(STORY, BRIEF, words, *facts))


def worded(t: Teller, key: str, **slots: object) -> str:
    """A sentence of the table, where a thing is what a point is."""
    return say(key, thing=thing(t), **slots)


def in_words(count: int) -> str:
    """Two; from 11 on, 11."""
    return _WORDS[count] if count < len(_WORDS) else f"{count:,}"


def alike(count: int, most: int) -> str:
    """In words only where the largest count of a list is, too."""
    return in_words(count) if most < len(_WORDS) else f"{count:,}"


def thing(t: Teller) -> str:
    """What a point is."""
    return say("point" if picture_of(t.at) is None else "picture")


def things(t: Teller, count: int) -> str:
    """1 point, 2,000 points."""
    return worded(t, "one_thing" if count == 1 else "things", count=f"{count:,}")


def of_all(t: Teller, count: int) -> str:
    """All 100 points, or 77 of 100 points."""
    if count < t.at.n:
        return say("part_of", count=f"{count:,}", things=things(t, t.at.n))
    return say("all_of", things=things(t, count)) if count > 1 else worded(t, "the_one")


def share_of(t: Teller, count: int, label: int, *, first: bool = True) -> str:
    """23 of the 25 points of c1; where points were mentioned before, 23 of 25 of c1."""
    size, name = t.sizes.value[label], t.name(label)
    if not count:
        return say("none_of_class", name=name)
    if size == 1:
        return worded(t, "only_of_class", name=name)
    again = "" if first or t.at.data.class_names[label][:1].isdigit() else "_again"
    key = f"all_of_class{again}" if count == size else f"part_of_class{again}"
    return worded(t, key, count=f"{count:,}", size=f"{size:,}", name=name)


def shares(t: Teller, counts: Sequence[int]) -> str:
    """How many points of each class: of those that have any, most first, then the others."""
    labels = sorted(t.occupied(), key=lambda label: -counts[label] / t.sizes.value[label])
    parts: list[str] = []
    for label in labels:
        parts.append(share_of(t, counts[label], label, first=not parts))
    return listed(parts)


def some(t: Teller, found: Sequence[tuple[int, int]]) -> str:
    """2 points of c1 and 3 of c2, from (label, count)."""
    parts: list[str] = []
    for label, count in found:
        name = t.name(label)
        if t.sizes.value[label] == 1:
            parts.append(worded(t, "only_of_class", name=name))
        elif parts:
            parts.append(say("more_of_class", count=f"{count:,}", name=name))
        else:
            parts.append(say("some_of_class", things=things(t, count), name=name))
    return listed(parts)


def units(numbers: Sequence[int]) -> str:
    """Unit 3, or units 1, 4 and 7."""
    names = listed([str(number) for number in numbers])
    return say("unit" if len(numbers) == 1 else "units", numbers=names)


def in_layer(t: Teller, layer: int) -> str:
    """Of which layer units are, where there are several."""
    return say("in_layer", layer=layer + 1) if t.at.hidden > 1 else ""


def feature(t: Teller, number: int) -> str:
    """A feature's name, without that it was standardized: it moves a unit the same way."""
    return marked(t.at.data.feature_names[number].removesuffix(" (standardized)"))


def moved(t: Teller, found: Sequence[tuple[int, int]]) -> str:
    """Grows with x0 and x2 and falls with x1, from (input, sign)."""
    up = [feature(t, number) for number, sign in found if sign > 0]
    down = [feature(t, number) for number, sign in found if sign < 0]
    parts = [say("grows_with", features=listed(up))] if up else []
    parts += [say("falls_with", features=listed(down))] if down else []
    return listed(parts)


def which_most(moving: Sequence[object]) -> str:
    """That these move it most."""
    return say("which_move" if len(moving) > 1 else "which_moves")

"""The network as a whole: accuracy, mistakes, decision regions, points near the boundary."""

from __future__ import annotations

from collections.abc import Iterator

from unitscope.explanation.claims import Claim
from unitscope.explanation.facts import printed
from unitscope.explanation.grammar import Teller, are, counted, percent
from unitscope.explanation.prose import BRIEF, FEW_NAMES, FULL, NORMAL, WHOLE

_MOST_CONFUSIONS = 2 * FEW_NAMES
_MOST_MISTAKES = 50
_MISTAKES = 5  # of them at normal length
_NEAREST = ("nearest", "second nearest", "third nearest")


def whole(t: Teller) -> Iterator[Claim]:
    """What the network gets right and wrong, and how it divides the window."""
    yield _accuracy(t)
    yield from _confusions(t)
    yield from _mistakes(t)
    if t.fact("touching").value is not None:
        yield from _regions(t)
        yield from _nearest_points(t)


def _accuracy(t: Teller) -> Claim:
    right = t.fact("right")
    good, n = right.value
    which = "all" if good == n else f"{good:,} of"
    points, share = counted(n, "point"), percent(good / n)
    words = f"the network classifies {which} {points} right ({share})"
    return t.say(WHOLE, BRIEF, words, right)


def _confusions(t: Teller) -> Iterator[Claim]:
    confusion = t.fact("confusion")
    for own, taken, count in confusion.value[:_MOST_CONFUSIONS]:
        level = BRIEF if count > 1 else NORMAL
        words = f"{t.portion(count, own)} {are(count)} taken for {t.name(taken)}"
        yield t.say(WHOLE, level, words, confusion, t.sizes)


def _mistakes(t: Teller) -> Iterator[Claim]:
    wrong = (~t.at.right).nonzero()[0].tolist()
    for rank, point in enumerate(wrong[:_MOST_MISTAKES]):
        mistake = t.fact("mistake", point)
        own, taken, own_chance, taken_chance = mistake.value
        level = NORMAL if rank < _MISTAKES else FULL
        words = (
            f"point {point} is {t.name(own)}, but {t.name(taken)} has the larger output there: "
            f"their probabilities are {printed(own_chance)} and {printed(taken_chance)}"
        )
        yield t.say(WHOLE, level, words, mistake)


def _regions(t: Teller) -> Iterator[Claim]:
    touching = t.fact("touching")
    for label in range(t.at.net.n_classes):
        territory = t.fact("territory", label, digits=t.area_digits())
        parts, share = territory.value
        if not parts:
            words = f"no part of the window around the points goes to {t.name(label)}"
            yield t.say(WHOLE, NORMAL, words, territory)
            continue
        neighbours = [i + j - label for i, j in touching.value if label in (i, j)]
        beside = f", beside {t.names(neighbours)}" if neighbours else ""
        words = (
            f"the decision region of {t.name(label)} covers {t.about(100 * share)}% of the window, "
            f"in {counted(parts, 'part')}{beside}"
        )
        yield t.say(WHOLE, NORMAL, words, territory, touching)


def _nearest_points(t: Teller) -> Iterator[Claim]:
    for rank in range(min(len(_NEAREST), int(t.at.right.sum()))):
        near = t.fact("nearest_to_boundary", rank, digits=t.area_digits())
        if near.value is None:
            continue
        point, distance, behind = near.value
        own = t.name(int(t.at.data.y[point]))
        words = (
            f"of the points classified right, point {point} of {own} is {_NEAREST[rank]} to the "
            f"decision boundary in the window: {t.about(distance)} from it, "
            f"with {t.name(behind)} behind it"
        )
        level = NORMAL if rank == 0 else FULL
        yield t.say(WHOLE, level, words, near, t.fact("class_of", point))

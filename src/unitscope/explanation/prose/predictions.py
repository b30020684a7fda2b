"""The network as a whole: accuracy, mistakes, decision regions, points near the boundary."""

from __future__ import annotations

from collections.abc import Iterator

from unitscope.explanation.claims import Claim
from unitscope.explanation.facts import printed
from unitscope.explanation.grammar import Teller, are, listed, percent
from unitscope.explanation.prose import BRIEF, FEW_NAMES, FULL, NORMAL, WHOLE
from unitscope.sweeps.words import counted

_MOST_CONFUSIONS = 2 * FEW_NAMES
_MOST_MISTAKES = 20
_MISTAKES = 3  # of them at normal length
_NAMED = 5  # points of one mistake that are named
_MOST_ANSWERS, _MOST_DIGITS = 8, 12  # along the line of one feature
_NEAREST = ("nearest", "second nearest", "third nearest")
_UNBALANCED = 1.5  # the largest class is this many times its fair share


def whole(t: Teller) -> Iterator[Claim]:
    """What the network gets right and wrong, and how it divides the window."""
    yield _accuracy(t)
    yield from _confusions(t)
    yield from _mistakes(t)
    yield from _on_the_line(t)
    if t.fact("touching").value is not None:
        yield from _regions(t)
        yield from _nearest_points(t)


def _on_the_line(t: Teller) -> Iterator[Claim]:
    """Of one feature, where the answer changes."""
    line = t.fact("on_the_line", digits=_MOST_DIGITS)
    found = line.value
    if found is None or len(found[3]) > _MOST_ANSWERS:
        return
    low, high, changes, answers = found
    start, end, *places = (printed(place, _MOST_DIGITS) for place in (low, high, *changes))
    ends = [*(f" up to {place}" for place in places), ""]
    told = [f"{t.name(answer)}{end}" for answer, end in zip(answers, ends, strict=True)]
    words = (
        f"from {start} to {end} of {t.input(0)}, the answer is "
        f"{', then '.join(told)}{'' if changes else ' throughout'}"
    )
    yield t.say(WHOLE, BRIEF, words, line)


def _accuracy(t: Teller) -> Claim:
    right, largest = t.fact("right"), t.fact("largest_class")
    good, n = right.value
    which = "all" if good == n else f"{good:,} of"
    points, share = counted(n, "point"), percent(good / n)
    words = f"the network classifies {which} {points} right ({share})"
    label, size = largest.value
    several = len(t.occupied()) > 1
    if not several or (size * len(t.occupied()) < _UNBALANCED * n and good > size):
        return t.say(WHOLE, BRIEF, words, right)
    words += f"; the answer {t.name(label)} for every point would be right at {size:,}"
    return t.say(WHOLE, BRIEF, words, right, largest)


def _confusions(t: Teller) -> Iterator[Claim]:
    for own, other, _ in t.fact("confusion").value[:_MOST_CONFUSIONS]:
        taken = t.fact("taken", own, other)
        level = BRIEF if taken.value > 1 else NORMAL
        words = f"{t.portion(taken.value, own)} {are(taken.value)} taken for {t.name(other)}"
        yield t.say(WHOLE, level, words, taken, t.fact("size", own))


def _mistakes(t: Teller) -> Iterator[Claim]:
    """Wrong points, those with the same outputs in one sentence."""
    wrong, told = (~t.at.right).nonzero()[0].tolist(), set[int]()
    for rank in range(_MOST_MISTAKES):
        left = [point for point in wrong if point not in told]
        if not left:
            return
        told.update(t.fact("wrong_alike", left[0]).value)
        yield _mistake(t, left[0], NORMAL if rank < _MISTAKES else FULL)


def _mistake(t: Teller, point: int, level: int) -> Claim:
    """A wrong point and those like it: the larger output, or the tie that it lost."""
    found = t.fact("wrong_alike", point).value
    named, count = found[:_NAMED], len(found)
    alike, tied = t.fact("mistaken_alike", named, count), t.fact("tied", point)
    own, taken = (t.fact(name, point) for name in ("class_of", "answer"))
    points = [str(number) for number in named]
    points += [f"{count - len(named):,} more"] if count > len(named) else []
    which = f"point {point} is" if count == 1 else f"points {listed(points)} are"
    there = "there" if count == 1 else "there, the same at each"
    if own.value not in tied.value:
        mistake, lost = t.fact("mistake", point), t.fact("lost_by", point)
        mine, theirs = (percent(share) for share in mistake.value[2:])
        larger = f"{which} {t.name(own.value)}, but {t.name(taken.value)} has the larger output"
        if mine == theirs:
            words = f"{larger} {there}, by {printed(lost.value)}"
            return t.say(WHOLE, level, words, alike, own, taken, lost)
        words = (
            f"{larger} {there}: its probability is {theirs}, and that of {t.name(own.value)} {mine}"
        )
        return t.say(WHOLE, level, words, alike, mistake)
    every = len(tied.value) == t.at.net.n_classes > 2
    ties = "all outputs tie" if every else f"the outputs of {t.names(tied.value)} tie"
    why = "a tie goes to the lowest class" if taken.value == min(tied.value) else "rounding decides"
    words = f"{which} {t.name(own.value)}, but {ties} {there}; {why}, for {t.name(taken.value)}"
    return t.say(WHOLE, level, words, alike, tied, own, taken)


def _regions(t: Teller) -> Iterator[Claim]:
    exact = t.area_digits() == 3
    for label in range(t.at.net.n_classes):
        territory = t.fact("territory", label, digits=t.area_digits())
        parts, share = territory.value
        if not parts:
            words = f"no part of the window goes to {t.name(label)}"
            words += "" if exact else ", as far as a mesh shows"
            yield t.say(WHOLE, NORMAL, words, territory)
            continue
        neighbours = t.fact("neighbours", label)
        beside = f", beside {t.names(neighbours.value)}" if neighbours.value else ""
        words = (
            f"the decision region of {t.name(label)} covers {t.about_share(share)} of the window, "
            f"in {counted(parts, 'part')}{beside}"
        )
        yield t.say(WHOLE, NORMAL, words, territory, neighbours)


def _nearest_points(t: Teller) -> Iterator[Claim]:
    before = -1.0
    for rank in range(min(len(_NEAREST), int(t.at.right.sum()))):
        near = t.fact("nearest_to_boundary", rank, digits=t.area_digits())
        if near.value is None:
            continue
        point, distance, behind = near.value
        own = t.name(int(t.at.data.y[point]))
        facts = near, t.fact("class_of", point)
        if distance == before == 0:
            continue
        if not distance:
            words = (
                f"point {point} of {own}, classified right, lies on the decision boundary in the "
                f"window, with {t.name(behind)} behind it"
            )
            yield t.say(WHOLE, NORMAL if rank == 0 else FULL, words, *facts)
        elif rank == 0:
            words = (
                "of the points classified right, none is nearer to the decision boundary in the "
                f"window than point {point} of {own}: {t.about(distance)} from it, "
                f"with {t.name(behind)} behind it"
            )
            yield t.say(WHOLE, NORMAL, words, *facts)
        elif t.about(distance) != t.about(before):
            words = (
                f"of the points classified right, point {point} of {own} is {_NEAREST[rank]} to "
                f"the decision boundary in the window: {t.about(distance)} from it, "
                f"with {t.name(behind)} behind it"
            )
            yield t.say(WHOLE, FULL, words, *facts)
        before = distance

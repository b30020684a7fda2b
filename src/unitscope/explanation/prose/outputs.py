"""The output units, softmax and loss: where each output is large, and how far ahead it is."""

from __future__ import annotations

from collections.abc import Iterator

from unitscope.explanation.claims import Claim
from unitscope.explanation.facts import printed
from unitscope.explanation.grammar import Teller, counted, listed, percent
from unitscope.explanation.prose import BRIEF, FEW_NAMES, FULL, NORMAL, OUTPUTS, SOFTMAX

_CLOSEST = 3  # classes with the smallest lead, that are told of at normal length


def outputs(t: Teller) -> Iterator[Claim]:
    """Output by output: what moves it, on which class it is largest, and by how much it leads."""
    classes = t.at.net.n_classes
    few = classes <= FEW_NAMES
    closest: list[int] = []
    if classes > 1:
        closest = sorted(t.occupied(), key=lambda label: t.fact("lead", label).value)[:_CLOSEST]
    for label in range(classes):
        yield from _direction(t, label, few)
        if label not in t.occupied():
            continue
        yield _highest_class(t, label, few)
        if classes > 1:
            level = NORMAL if few or label in closest else FULL
            yield _lead(t, label, level)
            yield from _strangers(t, label, level)


def _direction(t: Teller, label: int, few: bool) -> Iterator[Claim]:
    """What the output grows with, and what it is where no hidden unit gives anything."""
    level = NORMAL if few else FULL
    if t.at.hidden and t.at.net.layers[-1].inputs == 2:
        yield from _corner(t, label, BRIEF if few else FULL)
    elif t.fact("pulls", label, 3).value:
        yield _pulls(t, label, level)
    else:
        return
    if t.at.hidden:
        yield from _at_origin(t, label, level)


def _corner(t: Teller, label: int, level: int) -> Iterator[Claim]:
    """The direction in hidden space, where that is a plane."""
    corner = t.fact("corner", label)
    line = t.fact("output_line", label)
    right, upper = corner.value
    if not (right and upper):
        return
    side = f"{'upper' if upper > 0 else 'lower'} {'right' if right > 0 else 'left'}"
    weights = f"{printed(line.value[0])} for unit 0 and {printed(line.value[1])} for unit 1"
    words = (
        f"the output of {t.name(label)} grows towards the {side} of hidden space: "
        f"its weights are {weights}"
    )
    yield t.say(OUTPUTS, level, words, corner, line, t.fact("shape"))


def _pulls(t: Teller, label: int, level: int) -> Claim:
    pulls = t.fact("pulls", label, 3)
    moved_by = [f"{t.below(number)} ({printed(weight)})" for number, weight in pulls.value]
    words = (
        f"over the data, the output of {t.name(label)} is moved most by {listed(moved_by)}; "
        "weights in brackets"
    )
    return t.say(OUTPUTS, level, words, pulls, t.fact("shape"))


def _at_origin(t: Teller, label: int, level: int) -> Iterator[Claim]:
    origin = t.fact("at_origin", label)
    count, value = origin.value
    if not count:
        return
    words = (
        f"{t.portion(count, label)} {'lies' if count == 1 else 'lie'} where every hidden unit is "
        f"0; there the output of {t.name(label)} is {printed(value)}, its bias alone"
    )
    yield t.say(OUTPUTS, level, words, origin, t.sizes, t.fact("shape"))


def _highest_class(t: Teller, label: int, few: bool) -> Claim:
    highest = t.fact("highest_class", label)
    own = highest.value == label
    whose = "its own class" if own else t.name(highest.value)
    words = (
        "averaged over the points of each class, "
        f"the output of {t.name(label)} is largest for {whose}"
    )
    level = FULL if own and not few else NORMAL
    return t.say(OUTPUTS, level, words, highest)


def _lead(t: Teller, label: int, level: int) -> Claim:
    lead = t.fact("lead", label)
    runner_up = t.fact("runner_up", label)
    least, median = lead.value
    rival, count = runner_up.value
    name = t.name(label)
    times = counted(t.sizes.value[label], "time")
    extreme = "least" if least >= 0 else "worst"
    words = (
        f"at points of {name}, the output of {name} is at {extreme} {_apart(least)} the largest "
        f"other (median: {_apart(median)}), which is most often the output of {t.name(rival)} "
        f"({count} of {times})"
    )
    return t.say(OUTPUTS, level, words, lead, runner_up, t.sizes)


def _apart(lead: float) -> str:
    return f"{printed(abs(lead))} {'above' if lead >= 0 else 'below'}"


def _strangers(t: Teller, label: int, level: int) -> Iterator[Claim]:
    """Points of other classes where the output is large, too."""
    tall = t.fact("strangers", label)
    strangers, lost = tall.value
    if not (strangers and lost):
        return
    name = t.name(label)
    if strangers == 1:
        where, there = "1 point of another class", "there"
    else:
        where = f"{strangers:,} points of other classes"
        there = "at all of them" if lost == strangers else f"at {lost} of them"
    words = (
        f"being large is not enough: at {where} the output of {name} is as large as at some point "
        f"of {name}, yet {there} another output is larger"
    )
    yield t.say(OUTPUTS, level, words, tall)


def softmax(t: Teller) -> Iterator[Claim]:
    """Probabilities and loss."""
    yield from _shift(t)
    yield _loss(t)
    for label in t.occupied():
        if label < t.at.net.n_classes:
            yield _own_probability(t, label)
    yield _certain(t)


def _shift(t: Teller) -> Iterator[Claim]:
    unmoved = t.fact("unmoved_by_a_shift")
    if not unmoved.value:
        return
    words = (
        "only differences between outputs count: adding 10 to all of them changes no probability, "
        "so the outputs are tuned to each other, not each to its own class"
    )
    yield t.say(SOFTMAX, NORMAL, words, unmoved)


def _loss(t: Teller) -> Claim:
    loss = t.fact("loss", digits=4)
    words = (
        "the loss on the data, the mean of -ln of the probability of each point's own class, is "
        f"{printed(loss.value, 4)}; it is computed from the logits, the outputs before softmax"
    )
    return t.say(SOFTMAX, NORMAL, words, loss)


def _own_probability(t: Teller, label: int) -> Claim:
    own = t.fact("own_probability", label)
    mean, least = own.value
    name = t.name(label)
    words = (
        f"at points of {name}, the probability of {name} is {percent(mean)} on average, "
        f"and at least {percent(least)}"
    )
    level = NORMAL if t.at.net.n_classes <= FEW_NAMES else FULL
    return t.say(SOFTMAX, level, words, own)


def _certain(t: Teller) -> Claim:
    certain = t.fact("certain")
    words = (
        f"at {certain.value:,} of {counted(t.at.n, 'point')} "
        "the predicted class has a probability above 99%"
    )
    return t.say(SOFTMAX, FULL, words, certain, t.sizes)

"""The output units, softmax and loss: where each output is large, and how far ahead it is."""

from __future__ import annotations

from collections.abc import Iterator

from unitscope.explanation.claims import Claim
from unitscope.explanation.facts import printed
from unitscope.explanation.grammar import Teller, listed, percent
from unitscope.explanation.prose import FEW_NAMES, FULL, NORMAL, OUTPUTS, SOFTMAX
from unitscope.sweeps.words import counted

_CLOSEST = 1  # classes with the smallest lead, that are told of at normal length


def outputs(t: Teller) -> Iterator[Claim]:
    """Output by output: what moves it, on which class it is largest, and by how much it leads."""
    classes = t.at.net.n_classes
    few = classes <= FEW_NAMES
    closest: list[int] = []
    if classes > 1:
        closest = sorted(t.occupied(), key=lambda label: t.fact("lead", label).value)[:_CLOSEST]
    for label in range(classes):
        everywhere = t.fact("output_everywhere", label)
        if everywhere.value is None:
            yield from _direction(t, label, few)
        else:
            words = f"the output of {t.name(label)} is {printed(everywhere.value)} at every point"
            yield t.say(OUTPUTS, NORMAL if few else FULL, words, everywhere)
        if label not in t.occupied():
            continue
        if everywhere.value is None:
            yield from _highest_class(t, label, few)
        if classes > 1:
            yield _lead(t, label, NORMAL if label in closest else FULL)
            yield from _strangers(t, label, FULL)


def _direction(t: Teller, label: int, few: bool) -> Iterator[Claim]:
    """What the output grows with, and what it is where no hidden unit gives anything."""
    level = NORMAL if few else FULL
    activation = t.fact("output_activation")
    if activation.value == "linear" and t.at.hidden and t.at.net.layers[-1].inputs == 2:
        yield from _corner(t, label, FULL)
    elif t.fact("pulls", label, 3).value:
        yield _pulls(t, label, level)
    if t.at.hidden:
        yield from _at_origin(t, label, FULL)


def _corner(t: Teller, label: int, level: int) -> Iterator[Claim]:
    """The direction in hidden space, where that is a plane."""
    corner, weights = t.fact("corner", label), t.fact("output_weights", label)
    right, upper = corner.value
    if not (right and upper):
        return
    side = f"{'upper' if upper > 0 else 'lower'} {'right' if right > 0 else 'left'}"
    first, second = weights.value
    words = (
        f"the output of {t.name(label)} grows towards the {side} of {t.space()}: "
        f"its weights are {printed(first)} for unit 0 and {printed(second)} for unit 1"
    )
    facts = corner, weights, t.fact("output_activation"), t.fact("hidden_layers")
    yield t.say(OUTPUTS, level, words, *facts)


def _pulls(t: Teller, label: int, level: int) -> Claim:
    many = len(t.fact("pulls", label, 3).value)
    pulls, activation = t.fact("pulls", label, many), t.fact("output_activation")
    moved_by = [f"{t.below(number)} ({printed(weight)})" for number, weight in pulls.value]
    before = "" if activation.value == "linear" else f", before its {activation.value},"
    words = (
        f"over the data, the output of {t.name(label)}{before} is moved most by "
        f"{listed(moved_by)}; weights in brackets"
    )
    return t.say(OUTPUTS, level, words, pulls, activation, t.fact("hidden_layers"))


def _at_origin(t: Teller, label: int, level: int) -> Iterator[Claim]:
    origin, activation = t.fact("at_origin", label), t.fact("output_activation")
    count, value = origin.value
    if not count:
        return
    bias = ", its bias alone" if activation.value == "linear" else ""
    units = f"unit of layer {t.at.hidden}" if t.at.hidden > 1 else "hidden unit"
    words = (
        f"{t.portion(count, label)} {'lies' if count == 1 else 'lie'} where every {units} is "
        f"0; there the output of {t.name(label)} is {printed(value)}{bias}"
    )
    facts = origin, activation, t.fact("size", label), t.fact("hidden_layers")
    yield t.say(OUTPUTS, level, words, *facts)


def _highest_class(t: Teller, label: int, few: bool) -> Iterator[Claim]:
    """Where the output is largest on average; nothing where that is the same for all classes."""
    highest = t.fact("highest_classes", label)
    if len(highest.value) == len(t.occupied()) > 1:
        return
    own = highest.value == (label,)
    whose = "its own class" if own else t.names(highest.value)
    words = (
        "averaged over the points of each class, "
        f"the output of {t.name(label)} is largest for {whose}"
    )
    yield t.say(OUTPUTS, NORMAL if few and not own else FULL, words, highest)


def _lead(t: Teller, label: int, level: int) -> Claim:
    """How far the output is ahead at its own points, and which is next."""
    lead, runner_up, size = (t.fact(name, label) for name in ("lead", "runner_up", "size"))
    least, median = lead.value
    rival, count = runner_up.value
    name = t.name(label)
    if size.value == 1:
        words = (
            f"at the one point of {name}, the output of {name} is {_apart(least)} the largest "
            f"other, that of {t.name(rival)}"
        )
        return t.say(OUTPUTS, level, words, lead, runner_up, size)
    extreme = "least" if least >= 0 else "worst"
    words = (
        f"at points of {name}, the output of {name} is at {extreme} {_apart(least)} the largest "
        f"other (median: {_apart(median)}), which is most often the output of {t.name(rival)} "
        f"({count:,} of {size.value:,} times)"
    )
    return t.say(OUTPUTS, level, words, lead, runner_up, size)


def _apart(lead: float) -> str:
    if not lead:
        return "level with"
    return f"{printed(abs(lead))} {'above' if lead > 0 else 'below'}"


def _strangers(t: Teller, label: int, level: int) -> Iterator[Claim]:
    """Points of other classes where the output is large, too."""
    tall, size = t.fact("strangers", label), t.fact("size", label)
    strangers, lost = tall.value
    if not (strangers and lost):
        return
    name, others = t.name(label), t.at.n - size.value
    if others == 1:
        where, there = "the one point of another class", "there"
    else:
        where = f"{strangers:,} of {others:,} points of other classes"
        there = "at all of them" if lost == strangers > 1 else f"at {lost:,} of them"
        there = "there" if strangers == 1 else there
    words = (
        f"being large is not enough: at {where} the output of {name} is as large as at some point "
        f"of {name}, yet {there} another output is larger"
    )
    yield t.say(OUTPUTS, level, words, tall, size, t.fact("points"))


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
        "only differences between outputs count: adding 10 to all of them changes no probability"
    )
    yield t.say(SOFTMAX, FULL, words, unmoved)


def _loss(t: Teller) -> Claim:
    loss = t.fact("loss", digits=4)
    words = (
        "the loss on the data, the mean of -ln of the probability of each point's own class, is "
        f"{printed(loss.value, 4)}; it is computed from the logits, the outputs before softmax"
    )
    return t.say(SOFTMAX, FULL if t.at.run is not None and t.at.run.epochs else NORMAL, words, loss)


def _own_probability(t: Teller, label: int) -> Claim:
    own = t.fact("own_probability", label)
    mean, least = own.value
    name = t.name(label)
    words = (
        f"at points of {name}, the probability of {name} is {percent(mean)} on average "
        f"(least: {percent(least)})"
    )
    return t.say(SOFTMAX, FULL, words, own)


def _certain(t: Teller) -> Claim:
    certain = t.fact("certain")
    words = (
        f"at {certain.value:,} of {counted(t.at.n, 'point')} "
        "the predicted class has a probability above 99%"
    )
    return t.say(SOFTMAX, FULL, words, certain, t.fact("points"))

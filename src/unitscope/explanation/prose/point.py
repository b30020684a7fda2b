"""One point, from its inputs to its class, with all numbers."""

from __future__ import annotations

from collections.abc import Iterator

from unitscope.explanation.claims import Claim
from unitscope.explanation.facts import printed
from unitscope.explanation.grammar import Teller, listed, percent
from unitscope.explanation.prose import BRIEF, FEW_NAMES, FEW_UNITS, FULL, NORMAL, POINT

_Point = tuple[float, ...]


def one_point(t: Teller, point: _Point) -> Iterator[Claim]:
    """Layer by layer, then softmax, then the way to the decision boundary."""
    yield _decision(t, point)
    yield from _hidden(t, point)
    yield from _logits(t, point)
    yield _probabilities(t, point)
    yield from _way_out(t, point)


def _decision(t: Teller, point: _Point) -> Claim:
    shown = enumerate(point[:FEW_NAMES])
    values = ", ".join(f"{t.input(number)} = {printed(value)}" for number, value in shown)
    if len(point) > FEW_NAMES:
        values += f" and {len(point) - FEW_NAMES} more inputs"
    decided = t.fact("decided", point)
    return t.say(POINT, BRIEF, f"at {values} the network says {t.name(decided.value)}", decided)


def _hidden(t: Teller, point: _Point) -> Iterator[Claim]:
    for layer in range(t.at.hidden):
        trace = t.fact("traced", point, layer)
        level = NORMAL if len(trace.value[0]) <= FEW_UNITS else FULL
        for unit, (z, a) in enumerate(zip(*trace.value, strict=True)):
            words = (
                f"{t.unit(layer, unit)} has the pre-activation {printed(z)} there "
                f"and gives {printed(a)}"
            )
            yield t.say(POINT, level, words, trace)


def _logits(t: Teller, point: _Point) -> Iterator[Claim]:
    trace = t.fact("traced", point, t.at.hidden)
    for label, logit in enumerate(trace.value[1]):
        contributions = t.fact("contributions", point, label)
        words = f"the logit of {t.name(label)} there is {printed(logit)}"
        if len(contributions.value) <= FEW_NAMES + 1:
            sum_of_terms = " + ".join(_term(value) for value in contributions.value)
            each = "unit" if t.at.hidden else "input"
            words += f" = {sum_of_terms}: a term for each {each}, then the bias"
        yield t.say(POINT, NORMAL, words, trace, contributions)


def _term(value: float) -> str:
    return f"({printed(value)})" if value < 0 else printed(value)


def _probabilities(t: Teller, point: _Point) -> Claim:
    chances = t.fact("chances", point)
    shares = [f"{percent(share)} for {t.name(label)}" for label, share in enumerate(chances.value)]
    words = f"softmax turns the logits there into the probabilities {listed(shares)}"
    return t.say(POINT, NORMAL, words, chances)


def _way_out(t: Teller, point: _Point) -> Iterator[Claim]:
    digits = t.area_digits()
    way = t.fact("way_out", point, digits=digits)
    if way.value is None:
        return
    distance, place, behind = way.value
    where = ", ".join(printed(value, digits) for value in place)
    words = (
        f"the nearest point of the decision boundary in the window is ({where}), "
        f"{t.about(distance)} away, with {t.name(behind)} behind it"
    )
    yield t.say(POINT, BRIEF, words, way)

"""One point: whether it is right, its numbers from inputs to class, and what would flip it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from unitscope.explanation.claims import Claim
from unitscope.explanation.facts import printed
from unitscope.explanation.grammar import Teller, listed, percent
from unitscope.explanation.prose import BRIEF, FEW_NAMES, FEW_UNITS, FULL, NORMAL, POINT
from unitscope.explanation.prose.features import moves_point

_Place = tuple[float, ...]

_MOST_DECIMALS = 12
_EXACT = 12  # digits of a sum's facts, which is printed with more digits than three


def one_point(t: Teller, place: _Place, number: int | None) -> Iterator[Claim]:
    """Right or wrong; layer by layer; softmax; then what would change the answer.

    `number` is the point's in the data, where it is one of them.
    """
    yield _decision(t, place, number)
    yield from _tie(t, place)
    yield from _hidden(t, place)
    yield from _logits(t, place)
    yield _probabilities(t, place)
    yield from moves_point(t, place)
    yield from _way_out(t, place)
    yield from _one_feature(t, place)
    yield from _one_unit(t, place)


def _decision(t: Teller, place: _Place, number: int | None) -> Claim:
    shown = enumerate(place[:FEW_NAMES])
    values = ", ".join(f"{t.input(feature)} = {printed(value)}" for feature, value in shown)
    more = len(place) - FEW_NAMES
    if more > 0:
        values += f" and {more:,} more input{'' if more == 1 else 's'}"
    decided = t.fact("decided", place)
    words = f"at {values} the network says {t.name(decided.value)}"
    if number is None:
        return t.say(POINT, BRIEF, words, decided)
    own = t.fact("class_of", number)
    right = "right" if own.value == decided.value else "wrong"
    words = f"point {number:,} is {t.name(own.value)}, and the answer is {right}: {words}"
    return t.say(POINT, BRIEF, words, own, t.fact("place_of", number), decided)


def _tie(t: Teller, place: _Place) -> Iterator[Claim]:
    tied = t.fact("tied_there", place)
    if len(tied.value) > 1:
        words = f"the outputs of {t.names(tied.value)} tie there, and a tie goes to the first"
        yield t.say(POINT, BRIEF, words, tied)


def _hidden(t: Teller, place: _Place) -> Iterator[Claim]:
    for layer in range(t.at.hidden):
        units = t.at.net.layers[layer].units
        level = NORMAL if units <= FEW_UNITS else FULL
        for unit in range(units if level == NORMAL or t.level >= FULL else 0):
            trace = t.fact("traced_unit", place, layer, unit)
            z, a = trace.value
            words = (
                f"{t.unit(layer, unit)} has the pre-activation {printed(z)} there "
                f"and gives {printed(a)}"
            )
            yield t.say(POINT, level, words, trace)


def _logits(t: Teller, place: _Place) -> Iterator[Claim]:
    activation = t.at.net.layers[-1].activation
    for label in range(t.at.net.n_classes):
        terms = t.fact("contributions", place, label, digits=_EXACT)
        logit = t.fact("logit", place, label, digits=_EXACT)
        level = NORMAL if t.at.net.n_classes <= FEW_NAMES else FULL
        words = f"the logit of {t.name(label)} there is"
        if len(terms.value) > FEW_NAMES + 1:
            yield t.say(POINT, level, f"{words} {printed(logit.value)}", logit)
            continue
        total = sum(terms.value) if activation != "linear" else logit.value
        each = "unit" if t.at.hidden else "input"
        shown, parts = _adding_up(total, terms.value)
        sign = " =" if parts else ", about"
        parts = parts or [_in_brackets(value, printed(value)) for value in terms.value]
        sums = f"{shown}{sign} {' + '.join(parts)}: a term for each {each}, then the bias"
        if activation == "linear":
            yield t.say(POINT, level, f"{words} {sums}", logit, terms)
            continue
        words = f"{words} {printed(logit.value)}, the {activation} of {sums}"
        facts = logit, terms, t.fact("activation_of", t.at.hidden, label)
        yield t.say(POINT, level, words, *facts)


def _adding_up(total: float, terms: Sequence[float]) -> tuple[str, list[str]]:
    """A sum and its terms to so many decimals that they add up as they are printed.

    Without terms where no number of decimals does that.
    """
    largest = max(map(abs, (total, *terms)))
    if largest < 1e6 and (not total or abs(total) >= 1e-6):
        fewest = max(0, 2 - _magnitude(total), 2 - _magnitude(largest))
        for decimals in range(fewest, _MOST_DECIMALS + 1):
            rounded = sum(round(value * 10**decimals) for value in terms)
            if rounded == round(total * 10**decimals):
                parts = [_in_brackets(value, f"{value:,.{decimals}f}") for value in terms]
                return f"{total + 0.0:,.{decimals}f}", parts
    return printed(total), []


def _magnitude(value: float) -> int:
    return math.floor(math.log10(abs(value))) if value else 2


def _in_brackets(value: float, text: str) -> str:
    """Negative numbers in brackets; no minus before a zero."""
    if not text.strip("-0.,"):
        return text.removeprefix("-")
    return f"({text})" if value < 0 else text


def _probabilities(t: Teller, place: _Place) -> Claim:
    chances = t.fact("chances", place)
    shares = [f"{percent(share)} for {t.name(label)}" for label, share in enumerate(chances.value)]
    words = f"softmax turns the logits there into the probabilities {listed(shares)}"
    return t.say(POINT, NORMAL, words, chances)


def _way_out(t: Teller, place: _Place) -> Iterator[Claim]:
    digits = t.area_digits()
    way = t.fact("way_out", place, digits=digits)
    if way.value is None:
        return
    distance, nearest, behind = way.value
    if not distance:
        words = f"it lies on the decision boundary, with {t.name(behind)} beside it"
        yield t.say(POINT, BRIEF, words, way)
        return
    where = ", ".join(printed(value, digits) for value in nearest)
    words = (
        f"the nearest point of the decision boundary in the window is ({where}), "
        f"{t.about(distance)} away, with {t.name(behind)} behind it"
    )
    yield t.say(POINT, BRIEF, words, way)


def _one_feature(t: Teller, place: _Place) -> Iterator[Claim]:
    """A change of one feature that changes the answer."""
    flip = t.fact("flip", place, digits=6)
    if flip.value is None:
        return
    feature, value = flip.value
    then = t.fact("answer_with", place, feature, value)
    name = t.input(feature)
    words = f"with {name} at {printed(value, 6)} and the rest as it is"
    words = f"{words}, the answer would be {t.name(then.value)}"
    yield t.say(POINT, BRIEF, words, then)


def _one_unit(t: Teller, place: _Place) -> Iterator[Claim]:
    """The units without which the answer would change."""
    layer = t.at.hidden - 1
    if layer < 0 or t.at.net.layers[layer].units > FEW_UNITS:
        return
    now = t.fact("decided", place)
    for unit in range(t.at.net.layers[layer].units):
        then = t.fact("answer_without", place, layer, unit)
        if then.value != now.value:
            words = f"if {t.unit(layer, unit)} gave 0 there, the answer would be "
            yield t.say(POINT, NORMAL, words + t.name(then.value), then)

"""The hidden units: where each is on, what it separates, and whether it is needed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from unitscope.explanation.claims import Claim
from unitscope.explanation.facts import printed
from unitscope.explanation.grammar import Teller, are, counted, listed, percent, sum_of
from unitscope.explanation.prose import BRIEF, FEW_UNITS, FULL, HIDDEN, NORMAL


class _Unit(NamedTuple):
    """One hidden unit as its sentences need it."""

    layer: int
    number: int
    name: str
    activation: str
    few: bool  # few enough in its layer to be described one by one at normal length

    @property
    def key(self) -> tuple[int, int]:
        """What the facts about it are asked with."""
        return self.layer, self.number

    @property
    def level(self) -> int:
        """Of most of its sentences."""
        return NORMAL if self.few else FULL

    @property
    def headline(self) -> int:
        """The level of its most telling sentence."""
        return BRIEF if self.few else FULL


def hidden_units(t: Teller) -> Iterator[Claim]:
    """Layer by layer, unit by unit."""
    for layer, dense in enumerate(t.at.net.layers[:-1]):
        few = dense.units <= FEW_UNITS
        if not few or t.at.hidden > 1:
            yield _census(t, layer)
        if few or t.level == FULL:
            for unit in range(dense.units):
                name = t.unit(layer, unit)
                yield from _unit(t, _Unit(layer, unit, name, dense.activation, few))


def _census(t: Teller, layer: int) -> Claim:
    census = t.fact("census", layer)
    units, never, always, idle = census.value
    positive, _ = t.sides(layer)
    words = (
        f"layer {layer + 1} has {counted(units, 'unit')}: {always} {are(always)} {positive} at "
        f"every point, {never} at none, and {idle} {are(idle)} not needed (if any one of those "
        "alone gave 0, no prediction would change)"
    )
    return t.say(HIDDEN, BRIEF, words, census, t.fact("shape"))


def _unit(t: Teller, unit: _Unit) -> Iterator[Claim]:
    if unit.activation == "linear":
        words = f"{unit.name} is linear: it bends nowhere"
        facts = t.fact("shape"), t.fact("activation_of", *unit.key)
        yield t.say(HIDDEN, unit.level, words, *facts)
    else:
        yield from _where_it_is_on(t, unit)
        yield from _companion(t, unit)
        if unit.activation == "relu" and unit.layer and t.at.partition is not None:
            yield from _share_of_window(t, unit)
        if unit.activation in ("tanh", "sigmoid"):
            yield from _saturation(t, unit)
    if unit.layer == 0:
        yield from (_strongest_inputs if t.at.net.n_features > 2 else _line)(t, unit)
    yield from _largest(t, unit)
    yield _need(t, unit)


def _where_it_is_on(t: Teller, unit: _Unit) -> Iterator[Claim]:
    on = t.fact("on", *unit.key)
    if 0 < sum(on.value) < t.at.n:
        yield from _separation(t, unit)
        yield _classes_on(t, unit)
        return
    dead = not any(on.value)
    positive, negative = t.sides(unit.layer)
    where = f"{negative if dead else positive} at all {counted(t.at.n, 'point')}"
    words = f"{unit.name} is {where}"
    if unit.activation == "relu":
        words = (
            f"{unit.name} is dead: it is {where}, and outputs 0 there"
            if dead
            else f"{words}: on the data it is linear"
        )
    level = unit.headline if dead else unit.level
    yield t.say(HIDDEN, level, words, on, t.sizes, t.fact("shape"))


def _separation(t: Teller, unit: _Unit) -> Iterator[Claim]:
    """The classes on either side of the unit, each by the majority of its points."""
    on, sizes = t.fact("on", *unit.key), t.sizes.value
    counts = on.value
    mostly_on = [label for label in t.occupied() if 2 * counts[label] > sizes[label]]
    mostly_off = [label for label in t.occupied() if 2 * counts[label] <= sizes[label]]
    if not (mostly_on and mostly_off):
        return
    strays = [(sizes[label] - counts[label], label) for label in mostly_on]
    strays += [(counts[label], label) for label in mostly_off]
    apart = [f"{counted(count, 'point')} of {t.name(label)}" for count, label in strays if count]
    positive, negative = t.sides(unit.layer)
    words = (
        f"{unit.name} separates {t.names(mostly_on)} ({positive}) "
        f"from {t.names(mostly_off)} ({negative})"
    )
    if apart:
        words += f", except for {listed(apart)}"
    yield t.say(HIDDEN, unit.headline, words, on, t.sizes, t.fact("shape"))


def _classes_on(t: Teller, unit: _Unit) -> Claim:
    on = t.fact("on", *unit.key)
    positive, _ = t.sides(unit.layer)
    some = [t.portion(on.value[label], label) for label in t.occupied() if on.value[label]]
    none = [label for label in t.occupied() if not on.value[label]]
    words = f"{unit.name} is {positive} for {listed(some)}"
    if none:
        words += f", and for no point of {t.names(none)}"
    return t.say(HIDDEN, unit.level, words, on, t.sizes, t.fact("shape"))


def _companion(t: Teller, unit: _Unit) -> Iterator[Claim]:
    """An earlier unit with the same line, or that is on at the same points."""
    parallel = t.fact("parallel", *unit.key)
    twin = t.fact("twin", *unit.key)
    if parallel.value >= 0:
        other = t.unit(unit.layer, parallel.value)
        words = (
            f"{unit.name} is a twin of {other}: "
            "its weights and bias are a positive multiple of that one's"
        )
        yield t.say(HIDDEN, unit.level, words, parallel)
    elif twin.value >= 0:
        positive, _ = t.sides(unit.layer)
        other = t.unit(unit.layer, twin.value)
        words = f"{unit.name} is {positive} at the same points as {other}"
        yield t.say(HIDDEN, unit.level, words, twin, t.fact("shape"))


def _share_of_window(t: Teller, unit: _Unit) -> Iterator[Claim]:
    share = t.fact("share_on", *unit.key)
    on = t.fact("on", *unit.key)
    if share.value is None:
        return
    words = (
        f"{unit.name} is on in {percent(share.value)} of the window "
        f"and at {sum(on.value):,} of {counted(t.at.n, 'point')}"
    )
    yield t.say(HIDDEN, unit.level, words, share, on, t.sizes, t.fact("shape"))


def _saturation(t: Teller, unit: _Unit) -> Iterator[Claim]:
    saturated = t.fact("saturated", *unit.key)
    if not saturated.value:
        return
    words = (
        f"{unit.name} is saturated, within 0.01 of an end of its range, "
        f"at {saturated.value:,} of {counted(t.at.n, 'point')}"
    )
    yield t.say(HIDDEN, FULL, words, saturated, t.sizes, t.fact("shape"))


def _strongest_inputs(t: Teller, unit: _Unit) -> Iterator[Claim]:
    inputs = t.fact("strongest_inputs", unit.number, 3)
    if not inputs.value:
        return
    moved_by = [f"{t.input(number)} ({printed(weight)})" for number, weight in inputs.value]
    words = f"over the data, {unit.name} is moved most by {listed(moved_by)}; weights in brackets"
    yield t.say(HIDDEN, unit.level, words, inputs)


def _line(t: Teller, unit: _Unit) -> Iterator[Claim]:
    """Where in the plane the unit turns on, as an inequality."""
    line = t.fact("line", unit.number)
    *weights, bias = line.value
    if not any(weights):
        return
    is_on = "is on" if unit.activation == "relu" else "has a positive pre-activation"
    formula = sum_of([(weight, t.input(number)) for number, weight in enumerate(weights)], bias)
    words = f"{unit.name} {is_on} where {formula} > 0"
    yield t.say(HIDDEN, unit.level, words, line, t.fact("shape"))


def _largest(t: Teller, unit: _Unit) -> Iterator[Claim]:
    largest = t.fact("largest", *unit.key)
    value, point, label = largest.value
    if value > 0:
        words = (
            f"the largest output of {unit.name} on the data is {printed(value)}, "
            f"at point {point} of {t.name(label)}"
        )
        yield t.say(HIDDEN, FULL, words, largest)


def _need(t: Teller, unit: _Unit) -> Claim:
    """What would change without the unit."""
    removed = t.fact("removed", *unit.key)
    changed, right_then = removed.value
    if not changed:
        words = (
            f"{unit.name} is not needed: "
            "if it gave 0 everywhere, no prediction on the data would change"
        )
        return t.say(HIDDEN, unit.level, words, removed)
    right = t.fact("right")
    right_now, n = right.value
    words = (
        f"if {unit.name} gave 0 everywhere, {counted(changed, 'prediction')} would change, "
        f"and {right_then:,} of {counted(n, 'point')} would be right instead of {right_now:,}"
    )
    return t.say(HIDDEN, unit.level, words, removed, right)

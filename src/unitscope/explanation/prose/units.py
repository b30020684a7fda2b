"""The hidden units: where each is on, what it separates, and whether it is needed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from unitscope.explanation.claims import Claim
from unitscope.explanation.facts import printed
from unitscope.explanation.grammar import Teller, are, listed, percent, sum_of
from unitscope.explanation.prose import BRIEF, FEW_UNITS, FULL, HIDDEN, NORMAL
from unitscope.explanation.prose.features import moves_unit
from unitscope.sweeps.words import counted


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
        elif len(t.fact("idle", layer).value) > 1:
            yield _idle_together(t, layer)
        if few or t.level == FULL:
            for unit in range(dense.units):
                name = t.unit(layer, unit)
                yield from _unit(t, _Unit(layer, unit, name, dense.activation, few))


def _census(t: Teller, layer: int) -> Claim:
    """What is so of how many of a layer's units."""
    units, without = t.fact("width", layer), t.fact("changed_without_idle", layer)
    idle, changed = without.value
    facts = [units, without]
    words = f"layer {layer + 1} has {counted(units.value, 'unit')}: "
    if t.at.net.layers[layer].activation != "linear":
        census = t.fact("census", layer)
        never, always = census.value
        positive, _ = t.sides(layer)
        words += f"{always} {are(always)} {positive} at every point, {never} at none, and "
        facts += [census, t.fact("has_off", layer, 0)]
    words += f"{idle} {are(idle)} not needed alone"
    if idle == 1:
        words += ": if it gave 0, no prediction would change"
    elif idle:
        words += f": if any one of them gave 0, no prediction would change; if all {idle} did, "
        words += f"{_how_many(changed)} would"
    return t.say(HIDDEN, BRIEF, words, *facts)


def _how_many(predictions: int) -> str:
    return f"{predictions:,}" if predictions else "none"


def _idle_together(t: Teller, layer: int) -> Claim:
    numbers = t.fact("idle", layer).value
    changed = t.fact("changed_without_all", layer, numbers)
    both = "both" if len(numbers) == 2 else f"all {len(numbers)}"
    words = (
        f"no prediction would change if any one of units {listed([str(n) for n in numbers])} gave "
        f"0 everywhere, and {_how_many(changed.value)} if {both} did"
    )
    return t.say(HIDDEN, NORMAL, words, t.fact("each_idle", layer, numbers), changed)


def _unit(t: Teller, unit: _Unit) -> Iterator[Claim]:
    if unit.activation == "linear":
        words = f"{unit.name} is linear: it bends nowhere"
        yield t.say(HIDDEN, unit.level, words, t.fact("activation_of", *unit.key))
    else:
        yield from _where_it_is_on(t, unit)
        yield from _companion(t, unit)
        if unit.activation == "relu" and unit.layer and t.at.partition is not None:
            yield from _share_of_window(t, unit)
        if unit.activation in ("tanh", "sigmoid"):
            yield from _saturation(t, unit)
    if unit.layer == 0:
        if t.at.net.n_features <= 2:
            yield from _line(t, unit)
        elif unit.activation != "relu" or t.fact("on_at", *unit.key).value:  # of a dead one, no
            yield from moves_unit(t, unit.number, unit.name, unit.headline)
    yield from _largest(t, unit)
    yield _need(t, unit)


def _where_it_is_on(t: Teller, unit: _Unit) -> Iterator[Claim]:
    on = t.fact("on_at", *unit.key)
    if 0 < on.value < t.at.n:
        yield from _separation(t, unit)
        return
    dead = not on.value
    positive, negative = t.sides(unit.layer)
    everywhere = f"all {t.at.n:,} points" if t.at.n > 1 else "the one point"
    where = f"{negative if dead else positive} at {everywhere}"
    words = f"{unit.name} is {where}"
    if unit.activation == "relu":
        words = (
            f"{unit.name} is dead: it is {where}, and outputs 0 there"
            if dead
            else f"{words}: on the data it is linear"
        )
    level = unit.headline if dead else unit.level
    yield t.say(HIDDEN, level, words, on, t.fact("points"), t.fact("has_off", *unit.key))


def _separation(t: Teller, unit: _Unit) -> Iterator[Claim]:
    """What the unit does with the classes: it separates some from others, or cuts through some.

    It separates only where at most a quarter of the points of any class are on the wrong side.
    """
    on, sizes = t.fact("on", *unit.key), t.sizes.value
    counts = on.value
    facts = on, t.sizes, t.fact("has_off", *unit.key)
    mostly_on = [label for label in t.occupied() if 4 * counts[label] >= 3 * sizes[label]]
    mostly_off = [label for label in t.occupied() if 4 * counts[label] <= sizes[label]]
    cut = [label for label in t.occupied() if label not in mostly_on + mostly_off]
    if cut:
        words = f"{unit.name} cuts through {t.names(cut)}: it is {_portions_on(t, unit)}"
        yield t.say(HIDDEN, unit.headline, words, *facts)
        return
    if mostly_on and mostly_off:
        strays = [(sizes[label] - counts[label], label) for label in mostly_on]
        strays += [(counts[label], label) for label in mostly_off]
        apart = [f"{t.portion(count, label)}" for count, label in strays if count]
        positive, negative = t.sides(unit.layer)
        words = (
            f"{unit.name} separates {t.names(mostly_on)} ({positive}) "
            f"from {t.names(mostly_off)} ({negative})"
        )
        if apart:
            words += f", except for {listed(apart)}"
        yield t.say(HIDDEN, unit.headline, words, *facts)
    else:
        yield t.say(HIDDEN, unit.level, f"{unit.name} is {_portions_on(t, unit)}", *facts)


def _portions_on(t: Teller, unit: _Unit) -> str:
    """On for so many points of these classes, and for no point of those."""
    on = t.fact("on", *unit.key)
    positive, _ = t.sides(unit.layer)
    some = [t.portion(on.value[label], label) for label in t.occupied() if on.value[label]]
    none = [label for label in t.occupied() if not on.value[label]]
    words = f"{positive} for {listed(some)}"
    return f"{words}, and for no point of {t.names(none)}" if none else words


def _companion(t: Teller, unit: _Unit) -> Iterator[Claim]:
    """An earlier unit with the same line, or that is on at the same points."""
    parallel = t.fact("parallel", *unit.key).value
    twin = t.fact("twin", *unit.key).value
    if parallel >= 0:
        other = t.unit(unit.layer, parallel)
        words = (
            f"{unit.name} is a twin of {other}: "
            "its weights and bias are a positive multiple of that one's"
        )
        yield t.say(HIDDEN, unit.level, words, t.fact("multiple", *unit.key, parallel))
    elif twin >= 0:
        positive, _ = t.sides(unit.layer)
        other = t.unit(unit.layer, twin)
        words = f"{unit.name} is {positive} at the same points as {other}"
        facts = t.fact("together", *unit.key, twin), t.fact("has_off", *unit.key)
        yield t.say(HIDDEN, unit.level, words, *facts)


def _share_of_window(t: Teller, unit: _Unit) -> Iterator[Claim]:
    share, on = t.fact("share_on", *unit.key), t.fact("on_at", *unit.key)
    if share.value is None:
        return
    words = (
        f"{unit.name} is on in {percent(share.value)} of the window "
        f"and at {on.value:,} of {counted(t.at.n, 'point')}"
    )
    facts = share, on, t.fact("points"), t.fact("has_off", *unit.key)
    yield t.say(HIDDEN, FULL, words, *facts)


def _saturation(t: Teller, unit: _Unit) -> Iterator[Claim]:
    saturated = t.fact("saturated", *unit.key)
    if not saturated.value:
        return
    words = (
        f"{unit.name} is saturated, within 0.01 of an end of its range, "
        f"at {saturated.value:,} of {counted(t.at.n, 'point')}"
    )
    yield t.say(HIDDEN, FULL, words, saturated, t.fact("points"))


def _line(t: Teller, unit: _Unit) -> Iterator[Claim]:
    """Where in the plane the unit turns on, as an inequality."""
    line = t.fact("line", unit.number)
    *weights, bias = line.value
    if not any(weights):
        return
    is_on = "is on" if unit.activation == "relu" else "has a positive pre-activation"
    formula = sum_of([(weight, t.input(number)) for number, weight in enumerate(weights)], bias)
    words = f"{unit.name} {is_on} where {formula} > 0"
    yield t.say(HIDDEN, unit.level, words, line, t.fact("has_off", *unit.key))


def _largest(t: Teller, unit: _Unit) -> Iterator[Claim]:
    largest, times = t.fact("largest", *unit.key), t.fact("at_most", *unit.key)
    value, point, label = largest.value
    if value <= 0:
        return
    where = f"at point {point} of {t.name(label)}"
    if times.value > 1:
        where = f"at {t.places(times.value)}, point {point} of {t.name(label)} among them"
    words = f"the largest output of {unit.name} on the data is {printed(value)}, {where}"
    yield t.say(HIDDEN, FULL, words, largest, times)


def _need(t: Teller, unit: _Unit) -> Claim:
    """What would change without the unit."""
    changed = t.fact("changed_without", *unit.key)
    if not changed.value:
        words = f"if only {unit.name} gave 0 everywhere, no prediction on the data would change"
        return t.say(HIDDEN, FULL, words, changed)
    removed, right = t.fact("removed", *unit.key), t.fact("right")
    (_, right_then), (right_now, n) = removed.value, right.value
    points = counted(n, "point")
    then = f"{right_then:,} of {points} would be right instead of {right_now:,}"
    if right_then == right_now:
        then = f"still {right_now:,} of {points} would be right"
    words = (
        f"if {unit.name} gave 0 everywhere, {counted(changed.value, 'prediction')} would change, "
        f"and {then}"
    )
    return t.say(HIDDEN, unit.level, words, removed, right)

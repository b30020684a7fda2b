"""The story's middle: what each hidden layer makes of what it sees, few units one by one."""

from __future__ import annotations

from collections.abc import Iterator

from unitscope.explanation.grammar import Teller, listed
from unitscope.explanation.prose import FEW_NAMES
from unitscope.explanation.prose.story_units import one_unit
from unitscope.explanation.prose.story_words import (
    HELPS,
    THREAD,
    Told,
    alike,
    in_layer,
    in_words,
    share_of,
    thing,
    told,
    units,
)
from unitscope.explanation.story import picture_of

FEW = 3  # units of a layer, that are told of one by one
_GROUPS = 3
_NAMED = 5  # units of a group, that are listed

_KINDS = {
    "leaky_relu": "a leaky ReLU unit is never quite off: at its line only its slope changes",
    "abs": "an absolute-value unit is 0 on its line and grows to both sides of it",
    "tanh": "a tanh unit has no off and on: across its line it goes from -1 to 1",
    "sigmoid": "a sigmoid unit has no off and on: across its line it goes from 0 to 1",
    "elu": "an ELU unit has no off: across its line it goes from near -1 to rising",
    "softplus": "a softplus unit has no off: across its line it bends from near 0 to rising",
    "gelu": "a GELU unit has no sharp off and on: across its line it bends from near 0 to rising",
    "silu": "a SiLU unit has no sharp off and on: across its line it bends from near 0 to rising",
    "linear": "a linear unit bends nowhere: it only mixes the numbers that it reads",
}


def layers(t: Teller) -> Iterator[Told]:
    """Layer by layer, what is made of the data."""
    yield _first(t)
    yield from _kind(t)
    if t.at.hidden == 1 and t.at.net.layers[0].units <= FEW:
        for unit in range(t.at.net.layers[0].units):
            yield one_unit(t, unit)
        return
    yield from _lines(t)
    if t.at.hidden > 1:
        yield _deeper(t)
    yield from _groups(t, t.at.hidden - 1)
    yield from _keenest(t, t.at.hidden - 1)


def first_layers(t: Teller) -> Iterator[Told]:
    """Only how many numbers the layers make."""
    yield _first(t)
    if t.at.hidden > 1:
        yield _deeper(t)


def _first(t: Teller) -> Told:
    """What the first layer makes, of what."""
    widths = t.fact("widths", 0)
    features, count = widths.value
    facts = [widths, t.fact("hidden_layers")]
    what = f"the {features} features of each point" if features > 2 else "each point"
    if picture_of(t.at) is not None:
        facts.append(t.fact("picture"))
        what = f"the {features} pixels of each picture"
    words = f"layer 1 makes {in_words(count)} number{'' if count == 1 else 's'} of {what}"
    if t.at.hidden == 1:
        words += ", a0 and a1" if count == 2 else ""
        words += ": all layer 2 sees"
    return told(t, THREAD, words, *facts)


def _kind(t: Teller) -> Iterator[Told]:
    kind = t.at.net.layers[0].activation
    if kind != "relu":
        yield told(t, HELPS, _KINDS[kind], t.fact("activation_of", 0, 0))


def _lines(t: Teller) -> Iterator[Told]:
    """Many units of the first layer as straight cuts of the plane."""
    first = t.at.net.layers[0]
    if t.at.net.n_features != 2 or first.activation == "linear" or first.units < 2:
        return
    lines = t.fact("with_a_line")
    if lines.value < first.units:
        return
    words = f"each of its {first.units} units bends along one straight line of the plane"
    facts = [lines, t.fact("widths", 0), t.fact("activation_of", 0, 0)]
    classes = t.occupied()
    if len(classes) == 2:
        best = t.fact("best_cut", 0, *classes)
        unit, one, other = best.value
        sizes = [t.sizes.value[label] for label in classes]
        if {(one, other)} & {(sizes[0], 0), (0, sizes[1])}:
            words += f"; unit {unit} alone has each class on a side of its own"
        else:
            both = [share_of(t, one, classes[0]), share_of(t, other, classes[1], first=False)]
            words += (
                f", and none of them parts the classes: the best, unit {unit}, has "
                f"{listed(both)} on its positive side"
            )
        facts += [best, *(t.fact("size", label) for label in classes)]
    else:
        cutting = t.fact("cutting", 0)
        if cutting.value:
            words += f"; {in_words(cutting.value)} of these lines "
            words += f"{'cuts' if cutting.value == 1 else 'cut'} through a class"
            facts.append(cutting)
    yield told(t, HELPS, words, *facts)


def _deeper(t: Teller) -> Told:
    """What the layers after the first make of its numbers."""
    widths = [t.fact("widths", layer) for layer in range(1, t.at.hidden)]
    count = widths[0].value[1]
    made = f"{in_words(count)} feature{'' if count == 1 else 's'}"
    words = f"layer 2 sees only those and makes {made} of them"
    for number, one in enumerate(widths[1:], 3):
        words += f", and layer {number} makes {in_words(one.value[1])} of these"
    words += ": features of features"
    facts = [*widths, t.fact("hidden_layers")]
    classes, layer = t.occupied(), t.at.hidden - 1
    if len(classes) == 2 and t.at.net.layers[layer].units > 1:
        best = t.fact("best_cut", layer, *classes)
        unit, *counts = best.value
        state = "on" if t.at.net.layers[layer].activation == "relu" else "on its positive side"
        both = zip(counts, classes, (True, False), strict=True)
        shares = [share_of(t, count, label, first=first) for count, label, first in both]
        words += f", the best of which, unit {unit}, is {state} for {' and '.join(shares)}"
        facts += [best, *(t.fact("size", label) for label in classes)]
        facts.append(t.fact("activation_of", layer, 0))
    return told(t, THREAD, words, *facts)


def _groups(t: Teller, layer: int) -> Iterator[Told]:
    """Units by what they do: those that are on for the same classes."""
    roles = t.fact("roles", layer).value
    occupied = t.occupied()
    if len(occupied) < 2:
        return
    groups: dict[tuple[int, ...], list[int]] = {}
    for unit, role in enumerate(roles):
        on = tuple(label for label in occupied if role[label] > 0)
        if 0 not in role and 0 < len(on) < min(len(occupied), FEW_NAMES):
            groups.setdefault(on, []).append(unit)
    ranked = sorted(groups, key=lambda on: (-len(groups[on]), len(on), on))[:_GROUPS]
    relu = t.at.net.layers[layer].activation == "relu"
    parts: list[str] = []
    facts = [t.fact("activation_of", layer, 0)]
    most = max((len(groups[on]) for on in ranked), default=0)
    for on in ranked:
        members = groups[on]
        named = units(members) if len(members) <= _NAMED else f"{alike(len(members), most)} units"
        if not parts:
            verb, their = ("is", "its") if len(members) == 1 else ("are", "their")
            state = "on" if relu else f"on {their} positive side"
            named += f"{in_layer(t, layer)} {verb} mostly {state}"
        parts.append(f"{named} for {t.names(on)} only")
        facts += [t.fact("group", layer, on), *(t.fact("role", layer, unit) for unit in members)]
    silent = t.fact("silent", layer)
    cutting = t.fact("cutting", layer)
    if parts:
        words = listed(parts)
        if cutting.value and (t.at.hidden > 1 or t.at.net.n_features != 2):
            others = "another" if cutting.value == 1 else f"{in_words(cutting.value)} others"
            words += f"; {others} {'cuts' if cutting.value == 1 else 'cut'} through classes"
            facts.append(cutting)
        yield told(t, THREAD, words, *facts)
    if silent.value and t.at.net.layers[layer].activation == "relu":
        named = units(silent.value)
        if len(silent.value) > _NAMED:
            named = f"{in_words(len(silent.value))} units"
        verb = "is" if len(silent.value) == 1 else "are"
        words = f"{named}{in_layer(t, layer)} {verb} off at every {thing(t)}"
        rest = t.at.net.layers[layer].units - len(silent.value)
        if rest <= len(silent.value):
            words += f", so {in_words(rest)} {'does' if rest == 1 else 'do'} all the work"
        yield told(t, HELPS, words, silent, t.fact("activation_of", layer, 0))


def _keenest(t: Teller, layer: int) -> Iterator[Told]:
    """The unit that singles out a class best; of pictures, where it wants ink."""
    if len(t.occupied()) < 3:
        return
    keenest = t.fact("keenest", layer)
    unit, label, mine, others = keenest.value
    size = t.sizes.value[label]
    rest = t.at.n - size
    if size < 2 or not rest or mine / size - others / rest < 0.5:
        return
    name = f"unit {unit}{in_layer(t, layer)}"
    relu = t.at.net.layers[layer].activation == "relu"
    state = "on" if relu else "on its positive side"
    start = f"the unit that best singles out one class is {name}: it is"
    if others > size:
        start = f"no unit singles out one class: the best, {name}, is"
    words = f"{start} {state} for {share_of(t, mine, label)} and for {others:,} of the other "
    words += f"{rest:,}"
    facts = [keenest, t.fact("size", label), t.fact("points"), t.fact("activation_of", layer, 0)]
    if layer == 0 and picture_of(t.at) is not None:
        ink = t.fact("ink", unit)
        high, low = ink.value
        words += f"; ink {_part(high)} raises it most, ink {_part(low)} lowers it most"
        facts.append(ink)
    yield told(t, HELPS, words, *facts)


def _part(place: tuple[int, int]) -> str:
    row, column = place
    if place == (1, 1):
        return "in the middle"
    if row == 1:
        return f"at the {('left', '', 'right')[column]}"
    if column == 1:
        return f"at the {('top', '', 'bottom')[row]}"
    return f"in the {('upper', '', 'lower')[row]} {('left', '', 'right')[column]}"

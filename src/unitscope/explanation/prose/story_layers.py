"""The story's middle: what each hidden layer makes of what it sees, few units one by one."""

from __future__ import annotations

from collections.abc import Iterator

from unitscope.explanation.grammar import Teller, listed
from unitscope.explanation.prose import FEW_NAMES
from unitscope.explanation.prose.sentences import say
from unitscope.explanation.prose.story_units import one_unit
from unitscope.explanation.prose.story_words import (
    HELPS,
    THREAD,
    Told,
    alike,
    in_layer,
    in_words,
    share_of,
    told,
    units,
    worded,
)
from unitscope.explanation.story import picture_of

FEW = 3  # units of a layer, that are told of one by one
_GROUPS = 3
_NAMED = 5  # units of a group, that are listed


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
    what = say("features_of_each" if features > 2 else "each_point", count=features)
    if picture_of(t.at) is not None:
        facts.append(t.fact("picture"))
        what = say("pixels_of_each", count=features)
    key = "layer_makes_one" if count == 1 else "layer_makes"
    words = say(key, count=in_words(count), what=what)
    if t.at.hidden == 1:
        words += say("called") if count == 2 else ""
        words += say("all_seen")
    return told(t, THREAD, words, *facts)


def _kind(t: Teller) -> Iterator[Told]:
    kind = t.at.net.layers[0].activation
    if kind != "relu":
        yield told(t, HELPS, say(f"kind_{kind}"), t.fact("activation_of", 0, 0))


def _lines(t: Teller) -> Iterator[Told]:
    """Many units of the first layer as straight cuts of the plane."""
    first = t.at.net.layers[0]
    if t.at.net.n_features != 2 or first.activation == "linear" or first.units < 2:
        return
    lines = t.fact("with_a_line")
    if lines.value < first.units:
        return
    words = say("bends", count=first.units)
    facts = [lines, t.fact("widths", 0), t.fact("activation_of", 0, 0)]
    classes = t.occupied()
    if len(classes) == 2:
        best = t.fact("best_cut", 0, *classes)
        unit, one, other = best.value
        sizes = [t.sizes.value[label] for label in classes]
        if {(one, other)} & {(sizes[0], 0), (0, sizes[1])}:
            words += say("bends_apart", unit=unit)
        else:
            both = [share_of(t, one, classes[0]), share_of(t, other, classes[1], first=False)]
            words += say("bends_within", unit=unit, shares=listed(both))
        facts += [best, *(t.fact("size", label) for label in classes)]
    else:
        cutting = t.fact("cutting", 0)
        if cutting.value:
            key = "line_cuts" if cutting.value == 1 else "lines_cut"
            words += say(key, count=in_words(cutting.value))
            facts.append(cutting)
    yield told(t, HELPS, words, *facts)


def _deeper(t: Teller) -> Told:
    """What the layers after the first make of its numbers."""
    widths = [t.fact("widths", layer) for layer in range(1, t.at.hidden)]
    count = widths[0].value[1]
    words = say("deeper_one" if count == 1 else "deeper", count=in_words(count))
    for number, one in enumerate(widths[1:], 3):
        words += say("deeper_too", layer=number, count=in_words(one.value[1]))
    words += say("deeper_end")
    facts = [*widths, t.fact("hidden_layers")]
    classes, layer = t.occupied(), t.at.hidden - 1
    if len(classes) == 2 and t.at.net.layers[layer].units > 1:
        best = t.fact("best_cut", layer, *classes)
        unit, *counts = best.value
        state = say("on" if t.at.net.layers[layer].activation == "relu" else "on_its_side")
        both = zip(counts, classes, (True, False), strict=True)
        shares = [share_of(t, count, label, first=first) for count, label, first in both]
        words += say("deeper_best", unit=unit, state=state, shares=listed(shares))
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
        named = units(members)
        if len(members) > _NAMED:
            named = say("many_units", count=alike(len(members), most))
        key, side = "groups", "on_their_side"
        if len(members) == 1:
            key, side = "groups_one", "on_its_side"
        slots = {"state": say("on" if relu else side), "layer": in_layer(t, layer)}
        parts.append(say("group" if parts else key, units=named, names=t.names(on), **slots))
        facts += [t.fact("group", layer, on), *(t.fact("role", layer, unit) for unit in members)]
    silent = t.fact("silent", layer)
    cutting = t.fact("cutting", layer)
    if parts:
        words = listed(parts)
        if cutting.value and (t.at.hidden > 1 or t.at.net.n_features != 2):
            key = "another_cuts" if cutting.value == 1 else "others_cut"
            words += say(key, count=in_words(cutting.value))
            facts.append(cutting)
        yield told(t, THREAD, words, *facts)
    if silent.value and t.at.net.layers[layer].activation == "relu":
        named = units(silent.value)
        if len(silent.value) > _NAMED:
            named = say("many_units", count=in_words(len(silent.value)))
        key = "silent_one" if len(silent.value) == 1 else "silent"
        words = worded(t, key, units=named, layer=in_layer(t, layer))
        rest = t.at.net.layers[layer].units - len(silent.value)
        if rest <= len(silent.value):
            words += say("rest_works_one" if rest == 1 else "rest_works", count=in_words(rest))
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
    relu = t.at.net.layers[layer].activation == "relu"
    slots = {"unit": unit, "layer": in_layer(t, layer), "share": share_of(t, mine, label)}
    slots |= {"state": say("on" if relu else "on_its_side")}
    key = "keenest_at_best" if others > size else "keenest"
    words = say(key, others=f"{others:,}", rest=f"{rest:,}", **slots)
    facts = [keenest, t.fact("size", label), t.fact("points"), t.fact("activation_of", layer, 0)]
    if layer == 0 and picture_of(t.at) is not None:
        ink = t.fact("ink", unit)
        high, low = (say(f"part_{row}_{column}") for row, column in ink.value)
        words += say("ink", high=high, low=low)
        facts.append(ink)
    yield told(t, HELPS, words, *facts)

"""Sentences on hidden units."""

from __future__ import annotations

import math
import re

import numpy as np
from oracle_words import (
    NAMES,
    NUMBER,
    PS,
    SHARE,
    SIDE,
    UNIT,
    N,
    form,
    labels,
    number,
    portions,
    same,
    unit_at,
)
from oracle_world import agreeing, picture


@form(
    rf"layer (\d+) has ({N}) units?: "
    rf"(?:(\d+) (is|are) ({SIDE}) at every point, (\d+) at none, and )?"
    r"(\d+) (is|are) not needed alone(: if it gave 0, no prediction would change|"
    r": if any one of them gave 0, no prediction would change; "
    rf"if all (\d+) did, (none|{N}) would)?"
)
def _(w, layer, units, always, verb, side, never, idle, are, what, every, all_of_them):
    layer, idle = int(layer) - 1, int(idle)
    turned = [w.turned(layer, unit) for unit in range(w.units(layer))]
    needless = [u for u in range(len(turned)) if w.without(layer, u) == w.predicted]
    bends = w.layers[layer][2] != "linear"
    sides = [sum(t.all() for t in turned), sum(not t.any() for t in turned)]
    changed = w.n - agreeing(w.without(layer, *needless), w.predicted)
    return (
        number(units) == len(turned)
        and (always is None or ([int(always), int(never)] == sides and bends))
        and idle == len(needless)
        and are == ("is" if idle == 1 else "are")
        and (side is None or side_word(w, layer, side))
        and (verb is None or verb == ("is" if always == "1" else "are"))
        and (what is None) == (idle == 0)
        and (every is None or (int(every) == idle > 1 and said_count(all_of_them) == changed))
    )


def said_count(text):
    return 0 if text == "none" else number(text)


@form(
    r"no prediction would change if any one of units ((?:\d+, )*\d+ and \d+) gave 0 everywhere, "
    rf"and (none|{N}) if (both|all \d+) did"
)
def _(w, units, changed, every):
    said = [int(one) for one in re.findall(r"\d+", units)]
    return (
        all(w.without(0, unit) == w.predicted for unit in said)
        and w.n - agreeing(w.without(0, *said), w.predicted) == said_count(changed)
        and every == ("both" if len(said) == 2 else f"all {len(said)}")
    )


@form(rf"{UNIT} is linear: it bends nowhere")
def _(w, unit, layer):
    layer, unit = unit_at(unit, layer)
    return unit < w.units(layer) and w.layers[layer][2] == "linear"


@form(rf"{UNIT} is dead: it is off at (?:all ({N}) points|the one point), and outputs 0 there")
def _(w, unit, layer, n):
    layer, unit = unit_at(unit, layer)
    silent = not w.turned(layer, unit).any() and not w.A[layer][:, unit].any()
    return silent and number(n or "1") == w.n and w.relu(layer)


@form(
    rf"{UNIT} is (on|on its positive side|on its negative side) at "
    rf"(?:all ({N}) points|the one point)(: on the data it is linear)?"
)
def _(w, unit, layer, side, n, linear):
    at = unit_at(unit, layer)
    count = 0 if "negative" in side else w.n
    return (
        w.turned(*at).sum() == count
        and number(n or "1") == w.n
        and side_word(w, at[0], side)
        and (linear is None or w.relu(at[0]))
    )


def side_word(w, layer, side):
    return layer < w.hidden and (side in ("on", "off")) == w.relu(layer)


@form(
    rf"{UNIT} separates ({NAMES}) \(({SIDE})\) from ({NAMES}) "
    rf"\((?:off|on its negative side)\)(?:, except for ({PS}))?"
)
def _(w, unit, layer, ons, side, offs, others):
    """At most a quarter of any class is on the wrong side."""
    at = unit_at(unit, layer)
    counts, said = w.on_by_class(*at), portions(w, others or "")
    ons, offs = labels(ons), labels(offs)
    wrong = {
        label: w.size[label] - counts[label] if label in ons else counts[label] for label in w.size
    }
    return (
        sorted(ons + offs) == sorted(w.size)
        and side_word(w, at[0], side)
        and {label: count for label, count in wrong.items() if count} == said
        and all(4 * count <= w.size[label] for label, count in wrong.items())
    )


@form(
    rf"{UNIT} (?:cuts through ({NAMES}): it )?is ({SIDE}) for ({PS})"
    rf"(?:, and for no point of ({NAMES}))?"
)
def _(w, unit, layer, cut, side, some, none):
    at = unit_at(unit, layer)
    counts, said = w.on_by_class(*at), portions(w, some)
    through = [c for c in sorted(w.size) if w.size[c] < 4 * counts[c] < 3 * w.size[c]]
    return (
        said == dict(counts)
        and labels(none) == sorted(set(w.size) - set(counts))
        and (cut is None or labels(cut) == through)
        and side_word(w, at[0], side)
    )


@form(rf"{UNIT} is a twin of {UNIT}: its weights and bias are a positive multiple of that one's")
def _(w, unit, layer, other, layer_too):
    (layer, unit), (again, other) = unit_at(unit, layer), unit_at(other, layer_too)
    weights, bias = w.layers[layer][:2]
    one, two = ([*[row[u] for row in weights], bias[u]] for u in (unit, other))
    product = sum(a * b for a, b in zip(one, two, strict=True))
    lengths = math.sqrt(sum(a * a for a in one)) * math.sqrt(sum(b * b for b in two))
    return unit != other and layer == again and lengths > 0 and product > (1 - 1e-8) * lengths


@form(rf"{UNIT} is ({SIDE}) at the same points as {UNIT}")
def _(w, unit, layer, side, other, layer_too):
    at, too = unit_at(unit, layer), unit_at(other, layer_too)
    mine, theirs = w.turned(*at), w.turned(*too)
    return (
        at != too and (mine == theirs).all() and 0 < mine.sum() < w.n and side_word(w, at[0], side)
    )


@form(rf"{UNIT} is on in ({SHARE})% of the window and at ({N}) of ({N}) points?")
def _(w, unit, layer, share, count, n):
    layer, unit = unit_at(unit, layer)
    _, places = picture(w.net, w.data)
    seen = (w.net.pre_activations(places)[layer][:, unit] > 0).mean()
    return (
        abs(float(share.rpartition(" ")[2]) / 100 - seen) < 0.015
        and (share != "100" or seen == 1)
        and w.turned(layer, unit).sum() == number(count)
        and number(n) == w.n
        and side_word(w, layer, "on")
    )


@form(rf"{UNIT} is saturated, within 0.01 of an end of its range, at ({N}) of ({N}) points?")
def _(w, unit, layer, count, n):
    layer, unit = unit_at(unit, layer)
    low = {"tanh": -1.0, "sigmoid": 0.0}.get(w.layers[layer][2], math.nan)
    values = w.A[layer][:, unit]
    near = (values <= low + 0.01) | (values >= 0.99)
    return low == low and near.sum() == number(count) and number(n) == w.n and layer < w.hidden


@form(rf"{UNIT} (is on|has a positive pre-activation) where (.+) > 0")
def _(w, unit, layer, what, formula):
    layer, unit = unit_at(unit, layer)
    weights, bias = w.layers[0][:2]
    terms = re.findall(r"(?:^|([-+]) )(-?[\d.,]+(?:e[-+]\d+)?)(?: x(\d))?", formula)
    said = {feature: ("-" if sign == "-" else "") + size for sign, size, feature in terms}
    return (
        layer == 0
        and (what == "is on") == w.relu(0)
        and same(said.get("", "0"), bias[unit])
        and all(same(said.get(str(i), "0"), row[unit]) for i, row in enumerate(weights))
    )


@form(
    rf"the largest output of {UNIT} on the data is ({NUMBER}), at "
    rf"(?:(?:all ({N})|({N}) of ({N})) points, )?point (\d+) of c(\d+)( among them)?"
)
def _(w, unit, layer, value, every, some, n, i, label, among):
    layer, unit = unit_at(unit, layer)
    values = w.A[layer][:, unit]
    top = values.max()
    count = (values >= top - 1e-9 * np.abs(values).max()).sum()
    told = number(every or some or "1")
    return (
        same(value, top)
        and values[int(i)] >= top - 1e-12 * abs(top)
        and w.y[int(i)] == int(label)
        and told == count
        and number(n or f"{w.n:,}") == w.n
        and (every is None or told == w.n)
        and (among is not None) == (count > 1)
    )


@form(rf"if only {UNIT} gave 0 everywhere, no prediction on the data would change")
def _(w, unit, layer):
    return w.without(*unit_at(unit, layer)) == w.predicted


@form(
    rf"if {UNIT} gave 0 everywhere, ({N}) predictions? would change, "
    rf"and (still )?({N}) of ({N}) points? would be right(?: instead of ({N}))?"
)
def _(w, unit, layer, changed, still, right, n, now):
    after = w.without(*unit_at(unit, layer))
    moved = w.n - agreeing(after, w.predicted)
    true = [moved, agreeing(after, w.y), w.n]
    before = agreeing(w.predicted, w.y)
    said = [number(text) for text in (changed, right, n)]
    kept = true[1] == before
    return (
        said == true
        and kept == (still is not None) == (now is None)
        and (kept or number(now) == before)
    )

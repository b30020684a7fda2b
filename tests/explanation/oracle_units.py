"""Sentences on hidden units."""

from __future__ import annotations

import math
import re
from collections import Counter

from oracle_words import (
    NAMES,
    NUMBER,
    SIDE,
    UNIT,
    P,
    form,
    labels,
    moved_most,
    number,
    portions,
    same,
    unit_at,
)
from oracle_world import agreeing, picture, spread


@form(
    rf"layer (\d+) has (\d+) units?: (\d+) (?:is|are) {SIDE} at every point, (\d+) at none, "
    r"and (\d+) (?:is|are) not needed "
    r"\(if any one of those alone gave 0, no prediction would change\)"
)
def _(w, layer, units, always, never, idle):
    layer = int(layer) - 1
    counts = [len(w.on(layer, unit)) for unit in range(len(w.layers[layer][1]))]
    needless = sum(w.without(layer, unit) == w.predicted for unit in range(len(counts)))
    said = [int(text) for text in (units, always, never, idle)]
    return [len(counts), counts.count(w.n), counts.count(0), needless] == said and layer < w.hidden


@form(rf"{UNIT} is linear: it bends nowhere")
def _(w, unit, layer):
    layer, unit = unit_at(unit, layer)
    return w.layers[layer][2] == "linear" and unit < len(w.layers[layer][1]) and layer < w.hidden


@form(rf"{UNIT} is dead: it is off at all ([\d,]+) points?, and outputs 0 there")
def _(w, unit, layer, n):
    at = unit_at(unit, layer)
    silent = all(w.a[i][at[0]][at[1]] == 0 for i in range(w.n))
    return not w.on(*at) and silent and number(n) == w.n and at[0] < w.hidden


@form(
    rf"{UNIT} is (on|on its positive side|on its negative side) at all ([\d,]+) points?"
    r"(: on the data it is linear)?"
)
def _(w, unit, layer, side, n, relu):
    at = unit_at(unit, layer)
    return (
        len(w.on(*at)) == (0 if "negative" in side else w.n)
        and number(n) == w.n
        and side_word(w, at[0], side)
    )


def side_word(w, layer, side):
    return (side in ("on", "off")) == (w.layers[layer][2] == "relu") and layer < w.hidden


@form(
    rf"{UNIT} separates ({NAMES}) \(({SIDE})\) from ({NAMES}) "
    r"\((?:off|on its negative side)\)(?:, except for (.+))?"
)
def _(w, unit, layer, ons, side, offs, others):
    at = unit_at(unit, layer)
    counts, said = w.on_by_class(*at), Counter()
    for count, label in re.findall(r"(\d+) points? of c(\d+)", others or ""):
        said[int(label)] = int(count)
    wrong = {
        label: (w.size[label] - counts[label] if label in labels(ons) else counts[label])
        for label in w.size
    }
    return (
        sorted(labels(ons) + labels(offs)) == sorted(w.size)
        and side_word(w, at[0], side)
        and {label: count for label, count in wrong.items() if count} == dict(said)
        and all(2 * counts[label] > w.size[label] for label in labels(ons))
        and all(2 * counts[label] <= w.size[label] for label in labels(offs))
    )


@form(rf"{UNIT} is ({SIDE}) for ({P}(?:(?:, {P})* and {P})?)(?:, and for no point of ({NAMES}))?")
def _(w, unit, layer, side, some, none):
    at = unit_at(unit, layer)
    counts, said = w.on_by_class(*at), portions(w, some)
    return (
        said == dict(counts)
        and labels(none) == sorted(set(w.size) - set(counts))
        and side_word(w, at[0], side)
    )


@form(rf"{UNIT} is a twin of {UNIT}: its weights and bias are a positive multiple of that one's")
def _(w, unit, layer, other, layer_too):
    (layer, unit), (_, other) = unit_at(unit, layer), unit_at(other, layer_too)
    weights, bias = w.layers[layer][:2]
    one, two = ([*[row[u] for row in weights], bias[u]] for u in (unit, other))
    product = sum(a * b for a, b in zip(one, two, strict=True))
    lengths = math.sqrt(sum(a * a for a in one)) * math.sqrt(sum(b * b for b in two))
    return unit != other and lengths > 0 and product > (1 - 1e-8) * lengths


@form(rf"{UNIT} is ({SIDE}) at the same points as {UNIT}")
def _(w, unit, layer, side, other, layer_too):
    at, too = unit_at(unit, layer), unit_at(other, layer_too)
    return at != too and w.on(*at) == w.on(*too) and side_word(w, at[0], side)


@form(rf"{UNIT} is on in (\S+)% of the window and at ([\d,]+) of ([\d,]+) points?")
def _(w, unit, layer, share, count, n):
    layer, unit = unit_at(unit, layer)
    _, places = picture(w.net, w.data)
    seen = (w.net.pre_activations(places)[layer][:, unit] > 0).mean()
    return (
        abs(float(share) / 100 - seen) < 0.01
        and len(w.on(layer, unit)) == number(count)
        and number(n) == w.n
        and side_word(w, layer, "on")
    )


@form(rf"{UNIT} is saturated, within 0.01 of an end of its range, at ([\d,]+) of ([\d,]+) points?")
def _(w, unit, layer, count, n):
    layer, unit = unit_at(unit, layer)
    low = {"tanh": -1.0, "sigmoid": 0.0}.get(w.layers[layer][2], math.nan)
    values = [w.a[i][layer][unit] for i in range(w.n)]
    return (
        sum(v <= low + 0.01 or v >= 0.99 for v in values) == number(count)
        and low == low
        and number(n) == w.n
    )


@form(rf"{UNIT} (is on|has a positive pre-activation) where (.+) > 0")
def _(w, unit, layer, what, formula):
    layer, unit = unit_at(unit, layer)
    weights, bias, name, _ = w.layers[0]
    terms = re.findall(r"(?:^|([-+]) )(-?[\d.,]+(?:e[-+]\d+)?)(?: x(\d))?", formula)
    said = {feature: ("-" if sign == "-" else "") + size for sign, size, feature in terms}
    return (
        layer == 0
        and (what == "is on") == (name == "relu")
        and same(said.get("", "0"), bias[unit])
        and all(same(said.get(str(i), "0"), row[unit]) for i, row in enumerate(weights))
    )


@form(rf"over the data, {UNIT} is moved most by (.+); weights in brackets")
def _(w, unit, layer, inputs):
    layer, unit = unit_at(unit, layer)
    return layer == 0 and moved_most(
        re.findall(r"x(\d+) \((\S+)\)", inputs),
        [row[unit] for row in w.layers[0][0]],
        [spread([x[i] for x in w.X]) for i in range(len(w.X[0]))],
    )


@form(rf"the largest output of {UNIT} on the data is ({NUMBER}), at point (\d+) of c(\d+)")
def _(w, unit, layer, value, i, label):
    layer, unit = unit_at(unit, layer)
    values = [w.a[j][layer][unit] for j in range(w.n)]
    top = max(values)
    return (
        same(value, top) and values[int(i)] >= top - 1e-12 * abs(top) and w.y[int(i)] == int(label)
    )


@form(rf"{UNIT} is not needed: if it gave 0 everywhere, no prediction on the data would change")
def _(w, unit, layer):
    return w.without(*unit_at(unit, layer)) == w.predicted and unit_at(unit, layer)[0] < w.hidden


@form(
    rf"if {UNIT} gave 0 everywhere, ([\d,]+) predictions? would change, "
    r"and ([\d,]+) of ([\d,]+) points? would be right instead of ([\d,]+)"
)
def _(w, unit, layer, changed, right, n, now):
    after = w.without(*unit_at(unit, layer))
    moved = w.n - agreeing(after, w.predicted)
    true = [moved, agreeing(after, w.y), w.n, agreeing(w.predicted, w.y)]
    said = [number(text) for text in (changed, right, n, now)]
    return said == true and unit_at(unit, layer)[0] < w.hidden

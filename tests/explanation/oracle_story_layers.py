"""The story's middle, what each layer makes of what it sees, worked out anew."""

from __future__ import annotations

import re

from oracle_story_words import COUNT, LIST, SHARE, SHARES, count, numbers, on, role, shares_are
from oracle_words import NAMES, form, labels, number


@form(
    rf"layer 1 makes ({COUNT}) numbers? of (?:the (\d+) features of )?each point(?:, a0 and a1)?"
    r"(: all layer 2 sees)?"
)
def _(w, units, features, only):
    fits = count(units) == len(w.layers[0][1]) and w.hidden > 0
    inputs = len(w.layers[0][0])
    features_fit = int(features) == inputs if features else inputs <= 2
    return fits and features_fit and (only is not None) == (w.hidden == 1)


KINDS = {
    "leaky ReLU": "leaky_relu",
    "absolute-value": "abs",
    "tanh": "tanh",
    "sigmoid": "sigmoid",
    "ELU": "elu",
    "softplus": "softplus",
    "GELU": "gelu",
    "SiLU": "silu",
    "linear": "linear",
}


@form(r"an? (leaky ReLU|absolute-value|tanh|sigmoid|ELU|softplus|GELU|SiLU|linear) unit .+")
def _(w, kind):
    return w.layers[0][2] == KINDS[kind] and w.hidden > 0


@form(
    r"each of its (\d+) units bends along one straight line of the plane(?:"
    r"; unit (\d+) alone has each class on a side of its own|"
    rf", and none of them parts the classes: the best, unit (\d+), has ({SHARES}) "
    r"on its positive side|"
    rf"; ({COUNT}) of these lines (?:cuts|cut) through a class)?"
)
def _(w, units, alone, best, shares, cutting):
    wanted = len(w.layers[0][1])
    if int(units) != wanted or w.layers[0][2] == "linear" or len(w.X[0]) != 2:
        return False
    if not all(any(row[unit] for row in w.layers[0][0]) for unit in range(wanted)):
        return False
    if cutting:
        return count(cutting) == sum(0 in role(w, 0, unit).values() for unit in range(wanted))
    if not (alone or best):
        return True
    one, other = sorted(w.size)

    def parted(unit):
        c = on(w, 0, unit)
        return abs(c[one] / w.size[one] - c[other] / w.size[other])

    top = max(parted(unit) for unit in range(wanted))
    if alone:
        return parted(int(alone)) == top == 1.0
    return top < 1 and parted(int(best)) == top and shares_are(w, shares, on(w, 0, int(best)))


@form(
    rf"layer 2 sees only those and makes ({COUNT}) features? of them"
    rf"((?:, and layer \d+ makes {COUNT} of these)*): features of features"
    rf"(?:, the best of which, unit (\d+), is (on|on its positive side) for ({SHARE} and {SHARE}))?"
)
def _(w, units, more, best, side, shares):
    if best:
        layer, (one, other) = w.hidden - 1, sorted(w.size)
        if (side == "on") != (w.layers[layer][2] == "relu"):
            return False
        if not shares_are(w, shares, on(w, layer, int(best))):
            return False

        def parted(unit):
            c = on(w, layer, unit)
            return abs(c[one] / w.size[one] - c[other] / w.size[other])

        if parted(int(best)) < max(map(parted, range(len(w.layers[layer][1])))) - 1e-12:
            return False
    said = [count(units), *(count(one) for one in re.findall(r"makes (\w+) of these", more))]
    return said == [len(layer[1]) for layer in w.layers[1:-1]]


GROUP = rf"(?:units? {LIST}|{COUNT} units)"


@form(
    rf"({GROUP}(?: of layer \d+)? (?:is|are) mostly (?:on|on (?:its|their) positive side) "
    rf"for {NAMES} only(?:.*?))(?:; (another|{COUNT} others) (?:cuts|cut) through classes)?"
)
def _(w, text, cutting):
    layer = int(found[1]) - 1 if (found := re.search(r"of layer (\d+)", text)) else 0
    relu = w.layers[layer][2] == "relu"
    if ("positive" in text) == relu or layer != w.hidden - 1:
        return False
    roles = [role(w, layer, unit) for unit in range(len(w.layers[layer][1]))]
    for who, names in re.findall(rf"({GROUP})(?: of layer \d+)?[^\d]*? for ({NAMES}) only", text):
        wanted = {label: 1 if label in labels(names) else -1 for label in w.size}
        having = [unit for unit, one in enumerate(roles) if one == wanted]
        if who.endswith("units") and count(who.split()[0]) != len(having):
            return False
        if who.startswith("unit") and numbers(who) != having:
            return False
    others = sum(0 in one.values() for one in roles)
    said = 1 if cutting == "another" else count(cutting.split()[0]) if cutting else others
    return said == others


@form(
    rf"({GROUP})(?: of layer (\d+))? (?:is|are) off at every point"
    rf"(?:, so (no|{COUNT}) (?:does|do) all the work)?"
)
def _(w, who, layer, rest):
    layer = int(layer) - 1 if layer else w.hidden - 1
    units = len(w.layers[layer][1])
    silent = [unit for unit in range(units) if not any(on(w, layer, unit).values())]
    named = who.startswith("unit")
    fits = numbers(who) == silent if named else count(who.split()[0]) == len(silent)
    return fits and (rest is None or count(rest) == units - len(silent))


@form(
    r"(the unit that best singles out one class is|no unit singles out one class: the best,) "
    r"unit (\d+)(?: of layer (\d+))?(?:: it|,) is "
    rf"(on|on its positive side) for ({SHARE}) and for ([\d,]+) of the other ([\d,]+)"
)
def _(w, start, unit, layer, side, share, others, rest):
    layer = int(layer) - 1 if layer else 0
    label = labels(share)[0]

    def keen(which, own):
        c = on(w, layer, which)
        return c[own] / w.size[own] - (sum(c.values()) - c[own]) / (w.n - w.size[own])

    top = max(
        keen(which, own)
        for which in range(len(w.layers[layer][1]))
        for own in w.size
        if w.n > w.size[own]
    )
    c = on(w, layer, int(unit))
    return (
        keen(int(unit), label) >= top - 1e-9
        and shares_are(w, share, c)
        and number(others) == sum(c.values()) - c[label]
        and start.startswith("no") == (number(others) > w.size[label])
        and number(rest) == w.n - w.size[label]
        and (side == "on") == (w.layers[layer][2] == "relu")
    )

"""Sentences on codes: which units are on together, and points that coincide."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
from oracle_words import NAMES, PS, WHO, N, P, form, labels, number, portion, portions, same


def who(text, units):
    """The units that are on; None where the words do not fit so many units."""
    on = text.endswith("on")
    if text.startswith("unit 0"):
        return ((0,) if on else ()) if units == 1 else None
    every = {"both": 2}.get(text.split()[0]) or int((re.match(r"all (\d+)", text) or [0, 0])[1])
    if every:
        return (tuple(range(units)) if on else ()) if every == units > 1 else None
    some = tuple(int(u) for u in re.findall(r"\d+", text))
    return some if units > len(some) else None


def code(w, i, layer):
    return tuple(np.flatnonzero(w.Z[layer][i] > 0).tolist())


def codes_of(w, label, layer):
    return Counter(code(w, i, layer) for i in range(w.n) if w.y[i] == label)


@form(
    rf"(?:in layer (\d+), )?at ({P}) ({WHO})((?:(?:,| and) at {N} {WHO})*)"
    rf"(?:; at the rest, ({N}) other patterns?)?"
)
def _(w, deep, first, pattern, body, others):
    layer = w.hidden - 1
    units, (count, label) = w.units(layer), portion(w, first)
    found = codes_of(w, label, layer)
    said = {who(pattern, units): count}
    for size, one in re.findall(rf"at ({N}) ({WHO})", body):
        said[who(one, units)] = number(size)
    others = number(others or "0")
    shown = sorted(said.values(), reverse=True)
    return (
        all(found[pattern] == count for pattern, count in said.items())
        and w.relu(layer)
        and int(deep or 1) == w.hidden
        and len(found) == len(said) + others
        and shown == sorted(found.values(), reverse=True)[: len(shown)]
    )


@form("so the outputs are their biases alone")
def _(w):
    return w.layers[-1][2] == "linear" and not w.A[-2].any()


@form(
    rf"({NAMES}) share their most common pattern \(({WHO})\): "
    rf"(?:all ({N}) such points get one answer, c(\d+)|"
    rf"how large the units are tells all ({N}) such points apart|"
    rf"by how large the units are, ({N}) of ({N}) such points are right)"
)
def _(w, names, pattern, one, answer, apart, right, of):
    layer, names = w.hidden - 1, labels(names)
    wanted = who(pattern, w.units(layer))
    these = [i for i in range(w.n) if w.y[i] in names and code(w, i, layer) == wanted]
    answers = {w.predicted[i] for i in these}
    good = sum(w.right[i] for i in these)
    common = all(
        codes_of(w, label, layer)[wanted] == max(codes_of(w, label, layer).values())
        for label in names
    )
    if answer:
        fits = answers == {int(answer)}
    elif apart:
        fits = good == len(these)
    else:
        fits = number(right) == good < len(these) and len(answers) > 1
    return len(names) > 1 and common and fits and number(one or apart or of) == len(these)


@form(
    rf"({PS}) land at (\((.+)\)|one place|the place where every unit is 0) "
    r"in (?:hidden space|layer (\d+))(?:, and so get one answer: c(\d+))?"
)
def _(w, text, where, place, deep, answer):
    said, layer = portions(w, text), w.hidden - 1
    groups = {}
    for i, row in enumerate(w.A[layer]):
        groups.setdefault(tuple(np.round(row, 9) + 0.0), []).append(i)
    for values, members in groups.items():
        if place:
            coordinates = place.split(", ")
            fits = len(coordinates) == len(values) and all(
                same(t, v) for t, v in zip(coordinates, values, strict=True)
            )
        else:
            fits = "every" not in where or not any(values)
        if fits and said == dict(Counter(w.y[i] for i in members)):
            answers = {w.predicted[i] for i in members}
            return int(deep or 1) == w.hidden and (answer is None or answers == {int(answer)})
    return False

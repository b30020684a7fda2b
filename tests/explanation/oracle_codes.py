"""Sentences on codes: which units are on together, and points that coincide."""

from __future__ import annotations

import re
from collections import Counter

from oracle_words import NAMES, WHO, P, form, labels, portion, portions, same


def who(w, text, units):
    if text.startswith("no unit"):
        return ()
    if text.startswith(("both", "all")):
        return tuple(range(units)) if text.startswith("both") == (units == 2) else None
    return tuple(int(u) for u in re.findall(r"\d+", text))


@form(rf"({WHO} at {P}(?:.*)?)")
def _(w, text):
    units, layer = len(w.layers[-2][1]), w.hidden - 1
    body, _, more = text.partition(";")
    first = portion(w, re.search(P, body)[0])
    if first is None or w.layers[layer][2] != "relu":
        return False
    label = first[1]
    found = Counter(
        tuple(u for u in range(units) if w.z[i][layer][u] > 0)
        for i in range(w.n)
        if w.y[i] == label
    )
    said = {}
    for pattern, size in re.findall(rf"({WHO}) at (the one|all \d+|\d+)", body):
        said[who(w, pattern, units)] = 1 if size == "the one" else int(size.split()[-1])
    others = int(re.search(r"\d+", more)[0]) if more else 0
    shown = sorted(said.values(), reverse=True)
    return (
        all(found[pattern] == count for pattern, count in said.items())
        and len(found) == len(said) + others
        and shown == sorted(found.values(), reverse=True)[: len(shown)]
    )


@form(
    rf"({NAMES}) share their most common pattern \(({WHO})\): "
    r"(where no unit is on, nothing tells them apart|"
    r"they are told apart by how large the units are, not by which are on)"
)
def _(w, names, pattern, so):
    units, layer = len(w.layers[-2][1]), w.hidden - 1
    commonest = {}
    for label in w.size:
        found = Counter(
            tuple(u for u in range(units) if w.z[i][layer][u] > 0)
            for i in range(w.n)
            if w.y[i] == label
        )
        top = max(found.values())
        commonest[label] = {one for one, count in found.items() if count == top}
    wanted = who(w, pattern, units)
    return (
        len(labels(names)) > 1
        and all(wanted in commonest[label] for label in labels(names))
        and w.layers[layer][2] == "relu"
        and (wanted == ()) == so.startswith("where")
    )


@form(
    rf"({P}(?:(?:, {P})* and {P})?) land at "
    r"(\((.+)\)|one place|the place where every unit is 0) in (?:hidden space|layer (\d+)), "
    r"where nothing can tell them apart any more"
)
def _(w, text, where, place, layer):
    said, layer = portions(w, text), w.hidden - 1
    groups = {}
    for i in range(w.n):
        groups.setdefault(tuple(round(v, 9) + 0.0 for v in w.a[i][layer]), []).append(i)
    for values, members in groups.items():
        if place:
            fits = len(values) <= 4 and all(
                same(t, v) for t, v in zip(place.split(", "), values, strict=True)
            )
        else:
            fits = ("every" in where) == (not any(values))
        if fits and said == dict(Counter(w.y[i] for i in members)):
            return True
    return False

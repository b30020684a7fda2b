"""The story's beginning, whether the network works and why not, worked out anew."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
from oracle_story_words import (
    COUNT,
    SHARE,
    SOME,
    count,
    of_all,
    on,
    right_of,
    shares_are,
    some,
    varying,
)
from oracle_words import NAMES, NUMBER, form, labels, number, same
from oracle_world import spread


@form(
    r"((?:all )?[\d,]+ (?:of [\d,]+ )?points?|the one point|none of the [\d,]+ points?) "
    r"(?:is|are) right(?:: (.+))?"
)
def _(w, text, mistakes):
    right = right_of(w)
    if text.startswith("none"):
        if right or number(text.split()[3]) != w.n:
            return False
    elif of_all(w, text) != right or (text.startswith("all") and right != w.n):
        return False
    if not mistakes:
        return right == w.n
    alike = re.fullmatch(
        r"every point gets the same answer, c(\d+)(, the largest class)?", mistakes
    )
    if alike:
        label = int(alike[1])
        return set(w.predicted) == {label} and (
            not alike[2] or w.size[label] == max(w.size.values())
        )
    wrong, shown = Counter(zip(w.y, w.predicted, strict=True)), 0
    for share, taken in re.findall(rf"({SHARE}) (?:is|are) taken for c(\d+)", mistakes):
        own = labels(share)[0]
        if not shares_are(w, share, {own: wrong[own, int(taken)]}):
            return False
        shown += wrong[own, int(taken)]
        again = re.search(r"(?:,| and) ([\d,]+) for c(\d+)", mistakes)
        if again and wrong[own, int(again[2])] != number(again[1]):
            return False
        shown += number(again[1]) if again else 0
    more = re.search(r"([\d,]+) more (?:is|are) wrong", mistakes)
    return shown + (number(more[1]) if more else 0) == w.n - right


@form(r"always answering c(\d+) would get (.+ points?) right")
def _(w, label, text):
    return w.size[int(label)] == of_all(w, text) == max(w.size.values())


@form(r"(the unit|both units|all \d+ units)(?: of layer (\d+))? (?:is|are) off at every point, .+")
def _(w, who, layer):
    layer, units = w.hidden - 1, len(w.layers[-2][1])
    who_fits = {1: "the unit", 2: "both units"}.get(units, f"all {units} units") == who
    silent = all(not any(on(w, layer, unit).values()) for unit in range(units))
    return who_fits and silent and w.layers[layer][2] == "relu" and w.layers[-1][2] == "linear"


@form(r"layer (\d+) gives the same numbers at every point, so nothing after it can tell them apart")
def _(w, layer):
    return [varying(w, k) > 0 for k in range(int(layer))] == [True] * (int(layer) - 1) + [False]


@form(
    r"the outputs are (.+) everywhere, "
    r"(?:so c(\d+) wins|and of those that tie the first wins, c(\d+))"
)
def _(w, values, winner, tied):
    said = re.findall(rf"({NUMBER}) for c(\d+)", values)
    logits = np.array(w.logits)
    best = np.flatnonzero(logits[0] == logits[0].max())
    return (
        varying(w, w.hidden) == 0
        and [int(k) for _, k in said] == list(range(w.k))
        and all(same(text, logits[0, int(k)]) for text, k in said)
        and best[0] == int(winner or tied)
        and (len(best) > 1) == (tied is not None)
    )


def together(w, here):
    """Whether these points, of several classes, are one place of the last hidden layer's space."""
    a = np.array([one[w.hidden - 1] for one in w.a]) + 0.0
    y = np.array(w.y)
    for place in np.unique(a, axis=0):
        at = (a == place).all(axis=1)
        if dict(Counter(y[at].tolist())) == here:
            return place, {w.predicted[i] for i in np.flatnonzero(at)}
    return None, set()


@form(
    rf"(the unit|both units|all \d+ units)(?: of layer (\d+))? (?:is|are) off at ({SOME}): "
    r"those ([\d,]+) points (?:share the place (\(.+?\)|0)|all look alike), "
    r"so they get one answer, c(\d+)"
)
def _(w, who, layer, here, total, place, answer):
    said, units = some(here), len(w.layers[-2][1])
    found, answers = together(w, said)
    who_fits = {1: "the unit", 2: "both units"}.get(units, f"all {units} units") == who
    return (
        found is not None
        and not found.any()
        and answers == {int(answer)}
        and who_fits
        and w.layers[-2][2] == "relu"
        and number(total) == sum(said.values())
        and (place is None or not any(map(float, re.findall(r"[\d.]+", place))))
        and (layer is None or int(layer) == w.hidden)
    )


@form(rf"({SOME}) share one place in layer (\d+)(?:, (.+?))?, so they get one answer, c(\d+)")
def _(w, here, layer, place, answer):
    found, answers = together(w, some(here))
    if found is None or int(layer) != w.hidden or answers != {int(answer)}:
        return False
    shown = place.strip("()").split(", ") if place else []
    return all(same(text, value) for text, value in zip(shown, found, strict=False))


@form(r"where it is wrong, the two outputs tie")
def _(w):
    rows = zip(w.logits, w.y, w.predicted, strict=True)
    return w.k == 2 and all(abs(row[0] - row[1]) <= w.noise for row, y, p in rows if y != p)


@form(rf"the outputs of ({NAMES}) tie at every point, and a tie goes to the first")
def _(w, names):
    top = [{k for k, v in enumerate(row) if v >= max(row) - w.noise} for row in w.logits]
    return sorted(set.intersection(*top)) == labels(names)


@form(
    rf"where it is wrong, the right output falls short by at most ({NUMBER})"
    rf"(?: \(({NUMBER}) in the median\))?"
)
def _(w, most, middle):
    rows = zip(w.logits, w.y, w.predicted, strict=True)
    behind = [max(row) - row[own] for row, own, said in rows if own != said]
    if w.k != 2 or not behind:
        return False
    return same(most, max(behind)) and same(middle or most, float(np.median(behind)))


@form(rf"one number (is left|has) to tell ({COUNT}) classes apart")
def _(w, left, classes):
    if (left == "has") != (len(w.layers[-2][1]) == 1):
        return False
    return varying(w, w.hidden - 1) == 1 and count(classes) == len(w.size)


@form(r"no point gets the answer (c\d+(?:, c\d+)*(?: or c\d+)?)")
def _(w, names):
    return not set(labels(names)) & set(w.predicted)


@form(
    r"at (?:(the wrong point) its own class comes (second|third or later)|"
    r"(?:(all|none of the|[\d,]+ of the) ([\d,]+)|(both)) wrong points "
    r"the right class comes second)"
)
def _(w, single, rank, which, wrong, both):
    second = total = 0
    for row, own, said in zip(w.logits, w.y, w.predicted, strict=True):
        if own != said:
            total += 1
            ranked = sorted(range(len(row)), key=lambda k: (-row[k], k))
            second += ranked[1] == own
    if single:
        return total == 1 and (second == 1) == (rank == "second")
    if both:
        return total == second == 2
    told = {"all": total, "none of the": 0}.get(which)
    told = number(which.split()[0]) if told is None else told
    return number(wrong) == total and told == second


@form(
    rf"the features differ in size by a factor of ({NUMBER}) "
    rf"\(standard deviation ({NUMBER}) for x(\d+), ({NUMBER}) for x(\d+)\)"
)
def _(w, factor, least, low, greatest, high):
    spreads = [spread([x[i] for x in w.X]) for i in range(len(w.X[0]))]
    return (
        same(factor, spreads[int(high)] / spreads[int(low)], 2)
        and same(least, spreads[int(low)])
        and same(greatest, spreads[int(high)])
        and spreads[int(high)] == max(spreads)
    )

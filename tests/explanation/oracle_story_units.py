"""The story's units one by one, worked out anew."""

from __future__ import annotations

import re

import numpy as np
from oracle_story_words import COUNT, MOVED, SHARE, SHARES, SOME, count, on, role, shares_are, some
from oracle_words import NAMES, NUMBER, form, labels, number, same
from oracle_world import spread

SIDES = r"to the left|to the right|below|above"


@form(r"unit (\d+) is 0 at every point, and adds nothing")
def _(w, unit):
    return w.hidden == 1 and not any(a[0][int(unit)] for a in w.a)


@form(r"the sum that unit (\d+) takes is never positive on these data")
def _(w, unit):
    return w.hidden == 1 and not any(on(w, 0, int(unit)).values())


@form(r"unit (\d+) is above 0 at every point: no point lies beyond its (?:line|threshold)")
def _(w, unit):
    return w.hidden == 1 and all(a[0][int(unit)] > 0 for a in w.a)


@form(rf"unit (\d+) is (0|above 0) at all points but ({SOME})")
def _(w, unit, what, strays):
    c = on(w, 0, int(unit))
    c = c if what == "0" else {label: w.size[label] - c[label] for label in c}
    relu = w.layers[0][2] == "relu" and w.hidden == 1
    return relu and {label: n for label, n in c.items() if n} == some(strays)


def far_side(w, unit, word):
    """Whether a unit is on at this side of its line."""
    axis = 1 if ("above" in word or "below" in word) and len(w.X[0]) == 2 else 0
    weight = w.layers[0][0][axis][unit]
    return weight > 0 if "right" in word or "above" in word else weight < 0


def opposite(one, other):
    pairs = {"left": "right", "right": "left", "below": "above", "above": "below"}
    key = [next(word for word in pairs if word in text) for text in (one, other)]
    return pairs[key[0]] == key[1]


def cuts_are(w, unit, text, side=None):
    """Whether c1 (13 of 25 points to its right) and so on are what a unit cuts through."""
    c, found = on(w, 0, unit), {}
    if text and text.endswith(" classes"):
        cut = [label for label, side in role(w, 0, unit).items() if not side]
        return {label: c[label] for label in cut} if count(text.split()[0]) == len(cut) else None
    for label, part, size, where in re.findall(
        r"c(\d+) \(([\d,]+) of ([\d,]+)(?: points)? (to its left|to its right|below it|above it)\)",
        text or "",
    ):
        found[int(label)] = number(part)
        if number(size) != w.size[int(label)] or not far_side(w, unit, where):
            return None
    return found if all(c[label] == n for label, n in found.items()) else None


@form(
    r"unit (\d+) is 0 (left of|right of|below|above) "
    rf"(?:its line|x0 = ({NUMBER}))(?: \((c[\dc, ]+|{COUNT} classes)\))? "
    rf"and grows ({SIDES})(?: \((c[\dc, ]+|{COUNT} classes)\))?(?:, except ({SOME}))?"
    r"(?:; the (?:line|threshold) cuts through (.+))?"
)
def _(w, unit, near, threshold, off, far, grown, strays, cuts):
    unit, cut = int(unit), cuts_are(w, int(unit), cuts)
    if cut is None or not far_side(w, unit, far) or not opposite(near, far):
        return False
    if threshold:
        weight, bias = w.layers[0][0][0][unit], w.layers[0][1][unit]
        if not same(threshold, -bias / weight):
            return False
    sides = on_side(w, unit, off, -1), on_side(w, unit, grown, 1)
    return (
        None not in sides
        and sides_are(w, unit, *sides, some(strays), cut)
        and (w.layers[0][2] == "relu" and w.hidden == 1)
    )


def on_side(w, unit, text, sign):
    """The classes that are named on a side, or those that are there if it is as many."""
    if not text or not text.endswith(" classes"):
        return labels(text)
    there = [label for label, side in role(w, 0, unit).items() if side == sign]
    return there if count(text.split()[0]) == len(there) > 1 else None


def sides_are(w, unit, off, grown, strays, cut):
    c = on(w, 0, unit)
    wanted = {label: c[label] for label in off}
    wanted |= {label: w.size[label] - c[label] for label in grown}
    return (
        sorted([*off, *grown, *cut]) == sorted(w.size)
        and {label: n for label, n in wanted.items() if n} == strays
        and all(4 * n <= w.size[label] for label, n in wanted.items())
        and all(w.size[label] < 4 * n < 3 * w.size[label] for label, n in cut.items())
    )


@form(
    rf"the (line|threshold) of unit (\d+)(?:, x0 = ({NUMBER}),)? cuts through (c.+|{COUNT} classes)"
)
def _(w, what, unit, threshold, cuts):
    cut = cuts_are(w, int(unit), cuts)
    if threshold:
        weight, bias = w.layers[0][0][0][int(unit)], w.layers[0][1][int(unit)]
        if not same(threshold, -bias / weight):
            return False
    return cut is not None and sides_are(w, int(unit), [], [], {}, cut) and w.hidden == 1


BESIDE = r"to its left|to its right|below it|above it"
PART = rf"({NAMES}|{COUNT} classes) ({BESIDE})(?: \(but for ({SOME})\))?"


@form(
    rf"the (line|threshold) of unit (\d+)(?:, x0 = ({NUMBER}),)? has {PART}"
    rf"(?: and {PART})?(?:; it cuts through (.+))?"
)
def _(w, what, unit, threshold, one, side, but, other, second, less, cuts):
    unit, cut = int(unit), cuts_are(w, int(unit), cuts)
    if cut is None or w.layers[0][2] == "relu" or w.hidden != 1:
        return False
    if threshold and not same(threshold, -w.layers[0][1][unit] / w.layers[0][0][0][unit]):
        return False
    off, grown = [], []
    for names, where in ((one, side), (other, second)):
        if names:
            far = far_side(w, unit, where)
            there = on_side(w, unit, names, 1 if far else -1)
            if there is None:
                return False
            (grown if far else off).extend(there)
    return sides_are(w, unit, off, grown, some(but) | some(less), cut)


@form(
    rf"all points(?: but ({SOME}))? lie (left of|right of|below|above) "
    rf"the (line|threshold) of unit (\d+)(?:, x0 = ({NUMBER}))?"
)
def _(w, strays, side, what, unit, threshold):
    c, far = on(w, 0, int(unit)), far_side(w, int(unit), side)
    wanted = {label: w.size[label] - c[label] if far else c[label] for label in c}
    weights, bias = w.layers[0][0], w.layers[0][1][int(unit)]
    if threshold and not same(threshold, -bias / weights[0][int(unit)]):
        return False
    return {label: n for label, n in wanted.items() if n} == some(strays)


@form(
    r"unit (\d+) is a twin of unit (\d+): its weights and bias are a positive multiple of that "
    r"one's, so it adds nothing new"
)
def _(w, unit, other):
    rows = np.vstack([np.array(w.layers[0][0]), w.layers[0][1]])
    one, two = rows[:, int(unit)], rows[:, int(other)]
    ratio = np.linalg.norm(one) / np.linalg.norm(two)
    homogeneous = w.layers[0][2] in ("relu", "leaky_relu", "abs", "linear")
    return homogeneous and np.allclose(one, ratio * two, rtol=1e-3, atol=1e-6 * ratio)


WHO = r"(?:unit (\d+)|the sum that unit (\d+) takes)"
STATE = (
    rf"(?: for ({SHARES})| at (every) point| at ([\d,]+) of ([\d,]+) points|"
    rf" for at least three quarters of the points of ({NAMES}))"
)


@form(rf"{WHO} {MOVED}; it is (on|positive){STATE}")
def _(w, unit, other, first, one, second, two, most, what, *state):
    unit = int(unit or other)
    signs = {}
    for verb, names in ((first, one), (second, two)):
        for i in re.findall(r"x(\d+)", names or ""):
            signs[int(i)] = 1 if verb.startswith("grows") else -1
    weights = [row[unit] for row in w.layers[0][0]]
    spreads = [spread([x[i] for x in w.X]) for i in range(len(w.X[0]))]
    if any(weights[i] * sign <= 0 for i, sign in signs.items()):
        return False
    strength = [abs(a) * b for a, b in zip(weights, spreads, strict=True)]
    rest = [s for i, s in enumerate(strength) if i not in signs]
    if most and min(strength[i] for i in signs) < max(rest, default=0) * (1 - 1e-6):
        return False
    return state_is(w, unit, what, state)


@form(rf"{WHO} is (on|positive){STATE}")
def _(w, unit, other, what, *state):
    return state_is(w, int(unit or other), what, state)


def state_is(w, unit, what, state):
    shares, every, some_of, n, mostly = state
    c = on(w, 0, unit)
    if (what == "on") != (w.layers[0][2] == "relu") or w.hidden != 1:
        return False
    if every:
        return sum(c.values()) == w.n
    if some_of:
        return sum(c.values()) == number(some_of) and number(n) == w.n
    if mostly:
        return all(c[label] >= 0.75 * w.size[label] for label in labels(mostly))
    return shares_are(w, shares, c) and len(re.findall(SHARE, shares)) == len(w.size)

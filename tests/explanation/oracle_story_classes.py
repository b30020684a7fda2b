"""The story's end, how classes are told apart, worked out anew."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
from oracle_story_words import MOVED, of_all
from oracle_words import NAMES, NUMBER, form, labels, moved_most, number, same
from oracle_world import picture, spread


@form(r"there is no hidden layer: each output reads the point itself")
def _(w):
    return w.hidden == 0


@form(
    r"there is no hidden layer: each output is a weighted sum of (.+), and the class whose output "
    r"is largest wins, so two classes can only meet (.+)"
)
def _(w, what, where):
    features = len(w.X[0])
    names = {1: "x0", 2: "x0 and x1"}.get(features, f"the {features} features")
    places = {1: "at one place", 2: "along a straight line"}
    return (
        w.hidden == 0
        and w.layers[-1][2] == "linear"
        and what == names
        and where == places.get(features, "along a flat boundary")
    )


@form(rf"the output of c(\d+) is the largest at every point, by at least ({NUMBER})")
def _(w, label, ahead):
    rows = [sorted(row) for row in w.logits]
    return set(w.predicted) == {int(label)} and same(ahead, min(row[-1] - row[-2] for row in rows))


@form(rf"from the lowest x0 to the highest the answers are ({NAMES})")
def _(w, names):
    ordered = [w.predicted[i] for i in sorted(range(w.n), key=lambda i: w.X[i][0])]
    changes = [a for a, b in zip(ordered, [-1, *ordered[:-1]], strict=True) if a != b]
    return len(w.X[0]) == 1 and labels(names) == changes


@form(r"across their lines, (.+)")
def _(w, text):
    weights = np.array(w.layers[-1][0])
    said = [re.fullmatch(r"c(\d+) lies (.+)", part).groups() for part in text.split("; ")]
    for one, sides in said:
        for side, other in re.findall(
            r"(to the right of|to the left of|above|below) c(\d+)", sides
        ):
            axis = 0 if "right" in side or "left" in side else 1
            difference = (weights[:, int(one)] - weights[:, int(other)])[axis]
            if (difference > 0) != ("right" in side or "above" in side) or not difference:
                return False
    return w.hidden == 0 and bool(said)


@form(r"the output of c(\d+) " + MOVED)
def _(w, label, first, one, second, two, most):
    below = w.X if not w.hidden else [a[-2] for a in w.a]
    said = []
    for verb, names in ((first, one), (second, two)):
        said += [(i, verb) for i in re.findall(r"x(\d+)", names or "")]
    weights = [row[int(label)] for row in w.layers[-1][0]]
    spreads = [spread([row[i] for row in below]) for i in range(len(below[0]))]
    strength = [abs(a) * b for a, b in zip(weights, spreads, strict=True)]
    ranked = sorted(said, key=lambda one: -strength[int(one[0])])
    signs = all((weights[int(i)] > 0) == verb.startswith("grows") for i, verb in said)
    top = [(i, repr(weights[int(i)])) for i, _ in ranked]
    return signs and (
        not most or moved_most([(i, f"{float(v):.3g}") for i, v in top], weights, spreads)
    )


def commonest(w, label):
    units = len(w.layers[-2][1])
    found = Counter(
        "-".join("on" if w.z[i][w.hidden - 1][u] > 0 else "off" for u in range(units))
        for i in range(w.n)
        if w.y[i] == label
    )
    top = max(found.values())
    return top, {code for code, n in found.items() if n == top}


@form(r"so each class has its code: (.+); (.+ points?) (?:has its|have theirs)")
def _(w, codes, text):
    said = dict(re.findall(r"c(\d+) ([onf-]+)", codes))
    fits = all(code in commonest(w, int(label))[1] for label, code in said.items())
    total = sum(commonest(w, int(label))[0] for label in said)
    return (
        fits
        and len(set(said.values())) == len(said) == len(w.size)
        and of_all(w, text) == total
        and w.layers[-2][2] == "relu"
    )


@form(rf"so ({NAMES} (?:share the code|has) (?:on|off)(?:-on|-off)*(?:,.+)?)")
def _(w, text):
    seen, codes = [], []
    for names, code in re.findall(rf"({NAMES}) (?:share the code|has) ([onf-]+)", text):
        codes.append(code)
        seen += labels(names)
        if not all(code in commonest(w, label)[1] for label in labels(names)):
            return False
    return sorted(seen) == sorted(w.size) and len(set(codes)) == len(codes)


PLACES = {
    "in the corner": "off-off",
    "on the left edge": "off-on",
    "on the bottom": "on-off",
    "up and right": "on-on",
}


@form(r"in the a0-a1 plane, (.+?)(, each where its output is largest)?")
def _(w, text, largest):
    said = re.findall(rf"c(\d+) (?:sits )?({'|'.join(PLACES)})", text)
    fits = all(PLACES[place] in commonest(w, int(label))[1] for label, place in said)
    return (
        fits
        and sorted(int(label) for label, _ in said) == sorted(w.size)
        and len(w.layers[-2][1]) == 2
        and (not largest or own_largest(w))
    )


def own_largest(w):
    logits, y = np.array(w.logits), np.array(w.y)
    means = np.array([logits[y == own].mean(axis=0) for own in range(w.k)])
    others = np.where(np.eye(w.k, dtype=bool), -np.inf, means)
    return bool((np.diag(means) > others.max(axis=0)).all())


@form(r"each output is largest, on average, on the points of its own class")
def _(w):
    return len(w.size) == w.k and own_largest(w)


@form(
    r"large is not enough: (?:c|the output of c)(\d+)(?:'s)? is as large at "
    r"(one point of another class|[\d,]+ points of other classes) as on some of its own, "
    r"and loses(?: at ([\d,]+) of them)?(?:; softmax compares outputs, so they fit together)?"
)
def _(w, label, where, lost):
    label = int(label)
    mine, stranger = w.logits[:, label], w.labels != label
    tall = stranger & (mine >= mine[w.labels == label].min() - w.noise)
    losing = (tall & (w.logits.max(axis=1) > mine + w.noise)).sum()
    said = 1 if where.startswith("one") else number(where.split()[0])
    return tall.sum() == said and losing == (number(lost) if lost else said) > 0


@form(r"all points are of one class, c(\d+): nothing is told apart here")
def _(w, label):
    return set(w.y) == {int(label)}


@form(rf"closest call: point (\d+) of c(\d+), where the output of c(\d+) is only ({NUMBER}) lower")
def _(w, i, own, rival, lead):
    leads = {
        j: row[y] - max(v for k, v in enumerate(row) if k != y)
        for j, (row, y, p) in enumerate(zip(w.logits, w.y, w.predicted, strict=True))
        if y == p
    }
    i, own, rival = int(i), int(own), int(rival)
    row = w.logits[i]
    return (
        w.y[i] == w.predicted[i] == own
        and leads[i] <= min(leads.values()) + 1e-9 * max(map(abs, row))
        and same(lead, row[own] - row[rival])
    )


@form(
    rf"closest call: point (\d+) of c(\d+), (about )?({NUMBER}) from c(\d+)'s region"
    r"( in the window)?"
)
def _(w, i, label, about, distance, behind, inside):
    i, label, distance = int(i), int(label), float(distance.replace(",", ""))
    if not w.y[i] == w.predicted[i] == label != int(behind):
        return False
    turn = np.arange(1200) * np.pi / 600
    ring = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    slack = 0.12 if about else 0.02  # two digits may be 5% off
    near = w.data.X[i] + (1 - slack) * distance * ring
    far = np.concatenate(
        [
            w.net.predict(w.data.X[i] + (1 + slack * part) * distance * ring)
            for part in np.linspace(0.02, 1, 24)
        ]
    )
    if inside:
        _, grid = picture(w.net, w.data)
        near = near[((near >= grid.min(axis=0)) & (near <= grid.max(axis=0))).all(axis=1)]
    return (w.net.predict(near) == label).all() and int(behind) in far

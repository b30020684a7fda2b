"""Sentences on output units, softmax and loss."""

from __future__ import annotations

import math
import re
from collections import Counter
from statistics import median

from oracle_words import NUMBER, P, form, moved_most, number, portion, same
from oracle_world import best, spread


@form(
    r"the output of c(\d+) grows towards the (upper|lower) (right|left) of hidden space: "
    r"its weights are (\S+) for unit 0 and (\S+) for unit 1"
)
def _(w, label, up, side, first, second):
    weights = [row[int(label)] for row in w.layers[-1][0]]
    corner = (up == "upper") == (weights[1] > 0) and (side == "right") == (weights[0] > 0)
    return (
        len(weights) == 2
        and w.hidden > 0
        and corner
        and same(first, weights[0])
        and same(second, weights[1])
    )


@form(r"over the data, the output of c(\d+) is moved most by (.+); weights in brackets")
def _(w, label, parts):
    below = [w.a[i][-2] for i in range(w.n)] if w.hidden else w.X
    said = re.findall(r"(?:unit |x)(\d+) \((\S+)\)", parts)
    spreads = [spread([row[u] for row in below]) for u in range(len(below[0]))]
    weights = [row[int(label)] for row in w.layers[-1][0]]
    return moved_most(said, weights, spreads) and ("unit" in parts) == (w.hidden > 0)


@form(
    rf"({P}) (?:lies|lie) where every hidden unit is 0; "
    rf"there the output of c(\d+) is ({NUMBER}), its bias alone"
)
def _(w, text, label, value):
    found = portion(w, text)
    zero = [i for i in range(w.n) if w.y[i] == int(label) and max(map(abs, w.a[i][-2])) < 1e-30]
    return found == (len(zero), int(label)) and same(value, w.layers[-1][1][int(label)])


@form(
    r"averaged over the points of each class, "
    r"the output of c(\d+) is largest for (?:its own class|c(\d+))"
)
def _(w, label, other):
    means = {
        own: sum(w.logits[i][int(label)] for i in range(w.n) if w.y[i] == own) / w.size[own]
        for own in w.size
    }
    said = int(other) if other else int(label)
    return (
        means[said] >= max(means.values()) - 1e-9 * max(1.0, abs(means[said]))
        and int(label) in w.size
    )


@form(
    rf"at points of c(\d+), the output of c(\d+) is at (least|worst) ({NUMBER}) (above|below) "
    rf"the largest other \(median: ({NUMBER}) (above|below)\), "
    r"which is most often the output of c(\d+) \((\d+) of ([\d,]+) times?\)"
)
def _(w, label, again, word, least, side, middle, middle_side, rival, count, size):
    label, rival = int(label), int(rival)
    rows = [w.logits[i] for i in range(w.n) if w.y[i] == label]
    ahead = [row[label] - max(v for k, v in enumerate(row) if k != label) for row in rows]
    second = Counter(
        best([v if k != label else -math.inf for k, v in enumerate(row)]) for row in rows
    )
    said = [
        float(text.replace(",", "")) * (1 if where == "above" else -1)
        for text, where in ((least, side), (middle, middle_side))
    ]
    return (
        label == int(again)
        and same(str(said[0]), min(ahead))
        and same(str(said[1]), median(ahead))
        and (word == "least") == (side == "above")
        and number(size) == w.size[label]
        and second[rival] == int(count) == max(second.values())
    )


@form(
    r"being large is not enough: at ([\d,]+) (?:point of another class|points of other classes) "
    r"the output of c(\d+) is as large as at some point of c(\d+), "
    r"yet (there|at all of them|at (\d+) of them) another output is larger"
)
def _(w, count, label, again, where, lost):
    label = int(label)
    floor = min(w.logits[i][label] for i in range(w.n) if w.y[i] == label)
    tall = [i for i in range(w.n) if w.y[i] != label and w.logits[i][label] >= floor]
    losing = sum(w.predicted[i] != label for i in tall)
    return (
        len(tall) == number(count)
        and int(again) == label
        and losing == (int(lost) if lost else len(tall)) > 0
    )


@form(
    "only differences between outputs count: adding 10 to all of them changes no probability, so .*"
)
def _(w):
    return all(
        abs(a - b) < 1e-9
        for row in w.logits
        for a, b in zip(w.chances(row), w.chances([value + 10 for value in row]), strict=True)
    )


@form(
    r"the loss on the data, the mean of -ln of the probability of each point's own class, "
    rf"is ({NUMBER}); it is computed from the logits, the outputs before softmax"
)
def _(w, value):
    total = 0.0
    for row, label in zip(w.logits, w.y, strict=True):
        top = max(row)
        total += math.log(sum(math.exp(v - top) for v in row)) + top - row[label]
    return same(value, total / w.n, 4)


@form(r"at points of c(\d+), the probability of c(\d+) is (\S+)% on average, and at least (\S+)%")
def _(w, label, again, mean, least):
    own = [w.chances(w.logits[i])[int(label)] for i in range(w.n) if w.y[i] == int(label)]
    average = 100 * sum(own) / len(own)
    return label == again and same(mean, average) and same(least, 100 * min(own))


@form(r"at ([\d,]+) of ([\d,]+) points? the predicted class has a probability above 99%")
def _(w, count, n):
    return sum(max(w.chances(row)) > 0.99 for row in w.logits) == number(count) and number(n) == w.n

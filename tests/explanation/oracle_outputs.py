"""Sentences on output units, softmax and loss."""

from __future__ import annotations

import math
import re
from collections import Counter
from statistics import median

import numpy as np
from oracle_words import (
    NAMES,
    NUMBER,
    SHARE,
    N,
    P,
    form,
    labels,
    moved_most,
    number,
    portion,
    same,
    same_share,
)
from oracle_world import best, loss, spread


@form(
    r"the output of c(\d+) grows towards the (upper|lower) (right|left) of "
    r"(?:hidden space|layer (\d+)): its weights are (\S+) for unit 0 and (\S+) for unit 1"
)
def _(w, label, up, side, deep, first, second):
    weights = [row[int(label)] for row in w.layers[-1][0]]
    corner = (up == "upper") == (weights[1] > 0) and (side == "right") == (weights[0] > 0)
    return (
        len(weights) == 2
        and w.hidden == int(deep or 1)
        and w.layers[-1][2] == "linear"
        and corner
        and same(first, weights[0])
        and same(second, weights[1])
    )


@form(
    r"over the data, the output of c(\d+)(?:, before its (\w+),)? is moved most by (.+); "
    r"weights in brackets"
)
def _(w, label, activation, parts):
    below = w.A[-2] if w.hidden else np.array(w.X)
    said = re.findall(r"(?:unit |x)(\d+)(?: of layer (\d+))? \((\S+)\)", parts)
    spreads = [spread(column) for column in below.T]
    weights = [row[int(label)] for row in w.layers[-1][0]]
    return (
        moved_most([(unit, weight) for unit, _, weight in said], weights, spreads)
        and {layer for _, layer, _ in said} == {str(w.hidden) if w.hidden > 1 else ""}
        and (activation or "linear") == w.layers[-1][2]
        and ("unit" in parts) == (w.hidden > 0)
    )


@form(
    rf"({P}) (lies|lie) where every (?:hidden unit|unit of layer (\d+)) is 0; "
    rf"there the output of c(\d+) is ({NUMBER})(, its bias alone)?"
)
def _(w, text, verb, deep, label, value, alone):
    label, linear = int(label), w.layers[-1][2] == "linear"
    zero = [i for i in range(w.n) if w.y[i] == label and not w.A[-2][i].any()]
    return (
        portion(w, text) == (len(zero), label)
        and verb == ("lies" if len(zero) == 1 else "lie")
        and int(deep or 1) == w.hidden
        and all(same(value, w.logits[i][label]) for i in zero)
        and (alone is not None) == linear
    )


@form(rf"the output of c(\d+) is ({NUMBER}) at every point")
def _(w, label, value):
    values = w.logits[:, int(label)]
    return values.max() - values.min() <= 1.001 * w.noise and same_or_noise(w, value, values[0])


def same_or_noise(w, text, value):
    return same(text, value) or abs(float(text.replace(",", "")) - value) <= 1.001 * w.noise


@form(
    r"averaged over the points of each class, "
    rf"the output of c(\d+) is largest for (?:its own class|({NAMES}))"
)
def _(w, label, others):
    means = {own: w.logits[w.labels == own, int(label)].mean() for own in w.size}
    said = set(labels(others)) if others else {int(label)}
    top, slack = max(means.values()), 1.001 * w.noise
    return (
        all(means[own] >= top - slack for own in said)
        and all(means[own] < top - 0.999 * w.noise for own in set(w.size) - said)
        and w.logits[:, int(label)].std() > 0
        and len(said) < len(w.size)
        and (others is None or said != {int(label)})
    )


@form(
    rf"at points of c(\d+), the output of c(\d+) is at (least|worst) "
    rf"(level with|{NUMBER} (?:above|below)) "
    rf"the largest other \(median: (level with|{NUMBER} (?:above|below))\), "
    rf"which is most often the output of c(\d+) \(({N}) of ({N}) times\)"
)
def _(w, label, again, word, least, middle, rival, count, size):
    label, rival = int(label), int(rival)
    ahead, second = race(w, label)
    return (
        label == int(again)
        and said_lead(w, least, min(ahead))
        and said_lead(w, middle, median(ahead))
        and (word == "worst") == ("below" in least)
        and number(size) == w.size[label] > 1
        and second[rival] == number(count) == max(second.values())
    )


@form(
    rf"at the one point of c(\d+), the output of c(\d+) is (level with|{NUMBER} (?:above|below)) "
    r"the largest other, that of c(\d+)"
)
def _(w, label, again, lead, rival):
    label = int(label)
    ahead, second = race(w, label)
    return (
        label == int(again)
        and w.size[label] == 1
        and said_lead(w, lead, ahead[0])
        and second[int(rival)] == 1
    )


def race(w, label):
    """How far the class's output is ahead at each of its points; how often each other is next."""
    rows = [w.logits[i] for i in range(w.n) if w.y[i] == label]
    others = [np.where(np.arange(w.k) == label, -math.inf, row) for row in rows]
    ahead = [row[label] - other.max() for row, other in zip(rows, others, strict=True)]
    return ahead, Counter(best(other) for other in others)


def said_lead(w, text, lead):
    if text == "level with":
        return abs(lead) <= 1.001 * w.noise
    value, side = text.split()
    # Rounding makes the difference of two large outputs inexact.
    close = abs(float(value.replace(",", "")) - abs(lead)) <= 1e-3 * w.noise
    return (same(value, abs(lead)) or close) and (side == "above") == (lead > 0) and value != "0"


@form(
    rf"being large is not enough: at (?:({N}) of ({N}) points of other classes|"
    r"the one point of another class) the output of c(\d+) is as large as at some point of c(\d+), "
    rf"yet (there|at all of them|at ({N}) of them) another output is larger"
)
def _(w, count, others, label, again, where, lost):
    label = int(label)
    mine, stranger = w.logits[:, label], w.labels != label
    tall = stranger & (mine >= mine[w.labels == label].min() - w.noise)
    losing = (tall & (w.logits.max(axis=1) > mine + w.noise)).sum()
    said = number(count) if count else 1
    return (
        tall.sum() == said
        and (number(others) if others else 1) == stranger.sum()
        and int(again) == label
        and losing == (number(lost) if lost else said) > 0
    )


@form("only differences between outputs count: adding 10 to all of them changes no probability")
def _(w):
    return np.abs(w.chances(w.logits) - w.chances(w.logits + 10)).max() < 1e-9


@form(
    r"the loss on the data, the mean of -ln of the probability of each point's own class, "
    rf"is ({NUMBER}); it is computed from the logits, the outputs before softmax"
)
def _(w, value):
    return same(value, loss(w), 4)


@form(
    rf"at points of c(\d+), the probability of c(\d+) is ({SHARE})% on average "
    rf"\(least: ({SHARE})%\)"
)
def _(w, label, again, mean, least):
    own = w.chances(w.logits)[w.labels == int(label), int(label)]
    if w.k > 1:
        own = np.clip(own, 1e-300, 1 - 1e-16)  # as it is, whatever a float says
    return label == again and same_share(mean, own.mean()) and same_share(least, own.min())


@form(rf"at ({N}) of ({N}) points? the predicted class has a probability above 99%")
def _(w, count, n):
    certain = w.chances(w.logits).max(axis=1) > 0.99
    return certain.sum() == number(count) and number(n) == w.n

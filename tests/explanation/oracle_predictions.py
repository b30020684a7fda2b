"""Sentences on the whole: what the network gets right, and its decision regions."""

from __future__ import annotations

import numpy as np
from oracle_words import NAMES, NUMBER, P, form, labels, number, portion, same
from oracle_world import picture


@form(r"the network classifies (?:all|([\d,]+) of) ([\d,]+) points? right \((\S+)%\)")
def _(w, good, n, share):
    right = sum(p == y for p, y in zip(w.predicted, w.y, strict=True))
    return (
        number(n) == w.n
        and right == (number(good) if good else w.n)
        and same(share, 100 * right / w.n)
    )


@form(rf"({P}) (is|are) taken for c(\d+)")
def _(w, who, verb, taken):
    found = portion(w, who)
    if found is None or found[1] == int(taken):
        return False
    count = sum(p == int(taken) and y == found[1] for p, y in zip(w.predicted, w.y, strict=True))
    return count == found[0] and verb == ("is" if count == 1 else "are")


@form(
    r"point (\d+) is c(\d+), but c(\d+) has the larger output there: "
    r"their probabilities are (\S+) and (\S+)"
)
def _(w, i, own, taken, p, q):
    i, own, taken = int(i), int(own), int(taken)
    chances = w.chances(w.logits[i])
    return (
        w.y[i] == own != taken == w.predicted[i]
        and same(p, chances[own])
        and same(q, chances[taken])
    )


@form(
    r"the decision region of c(\d+) covers (?:about )?(\S+)% of the window, "
    rf"in (\d+) parts?(?:, beside ({NAMES}))?"
)
def _(w, label, share, parts, beside):
    classes, places = picture(w.net, w.data)
    said, places = set(labels(beside)), places.reshape(*classes.shape, 2)
    if (
        abs(float(share) / 100 - (classes == int(label)).mean()) > 0.01
        or int(parts) < 1
        or not said <= set(range(w.k))
    ):
        return False
    for one, other, start, end in (
        (classes[:, 1:], classes[:, :-1], places[:, 1:], places[:, :-1]),
        (classes[1:], classes[:-1], places[1:], places[:-1]),
    ):
        apart = (one != other) & ((one == int(label)) | (other == int(label)))
        for neighbour in set(one[apart].tolist() + other[apart].tolist()) - said - {int(label)}:
            pairs = apart & ((one == neighbour) | (other == neighbour))
            if pairs.sum() > 6 and meets_directly(w, start[pairs][3], end[pairs][3]):
                return False
    return True


def meets_directly(w, start, end):
    """Whether no third class lies between two neighbouring places."""
    between = w.net.predict(start + np.linspace(0, 1, 5001)[:, None] * (end - start))
    return len(set(between.tolist())) == 2


@form(r"no part of the window around the points goes to c(\d+)")
def _(w, label):
    return not (picture(w.net, w.data)[0] == int(label)).any() and int(label) < w.k


@form(
    r"of the points classified right, point (\d+) of c(\d+) is "
    r"(nearest|second nearest|third nearest) to the decision boundary in the window: "
    rf"(about )?({NUMBER}) from it, with c(\d+) behind it"
)
def _(w, i, label, rank, about, distance, behind):
    i, label, distance = int(i), int(label), float(distance.replace(",", ""))
    if not w.y[i] == w.predicted[i] == label:
        return False
    turn = np.arange(1200) * np.pi / 600
    ring = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    slack = 0.12 if about else 0.02  # two digits may be 5% off
    if (about is None) != (
        {layer[2] for layer in w.layers} <= {"linear", "relu", "leaky_relu", "abs"}
    ):
        return False
    near = w.net.predict(w.data.X[i] + (1 - slack) * distance * ring)
    far = np.concatenate(
        [
            w.net.predict(w.data.X[i] + (1 + slack * share) * distance * ring)
            for share in np.linspace(0.02, 1, 24)
        ]
    )
    inside = inside_window(w, w.data.X[i] + (1 - slack) * distance * ring)
    return (near[inside] == label).all() and int(behind) in far and int(behind) != label


def inside_window(w, places):
    _, grid = picture(w.net, w.data)
    return ((places >= grid.min(axis=0)) & (places <= grid.max(axis=0))).all(axis=1)

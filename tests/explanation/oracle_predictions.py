"""Sentences on the whole: what the network gets right, and its decision regions."""

from __future__ import annotations

import math
import re

import numpy as np
from oracle_words import (
    NAMES,
    NUMBER,
    SHARE,
    N,
    P,
    form,
    labels,
    number,
    portion,
    same,
    same_share,
)
from oracle_world import picture


@form(
    rf"from ({NUMBER}) to ({NUMBER}) of x0, the answer is "
    rf"((?:c\d+ up to {NUMBER}, then )*)c(\d+)( throughout)?"
)
def _(w, low, high, before, last, throughout):
    x = np.array(w.X)[:, 0]
    step = 10.0 ** (math.floor(math.log10(np.ptp(x))) - 3)
    low, high = (float(end.replace(",", "")) for end in (low, high))
    found = re.findall(rf"c(\d+) up to ({NUMBER}), then ", before)
    cuts = np.array([float(cut.replace(",", "")) for _, cut in found])
    told = np.array([*(int(label) for label, _ in found), int(last)])
    places = np.linspace(x.min(), x.max(), 20_001)
    outputs = w.trace(places[:, None])[1][-1]
    near = (np.abs(places[:, None] - cuts) < step).any(axis=1)
    answers = told[np.searchsorted(cuts, places)]
    largest = outputs.max(axis=1) - outputs[np.arange(len(places)), answers] <= w.noise
    changes = np.flatnonzero(np.diff(np.argmax(outputs, axis=1)))
    return (
        w.net.n_features == 1
        and np.abs([low - x.min(), high - x.max()]).max() <= 0.5001 * step
        and bool(throughout) == (not found)
        and largest[~near].all()
        and all((np.abs(places[changes] - cut) <= step).any() for cut in cuts)
    )


@form(
    rf"the network classifies (?:all|({N}) of) ({N}) points? right \(({SHARE})%\)"
    rf"(?:; the answer c(\d+) for every point would be right at ({N}))?"
)
def _(w, good, n, share, common, size):
    right = int(w.right.sum())
    largest = max(w.size.values())
    beside = len(w.size) > 1 and (largest / w.n >= 1.5 / len(w.size) or right <= largest)
    return (
        number(n) == w.n
        and right == (number(good) if good else w.n)
        and same_share(share, right / w.n)
        and beside == (common is not None)
        and (common is None or w.size[int(common)] == number(size) == largest)
    )


@form(rf"({P}) (is|are) taken for c(\d+)")
def _(w, who, verb, taken):
    found = portion(w, who)
    if found is None or found[1] == int(taken):
        return False
    count = sum(p == int(taken) and y == found[1] for p, y in zip(w.predicted, w.y, strict=True))
    return count == found[0] and verb == ("is" if count == 1 else "are")


POINTS = rf"(?:point (\d+) is|points ((?:\d+, )*\d+ and (?:\d+|{N} more)) are)"


def mistaken(w, one, many, own, taken):
    """The points named, and how many there are in all; None where one is not so mistaken."""
    more = re.search(rf"and ({N}) more", many or "")
    listed = one or re.sub(rf"and {N} more", "", many)
    named = [int(i) for i in re.findall(r"\d+", listed)]
    fits = all(w.y[i] == own != taken == w.predicted[i] for i in named)
    return (named, len(named) + (number(more[1]) if more else 0)) if fits else (None, 0)


@form(
    rf"{POINTS} c(\d+), but c(\d+) has the larger output there(, the same at each)?: "
    rf"its probability is ({SHARE})%, and that of c(\d+) ({SHARE})%"
)
def _(w, one, many, own, taken, each, theirs, again, mine):
    own, taken = int(own), int(taken)
    named, count = mistaken(w, one, many, own, taken)
    chances = np.clip(w.chances(w.logits), 1e-300, 1 - 1e-16)

    told = same_share(theirs, chances[:, taken]) & same_share(mine, chances[:, own])
    alike = (told & (w.labels == own) & (w.answers == taken)).sum()
    return (
        named is not None
        and own == int(again)
        and theirs != mine
        and (each is not None) == (count > 1)
        and all(told[i] and w.logits[i, taken] > w.logits[i, own] for i in named)
        and alike >= count
    )


@form(
    rf"{POINTS} c(\d+), but c(\d+) has the larger output there(, the same at each)?, "
    rf"by ({NUMBER})"
)
def _(w, one, many, own, taken, each, ahead):
    own, taken = int(own), int(taken)
    named, count = mistaken(w, one, many, own, taken)
    lost = w.logits[:, taken] - w.logits[:, own]
    return (
        named is not None
        and (each is not None) == (count > 1)
        and all(
            lost[i] > 0 and (same(ahead, lost[i]) or abs(float(ahead) - lost[i]) < w.noise)
            for i in named
        )
    )


@form(
    rf"{POINTS} c(\d+), but (?:the outputs of ({NAMES}) tie|all outputs tie) "
    r"there(, the same at each)?; (a tie goes to the lowest class|rounding decides), for c(\d+)"
)
def _(w, one, many, own, ties, each, why, taken):
    own, taken = int(own), int(taken)
    named, count = mistaken(w, one, many, own, taken)
    tied = set(labels(ties)) if ties else set(range(w.k))

    def level(i):
        row = w.logits[i]
        return {k for k in range(w.k) if row[k] >= row.max() - 1.001 * w.noise} == tied

    return (
        named is not None
        and (each is not None) == (count > 1)
        and {own, taken} <= tied
        and all(level(i) for i in named)
        and ("lowest" in why) == (taken == min(tied))
    )


@form(
    rf"the decision region of c(\d+) covers (?:about )?({SHARE})% of the window, "
    rf"in ({N}) parts?(?:, beside ({NAMES}))?"
)
def _(w, label, share, parts, beside):
    classes, places = picture(w.net, w.data)
    share, parts = share.rpartition(" ")[2], parts.replace(",", "")
    said, places = set(labels(beside)), places.reshape(*classes.shape, 2)
    if (
        abs(float(share) / 100 - (classes == int(label)).mean()) > 0.015
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
            if pairs.sum() > 6 and meets_directly(w, start[pairs][3], end[pairs][3], said):
                return False
    return True


def meets_directly(w, start, end, beside):
    """Whether no third class lies between two neighbouring places, however thin its part."""
    between = w.net.predict(start + np.linspace(0, 1, 5001)[:, None] * (end - start))
    if len(set(between.tolist())) != 2:
        return False
    own = np.array(sorted(beside), dtype=int)[None, :, None]

    def lead(steps):
        rows = w.net.logits((start + steps[:, :, None] * (end - start)).reshape(-1, 2))
        rows = rows.reshape(*steps.shape, -1)
        return np.take_along_axis(rows, own, 2)[..., 0] - rows.max(axis=2)

    return not comes_to_0(lead, np.zeros(len(beside)), np.ones(len(beside)))


@form(r"no part of the window goes to c(\d+)(, as far as a mesh shows)?")
def _(w, label, mesh):
    seen = (picture(w.net, w.data)[0] == int(label)).mean()
    return seen <= (0.002 if mesh else 0) and int(label) < w.k and (mesh is None) == flat(w)


def flat(w):
    """Whether regions are polygons, and known exactly."""
    return {layer[2] for layer in w.layers} <= {"linear", "relu", "leaky_relu", "abs"}


@form(
    r"point (\d+) of c(\d+), classified right, lies on the decision boundary in the window, "
    r"with c(\d+) behind it"
)
def _(w, i, label, behind):
    i, label, behind = int(i), int(label), int(behind)
    around = 1e-7 * max(1.0, np.abs(w.data.X).max()) * RING
    near = set(w.net.predict(w.data.X[i] + around).tolist())
    return w.y[i] == w.predicted[i] == label != behind and {behind} <= near


TURN = np.arange(1200) * np.pi / 600
RING = np.stack([np.cos(TURN), np.sin(TURN)], axis=1)


@form(
    r"of the points classified right, (?:none is nearer to the decision boundary in the window "
    r"than point (\d+) of c(\d+): |point (\d+) of c(\d+) is (second nearest|third nearest) to the "
    rf"decision boundary in the window: )(about )?({NUMBER}) from it, with c(\d+) behind it"
)
def _(w, first, of_first, i, label, rank, about, distance, behind):
    i, label = int(first or i), int(of_first or label)
    distance = float(distance.replace(",", ""))
    if not w.y[i] == w.predicted[i] == label:
        return False
    slack = 0.12 if about else 0.02  # two digits may be 5% off
    if (about is None) != flat(w):
        return False
    inner, outer = (1 - slack) * distance, (1 + slack) * distance
    inside = inside_window(w, w.data.X[i] + inner * RING)
    met = first_change(w, w.data.X[i], label, inner, outer)
    return (
        (w.net.predict(w.data.X[i] + inner * RING)[inside] == label).all()
        and int(behind) != label
        and (int(behind) in met or is_met(w, w.data.X[i], int(behind), inner, outer))
    )


def first_change(w, place, label, inner, outer):
    """The classes that come first on the rays from a place between two distances."""
    changed = w.net.predict(place + outer * RING) != label
    rays = RING[changed]
    low, high = np.full(len(rays), inner), np.full(len(rays), outer)
    for _ in range(30 if len(rays) else 0):
        middle = (low + high) / 2
        other = w.net.predict(place + middle[:, None] * rays) != label
        low, high = np.where(other, low, middle), np.where(other, middle, high)
    return set(w.net.predict(place + high[:, None] * rays).tolist())


def is_met(w, place, label, inner, outer):
    """Whether the class is met on a ray, however thin its part: where it is closest to winning."""

    def lead(reach):
        rows = w.net.logits((place + reach[:, :, None] * RING).reshape(-1, 2))
        return (rows[:, label] - rows.max(axis=1)).reshape(reach.shape)

    return comes_to_0(lead, np.full(len(RING), inner), np.full(len(RING), outer))


def comes_to_0(lead, low, high):
    """Whether a lead of at most 0 is 0 somewhere between: its largest is closed in on.

    `lead` takes 9 steps on each of n ways, (9, n), from `low` (n,) to `high`.
    """
    for _ in range(16 if len(low) else 0):
        steps = np.linspace(low, high, 9)
        ahead = lead(steps)
        if (ahead == 0).any():
            return True
        best_of = ahead.argmax(axis=0)
        low = np.take_along_axis(steps, np.maximum(best_of - 1, 0)[None], 0)[0]
        high = np.take_along_axis(steps, np.minimum(best_of + 1, 8)[None], 0)[0]
    return False


def inside_window(w, places):
    _, grid = picture(w.net, w.data)
    return ((places >= grid.min(axis=0)) & (places <= grid.max(axis=0))).all(axis=1)

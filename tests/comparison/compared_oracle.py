"""Whether a sentence of a comparison is true: read back and worked out without our measures.

Classes are c0, c1, ...; the two are called a and b. Shares of the window are held against a fine
grid, and so roughly; all else exactly, numbers to their printed digits.
"""

from __future__ import annotations

import re

import numpy as np
from oracle_words import NUMBER, SHARE, N, new_forms, read, same, same_share
from scipy.optimize import linear_sum_assignment

FORMS, form = new_forms()
_GRID, _OFF = 400, 0.004


class World:
    def __init__(self, a, b, data, window, plane=None):
        self.a, self.b, self.data = a, b, data
        self.of = {"a": a, "b": b}
        self.given = {name: net.logits(data.X).argmax(axis=1) for name, net in self.of.items()}
        self.apart = np.flatnonzero(self.given["a"] != self.given["b"])
        sides = [low + (np.arange(_GRID) + 0.5) / _GRID * (high - low) for low, high in window]
        x, y = np.meshgrid(*sides)
        places = np.stack([x.ravel(), y.ravel()], axis=1)
        if data.n_features == 1:
            places = places[:, :1]
        elif plane is not None:
            places = plane.origin + places @ plane.basis
        self.seen = [net.logits(places).argmax(axis=1) for net in (a, b)]
        self.plane = plane
        self.layers = [net.pre_activations(data.X)[:-1] for net in (a, b)]

    def share(self, i=None, j=None):
        one, other = self.seen
        apart = one != other
        return float((apart if i is None else (one == i) & (other == j)).mean())

    def pairs(self, layer):
        za, zb = (z[layer] for z in self.layers)
        lengths = [np.maximum(np.linalg.norm(z, axis=0), 1e-300) for z in (za, zb)]
        cosines = np.abs((za / lengths[0]).T @ (zb / lengths[1]))
        return list(zip(*map(np.ndarray.tolist, linear_sum_assignment(-cosines)), strict=True))

    def is_multiple(self, layer, pair):
        one, other = (z[layer][:, unit] for z, unit in zip(self.layers, pair, strict=True))
        factor = np.linalg.lstsq(one[:, None], other, rcond=None)[0]
        return bool(np.abs(other - one * factor).max() < 1e-5 * np.abs(other).max())


def whole(text):
    return int(text.replace(",", ""))


def roughly(text, share):
    """A share of the window as printed, beside that of a grid."""
    shown = float(re.findall(NUMBER, text)[-1].replace(",", "")) / 100
    return share < shown + _OFF if "under" in text else abs(shown - share) < _OFF + 0.03 * shown


@form(rf"a and b give (?:all ({N})|({N}) of ({N})) points the same class")
def _alike(w, everything, some, n):
    count, n = whole(everything or some), whole(everything or n)
    return (count, n) == (w.data.n_points - len(w.apart), w.data.n_points)


@form(r"a and b give the one point the same class")
def _one_alike(w):
    return w.data.n_points == 1 and not len(w.apart)


@form(r"a and b give the one point different classes")
def _one_apart(w):
    return w.data.n_points == 1 and len(w.apart) == 1


@form(rf"the plane that is looked at shows the classes of both at ({N}) of ({N}) points")
def _shows(w, count, n):
    ground = w.plane.origin + ((w.data.X - w.plane.origin) @ w.plane.dual.T) @ w.plane.basis
    both = np.ones(w.data.n_points, bool)
    for name, net in w.of.items():
        both &= net.logits(ground).argmax(axis=1) == w.given[name]
    return (whole(count), whole(n)) == (int(both.sum()), w.data.n_points)


@form(r"in the (?:plane's )?window they differ nowhere")
def _nowhere(w):
    return w.share() < _OFF


@form(rf"they differ on ((?:about )?{SHARE}%) of the (?:plane's )?window(?:, in .*)?")
def _apart(w, share):
    return roughly(share, w.share())


@form(rf"all of it is c({N}) to a and c({N}) to b")
def _all(w, i, j):
    return abs(w.share(int(i), int(j)) - w.share()) < _OFF


@form(rf"(most|the largest piece) of it, ((?:about )?{SHARE}%) of the (?:plane's )?window, "
      rf"is c({N}) to a and c({N}) to b")  # fmt: skip
def _most(w, what, share, i, j):
    mine, k = w.share(int(i), int(j)), w.a.n_classes
    rest = max(w.share(m, n) for m in range(k) for n in range(k) if m != n)
    half = mine > 0.5 * w.share() - _OFF if what == "most" else mine < 0.5 * w.share() + _OFF
    return roughly(share, mine) and half and mine > rest - _OFF


@form(rf"a has ({N}) of ({N}) points? right, b ({N})")
def _right(w, one, n, other):
    right = [int((w.given[name] == w.data.y).sum()) for name in "ab"]
    return right == [whole(one), whole(other)] and whole(n) == w.data.n_points


@form(r"they differ at points? ([\d,]+(?:, \d+)*)(?: and (\d+))?(?: and ([\d,]+) more)?")
def _points(w, listed, last, more):
    numbers = [int(number) for number in re.findall(r"\d+", listed)] + ([int(last)] if last else [])
    count = len(numbers) + (whole(more) if more else 0)
    return w.apart[: len(numbers)].tolist() == numbers and count == len(w.apart)


@form(rf"of these, a has ({N}) right, b ({N}), and neither ({N})")
def _where_apart(w, *counts):
    own = w.data.y[w.apart]
    right = [w.given[name][w.apart] == own for name in "ab"]
    truth = [right[0].sum(), right[1].sum(), (~right[0] & ~right[1]).sum()]
    return [whole(count) for count in counts] == truth


def _chances(net, X):
    logits = net.logits(X)
    up = np.exp(logits - logits.max(axis=1, keepdims=True))
    return up / up.sum(axis=1, keepdims=True)


@form(rf"their probabilities are furthest apart at point ({N}), where c(\d+) has ({SHARE})% by a "
      rf"and ({SHARE})% by b")  # fmt: skip
def _furthest(w, point, label, one, other):
    both = [_chances(net, w.data.X) for net in (w.a, w.b)]
    gaps = np.abs(both[0] - both[1])
    at = whole(point), int(label)
    shares = same_share(one, both[0][at]) and same_share(other, both[1][at])
    return bool(gaps[at] >= gaps.max() - 1e-9 and shares)


@form(r"their probabilities are the same at every point, as printed")
def _same_chances(w):
    gaps = np.abs(_chances(w.a, w.data.X) - _chances(w.b, w.data.X))
    return bool(gaps.max() < 1e-3)


@form(r"of the pairs of units that go together, (none|all|(\d+) of (\d+)) (?:is|are) the same up "
      r"to a factor")  # fmt: skip
def _how_many(w, which, count, of):
    pairs = w.pairs(w.layer)
    equal = sum(w.is_multiple(w.layer, pair) for pair in pairs)
    told = {"none": 0, "all": len(pairs)}.get(which, int(count or 0))
    return equal == told and int(of or len(pairs)) == len(pairs)


@form(rf"unit (\d+) of b is ({NUMBER}) times unit (\d+) of a(, so that .*)?")
def _times(w, b, factor, a, turned):
    one, other = w.layers[0][w.layer][:, int(a)], w.layers[1][w.layer][:, int(b)]
    times = float(np.linalg.lstsq(one[:, None], other, rcond=None)[0][0])
    return w.is_multiple(w.layer, (int(a), int(b))) and bool(same(factor, times))


@form(r"unit (\d+) of b is unit (\d+) of a")
def _is(w, b, a):
    return _times(w, b, "1", a, None)


@form(rf"unit (\d+) of a goes with unit (\d+) of b: at (?:all ({N})|({N}) of ({N})) points (.*)")
def _goes_with(w, a, b, everything, some, n, how):
    one, other = w.layers[0][w.layer][:, int(a)] > 0, w.layers[1][w.layer][:, int(b)] > 0
    alike = int(((one == other) if how.startswith("both") else (one != other)).sum())
    count, n = whole(everything or some), whole(everything or n)
    return (int(a), int(b)) in w.pairs(w.layer) and (alike, w.data.n_points) == (count, n)


@form(r"units? (\d+(?:, \d+)*(?: and \d+)?) of ([ab]) (?:go|goes) with none")
def _none(w, listed, who):
    side = "ab".index(who)
    taken = {pair[side] for pair in w.pairs(w.layer)}
    left = set(range(w.layers[side][w.layer].shape[1])) - taken
    return {int(number) for number in re.findall(r"\d+", listed)} == left


def is_true(claim, world):
    """Whether the sentence is true; one that cannot be read is an error."""
    text = claim.text.removesuffix(".")
    text = text[0].lower() + text[1:]
    layer = re.fullmatch(r"The units of layer (\d+)", claim.topic)
    world.layer = int(layer[1]) - 1 if layer else 0
    found = read(FORMS, text)
    assert found, f"no reading of {text!r}"
    check, groups = found
    return bool(check(world, *groups))

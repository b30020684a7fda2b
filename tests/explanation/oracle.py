"""Whether a sentence is true: it is read back, and what it says is worked out by plain loops, without our measures.

`is_true(text, net, data)` knows every form of sentence; one that it cannot read is an error. What
is about areas and distances is held against a fine grid and so only roughly; all else exactly,
numbers to their printed digits.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from functools import lru_cache
from itertools import pairwise
from statistics import median

import numpy as np

P = r"(?:all \d+ points of c\d+|\d+ of \d+ points of c\d+|the one point of c\d+)"
UNIT = r"unit (\d+)(?: of layer (\d+))?"
SIDE = r"(?:on its positive side|on)"
WHO = r"(?:no unit is on|only unit \d+ is on|only units [\d, and]+ are on|both units are on|all \d+ units are on)"
NAMES = r"c\d+(?:(?:, c\d+)* and c\d+)?"
NUMBER = r"[-\d.,e+]+"

FORMS = []


def form(pattern):
    def keep(check):
        FORMS.append((re.compile(pattern), check))
        return check

    return keep


def is_true(text: str, net, data) -> bool:
    text = text[0].lower() + text[1:].removesuffix(".")
    for pattern, check in FORMS:
        found = pattern.fullmatch(text)
        if found:
            try:
                return bool(check(world(net, data), *found.groups()))
            except (IndexError, KeyError):  # no such unit or class
                return False
    raise AssertionError(f"no reading of {text!r}")


# ---- the network, point by point -----------------------------------------------------------------


def activated(name, z, slope):
    return {
        "linear": lambda: z,
        "relu": lambda: max(z, 0.0),
        "leaky_relu": lambda: z if z > 0 else slope * z,
        "abs": lambda: abs(z),
        "tanh": lambda: math.tanh(z),
        "sigmoid": lambda: 1 / (1 + math.exp(-z)) if z > -700 else 0.0,
        "elu": lambda: z if z > 0 else math.expm1(z),
        "softplus": lambda: max(z, 0.0) + math.log1p(math.exp(-abs(z))),
        "gelu": lambda: 0.5 * z * (1 + math.erf(z / math.sqrt(2))),
        "silu": lambda: z / (1 + math.exp(-z)) if z > -700 else 0.0,
    }[name]()


class World:
    def __init__(self, net, data):
        self.net, self.data = net, data
        self.layers = [
            (layer.weights.tolist(), layer.bias.tolist(), layer.activation, layer.negative_slope)
            for layer in net.layers
        ]
        self.X, self.y = data.X.tolist(), data.y.tolist()
        self.n, self.k = len(self.y), net.n_classes
        self.hidden = len(self.layers) - 1
        traces = [self.trace(x) for x in self.X]
        self.z, self.a = [one[0] for one in traces], [one[1] for one in traces]
        self.logits = [a[-1] for a in self.a]
        self.predicted = [best(row) for row in self.logits]
        self.size = Counter(self.y)

    def trace(self, x, off=None):
        zs, outs, current = [], [], x
        for number, (weights, bias, name, slope) in enumerate(self.layers):
            z = [
                sum(current[i] * weights[i][u] for i in range(len(current))) + bias[u]
                for u in range(len(bias))
            ]
            current = [activated(name, value, slope) for value in z]
            if off is not None and off[0] == number:
                current[off[1]] = 0.0
            zs.append(z)
            outs.append(current)
        return zs, outs

    def on(self, layer, unit):
        """The points where a unit is on."""
        return [i for i in range(self.n) if self.z[i][layer][unit] > 0]

    def on_by_class(self, layer, unit):
        return Counter(self.y[i] for i in self.on(layer, unit))

    def chances(self, row):
        top = max(row)
        powers = [math.exp(value - top) for value in row]
        return [power / sum(powers) for power in powers]

    def without(self, layer, unit):
        return [best(self.trace(x, off=(layer, unit))[1][-1]) for x in self.X]


@lru_cache(maxsize=8)
def world(net, data):
    return World(net, data)


@lru_cache(maxsize=4)
def picture(net, data, steps=300):
    """Classes on a grid over the window, and the sides of the window."""
    low, high = data.X.min(axis=0), data.X.max(axis=0)
    span, size = high - low, np.maximum(np.abs(data.X).max(axis=0), 1.0)
    room = np.where(span > 1e-9 * size, 0.08 * span, 0.5 * size)
    shares = (np.arange(steps) + 0.5) / steps
    sides = [a - r + shares * (b - a + 2 * r) for a, b, r in zip(low, high, room, strict=True)]
    places = np.stack(np.meshgrid(*sides), axis=2).reshape(-1, 2)
    return net.predict(places).reshape(steps, steps), places


def best(row):
    return max(range(len(row)), key=lambda i: (row[i], -i))


def same(text, value, digits=3):
    """Whether `text` is `value` to so many digits."""
    shown, value = float(text.replace(",", "")), float(value)
    if value == 0 or shown == 0:
        return abs(shown - value) < 1e-12
    return abs(shown - value) <= 0.5001 * 10.0 ** (
        math.floor(math.log10(abs(value))) - digits + 1
    ) + 1e-9 * abs(value)


def labels(text):
    return [int(number) for number in re.findall(r"c(\d+)", text or "")]


def portion(w, text):
    """A count and the class, from "3 of 25 points of c0"; None where the class has another size."""
    numbers, label = re.findall(r"\d+", text.rpartition(" of ")[0]), int(text.rpartition("c")[2])
    if text.startswith("the one"):
        return (1, label) if w.size[label] == 1 else None
    return (int(numbers[0]), label) if int(numbers[-1]) == w.size[label] else None


def portions(w, text):
    found = [portion(w, one) for one in re.findall(P, text)]
    return None if None in found else {label: count for count, label in found}


def number(text):
    return int(text.replace(",", ""))


def unit_at(unit, layer):
    return (int(layer) - 1 if layer else 0), int(unit)


# ---- the whole -----------------------------------------------------------------------------------


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
    r"point (\d+) is c(\d+), but c(\d+) has the larger output there: their probabilities are (\S+) and (\S+)"
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
    rf"the decision region of c(\d+) has (?:about )?(\S+)% of the window, in (\d+) parts?(?:, beside ({NAMES}))?"
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
    r"of the points classified right, point (\d+) of c(\d+) is (nearest|second nearest|third nearest) to the "
    rf"decision boundary in the window: (about )?({NUMBER}) from it, with c(\d+) behind it"
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


# ---- hidden units --------------------------------------------------------------------------------


@form(
    rf"layer (\d+) has (\d+) units?: (\d+) (?:is|are) {SIDE} at every point, (\d+) (?:is|are) so at none, and (\d+) "
    r"(?:is|are) not needed \(if that one alone gave 0, no prediction would change\)"
)
def _(w, layer, units, always, never, idle):
    layer = int(layer) - 1
    counts = [len(w.on(layer, unit)) for unit in range(len(w.layers[layer][1]))]
    needless = sum(w.without(layer, unit) == w.predicted for unit in range(len(counts)))
    said = [int(text) for text in (units, always, never, idle)]
    return [len(counts), counts.count(w.n), counts.count(0), needless] == said and layer < w.hidden


@form(rf"{UNIT} is linear: it turns nowhere")
def _(w, unit, layer):
    layer, unit = unit_at(unit, layer)
    return w.layers[layer][2] == "linear" and unit < len(w.layers[layer][1]) and layer < w.hidden


@form(rf"{UNIT} is dead: it is off at all ([\d,]+) points?, and gives 0 to every one")
def _(w, unit, layer, n):
    at = unit_at(unit, layer)
    silent = all(w.a[i][at[0]][at[1]] == 0 for i in range(w.n))
    return not w.on(*at) and silent and number(n) == w.n and at[0] < w.hidden


@form(
    rf"{UNIT} is (on|on its positive side|on its negative side) at all ([\d,]+) points?(: on the data it is linear)?"
)
def _(w, unit, layer, side, n, relu):
    at = unit_at(unit, layer)
    return (
        len(w.on(*at)) == (0 if "negative" in side else w.n)
        and number(n) == w.n
        and side_word(w, at[0], side)
    )


def side_word(w, layer, side):
    return (side in ("on", "off")) == (w.layers[layer][2] == "relu") and layer < w.hidden


@form(
    rf"{UNIT} separates ({NAMES}) \(({SIDE})\) from ({NAMES}) \((?:off|on its negative side)\)(?:, but for (.+))?"
)
def _(w, unit, layer, ons, side, offs, others):
    at = unit_at(unit, layer)
    counts, said = w.on_by_class(*at), Counter()
    for count, label in re.findall(r"(\d+) points? of c(\d+)", others or ""):
        said[int(label)] = int(count)
    wrong = {
        label: (w.size[label] - counts[label] if label in labels(ons) else counts[label])
        for label in w.size
    }
    return (
        sorted(labels(ons) + labels(offs)) == sorted(w.size)
        and side_word(w, at[0], side)
        and {label: count for label, count in wrong.items() if count} == dict(said)
        and all(2 * counts[label] > w.size[label] for label in labels(ons))
        and all(2 * counts[label] <= w.size[label] for label in labels(offs))
    )


@form(rf"{UNIT} is ({SIDE}) for ({P}(?:(?:, {P})* and {P})?)(?:, and for no point of ({NAMES}))?")
def _(w, unit, layer, side, some, none):
    at = unit_at(unit, layer)
    counts, said = w.on_by_class(*at), portions(w, some)
    return (
        said == dict(counts)
        and labels(none) == sorted(set(w.size) - set(counts))
        and side_word(w, at[0], side)
    )


@form(rf"{UNIT} is a twin of {UNIT}: its weights and bias are a positive multiple of that one's")
def _(w, unit, layer, other, layer_too):
    (layer, unit), (_, other) = unit_at(unit, layer), unit_at(other, layer_too)
    weights, bias = w.layers[layer][:2]
    one, two = ([*[row[u] for row in weights], bias[u]] for u in (unit, other))
    product = sum(a * b for a, b in zip(one, two, strict=True))
    lengths = math.sqrt(sum(a * a for a in one)) * math.sqrt(sum(b * b for b in two))
    return unit != other and lengths > 0 and product > (1 - 1e-8) * lengths


@form(rf"{UNIT} is ({SIDE}) at the same points as {UNIT}")
def _(w, unit, layer, side, other, layer_too):
    at, too = unit_at(unit, layer), unit_at(other, layer_too)
    return at != too and w.on(*at) == w.on(*too) and side_word(w, at[0], side)


@form(rf"{UNIT} is on in (\S+)% of the window and at ([\d,]+) of ([\d,]+) points?")
def _(w, unit, layer, share, count, n):
    layer, unit = unit_at(unit, layer)
    _, places = picture(w.net, w.data)
    seen = (w.net.pre_activations(places)[layer][:, unit] > 0).mean()
    return (
        abs(float(share) / 100 - seen) < 0.01
        and len(w.on(layer, unit)) == number(count)
        and number(n) == w.n
        and side_word(w, layer, "on")
    )


@form(rf"{UNIT} is saturated, within 0.01 of an end of its range, at ([\d,]+) of ([\d,]+) points?")
def _(w, unit, layer, count, n):
    layer, unit = unit_at(unit, layer)
    low = {"tanh": -1.0, "sigmoid": 0.0}.get(w.layers[layer][2], math.nan)
    values = [w.a[i][layer][unit] for i in range(w.n)]
    return (
        sum(v <= low + 0.01 or v >= 0.99 for v in values) == number(count)
        and low == low
        and number(n) == w.n
    )


@form(rf"{UNIT} (is on|has a positive pre-activation) where (.+) > 0")
def _(w, unit, layer, what, formula):
    layer, unit = unit_at(unit, layer)
    weights, bias, name, _ = w.layers[0]
    terms = re.findall(r"(?:^|([-+]) )(-?[\d.,]+(?:e[-+]\d+)?)(?: x(\d))?", formula)
    said = {feature: ("-" if sign == "-" else "") + size for sign, size, feature in terms}
    return (
        layer == 0
        and (what == "is on") == (name == "relu")
        and same(said.get("", "0"), bias[unit])
        and all(same(said.get(str(i), "0"), row[unit]) for i, row in enumerate(weights))
    )


def moved_most(said, weights, spread):
    """The named ones are those with the largest weight times spread, in order, and have these weights."""
    strength = [abs(a) * b for a, b in zip(weights, spread, strict=True)]
    order = [strength[int(i)] for i, _ in said]
    rest = [s for i, s in enumerate(strength) if str(i) not in dict(said)]
    falling = all(a >= b * (1 - 1e-6) for a, b in pairwise(order))
    return (
        all(same(text, weights[int(i)]) for i, text in said)
        and falling
        and (min(order) >= max(rest, default=0.0) * (1 - 1e-6))
    )


@form(rf"over the data {UNIT} is moved most by (.+); its weights in brackets")
def _(w, unit, layer, inputs):
    layer, unit = unit_at(unit, layer)
    return layer == 0 and moved_most(
        re.findall(r"x(\d+) \((\S+)\)", inputs),
        [row[unit] for row in w.layers[0][0]],
        [spread([x[i] for x in w.X]) for i in range(len(w.X[0]))],
    )


def spread(values):
    mean = sum(values) / len(values)
    return math.sqrt(sum((v - mean) ** 2 for v in values) / len(values))


@form(rf"the largest output of {UNIT} on the data is ({NUMBER}), at point (\d+) of c(\d+)")
def _(w, unit, layer, value, i, label):
    layer, unit = unit_at(unit, layer)
    values = [w.a[j][layer][unit] for j in range(w.n)]
    top = max(values)
    return (
        same(value, top) and values[int(i)] >= top - 1e-12 * abs(top) and w.y[int(i)] == int(label)
    )


@form(rf"{UNIT} is not needed: if it gave 0 everywhere, no prediction on the data would change")
def _(w, unit, layer):
    return w.without(*unit_at(unit, layer)) == w.predicted and unit_at(unit, layer)[0] < w.hidden


@form(
    rf"if {UNIT} gave 0 everywhere, ([\d,]+) predictions? would change, and ([\d,]+) instead of ([\d,]+) of ([\d,]+) "
    r"points? would be right"
)
def _(w, unit, layer, changed, right, now, n):
    after = w.without(*unit_at(unit, layer))
    true = [
        w.n - agreeing(after, w.predicted),
        agreeing(after, w.y),
        agreeing(w.predicted, w.y),
        w.n,
    ]
    return (
        true == [number(text) for text in (changed, right, now, n)]
        and unit_at(unit, layer)[0] < w.hidden
    )


def agreeing(one, other):
    return sum(a == b for a, b in zip(one, other, strict=True))


# ---- codes ---------------------------------------------------------------------------------------


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
    rf"({NAMES}) have the same commonest pattern \(({WHO})\): (where no unit is on, nothing tells them apart|they "
    r"are told apart by how large the units are, not by which are on)"
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
    rf"({P}(?:(?:, {P})* and {P})?) land on (the place \((.+)\)|one place|the place where every unit is 0) of "
    r"(?:hidden space|layer (\d+)), where nothing can tell them apart any more"
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


# ---- outputs -------------------------------------------------------------------------------------


@form(
    r"the output of c(\d+) grows towards the (upper|lower) (right|left) of hidden space: its weights are (\S+) for "
    r"unit 0 and (\S+) for unit 1"
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


@form(r"the output of c(\d+) is moved most over the data by (.+); its weights in brackets")
def _(w, label, parts):
    below = [w.a[i][-2] for i in range(w.n)] if w.hidden else w.X
    said = re.findall(r"(?:unit |x)(\d+) \((\S+)\)", parts)
    spreads = [spread([row[u] for row in below]) for u in range(len(below[0]))]
    weights = [row[int(label)] for row in w.layers[-1][0]]
    return moved_most(said, weights, spreads) and ("unit" in parts) == (w.hidden > 0)


@form(
    rf"({P}) (?:is|are) where every hidden unit is 0; there the output of c(\d+) is ({NUMBER}), its bias alone"
)
def _(w, text, label, value):
    found = portion(w, text)
    zero = [i for i in range(w.n) if w.y[i] == int(label) and max(map(abs, w.a[i][-2])) < 1e-30]
    return found == (len(zero), int(label)) and same(value, w.layers[-1][1][int(label)])


@form(
    r"on the data the output of c(\d+) is largest, in the mean, on the points of (?:its own class|c(\d+))"
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
    rf"on points of c(\d+), the output of c(\d+) is at (least|worst) ({NUMBER}) (above|below) the largest other, in "
    rf"the median ({NUMBER}) (above|below) it; the largest other is most often the output of c(\d+) "
    r"\((\d+) of ([\d,]+) times?\)"
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
    r"being large is not enough: at ([\d,]+) points? of other classes the output of c(\d+) is as large as on a point "
    r"of c(\d+), yet (there|at all of them|at (\d+) of them) another output is larger"
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


# ---- softmax and loss ----------------------------------------------------------------------------


@form("only differences of outputs count: 10 more for all of them changes no probability, so .*")
def _(w):
    return all(
        abs(a - b) < 1e-9
        for row in w.logits
        for a, b in zip(w.chances(row), w.chances([value + 10 for value in row]), strict=True)
    )


@form(
    rf"the loss on the data, the mean of -ln of the probability of the own class, is ({NUMBER}); it is computed from "
    r"the logits, the outputs before softmax"
)
def _(w, value):
    total = 0.0
    for row, label in zip(w.logits, w.y, strict=True):
        top = max(row)
        total += math.log(sum(math.exp(v - top) for v in row)) + top - row[label]
    return same(value, total / w.n, 4)


@form(r"points of c(\d+) have a probability for it of (\S+)% in the mean and (\S+)% at the least")
def _(w, label, mean, least):
    own = [w.chances(w.logits[i])[int(label)] for i in range(w.n) if w.y[i] == int(label)]
    return same(mean, 100 * sum(own) / len(own)) and same(least, 100 * min(own))


@form(r"at ([\d,]+) of ([\d,]+) points? the predicted class has a probability above 99%")
def _(w, count, n):
    return sum(max(w.chances(row)) > 0.99 for row in w.logits) == number(count) and number(n) == w.n

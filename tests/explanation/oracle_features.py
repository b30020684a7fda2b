"""Sentences by feature, worked out anew in plain NumPy, without our measures."""

from __future__ import annotations

import re

import numpy as np
from oracle_words import NUMBER, UNIT, form, same, unit_at
from oracle_world import spread

FEATURES = r"x\d+(?:(?:, x\d+)* and x\d+)?"
NUMBERS = rf"{NUMBER}(?:(?:, {NUMBER})* and {NUMBER})?"
CHANGE = rf"{NUMBER} (?:lower|higher|smaller|larger)"
CHANGES = rf"{CHANGE}(?:(?:, {CHANGE})* and {CHANGE})?"


def parts(text):
    return re.split(r", (?=\S)| and ", text)


def are_the_most(text, shown, changes):
    """Whether these features, in order, change most, and by what is shown of them."""
    named = [int(one[1:]) for one in parts(text)]
    size = np.abs(changes)
    rest = np.delete(size, named)
    falling = all(a >= b * (1 - 1e-6) for a, b in zip(size[named], size[named][1:], strict=False))
    fits = all(same(told, changes[i]) for told, i in zip(shown, named, strict=True))
    return fits and falling and size[named].min() >= rest.max(initial=0) * (1 - 1e-6)


@form(
    rf"{UNIT} is moved most by ({FEATURES}): one standard deviation more(?: \(({NUMBERS})\))? "
    rf"adds ({NUMBERS}) to its sum"
)
def _(w, unit, layer, names, spreads, added):
    layer, unit = unit_at(unit, layer)
    spread_of = np.array([spread(column) for column in np.array(w.X).T])
    weights = np.array(w.layers[0][0])[:, unit]
    named = [int(one[1:]) for one in parts(names)]
    told = parts(spreads) if spreads else ["1"] * len(named)
    return (
        layer == 0
        and w.hidden > 0
        and all(same(one, spread_of[i]) for one, i in zip(told, named, strict=True))
        and are_the_most(names, parts(added), weights * spread_of)
    )


def signed(changes):
    """2.1 lower and 1.3 higher, as how much the feature adds."""
    return [
        part.split()[0] if part.endswith(("lower", "smaller")) else f"-{part.split()[0]}"
        for part in parts(changes)
    ]


def changes_at(w, rows, value):
    """What each feature adds to a value of the outputs, against the feature at its mean."""
    rows, X = np.array(rows), np.array(w.X)
    found = []
    for i in range(X.shape[1]):
        changed = rows.copy()
        changed[:, i] = X[:, i].mean()
        found.append(np.mean(value(w.trace(rows)[1][-1]) - value(w.trace(changed)[1][-1])))
    return np.array(found)


@form(
    rf"at the points of c(\d+) its output is moved most by ({FEATURES}): "
    rf"with (one of them|it) at its mean, it would be ({CHANGES}) on average"
)
def _(w, label, names, them, changes):
    label = int(label)
    if label >= w.k or not w.size[label]:
        return False
    found = changes_at(w, np.array(w.X)[w.labels == label], lambda outputs: outputs[:, label])
    one = (them == "it") == (len(parts(names)) == 1)
    return one and are_the_most(names, signed(changes), found)


def of_a_point(w, i, text):
    """Whether what moves a point's lead most is said truly."""
    first, second, names, means, changes = re.fullmatch(
        rf"The lead of c(\d+) over c(\d+) there is moved most by ({FEATURES}): with "
        rf"(?:one of them|it) at its mean \(({NUMBERS})\), it would be ({CHANGES})\.",
        text,
    ).groups()
    order = sorted(range(w.k), key=lambda k: -w.logits[i][k])
    first, second = int(first), int(second)
    found = changes_at(w, [w.X[i]], lambda outputs: outputs[:, first] - outputs[:, second])
    mean = np.array(w.X).mean(axis=0)
    named = [int(one[1:]) for one in parts(names)]
    return (
        order[0] == first
        and np.isclose(w.logits[i][order[1]], w.logits[i][second], rtol=1e-9)
        and all(same(told, mean[k]) for told, k in zip(parts(means), named, strict=True))
        and are_the_most(names, signed(changes), found)
    )

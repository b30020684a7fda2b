"""The words of a sentence read back: counts, classes, units and numbers."""

from __future__ import annotations

import math
import re
from itertools import pairwise

P = r"(?:all \d+ points of c\d+|\d+ of \d+ points of c\d+|the one point of c\d+)"
UNIT = r"unit (\d+)(?: of layer (\d+))?"
SIDE = r"(?:on its positive side|on)"
WHO = (
    r"(?:no unit is on|only unit \d+ is on|only units [\d, and]+ are on|both units are on|"
    r"all \d+ units are on)"
)
NAMES = r"c\d+(?:(?:, c\d+)* and c\d+)?"
NUMBER = r"[-\d.,e+]+"

FORMS = []


def form(pattern):
    """Register `check(world, *groups)`: whether a sentence of this form is true."""

    def keep(check):
        FORMS.append((re.compile(pattern), check))
        return check

    return keep


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
    numbers = re.findall(r"\d+", text.rpartition(" of ")[0])
    label = int(text.rpartition("c")[2])
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


def moved_most(said, weights, spread):
    """Whether the named ones have these weights and the largest weight times spread, in order."""
    strength = [abs(a) * b for a, b in zip(weights, spread, strict=True)]
    order = [strength[int(i)] for i, _ in said]
    rest = [s for i, s in enumerate(strength) if str(i) not in dict(said)]
    falling = all(a >= b * (1 - 1e-6) for a, b in pairwise(order))
    return (
        all(same(text, weights[int(i)]) for i, text in said)
        and falling
        and (min(order) >= max(rest, default=0.0) * (1 - 1e-6))
    )

"""The words of a sentence read back: counts, classes, units and numbers."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np

N = r"\d{1,3}(?:,\d{3})*"  # a whole number, with a comma for each thousand
P = rf"(?:all {N} points of c\d+|{N} of {N} points of c\d+|the one point of c\d+)"
PS = rf"{P}(?:(?:, {P})* and {P})?"
UNIT = r"unit (\d+)(?: of layer (\d+))?"
SIDE = r"(?:on its positive side|on)"
WHO = (
    r"(?:unit 0 is (?:on|off)|only unit \d+ is on|only units \d+(?:, \d+)* and \d+ are on|"
    r"(?:both|all \d+) units are (?:on|off))"
)
NAMES = r"c\d+(?:(?:, c\d+)* and c\d+)?"
NUMBER = r"-?[\d,]+(?:\.\d+)?(?:e[-+]\d+)?"
SHARE = rf"(?:over |under )?{NUMBER}"


def new_forms():
    """Forms of sentences, and what registers one more, with `check(about, *groups)`."""
    forms = []

    def form(pattern):
        def keep(check):
            forms.append((re.compile(pattern), check))
            return check

        return keep

    return forms, form


FORMS, form = new_forms()


def read(forms, text):
    """The check of a sentence's form and its groups; None where no form is its."""
    for pattern, check in forms:
        found = pattern.fullmatch(text)
        if found:
            return check, found.groups()
    return None


def same(text, value, digits=3):
    """Whether `text` is `value` to so many digits; of an array, which of its numbers are."""
    shown, value = float(text.replace(",", "")), np.asarray(value, np.float64)
    size = np.abs(value)
    with np.errstate(divide="ignore"):
        unit = 10.0 ** (np.floor(np.log10(size)) - digits + 1)
    close = np.abs(shown - value) <= 0.5001 * unit + 1e-9 * size
    none = (size == 0) | (shown == 0)
    return np.where(none, np.abs(shown - value) < 1e-12, close)


def same_share(text, share, digits=3):
    """Whether `text`, in percent, is the share: never all of what is not all, nor none of some."""
    side, _, shown = text.rpartition(" ")
    value, share = float(shown.replace(",", "")), np.asarray(share)
    if side == "over":
        return (100 * share > value * (1 - 1e-12)) & (share < 1)
    if side == "under":
        return (share > 0) & (100 * share < value * (1 + 1e-9))
    # what rose may have risen by more than all of it: that is no share, and is rounded
    if value == 0 or (value == 100 and not (share > 1).any()):
        return share == value / 100
    return same(shown, 100 * share, digits)


def labels(text):
    return [int(number) for number in re.findall(r"c(\d+)", text or "")]


def portion(w, text):
    """A count and the class, from "3 of 25 points of c0"; None where the class has another size."""
    numbers = [number(one) for one in re.findall(N, text.rpartition(" of ")[0])]
    label = int(text.rpartition("c")[2])
    if text.startswith("the one"):
        return (1, label) if w.size[label] == 1 else None
    if w.size[label] == 1 or (text.startswith("all") and len(numbers) != 1):
        return None
    return (numbers[0], label) if numbers[-1] == w.size[label] else None


def portions(w, text):
    found = [portion(w, one) for one in re.findall(P, text)]
    return None if None in found else {label: count for count, label in found}


def number(text):
    """A whole number, which has its commas."""
    value = int(text.replace(",", ""))
    assert text == f"{value:,}", text
    return value


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
        and min(order) > 0
        and falling
        and (min(order) >= max(rest, default=0.0) * (1 - 1e-6))
    )

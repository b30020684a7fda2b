"""What the story's sentences share, read back: counts, shares, and what a unit is on for."""

from __future__ import annotations

import re

import numpy as np
from oracle_words import labels, number

COUNT = r"(?:one|two|three|four|five|six|seven|eight|nine|ten|[\d,]+)"
WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
SOME = (
    r"(?:[\d,]+ points? of c\d+|the one point of c\d+)"
    r"(?:(?:, [\d,]+ of c\d+|, the one point of c\d+)*"
    r" and (?:[\d,]+ of c\d+|the one point of c\d+))?"
)
SHARE = (
    r"(?:all [\d,]+(?: points)? of c\d+|[\d,]+ of the [\d,]+(?: points)? of c\d+|none of c\d+|"
    r"the one point of c\d+)"
)
SHARES = rf"{SHARE}(?:(?:, {SHARE})* and {SHARE})?"
LIST = r"[\d, and]+"
MOVED = r"(grows with|falls with) (.+?)(?: and (falls with) (.+?))?(, which moves? it most)?"


def count(text):
    return WORDS.index(text) if text in WORDS else number(text)


def numbers(text):
    return [int(one) for one in re.findall(r"\d+", text)]


def some(text):
    """How many points of each class, as they are listed."""
    found = {}
    for part in re.findall(r"([\d,]+ (?:points? )?|the one point )of c(\d+)", text or ""):
        found[int(part[1])] = 1 if part[0].startswith("the") else number(part[0].split()[0])
    return found


def right_of(w):
    return int(w.right.sum())


def on(w, layer, unit):
    """How many points of each class a unit is on at."""
    chosen = w.counts(w.turned(layer, unit))
    return {label: chosen.get(label, 0) for label in w.size}


def role(w, layer, unit):
    return {
        label: 1 if c >= 0.75 * w.size[label] else -1 if c <= 0.25 * w.size[label] else 0
        for label, c in on(w, layer, unit).items()
    }


def of_all(w, text):
    """The count in "all 100 points", "77 of 100 points" or "the one point"."""
    if text == "the one point":
        return 1 if w.n == 1 else None
    found = numbers(text.replace(",", ""))
    return found[0] if found[-1] == w.n else None


def shares_are(w, text, counts):
    """Whether a list of shares says these counts of these classes."""
    for part in re.findall(SHARE, text):
        label = labels(part)[0]
        if part.startswith("none"):
            said, size = 0, w.size[label]
        elif "the one point" in part:
            said, size = 1, 1
        else:
            values = numbers(part.rpartition(" of ")[0].replace(",", ""))
            said, size = values[0], values[-1]
        if said != counts.get(label, 0) or size != w.size[label]:
            return False
    return True


def varying(w, layer):
    a = w.A[layer]
    return int((np.ptp(a, axis=0) > 1e-9 * np.abs(a).max()).sum())

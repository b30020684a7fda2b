"""Sentences side by side: what is said twice, and what one says and another denies."""

from __future__ import annotations

import re
from collections import Counter
from itertools import combinations

UNIT = r"[Uu]nit \d+(?: of layer \d+)?"
# Each tells what a sentence says about its subject; of those that exclude each other, one is said.
SAYS = {
    "dead": rf"^({UNIT}) is dead",
    "always on": rf"^({UNIT}) is on(?: its positive side)? at (?:all|the one)",
    "never on": rf"^({UNIT}) is on its negative side at (?:all|the one)",
    "separates": rf"^({UNIT}) separates",
    "cuts": rf"^({UNIT}) cuts through",
    "on for": rf"^({UNIT}) is on(?: its positive side)? for",
    "idle": rf"^If only ({UNIT}) gave 0",
    "needed": rf"^If ({UNIT}) gave 0",
    "constant": r"^The output of (c\d+) is \S+ at every point",
    "grows": r"^The output of (c\d+) grows towards",
    "moved": r"^Over the data, the output of (c\d+),? .*is moved most",
    "largest for": r"^Averaged .*, the output of (c\d+) is largest",
    "has a region": r"^The decision region of (c\d+)",
    "has none": r"^No part of the window goes to (c\d+)",
    "all right": r"^(The network) classifies all",
    "mistaken": r"^(?:Point|Points) .* (?:is|are) c\d+, but ()",
}
TAKEN = re.compile(
    r"(?:All )?(?:[\d,]+ of )?(?:[\d,]+ points|The one point) of c\d+ (?:is|are) taken"
)
EXCLUSIVE = (
    ("dead", "always on", "never on", "separates", "cuts", "on for"),
    ("idle", "needed"),
    ("constant", "moved", "grows"),
    ("constant", "largest for"),
    ("has a region", "has none"),
)


def contradictions(texts):
    """Pairs of sentences that cannot both be true, and counts that do not add up."""
    said = {
        kind: {found[1].lower(): text for text in texts if (found := re.search(pattern, text))}
        for kind, pattern in SAYS.items()
    }
    pairs = [
        (said[one][subject], said[other][subject])
        for group in EXCLUSIVE
        for one, other in combinations(group, 2)
        for subject in said[one].keys() & said[other].keys()
    ]
    if said["all right"] and (said["mistaken"] or any(" taken for " in text for text in texts)):
        pairs.append(("all right", "some taken for others"))
    return pairs + ([] if sums_up(texts) else [("right", "taken for others")])


def sums_up(texts):
    """Whether no more points are taken for others than are wrong; all of them where few pairs."""
    right = re.search(
        r"^The network classifies ([\d,]+) of ([\d,]+) points?", "\n".join(texts), re.M
    )
    taken = [text for text in texts if TAKEN.match(text)]
    if not right:
        return not taken
    wrong = whole(right[2]) - whole(right[1])
    counts = [
        1 if text.startswith("The one") else whole(re.search(r"[\d,]+", text)[0]) for text in taken
    ]
    return sum(counts) == wrong if len(taken) < 12 else sum(counts) <= wrong


def whole(text):
    return int(text.replace(",", ""))


def repetitions(claims):
    """Sentences that are said again: in the same words, of the same facts, or of other points."""
    words = Counter(re.sub(r"^(Points? )[\d, and]+( more)?", r"\1", c.text) for c in claims)
    facts = Counter((c.topic, c.facts) for c in claims if c.topic)  # the story shares them
    return [key for counted in (words, facts) for key, count in counted.items() if count > 1]

"""Sentences of the page: where they name classes, and what buttons do about a failing network."""

from __future__ import annotations

import unitscope as us
from unitscope.page.answers import first
from unitscope.recipe import Recipe

LAB = us.datasets.lab()


def claims_of(seed: int, data: us.Dataset = LAB) -> list[dict]:
    return first(us.train(data, Recipe(hidden=(2,), epochs=200, seed=seed)))["claims"]


def test_classes_are_named_where_the_sentence_says_so():
    names = ("a", "\N{GRINNING FACE}b", "unit", "0")
    data = us.Dataset(LAB.X, LAB.y, names)
    found = 0
    for claim in claims_of(4, data):
        letters = claim["text"].encode("utf-16-le")
        for begin, end, k in claim.get("classes", []):
            assert letters[2 * begin : 2 * end].decode("utf-16-le") == names[k]
            found += 1
    assert found > 10


def test_a_remedy_does_what_its_trial_said():
    (tried,) = [claim["remedies"] for claim in claims_of(36) if "remedies" in claim]
    told = {one["words"]: one["told"] for one in tried}
    assert list(told) == ["Use 3 units", "Start again", "Train on"]  # the best first
    assert told["Use 3 units"] == "20 starts: all get all points right"
    right = {}
    for one in tried:
        settings = {"hidden": [2], "seed": 36, **one["change"]}
        run = us.train(LAB, Recipe(epochs=settings.pop("epochs", 200), **settings))
        right[one["words"]] = round(100 * run.accuracy[-1])
    assert right == {"Use 3 units": 100, "Start again": 100, "Train on": 67}
    assert told["Train on"] == "tried: 67 of 100 right"


def test_a_network_that_solves_its_task_needs_no_remedy():
    data = us.datasets.blobs(n=40, classes=2, noise=0.3)
    assert not [claim for claim in claims_of(0, data) if "remedies" in claim]


def test_the_labs_noise_and_sample_are_the_labs_own_by_default():
    own, other = us.datasets.lab(), us.datasets.lab(noise=1.3)
    centers = {k: own.X[own.y == k].mean(axis=0) for k in range(4)}
    assert own == us.datasets.lab(noise=1.0, seed=0) != us.datasets.lab(seed=1)
    assert (other.y == own.y).all()
    assert all(abs(other.X[other.y == k].mean(axis=0) - centers[k]).max() < 0.3 for k in range(4))

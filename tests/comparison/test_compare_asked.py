"""Two models side by side of which one, or both, have no layers and are asked."""

from __future__ import annotations

import re

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

import unitscope as us
from unitscope.errors import InvalidInput

pytestmark = pytest.mark.usefixtures("never_slow")

LAB = us.datasets.lab()
NAMES = np.array(["d", "c", "b", "a"])
Y = NAMES[LAB.y]
GIVEN = us.Dataset(LAB.X, Y, class_names=NAMES.tolist())
TREE = DecisionTreeClassifier(max_depth=3, random_state=0).fit(LAB.X, Y)
LINE = LogisticRegression().fit(LAB.X, Y)


def places(window, side=400):
    """Places all over a window."""
    ways = (np.arange(side) + 0.5) / side
    xs = [low + ways * (high - low) for low, high in window]
    return np.stack(np.meshgrid(*xs), axis=-1).reshape(-1, 2)


@pytest.mark.parametrize(("a", "b"), [(TREE, LINE), (LINE, TREE), (TREE, GaussianNB())])
def test_shares_and_points_are_those_of_brute_force(a, b):
    b = b.fit(LAB.X, Y) if isinstance(b, GaussianNB) else b
    found = us.compare(a, b, GIVEN)
    there = places(found.window)
    truth = np.zeros((4, 4))
    given = (np.searchsorted(model.classes_, model.predict(there)) for model in (a, b))
    np.add.at(truth, tuple(given), 1 / len(there))
    assert not found.exact and np.abs(found.shares - truth).max() < 0.01
    apart = np.flatnonzero(a.predict(LAB.X) != b.predict(LAB.X))
    assert found.points.tolist() == apart.tolist() and found.units == ()
    assert found.right.sum(axis=0).tolist() == [
        (model.predict(LAB.X) == Y).sum() for model in (a, b)
    ]
    assert all(claim.holds(a, b, found.data) for claim in found.claims)
    assert not re.search(r"\bunits?\b", str(found))


def test_a_model_and_a_run_have_their_classes_in_one_order():
    run = us.train(GIVEN, epochs=200)
    found = us.compare(TREE, run, GIVEN, names=("tree", "net"))
    truth = TREE.predict(LAB.X) == NAMES[run.network.predict(LAB.X)]
    assert found.claims[0].text.startswith(f"Tree and net give {truth.sum()} of 100 points") or (
        truth.all() and "all 100 points" in str(found)
    )
    told = "tree has no layers and is asked at every point, and at 129 x 129 places of the window."
    assert told in str(found)
    turned = us.compare(run, TREE)
    assert turned.points.tolist() == found.points.tolist()
    assert turned.share == pytest.approx(found.share, abs=0.01)
    panels = us.plot.comparison(found)
    assert panels[0].get_title() == "tree" and len(panels) == 3
    notes = " ".join(text.get_text() for text in panels[0].figure.texts)
    assert "sampled: asked at 129 x 129 places" in notes


def test_what_a_model_lacks_is_left_out():
    svc = SVC().fit(LAB.X, Y)
    found = us.compare(svc, TREE, GIVEN)
    assert "a and b have no layers and are asked" in str(found)
    assert "probabilities" not in str(found)
    assert "probability by a" not in found.frame() and "probability by b" in found.frame()
    line = us.Dataset(LAB.X[:, :1], Y)
    one = (DecisionTreeClassifier(max_depth=2).fit(line.X, Y), LogisticRegression().fit(line.X, Y))
    xs = np.linspace(*us.compare(*one, line).window[0], 20_001)[:, None]
    truth = np.mean(one[0].predict(xs) != one[1].predict(xs))
    assert us.compare(*one, line).share == pytest.approx(truth, abs=0.015)


def test_more_features_are_compared_on_a_plane():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(120, 4))
    y = (X[:, 0] > 0) + (X[:, 2] > 0.5)
    data = us.Dataset(X, y)
    found = us.compare(DecisionTreeClassifier().fit(X, y), LogisticRegression().fit(X, y), data)
    assert found.plane is not None and "places of the plane's window" in str(found)
    other = DecisionTreeClassifier().fit(X[:, :3], y)
    with pytest.raises(InvalidInput, match=r"of 4 inputs|of shape|with as many features"):
        us.compare(found.a, other, data)

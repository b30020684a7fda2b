"""The words about models that are asked: read back, and held against the models themselves."""

from __future__ import annotations

import re
import time
from typing import ClassVar

import numpy as np
import pytest
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

import unitscope as us
from unitscope.errors import InvalidInput

MODELS = (
    DecisionTreeClassifier(max_depth=3, random_state=0),
    RandomForestClassifier(5, random_state=0),
    GradientBoostingClassifier(n_estimators=3, random_state=0),
    KNeighborsClassifier(5),
    GaussianNB(),
    SVC(),
    DecisionTreeClassifier(random_state=1),
)
FALL = r"of 100 points, (?:(\S+) (fewer|more)|as many) are right when the values of (\S+) are "
FALL += r"shuffled among the points, on average of 5 shuffles"


def case(seed):
    """A model fitted to some of its data: 1 to 4 features, 2 to 4 classes."""
    rng = np.random.default_rng(seed)
    d, k = 1 + seed % 4, 2 + seed % 3
    y = rng.permutation(np.arange(70) % k)
    X = rng.normal(size=(70, d)) + 1.5 * rng.normal(size=(k, d))[y]
    names = np.array(["ash", "elm", "fir", "oak"])
    model = MODELS[seed % len(MODELS)].fit(X[:50], names[y[:50]])
    return model, us.Dataset(X, names[y])


def number(text):
    return float(text.replace(",", ""))


def close(told, truth, digits=3):
    """Whether a printed number is the truth, to its digits."""
    return abs(number(told) - truth) <= 0.51 * 10 ** (np.floor(np.log10(abs(truth))) + 1 - digits)


def share_is(told, truth):
    way, _, number_told = told.rpartition(" ")
    share = number(number_told.removesuffix("%")) / 100
    if way:
        return truth > share if way == "over" else truth < share
    return abs(share - truth) <= 6e-4


class Truth:
    """What the sentences say, worked out from the model alone."""

    def __init__(self, model, data):
        self.model, self.data = model, data
        self.own = np.array(data.class_names)[data.y]
        self.given = model.predict(data.X)
        self.right = self.given == self.own

    def of(self, text, point=None):
        """Whether it is true; an error where nobody can read it."""
        text = text[0].lower() + text[1:].removesuffix(".")
        for form, check in self.forms.items():
            found = re.fullmatch(form, text)
            if found:
                return bool(check(self, point, *found.groups()))
        raise AssertionError(f"no reading of {text!r}")

    def known(self, _, n):
        return number(n) == self.data.n_points

    def accuracy(self, _, right, n, share, label, size):
        most = {name: int((self.own == name).sum()) for name in self.data.class_names}
        return (
            number(right) == self.right.sum()
            and number(n) == len(self.own)
            and share_is(share, self.right.mean())
            and most[label] == int(size) == max(most.values())
        )

    def all_right(self, _, n, label, size):
        return self.right.all() and self.accuracy(_, n, n, "100%", label, size)

    def fall(self, _, told, change, name):
        feature = self.data.feature_names.index(name)
        right = []
        for shuffle in range(5):
            X = self.data.X.copy()
            order = np.random.default_rng((feature, shuffle)).permutation(len(X))
            X[:, feature] = X[order, feature]
            right.append(np.mean(self.model.predict(X) == self.own))
        fall = 100 * (self.right.mean() - np.mean(right))
        if told is None:
            return abs(fall) < 1e-9
        return close(told, abs(fall)) and (fall > 0) == (change == "fewer")

    def strongest(self, _, name, *fall):
        falls = [
            np.mean(
                [np.mean(self.model.predict(self.shuffled(i, s)) == self.own) for s in range(5)]
            )
            for i in range(self.data.n_features)
        ]
        return self.fall(_, *fall) and name == fall[2] == self.data.feature_names[np.argmin(falls)]

    def shuffled(self, feature, shuffle):
        X = self.data.X.copy()
        order = np.random.default_rng((feature, shuffle)).permutation(len(X))
        X[:, feature] = X[order, feature]
        return X

    def call(self, _, several, point, one, first, two, second):
        chances = self.model.predict_proba(self.data.X)
        ranked = np.sort(chances, axis=1)
        ahead = ranked[:, -1] - ranked[:, -2]
        here = dict(zip(self.model.classes_, chances[int(point)], strict=True))
        count = (ahead <= ahead.min() + 1e-9).sum()
        return (
            share_is(one, here[first])
            and share_is(two, here[second])
            and ahead[int(point)] <= ahead.min() + 1e-9
            and count == int(several or 1)
        )

    def apart(self, _, count):
        best = self.model.classes_[self.model.predict_proba(self.data.X).argmax(axis=1)]
        return int(count) == (best != self.given).sum()

    def taken(self, _, wrong, size, own, other, points):
        those = np.flatnonzero((self.own == own) & (self.given == other))
        named = [int(one) for one in re.findall(r"\d+(?! more)\b", points)]
        more = re.search(r"(\d+) more", points)
        named = [one for one in named if more is None or one != int(more[1]) or one in those[:5]]
        return (
            len(those) == int(wrong)
            and (self.own == own).sum() == int(size)
            and set(named) <= set(those.tolist())
        )

    def near(self, _, point, distance, other):
        return self.right[int(point)] and self.reaches(int(point), distance, other)

    def reaches(self, point, distance, other):
        """That another answer is no further: towards one of the points that have it."""
        start = self.data.X[point]
        ends = self.data.X[self.given == other]
        way = ends - start
        length = np.linalg.norm(way, axis=1, keepdims=True)
        ways = start + way / length * np.minimum(number(distance) * 1.006, length)
        return other in self.model.predict(ways)

    def line(self, _, low, high, name, places, told):
        xs = np.linspace(number(low), number(high), 3001)[:, None]
        given = self.model.predict(xs)
        pieces = [one.partition(" up to ") for one in told.split(", then ")]
        ends = np.array([number(end) for _, _, end in pieces if end])
        labels = np.array([label.removesuffix(" throughout") for label, _, _ in pieces])
        said = labels[np.searchsorted(ends, xs[:, 0])]
        return np.mean(said != given) < 0.005 and name == "x0" and number(places) == 4097

    def changes(self, _, low, high, name, places, times):
        xs = np.linspace(number(low), number(high), 3001)[:, None]
        given = self.model.predict(xs)
        return (given[1:] != given[:-1]).sum() <= int(times)

    def window(self, _, side, __, share, label, parts):
        X = self.data.X
        low, high = X.min(axis=0), X.max(axis=0)
        low, high = low - 0.08 * np.ptp(X, axis=0), high + 0.08 * np.ptp(X, axis=0)
        xs = [np.linspace(low[i], high[i], int(side)) for i in range(2)]
        given = self.model.predict(np.stack(np.meshgrid(*xs), axis=-1).reshape(-1, 2)) == label
        if share == "none":
            return not given.any()
        return share_is(share, given.mean()) and int(parts) == pieces(given.reshape(int(side), -1))

    def answer(self, point, told, own, given, right):
        same = self.own[point] == own and self.given[point] == given and point == int(told)
        return same and (own == given) == (right == "right")

    def chances(self, point, told):
        chances = self.model.predict_proba(self.data.X[[point]])[0]
        found = re.findall(r"((?:over |under )?\S+%) (\w+)", told)
        pairs = zip(found, self.model.classes_, chances, strict=True)
        return all(name == label and share_is(share, p) for (share, name), label, p in pairs)

    def other_near(self, point, distance, other):
        return self.reaches(point, distance, other)

    def change(self, point, name, value, own, other):
        feature = self.data.feature_names.index(name)
        row = self.data.X[[point]].copy()
        span = number(value) - row[0, feature]
        row[0, feature] += span * (1 + 2e-3) + np.sign(span) * 1e-3
        return close(own, self.data.X[point, feature], 4) and self.model.predict(row)[0] == other

    def no_change(self, point, name):
        feature = self.data.feature_names.index(name)
        rows = np.repeat(self.data.X[[point]], 65, axis=0)
        low, high = self.data.X[:, feature].min(), self.data.X[:, feature].max()
        rows[:, feature] = np.linspace(low, high, 65)
        return (self.model.predict(rows) == self.given[point]).all()

    forms: ClassVar = {
        r"the model has no layers to look into: it was asked for its answer to all "
        r"(\d+) points": known,
        r"(\d+) of (\d+) (?:is|are) right \((\S+)\); the answer (\w+) to every point would be "
        r"right at (\d+)": accuracy,
        r"all (\d+) are right; the answer (\w+) to every point would be right at (\d+)": all_right,
        FALL: fall,
        rf"it needs (\S+) most: {FALL}": strongest,
        r"the closest calls? (?:is|are (\d+) points, such as) point (\d+): (.+%) (\w+) and (.+%) "
        r"(\w+)": call,
        r"at (\d+) points? its answer is not the class that it holds most probable": apart,
        r"(\d+) of (\d+) points of (\w+) (?:is|are) taken for (\w+): points? (.*)": taken,
        r"of the right points, the nearest to another answer that was found is point (\d+): a "
        r"place at most (\S+) away is given to (\w+)": near,
        r"from (\S+) to (\S+) of (\S+), asked at (\S+) places, its answer is (.*)": line,
        r"from (\S+) to (\S+) of (\S+), asked at (\S+) places, its answer changes (\d+) "
        r"times": changes,
        r"of (\d+) x (\d+) places of the window, (.*?)(?: is| are) given to (\w+)(?:, in (\d+) "
        r"parts? of neighbouring places)?": window,
        r"point (\d+) of (\w+) is given to (\w+), which is (right|wrong)": answer,
        r"its probabilities are (.*)": chances,
        r"a place at most (\S+) away is given to (\w+)": other_near,
        r"with (\S+) (\S+) instead of (\S+) and all else the same, it is given to (\w+)": change,
        r"at 65 places over its range, no other value of (\S+) changes the answer": no_change,
    }


def pieces(mask):
    """How many parts neighbours of a mask form, by flooding it."""
    left, count = set(map(tuple, np.argwhere(mask).tolist())), 0
    while left:
        count, edge = count + 1, [left.pop()]
        while edge:
            i, j = edge.pop()
            for one in ((i + 1, j), (i - 1, j), (i, j + 1), (i, j - 1)):
                if one in left:
                    left.discard(one)
                    edge.append(one)
    return count


@pytest.mark.parametrize("seed", range(12))
def test_models_that_are_asked_are_told_truly(seed):
    model, data = case(seed)
    truth = Truth(model, data)
    told = us.explain(model, data, length="full").claims
    point = us.explain(model, data, point=seed, length="full").claims
    assert len(told) > 4 and len(point) > 2
    assert [claim.text for claim in told if not truth.of(claim.text)] == []
    assert [claim.text for claim in point if not truth.of(claim.text, seed)] == []
    assert not re.search(r"\bunits?\b|neuron", " ".join(claim.text for claim in told))


def test_claims_hold_of_the_model_and_not_of_another():
    model, data = case(5)
    told = us.explain(model, data)
    assert all(claim.holds(model, data) for claim in told.claims)
    other = DecisionTreeClassifier(max_depth=1).fit(data.X, model.predict(data.X))
    assert not all(claim.holds(other, data) for claim in told.claims[:2])
    assert not told.claims[0].holds(us.network(us.train(data, epochs=1)), data)


def test_a_slow_model_is_asked_for_a_sample_and_says_so():
    class Slow:
        classes_ = np.array([0, 1])

        def predict(self, X):
            time.sleep(len(X) / 1000)
            return (X[:, 0] > 0).astype(int)

    rng = np.random.default_rng(0)
    data = us.Dataset(rng.normal(size=(50_000, 3)), np.arange(50_000) % 2)
    began = time.monotonic()
    first = us.explain(Slow(), data, length="brief").claims[0].text
    assert re.search(r"to [\d,]+ of the 50,000 points, a sample of each class, as it is", first)
    assert time.monotonic() - began < 30


def test_what_does_not_fit_is_refused():
    model, data = case(1)
    with pytest.raises(InvalidInput, match="from 0 to 69"):
        us.explain(model, data, point=70)
    with pytest.raises(InvalidInput, match="window must be"):
        us.explain(model, data, window=(0, 1))

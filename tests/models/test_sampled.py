"""Models without layers, asked point by point, against what they are known to be."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pandas
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.compose import make_column_transformer
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

import unitscope as us
from unitscope.errors import InvalidInput, UnsupportedModel
from unitscope.looking import Ended, looked_at
from unitscope.models.sampled import SampledClassifier, sampled

LAB = us.datasets.lab()
NAMES = np.array(["d", "c", "b", "a"])
Y = NAMES[LAB.y]
TREE = DecisionTreeClassifier(random_state=0).fit(LAB.X, Y)
GIVEN = us.Dataset(LAB.X, Y)


class Hidden:
    """Any model, behind a class that nobody knows."""

    def __init__(self, model: Any, **also: Any) -> None:
        self.classes_ = model.classes_
        self.predict = model.predict
        vars(self).update(also)


class Answering:
    """Two classes by the first feature, as `answer` has it."""

    classes_ = np.array(["no", "yes"])

    def __init__(self, answer: Any = None) -> None:
        self.answer = answer

    def predict_proba(self, X: np.ndarray) -> Any:
        yes = 1 / (1 + np.exp(-X[:, 0]))
        chances = np.column_stack([1 - yes, yes])
        return chances if self.answer is None else self.answer(X, chances)


def asked(model: Any, X: Any = None) -> SampledClassifier:
    found = sampled(model, X)
    assert found is not None
    return found


def test_answers_are_the_models_own() -> None:
    model = asked(TREE)
    assert model.class_names == ("a", "b", "c", "d") and model.n_features == 2
    assert (model.labels[model.predict(LAB.X)] == TREE.predict(LAB.X)).all()
    assert (model.probabilities(LAB.X) == TREE.predict_proba(LAB.X)).all()
    turned = model.reordered([3, 1, 0, 2])
    assert turned.class_names == ("d", "b", "a", "c")
    assert (turned.labels[turned.predict(LAB.X)] == TREE.predict(LAB.X)).all()
    assert (turned.probabilities(LAB.X) == TREE.predict_proba(LAB.X)[:, [3, 1, 0, 2]]).all()


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 5))
def test_where_a_tree_changes_its_answer_is_where_its_thresholds_are(seed: int, k: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(60, 1)), rng.permutation(np.arange(60) % k)
    tree = DecisionTreeClassifier(max_depth=3, random_state=0).fit(x, y)
    found = us.intervals(tree, (-4.0, 4.0))
    cuts = np.sort(tree.tree_.threshold[tree.tree_.feature == 0])
    ends = np.array([-4.0, *cuts, 4.0])
    answers = tree.predict((ends[:-1, None] + ends[1:, None]) / 2)
    changes = cuts[answers[1:] != answers[:-1]]
    wide = np.diff(ends).min() > 2 * 8 / 4096  # narrower pieces may lie between two places
    if wide:
        assert len(found.boundary) == len(changes)
        assert np.abs(found.boundary - changes).max(initial=0.0) < 1e-6  # it rounds to float32
    assert not found.exact and len(found.regions) == 0
    middles = found.cells.mean(axis=1, keepdims=True)
    assert (tree.predict(middles) == found.labels).all()


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 4))
def test_a_hidden_linear_model_has_the_regions_of_its_network(seed: int, k: int) -> None:
    rng = np.random.default_rng(seed)
    y = np.arange(80) % k
    data = us.Dataset(rng.normal(size=(80, 2)) + 2.0 * np.eye(k, 2)[y], y)
    linear = LogisticRegression().fit(data.X, data.y)
    exact, part = us.partition(linear, data), us.partition(Hidden(linear), data)
    assert exact.exact and not part.exact and len(part.regions) == 0
    assert np.abs(exact.share - part.share).max() < 1e-3
    far = exact.margin(data.X).distance
    near = np.abs(part.margin(data.X).distance - far)
    assert (near[far < 1e9] <= part.error_bound).all()


@pytest.mark.usefixtures("never_slow")
def test_neighbours_have_the_regions_of_brute_force() -> None:
    rng = np.random.default_rng(5)
    data = us.Dataset(rng.normal(size=(40, 2)), np.arange(40) % 3)
    part = us.partition(KNeighborsClassifier(1).fit(data.X, data.y), data)
    low, high = np.array(part.window).T
    places = rng.uniform(low, high, (4000, 2))
    away = ((places[:, None] - data.X[None]) ** 2).sum(axis=2)
    truth = data.y[away.argmin(axis=1)]
    found = part.cells.label[part.locate_cells(places)]
    assert np.mean(found != truth) < 0.01
    assert np.abs(part.share - np.bincount(truth, minlength=3) / 4000).max() < 0.03


@pytest.mark.usefixtures("never_slow")
def test_more_features_are_seen_on_a_plane() -> None:
    rng = np.random.default_rng(1)
    X = rng.normal(size=(200, 5))
    tree = DecisionTreeClassifier(random_state=0).fit(X, X[:, 3] * X[:, 1] > 0)
    data = us.Dataset(X, X[:, 3] * X[:, 1] > 0)
    plane = us.Plane.best(tree, data)
    assert set(np.flatnonzero(np.abs(plane.basis).sum(axis=0))) == {1, 3}
    shown = us.partition(tree, data, plane=plane)
    places = rng.uniform(*np.array(shown.window).T, (300, 2))
    assert (shown.net.predict(places) == tree.predict(plane.points(places))).all()
    title = us.plot.decision_regions(tree, data).get_title()
    agrees = int(plane.agrees(tree, X).sum())
    assert f"agrees with the model at {agrees} of 200 points" in title
    assert "sampled: asked at 129 x 129 places" in title
    with pytest.raises(UnsupportedModel, match="no units"):
        us.Plane.units(tree, data)


@pytest.mark.usefixtures("never_slow")
def test_a_picture_of_one_feature_has_the_trees_thresholds() -> None:
    tree = DecisionTreeClassifier(max_depth=2, random_state=0).fit(LAB.X[:, :1], LAB.y)
    ax = us.plot.decision_regions(tree, us.Dataset(LAB.X[:, :1], LAB.y))
    assert "sampled: asked at 4,097 places" in ax.get_title()
    texts = {text.get_text() for text in ax.texts if text.get_gid() == "boundary value"}
    changes = us.intervals(tree, us.Dataset(LAB.X[:, :1], LAB.y)).boundary
    assert texts and texts <= {f"{value:.3g}" for value in changes}


def test_rows_with_texts_are_asked_behind_the_steps_that_read_them() -> None:
    rng = np.random.default_rng(2)
    kind = np.array(["red", "blue"])[rng.integers(0, 2, 90)]
    frame = pandas.DataFrame({"kind": kind, "size": rng.normal(size=90)})
    y = np.where((kind == "red") & (frame["size"] > 0), "in", "out")
    steps = make_column_transformer((OneHotEncoder(), ["kind"]), (StandardScaler(), ["size"]))
    pipe = make_pipeline(steps, DecisionTreeClassifier(random_state=0)).fit(frame, y)
    model = asked(pipe, frame)
    data = model.dataset(frame, y)
    assert data.feature_names == (
        "onehotencoder__kind_blue",
        "onehotencoder__kind_red",
        "standardscaler__size",
    )
    assert (model.labels[model.predict(data.X)] == pipe.predict(frame)).all()
    assert "ColumnTransformer applied to the data before" in model.understood
    assert us.plot.decision_regions(pipe, (frame, y)).get_title()
    numbers = frame[["size"]].assign(twice=2 * frame["size"])
    tree = DecisionTreeClassifier().fit(numbers, y)
    assert asked(tree, numbers).feature_names == ("size", "twice")  # and no warning of names


ROWS = np.random.default_rng(0).normal(size=(30, 2))
TWO = us.Dataset(ROWS, Answering.classes_[np.arange(30) % 2])


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda X, p: p[:, :1], "4 rows of 2 probabilities"),
        (lambda X, p: np.where(X[:, :1] > 0, np.nan, p), "which sum to 1. Got nan"),
        (lambda X, p: 2 * p, r"Got a sum of 2"),
        (lambda X, p: p - [[1.0, -1.0]], r"Got -"),
        (lambda X, p: 1 / 0, "Got ZeroDivisionError: division by zero"),
        (lambda X, p: p[:-1], "rows of 2 probabilities"),
        (lambda X, p: np.random.default_rng().dirichlet((1, 1), len(X)), "each time. Got another"),
        (lambda X, p: np.roll(p, 1, axis=0), "each time. Got another"),
        (lambda X, p: p.astype(str), "Got others, of dtype"),
    ],
)
def test_strange_answers_are_refused_in_words(answer: Any, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        us.partition(Answering(answer), TWO)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (["no"], "one label to each row"),
        (lambda X: np.full(len(X), "maybe"), r"one of model\.classes_\. Got .*maybe"),
        (lambda X: [[1, 2]] * len(X), "one label to each row"),
        (lambda X: [{}] * len(X), "Got TypeError"),
    ],
)
def test_strange_labels_are_refused_in_words(labels: Any, message: str) -> None:
    model = Answering()
    model.predict = labels if callable(labels) else lambda X: labels  # type: ignore[attr-defined]
    with pytest.raises(InvalidInput, match=message):
        us.partition(model, TWO)


def test_a_model_that_writes_into_its_rows_writes_into_copies() -> None:
    def spoil(X: np.ndarray, p: np.ndarray) -> np.ndarray:
        X[:] = 0.0
        return p

    part = us.partition(Answering(spoil), TWO)
    assert part.share == pytest.approx(us.partition(Answering(), TWO).share)
    assert (TWO.X == ROWS).all()


def test_a_slow_model_is_asked_less_and_can_be_ended() -> None:
    rows = []

    def slow(X: np.ndarray, p: np.ndarray) -> np.ndarray:
        rows.append(len(X))
        time.sleep(len(X) / 2000)
        return p

    part = us.partition(Answering(slow), TWO)
    assert sum(rows) < 9000 and max(rows) < 1000  # each call takes about a quarter of a second
    assert part.error_bound > us.partition(Answering(), TWO).error_bound

    def end() -> None:
        raise Ended

    with pytest.raises(Ended), looked_at(end):
        us.partition(Answering(), TWO)


def test_a_model_that_is_slow_the_first_time_only_is_not_slow() -> None:
    waits = [0.4]

    def lazy(X: np.ndarray, p: np.ndarray) -> np.ndarray:
        time.sleep(waits.pop() if waits else 0.0)
        return p

    model = asked(Answering(lazy), ROWS)
    assert model.affordable(129 * 129, ROWS) > 1000


def test_what_needs_units_says_which_doors_are_open(tmp_path: Any) -> None:
    for model in (TREE, Hidden(TREE)):
        for door in (
            lambda one: us.network(one),
            lambda one: us.plot.hidden_layer(one, GIVEN),
            lambda one: us.plot.output_layer(one, GIVEN),
            lambda one: us.Scope(one, GIVEN),
            lambda one: us.export_html(one, tmp_path / "page.html", GIVEN),
            lambda one: us.export_code(one),
        ):
            with pytest.raises((InvalidInput, UnsupportedModel), match="has no units to show"):
                door(model)
    with pytest.raises(InvalidInput, match="of a network's units"):
        us.plot.decision_regions(TREE, GIVEN, activation_regions=True)
    with pytest.raises(InvalidInput, match="of a model that has predict_proba"):
        us.plot.decision_regions(SVC().fit(LAB.X, Y), GIVEN, probability=True)
    with pytest.raises(InvalidInput, match="knows its number of inputs"):
        us.partition(Answering())


def test_what_cannot_be_asked_stays_refused_as_it_was() -> None:
    with pytest.raises(UnsupportedModel, match="of several outputs"):
        us.partition(DecisionTreeClassifier().fit(LAB.X, LAB.X > 1), LAB)
    with pytest.raises(UnsupportedModel, match="fitted to one class"):
        us.partition(DecisionTreeClassifier().fit(LAB.X, 0 * LAB.y), LAB)
    with pytest.raises(UnsupportedModel, match="knows no classes"):
        us.partition(DecisionTreeClassifier(), LAB)
    with pytest.raises(InvalidInput, match="of the classes a, b, c, d"):
        us.partition(TREE, us.Dataset(LAB.X, np.where(Y == "a", "z", Y)))

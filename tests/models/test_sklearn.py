"""from_sklearn: random models of every kind that is read, beside scikit-learn's own predictions."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas
import pytest
from same_answers import assert_close, assert_same_classes
from sklearn import (
    compose,
    decomposition,
    discriminant_analysis,
    ensemble,
    feature_selection,
    impute,
    linear_model,
    model_selection,
    multioutput,
    naive_bayes,
    neural_network,
    preprocessing,
    svm,
)
from sklearn.pipeline import Pipeline, make_pipeline

import unitscope as us
from thorough import few
from unitscope.errors import InvalidInput, UnsupportedModel

SEEDS = range(few(32, 300))
LABELS = (["b", "a", "c", "d"], [3, 1, 7, -2], [False, True], [1.0, 0.0, 2.0], [0, 1, 2, 3])


def choice(rng: np.random.Generator, options: list[Any]) -> Any:
    return options[rng.integers(len(options))]


def random_classifier(rng: np.random.Generator) -> Any:
    hidden = tuple(rng.integers(1, 6, size=rng.integers(0, 3)).tolist())
    activation = choice(rng, ["identity", "logistic", "tanh", "relu"])
    loss = choice(rng, ["hinge", "log_loss", "modified_huber", "squared_error"])
    intercept = bool(rng.integers(2))
    makers = [
        lambda: neural_network.MLPClassifier(hidden, activation=activation, max_iter=5),
        lambda: linear_model.LogisticRegression(max_iter=20, fit_intercept=intercept),
        lambda: linear_model.RidgeClassifier(fit_intercept=intercept),
        lambda: svm.LinearSVC(max_iter=50, fit_intercept=intercept),
        lambda: linear_model.SGDClassifier(loss, max_iter=5, tol=None),
        lambda: linear_model.Perceptron(max_iter=5, tol=None),
        lambda: discriminant_analysis.LinearDiscriminantAnalysis(),
    ]
    return choice(rng, makers)()


def random_steps(rng: np.random.Generator, features: int) -> list[Any]:
    yes, no = (bool(one) for one in rng.integers(2, size=2))
    makers = [
        lambda: preprocessing.StandardScaler(with_mean=yes, with_std=no),
        lambda: preprocessing.MinMaxScaler((-1, 2)),
        lambda: preprocessing.MaxAbsScaler(),
        lambda: preprocessing.RobustScaler(with_centering=yes, with_scaling=no),
        lambda: decomposition.PCA(2, whiten=yes),
        lambda: decomposition.TruncatedSVD(2),
        lambda: preprocessing.PolynomialFeatures(1, include_bias=yes),
        lambda: preprocessing.PolynomialFeatures(2),
        lambda: impute.SimpleImputer(),
        lambda: preprocessing.MinMaxScaler(clip=True),
        lambda: feature_selection.VarianceThreshold(),
        lambda: "passthrough",
    ]
    steps = [choice(rng, makers)() for _ in range(rng.integers(0, 4))]
    if rng.integers(3) == 0:
        inner = choice(rng, makers[:4])()
        parts = [("a", inner, [0, 2]), ("b", "drop", [1]), ("c", "passthrough", slice(0, 1))]
        steps.insert(0, compose.ColumnTransformer(parts, remainder=choice(rng, ["drop", inner])))
    return steps


@pytest.mark.parametrize("seed", SEEDS)
def test_a_random_model_and_its_network_agree(seed: int) -> None:
    rng = np.random.default_rng(seed)
    features = int(rng.integers(4, 6))
    X = rng.normal(rng.normal(0, 3, features), rng.uniform(0.5, 4, features), (60, features))
    labels = choice(rng, list(LABELS))
    labels = labels[: rng.integers(2, len(labels) + 1)]
    y = np.array(labels)[np.arange(60) % len(labels)]
    model = make_pipeline(*random_steps(rng, features), random_classifier(rng))
    if rng.integers(2):
        X = pandas.DataFrame(X, columns=[f"column {i}" for i in range(features)])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # not converged
        model.fit(X, y)
    net = us.network(model)
    new = X.sample(40, random_state=seed) if hasattr(X, "sample") else X[:40] + 0.1
    logits = net.logits(net.points(new))
    last = model[-1]
    if hasattr(last, "decision_function"):
        scores = model.decision_function(new)
        ours = logits if scores.ndim == 2 else logits[:, 1] - logits[:, 0]
        assert_close(ours, scores)
    if net.understood.startswith("logits"):
        assert_close(net.probabilities(net.points(new)), model.predict_proba(new))
    assert_same_classes(net.labels[logits.argmax(axis=1)], model.predict(new), logits)
    data = net.dataset(X, y)
    assert (net.labels[data.y] == y).all() and data.n_classes == net.n_classes


X = np.random.default_rng(0).normal(2.0, 1.5, (60, 3))
Y = np.array(["no", "yes"])[(X[:, 0] > 2.0).astype(int)]


def test_the_ways_of_a_logistic_regression_are_told_apart() -> None:
    labels = np.arange(60) % 3
    several = linear_model.SGDClassifier("log_loss").fit(X, labels)
    assert "own probabilities are not their softmax" in us.from_sklearn(several).understood
    two = linear_model.LogisticRegression(solver="liblinear").fit(X, Y)
    assert us.from_sklearn(two).understood == "logits; 2 classes"
    assert us.from_sklearn(two).class_names == ("no", "yes")


def test_a_tie_is_given_to_the_same_class() -> None:
    model = linear_model.LogisticRegression().fit(X, Y)
    model.coef_[:], model.intercept_[:] = [[1.0, 0.0, 0.0]], -2.0
    tie = np.array([[2.0, 5.0, 1.0]])
    assert us.from_sklearn(model).predict(tie)[0] == 0 and model.predict(tie)[0] == "no"


def table_of_birds() -> tuple[Any, np.ndarray]:
    rng = np.random.default_rng(1)
    frame = pandas.DataFrame(X, columns=["bill", "wing", "mass"])
    frame.loc[3, "wing"] = np.nan
    frame["isle"] = rng.choice(["Torgersen", "Biscoe", "Dream"], 60)
    frame["sex"] = rng.choice(["f", "m"], 60)
    return frame, Y


def pipeline_of_birds() -> Pipeline:
    numbers = make_pipeline(impute.SimpleImputer(), preprocessing.StandardScaler())
    columns = compose.ColumnTransformer(
        [
            ("numbers", numbers, ["bill", "wing"]),
            ("texts", preprocessing.OneHotEncoder(drop="if_binary"), ["isle", "sex"]),
            ("rest", "passthrough", ["mass"]),
        ]
    )
    return make_pipeline(columns, neural_network.MLPClassifier((4,), max_iter=30, random_state=0))


@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
def test_a_table_with_categories_and_gaps_is_read_over_its_own_units() -> None:
    frame, labels = table_of_birds()
    model = pipeline_of_birds().fit(frame, labels)
    net = us.network(model)
    assert net.feature_names == (
        *("bill", "wing", "isle_Biscoe", "isle_Dream", "isle_Torgersen", "sex_m", "mass"),
    )
    assert "SimpleImputer, OneHotEncoder applied to the data before" in net.understood
    data = net.dataset(frame, labels)
    assert np.array_equal(data.X[:3, 0], frame["bill"][:3])  # in its own units
    assert_close(net.probabilities(data.X), model.predict_proba(frame))
    again = net.dataset(us.Dataset(data.X, labels, feature_names=net.feature_names))
    assert np.array_equal(again.X, data.X)
    with pytest.raises(InvalidInput, match="rows that the model's own steps take"):
        net.points(frame.drop(columns="sex"))


def test_labels_become_the_models_classes() -> None:
    labels = np.array([5, 2, 9])[np.arange(60) % 3]
    net = us.from_sklearn(svm.LinearSVC().fit(X, labels))
    data = net.dataset(X[:3], [9, 9, 5])
    assert data.y.tolist() == [2, 2, 1] and data.class_names == ("2", "5", "9")
    own = us.Dataset(X[:3], ["9", "5", "9"], class_names=["9", "5"])
    assert net.dataset(own).y.tolist() == [2, 1, 2]
    with pytest.raises(InvalidInput, match=r"of the classes 2, 5, 9\. Got 4"):
        net.dataset(X[:3], [4, 2, 2])


def test_a_search_is_read_as_the_best_it_found() -> None:
    search = model_selection.GridSearchCV(
        make_pipeline(preprocessing.StandardScaler(), linear_model.LogisticRegression()),
        {"logisticregression__C": [0.1, 1.0]},
    ).fit(X, Y)
    assert (us.from_sklearn(search).labels[us.from_sklearn(search).predict(X)] == Y).mean() > 0.9


class OwnRegression(linear_model.LogisticRegression):
    pass


@pytest.mark.parametrize(
    ("model", "kind", "words"),
    [
        (
            lambda: linear_model.LogisticRegression(),
            InvalidInput,
            r"fitted.*fit\(X, y\) comes first",
        ),
        (lambda: ensemble.RandomForestClassifier(3).fit(X, Y), UnsupportedModel, "RandomForest"),
        (lambda: naive_bayes.GaussianNB().fit(X, Y), UnsupportedModel, "Got GaussianNB"),
        (lambda: svm.SVC().fit(X, Y), UnsupportedModel, "Got SVC"),
        (lambda: OwnRegression().fit(X, Y), UnsupportedModel, "OwnRegression, a class that is not"),
        (
            lambda: linear_model.LinearRegression().fit(X, X[:, 0]),
            UnsupportedModel,
            "LinearRegression, which knows no classes",
        ),
        (
            lambda: linear_model.RidgeClassifier().fit(X, X > 2.0),
            UnsupportedModel,
            "several labels a point",
        ),
        (
            lambda: multioutput.MultiOutputClassifier(svm.LinearSVC()).fit(X, X > 2.0),
            UnsupportedModel,
            "of several outputs",
        ),
        (
            lambda: make_pipeline(preprocessing.StandardScaler()).fit(X),
            UnsupportedModel,
            "StandardScaler, which predicts nothing",
        ),
        (lambda: "model", InvalidInput, "a str"),
    ],
)
def test_what_is_no_dense_classifier_is_refused_in_words(model: Any, kind: Any, words: str) -> None:
    with pytest.raises(kind, match=words):
        us.from_sklearn(model())


def test_weights_that_are_no_numbers_are_refused() -> None:
    model = linear_model.LogisticRegression().fit(X, Y)
    model.coef_[0, 0] = np.nan
    with pytest.raises(InvalidInput, match=r"finite numbers, those of LogisticRegression.*Got nan"):
        us.from_sklearn(model)

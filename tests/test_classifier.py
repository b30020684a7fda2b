"""us.Classifier keeps the contract of scikit-learn's estimators, and has our run behind it."""

from __future__ import annotations

import contextlib
import inspect
import pickle
import subprocess
import sys
from unittest import SkipTest

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.compose import make_column_transformer
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

import unitscope as us
from unitscope.errors import InvalidInput

IRIS = us.datasets.iris()
NAMES = np.array(["setosa", "versicolor", "virginica"])


@parametrize_with_checks([us.Classifier(), us.Classifier((8, 8), epochs=60, learning_rate=0.02)])
def test_it_is_an_estimator(estimator, check):
    with contextlib.suppress(SkipTest):  # what is about arrays of other libraries
        check(estimator)


def test_its_settings_are_those_of_a_recipe():
    settings = dict(inspect.signature(us.Classifier).parameters)
    assert {name: one.default for name, one in settings.items()} == {
        name: one.default for name, one in inspect.signature(us.Recipe).parameters.items()
    } | {"validation": None, "early_stopping": None}
    assert clone(us.Classifier(3, l2=0.1)).get_params() == us.Classifier(3, l2=0.1).get_params()


def test_it_trains_as_train_does():
    ours = us.Classifier((8,), epochs=40, seed=3).fit(IRIS.X, NAMES[IRIS.y])
    run = us.train(us.Dataset(IRIS.X, NAMES[IRIS.y]), hidden=(8,), epochs=40, seed=3)
    assert ours.run_ == run
    assert ours.classes_.tolist() == NAMES.tolist()
    assert ours.predict(IRIS.X).tolist() == run.predict(IRIS.X).tolist()
    assert ours.score(IRIS.X, NAMES[IRIS.y]) == run.accuracy[-1]
    assert pickle.loads(pickle.dumps(ours)).run_ == run
    held = us.Classifier((8,), epochs=400, validation=0.3, early_stopping=5).fit(IRIS.X, IRIS.y)
    assert held.run_.data.n_points == 105 and held.run_.epochs < 400


def test_in_a_pipeline_a_search_and_a_cross_validation():
    y = IRIS.y + 1  # labels 1, 2, 3
    piped = make_pipeline(StandardScaler(), us.Classifier((8,), epochs=60, learning_rate=0.05))
    assert cross_val_score(piped, IRIS.X, y, cv=3).min() > 0.9
    grid = {"classifier__hidden": [(), (8,)], "classifier__seed": [0, 1]}
    search = GridSearchCV(piped, grid, cv=3, scoring="roc_auc_ovr").fit(IRIS.X, y)
    assert search.best_score_ > 0.95
    assert set(search.predict(IRIS.X)) == {1, 2, 3}


FRAME = pd.DataFrame(
    {
        "island": np.repeat(["Biscoe", "Dream", "Torgersen"], 20),
        "length": np.linspace(0, 1, 60),
        "kind": np.repeat(["Adelie", "Gentoo", "Chinstrap"], 20),
    }
)


def test_a_frame_with_texts():
    X, y = FRAME[["island", "length"]], FRAME["kind"]
    found = us.Classifier((), epochs=100, learning_rate=0.1).fit(X, y)
    assert found.feature_names_in_.tolist() == ["island", "length"] and found.n_features_in_ == 2
    assert found.run_.data.feature_names[:2] == ("island = Biscoe", "island = Dream")
    assert found.score(X[["length", "island"]], y) == 1
    with pytest.raises(InvalidInput, match=r"Biscoe, Dream, Torgersen\. Got 'Skye'"):
        found.predict(X.assign(island="Skye"))
    with pytest.raises(InvalidInput, match="X must be a data frame with the columns island, len"):
        found.predict(found.run_.data.X)
    again = found.fit(found.run_.data.X, y)
    assert not hasattr(again, "feature_names_in_") and again.n_features_in_ == 4
    encoder = make_column_transformer((OneHotEncoder(), ["island"]), remainder="passthrough")
    assert make_pipeline(encoder, us.Classifier((), epochs=300)).fit(X, y).score(X, y) == 1


def test_settings_are_checked_by_fit():
    with pytest.raises(InvalidInput, match="hidden\\[0\\] must be a whole number of at least 1"):
        us.Classifier(0).fit(IRIS.X, IRIS.y)
    with pytest.raises(InvalidInput, match=r"at least 2 classes\. Got 1 class"):
        us.Classifier().fit(IRIS.X, np.ones(150))


def test_without_scikit_learn_it_says_what_to_install():
    code = """
import sys; sys.modules["sklearn"] = None
from unitscope import *
try: Classifier(3)
except errors.MissingDependency as missing: print(missing)
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == 'us.Classifier needs scikit-learn: pip install "unitscope[sklearn]"\n'


@pytest.fixture(scope="module")
def lab():
    data = us.datasets.lab()
    return us.Classifier(epochs=20).fit(data.X, data.y)


@pytest.mark.parametrize(
    "draw", [us.plot.decision_regions, us.plot.hidden_layer, us.plot.output_layer, us.plot.training]
)
def test_pictures_take_a_classifier(draw, lab):
    assert np.ravel(draw(lab)).size == np.ravel(draw(lab.run_)).size


def test_partition_and_words_take_a_run_and_a_classifier(lab):
    run = lab.run_
    expected = us.partition(run.network, run.data)
    assert us.partition(run) == us.partition(lab) == us.partition(lab, run) == expected
    assert us.plot.data(lab) is not None
    texts = [str(us.explain(*what, advice=False)) for what in ((lab,), (run,), (run, lab))]
    assert texts[0] == texts[1] == texts[2]


@pytest.mark.parametrize("of", [us.partition, us.explain, us.plot.decision_regions])
def test_what_is_no_network_is_refused_with_a_remedy(of, lab):
    rule = r"^net must be a Network, a Run or a fitted model\. Got "
    with pytest.raises(InvalidInput, match=rule + r"a Classifier instead\. Its fit\(X, y\) comes"):
        of(us.Classifier())
    with pytest.raises(InvalidInput, match="a Classifier that is not"):
        of(make_pipeline(us.Classifier()))
    with pytest.raises(InvalidInput, match=rule + r"a Dataset instead\. The network comes first"):
        of(lab.run_.data)
    for wrong in (None, "net", np.zeros((2, 4)), us.Network, object(), [lab], {}):
        with pytest.raises(InvalidInput, match=rule):
            of(wrong)

"""Words, pictures, regions, pages and code take a fitted model itself."""

from __future__ import annotations

import json
import logging
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import unitscope as us
from unitscope.errors import InvalidInput, UnsupportedModel

LAB = us.datasets.lab()
NAMES = np.array(["d", "c", "b", "a"])  # not in the order of the numbers
Y = NAMES[LAB.y]
MODEL = make_pipeline(StandardScaler(), LogisticRegression()).fit(LAB.X, Y)
NET = us.from_sklearn(MODEL)
GIVEN = us.Dataset(LAB.X, Y, class_names=NAMES.tolist())  # in an order of their own


def test_words_are_of_the_model_and_its_labels() -> None:
    told = us.explain(MODEL, LAB.X, Y)
    assert str(told) == str(us.explain(NET, NET.dataset(LAB.X, Y)))
    assert str(us.explain(MODEL, GIVEN)) == str(us.explain(MODEL, (LAB.X, Y))) == str(told)
    assert "read as: logits; StandardScaler folded in; 4 classes" in str(told)
    assert (MODEL.predict(LAB.X) == Y).all() and "All 100 points are right." in told.story
    assert "not trained yet" not in str(told)
    assert all(claim.holds(NET, NET.dataset(GIVEN)) for claim in told.claims)
    point = us.explain(MODEL, LAB.X, Y, point=0)
    assert str(MODEL.predict(LAB.X[:1])[0]) in str(point)


def test_regions_and_planes_are_those_of_its_network() -> None:
    data = NET.dataset(GIVEN)
    assert us.partition(MODEL, GIVEN) == us.partition(MODEL, (LAB.X, Y)) == us.partition(NET, data)
    window = ((-8.0, 8.0), (-8.0, 8.0))
    assert np.array_equal(us.partition(MODEL, window).share, us.partition(NET, window).share)
    assert us.Plane.best(MODEL, GIVEN) == us.Plane.best(NET, data)
    assert us.Plane.units(MODEL, GIVEN).agrees(MODEL, LAB.X).all()
    line = LogisticRegression().fit(LAB.X[:, :1], Y)
    assert us.intervals(line, (-5, 5)) == us.intervals(us.network(line), (-5, 5))


def test_pictures_have_the_models_classes() -> None:
    axes = us.plot.decision_regions(MODEL, GIVEN)
    assert {"a", "b", "c", "d"} <= {text.get_text() for text in axes.texts}
    assert us.plot.output_layer(MODEL, (LAB.X, Y)).shape == (4,)


def test_a_page_is_of_the_model_without_a_training(tmp_path: Path) -> None:
    page = us.export_html(MODEL, tmp_path / "model.html", (LAB.X, Y)).read_text(encoding="utf-8")
    found = re.search(r'id="unitscope-data">(.*?)</script>', page)
    assert found is not None
    first = json.loads(found[1])["first"]
    assert first["data"]["class_names"] == ["a", "b", "c", "d"] and first["run"]["epochs"] == [0]
    scope = us.Scope(MODEL, GIVEN)
    assert np.array_equal(scope.run.network.logits(LAB.X), NET.logits(LAB.X))
    assert scope.data.class_names == ("a", "b", "c", "d")
    scope.close()
    scope.run.save(tmp_path / "model.npz")
    again = us.Run.load(tmp_path / "model.npz")
    assert again == scope.run and "StandardScaler folded in" in str(us.explain(again))


def test_code_has_the_models_names() -> None:
    script: dict[str, Any] = {"__name__": "script"}
    exec(us.export_code(MODEL), script)
    assert script["predict"](LAB.X) == MODEL.predict(LAB.X).tolist()


def test_what_was_read_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    model = LogisticRegression().fit(LAB.X, Y)
    with caplog.at_level(logging.WARNING, "unitscope"):
        us.partition(model, GIVEN)
        us.explain(model, GIVEN)
    assert [record.getMessage() for record in caplog.records] == [
        "unitscope: of the model: logits; 4 classes."
    ]


def test_what_is_ours_is_accepted_as_a_model() -> None:
    run = us.train(GIVEN, epochs=20)
    found = us.network(run)
    assert found == run.network and us.network(run.network) == run.network
    assert us.network(found) is found
    assert found.class_names == ("d", "c", "b", "a") and found.labels.tolist() == NAMES.tolist()
    assert found.dataset(LAB.X, Y) == GIVEN
    assert str(us.explain(run.network, LAB.X, LAB.y)) == str(us.explain(run.network, LAB))
    frame = pandas.DataFrame(LAB.X, columns=["width", "height"])
    pipe = make_pipeline(StandardScaler(), us.Classifier(epochs=50)).fit(frame, Y)
    read = us.network(pipe)
    assert read.understood == "logits; StandardScaler folded in; 4 classes"
    assert read.feature_names == ("width", "height")
    assert np.abs(read.probabilities(LAB.X) - pipe.predict_proba(frame)).max() < 1e-6


def test_what_cannot_be_read_is_refused_in_words() -> None:
    with pytest.raises(InvalidInput, match="must be fitted"):
        us.partition(LogisticRegression(), LAB)
    with pytest.raises(UnsupportedModel, match="StandardScaler, which predicts nothing"):
        us.explain(StandardScaler().fit(LAB.X), LAB)
    with pytest.raises(InvalidInput, match=r"of the classes a, b, c, d\. Got"):
        us.explain(MODEL, LAB.X, np.where(Y == "a", "z", Y))
    with pytest.raises(InvalidInput, match="y must be left out with data that have labels"):
        us.explain(MODEL, GIVEN, Y)
    with pytest.raises(InvalidInput, match="data must be the points of the labels y"):
        us.explain(MODEL, y=Y)
    with pytest.raises(InvalidInput, match=r"data must be a Dataset or a Run\. Got None"):
        us.Scope(MODEL)
    with pytest.raises(InvalidInput, match="data must be left out with a Run"):
        us.Scope(us.train(LAB, epochs=1), LAB)

"""The settings of a training go to the page and come back; hostile ones are refused."""

import json
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import unitscope as us
from unitscope.errors import InvalidInput
from unitscope.export.page import page_text
from unitscope.page.answers import first, reply
from unitscope.page.jobs import Job
from unitscope.page.training import Training
from unitscope.wire.from_wire import (
    data_from_wire,
    floats_from_wire,
    recipe_from_wire,
)
from unitscope.wire.shown import Shown
from unitscope.wire.to_wire import claims_to_wire, data_to_wire, run_to_wire, shown_to_wire

NAMED = us.Dataset([[0.0, 1.0], [3.0, 1.0], [0.0, 2.0]], [2, 1, 2])
LAB = us.datasets.lab()
FLOAT32 = us.Dataset(LAB.X.astype(np.float32).astype(float), LAB.y)
STOPPED = us.train(FLOAT32, validation=0.2, early_stopping=5, learning_rate=0.1, seed=3)


def asked_again(run):
    """A request for the training that a run's first screen shows."""
    scene = run_to_wire(run, course=False)
    return {
        "kind": "train",
        "id": 1,
        "data": shown_to_wire(Shown.of(run)),
        "recipe": scene["recipe"],
        "early_stopping": scene["early_stopping"],
    }


def floats(text):
    return floats_from_wire("numbers", text, len(text) * 3 // 16)


@settings(max_examples=25, deadline=None)
@given(
    share=st.sampled_from([None, 0.1, 0.3, 0.5]),
    patience=st.none() | st.integers(1, 6),
    scale=st.sampled_from([True, False, "auto"]),
    weight=st.sampled_from([None, "balanced", {"c1": 3.0, "c3": 0.0}]),
    penalty=st.sampled_from([0.0, 0.01]),
    seed=st.integers(0, 9),
)
def test_the_page_trains_a_shown_run_again_to_the_bit(
    share, patience, scale, weight, penalty, seed
):
    recipe = dict(standardize=scale, class_weight=weight, l2=penalty, seed=seed, epochs=25)
    patience = patience if share else None
    data = us.Dataset(1024 * FLOAT32.X, LAB.y)  # whose scale is not left as it is
    run = us.train(data, validation=share, early_stopping=patience, **recipe)
    again, stopped = Training.from_wire(asked_again(run)).run(Job({"id": 1}))
    assert stopped is None
    for one, other in ((run, again), (run.validation, again.validation)):
        assert (one is None) is (other is None)
        if one is not None:
            assert one.loss.tobytes() == other.loss.tobytes()
            assert one.accuracy.tobytes() == other.accuracy.tobytes()
    assert again.weights.tobytes() == run.weights.tobytes()
    assert (again.scaling is None) == (run.scaling is None)


def test_points_held_out_are_shown_after_those_that_were_trained_on():
    assert STOPPED.epochs < len(STOPPED.validation.loss) < 200
    for scene in (first(STOPPED), file_of(STOPPED)["first"]):
        data, held_out = data_from_wire(scene["data"])
        assert held_out.tolist() == [False] * 80 + [True] * 20
        assert data.where(~held_out) == STOPPED.data
        assert data.where(held_out) == STOPPED.validation.data
        sent = scene["run"]
        assert sent["epochs"] == list(range(STOPPED.epochs + 1))
        assert floats(sent["test_loss"]) == pytest.approx(STOPPED.validation.loss)
        assert floats(sent["test_accuracy"]) == pytest.approx(STOPPED.validation.accuracy)
        assert sent["early_stopping"] == 5


def file_of(run):
    return json.loads(re.search(r'id="unitscope-data">(.*?)</script>', page_text(run))[1])


def test_a_sample_has_points_of_both_sides(monkeypatch):
    monkeypatch.setitem(us.wire.limits.LIMITS, "points", 50)
    shown = Shown.of(STOPPED)
    assert shown.data.n_points == 50 and shown.count == 100
    assert (shown.test.counts > 0).all() and (shown.fitted.counts > 0).all()
    assert {tuple(x) for x in shown.fitted.X} <= {tuple(x) for x in STOPPED.data.X}
    text = first(STOPPED)["claims"][0]["text"]
    assert "those trained on among 50 of 100 points" in text
    assert "trained on 80 of them" in text


@pytest.mark.parametrize("kind", ["train", "explain"])
def test_what_is_said_is_of_the_points_trained_on_wherever_they_stand(kind):
    """Numbers in sentences count these points; what a sentence is about is a row of the page."""
    held_out = np.random.default_rng(0).random(100) < 0.3
    shown = Shown(FLOAT32, held_out)
    run = us.train(shown.fitted, epochs=25, validation=shown.test)
    story = {"run": run} if kind == "train" else {}
    claims = claims_to_wire(run.network, shown, **story)
    rows, numbered = np.flatnonzero(~held_out), 0
    for claim in claims:
        points = [ref["point"] for ref in claim["about"] if "point" in ref]
        assert not held_out[points].any()
        if named := re.match(r"[Pp]oint (\d+) ", claim["text"]):
            numbered += 1
            assert rows[int(named[1])] in points
    assert numbered > 2
    right = (run.network.predict(shown.fitted.X) == shown.fitted.y).sum()
    assert any(f"{right} of {len(rows)} points" in claim["text"] for claim in claims)
    fares = [claim["text"] for claim in claims if "validation points" in claim["text"]]
    assert bool(fares) is (kind == "train")


def test_seeds_stop_early_as_trainings_do():
    asked = {**asked_again(STOPPED), "kind": "seeds", "seeds": 3, "first": 2}
    asked["recipe"] = {**asked["recipe"], "epochs": 60}
    weights = floats(reply(asked)["weights"]).reshape(3, -1)
    for seed, row in enumerate(weights, start=2):
        alone = us.train(
            STOPPED.data,
            us.Recipe(epochs=60, learning_rate=0.1, seed=seed, standardize=False),
            validation=STOPPED.validation.data,
            early_stopping=5,
        )
        assert row.tobytes() == alone.weights[-1].tobytes()


@pytest.mark.parametrize("kind", ["train", "seeds", "export"])
@pytest.mark.parametrize("value", [0, -1, 1.5, "5", True, [5], 10**9])
def test_a_patience_that_is_none_is_refused(kind, value):
    asked = {**asked_again(STOPPED), "kind": kind, "what": "run", "early_stopping": value}
    assert reply(asked)["message"].startswith("early_stopping must be a whole number")


def test_stopping_early_without_points_held_out_is_refused():
    asked = {**asked_again(us.train(NAMED, epochs=1)), "early_stopping": 3}
    assert reply(asked)["message"].startswith("early_stopping must be given with points held out")


def test_a_fixed_scale_goes_with_the_points():
    for data in (us.datasets.lab(), NAMED):
        assert data_from_wire(data_to_wire(data))[0].fixed_scale == data.fixed_scale


@pytest.mark.parametrize(
    "value", ["all", {}, [], [1.0] * 21, [-1.0], [float("nan")], ["1"], [True], 3, [[1.0]]]
)
def test_weights_of_classes_that_are_none_are_refused(value):
    with pytest.raises(InvalidInput, match="class_weight"):
        recipe_from_wire({"class_weight": value})


@pytest.mark.parametrize("value", ["yes", 1, None, [], {}])
def test_a_scale_that_is_none_is_refused(value):
    with pytest.raises(InvalidInput, match="standardize"):
        recipe_from_wire({"standardize": value})
    with pytest.raises(InvalidInput, match="fixed_scale"):
        data_from_wire(data_to_wire(NAMED) | {"fixed_scale": value})


def test_weights_of_more_classes_than_there_are_are_refused():
    asked = {"data": data_to_wire(NAMED), "recipe": {"class_weight": [1.0, 2.0, 3.0]}}
    with pytest.raises(InvalidInput, match="class_weight must be of the data"):
        Training.from_wire(asked)

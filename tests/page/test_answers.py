"""Requests of the page: what comes back, and that no message raises or gets past the limits."""

from __future__ import annotations

import base64
import json
import random

import numpy as np
import pytest

import unitscope as us
from thorough import few
from unitscope.explanation.explain import FOLDED
from unitscope.networks import Network
from unitscope.page import answers
from unitscope.page.jobs import Cancelled, Job
from unitscope.wire.from_wire import data_from_wire
from unitscope.wire.to_wire import data_to_wire, network_to_wire, run_to_wire


def wire(data: us.Dataset, held: np.ndarray | None = None) -> dict:
    return dict(data_to_wire(data, held))


def training(**changes) -> dict:
    recipe = {"hidden": [2], "activation": "relu", "epochs": 20, "seed": 3} | changes.pop(
        "recipe", {}
    )
    return {
        "id": 7,
        "kind": "train",
        "data": wire(us.datasets.lab()),
        "recipe": recipe,
        "course": False,
    } | changes


def decoded(text: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), "<f4")


def test_a_training_is_the_librarys_own():
    answer = answers.reply(training())
    run = us.train(us.datasets.lab(), epochs=20, seed=3)
    assert answer["kind"] == "trained" and answer["id"] == 7
    assert decoded(answer["run"]["weights"]).reshape(21, -1) == pytest.approx(run.weights, abs=1e-5)
    assert decoded(answer["run"]["loss"]) == pytest.approx(run.loss, abs=1e-5)
    assert decoded(answer["run"]["accuracy"]) == pytest.approx(run.accuracy, abs=1e-6)
    assert answer["run"]["epochs"] == list(range(21)) and not answer["run"]["course"]


def test_the_courses_start_is_taken_where_it_fits_and_said():
    recipe = {"hidden": [2], "activation": "relu", "epochs": 200, "batch_size": 32, "seed": 0}
    fits = answers.reply(training(course=True, recipe=recipe))["run"]
    own = us.lab.run()
    assert fits["course"] and decoded(fits["loss"]) == pytest.approx(own.loss, abs=1e-4)
    other = answers.reply(training(course=True, recipe={"hidden": [3]}))["run"]
    assert not other["course"]


def test_test_points_are_not_trained_on():
    data, held = us.datasets.lab(), np.arange(100) < 30
    run = answers.reply(training(data=wire(data, held)))["run"]
    alone = us.train(us.Dataset(data.X[30:], data.y[30:], data.class_names), epochs=20, seed=3)
    assert decoded(run["loss"]) == pytest.approx(alone.loss, abs=1e-5)
    right = (alone.network.predict(data.X[:30]) == data.y[:30]).mean()
    assert decoded(run["test_accuracy"])[-1] == pytest.approx(right)
    own = -np.log(alone.network.probabilities(data.X[:30])[np.arange(30), data.y[:30]]).mean()
    assert decoded(run["test_loss"])[-1] == pytest.approx(own, rel=1e-4)


def test_a_training_that_diverges_says_why_and_gives_what_was_finite():
    run = answers.reply(training(recipe={"optimizer": "sgd", "learning_rate": 1e30}))["run"]
    assert "must stay finite" in run["stopped"]
    assert (
        np.isfinite(decoded(run["weights"])).all()
        and len(run["epochs"]) == len(decoded(run["loss"])) + 1
    )


def test_long_runs_are_thinned_with_the_first_and_the_last_epoch():
    run = us.train(us.datasets.lab(), hidden=(8,), epochs=50)
    thin = run_to_wire(run, course=False, most=10 * 4 * run.architecture.n_parameters)
    assert len(thin["epochs"]) == 10 and thin["epochs"][0] == 0 and thin["epochs"][-1] == 50
    assert decoded(thin["weights"]).reshape(10, -1) == pytest.approx(run.weights[thin["epochs"]])
    assert len(decoded(thin["loss"])) == 50


def test_an_explanation_is_the_librarys_own_and_says_what_it_is_about():
    run = us.train(us.datasets.lab())
    claims = answers.reply(
        {
            "id": 1,
            "kind": "explain",
            "data": wire(run.data),
            "network": network_to_wire(run.network),
        }
    )["claims"]
    rounded = run.network.with_vector(run.network.to_vector().astype(np.float32).astype(np.float64))
    assert [claim["text"] for claim in claims] == [
        claim.text
        for claim in us.explain(rounded, run.data, length="full").claims
        if claim.level <= FOLDED
    ]
    for claim in claims:
        for ref in claim["about"]:
            if "unit" in ref and ref["unit"][0] == 0 and claim["text"].startswith("Unit "):
                assert claim["text"].startswith(f"Unit {ref['unit'][1]} ")
            if "class" in ref:
                assert run.data.class_names[ref["class"]] in claim["text"]
    assert sum(bool(claim["about"]) for claim in claims) > len(claims) / 2


def test_seeds_are_those_of_single_trainings():
    answer = answers.reply(
        {
            "id": 1,
            "kind": "seeds",
            "data": wire(us.datasets.lab()),
            "seeds": 5,
            "first": 3,
            "recipe": {"hidden": [2], "epochs": 30},
        }
    )
    loss, weights = decoded(answer["loss"]), decoded(answer["weights"]).reshape(5, -1)
    shape = Network.initialize([2, 2, 4])
    for k in range(5):
        alone = us.train(us.datasets.lab(), epochs=30, seed=3 + k)
        assert loss[k] == pytest.approx(alone.loss[-1], abs=1e-5)
        net = shape.with_vector(weights[k].astype(np.float64))
        assert np.array_equal(net.predict(alone.data.X), alone.network.predict(alone.data.X))


def test_data_sets_come_as_asked():
    data = answers.reply(
        {"id": 1, "kind": "dataset", "name": "circles", "n": 60, "classes": 5, "noise": 0.1}
    )["data"]
    assert len(data["class_names"]) == 5 and len(base64.b64decode(data["labels"])) == 60
    taken, _ = data_from_wire(data)
    assert pytest.approx(us.datasets.circles(n=60, classes=5, noise=0.1).X, abs=1e-6) == taken.X


def test_a_table_is_read_with_its_text_labels():
    content = base64.b64encode(
        b"height;width;kind\n1;2;cat\n3;4,5;dog\n".replace(b"4,5", b"4.5")
    ).decode()
    answer = answers.reply(
        {"id": 1, "kind": "table", "name": "pets.csv", "content": content, "target": None}
    )
    assert [column["name"] for column in answer["columns"]] == ["height", "width", "kind"]
    assert [column["role"] for column in answer["columns"]] == ["feature", "feature", "class"]
    assert answer["data"]["class_names"] == ["cat", "dog"] and answer["data"]["feature_names"] == [
        "height",
        "width",
    ]


@pytest.mark.parametrize("what", ["html", "numpy", "keras", "run"])
def test_files_come_back_whole(what, tmp_path):
    answer = answers.reply(training(kind="export", what=what))
    assert answer["kind"] == "file"
    content = base64.b64decode(answer["content"])
    if what == "run":
        path = tmp_path / "run.npz"
        path.write_bytes(content)
        assert us.Run.load(path).loss == pytest.approx(
            us.train(us.datasets.lab(), epochs=20, seed=3).loss, abs=1e-5
        )
    else:
        assert b"c3" in content


@pytest.mark.parametrize("what", ["html", "numpy", "keras", "run"])
def test_files_of_a_model_are_of_it_and_nothing_is_trained(what, tmp_path):
    net = us.Network.initialize([2, 3, 4], seed=5)
    about = {"network": network_to_wire(net), "read_as": "logits; 4 classes"}
    answer = answers.reply(training(kind="export", what=what, **about))
    content = base64.b64decode(answer["content"])
    if what == "run":
        (tmp_path / "run.npz").write_bytes(content)
        run = us.Run.load(tmp_path / "run.npz")
        assert run.epochs == 0 and "logits; 4 classes" in str(us.explain(run))
        assert run.network.to_vector() == pytest.approx(net.to_vector(), abs=1e-6)
    else:
        shown = repr(float(np.float32(net.layers[0].weights[0, 0])))[:6]
        assert (b'"read_as":"logits; 4 classes"' if what == "html" else shown.encode()) in content


REFUSED = [
    ({"kind": "nothing"}, "kind must be one of train, "),
    ({"kind": ["train"]}, "kind must be one of"),
    (
        training(recipe={"epochs": 5001}),
        "epochs must be a whole number from 1 to 5000. Got 5001 instead.",
    ),
    (training(recipe={"epochs": True}), "epochs must be a whole number"),
    (
        training(recipe={"hidden": [65]}),
        "hidden must be a whole number from 1 to 64. Got 65 instead.",
    ),
    (training(recipe={"hidden": [2] * 9}), "hidden must be a list of at most 8 layers."),
    (training(recipe={"hidden": "2"}), "hidden must be a list"),
    (training(recipe={"learning_rate": "fast"}), "learning_rate must be"),
    (training(recipe={"activation": ["relu"]}), "activation must be one of"),
    (training(recipe={"optimizer": {}}), "optimizer must be one of"),
    (training(recipe={"batch_size": 0}), "batch_size must be"),
    (training(recipe={"momentum": 3}), "recipe must be of known settings. Got 'momentum' instead."),
    (
        training(recipe=dict(hidden=[64] * 8, epochs=5000), data=wire(us.datasets.blobs(n=5000))),
        "points x epochs x parameters must be at most 50,000,000,000.",
    ),
    (training(data=None), "data must be an object. Got None instead."),
    (training(data={**wire(us.datasets.lab()), "labels": "AAAA"}), "points must be base64 text of"),
    (training(data={**wire(us.datasets.lab()), "labels": "!" * 136}), "labels must be base64 text"),
    (
        training(data={**wire(us.datasets.lab()), "labels": "A" * 40000}),
        "labels must be base64 text of at most 10000",
    ),
    (
        training(data={**wire(us.datasets.lab()), "class_names": ["a", "b"]}),
        "labels must be below 2",
    ),
    (
        training(data={**wire(us.datasets.lab()), "class_names": ["a"] * 4}),
        "class_names must be all different",
    ),
    (
        training(data={**wire(us.datasets.lab()), "class_names": [1, 2, 3, 4]}),
        "class_names must be texts",
    ),
    (
        training(data={**wire(us.datasets.lab()), "feature_names": ["x" * 201, "y"]}),
        "feature_names must be texts",
    ),
    (
        training(data={**wire(us.datasets.lab()), "features": 10**9}),
        "features must be a whole number from 1 to 256",
    ),
    (
        training(
            data={
                **wire(us.datasets.lab()),
                "points": base64.b64encode(b"\0\0\xc0\x7f" * 200).decode(),
            }
        ),
        "points must be finite numbers.",
    ),
    (
        training(
            data={**wire(us.datasets.lab()), "held_out": base64.b64encode(b"\1" * 100).decode()}
        ),
        "held_out must be not all points",
    ),
    (training(start="AAAA"), "start must be base64 text of"),
    (training(kind="export", what="run", read_as="logits"), "network must be given with read_as"),
    *(
        (training(kind="export", what="run", read_as=odd), "read_as must be a line of at most")
        for odd in (3, "a\nb", "x" * 2001)
    ),
    (
        {"kind": "seeds", **{k: v for k, v in training().items() if k != "kind"}, "seeds": 257},
        "seeds must be a whole",
    ),
    ({"kind": "dataset", "name": "../../etc/passwd"}, "name must be one of lab, blobs"),
    ({"kind": "dataset", "name": "blobs", "n": 10**9}, "n must be a whole number from 2 to 10000"),
    ({"kind": "table", "name": "a.csv", "content": "####"}, "content must be base64 text"),
    ({"kind": "table", "name": 3, "content": ""}, "name must be a text"),
    (training(kind="export", what="/etc/passwd"), "what must be one of html, keras, numpy, run"),
    (
        {
            "kind": "explain",
            "data": wire(us.datasets.lab()),
            "network": network_to_wire(Network.initialize([3, 2, 4])),
        },
        "network must be one of 2 inputs",
    ),
]


@pytest.mark.parametrize(
    ("message", "rule"), REFUSED, ids=lambda value: value[:50] if isinstance(value, str) else ""
)
def test_what_breaks_a_rule_is_refused_with_it(message, rule):
    answer = answers.reply({**message, "id": 9})
    assert answer["id"] == 9 and answer["kind"] == "refused"
    assert answer["message"].startswith(rule), answer["message"]
    assert " instead." in answer["message"]


@pytest.mark.parametrize(
    "message", [None, 3, "train", [], [{}], True, {"id": -1}, {"id": True}, {"id": 2**60}]
)
def test_messages_without_a_good_id_get_none(message):
    answer = answers.reply(message)
    assert answer["id"] is None and answer["kind"] == "refused"


NUMBERS = [-1, 0, 1, 2**70, 1.5, -0.0, 1e308]
TEXTS = ["", "A", "AAAA", "\0", "é" * 300, "__class__"]
NESTED = [[], [[]], {}, {"a": 1}, [1] * 300]
JUNK = [None, True, False, *NUMBERS, *TEXTS, *NESTED, "../x", "%00", "=" * 8]
JUNK += [[None], {"id": {}}, "9" * 5000]


def broken(message: object, rng: random.Random) -> object:
    """The message with one of its parts, at any depth, replaced by junk, taken out or doubled."""
    copy = json.loads(json.dumps(message))
    at = copy
    while isinstance(at, dict) and at:
        key = rng.choice(list(at))
        if isinstance(at[key], dict) and rng.random() < 0.7:
            at = at[key]
            continue
        chance = rng.random()
        if chance < 0.15:
            del at[key]
        elif chance < 0.3 and isinstance(at[key], str):
            cut = rng.randrange(len(at[key]) + 1)
            at[key] = (
                at[key][:cut]
                + rng.choice(["", "A", "/", "==", "\n"])
                + at[key][cut + rng.randrange(3) :]
            )
        else:
            at[key] = rng.choice(JUNK)
        break
    return copy


@pytest.mark.slow
def test_strange_messages_raise_nothing():
    small = us.datasets.blobs(n=8, classes=2)
    net = network_to_wire(Network.initialize([2, 2, 2]))
    recipe = {
        "hidden": [2],
        "activation": "relu",
        "optimizer": "adam",
        "learning_rate": 0.01,
        "batch_size": 4,
        "epochs": 2,
        "l1": 0,
        "l2": 0,
        "seed": 0,
    }
    held = np.array([1] + [0] * 7)
    good = [
        {
            "id": 1,
            "kind": "train",
            "data": wire(small, held),
            "recipe": recipe,
            "course": True,
            "start": None,
        },
        {"id": 2, "kind": "explain", "data": wire(small), "network": net, "point": 1},
        {
            "id": 3,
            "kind": "dataset",
            "name": "blobs",
            "n": 8,
            "classes": 2,
            "noise": 1.0,
            "seed": 1,
        },
        {
            "id": 4,
            "kind": "table",
            "name": "a.csv",
            "content": base64.b64encode(b"a,b\n1,x\n2,y\n").decode(),
            "target": "b",
        },
        {"id": 5, "kind": "seeds", "data": wire(small), "recipe": recipe, "seeds": 2, "first": 0},
        {
            "id": 6,
            "kind": "export",
            "what": "numpy",
            "data": wire(small),
            "recipe": recipe,
            "course": False,
            "network": net,
        },
    ]
    rng, kinds = random.Random(5), {}
    count = few(2_000, whole=10_000)
    for turn in range(count):
        message = broken(good[turn % len(good)], rng)
        if rng.random() < 0.4:
            message = broken(message, rng)
        answer = answers.reply(message)
        json.dumps(answer, allow_nan=False)
        kinds[answer["kind"]] = kinds.get(answer["kind"], 0) + 1
        if answer["kind"] == "refused":
            assert 10 < len(answer["message"]) < 600, answer
    assert kinds["refused"] > 0.3 * count and kinds["trained"] > 0.01 * count


def test_work_that_is_not_wanted_any_more_ends():
    class Gone(Job):
        def wanted(self) -> bool:
            return False

    with pytest.raises(Cancelled):
        answers.reply(training(recipe={"epochs": 5000, "hidden": [16, 16]}), Gone())


def test_answering_changes_no_model_and_keeps_nothing():
    first = json.dumps(answers.reply(training()))
    for _ in range(3):
        answers.reply(training(recipe={"seed": 9}))
    assert json.dumps(answers.reply(training())) == first

"""The story that JavaScript tells is Python's, sentence for sentence."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

import unitscope as us
from javascript import deno, needs_deno
from thorough import few
from unitscope.errors import InvalidInput
from unitscope.explanation.facts import printed, value_of
from unitscope.explanation.measured import measured
from unitscope.wire.sentences import named_classes

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent / "explanation"))

import cases  # noqa: E402
import every_kind  # noqa: E402

pytestmark = needs_deno


def layers_of(net: us.Network) -> list[dict]:
    return [
        {
            "inputs": layer.inputs,
            "units": layer.units,
            "activation": layer.activation,
            "slope": layer.negative_slope,
            "weights": layer.weights.ravel().tolist(),
            "bias": layer.bias.tolist(),
        }
        for layer in net.layers
    ]


def training_of(run: us.Run) -> dict:
    """What the page knows of a training: its losses, why it ended, the weights of all epochs."""
    at = measured(run.network, run.data, run)
    ended = run.epochs < run.recipe.epochs
    wanted = len(run.network.layers) > 1 and value_of(at, "silent", 0)
    return {
        "epochs": run.epochs,
        "planned": run.recipe.epochs,
        "diverged": ended and value_of(at, "diverges"),
        "loss": run.loss.tolist(),
        "standardized": run.scaling is not None,
        "elsewhere": False,
        "otherLoss": False,
        "first": [layers_of(run.at(e))[0] for e in range(run.epochs + 1)] if wanted else [],
    }


def subject(what: us.Network | us.Run, data: us.Dataset, window=None) -> dict:
    run = what if isinstance(what, us.Run) else None
    net = what if run is None else run.network
    return {
        "network": {"features": net.n_features, "layers": layers_of(net)},
        "points": data.X.ravel().tolist(),
        "labels": data.y.tolist(),
        "classNames": list(data.class_names),
        "featureNames": list(data.feature_names),
        "window": window,
        "run": None if run is None else training_of(run),
    }


def told_by_both(found, tmp_path, window=None) -> list[tuple[list, list]]:
    """Of each network or run and its data: what Python tells, and what JavaScript does."""
    python, asked = [], []
    for what, data in found:
        of = (what,) if isinstance(what, us.Run) else (what, data)
        try:
            told = us.explain(*of, length="brief", advice=False, window=window)
        except InvalidInput:  # outputs beyond 1e308
            continue
        names = data.class_names
        python.append([[claim.text, named_classes(claim, names)] for claim in told.claims])
        asked.append(subject(what, data, window))
    return list(zip(python, run_in_deno(asked, [], tmp_path)["stories"], strict=True))


def run_in_deno(asked: list, numbers: list, tmp_path: Path) -> dict:
    path = tmp_path / "asked.json"
    path.write_text(json.dumps({"cases": asked, "numbers": numbers}), encoding="utf-8")
    done = deno("run", "--no-check", "--allow-read", str(HERE / "story.js"), str(path))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def assert_same(found, tmp_path, **given) -> None:
    both = told_by_both(found, tmp_path, **given)
    assert both and [one for one in both if one[0] != one[1]] == []


def of_every_kind(first: int, count: int):
    """Networks and runs of all kinds; some of those that diverge have none."""
    for seed in range(first, first + count):
        for of in (every_kind.case, cases.case):
            try:
                yield of(seed)
            except us.TrainingDiverged:
                continue


def test_networks_and_runs_of_every_kind(tmp_path):
    assert_same(of_every_kind(0, few(20, 1100)), tmp_path)


def test_the_lab_at_every_stage(tmp_path):
    lab = us.datasets.lab()
    runs = [us.train(lab, seed=seed) for seed in (0, 6, 36, *range(100, 100 + few(3, 60)))]
    stages = [(run.at(epoch), lab) for run in runs for epoch in (0, 1, 7, 40, 120)]
    assert_same([*((run, lab) for run in runs), *stages], tmp_path)


def test_toys_and_tables(tmp_path):
    load = us.datasets.load
    given = [
        (load("moons"), {"hidden": (8,), "activation": "relu"}),
        (load("spirals"), {"hidden": (8, 8), "epochs": 150}),
        (load("xor"), {"hidden": (4,)}),
        (us.datasets.wine(), {"hidden": (2,), "epochs": 60}),
        (us.datasets.wine(), {"hidden": (2,), "epochs": 60, "standardize": False}),
        (us.datasets.iris(), {"hidden": (3,), "activation": "tanh", "epochs": 40}),
        (us.datasets.iris(), {"hidden": (), "epochs": 40}),
        (us.datasets.digits(), {"hidden": (8,), "epochs": 3}),
    ]
    assert_same([(us.train(data, seed=2, **how), data) for data, how in given], tmp_path)


def test_borders_of_smooth_units_are_those_of_the_mesh(tmp_path):
    moons, blobs = us.datasets.load("moons"), us.datasets.lab()
    given = [(moons, "tanh", 4), (blobs, "sigmoid", 3), (blobs, "softplus", 2), (moons, "gelu", 3)]
    given = [
        (us.train(data, hidden=(units,), activation=name, epochs=300, seed=2), data)
        for data, name, units in given
    ]
    both = told_by_both(given, tmp_path)
    assert [one for one in both if one[0] != one[1]] == []
    assert sum(", about " in text for python, _ in both for text, _ in python) > 1


def test_held_out_points_and_a_training_that_stops_early(tmp_path):
    lab, rows = us.datasets.lab(), np.arange(100) % 5 > 0
    names = lab.class_names
    kept, out = (us.Dataset(lab.X[which], lab.y[which], names) for which in (rows, ~rows))
    run = us.train(kept, validation=out, early_stopping=5, epochs=400, seed=1)
    assert run.epochs < 400
    assert_same([(run, run.data)], tmp_path)


def test_one_logit_beside_a_zero(tmp_path):
    """As a model with one sigmoid is read."""
    rng, data = np.random.default_rng(3), us.datasets.load("moons")

    def last(inputs: int) -> us.Dense:
        own = rng.normal(0, 2, inputs)
        return us.Dense(np.column_stack([0 * own, own]), [0.0, 0.3])

    first = us.Dense(rng.normal(0, 2, (2, 5)), rng.normal(0, 1, 5), "relu")
    nets = [us.Network([last(2)]), us.Network([first, last(5)])]
    assert_same([(net, data) for net in nets], tmp_path)


NAMES = [
    "<img src=x onerror=alert(1)>",
    "a\tb  c\u202egnp.exe\x1b[31m",
    "2 of",
    "\u00b2",
    "{name} {0} $& $1 %s",
    "\ue000x\ue001",
]


def test_names_from_outside(tmp_path):
    """Odd names of classes and features are text, and the places of classes in it are Python's."""
    rng = np.random.default_rng(0)
    y = np.repeat(np.arange(len(NAMES)), 9)
    X = np.column_stack([np.cos(y), np.sin(y), y / 6]) * 5 + rng.normal(0, 1.2, (len(y), 3))
    features = ["{thing} <b>", "x (standardized)", "z\u2028z"]
    found = []
    for columns, hidden in ((3, (3,)), (2, (2,)), (2, (9,)), (3, ()), (1, ())):
        data = us.Dataset(X[:, :columns], y, NAMES, feature_names=features[:columns])
        found += [(us.train(data, hidden=hidden, epochs=40, seed=seed), data) for seed in range(2)]
    assert_same(found, tmp_path)


def test_a_window_of_ones_own(tmp_path):
    lab = us.datasets.lab()
    runs = [(us.train(lab, seed=seed), lab) for seed in range(4)]
    assert_same(runs, tmp_path, window=((-4.0, 1.0), (-2.0, 5.0)))


def test_numbers_are_printed_as_python_prints_them(tmp_path):
    rng = np.random.default_rng(1)
    values = [
        *(rng.normal(0, 1, 2000) * 10.0 ** rng.integers(-9, 12, 2000)).tolist(),
        *(rng.integers(-9999, 9999, 500) / 16).tolist(),  # many are halves of the last digit
        *(0.125, 0.375, 2.5, 12.5, 1005.0, 1015.0, 999_499.5, 999_500.0, 999_999.0, 1e6),
        *(0.0, -0.0, 1e-4, 9.9999e-5, 9.995e-5, 0.00099951, 5e-324, 1.7e308, 123_456.0),
    ]
    numbers = [(value, digits) for value in values for digits in (2, 3, 4)]
    found = run_in_deno([], numbers, tmp_path)["numbers"]
    assert found == [printed(value, digits) for value, digits in numbers]

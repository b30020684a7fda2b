"""The exported scripts: they run alone, and give the network's own numbers, whatever the names."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import unitscope as us
from patience import PATIENCE
from unitscope.export.settings import training_call, training_comment
from unitscope.networks import ACTIVATIONS

NAMES = ['"""', "</script>\n", "'); import os; os.system('x') #", "{net}"]


def numbers_of(folder, X: np.ndarray) -> list:
    """The probabilities and classes that each script of a folder gives, in a process of its own."""
    scripts = sorted(path.stem for path in folder.glob("*.py"))
    asked = (
        f"import importlib, json, sys\nimport numpy as np\nsys.path.insert(0, {str(folder)!r})\n"
        f"X = np.array({X.tolist()!r})\nscripts = map(importlib.import_module, {scripts!r})\n"
        "print(json.dumps([[m.probabilities(X).tolist(), m.predict(X)] for m in scripts]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, timeout=PATIENCE, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("activation", list(ACTIVATIONS))
def test_the_numpy_script_is_the_network(activation, tmp_path):
    lab = us.datasets.lab()
    data = us.Dataset(lab.X, lab.y, NAMES, ["x'\n", '"""'])
    net = us.Network.initialize([2, 3, 4], activation=activation, seed=2)
    us.export_code(net, tmp_path / "script.py", data=data)
    ((probabilities, names),) = numbers_of(tmp_path, lab.X[:9])
    assert np.array(probabilities) == pytest.approx(net.probabilities(lab.X[:9]), abs=1e-12)
    assert names == [NAMES[k] for k in net.predict(lab.X[:9])]


@pytest.mark.slow
def test_the_keras_script_is_the_network(tmp_path):
    lab = us.datasets.lab()
    activations = ("abs", "gelu", "leaky_relu", "relu")
    nets = [us.Network.initialize([2, 3, 4], activation=kind, seed=2) for kind in activations]
    for kind, net in zip(activations, nets, strict=True):
        us.export_code(net, tmp_path / f"script_{kind}.py", to="keras")
    found = numbers_of(tmp_path, lab.X[:9])
    for net, (probabilities, _) in zip(nets, found, strict=True):
        assert np.array(probabilities) == pytest.approx(net.probabilities(lab.X[:9]), abs=1e-5)


def test_a_run_knows_its_names_and_runs_as_a_script(tmp_path):
    run = us.train(us.datasets.iris(), epochs=30)
    text = us.export_code(run, tmp_path / "iris.py")
    assert (tmp_path / "iris.py").read_text(encoding="utf-8") == text
    done = subprocess.run(
        [sys.executable, tmp_path / "iris.py"], capture_output=True, text=True, timeout=PATIENCE
    )
    assert done.returncode == 0, done.stderr
    assert any(name in done.stdout for name in run.data.class_names)


def test_what_is_no_network_or_no_language_is_refused():
    with pytest.raises(us.errors.InvalidInput, match=r"what must be a Network.* Got 3 instead"):
        us.export_code(3)
    with pytest.raises(
        us.errors.InvalidInput, match=r"to must be one of numpy, keras. Got 'perl' instead"
    ):
        us.export_code(us.Network.initialize([2, 2]), to="perl")
    with pytest.raises(
        us.errors.InvalidInput,
        match=r"run must be a Network, a Run or a fitted model. Got .run. instead",
    ):
        us.export_html("run", "x.html")


@settings(max_examples=25, deadline=None)
@given(
    hidden=st.sampled_from([(), (2,), (3, 2)]),
    activation=st.sampled_from(["relu", "tanh"]),
    times=st.sampled_from([1, 100]),
    more=st.fixed_dictionaries(
        {},
        optional={
            "standardize": st.booleans(),
            "class_weight": st.sampled_from(["balanced", {'"""': 3.0, "</script>\n": 0.0}]),
            "l2": st.just(0.01),
            "optimizer": st.just("sgd"),
            "seed": st.integers(1, 5),
            "epochs": st.integers(0, 7),
        },
    ),
    held=st.sampled_from([{}, {"validation": 0.2}, {"validation": 0.3, "early_stopping": 2}]),
)
def test_the_call_that_a_script_tells_gives_the_run_again(hidden, activation, times, more, held):
    lab = us.datasets.lab()
    data = us.Dataset(times * lab.X, lab.y, NAMES)
    made = dict(hidden=hidden, activation=activation, **{"epochs": 12, **more})
    run = us.train(data, **made, **held)
    comment = training_comment(run, run.network)
    assert comment.isascii() and all(line.startswith("# ") for line in comment.splitlines())
    assert ("their own units" in comment) == (run.scaling is not None)
    test = run.validation and run.validation.data
    again = eval(training_call(run), {"us": us, "data": run.data, "held_out": test})
    assert again == run


def test_a_script_says_which_network_of_a_run_it_has():
    run = us.train(us.datasets.lab(), epochs=9)
    assert "us.train(data, hidden=(2,), epochs=9)" in us.export_code(run)
    assert "after epoch 4 of 9" in training_comment(run, run.at(4))
    by_hand = run.network.with_vector(run.network.to_vector() + 1)
    assert "changed by hand" in training_comment(run, by_hand)
    assert training_comment(run, us.Network.initialize((2, 3, 4))) == ""  # it trained no such one
    assert training_call(us.lab.run()) == "us.train(data, hidden=(2,), start=start)"
    later = us.train(run.data, start=run, epochs=3)
    assert training_call(later) == "us.train(data, hidden=(2,), epochs=12)"

"""The exported scripts: they run alone, and give the network's own numbers, whatever the names."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest

import unitscope as us
from patience import PATIENCE
from unitscope.network import ACTIVATIONS

NAMES = ['"""', "</script>\n", "'); import os; os.system('x') #", "{net}"]


def numbers_of(path, X: np.ndarray) -> np.ndarray:
    """The probabilities that a script gives, in a process of its own."""
    asked = (
        f"import json, sys\nimport numpy as np\nsys.path.insert(0, {str(path.parent)!r})\n"
        f"import {path.stem} as m\nX = np.array({X.tolist()!r})\n"
        "print(json.dumps([m.probabilities(X).tolist(), m.predict(X)]))"
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
    probabilities, names = numbers_of(tmp_path / "script.py", lab.X[:9])
    assert np.array(probabilities) == pytest.approx(net.probabilities(lab.X[:9]), abs=1e-12)
    assert names == [NAMES[k] for k in net.predict(lab.X[:9])]


@pytest.mark.slow
def test_the_keras_script_is_the_network(tmp_path):
    lab = us.datasets.lab()
    for activation in ("relu", "leaky_relu", "gelu", "abs"):
        net = us.Network.initialize([2, 3, 4], activation=activation, seed=2)
        us.export_code(net, tmp_path / f"script_{activation}.py", to="keras")
        probabilities, _ = numbers_of(tmp_path / f"script_{activation}.py", lab.X[:9])
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
    with pytest.raises(
        us.errors.InvalidInput, match=r"what must be a Run or a Network. Got int instead"
    ):
        us.export_code(3)
    with pytest.raises(
        us.errors.InvalidInput, match=r"to must be one of numpy, keras. Got 'perl' instead"
    ):
        us.export_code(us.Network.initialize([2, 2]), to="perl")
    with pytest.raises(us.errors.InvalidInput, match=r"run must be a Run. Got str instead"):
        us.export_html("run", "x.html")

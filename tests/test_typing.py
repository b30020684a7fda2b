"""What a type checker sees: misspelt names and settings fail, and what the README shows passes."""

from __future__ import annotations

import inspect
import json
import os
import re
import subprocess
import sys
import typing
from pathlib import Path

import pytest

import unitscope as us
from unitscope.data.toys import TOYS, ToyName, ToySettings
from unitscope.networks import ACTIVATIONS, Activation
from unitscope.recipe import OPTIMIZERS, Optimizer, Recipe, Settings

SOURCE = Path(us.__file__).parents[1]

# A line that must fail ends with "# wrong"; all others must pass.
PROGRAM = """\
import unitscope as us
from unitscope.networks import Activation

data = us.datasets.lab()
run = us.train(data, hidden=(8, 8), activation="tanh", optimizer="sgd", learning_rate=0.1)
us.train(data, hidden=3, activation=("relu",), epochs=20, progress=True)
us.train(data, us.Recipe(hidden=(4,)), progress=lambda done, epochs, loss: print(done))
us.train(data, start=run, epochs=10)
swept = us.sweep(data, seeds=20, hidden=(3,), progress=print)
print(swept.loss, swept.architecture.sizes)
print(len(us.sweep(data, grid={"learning_rate": [0.1, 0.2]}).sweeps))
us.datasets.load("moons", noise=0.3).standardized()
print(us.explain(run, length="brief"), run.architecture.n_parameters, us.__version__)
us.plot.decision_regions(run.network, data, theme="dark")
us.plot.unit_images(run, layer=1, units=[0], ax=us.plot.images(run, each=4))
us.export_code(run, to="keras")
scope = us.Scope(run, theme="dark")
scope.run, scope.selected, scope.theme = run, 3, "auto"
scope.selected = None
scope.observe(lambda change: print(change["new"]), "run")
print(isinstance(scope, us.Scope), scope.data.n_points, scope.run.loss, scope.to_html().strip())
name: Activation
for name in ("relu", "tanh"):
    us.Network.initialize([2, 2, 4], name)

model = us.Classifier((8, 8), learning_rate=0.02, validation=0.2).fit(data.X, data.y)
print(us.partition(model).share, us.explain(model, point=3))
print(us.partition(run, (0.0, 1.0)).cells[:, 0], us.intervals(run).boundary)
features, block = us.split(model)
print(features(data.X).shape, block.understood, us.split(model, at="fc").network.sizes)
compared = us.compare(run.at(3), model, data, names=("epoch 3", "the model"))
print(compared.share, compared.points.tolist(), us.plot.comparison(compared, theme="light").shape)
print(run.report(data).f1, run.score(data), run.predict([[1, 2]]), model.run_.epochs)

us.Classifier(hiden=(8,))  # wrong
us.Classifier(activation="rellu")  # wrong
us.partition(data)  # wrong
us.compare(data, run)  # wrong
us.split(model, at=3)  # wrong
us.plot.comparison(run)  # wrong
print(compared.shar)  # wrong
us.explain("run")  # wrong
us.train(data, hiden=(2,))  # wrong
us.train(data, epochs="many")  # wrong
us.train(data, activation="rellu")  # wrong
us.train(data, optimizer="adm")  # wrong
us.train(data, progress="bar")  # wrong
us.trian(data)  # wrong
us.sweep(data, sedes=20)  # wrong
us.sweep(data, hidden="2")  # wrong
us.explain(run, length="shrt")  # wrong
us.datasets.load("mons")  # wrong
us.datasets.load("moons", nose=0.3)  # wrong
us.datasets.moon()  # wrong
us.Dense([[1.0]], [0.0], "rellu")  # wrong
us.Recipe(epoch=3)  # wrong
us.plot.decision_regions(run.network, data, theme="drak")  # wrong
us.plot.decision_region(run.network, data)  # wrong
us.export_code(run, to="keras3")  # wrong
us.Scope(data)  # wrong
us.Scope(run, them="dark")  # wrong
us.Scope(run, theme="pink")  # wrong
scope.theme = "pink"  # wrong
scope.selected = "three"  # wrong
scope.run = data  # wrong
print(scope.selcted)  # wrong
print(run.shape, us.errors.InvalidInputs)  # wrong
"""
WRONG = {number for number, line in enumerate(PROGRAM.splitlines(), 1) if line.endswith("# wrong")}


@pytest.mark.slow
def test_mypy_finds_what_is_wrong_and_nothing_else(tmp_path):
    (tmp_path / "program.py").write_text(PROGRAM, encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "program.py"]
    # Our own modules are checked by `make check`, with the overrides that Numba's need.
    ran = _ran([*command, "--follow-imports=silent", f"--cache-dir={tmp_path}"], tmp_path)
    assert {int(line) for line in re.findall(r"^program\.py:(\d+): error:", ran, re.M)} == WRONG


@pytest.mark.slow
@pytest.mark.pyright
def test_pyright_finds_what_is_wrong_and_nothing_else(tmp_path):
    (tmp_path / "program.py").write_text(PROGRAM, encoding="utf-8")
    settings = {"typeCheckingMode": "standard", "extraPaths": [str(SOURCE)]}
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    command = [sys.executable, "-m", "basedpyright", "--outputjson", "--pythonpath", sys.executable]
    found = json.loads(_ran([*command, "program.py"], tmp_path))["generalDiagnostics"]
    errors = [one for one in found if one["severity"] == "error"]
    assert {one["range"]["start"]["line"] + 1 for one in errors} == WRONG


def _ran(command: list[str], folder: Path) -> str:
    environment = {**os.environ, "MYPYPATH": str(SOURCE)}
    ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert ran.returncode == 1, ran.stderr
    return ran.stdout


def test_the_settings_of_a_call_are_the_fields_of_a_recipe():
    fields, settings = typing.get_type_hints(Recipe), typing.get_type_hints(Settings)
    assert list(settings) == list(fields)
    several = {"hidden", "activation", "l1", "l2"}  # a call takes more than what a Recipe keeps
    assert {name for name in fields if settings[name] != fields[name]} == several
    assert typing.get_args(settings["activation"])[0] == Activation


def test_the_choices_that_a_type_checker_knows_are_those_there_are():
    assert typing.get_args(Activation) == tuple(ACTIVATIONS)
    assert typing.get_args(Optimizer) == OPTIMIZERS
    assert typing.get_args(ToyName) == us.datasets.names() == tuple(TOYS)
    known = {name for toy in TOYS.values() for name in inspect.signature(toy).parameters}
    assert known == set(typing.get_type_hints(ToySettings))


@pytest.mark.parametrize(
    ("call", "argument", "choices"),
    [
        (us.explain, "length", ("brief", "normal", "full")),
        (us.export_code, "to", ("numpy", "keras")),
    ],
)
def test_a_choice_that_is_typed_is_refused_in_the_same_words(call, argument, choices):
    run = us.lab.run()
    hint = inspect.signature(call, eval_str=True).parameters[argument].annotation
    assert typing.get_args(hint) == choices
    with pytest.raises(us.errors.InvalidInput, match=f"one of {', '.join(choices)}"):
        call(run, **{argument: "nonsense"})

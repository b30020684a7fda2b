"""What mypy holds: replies have the contract's fields, and a Scope is a class with typed traits."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import jedi
import pytest

REPOSITORY = Path(__file__).parents[2]
REQUESTS = REPOSITORY / "src" / "unitscope" / "page" / "requests.py"
# Each of these, if it stood in requests.py, breaks the contract.
FAULTS = {
    "a misspelt field": ('reply["claims"] = ', 'reply["cliams"] = '),
    "a misspelt field at once": (
        '"kind": "explained", "claims": claims',
        '"kind": "explained", "claim": claims',
    ),
    "a missing field": ('"first": self.seeds.start,', ""),
    "a field of another type": (
        '"first": self.seeds.start,',
        '"first": [self.seeds.start],',
    ),
    "another kind": ('"kind": "file", ', '"kind": "flie", '),
    "one field too many": ('"layers": layers_to_wire', '"shape": 1, "layers": layers_to_wire'),
}
SNIPPET = """
import unitscope as us

scope = us.Scope(us.train(us.datasets.lab()), theme="dark")
reveal_type(scope)
reveal_type(scope.run)
reveal_type(scope.selected)
reveal_type(scope.data)
reveal_type(scope.to_html())
scope.selected = 3
scope.selected = None
scope.run = us.train(us.datasets.moons())
scope.observe(lambda change: print(change["new"]), "run")
assert isinstance(scope, us.Scope)
scope.close()
scope.selected = "three"  # WRONG
scope.theme = "pink"  # WRONG
scope.run = 3  # WRONG
scope.selcted  # WRONG
us.Scope(3)  # WRONG
us.Scope(scope.run, them="dark")  # WRONG
us.Scope(scope.run, theme="pink")  # WRONG
"""


def checked(folder: Path, *arguments: str) -> str:
    """What mypy says, with a cache of its own."""
    ran = subprocess.run(
        [
            sys.executable,
            "-m",
            "mypy",
            "--cache-dir",
            str(folder),
            "--hide-error-context",
            *arguments,
        ],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
    )
    assert ran.stderr == ""
    return ran.stdout


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("mypy")


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_a_reply_that_is_not_the_contracts_is_found(fault, cache, tmp_path):
    right, wrong = FAULTS[fault]
    source = REQUESTS.read_text(encoding="utf-8")
    assert source.count(right) == 1
    shadow = tmp_path / "requests.py"
    shadow.write_text(source.replace(right, wrong), encoding="utf-8")
    line = source[: source.index(right)].count("\n") + 1
    said = checked(cache, "--shadow-file", str(REQUESTS), str(shadow), str(REQUESTS))
    found = [int(number) for number in re.findall(r"requests\.py:(\d+): error: ", said)]
    assert found and all(abs(number - line) < 10 for number in found), said


@pytest.mark.slow
def test_a_scope_is_a_class_whose_traits_are_typed(cache, tmp_path):
    snippet = tmp_path / "snippet.py"
    snippet.write_text(SNIPPET, encoding="utf-8")
    said = checked(cache, str(snippet))
    assert re.findall(r'Revealed type is "(.*)"', said) == [
        "unitscope.page.widget.Scope",
        "unitscope.training.run.Run",
        "int | None",
        "unitscope.data.dataset.Dataset",
        "str",
    ]
    lines = SNIPPET.split("\n")
    wrong = [number for number, line in enumerate(lines, start=1) if line.endswith("# WRONG")]
    assert [int(line) for line in re.findall(r"snippet\.py:(\d+): error: ", said)] == wrong, said


def test_an_editor_completes_a_scope():
    written = "import unitscope as us\nscope = us.Scope(us.train(us.datasets.lab()))\nscope."
    script = jedi.Script(written, project=jedi.Project(REPOSITORY, added_sys_path=["src"]))
    completed = {found.name for found in script.complete()}
    assert {"run", "selected", "theme", "data", "observe", "to_html", "close"} <= completed

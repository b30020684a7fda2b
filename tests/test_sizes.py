"""The sizes that keep the code readable: of files, functions and lines, and of parameters."""

from __future__ import annotations

import ast
import re
import statistics
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent
SOURCE = REPOSITORY / "src" / "unitscope"
HELPER = REPOSITORY / "src" / "lab_utils_multiclass_TF.py"
MODULES = [*sorted(SOURCE.rglob("*.py")), HELPER]
SCRIPTS = [*sorted(SOURCE.rglob("*.js")), *sorted((REPOSITORY / "tests").rglob("*.js"))]
PYTHON = [
    path
    for folder in ("src", "tests", "tools", "benchmarks")
    for path in sorted((REPOSITORY / folder).rglob("*.py"))
]

# More than 7 parameters, and why. An entry that is no longer needed fails the test.
MANY_PARAMETERS = {
    "classifier.py: __init__": "public: the settings, by keyword, as scikit-learn reads them",
    "data/tables.py: read_table": "public: how a file is written, by keyword",
    "figures/decision_regions.py: decision_regions": "public: what the picture shows, by keyword",
    "figures/hidden_layer.py: hidden_layer": "public: what the picture shows, by keyword",
    "geometry/cutting.py: entry": "a C entry point: one address for each array",
    "geometry/rectangle.py: __init__": "a result: every part by name",
    "keras_fit/fit.py: fit": "public: the arguments of Keras's fit, in their order",
    "kernel/epochs.py: look": "a C entry point: one address for each array",
    "kernel/lockstep.py: train": "a C entry point: one address for each array",
    "kernel/loop.py: train": "a C entry point: one address for each array",
    "sweeps/sweep.py: sweep": "public: how the work is done, by keyword",
    "training/train.py: train": "public: what is trained on, and how, by keyword",
    "src/lab_utils_multiclass_TF.py: plt_mc_data": "the course's own",
    "src/lab_utils_multiclass_TF.py: plt_output_layer_linear": "the course's seven, and the layer",
}


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def short(path: Path) -> str:
    """A path as the room that it is in sees it."""
    root = SOURCE if path.is_relative_to(SOURCE) else REPOSITORY
    return path.relative_to(root).as_posix()


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(text(path))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [node for node in ast.walk(tree) if isinstance(node, kinds)]


def parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """How many parameters it has, `self` and `cls` and those by keyword included."""
    asked = function.args
    return len(asked.posonlyargs) + len(asked.args) + len(asked.kwonlyargs)


def lengths(path: Path) -> dict[str, int]:
    """The lines of every function; one of JavaScript begins and ends at the margin."""
    if path.suffix == ".py":
        return {node.name: (node.end_lineno or 0) - node.lineno + 1 for node in functions(path)}
    pattern = r"^(?:export )?(?:async )?function\*? (\w+)\(.*?^\}$"
    found = re.finditer(pattern, text(path), re.M | re.S)
    return {match[1]: match[0].count("\n") + 1 for match in found}


def test_no_file_is_over_400_lines_and_the_median_is_at_most_150():
    counts = {short(path): len(text(path).splitlines()) for path in [*MODULES, *SCRIPTS]}
    assert {name for name, count in counts.items() if count > 400} == set()
    assert statistics.median(counts[short(path)] for path in MODULES) <= 150


def test_no_function_is_over_80_lines():
    long = {
        f"{short(path)}: {name}"
        for path in [*MODULES, *SCRIPTS]
        for name, count in lengths(path).items()
        if count > 80
    }
    assert long == set()


def test_no_function_takes_more_than_7_parameters():
    many = {
        f"{short(path)}: {function.name}"
        for path in MODULES
        for function in functions(path)
        if parameters(function) > 7
    }
    assert many == set(MANY_PARAMETERS)


def test_no_line_is_over_100_characters():
    long = {
        short(path)
        for path in [*PYTHON, *SCRIPTS]
        if any(len(line) > 100 for line in text(path).splitlines())
    }
    assert long == set()

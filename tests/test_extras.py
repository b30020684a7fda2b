"""Each extra brings what is imported for it; `tools/extras.py` installs each and runs it."""

from __future__ import annotations

import ast
import functools
import importlib.util
import json
import re
import sys
import tomllib
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import unitscope as us
from unitscope import installed

REPOSITORY = Path(__file__).parents[1]
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")


def tool():
    spec = importlib.util.spec_from_file_location("extras", REPOSITORY / "tools" / "extras.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def imports(source: str) -> set[str]:
    """The top packages that a program imports, but for the standard library's and ours."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").partition(".")[0])
    return found - set(sys.stdlib_module_names) - {"unitscope", "lab_utils_multiclass_TF"}


def required(extra: str) -> list[Requirement]:
    """What pyproject.toml asks for here with an extra, "" without; extras of ours are opened."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    listed = project["optional-dependencies"]
    found = []
    for one in map(Requirement, listed[extra] if extra else project["dependencies"]):
        if one.name == "unitscope":
            found += [line for inner in one.extras for line in required(inner)]
        elif one.marker is None or one.marker.evaluate():
            found.append(one)
    return found


def brought(requirements: list[Requirement]) -> set[str]:
    """The distributions that requirements bring, their own needs included, as installed here."""
    found: set[tuple[str, str]] = set()
    waiting = [(one.name, extra) for one in requirements for extra in ("", *one.extras)]
    while waiting:
        name, extra = waiting.pop()
        name = canonicalize_name(name)
        if (name, extra) in found:
            continue
        found.add((name, extra))
        for one in needs(name):
            if one.marker is None or one.marker.evaluate({"extra": extra}):
                waiting += [(one.name, inner) for inner in ("", *one.extras)]
    return {name for name, _ in found}


@functools.cache
def owners() -> dict[str, set[str]]:
    """The distributions that have a package of this name."""
    found = metadata.packages_distributions().items()
    return {name: set(map(canonicalize_name, all_of_it)) for name, all_of_it in found}


@functools.cache
def needs(name: str) -> list[Requirement]:
    """What a distribution requires; nothing where it is not here."""
    try:
        return list(map(Requirement, metadata.requires(name) or []))
    except metadata.PackageNotFoundError:
        return []


def missing(packages: set[str], extras: list[str]) -> set[str]:
    """Which of these packages the extras do not bring."""
    there = brought([one for extra in ("", *extras) for one in required(extra)])
    return {name for name in packages if not owners().get(name, set()) & there}


def test_the_notebook_commands_extras_bring_what_its_cells_import():
    extras = re.search(r'`pip install "\.\[([\w,]+)\]"`\); `unitscope new-lab', README)[1].split(
        ","
    )
    book = json.loads((REPOSITORY / "notebooks" / "lab.ipynb").read_text(encoding="utf-8"))
    cells = ["".join(cell["source"]) for cell in book["cells"] if cell["cell_type"] == "code"]
    wanted = {"jupyterlab", "ipympl"}
    for cell in cells:
        wanted |= imports(re.sub(r"^[%!].*$", "", cell, flags=re.M))
    assert {"sklearn", "matplotlib"} < wanted
    without_tensorflow = missing(wanted, ["notebook"])
    assert without_tensorflow <= {"tensorflow", "keras"}
    if sys.version_info < (3, 14):
        assert missing(wanted, extras) == set()


def test_an_import_that_nothing_brings_is_noticed():
    assert missing({"sklearn", "numpy"}, ["tables"]) == {"sklearn"}
    assert missing({"distributed"}, ["cluster"]) == {"distributed"}


def test_every_extra_for_users_is_tried_by_the_tool():
    promised = {name for name in tool().PROMISES if name and "," not in name}
    assert promised == set(installed._requirements()) - {""}
    assert all(compile(program, name, "exec") for name, program in tool().PROMISES.items())


def test_the_programs_of_the_tool_import_what_their_extra_brings():
    for name, program in tool().PROMISES.items():
        if "tensorflow" in name and sys.version_info >= (3, 14):
            continue
        extras = [extra for extra in name.split(",") if extra]
        assert missing(imports(program), extras) == set(), name


def test_all_that_the_package_imports_is_required_by_something():
    optional = {"IPython", "numba", "polars", "tf_keras", "tqdm", "safetensors", "h5py", "google"}
    found = set()
    for path in (Path(us.__file__).parent).rglob("*.py"):
        found |= imports(path.read_text(encoding="utf-8"))
    extras = [name for name in installed._requirements() if name]
    assert missing(found, extras) - optional == set()

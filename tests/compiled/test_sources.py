"""Which modules a compiled code is made of: those that Python itself imports for it."""

import ast
import importlib
import shutil
from pathlib import Path

import pytest

import unitscope
from unitscope.compiled import sources
from unitscope.geometry.subdivision import CUT
from unitscope.kernel.advance import LOOP
from unitscope.kernel.order import SHUFFLES
from unitscope.sweeps.block import LOCKSTEP
from unitscope.training.curves import EPOCHS

PACKAGE = Path(unitscope.__file__).parent
MODULES = [code.module for code in (CUT, EPOCHS, LOCKSTEP, LOOP, SHUFFLES)]


def imports_of(module):
    """The modules of the package that a module imports when it runs, by Python's parser."""
    path = Path(importlib.import_module(module).__file__)
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names if one.name.startswith("unitscope"))
        if isinstance(node, ast.ImportFrom) and node.module.startswith("unitscope"):
            place = importlib.import_module(node.module)
            for one in node.names:
                value = getattr(place, one.name)
                is_module = getattr(value, "__name__", "") == f"{node.module}.{one.name}"
                yield f"{node.module}.{one.name}" if is_module else node.module


def all_imports_of(module):
    found, waiting = set(), [module]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += imports_of(name)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("module", MODULES)
def test_the_sources_are_those_that_python_imports(module):
    assert set(sources.sources(module)) == all_imports_of(module)


@pytest.mark.parametrize("module", MODULES)
def test_no_compiled_code_is_made_of_what_only_python_runs(module):
    """Or a change there would make every user compile anew, and the translations stale."""
    outside = {"unitscope.networks", "unitscope.recipe", "unitscope.compiled.code"}
    assert not outside & set(sources.sources(module))


@pytest.fixture
def fresh_digest():
    """The digest of what the files hold now."""

    def digest(module):
        sources.digest.cache_clear()
        return sources.digest(module)

    yield digest
    sources.digest.cache_clear()
    sources._file.cache_clear()


@pytest.mark.parametrize("module", MODULES)
def test_an_edit_of_any_source_changes_the_digest_and_of_another_does_not(
    module, tmp_path, monkeypatch, fresh_digest
):
    shutil.copytree(PACKAGE, tmp_path / "unitscope", ignore=shutil.ignore_patterns("web", "*.npz"))
    before, names = fresh_digest(module), set(sources.sources(module))
    monkeypatch.setattr(sources, "_FOLDER", tmp_path)
    sources._file.cache_clear()
    assert fresh_digest(module) == before
    for name in [*names, "unitscope.networks"]:
        path = sources._file(name)
        assert path.is_relative_to(tmp_path)
        text = path.read_text(encoding="utf-8")
        path.write_text(text + "# edited\n", encoding="utf-8")
        assert (fresh_digest(module) != before) == (name in names), name
        path.write_bytes(text.replace("\n", "\r\n").encode())
        assert fresh_digest(module) == before, "another end of line is no edit"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("from unitscope.kernel import layout, wide as w\n", ["kernel.layout", "kernel.wide"]),
        (
            "from unitscope.kernel import (\n    layout,  # why, so\n    wide,\n)\n",
            ["kernel.layout", "kernel.wide"],
        ),
        ("import unitscope.kernel.layout as here\n", ["kernel.layout"]),
        ("x = 1\nfrom unitscope.kernel.layout import (\n    WIDTH,\n)\n", ["kernel.layout"]),
        ("if TYPE_CHECKING:\n    from unitscope.networks import Network\n", []),
        ("import numpy as np\nfrom unitscopes import x\n", []),
    ],
)
def test_imports_are_read_however_they_are_written(text, expected):
    found = [name.removeprefix("unitscope.") for name in sources._imported(text)]
    assert list(dict.fromkeys(found)) == expected

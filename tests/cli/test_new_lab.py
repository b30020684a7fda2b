"""A new lab's folder, and whose helper a notebook in a learner's own folder gets."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import unitscope as us
from unitscope import cli, notebook

REPOSITORY = Path(__file__).parents[2]
NEIGHBOUR = "def plt_mc(*given):\n    return 'the neighbour'\n"


def test_the_folder_has_all_that_the_notebook_needs(tmp_path, capsys):
    folder = tmp_path / "my lab"
    assert cli.main(["new-lab", str(folder)]) == 0
    assert f"written to {folder}: README.md, lab.ipynb" in capsys.readouterr().out
    data = us.read_table(folder / "lab.csv", target="class")
    assert np.allclose(data.X, us.datasets.lab().X, rtol=1e-12)
    assert data.y.tolist() == us.datasets.lab().y.tolist()
    cells = json.loads((folder / "lab.ipynb").read_text(encoding="utf-8"))["cells"]
    assert any("lab_utils_multiclass_TF import *" in "".join(cell["source"]) for cell in cells)
    code = "import lab_utils_multiclass_TF as it; print(it.__file__, it.plt_mc.__module__)"
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True
    )
    assert ran.stdout.startswith(str(folder))


def test_the_packages_notebook_is_that_of_the_repository():
    ours = REPOSITORY / "src" / "unitscope" / "package_data" / "lab.ipynb"
    assert ours.read_bytes() == (REPOSITORY / "notebooks" / "lab.ipynb").read_bytes()


@pytest.mark.parametrize("name", ["full", "file", "", "file/below"])
def test_nothing_is_written_over(name, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "lab.csv").write_text("mine")
    (tmp_path / "file").write_text("mine")
    before = sorted(tmp_path.rglob("*"))
    assert cli.main(["new-lab", name]) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and "DIR must be" in error
    assert sorted(tmp_path.rglob("*")) == before
    assert (tmp_path / "full" / "lab.csv").read_text() == "mine"


SHELL = """
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
def cell(text):
    shell.run_cell(text).raise_error()
"""
FIRST = 'from lab_utils_multiclass_TF import *; print(plt_mc.__module__, plt_mc() if 0 else "")'


@pytest.mark.slow
@pytest.mark.notebook
@pytest.mark.parametrize("late", [False, True])
def test_load_ext_gives_our_helper_whatever_lies_beside(late, tmp_path):
    (tmp_path / "lab_utils_multiclass_TF.py").write_text(NEIGHBOUR)
    ask = "cell('import lab_utils_multiclass_TF as it; print(it.__file__)')"
    code = [SHELL, ask if late else "", "cell('%load_ext unitscope')", ask]
    ran = subprocess.run(
        [sys.executable, "-c", "\n".join(code)], cwd=tmp_path, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr
    files = ran.stdout.split()
    assert files[-1] == str(notebook.our_helper())
    neighbour = str(tmp_path / "lab_utils_multiclass_TF.py")
    assert files[:-1] == ([neighbour] if late else [])
    assert ("run the cell that imports it again" in ran.stderr) is late


def test_our_helper_takes_the_place_of_another(tmp_path, monkeypatch, caplog):
    (tmp_path / "lab_utils_multiclass_TF.py").write_text(NEIGHBOUR)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, notebook.HELPER, raising=False)
    module = __import__(notebook.HELPER)
    assert module.plt_mc() == "the neighbour"
    us.load_ipython_extension(None)
    found = __import__(notebook.HELPER)
    assert found.__file__ == str(notebook.our_helper()) and found.plt_cat_mc
    assert f"in place of {module.__file__}" in caplog.text
    monkeypatch.delitem(sys.modules, notebook.HELPER)

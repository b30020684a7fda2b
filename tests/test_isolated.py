"""A file of the current folder is run in no process of ours, unless the user's own runs it, too."""

from __future__ import annotations

import ast
import contextlib
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

from patience import PATIENCE, eventually
from unitscope.isolated import command, workers_isolated

SOURCE = Path(__file__).parents[1] / "src" / "unitscope"
# Modules that Python, NumPy, LLVM's binding and the libraries of workers import.
BAIT = (
    "hashlib",
    "llvmlite",
    "json",
    "numpy",
    "subprocess",
    "tempfile",
    "logging",
    "lzma",
    "numba",
)
BAIT += ("joblib", "pickle", "signal", "socket", "runpy", "uvicorn", "unitscope", "random", "yaml")


@pytest.fixture
def folder(tmp_path):
    """A current folder with files that are named like modules, and say it when they are run."""
    here = tmp_path / "here"
    here.mkdir()
    for name in BAIT:
        (here / f"{name}.py").write_text(f"open({str(tmp_path / 'run')!r}, 'a').write('{name} ')\n")
    return here


def run(folder, *words, **variables):
    """Run Python there, which itself looks for modules elsewhere only."""
    own = {"PYTHONPATH": str(SOURCE.parent), "UNITSCOPE_CACHE_DIR": str(folder.parent / "cache")}
    done = subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        env=os.environ | own | variables,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr
    ran = folder.parent / "run"
    return ran.read_text().split() if ran.exists() else []


def script(folder, text):
    """A program of the user's that lies in another folder."""
    path = folder.parent / "bin" / "program.py"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return str(path)


def test_the_bait_is_run_where_python_looks_there(folder):
    assert run(folder, "-c", "import json, hashlib") == ["json", "hashlib"]


@pytest.mark.slow
def test_the_first_training_runs_none(folder):
    text = "import unitscope as us; us.train(us.lab.data(), epochs=2)"
    assert run(folder, script(folder, text)) == []
    assert list((folder.parent / "cache").glob("*.bin")), "it did compile"


@pytest.mark.slow
def test_numba_translates_without_them(folder):
    pytest.importorskip("numba")
    (folder / ".numba_config.yaml").write_text("DISABLE_JIT: 1\n")
    text = """
from unitscope.compiled import code
code.shipped = lambda module: None
from unitscope.kernel.order import SHUFFLES
assert SHUFFLES.works()
"""
    assert run(folder, script(folder, text), NUMBA_DISABLE_JIT="1") == []


@pytest.mark.slow
def test_the_workers_of_a_sweep_run_none(folder):
    pytest.importorskip("joblib")
    text = """
import unitscope as us
if __name__ == "__main__":
    assert len(us.sweep(us.lab.data(), seeds=4, epochs=2, jobs=2)) == 4
"""
    assert run(folder, script(folder, text)) == []


COMMAND_LINE = """
import sys
from unitscope.cli import main
if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["loky", "dask"])
def test_the_workers_of_the_command_line_run_none(backend, folder):
    pytest.importorskip("joblib" if backend == "loky" else "distributed")
    words = ["sweep", "--seeds", "4", "--epochs", "2", "--jobs", "2", "--backend", backend]
    words += ["--out", str(folder.parent / "out")]
    assert run(folder, script(folder, COMMAND_LINE), *words) == []


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="ended by a signal")
def test_the_workers_of_the_server_run_none(folder):
    pytest.importorskip("uvicorn")
    words = ["play", "--port", "0", "--no-browser", "--workers", "2"]
    own = {"PYTHONPATH": str(SOURCE.parent), "UNITSCOPE_CACHE_DIR": str(folder.parent / "cache")}
    process = subprocess.Popen(
        [sys.executable, script(folder, COMMAND_LINE), *words],
        cwd=folder,
        env=os.environ | own,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        port = re.search(r":(\d+)/", process.stdout.readline())[1]

        def answer():
            with (
                contextlib.suppress(OSError),
                urlopen(f"http://127.0.0.1:{port}/", timeout=5) as it,
            ):
                return it.status

        assert eventually(answer) == 200
    finally:
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=PATIENCE)
    ran = folder.parent / "run"
    assert not ran.exists(), (ran.read_text(), errors)


def test_a_command_has_this_processs_path_without_the_current_folder(folder):
    (folder / "mine.py").write_text("raise SystemExit('run')")
    text = "import sys; print(sys.argv[1:], [entry for entry in sys.path if not entry])"
    done = subprocess.run(
        command(text, "a", "b c"), cwd=folder, capture_output=True, text=True, check=True
    )
    assert done.stdout == "['a', 'b c'] []\n"
    ran = subprocess.run(command("import mine"), cwd=folder, capture_output=True, text=True)
    assert "No module named 'mine'" in ran.stderr


def test_workers_isolated_puts_the_variable_back(monkeypatch):
    for before in (None, "", "1"):
        if before is None:
            monkeypatch.delenv("PYTHONSAFEPATH", raising=False)
        else:
            monkeypatch.setenv("PYTHONSAFEPATH", before)
        with workers_isolated():
            assert os.environ["PYTHONSAFEPATH"] == "1"
        assert os.environ.get("PYTHONSAFEPATH") == before


# what starts processes, of our own or by a library
STARTING = {"Popen", "system", "execv", "spawnv", "Supervisor", "Process", "ProcessPoolExecutor"}
STARTING |= {"LocalCluster", "Parallel", "fork"}
# each in a block of `workers_isolated`, or it's none of Python
KNOWN = {
    "cli/backends.py": {"LocalCluster", "Parallel"},
    "cli/play.py": {"Supervisor"},
    "figures/animation.py": {"subprocess.run"},  # ffmpeg
    "sweeps/workers.py": {"Parallel"},
}


def starting(source):
    """What a module's text calls that starts processes."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called.startswith("subprocess.") and not (
                node.args and ast.unparse(node.args[0]).startswith("command(")
            ):
                yield called
            elif called.rpartition(".")[2] in STARTING:
                yield called.rpartition(".")[2]


def test_no_other_process_is_started():
    found = {
        path.relative_to(SOURCE).as_posix(): set(calls)
        for path in SOURCE.rglob("*.py")
        if (calls := list(starting(path.read_text(encoding="utf-8"))))
    }
    assert found == KNOWN

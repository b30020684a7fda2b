"""What unitscope doctor finds: true of this machine, and of machines that lack something."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import webbrowser
from importlib import metadata
from pathlib import Path

import pytest

from unitscope import cli, installed

REPOSITORY = Path(__file__).parents[1]
OURS = """
    numpy>=2.0|matplotlib>=3.10
    joblib>=1.5 ; extra == "cluster"|dask>=2024.8 ; extra == "dask"
    unitscope[cluster] ; extra == "dask"|deno>=2.9 ; extra == "dev"
    torch>=2.4 ; extra == "torch" and python_version < "3"
"""


@pytest.fixture
def machine(monkeypatch):
    """A machine with these versions, and a unitscope of a few extras."""

    def having(**versions: str) -> dict[str, installed.Finding]:
        def version(name: str) -> str:
            if name not in versions:
                raise metadata.PackageNotFoundError(name)
            return versions[name]

        about = metadata.metadata("unitscope")
        for name in about.get_all("Provides-Extra") or ():
            del about["Provides-Extra"], name
        for name in ("cluster", "dask", "dev", "torch"):
            about["Provides-Extra"] = name
        lines = [line.strip() for part in OURS.split("\n") for line in part.split("|") if line]
        monkeypatch.setattr(metadata, "requires", lambda _: [line for line in lines if line])
        monkeypatch.setattr(metadata, "metadata", lambda _: about)
        monkeypatch.setattr(metadata, "version", version)
        return {found.name: found for found in installed.findings()}

    return having


def test_an_extra_is_there_where_all_that_it_names_is(machine):
    found = machine(numpy="2.4.1", matplotlib="3.10.0", joblib="1.5.0")
    assert found["packages"].found == "numpy 2.4.1, matplotlib 3.10.0"
    assert found["[cluster]"] == ("[cluster]", "joblib 1.5.0", "ok", "")
    remedy = 'pip install "unitscope[dask]"'
    assert found["[dask]"] == ("[dask]", "no dask", "absent", remedy)
    assert "[dev]" not in found
    assert found["[torch]"].state == "ok" and not found["[torch]"].found


def test_an_old_version_and_a_missing_one_are_told(machine):
    found = machine(numpy="1.26.4", joblib="1.4.2", dask="2025.1")
    remedy = 'pip install "unitscope"'
    assert found["packages"] == (
        "packages", "numpy 1.26.4, not >=2.0; no matplotlib", "broken", remedy
    )  # fmt: skip
    assert found["[dask]"].found == "joblib 1.4.2, not >=1.5"
    assert found["[dask]"].state == "absent"


def test_all_extras_for_users_are_told(capsys):
    status = cli.main(["doctor"])
    lines = capsys.readouterr().out.splitlines()
    assert status == any(line.startswith("!") for line in lines)
    pyproject = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
    part = pyproject.partition("[project.optional-dependencies]")[2].partition("\n[")[0]
    extras = set(re.findall(r"^(\w+) = \[", part, re.M)) - {"dev", "docs", "bench", "pyright"}
    assert extras == set(re.findall(r"\[(\w+)\]  ", "\n".join(lines)))
    assert all(re.match(r"(ok|- |! )  \S", line) for line in lines)


def test_nothing_heavy_is_imported_and_nothing_is_made(tmp_path):
    heavy = ("jax", "keras", "matplotlib", "numba", "pandas", "ray", "tensorflow", "torch")
    code = (
        "import sys; from unitscope import cli; cli.main(['doctor']);"
        f"assert not {set(heavy)!r} & set(sys.modules)"
    )
    cache = tmp_path / "cache"
    environment = {**os.environ, "UNITSCOPE_CACHE_DIR": str(cache), "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-c", code]
    ran = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert ran.returncode == 0, ran.stderr
    assert re.search(
        r"^ok +kernel +not compiled yet: the first training does it; LLVM", ran.stdout, re.M
    )
    assert f"cache         {cache}, which the first training makes\n" in ran.stdout
    assert not cache.exists()


def test_a_cache_that_cannot_be_used_is_told_with_the_next(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("UNITSCOPE_CACHE_DIR", str(tmp_path / "file"))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "file"))
    found = installed._cache()
    assert (found.state, found.name) == ("broken", "cache")
    assert found.found.startswith(f"{tmp_path / 'file'}: Not a directory; ")
    assert found.remedy.startswith("UNITSCOPE_CACHE_DIR=FOLDER")


def test_no_browser_is_told(monkeypatch):
    def none() -> None:
        raise webbrowser.Error("could not locate runnable browser")

    monkeypatch.setattr(webbrowser, "get", none)
    assert installed._browser().state == "absent"


def test_a_neighbouring_helper_is_told(tmp_path):
    assert installed.helper(tmp_path).state == "ok"
    copy = tmp_path / "lab_utils_multiclass_TF.py"
    copy.write_bytes((REPOSITORY / "src" / copy.name).read_bytes())
    assert installed.helper(tmp_path).state == "ok"
    copy.write_text("import matplotlib\n")
    found = installed.helper(tmp_path)
    assert (found.state, found.found) == ("broken", f"{copy} comes before ours")

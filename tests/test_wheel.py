"""The wheel that a user gets: the right files, and it works with what it declares alone."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import venv
import zipfile
from importlib.metadata import PackageNotFoundError, distribution, requires
from pathlib import Path

import pytest

import unitscope as us

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(repository, tmp_path_factory) -> Path:
    """The wheel, built from the checkout by the build backend itself."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=repository,
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def metadata(wheel) -> str:
    with zipfile.ZipFile(wheel) as archive:
        return archive.read(f"unitscope-{us.__version__}.dist-info/METADATA").decode()


def test_the_wheel_holds_every_file_of_the_package_and_no_other(wheel, repository):
    source = repository / "src"
    left_behind = ("__pycache__", ".ipynb_checkpoints")
    expected = {
        path.relative_to(source).as_posix()
        for path in (source / "unitscope").rglob("*")
        if path.is_file() and not set(left_behind) & set(path.parts)
    }
    expected.add("lab_utils_multiclass_TF.py")
    info = f"unitscope-{us.__version__}.dist-info"
    expected |= {
        f"{info}/{name}"
        for name in ("METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE")
    }
    with zipfile.ZipFile(wheel) as archive:
        files = set(archive.namelist())
    assert files == expected
    assert {
        "unitscope/py.typed",
        "unitscope/package_data/README.md",
        "unitscope/package_data/iris.npz",
        "unitscope/package_data/wine.npz",
        "unitscope/package_data/digits.npz",
    } <= files


def test_the_wheel_is_small_and_for_every_platform(wheel):
    assert wheel.name == f"unitscope-{us.__version__}-py3-none-any.whl"
    # Nothing large may slip in: 640 kB are Python, 150 data and translations, 210 the page and its
    # kernel, and 50 that one's two modules.
    assert wheel.stat().st_size < 1260 * 1024


def test_the_metadata_say_what_is_needed(metadata):
    needed = re.findall(r"^Requires-Dist: ([\w.-]+)[^;\n]*$", metadata, re.M)
    assert sorted(needed) == ["llvmlite", "matplotlib", "numpy", "pandas"]
    extras = re.findall(r"^Provides-Extra: (.*)$", metadata, re.M)
    assert sorted(extras) == [
        "app",
        "bench",
        "cluster",
        "dask",
        "dev",
        "docs",
        "keras",
        "notebook",
        "onnx",
        "pyright",
        "ray",
        "sklearn",
        "tables",
        "tensorflow",
        "torch",
    ]
    assert re.search(r"^License-Expression: Apache-2.0$", metadata, re.M)
    assert re.search(r"^Author: The unitscope developers$", metadata, re.M)
    assert re.search(r"^Requires-Python: >=3.11$", metadata, re.M)


@pytest.fixture(scope="module")
def environment(wheel, metadata, tmp_path_factory) -> Path:
    """An environment of the wheel, links to its run-time dependencies and theirs, no more."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, symlinks=True)
    python = folder / "bin" / "python"
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "--python",
            str(python),
            "install",
            "--no-index",
            "--no-deps",
            "--quiet",
            str(wheel),
        ],
        check=True,
        env={**os.environ, "PIP_NO_INDEX": "1"},
    )
    (site,) = folder.glob("lib/python*/site-packages")
    for name in closure(re.findall(r"^Requires-Dist: ([\w.-]+)[^;\n]*$", metadata, re.M)):
        for top in {Path(file).parts[0] for file in distribution(name).files or []} - {
            "..",
            "__pycache__",
        }:
            (site / top).symlink_to(distribution(name).locate_file(top))
    return folder


def closure(names: list[str]) -> set[str]:
    """Distributions needed by `names`, their own needs included, as installed here."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = re.sub(r"[-_.]+", "-", waiting.pop()).lower()
        if name in found:
            continue
        try:
            needed = requires(name) or []
        except PackageNotFoundError:  # for another platform or Python
            continue
        found.add(name)
        waiting += [re.match(r"[\w.-]+", need)[0] for need in needed if "extra ==" not in need]
    return found


def run(environment: Path, *command: str) -> str:
    # -I: neither the checkout nor PYTHONPATH nor the user's site may help.
    ran = subprocess.run(
        [environment / "bin" / "python", "-I", *command],
        cwd=environment,
        capture_output=True,
        text=True,
        env={"PATH": os.environ["PATH"], "HOME": str(environment)},
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_the_environment_has_nothing_but_the_declared_dependencies(environment):
    absent = (
        "keras",
        "tensorflow",
        "torch",
        "jax",
        "polars",
        "pyarrow",
        "sklearn",
        "scipy",
        "pytest",
        "IPython",
    )
    code = (
        "from importlib.util import find_spec;"
        f"print([name for name in {absent!r} if find_spec(name)])"
    )
    assert run(environment, "-c", code).strip() == "[]"


def test_the_installed_package_trains_and_draws(environment):
    picture = environment / "picture.png"
    code = (
        "import unitscope as us; import lab_utils_multiclass_TF; "
        "assert 'site-packages' in us.__file__; "
        "assert 'site-packages' in lab_utils_multiclass_TF.__file__; "
        "run = us.train(us.datasets.load('iris'), epochs=2); "
        f"us.plot.training(run)[0].figure.savefig({str(picture)!r}); "
        "print(us.__version__, len(us.datasets.digits().X), run.loss.shape)"
    )
    assert run(environment, "-c", code).split() == [us.__version__, "1797", "(2,)"]
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_the_command_is_installed(environment):
    help_text = run(environment, str(environment / "bin" / "unitscope"), "--help")
    assert "lab" in help_text

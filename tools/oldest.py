"""Try the oldest versions that pyproject.toml allows: the lab and the quick tests.

    python tools/oldest.py [FOLDER]

FOLDER (.venv-oldest without it) gets a fresh environment of the Python that runs this, which had
better be the oldest one allowed. Prints what is installed; ends with the first failure's status.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import venv
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
TESTING = (
    "hypothesis",
    "jsonschema",
    "polars",
    "pytest",
    "pytest-rerunfailures",
    "pytest-xdist",
    "scikit-learn",
    "scipy",
    "tqdm",
)

# A later pyparsing makes Matplotlib 3.10.0 warn, which a test takes as an error.
OTHERS = ("pyparsing<3.3",)

# Those that need no more than `.[app,tables]` and the above: no Keras, no browser, no deno.
TESTS = """data training figures wire sweeps/test_sweep.py cli/test_cli.py server
    test_networks.py test_recipe.py test_lab.py test_files.py"""
QUICK = [
    *("--numprocesses", "2", "--dist", "worksteal"),
    *("-m", "not (slow or browser or notebook or keras or tensorflow or torch or dask or ray)"),
]


def lower_bounds(project: dict) -> dict[str, str]:
    """Name to the oldest version allowed, of everything that [project] names with a bound."""
    extras = project["optional-dependencies"]
    needed = [*project["dependencies"], *(one for extra in extras.values() for one in extra)]
    found = (re.match(r"([\w-]+)(?:\[[\w,]+\])?>=([\d.]+)", requirement) for requirement in needed)
    return {match[1]: match[2] for match in found if match}


def main() -> int:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    bounds = lower_bounds(project)
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else REPOSITORY / ".venv-oldest").resolve()
    venv.create(folder, clear=True, with_pip=True)
    python = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    pins = folder / "oldest.txt"
    pins.write_text("".join(f"{name}=={bounds[name]}\n" for name in sorted(bounds)), "utf-8")
    pip = [python, "-m", "pip", "--disable-pip-version-check"]
    install = [*pip, "install", "--quiet", "--no-compile"]
    commands = [
        [*install, "-c", pins, "-e", ".[app,tables]", *TESTING, *OTHERS],
        [*pip, "freeze"],
        [python, "-m", "unitscope", "lab", "--out", folder / "lab"],
        # Old versions of some libraries warn of newer ones of others.
        [python, "-m", "pytest", "-q", "-W", "default::DeprecationWarning", *QUICK],
    ]
    commands[-1] += [REPOSITORY / "tests" / name for name in TESTS.split()]
    for command in commands:
        status = subprocess.run(command, cwd=REPOSITORY, check=False).returncode
        if status:
            return status
    return 0


if __name__ == "__main__":
    sys.exit(main())

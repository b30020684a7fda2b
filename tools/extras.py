"""Install each extra alone in an environment of its own, and run there what README promises of it.

    python tools/extras.py            # all, one after another: minutes and gigabytes, each removed
    python tools/extras.py keras app  # these

Too slow for the gate, which asks `tests/test_extras.py` whether the requirements cover the imports.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
LAB = "import unitscope as us\ndata = us.datasets.lab()\nrun = us.train(data, epochs=20)\n"
FIT = (
    LAB + "model = us.to_keras(us.Network.initialize([2, 2, 4]))\n"
    "history = us.fit(model, data.X, data.y, epochs=3)\nassert len(history.history['loss']) == 3\n"
    "model.save('model.keras')\nassert us.load('model.keras').sizes == (2, 2, 4)\n"
)
SWEEP = "from unitscope import cli\nif __name__ == '__main__':\n    assert not cli.main({})\n"


def swept_by(backend: str) -> str:
    """A sweep of the command line on a backend."""
    flags = ["sweep", "--seeds", "4", "--epochs", "5", "--jobs", "2", "--backend", backend]
    return SWEEP.format(flags)


# What must run with the extra alone: programs, by its name; "" is none, and two are README's own.
PROMISES = {
    "": LAB + "us.plot.decision_regions(run).figure.savefig('a.png')\nprint(us.explain(run))\n",
    "app": LAB + "import unitscope.server.app\nus.Scope(run)\n",
    "cluster": swept_by("loky"),
    "dask": swept_by("dask"),
    "keras": FIT,
    "notebook": "import IPython, ipympl, jupyterlab, nbclient, sklearn.datasets\n",
    "onnx": LAB + (
        "import onnx\nonnx.save(us.to_onnx(run.network), 'a.onnx')\n"
        "assert us.load('a.onnx').sizes == (2, 2, 4)\n"
    ),
    "ray": swept_by("ray"),
    "sklearn": LAB + (
        "from sklearn.model_selection import cross_val_score\n"
        "assert len(cross_val_score(us.Classifier(epochs=5), data.X, data.y)) == 5\n"
        "us.to_sklearn(run)\n"
    ),
    "tables": LAB + (
        "data.frame().to_excel('a.xlsx', index=False)\ndata.frame().to_parquet('a.parquet')\n"
        "assert us.read_table('a.xlsx', target='class').n_points == 100\n"
        "assert us.read_table('a.parquet', target='class').n_points == 100\n"
    ),
    "tensorflow": FIT,
    "tensorflow,notebook": (
        "import nbclient, nbformat\nfrom unitscope import cli\n"
        "assert not cli.main(['new-lab', 'lab'])\n"
        "book = nbformat.read('lab/lab.ipynb', 4)\n"
        "first = next(i for i, cell in enumerate(book.cells) if cell.cell_type == 'code')\n"
        "del book.cells[first + 1:]\n"
        "nbclient.NotebookClient(book, resources={'metadata': {'path': 'lab'}}).execute()\n"
    ),
    "torch": LAB + "assert us.network(us.to_torch(run)).sizes == (2, 2, 4)\n",
}  # fmt: skip


def tried(extra: str, wheel: Path, folder: Path) -> str:
    """Install the extra and run its program: the last line of what went wrong, or nothing."""
    python = folder / "env" / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    made = [sys.executable, "-m", "venv", str(folder / "env")]
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
    what = f"{wheel}[{extra}]" if extra else str(wheel)
    (folder / "program.py").write_text(PROMISES[extra], encoding="utf-8")
    left_out = ("KERAS_BACKEND", "KERAS_HOME", "PYTHONPATH")
    environment = {name: value for name, value in os.environ.items() if name not in left_out}
    environment |= {"HOME": str(folder), "RAY_USAGE_STATS_ENABLED": "0", "MPLBACKEND": "agg"}
    constraints = ["--constraint", str(REPOSITORY / "constraints.txt")]
    for command in (made, [*pip, *constraints, what], [str(python), "program.py"]):
        at_home = environment if command[0] == str(python) and "pip" not in command else None
        ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=at_home)
        if ran.returncode:
            lines = (ran.stderr or ran.stdout).strip().splitlines()
            return lines[-1] if lines else f"status {ran.returncode}"
    return ""


def main(wanted: list[str]) -> int:
    """Try the extras; 1 where one does not do what is promised."""
    failed = False
    with tempfile.TemporaryDirectory() as built:
        build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", built]
        subprocess.run(build, cwd=REPOSITORY, check=True, capture_output=True)
        (wheel,) = Path(built).glob("*.whl")
        for extra in wanted or list(PROMISES):
            began = time.monotonic()
            with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
                wrong = tried(extra, wheel, Path(folder))
            failed = failed or bool(wrong)
            took = f"{time.monotonic() - began:.0f} s"
            print(f"[{extra}]  {took}  {wrong or 'does what is promised'}", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Measure everything that docs/benchmarks.md states, and write that page. `make bench` runs this.

`python benchmarks/run.py` measures and writes; `--keras PROBLEM` is the part that runs in a process
of its own for each Keras backend, ours beside it, and prints two medians as JSON.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

import live
import load
import numpy as np
import problems as p
import scaling
import timing

import browser
import explanation
import geometry
import page
import unitscope as us

TRAINED_LAB = "import unitscope as us; us.lab.run()"
COMPILES = "compiles for the machine"
PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"


def main() -> None:
    """Every table in turn."""
    if "--keras" in sys.argv:
        print(json.dumps(beside_keras(sys.argv[-1])))
        return
    sections = []
    for measure in (
        lab_table,
        seeds_table,
        lambda: of_script("sweep_workers.py"),
        lambda: size_table("digits"),
        lambda: size_table("large"),
        scaling.scaling_table,
        lambda: of_script("fit.py"),
        lambda: of_script("large.py"),
        lambda: of_script("many.py"),
        geometry.region_table,
        explanation.explanation_table,
        start_table,
        picture_table,
        browser.browser_table,
        live.live_table,
        load.load_table,
    ):
        sections.append(measure())
        print(sections[-1], flush=True)
    PAGE.write_text(header() + "\n".join(sections), encoding="utf-8")


def header() -> str:
    """What was measured, where and how."""
    machine = f"{platform.machine()} with {p.vectors() or 'other vectors'}"
    return f"""# Benchmarks

Written by `make bench` (benchmarks/run.py). In each row the contender and ours were measured in the
same run, taking turns; each figure is the median of at least 5 rounds after an uncounted one. The
ratio is what holds on other machines; the seconds are those of this one: {machine},
{os.cpu_count()} noisy cores, Python {platform.python_version()}, NumPy {np.__version__}.

"""


def beside_keras(name: str) -> dict[str, float]:
    """Keras on this process's backend and ours in turn; on JAX, also larger problems as a scan."""
    problem = p.problems()[name]
    contenders = {"keras": p.keras_fit(problem), "ours": p.ours(problem)}
    if os.environ["KERAS_BACKEND"] == "jax" and name != "lab":
        import jax_scan

        contenders["scan"] = jax_scan.whole_run(problem)
    return timing.medians(contenders)


def in_keras_process(backend: str, name: str) -> dict[str, float]:
    """`beside_keras` in a fresh process on a backend."""
    environment = os.environ | {"KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [sys.executable, __file__, "--keras", name]
    result = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return json.loads(result.stdout.splitlines()[-1])


def of_script(name: str) -> str:
    """The section that a script of this folder prints, in a process of its own."""
    command = [sys.executable, str(Path(__file__).parent / name)]
    result = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return result.stdout.rstrip() + "\n"


def lab_table() -> str:
    """One run of the lab."""
    problem = p.problems()["lab"]
    contenders = {
        "ours": p.ours(problem),
        "kernel": p.kernel_alone(problem),
        "sklearn": p.scikit_learn(problem),
        "numpy": p.numpy_loop(problem),
    }
    limit = p.c_limit()
    if limit is not None:
        contenders["c"] = limit
    here = timing.medians(contenders)
    rows = [
        page.row("Keras 3 on TensorFlow, `fit`", *_pair(in_keras_process("tensorflow", "lab"))),
        page.row("Keras 3 on JAX, `fit`", *_pair(in_keras_process("jax", "lab"))),
        page.row("scikit-learn `MLPClassifier`", here["sklearn"], here["ours"]),
        page.row("plain NumPy, float32", here["numpy"], here["ours"]),
    ]
    note = (
        "\nOurs is `us.train`, with its shuffles and the weights of every epoch recorded; Keras, "
        "scikit-learn and C record no weights."
    )
    if limit is not None:
        who = f"C for this one shape, {p.vectors()} (the limit)"
        rows.append(page.row(who, here["c"], here["ours"]))
        ours, kernel = here["ours"] / here["c"], here["kernel"] / here["c"]
        note += (
            f" Ours takes {ours:.1f} times the limit; without drawing the shuffles, as C is "
            f"measured, {kernel:.1f} times ({timing.shown(here['kernel'])})."
        )
    title = "One run of the lab: 100 points, 2-2-4, 200 epochs, warm"
    return page.table(title, ["who", "time", "ours", "times ours"], rows) + note + "\n"


def seeds_table() -> str:
    """A thousand seeds of the lab."""
    data, threads, seeds = us.datasets.lab(), os.cpu_count() or 1, 1000
    contenders = {
        "ours": lambda: us.sweep(data, seeds=seeds),
        "one": lambda: us.train(data, seed=1),
    }
    limit = p.c_seeds(seeds, threads)
    if limit is not None:
        contenders["c"] = limit
    here = timing.medians(contenders, rounds=15)
    one_by_one = f"`us.train`, one after the other ({seeds:,} times the time of one)"
    rows = [page.row(one_by_one, here["one"] * seeds, here["ours"])]
    note = (
        "\nOurs is `us.sweep`, with the accuracy of every epoch; C has none and draws its numbers "
        "more simply."
    )
    if limit is not None:
        who = f"C for this one shape, {p.vectors()}, {threads} threads (the limit)"
        rows.append(page.row(who, here["c"], here["ours"]))
        note += f" Ours takes {here['ours'] / here['c']:.1f} times the limit."
    title = f"{seeds:,} seeds of the lab, 200 epochs each, {threads} threads"
    return page.table(title, ["who", "time", "ours", "times ours"], rows) + note + "\n"


def size_table(name: str) -> str:
    """A larger problem against scikit-learn and Keras on JAX."""
    problem = p.problems()[name]
    here = timing.medians({"ours": p.ours(problem), "sklearn": p.scikit_learn(problem)})
    jax = in_keras_process("jax", name)
    sizes = "-".join(map(str, problem.sizes))
    title = (
        f"{name}: {problem.data.n_points:,} points, {sizes}, {problem.recipe.epochs} epochs, "
        f"batch {problem.recipe.batch_size}"
    )
    rows = [
        page.row("scikit-learn `MLPClassifier`", here["sklearn"], here["ours"]),
        page.row("Keras 3 on JAX, `fit`", *_pair(jax)),
        page.row("JAX, the whole run as one scan, compiled before", jax["scan"], jax["ours"]),
    ]
    return page.table(title, ["who", "time", "ours", "times ours"], rows)


def _pair(result: dict[str, float]) -> tuple[float, float]:
    return result["keras"], result["ours"]


def start_table() -> str:
    """Whole processes, from start to end."""
    with tempfile.TemporaryDirectory() as folder:
        lab = [sys.executable, "-m", "unitscope", "lab", "--out", str(Path(folder) / "lab")]
        warm = os.environ | {"UNITSCOPE_CACHE_DIR": str(Path(folder) / "cache")}
        first = []
        for index in range(3):
            cold = os.environ | {"UNITSCOPE_CACHE_DIR": str(Path(folder) / f"cold{index}")}
            first.append(_once(lab, cold))

        def took(command: list[str]) -> float:
            return timing.process_seconds(command, warm)

        seconds = {
            "`python -c pass`": took(timing.python("pass")),
            "`import unitscope`": took(timing.python("import unitscope")),
            "`unitscope --help`": took([*lab[:3], "--help"]),
            "a trained lab run, no pictures": took(timing.python(TRAINED_LAB)),
            f"`unitscope lab`, first run ever ({COMPILES}; median of 3)": sorted(first)[1],
            "`unitscope lab`, later runs: five pictures as PNG and SVG": took(lab),
        }
    rows = [[what, timing.shown(value)] for what, value in seconds.items()]
    return page.table("Start-up: whole processes", ["what", "wall time"], rows)


def _once(command: list[str], environment: dict[str, str]) -> float:
    import time

    began = time.perf_counter()
    subprocess.run(command, env=environment, check=True, capture_output=True)
    return time.perf_counter() - began


def picture_table() -> str:
    """Six unit maps of 300 x 300 cells: one array call against a call for every point."""
    net = us.lab.run().network
    axis = np.linspace(-8, 8, 300)
    grid = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)

    def loop() -> list[np.ndarray]:
        maps = []
        for layer, inputs in ((net.layers[0], grid), (net.layers[1], np.abs(grid))):
            for unit in range(layer.units):
                w, b = layer.weights[:, unit], layer.bias[unit]
                maps.append(np.array([np.dot(point, w) + b for point in inputs]))
        return maps

    times = timing.medians(
        {"loop": loop, "ours": lambda: [net.layers[0](grid), net.layers[1](np.abs(grid))]}
    )
    title = "Six unit maps of 300 x 300 cells (two hidden units, four outputs)"
    who = "a Python loop over the points, as in the course's helper"
    rows = [page.row(who, times["loop"], times["ours"])]
    return page.table(title, ["who", "time", "ours", "times ours"], rows)


if __name__ == "__main__":
    main()

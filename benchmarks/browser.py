"""The browser's kernel beside the native one and plain JavaScript, in one run.

`python benchmarks/browser.py` prints the section of docs/benchmarks.md; `make bench` includes it.
The modules run in deno, whose V8 is Chromium's, and which has relaxed SIMD. Native and deno take
turns; of each turn the shortest call counts, since others use the machine too.
"""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

import page as markdown
import unitscope as us
from unitscope.kernel import advance as kernel
from unitscope.kernel.order import checked, drawn
from unitscope.kernel.state import State
from unitscope.page.answers import reply
from unitscope.page.course import course_start
from unitscope.page.training import Training
from unitscope.wire.limits import LIMITS
from unitscope.wire.to_wire import data_to_wire

ROUNDS, TIMES = 9, 12
HERE = Path(__file__).parent


def requests() -> dict[str, dict]:
    """What is trained: the lab, and larger networks."""
    lab = {"id": 1, "kind": "train", "data": data_to_wire(us.datasets.lab()), "recipe": {}}
    blobs = data_to_wire(us.datasets.blobs(n=1000, classes=4))
    large = {"hidden": [64, 64], "epochs": 20}
    return {
        "the lab: 100 points, 2-2-4, 200 epochs": lab | {"course": True},
        "100 points, 2-8-8-4, 200 epochs": lab | {"recipe": {"hidden": [8, 8]}},
        "1,000 points, 2-64-64-4, 20 epochs": lab | {"data": blobs, "recipe": large},
    }


def native(request: dict) -> tuple[float, float, np.ndarray]:
    """Seconds of the kernel's call and of the whole reply, and the losses."""
    training = Training.from_wire(request)
    data, recipe, net = training.fitted, training.recipe, training.architecture
    order = drawn(data.n_points, recipe)
    if training.course:
        net, rows = course_start()
        order = checked(rows)
    state = State.fresh(net.to_vector())

    def once() -> np.ndarray:
        return kernel.advance(state, net, data.X, data.y, order, recipe, THREAD).loss

    return least(once), least(lambda: reply(request)), once()


THREAD = kernel.Options(threads=1)


def least(call) -> float:
    """Seconds of the shortest of several calls."""
    found = []
    for _ in range(TIMES):
        began = time.perf_counter()
        call()
        found.append(time.perf_counter() - began)
    return min(found)


def browser_table() -> str:
    """Each training by every contender, medians of the rounds."""
    deno = shutil.which("deno", path=str(Path(sys.executable).parent)) or shutil.which("deno")
    command = [deno, "run", "--no-check", "--allow-read", str(HERE / "browser.js")]
    columns = ["training", "who", "time", "native", "times native"]
    with subprocess.Popen(command, stdin=-1, stdout=-1, text=True) as process:
        rows = [row for name, one in requests().items() for row in compared(process, name, one)]
        process.stdin.close()
    return markdown.table("The kernel in the browser: WebAssembly in V8", columns, rows)


def compared(process: subprocess.Popen, name: str, request: dict) -> list[list[str]]:
    """The rows of one training."""
    ours: list[tuple[float, float]] = []
    theirs: list[dict[str, float]] = []
    line = json.dumps({"limits": LIMITS, "request": request, "times": TIMES})
    for _ in range(ROUNDS):
        loop, whole, losses = native(request)
        ours.append((loop, whole))
        process.stdin.write(line + "\n")
        process.stdin.flush()
        told = json.loads(process.stdout.readline())
        theirs.append(told["seconds"])
        for other in told["losses"]:
            assert np.abs(np.array(other) - losses).max() < 1e-4, "not the same training"
    loop, whole = (statistics.median(values) for values in zip(*ours, strict=True))
    rows = []
    for who in theirs[0]:
        base = whole if "reply" in who else loop
        seconds = statistics.median(one[who] for one in theirs)
        shown = "plain JavaScript" if who == "plain" else f"WebAssembly, {who}"
        rows.append([name, *markdown.row(shown, seconds, base)])
    return rows


if __name__ == "__main__":
    print(browser_table())

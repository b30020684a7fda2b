"""The time of an epoch over sizes of data and network: ours, scikit-learn and Keras on JAX in turn.

`python benchmarks/scaling.py` measures case after case, each in a process of its own, draws, and
prints the section.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import problems as p
import timing
from matplotlib.ticker import NullFormatter

import page
import unitscope as us
from unitscope.figures import canvas
from unitscope.figures.save import save
from unitscope.theme import CURVE_WIDTH, LIGHT, class_colors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

IMAGES = Path(__file__).parents[1] / "docs" / "images"
RIVALS = ("scikit-learn", "Keras on JAX")


@dataclass(frozen=True)
class Case:
    """One training: `axis` is the quantity whose row of the table it stands in."""

    axis: str
    points: int = 10_000
    width: int = 64
    depth: int = 2
    classes: int = 10
    batch: int = 32
    features: int = 20

    def problem(self) -> p.Problem:
        """Random points and classes, and few epochs of them."""
        rng = np.random.default_rng(0)
        y = np.arange(self.points) % self.classes
        data = us.Dataset(rng.normal(size=(self.points, self.features)), y)
        recipe = us.Recipe(
            hidden=(self.width,) * self.depth,
            epochs=self.epochs,
            batch_size=self.batch,
            learning_rate=0.001,
        )
        return p.Problem(self.axis, data, recipe)

    @property
    def epochs(self) -> int:
        """Enough for a run of about a tenth of a second or more, but five at most."""
        return 5 if self.points <= 100 or (self.points <= 10_000 and self.width < 512) else 1


CASES = [
    *[Case("points", points=n) for n in (100, 1000, 10_000, 100_000, 1_000_000)],
    *[Case("width", width=w) for w in (2, 8, 32, 128, 256, 512)],
    *[Case("depth", depth=d) for d in (1, 2, 4, 6)],
    *[Case("classes", classes=k) for k in (2, 10, 100)],
    *[Case("batch", batch=b) for b in (8, 32, 128, 512)],
    Case("corner", points=1_000_000, width=2, depth=1, classes=2, features=2),
    Case("corner", points=100, width=512, depth=6, classes=100),
    Case("corner", points=10_000, width=512, depth=6, classes=100, batch=128),
    Case("corner", points=100_000, width=256, depth=2, batch=512),
]


def measure(case: Case, rounds: int = 3) -> dict[str, float]:
    """Seconds of an epoch of each contender, medians of rounds in which they take turns."""
    problem = case.problem()
    start = us.Network.initialize(problem.sizes)
    contenders = {
        "ours": p.ours(problem, start),
        "scikit-learn": p.scikit_learn(problem),
        "Keras on JAX": p.keras_fit(problem),
    }
    medians = timing.medians(contenders, rounds)
    return {who: seconds / case.epochs for who, seconds in medians.items()}


def in_process(case: Case) -> dict[str, float]:
    """`measure` in a fresh process."""
    result = subprocess.run(
        [sys.executable, __file__, json.dumps(vars(case))],
        check=True,
        capture_output=True,
        text=True,
        env=os.environ | {"KERAS_BACKEND": "jax"},
    )
    return json.loads(result.stdout.splitlines()[-1])


def scaling_table() -> str:
    """The section: every case, and the picture of them."""
    found = [(case, in_process(case)) for case in CASES]
    rows = []
    for case, seconds in found:
        best = min(seconds[who] for who in RIVALS)
        rows.append(
            [
                case.axis,
                f"{case.points:,}",
                f"{case.features}-{case.depth} x {case.width}-{case.classes}",
                str(case.batch),
                *[timing.shown(seconds[who]) for who in ("ours", *RIVALS)],
                page.times(best / seconds["ours"]),
            ]
        )
    _draw(found)
    slower = sum(min(seconds[who] for who in RIVALS) < seconds["ours"] for _, seconds in found)
    return (
        page.table(
            "An epoch, over sizes",
            ["varied", "points", "network", "batch", "ours", *RIVALS, "times ours"],
            rows,
        )
        + f"""
Random points; every time is that of one epoch, from runs of 1 to 5 epochs, start included; ours and
Keras are given their first weights, scikit-learn draws its own. "Times ours" is the better rival
over ours; in {slower} of the {len(found)} cases a rival is quicker. Ours uses every processor where
a chunk of the batch has about four million products of points and weights or more, and one below;
the rivals use what they like. In the last picture a step of b points has 6 operations for each
weight and point, and 28 bytes for each weight (weight, gradient and two moments, read and written
once): 0.21 b operations per byte. Its roofs are the rates of a large float32 product and a large
copy in NumPy. Weights that stay in the cache are not bound by the roof of the copy.

![Time of an epoch by points, both axes logarithmic](images/epoch_by_points.svg)
![Time of an epoch by width, both axes logarithmic](images/epoch_by_width.svg)
![Operations per second by operations per byte: ours below two roofs](images/training_roofline.svg)
"""
    )


def _roofs() -> tuple[float, float]:
    """Operations per second of a large float32 product, and bytes per second of a large copy."""
    left, large = np.ones((2048, 2048), np.float32), np.ones(2**25, np.float32)
    onto, out = np.empty_like(large), np.empty_like(left)
    seconds = timing.medians(
        {"product": lambda: np.matmul(left, left, out=out), "copy": lambda: np.copyto(onto, large)}
    )
    return 2 * 2048**3 / seconds["product"], 2 * large.nbytes / seconds["copy"]


def _draw(found: list[tuple[Case, dict[str, float]]]) -> None:
    """Time by points and by width, and the roofline."""
    whos = ("ours", *RIVALS)
    looks = dict(zip(whos, zip(class_colors(3), ("-", "--", ":"), "os^", strict=True), strict=True))
    for axis, quantity in (("points", "points"), ("width", "units in each of two hidden layers")):
        cases = [(getattr(case, axis), seconds) for case, seconds in found if case.axis == axis]
        ax = _panel(whos, f"Time of an epoch by {axis}", (quantity, "seconds"))
        lines = [
            ax.plot(
                [size for size, _ in cases],
                [seconds[who] for _, seconds in cases],
                color=color,
                linestyle=dashes,
                marker=marker,
                markersize=4.5,
                linewidth=CURVE_WIDTH,
            )[0]
            for who, (color, dashes, marker) in looks.items()
        ]
        canvas.panel_legend(ax, lines, whos, LIGHT)
        save(ax, IMAGES / f"epoch_by_{axis}.svg")
    _draw_roofline([(case, seconds["ours"]) for case, seconds in found])


def _draw_roofline(found: list[tuple[Case, float]]) -> None:
    shown = [(case, seconds) for case, seconds in found if case.axis in ("batch", "corner")]
    by_shape: dict[str, list[tuple[Case, float]]] = {}
    for case, seconds in shown:
        if case.width >= 64:
            by_shape.setdefault(f"{case.depth} x {case.width} units", []).append((case, seconds))
    names = ("the machine's roofs", *by_shape)
    ax = _panel(names, "Operations per second", ("operations per byte", "operations per second"))
    product, copy = _roofs()
    intensity = np.geomspace(1, 200, 100)
    roofs = np.minimum(product, copy * intensity)
    handles = ax.plot(intensity, roofs, color=LIGHT.text, linewidth=CURVE_WIDTH)
    for cases, color, marker in zip(by_shape.values(), class_colors(4), "osD^", strict=False):
        intensities = [0.21 * case.batch for case, _ in cases]
        rates = [_operations(case) / seconds for case, seconds in cases]
        handles += ax.plot(
            intensities, rates, color=color, marker=marker, linestyle="", markersize=5
        )
    ax.set_ylim(bottom=10 ** np.floor(np.log10(ax.get_ylim()[0])))
    canvas.panel_legend(ax, handles, names, LIGHT)
    save(ax, IMAGES / "training_roofline.svg")


def _operations(case: Case) -> int:
    """Of one epoch: 6 for each weight and point."""
    return 6 * us.Network.initialize(case.problem().sizes).n_parameters * case.points


def _panel(names: Sequence[str], title: str, labels: tuple[str, str]) -> Axes:
    ax = canvas.single_panel(4.6, 3.2, LIGHT, names, title)
    ax.set_xscale("log")
    ax.set_yscale("log")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_minor_formatter(NullFormatter())
    ax.grid(color=LIGHT.grid, linewidth=0.7)
    ax.set_axisbelow(True)
    canvas.name_axes(ax, title, labels)
    return ax


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(measure(Case(**json.loads(sys.argv[1])))))
    else:
        print(scaling_table())

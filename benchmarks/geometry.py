"""Exact regions beside regioncam, from 3 to 224,008 regions: a table, and a picture of the times.

`--largest CONTENDER` is the part that runs once in a process of its own and prints seconds and peak
memory as JSON.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import timing

import page
import unitscope as us
from unitscope.figures import canvas
from unitscope.figures.save import save
from unitscope.theme import CURVE_WIDTH, LIGHT

PICTURE = Path(__file__).parents[1] / "docs" / "images" / "region_costs.svg"
HALF = 3.0
WINDOW = ((-HALF, HALF), (-HALF, HALF))

# Widths and seed. The last one is measured once, its memory too.
NETWORKS = (
    ((2, 2, 4), 0),
    ((2, *[10] * 5, 3), 2),
    ((2, *[16] * 3, 4), 1),
    ((2, *[64] * 3, 10), 3),
    ((2, *[64] * 4, 10), 4),
    ((2, *[128] * 3, 10), 5),
    ((2, *[64] * 8, 10), 8),
    ((2, *[160] * 3, 10), 9),
    ((2, *[256] * 3, 10), 6),
)
CONTENDERS = ("partition", "everything", "regions", "boundary")


@dataclass(frozen=True)
class Costs:
    """One network: its regions by us and by regioncam, and the seconds of each of CONTENDERS."""

    name: str
    regions: int
    theirs: int
    seconds: dict[str, float]


def he_network(widths: tuple[int, ...], seed: int) -> us.Network:
    """He's initialisation (normal, variance 2 / inputs); biases of deviation 1, then 0.3."""
    rng = np.random.default_rng(seed)
    layers = []
    for depth, (inputs, units) in enumerate(pairwise(widths)):
        weights = rng.standard_normal((units, inputs)).T * np.sqrt(2.0 / inputs)
        bias = rng.standard_normal(units) * (1.0 if depth == 0 else 0.3)
        layers.append(us.Dense(weights, bias, "relu" if depth < len(widths) - 2 else "linear"))
    return us.Network(layers)


def everything(part: Any) -> Any:
    """All that a partition can tell: patterns, maps, polygons, areas, lines, components."""
    regions = part.regions
    _ = regions.pattern, regions.affine, regions.area, part.cells.area, part.area
    _ = part.boundary.polylines(), part.components, part.activation_boundaries
    return part


def camera(net: us.Network) -> Any:
    """regioncam's regions, each with the map of its logits."""
    import regioncam

    seen = regioncam.Regioncam(size=HALF)
    for layer in net.layers:
        seen.linear(layer.weights.astype(np.float32), layer.bias.astype(np.float32))
        if layer.activation == "relu":
            seen.relu()
    return seen


def contenders(net: us.Network) -> dict[str, Callable[[], object]]:
    """Ours: regions and classes, then everything; regioncam's: regions, then boundaries too."""
    return {
        "partition": lambda: us.partition(net, WINDOW),
        "everything": lambda: everything(us.partition(net, WINDOW)),
        "regions": lambda: camera(net),
        "boundary": lambda: camera(net).decision_boundary(),
    }


def region_table() -> str:
    """The section of the page; the picture is written beside it."""
    measured = [costs(*network) for network in NETWORKS[:-1]]
    largest, megabytes = costs_of_largest()
    measured.append(largest)
    draw(measured)
    columns = [
        "network",
        "regions",
        "ours: `us.partition`",
        "ours: everything",
        "regioncam: regions, maps",
        "regioncam: and boundary",
        "ours: everything, regions/s",
        "times ours",
    ]
    rows = [
        [
            one.name,
            f"{one.regions:,}",
            *[timing.shown(one.seconds[name]) for name in CONTENDERS],
            per_second(one),
            page.times(one.seconds["boundary"] / one.seconds["everything"]),
        ]
        for one in measured
    ]
    return (
        page.table("Exact regions: random ReLU networks on [-3, 3] x [-3, 3]", columns, rows)
        + f"""
`us.partition` finds regions and classes. Everything is that and all patterns, affine maps,
polygons, areas, cells, boundary lines, components and the lines where units turn on, in float64.
regioncam (Rust, float32) finds regions with their maps, then the decision boundary. "Times ours" is
regioncam with its boundary over our everything.
{largest.name} was measured once, each contender in a process of its own: at its peak ours took
{megabytes["ours"]:,} MB, regioncam {megabytes["regioncam"]:,} MB. {differing(measured)}

![Seconds by number of regions, both axes logarithmic](images/{PICTURE.name})
"""
    )


def costs(widths: tuple[int, ...], seed: int) -> Costs:
    """The four contenders in turn on one network."""
    net = he_network(widths, seed)
    regions = len(us.partition(net, WINDOW).regions)
    theirs = camera(net).num_faces
    return Costs(named(widths), regions, theirs, timing.medians(contenders(net)))


def costs_of_largest() -> tuple[Costs, dict[str, int]]:
    """The last network, once, and the peak megabytes of the process of each contender."""
    found = {}
    for name in ("ours", "regioncam"):
        command = [sys.executable, __file__, "--largest", name]
        ran = subprocess.run(command, check=True, capture_output=True, text=True)
        found[name] = json.loads(ran.stdout)
    ours, theirs = found["ours"], found["regioncam"]
    seconds = ours["seconds"] | theirs["seconds"]
    megabytes = {name: result["megabytes"] for name, result in found.items()}
    name = named(NETWORKS[-1][0])
    return Costs(name, ours["regions"], theirs["regions"], seconds), megabytes


def measure_largest(contender: str) -> dict[str, Any]:
    """Seconds of both of a contender's parts, once, and the peak memory of this process."""
    net = he_network(*NETWORKS[-1])
    warm_up = he_network(*NETWORKS[0])
    if contender == "ours":
        everything(us.partition(warm_up, WINDOW))
        part, first = timed(lambda: us.partition(net, WINDOW))
        _, second = timed(lambda: everything(part))
        names, regions = CONTENDERS[:2], len(part.regions)
    else:
        camera(warm_up)
        seen, first = timed(lambda: camera(net))
        regions = seen.num_faces
        _, second = timed(lambda: seen.decision_boundary())
        names = CONTENDERS[2:]
    unit = 1 if sys.platform == "darwin" else 1024  # bytes there, KiB on Linux
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    return {
        "regions": regions,
        "seconds": dict(zip(names, (first, first + second), strict=True)),
        "megabytes": round(peak / 1e6),
    }


def timed(call: Callable[[], Any]) -> tuple[Any, float]:
    """What a call gives, and its seconds."""
    began = time.perf_counter()
    return call(), time.perf_counter() - began


def named(widths: tuple[int, ...]) -> str:
    """2-64x3-10 for 2, 64, 64, 64, 10."""
    runs = [(width, len(list(run))) for width, run in groupby(widths)]
    # Inputs and the first hidden layer are two numbers even where they are equal.
    if runs[0][1] > 1:
        runs[:1] = [(widths[0], 1), (widths[0], runs[0][1] - 1)]
    return "-".join(f"{width}x{count}" if count > 1 else str(width) for width, count in runs)


def per_second(one: Costs) -> str:
    """Regions a second of everything, three digits."""
    rate = one.regions / one.seconds["everything"]
    return f"{float(f'{rate:.3g}'):,.0f}"


def differing(measured: list[Costs]) -> str:
    """A sentence on the networks where the two count differently."""
    apart = [f"{one.theirs:,} for {one.name}" for one in measured if one.theirs != one.regions]
    if not apart:
        return "Both count the same regions in every network."
    return (
        "Both count the same regions except for some narrower than rounding: regioncam has "
        f"{' and '.join(apart)}."
    )


def draw(measured: list[Costs]) -> None:
    """Seconds by regions: a line for each contender, a mark for each network, hollow for less."""
    orange, blue = LIGHT.curves
    looks = {
        "boundary": (orange, "-", "s", "regioncam: and boundary"),
        "regions": (orange, "--", "s", "regioncam: regions, maps"),
        "everything": (blue, "-", "o", "ours: everything"),
        "partition": (blue, "--", "o", "ours: us.partition"),
    }
    ordered = sorted(measured, key=lambda one: one.regions)
    names = [look[3] for look in looks.values()]
    ax = canvas.single_panel(5.6, 3.4, LIGHT, names, "Time as regions grow")
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.grid(color=LIGHT.grid, linewidth=0.7)
    ax.set_axisbelow(True)
    lines = [
        ax.plot(
            [one.regions for one in ordered],
            [one.seconds[name] for one in ordered],
            color=color,
            linestyle=dashes,
            marker=marker,
            markersize=4.5,
            linewidth=CURVE_WIDTH,
            markerfacecolor=color if dashes == "-" else LIGHT.background,
        )[0]
        for name, (color, dashes, marker, _) in looks.items()
    ]
    counts = [10**power for power in range(1, 6)]
    ax.set_xticks(counts, [f"{count:,}" for count in counts])
    seconds = [10.0**power for power in range(-5, 2)]
    ax.set_yticks(seconds, ["10 µs", "100 µs", "1 ms", "10 ms", "100 ms", "1 s", "10 s"])
    ax.minorticks_off()
    canvas.name_axes(ax, "Time as regions grow", ("activation regions", "time"))
    canvas.panel_legend(ax, lines, names, LIGHT)
    save(ax, PICTURE)


if __name__ == "__main__":
    print(json.dumps(measure_largest(sys.argv[-1])) if "--largest" in sys.argv else region_table())

"""The command `unitscope sweep`."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from unitscope.cli.backends import BACKENDS, workers
from unitscope.cli.bars import count_bar

if TYPE_CHECKING:
    from unitscope.sweeps.result import Sweep

# Settings that may have several values: each combination is trained.
_VARIED: tuple[tuple[str, type, str], ...] = (
    ("learning_rate", float, "RATE"),
    ("batch_size", int, "N"),
    ("optimizer", str, "NAME"),
    ("activation", str, "NAME"),
)


def add_to(commands: Any) -> None:
    """Add the command to the command line."""
    sweep = commands.add_parser(
        "sweep",
        help="train the lab's network from many seeds at once",
        description="Train the same network on a toy data set from many seeds at once, and say "
        "how many of them learn it, why others are stuck, and which are the same up to the order "
        "of units. Several values of a setting make a grid: every combination is trained. "
        "Ctrl-C keeps what is done.",
    )
    sweep.add_argument(
        "--data", default="lab", metavar="NAME", help="lab, blobs, moons, ... (default: lab)"
    )
    sweep.add_argument(
        "--seeds", type=int, default=1000, metavar="N", help="how many (default: 1000)"
    )
    sweep.add_argument(
        "--hidden",
        type=int,
        nargs="*",
        action="append",
        metavar="UNITS",
        help="units of each hidden layer (default: 2); given again, another network",
    )
    sweep.add_argument("--epochs", type=int, default=200, metavar="N", help="default: 200")
    for name, kind, shown in _VARIED:
        sweep.add_argument(
            f"--{name.replace('_', '-')}",
            type=kind,
            nargs="+",
            metavar=shown,
            help="the recipe's, one or several",
        )
    sweep.add_argument(
        "--out",
        type=Path,
        metavar="FOLDER",
        help="keep every finished slice of seeds in this folder",
    )
    sweep.add_argument("--resume", action="store_true", help="go on with what is in the folder")
    sweep.add_argument(
        "--backend",
        choices=BACKENDS,
        default="threads",
        help="who works: threads of this process (default), processes, Dask, Ray",
    )
    sweep.add_argument(
        "--address", help="of a Dask scheduler or a Ray cluster; without it, one is started here"
    )
    sweep.add_argument(
        "--jobs", type=int, metavar="N", help="how many processes (default: one for each processor)"
    )
    sweep.set_defaults(run=_sweep)


def _sweep(options: argparse.Namespace) -> int:
    from unitscope.data import toys
    from unitscope.errors import InvalidInput, refusal
    from unitscope.recipe import Recipe
    from unitscope.sweeps.block import prepare
    from unitscope.sweeps.grid import SweepGrid, combinations
    from unitscope.sweeps.result import Sweep
    from unitscope.sweeps.sweep import sweep

    if options.data not in toys.names():
        raise refusal("--data", f"one of {', '.join(toys.names())}", options.data)
    if options.resume and options.out is None:
        raise InvalidInput("--resume must be given with --out FOLDER. Got no folder instead.")
    settings, grid = _settings(options)
    data = toys.load(options.data)
    for recipe in (
        [Recipe.of(None, settings)] if grid is None else combinations(None, settings, grid)[0]
    ):
        prepare(Sweep.of(data, recipe).architecture)  # compiled before the clock starts
    with workers(options.backend, options.address, options.jobs) as jobs:
        began = time.perf_counter()
        found = sweep(
            data,
            seeds=options.seeds,
            grid=grid,
            folder=options.out,
            resume=options.resume,
            jobs=jobs,
            progress=count_bar(resumed=options.out is not None),
            **settings,
        )
        spent = time.perf_counter() - began
    sweeps = list(found) if isinstance(found, SweepGrid) else [found]
    runs, wanted = sum(map(len, sweeps)), options.seeds * len(sweeps)
    if not runs:
        print("no seed was done")
        return 1
    if isinstance(found, SweepGrid):
        print(f"\n{runs:,} of {wanted:,} runs in {spent:.2f} s\n{found}")
    else:
        print(f"\n{runs:,} of {wanted:,} seeds in {spent:.2f} s")
        _say(found)
    if options.out is not None:
        print(f"kept in {options.out}" + ("" if runs == wanted else "; --resume goes on"))
    return 0


def _settings(options: argparse.Namespace) -> tuple[dict[str, Any], dict[str, list[Any]] | None]:
    """The settings with one value, and those with several."""
    given: dict[str, list[Any]] = {"hidden": [tuple(units) for units in options.hidden or [[2]]]}
    given |= {
        name: getattr(options, name) for name, *_ in _VARIED if getattr(options, name) is not None
    }
    single = {name: values[0] for name, values in given.items() if len(values) == 1}
    return {"epochs": options.epochs, **single}, {
        name: v for name, v in given.items() if len(v) > 1
    } or None


def _say(found: Sweep) -> None:
    import numpy as np

    solved = int((found.accuracy == 1).sum())
    print(f"{solved:,} ({solved / len(found):.1%}) classify every point right")
    for name, values, form in (("loss", found.loss, ".4f"), ("accuracy", found.accuracy, ".0%")):
        least, low, middle, high, most = (
            format(value, form) for value in np.quantile(values, [0, 0.25, 0.5, 0.75, 1])
        )
        print(f"{name}: lowest {least}, quartiles {low}, {middle} and {high}, highest {most}")
    for why, seeds in found.stuck().items():
        print(f"stuck, {why}: {len(seeds):,} (seeds {_some(seeds.tolist())})")
    groups = found.groups()
    print(f"{len(groups):,} different networks up to the order of units; the commonest:")
    for group in groups[:5]:
        print(
            f"  {len(group):,} seeds, accuracy {found.accuracy[found.seeds == group[0]][0]:.0%}: "
            f"{_some(group.tolist())}"
        )


def _some(seeds: list[int]) -> str:
    return ", ".join(map(str, seeds[:8])) + (", ..." if len(seeds) > 8 else "")

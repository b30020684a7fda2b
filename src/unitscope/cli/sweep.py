"""The command `unitscope sweep`."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from unitscope.cli.backends import BACKENDS, workers
from unitscope.cli.bars import count_bar
from unitscope.cli.flags import flag_of
from unitscope.cli.folder import add_out, ready
from unitscope.cli.interrupts import INTERRUPTED
from unitscope.cli.tables import add_table_flags, data_of, summary
from unitscope.cli.watching import add_watching_flags, held_out, recipe_settings
from unitscope.errors import InvalidInput, refusal, said, shown
from unitscope.shares import percent

if TYPE_CHECKING:
    import numpy as np

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
        allow_abbrev=False,
        help="train the same network from many seeds at once",
        description="Train the same network on a toy data set, or on a table, from many seeds at "
        "once, and say how many of them learn it, which others are not finished or stuck, and why, "
        "and which are the same up to the order of units. Several values of a setting make a grid: "
        "every combination is trained. Ctrl-C keeps what is done.",
    )
    sweep.add_argument(
        "--data",
        default="lab",
        metavar="NAME",
        help="lab, blobs, moons, ..., or the file of a table (default: lab)",
    )
    add_table_flags(sweep)
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
    for name, kind, metavar in _VARIED:
        sweep.add_argument(
            f"--{name.replace('_', '-')}",
            type=kind,
            nargs="+",
            metavar=metavar,
            help="the recipe's, one or several",
        )
    add_watching_flags(sweep)
    add_out(sweep, "every slice of seeds as it is finished", None)
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
    from unitscope.sweeps.block import prepare
    from unitscope.sweeps.grid import SweepGrid
    from unitscope.sweeps.sweep import planned, sweep
    from unitscope.sweeps.words import counted

    if options.resume and options.out is None:
        raise InvalidInput("--resume must be given with --out DIR. Got no folder instead.")
    settings, grid = _settings(options)
    data = data_of(options.data, options, "--data")
    if options.data not in toys.names():
        print(summary(data))
    plan = planned(data, None, options.seeds, grid, settings, held_out(options))
    plan.check_memory(os.cpu_count() or 1)
    folder = None if options.out is None else ready(options.out)
    for empty in plan.empty():
        prepare(empty.architecture, plan.held_out)  # compiled before the clock starts
    with workers(options.backend, options.address, options.jobs) as jobs:
        began = time.perf_counter()
        with count_bar(resumed=folder is not None) as progress:
            found = sweep(
                data,
                seeds=options.seeds,
                grid=grid,
                folder=folder,
                resume=options.resume,
                jobs=jobs,
                progress=progress,
                **held_out(options),
                **settings,
            )
        spent = time.perf_counter() - began
    sweeps = list(found) if isinstance(found, SweepGrid) else [found]
    runs, wanted = sum(map(len, sweeps)), options.seeds * len(sweeps)
    what = counted(wanted, "run" if isinstance(found, SweepGrid) else "seed")
    print(f"{runs:,} of {what} in {spent:.2f} s")
    if isinstance(found, SweepGrid):
        print(found)
    elif runs:
        print("\n".join(_lines(found)))
    if folder is not None:
        print(f"kept in {folder}" + ("" if runs == wanted else "; --resume goes on"))
    return 0 if runs == wanted else INTERRUPTED


def _settings(options: argparse.Namespace) -> tuple[dict[str, Any], dict[str, list[Any]] | None]:
    """The settings with one value, and those with several."""
    given: dict[str, list[Any]] = {"hidden": [tuple(units) for units in options.hidden or [[2]]]}
    given |= {
        name: getattr(options, name) for name, *_ in _VARIED if getattr(options, name) is not None
    }
    for name, values in given.items():
        twice = next((value for at, value in enumerate(values) if value in values[:at]), None)
        if twice is not None:
            typed = " ".join(map(str, twice)) if isinstance(twice, tuple) else shown(twice)
            raise refusal(flag_of(name), "given different values", said(f"{typed} twice"))
    single = {name: values[0] for name, values in given.items() if len(values) == 1}
    return {"epochs": options.epochs, **recipe_settings(options), **single}, {
        name: v for name, v in given.items() if len(v) > 1
    } or None


def _lines(found: Sweep) -> list[str]:
    """What a sweep of at least one seed found, in words; trainings that diverged are counted."""
    from unitscope.sweeps import words
    from unitscope.sweeps.solutions import DIVERGED

    sound, count = ~found.diverged, len(found)
    solved = int((found.accuracy == 1).sum())
    which = "" if found.held_out is None else f" of the {found.counts[0]:,} that they train on"
    # of a share held out, each seed has points and scales of its own
    lines = ["features standardized for training"] * (found.recipe.standardize is True)
    lines += [f"{solved:,} ({percent(solved / count, 1)}) classify every point{which} right"]
    if not sound.all():
        lines += [
            f"{words.how_many(int((~sound).sum()), count)} and are left out below "
            f"({words.seeds_named(found.seeds[~sound])})"
        ]
    if sound.any():
        lines += _measured(found, sound)
    epochs, stops = found.recipe.epochs, found.may_stop
    lines += [
        f"{words.reason(why, epochs, may_stop=stops)}: {len(seeds):,} ({words.seeds_named(seeds)})"
        for why, seeds in found.stuck().items()
        if why != DIVERGED
    ]
    return lines + _groups(found)


def _measured(found: Sweep, sound: np.ndarray) -> list[str]:
    """Losses and accuracies of the trainings that did not diverge, and of which points they are."""
    from unitscope.sweeps import words

    def lines(loss: np.ndarray, accuracy: np.ndarray, where: str) -> list[str]:
        return [
            f"loss{where}: {_spread(loss[sound], words.loss)}",
            f"accuracy{where}: {_spread(accuracy[sound], lambda one: percent(one, 0))}",
        ]

    held_loss, held_accuracy = found.validation_loss, found.validation_accuracy
    if held_loss is None or held_accuracy is None:
        return lines(found.loss, found.accuracy, "")
    trained_on, held = found.counts
    told = [
        *lines(found.loss, found.accuracy, f" on the {trained_on:,} points trained on"),
        *lines(held_loss, held_accuracy, f" on the {held:,} points held out"),
    ]
    if found.may_stop:
        epochs = _spread(found.epochs[sound], lambda one: f"{one:,.0f}")
        told += [f"epoch with the lowest loss on the points held out: {epochs}"]
    return told


def _groups(found: Sweep) -> list[str]:
    """How many different networks there are, and the commonest; with what keeps them from more."""
    from unitscope.sweeps import words

    lost = set(found.seeds[found.diverged].tolist())
    why = {seed: one for one, seeds in found.stuck().items() for seed in seeds.tolist()}
    groups = [group for group in found.groups() if int(group[0]) not in lost]
    if not groups:
        return []
    networks = words.counted(len(groups), "different network")
    lines = [f"{networks} up to the order of units; the commonest:"]
    for group in groups[:5]:
        accuracy = percent(found.accuracy[found.seeds == group[0]][0], 0)
        parts = words.parts([why[seed] for seed in group.tolist() if seed in why], len(group))
        described = ", ".join(filter(None, [f"accuracy {accuracy}", parts]))
        seeds = words.counted(len(group), "seed")
        lines += [f"  {seeds}, {described}: {words.some(group.tolist())}"]
    return lines


def _spread(values: np.ndarray, form: Callable[[float], str]) -> str:
    import numpy as np

    quantiles = np.quantile(values, [0, 0.25, 0.5, 0.75, 1]).tolist()
    least, low, middle, high, most = map(form, quantiles)
    if len(values) == 1:
        return middle
    return f"lowest {least}, quartiles {low}, {middle} and {high}, highest {most}"

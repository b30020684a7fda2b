"""The command line: arguments become library calls. The only place that prints and exits."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from unitscope import __version__
from unitscope.errors import UnitscopeError

if TYPE_CHECKING:
    from unitscope.compiled import CompiledCode


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the `unitscope` command and return its exit status: 0, 1 for a refusal, 2 for unknown arguments."""
    options = _parser().parse_args(arguments)
    if not hasattr(options, "run"):
        _parser().print_help()
        return 0
    try:
        return int(options.run(options))
    except UnitscopeError as error:
        print(f"unitscope: {error}", file=sys.stderr)
    except OSError as error:
        print(f"unitscope: {error.filename or 'a file'}: {error.strerror or error}", file=sys.stderr)
    except KeyboardInterrupt:
        print("unitscope: stopped", file=sys.stderr)
        return 130
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="unitscope", description="See how a small classifier decides: train it, look at every unit.")
    parser.add_argument("--version", action="version", version=f"unitscope {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    lab = commands.add_parser(
        "lab", help="run the course lab: data, training, pictures, explanation",
        description="Run the course lab Multi-class Classification: print its data's facts, train its network from "
        "its own start, say in words what it does, and write its pictures as PNG and SVG.")
    lab.add_argument("--out", type=Path, default=Path("lab"), metavar="DIR",
                     help="folder for the pictures (default: lab)")
    lab.add_argument("--seed", type=int, metavar="N", help="start from Glorot uniform weights of this seed instead")
    lab.add_argument("--verbose", action="store_true", help="print the loss of every epoch, as the lab does")
    lab.set_defaults(run=_lab)
    sweep = commands.add_parser(
        "sweep", help="train the lab's network from many seeds at once",
        description="Train the same network on a toy data set from many seeds at once, and say how many of them learn "
        "it, why others are stuck, and which are the same up to the order of units. Ctrl-C keeps what is done.")
    sweep.add_argument("--data", default="lab", metavar="NAME", help="lab, blobs, moons, ... (default: lab)")
    sweep.add_argument("--seeds", type=int, default=1000, metavar="N", help="how many (default: 1000)")
    sweep.add_argument("--hidden", type=int, nargs="*", default=[2], metavar="UNITS",
                       help="units of each hidden layer (default: 2)")
    sweep.add_argument("--epochs", type=int, default=200, metavar="N", help="default: 200")
    sweep.set_defaults(run=_sweep)
    return parser


def _lab(options: argparse.Namespace) -> int:
    import gc

    from unitscope import lab
    from unitscope.explanation.explain import explain
    from unitscope.geometry.subdivision import CUT
    from unitscope.training.kernel import LOOP

    gc.disable()  # a short process that ends with its memory: collecting costs a tenth of its time
    print("\n".join(lab.facts(lab.data())))
    _announce_compilation(LOOP, CUT)
    run = lab.run(options.seed, progress=_bar())
    if options.verbose:
        print("\n".join(lab.epoch_lines(run)))
    print(f"final loss {run.loss[-1]:.4f}, accuracy {run.accuracy[-1]:.0%}")
    said = explain(run)
    print(f"\n{said}\n")
    for path in [*lab.draw(run, options.out), lab.write_explanation(said, options.out)]:
        print(f"wrote {path}")
    return 0


def _sweep(options: argparse.Namespace) -> int:
    import time

    import numpy as np

    from unitscope.data import toys
    from unitscope.errors import refusal
    from unitscope.training.block import LOCKSTEP
    from unitscope.training.sweep import sweep

    if options.data not in toys.names():
        raise refusal("--data", f"one of {', '.join(toys.names())}", options.data)
    data = toys.load(options.data)
    _announce_compilation(LOCKSTEP)
    LOCKSTEP.entry()
    began = time.perf_counter()
    found = sweep(data, seeds=options.seeds, hidden=tuple(options.hidden),
                  epochs=options.epochs, progress=_count_bar(began))
    spent = time.perf_counter() - began
    if not len(found):
        print("no seed was done")
        return 1
    print(f"\n{len(found):,} of {options.seeds:,} seeds in {spent:.2f} s")
    solved = int((found.accuracy == 1).sum())
    print(f"{solved:,} ({solved / len(found):.1%}) classify every point right")
    for name, values, form in (("loss", found.loss, ".4f"), ("accuracy", found.accuracy, ".0%")):
        least, low, middle, high, most = (format(value, form) for value in np.quantile(values, [0, 0.25, 0.5, 0.75, 1]))
        print(f"{name}: {least} at the least, quartiles {low}, {middle}, {high}, {most} at the most")
    for why, seeds in found.stuck().items():
        print(f"stuck, {why}: {len(seeds):,} (seeds {_some(seeds.tolist())})")
    groups = found.groups()
    print(f"{len(groups):,} different networks up to the order of units; the commonest:")
    for group in groups[:5]:
        print(f"  {len(group):,} seeds, accuracy {found.accuracy[found.seeds == group[0]][0]:.0%}: "
              f"{_some(group.tolist())}")
    return 0


def _some(seeds: list[int]) -> str:
    return ", ".join(map(str, seeds[:8])) + (", ..." if len(seeds) > 8 else "")


def _count_bar(began: float) -> Callable[[int, int], None]:
    """Seeds done, the rate and the time left."""
    import time

    def show(done: int, seeds: int) -> None:
        rate = done / max(time.perf_counter() - began, 1e-9)
        left = (seeds - done) / rate
        _draw_bar("sweep", done, seeds, f"{done:,}/{seeds:,} - {rate:,.0f} a second, {left:.0f} s left ")

    return show


def _announce_compilation(*codes: CompiledCode) -> None:
    if not all(code.is_ready() for code in codes):
        print("compiling the training kernel for this machine, once (some seconds) ...", file=sys.stderr, flush=True)


def _bar() -> Callable[[int, int, float], None]:
    """Epochs done and the last loss."""
    def show(done: int, epochs: int, loss: float) -> None:
        _draw_bar("training", done, epochs, f"epoch {done}/{epochs} - loss: {loss:.4f}")

    return show


def _draw_bar(what: str, done: int, of: int, words: str) -> None:
    """A progress bar: redrawn in place on a terminal, one line at the end anywhere else."""
    live = sys.stdout.isatty()
    if live or done == of:
        bar = ("=" * (30 * done // of)).ljust(30, ".")
        print(f"{chr(13) if live else ''}{what} [{bar}] {words}", end="\n" if done == of else "", flush=True)


if __name__ == "__main__":
    sys.exit(main())

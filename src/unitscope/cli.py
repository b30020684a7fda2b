"""The command line: arguments become library calls. The only place that prints and exits."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from unitscope import __version__
from unitscope.errors import UnitscopeError


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
    return parser


def _lab(options: argparse.Namespace) -> int:
    import gc

    from unitscope import lab
    from unitscope.explanation.explain import explain

    gc.disable()  # a short process that ends with its memory: collecting costs a tenth of its time
    print("\n".join(lab.facts(lab.data())))
    _announce_compilation()
    run = lab.run(options.seed, progress=_bar())
    if options.verbose:
        print("\n".join(lab.epoch_lines(run)))
    print(f"final loss {run.loss[-1]:.4f}, accuracy {run.accuracy[-1]:.0%}")
    said = explain(run)
    print(f"\n{said}\n")
    for path in [*lab.draw(run, options.out), lab.write_explanation(said, options.out)]:
        print(f"wrote {path}")
    return 0


def _announce_compilation() -> None:
    from unitscope.geometry.subdivision import CUT
    from unitscope.training.kernel import LOOP

    if not (LOOP.is_ready() and CUT.is_ready()):
        print("compiling the training kernel for this machine, once (some seconds) ...", file=sys.stderr, flush=True)


def _bar() -> Callable[[int, int, float], None]:
    """A progress bar: redrawn in place on a terminal, one line at the end anywhere else."""
    live = sys.stdout.isatty()

    def show(done: int, epochs: int, loss: float) -> None:
        if live or done == epochs:
            bar = ("=" * (30 * done // epochs)).ljust(30, ".")
            print(f"{chr(13) if live else ''}training [{bar}] epoch {done}/{epochs} - loss: {loss:.4f}",
                  end="\n" if done == epochs else "", flush=True)

    return show


if __name__ == "__main__":
    sys.exit(main())

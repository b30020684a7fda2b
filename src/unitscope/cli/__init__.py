"""The command line: arguments become library calls. The only place that prints and exits."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from unitscope import __version__
from unitscope.cli import play, sweep
from unitscope.cli.bars import epoch_bar
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
        print(
            f"unitscope: {error.filename or 'a file'}: {error.strerror or error}", file=sys.stderr
        )
    except KeyboardInterrupt:
        print("unitscope: stopped", file=sys.stderr)
        return 130
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="unitscope",
        description="See how a small classifier decides: train it, look at every unit.",
    )
    parser.add_argument("--version", action="version", version=f"unitscope {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    lab = commands.add_parser(
        "lab",
        help="run the course lab: data, training, pictures, explanation",
        description="Run the course lab Multi-class Classification: print its data's facts, train its network from "
        "its own start, say in words what it does, and write its pictures as PNG and SVG.",
    )
    lab.add_argument(
        "--out",
        type=Path,
        default=Path("lab"),
        metavar="DIR",
        help="folder for the pictures (default: lab)",
    )
    lab.add_argument(
        "--seed",
        type=int,
        metavar="N",
        help="start from Glorot uniform weights of this seed instead",
    )
    lab.add_argument(
        "--verbose", action="store_true", help="print the loss of every epoch, as the lab does"
    )
    lab.set_defaults(run=_lab)
    play.add_to(commands)
    sweep.add_to(commands)
    return parser


def _lab(options: argparse.Namespace) -> int:
    import gc
    import importlib

    from unitscope import lab
    from unitscope.compiled.code import prepare
    from unitscope.explanation.explain import explain
    from unitscope.geometry.subdivision import CUT
    from unitscope.kernel.advance import LOOP

    gc.disable()  # a short process that ends with its memory: collecting costs a tenth of its time
    print("\n".join(lab.facts(lab.data())))
    prepare(LOOP, CUT)
    for drawing in ("backend_agg", "backend_svg"):  # while other processes compile
        importlib.import_module(f"matplotlib.backends.{drawing}")
    run = lab.run(options.seed, progress=epoch_bar())
    if options.verbose:
        print("\n".join(lab.epoch_lines(run)))
    print(f"final loss {run.loss[-1]:.4f}, accuracy {run.accuracy[-1]:.0%}")
    said = explain(run)
    print(f"\n{said}\n")
    for path in [*lab.draw(run, options.out), lab.write_explanation(said, options.out)]:
        print(f"wrote {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The command `unitscope lab`."""

from __future__ import annotations

import argparse
import gc
import importlib
from pathlib import Path
from typing import Any

from unitscope.cli.bars import epoch_bar


def add_to(commands: Any) -> None:
    """Add the command to the command line."""
    lab = commands.add_parser(
        "lab",
        help="run the course lab: data, training, pictures, explanation",
        description="Run the course lab Multi-class Classification: print its data's facts, train "
        "its network from its own start, say in words what it does, and write its pictures as PNG "
        "and SVG.",
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


def _lab(options: argparse.Namespace) -> int:
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

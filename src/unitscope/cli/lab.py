"""The command `unitscope lab`."""

from __future__ import annotations

import argparse
import gc
import importlib
from typing import Any

from unitscope.cli.bars import epoch_bar
from unitscope.cli.folder import add_out, ready
from unitscope.cli.words import story_of
from unitscope.errors import whole_number
from unitscope.shares import percent


def add_to(commands: Any) -> None:
    """Add the command to the command line."""
    lab = commands.add_parser(
        "lab",
        allow_abbrev=False,
        help="run the course lab: data, training, pictures, explanation",
        description="Run the course lab Multi-class Classification: print its data's facts, train "
        "its network from its own start, say in words what it does, and write its pictures as PNG "
        "and SVG.",
    )
    add_out(lab, "the pictures and the explanation", "lab")
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
    from unitscope.kernel.order import SHUFFLES
    from unitscope.sweeps.block import LOCKSTEP
    from unitscope.training.curves import EPOCHS

    if options.seed is not None:
        whole_number("--seed", options.seed, at_least=0)
    folder = ready(options.out)
    gc.disable()  # a short process that ends with its memory: collecting costs a tenth of its time
    print("\n".join(lab.facts(lab.data())))
    prepare(LOOP, SHUFFLES, EPOCHS, CUT, LOCKSTEP)
    for drawing in ("backend_agg", "backend_svg"):  # while other processes compile
        importlib.import_module(f"matplotlib.backends.{drawing}")
    with epoch_bar() as progress:
        run = lab.run(options.seed, progress=progress)
    if options.verbose:
        print("\n".join(lab.epoch_lines(run)))
    print(f"final loss {run.loss[-1]:.4f}, accuracy {percent(run.accuracy[-1], 0)}")
    said = explain(run)
    print(f"\n{story_of(said)}\n")
    for path in [*lab.draw(run, folder), lab.write_explanation(said, folder)]:
        print(f"wrote {path}")
    return 0

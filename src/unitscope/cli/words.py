"""Explanations on the terminal, and the command `unitscope explain`."""

from __future__ import annotations

import argparse
import textwrap
from typing import TYPE_CHECKING, Any

from unitscope.cli.tables import add_model_flags, add_table_flags, run_of, run_with_table
from unitscope.errors import refusal

if TYPE_CHECKING:
    from unitscope.explanation.claims import Sentences

_WIDTH = 88  # of the story's lines
_LENGTHS = ("brief", "normal", "full")


def filled(story: str) -> str:
    """A passage in lines that a terminal has room for."""
    return textwrap.fill(story, _WIDTH, break_on_hyphens=False)


def story_of(said: Sentences[Any]) -> str:
    """Sentences, whose story is in such lines."""
    return filled(said.story) + str(said).removeprefix(said.story)


def add_to(commands: Any) -> None:
    """Add the command to the command line."""
    explain = commands.add_parser(
        "explain",
        allow_abbrev=False,
        help="say in words what a trained network does",
        description="Say in words what the network of a run does with its points, or with one of "
        "them. A run is a file run.npz of `unitscope train` or of Run.save. With a table, the file "
        "may have any model that us.load reads.",
    )
    explain.add_argument("run_file", metavar="FILE", help="the file of a run or of a model")
    add_model_flags(explain)
    add_table_flags(explain)
    explain.add_argument("--point", type=int, metavar="N", help="explain this point alone, from 0")
    explain.add_argument(
        "--length", choices=_LENGTHS, default="normal", help="how much (default: normal)"
    )
    explain.set_defaults(run=_explain)


def _explain(options: argparse.Namespace) -> int:
    from unitscope.explanation.explain import explain

    file = options.run_file
    run = run_of(file) if options.table is None else run_with_table(file, options)
    points = run.data.n_points
    if options.point is not None and not 0 <= options.point < points:
        raise refusal("--point", f"a whole number from 0 to {points - 1}", options.point)
    said = explain(run, point=options.point, length=options.length)
    print(story_of(said) if options.point is None else said)
    return 0

"""The command `unitscope compare`: two runs or models, or two epochs of a run, side by side."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from unitscope.cli.folder import add_out, ready
from unitscope.cli.tables import add_table_flags, called, data_of
from unitscope.cli.words import story_of
from unitscope.errors import InvalidInput, refusal, said

if TYPE_CHECKING:
    from unitscope.comparison.compare import Comparison


def add_to(commands: Any) -> None:
    """Add the command to the command line."""
    compare = commands.add_parser(
        "compare",
        allow_abbrev=False,
        help="say where two trained networks differ",
        description="Say where two networks give different classes, and which of their units go "
        "together: of two files, or of two epochs of a run.",
    )
    compare.add_argument("first", metavar="FILE", help="the file of a run or of a model")
    compare.add_argument("second", metavar="OTHER", nargs="?", help="another such file")
    compare.add_argument(
        "--epochs",
        nargs=2,
        type=int,
        metavar=("E", "F"),
        help="compare these two epochs of the run in FILE; 0 is before the training",
    )
    compare.add_argument(
        "--table", metavar="TABLE", help="the points: a file, or a toy's name (default: the run's)"
    )
    add_table_flags(compare)
    what = "the picture comparison.svg, the page comparison.html and the points that differ, "
    add_out(compare, f"{what}points.csv", None)
    compare.set_defaults(run=_compare)


def _compare(options: argparse.Namespace) -> int:
    folder = None if options.out is None else ready(options.out)
    compared = _compared(options)
    print(story_of(compared.words))
    if folder is not None:
        print(f"\nwritten to {folder}: {', '.join(_written(compared, folder))}")
    return 0


def _compared(options: argparse.Namespace) -> Comparison:
    from unitscope.comparison.compare import compare
    from unitscope.training.run import Run

    if (options.second is None) == (options.epochs is None):
        rule = "given, or --epochs E F for two epochs of FILE, and not both"
        raise refusal("OTHER", rule, options.second)
    data = None if options.table is None else data_of(options.table, options, "TABLE")
    first = _loaded("FILE", options.first)
    if options.epochs is None:
        second = _loaded("OTHER", options.second)
        return compare(first, second, data, names=_names(options.first, options.second))
    if not isinstance(first, Run):
        raise refusal("FILE", "the file of a run, which has epochs", options.first)
    one, other = options.epochs
    for epoch in options.epochs:
        if not 0 <= epoch <= first.epochs:
            raise refusal("--epochs", f"whole numbers from 0 to {first.epochs}", epoch)
    if one == other:
        raise refusal("--epochs", "two different epochs", one)
    points = first.data if data is None else data
    names = f"epoch {one}", f"epoch {other}"
    return compare(first.at(one), first.at(other), points, names=names)


def _loaded(argument: str, name: str) -> Any:
    """The run or the network in a file."""
    from unitscope.loading import load
    from unitscope.sweeps.result import Sweep

    with called(argument, "path"):
        found = load(name)
    if isinstance(found, Sweep):
        rule = "the file of a run or of a model"
        raise refusal(
            argument, rule, said("that of a sweep"), "sweep.run(seed).save(path) makes one."
        )
    return found


def _names(one: str, other: str) -> tuple[str, str]:
    """What two files are called: after the first part, from the end, in which they differ."""
    paths = Path(one), Path(other)
    ways = [(path.stem, *path.parent.parts[::-1]) for path in paths]
    for first, second in zip(*ways, strict=False):
        if first != second:
            return first, second
    return "a", "b"


def _written(compared: Comparison, folder: Path) -> list[str]:
    """Write picture, page and points; networks beyond the page's limits have none, which is said.

    Returns the files' names.
    """
    from unitscope.data.csv_form import without_formula
    from unitscope.export.page import export_html
    from unitscope.figures import plot
    from unitscope.files import writing

    plot.save(plot.comparison(compared, theme="light"), folder / "comparison.svg")
    frame = compared.frame()
    names = frame.columns[:3]  # what each point is, and what the two give
    frame[names] = frame[names].map(without_formula)
    frame.columns = frame.columns.map(without_formula)
    with writing(folder / "points.csv") as file:
        frame.to_csv(file)
    try:
        page = [export_html(compared, folder / "comparison.html").name]
    except InvalidInput as refused:
        print(f"\nno page: {refused}")
        page = []
    return ["comparison.svg", *page, "points.csv"]

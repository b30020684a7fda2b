"""The command `unitscope train`: a table becomes a network, a report, words and pictures."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from unitscope.cli.bars import epoch_bar
from unitscope.cli.folder import add_out, ready
from unitscope.cli.tables import add_table_flags, data_of, summary
from unitscope.cli.watching import add_watching_flags, recipe_settings
from unitscope.cli.words import filled
from unitscope.errors import InvalidInput, UnitscopeError

if TYPE_CHECKING:
    from unitscope.training.run import Run

_SETTINGS: tuple[tuple[str, type, str, str], ...] = (
    ("activation", str, "NAME", "of the hidden layers (default: relu)"),
    ("optimizer", str, "NAME", "sgd, rmsprop, adam or adamw (default: adam)"),
    ("learning_rate", float, "RATE", "the step size (default: 0.01)"),
    ("batch_size", int, "N", "points in a step (default: 32)"),
    ("epochs", int, "N", "passes over the points (default: 200)"),
    ("l1", float, "PENALTY", "on the weights' sizes (default: 0)"),
    ("l2", float, "PENALTY", "on the weights' squares (default: 0)"),
    ("seed", int, "N", "of the weights, the order and the parts (default: 0)"),
)


def add_to(commands: Any) -> None:
    """Add the command to the command line."""
    train = commands.add_parser(
        "train",
        allow_abbrev=False,
        help="train on your own table: report, words, pictures, page",
        description="Train a network on a table (CSV of any kind, Excel, Parquet, plain or in gzip "
        "or zip), hold some rows out, report how well it tells them, say in words what it does, "
        "and write its pictures, the run and a page.",
    )
    train.add_argument("file", metavar="FILE", help="the table, or the name of a toy data set")
    add_table_flags(train)
    train.add_argument(
        "--test",
        type=float,
        default=0.2,
        metavar="SHARE",
        help="of the rows, held out for the report (default: 0.2; 0: none)",
    )
    train.add_argument(
        "--hidden",
        type=int,
        nargs="*",
        default=[8, 8],
        metavar="UNITS",
        help="of each hidden layer (default: 8 8)",
    )
    for name, kind, metavar, what in _SETTINGS:
        flag = f"--{name.replace('_', '-')}"
        train.add_argument(flag, type=kind, metavar=metavar, help=what)
    add_watching_flags(train)
    add_out(train, "pictures, explanation, run and page", "trained")
    train.set_defaults(run=_train)


def _train(options: argparse.Namespace) -> int:
    from unitscope.explanation.explain import explain
    from unitscope.lab import write_explanation
    from unitscope.recipe import Recipe
    from unitscope.training.run import STANDARDIZED
    from unitscope.training.train import train
    from unitscope.training.validation import checked_patience, parted

    Recipe(**_given(options))  # refused before the table is read
    data = data_of(options.file, options, "FILE")
    print(summary(data))
    tested = None
    if options.test != 0:
        data, tested = data.split(options.test, options.seed or 0)
        print(f"{data.n_points:,} to train on, {tested.n_points:,} held out")
    data, apart = parted(data, options.validation, options.seed or 0)
    patience = checked_patience(options.early_stopping, apart)
    folder = ready(options.out)
    with epoch_bar() as progress:
        given = {"validation": apart, "early_stopping": patience, **_given(options)}
        run = train(data, progress=progress, **given)
    if run.scaling is not None:
        print(STANDARDIZED)
    print(f"\n{run.report(tested)}\n")
    said = explain(run)
    print(f"{filled(said.story)}\n")
    for path in [*draw(run, folder), write_explanation(said, folder), *_kept(run, folder)]:
        print(f"wrote {path}")
    return 0


def _given(options: argparse.Namespace) -> dict[str, Any]:
    """The recipe's settings that were typed."""
    found = {name: getattr(options, name) for name, *_ in _SETTINGS}
    given = {name: value for name, value in found.items() if value is not None}
    return {"hidden": tuple(options.hidden), **recipe_settings(options), **given}


def draw(run: Run, folder: Path) -> list[Path]:
    """Write the pictures of a run, each as PNG and SVG; those that it has, in order."""
    from unitscope.data.pixels import image_shape
    from unitscope.figures import plot

    pictures: dict[str, Callable[[], Any]] = {
        "1_data": lambda: plot.data(run),
        "2_decision_regions": lambda: plot.decision_regions(run),
        "3_hidden_units": lambda: plot.hidden_layer(run),
        "4_output_units": lambda: plot.output_layer(run),
        "5_training": lambda: plot.training(run),
    }
    if image_shape(run.data.feature_names):
        pictures["6_images"] = lambda: plot.images(run)
        for layer in range(len(run.network.layers)):
            name = f"7_unit_images_{layer + 1}"
            pictures[name] = partial(plot.unit_images, run, layer=layer)
    paths: list[Path] = []
    for name, make in pictures.items():
        try:
            axes = make()
        except InvalidInput as refused:  # without hidden layers, say
            print(f"no picture {name}: {refused}")
            continue
        paths += [plot.save(axes, folder / f"{name}{kind}") for kind in (".png", ".svg")]
    return paths


def _kept(run: Run, folder: Path) -> list[Path]:
    """Write the run and its page; a run that is beyond the page's limits has none, which is said.

    The file of the run is what `unitscope explain` and `unitscope play` open.
    """
    from unitscope.export.page import export_html

    run.save(folder / "run.npz")
    try:
        return [folder / "run.npz", export_html(run, folder / "run.html")]
    except UnitscopeError as refused:
        print(f"no page: {refused}")
        return [folder / "run.npz"]

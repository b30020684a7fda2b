"""A table, a toy or a run as the command line names it, and how a table is to be read."""

from __future__ import annotations

import argparse
import contextlib
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from unitscope.errors import InvalidInput, refusal
from unitscope.visible import on_one_line

if TYPE_CHECKING:
    from unitscope.data.dataset import Dataset
    from unitscope.training.run import Run
_MODELS = (".safetensors", ".keras", ".h5", ".hdf5", ".onnx", ".pt", ".pth", ".pkl", ".joblib")
_HEADERS: dict[str, int | str | None] = {"check": "check", "names": 0, "none": None}


def add_table_flags(command: argparse.ArgumentParser) -> None:
    """Add the arguments that say how a table is read."""
    table = command.add_argument_group("how the table is read")
    table.add_argument(
        "--target",
        metavar="COLUMN",
        help="column of the classes, by name or number (default: the only one of texts, or the "
        "last)",
    )
    table.add_argument(
        "--ignore", nargs="+", default=(), metavar="COLUMN", help="columns to leave out"
    )
    table.add_argument(
        "--missing",
        default="refuse",
        metavar="WHAT",
        help="what becomes of missing values: refuse (default), drop their rows, or put the "
        "column's mean there",
    )
    table.add_argument("--sep", metavar="CHARACTER", help="what is between the cells of a CSV file")
    table.add_argument("--encoding", metavar="NAME", help="of a CSV file, such as cp1252")
    table.add_argument("--decimal", metavar="SIGN", help="of a CSV file: . or ,")
    table.add_argument(
        "--header",
        choices=tuple(_HEADERS),
        default="check",
        help="whether the first line of a CSV file has the columns' names (default: check)",
    )
    table.add_argument(
        "--names", nargs="+", metavar="NAME", help="of all columns, instead of those there are"
    )


def data_of(name: str, options: argparse.Namespace, argument: str) -> Dataset:
    """A toy data set by its name, or the table in a file; what was guessed of it is printed."""
    from unitscope.data import toys
    from unitscope.data.columns import Choice
    from unitscope.data.reading import Reading
    from unitscope.data.tables import table_from

    known = toys.names()
    if name in known:
        return toys.load(name)
    if not os.path.exists(name):  # noqa: PTH110 - False for a name that no file can have, too
        rule = f"one of {', '.join(known)}, or a file with a table"
        raise refusal(argument, rule, name, "There is no such file.")
    header = _HEADERS[options.header]
    reading = Reading(options.sep, options.encoding, options.decimal, header, options.names)
    target = _column(options.target)
    choice = Choice(target, None, tuple(map(_column, options.ignore)), options.missing)
    with called(argument, "source"):
        table = table_from(name, reading, choice)
    if table.notes:
        print(f"of the table: {'; '.join(table.notes)}")
    return table.data


def _column(name: str | None) -> str | int | None:
    """A column's name, or its number where it is written as one; a name of digits goes first."""
    whole = name is not None and name.removeprefix("-").isdecimal() and len(name) < 10
    return int(name) if whole and name is not None else name


def add_model_flags(command: argparse.ArgumentParser) -> None:
    """Add the arguments that go with a model's file."""
    command.add_argument(
        "table", nargs="?", metavar="TABLE", help="the model's points: a file, or a toy's name"
    )
    command.add_argument(
        "--activation",
        nargs="+",
        metavar="NAME",
        help="of the hidden layers of a state_dict of PyTorch: one, or one for each layer",
    )


def run_of(name: str) -> Run:
    """The run in a file. **Raises** `InvalidInput`."""
    from unitscope.training.run import Run

    if name.endswith(_MODELS):
        raise refusal("TABLE", "given with the file of a model", None, "It has its points.")
    with called("RUN", "path"):
        return Run.load(name)


def run_with_table(name: str, options: argparse.Namespace) -> Run:
    """The model in a file with the points of `options.table`, as a run of no epochs.

    **Raises** `InvalidInput`, `UnsupportedModel`.
    """
    from unitscope.loading import load
    from unitscope.models.reading import network
    from unitscope.training.given import untrained

    activation = options.activation
    if activation is not None and len(activation) == 1:
        activation = activation[0]
    with called("MODEL", "path"):
        net = network(load(name, activation=activation))
    return untrained(net, net.dataset(data_of(options.table, options, "TABLE")))


@contextlib.contextmanager
def called(argument: str, name: str) -> Iterator[None]:
    """Refusals of the library's `name` are those of the command's `argument`."""
    try:
        yield
    except InvalidInput as error:
        message = str(error).removeprefix(f"{name} must be ")
        if message == str(error):
            raise
        raise InvalidInput(f"{argument} must be {message}") from error


def is_run_file(name: str) -> bool:
    """Whether it is named as files of runs or of models are."""
    return name.endswith((".npz", *_MODELS))


def summary(data: Dataset) -> str:
    """What the data are, in a line."""
    counts = ", ".join(
        f"{on_one_line(name)} ({count:,})"
        for name, count in zip(data.class_names[:10], data.counts.tolist(), strict=False)
    )
    more = ", ..." if data.n_classes > 10 else ""
    features = f"{data.n_features} feature{'s' * (data.n_features != 1)}"
    return f"{data.n_points:,} points, {features}, {data.n_classes} classes: {counts}{more}"

"""The flags of `train` and `sweep` that weigh classes, hold points out and stop a training."""

from __future__ import annotations

import argparse
from typing import Any

_SCALES: dict[str, bool | str] = {"auto": "auto", "yes": True, "no": False}


def add_watching_flags(command: argparse.ArgumentParser) -> None:
    """Add --standardize, --class-weight, --validation and --early-stopping."""
    command.add_argument(
        "--standardize",
        choices=tuple(_SCALES),
        default="auto",
        help="train on standardized features; auto: where their scales need it",
    )
    command.add_argument(
        "--class-weight",
        choices=("balanced",),
        help="count the points of rare classes more, so that each class counts the same",
    )
    command.add_argument(
        "--validation", type=float, metavar="SHARE", help="of the rows to train on, to watch"
    )
    command.add_argument(
        "--early-stopping",
        type=int,
        metavar="EPOCHS",
        help="stop after so many without a lower loss of those, at the best",
    )


def recipe_settings(options: argparse.Namespace) -> dict[str, Any]:
    """Those that are a recipe's."""
    given: dict[str, Any] = {"standardize": _SCALES[options.standardize]}
    if options.class_weight is not None:
        given["class_weight"] = options.class_weight
    return given


def held_out(options: argparse.Namespace) -> dict[str, Any]:
    """What is held out, and when that stops a training."""
    return {"validation": options.validation, "early_stopping": options.early_stopping}

"""`--out`, which means the same in every command: the folder for all that it writes."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from unitscope.errors import refusal
from unitscope.files import reason_of

_RULE = "a folder that can be written, or a new one"


def add_out(command: argparse.ArgumentParser, what: str, default: str | None) -> None:
    """Add the argument; `what` the command writes there."""
    without = "none" if default is None else default
    command.add_argument(
        "--out",
        default=default,
        metavar="DIR",
        help=f"folder for {what}, made where it is missing (default: {without})",
    )


def ready(name: str) -> Path:
    """The folder of that name, made where it is missing, and tried: before the work, not after.

    **Raises** `InvalidInput` where no file can be written in it.
    """
    if not name.strip():
        raise refusal("--out", _RULE, name)
    folder = Path(name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except (OSError, ValueError) as error:  # a NUL in a name is a ValueError
        raise refusal("--out", _RULE, name, f"{reason_of(error)}.") from error

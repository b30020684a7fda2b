"""The command: its arguments, its errors as one line each, and its exit status."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from unitscope import __version__
from unitscope.cli import (
    animal,
    compare,
    completion,
    doctor,
    lab,
    new_lab,
    page,
    play,
    sweep,
    tag,
    train,
    words,
)
from unitscope.cli.flags import in_flags
from unitscope.cli.interrupts import INTERRUPTED, STOPPED, CtrlC
from unitscope.cli.streams import Outlet, outlets
from unitscope.errors import UnitscopeError, shown


def run(arguments: Sequence[str] | None, ctrl_c: CtrlC) -> int:
    """Run the command; its exit status, as `cli.main` has it."""
    with outlets() as (out, error):
        try:
            status = _status(arguments, error, ctrl_c)
        except SystemExit as ended:
            raise SystemExit(ended.code or _written(out, error)) from None
        return status or _written(out, error)


def _status(arguments: Sequence[str] | None, error: Outlet, ctrl_c: CtrlC) -> int:
    options = _parser().parse_args(arguments)
    if not hasattr(options, "run"):
        _parser().print_help()
        return 0
    try:
        with ctrl_c.found():
            return int(options.run(options))
    except UnitscopeError as refused:
        error.say(f"unitscope: {in_flags(str(refused), vars(options), options.arguments)}")
    except OSError as failed:
        what = shown(failed.filename) if failed.filename else "a file"
        error.say(f"unitscope: {what}: {failed.strerror or failed}")
    except MemoryError:
        error.say("unitscope: There is not enough memory for this. Ask for less.")
    except KeyboardInterrupt:
        error.say(STOPPED)
        return INTERRUPTED
    return 1


def _written(out: Outlet, error: Outlet) -> int:
    """The status for what was printed: 0 where it arrived."""
    status, why = out.failure()
    if why:
        error.say(f"unitscope: {why}")
    return status


class _Parser(argparse.ArgumentParser):
    """The standard one without the colours of newer Pythons, which an `Outlet` writes out.

    `arguments` of what it parses are those without a flag, with what its help calls them.
    """

    color: bool

    def __init__(self, *given: Any, **named: Any) -> None:
        self._arguments: dict[str, str] = {}
        super().__init__(*given, **named)
        self.color = False
        self.set_defaults(arguments=self._arguments)

    def add_argument(self, *given: Any, **named: Any) -> argparse.Action:
        added = super().add_argument(*given, **named)
        if not added.option_strings:
            self._arguments[added.dest] = str(added.metavar or added.dest)
        return added


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="unitscope",
        allow_abbrev=False,
        description="See how a small classifier decides: train it, look at every unit.",
    )
    parser.add_argument("--version", action="version", version=f"unitscope {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    lab.add_to(commands)
    train.add_to(commands)
    words.add_to(commands)
    compare.add_to(commands)
    play.add_to(commands)
    page.add_to(commands)
    sweep.add_to(commands)
    tag.add_to(commands)
    animal.add_to(commands)
    new_lab.add_to(commands)
    doctor.add_to(commands)
    completion.add_to(commands)
    return parser

"""The command line: arguments become library calls. The only place that prints and exits."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from unitscope import __version__
from unitscope.cli import lab, play, sweep
from unitscope.errors import UnitscopeError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the `unitscope` command; its exit status: 0, 1 for a refusal, 2 for unknown arguments."""
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
    lab.add_to(commands)
    play.add_to(commands)
    sweep.add_to(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())

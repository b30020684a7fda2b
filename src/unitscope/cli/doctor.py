"""The command `unitscope doctor`: what is installed, and what to do about what is not."""

from __future__ import annotations

import argparse
from typing import Any

_MARKS = {"ok": "ok", "absent": "-", "broken": "!"}


def add_to(commands: Any) -> None:
    """Add the command to the command line."""
    doctor = commands.add_parser(
        "doctor",
        allow_abbrev=False,
        help="say what is installed, and what helps where something is missing",
        description="Say what is installed, one line each: ok, - for something optional that is "
        "not here, ! for what must be put right; then the remedy. The status is 1 after a !. "
        "Nothing is compiled, written or fetched.",
    )
    doctor.set_defaults(run=_doctor)


def _doctor(options: argparse.Namespace) -> int:
    from unitscope.installed import findings

    broken = False
    for found in findings():
        remedy = f": {found.remedy}" if found.remedy else ""
        print(f"{_MARKS[found.state]:2}  {found.name:12}  {found.found}{remedy}")
        broken = broken or found.state == "broken"
    return int(broken)

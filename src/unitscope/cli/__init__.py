"""The command line: arguments become library calls. The only place that prints and exits.

Nothing is imported here before Ctrl-C is seen to.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:  # `typing` takes some milliseconds
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the `unitscope` command; its exit status.

    0, 1 for a refusal, 2 for unknown arguments (as `SystemExit`), 130 after Ctrl-C, and 141 where
    the reader of standard output went away, as in `| head`: the work is done all the same.
    """
    try:
        from unitscope.cli.interrupts import CtrlC

        with CtrlC(ends_process=arguments is None) as ctrl_c, ctrl_c.found():
            from unitscope.cli.program import run

            return run(arguments, ctrl_c)
    except KeyboardInterrupt:  # outside of the command itself: an import, say
        return _stopped()


def _stopped() -> int:
    try:
        os.write(2, b"unitscope: stopped\n")
    except OSError:  # standard error is closed
        return 130
    return 130

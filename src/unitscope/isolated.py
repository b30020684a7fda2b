"""Python processes that run no file of the current folder, unless this process would run it, too.

Python looks for modules first in the current folder when it's started with `-c` or `-m`, as every
library does that starts workers. A `json.py` that lies there would be run.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path


def command(program: str, *arguments: str) -> list[str]:
    """The command that runs a program's text with this process's search path, and `arguments`.

    Entries that mean the current folder, whichever that is, are left out of the path; variables
    like PYTHONPATH and PYTHONSTARTUP have no say.
    """
    path = [entry for entry in sys.path if Path(entry).is_absolute()]
    return [
        sys.executable,
        "-I",
        "-c",
        f"import sys\nsys.path[:] = {path!r}\n{program}",
        *arguments,
    ]


@contextlib.contextmanager
def workers_isolated() -> Iterator[None]:
    """Python processes that libraries start in this block don't look in the current folder."""
    before = os.environ.get("PYTHONSAFEPATH")
    os.environ["PYTHONSAFEPATH"] = "1"
    try:
        yield
    finally:
        if before is None:
            os.environ.pop("PYTHONSAFEPATH", None)
        else:
            os.environ["PYTHONSAFEPATH"] = before

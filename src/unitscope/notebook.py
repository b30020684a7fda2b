"""Whether a notebook's kernel runs this program."""

from __future__ import annotations

import sys


def in_notebook() -> bool:
    """Whether the shell that runs is one of a kernel, as Jupyter's, which shows what it is sent.

    That ipykernel is imported says nothing: a script may import it for another reason.
    """
    ipython = sys.modules.get("IPython")
    shell = getattr(ipython, "get_ipython", lambda: None)()
    return getattr(shell, "kernel", None) is not None

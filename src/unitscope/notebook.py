"""Whether a notebook's kernel runs this program, and whose helper of the course it imports."""

from __future__ import annotations

import importlib.util
import logging
import sys
from pathlib import Path

HELPER = "lab_utils_multiclass_TF"


def in_notebook() -> bool:
    """Whether the shell that runs is one of a kernel, as Jupyter's, which shows what it is sent.

    That ipykernel is imported says nothing: a script may import it for another reason.
    """
    ipython = sys.modules.get("IPython")
    shell = getattr(ipython, "get_ipython", lambda: None)()
    return getattr(shell, "kernel", None) is not None


def our_helper() -> Path:
    """The file of the course's helper module as unitscope has it."""
    return Path(__file__).parents[1] / f"{HELPER}.py"


def is_ours(path: Path) -> bool:
    """Whether the file of a helper is a copy of ours, of this version or another."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return "\nfrom unitscope." in file.read(1 << 20)
    except OSError:
        return False


def import_our_helper() -> None:
    """Let `import lab_utils_multiclass_TF` give ours, though another lies beside the notebook.

    Python looks into the notebook's own folder first. A copy that was imported already is replaced:
    the cell that imports its names is to be run again, which is said.
    """
    before = sys.modules.get(HELPER)
    spec = importlib.util.spec_from_file_location(HELPER, our_helper())
    if spec is None or spec.loader is None:
        raise ImportError(f"{our_helper()} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    sys.modules[HELPER] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        if before is None:
            del sys.modules[HELPER]
        else:
            sys.modules[HELPER] = before
        raise
    place = getattr(before, "__file__", None)
    if place and not is_ours(Path(place)):
        logging.getLogger("unitscope").warning(
            "unitscope: %s is unitscope's now, in place of %s: run the cell that imports it again.",
            HELPER,
            place,
        )

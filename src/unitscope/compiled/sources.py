"""What a compiled code is made of: its module and all that this imports of the package, in turn.

A changed source makes the machine code stale. The imports are looked for in the text itself, since
importing the modules would import Numba, and parsing them would take a start's time. Only imports
at the left margin count: those for type checkers are indented.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

_FOLDER = Path(__file__).parents[2]
_IMPORT = re.compile(r"\n(?:from|import) (unitscope\b[\w.]*)(?: import (\([^)]*\)|.*))?")
_COMMENT = re.compile(r"#.*")


@functools.cache
def digest(*modules: str) -> str:
    """A hash of the texts of modules, given by their full names, and of all that they import.

    A process keeps to the texts that it read first, as it does to what it imported.
    """
    key = hashlib.sha256()
    for name, text in sorted(sources(*modules).items()):
        key.update(f"{name} {len(text)}\n{text}".encode())
    return key.hexdigest()


def sources(*modules: str) -> dict[str, str]:
    """The texts of modules and of all that they import of the package, by their full names."""
    found: dict[str, str] = {}
    waiting = list(modules)
    while waiting:
        name = waiting.pop()
        if name not in found:
            # as text: the same whatever ends its lines
            found[name] = _file(name).read_text(encoding="utf-8")
            waiting += _imported(found[name])
    return found


def _imported(text: str) -> Iterator[str]:
    """The modules of the package that a module's text imports."""
    for module, names in _IMPORT.findall("\n" + text):
        listed = _COMMENT.sub("", names).strip("(), \n")
        inside = [name.split()[0] for name in listed.split(",")] if listed else []
        if not inside or _file(module).name != "__init__.py":
            yield module
            continue
        for name in (f"{module}.{name}" for name in inside):
            yield name if _file(name).exists() else module


@functools.cache
def _file(module: str) -> Path:
    """The file of a module, or of a package."""
    place = _FOLDER.joinpath(*module.split("."))
    return place / "__init__.py" if place.is_dir() else place.with_suffix(".py")

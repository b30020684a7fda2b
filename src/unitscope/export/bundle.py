"""The page's modules joined into one script, for the notebook and the exported file.

Made when it is asked for from the files that the server serves, so that there is nothing to keep
fresh. All modules share one scope: no top-level name may be in two of them, which a test holds.
"""

from __future__ import annotations

import functools
import posixpath
import re
from importlib import resources

_IMPORT = re.compile(r'^import \{[^}]*\} from "(\.[^"]+)";\n', re.MULTILINE)
_TYPES = re.compile(r"^/\*\* @import .*\*/\n", re.MULTILINE)  # what only the check of types reads
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const|let)\b)", re.MULTILINE)


@functools.cache
def bundle(entry: str) -> str:
    """The script of `entry`, like "entries/file.js", and of all that it imports.

    Each module comes before those that import it.
    """
    done: dict[str, str] = {}
    _collect(entry, done)
    return "\n".join(done.values())


@functools.cache
def stylesheet() -> str:
    """The page's CSS, and that of its lessons."""
    return _read("page.css") + _read("lessons/lessons.css")


def _collect(module: str, done: dict[str, str]) -> None:
    source = _read(module)
    for imported in _IMPORT.findall(source):
        path = posixpath.normpath(posixpath.join(posixpath.dirname(module), imported))
        if path not in done:
            _collect(path, done)
    body = _TYPES.sub("", _IMPORT.sub("", source))
    done[module] = f"// {module}\n" + _EXPORT.sub("", body)


def _read(name: str) -> str:
    return (resources.files("unitscope") / "web" / name).read_text(encoding="utf-8")

"""The page's modules joined into one script, for the notebook and the exported file.

Made when it is asked for from the files that the server serves, so that there is nothing to keep
fresh. All modules share one scope: no top-level name may be in two of them, which a test holds.
"""

from __future__ import annotations

import base64
import functools
import gzip
import posixpath
import re
from importlib import resources

_IMPORT = re.compile(r'^import \{[^}]*\} from "(\.[^"]+)";\n', re.MULTILINE)
_TYPES = re.compile(r"^/\*\* @import .*\*/\n", re.MULTILINE)  # what only the check of types reads
_COMMENTS = re.compile(
    r"^[ \t]*/\*(?:(?!\*/).)*\*/[ \t]*\n|/\*\* (?:(?!\*/).)*\*/ ?|^[ \t]*//[^\n]*\n",
    re.MULTILINE | re.DOTALL,
)
_REMARK = re.compile(r"^([^\"'`/\n]*?) *// [^\n]*$", re.MULTILINE)  # behind code without texts
_MARGIN = re.compile(r"^\s+", re.MULTILINE)  # and empty lines
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
def compact(entry: str) -> str:
    """The same without comments and margins, as a file has it.

    No text of a module is longer than its line, which a test holds: there are no other margins.
    """
    text = _REMARK.sub(r"\1", _COMMENTS.sub("", bundle(entry)))
    return re.sub(r",\n([)\]}])", r"\n\1", _MARGIN.sub("", text))


def packed(name: str) -> str:
    """A script like "kernel/inside.js", or a file of the page's, with gzip, in base64."""
    content = compact(name).encode() if name.endswith(".js") else web_file(name)
    return base64.b64encode(gzip.compress(content, 9, mtime=0)).decode()


@functools.cache
def stylesheet() -> str:
    """The page's CSS, and that of its lessons, without comments and margins."""
    return _MARGIN.sub("", _COMMENTS.sub("", _read("page.css") + _read("lessons/lessons.css")))


def _collect(module: str, done: dict[str, str]) -> None:
    source = _read(module)
    for imported in _IMPORT.findall(source):
        path = posixpath.normpath(posixpath.join(posixpath.dirname(module), imported))
        if path not in done:
            _collect(path, done)
    body = _TYPES.sub("", _IMPORT.sub("", source))
    done[module] = f"// {module}\n" + _EXPORT.sub("", body)


def _read(name: str) -> str:
    return web_file(name).decode()


def web_file(name: str) -> bytes:
    """A file of the page's, as it is."""
    return (resources.files("unitscope") / "web" / name).read_bytes()

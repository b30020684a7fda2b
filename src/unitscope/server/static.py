"""The page's files, kept in memory: no request opens one, or names one that is not the page's."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

# Browsers refuse modules of another type, and a system's own table may have another.
_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".wasm": "application/wasm",
    ".bin": "application/octet-stream",
    ".json": "application/json",
}


@dataclass(frozen=True)
class _File:
    """A file's content, with the headers that it is sent with."""

    content: bytes
    headers: dict[str, str]


class PageFiles:
    """Answers for the files of a folder as they were at the start, index.html for the folder.

    `lesson`: that with which the page begins, as a file has it.
    """

    def __init__(self, folder: Path, lesson: bytes = b"") -> None:
        self._files = {
            f"/{path.relative_to(folder).as_posix()}": _read(path)
            for path in folder.rglob("*")
            if path.is_file()
        }
        if lesson:
            index = self._files["/index.html"].content
            index = index.replace(b'id="scope"', b'id="scope" data-lesson="lesson.json"')
            self._files["/index.html"] = _file(index, ".html")
            self._files["/lesson.json"] = _file(lesson, ".json")
        self._files["/"] = self._files["/index.html"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["method"] not in ("GET", "HEAD"):
            raise HTTPException(405, headers={"allow": "GET, HEAD"})
        found = self._files.get(scope["path"].removeprefix(scope.get("root_path", "")) or "/")
        if found is None:
            raise HTTPException(404)
        known = Request(scope).headers.get("if-none-match", "")
        same = found.headers["etag"] in known.replace(" ", "").split(",")
        answer = Response(status_code=304) if same else Response(found.content)
        answer.headers.update(found.headers)
        await answer(scope, receive, send)


def _read(path: Path) -> _File:
    return _file(path.read_bytes(), path.suffix)


def _file(content: bytes, suffix: str) -> _File:
    kind = _TYPES.get(suffix, "text/plain; charset=utf-8")
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    return _File(content, {"content-type": kind, "etag": etag})

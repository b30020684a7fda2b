"""The server of the live page: static files, one WebSocket, and the checks before either."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import mimetypes
import os
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

import unitscope
from unitscope.page import answers
from unitscope.page.connection import Connection
from unitscope.page.scheduler import Scheduler

# Names to answer to beside this computer's own, separated by commas; for worker processes.
ALLOWED_HOSTS = "UNITSCOPE_ALLOWED_HOSTS"
MOST_PAGES = 500  # connections of one process
_OWN_HOSTS = {"localhost", "127.0.0.1", "::1"}
_HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data: blob:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cache-control": "no-cache",
}


def create_app(allowed_hosts: tuple[str, ...] | None = None) -> Starlette:
    """The app; it answers to localhost and to `allowed_hosts`, such as a proxy's name."""
    # Browsers refuse modules of another type, and Windows may have another.
    mimetypes.add_type("text/javascript", ".js")
    given = os.environ.get(ALLOWED_HOSTS, "").split(",") if allowed_hosts is None else allowed_hosts
    hosts = _OWN_HOSTS | {host.strip().lower() for host in given if host.strip()}
    scheduler, pages = Scheduler(), set[Connection]()

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        # The first page finds all loaded and trained.
        warming = asyncio.ensure_future(scheduler.quick(answers.hello))
        logging.getLogger("uvicorn.error").addFilter(_is_ours)
        yield
        scheduler.end()
        warming.cancel()

    async def live(socket: WebSocket) -> None:
        await socket.accept()
        if len(pages) >= MOST_PAGES:
            await socket.close(1013, "too many pages: try again later")
            return
        page = Connection(socket, scheduler)
        pages.add(page)
        try:
            await page.talk()
        finally:
            pages.discard(page)

    routes = [
        Route("/health", _health),
        WebSocketRoute("/live", live),
        Mount("/", StaticFiles(directory=Path(unitscope.__file__).parent / "web", html=True)),
    ]
    app = Starlette(routes=routes, lifespan=lifespan)
    app.add_middleware(_Guard, hosts=hosts)
    return app


async def _health(_request: HTTPConnection) -> Response:
    return PlainTextResponse("ok")


def _is_ours(record: logging.LogRecord) -> bool:
    """False for what any client could fill the log with: text frames that are not UTF-8."""
    return not (record.exc_info and isinstance(record.exc_info[1], UnicodeDecodeError))


class _Guard:
    """Refuses other hosts' names (DNS rebinding) and other sites' WebSockets; adds the headers."""

    def __init__(self, app: ASGIApp, hosts: set[str]) -> None:
        self._app, self._hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        host = connection.headers.get("host", "")
        origin = connection.headers.get("origin")
        foreign = origin is not None and urlsplit(origin).netloc.lower() != host.lower()
        unasked = scope["type"] == "websocket" and origin is None
        if foreign or unasked or _name(host) not in self._hosts:
            await _refuse(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                ours = [(name.encode(), value.encode()) for name, value in _HEADERS.items()]
                message["headers"] = [*message["headers"], *ours]
            await send(message)

        await self._app(scope, receive, with_headers)


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008, "reason": "another site"})
    else:
        refused = PlainTextResponse("This server answers only to its own page.", 403)
        await refused(scope, receive, send)


def _name(host: str) -> str:
    """The name in a Host header, without its port."""
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""

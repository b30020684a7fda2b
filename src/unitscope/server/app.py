"""The server of the live page: static files, one WebSocket, and the checks before either."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator
from pathlib import Path
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

import unitscope
from unitscope.page import answers
from unitscope.server import ALLOWED_HOSTS, EMBEDDERS, LESSON, TOKEN, log
from unitscope.server.access import (
    Access,
    Place,
    allowed_names,
    checked_token,
    cookie_name,
    embedder,
    household,
    place,
    same_place,
)
from unitscope.server.connection import Connection
from unitscope.server.health import Health
from unitscope.server.lesson import lesson_from
from unitscope.server.refusals import headers_for, refused
from unitscope.server.scheduler import Scheduler
from unitscope.server.static import PageFiles

MOST_PAGES = 500  # of one process
# From one address. A school's pupils may all have the same one: a lecture hall's fit.
MOST_PAGES_OF_ONE = 250
_NO_TOKEN, _TOO_MANY = 1008, 1013  # codes of RFC 6455 with which a WebSocket is closed
_ASK_FOR_TOKEN = "The server asks for its token: open the address that it printed at its start."
_ENTER_TOKEN = (
    "It stands in the address that unitscope play printed at its start, behind token=. Open that "
    "address, or enter the token."
)
_NOT_OPEN = (
    "It was started for its own computer only: others are answered where UNITSCOPE_TOKEN is set, "
    "to a token or to nothing."
)


def create_app(
    allowed_hosts: Iterable[str] | None = None,
    token: str | None = None,
    *,
    lesson: str | os.PathLike[str] | None = None,
    embedders: Iterable[str] | None = None,
) -> ASGIApp:
    """The app; it answers to this computer's own names and to `allowed_hosts`.

    - `allowed_hosts`: such as a proxy's name: NAME, NAME:PORT or "*" for any; None: those of the
      environment variable UNITSCOPE_ALLOWED_HOSTS, separated by commas.
    - `token`: what whoever opens the page must give, or "" for none; None: that of UNITSCOPE_TOKEN,
      and without either, only this computer's own requests are answered.
    - `lesson`: the file of the lesson that pages begin with; None: that of UNITSCOPE_LESSON.
    - `embedders`: the origins whose pages may have ours in a frame, such as https://NAME; None:
      those of UNITSCOPE_ALLOW_EMBED, separated by spaces.

    It bounds pages and requests; `unitscope.server.protocol.config` makes uvicorn bound
    connections.

    **Raises** `InvalidInput` for a name, a token, an origin or a lesson that cannot be one, and for
    "*" without a token.
    """
    if allowed_hosts is None:
        allowed_hosts = filter(str.strip, os.environ.get(ALLOWED_HOSTS, "").split(","))
    token = os.environ.get(TOKEN) if token is None else token
    lesson = os.environ.get(LESSON) if lesson is None else lesson
    embedders = os.environ.get(EMBEDDERS, "").split() if embedders is None else embedders
    headers = headers_for([embedder(one) for one in embedders])
    first = lesson_from(lesson) if lesson else b""
    names = allowed_names(allowed_hosts, token or "")
    access = Access(names, checked_token(token or ""), private=token is None)
    scheduler, pages = Scheduler(), _Pages()
    health = Health(scheduler)

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        with log.limited():
            # The first page finds all loaded and trained.
            warming = asyncio.ensure_future(scheduler.quick(answers.hello))
            yield
            scheduler.end()
            warming.cancel()
            await asyncio.gather(warming, return_exceptions=True)  # that it ended is no news

    async def live(socket: WebSocket) -> None:
        house = household(socket.client.host if socket.client else None)
        if why := pages.full_for(house):
            await _turn_away(socket, _TOO_MANY, why)
            return
        with pages.another_of(house):
            await socket.accept()
            await Connection(socket, scheduler).talk()

    routes = [
        Route("/health", health.answer),
        WebSocketRoute("/live", live),
        WebSocketRoute("/{path:path}", _no_such_socket),
        Mount("/", PageFiles(Path(unitscope.__file__).parent / "web", first)),
    ]
    app = Starlette(
        routes=routes,
        lifespan=lifespan,
        exception_handlers={HTTPException: _refuse, Exception: _fail},
    )
    return _Guard(app, access, headers)


class _Pages:
    """How many pages are open, in all and of one household."""

    def __init__(self) -> None:
        self._all, self._of = 0, Counter[str]()

    def full_for(self, house: str | None) -> str:
        """Why another page of a household is not taken; "" where it is."""
        if self._all >= MOST_PAGES:
            return f"This server has as many pages as it takes ({MOST_PAGES})."
        if house is not None and self._of[house] >= MOST_PAGES_OF_ONE:
            return f"Your network has as many pages here as one may have ({MOST_PAGES_OF_ONE})."
        return ""

    @contextlib.contextmanager
    def another_of(self, house: str | None) -> Iterator[None]:
        """Count a page while it is open."""
        houses = [] if house is None else [house]
        self._all += 1
        self._of.update(houses)
        try:
            yield
        finally:
            self._all -= 1
            self._of.subtract(houses)
            self._of += Counter()  # forgets those without a page


class _Guard:
    """Refuses other hosts' names (DNS rebinding), other sites, and who lacks the token.

    Every answer gets the headers.
    """

    def __init__(self, app: ASGIApp, access: Access, headers: dict[str, str]) -> None:
        self._app, self._access = app, access
        self._headers = [(name.encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"].endswith("http.response.start"):  # a WebSocket's refusal is one too
                said = {name for name, _ in message["headers"]}
                ours = [pair for pair in self._headers if pair[0] not in said]
                message["headers"] = [*message["headers"], *ours]
            await send(message)

        connection = HTTPConnection(scope)
        answer = self._refusal(connection) or self._token_asked(connection)
        if scope["type"] == "http":
            await (answer or self._app)(scope, receive, with_headers)
            return
        socket = WebSocket(scope, receive, with_headers)
        if answer is None:
            await self._app(scope, receive, with_headers)
        elif answer.status_code == 401:  # its page can tell the user, who may have the token
            await _turn_away(socket, _NO_TOKEN, _ASK_FOR_TOKEN)
        else:
            await _deny(socket, answer)

    def _refusal(self, connection: HTTPConnection) -> Response | None:
        """The answer to a request for another host's name or of another site's page."""
        if not connection.scope["path"].startswith("/"):  # "*", or a whole address
            return refused(400, "The path of a request must start with /.", connection)
        hosts, origins = (connection.headers.getlist(name) for name in ("host", "origin"))
        host = place(hosts[0]) if len(hosts) == 1 else None
        if host is None:
            return refused(403, "The Host of a request must be a name and a port.", connection)
        server = connection.scope.get("server")
        reached = server[0] if server else None
        if self._access.is_closed_at(reached):
            return refused(403, _NOT_OPEN, connection)
        if not self._access.answers_to(host, reached):
            return refused(
                403,
                f"This server does not answer to the name {host.name}. "
                f"If it should, start it with --allow-host {host.name}.",
                connection,
            )
        is_page = all(same_place(origin, host) or self._access.trusts(origin) for origin in origins)
        if len(origins) > 1 or not is_page or (_is_socket(connection) and not origins):
            return refused(403, "This server answers only to its own page.", connection)
        return None

    def _token_asked(self, connection: HTTPConnection) -> Response | None:
        """The answer to a request that lacks the token, or that brings it in its address."""
        host = place(connection.headers["host"])
        if host is None or connection.url.path == "/health":
            return None
        query = connection.scope["query_string"].decode("latin-1")
        given = [value for name, value in parse_qsl(query) if name == "token"]
        known = not self._access.token or (given and self._access.opens(given[-1]))
        if (
            given
            and known
            and connection.scope["path"].endswith("/")
            and not _is_socket(connection)
        ):
            return self._without_token(connection, host)
        if known or self._access.lets_in(connection.headers, connection.cookies, host):
            return None
        text = "That is not this server's token." if given else _ENTER_TOKEN
        return refused(401, text, connection)

    def _without_token(self, connection: HTTPConnection, host: Place) -> Response:
        """Sends the browser to the same page without the token in its address, which is shared."""
        answer = RedirectResponse("./", 303, {"cache-control": "no-store"})
        if self._access.token:
            # Of the path that the browser sees, and for as long as it is open.
            answer.set_cookie(
                cookie_name(host),
                self._access.cookie(),
                path=None,
                secure=connection.scope["scheme"] == "https",
                httponly=True,
                samesite="lax",
            )
        return answer


def _is_socket(connection: HTTPConnection) -> bool:
    return bool(connection.scope["type"] == "websocket")


async def _turn_away(socket: WebSocket, code: int, why: str) -> None:
    """Tell a page why it is refused: of an opening that fails its script learns nothing."""
    await socket.accept()
    await socket.close(code, why)


async def _deny(socket: WebSocket, answer: Response) -> None:
    if "websocket.http.response" in socket.scope.get("extensions", {}):
        await socket.send_denial_response(answer)
    else:
        await socket.close(_NO_TOKEN)


async def _no_such_socket(socket: WebSocket) -> None:
    await _deny(socket, refused(404, "There is no WebSocket here.", socket))


async def _refuse(asked: Request, why: Exception) -> Response:
    status = why.status_code if isinstance(why, HTTPException) else 500
    text = {404: "There is nothing at this address.", 405: "Ask for it with GET."}
    answer = refused(status, text.get(status, "This request cannot be answered."), asked)
    answer.headers.update(getattr(why, "headers", None) or {})
    return answer


async def _fail(asked: Request, _why: Exception) -> Response:
    return refused(500, "The server failed at this request. Its log says where.", asked)

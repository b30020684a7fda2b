"""uvicorn's connections with the bounds that it lacks: of time, of number and of what is unread.

A connection has `MOST_SECONDS` for each request and its answer; only a page's WebSocket may be
quiet, and is asked for a sign of life. Where there are too many, whoever waits longest goes.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import socket
from collections import defaultdict
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol
from websockets.frames import Frame
from websockets.http11 import Request

from unitscope.server.access import household
from unitscope.server.flow import Flow
from unitscope.server.refusals import HEADERS
from unitscope.wire.limits import LIMITS

MOST_SECONDS = 20.0  # from a connection's start, or its last answer, to its next
MOST_CONNECTIONS = 2500  # of one process, with its pages: six of each browser of a lecture hall
_OTHER_FILES = 256  # that a process may have open beside its connections
_MADE_ROOM_FOR = 50  # connections that go at once, where there are too many
# Connections taken in one turn of the loop: each takes a millisecond or two of it with its request.
# uvicorn's 2048 keep pages waiting for seconds.
_TAKEN_AT_ONCE = 1
_QUEUE = 128  # connections that the system keeps until they are taken: a class comes all at once
_READ_AT_ONCE = 2048  # bytes, whose frames keep others waiting for some milliseconds at most
_MOST_FRAGMENTS = 1024  # of one message; browsers send the largest in some dozens
_PING_SECONDS = 20.0  # between two pings to a page that is quiet
_PONG_SECONDS = 60.0  # until it must have answered, behind what is on its way to it
_CLOSE_SECONDS = 0.5  # until a page that is told to go must have said yes
_FLUSH_SECONDS = 10.0  # until it must have read what was sent before


def config(app: Any, **settings: Any) -> uvicorn.Config:
    """How uvicorn serves the app; `settings` are its own beside these."""
    return uvicorn.Config(
        app,
        http=HttpConnection,
        ws=PageConnection,
        loop="asyncio",
        log_level="warning",
        access_log=False,
        server_header=False,
        backlog=_TAKEN_AT_ONCE,
        ws_max_size=LIMITS["message"],
        ws_per_message_deflate=False,
        ws_ping_interval=_PING_SECONDS,
        ws_ping_timeout=_PONG_SECONDS,
        **settings,
    )


class Server(uvicorn.Server):
    """uvicorn's server, for which more connections wait than are taken at once."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen."""
        await super().startup(sockets)
        for server in self.servers:
            for listening in server.sockets:
                with listening.dup() as same:
                    let_wait([same])


def let_wait(listening: Iterable[socket.socket]) -> None:
    """Have the system keep a queue for sockets that listen: asyncio has made it a short one."""
    for one in listening:
        one.listen(_QUEUE)


class HttpConnection(H11Protocol):
    """A connection that asks for files, or that becomes a page's."""

    _ends: asyncio.TimerHandle | None = None
    since = 0.0  # when it began to wait, by the loop's clock

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the clock, and make room."""
        super().connection_made(transport)
        if hasattr(transport, "max_size"):
            transport.max_size = _READ_AT_ONCE
        self._wait()
        if len(self.connections) > min(MOST_CONNECTIONS, _files() - _OTHER_FILES):
            _make_room(self.connections)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock."""
        self._stop_waiting()
        super().connection_lost(exc)

    def on_response_complete(self) -> None:
        """Start the clock again."""
        self._wait()
        super().on_response_complete()

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """Hand over what can become a WebSocket."""
        if event.method != b"GET" or len(event.target) > 4096 or len(self.headers) > 100:
            self.send_400_response("This request for a WebSocket cannot be read.")
            return
        self._stop_waiting()
        super().handle_websocket_upgrade(event)

    def send_400_response(self, msg: str) -> None:
        """With the headers of all answers; none where one is under way."""
        if self.conn.our_state is not h11.IDLE and self.conn.our_state is not h11.SEND_RESPONSE:
            self.transport.close()
            return
        headers = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
        headers += [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
        for event in (
            h11.Response(status_code=400, headers=headers, reason=b"Bad Request"),
            h11.Data(data=msg.encode()),
            h11.EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event))
        self.transport.close()

    def give_up(self) -> None:
        """Close it, whatever it is about."""
        self.connections.discard(self)
        self.transport.abort()

    def _wait(self) -> None:
        self._stop_waiting()
        self.since = self.loop.time()
        self._ends = self.loop.call_later(MOST_SECONDS, self.give_up)

    def _stop_waiting(self) -> None:
        if self._ends is not None:
            self._ends.cancel()
            self._ends = None


@functools.cache
def _files() -> int:
    """How many files this process may have open; raised to what the connections need."""
    wanted = MOST_CONNECTIONS + _OTHER_FILES
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return wanted
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return wanted
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft < most:
        with contextlib.suppress(ValueError, OSError):  # macOS may know a lower bound of its own
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
            return most
    return soft


def _make_room(connections: set[Any]) -> None:
    """Give up those that wait longest, of whichever household has most."""
    waiting = defaultdict[str | None, list[HttpConnection]](list)
    for one in connections:
        if isinstance(one, HttpConnection):
            waiting[household(one.client[0] if one.client else None)].append(one)
    most = max(waiting.values(), key=len, default=[])
    for one in sorted(most, key=lambda one: one.since)[:_MADE_ROOM_FOR]:
        one.give_up()


class PageConnection(Flow):
    """A page's WebSocket: quiet as long as it likes, and gone when it does not read."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.close_timeout = _CLOSE_SECONDS

    def handle_connect(self, event: Request) -> None:
        """Refuse what is no WebSocket's opening, with the headers of all answers."""
        try:
            response = self.conn.accept(event)
        except ValueError:  # letters that cannot be said again in the answer
            response = self.conn.reject(HTTPStatus.BAD_REQUEST, "")
        if response.status_code == 101:
            super().handle_connect(event)
            return
        response.headers.update(HEADERS)
        self.conn.send_response(response)
        self._say_and_close()

    def handle_parser_exception(self) -> None:
        """Close what sends no frames, or a message that is too large."""
        if self.handshake_initiated and self.conn.close_sent is not None:
            super().handle_parser_exception()
        else:
            self._say_and_close()
        self._end_soon()

    def handle_cont(self, event: Frame) -> None:
        """Bound the parts of a message: those with nothing in them count for no size."""
        if len(self.frames) < _MOST_FRAGMENTS:
            super().handle_cont(event)
        elif not self.close_sent:
            self.conn.fail(1009, "a message in too many parts")
            self.handle_parser_exception()

    def handle_ping(self) -> None:
        """Answer, unless answers are not read."""
        if self.writable.is_set():
            super().handle_ping()
        else:
            self.conn.data_to_send()

    def keepalive_timeout(self) -> None:
        """The page has not answered."""
        super().keepalive_timeout()
        self._end_soon()

    async def run_asgi(self) -> None:
        """Have it answered; what is unread then is given up."""
        await super().run_asgi()
        self._end_soon()

    def _say_and_close(self) -> None:
        self.handshake_complete = self.close_sent = True
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.transport.close()

    def _end_soon(self) -> None:
        self.loop.call_later(_FLUSH_SECONDS, self.transport.abort)

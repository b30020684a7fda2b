"""uvicorn's WebSocket, bounded in what one page can make it keep, or do at once.

uvicorn itself reads from a page that reads nothing, parses as many frames in one go as have come,
and waits for ever for a page to read the last words to it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from unitscope.server.connection import PROTOCOL

_READ_AT_ONCE = 2**16  # bytes
_PIECE = 2048  # bytes that are parsed between two looks at the clock
_TURN_SECONDS = 0.002  # of parsing in one go
_REST = 3  # times as long, until the page has its next go
_UNREAD_SECONDS = 60.0  # that a page may leave more unread than the system keeps for it
_NO_TEXT, _POLICY = 1007, 1008
_PARTING_SECONDS = 1.0  # for the last words to a page that is turned away


class Flow(WebSocketsSansIOProtocol):
    """One connection: a page that does not read is not read from, and is closed in the end."""

    changed: Callable[[], None] | None = None  # called when there may be more in `held`

    def __init__(self, *given: Any, **settings: Any) -> None:
        super().__init__(*given, **settings)
        self._unparsed, self._waiting = bytearray(), 0
        self._parsing_soon = False
        self._unread: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take over from the connection that asked for the page's files."""
        super().connection_made(transport)
        if hasattr(transport, "max_size"):
            transport.max_size = _READ_AT_ONCE

    @property
    def held(self) -> int:
        """Bytes that are kept for the page: of its messages until it takes them, and unread."""
        parts = sum(map(len, self.frames))
        incoming = len(self._unparsed) + len(self.conn.reader.buffer) + parts + self._waiting
        return incoming + self.transport.get_write_buffer_size()

    def turn_away(self, code: int, reason: str) -> None:
        """Close the connection, for a reason that the page is told if it reads."""
        if self.close_sent or self.transport.is_closing():
            return
        self.stop_keepalive()
        self.conn.fail(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self._drop()
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        self.transport.close()
        self.loop.call_later(_PARTING_SECONDS, self.transport.abort)

    def _drop(self) -> None:
        """Let go of what has come: the collector of cycles may find this object much later."""
        self._unparsed.clear()
        self.frames = []
        self.conn.reader.discard()
        while not self.queue.empty():
            self.queue.get_nowait()

    async def run_asgi(self) -> None:
        """Run the app, which finds this protocol in its scope."""
        self.scope[PROTOCOL] = self  # type: ignore[literal-required]
        await super().run_asgi()

    async def receive(self) -> Any:
        """The next message."""
        message = await super().receive()
        if not self.read_paused:
            self._waiting = 0
            self._go_on()
        return message

    def data_received(self, data: bytes) -> None:
        """Take what has come, and parse it as far as its turn lasts."""
        self._unparsed += data
        self._parse()
        if self.changed is not None:
            self.changed()

    def _parse(self) -> None:
        self._parsing_soon = False
        began = self.loop.time()
        spent = 0.0
        while spent < _TURN_SECONDS and self._may_parse():
            piece = bytes(self._unparsed[:_PIECE])
            del self._unparsed[:_PIECE]
            super().data_received(piece)
            spent = self.loop.time() - began
        self._go_on(_REST * spent)

    def _may_parse(self) -> bool:
        """Whether there is something to parse, and the page has taken and read what it should."""
        open_ = not (self.read_paused or self.close_sent or self.transport.is_closing())
        return bool(self._unparsed) and open_ and self.writable.is_set()

    def _go_on(self, rest: float = 0.0) -> None:
        """Parse on after a rest; read more when all is parsed."""
        if self._may_parse() and not self._parsing_soon:
            self._parsing_soon = True
            self.loop.call_later(rest, self._parse)
        if self._unparsed or self.read_paused or not self.writable.is_set():
            self.transport.pause_reading()
        else:
            self.transport.resume_reading()

    def pause_writing(self) -> None:
        """The page does not read as quickly as it is written to."""
        super().pause_writing()
        self._unread = self.loop.call_later(_UNREAD_SECONDS, self._not_read)
        self._go_on()

    def resume_writing(self) -> None:
        """It has caught up."""
        super().resume_writing()
        if self._unread is not None:
            self._unread.cancel()
        self._go_on()

    def _not_read(self) -> None:
        self.turn_away(_POLICY, f"replies must be read within {_UNREAD_SECONDS:.0f} seconds")
        self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """The page is gone."""
        if self._unread is not None:
            self._unread.cancel()
        self._drop()
        super().connection_lost(exc)

    def send_receive_event_to_app(self) -> None:
        """A whole message; bytes that are no text close the connection, and are no fault to log."""
        size = sum(map(len, self.frames))
        if not all(part.isascii() for part in self.frames):
            size *= 4  # bytes that a character may take
            if self.curr_msg_data_type == "text" and not _is_text(b"".join(self.frames)):
                self.turn_away(_NO_TEXT, "a message must be UTF-8")
                return
        self._waiting += size
        super().send_receive_event_to_app()


def _is_text(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True

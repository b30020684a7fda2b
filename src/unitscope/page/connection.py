"""One page's connection: each request is answered off the event loop, of each kind only the newest.

A newer request of a kind takes the place of one that waits and stops one that runs; a page that
goes away stops all of its own. Nothing of a connection outlives it.
"""

from __future__ import annotations

import asyncio
import functools
import json
import logging
import time
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from unitscope.page import answers
from unitscope.page.jobs import Latest, Wanted, superseded
from unitscope.page.turns import Workers
from unitscope.wire.from_wire import id_from_wire

MOST_SECONDS = 60.0  # of one request
# products: about a twentieth of a second; what takes more has its own threads and its turn
_QUICK = 50_000_000
_AT_ONCE = 2  # quick requests of one page in the threads
_LOG = logging.getLogger("uvicorn.error")


class _Long(Exception):
    """The request takes long."""


class _Wanted(Wanted):
    """A request under way, which stops by itself after `MOST_SECONDS`, too; long work waits for its turn."""

    began = 0.0
    turn: asyncio.Future[bool] | None = None

    def wanted(self) -> bool:
        return not self.stopped and time.monotonic() - self.began <= MOST_SECONDS

    def weigh(self, work: int) -> None:
        if work > _QUICK and self.turn is None:
            raise _Long

    def stop(self) -> None:
        self.stopped = True
        if self.turn is not None and not self.turn.done():
            self.turn.set_result(False)


class Live:
    """The conversation with one page."""

    def __init__(self, socket: WebSocket, workers: Workers) -> None:
        self._socket, self._workers = socket, workers
        self._sending, self._quick = asyncio.Lock(), asyncio.Semaphore(_AT_ONCE)
        self._latest = Latest(self._answer, self._give, _Wanted)

    async def talk(self) -> None:
        """Answer until the page goes away."""
        try:
            await self._send(await self._workers.quick(_greeting))
            while True:
                event = await self._socket.receive()
                if event["type"] == "websocket.disconnect":
                    return
                await self._take(event.get("text") or "")
        except (WebSocketDisconnect, RuntimeError):
            return
        finally:
            self._latest.stop()

    async def _take(self, text: str) -> None:
        message = _parsed(text)
        kind = message.get("kind") if isinstance(message, dict) else None
        if kind == "cancel":
            self._latest.stop()
            await self._send(_text({"id": id_from_wire(message), "kind": "cancelled"}))
        elif isinstance(kind, str) and kind in answers.KINDS:
            self._latest.take(kind, message)
        else:
            await self._send(_text(answers.reply(message)))

    async def _answer(self, message: Any, asked: _Wanted) -> str | None:
        """The reply as text; None where it was given up before its turn came."""
        work = functools.partial(_answered, message, asked)
        async with self._quick:
            text = await self._workers.quick(work)
        if text is not None:
            return text
        asked.turn = asyncio.get_running_loop().create_future()
        if asked.stopped:
            asked.turn.set_result(False)
        return await self._workers.long(self, work, asked.turn)

    async def _give(self, message: Any, outcome: str | dict[str, Any] | None) -> None:
        await self._send(
            outcome if isinstance(outcome, str) else _text(outcome or superseded(message))
        )

    async def _send(self, text: str) -> None:
        async with self._sending:
            try:
                await self._socket.send_text(text)
            except (WebSocketDisconnect, RuntimeError):  # the page is gone
                self._latest.stop()


@functools.cache
def _greeting() -> str:
    return _text(answers.hello())


def _answered(message: dict[str, Any], asked: _Wanted) -> str | None:
    """The reply as text, None where it takes long and it is not its turn; in a thread, encoding included."""
    asked.began = time.monotonic()
    try:
        asked.go_on()
        return _text(answers.reply(message, asked))
    except _Long:
        return None
    except answers.Cancelled:
        if asked.stopped:
            return _text(superseded(message))
        return _text(
            _refused(
                asked,
                f"A request must be done in {MOST_SECONDS:.0f} seconds. Got a longer one instead. "
                "Use fewer points, epochs or units.",
            )
        )
    except Exception:  # a fault of ours: the page is told, and its connection lives on
        _LOG.exception("A request failed")
        return _text(_refused(asked, "The server failed at this request."))


def _refused(asked: _Wanted, message: str) -> dict[str, Any]:
    return {"id": asked.number, "kind": "refused", "message": message}


def _text(message: dict[str, Any]) -> str:
    return json.dumps(message, separators=(",", ":"), allow_nan=False)


def _parsed(text: str) -> Any:
    """A message as JSON; what is none becomes a text, which is refused as no object."""
    try:
        return json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return text[:100]


def _no_constant(name: str) -> None:
    raise ValueError(name)

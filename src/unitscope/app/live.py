"""One page's connection: each request is answered off the event loop, of each kind only the newest.

A newer request of a kind takes the place of one that waits and stops one that runs; a page that goes away stops all of
its own. Nothing of a connection outlives it.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import json
import logging
import time
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from unitscope import replies, scene
from unitscope.app.workers import Workers

MOST_SECONDS = 60.0  # of one request
_QUICK = 50_000_000  # products: about a twentieth of a second; what takes more has its own threads and its turn
_AT_ONCE = 2  # quick requests of one page in the threads
_PROGRESS_SECONDS = 0.1  # between two reports
_LOG = logging.getLogger("uvicorn.error")


class _Long(Exception):
    """The request takes long."""


class _Wanted(replies.Asked):
    """A request under way: it can be told to stop, and stops by itself after `MOST_SECONDS`."""

    def __init__(self, live: Live, number: int | None) -> None:
        self.live, self.number = live, number
        self.began = self.reported = time.monotonic()
        self.stopped = False
        self.turn: asyncio.Future[bool] | None = None  # where it waits for its turn at long work

    @property
    def overdue(self) -> bool:
        return time.monotonic() - self.began > MOST_SECONDS

    def wanted(self) -> bool:
        return not self.stopped and not self.overdue

    def weigh(self, work: int) -> None:
        if work > _QUICK and self.turn is None:
            raise _Long

    def stop(self) -> None:
        """Not wanted any more."""
        self.stopped = True
        if self.turn is not None and not self.turn.done():
            self.turn.set_result(False)

    def progress(self, done: int, of: int) -> None:
        now = time.monotonic()
        if now - self.reported >= _PROGRESS_SECONDS and done < of:
            self.reported = now
            self.live.soon({"id": self.number, "kind": "progress", "done": done, "of": of})


class Live:
    """The conversation with one page."""

    def __init__(self, socket: WebSocket, workers: Workers) -> None:
        self._socket, self._workers = socket, workers
        self._loop = asyncio.get_running_loop()
        self._sending, self._quick = asyncio.Lock(), asyncio.Semaphore(_AT_ONCE)
        self._waiting: dict[str, Any] = {}  # kind -> the newest request that waits
        self._running: dict[str, _Wanted] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def talk(self) -> None:
        """Answer until the page goes away."""
        try:
            await self._send_text(await self._workers.quick(_greeting))
            while True:
                event = await self._socket.receive()
                if event["type"] == "websocket.disconnect":
                    return
                await self._take(event.get("text") or "")
        except (WebSocketDisconnect, RuntimeError):
            return
        finally:
            self._stop_all()

    def soon(self, message: dict[str, Any]) -> None:
        """Send from another thread."""
        with contextlib.suppress(RuntimeError):  # the server ends
            self._loop.call_soon_threadsafe(lambda: self._start(self._send(message)))

    async def _take(self, text: str) -> None:
        message = _parsed(text)
        kind = message.get("kind") if isinstance(message, dict) else None
        if kind == "cancel":
            dropped = list(self._waiting.values())
            self._stop_all()
            for waited in dropped:
                await self._send(_superseded(waited))
            await self._send({"id": scene.taken_id(message), "kind": "cancelled"})
            return
        if not isinstance(kind, str) or kind not in replies.KINDS:
            await self._send(replies.reply(message))
            return
        if kind in self._waiting:
            await self._send(_superseded(self._waiting.pop(kind)))
        self._waiting[kind] = message
        if kind in self._running:
            self._running[kind].stop()
        else:
            self._running[kind] = _Wanted(self, None)  # until the task begins
            self._start(self._answer(kind))

    async def _answer(self, kind: str) -> None:
        """Answer the newest request of a kind, and again while there is one."""
        while kind in self._waiting:
            message = self._waiting.pop(kind)
            asked = self._running[kind] = _Wanted(self, scene.taken_id(message))
            work = functools.partial(_answered, message, asked)
            async with self._quick:
                text = await self._workers.quick(work)
            if text is None:
                asked.turn = self._loop.create_future()
                if asked.stopped:
                    asked.turn.set_result(False)
                text = await self._workers.long(self, work, asked.turn)
            await self._send_text(text or _text(_superseded(message)))
        self._running.pop(kind, None)

    def _start(self, work: Any) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _stop_all(self) -> None:
        self._waiting.clear()
        for asked in self._running.values():
            asked.stop()

    async def _send(self, message: dict[str, Any]) -> None:
        await self._send_text(_text(message))

    async def _send_text(self, text: str) -> None:
        async with self._sending:
            try:
                await self._socket.send_text(text)
            except (WebSocketDisconnect, RuntimeError):  # the page is gone
                self._stop_all()


@functools.cache
def _greeting() -> str:
    return _text(replies.hello())


def _answered(message: dict[str, Any], asked: _Wanted) -> str | None:
    """The reply as text, None where it takes long and it is not its turn; in a thread, encoding included."""
    asked.began = time.monotonic()
    try:
        asked.go_on()
        return _text(replies.reply(message, asked))
    except _Long:
        return None
    except replies.Cancelled:
        if asked.stopped:
            return _text(_superseded(message))
        return _text(_refused(asked, f"A request must be done in {MOST_SECONDS:.0f} seconds. Got a longer one instead. "
                                     "Use fewer points, epochs or units."))
    except Exception:  # a fault of ours: the page is told, and its connection lives on
        _LOG.exception("A request failed")
        return _text(_refused(asked, "The server failed at this request."))


def _refused(asked: _Wanted, message: str) -> dict[str, Any]:
    return {"id": asked.number, "kind": "refused", "message": message}


def _superseded(message: Any) -> dict[str, Any]:
    return {"id": scene.taken_id(message), "kind": "superseded"}


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

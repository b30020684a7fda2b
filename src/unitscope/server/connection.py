"""One page's connection: each request is answered off the event loop, of each kind only the newest.

A newer request of a kind takes the place of one that waits and stops one that runs; a page that
goes away stops all of its own. What is kept for a page is bounded, and nothing of a connection
outlives it.
"""

from __future__ import annotations

import asyncio
import functools
import gc
import json
import logging
import math
import time
from collections.abc import Callable
from typing import Any, TypeVar

from starlette.websockets import WebSocket, WebSocketDisconnect

from unitscope.page import answers
from unitscope.page.jobs import Cancelled, Job, Jobs, TurnsOutLong
from unitscope.page.requests import Work
from unitscope.server.parsing import parsed
from unitscope.server.scheduler import Ended, Scheduler
from unitscope.wire.from_wire import id_from_wire
from unitscope.wire.messages import Dropped, Reply

MOST_SECONDS = 60.0  # of one request
_GRACE_SECONDS = 0.3  # for work past its time to end: then it is refused, and ends when it can
# In products, about a twentieth of a second: what takes longer waits for its turn.
_QUICK = 50_000_000
_QUICK_SECONDS = 0.1  # of work that was thought to be quick
_LARGE = 16_000  # characters of a message: some tenths of a millisecond of parsing
# How quickly one page's messages are taken, at most: a second has so many bytes, or messages, and
# after parsing there is a rest, so many times as long.
_BYTES_A_SECOND, _MESSAGES_A_SECOND, _REST = 8_000_000, 1000, 4
# Bytes of replies that a page has not read, beside those that are under way to it.
_MOST_UNREAD = 4 * 2**20
_WAITING = 4000  # bytes that a reply takes beside its text
# Bytes of memory for each of a request's text: its numbers are kept as float64s, and twice.
_DECODED = 4
_POLICY = 1008
PROTOCOL = "unitscope.protocol"  # under which a socket's scope may have its Protocol
_LOG = logging.getLogger("uvicorn.error")
Result = TypeVar("Result")


class Connection:
    """The conversation with one page."""

    def __init__(self, socket: WebSocket, scheduler: Scheduler) -> None:
        self._socket, self._scheduler = socket, scheduler
        self._protocol = None if socket is None else socket.scope.get(PROTOCOL)
        self._sending, self._unread = asyncio.Lock(), 0
        self._quick = asyncio.Semaphore(scheduler.of_a_page)
        self._jobs: Jobs[str] = Jobs(self._answer, self._give)
        self._parsing = 0.0  # seconds that the last message took to parse
        self._left = False

    async def talk(self) -> None:
        """Answer until the page goes away; a fault of ours is raised, for the server to log."""
        if self._protocol is not None:
            self._protocol.changed = self._note
        try:
            await self._send(await self._scheduler.quick(_greeting))
            while not self._left:
                event = await self._socket.receive()
                if event["type"] == "websocket.disconnect":
                    return
                text = event.pop("text", None) or ""
                await self._take(text)
                rest = 1 / _MESSAGES_A_SECOND + len(text) / _BYTES_A_SECOND + _REST * self._parsing
                del text  # while the next message is waited for
                self._note()
                await asyncio.sleep(rest)
        except (WebSocketDisconnect, Ended):
            return
        finally:
            self._left = True
            self._jobs.stop()
            self._scheduler.memory.forget(self)

    async def _take(self, text: str) -> None:
        if len(text) <= _LARGE:
            message, self._parsing = _parsed(text)
        else:
            async with self._quick:
                parsing = self._scheduler.quick(functools.partial(_parsed, text))
                message, self._parsing = await parsing
        kind = message.get("kind") if isinstance(message, dict) else None
        size = _DECODED * len(text)
        if kind == "cancel":
            self._jobs.stop()
            dropped: Dropped = {"id": id_from_wire(message), "kind": "cancelled"}
            await self._send(_text(dropped))
        elif not (isinstance(kind, str) and kind in answers.KINDS):
            await self._send(_text(answers.reply(message)))
        elif not self._scheduler.memory.has_room(size):
            await self._send(_text(Job(message).refused(_FULL)))
        else:
            self._jobs.take(kind, message, size)

    async def _answer(self, job: Job) -> str:
        """The reply as text."""
        async with self._quick:
            begun = await self._scheduler.quick(functools.partial(_begun, job))
        if isinstance(begun, str):
            return begun
        job.turn = asyncio.get_running_loop().create_future()
        if job.stopped:
            job.turn.set_result(False)
        work = functools.partial(_answered, begun, job)
        answering = asyncio.ensure_future(self._scheduler.long(self, work, job.turn))
        await asyncio.wait({job.turn})
        done, _ = await asyncio.wait({answering}, timeout=MOST_SECONDS + _GRACE_SECONDS)
        if not done:
            job.stop()
            return _text(job.refused(_too_long()))
        return answering.result() or _text(job.superseded())

    async def _give(self, _job: Job, outcome: str | Reply) -> None:
        if isinstance(outcome, str):
            await self._send(outcome)
        elif outcome["kind"] != "progress" or not self._sending.locked():
            await self._send(_text(outcome))

    async def _send(self, text: str) -> None:
        """Send when the page has read what was sent before."""
        size = len(text) + _WAITING
        if self._unread > _MOST_UNREAD:
            self.leave(_POLICY, "replies must be read")
        if self._left:
            return
        self._unread += size
        try:
            async with self._sending:
                if not self._left:
                    await self._socket.send_text(text)
        except (WebSocketDisconnect, RuntimeError):  # gone, or told to go by the server
            self._left = True
            self._jobs.stop()
        finally:
            self._unread -= size
            self._note()

    def _note(self) -> None:
        """Tell how much memory the page takes."""
        if not self._left:
            held = self._protocol.held if self._protocol is not None else 0
            self._scheduler.memory.note(self, self._jobs.size + self._unread + held)

    def leave(self, code: int, reason: str) -> None:
        """Close the connection, for a reason that the page is told if it reads."""
        if self._left:
            return
        self._left = True
        self._jobs.stop()
        self._scheduler.memory.forget(self)
        if self._protocol is not None:
            self._protocol.turn_away(code, reason)
        else:
            self._jobs.start(self._socket.close(code, reason))


_FULL = "The server has too many large requests at the moment. Try again in a minute."


@functools.cache
def _greeting() -> str:
    text = _text(answers.hello())
    # What is loaded by now stays, and the collector of cycles need not look at it again.
    gc.freeze()
    return text


def _parsed(text: str) -> tuple[Any, float]:
    """A message, and the seconds of this thread's work that it took."""
    began = time.thread_time()
    message = parsed(text)
    return message, time.thread_time() - began


def _begun(job: Job) -> str | Work:
    """The reply to a quick request, as text, or the work of a long one; called in a thread."""
    work = _told(job, lambda: answers.prepare(job.message))
    job.message = None  # while it waits for its turn, only what was decoded is kept
    if isinstance(work, str) or work.cost > _QUICK:
        return work
    job.quick_until = time.monotonic() + _QUICK_SECONDS
    try:
        return _answered(work, job)
    except TurnsOutLong:  # it begins again when it has its turn
        job.quick_until = math.inf
        return work


def _answered(work: Work, job: Job) -> str:
    """The reply as text; called in a thread, which encodes it too."""
    return _told(job, lambda: _text(answers.answer(work, job)))


def _told(job: Job, step: Callable[[], Result]) -> Result | str:
    """What a step gives, or a reply, as text, that says why it gave nothing."""
    job.deadline = time.monotonic() + MOST_SECONDS
    try:
        job.checkpoint()
        return step()
    except Cancelled:
        return _text(job.superseded() if job.stopped else job.refused(_too_long()))
    except TurnsOutLong:
        raise
    except Exception:  # a fault of ours: the page is told, and its connection lives on
        _LOG.exception("A request failed")
        return _text(job.refused("The server failed at this request."))


def _too_long() -> str:
    return (
        f"A request must be done in {MOST_SECONDS:.0f} seconds. Got a longer one instead. "
        "Use fewer points, epochs or units."
    )


def _text(message: Reply) -> str:
    return json.dumps(message, separators=(",", ":"), allow_nan=False)

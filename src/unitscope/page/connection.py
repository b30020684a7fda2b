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
from collections.abc import Callable
from typing import Any, TypeVar

from starlette.websockets import WebSocket, WebSocketDisconnect

from unitscope.page import answers
from unitscope.page.jobs import Cancelled, Job, Jobs
from unitscope.page.requests import Work
from unitscope.page.scheduler import Scheduler
from unitscope.wire.from_wire import id_from_wire
from unitscope.wire.messages import Dropped, Reply

MOST_SECONDS = 60.0  # of one request
# In products, about a twentieth of a second: what takes longer waits for its turn.
_QUICK = 50_000_000
_AT_ONCE = 2  # quick requests of one page in threads
_LOG = logging.getLogger("uvicorn.error")
Result = TypeVar("Result")


class Connection:
    """The conversation with one page."""

    def __init__(self, socket: WebSocket, scheduler: Scheduler) -> None:
        self._socket, self._scheduler = socket, scheduler
        self._sending, self._quick = asyncio.Lock(), asyncio.Semaphore(_AT_ONCE)
        self._jobs: Jobs[str] = Jobs(self._answer, self._give)

    async def talk(self) -> None:
        """Answer until the page goes away."""
        try:
            await self._send(await self._scheduler.quick(_greeting))
            while True:
                event = await self._socket.receive()
                if event["type"] == "websocket.disconnect":
                    return
                await self._take(event.get("text") or "")
        except (WebSocketDisconnect, RuntimeError):
            return
        finally:
            self._jobs.stop()

    async def _take(self, text: str) -> None:
        message = _parsed(text)
        kind = message.get("kind") if isinstance(message, dict) else None
        if kind == "cancel":
            self._jobs.stop()
            dropped: Dropped = {"id": id_from_wire(message), "kind": "cancelled"}
            await self._send(_text(dropped))
        elif isinstance(kind, str) and kind in answers.KINDS:
            self._jobs.take(kind, message)
        else:
            await self._send(_text(answers.reply(message)))

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
        return await self._scheduler.long(self, work, job.turn) or _text(job.superseded())

    async def _give(self, _job: Job, outcome: str | Reply) -> None:
        await self._send(outcome if isinstance(outcome, str) else _text(outcome))

    async def _send(self, text: str) -> None:
        async with self._sending:
            try:
                await self._socket.send_text(text)
            except (WebSocketDisconnect, RuntimeError):  # the page is gone
                self._jobs.stop()


@functools.cache
def _greeting() -> str:
    return _text(answers.hello())


def _begun(job: Job) -> str | Work:
    """The reply to a quick request, as text, or the work of a long one; called in a thread."""
    work = _told(job, lambda: answers.prepare(job.message))
    job.message = None  # while it waits for its turn, only what was decoded is kept
    if isinstance(work, str) or work.cost > _QUICK:
        return work
    return _answered(work, job)


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
        if job.stopped:
            return _text(job.superseded())
        return _text(
            job.refused(
                f"A request must be done in {MOST_SECONDS:.0f} seconds. Got a longer one instead. "
                "Use fewer points, epochs or units."
            )
        )
    except Exception:  # a fault of ours: the page is told, and its connection lives on
        _LOG.exception("A request failed")
        return _text(job.refused("The server failed at this request."))


def _text(message: Reply) -> str:
    return json.dumps(message, separators=(",", ":"), allow_nan=False)


def _parsed(text: str) -> Any:
    """A message parsed; text that is not JSON stays text, which is refused as not an object."""
    try:
        return json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return text[:100]


def _no_constant(name: str) -> None:
    raise ValueError(name)

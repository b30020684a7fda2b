"""Requests answered off the event loop, of each kind only the newest.

A newer request takes the place of one that waits and stops one that runs, so that a drag never
queues trainings.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from collections.abc import Awaitable, Callable, Coroutine, Hashable
from typing import Any, Generic, TypeVar

from unitscope.looking import Ended
from unitscope.training.run import Run
from unitscope.wire.from_wire import id_from_wire, view_from_wire
from unitscope.wire.messages import Dropped, Refused, Reply
from unitscope.wire.shown import Shown

_PROGRESS_SECONDS = 0.1  # between two reports
Outcome = TypeVar("Outcome")


class Cancelled(Ended):
    """The answer is no longer wanted."""


class TurnsOutLong(Ended):
    """Work that was thought quick has had its time, and must wait for its turn as long work."""


class Job:
    """A request being answered: whether its answer is still wanted, and how far it is.

    - `message`: the request as it came; `report`: sends its page a message, from any thread.
    - `size`: bytes of memory that it takes until it is answered.
    - `deadline`: in seconds of `time.monotonic()`; the answer is not wanted after it.
    - `quick_until`: likewise; the work is not quick any more after it.
    - `turn`: where long work waits for its turn; set to False, it gives its place up.
    - `trained`: what a training has made: its run, and all points of the view.
    """

    def __init__(
        self,
        message: object = None,
        report: Callable[[Reply], None] | None = None,
        size: int = 0,
    ) -> None:
        self.message, self.size = message, size
        self.number, self.view = id_from_wire(message), view_from_wire(message)
        self.stopped = False
        self.deadline = self.quick_until = math.inf
        self.turn: asyncio.Future[bool] | None = None
        self.trained: tuple[Run, Shown] | None = None
        self._report, self._reported, self._told = report, time.monotonic(), False

    def wanted(self) -> bool:
        """Whether to go on."""
        return not self.stopped and time.monotonic() <= self.deadline

    def drop(self) -> None:
        """Nothing was begun, and nothing will: keep only whose it is."""
        self.message, self.size = None, 0

    def stop(self) -> None:
        """The answer is not wanted any more."""
        self.stopped = True
        if self.turn is not None and not self.turn.done():
            self.turn.set_result(False)

    def checkpoint(self) -> None:
        """Called between pieces of the work.

        **Raises** `Cancelled` where it is not wanted, and `TurnsOutLong` where it is not quick.
        """
        if not self.wanted():
            raise Cancelled
        if time.monotonic() > self.quick_until:
            raise TurnsOutLong

    def progress(self, done: int, of: int, _loss: float = 0.0) -> None:
        """A checkpoint that reports, now and then, how far the work is."""
        self.checkpoint()
        now = time.monotonic()
        late = now - self._reported >= _PROGRESS_SECONDS
        if self._report and (late if done < of else self._told):  # the end, where a start was told
            self._reported, self._told = now, done < of
            self._report({"id": self.number, "kind": "progress", "done": done, "of": of})

    def refused(self, why: str) -> Refused:
        """The reply that says which rule the request breaks."""
        return {"id": self.number, "kind": "refused", "message": why}

    def superseded(self) -> Dropped:
        """The reply to a request whose place a newer one took."""
        return {"id": self.number, "kind": "superseded"}


class Jobs(Generic[Outcome]):
    """The jobs of one page or widget, of each kind only the newest; made on an event loop.

    - `answer`: has a worker make the outcome of a job; may raise `Cancelled`.
    - `send`: sends a job's outcome, or a message that tells its progress or its end.
    """

    def __init__(
        self,
        answer: Callable[[Job], Awaitable[Outcome]],
        send: Callable[[Job, Outcome | Reply], Coroutine[Any, Any, None]],
    ) -> None:
        self.loop = asyncio.get_running_loop()
        self._answer, self._send = answer, send
        self._waiting: dict[Hashable, Job] = {}
        self._running: dict[Hashable, Job | None] = {}  # None: about to
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def size(self) -> int:
        """Bytes of memory that all jobs take."""
        running = (job for job in self._running.values() if job is not None)
        return sum(job.size for job in (*self._waiting.values(), *running))

    def take(self, kind: Hashable, message: object, size: int = 0) -> None:
        """Answer a request soon, instead of one of its kind that waits or runs."""
        waiting = self._waiting.get(kind)
        if waiting is not None:
            waiting.drop()
            self.start(self._send(waiting, waiting.superseded()))
        self._waiting[kind] = self._job(message, size)
        if kind in self._running:
            running = self._running[kind]
            if running is not None:
                running.stop()
        else:
            self._running[kind] = None
            self.start(self._work(kind))

    def stop(self, of: Callable[[Hashable], bool] = lambda kind: True) -> None:
        """Give up the jobs of all kinds, or of some; from any thread."""
        for kind in filter(of, list(self._waiting)):
            job = self._waiting.pop(kind, None)
            if job is not None:
                job.drop()
                self._send_soon(job, job.superseded())
        for kind, running in list(self._running.items()):
            if running is not None and of(kind):
                running.stop()

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Run a coroutine on the loop, and hold on to it until it is done."""
        task = self.loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _work(self, kind: Hashable) -> None:
        """Answer the newest request of a kind, and again while there is one."""
        try:
            while kind in self._waiting:
                job = self._running[kind] = self._waiting.pop(kind)
                outcome: Outcome | Reply
                try:
                    outcome = await self._answer(job)
                except Cancelled:
                    outcome = job.superseded()
                except Exception as error:  # a fault of ours: the view is told, the others live on
                    outcome = job.refused(f"{type(error).__name__}: {error}")
                await self._send(job, outcome)
        finally:
            del self._running[kind]

    def _job(self, message: object, size: int) -> Job:
        job = Job(message, lambda reply: self._send_soon(job, reply), size)
        return job

    def _send_soon(self, job: Job, reply: Reply) -> None:
        """Send from any thread."""
        with contextlib.suppress(RuntimeError):  # the loop has ended
            self.loop.call_soon_threadsafe(lambda: self.start(self._send(job, reply)))

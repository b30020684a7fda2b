"""Requests answered off the event loop, of each kind only the newest.

A newer request takes the place of one that waits and stops one that runs, so that a drag never
queues trainings.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Hashable
from typing import Any

from unitscope.page import answers
from unitscope.wire.from_wire import id_from_wire

_PROGRESS_SECONDS = 0.1  # between two reports


class Wanted(answers.Asked):
    """A request under way, which can be told to stop."""

    def __init__(self, report: Callable[[dict[str, Any]], None], number: int | None) -> None:
        self.number, self.stopped = number, False
        self._report, self._reported = report, time.monotonic()

    def wanted(self) -> bool:
        """Whether to go on."""
        return not self.stopped

    def stop(self) -> None:
        """Not wanted any more."""
        self.stopped = True

    def progress(self, done: int, of: int) -> None:
        """Report, now and then."""
        now = time.monotonic()
        if now - self._reported >= _PROGRESS_SECONDS and done < of:
            self._reported = now
            self._report({"id": self.number, "kind": "progress", "done": done, "of": of})


class Latest:
    """Takes requests on an event loop, has them answered, and sends the outcomes on the loop.

    - `answer`: has a worker make the outcome of a request, given its `Wanted`; may raise
      `answers.Cancelled`.
    - `send`: sends what `answer` gave for a request, or a message that tells its progress or its
      end.
    - `wanted`: makes a request's `Wanted`, of a function that sends its progress from any thread
      and of its number.
    """

    def __init__(
        self,
        answer: Callable[[Any, Any], Awaitable[Any]],
        send: Callable[[Any, Any], Awaitable[None]],
        wanted: Callable[[Callable[[dict[str, Any]], None], int | None], Wanted] = Wanted,
    ) -> None:
        self.loop = asyncio.get_running_loop()
        self._answer, self._send, self._wanted = answer, send, wanted
        self._waiting: dict[Hashable, Any] = {}  # the newest request of each kind that waits
        self._running: dict[Hashable, Wanted | None] = {}  # None: about to
        self._tasks: set[asyncio.Task[None]] = set()

    def take(self, kind: Hashable, request: Any) -> None:
        """Answer a request soon; one of its kind that waits is superseded, one that runs is stopped."""
        if kind in self._waiting:
            self.start(self._send(self._waiting[kind], superseded(self._waiting[kind])))
        self._waiting[kind] = request
        if kind in self._running:
            running = self._running[kind]
            if running is not None:
                running.stop()
        else:
            self._running[kind] = None
            self.start(self._work(kind))

    def stop(self, of: Callable[[Hashable], bool] = lambda kind: True) -> None:
        """Give up the requests of all kinds, or of some; from any thread."""
        for kind in filter(of, list(self._waiting)):
            request = self._waiting.pop(kind, None)
            self._reporter(request)(superseded(request))
        for kind, running in list(self._running.items()):
            if running is not None and of(kind):
                running.stop()

    async def _work(self, kind: Hashable) -> None:
        """Answer the newest request of a kind, and again while there is one."""
        try:
            while kind in self._waiting:
                request = self._waiting.pop(kind)
                asked = self._wanted(self._reporter(request), id_from_wire(request))
                self._running[kind] = asked
                try:
                    outcome = await self._answer(request, asked)
                except answers.Cancelled:
                    outcome = superseded(request)
                except (
                    Exception
                ) as error:  # a fault of ours: the view is told, and the others live on
                    outcome = {
                        "id": asked.number,
                        "kind": "refused",
                        "message": f"{type(error).__name__}: {error}",
                    }
                await self._send(request, outcome)
        finally:
            del self._running[kind]

    def _reporter(self, request: Any) -> Callable[[dict[str, Any]], None]:
        """Sends from any thread."""

        def report(message: dict[str, Any]) -> None:
            with contextlib.suppress(RuntimeError):  # the loop has ended
                self.loop.call_soon_threadsafe(lambda: self.start(self._send(request, message)))

        return report

    def start(self, work: Any) -> None:
        """Run a coroutine on the loop, and hold on to it until it is done."""
        task = self.loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def superseded(request: Any) -> dict[str, Any]:
    """The reply to a request whose place a newer one took."""
    return {"id": id_from_wire(request), "kind": "superseded"}

"""Work handed to the threads of one process: some for what is quick, some for what takes long.

Nobody waits for others' long work: it has threads of its own, and a queue in which every page has
one turn at a time. No page has all threads for what is quick.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from unitscope.server.memory import Memory

# A thread gives way to others that wait for Python; those of the event loop wait many times a move.
_SWITCH_SECONDS = 0.001
Result = TypeVar("Result")


class Ended(Exception):
    """The server ends."""


class Scheduler:
    """Gives work to threads; used from the event loop's thread alone.

    - `of_a_page`: how many threads for quick work a page may have at once, at most.
    - `memory`: what the pages have in it.
    """

    def __init__(self) -> None:
        processors = os.cpu_count() or 2
        threads = max(2, processors)
        self._quick = ThreadPoolExecutor(threads, thread_name_prefix="quick")
        self.of_a_page = min(2, threads - 1)
        # A wide network's training takes several processors by itself.
        self._free = max(1, processors // 2)
        self._long = ThreadPoolExecutor(self._free, thread_name_prefix="long")
        self._queue: list[tuple[object, asyncio.Future[bool]]] = []
        self._busy: set[object] = set()
        self.memory = Memory()
        self._ended = False
        sys.setswitchinterval(_SWITCH_SECONDS)

    async def quick(self, work: Callable[[], Result]) -> Result:
        """Run it at once; **raises** `Ended`."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._quick, work)
        except (RuntimeError, asyncio.CancelledError):
            if self._ended:
                raise Ended from None
            raise

    async def long(
        self, owner: object, work: Callable[[], Result], turn: asyncio.Future[bool]
    ) -> Result | None:
        """Run it when `owner` has its turn; None where that was given up: `turn` set to False."""
        self._queue.append((owner, turn))
        self._give_turns()
        if not await turn:
            self._queue.remove((owner, turn))
            return None
        try:
            return await asyncio.get_running_loop().run_in_executor(self._long, work)
        finally:
            self._busy.discard(owner)
            self._free += 1
            self._give_turns()

    def _give_turns(self) -> None:
        """To the first in the queue whose page has none, while threads are free."""
        for place in list(self._queue):
            owner, turn = place
            if self._free and owner not in self._busy and not turn.done():
                self._queue.remove(place)
                self._busy.add(owner)
                self._free -= 1
                turn.set_result(True)

    def end(self) -> None:
        """Start no more work."""
        self._ended = True
        for pool in (self._quick, self._long):
            pool.shutdown(wait=False, cancel_futures=True)

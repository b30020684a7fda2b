"""What the pages of one process have in its memory: who has most goes when it is too much."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import gc
from typing import Protocol

MOST = 96 * 2**20  # bytes, of all pages together
# Of it, what may be taken up before large requests are refused; small ones always find room.
_ROOM = MOST // 2
_SMALL = 256 * 2**10
_TRY_AGAIN_LATER = 1013
# When pages have so much less than before, what the process has too much of is given back.
_FREED = 16 * 2**20
_GIVE_BACK_SECONDS = 1.0  # later: work that was dropped is at its end by then

# The C library of Linux maps what is larger by itself, and unmaps it when it is freed. Left alone,
# it raises the bound with what it sees, and keeps what is freed.
_M_MMAP_THRESHOLD, _MAPPED = -3, 2**19


class Holder(Protocol):
    """A page."""

    def leave(self, code: int, reason: str) -> None:
        """End its connection, and drop what it has."""


class Memory:
    """The bytes that each page has, as it notes them."""

    def __init__(self) -> None:
        self._held: dict[Holder, int] = {}
        self.total = self._most = 0
        self._giving_back = False
        with contextlib.suppress(AttributeError, OSError, TypeError):  # not the C library of Linux
            ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, _MAPPED)

    def note(self, page: Holder, size: int) -> None:
        """A page has `size` bytes now; while all have too many, the one with most is closed."""
        self.total += size - self._held.get(page, 0)
        self._held[page] = size
        self._most = max(self._most, self.total)
        while self.total > MOST:
            largest = max(self._held, key=self._held.__getitem__)
            self.forget(largest)
            largest.leave(_TRY_AGAIN_LATER, "the server's memory is full: try again later")
        self._give_back_soon()

    def forget(self, page: Holder) -> None:
        """A page is gone, or goes."""
        self.total -= self._held.pop(page, 0)
        self._give_back_soon()

    def _give_back_soon(self) -> None:
        if self._most - self.total > _FREED and not self._giving_back:
            self._giving_back, self._most = True, self.total
            asyncio.get_running_loop().call_later(_GIVE_BACK_SECONDS, self._give_back)

    def _give_back(self) -> None:
        self._giving_back = False
        asyncio.get_running_loop().run_in_executor(None, give_back)

    def has_room(self, size: int) -> bool:
        """Whether a request may be taken that needs so many bytes."""
        return size <= _SMALL or self.total + size <= _ROOM


def give_back() -> None:
    """Return to the system what is free: Python keeps cycles, and the C library of Linux more."""
    gc.collect()
    with contextlib.suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)

"""Work that lasts looks round between its pieces, for whoever waits for it to end it."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from typing import TypeVar

Item = TypeVar("Item")

_LOOK: ContextVar[Callable[[], None] | None] = ContextVar("look", default=None)


class Ended(Exception):
    """Raised in the midst of work whose result is not wanted: nothing but its caller handles it."""


def look() -> None:
    """Called between two pieces of work; what the look of `looked_at` raises ends it.

    Without one, in this thread, it does nothing.
    """
    found = _LOOK.get()
    if found is not None:
        found()


def looking(each: Iterable[Item], every: int = 10_000) -> Iterator[Item]:
    """The same items, with a look at every so many of them."""
    for number, item in enumerate(each):
        if number % every == 0:
            look()
        yield item


class LookedAt(io.BytesIO):
    """A file that looks whenever something is read of it, for libraries that take long."""

    def read(self, size: int | None = -1) -> bytes:
        """As any file."""
        look()
        return super().read(size)


@contextlib.contextmanager
def looked_at(with_look: Callable[[], None]) -> Iterator[None]:
    """In this block and this thread, `look` calls `with_look`."""
    token = _LOOK.set(with_look)
    try:
        yield
    finally:
        _LOOK.reset(token)

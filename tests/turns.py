"""Tests of several processes side by side, but for those that need the machine for themselves."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

try:
    import fcntl
except ImportError:  # Windows: there Ray's tests take their chance
    fcntl = None  # type: ignore[assignment]


@contextlib.contextmanager
def turn(shared: Path, *, alone: bool) -> Iterator[None]:
    """Run beside the other processes of `shared`, or `alone`, once each has ended its test."""
    if fcntl is None:
        yield
        return
    with (shared / "door").open("ab") as door, (shared / "room").open("ab") as room:
        fcntl.flock(door, fcntl.LOCK_EX)  # who waits to be alone lets no other in
        fcntl.flock(room, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        fcntl.flock(door, fcntl.LOCK_UN)
        try:
            yield
        finally:
            fcntl.flock(room, fcntl.LOCK_UN)  # a child may hold a copy of it


def alone(item: pytest.Item | None) -> bool:
    """Whether a test starts Ray, and so runs beside none of another process."""
    ray = item and item.get_closest_marker("ray")
    return bool(ray) and ray.kwargs.get("starts", True)


def first(items: list[pytest.Item]) -> None:
    """Those that run alone come before all others, when no other process has a long test yet."""
    items.sort(key=lambda item: not alone(item))


class Turns:
    """The turn of this process: one for all tests in a row that run alone."""

    def __init__(self) -> None:
        self._turn = contextlib.ExitStack()
        self._alone = False

    @contextlib.contextmanager
    def of(self, item: pytest.Item, then: pytest.Item | None, shared: Path) -> Iterator[None]:
        """The turn of a test, which is kept where the one after it runs alone, too."""
        if not (self._alone and alone(item)):
            self._turn.close()  # kept for a test that was skipped
            self._alone = alone(item)
            self._turn.enter_context(turn(shared, alone=self._alone))
        try:
            yield
        finally:
            if not (self._alone and alone(then)):
                self._alone = False
                self._turn.close()

"""Tests of several processes side by side, but for those that need the machine for themselves."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

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

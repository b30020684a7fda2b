"""How long tests wait for a process, a thread or a browser: one number, for a busy machine."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

# Seconds until what does not come counts as a failure. All come within a few; a machine may be many
# times slower, and a wait that ends too soon says nothing about the product.
PATIENCE = 300

# For websockets.connect: no message is too long, and a busy server is waited for.
CONNECTING = {"max_size": None, "open_timeout": PATIENCE}

T = TypeVar("T")


def eventually(condition: Callable[[], T], every: float = 0.02) -> T:
    """What `condition` gives, once that is true: looked at again and again until PATIENCE ends."""
    end = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert time.monotonic() < end, f"It has not come within {PATIENCE} seconds."
        time.sleep(every)
    return found

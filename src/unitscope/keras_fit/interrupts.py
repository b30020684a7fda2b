"""Ctrl-C during a fit: it stops between two epochs, with nothing half done, and is never lost.

Keras has places that catch every error and go on, a KeyboardInterrupt too: half of those that come
in a quick training end there. So a press is noted, and acted upon where the model's weights, the
History and the run agree. While a callback works it is acted upon at once; and where the callback
swallows it, once more afterwards.
"""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from typing import Any

_Hook = Callable[..., Any]


class Interrupts:
    """What becomes of Ctrl-C in this block; outside of the main thread it never comes."""

    def __init__(self) -> None:
        self._before: Any = None
        self._pressed = self._at_once = False

    def __enter__(self) -> Interrupts:
        if threading.current_thread() is threading.main_thread():
            before = signal.getsignal(signal.SIGINT)
            if callable(before):  # neither ignored nor the system's own
                self._before = before
                signal.signal(signal.SIGINT, self._press)
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        # A callback may have put a handler of its own there.
        if self._before is not None and signal.getsignal(signal.SIGINT) == self._press:
            signal.signal(signal.SIGINT, self._before)
        if kind is None:
            self.check()

    def check(self) -> None:
        """Do now what Ctrl-C does, if it was pressed: raise KeyboardInterrupt, as a rule."""
        if self._pressed:
            self._pressed = False
            self._before(signal.SIGINT, None)

    def call(self, hook: _Hook, *arguments: Any) -> None:
        """Call what may take its time and is not ours: Ctrl-C interrupts it."""
        self.check()
        self._at_once = True
        try:
            hook(*arguments)
        finally:
            self._at_once = False
        self.check()

    @contextlib.contextmanager
    def withheld(self) -> Iterator[None]:
        """Work that must not stop half-way, in the midst of a `call`."""
        outer, self._at_once = self._at_once, False
        try:
            yield
        finally:
            self._at_once = outer
        if outer:
            self.check()

    def _press(self, number: int, frame: Any) -> None:
        self._pressed = True
        if self._at_once:
            self._before(number, frame)
            self._pressed = False  # a handler that does not raise has done its work

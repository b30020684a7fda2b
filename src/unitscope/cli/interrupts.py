"""Ctrl-C, at any moment of a command: one line on standard error, and the status 130.

A `KeyboardInterrupt` may get lost: C code forgets it, or makes another error of it, and one that is
raised while an object is deleted goes nowhere. So it is noted here as well, and a command that ends
after it, in whatever way, was stopped. A second Ctrl-C ends the process at once.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator
from typing import Any

INTERRUPTED = 130  # the status of a program that SIGINT ended, as shells have it
STOPPED = "unitscope: stopped"


class CtrlC:
    """What becomes of Ctrl-C in this block.

    Afterwards it does what it did before; in a process that has nothing else to do, nothing: what
    it would break is Python's own end.
    """

    def __init__(self, *, ends_process: bool) -> None:
        self._ends_process = ends_process
        self._pressed = self._raised = False
        self._before: Any = None

    def __enter__(self) -> CtrlC:
        ignored = signal.getsignal(signal.SIGINT) is signal.SIG_IGN  # in the background of a script
        if threading.current_thread() is threading.main_thread() and not ignored:
            self._before = sys.unraisablehook, signal.signal(signal.SIGINT, self._press)
            sys.unraisablehook = self._unraisable
        return self

    def __exit__(self, *_: object) -> None:
        if self._before is not None:
            hook, handler = self._before
            signal.signal(signal.SIGINT, signal.SIG_IGN if self._ends_process else handler)
            if not self._ends_process:
                sys.unraisablehook = hook

    @contextlib.contextmanager
    def found(self) -> Iterator[None]:
        """Raise `KeyboardInterrupt` at the block's end, once, where it was lost or made another."""
        try:
            yield
        except KeyboardInterrupt:
            self._raised = True
            raise
        except Exception as error:
            if not self._pressed or self._raised:
                raise
            self._raised = True
            raise KeyboardInterrupt from error
        if self._pressed and not self._raised:
            self._raised = True
            raise KeyboardInterrupt

    def _press(self, *_: object) -> None:
        if self._pressed:
            _leave()
        self._pressed = True
        raise KeyboardInterrupt

    def _unraisable(self, what: Any) -> None:
        if issubclass(what.exc_type, KeyboardInterrupt):
            _leave()
        self._before[0](what)


def _leave() -> None:
    with contextlib.suppress(OSError):
        os.write(2, f"{STOPPED}\n".encode())
    os._exit(INTERRUPTED)


@contextlib.contextmanager
def withheld() -> Iterator[None]:
    """Processes started here never get Ctrl-C, which a terminal sends them too.

    This process gets it when the block ends, and is to end them.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    from multiprocessing import resource_tracker

    resource_tracker.ensure_running()  # it unblocks the signal when it starts, and not later
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)

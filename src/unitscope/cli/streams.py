"""The standard streams, whatever the shell made of them: a pipe that ends, closed, or missing."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from collections.abc import Iterator
from typing import Any

from unitscope.visible import visible

_BROKEN_PIPE = 128 + 13  # the status of a program that SIGPIPE ended, as shells say it


class Outlet:
    """A stream to write to that raises nothing: what cannot be written is dropped, and noted.

    So a command whose reader goes away, as in `| head`, still does its work and writes its files.
    What the stream's encoding lacks is written as an escape, and so is what a terminal would obey:
    names of files, columns and classes come from others. Everything else is the stream's own.
    """

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._error: OSError | None = None
        self._line_begun = False

    def write(self, text: str) -> int:
        """As a file has it."""
        if self._stream is not None and self._error is None:
            encoding = getattr(self._stream, "encoding", None) or "utf-8"
            bar, rest = ("\r", text[1:]) if text.startswith("\r") else ("", text)
            known = (bar + visible(rest)).encode(encoding, "backslashreplace").decode(encoding)
            with self._noting():
                self._stream.write(known)
        if text:
            self._line_begun = not text.endswith("\n")
        return len(text)

    def flush(self) -> None:
        """As a file has it."""
        if self._stream is not None and self._error is None:
            with self._noting():
                self._stream.flush()

    def isatty(self) -> bool:
        """Whether it is a terminal that is still there."""
        return self._stream is not None and self._error is None and self._stream.isatty()

    def say(self, line: str) -> None:
        """Write one line, on a line of its own also after a bar that did not come to its end."""
        self.write(("\n" if self._line_begun else "") + " ".join(line.splitlines()) + "\n")

    def failure(self) -> tuple[int, str]:
        """The status for what could not be written, and what to say of it; 0 where all was."""
        self.flush()
        if self._error is None:
            return 0, ""
        if self._error.errno in (errno.EPIPE, errno.EINVAL):  # Windows says EINVAL of a pipe
            return _BROKEN_PIPE, ""
        return 1, f"standard output: {self._error.strerror}"

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    @contextlib.contextmanager
    def _noting(self) -> Iterator[None]:
        try:
            yield
        except (OSError, ValueError) as error:  # a closed file raises ValueError
            self._error = error if isinstance(error, OSError) else OSError(errno.EPIPE, "closed")
            with contextlib.suppress(OSError, ValueError):
                # What is left in the stream's buffer goes nowhere when Python ends.
                nowhere = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nowhere, self._stream.fileno())
                os.close(nowhere)


@contextlib.contextmanager
def outlets() -> Iterator[tuple[Outlet, Outlet]]:
    """Standard output and error as outlets, for everything that prints in the block."""
    _fill_descriptors()
    out, error = Outlet(sys.stdout), Outlet(sys.stderr)
    with contextlib.redirect_stdout(_as_file(out)), contextlib.redirect_stderr(_as_file(error)):
        yield out, error


def _as_file(outlet: Outlet) -> Any:
    return outlet


def _fill_descriptors() -> None:
    """Open what the shell closed: the next file would get its number, and what is printed there."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            # The lowest number that is free is this one.
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)

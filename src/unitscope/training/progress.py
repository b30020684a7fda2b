"""How the progress of a training reads: lines as the course lab prints them, and bars."""

from __future__ import annotations

import contextlib
import itertools
import os
import sys
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from unitscope.errors import refusal
from unitscope.notebook import in_notebook

_WIDTH, _LEAST = 30, 4  # characters of a bar, where there is room, and the least
_COLUMNS = 80  # of a terminal that does not say how many it has


def lines_of_epoch(epoch: int, epochs: int, steps: int, logs: Mapping[str, float]) -> list[str]:
    """An epoch's number, counted from 1, and its finished bar with all `logs`."""
    columns = {name: [value] for name, value in logs.items()}
    return lines_of_epochs(epoch, epochs, steps, columns).split("\n")


def lines_of_epochs(
    first: int, epochs: int, steps: int, columns: Mapping[str, Sequence[float]]
) -> str:
    """The same of several epochs from `first` on, of which `columns` have the logs by name."""
    values = "".join(f" - {name.replace('%', '%%')}: %.4f" for name in columns)
    form = f"Epoch %d/{epochs}\n{steps}/{steps} [{'=' * _WIDTH}]{values}"
    rows = list(zip(itertools.count(first), *columns.values(), strict=False))
    return "\n".join([form] * len(rows)) % tuple(itertools.chain.from_iterable(rows))


class Bar:
    """A bar on standard error: redrawn in place on a terminal, elsewhere one line at the end.

    It fits the terminal as wide as it is at that moment. Where standard error is missing, closed or
    full, nothing is drawn, and the work goes on. Used as a context, the line ends with the block.
    """

    def __init__(self, what: str) -> None:
        self._what, self._drawn = what, 0

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *_: object) -> None:
        if self._drawn:
            self._write("\n")
            self._drawn = 0

    def show(self, done: int, total: int, words: str) -> None:
        """How many are done, with words after the bar."""
        stream = sys.stderr
        if not _redraws(stream):
            if done == total:
                self._write(_line(self._what, done, total, words, None) + "\n")
            return
        room = _columns(stream) - 1  # what is written to the last column may begin a new line
        line = _line(self._what, done, total, words, room)
        wide = width(line)
        rest = " " * (min(self._drawn, room) - wide)  # of a longer line before
        ended = done == total
        self._write(f"\r{line}{rest}" + "\n" * ended)
        self._drawn = 0 if ended else wide

    def _write(self, text: str) -> None:
        with contextlib.suppress(OSError, ValueError):  # closed, full, or without these characters
            if sys.stderr is not None:
                sys.stderr.write(text)
                sys.stderr.flush()


def width(text: str) -> int:
    """Columns of a terminal that the text takes: two for a wide character, none for an accent."""
    return sum(map(_width, text))


def _width(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _line(what: str, done: int, total: int, words: str, room: int | None) -> str:
    """The bar with its words, in at most `room` columns: the bar gives way, then the words."""
    long = _WIDTH if room is None else min(_WIDTH, room - width(f"{what} [] {words}"))
    if long >= _LEAST:
        bar = ("=" * (long * done // max(1, total))).ljust(long, ".")
        return f"{what} [{bar}] {words}"
    line = f"{what} {words}"
    ends = itertools.accumulate(map(_width, line))
    return line[: sum(end <= (room or 0) for end in ends)]


def _redraws(stream: Any) -> bool:
    """Whether a line can be written over: on a terminal, and in a notebook."""
    with contextlib.suppress(ValueError):  # a closed file
        return stream is not None and (stream.isatty() or in_notebook())
    return False


def _columns(stream: Any) -> int:
    try:
        return os.get_terminal_size(stream.fileno()).columns or _COLUMNS
    except (OSError, ValueError, AttributeError):
        return _COLUMNS  # a notebook's cell


class Reporter:
    """Tells of progress while its block runs: calls what the user gave, or draws a bar on stderr.

    The bar is tqdm's where it is installed. `tell` is what to call, with how many are done, how
    many there are, and for a training the last loss; None where nobody wants to know. A bar that
    cannot be drawn ends no work.
    """

    def __init__(self, progress: bool | Callable[..., None] | None, what: str, unit: str) -> None:
        self.tell: Callable[..., None] | None = None
        self._unit, self._bar, self._plain = unit, None, Bar(what)
        if callable(progress):
            self.tell = progress
        elif progress is True:
            self._bar = _tqdm(what, unit)
            self.tell = self._draw if self._bar is None else self._update
        elif progress is not None and progress is not False:
            raise refusal("progress", "True, False or a function", progress)

    def __enter__(self) -> Callable[..., None] | None:
        return self.tell

    def __exit__(self, *_: object) -> None:
        if self.tell is None:
            return
        with self._plain, contextlib.suppress(OSError, ValueError):
            if self._bar is not None:
                self._bar.close()

    def _update(self, done: int, total: int, loss: float | None = None) -> None:
        bar: Any = self._bar
        with contextlib.suppress(OSError, ValueError):
            bar.total = total
            if loss is not None:
                bar.set_postfix_str(f"loss {loss:.4f}", refresh=False)
            bar.update(done - bar.n)

    def _draw(self, done: int, total: int, loss: float | None = None) -> None:
        words = f"{done:,}/{total:,} {self._unit}"
        self._plain.show(done, total, words + ("" if loss is None else f", loss {loss:.4f}"))


def _tqdm(what: str, unit: str) -> Any:
    """tqdm's bar for a terminal or a notebook; None without tqdm, or a stream to draw it on."""
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return None
    if sys.stderr is None:
        return None
    with contextlib.suppress(OSError, ValueError):
        # Where nothing can be drawn, no bar is left half made: nothing is, with a delay, so far.
        sys.stderr.flush()
        return tqdm(desc=what, unit=f" {unit}", dynamic_ncols=True, delay=1e-9)
    return None

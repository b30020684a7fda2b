"""How the progress of a training reads: lines as the course lab prints them, and bars."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, TextIO

from unitscope.errors import refusal

_WIDTH = 30  # characters of a bar


def lines_of_epoch(epoch: int, epochs: int, steps: int, logs: Mapping[str, float]) -> list[str]:
    """An epoch's number, counted from 1, and its finished bar with all `logs`."""
    values = "".join(f" - {name}: {value:.4f}" for name, value in logs.items())
    return [f"Epoch {epoch}/{epochs}", f"{steps}/{steps} [{'=' * _WIDTH}]{values}"]


def draw_bar(what: str, done: int, total: int, words: str, *, file: TextIO, live: bool) -> None:
    """A bar with words after it: redrawn in place where `live`, elsewhere one line at the end."""
    if not live and done != total:
        return
    bar = ("=" * (_WIDTH * done // max(1, total))).ljust(_WIDTH, ".")
    start, end = "\r" if live else "", "\n" if done == total else ""
    print(f"{start}{what} [{bar}] {words}", end=end, flush=True, file=file)


class Reporter:
    """Tells of progress while its block runs: calls what the user gave, or draws a bar on stderr.

    The bar is tqdm's where it is installed. `tell` is what to call, with how many are done, how
    many there are, and for a training the last loss; None where nobody wants to know.
    """

    def __init__(self, progress: bool | Callable[..., None] | None, what: str, unit: str) -> None:
        self.tell: Callable[..., None] | None = None
        self._what, self._unit, self._bar = what, unit, None
        if callable(progress):
            self.tell = progress
        elif progress is True:
            tqdm = _tqdm()
            self.tell = self._draw if tqdm is None else self._update
            self._bar = None if tqdm is None else tqdm(desc=what, unit=f" {unit}")
        elif progress is not None and progress is not False:
            raise refusal("progress", "True, False or a function", progress)

    def __enter__(self) -> Callable[..., None] | None:
        return self.tell

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.close()

    def _update(self, done: int, total: int, loss: float | None = None) -> None:
        bar: Any = self._bar
        bar.total = total
        if loss is not None:
            bar.set_postfix_str(f"loss {loss:.4f}", refresh=False)
        bar.update(done - bar.n)

    def _draw(self, done: int, total: int, loss: float | None = None) -> None:
        words = f"{done:,}/{total:,} {self._unit}"
        words += "" if loss is None else f", loss {loss:.4f}"
        # A notebook redraws lines too, though its stream is no terminal.
        live = sys.stderr.isatty() or "ipykernel" in sys.modules
        draw_bar(self._what, done, total, words, file=sys.stderr, live=live)


def _tqdm() -> Any:
    """tqdm's bar for a terminal or a notebook, or None."""
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return None
    return tqdm

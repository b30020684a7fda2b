"""Progress on the terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable


def epoch_bar() -> Callable[[int, int, float], None]:
    """Epochs done and the last loss."""

    def show(done: int, epochs: int, loss: float) -> None:
        _draw_bar("training", done, epochs, f"epoch {done}/{epochs} - loss: {loss:.4f}")

    return show


def count_bar(*, resumed: bool) -> Callable[[int, int], None]:
    """Runs done, the rate and the time left; with `resumed`, the first call has those that were there before."""
    began, before = time.perf_counter(), None if resumed else 0

    def show(done: int, runs: int) -> None:
        nonlocal before
        if before is None:
            before = done
        rate = (done - before) / max(time.perf_counter() - began, 1e-9)
        left = f"{(runs - done) / rate:.0f} s left" if rate else "no rate yet"
        _draw_bar("sweep", done, runs, f"{done:,}/{runs:,} - {rate:,.0f} a second, {left} ")

    return show


def _draw_bar(what: str, done: int, of: int, words: str) -> None:
    """A progress bar: redrawn in place on a terminal, one line at the end anywhere else."""
    live = sys.stdout.isatty()
    if live or done == of:
        bar = ("=" * (30 * done // of)).ljust(30, ".")
        print(
            f"{chr(13) if live else ''}{what} [{bar}] {words}",
            end="\n" if done == of else "",
            flush=True,
        )

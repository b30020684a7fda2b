"""Progress on the terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from unitscope.training.progress import draw_bar


def epoch_bar() -> Callable[[int, int, float], None]:
    """Epochs done and the last loss."""

    def show(done: int, epochs: int, loss: float) -> None:
        _draw("training", done, epochs, f"epoch {done}/{epochs} - loss: {loss:.4f}")

    return show


def count_bar(*, resumed: bool) -> Callable[[int, int], None]:
    """Runs done, the rate and the time left; `resumed`: the first call has those of before."""
    began, before = time.perf_counter(), None if resumed else 0

    def show(done: int, runs: int) -> None:
        nonlocal before
        if before is None:
            before = done
        rate = (done - before) / max(time.perf_counter() - began, 1e-9)
        left = f"{(runs - done) / rate:.0f} s left" if rate else "no rate yet"
        _draw("sweep", done, runs, f"{done:,}/{runs:,} - {rate:,.0f} a second, {left} ")

    return show


def _draw(what: str, done: int, total: int, words: str) -> None:
    draw_bar(what, done, total, words, file=sys.stdout, live=sys.stdout.isatty())

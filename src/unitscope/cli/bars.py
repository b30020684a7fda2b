"""Progress on the terminal, on standard error."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator

from unitscope.training.progress import Bar


@contextlib.contextmanager
def epoch_bar() -> Iterator[Callable[[int, int, float], None]]:
    """Epochs done and the last loss."""
    with Bar("training") as bar:
        yield lambda done, epochs, loss: bar.show(
            done, epochs, f"epoch {done}/{epochs} - loss: {loss:.4f}"
        )


@contextlib.contextmanager
def count_bar(*, resumed: bool) -> Iterator[Callable[[int, int], None]]:
    """Runs done, the rate and the time left; `resumed`: the first call has those of before."""
    began, before = time.perf_counter(), None if resumed else 0

    def show(done: int, runs: int) -> None:
        nonlocal before
        if before is None:
            before = done
        rate = (done - before) / max(time.perf_counter() - began, 1e-9)
        left = f"{(runs - done) / rate:.0f} s left" if rate else "no rate yet"
        bar.show(done, runs, f"{done:,}/{runs:,} - {rate:,.0f} a second, {left}")

    with Bar("sweep") as bar:
        yield show

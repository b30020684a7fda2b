"""Timing that holds on a noisy machine: every rival in turn, several rounds, medians."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable


def medians(
    contenders: dict[str, Callable[[], object]], rounds: int = 5, least: float = 0.02
) -> dict[str, float]:
    """Seconds of each call, the median of `rounds` rounds in which every contender takes its turn.

    A first round is not counted; a quick call is repeated within a round for about `least` seconds.
    """
    return {name: wall for name, (wall, _) in both(contenders, rounds, least).items()}


def both(
    contenders: dict[str, Callable[[], object]], rounds: int = 5, least: float = 0.02
) -> dict[str, tuple[float, float]]:
    """The same by the clock on the wall and, of the same calls, in the processors' seconds."""
    seconds: dict[str, list[tuple[float, float]]] = {name: [] for name in contenders}
    repeats = {}
    for name, call in contenders.items():
        call()  # loads, compiles or traces whatever it needs
        began = time.perf_counter()
        call()
        once = time.perf_counter() - began
        repeats[name] = max(1, min(1000, int(least / max(once, 1e-9))))
    for _ in range(rounds):
        for name, call in contenders.items():
            wall, processors = time.perf_counter(), time.process_time()
            for _ in range(repeats[name]):
                call()
            spent = time.perf_counter() - wall, time.process_time() - processors
            seconds[name].append((spent[0] / repeats[name], spent[1] / repeats[name]))
    return {
        name: (statistics.median(wall), statistics.median(processors))
        for name, values in seconds.items()
        for wall, processors in [zip(*values, strict=True)]
    }


def process_seconds(command: list[str], environment: dict[str, str], rounds: int = 7) -> float:
    """Median wall seconds of a whole process, after an uncounted run."""
    values = []
    for _ in range(rounds + 1):
        began = time.perf_counter()
        nothing = subprocess.DEVNULL
        subprocess.run(command, env=environment, check=True, stdout=nothing, stderr=nothing)
        values.append(time.perf_counter() - began)
    return statistics.median(values[1:])


def python(code: str) -> list[str]:
    """The command that runs `code` in this Python."""
    return [sys.executable, "-c", code]


def shown(seconds: float) -> str:
    """Seconds in a unit that reads well, three digits."""
    if seconds >= 1:
        return f"{seconds:.2f} s"
    return f"{seconds * 1e3:.3g} ms" if seconds >= 1e-4 else f"{seconds * 1e6:.3g} µs"

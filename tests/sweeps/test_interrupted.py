"""Ctrl-C in a sweep's threads: whatever it interrupts, the sweep ends, and soon."""

from __future__ import annotations

import subprocess
import sys

from patience import PATIENCE

# Ctrl-C at the n-th moment at which Python looks for it in the main thread, in `in_threads` and
# below: where a function begins, and where one of C's has ended.
PROGRAM = """
import sys, time
from unitscope.sweeps.workers import in_threads

def interrupting(at):
    seen = 0
    def profile(frame, event, _):
        nonlocal seen
        seen += event in ("call", "c_return")
        if seen == at:
            sys.setprofile(None)
            raise KeyboardInterrupt
    return profile

def work(number):
    begun.append(number)
    time.sleep(1e-4)

for at in range(2, 300):
    begun, kept = [], []
    pieces = [(number,) for number in range(20_000)]
    sys.setprofile(interrupting(at))
    try:
        in_threads(work, pieces, 2, lambda number, _: kept.append(number), lambda: None)
        raise SystemExit(f"It went on after moment {at}.")
    except KeyboardInterrupt:
        sys.setprofile(None)
    assert len(set(kept)) == len(kept)
    assert len(kept) <= len(begun) < len(pieces), f"It all was done after moment {at}."
"""


def test_ctrl_c_at_any_moment_ends_a_sweep():
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=PATIENCE
    )
    assert ran.returncode == 0, ran.stderr

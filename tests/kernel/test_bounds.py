"""Compiled code reads and writes nothing outside its arrays: see `guarded`."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from patience import PATIENCE

SCRIPT = Path(__file__).with_name("guarded.py")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="pages are locked by Linux's calls"),
]


def ran(*words):
    return subprocess.run(
        [sys.executable, SCRIPT, *map(str, words)], capture_output=True, text=True, timeout=PATIENCE
    )


@pytest.mark.parametrize("seed", [0, 1])
def test_nothing_outside_is_touched(seed):
    done = ran(seed, 300)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("300 cases, ")


@pytest.mark.parametrize("name", ["table", "points", "work", "record"])
def test_one_number_too_many_is_noticed(name):
    done = ran(0, 50, name)
    assert done.returncode == -signal.SIGSEGV
    assert "in _together" in done.stderr, "in compiled code, and not in what surrounds it"

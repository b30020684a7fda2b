"""Programs in JavaScript, run by deno."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from patience import PATIENCE

DENO = shutil.which("deno", path=str(Path(sys.executable).parent)) or shutil.which("deno")
needs_deno = pytest.mark.skipif(DENO is None, reason="deno is not installed")


def deno(*arguments: str) -> subprocess.CompletedProcess:
    """What deno did with these arguments."""
    return subprocess.run(
        [DENO, *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=PATIENCE,
        env={"NO_COLOR": "1", "DENO_NO_UPDATE_CHECK": "1", "PATH": "", "HOME": str(Path.home())},
    )

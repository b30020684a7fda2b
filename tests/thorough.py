"""How far the tests' long series go: a part in every gate, all with UNITSCOPE_THOROUGH=1."""

from __future__ import annotations

import os

THOROUGH = os.environ.get("UNITSCOPE_THOROUGH", "0") != "0"


def few(usual: int, whole: int) -> int:
    """How many of a series are tried: `usual` of them, or the `whole`."""
    return whole if THOROUGH else usual

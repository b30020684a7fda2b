"""Where the numbers of an array lie, which is all that compiled code is told of it."""

from __future__ import annotations

import ctypes
from typing import Any

_bytes_of = ctypes.c_char.from_buffer


def address(array: Any) -> int:
    """Of a writable array that is not empty, in a third of `array.ctypes.data`'s time."""
    return ctypes.addressof(_bytes_of(array))

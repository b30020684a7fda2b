"""A message's text as JSON, in bounded time: while it is parsed, no other thread of Python runs."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

# Of a valid message: 276 names of 200 characters, each of which may be a mark behind a backslash,
# and some hundreds around them.
_MOST_MARKS = 120_000
_MARKS = b"[{,\\"
_PIECE = 2**16  # characters
_MOST_NUMBERS, _LONGEST_NUMBER = 1000, 40


def parsed(text: str) -> Any:
    """A message; text that is not JSON, or is more intricate than any message, stays text.

    Numbers of more digits than any has, and more of them than any message has, are not read but
    are NaN, which is refused where a number is asked for.
    """
    if intricate(text):
        return text[:100]
    numbers = iter(range(_MOST_NUMBERS))

    def number(kind: Callable[[str], float]) -> Callable[[str], float]:
        def checked(digits: str) -> float:
            if len(digits) > _LONGEST_NUMBER or next(numbers, None) is None:
                return math.nan
            return kind(digits)

        return checked

    try:
        return json.loads(
            text, parse_constant=_no_constant, parse_int=number(int), parse_float=number(float)
        )
    except (ValueError, RecursionError):
        return text[:100]


def intricate(text: str) -> bool:
    """Whether a text has more parts and escapes than any message needs."""
    marks = 0
    for begin in range(0, len(text) if len(text) > _MOST_MARKS else 0, _PIECE):
        piece = text[begin : begin + _PIECE].encode(errors="replace")
        marks += len(piece) - len(piece.translate(None, _MARKS))
        if marks > _MOST_MARKS:
            return True
    return False


def _no_constant(name: str) -> None:
    raise ValueError(name)

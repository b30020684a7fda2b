"""Whether points are images: the one rule, by the names of their features."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

_FEWEST = 9
_PLACED = re.compile(r"pixel_(\d+)_(\d+)(?: \(standardized\))?")
_COUNTED = re.compile(r"pixel_?(\d+)(?: \(standardized\))?")


def image_shape(names: Sequence[str]) -> tuple[int, int] | None:
    """Rows and columns, where every feature is a pixel of one image; else None.

    They are called pixel_ROW_COLUMN, row by row, as scikit-learn's digits are; or pixel0, pixel1,
    ... (from 0 or 1) and are as many as fill a square, as in tables of 28 x 28 digits.
    """
    if len(names) < _FEWEST:
        return None
    placed = [_PLACED.fullmatch(name) for name in names]
    if None not in placed:
        places = [(int(one[1]), int(one[2])) for one in placed if one]
        rows, columns = (max(place[axis] for place in places) + 1 for axis in (0, 1))
        wanted = [(row, column) for row in range(rows) for column in range(columns)]
        return (rows, columns) if places == wanted else None
    counted = [_COUNTED.fullmatch(name) for name in names]
    side = math.isqrt(len(names))
    if None in counted or side * side != len(names):
        return None
    numbers = [int(one[1]) for one in counted if one]
    return (side, side) if numbers in _counts(len(names)) else None


def _counts(n: int) -> tuple[list[int], list[int]]:
    return list(range(n)), list(range(1, n + 1))

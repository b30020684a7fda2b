"""The window: the rectangle of the input plane to look at."""

from __future__ import annotations

from typing import Any

import numpy as np

from unitscope.data.dataset import Dataset
from unitscope.errors import refusal, said

Window = tuple[tuple[float, float], tuple[float, float]]

GIVE_A_PLANE = "Give a plane, such as plane=us.Plane.principal(data)."
_PADDING = 0.08  # of the data's span, on each side
_LEAST_SPAN = 1e-12  # of the coordinates' size: a narrower window has too few floats to be cut


def padded(points: np.ndarray) -> Window:
    """The range of each column of `points` (n, d) with some room on both sides, never empty."""
    low, high = points.min(axis=0), points.max(axis=0)
    span = high - low
    # A constant column, or one whose span is rounding noise, gets a window of its own size.
    size = np.maximum(np.abs(points).max(axis=0), 1.0)
    room = np.where(span > 1e-9 * size, _PADDING * span, 0.5 * size)
    sides = zip((low - room).tolist(), (high + room).tolist(), strict=True)
    return tuple(sides)  # type: ignore[return-value]


def window_of(where: Any) -> Window:
    """The window around the points of a `Dataset` of two features; any other `where`, checked."""
    if not isinstance(where, Dataset):
        return checked_window(where)
    if where.n_features != 2:
        got = said(f"{where.n_features} feature{'s' * (where.n_features > 1)}")
        remedy = GIVE_A_PLANE if where.n_features > 2 else ""
        raise refusal("where", "a window, or data with 2 features", got, remedy)
    return padded(where.X)


def checked_window(window: Any) -> Window:
    """`window` as ((x0_min, x0_max), (x1_min, x1_max)) in data units; anything else is refused."""
    form = "((x0_min, x0_max), (x1_min, x1_max))"
    rule = f"{form}, finite numbers with each minimum below its maximum"
    try:
        given = np.asarray(window)
    except ValueError:  # rows of different lengths
        raise refusal("window", rule, window) from None
    if given.shape != (2, 2) or given.dtype.kind not in "iuf":
        raise refusal("window", rule, window if given.size <= 4 else said(f"shape {given.shape}"))
    sides = given.astype(np.float64)
    if not np.isfinite(sides).all() or not (sides[:, 0] < sides[:, 1]).all():
        raise refusal("window", rule, window)
    with np.errstate(over="ignore"):
        span = sides[:, 1] - sides[:, 0]
    if not np.isfinite(span).all() or (span < _LEAST_SPAN * np.abs(sides).max(axis=1)).any():
        rule = f"of sides that are finite and at least {_LEAST_SPAN:g} of their coordinates"
        raise refusal("window", rule, window)
    with np.errstate(over="ignore", under="ignore"):
        area = span[0] * span[1]
    if not np.finfo(np.float64).tiny <= area < np.inf:
        raise refusal("window", "of an area between 1e-307 and 1e308", window)
    return tuple((float(low), float(high)) for low, high in sides)  # type: ignore[return-value]

"""What can be seen in a silhouette, as numbers with names: the features of `datasets.animals`.

A silhouette is looked at in the smallest box around it, stretched to 32 by 32 cells, so that
neither its size nor its place counts. All but three features are shares between 0 and 1: "width /
height" is that of the box, "legs" and "ears" and the like count pieces in a row, and "length of
the edge" is in sides of a square as large as the animal. A mirrored animal has the same features.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from unitscope.errors import refusal, said

_SIDE = 32  # a power of 2 above all boxes: no middle of a cell is between two pixels
_QUARTER, _THIRD, _EDGE = 8, 11, 6  # rows or columns
_AT = (np.arange(_SIDE) + 0.5) / _SIDE  # middles of the cells
_MIDDLE = slice(12, 20)  # the columns where a back or a belly is
_THIN = 0.2  # of a column


class Shape(NamedTuple):
    """Silhouettes as they are seen here.

    - `pixels` (n, rows, columns): as they are given, True on the animal.
    - `height`, `width` (n,): of their boxes, in pixels.
    - `cells` (n, 32, 32): the boxes, stretched, the upper row first.
    - `rows`, `columns` (n, 32): which share of each is filled.
    - `pieces` (n, 32): how many separate pieces there are in each row.
    - `extents` (n, 32): from the first to the last cell of each row, as a share of it.
    """

    pixels: np.ndarray
    height: np.ndarray
    width: np.ndarray
    cells: np.ndarray
    rows: np.ndarray
    columns: np.ndarray
    pieces: np.ndarray
    extents: np.ndarray


def _seen(pixels: np.ndarray) -> Shape:
    (top, bottom), (left, right) = (_ends(np.asarray(pixels.any(axis))) for axis in (2, 1))
    down = (top[:, None] + _AT * (bottom - top)[:, None]).astype(int)
    across = (left[:, None] + _AT * (right - left)[:, None]).astype(int)
    which = np.arange(len(pixels))[:, None, None]
    cells = pixels[which, down[:, :, None], across[:, None, :]]
    counts = cells.view(np.int8)
    starts = cells[:, :, 1:] & ~cells[:, :, :-1]
    first, last = cells.argmax(axis=2), _SIDE - cells[:, :, ::-1].argmax(axis=2)
    return Shape(
        pixels,
        height=bottom - top,
        width=right - left,
        cells=cells,
        rows=counts.sum(axis=2) / _SIDE,
        columns=counts.sum(axis=1) / _SIDE,
        pieces=cells[:, :, 0] + starts.view(np.int8).sum(axis=2),
        extents=np.where(cells.any(axis=2), last - first, 0) / _SIDE,
    )


def _ends(some: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of rows (n, k): where the first True is, and behind the last."""
    return some.argmax(axis=1), some.shape[1] - some[:, ::-1].argmax(axis=1)


def _filled(rows: slice) -> Callable[[Shape], np.ndarray]:
    return lambda shape: shape.rows[:, rows].mean(axis=1)


def _sides(shape: Shape) -> np.ndarray:
    """How far the left and the right third are filled, the emptier first (2, n)."""
    thirds = shape.columns[:, :_THIRD], shape.columns[:, -_THIRD:]
    return np.sort([third.mean(axis=1) for third in thirds], axis=0)


def _longest(cells: np.ndarray) -> np.ndarray:
    """The longest piece of any row, as a share of the row (n,)."""
    run = best = np.zeros(cells.shape[:2], np.int8)
    for column in range(_SIDE):
        run = (run + 1) * cells[:, :, column]
        best = np.maximum(best, run)
    return best.max(axis=1) / _SIDE


def _to_one_side(cells: np.ndarray) -> np.ndarray:
    """How far the middle of some rows is from the middle of the box, a share of its width (n,)."""
    columns = cells.view(np.int8).sum(axis=1)
    return np.abs(columns @ _AT / np.maximum(columns.sum(axis=1), 1) - 0.5)


def _space(cells: np.ndarray) -> np.ndarray:
    """How far the middle columns are empty from the first row on, as a share of the height (n,)."""
    return cells[:, :, _MIDDLE].argmax(axis=1).mean(axis=1) / _SIDE


def _edge(shape: Shape) -> np.ndarray:
    framed = np.pad(shape.pixels, ((0, 0), (1, 1), (1, 1)))
    length = (framed[:, 1:] != framed[:, :-1]).view(np.int8).sum(axis=(1, 2))
    length += (framed[:, :, 1:] != framed[:, :, :-1]).view(np.int8).sum(axis=(1, 2))
    return length / (4 * np.sqrt(shape.pixels.sum(axis=(1, 2))))


def _slant(shape: Shape) -> np.ndarray:
    """How strongly left and right go with up and down: the size of their correlation (n,)."""
    area = shape.rows.sum(axis=1, keepdims=True)
    across, down = shape.columns / area, shape.rows / area
    x, y = across @ _AT, down @ _AT
    both = (shape.cells @ _AT * _AT).sum(axis=1) / (_SIDE * area[:, 0]) - x * y
    spread = (across @ _AT**2 - x**2) * (down @ _AT**2 - y**2)
    return np.abs(both) / np.sqrt(np.maximum(spread, 1e-12))


SHAPES: dict[str, Callable[[Shape], np.ndarray]] = {
    "width / height": lambda shape: shape.width / shape.height,
    "share filled": lambda shape: shape.rows.mean(axis=1),
    "top quarter filled": _filled(slice(0, _QUARTER)),
    "second quarter filled": _filled(slice(_QUARTER, 2 * _QUARTER)),
    "third quarter filled": _filled(slice(2 * _QUARTER, 3 * _QUARTER)),
    "bottom quarter filled": _filled(slice(3 * _QUARTER, _SIDE)),
    "emptier side filled": lambda shape: _sides(shape)[0],
    "fuller side filled": lambda shape: _sides(shape)[1],
    "middle filled": lambda shape: shape.columns[:, _THIRD:-_THIRD].mean(axis=1),
    "legs": lambda shape: np.median(shape.pieces[:, -_QUARTER:], axis=1),
    "most pieces in a low row": lambda shape: shape.pieces[:, -2 * _EDGE :].max(axis=1),
    "ears": lambda shape: shape.pieces[:, :_EDGE].max(axis=1),
    "feet apart": lambda shape: shape.extents[:, -_EDGE:].max(axis=1),
    "gaps between the legs": lambda shape: (
        shape.extents[:, -_THIRD:] - shape.rows[:, -_THIRD:]
    ).mean(axis=1),
    "width of the top": lambda shape: shape.extents[:, :_EDGE].max(axis=1),
    "head to one side": lambda shape: _to_one_side(shape.cells[:, :_QUARTER]),
    "feet to one side": lambda shape: _to_one_side(shape.cells[:, -_QUARTER:]),
    "longest piece across": lambda shape: _longest(shape.cells),
    "longest piece upright": lambda shape: _longest(shape.cells.transpose(0, 2, 1)),
    "space above the back": lambda shape: _space(shape.cells),
    "space under the belly": lambda shape: _space(shape.cells[:, ::-1]),
    "thin columns": lambda shape: (shape.columns < _THIN).mean(axis=1),
    "height of the centre": lambda shape: 1 - shape.rows @ _AT / shape.rows.sum(axis=1),
    "slant": _slant,
    "length of the edge": _edge,
}


def shape_features(pixels: Any) -> np.ndarray:
    """The features of silhouettes, as `us.datasets.animals` has them.

    **Arguments**

    - `pixels`: booleans (n, rows, columns), True on the animal, or one silhouette (rows, columns).

    **Returns** (n, 25) numbers, to ten decimals, in the order of the set's `feature_names`.
    **Raises** `InvalidInput` for another shape, more than 32 rows or columns, or a picture without
    an animal.
    """
    given = np.asarray(pixels)
    given = given[None] if given.ndim == 2 else given
    if given.ndim != 3 or given.dtype != bool or not 0 < max(given.shape[1:]) <= _SIDE:
        rule = f"booleans (n, rows, columns), at most {_SIDE} rows and columns"
        raise refusal("pixels", rule, said(f"{given.dtype} of shape {given.shape}"))
    if not given.any(axis=(1, 2)).all():
        raise refusal("pixels", "silhouettes with at least one True each", said("one with none"))
    shape = _seen(given)
    return np.column_stack([measure(shape) for measure in SHAPES.values()]).round(10)


def shape_names() -> tuple[str, ...]:
    """Their names, in the order of the columns."""
    return tuple(SHAPES)

"""A result at a glance, as a notebook shows it: small pictures in SVG beside a few numbers.

Plain HTML without scripts, styles of its own or anything fetched: it stays in a saved notebook.
Words and lines have the notebook's own colour. What comes from outside is escaped. All is bounded:
400 points, 200 steps of a curve, 8 units of a layer, 10,800 places of a map.
"""

from __future__ import annotations

import base64
import html
import struct
import zlib
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from unitscope.theme import LIGHT, class_colors, class_tints, rgb
from unitscope.visible import on_one_line

_WIDE, _HIGH = 160, 120  # pixels of a picture
_POINTS, _STEPS, _UNITS, _LAYERS = 400, 200, 8, 8
_GRIDS = ((120, 90), (40, 30))  # places of a map, the finest whose sums are few
_SUMS = 1e8  # products of a weight and a number in all of a map, some hundredths of a second
_LETTERS = 60
_ROWS = 8

Window = tuple[tuple[float, float], tuple[float, float]]


def card(head: str, rows: Sequence[tuple[str, str]], *pictures: str) -> str:
    """Pictures beside a table of names and values, below a headline."""
    cells = "".join(
        f"<tr><th>{_text(name)}</th><td>{_text(value)}</td></tr>" for name, value in rows
    )
    shown = "".join(pictures)
    return (
        f"<div><p><strong>{_text(head)}</strong></p>"
        '<div style="display:flex;flex-wrap:wrap;gap:12px;align-items:flex-start">'
        f"{shown}<table>{cells}</table></div></div>"
    )


def _text(words: str) -> str:
    line = on_one_line(words)
    return html.escape(line if len(line) <= _LETTERS else f"{line[: _LETTERS - 1]}…")


def svg(name: str, *parts: str) -> str:
    """A picture of 160 by 120 pixels, of parts that this module made, with a name to be read."""
    label = html.escape(on_one_line(name))
    return (
        f'<svg width="{_WIDE}" height="{_HIGH}" viewBox="0 0 {_WIDE} {_HIGH}" role="img" '
        f'aria-label="{label}"><title>{label}</title>{"".join(parts)}'
        f'<rect x=".5" y=".5" width="{_WIDE - 1}" height="{_HIGH - 1}" fill="none" '
        'stroke="currentColor" stroke-opacity=".4"/></svg>'
    )


def points(X: np.ndarray, y: np.ndarray, k: int, window: Window) -> str:
    """Points (n, 2) of classes (n,) 0..k-1 as dots, 400 of more."""
    some = np.linspace(0, len(y) - 1, min(len(y), _POINTS)).astype(int)
    places, colors = _places(X[some], window), class_colors(max(k, 1))
    return "".join(
        f'<circle cx="{x:.1f}" cy="{up:.1f}" r="2.2" fill="{colors[label]}" '
        f'stroke="{LIGHT.halo}" stroke-width=".5"/>'
        for (x, up), label in zip(places.tolist(), y[some].tolist(), strict=True)
    )


def _places(X: np.ndarray, window: Window) -> np.ndarray:
    """Where points are in the picture; what is far outside of it, at its edge."""
    low, high = np.array(window, float).T
    with np.errstate(all="ignore"):
        shares = np.clip(np.nan_to_num((X - low) / (high - low)), -1.0, 2.0)
    return np.column_stack([shares[:, 0] * _WIDE, (1 - shares[:, 1]) * _HIGH])


def around(X: np.ndarray) -> Window:
    """The range of points (n, 2), with some room."""
    low, high = X.min(axis=0), X.max(axis=0)
    room = np.where(high > low, 0.08 * (high - low), 0.5 * np.maximum(np.abs(low), 1.0))
    (left, below), (right, above) = (low - room).tolist(), (high + room).tolist()
    return (left, right), (below, above)


def ground(
    predict: Callable[[np.ndarray], np.ndarray], k: int, window: Window, products: int
) -> str:
    """The class that is given to each place of a window, as a tint; "" where that takes long.

    - `predict`: the classes (m,) 0..k-1 of places (m, 2).
    - `products`: how many a place takes.
    """
    fitting = [grid for grid in _GRIDS if grid[0] * grid[1] * products <= _SUMS]
    if not fitting:
        return ""
    wide, high = fitting[0]
    across, up = (
        low + (np.arange(count) + 0.5) * ((edge - low) / count)
        for (low, edge), count in zip(window, (wide, high), strict=True)
    )
    asked = np.stack(np.meshgrid(across, up[::-1]), axis=2).reshape(-1, 2)
    tints = np.array([[round(255 * part) for part in rgb(tint)] for tint in class_tints(k)])
    with np.errstate(all="ignore"):
        colors = tints[predict(asked)].astype(np.uint8).reshape(high, wide, 3)
    data = base64.b64encode(_png(colors)).decode("ascii")
    return (
        f'<image width="{_WIDE}" height="{_HIGH}" preserveAspectRatio="none" '
        f'href="data:image/png;base64,{data}"/>'
    )


def _png(colors: np.ndarray) -> bytes:
    """Colours (rows, columns, 3) uint8 as a PNG file, by the format's specification."""
    high, wide, _ = colors.shape
    rows = np.hstack([np.zeros((high, 1), np.uint8), colors.reshape(high, 3 * wide)])
    parts = (
        (b"IHDR", struct.pack(">2I5B", wide, high, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows.tobytes(), 6)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in parts
    )


def curves(name: str, *values: np.ndarray) -> str:
    """A picture of curves from 0 up, the first one thick: their finite values, 200 of more."""
    finite = [line[np.isfinite(line)] for line in values]
    top = max((float(line.max()) for line in finite if len(line)), default=0.0) or 1.0
    drawn = []
    for number, line in enumerate(finite):
        steps = np.linspace(0, max(len(line) - 1, 0), min(len(line), _STEPS)).astype(int)
        x = 6 + (_WIDE - 12) * steps / max(len(line) - 1, 1)
        up = _HIGH - 8 - (_HIGH - 16) * line[steps] / top
        if len(steps) == 1:  # a single one is a dot
            drawn.append(
                f'<circle cx="{_WIDE / 2}" cy="{up[0]:.1f}" r="3" fill="{LIGHT.curves[0]}"/>'
            )
            continue
        along = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x.tolist(), up.tolist(), strict=True))
        color, wide = (LIGHT.positive, 1.2) if number else (LIGHT.curves[0], 2.2)
        drawn.append(
            f'<polyline points="{along}" fill="none" stroke="{color}" stroke-width="{wide}"/>'
        )
    return svg(name, *reversed(drawn))  # the first one on top


def bars(name: str, heights: Sequence[float]) -> str:
    """A picture of bars side by side."""
    top = max(heights, default=0) or 1
    step = (_WIDE - 12) / max(len(heights), 1)
    drawn = [
        f'<rect x="{6 + place * step:.1f}" y="{_HIGH - 6 - (_HIGH - 14) * value / top:.1f}" '
        f'width="{0.85 * step:.1f}" height="{(_HIGH - 14) * value / top:.1f}" '
        f'fill="{LIGHT.positive}"/>'
        for place, value in enumerate(heights)
        if value > 0
    ]
    return svg(name, *drawn)


def layers(sizes: Sequence[int], name: str) -> str:
    """A picture of a network's layers from left to right: a dot for each unit, up to eight."""
    shown = list(sizes) if len(sizes) <= _LAYERS else [*sizes[: _LAYERS - 1], sizes[-1]]
    columns = []
    for place, size in enumerate(shown):
        x = 16 + (_WIDE - 32) * place / max(len(shown) - 1, 1)
        count = min(size, _UNITS)
        columns.append([(x, _HIGH * (unit + 0.5) / count) for unit in range(count)])
    lines = [
        f'<line x1="{a:.1f}" y1="{b:.1f}" x2="{c:.1f}" y2="{d:.1f}" '
        'stroke="currentColor" stroke-opacity=".35" stroke-width=".7"/>'
        for left, right in pairwise(columns)
        for a, b in left
        for c, d in right
    ]
    colors = class_colors(min(shown[-1], _UNITS))
    dots = [
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" stroke="currentColor" '
        f'fill="{colors[unit] if column is columns[-1] else LIGHT.zero}"/>'
        for column in columns
        for unit, (x, y) in enumerate(column)
    ]
    return svg(name, *lines, *dots)


def few(names: Sequence[str], counts: Sequence[Any]) -> list[tuple[str, str]]:
    """A row for each of some names, and how many more there are."""
    pairs = [(name, f"{count:,}") for name, count in zip(names[:_ROWS], counts, strict=False)]
    more = len(names) - len(pairs)
    return [*pairs, *([("", f"and {more:,} more")] if more else [])]


class LayersShown:
    """The base of networks, which a notebook shows as their layers."""

    def _repr_html_(self: Any) -> str:
        sizes = tuple(self.sizes)
        told = " → ".join(map(str, sizes if len(sizes) <= _LAYERS + 2 else (*sizes[:_LAYERS], "…")))
        kinds = list(dict.fromkeys(layer.activation for layer in self.layers[:-1]))
        rows = [
            ("inputs", f"{sizes[0]:,}"),
            ("hidden units", ", ".join(f"{size:,}" for size in sizes[1:-1][:_ROWS]) or "none"),
            ("activation", ", ".join(kinds) or "none"),
            ("classes", f"{sizes[-1]:,}"),
            ("parameters", f"{self.n_parameters:,}"),
        ]
        return card(f"Network {told}", rows, layers(sizes, f"layers of {told} units"))

"""Points on a picture: class colours and markers, rings around mistakes, counts of coincidences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from unitscope.theme import RING_WIDTH, Theme, class_colors, class_markers

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MISCLASSIFIED = "misclassified"
_FEWEST_COUNTED = 5  # coincident points that get a count
_MOST_COUNTS = 3
# Areas that look as large as a disc's of area 1.
_EQUAL_SIZE = {"D": 0.75, "s": 0.9, "P": 1.35, "X": 1.35, "p": 1.2, "h": 1.1}
_RASTER_FROM = 5000  # more points than this are pixels in an SVG, too


def point_area(n: int, scale: float = 1.0) -> float:
    """Marker area in points squared: 36 for up to 300 points, smaller for more."""
    return float(np.clip(36.0 * 300 / max(n, 1), 5.0, 36.0)) * scale


def draw_points(
    ax: Axes,
    points: np.ndarray,
    y: np.ndarray,
    k: int,
    theme: Theme,
    area: float,
    *,
    plain: bool = False,
) -> None:
    """One collection for each class that has points (gid "class 0", ...), in class order.

    `plain` draws all points as one collection of discs (gid "points"), which is much quicker in
    small panels.
    """
    colors, markers = class_colors(k), class_markers(k)
    common: dict[str, Any] = {
        "edgecolors": theme.halo,
        "linewidths": 0.5 if area > 20 else 0.25,
        "zorder": 3,
        "rasterized": len(points) > _RASTER_FROM,
    }
    if plain:
        each = [colors[label] for label in y]
        ax.scatter(points[:, 0], points[:, 1], s=area, c=each, gid="points", **common)
        return
    for index in np.unique(y).tolist():
        mine, marker = points[y == index], markers[index]
        size = area * _EQUAL_SIZE.get(marker, 1.0)
        own: dict[str, Any] = {"marker": marker, "color": colors[index], "gid": f"class {index}"}
        ax.scatter(mine[:, 0], mine[:, 1], s=size, **own, **common)


def draw_rings(ax: Axes, points: np.ndarray, theme: Theme, area: float) -> None:
    """A ring around each of `points` (m, 2): the misclassified ones."""
    if len(points):
        ax.scatter(
            points[:, 0],
            points[:, 1],
            s=area * 3.2,
            facecolors="none",
            edgecolors=theme.ring,
            linewidths=RING_WIDTH,
            zorder=4,
            gid=MISCLASSIFIED,
        )


def draw_counts(ax: Axes, points: np.ndarray, theme: Theme, font: float = 8.0) -> None:
    """Write "25 points" beside the places where five or more coincide, the three fullest at most.

    Call it once the panel has its limits: each label goes to the side of its place where it covers
    the fewest points.
    """
    paper = {
        "boxstyle": "round,pad=0.15",
        "fc": theme.background,
        "ec": theme.muted,
        "lw": 0.6,
    }
    for place, count in coincident(points):
        text = f"{count} points"
        offset = _free_side(ax, points, place, (0.62 * font * len(text) + 4, 1.2 * font + 4))
        ax.annotate(
            text,
            place,
            xytext=offset,
            textcoords="offset points",
            ha="center",
            va="center",
            fontsize=font,
            color=theme.text,
            zorder=5,
            gid="count",
            bbox=paper,
        )


def _free_side(
    ax: Axes, points: np.ndarray, place: tuple[float, float], size: tuple[float, float]
) -> tuple[float, float]:
    """The offset of a label's middle from `place`, of eight, where its box covers fewest points."""
    to_pixels = ax.transData.transform
    scale = 72.0 / ax.figure.get_dpi()
    away = (to_pixels(points) - to_pixels(place)) * scale
    corners = (ax.transAxes.transform([(0, 0), (1, 1)]) - to_pixels(place)) * scale
    half = np.array(size) / 2
    sides = [(dx, dy) for dy in (1, 0, -1) for dx in (1, 0, -1) if (dx, dy) != (0, 0)]
    offsets = np.array(sides) * (half + np.array([5.0, 3.0]))
    marker = 3.0  # half a point's width
    covered = (np.abs(away - offsets[:, None]) < half + marker).all(axis=2).sum(axis=1)
    outside = ((offsets - half < corners[0]) | (offsets + half > corners[1])).any(axis=1)
    best = offsets[np.argmin(covered + len(points) * outside)]
    return float(best[0]), float(best[1])


def coincident(points: np.ndarray) -> list[tuple[tuple[float, float], int]]:
    """The fullest places of `points` (n, 2), and how many points lie there.

    Points that agree to nine digits of their range lie in one place.
    """
    span = np.ptp(points, axis=0)
    steps = np.round((points - points.min(axis=0)) / np.where(span > 0, span, 1.0), 9)
    _, first, counts = np.unique(steps, axis=0, return_index=True, return_counts=True)
    fullest = np.argsort(-counts, kind="stable")[:_MOST_COUNTS]
    return [
        ((float(points[first[i], 0]), float(points[first[i], 1])), int(counts[i]))
        for i in fullest
        if counts[i] >= _FEWEST_COUNTED
    ]


def class_handles(k: int, theme: Theme) -> list[Any]:
    """A legend mark for each class."""
    from matplotlib.lines import Line2D

    halo: dict[str, Any] = {"markeredgecolor": theme.halo, "markeredgewidth": 0.5}
    handles = []
    for marker, color in zip(class_markers(k), class_colors(k), strict=True):
        size = 6.5 * _EQUAL_SIZE.get(marker, 1.0) ** 0.5
        mark = Line2D([], [], linestyle="", marker=marker, markersize=size, color=color, **halo)
        handles.append(mark)
    return handles


def legend_of(
    k: int, names: Sequence[str], theme: Theme, *, rings: bool
) -> tuple[list[Any], list[str]]:
    """Marks and names of the classes, and of the ring where there is one."""
    from matplotlib.lines import Line2D

    handles, texts = class_handles(k, theme), list(names)
    if rings:
        ring: dict[str, Any] = {"markeredgecolor": theme.ring, "markeredgewidth": RING_WIDTH}
        ring |= {"marker": "o", "markersize": 9, "markerfacecolor": "none"}
        handles.append(Line2D([], [], linestyle="", **ring))
        texts.append(MISCLASSIFIED)
    return handles, texts

"""Points on a picture: class colours and markers, rings around mistakes, counts of coincidences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from unitscope.data.parts import sample
from unitscope.figures.legend import letters_of
from unitscope.figures.view import shown_name
from unitscope.theme import RING_WIDTH, Theme, class_colors, class_markers

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MISCLASSIFIED = "misclassified"
_FEWEST_COUNTED = 5  # coincident points that get a count
_MOST_COUNTS = 3
_MOST_CLASSES = 3  # that a count names
_LONGEST_COUNT = 22  # letters on one line
# Areas that look as large as a disc's of area 1.
_EQUAL_SIZE = {"D": 0.75, "s": 0.9, "P": 1.35, "X": 1.35, "p": 1.2, "h": 1.1}
_RASTER_FROM = 5000  # more points than this are pixels in an SVG, too
_MOST_DRAWN = 4000


def drawn_rows(y: np.ndarray) -> np.ndarray:
    """Which of the points of classes `y` (n,) are drawn: all, or a sample of many."""
    return sample(y, _MOST_DRAWN)


def drawn_note(drawn: int, n: int) -> str:
    """What a picture says where it draws a sample of the points; "" where it draws all."""
    return "" if drawn == n else f"{drawn:,} of the {n:,} points are drawn"


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


def draw_counts(
    ax: Axes,
    points: np.ndarray,
    y: np.ndarray,
    names: Sequence[str],
    theme: Theme,
    font: float = 8.0,
) -> None:
    """Write "25 c0 + 23 c1" beside the places where five or more points coincide.

    At the three fullest places at most.

    Call it once the panel has its limits: each label goes to the side of its place where it covers
    the fewest points.
    """
    paper = {
        "boxstyle": "round,pad=0.15",
        "fc": theme.background,
        "ec": theme.muted,
        "lw": 0.6,
    }
    labels: list[_Label] = []
    for place, there in coincident(points):
        text = _count(y[there], names)
        lines = text.split("\n")
        size = 0.62 * font * max(map(letters_of, lines)) + 4, 1.2 * font * len(lines) + 4
        label = _free_side(ax, points, place, size, labels)
        if any(label.overlaps(other) for other in labels):
            continue
        labels.append(label)
        ax.annotate(
            text,
            place,
            xytext=labels[-1].offset,
            textcoords="offset points",
            ha="center",
            va="center",
            fontsize=font,
            color=theme.text,
            zorder=5,
            gid="count",
            bbox=paper,
        )


@dataclass(frozen=True)
class _Label:
    """Where a label is: its middle's offset from what it is about, its middle, half its size."""

    offset: tuple[float, float]
    middle: np.ndarray
    half: np.ndarray

    def overlaps(self, other: _Label) -> bool:
        return bool((np.abs(self.middle - other.middle) < self.half + other.half).all())


def _free_side(
    ax: Axes,
    points: np.ndarray,
    place: tuple[float, float],
    size: tuple[float, float],
    labels: Sequence[_Label],
) -> _Label:
    """The side of `place`, of eight, where a box of `size` covers the fewest points.

    It covers none of the other `labels` and does not leave the panel, where that can be had.
    """
    to_pixels = ax.transData.transform
    scale = 72.0 / ax.figure.get_dpi()
    some = points[drawn_rows(np.zeros(len(points), int))]
    away = (to_pixels(some) - to_pixels(place)) * scale
    corners = (ax.transAxes.transform([(0, 0), (1, 1)]) - to_pixels(place)) * scale
    half = np.array(size) / 2
    sides = [(dx, dy) for dy in (1, 0, -1) for dx in (1, 0, -1) if (dx, dy) != (0, 0)]
    offsets = np.array(sides) * (half + np.array([5.0, 3.0]))
    marker = 3.0  # half a point's width
    covered = (np.abs(away - offsets[:, None]) < half + marker).all(axis=2).sum(axis=1)
    outside = ((offsets - half < corners[0]) | (offsets + half > corners[1])).any(axis=1)
    middles = to_pixels(place) * scale + offsets
    on_others = np.zeros(len(offsets), int)
    for other in labels:
        on_others += (np.abs(middles - other.middle) < half + other.half).all(axis=1)
    best = np.argmin(covered + len(points) * (outside + 2 * on_others))
    # Where no side has room, moved into the panel; what is larger than it is in its middle.
    least, most = corners[0] + half, corners[1] - half
    middle = (corners[0] + corners[1]) / 2
    offset = np.where(least <= most, np.clip(offsets[best], least, most), middle)
    middle = middles[best] + offset - offsets[best]
    return _Label((float(offset[0]), float(offset[1])), middle, half)


def _count(labels: np.ndarray, names: Sequence[str]) -> str:
    """How many points there are of each class, the fullest first: "25 c0 + 23 c1"."""
    counts = np.bincount(labels)
    fullest = [int(label) for label in np.argsort(-counts, kind="stable") if counts[label]]
    said = [f"{counts[label]} {shown_name(names[label], 12)}" for label in fullest]
    if len(said) > _MOST_CLASSES:
        rest = sum(int(counts[label]) for label in fullest[_MOST_CLASSES - 1 :])
        said[_MOST_CLASSES - 1 :] = [f"{rest} of {len(said) - _MOST_CLASSES + 1} others"]
    words = " + ".join(said)
    return words if len(words) <= _LONGEST_COUNT else "\n+ ".join(said)


def coincident(points: np.ndarray) -> list[tuple[tuple[float, float], np.ndarray]]:
    """The fullest places of `points` (n, 2), each with the numbers of the points that lie there.

    Points that agree to nine digits of their range lie in one place.
    """
    span = np.ptp(points, axis=0)
    steps = np.round((points - points.min(axis=0)) / np.where(span > 0, span, 1.0) * 1e9)
    # One whole number for each place: many times faster to sort than pairs.
    across, up = steps.astype(np.int64).T
    _, place, counts = np.unique((across << 30) + up, return_inverse=True, return_counts=True)
    fullest = np.argsort(-counts, kind="stable")[:_MOST_COUNTS]
    found = []
    for number in fullest[counts[fullest] >= _FEWEST_COUNTED]:
        there = np.flatnonzero(place.ravel() == number)
        found.append(((float(points[there[0], 0]), float(points[there[0], 1])), there))
    return found


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

"""The exact truth about a small piecewise linear network of two inputs, in whole numbers.

Floats are dyadic: weights times a power of two are whole numbers, and so are lines (a, b, c), zero
where a x + b y + c is, and points (X, Y, W) at (X / W, Y / W), W > 0. Nothing is rounded before a
length or an area is asked for as a float. Independent of the library: polygons are clipped one by
one, and classes compared in pairs.

Conventions as the library's: a unit is on where its pre-activation is > 0 and off where it is 0 on
a whole region; units of linear layers (slope 1) are on and cut nothing; ties go to the lowest
class.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

Triple = tuple[int, int, int]


@dataclass(frozen=True)
class Polygon:
    """A convex polygon: points counter-clockwise; line i leads from point i on, positive inside."""

    points: list[Triple]
    lines: list[Triple]

    def split(self, line: Triple) -> tuple[Polygon | None, Polygon | None]:
        """The parts with an inside: where the line is positive, and where it is not."""
        a, b, c = line
        values = [a * x + b * y + c * w for x, y, w in self.points]
        if all(value <= 0 for value in values):
            return None, self
        if all(value >= 0 for value in values):
            return self, None
        return self._part(values, line), self._part([-value for value in values], (-a, -b, -c))

    def _part(self, values: list[int], line: Triple) -> Polygon:
        points, lines, count = [], [], len(values)
        for i in range(count):
            here, there = values[i], values[(i + 1) % count]
            if here > 0 or (here == 0 and there > 0):
                points.append(self.points[i])
                lines.append(self.lines[i])
            elif here == 0:
                points.append(self.points[i])
                lines.append(line)
            if here * there < 0:
                points.append(crossing(self.lines[i], line))
                lines.append(line if here > 0 else self.lines[i])
        return Polygon(points, lines)

    @property
    def area(self) -> float:
        """The area, a sum of positive triangles each rounded once."""
        (ox, oy, ow), rest = self.points[0], self.points[1:]
        triangles = []
        for (px, py, pw), (qx, qy, qw) in pairwise(rest):
            twice = ox * (py * qw - qy * pw) - oy * (px * qw - qx * pw) + ow * (px * qy - qx * py)
            triangles.append(twice / (2 * ow * pw * qw))
        return math.fsum(triangles)

    @property
    def exact_area(self) -> Fraction:
        """The area without rounding."""
        corners = [(Fraction(x, w), Fraction(y, w)) for x, y, w in self.points]
        return (
            sum(
                p[0] * q[1] - q[0] * p[1]
                for p, q in zip(corners, corners[1:] + corners[:1], strict=True)
            )
            / 2
        )


@dataclass(frozen=True)
class Region:
    """The points of one activation pattern; `rows / scale` are the logits' (a, b, c)."""

    pattern: tuple[bool, ...]
    polygon: Polygon
    rows: list[Triple]
    scale: int

    @property
    def affine(self) -> list[list[Fraction]]:
        """For every class the exact a, b and c of its logit a x + b y + c."""
        return [[Fraction(number, self.scale) for number in row] for row in self.rows]


@dataclass(frozen=True)
class Cell:
    """The part of region number `region` where class `label` wins."""

    region: int
    label: int
    polygon: Polygon


def crossing(one: Triple, other: Triple) -> Triple:
    """The point on both lines."""
    (a, b, c), (d, e, f) = one, other
    x, y, w = b * f - e * c, c * d - f * a, a * e - d * b
    common = math.gcd(x, y, w) * (1 if w > 0 else -1)
    return x // common, y // common, w // common


def reduced(line: Sequence[int]) -> Triple:
    """The same line in the least whole numbers."""
    common = math.gcd(*line) or 1
    return line[0] // common, line[1] // common, line[2] // common


def whole(numbers: Sequence[float]) -> tuple[list[int], int]:
    """Floats as whole numbers over one common denominator."""
    ratios = [float(number).as_integer_ratio() for number in numbers]
    common = max((below for _, below in ratios), default=1)
    return [above * (common // below) for above, below in ratios], common


def window_polygon(window: Sequence[Sequence[float]]) -> Polygon:
    (left, right), (bottom, top) = window
    lines = [
        reduced(whole(side)[0])
        for side in [(0, 1, -bottom), (-1, 0, right), (0, -1, top), (1, 0, -left)]
    ]
    return Polygon([crossing(lines[i - 1], lines[i]) for i in range(4)], lines)


def regions(
    weights: Sequence, biases: Sequence, slopes: Sequence[float], window: Sequence[Sequence[float]]
) -> list[Region]:
    """The activation regions of a network in a window.

    `weights`: a table (inputs, units) for every layer, the last of which is linear; `slopes`: of
    each hidden layer's activation below zero (relu 0, abs -1, linear 1).
    """
    found = [Region((), window_polygon(window), [(1, 0, 0), (0, 1, 0)], 1)]
    for depth, (table, bias) in enumerate(zip(weights, biases, strict=True)):
        numbers, scale = whole([number for row in (*table, bias) for number in row])
        units = len(bias)
        columns = [numbers[unit::units] for unit in range(units)]
        hidden = depth < len(weights) - 1
        found = [
            part
            for region in found
            for part in _through(region, columns, scale, slopes[depth] if hidden else None)
        ]
    return found


def _through(
    region: Region, columns: list[list[int]], scale: int, slope: float | None
) -> Iterator[Region]:
    """What a layer, each unit's weights then bias, makes of a region; without a slope, the last."""
    rows = []
    for *weights, bias in columns:
        used = [(weight, row) for weight, row in zip(weights, region.rows, strict=True) if weight]
        a, b, c = (sum(weight * row[i] for weight, row in used) for i in range(3))
        rows.append((a, b, c + bias * region.scale))
    scale *= region.scale
    if slope is None:
        yield Region(region.pattern, region.polygon, rows, scale)
        return
    above, below = float(slope).as_integer_ratio()
    parts: list[tuple[tuple[bool, ...], Polygon]] = [((), region.polygon)]
    for row in rows:
        if slope == 1.0:
            parts = [((*bits, True), polygon) for bits, polygon in parts]
            continue
        line = reduced(row)
        parts = [
            ((*bits, on), piece)
            for bits, polygon in parts
            for on, piece in zip((True, False), polygon.split(line), strict=True)
            if piece is not None
        ]
    for bits, polygon in parts:
        after = [
            tuple((below if on else above) * number for number in row)
            for on, row in zip(bits, rows, strict=True)
        ]
        yield Region(region.pattern + bits, polygon, after, scale * below)


def cells(found: Sequence[Region]) -> list[Cell]:
    """Regions split by the class of the largest logit."""
    made = []
    for number, region in enumerate(found):
        for label, row in enumerate(region.rows):
            part: Polygon | None = region.polygon
            for other, against in enumerate(region.rows):
                ahead = [a - b for a, b in zip(row, against, strict=True)]
                if other == label or part is None:
                    continue
                if any(ahead):
                    part = part.split(reduced(ahead))[0]
                elif other < label:
                    part = None
            if part is not None:
                made.append(Cell(number, label, part))
    return made


def areas(polygons: Sequence[Polygon], labels: Sequence[int], count: int) -> list[float]:
    """The area that each of `count` labels has."""
    by_label: list[list[float]] = [[] for _ in range(count)]
    for polygon, label in zip(polygons, labels, strict=True):
        by_label[label].append(polygon.area)
    return [math.fsum(parts) for parts in by_label]


def contacts(polygons: Sequence[Polygon]) -> Iterator[tuple[int, int, float]]:
    """Pairs of polygons that share a piece of a side, and its length; a corner does not count."""
    sides: dict[Triple, tuple[list, list]] = defaultdict(lambda: ([], []))
    for number, polygon in enumerate(polygons):
        for i, line in enumerate(polygon.lines):
            a, b, c = reduced(line)
            turned = (a, b) < (0, 0)
            ends = sorted(
                Fraction(x if b else y, w)
                for x, y, w in (polygon.points[i], polygon.points[(i + 1) % len(polygon.points)])
            )
            sides[(-a, -b, -c) if turned else (a, b, c)][turned].append((*ends, number))
    for (a, b, _), (over, under) in sides.items():
        over.sort()
        starts = [low for low, _, _ in over]
        for low, high, number in under:
            place = max(bisect_right(starts, low) - 1, 0)
            while place < len(over) and over[place][0] < high:
                both = min(high, over[place][1]) - max(low, over[place][0])
                if both > 0:
                    yield (
                        over[place][2],
                        number,
                        float(both) * (math.hypot(1.0, a / b) if b else 1.0),
                    )
                place += 1


def components(found: Sequence[Cell], count: int) -> list[int]:
    """How many connected parts each of `count` classes has."""
    root = list(range(len(found)))

    def top(cell: int) -> int:
        while root[cell] != cell:
            root[cell] = cell = root[root[cell]]
        return cell

    for one, other, _ in contacts([cell.polygon for cell in found]):
        if found[one].label == found[other].label:
            root[top(one)] = top(other)
    tops = [cell.label for number, cell in enumerate(found) if root[number] == number]
    return [tops.count(label) for label in range(count)]


def boundary_lengths(found: Sequence[Cell]) -> dict[tuple[int, int], float]:
    """The length of the decision boundary between each two classes that have one."""
    lengths: dict[tuple[int, int], float] = defaultdict(float)
    for one, other, length in contacts([cell.polygon for cell in found]):
        pair = sorted((found[one].label, found[other].label))
        if pair[0] != pair[1]:
            lengths[pair[0], pair[1]] += length
    return dict(lengths)


def unit_lengths(found: Sequence[Region]) -> list[float]:
    """The length along which each hidden unit switches, layer after layer."""
    lengths = [0.0] * len(found[0].pattern)
    for one, other, length in contacts([region.polygon for region in found]):
        for unit, (here, there) in enumerate(
            zip(found[one].pattern, found[other].pattern, strict=True)
        ):
            if here != there:
                lengths[unit] += length
    return lengths

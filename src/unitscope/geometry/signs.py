"""Which side of a cut every vertex is on, and the repair of signs that rounding made contradict.

Part of the compiled cut (see `cutting`).
"""

from __future__ import annotations

import numpy as np

from unitscope.compiled.jit import jitted
from unitscope.geometry import layout

HAS_POSITIVE, HAS_NEGATIVE = 1, 2  # the bits of a face's mark


@jitted
def signs(z, count, tolerance, sign):
    """The sign of z at every vertex, zero within the tolerance; gives how many are + and -."""
    above, below = 0, 0
    for v in range(count):
        positive, negative = z[v] > tolerance, z[v] < -tolerance
        sign[v] = np.int8(positive) - np.int8(negative)
        above += positive
        below += negative
    return above, below


@jitted
def changes(edges, count, sign, changed):
    """List the edges with exactly one positive end; gives how many."""
    found = 0
    for e in range(count):
        changed[found] = e
        found += (sign[edges[layout.TAIL, e]] > 0) != (sign[edges[layout.HEAD, e]] > 0)
    return found


@jitted
def worst_face(edges, sign, changed, found, exits):
    """A face whose positive vertices are in more than one run, or OUTSIDE; zeroes `exits`."""
    worst = layout.OUTSIDE
    for i in range(found):
        e = changed[i]
        face = edges[layout.LEFT, e] if sign[edges[layout.TAIL, e]] > 0 else edges[layout.RIGHT, e]
        if face != layout.OUTSIDE:
            exits[face] += 1
            if exits[face] > 1:
                worst = face
    for i in range(found):
        e = changed[i]
        face = edges[layout.LEFT, e] if sign[edges[layout.TAIL, e]] > 0 else edges[layout.RIGHT, e]
        if face != layout.OUTSIDE:
            exits[face] = 0
    return worst


@jitted
def snap(edges, count, face, z, sign):
    """Rounding made a face look as if it was not convex: the weaker side is noise, becomes zero.

    Where there is no other side, all positive vertices but the greatest become zero. Gives how many
    did.
    """
    up, down, negatives = 0.0, 0.0, 0
    for e in range(count):
        if edges[layout.LEFT, e] == face or edges[layout.RIGHT, e] == face:
            v = edges[layout.TAIL, e] if edges[layout.LEFT, e] == face else edges[layout.HEAD, e]
            if sign[v] > 0:
                up = max(up, z[v])
            elif sign[v] < 0:
                down = max(down, -z[v])
                negatives += 1
    drop, snapped = (-1 if down < up else 1) if negatives else 1, 0
    for e in range(count):
        if edges[layout.LEFT, e] == face or edges[layout.RIGHT, e] == face:
            v = edges[layout.TAIL, e] if edges[layout.LEFT, e] == face else edges[layout.HEAD, e]
            if sign[v] == drop and (negatives or z[v] < up):
                sign[v] = 0
                snapped += 1
    return snapped


@jitted
def mark(edges, count, sign, marks):
    """Which faces have a positive vertex, and which a negative one."""
    for e in range(count):
        a, b = sign[edges[layout.TAIL, e]], sign[edges[layout.HEAD, e]]
        mark = (HAS_POSITIVE if a > 0 or b > 0 else 0) | (HAS_NEGATIVE if a < 0 or b < 0 else 0)
        marks[edges[layout.LEFT, e]] |= mark
        if edges[layout.RIGHT, e] != layout.OUTSIDE:
            marks[edges[layout.RIGHT, e]] |= mark

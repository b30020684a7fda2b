"""New vertices on the edges that a cut crosses, and new faces on its other side.

Part of the compiled cut (see `cutting`).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from unitscope.compiled.jit import jitted
from unitscope.geometry import layout
from unitscope.geometry.signs import HAS_POSITIVE


class Plane(NamedTuple):
    """The subdivision: what lies at the vertices, the edges, the faces (see `layout`)."""

    points: Any
    values: Any
    edges: Any
    origins: Any
    faces: Any
    bits: Any


class Scratch(NamedTuple):
    """What a cut writes down: signs of vertices, edges listed, marks and runs of faces."""

    sign: Any
    changed: Any
    marks: Any
    faces: Any


@jitted
def place_vertices(numbers, z, plane, scratch, found):
    """A new vertex on every listed edge whose ends differ in sign; a new edge goes on from it."""
    points, values, edges = plane.points, plane.values, plane.edges
    sign, changed = scratch.sign, scratch.changed
    nv, ne, columns = numbers[layout.VERTICES], numbers[layout.EDGES], values.shape[1]
    made = 0
    for i in range(found):
        e = changed[i]
        p, q = edges[layout.TAIL, e], edges[layout.HEAD, e]
        if sign[p] * sign[q] < 0:
            v, rest = nv + made, ne + made
            share = z[p] / (z[p] - z[q])
            for column in range(2):
                step = points[q, column] - points[p, column]
                points[v, column] = points[p, column] + share * step
            for column in range(columns):
                step = values[q, column] - values[p, column]
                values[v, column] = values[p, column] + share * step
            z[v], sign[v] = 0.0, 0
            plane.origins[v] = edges[layout.ORIGIN, e]
            for row in range(1, layout.EDGE_ROWS):
                edges[row, rest] = edges[row, e]
            edges[layout.TAIL, rest], edges[layout.HEAD, e] = v, v
            if sign[q] > 0:
                changed[i] = rest
            made += 1
    numbers[layout.VERTICES], numbers[layout.EDGES] = nv + made, ne + made


@jitted
def find_runs(edges, scratch, found):
    """Where the run of positive vertices ends and begins, for every face on a listed edge.

    Gives how many faces those are.
    """
    sign, faces, listed = scratch.sign, scratch.faces, 0
    for i in range(found):
        e = scratch.changed[i]
        tail, head = edges[layout.TAIL, e], edges[layout.HEAD, e]
        left, right = edges[layout.LEFT, e], edges[layout.RIGHT, e]
        leaves, enters, zero, positive = left, right, head, tail
        if sign[head] > 0:
            leaves, enters, zero, positive = right, left, tail, head
        if leaves != layout.OUTSIDE:
            faces[layout.EXIT, leaves], faces[layout.POSITIVE, leaves] = zero, positive
            faces[layout.LISTED, listed] = leaves
            listed += 1
        if enters != layout.OUTSIDE:
            faces[layout.ENTRY, enters] = zero
    return listed


@jitted
def split_faces(numbers, plane, runs, listed):
    """Split every listed face by the chord from the end of its positive run to its beginning."""
    edges, faces, bits = plane.edges, plane.faces, plane.bits
    ne, nf, words = numbers[layout.EDGES], numbers[layout.FACES], numbers[layout.WORDS]
    for i in range(listed):
        face, new = runs[layout.LISTED, i], nf + i
        end, begin = runs[layout.EXIT, face], runs[layout.ENTRY, face]
        edges[layout.TAIL, ne + i], edges[layout.HEAD, ne + i] = end, begin
        edges[layout.LEFT, ne + i], edges[layout.RIGHT, ne + i] = face, new
        edges[layout.ORIGIN, ne + i] = -1
        faces[layout.PARENT, new] = faces[layout.PARENT, face]
        faces[layout.LABEL, new] = faces[layout.LABEL, face]
        faces[layout.SPLIT_FROM, new] = face
        faces[layout.VERTEX, new], faces[layout.VERTEX, face] = end, runs[layout.POSITIVE, face]
        runs[layout.SPLIT_OFF, face], runs[layout.SPLIT_OFF, new] = new, -1
        for word in range(words):
            bits[word, new] = bits[word, face]
    numbers[layout.EDGES], numbers[layout.FACES] = ne + listed, nf + listed


@jitted
def hand_over(edges, count, scratch, listed):
    """Give the edges on the other side of the chords to the new faces."""
    sign, faces = scratch.sign, scratch.faces
    for e in range(count):
        if sign[edges[layout.TAIL, e]] <= 0 and sign[edges[layout.HEAD, e]] <= 0:
            new = faces[layout.SPLIT_OFF, edges[layout.LEFT, e]]
            if new >= 0:
                edges[layout.LEFT, e] = new
            right = edges[layout.RIGHT, e]
            if right != layout.OUTSIDE and faces[layout.SPLIT_OFF, right] >= 0:
                edges[layout.RIGHT, e] = faces[layout.SPLIT_OFF, right]
    for i in range(listed):
        faces[layout.SPLIT_OFF, faces[layout.LISTED, i]] = -1


@jitted
def settle(numbers, cut, count, plane, scratch, zeros):
    """Write which of the first `count` faces are positive: into their bits, or as their class."""
    faces, sign, marks = plane.faces, scratch.sign, scratch.marks
    word, bit = cut >> 6, np.uint64(1) << np.uint64(cut & 63)
    for face in range(count):
        if zeros:
            positive = (marks[face] & HAS_POSITIVE) != 0
        else:
            positive = sign[faces[layout.VERTEX, face]] > 0
        if positive:
            if numbers[layout.CLASSES] > 0:
                faces[layout.LABEL, face] = cut
            else:
                plane.bits[word, face] |= bit

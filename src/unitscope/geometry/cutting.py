"""The compiled cut: splits a planar subdivision along the zero line of a function affine on faces.

Vertices are shared, so the sign of a function is decided once at every vertex and neighbouring
faces cannot disagree: the topology is right by construction and no coordinate is ever compared with
another. A face whose vertices have both signs has one run of positive vertices; where the run ends
and where it begins, it gets a vertex (on an edge whose ends differ in sign) or has one (of sign
zero), and the chord between the two splits off the other side as a new face.

This is edge subdivision (Berzins, "Polyhedral Complex Extraction from ReLU Networks using Edge
Subdivision", ICML 2023) with faces kept beside the edges, and with signs that know how uncertain
they are.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from unitscope.compiled.jit import jitted
from unitscope.geometry import layout

_ROUNDS = 20  # of repair; one has always been enough
_HAS_POSITIVE, _HAS_NEGATIVE = 1, 2


class Arrays(NamedTuple):
    """All that a cut reads and writes (see `layout`); the last five are scratch."""

    numbers: Any
    tolerances: Any
    points: Any
    values: Any
    edges: Any
    origins: Any
    faces: Any
    bits: Any
    starts: Any
    sign: Any
    changed: Any
    marks: Any
    scratch: Any
    block: Any


@jitted
def _signs(z, count, tolerance, sign):
    """The sign of z at every vertex, zero within the tolerance; how many are positive, negative."""
    above, below = 0, 0
    for v in range(count):
        positive, negative = z[v] > tolerance, z[v] < -tolerance
        sign[v] = np.int8(positive) - np.int8(negative)
        above += positive
        below += negative
    return above, below


@jitted
def _changes(edges, count, sign, changed):
    """List the edges with exactly one positive end; gives how many."""
    found = 0
    for e in range(count):
        changed[found] = e
        found += (sign[edges[layout.TAIL, e]] > 0) != (sign[edges[layout.HEAD, e]] > 0)
    return found


@jitted
def _worst_face(edges, sign, changed, found, exits):
    """A face with more than one run of positive vertices, or OUTSIDE; leaves `exits` at zero."""
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
def _snap(edges, count, face, z, sign):
    """Rounding made a face look as if it was not convex: the weaker side is noise and becomes zero.

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
def _mark(edges, count, sign, marks):
    """Which faces have a positive vertex, and which a negative one."""
    for e in range(count):
        a, b = sign[edges[layout.TAIL, e]], sign[edges[layout.HEAD, e]]
        mark = (_HAS_POSITIVE if a > 0 or b > 0 else 0) | (_HAS_NEGATIVE if a < 0 or b < 0 else 0)
        marks[edges[layout.LEFT, e]] |= mark
        if edges[layout.RIGHT, e] != layout.OUTSIDE:
            marks[edges[layout.RIGHT, e]] |= mark


@jitted
def _place_vertices(arrays, z, found):
    """A new vertex on every listed edge whose ends differ in sign, where a new edge begins."""
    numbers, points, values, edges = arrays.numbers, arrays.points, arrays.values, arrays.edges
    origins, changed, sign = arrays.origins, arrays.changed, arrays.sign
    nv, ne, columns = numbers[layout.VERTICES], numbers[layout.EDGES], values.shape[1]
    made = 0
    for i in range(found):
        e = changed[i]
        p, q = edges[layout.TAIL, e], edges[layout.HEAD, e]
        if sign[p] * sign[q] < 0:
            v, rest = nv + made, ne + made
            share = z[p] / (z[p] - z[q])
            for column in range(2):
                points[v, column] = points[p, column] + share * (
                    points[q, column] - points[p, column]
                )
            for column in range(columns):
                values[v, column] = values[p, column] + share * (
                    values[q, column] - values[p, column]
                )
            z[v], sign[v] = 0.0, 0
            origins[v] = edges[layout.ORIGIN, e]
            for row in range(1, layout.EDGE_ROWS):
                edges[row, rest] = edges[row, e]
            edges[layout.TAIL, rest], edges[layout.HEAD, e] = v, v
            if sign[q] > 0:
                changed[i] = rest
            made += 1
    numbers[layout.VERTICES], numbers[layout.EDGES] = nv + made, ne + made


@jitted
def _find_runs(edges, changed, found, sign, scratch):
    """Where the positive run of every face on a listed edge ends and begins; gives how many."""
    listed = 0
    for i in range(found):
        e = changed[i]
        tail, head = edges[layout.TAIL, e], edges[layout.HEAD, e]
        left, right = edges[layout.LEFT, e], edges[layout.RIGHT, e]
        leaves, enters, zero, positive = left, right, head, tail
        if sign[head] > 0:
            leaves, enters, zero, positive = right, left, tail, head
        if leaves != layout.OUTSIDE:
            scratch[layout.EXIT, leaves], scratch[layout.POSITIVE, leaves] = zero, positive
            scratch[layout.LISTED, listed] = leaves
            listed += 1
        if enters != layout.OUTSIDE:
            scratch[layout.ENTRY, enters] = zero
    return listed


@jitted
def _split_faces(arrays, listed):
    """Split every listed face by the chord from the end of its positive run to its beginning."""
    numbers, edges, faces = arrays.numbers, arrays.edges, arrays.faces
    bits, scratch = arrays.bits, arrays.scratch
    ne, nf, words = numbers[layout.EDGES], numbers[layout.FACES], numbers[layout.WORDS]
    for i in range(listed):
        face, new = scratch[layout.LISTED, i], nf + i
        end, begin = scratch[layout.EXIT, face], scratch[layout.ENTRY, face]
        edges[layout.TAIL, ne + i], edges[layout.HEAD, ne + i] = end, begin
        edges[layout.LEFT, ne + i], edges[layout.RIGHT, ne + i] = face, new
        edges[layout.ORIGIN, ne + i] = -1
        faces[layout.PARENT, new], faces[layout.LABEL, new] = (
            faces[layout.PARENT, face],
            faces[layout.LABEL, face],
        )
        faces[layout.SPLIT_FROM, new] = face
        faces[layout.VERTEX, new], faces[layout.VERTEX, face] = end, scratch[layout.POSITIVE, face]
        scratch[layout.SPLIT_OFF, face], scratch[layout.SPLIT_OFF, new] = new, -1
        for word in range(words):
            bits[word, new] = bits[word, face]
    numbers[layout.EDGES], numbers[layout.FACES] = ne + listed, nf + listed


@jitted
def _hand_over(edges, count, sign, scratch, listed):
    """Give the edges on the other side of the chords to the new faces."""
    for e in range(count):
        if sign[edges[layout.TAIL, e]] <= 0 and sign[edges[layout.HEAD, e]] <= 0:
            new = scratch[layout.SPLIT_OFF, edges[layout.LEFT, e]]
            if new >= 0:
                edges[layout.LEFT, e] = new
            right = edges[layout.RIGHT, e]
            if right != layout.OUTSIDE and scratch[layout.SPLIT_OFF, right] >= 0:
                edges[layout.RIGHT, e] = scratch[layout.SPLIT_OFF, right]
    for i in range(listed):
        scratch[layout.SPLIT_OFF, scratch[layout.LISTED, i]] = -1


@jitted
def _settle(arrays, cut, count, zeros):
    """Write which of the first `count` faces are positive: their bit of this cut, or its class."""
    numbers, faces, bits = arrays.numbers, arrays.faces, arrays.bits
    sign, marks = arrays.sign, arrays.marks
    word, bit = cut >> 6, np.uint64(1) << np.uint64(cut & 63)
    for face in range(count):
        positive = (
            (marks[face] & _HAS_POSITIVE) != 0 if zeros else sign[faces[layout.VERTEX, face]] > 0
        )
        if positive:
            if numbers[layout.CLASSES] > 0:
                faces[layout.LABEL, face] = cut
            else:
                bits[word, face] |= bit


@jitted
def _cut(arrays, cut, z, tolerance):
    """Cut once along z = 0; nothing is changed unless it gives DONE."""
    numbers, edges, sign = arrays.numbers, arrays.edges, arrays.sign
    changed, marks, scratch = arrays.changed, arrays.marks, arrays.scratch
    nv, ne, nf = numbers[layout.VERTICES], numbers[layout.EDGES], numbers[layout.FACES]
    above, below = _signs(z, nv, tolerance, sign)
    if above == 0:
        return layout.DONE
    found, snapped = 0, 0
    if above < nv:
        for attempt in range(_ROUNDS + 1):
            found = _changes(edges, ne, sign, changed)
            bad = _worst_face(edges, sign, changed, found, marks)
            if bad == layout.OUTSIDE:
                break
            if attempt == _ROUNDS:
                return layout.NOT_CONVEX
            snapped += _snap(edges, ne, bad, z, sign)
            below = 0  # some vertex is zero now
    zeros = above + below < nv
    if zeros:
        _mark(edges, ne, sign, marks)
    crossings, splits = 0, 0
    for i in range(found):
        e = changed[i]
        a, b = sign[edges[layout.TAIL, e]], sign[edges[layout.HEAD, e]]
        crossings += a * b < 0
        face = edges[layout.LEFT, e] if a > 0 else edges[layout.RIGHT, e]
        splits += face != layout.OUTSIDE and (not zeros or (marks[face] & _HAS_NEGATIVE) != 0)
    numbers[layout.NEED_V], numbers[layout.NEED_E], numbers[layout.NEED_F] = (
        nv + crossings,
        ne + crossings + splits,
        nf + splits,
    )
    status = layout.DONE
    if numbers[layout.NEED_F] > numbers[layout.MOST_FACES]:
        status = layout.TOO_MANY_FACES
    elif (
        numbers[layout.NEED_V] > numbers[layout.ROOM_V]
        or numbers[layout.NEED_E] > numbers[layout.ROOM_E]
        or numbers[layout.NEED_F] > numbers[layout.ROOM_F]
    ):
        status = layout.NEEDS_ROOM
    elif found:
        _place_vertices(arrays, z, found)
        listed = _find_runs(edges, changed, found, sign, scratch)
        if zeros:  # a face that only touches the line is not split
            kept = 0
            for i in range(listed):
                face = scratch[layout.LISTED, i]
                scratch[layout.LISTED, kept] = face
                kept += (marks[face] & _HAS_NEGATIVE) != 0
            listed = kept
        count = numbers[layout.EDGES]
        _split_faces(arrays, listed)
        _hand_over(edges, count, sign, scratch, listed)
    if status == layout.DONE:
        _settle(arrays, cut, nf, zeros)
        numbers[layout.SNAPPED] += snapped
    if zeros:
        marks[:nf] = 0
    return status


@jitted
def _cut_units(arrays):
    """Cut along every column of the values from NEXT on; where that can't be done, stop at NEXT."""
    numbers, values, block = arrays.numbers, arrays.values, arrays.block
    first = numbers[layout.NEXT]
    for cut in range(first, numbers[layout.CUTS]):
        numbers[layout.NEXT] = cut
        base, nv = cut - cut % layout.BLOCK, numbers[layout.VERTICES]
        wide = min(layout.BLOCK, numbers[layout.CUTS] - base)
        if cut in (first, base):  # one cache line of every vertex, turned into rows
            for v in range(nv):
                for i in range(wide):
                    block[i, v] = values[v, base + i]
        status = _cut(arrays, cut, block[cut - base], arrays.tolerances[cut])
        if status != layout.DONE:
            return status
        for v in range(nv, numbers[layout.VERTICES]):
            values[v, cut] = 0.0
            for i in range(wide):
                block[i, v] = values[v, base + i]
        arrays.starts[cut + 1] = numbers[layout.FACES]
    return layout.DONE


@jitted
def _insert_classes(arrays):
    """Cut along each value minus the greatest of those before it, which the last column keeps."""
    numbers, values, block = arrays.numbers, arrays.values, arrays.block
    top, gap = values.shape[1] - 1, block[0]
    for cut in range(numbers[layout.NEXT], numbers[layout.CUTS]):
        numbers[layout.NEXT] = cut
        for v in range(numbers[layout.VERTICES]):
            values[v, top] = max(values[v, top], values[v, cut - 1])
            gap[v] = values[v, cut] - values[v, top]
        status = _cut(arrays, cut, gap, arrays.tolerances[cut])
        if status != layout.DONE:
            return status
        arrays.starts[cut + 1] = numbers[layout.FACES]
    return layout.DONE


@jitted
def cut(arrays):
    """Cut as the numbers say, as long as there is room: gives one of the last four of `layout`."""
    return _insert_classes(arrays) if arrays.numbers[layout.CLASSES] > 0 else _cut_units(arrays)


def compiled():
    """The cuts as a C function of its arrays' addresses; compiling it takes about two seconds."""
    from numba import carray, cfunc, types

    whole, double, index = (
        types.CPointer(kind) for kind in (types.int64, types.float64, types.int32)
    )
    word, small, mark = (types.CPointer(kind) for kind in (types.uint64, types.int8, types.uint8))
    corners = (whole, double, double, double, index, index, index, word, whole)
    signature = types.int64(*corners, small, index, mark, index, double)

    @cfunc(signature, error_model="numpy")
    def entry(
        numbers,
        tolerances,
        points,
        values,
        edges,
        origins,
        faces,
        bits,
        starts,
        sign,
        changed,
        marks,
        scratch,
        block,
    ):
        whole = carray(numbers, (layout.NUMBERS,))
        v, e, f = whole[layout.ROOM_V], whole[layout.ROOM_E], whole[layout.ROOM_F]
        arrays = Arrays(
            whole,
            carray(tolerances, (whole[layout.CUTS],)),
            carray(points, (v, 2)),
            carray(values, (v, whole[layout.COLUMNS])),
            carray(edges, (layout.EDGE_ROWS, e)),
            carray(origins, (v,)),
            carray(faces, (layout.FACE_ROWS, f)),
            carray(bits, (whole[layout.WORDS], f)),
            carray(starts, (whole[layout.CUTS] + 1,)),
            carray(sign, (v,)),
            carray(changed, (e,)),
            carray(marks, (f,)),
            carray(scratch, (layout.SCRATCH_ROWS, f)),
            carray(block, (layout.BLOCK, v)),
        )
        return cut(arrays)

    return entry

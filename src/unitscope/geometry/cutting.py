"""The compiled cut: splits a planar subdivision along the zero line of a function that is affine on every face.

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

import numpy as np

from unitscope.compiled.jit import jitted
from unitscope.geometry.layout import (
    BLOCK,
    CLASSES,
    COLUMNS,
    CUTS,
    DONE,
    EDGE_ROWS,
    EDGES,
    ENTRY,
    EXIT,
    FACE_ROWS,
    FACES,
    HEAD,
    LABEL,
    LEFT,
    LISTED,
    MOST_FACES,
    NEED_E,
    NEED_F,
    NEED_V,
    NEEDS_ROOM,
    NEXT,
    NOT_CONVEX,
    NUMBERS,
    ORIGIN,
    OUTSIDE,
    PARENT,
    POSITIVE,
    RIGHT,
    ROOM_E,
    ROOM_F,
    ROOM_V,
    SCRATCH_ROWS,
    SNAPPED,
    SPLIT_FROM,
    SPLIT_OFF,
    TAIL,
    TOO_MANY_FACES,
    VERTEX,
    VERTICES,
    WORDS,
)

_ROUNDS = 20  # of repair; one has always been enough
_HAS_POSITIVE, _HAS_NEGATIVE = 1, 2


@jitted
def _signs(z, count, tolerance, sign):
    """The sign of z at every vertex, zero within the tolerance; gives how many are positive and how many negative."""
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
        found += (sign[edges[TAIL, e]] > 0) != (sign[edges[HEAD, e]] > 0)
    return found


@jitted
def _worst_face(edges, sign, changed, found, exits):
    """A face around which the positive vertices are in more than one run, or OUTSIDE; leaves `exits` at zero."""
    worst = OUTSIDE
    for i in range(found):
        e = changed[i]
        face = edges[LEFT, e] if sign[edges[TAIL, e]] > 0 else edges[RIGHT, e]
        if face != OUTSIDE:
            exits[face] += 1
            if exits[face] > 1:
                worst = face
    for i in range(found):
        e = changed[i]
        face = edges[LEFT, e] if sign[edges[TAIL, e]] > 0 else edges[RIGHT, e]
        if face != OUTSIDE:
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
        if edges[LEFT, e] == face or edges[RIGHT, e] == face:
            v = edges[TAIL, e] if edges[LEFT, e] == face else edges[HEAD, e]
            if sign[v] > 0:
                up = max(up, z[v])
            elif sign[v] < 0:
                down = max(down, -z[v])
                negatives += 1
    drop, snapped = (-1 if down < up else 1) if negatives else 1, 0
    for e in range(count):
        if edges[LEFT, e] == face or edges[RIGHT, e] == face:
            v = edges[TAIL, e] if edges[LEFT, e] == face else edges[HEAD, e]
            if sign[v] == drop and (negatives or z[v] < up):
                sign[v] = 0
                snapped += 1
    return snapped


@jitted
def _mark(edges, count, sign, marks):
    """Which faces have a positive vertex, and which a negative one."""
    for e in range(count):
        a, b = sign[edges[TAIL, e]], sign[edges[HEAD, e]]
        mark = (_HAS_POSITIVE if a > 0 or b > 0 else 0) | (_HAS_NEGATIVE if a < 0 or b < 0 else 0)
        marks[edges[LEFT, e]] |= mark
        if edges[RIGHT, e] != OUTSIDE:
            marks[edges[RIGHT, e]] |= mark


@jitted
def _place_vertices(numbers, z, points, values, edges, origins, changed, found, sign):
    """A new vertex on every listed edge whose ends differ in sign: the edge ends there, a new one goes on."""
    nv, ne, columns = numbers[VERTICES], numbers[EDGES], values.shape[1]
    made = 0
    for i in range(found):
        e = changed[i]
        p, q = edges[TAIL, e], edges[HEAD, e]
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
            origins[v] = edges[ORIGIN, e]
            for row in range(1, EDGE_ROWS):
                edges[row, rest] = edges[row, e]
            edges[TAIL, rest], edges[HEAD, e] = v, v
            if sign[q] > 0:
                changed[i] = rest
            made += 1
    numbers[VERTICES], numbers[EDGES] = nv + made, ne + made


@jitted
def _find_runs(edges, changed, found, sign, scratch):
    """For every face on a listed edge: where its run of positive vertices ends and begins; gives how many faces."""
    listed = 0
    for i in range(found):
        e = changed[i]
        tail, head, left, right = edges[TAIL, e], edges[HEAD, e], edges[LEFT, e], edges[RIGHT, e]
        leaves, enters, zero, positive = left, right, head, tail
        if sign[head] > 0:
            leaves, enters, zero, positive = right, left, tail, head
        if leaves != OUTSIDE:
            scratch[EXIT, leaves], scratch[POSITIVE, leaves] = zero, positive
            scratch[LISTED, listed] = leaves
            listed += 1
        if enters != OUTSIDE:
            scratch[ENTRY, enters] = zero
    return listed


@jitted
def _split_faces(numbers, edges, faces, bits, scratch, listed):
    """Split every listed face by the chord from the end of its positive run to its beginning."""
    ne, nf, words = numbers[EDGES], numbers[FACES], numbers[WORDS]
    for i in range(listed):
        face, new = scratch[LISTED, i], nf + i
        end, begin = scratch[EXIT, face], scratch[ENTRY, face]
        edges[TAIL, ne + i], edges[HEAD, ne + i], edges[LEFT, ne + i], edges[RIGHT, ne + i] = (
            end,
            begin,
            face,
            new,
        )
        edges[ORIGIN, ne + i] = -1
        faces[PARENT, new], faces[LABEL, new] = faces[PARENT, face], faces[LABEL, face]
        faces[SPLIT_FROM, new] = face
        faces[VERTEX, new], faces[VERTEX, face] = end, scratch[POSITIVE, face]
        scratch[SPLIT_OFF, face], scratch[SPLIT_OFF, new] = new, -1
        for word in range(words):
            bits[word, new] = bits[word, face]
    numbers[EDGES], numbers[FACES] = ne + listed, nf + listed


@jitted
def _hand_over(edges, count, sign, scratch, listed):
    """Give the edges on the other side of the chords to the new faces."""
    for e in range(count):
        if sign[edges[TAIL, e]] <= 0 and sign[edges[HEAD, e]] <= 0:
            new = scratch[SPLIT_OFF, edges[LEFT, e]]
            if new >= 0:
                edges[LEFT, e] = new
            right = edges[RIGHT, e]
            if right != OUTSIDE and scratch[SPLIT_OFF, right] >= 0:
                edges[RIGHT, e] = scratch[SPLIT_OFF, right]
    for i in range(listed):
        scratch[SPLIT_OFF, scratch[LISTED, i]] = -1


@jitted
def _settle(numbers, cut, count, faces, bits, sign, marks, zeros):
    """Write into the first `count` faces which are positive: their bit of this cut, or the class it inserts."""
    word, bit = cut >> 6, np.uint64(1) << np.uint64(cut & 63)
    for face in range(count):
        positive = (marks[face] & _HAS_POSITIVE) != 0 if zeros else sign[faces[VERTEX, face]] > 0
        if positive:
            if numbers[CLASSES] > 0:
                faces[LABEL, face] = cut
            else:
                bits[word, face] |= bit


@jitted
def _cut(
    numbers,
    cut,
    z,
    tolerance,
    points,
    values,
    edges,
    origins,
    faces,
    bits,
    sign,
    changed,
    marks,
    scratch,
):
    """Cut once along z = 0; nothing is changed unless it gives DONE."""
    nv, ne, nf = numbers[VERTICES], numbers[EDGES], numbers[FACES]
    above, below = _signs(z, nv, tolerance, sign)
    if above == 0:
        return DONE
    found, snapped = 0, 0
    if above < nv:
        for attempt in range(_ROUNDS + 1):
            found = _changes(edges, ne, sign, changed)
            bad = _worst_face(edges, sign, changed, found, marks)
            if bad == OUTSIDE:
                break
            if attempt == _ROUNDS:
                return NOT_CONVEX
            snapped += _snap(edges, ne, bad, z, sign)
            below = 0  # some vertex is zero now
    zeros = above + below < nv
    if zeros:
        _mark(edges, ne, sign, marks)
    crossings, splits = 0, 0
    for i in range(found):
        e = changed[i]
        a, b = sign[edges[TAIL, e]], sign[edges[HEAD, e]]
        crossings += a * b < 0
        face = edges[LEFT, e] if a > 0 else edges[RIGHT, e]
        splits += face != OUTSIDE and (not zeros or (marks[face] & _HAS_NEGATIVE) != 0)
    numbers[NEED_V], numbers[NEED_E], numbers[NEED_F] = (
        nv + crossings,
        ne + crossings + splits,
        nf + splits,
    )
    status = DONE
    if numbers[NEED_F] > numbers[MOST_FACES]:
        status = TOO_MANY_FACES
    elif (
        numbers[NEED_V] > numbers[ROOM_V]
        or numbers[NEED_E] > numbers[ROOM_E]
        or numbers[NEED_F] > numbers[ROOM_F]
    ):
        status = NEEDS_ROOM
    elif found:
        _place_vertices(numbers, z, points, values, edges, origins, changed, found, sign)
        listed = _find_runs(edges, changed, found, sign, scratch)
        if zeros:  # a face that only touches the line is not split
            kept = 0
            for i in range(listed):
                face = scratch[LISTED, i]
                scratch[LISTED, kept] = face
                kept += (marks[face] & _HAS_NEGATIVE) != 0
            listed = kept
        count = numbers[EDGES]
        _split_faces(numbers, edges, faces, bits, scratch, listed)
        _hand_over(edges, count, sign, scratch, listed)
    if status == DONE:
        _settle(numbers, cut, nf, faces, bits, sign, marks, zeros)
        numbers[SNAPPED] += snapped
    if zeros:
        marks[:nf] = 0
    return status


@jitted
def _cut_units(
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
    """Cut along every column of the values from number NEXT on; stop where that cannot be done, with NEXT at it."""
    first = numbers[NEXT]
    for cut in range(first, numbers[CUTS]):
        numbers[NEXT] = cut
        base, nv = cut - cut % BLOCK, numbers[VERTICES]
        wide = min(BLOCK, numbers[CUTS] - base)
        if cut in (first, base):  # one cache line of every vertex, turned into rows
            for v in range(nv):
                for i in range(wide):
                    block[i, v] = values[v, base + i]
        status = _cut(
            numbers,
            cut,
            block[cut - base],
            tolerances[cut],
            points,
            values,
            edges,
            origins,
            faces,
            bits,
            sign,
            changed,
            marks,
            scratch,
        )
        if status != DONE:
            return status
        for v in range(nv, numbers[VERTICES]):
            values[v, cut] = 0.0
            for i in range(wide):
                block[i, v] = values[v, base + i]
        starts[cut + 1] = numbers[FACES]
    return DONE


@jitted
def _insert_classes(
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
    """Cut along value k minus the greatest of the values before it, which the last column keeps, for every class k."""
    top, gap = values.shape[1] - 1, block[0]
    for cut in range(numbers[NEXT], numbers[CUTS]):
        numbers[NEXT] = cut
        for v in range(numbers[VERTICES]):
            values[v, top] = max(values[v, top], values[v, cut - 1])
            gap[v] = values[v, cut] - values[v, top]
        status = _cut(
            numbers,
            cut,
            gap,
            tolerances[cut],
            points,
            values,
            edges,
            origins,
            faces,
            bits,
            sign,
            changed,
            marks,
            scratch,
        )
        if status != DONE:
            return status
        starts[cut + 1] = numbers[FACES]
    return DONE


@jitted
def cut(
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
    """Cut as the numbers say, as long as there is room: one of the last four of `layout`."""
    if numbers[CLASSES] > 0:
        return _insert_classes(
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
        )
    return _cut_units(
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
    )


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
        whole = carray(numbers, (NUMBERS,))
        v, e, f = whole[ROOM_V], whole[ROOM_E], whole[ROOM_F]
        tolerance, starting = carray(tolerances, (whole[CUTS],)), carray(starts, (whole[CUTS] + 1,))
        vertices, columns = carray(points, (v, 2)), carray(values, (v, whole[COLUMNS]))
        lines, first, polygons = (
            carray(edges, (EDGE_ROWS, e)),
            carray(origins, (v,)),
            carray(faces, (FACE_ROWS, f)),
        )
        words, signs, listed = (
            carray(bits, (whole[WORDS], f)),
            carray(sign, (v,)),
            carray(changed, (e,)),
        )
        marked, memory, rows = (
            carray(marks, (f,)),
            carray(scratch, (SCRATCH_ROWS, f)),
            carray(block, (BLOCK, v)),
        )
        return cut(
            whole,
            tolerance,
            vertices,
            columns,
            lines,
            first,
            polygons,
            words,
            starting,
            signs,
            listed,
            marked,
            memory,
            rows,
        )

    return entry

"""The compiled cut of a planar subdivision along a zero line of what is affine on every face.

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

from unitscope.compiled.jit import jitted
from unitscope.geometry import layout
from unitscope.geometry.signs import HAS_NEGATIVE, changes, mark, signs, snap, worst_face
from unitscope.geometry.splitting import (
    Plane,
    Scratch,
    find_runs,
    hand_over,
    place_vertices,
    settle,
    split_faces,
)

_ROUNDS = 20  # of repair; one has always been enough


@jitted
def _cut(numbers, cut, z, tolerance, plane, scratch):
    """Cut once along z = 0; nothing is changed unless it gives DONE."""
    nv, ne, nf = numbers[layout.VERTICES], numbers[layout.EDGES], numbers[layout.FACES]
    above, below = signs(z, nv, tolerance, scratch.sign)
    if above == 0:
        return layout.DONE
    found, snapped = 0, 0
    if above < nv:
        found, snapped = _crossed(z, ne, plane.edges, scratch)
        if found < 0:
            return layout.NOT_CONVEX
        if snapped:
            below = 0  # some vertex is zero now
    zeros = above + below < nv
    if zeros:
        mark(plane.edges, ne, scratch.sign, scratch.marks)
    status = _needed(numbers, found, plane.edges, scratch, zeros)
    if status == layout.DONE:
        if found:
            _split(numbers, z, plane, scratch, found, zeros)
        settle(numbers, cut, nf, plane, scratch, zeros)
        numbers[layout.SNAPPED] += snapped
    if zeros:
        scratch.marks[:nf] = 0
    return status


@jitted
def _crossed(z, count, edges, scratch):
    """List the edges with one positive end, repairing signs where a face is not convex by them.

    Gives how many edges, -1 where that cannot be repaired, and how many signs were put to zero.
    """
    snapped = 0
    for attempt in range(_ROUNDS + 1):
        found = changes(edges, count, scratch.sign, scratch.changed)
        bad = worst_face(edges, scratch.sign, scratch.changed, found, scratch.marks)
        if bad == layout.OUTSIDE:
            return found, snapped
        if attempt < _ROUNDS:
            snapped += snap(edges, count, bad, z, scratch.sign)
    return -1, snapped


@jitted
def _needed(numbers, found, edges, scratch, zeros):
    """Count what the cut needs, and say whether there may be so much and is room for it."""
    sign, marks = scratch.sign, scratch.marks
    crossings, splits = 0, 0
    for i in range(found):
        e = scratch.changed[i]
        a, b = sign[edges[layout.TAIL, e]], sign[edges[layout.HEAD, e]]
        crossings += a * b < 0
        face = edges[layout.LEFT, e] if a > 0 else edges[layout.RIGHT, e]
        splits += face != layout.OUTSIDE and (not zeros or (marks[face] & HAS_NEGATIVE) != 0)
    numbers[layout.NEED_V] = numbers[layout.VERTICES] + crossings
    numbers[layout.NEED_E] = numbers[layout.EDGES] + crossings + splits
    numbers[layout.NEED_F] = numbers[layout.FACES] + splits
    if numbers[layout.NEED_F] > numbers[layout.MOST_FACES]:
        return layout.TOO_MANY_FACES
    if (
        numbers[layout.NEED_V] > numbers[layout.ROOM_V]
        or numbers[layout.NEED_E] > numbers[layout.ROOM_E]
        or numbers[layout.NEED_F] > numbers[layout.ROOM_F]
    ):
        return layout.NEEDS_ROOM
    return layout.DONE


@jitted
def _split(numbers, z, plane, scratch, found, zeros):
    """Split the faces on the listed edges along the cut."""
    place_vertices(numbers, z, plane, scratch, found)
    listed = find_runs(plane.edges, scratch, found)
    if zeros:  # a face that only touches the line is not split
        kept = 0
        for i in range(listed):
            face = scratch.faces[layout.LISTED, i]
            scratch.faces[layout.LISTED, kept] = face
            kept += (scratch.marks[face] & HAS_NEGATIVE) != 0
        listed = kept
    count = numbers[layout.EDGES]
    split_faces(numbers, plane, scratch.faces, listed)
    hand_over(plane.edges, count, scratch, listed)


@jitted
def _cut_units(numbers, tolerances, plane, starts, scratch, block):
    """Cut along every column of the values from NEXT on; NEXT stays where that cannot be done."""
    values, first = plane.values, numbers[layout.NEXT]
    for cut in range(first, numbers[layout.CUTS]):
        numbers[layout.NEXT] = cut
        base, nv = cut - cut % layout.BLOCK, numbers[layout.VERTICES]
        wide = min(layout.BLOCK, numbers[layout.CUTS] - base)
        if cut in (first, base):  # one cache line of every vertex, turned into rows
            for v in range(nv):
                for i in range(wide):
                    block[i, v] = values[v, base + i]
        status = _cut(numbers, cut, block[cut - base], tolerances[cut], plane, scratch)
        if status != layout.DONE:
            return status
        for v in range(nv, numbers[layout.VERTICES]):
            values[v, cut] = 0.0
            for i in range(wide):
                block[i, v] = values[v, base + i]
        starts[cut + 1] = numbers[layout.FACES]
    return layout.DONE


@jitted
def _insert_classes(numbers, tolerances, plane, starts, scratch, block):
    """Cut for every class k along value k minus the greatest value before it.

    The last column keeps that one.
    """
    values = plane.values
    top, gap = values.shape[1] - 1, block[0]
    for cut in range(numbers[layout.NEXT], numbers[layout.CUTS]):
        numbers[layout.NEXT] = cut
        for v in range(numbers[layout.VERTICES]):
            values[v, top] = max(values[v, top], values[v, cut - 1])
            gap[v] = values[v, cut] - values[v, top]
        status = _cut(numbers, cut, gap, tolerances[cut], plane, scratch)
        if status != layout.DONE:
            return status
        starts[cut + 1] = numbers[layout.FACES]
    return layout.DONE


@jitted
def cut(numbers, tolerances, plane, starts, scratch, block):
    """Cut as the numbers say, as long as there is room: one of the last four of `layout`."""
    if numbers[layout.CLASSES] > 0:
        return _insert_classes(numbers, tolerances, plane, starts, scratch, block)
    return _cut_units(numbers, tolerances, plane, starts, scratch, block)


def compiled():
    """The cuts as a C function of its arrays' addresses; compiling it takes about two seconds."""
    from numba import carray, cfunc, types

    whole, double, index = (
        types.CPointer(kind) for kind in (types.int64, types.float64, types.int32)
    )
    word, small, mark_type = (
        types.CPointer(kind) for kind in (types.uint64, types.int8, types.uint8)
    )
    corners = (whole, double, double, double, index, index, index, word, whole)
    signature = types.int64(*corners, small, index, mark_type, index, double)

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
        cuts = whole[layout.CUTS]
        plane = Plane(
            carray(points, (v, 2)),
            carray(values, (v, whole[layout.COLUMNS])),
            carray(edges, (layout.EDGE_ROWS, e)),
            carray(origins, (v,)),
            carray(faces, (layout.FACE_ROWS, f)),
            carray(bits, (whole[layout.WORDS], f)),
        )
        room = Scratch(
            carray(sign, (v,)),
            carray(changed, (e,)),
            carray(marks, (f,)),
            carray(scratch, (layout.SCRATCH_ROWS, f)),
        )
        limits, counts = carray(tolerances, (cuts,)), carray(starts, (cuts + 1,))
        return cut(whole, limits, plane, counts, room, carray(block, (layout.BLOCK, v)))

    return entry

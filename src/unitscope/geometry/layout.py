"""How a subdivision lies in the arrays that the compiled cut works on; no Numba in here."""

from __future__ import annotations

# The entries of the numbers, int64: how much there is, how much room there is, what to cut and what
# was needed.
VERTICES, EDGES, FACES, ROOM_V, ROOM_E, ROOM_F = range(6)
COLUMNS, CUTS, NEXT, WORDS, MOST_FACES, CLASSES, SNAPPED, NEED_V, NEED_E, NEED_F = range(6, 16)
NUMBERS = 16

# The rows of the edges, int32: from tail to head, the face on the left, on the right (OUTSIDE:
# none), and the edge of the start that it is a part of (-1: none).
TAIL, HEAD, LEFT, RIGHT, ORIGIN = range(5)
EDGE_ROWS = 5
OUTSIDE = -1

# The rows of the faces, int32: a vertex of it, the face that it was split from, the face of the
# subdivision that the cuts began with, and its class.
VERTEX, SPLIT_FROM, PARENT, LABEL = range(4)
FACE_ROWS = 4

# The rows of the scratch of a face, int32: where its positive vertices end and begin, one of them,
# the new face that was split off it (-1: none), and the list of faces to split.
EXIT, ENTRY, POSITIVE, SPLIT_OFF, LISTED = range(5)
SCRATCH_ROWS = 5

BLOCK = 8  # units whose values are kept as rows while they are cut: float64 numbers in a cache line

DONE, NEEDS_ROOM, TOO_MANY_FACES, NOT_CONVEX = range(4)  # what the compiled cut gives back

"""A planar subdivision of a window, cut along zero lines of functions affine on its faces."""

from __future__ import annotations

import numpy as np

from unitscope.compiled.code import CompiledCode
from unitscope.geometry import layout
from unitscope.geometry.window import Window

EPSILON = float(np.finfo(np.float64).eps)
# In units of EPSILON: the rounding errors of a sum of n terms are within n EPSILON / 2 of its terms
# (Higham, "Accuracy and Stability of Numerical Algorithms", 2002, section 3.1). With 0, every sign
# would be taken as it comes.
TOLERANCE = 0.5

CUT = CompiledCode("unitscope.geometry.cutting", arguments=14)
UNLIMITED = 2**30  # faces, which int32 numbers: memory ends before
_ROOM = 256  # places at the start; an array that is full grows by half


class TooManyFaces(Exception):
    """More faces than allowed: `needed` is how many there would be, `cut` the cut at fault."""

    def __init__(self, needed: int, cut: int) -> None:
        super().__init__(needed, cut)
        self.needed = needed
        self.cut = cut


class Subdivision:
    """Vertices, edges with the face on their left and right, and faces, which cuts split.

    **Arguments**

    - `points`: vertices (V, 2).
    - `edges`: (4, E) whole numbers: tail, head, the face on the left and on the right (-1: none).
    - `most`: how many faces are allowed.
    """

    def __init__(self, points: np.ndarray, edges: np.ndarray, most: int) -> None:
        vertices, count = len(points), edges.shape[1]
        faces = int(edges[layout.LEFT].max()) + 1
        self._numbers = np.zeros(layout.NUMBERS, np.int64)
        self._numbers[: layout.ROOM_V] = vertices, count, faces
        self._numbers[layout.MOST_FACES] = min(most, UNLIMITED)
        rooms = max(_ROOM, vertices), max(_ROOM, 2 * count), max(_ROOM, faces)
        self._points = _tall(points, rooms[0])
        whole = np.empty((layout.EDGE_ROWS, count), np.int32)
        whole[: layout.ORIGIN], whole[layout.ORIGIN] = edges, np.arange(count)
        self._edges = _wide(whole, rooms[1])
        self._origins = _wide(np.full(vertices, -1, np.int32), rooms[0])
        self._faces = _wide(np.zeros((layout.FACE_ROWS, faces), np.int32), rooms[2])
        self._faces[layout.VERTEX, edges[layout.LEFT]] = edges[layout.TAIL]
        self._values = np.empty((rooms[0], 0))
        self._bits = np.zeros((0, rooms[2]), np.uint64)
        self._make_scratch(rooms)

    @classmethod
    def of_window(cls, window: Window, most: int) -> Subdivision:
        """One face: the window, from its lower left corner counter-clockwise."""
        (left, right), (bottom, top) = window
        corners = np.array([(left, bottom), (right, bottom), (right, top), (left, top)], np.float64)
        edges = np.array([(0, 1, 2, 3), (1, 2, 3, 0), (0,) * 4, (layout.OUTSIDE,) * 4])
        return cls(corners, edges, most)

    @property
    def n_vertices(self) -> int:
        """The number of vertices."""
        return int(self._numbers[layout.VERTICES])

    @property
    def n_edges(self) -> int:
        """The number of edges."""
        return int(self._numbers[layout.EDGES])

    @property
    def n_faces(self) -> int:
        """The number of faces."""
        return int(self._numbers[layout.FACES])

    @property
    def most(self) -> int:
        """How many faces are allowed."""
        return int(self._numbers[layout.MOST_FACES])

    def allow_any_number(self) -> None:
        """Lift the limit on faces."""
        self._numbers[layout.MOST_FACES] = UNLIMITED

    @property
    def snapped(self) -> int:
        """How many signs had to be repaired because of rounding."""
        return int(self._numbers[layout.SNAPPED])

    @property
    def points(self) -> np.ndarray:
        """Vertices (V, 2), which may be written to."""
        return self._points[: self.n_vertices]

    @property
    def edges(self) -> np.ndarray:
        """Edges (4, E) int32: tail, head, the face on the left, on the right (-1: none)."""
        return self._edges[: layout.ORIGIN, : self.n_edges]

    @property
    def origins(self) -> np.ndarray:
        """For each vertex the original edge on which it was made, or -1, (V,) int32."""
        return self._origins[: self.n_vertices]

    @property
    def labels(self) -> np.ndarray:
        """The class of each face, (F,) int32, once classes are inserted."""
        return self._faces[layout.LABEL, : self.n_faces]

    @property
    def parents(self) -> np.ndarray:
        """For each face the one it was part of before the latest call that cut, (F,) int32."""
        return self._faces[layout.PARENT, : self.n_faces]

    @property
    def split_from(self) -> np.ndarray:
        """For each face the one that it was split from, (F,) int32."""
        return self._faces[layout.SPLIT_FROM, : self.n_faces]

    def cut_units(
        self, values: np.ndarray, tolerances: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Cut along the zero lines of units, in turn, given their `values` at the vertices.

        `values` is (V, units); numbers within a unit's tolerance are zero. Returns the values at
        the vertices that there are now, (V, units); for each face which units are positive in it,
        bit u % 64 of word u // 64, (words, F) uint64; and the number of faces before the first cut
        and after each, (units + 1,): new faces have the numbers in between.

        Raises `TooManyFaces`.
        """
        units = values.shape[1]
        self._bits = np.zeros((-(-units // 64), self._faces.shape[1]), np.uint64)
        starts = self._run(values, tolerances, first=0, cuts=units, classes=0)
        values = self._values[: self.n_vertices]
        bits = self._bits[:, : self.n_faces].copy()
        self._release()
        return values, bits, starts

    def insert_classes(self, logits: np.ndarray, tolerance: float) -> tuple[np.ndarray, np.ndarray]:
        """Cut so that on each face one of the `logits` (V, K) is largest; ties to the lower class.

        Class k = 1, 2, ... takes from the faces of earlier classes what lies where its logit
        exceeds theirs by more than the tolerance; the difference is affine on every face. Returns
        the logits at the vertices that there are now, (V, K), and the numbers of faces as
        `cut_units` does, (K + 1,).

        Raises `TooManyFaces`.
        """
        k = logits.shape[1]
        self._faces[layout.LABEL] = 0
        self._bits = np.zeros((0, self._faces.shape[1]), np.uint64)
        values = np.column_stack([logits, logits[:, 0]])
        tolerances = np.full(k, tolerance)
        starts = self._run(values, tolerances, first=1, cuts=k, classes=k)
        logits = self._values[: self.n_vertices, :k]
        self._release()
        return logits, starts

    def _run(
        self, values: np.ndarray, tolerances: np.ndarray, *, first: int, cuts: int, classes: int
    ) -> np.ndarray:
        numbers = self._numbers
        numbers[layout.COLUMNS] = values.shape[1]
        numbers[layout.CUTS] = cuts
        numbers[layout.NEXT] = first
        numbers[layout.WORDS] = len(self._bits)
        numbers[layout.CLASSES] = classes
        # A copy, unless the caller gave an array of this size.
        self._values = _tall(values, len(self._points))
        self._faces[layout.PARENT, : self.n_faces] = np.arange(self.n_faces)
        starts = np.full(cuts + 1, self.n_faces)
        tolerances = np.ascontiguousarray(tolerances, dtype=np.float64)
        while True:
            numbers[layout.ROOM_V] = len(self._points)
            numbers[layout.ROOM_E] = self._edges.shape[1]
            numbers[layout.ROOM_F] = self._faces.shape[1]
            arrays = (
                numbers,
                tolerances,
                self._points,
                self._values,
                self._edges,
                self._origins,
                self._faces,
                self._bits,
                starts,
                *self._scratch,
            )
            status = _cut(arrays)
            if status == layout.DONE:
                return starts
            if status == layout.TOO_MANY_FACES:
                raise TooManyFaces(int(numbers[layout.NEED_F]), int(numbers[layout.NEXT]))
            if status == layout.NOT_CONVEX:
                raise FloatingPointError("rounding left a face that is not convex")
            self._grow()

    def _grow(self) -> None:
        """Make room for what the next cut needs, and half as much again."""

        def room(now: int, needed: int) -> int:
            return max(int(self._numbers[now]), int(1.5 * self._numbers[needed]))

        v = room(layout.ROOM_V, layout.NEED_V)
        e = room(layout.ROOM_E, layout.NEED_E)
        f = room(layout.ROOM_F, layout.NEED_F)
        self._points = _tall(self._points, v)
        # By far the largest array, and nobody else holds it: in place, so that there are never two.
        self._values.resize((v, self._values.shape[1]), refcheck=False)
        self._origins = _wide(self._origins, v)
        self._edges = _wide(self._edges, e)
        self._faces = _wide(self._faces, f)
        self._bits = _wide(self._bits, f)
        self._make_scratch((v, e, f))

    def _make_scratch(self, rooms: tuple[int, int, int]) -> None:
        v, e, f = rooms
        split_off = np.empty((layout.SCRATCH_ROWS, f), np.int32)
        split_off[layout.SPLIT_OFF] = -1
        self._scratch: tuple[np.ndarray, ...] = (
            np.empty(v, np.int8),
            np.empty(e, np.int32),
            np.zeros(f, np.uint8),
            split_off,
            np.empty((layout.BLOCK, v)),
        )

    def _release(self) -> None:
        self._values = np.empty((len(self._points), 0))
        self._bits = np.zeros((0, self._faces.shape[1]), np.uint64)


def _cut(arrays: tuple[np.ndarray, ...]) -> int:
    """Cut as long as there is room; without LLVM, Python runs the functions that are compiled."""
    if CUT.works():
        return CUT.entry()(*[array.ctypes.data for array in arrays])
    from unitscope.geometry.cutting import cut
    from unitscope.geometry.splitting import Plane, Scratch

    numbers, tolerances, *plane, starts = arrays[:9]
    *scratch, block = arrays[9:]
    bundles = Plane(*plane), starts, Scratch(*scratch)
    return cut(numbers, tolerances, *bundles, block)


def _tall(array: np.ndarray, room: int) -> np.ndarray:
    """`array` with `room` rows; the new ones are not set."""
    if len(array) >= room and array.flags.c_contiguous and array.dtype == np.float64:
        return array
    grown = np.empty((max(room, len(array)), *array.shape[1:]))
    grown[: len(array)] = array
    return grown


def _wide(array: np.ndarray, room: int) -> np.ndarray:
    """`array` with `room` places along its last axis; the new ones are not set."""
    if array.shape[-1] >= room:
        return array
    grown = np.empty((*array.shape[:-1], room), array.dtype)
    grown[..., : array.shape[-1]] = array
    return grown

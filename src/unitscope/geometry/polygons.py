"""Polygons of the faces of a subdivision or of groups of them; chains, loops, components."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from unitscope.geometry.layout import OUTSIDE
from unitscope.values import Value


@dataclass(frozen=True, eq=False)
class Polygons(Value):
    """Polygons that share their vertices.

    - `points` (V, 2): all vertices.
    - `index` (m,): the vertices of one polygon after another, each counter-clockwise.
    - `start` (n + 1,): those of polygon i are index[start[i]:start[i + 1]].
    """

    points: np.ndarray
    index: np.ndarray
    start: np.ndarray

    def __len__(self) -> int:
        return len(self.start) - 1

    def vertices(self, number: int) -> np.ndarray:
        """The vertices of one polygon, (m, 2)."""
        return self.points[self.index[self.start[number] : self.start[number + 1]]]

    def area(self) -> np.ndarray:
        """The area of every polygon, (n,), about one of its vertices: accurate if narrow, too."""
        counts = np.diff(self.start)
        area, full = np.zeros(len(self)), counts > 0
        if not full.any():
            return area
        first = self.start[:-1][full]
        last = self.start[1:][full] - 1
        following = np.arange(1, len(self.index) + 1)
        following[last] = first
        centre = np.repeat(self.points[self.index[first]], counts[full], axis=0)
        here = self.points[self.index] - centre
        there = here[following]
        turn = here[:, 0] * there[:, 1] - here[:, 1] * there[:, 0]
        area[full] = 0.5 * np.add.reduceat(turn, first)
        return area

    def vertices_of(self, numbers: np.ndarray) -> np.ndarray:
        """The vertices of the polygons `numbers` (m,), one polygon after another."""
        counts = np.diff(self.start)[numbers]
        shift = self.start[numbers] - np.cumsum(counts) + counts
        corner = np.arange(counts.sum()) + np.repeat(shift, counts)
        return self.points[self.index[corner]]

    def middle(self, numbers: np.ndarray) -> np.ndarray:
        """The mean vertex of each of the polygons `numbers` (m,), (m, 2): inside a convex one."""
        counts = np.diff(self.start)[numbers]
        sums = np.add.reduceat(self.vertices_of(numbers), np.cumsum(counts) - counts)
        return sums / counts[:, None]


def traced(
    points: np.ndarray, edges: np.ndarray, group: np.ndarray, count: int, corners: np.ndarray
) -> Polygons:
    """The polygons of `count` groups of faces, each group convex.

    Edges inside a group are dropped, and then vertices that only join two parts of one straight
    side.

    **Arguments**

    - `edges`: (4, E) tail, head, left face, right face (-1: none).
    - `group`: (F,) the group of each face.
    - `corners`: vertices that stay, though the border of the window has no more edges there.
    """
    tail, head, left, right = edges
    group = np.append(group, OUTSIDE)  # the outside is face -1
    left, right = group[left], group[right]
    kept = left != right
    tail = tail[kept]
    head = head[kept]
    left = left[kept]
    right = right[kept]
    # Each edge as two half-edges, one for each of its faces, counter-clockwise around it.
    inner = right != OUTSIDE
    leaves = np.concatenate([tail, head[inner]]).astype(np.int64)
    enters = np.concatenate([head, tail[inner]]).astype(np.int64)
    face = np.concatenate([left, right[inner]]).astype(np.int64)
    key = face * len(points) + leaves
    order = np.argsort(key, kind="stable")
    following = np.searchsorted(key[order], (face * len(points) + enters)[order])
    counts = np.bincount(face, minlength=count)
    start = np.concatenate([[0], np.cumsum(counts)])
    index = _walked(following, leaves[order], start)
    # One half-edge leaves a vertex for each group around it. Where these are two inside the window,
    # or one on its border, no side begins or ends there.
    degree = np.bincount(leaves, minlength=len(points))
    border = np.zeros(len(points), bool)
    border[tail[~inner]] = border[head[~inner]] = True
    stays = degree > np.where(border, 1, 2)
    stays[corners] = True
    stays = stays[index]
    start = np.concatenate([[0], np.cumsum(stays)])[start]
    return Polygons(points, index[stays], start)


def _walked(following: np.ndarray, leaves: np.ndarray, start: np.ndarray) -> np.ndarray:
    """The vertices of all cycles, one step around all of them at a time."""
    index = np.empty(len(leaves), np.intp)
    counts = np.diff(start)
    live = np.flatnonzero(counts)
    at, step = start[live], 0
    while live.size:
        index[start[live] + step] = leaves[at]
        at, step = following[at], step + 1
        more = counts[live] > step
        live, at = live[more], at[more]
    return index


def loops(tail: np.ndarray, head: np.ndarray) -> list[np.ndarray]:
    """Directed edges, as many into each vertex as out of it, as closed loops of vertices (m,)."""
    following = np.empty(len(tail), np.intp)
    following[np.argsort(head, kind="stable")] = np.argsort(tail, kind="stable")
    after, starts = following.tolist(), tail.tolist()
    seen, found = [False] * len(starts), []
    for edge in range(len(starts)):
        loop = []
        while not seen[edge]:
            seen[edge] = True
            loop.append(starts[edge])
            edge = after[edge]
        if loop:
            found.append(np.array(loop))
    return found


def chains(ends: Sequence[Sequence[int]], stops: set[int]) -> list[list[int]]:
    """Edges joined end to end: paths between `stops`, then loops, which end where they begin."""
    neighbours: dict[int, list[int]] = {}
    for one, other in ends:
        neighbours.setdefault(one, []).append(other)
        neighbours.setdefault(other, []).append(one)
    found, vertices = [], sorted(neighbours)
    for first in (*(vertex for vertex in vertices if vertex in stops), *vertices):
        while neighbours[first]:
            chain = [first, neighbours[first].pop()]
            neighbours[chain[1]].remove(first)
            while chain[-1] not in stops and neighbours[chain[-1]]:
                chain.append(neighbours[chain[-1]].pop())
                neighbours[chain[-1]].remove(chain[-2])
            found.append(chain)
    return found


def meeting(ends: np.ndarray) -> set[int]:
    """The vertices where other than two of the edges `ends` (m, 2) end."""
    numbers, degrees = np.unique(ends, return_counts=True)
    return set(numbers[degrees != 2].tolist())


def components(count: int, one: np.ndarray, other: np.ndarray) -> tuple[int, np.ndarray]:
    """Connected components of nodes joined by edges: how many, and that of each node, (count,).

    Nodes take the least number among their neighbours' roots until all agree (Shiloach and Vishkin,
    1982).
    """
    root = np.arange(count)
    while True:
        a, b = root[one], root[other]
        apart = a != b
        if not apart.any():
            break
        one = one[apart]
        other = other[apart]
        a = a[apart]
        b = b[apart]
        np.minimum.at(root, np.maximum(a, b), np.minimum(a, b))
        while not np.array_equal(root, jumped := root[root]):
            root = jumped
    is_root = root == np.arange(count)
    return int(is_root.sum()), (np.cumsum(is_root) - 1)[root]

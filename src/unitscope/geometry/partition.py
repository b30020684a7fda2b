"""partition: what a network does to a window of the input plane, exact where its activations are piecewise linear."""

from __future__ import annotations

import warnings
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from unitscope.data.dataset import Dataset
from unitscope.errors import refusal, said, whole_number
from unitscope.geometry import mesh
from unitscope.geometry.arrangement import (
    Arrangement,
    is_piecewise_linear,
    replayed,
    uncertain_classes,
)
from unitscope.geometry.boundary import ActivationBoundaries, Boundary
from unitscope.geometry.margin import Margin, margin_of
from unitscope.geometry.pieces import Cells, Regions
from unitscope.geometry.polygons import Polygons, components, loops, traced
from unitscope.geometry.subdivision import Subdivision
from unitscope.geometry.window import Window, checked_window, padded
from unitscope.network import Network

if TYPE_CHECKING:
    from unitscope.geometry.plane import Plane

_MOST_REGIONS = 250_000
_MOST_CELLS = 2048  # along each side of the mesh
_UNCERTAIN_SHARE = 1e-9  # of the window: less is what rounding does to any line
_BLOCK = 4096  # cells asked at once
_WAYS = (0.0, 0.3, 0.6, 0.9)  # from the middle of a cell to its vertices


def partition(
    net: Network,
    where: Any,
    *,
    plane: Plane | None = None,
    max_regions: int = _MOST_REGIONS,
    grid: int = 128,
) -> Partition:
    """Cut a window of the input plane into activation regions and decision regions.

    For linear, relu, leaky_relu and abs layers the result is exact up to `error_bound`: polygons in
    float64, no sampling. For smooth activations the logits are taken as affine on the triangles of
    a mesh, and the boundary's vertices are then moved onto the true boundary.

    **Arguments**

    - `net`: a network with two inputs, or any with a `plane`.
    - `where`: the window ((x0_min, x0_max), (x1_min, x1_max)) in data units, or a `Dataset`, whose
      points' range is taken with some room around it. With a plane: in the plane's coordinates.
    - `plane`: the plane through input space to look at; `part.net` is the network on it.
    - `max_regions`: more activation regions are refused.
    - `grid`: cells of the mesh along each side of the window, 2 to 2048, for smooth activations.

    **Raises** `InvalidInput` for a network that does not have two inputs and no plane, for a window
    that is no rectangle, and for numbers beyond float64; `TooManyRegions`, a kind of it. **Warns**
    (`RuntimeWarning`, and in `part.caution`) where rounding leaves the class of a part of the
    window uncertain.
    """
    if not isinstance(net, Network):
        raise refusal(
            "net", "a Network", said(type(net).__name__), "us.from_keras(model) makes one."
        )
    if plane is not None:
        net, where = net.on_plane(plane), _seen_on(plane, where)
    elif net.n_features != 2:
        raise refusal(
            "net",
            "a network with 2 inputs",
            said(f"{net.n_features} inputs"),
            "Give a plane, such as plane=us.Plane.principal(data).",
        )
    window = _window(where)
    most = whole_number("max_regions", max_regions, at_least=1)
    cells = whole_number("grid", grid, at_least=2, at_most=_MOST_CELLS)
    with np.errstate(
        over="ignore", invalid="ignore"
    ):  # numbers beyond float64 are looked for, and refused
        return (
            _exact(net, window, most) if is_piecewise_linear(net) else sampled(net, window, cells)
        )


class Partition:
    """A window of the input plane cut into activation regions, and by predicted class. Made by `us.partition`.

    - `net`: the network in the plane's two coordinates; `window`: ((x0_min, x0_max), (x1_min,
      x1_max)).
    - `exact`: True where no smooth activation is in the way.
    - `error_bound`: exact: no logit at any vertex is further than this from the one without
      rounding; else the diagonal of the mesh's cells in data units: what is smaller can be missed.
    - `caution`: "" or a sentence on where rounding leaves the class uncertain.
    """

    def __init__(
        self,
        net: Network,
        window: Window,
        faces: Subdivision,
        region: np.ndarray,
        *,
        exact: bool,
        error_bound: float,
        arrangement: Arrangement | None = None,
        starts: np.ndarray | None = None,
        corners: np.ndarray | None = None,
    ) -> None:
        self.net = net
        self.window = window
        self.exact = exact
        self.error_bound = error_bound
        self.caution = ""
        self._faces = faces
        self._region = region
        self._arrangement = arrangement
        self._starts = starts
        self._corners = np.arange(4) if corners is None else corners

    @property
    def n_classes(self) -> int:
        """How many classes the network tells apart."""
        return self.net.n_classes

    @cached_property
    def regions(self) -> Regions:
        """The activation regions; none where activations are smooth."""
        if self._arrangement is None:
            return Regions(
                Polygons(np.zeros((0, 2)), np.zeros(0, np.intp), np.zeros(1, np.intp)), None
            )
        polygons = traced(
            self._points,
            self._faces.edges,
            self._region,
            self._arrangement.n_regions,
            self._corners,
        )
        return Regions(polygons, self._arrangement)

    @cached_property
    def cells(self) -> Cells:
        """The regions split by predicted class."""
        count, cell = self._cell_of_face
        first = np.full(count, len(cell))
        np.minimum.at(first, cell, np.arange(len(cell)))
        polygons = traced(self._points, self._faces.edges, cell, count, self._corners)
        region = self._region[first] if self.exact else np.full(count, -1)
        return Cells(
            polygons,
            self._faces.labels[first].astype(np.intp),
            region,
            self._component_of_face[1][first],
        )

    @cached_property
    def boundary(self) -> Boundary:
        """The decision boundary."""
        tail, head, _, _, one, other = self._inner_edges
        apart = one != other
        ends = np.stack([tail[apart], head[apart]], axis=1)
        return Boundary(self._points[ends], np.stack([one[apart], other[apart]], axis=1), ends)

    @cached_property
    def activation_boundaries(self) -> ActivationBoundaries:
        """Where hidden units turn on; none where activations are smooth."""
        if self._arrangement is None:
            none = np.zeros((0, 2), np.intp)
            return ActivationBoundaries(np.zeros((0, 2, 2)), none, none)
        tail, head, left, right, _, _ = self._inner_edges
        one, other = self._region[left], self._region[right]
        apart = np.flatnonzero(one != other)
        row, unit = self._arrangement.switches(one[apart], other[apart])
        ends = np.stack([tail[apart[row]], head[apart[row]]], axis=1)
        return ActivationBoundaries(self._points[ends], unit, ends)

    @cached_property
    def area(self) -> np.ndarray:
        """The area that each class has, (K,), in data units squared."""
        return np.bincount(self.cells.label, self.cells.area, minlength=self.n_classes)

    @cached_property
    def share(self) -> np.ndarray:
        """The share of the window that each class has, (K,)."""
        (left, right), (bottom, top) = self.window
        return self.area / ((right - left) * (top - bottom))

    @cached_property
    def components(self) -> np.ndarray:
        """How many separate parts each class has, (K,) ints: parts that touch in a corner only are separate."""
        count, component = self._component_of_face
        label = np.zeros(count, np.intp)
        label[component] = self._faces.labels
        return np.bincount(label, minlength=self.n_classes)

    def outlines(self) -> list[list[np.ndarray]]:
        """For each class the closed lines (m, 2) around its parts: outer ones counter-clockwise, holes clockwise."""
        tail, head, left, right = self._faces.edges
        labels = np.append(self._faces.labels, -1)
        one, other = labels[left], labels[right]
        found = []
        for label in range(self.n_classes):
            ahead, back = (one == label) & (other != label), (other == label) & (one != label)
            rounds = loops(
                np.concatenate([tail[ahead], head[back]]), np.concatenate([head[ahead], tail[back]])
            )
            found.append([self._points[loop] for loop in rounds])
        return found

    def locate(self, X: Any) -> np.ndarray:
        """The number of each point's activation region, (n,) ints; -1 outside the window or without regions.

        `X`: points (n, 2).
        """
        return self._located(X, self._region_at)

    def locate_cells(self, X: Any) -> np.ndarray:
        """The number of each point's cell, (n,) ints; -1 outside the window. `X`: points (n, 2)."""
        return self._located(X, self._cell_at)

    def margin(self, X: Any) -> Margin:
        """How far points (n, 2) are from the decision boundary, where it is nearest, and which class is behind it."""
        points = self.net.checked_points(X)
        return margin_of(
            points, self.net.predict(points), self.boundary, self.window, exact=self.exact
        )

    def _region_at(self, points: np.ndarray) -> np.ndarray:
        return (
            np.full(len(points), -1)
            if self._arrangement is None
            else self._arrangement.locate(points)
        )

    def _cell_at(self, points: np.ndarray) -> np.ndarray:
        if self._arrangement is None or self._starts is None:
            return self._mesh_cell_at(points)
        logits = self.net.logits(points)
        ahead = logits[:, 1:] - np.maximum.accumulate(logits, axis=1)[:, :-1]
        face = replayed(
            self._arrangement.locate(points), ahead, self._faces.split_from, self._starts[1:]
        )
        return self._cell_of_face[1][face]

    def _mesh_cell_at(self, points: np.ndarray) -> np.ndarray:
        """The cell of the predicted class in the mesh's triangle around each point, or else any cell in it."""
        k = self.n_classes
        cell = self._cell_of_face[1]
        keys, first = np.unique(self._region * k + self._faces.labels, return_index=True)
        triangle = mesh.triangle_at(
            points, self.window, round(((self._region.max() + 1) / 2) ** 0.5)
        )
        wanted = triangle * k + self.net.predict(points)
        place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        any_in_it = np.searchsorted(keys, triangle * k)
        return cell[first[np.where(keys[place] == wanted, place, any_in_it)]]

    def _located(self, X: Any, of_inner: Any) -> np.ndarray:
        points = self.net.checked_points(X)
        low, high = np.array(self.window).T
        inside = ((points >= low) & (points <= high)).all(axis=1)
        numbers = np.full(len(points), -1)
        numbers[inside] = of_inner(points[inside])
        return numbers

    @cached_property
    def _points(self) -> np.ndarray:
        return np.ascontiguousarray(self._faces.points)

    @cached_property
    def _inner_edges(self) -> tuple[np.ndarray, ...]:
        """Edges with a face on both sides: tail, head, left and right face, and the classes of the two."""
        tail, head, left, right = self._faces.edges
        inner = right >= 0
        left, right, labels = left[inner], right[inner], self._faces.labels
        return tail[inner], head[inner], left, right, labels[left], labels[right]

    @cached_property
    def _cell_of_face(self) -> tuple[int, np.ndarray]:
        _, _, left, right, one, other = self._inner_edges
        joined = (one == other) & (self._region[left] == self._region[right])
        return components(self._faces.n_faces, left[joined], right[joined])

    @cached_property
    def _component_of_face(self) -> tuple[int, np.ndarray]:
        _, _, left, right, one, other = self._inner_edges
        return components(self._faces.n_faces, left[one == other], right[one == other])

    def __repr__(self) -> str:
        (left, right), (bottom, top) = self.window
        kind = (
            f"{len(self.regions)} regions"
            if self.exact
            else f"sampled, cells of {self.error_bound:.3g}"
        )
        return f"Partition([{left:g}, {right:g}] x [{bottom:g}, {top:g}]; {kind}; {self.n_classes} classes)"


def _exact(net: Network, window: Window, most: int) -> Partition:
    arrangement = Arrangement(net, window, most)
    faces = arrangement.faces
    faces.allow_any_number()  # the limit is on regions, not on the classes in them
    tolerance = 2 * arrangement.logit_error
    logits, starts = faces.insert_classes(arrangement.logits, tolerance)
    part = Partition(
        net,
        window,
        faces,
        faces.parents.astype(np.intp),
        exact=True,
        error_bound=arrangement.logit_error,
        arrangement=arrangement,
        starts=starts,
    )
    part.caution = _caution(part, logits, tolerance)
    if part.caution:
        warnings.warn(part.caution, RuntimeWarning, stacklevel=3)
    return part


def sampled(net: Network, window: Window, cells: int) -> Partition:
    """The partition on a mesh of cells x cells squares, whatever the activations: for regions beyond counting."""
    faces, corners, diagonal = mesh.decided(net, window, cells)
    return Partition(
        net,
        window,
        faces,
        faces.parents.astype(np.intp),
        exact=False,
        error_bound=diagonal,
        corners=corners,
    )


def _caution(part: Partition, logits: np.ndarray, tolerance: float) -> str:
    """A sentence on the faces whose class is not what the network says at a point of theirs."""
    tail, head, left, right = part._faces.edges
    # A class that leads at a vertex of a face by more than the rounding error leads there in truth.
    certain = (logits >= logits.max(axis=1, keepdims=True) - tolerance).sum(axis=1) == 1
    sure = np.zeros(part._faces.n_faces + 1, bool)  # the last entry is the outside
    either = certain[tail] | certain[head]
    sure[left[either]] = sure[right[either]] = True
    unsure = np.flatnonzero(~sure[:-1])
    return _what_is_uncertain(part, unsure) if len(unsure) and part.n_classes > 1 else ""


def _what_is_uncertain(part: Partition, faces: np.ndarray) -> str:
    """Ask the network inside `faces`, none of whose vertices says for certain which class is theirs."""
    cells = np.unique(part._cell_of_face[1][faces])
    blocks = np.array_split(cells, -(-len(cells) // _BLOCK))
    wrong = np.concatenate([block[_has_uncertain_places(part, block)] for block in blocks])
    (left, right), (bottom, top) = part.window
    share = float(part.cells.area[wrong].sum() / ((right - left) * (top - bottom)))
    if share <= _UNCERTAIN_SHARE:
        return ""
    return (
        f"Rounding leaves the class of {share:.2g} of the window uncertain: logits differ there by less than the "
        f"error bound, {part.error_bound:.2g}. Smaller weights or a smaller window make it certain."
    )


def _has_uncertain_places(part: Partition, cells: np.ndarray) -> np.ndarray:
    """Which of `cells` have a place whose class is uncertain: their middle, or some of the way to a vertex."""
    polygons, uncertain = part.cells.polygons, np.zeros(len(cells), bool)
    counts = np.diff(polygons.start)[cells]
    first = np.cumsum(counts) - counts
    vertices, middle = (
        polygons.vertices_of(cells),
        np.repeat(polygons.middle(cells), counts, axis=0),
    )
    labels = np.repeat(part.cells.label[cells], counts)
    for way in _WAYS:
        there = uncertain_classes(part.net, middle + way * (vertices - middle), labels)
        uncertain |= np.logical_or.reduceat(there, first)
    return uncertain


def _window(where: Any) -> Window:
    if isinstance(where, Dataset):
        if where.n_features != 2:
            raise refusal(
                "where",
                "a window, or data with 2 features",
                said(f"{where.n_features} features"),
                "Give a plane, such as plane=us.Plane.principal(data).",
            )
        return padded(where.X)
    return checked_window(where)


def _seen_on(plane: Plane, where: Any) -> Any:
    """Data as the window around its points on the plane."""
    return padded(plane.project(where.X)) if isinstance(where, Dataset) else where

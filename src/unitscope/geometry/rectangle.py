"""Partition: a rectangle of the input plane, cut into activation regions and by class."""

from __future__ import annotations

import warnings
from functools import cached_property
from typing import Any

import numpy as np

from unitscope import glance
from unitscope.geometry import mesh
from unitscope.geometry.arrangement import Arrangement, replayed, uncertain_classes
from unitscope.geometry.boundary import ActivationBoundaries, Boundary
from unitscope.geometry.margin import Margin, margin_of
from unitscope.geometry.pieces import Cells, Regions
from unitscope.geometry.polygons import Polygons, components, loops, traced
from unitscope.geometry.subdivision import Subdivision
from unitscope.geometry.window import Window
from unitscope.models.sampled import Model, SampledClassifier
from unitscope.networks import Network
from unitscope.shares import percent
from unitscope.values import Value, read_only

_UNCERTAIN_SHARE = 1e-9  # of the window: up to this, rounding blurs any line
_SUMMED, _LISTED = 100_000, 8  # faces whose areas a notebook sums, classes that it lists
_BLOCK = 4096  # cells asked at once
_WAYS = (0.0, 0.3, 0.6, 0.9)  # how far from the middle of a cell to its vertices


class Partition(Value):
    """A window of the input plane cut into activation regions, and by predicted class.

    `us.partition` makes it.

    - `net`: the network, or the model that is asked, in the plane's two coordinates.
    - `window`: ((x0_min, x0_max), (x1_min, x1_max)).
    - `exact`: True where no activation is smooth.
    - `error_bound`: where exact, how far rounding moves a logit at any vertex at most; elsewhere
      the diagonal of the mesh's cells in data units: what is smaller can be missed.
    - `caution`: "" or a sentence on where rounding leaves the class uncertain.
    """

    net: Model
    window: Window
    exact: bool
    error_bound: float
    caution: str
    _faces: Subdivision
    _region: np.ndarray  # of each face
    _arrangement: Arrangement | None
    _starts: np.ndarray | None
    _corners: np.ndarray

    def __init__(
        self,
        net: Model,
        window: Window,
        faces: Subdivision,
        error_bound: float,
        *,
        arrangement: Arrangement | None = None,
        starts: np.ndarray | None = None,
        corners: np.ndarray | None = None,
    ) -> None:
        vars(self).update(
            net=net,
            window=window,
            exact=arrangement is not None,
            error_bound=error_bound,
            caution="",
            _faces=faces,
            _region=faces.parents.astype(np.intp),
            _arrangement=arrangement,
            _starts=starts,
            _corners=np.arange(4) if corners is None else corners,
        )

    def _parts(self) -> tuple[Any, ...]:
        return self.net, self.window, self.exact, self.error_bound, self.caution  # all else follows

    @property
    def n_classes(self) -> int:
        """How many classes the network tells apart."""
        return self.net.n_classes

    @cached_property
    def regions(self) -> Regions:
        """The activation regions; none where activations are smooth."""
        if self._arrangement is None:
            none = Polygons(np.zeros((0, 2)), np.zeros(0, np.intp), np.zeros(1, np.intp))
            return Regions(none, None)
        count = self._arrangement.n_regions
        edges = self._faces.edges
        polygons = traced(self._points, edges, self._region, count, self._corners)
        return Regions(polygons, self._arrangement)

    @cached_property
    def cells(self) -> Cells:
        """The regions split by predicted class."""
        count, cell = self._cell_of_face
        first = np.full(count, len(cell))
        np.minimum.at(first, cell, np.arange(len(cell)))
        polygons = traced(self._points, self._faces.edges, cell, count, self._corners)
        label = self._faces.labels[first].astype(np.intp)
        region = self._region[first] if self.exact else np.full(count, -1)
        return Cells(polygons, label, region, self._component_of_face[1][first])

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
        found = np.bincount(self.cells.label, self.cells.area, minlength=self.n_classes)
        return read_only(found)

    @cached_property
    def share(self) -> np.ndarray:
        """The share of the window that each class has, (K,)."""
        (left, right), (bottom, top) = self.window
        return read_only(self.area / ((right - left) * (top - bottom)))

    @cached_property
    def components(self) -> np.ndarray:
        """How many parts each class has, (K,) ints; touching in a corner does not join them."""
        count, component = self._component_of_face
        label = np.zeros(count, np.intp)
        label[component] = self._faces.labels
        return read_only(np.bincount(label, minlength=self.n_classes))

    def outlines(self) -> list[list[np.ndarray]]:
        """For each class the closed lines (m, 2) around its parts.

        Outer ones run counter-clockwise, holes clockwise.
        """
        tail, head, left, right = self._faces.edges
        labels = np.append(self._faces.labels, -1)
        one, other = labels[left], labels[right]
        found = []
        for label in range(self.n_classes):
            ahead = (one == label) & (other != label)
            back = (other == label) & (one != label)
            starts = np.concatenate([tail[ahead], head[back]])
            ends = np.concatenate([head[ahead], tail[back]])
            found.append([self._points[loop] for loop in loops(starts, ends)])
        return found

    def locate(self, X: Any) -> np.ndarray:
        """The number of the activation region of each of the points X (n, 2), (n,) ints.

        -1 outside the window, and everywhere where activations are smooth.
        """
        return self._located(X, self._region_at)

    def locate_cells(self, X: Any) -> np.ndarray:
        """The number of each point's cell, (n,) ints; -1 outside the window. X: points (n, 2)."""
        return self._located(X, self._cell_at)

    def margin(self, X: Any) -> Margin:
        """How far the points X (n, 2) are from the decision boundary, and what is behind it."""
        points = self.net.checked_points(X)
        predicted = self.net.predict(points)
        return margin_of(points, predicted, self.boundary, self.window, exact=self.exact)

    def _region_at(self, points: np.ndarray) -> np.ndarray:
        if self._arrangement is None:
            return np.full(len(points), -1)
        return self._arrangement.locate(points)

    def _cell_at(self, points: np.ndarray) -> np.ndarray:
        net = self.net
        if self._arrangement is None or self._starts is None or isinstance(net, SampledClassifier):
            return self._mesh_cell_at(points)
        logits = net.logits(points)
        ahead = logits[:, 1:] - np.maximum.accumulate(logits, axis=1)[:, :-1]
        region = self._arrangement.locate(points)
        face = replayed(region, ahead, self._faces.split_from, self._starts[1:])
        return self._cell_of_face[1][face]

    def _mesh_cell_at(self, points: np.ndarray) -> np.ndarray:
        """The predicted class's cell in the mesh's triangle around each point, or any other."""
        k = self.n_classes
        cell = self._cell_of_face[1]
        keys, first = np.unique(self._region * k + self._faces.labels, return_index=True)
        side = round(((self._region.max() + 1) / 2) ** 0.5)  # two triangles for each square
        triangle = mesh.triangle_at(points, self.window, side)
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
        """Edges with a face on both sides: tail, head, left and right face, the faces' classes."""
        tail, head, left, right = self._faces.edges
        inner = right >= 0
        left = left[inner]
        right = right[inner]
        labels = self._faces.labels
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

    def _repr_html_(self) -> str:
        (left, right), (bottom, top) = self.window
        rows = [("window", f"{left:.4g} to {right:.4g}, {bottom:.4g} to {top:.4g}")]
        rows += [("regions", f"{len(self.regions):,}")] if self.exact else []
        rows += [("exact", "yes" if self.exact else f"no: cells of {self.error_bound:.3g}")]
        k, net, picture = self.n_classes, self.net, ""
        if isinstance(net, Network):
            picture = glance.ground(net.predict, k, self.window, net.n_parameters)
        if self._faces.n_faces <= _SUMMED:
            area = np.bincount(self.cells.label, self.cells.area, k) / self.cells.area.sum()
            named = [f"of class {number}" for number in range(k)]
            shares = [percent(float(share)) for share in area]
            rows += list(zip(named, shares, strict=True))[:_LISTED]
        pictures = [glance.svg("decision regions", picture)] if picture else []
        return glance.card(f"Partition by {k:,} classes", rows, *pictures)

    def __repr__(self) -> str:
        (left, right), (bottom, top) = self.window
        window = f"[{left:g}, {right:g}] x [{bottom:g}, {top:g}]"
        kind = f"sampled, cells of {self.error_bound:.3g}"
        if self.exact:
            kind = f"{len(self.regions)} regions"
        return f"Partition({window}; {kind}; {self.n_classes} classes)"


def exact(net: Network, window: Window, most: int) -> Partition:
    """The partition of a network of piecewise linear activations, of at most so many regions."""
    arrangement = Arrangement(net, window, most)
    faces = arrangement.faces
    faces.allow_any_number()  # the limit is on regions, not on the classes in them
    tolerance = 2 * arrangement.logit_error
    logits, starts = faces.insert_classes(arrangement.logits, tolerance)
    error = arrangement.logit_error
    part = Partition(net, window, faces, error, arrangement=arrangement, starts=starts)
    vars(part)["caution"] = _caution(part, logits, tolerance)
    if part.caution:
        warnings.warn(part.caution, RuntimeWarning, stacklevel=3)
    return part


def sampled(net: Network, window: Window, cells: int) -> Partition:
    """The partition on a mesh of cells x cells squares, whatever the activations."""
    faces, corners, diagonal = mesh.decided(net, window, cells)
    return Partition(net, window, faces, diagonal, corners=corners)


def _caution(part: Partition, logits: np.ndarray, tolerance: float) -> str:
    """A sentence on the faces in which the network may give another class, or ""."""
    tail, head, left, right = part._faces.edges
    # A class that leads at a vertex of a face by more than the rounding error leads there in truth.
    certain = (logits >= logits.max(axis=1, keepdims=True) - tolerance).sum(axis=1) == 1
    sure = np.zeros(part._faces.n_faces + 1, bool)  # the last entry is the outside
    either = certain[tail] | certain[head]
    sure[left[either]] = sure[right[either]] = True
    unsure = np.flatnonzero(~sure[:-1])
    return _what_is_uncertain(part, unsure) if len(unsure) and part.n_classes > 1 else ""


def _what_is_uncertain(part: Partition, faces: np.ndarray) -> str:
    """Ask the network inside `faces`, whose vertices leave their class uncertain."""
    cells = np.unique(part._cell_of_face[1][faces])
    blocks = np.array_split(cells, -(-len(cells) // _BLOCK))
    wrong = np.concatenate([block[_has_uncertain_places(part, block)] for block in blocks])
    (left, right), (bottom, top) = part.window
    share = float(part.cells.area[wrong].sum() / ((right - left) * (top - bottom)))
    if share <= _UNCERTAIN_SHARE:
        return ""
    return (
        f"Rounding leaves the class of {share:.2g} of the window uncertain: logits differ there by "
        f"less than the error bound, {part.error_bound:.2g}. Smaller weights or a smaller window "
        "make it certain."
    )


def _has_uncertain_places(part: Partition, cells: np.ndarray) -> np.ndarray:
    """Which of `cells` have an uncertain class in their middle, or on the way to a vertex."""
    net: Any = part.net  # exact: a Network
    polygons = part.cells.polygons
    uncertain = np.zeros(len(cells), bool)
    counts = np.diff(polygons.start)[cells]
    first = np.cumsum(counts) - counts
    vertices = polygons.vertices_of(cells)
    middle = np.repeat(polygons.middle(cells), counts, axis=0)
    labels = np.repeat(part.cells.label[cells], counts)
    for way in _WAYS:
        there = uncertain_classes(net, middle + way * (vertices - middle), labels)
        uncertain |= np.logical_or.reduceat(there, first)
    return uncertain

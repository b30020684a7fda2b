"""Overlay: a window of the plane cut by two networks, and where they give different classes."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from functools import cached_property
from typing import Any, TypeGuard

import numpy as np

from unitscope.geometry import mesh
from unitscope.geometry.arrangement import Arrangement, TooManyRegions, is_piecewise_linear
from unitscope.geometry.boundary import Boundary
from unitscope.geometry.intervals import MOST_REGIONS
from unitscope.geometry.polygons import Polygons, components, loops, traced
from unitscope.geometry.rectangle import exact
from unitscope.geometry.sampling import cells_for, scores_at
from unitscope.geometry.subdivision import EPSILON, UNLIMITED, Subdivision, TooManyFaces
from unitscope.geometry.window import Window
from unitscope.models.sampled import Model, SampledClassifier
from unitscope.networks import Network
from unitscope.values import Value, read_only

_THIN = 1e-12  # of the window's sides: a part no wider than this is rounding
_CELLS = 128  # of the mesh along each side, for smooth activations

Nets = tuple[Model, Model]


class Overlay(Value):
    """A window of the plane cut so that on every face each of two networks gives one class.

    `overlaid` makes it.

    - `nets`: both networks, or models that are asked, in the plane's two coordinates.
    - `window`: ((x0_min, x0_max), (x1_min, x1_max)).
    - `exact`: True where the cuts of both are (see `Partition`); elsewhere what is smaller than
      `error_bound`, the diagonal of a mesh's cells, can be missed.
    - `caution`: "" or a sentence on where rounding leaves a class uncertain.
    - `labels` (F, 2): the class that each network gives to each face.
    """

    nets: Nets
    window: Window
    exact: bool
    error_bound: float
    caution: str
    labels: np.ndarray
    _faces: Subdivision
    _corners: np.ndarray

    def __init__(
        self,
        nets: Nets,
        window: Window,
        faces: Subdivision,
        labels: np.ndarray,
        *,
        on_mesh: tuple[np.ndarray, float] | None = None,
        caution: str = "",
    ) -> None:
        corners, cell = (np.arange(4), 0.0) if on_mesh is None else on_mesh
        vars(self).update(
            nets=nets,
            window=window,
            exact=on_mesh is None,
            error_bound=cell,
            caution=caution,
            _faces=faces,
            _corners=corners,
        )
        vars(self)["labels"] = read_only(self._without_slivers(labels))

    def _parts(self) -> tuple[Any, ...]:
        return self.nets, self.window, self.exact, self.error_bound, self.caution

    @cached_property
    def shares(self) -> np.ndarray:
        """The share of the window that the first gives to class i, the second to j, (K, K)."""
        found = np.zeros((self.nets[0].n_classes, self.nets[1].n_classes))
        np.add.at(found, tuple(self.labels.T), self._area)
        (left, right), (bottom, top) = self.window
        return read_only(found / ((right - left) * (top - bottom)))

    @property
    def share(self) -> float:
        """The share of the window in which they give different classes."""
        apart = self.shares.copy()
        np.fill_diagonal(apart, 0.0)
        return float(apart.sum())

    @cached_property
    def parts(self) -> int:
        """In how many connected parts that is; touching in a corner does not join them."""
        return len(set(self._component[self.labels[:, 0] != self.labels[:, 1]].tolist()))

    def faces(self, one: int, other: int) -> list[np.ndarray]:
        """The faces that the first gives to class `one`, the second to `other`: each (m, 2)."""
        mine = np.flatnonzero((self.labels == (one, other)).all(axis=1))
        return [self._polygons.vertices(face) for face in mine.tolist()]

    def outlines(self, one: int | None, other: int | None) -> list[np.ndarray]:
        """Closed lines (m, 2) around what the first gives to class `one`, the second to `other`.

        None stands for any class. Outer lines run counter-clockwise, holes clockwise.
        """
        tail, head, left, right = self._faces.edges
        inside = np.ones(self._faces.n_faces, bool)
        for which, label in enumerate((one, other)):
            if label is not None:
                inside &= self.labels[:, which] == label
        mine = np.append(inside, False)
        ahead, back = mine[left] & ~mine[right], mine[right] & ~mine[left]
        starts = np.concatenate([tail[ahead], head[back]])
        ends = np.concatenate([head[ahead], tail[back]])
        return [self._faces.points[loop] for loop in loops(starts, ends)]

    def boundary(self, which: int) -> Boundary:
        """The decision boundary of the first network (0) or the second (1)."""
        tail, head, left, right = self._faces.edges
        label = np.append(self.labels[:, which], -1)
        apart = (right >= 0) & (label[left] != label[right])
        ends = np.stack([tail[apart], head[apart]], axis=1)
        classes = np.stack([label[left[apart]], label[right[apart]]], axis=1)
        return Boundary(self._faces.points[ends], classes, ends)

    @cached_property
    def _polygons(self) -> Polygons:
        faces = self._faces
        own = np.arange(faces.n_faces)
        return traced(faces.points, faces.edges, own, faces.n_faces, self._corners)

    @cached_property
    def _area(self) -> np.ndarray:
        return self._polygons.area()

    @cached_property
    def _component(self) -> np.ndarray:
        return self._joined(self.labels[:, 0] != self.labels[:, 1])

    def _joined(self, chosen: np.ndarray) -> np.ndarray:
        """The number of each face's component, where neighbours are joined if both are `chosen`."""
        _, _, left, right = self._faces.edges
        inner = right >= 0
        left, right = left[inner], right[inner]
        both = chosen[left] & chosen[right]
        return components(self._faces.n_faces, left[both], right[both])[1]

    def _without_slivers(self, labels: np.ndarray) -> np.ndarray:
        """The labels, without parts that only rounding makes different.

        Such a part has no face in whose middle the networks, asked, differ, or none that is wide.
        """
        apart = labels[:, 0] != labels[:, 1]
        component = self._joined(apart)
        wide = np.flatnonzero(apart & (self._widths() > self._noise()))
        middles = self._polygons.middle(wide) if len(wide) else np.zeros((0, 2))
        one, other = (net.predict(middles) for net in self.nets)
        real = np.zeros(self._faces.n_faces, bool)
        real[component[wide[one != other]]] = True
        found = labels.copy()
        rounding = apart & ~real[component]
        found[rounding, 1] = found[rounding, 0]
        return found

    def _widths(self) -> np.ndarray:
        """How wide each face is, in sides of the window: twice its area by half its perimeter."""
        low, high = np.array(self.window).T
        unit = (self._polygons.points - low) / (high - low)
        index, start = self._polygons.index, self._polygons.start
        counts = np.diff(start)
        following = np.arange(1, len(index) + 1)
        following[start[1:][counts > 0] - 1] = start[:-1][counts > 0]
        steps = np.linalg.norm(unit[index[following]] - unit[index], axis=1)
        around = np.bincount(np.repeat(np.arange(len(counts)), counts), steps, len(counts))
        area = self._area / float(np.prod(high - low))
        return np.divide(4 * area, around, out=np.zeros(len(counts)), where=around > 0)

    def _noise(self) -> float:
        """Widths up to this are rounding, in sides of the window."""
        low, high = np.array(self.window).T
        return _THIN + 64 * EPSILON * float((np.abs([low, high]).max(axis=0) / (high - low)).max())

    def __repr__(self) -> str:
        kind = "exact" if self.exact else f"sampled, cells of {self.error_bound:.3g}"
        return f"Overlay({self.share:.3g} of the window apart, in {self.parts} parts; {kind})"


def overlaid(nets: Nets, window: Window, most: int = MOST_REGIONS, cells: int = _CELLS) -> Overlay:
    """Cut the window by both networks, of two inputs and as many classes each.

    Exact where both are piecewise linear and have, together, at most `most` regions in the window.
    Elsewhere on a mesh of cells x cells squares, on whose triangles smooth logits are taken as
    affine; a piecewise linear network is cut exactly there, too, where it is not too large. A model
    without layers is asked at the vertices; between two of them its class changes midway.

    **Raises** `InvalidInput` for numbers beyond float64.
    """
    with np.errstate(over="ignore", invalid="ignore"):  # what is beyond float64 is refused
        whole = [net for net in nets if _is_cut(net)]
        if len(whole) == 2:
            try:
                return _exact(whole, window, most)
            except (TooManyRegions, TooManyFaces):
                pass
        for net in nets:
            if isinstance(net, SampledClassifier):
                cells = cells_for(net, window, cells)
        return _on_mesh(nets, window, most, cells)


def _is_cut(net: Model) -> TypeGuard[Network]:
    """Whether a network is cut exactly."""
    return isinstance(net, Network) and is_piecewise_linear(net)


def _exact(nets: Sequence[Network], window: Window, most: int) -> Overlay:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        cautions = [exact(net, window, most).caution for net in nets]
    faces = Subdivision.of_window(window, most)
    labels = np.zeros((1, 0), np.intp)
    for net in nets:
        labels = _cut(faces, labels, Arrangement(net, window, most, faces))
    return Overlay(
        (nets[0], nets[1]),
        window,
        faces,
        labels,
        caution=" ".join(dict.fromkeys(filter(None, cautions))),
    )


def _cut(faces: Subdivision, labels: np.ndarray, of: Arrangement) -> np.ndarray:
    """Insert a network's classes; `labels` are those before it, of the faces before it."""
    lineage = of.before()
    faces.insert_classes(of.logits, 2 * of.logit_error)
    return np.column_stack([labels[lineage[faces.parents]], faces.labels])


def _on_mesh(nets: Nets, window: Window, most: int, cells: int) -> Overlay:
    try:
        return _of_mesh(nets, window, most, cells)
    except (TooManyRegions, TooManyFaces):
        return _of_mesh(nets, window, 0, cells)


def _of_mesh(nets: Nets, window: Window, most: int, cells: int) -> Overlay:
    """The overlay on a mesh; networks are cut exactly only where there may be any regions."""
    places, edges = mesh.triangulated(window, cells)
    faces = Subdivision(places, edges, most=most + 2 * cells**2 if most else UNLIMITED)
    triangle, labels = np.arange(faces.n_faces), np.zeros((faces.n_faces, 0), np.intp)
    smooth = [most == 0 or not _is_cut(net) for net in nets]
    order = np.argsort(np.logical_not(smooth), kind="stable")
    # The smooth ones first: their logits are known at the mesh's own vertices.
    for n in order.tolist():
        net = nets[n]
        if not smooth[n] and isinstance(net, Network):
            labels = _cut(faces, labels, Arrangement(net, window, most, faces))
            continue
        logits = scores_at(net, places)
        noise = 4 * mesh.noise_of(logits)
        faces.insert_classes(_interpolated(faces, triangle, places, logits, cells), noise)
        triangle = triangle[faces.parents]
        labels = np.column_stack([labels[faces.parents], faces.labels])
    (left, right), (bottom, top) = window
    of_mesh = mesh.corners_of(cells), float(np.hypot(right - left, top - bottom)) / cells
    return Overlay(nets, window, faces, labels[:, np.argsort(order)], on_mesh=of_mesh)


def _interpolated(
    faces: Subdivision, triangle: np.ndarray, places: np.ndarray, logits: np.ndarray, cells: int
) -> np.ndarray:
    """Logits at all vertices of `faces` from those at the mesh's, affine on every triangle."""
    found = np.empty((faces.n_vertices, logits.shape[1]))
    found[: len(places)] = logits
    tail, head, left, _ = faces.edges
    beside = np.empty(faces.n_vertices, np.intp)  # a face around each vertex
    beside[tail], beside[head] = left, left
    numbers = mesh.corner_numbers(cells, triangle[beside[len(places) :]])
    first, third, last = places[numbers].transpose(1, 0, 2)
    new = faces.points[len(places) :]
    sides = np.stack([third - first, last - first], axis=2)
    shares = np.linalg.solve(sides, (new - first)[:, :, None])
    of_first = 1.0 - shares.sum(axis=1, keepdims=True)
    weights = np.concatenate([of_first, shares], axis=1)
    found[len(places) :] = (weights * logits[numbers]).sum(axis=1)
    return found

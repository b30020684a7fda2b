"""A model that can only be asked, on a mesh: classes at its vertices, halving between them."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from unitscope.geometry import mesh
from unitscope.geometry.intervals import on_line, places_on
from unitscope.geometry.rectangle import Partition
from unitscope.geometry.subdivision import UNLIMITED, Subdivision
from unitscope.geometry.window import Window
from unitscope.models.sampled import SampledClassifier
from unitscope.networks import Network

_CELLS = (96, 64, 48, 32, 24, 16, 12, 8)  # along a side, of a model that is slow
_HALVINGS = 20  # of a mesh's edge


def asked(model: SampledClassifier, window: Window, cells: int) -> Partition:
    """The partition of a model of two inputs, on a mesh of cells x cells squares.

    The model is asked at every vertex. Where two neighbours have different classes, their edge is
    halved until the change is found to a millionth of it; between the changes lines are straight.
    A slow model is asked at fewer places: `error_bound` is the diagonal of the cells.
    """
    cells = cells_for(model, window, cells)
    places, edges = mesh.triangulated(window, cells)
    faces = Subdivision(places, edges, most=UNLIMITED)
    classes = model.predict(places)
    faces.insert_classes(one_hot(classes, model.n_classes), 0.0)
    _halve(model, faces, edges, classes)
    (left, right), (bottom, top) = window
    diagonal = float(np.hypot(right - left, top - bottom)) / cells
    return Partition(model, window, faces, diagonal, corners=mesh.corners_of(cells))


def cells_for(model: SampledClassifier, window: Window, cells: int) -> int:
    """Cells along each side, at most so many, at whose corners the model answers in time."""
    ways = np.linspace(0.0, 1.0, 16)
    some = np.stack(np.meshgrid(*(low + ways * (high - low) for low, high in window)), axis=-1)
    most = model.affordable((cells + 1) ** 2, some.reshape(-1, 2))
    if most >= (cells + 1) ** 2:
        return cells
    fit = (fewer for fewer in _CELLS if fewer < cells and (fewer + 1) ** 2 <= most)
    return next(fit, min(cells, _CELLS[-1]))


def one_hot(classes: np.ndarray, k: int) -> np.ndarray:
    """Scores of which the class's is 1 and all others 0, (n, k): lines run midway."""
    return np.eye(k)[classes]


def scores_at(net: Network | SampledClassifier, places: np.ndarray) -> np.ndarray:
    """A network's logits at places, or which class a model gives there, (V, K)."""
    if isinstance(net, SampledClassifier):
        return one_hot(net.predict(places), net.n_classes)
    return mesh.logits_at(net, places)


def _halve(
    model: SampledClassifier, faces: Subdivision, edges: np.ndarray, classes: np.ndarray
) -> None:
    """Move the boundary's vertices on edges of the mesh to where the class changes."""
    vertex, beside, _ = mesh.around(faces)
    origin = faces.origins[vertex]
    chosen = (origin >= 0) & (beside[:, 2] < 0)
    vertex, origin = vertex[chosen], origin[chosen]
    near, far = faces.points[edges[0, origin]], faces.points[edges[1, origin]]
    first = classes[edges[0, origin]]
    steps = min(_HALVINGS, model.affordable(_HALVINGS * len(near), near) // max(1, len(near)))
    for _ in range(steps if len(near) else 0):
        middle = (near + far) / 2
        same = (model.predict(middle) == first)[:, None]
        near, far = np.where(same, middle, near), np.where(same, far, middle)
    faces.points[vertex] = (near + far) / 2


class _Strips(NamedTuple):
    """What a `Partition` needs of a subdivision, of upright strips from left to right."""

    points: np.ndarray
    edges: np.ndarray
    labels: np.ndarray
    parents: np.ndarray

    @property
    def n_faces(self) -> int:
        return len(self.labels)


def asked_on_strip(model: SampledClassifier, line: Any, window: Window) -> Partition:
    """The partition of a window whose second coordinate changes nothing.

    `model` is on it, `line` the same model of one input: strips, as many as `on_line` finds.
    """
    (low, high), (bottom, top) = window
    found = on_line(line, (low, high))
    xs = np.append(found.cells[:, 0], high)
    m = len(found.labels)
    below, above = np.arange(m + 1), np.arange(m + 1) + m + 1
    strip, none = np.arange(m), np.full(m, -1)
    points = np.column_stack([np.tile(xs, 2), np.repeat([bottom, top], m + 1)])
    level = np.stack([below[:-1], below[1:], strip, none])
    lid = np.stack([above[1:], above[:-1], strip, none])
    left, right = np.append(-1, strip), np.append(strip, -1)
    upright = np.stack([below, above, left, right])
    upright[:, 0] = above[0], below[0], 0, -1
    edges = np.hstack([level, lid, upright]).astype(np.intp)
    faces: Any = _Strips(points, edges, found.labels.astype(np.intp), strip)
    corners = np.array([below[0], below[-1], above[-1], above[0]])
    step = (high - low) / (places_on(line, (low, high)) - 1)
    return Partition(model, window, faces, step, corners=corners)

"""One input: the line cut into the intervals on which a network is affine, and by class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from unitscope.data.dataset import Dataset
from unitscope.errors import refusal, said
from unitscope.geometry.arrangement import is_piecewise_linear
from unitscope.geometry.plane import STRIP, STRIP_HEIGHT
from unitscope.geometry.rectangle import exact
from unitscope.geometry.window import checked_window, padded
from unitscope.models.sampled import Model, SampledClassifier
from unitscope.subject import model_and_points
from unitscope.values import Value, read_only

MOST_REGIONS = 250_000
_PLACES = 4097  # at which smooth activations are asked, and models that have no layers
_FEWEST = 65
_HALVINGS = 60


@dataclass(frozen=True, eq=False)
class Intervals(Value):
    """A piece of the line of one input, cut into activation regions and by predicted class.

    `us.intervals` makes it, and `us.partition` of a network with one input. All arrays go from left
    to right.

    - `net`: the network, or the model that is asked; `window`: (low, high).
    - `exact`: True where no activation is smooth. Elsewhere the classes are asked at 4,097 places
      (at fewer of a slow model), and boundaries are then found between them to the last digit: what
      is smaller can be missed.
    - `regions` (r, 2): where each activation region begins and ends; none where activations are
      smooth. `patterns` (r, units) bool: which hidden units are on there. `affine`: slopes (r, K)
      and offsets (r, K): inside, the logits are slope * x + offset.
    - `cells` (c, 2): where the network gives one class, as far as it does; `labels` (c,): which.
    - `boundary` (c - 1,): the places between them.
    """

    net: Model
    window: tuple[float, float]
    exact: bool
    regions: np.ndarray
    patterns: np.ndarray
    affine: tuple[np.ndarray, np.ndarray]
    cells: np.ndarray
    labels: np.ndarray

    @property
    def boundary(self) -> np.ndarray:
        """Where the class changes, (c - 1,)."""
        return self.cells[1:, 0]

    @property
    def share(self) -> np.ndarray:
        """The share of the window that each class has, (K,)."""
        lengths = np.diff(self.cells, axis=1)[:, 0]
        found = np.bincount(self.labels, lengths, minlength=self.net.n_classes)
        return read_only(found / (self.window[1] - self.window[0]))

    def margin(self, X: Any) -> tuple[np.ndarray, np.ndarray]:
        """How far points X (n, 1) are from the boundary, (n,), and the classes behind it, (n,).

        inf and -1 where the window has no boundary. One outside the window may be nearer.
        """
        x = self.net.checked_points(X)[:, 0]
        if not len(self.boundary):
            return np.full(len(x), np.inf), np.full(len(x), -1)
        away = np.abs(x[:, None] - self.boundary)
        nearest = away.argmin(axis=1)
        # Left of the boundary the class on its right is behind it.
        behind = self.labels[np.where(x < self.boundary[nearest], nearest + 1, nearest)]
        return away.min(axis=1), behind

    def __repr__(self) -> str:
        low, high = self.window
        pieces = f"{len(self.regions)} regions, {len(self.cells)} cells"
        return f"Intervals([{low:g}, {high:g}]; {pieces})"


def intervals(net: Any, where: Any = None) -> Intervals:
    """Cut the line of a network's one input into activation regions and by predicted class.

    **Arguments**

    - `net`: a network with one input, a Run, a fitted Classifier, or a fitted model of any kind
      (see `us.partition`).
    - `where`: the window (low, high) in data units, or a `Dataset`, whose points' range is taken
      with some room around it, or a Run, for its data; of a Run its own data without it.

    **Raises** `InvalidInput` for a network of more inputs, and for a window that is none.
    """
    net, where = model_and_points(net, where)
    if net.n_features != 1:
        remedy = "us.partition(net, data) cuts their plane."
        if net.n_features > 2:
            remedy = "us.partition(net, data, plane=us.Plane.best(net, data)) cuts a plane of them."
        raise refusal("net", "a network with 1 input", said(f"{net.n_features} inputs"), remedy)
    return on_line(net, where)


def on_line(net: Model, where: Any, most: int = MOST_REGIONS) -> Intervals:
    """`intervals` of a network with one input, of at most so many regions."""
    window = _window(where)
    if isinstance(net, SampledClassifier) or not is_piecewise_linear(net):
        return _sampled(net, window)
    with np.errstate(over="ignore", invalid="ignore"):  # what is beyond float64 is refused
        part = exact(net.on_plane(STRIP), (window, STRIP_HEIGHT), most)
    ends = np.array([_ends(region.vertices) for region in part.regions])
    order = np.argsort(ends[:, 0], kind="stable")
    units = sum(layer.units for layer in net.layers[:-1])
    # Behind the hidden units', that of outputs that are bent.
    patterns = np.array([region.pattern for region in part.regions], bool)
    patterns = patterns.reshape(len(ends), -1)[:, :units]
    slopes = np.array([region.affine[0][:, 0] for region in part.regions])
    offsets = np.array([region.affine[1] for region in part.regions])
    cells = np.array([_ends(cell.vertices) for cell in part.cells])
    sorted_cells = np.argsort(cells[:, 0], kind="stable")
    joined, labels = _joined(cells[sorted_cells], part.cells.label[sorted_cells])
    regions, affine = ends[order], (slopes[order], offsets[order])
    return Intervals(net, window, True, regions, patterns[order], affine, joined, labels)


def _window(where: Any) -> tuple[float, float]:
    if isinstance(where, Dataset):
        if where.n_features != 1:
            got = said(f"{where.n_features} features")
            raise refusal("where", "a window, or data with 1 feature", got)
        return padded(where.X)[0]
    if np.shape(where) != (2,):
        raise refusal("where", "a window (low, high), or a Dataset", where)
    return checked_window((where, STRIP_HEIGHT))[0]


def _ends(vertices: np.ndarray) -> tuple[float, float]:
    """Where a piece of the strip begins and ends."""
    return float(vertices[:, 0].min()), float(vertices[:, 0].max())


def _joined(cells: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Neighbours of one class as one interval each."""
    starts = np.flatnonzero(np.append(True, labels[1:] != labels[:-1]))
    ends = np.append(starts[1:], len(labels)) - 1
    return np.stack([cells[starts, 0], cells[ends, 1]], axis=1), labels[starts]


def places_on(net: Model, window: tuple[float, float]) -> int:
    """At how many places of a window classes are asked where they cannot be cut exactly."""
    if not isinstance(net, SampledClassifier):
        return _PLACES
    return max(_FEWEST, net.affordable(_PLACES, np.linspace(*window, _PLACES)[:, None]))


def _sampled(net: Model, window: tuple[float, float]) -> Intervals:
    """Intervals by classes at many places, then halving between them."""
    places = np.linspace(*window, places_on(net, window))
    classes = net.predict(places[:, None])
    changes = np.flatnonzero(classes[1:] != classes[:-1])
    low, high, left = places[changes], places[changes + 1], classes[changes]
    for _ in range(_steps(net, low)):
        middle = (low + high) / 2
        same = net.predict(middle[:, None]) == left
        low, high = np.where(same, middle, low), np.where(same, high, middle)
    cuts = np.concatenate([[window[0]], high, [window[1]]])
    cells = np.stack([cuts[:-1], cuts[1:]], axis=1)
    labels = classes[np.append(changes, len(places) - 1)]
    units = 0 if isinstance(net, SampledClassifier) else sum(net.sizes[1:-1])
    none = np.zeros((0, net.n_classes))
    patterns = np.zeros((0, units), bool)
    return Intervals(net, window, False, np.zeros((0, 2)), patterns, (none, none), cells, labels)


def _steps(net: Model, places: np.ndarray) -> int:
    """How often the ways between places are halved: as often as a slow model answers in time."""
    if not len(places) or not isinstance(net, SampledClassifier):
        return _HALVINGS if len(places) else 0
    return net.affordable(_HALVINGS * len(places), places[:, None]) // len(places)

"""A window cut by a piecewise linear network's hidden units, layer by layer, into its regions.

On every region of the layers before it, a unit's pre-activation is affine, so its zero line cuts
the subdivision (see `cutting`). Its values are computed at the vertices, from the weights, for a
whole layer at once, and carried to new vertices by interpolation. This is the recursive
construction of activation regions (Serra et al., "Bounding and Counting Linear Regions of Deep
Neural Networks", ICML 2018; Hanin and Rolnick, 2019) on shared vertices.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from unitscope.errors import InvalidInput, refusal, said
from unitscope.geometry import subdivision
from unitscope.geometry.subdivision import Subdivision, TooManyFaces
from unitscope.geometry.window import Window
from unitscope.networks import Dense, Network

_BLOCK = 1 << 13  # regions whose affine maps are composed at once

# The slope of each piecewise linear activation below zero; it is 1 above. None: the layer's own.
_SLOPES: dict[str, float | None] = {"linear": 1.0, "relu": 0.0, "leaky_relu": None, "abs": -1.0}


def is_piecewise_linear(net: Network) -> bool:
    """Whether every layer's activation is linear, relu, leaky_relu or abs."""
    return all(layer.activation in _SLOPES for layer in net.layers)


def _slope_below_zero(layer: Dense) -> float:
    slope = _SLOPES[layer.activation]
    return layer.negative_slope if slope is None else slope


class TooManyRegions(InvalidInput):
    """The network has more activation regions in the window than allowed."""


@dataclass(frozen=True)
class _Cut:
    """What the cuts of one layer made.

    - `bits` (words, faces): for each face after the layer, which units of the layer are on.
    - `parents` (faces,): the face before the layer that it is part of.
    - `split_from` (faces,): the face from which it was split.
    - `starts` (units + 1,): new faces of unit u have the numbers from starts[u] to starts[u + 1].
    """

    bits: np.ndarray
    parents: np.ndarray
    split_from: np.ndarray
    starts: np.ndarray


class Arrangement:
    """The activation regions of a piecewise linear network with two inputs on a window.

    - `faces`: the subdivision; face r is activation region r until classes are inserted. Where it
      begins with given `faces`, they are cut further.
    - `logits` (V, K): the network's, at the vertices; `logit_error` bounds their rounding errors.

    Raises `InvalidInput` for numbers beyond float64 and for more than `most` regions.
    """

    def __init__(
        self, net: Network, window: Window, most: int, faces: Subdivision | None = None
    ) -> None:
        self.layers = _hidden_and_output(net)
        self.faces = Subdivision.of_window(window, most) if faces is None else faces
        self._cuts: list[_Cut] = []
        outputs = self.faces.points
        error = np.full(2, subdivision.TOLERANCE * subdivision.EPSILON * np.abs(outputs).max())
        for number, layer in enumerate(self.layers[:-1]):
            error = _rounding_error(layer, _largest(outputs), error)
            values = _finite(layer.pre_activation(outputs), number)
            del outputs  # so that only one of the two largest arrays is there at a time
            slope = _slope_below_zero(layer)
            outputs = self._cut(values, error, slope, number)
            if slope != 1.0:
                np.multiply(outputs, slope, out=outputs, where=outputs < 0)
            error = error * max(1.0, abs(slope))
        output = self.layers[-1]
        self.logits = _finite(output.pre_activation(outputs), len(self.layers) - 1)
        self.logit_error = float(_rounding_error(output, _largest(outputs), error).max())
        self.n_regions = self.faces.n_faces

    def _cut(self, values: np.ndarray, error: np.ndarray, slope: float, number: int) -> np.ndarray:
        units = values.shape[1]
        if slope == 1.0:  # a linear layer bends nowhere, and its units count as on
            count = self.faces.n_faces
            bits = np.full((-(-units // 64), count), ~np.uint64(0))
            unsplit = np.zeros(count, np.int32)
            starts = np.full(units + 1, count)
            self._cuts.append(_Cut(bits, np.arange(count), unsplit, starts))
            return values
        try:
            values, bits, starts = self.faces.cut_units(values, error)
        except TooManyFaces as full:
            rule = f"of at most {self.faces.most:,} activation regions in the window"
            where = f"unit {full.cut} of {units} in hidden layer {number + 1}"
            got = said(f"{full.needed:,} and more at {where}")
            remedy = "A smaller window or a larger max_regions may do."
            raise TooManyRegions(str(refusal("net", rule, got, remedy))) from None
        parents = self.faces.parents.copy()
        split_from = self.faces.split_from.copy()
        self._cuts.append(_Cut(bits, parents, split_from, starts))
        return values

    def ancestors(self) -> list[np.ndarray]:
        """For each hidden layer, the face after it that each region is part of, (R,) each."""
        lineage = [np.arange(self.n_regions)]
        for cut in self._cuts[:0:-1]:
            lineage.append(cut.parents[lineage[-1]])
        return lineage[::-1] if self._cuts else []

    def before(self) -> np.ndarray:
        """The face before the first layer that each region is part of, (R,)."""
        return (
            self._cuts[0].parents[self.ancestors()[0]] if self._cuts else np.arange(self.n_regions)
        )

    def patterns(self) -> np.ndarray:
        """Which hidden units are on in each region, layer after layer: (R, units) bool."""
        parts = [np.zeros((self.n_regions, 0), bool)]
        for cut, layer, face in zip(self._cuts, self.layers[:-1], self.ancestors(), strict=True):
            parts.append(_unpacked(cut.bits, layer.units)[face])
        return np.concatenate(parts, axis=1)

    def affine_maps(self) -> tuple[np.ndarray, np.ndarray]:
        """A (R, K, 2) and c (R, K): the logits in region r are A[r] @ x + c[r]."""
        ancestors = self.ancestors()
        result = np.empty((self.n_regions, 3, self.layers[-1].units))
        order = np.lexsort(ancestors[::-1]) if ancestors else np.zeros(1, np.intp)
        for begin in range(0, self.n_regions, _BLOCK):
            rows = order[begin : begin + _BLOCK]  # neighbours in it share their ancestors' maps
            ids = np.zeros(1, np.intp)
            maps = np.eye(3)[None, :, :2]
            for cut, layer, face in zip(self._cuts, self.layers[:-1], ancestors, strict=True):
                maps = _through(layer, maps)
                following = np.unique(face[rows])
                maps = maps[np.searchsorted(ids, cut.parents[following])]
                on = _unpacked(cut.bits[:, following], layer.units)
                maps *= np.where(on, 1.0, _slope_below_zero(layer))[:, None, :]
                ids = following
            result[rows] = _through(self.layers[-1], maps)[np.searchsorted(ids, rows)]
        return result[:, :2].transpose(0, 2, 1), result[:, 2]

    def switches(self, left: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The units that differ between each region of `left` and that of `right` (m,).

        Returns for each its row in `left` and `right`, (s,), and its layer and number, (s, 2).
        """
        rows = [np.zeros(0, np.intp)]
        units = [np.zeros((0, 2), np.intp)]
        layers = zip(self._cuts, self.layers[:-1], self.ancestors(), strict=True)
        for number, (cut, layer, face) in enumerate(layers):
            for word in range(len(cut.bits)):
                flipped = cut.bits[word, face[left]] ^ cut.bits[word, face[right]]
                where = np.flatnonzero(flipped)
                count = min(64, layer.units - 64 * word)
                row, unit = np.nonzero(_unpacked(flipped[None, where], count))
                rows.append(where[row])
                units.append(np.stack([np.full(len(row), number), 64 * word + unit], axis=1))
        return np.concatenate(rows), np.concatenate(units)

    def locate(self, points: np.ndarray) -> np.ndarray:
        """The region of each of `points` (n, 2) inside the window, (n,).

        The cuts are replayed: a point moves to the new face if it is on the other side of the cut.
        Only units whose line runs through its face are asked, so that the rounding noise of others
        cannot mislead it.
        """
        outputs, face = points, np.zeros(len(points), np.intp)
        for cut, layer in zip(self._cuts, self.layers[:-1], strict=True):
            values = layer.pre_activation(outputs)
            face = replayed(face, values, cut.split_from, cut.starts)
            outputs = layer.activate(values)
        return face


def replayed(
    face: np.ndarray, values: np.ndarray, split_from: np.ndarray, starts: np.ndarray
) -> np.ndarray:
    """The face of each point after cuts along the columns of `values` (n, cuts), from `face`."""
    split_off = np.full(starts[-1], -1, np.intp)
    for column in range(values.shape[1]):
        new = np.arange(starts[column], starts[column + 1])
        if len(new):
            split_off[split_from[new]] = new
            other = split_off[face]
            face = np.where((other >= 0) & (values[:, column] <= 0), other, face)
            split_off[split_from[new]] = -1
    return face


def _hidden_and_output(net: Network) -> tuple[Dense, ...]:
    """The layers, ending in a linear one: an output layer that bends is followed by an identity."""
    last = net.layers[-1]
    if _slope_below_zero(last) == 1.0:
        return net.layers
    return (*net.layers, Dense(np.eye(last.units), np.zeros(last.units)))


def _rounding_error(layer: Dense, size: np.ndarray, error: np.ndarray) -> np.ndarray:
    """A bound on the rounding error of each unit's pre-activation, (..., units).

    It is the inputs' error through the weights plus that of a sum of products, u (|W| |h| + |b|),
    where u grows with the length of the sum.

    **Arguments**

    - `size`, `error`: the sizes |h| of the layer's inputs, and bounds on their errors,
      (..., inputs) each.
    """
    unit = _unit_of(layer)
    return (error + unit * size) @ np.abs(layer.weights) + unit * np.abs(layer.bias)


def _unit_of(layer: Dense) -> float:
    return subdivision.TOLERANCE * (layer.inputs + 2) * subdivision.EPSILON


def _largest(outputs: np.ndarray) -> np.ndarray:
    return np.maximum(outputs.max(axis=0), -outputs.min(axis=0))


def uncertain_classes(net: Network, points: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Where rounding may give a piecewise linear network other classes than `labels`, (n,) bool.

    The bound follows the units at each of `points` (n, 2): those that are certainly off have no
    error. Classes of the same weights tie in floats, too, and the tie goes to the lowest. Those
    whose weights are only the same at the active units tie in floats where one unit is active at
    most: sums of the same numbers are rounded in several ways, by where a matrix product has them.
    """
    *hidden, last = _hidden_and_output(net)
    outputs = points
    error = subdivision.TOLERANCE * subdivision.EPSILON * np.abs(points)
    for layer in hidden:
        error = _rounding_error(layer, np.abs(outputs), error)
        values = layer.pre_activation(outputs)
        slope = _slope_below_zero(layer)
        outputs = layer.activate(values)
        either = np.where(values < -error, abs(slope), max(1.0, abs(slope)))
        error *= np.where(values > error, 1.0, either)
    logits = last.pre_activation(outputs)
    rows = np.arange(len(points))
    own = _rounding_error(last, np.abs(outputs), np.zeros_like(error))
    weights, bias = last.weights.T, last.bias
    uncertain = np.zeros(len(points), bool)
    active = (outputs != 0) | (error > 0)
    one_at_most = (active.sum(axis=1) <= 1)[:, None]
    for other in range(net.n_classes):
        apart = np.abs(weights[labels] - weights[other])
        differs = (apart > 0) & (active | ~one_at_most)
        same = ~differs.any(axis=1) & (bias[labels] == bias[other])
        bound = (error * apart).sum(axis=1) + own[rows, labels] + own[:, other]
        lead = logits[rows, labels] - logits[:, other]
        uncertain |= np.where(same, labels > other, lead <= bound) & (labels != other)
    return uncertain


def _finite(values: np.ndarray, number: int) -> np.ndarray:
    if not np.isfinite(values).all():
        rule = "of weights and window small enough that no unit goes beyond 1e308"
        raise refusal("net", rule, said(f"a number that is not finite in layer {number + 1}"))
    return values


def _through(layer: Dense, maps: np.ndarray) -> np.ndarray:
    """Affine maps (m, 3, inputs), constants in the last row, through a layer's weights."""
    after = (maps.reshape(-1, layer.inputs) @ layer.weights).reshape(len(maps), 3, layer.units)
    after[:, 2] += layer.bias
    return after


def _unpacked(bits: np.ndarray, units: int) -> np.ndarray:
    """Words (words, m) as (m, units) bool."""
    little = np.ascontiguousarray(bits.T).astype("<u8", copy=False)
    return np.unpackbits(little.view(np.uint8), axis=1, count=units, bitorder="little").view(bool)

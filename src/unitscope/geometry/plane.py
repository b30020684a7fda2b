"""Planes through input space: which two directions to look at where there are more inputs."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np

from unitscope.data.dataset import Dataset
from unitscope.errors import refusal, said, whole_number
from unitscope.geometry.directions import (
    NOISE,
    SAMPLE,
    directions_of,
    following,
    principal,
    spanned,
)
from unitscope.models.sampled import Model, SampledClassifier
from unitscope.networks import Network, frozen_array
from unitscope.subject import Subject, described, model_and_points, model_of, network_and_points
from unitscope.values import Value, read_only

# One input is cut as a strip, whose second direction changes nothing: that is no Plane.
STRIP: Any = SimpleNamespace(
    origin=read_only(np.zeros(1)), basis=read_only(np.array([[1.0], [0.0]]))
)
STRIP_HEIGHT = (0.0, 1.0)

_ORTHONORMAL = 1e-9  # how far products of the two directions may be from 0 and 1
_STRONGEST = 6  # features of which every pair is tried
_MOST_ASKED = 256  # features: of more, a model that is asked has those tried that vary most
_LEAST = 1e-9  # of the points' size: shorter directions are rounding noise


@dataclass(frozen=True, init=False, eq=False)
class Plane(Value):
    """A plane: the points `origin + u * basis[0] + v * basis[1]`; (u, v) are its coordinates.

    The two directions are of length 1 and at right angles, so that distances on the plane are
    distances in input space, and a point is shown at the plane's point nearest to it. A margin
    measured on a plane is never smaller than the one in the whole of input space.

    With `dual`, the directions may be any two: the coordinates of a point x are then
    `dual @ (x - origin)`, and distances on the plane are those of its coordinates.

    - `origin` (d,): the point of coordinates (0, 0).
    - `basis` (2, d): the two directions.
    - `labels`: the names of the two coordinates; u and v without it.
    - `dual` (2, d): how coordinates follow from inputs; `basis` itself without it.

    **Raises** `InvalidInput` for directions that are not of length 1 and at right angles, for a
    `dual` that does not give the plane's points their coordinates, and for shapes that do not fit.
    """

    origin: np.ndarray
    basis: np.ndarray
    labels: tuple[str, str]
    dual: np.ndarray

    def __init__(
        self, origin: Any, basis: Any, labels: Sequence[str] | None = None, *, dual: Any = None
    ) -> None:
        start = frozen_array("origin", origin, 1)
        directions = _directions("basis", basis, len(start))
        reading = directions if dual is None else _directions("dual", dual, len(start))
        with np.errstate(over="ignore", invalid="ignore"):
            off = np.abs(reading @ directions.T - np.eye(2)).max()
        if not off <= _ORTHONORMAL and dual is None:
            rule = "two directions of length 1 at right angles"
            raise refusal("basis", rule, said("others"), "np.linalg.qr(basis.T)[0].T makes such.")
        if not off <= _ORTHONORMAL:
            rule = "such that dual @ basis.T is ((1, 0), (0, 1))"
            remedy = "np.linalg.pinv(basis).T makes such."
            raise refusal("dual", rule, said("another"), remedy)
        object.__setattr__(self, "origin", start)
        object.__setattr__(self, "basis", directions)
        object.__setattr__(self, "labels", ("u", "v") if labels is None else _two_names(labels))
        object.__setattr__(self, "dual", reading)

    @classmethod
    def units(cls, net: Subject, data: Dataset | None = None) -> Plane:
        """The plane that the weights of the first layer span: the network depends on nothing else.

        Where that layer has two units, or its weights rank 2, moving a point across the plane
        changes no logit. Regions, lines and margins on it are those of all d features. A network
        without a hidden layer has such a plane where it tells three classes apart, or two: their
        logits may move across it, but their differences do not.

        The first direction is that of unit 0's weights, in which it turns on; the coordinates of a
        point are its products with the two directions. `data` (of a Run its own) says where the
        plane lies, through the points' mean (through 0 without it), and its second direction where
        the weights have only one: there, the points vary most.

        **Raises** `InvalidInput` where the weights span more than a plane.
        """
        looked_at, data = network_and_points(net, data)
        found = _units_plane(looked_at, _checked(looked_at, data))
        if found is None:
            rule = "a network whose first layer has two units, or weights of rank 2"
            rank = np.linalg.matrix_rank(looked_at.layers[0].weights)
            remedy = "us.Plane.best(net, data) finds the plane that shows most."
            raise refusal("net", rule, said(f"weights of rank {rank}"), remedy)
        return found

    @classmethod
    def best(cls, net: Subject, data: Dataset | None = None) -> Plane:
        """The plane on which most points stand on the ground of their prediction.

        `Plane.units` where it exists. Elsewhere one of: two features, the others held at their
        mean; the principal plane of the points, in their units and in those of each feature's
        spread; that of the first layer's units, their pre-activations over the points. Of the
        features, the six that move the first layer most are tried, and at most 256 points, evenly
        spaced in their order, decide. Of a model without layers, the six are those whose means, in
        their place, change the answers to most points.

        **Raises** `InvalidInput` for data of one feature, or that do not fit the network.
        """
        looked_at, points = model_and_points(net, data)
        return best_plane(looked_at, points)[0]

    def agrees(self, net: Subject, X: Any) -> np.ndarray:
        """Which points X (n, d) stand on the ground of their prediction, (n,) bool.

        The network gives the place where the plane shows a point to the same class as the point.
        """
        looked_at = model_of("net", net, X)
        points = looked_at.checked_points(X)
        return np.equal(
            looked_at.on_plane(self).predict(self.project(points)), looked_at.predict(points)
        )

    @classmethod
    def principal(cls, data: Dataset) -> Plane:
        """The plane through the points' mean along the two directions in which they vary most.

        Principal component analysis (Pearson, 1901) by singular values; in each direction, the
        entry that is largest in size is positive. Where the points lie on one line, the second
        direction is any at right angles to it.
        """
        if not isinstance(data, Dataset):
            remedy = "us.Dataset(X, y) makes one."
            raise refusal("data", "a Dataset", said(type(data).__name__), remedy)
        if data.n_features < 2:
            got = said(f"{data.n_features} feature")
            remedy = "us.plot.data(data) draws points of one feature."
            raise refusal("data", "points of at least 2 features", got, remedy)
        mean = data.X.mean(axis=0)
        # As many directions come out as there are rows: two at least.
        spread = np.zeros((max(data.n_points, 2), data.n_features))
        spread[: data.n_points] = data.X - mean
        _, _, directions = np.linalg.svd(spread, full_matrices=False)
        largest = [row[np.abs(row).argmax()] for row in directions[:2]]
        signs = np.where(np.array(largest) > 0, 1.0, -1.0)
        return cls(mean, signs[:, None] * directions[:2], ("component 1", "component 2"))

    @classmethod
    def axes(cls, i: int, j: int, at: Any) -> Plane:
        """The plane of inputs `i` and `j`, its coordinates, through the point `at` (d,)."""
        origin = np.array(frozen_array("at", at, 1))
        first = whole_number("i", i, at_least=0)
        second = whole_number("j", j, at_least=0)
        if first == second or max(first, second) >= len(origin):
            rule = f"two different inputs from 0 to {len(origin) - 1}"
            raise refusal("i, j", rule, (first, second))
        origin[[first, second]] = 0.0
        return cls(origin, np.eye(len(origin))[[first, second]], (f"x{first}", f"x{second}"))

    @classmethod
    def through(cls, a: Any, b: Any, c: Any) -> Plane:
        """The plane through three points (d,).

        `a` is its origin, `b` lies in the first direction, `c` on the positive side of the second.
        """
        start = frozen_array("a", a, 1)
        one = frozen_array("b", b, 1)
        two = frozen_array("c", c, 1)
        if not len(start) == len(one) == len(two):
            got = said(f"{len(start)}, {len(one)} and {len(two)}")
            raise refusal("a, b, c", "points of equally many numbers", got)
        # On the points' own scale nothing overflows or vanishes.
        size = float(np.abs([start, one, two]).max(initial=0.0)) or 1.0
        first = one / size - start / size
        second = two / size - start / size
        length = float(np.linalg.norm(first))
        first = first / length if length > _LEAST else first * 0.0
        for _ in range(2):  # the second time removes what rounding has left
            second = second - (second @ first) * first
        height = float(np.linalg.norm(second))
        if not first.any() or height <= _LEAST:
            rule = "three points that are not on one line"
            raise refusal("a, b, c", rule, said("points on one line"))
        return cls(start, [first, second / height])

    def points(self, coordinates: Any) -> np.ndarray:
        """The points of input space (n, d) with these coordinates (n, 2)."""
        return self.origin + _rows("coordinates", coordinates, 2) @ self.basis

    def project(self, X: Any) -> np.ndarray:
        """The coordinates (n, 2) at which the points X (n, d) are shown: of the nearest points."""
        return (_rows("X", X, len(self.origin)) - self.origin) @ self.dual.T

    def __repr__(self) -> str:
        return f"Plane({self.labels[0]}, {self.labels[1]}; of {len(self.origin)} inputs)"


_Told = tuple[Plane, str]


def check_plane(plane: object, columns: int) -> Plane:
    """A plane that is given, through a space of so many dimensions. **Raises** `InvalidInput`."""
    if not isinstance(plane, Plane):
        remedy = "us.Plane.best(net, data) makes one."
        raise refusal("plane", "a Plane", described(plane), remedy)
    if len(plane.origin) != columns:
        rule = f"a plane through a space of {columns} dimensions"
        raise refusal("plane", rule, said(f"one of {len(plane.origin)}"))
    return plane


def _directions(name: str, values: Any, inputs: int) -> np.ndarray:
    """Two directions in a space of so many inputs."""
    rows = frozen_array(name, values, 2)
    if rows.shape != (2, inputs) or inputs < 2:
        rule = f"of shape (2, {inputs}), with as many numbers as origin, at least 2"
        raise refusal(name, rule, said(f"shape {rows.shape}"))
    return rows


def _rows(name: str, values: Any, columns: int) -> np.ndarray:
    """A table of finite numbers with so many columns."""
    rows = frozen_array(name, values, 2)
    if rows.shape[1] != columns:
        raise refusal(name, f"of shape (n, {columns})", said(f"shape {rows.shape}"))
    return rows


def _two_names(labels: Sequence[str]) -> tuple[str, str]:
    listed = () if isinstance(labels, str) else tuple(labels)
    if len(listed) != 2:
        raise refusal("labels", "two names", labels)
    return str(listed[0]), str(listed[1])


def best_plane(net: Model, data: Dataset | None) -> tuple[Plane, str]:
    """The plane to show of a network (see `Plane.best`), and what it is in words."""
    X = _checked(net, data)
    if X is None or data is None:
        raise refusal("data", "a Dataset", None, "us.Dataset(X, y) makes one.")
    if isinstance(net, SampledClassifier):
        return _best_of_answers(net, X)
    exact = _units_plane(net, X)
    if exact is not None:
        two = len(net.layers) > 1 and net.layers[0].units == 2
        whose = "two units" if two else "first layer"
        return exact, f"the plane of the {whose}, exact for all {data.n_features} features"
    some, mean = X[:: -(-len(X) // SAMPLE)], X.mean(axis=0)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        answers = net.predict(some)
        pair, most = _best_pair(net, some, mean, answers)
        best = _of_pair(pair, mean)
        for plane in _planes(some, mean, net.layers[0].weights):
            agreeing = _agreeing(net, plane, some, answers)
            if agreeing > most:
                best, most = plane, agreeing
    return best


def _of_pair(pair: tuple[int, int], mean: np.ndarray) -> _Told:
    return Plane.axes(*pair, at=mean), held_at_mean(len(mean) - 2)


def _agreeing(net: Model, told: _Told, X: np.ndarray, answers: np.ndarray) -> int:
    """At how many of the points X the plane's ground has the `answers`."""
    plane = told[0]
    return int(np.count_nonzero(net.on_plane(plane).predict(plane.project(X)) == answers))


def _best_of_answers(model: SampledClassifier, X: np.ndarray) -> _Told:
    """The plane to show of a model that is asked: of two strong features, or a principal one."""
    d = X.shape[1]
    times = d + _STRONGEST * (_STRONGEST - 1) // 2 + 3  # that each point is asked
    count = min(len(X), SAMPLE)
    count = max(1, model.affordable(times * count, X) // times)
    some, mean = X[:: -(-len(X) // count)], X.mean(axis=0)
    answers, moved = model.predict(some), X.std(axis=0)
    for feature in range(d if d <= _MOST_ASKED else 0):
        changed = some.copy()
        changed[:, feature] = mean[feature]
        moved[feature] = np.count_nonzero(model.predict(changed) != answers)
    strongest = np.sort(np.argsort(-moved, kind="stable")[:_STRONGEST]).tolist()
    pairs = [_of_pair(pair, mean) for pair in itertools.combinations(strongest, 2)]
    found = [*pairs, *_planes(some, mean)]
    return max(found, key=lambda told: _agreeing(model, told, some, answers))


def held_at_mean(others: int, kind: str = "features") -> str:
    """What a picture of two of them says of the `others`; "" where there are none."""
    if others < 2:
        return f"the other {kind.removesuffix('s')} held at its mean" if others else ""
    return f"the other {others} {kind} held at their mean"


def _checked(net: Model, data: Any) -> np.ndarray | None:
    """The points of `data`, if it is not None, and a network of as many inputs."""
    if net.n_features < 2:
        remedy = "us.intervals(net, data) cuts the line of one input."
        raise refusal("net", "a network of at least 2 inputs", said("1 input"), remedy)
    if data is None:
        return None
    if not isinstance(data, Dataset):
        raise refusal("data", "a Dataset", said(type(data).__name__), "us.Dataset(X, y) makes one.")
    return net.checked_points(data.X)


def _units_plane(net: Network, X: np.ndarray | None) -> Plane | None:
    """The plane that the first layer's weights span, if that is not more; X: points, or None."""
    weights = net.layers[0].weights.T
    basis = spanned(weights, directions_of(net.n_features, X))
    if basis is None and len(net.layers) == 1:
        differences = weights[1:] - weights[:1]
        basis = spanned(differences, directions_of(net.n_features, X))
    if basis is None:
        return None
    mean = np.zeros(net.n_features) if X is None else X.mean(axis=0)
    return Plane(mean - basis.T @ (basis @ mean), basis)


def _best_pair(
    net: Network, X: np.ndarray, mean: np.ndarray, answers: np.ndarray
) -> tuple[tuple[int, int], int]:
    """The first pair of strong features on whose plane most points X have their answers, how many.

    The others are held at `mean`.
    """
    first = net.layers[0]
    strength = _spread(X) * np.linalg.norm(first.weights, axis=1)
    strongest = np.sort(np.argsort(-strength, kind="stable")[:_STRONGEST])
    # Number by number: a matrix product may round equal columns in several ways.
    moved = {i: X[:, i, None] * first.weights[i] for i in strongest.tolist()}
    held = {i: mean[i] * first.weights[i] for i in moved}
    weak = np.delete(mean[:, None] * first.weights, strongest, axis=0).sum(axis=0) + first.bias
    found = []
    for pair in itertools.combinations(moved, 2):
        others = sum((held[i] for i in moved if i not in pair), start=weak)
        values = first.activate(moved[pair[0]] + moved[pair[1]] + others)
        for layer in net.layers[1:]:
            values = layer(values)
        found.append((pair, int(np.count_nonzero(values.argmax(axis=1) == answers))))
    return max(found, key=lambda one: one[1])


def _spread(X: np.ndarray) -> np.ndarray:
    """How much each feature varies, 0 where it is only noise: (d,)."""
    spread = X.std(axis=0)
    spread[spread <= NOISE * np.abs(X).max(axis=0)] = 0.0
    return spread


def _planes(X: np.ndarray, mean: np.ndarray, weights: np.ndarray | None = None) -> Iterator[_Told]:
    """The planes to choose from beside those of two features; X are the points that decide.

    `weights` are those of the first layer, where there is one.
    """
    centred, spread = X - X.mean(axis=0), _spread(X)
    per_spread = np.divide(1.0, spread, out=np.zeros_like(spread), where=spread > 0)
    scaled = principal(centred * per_spread, 2) * per_spread
    planes = [
        (principal(centred, 2), "the plane in which the points vary most"),
        (scaled, "the plane in which the scaled points vary most"),
    ]
    if weights is not None:
        units = principal(centred @ weights, 2) @ weights.T
        planes.append((units, "the plane in which the first layer's units vary most"))
    for dual, words in planes:
        basis = following(dual, centred) if len(dual) == 2 else None
        if basis is not None:
            yield Plane(mean - basis.T @ (dual @ mean), basis, dual=dual), words

"""What is measured of two networks, each by a name, so that it can be measured again."""

from __future__ import annotations

from typing import Any

import numpy as np

from unitscope.comparison.pair import Pair
from unitscope.explanation.facts import measure
from unitscope.models.sampled import SampledClassifier
from unitscope.shares import Share, share_told


@measure
def given_alike(at: Pair) -> tuple[int, int]:
    """To how many points both give the same class, of how many."""
    return at.data.n_points - len(at.points), at.data.n_points


@measure
def ground_agrees(at: Pair) -> int:
    """At how many points the plane's ground has the classes that both give to the point."""
    if at.plane is None:
        raise ValueError("there is no plane")
    return int(np.logical_and(*(at.plane.agrees(net, at.data.X) for net in at.nets)).sum())


@measure
def both_right(at: Pair) -> tuple[int, int]:
    """How many points each gives their own class."""
    one, other = at.right.sum(axis=0).tolist()
    return one, other


@measure
def apart_at(at: Pair) -> tuple[int, ...]:
    """The numbers of the points to which they give different classes."""
    return tuple(at.points.tolist())


@measure
def right_where_apart(at: Pair) -> tuple[int, int, int]:
    """At how many of these points the first is right, the second, and neither."""
    right = at.right[at.points]
    one, other = right.sum(axis=0).tolist()
    return one, other, len(right) - one - other


@measure
def apart_share(at: Pair) -> tuple[Share, int]:
    """The share of the window in which they give different classes, and in how many parts."""
    return _told(at, _sure(at).share), _sure(at).parts


@measure
def apart_most(at: Pair) -> tuple[int, int, Share, bool, bool]:
    """The first's class and the second's that have the largest part of that, and its share.

    Then whether it is all of it, and whether it is more than half.
    """
    shares = _sure(at).shares.copy()
    np.fill_diagonal(shares, 0.0)
    i, j = divmod(int(shares.argmax()), len(shares))
    most, whole = float(shares[i, j]), float(shares.sum())
    return i, j, _told(at, most), most == whole, most > 0.5 * whole


@measure
def furthest(at: Pair) -> tuple[int, int, Share, Share]:
    """The point and the class whose probability differs most, and both probabilities."""
    one, other = at.probabilities
    point, label = divmod(int(np.abs(one - other).argmax()), one.shape[1])
    return point, label, share_told(one[point, label]), share_told(other[point, label])


@measure
def asked_places(at: Pair) -> tuple[tuple[bool, bool], int]:
    """Which of the two have no layers and are asked, and at how many places along each side."""
    one, other = (isinstance(net, SampledClassifier) for net in at.nets)
    (left, right), (bottom, top) = at.window
    if at.overlay is None or at.overlay.exact:
        return (one, other), 0
    diagonal = float(np.hypot(right - left, top - bottom))
    return (one, other), round(diagonal / at.overlay.error_bound) + 1


@measure
def sizes_of(at: Pair) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """How many units each hidden layer has, of the first and of the second."""
    nets: Any = at.nets
    one, other = (tuple(layer.units for layer in net.layers[:-1]) for net in nets)
    return one, other


@measure
def go_together(at: Pair, layer: int) -> tuple[tuple[int, int, bool, float, int], ...]:
    """The pairs of units of a layer: numbers, whether one is the other times the factor, together.

    The factor is 0 where it is not, but for its sign.
    """
    return tuple(
        (one.a, one.b, one.same, one.factor if one.same else np.sign(one.factor), one.together)
        for one in at.units
        if one.layer == layer
    )


def digits_of(at: Pair) -> int:
    """How many digits of shares of the window are known: on a mesh, two."""
    return 3 if _sure(at).exact else 2


def _told(at: Pair, share: float) -> Share:
    """A share of the window as it is told: on a mesh, less than a thousandth is under it."""
    digits = digits_of(at)
    return share_told(share, digits, 10.0**-3 if digits < 3 else 10.0**-5)


def _sure(at: Pair) -> Any:
    if at.sure is None:  # a fact about it does not hold
        raise ValueError("there is no window to measure")
    return at.sure

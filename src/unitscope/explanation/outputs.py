"""What is measured of the output units, softmax and loss."""

from __future__ import annotations

import numpy as np

from unitscope.explanation.facts import measure
from unitscope.explanation.measured import BELOW_ONE, TINY, Measured
from unitscope.shares import Share, share_told

_SHIFT = 10.0
_CERTAIN = 0.99


@measure
def output_line(at: Measured, label: int) -> tuple[float, ...]:
    """Weights and bias of an output unit."""
    last = at.net.layers[-1]
    return (*last.weights[:, label].tolist(), float(last.bias[label]))


@measure
def output_weights(at: Measured, label: int) -> tuple[float, ...]:
    """The weights of an output unit."""
    return tuple(at.net.layers[-1].weights[:, label].tolist())


@measure
def output_activation(at: Measured) -> str:
    """The activation of the output units, usually linear."""
    return at.net.layers[-1].activation


@measure
def pulls(at: Measured, label: int, most: int) -> tuple[tuple[int, float], ...]:
    """The units below that move an output most over the data, and their weights."""
    below = at.a[-2] if at.hidden else at.data.X
    return at.strongest(at.net.layers[-1].weights[:, label], below, most)


@measure
def corner(at: Measured, label: int) -> tuple[int, ...]:
    """The signs of an output's weights: the corner of the space below towards which it grows."""
    return tuple(np.sign(at.net.layers[-1].weights[:, label]).astype(int).tolist())


@measure
def at_origin(at: Measured, label: int) -> tuple[int, float]:
    """How many points of a class have all units of the last hidden layer at 0; the output there."""
    zero = at.at_zero(at.hidden - 1) & (at.data.y == label)
    last = at.net.layers[-1]
    return int(zero.sum()), float(last.activate(last.bias[None])[0, label])


@measure
def output_everywhere(at: Measured, label: int) -> float | None:
    """An output that is the same at every point; None of one that varies."""
    values = at.logits[:, label]
    return None if np.ptp(values) > at.noise else float(values[0])


@measure
def highest_class(at: Measured, label: int) -> int:
    """The class on whose points the output is largest on average."""
    means = np.full(at.data.n_classes, -np.inf)
    for own in np.unique(at.data.y):
        means[own] = at.logits[at.data.y == own, label].mean()
    return int(np.argmax(means))


@measure
def highest_classes(at: Measured, label: int) -> tuple[int, ...]:
    """The classes on whose points the output is largest on average, several where they tie."""
    present = np.unique(at.data.y)
    means = np.array([at.logits[at.data.y == own, label].mean() for own in present])
    return tuple(present[means >= means.max() - at.noise].tolist())


@measure
def lead(at: Measured, label: int) -> tuple[float, float]:
    """How far the output is above the largest other at points of its class: least and median.

    0 where they are equal but for rounding.
    """
    ahead = _ahead(at, label)
    ahead[np.abs(ahead) <= at.noise] = 0.0
    return float(ahead.min()), float(np.median(ahead))


@measure
def runner_up(at: Measured, label: int) -> tuple[int, int]:
    """The class whose output is most often the next at points of this one, and at how many."""
    others = at.logits[at.data.y == label].copy()
    others[:, label] = -np.inf
    counts = np.bincount(others.argmax(axis=1), minlength=at.k)
    return int(counts.argmax()), int(counts.max())


@measure
def strangers(at: Measured, label: int) -> tuple[int, int]:
    """Points of other classes where the output is as large as at one of its own; those it loses.

    It loses where another output is larger, by more than rounding.
    """
    mine = at.logits[:, label]
    tall = (at.data.y != label) & (mine >= mine[at.data.y == label].min() - at.noise)
    lost = tall & (at.logits.max(axis=1) > mine + at.noise)
    return int(tall.sum()), int(lost.sum())


@measure
def own_probability(at: Measured, label: int) -> tuple[Share, Share]:
    """The probability of a class at its own points: mean and least, as they are told.

    Beside other classes, none is ever all or nothing, though a float may say so.
    """
    own = np.exp(at.log_probabilities[at.data.y == label, label])
    if at.net.n_classes > 1:
        own = np.clip(own, TINY, BELOW_ONE)
    return share_told(float(min(own.mean(), own.max()))), share_told(float(own.min()))


@measure
def unmoved_by_a_shift(at: Measured) -> bool:
    """Whether adding one number to all logits changes no probability."""
    moved = at.logits + _SHIFT
    top = moved - moved.max(axis=1, keepdims=True)
    chances = np.exp(top) / np.exp(top).sum(axis=1, keepdims=True)
    return bool(np.abs(chances - np.exp(at.log_probabilities)).max() < 1e-9)


@measure
def loss(at: Measured) -> float:
    """The mean over the points of -ln of the probability of their own class."""
    return float(-at.log_probabilities[np.arange(at.n), at.data.y].mean())


@measure
def certain(at: Measured) -> int:
    """At how many points the predicted class has a probability above 0.99."""
    return int((at.log_probabilities.max(axis=1) > np.log(_CERTAIN)).sum())


def _ahead(at: Measured, label: int) -> np.ndarray:
    rows = at.logits[at.data.y == label]
    others = np.delete(rows, label, axis=1)
    return rows[:, label] - others.max(axis=1)

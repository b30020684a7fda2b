"""What the networks of a sweep have in common, and why some are stuck.

Many networks of one architecture are looked at together, each a row of weights.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable

import numpy as np

from unitscope.data.dataset import Dataset
from unitscope.networks import Network
from unitscope.training.curves import layer_outputs, rows_at_once, winners

DIVERGED, NOT_FINISHED, DEAD, TWINS, SHARED, OTHER, NOT_TRIED = (
    "diverged",
    "not finished",
    "a dead unit",
    "twin units",
    "a class without a pattern of its own",
    "none of these",
    "not tried",
)
# Of these, `reasons` finds all but NOT_FINISHED and NOT_TRIED, which `Sweep.stuck` measures.
REASONS = (DIVERGED, NOT_FINISHED, DEAD, TWINS, SHARED, OTHER, NOT_TRIED)

_CAN_DIE = ("relu",)  # whose units have no gradient where they are off
_KINKED = ("relu", "leaky_relu", "abs")  # whose units are something else on either side

_BYTES_AT_ONCE = 1_000_000
_NOISE = 1e-9  # of the largest logit: what is no larger is rounding


def reasons(shape: Network, weights: np.ndarray, data: Dataset) -> np.ndarray:
    """What is found in each network, (rows,) places in REASONS: the first that holds.

    - Diverged: no weights that are finite.
    - A dead unit: a hidden relu unit that is on (its pre-activation positive) at no point: it gets
      no gradient.
    - Twin units: two of one layer that are on at the same points, of which one is wasted: with a
      multiple of the other and a constant in its place, the network predicts the same.
    - A class without a pattern of its own: every activation pattern that its points have, points of
      one other class have too. Not where a hidden unit is smooth, which has no off and on.
    - None of these: what is wrong is where the lines run.

    `weights` (rows, P): each row as `Network.to_vector` of a network of this `shape` has it.
    """
    found = np.full(len(weights), REASONS.index(DIVERGED))
    activations = [layer.activation for layer in shape.layers[:-1]]
    for rows in _finite_rows(shape, weights, data):
        outputs = layer_outputs(shape, weights[rows].astype(np.float64), data.X)
        on = [z > 0 for z, _ in itertools.islice(outputs, len(activations))]
        dead, alike, shared = np.zeros((3, len(rows)), bool)
        for layer, activation in zip(on, activations, strict=True):
            units = _units(layer)
            if activation in _CAN_DIE:
                dead |= ~np.all(layer.any(axis=2), axis=1)
            alike |= (units[:, 1:] == units[:, :-1]).any(axis=1)
        twins = np.zeros(len(rows), bool)
        for row in np.flatnonzero(alike & ~dead).tolist():
            twins[row] = _has_twins(shape.with_vector(weights[rows[row]]), data)
        if on and all(activation in _KINKED for activation in activations):
            left = np.flatnonzero(~(dead | twins))
            patterns = np.concatenate([layer[left] for layer in on], axis=1).swapaxes(1, 2)
            shared[left] = _without_own_pattern(patterns, data)
        found[rows] = np.select(
            [dead, twins, shared],
            [REASONS.index(one) for one in (DEAD, TWINS, SHARED)],
            REASONS.index(OTHER),
        )
    return found


def _has_twins(net: Network, data: Dataset) -> bool:
    """Whether two units of one layer are on at the same points, and one of them is wasted."""
    predicted = net.predict(data.X)
    outputs, current = [], data.X
    for layer in net.layers[:-1]:
        z = layer.pre_activation(current)
        current = layer.activate(z)
        outputs.append((z > 0, current))
    for number, (on, a) in enumerate(outputs):
        places: dict[bytes, int] = {}
        for unit in range(on.shape[1]):
            first = places.setdefault(np.packbits(on[:, unit]).tobytes(), unit)
            if first != unit:
                logits = _merged(net, number, a, (first, unit))
                own = logits[np.arange(len(logits)), predicted]
                noise = _NOISE * np.abs(logits).max()
                if (own >= logits.max(axis=1) - noise).all():
                    return True
    return False


def _merged(net: Network, number: int, a: np.ndarray, pair: tuple[int, int]) -> np.ndarray:
    """The logits with the second unit's output made of the first one's, (n, K)."""
    kept, lost = pair
    basis = np.stack([a[:, kept], np.ones(len(a))], axis=1)
    with_one = a.copy()
    with_one[:, lost] = basis @ np.linalg.lstsq(basis, a[:, lost], rcond=None)[0]
    for layer in net.layers[number + 1 :]:
        with_one = layer.activate(layer.pre_activation(with_one))
    return with_one


def signatures(shape: Network, weights: np.ndarray, data: Dataset) -> list[bytes]:
    """Equal for networks that are the same up to the order of their units.

    They predict the same, and their units are on at the same points. One for each row of `weights`
    (see `reasons`); empty for a training that diverged.
    """
    found = [b""] * len(weights)
    for rows in _finite_rows(shape, weights, data):
        *hidden, (_, logits) = layer_outputs(shape, weights[rows].astype(np.float64), data.X)
        parts = [winners(logits).astype(np.int16), *(_units(z > 0) for z, _ in hidden)]
        table = np.concatenate(
            [np.ascontiguousarray(part).view(np.uint8) for part in parts], axis=1
        )
        for row, own in zip(rows.tolist(), table, strict=True):
            found[row] = own.tobytes()
    return found


def grouped(keys: Iterable[object], seeds: np.ndarray) -> list[np.ndarray]:
    """The seeds of each key, the largest group first; equal ones by their first seed."""
    found: dict[object, list[int]] = {}
    for key, seed in zip(keys, seeds.tolist(), strict=True):
        found.setdefault(key, []).append(seed)
    return [
        np.array(group)
        for group in sorted(found.values(), key=lambda group: (-len(group), group[0]))
    ]


def _finite_rows(shape: Network, weights: np.ndarray, data: Dataset) -> list[np.ndarray]:
    """The places of the rows that are finite, in pieces whose outputs stay in the cache."""
    rows = np.flatnonzero(np.isfinite(weights).all(axis=1))
    step = rows_at_once(shape, data.n_points, _BYTES_AT_ONCE)
    return [rows[begin : begin + step] for begin in range(0, len(rows), step)]


def _units(on: np.ndarray) -> np.ndarray:
    """Where each unit is on, a string of bits for the points, (rows, units), each row sorted."""
    return np.sort(_strings(on), axis=1)


def _without_own_pattern(on: np.ndarray, data: Dataset) -> np.ndarray:
    """Whether one other class has all patterns of some class, (rows,); `on`: (rows, n, units)."""
    patterns = _strings(on)
    order = np.argsort(patterns, axis=1)
    ordered = np.take_along_axis(patterns, order, axis=1)
    codes = np.zeros(patterns.shape, np.int64)
    codes[:, 1:] = np.cumsum(ordered[:, 1:] != ordered[:, :-1], axis=1)
    has = np.zeros((len(on), data.n_classes, data.n_points), np.float32)
    has[np.arange(len(on))[:, None], data.y[order], codes] = 1
    common = has @ has.transpose(0, 2, 1)  # how many patterns two classes have in common
    inside = common == has.sum(axis=2)[:, :, None]
    inside[:, np.arange(data.n_classes), np.arange(data.n_classes)] = False
    return inside.any(axis=(1, 2))


def _strings(bits: np.ndarray) -> np.ndarray:
    """The bits of the last axis as one string of bytes, as many for all."""
    packed = np.ascontiguousarray(np.packbits(bits, axis=2))
    return packed.view(f"S{packed.shape[2]}")[..., 0]

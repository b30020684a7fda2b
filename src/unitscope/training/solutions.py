"""What the networks of a sweep have in common: which are the same up to the order of units, and why some are stuck."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from unitscope.data.dataset import Dataset
from unitscope.network import Network

DIVERGED, DEAD, TWINS, SHARED, OTHER = (
    "diverged", "a dead unit", "twin units", "a class without a pattern of its own", "none of these")
REASONS = (DIVERGED, DEAD, TWINS, SHARED, OTHER)


def reason(net: Network | None, data: Dataset) -> str:
    """The first of REASONS that is so of a network that gets points wrong.

    - Diverged: no weights that are finite; `net` is None.
    - A dead unit: a hidden unit that is on (its pre-activation positive) at no point.
    - Twin units: two of one layer that are on at the same points.
    - A class without a pattern of its own: every activation pattern that its points have, points of one other class
      have too.
    - None of these: what is wrong is where the lines run, or training is not at its end.
    """
    if net is None:
        return DIVERGED
    on = [z > 0 for z in net.pre_activations(data.X)[:-1]]
    if any((~layer.any(axis=0)).any() for layer in on):
        return DEAD
    if any(len(np.unique(layer, axis=1).T) < layer.shape[1] for layer in on):
        return TWINS
    if on:
        codes = np.unique(np.concatenate(on, axis=1), axis=0, return_inverse=True)[1].ravel()
        patterns = [set(codes[data.y == label].tolist()) for label in range(data.n_classes)]
        if any(one <= other for i, one in enumerate(patterns) for j, other in enumerate(patterns) if i != j):
            return SHARED
    return OTHER


def signature(net: Network | None, data: Dataset) -> bytes:
    """The same for networks that predict the same and whose units, in some order, are on at the same points.

    Empty for None, a training that diverged.
    """
    if net is None:
        return b""
    parts = [net.predict(data.X).astype(np.int16).tobytes()]
    for z in net.pre_activations(data.X)[:-1]:
        parts += sorted(np.packbits(unit).tobytes() for unit in (z > 0).T)
    return b"".join(parts)


def grouped(keys: Iterable[object], seeds: np.ndarray) -> list[np.ndarray]:
    """The seeds of each key, the largest group first; equal ones by their first seed."""
    found: dict[object, list[int]] = {}
    for key, seed in zip(keys, seeds.tolist(), strict=True):
        found.setdefault(key, []).append(seed)
    return [np.array(group) for group in sorted(found.values(), key=lambda group: (-len(group), group[0]))]

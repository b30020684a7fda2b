"""Parts of points: a caller's mask or indices, checked; shares of every class, samples, tests."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from unitscope.data.classes import as_array
from unitscope.errors import refusal, said

Part = Literal["all", "train", "test"]  # of the data sets that leave a quarter to test

_HELD_OUT = 4  # of so many in their order the last is left
_FEWEST = 40  # points of a class in a sample, where it has as many


def rows_chosen(chosen: Any, n: int) -> np.ndarray:
    """A mask or indices, checked, as what chooses rows of an array of `n`."""
    rows = as_array("chosen", chosen)
    if rows.shape == (n,) and rows.dtype.kind == "b" and rows.any():
        return rows
    rule = f"a mask of shape ({n},) with at least one True, or indices from {-n} to {n - 1}"
    if rows.ndim != 1 or rows.dtype.kind not in "iu" or not rows.size:
        raise refusal("chosen", rule, said(f"{rows.dtype} of shape {rows.shape}"))
    if rows.min() < -n or rows.max() >= n:
        raise refusal("chosen", rule, said(f"indices from {rows.min()} to {rows.max()}"))
    return rows.astype(np.intp)


def drawn_share(y: np.ndarray, counts: np.ndarray, share: float, seed: int) -> np.ndarray:
    """Which points belong to a share of each class, drawn at random: (n,) bools.

    `counts` has how many points of each class there are; one of each stays outside.
    """
    rng, drawn = np.random.default_rng(seed), np.zeros(len(y), dtype=bool)
    taken = _whole(counts * share, round(len(y) * share))
    for label, count in enumerate(np.minimum(taken, counts - 1).tolist()):
        drawn[rng.permutation(np.flatnonzero(y == label))[: max(0, count)]] = True
    return drawn


def sample(y: np.ndarray, most: int, seed: int = 0) -> np.ndarray:
    """Which of the points of classes `y` (n,) stand for all: their numbers, in order.

    All of them, or exactly `most` drawn at random. Of each class they are its share, but 40 where
    it has as many and there is room.
    """
    n = len(y)
    if n <= most:
        return np.arange(n)
    counts = np.bincount(y)
    least = np.minimum(counts, min(_FEWEST, most // int((counts > 0).sum())))
    spare = counts - least
    left = int(most - least.sum())
    taken = least + _whole(spare * (left / spare.sum()), left)
    order = np.random.default_rng(seed).permutation(n)
    order = order[np.argsort(y[order], kind="stable")]
    # How many of its own class come before each.
    place = np.arange(n) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.sort(order[place < np.repeat(taken, counts)])


def _whole(wanted: np.ndarray, total: int) -> np.ndarray:
    """Whole numbers near these, of that sum: one more for those that lost most by rounding down."""
    taken = np.floor(wanted).astype(np.int64)
    more = total - int(taken.sum())
    taken[np.argsort(taken - wanted, kind="stable")[:more]] += 1
    return taken


def part_of(part: Part, n: int, *, group: int = 1) -> np.ndarray:
    """Which of `n` in their order a part has, by number; of so many `group`s every fourth is left.

    **Raises** `InvalidInput` for another part.
    """
    if part not in ("all", "train", "test"):
        raise refusal("part", "one of all, train, test", part)
    numbers = np.arange(n)
    if part == "all":
        return numbers
    left = numbers // group % _HELD_OUT == _HELD_OUT - 1
    return numbers[left == (part == "test")]

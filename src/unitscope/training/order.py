"""The order in which the epochs of a training visit the points."""

from __future__ import annotations

from typing import Any

import numpy as np

from unitscope.errors import refusal, said
from unitscope.training.recipe import Recipe


def shuffled(n: int, recipe: Recipe, past: int = 0) -> np.ndarray:
    """A shuffle for each of the recipe's epochs after the first `past`, (epochs, n) int32.

    All come from one stream of the seed: the epochs of a continued run are those of a longer one. Each point gets a
    random 64-bit key whose low bits are replaced by its index; the sorted keys carry the shuffle.
    """
    rng = np.random.default_rng((recipe.seed, 1))
    low = np.uint64((1 << max(1, (n - 1).bit_length())) - 1)
    keys = rng.integers(0, 2**64, size=(past + recipe.epochs, n), dtype=np.uint64)[past:]
    keys &= ~low
    keys |= np.arange(n, dtype=np.uint64)
    keys.sort(axis=1)
    keys &= low
    return keys.astype(np.int32)


def given_order(batch_order: Any, n: int) -> np.ndarray:
    """A caller's order, checked: (epochs, n) int32, every row a permutation of 0..n-1."""
    order = np.asarray(batch_order)
    if order.ndim != 2 or order.shape[1] != n or order.dtype.kind not in "iu":
        raise refusal("batch_order", f"whole numbers of shape (epochs, {n})",
                      said(f"{order.dtype} of shape {order.shape}"))
    if not (np.sort(order, axis=1) == np.arange(n)).all():
        raise refusal("batch_order", f"each of 0..{n - 1} exactly once in every row",
                      said("a row with a repeated or missing index"))
    return order.astype(np.int32)

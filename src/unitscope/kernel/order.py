"""The order in which the epochs of a training visit the points."""

from __future__ import annotations

from typing import Any

import numpy as np

from unitscope.compiled.code import CompiledCode
from unitscope.compiled.memory import address
from unitscope.errors import refusal, said
from unitscope.recipe import Recipe

SHUFFLES = CompiledCode("unitscope.kernel.shuffles", arguments=2)


def shuffled(n: int, recipe: Recipe, past: int = 0, epochs: int | None = None) -> np.ndarray:
    """A shuffle for each epoch of the recipe, or for `epochs`, after the first `past`.

    Gives (epochs, n) int32. A shuffle follows from the seed and the number of its epoch (see
    `shuffles`): the epochs of a continued run are those of a longer one.
    """
    count = recipe.epochs if epochs is None else epochs
    if not SHUFFLES.works():
        from unitscope.kernel import reference

        return reference.shuffles(n, count, past, key_of(recipe.seed))
    numbers = np.array([n, count, past, key_of(recipe.seed)], np.int64)
    order = np.empty((count + 1, n), np.int32)
    SHUFFLES.entry()(address(numbers), address(order))
    return order[:-1]


def key_of(seed: int) -> int:
    """The 32 bits that a seed's shuffles are drawn from, others for every seed below 2**32."""
    key = 1
    while True:
        key ^= seed & 0xFFFFFFFF
        key = ((key ^ key >> 16) * 0x7FEB352D) & 0xFFFFFFFF
        key = ((key ^ key >> 15) * 0x846CA68B) & 0xFFFFFFFF
        key ^= key >> 16
        seed >>= 32
        if not seed:
            return key


def given_order(batch_order: Any, n: int) -> np.ndarray:
    """A caller's order, checked: (epochs, n) int32, every row a permutation of 0..n-1."""
    order = np.asarray(batch_order)
    if order.ndim != 2 or order.shape[1] != n or order.dtype.kind not in "iu":
        raise refusal(
            "batch_order",
            f"whole numbers of shape (epochs, {n})",
            said(f"{order.dtype} of shape {order.shape}"),
        )
    # in one look: as unsigned, a negative number is a large one
    inside = order.view(order.dtype.str.replace("i", "u")).max(initial=0) < n
    narrowed = order.astype(np.int32)  # short numbers are sorted sooner
    if not (inside and (np.sort(narrowed, axis=1) == np.arange(n, dtype=np.int32)).all()):
        raise refusal(
            "batch_order",
            f"each of 0..{n - 1} exactly once in every row",
            said("a row with a repeated or missing index"),
        )
    return narrowed

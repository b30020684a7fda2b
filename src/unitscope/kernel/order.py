"""The order in which the epochs of a training visit the points: drawn, or a caller's, checked."""

from __future__ import annotations

import ctypes
from typing import Any, NamedTuple

import numpy as np

from unitscope.compiled.code import CompiledCode
from unitscope.compiled.memory import address
from unitscope.errors import refusal, said
from unitscope.kernel.layout import CHUNK
from unitscope.kernel.packing import beyond
from unitscope.recipe import Recipe

SHUFFLES = CompiledCode("unitscope.kernel.shuffles", arguments=3)
_Numbers = ctypes.c_int64 * 5  # those that it takes


class Order(NamedTuple):
    """The points in the order of `epochs` epochs, of `n` points each, as the loop reads them.

    `places`, flat int32, has a chunk more behind them, since the last vector is read whole. Every
    number is one of 0..n-1: so they are made by this file's functions only.
    """

    places: np.ndarray
    epochs: int
    n: int

    @property
    def rows(self) -> np.ndarray:
        """A row for each epoch, (epochs, n) int32."""
        return self.places[: self.epochs * self.n].reshape(self.epochs, self.n)

    def part(self, begin: int, end: int) -> Order:
        """That of some of the epochs."""
        return Order(self.places[begin * self.n :], end - begin, self.n)


def _room(epochs: int, n: int) -> np.ndarray:
    """For an order's places, a row for the compiled code's own use, and a chunk."""
    places = np.empty((epochs + 1) * n + CHUNK, np.int32)
    places[epochs * n :] = 0
    return places


def checked(order: np.ndarray) -> Order:
    """Rows of points, (epochs, n), after refusing what is none of 0..n-1."""
    epochs, n = order.shape
    if order.dtype.kind not in "iu":
        raise refusal("order", "whole numbers", said(f"{order.dtype}"))
    if order.size and beyond(order, n):
        raise refusal("order", f"indices in 0..{n - 1}", said(f"{order.min()}..{order.max()}"))
    places = _room(epochs, n)
    places[: order.size] = order.reshape(-1)
    return Order(places, epochs, n)


def drawn(n: int, recipe: Recipe, past: int = 0, epochs: int | None = None) -> Order:
    """A shuffle for each epoch of the recipe, or for `epochs`, after the first `past`.

    A shuffle follows from the seed and the number of its epoch (see `shuffles`): the epochs of a
    continued run are those of a longer one.
    """
    count = recipe.epochs if epochs is None else epochs
    if not SHUFFLES.works():
        from unitscope.kernel import reference

        return checked(reference.shuffles(n, count, past, key_of(recipe.seed)))
    places = _room(count, n)
    SHUFFLES.entry()(_Numbers(n, count, 0, past, key_of(recipe.seed)), None, address(places))
    return Order(places, count, n)


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


def given(batch_order: Any, n: int) -> Order:
    """A caller's order, after refusing rows that are no permutations of 0..n-1."""
    order = np.asarray(batch_order)
    if order.ndim != 2 or order.shape[1] != n or order.dtype.kind not in "iu":
        raise refusal(
            "batch_order",
            f"whole numbers of shape (epochs, {n})",
            said(f"{order.dtype} of shape {order.shape}"),
        )
    taken = _permutations(order, n)
    if taken is None:
        raise refusal(
            "batch_order",
            f"each of 0..{n - 1} exactly once in every row",
            said("a row with a repeated or missing index"),
        )
    return taken


def _permutations(order: np.ndarray, n: int) -> Order | None:
    """Rows of whole numbers as an order, or None where one is no permutation of 0..n-1."""
    if not SHUFFLES.works():
        from unitscope.kernel import reference

        return checked(order.astype(np.int32)) if reference.are_permutations(order) else None
    epochs, rows = len(order), np.ascontiguousarray(order, np.int64)
    places = _room(epochs, n)
    # read-only arrays have no `address`
    where = address(rows) if rows.flags.writeable and rows.size else rows.ctypes.data
    sound = SHUFFLES.entry()(_Numbers(n, epochs, 1, 0, 0), where, address(places))
    return Order(places, epochs, n) if sound == epochs else None

"""Whether a training is stuck, or only not finished: measured, by as many epochs more."""

from __future__ import annotations

import dataclasses
import os
import threading
from typing import Any

import numpy as np

from unitscope.data.dataset import Dataset
from unitscope.networks import Network
from unitscope.recipe import Recipe
from unitscope.sweeps import workers
from unitscope.sweeps.block import LOCKSTEP, block_size, points_right, train_seeds, usual_seconds
from unitscope.sweeps.held_out import HeldOut

# Of work, at most: counted, not measured, so that the same sweep gives the same answer.
MOST_SECONDS = 2.0
FEW = 20  # epochs: fewer show of no training that it is stuck
UNKNOWN = -2  # points right of a seed that is not tried


def right_after_as_many_more(
    data: Dataset,
    recipe: Recipe,
    shape: Network,
    seeds: np.ndarray,
    held_out: HeldOut | None = None,
) -> np.ndarray:
    """How many points each seed gets right after as many epochs more, (seeds,) ints.

    They are trained anew, from the start, and never stopped early; of what is `held_out`, none
    count. -1 where that diverges; -2 where it is not tried: all seeds but the first ones take more
    than `MOST_SECONDS`, or no compiled code can do it.
    """
    points = data.n_points
    if held_out is not None:
        held_out, points = HeldOut(held_out.validation), held_out.counts(data)[0]
    right = np.full(len(seeds), UNKNOWN)
    longer = dataclasses.replace(recipe, epochs=recipe.epochs + as_many_more(recipe.epochs))
    fitting = _fitting(points, longer, shape, len(seeds), held_out)
    tried = seeds[:fitting].tolist() if LOCKSTEP.works() else []
    size, stop = block_size(shape, held_out), threading.Event()
    begins = range(0, len(tried), size)
    pieces = [
        (data, longer, shape, tried[begin : begin + size], stop, held_out) for begin in begins
    ]

    def keep(number: int, results: tuple[np.ndarray, ...]) -> None:
        losses, accuracies, weights, *_ = results
        counts = points_right(losses, accuracies, weights, points)
        right[begins[number] : begins[number] + len(counts)] = counts

    try:
        workers.in_threads(train_seeds, pieces, os.cpu_count() or 1, keep, lambda: None)
    except BaseException:
        stop.set()
        raise
    return right


def _fitting(
    points: int, recipe: Recipe, shape: Network, seeds: int, held_out: HeldOut | None
) -> int:
    """How many of the seeds take at most `MOST_SECONDS`."""

    def seconds(count: int) -> float:
        alone = held_out is not None
        return usual_seconds(points, shape.sizes, recipe, count, one_by_one=alone)

    low, high = 0, seeds
    while low < high:
        middle = (low + high + 1) // 2
        fits = seconds(middle) <= MOST_SECONDS
        low, high = (middle, high) if fits else (low, middle - 1)
    return low


def as_many_more(epochs: int) -> int:
    """How many epochs more show whether a training of so many is stuck: as many, and not few."""
    return max(epochs, FEW)


def helped(before: Any, after: Any, points: int) -> Any:
    """Whether more epochs help a training that has `before` of the points right, and then `after`.

    They do where every point is right then, or at least a tenth of those that were not. Where they
    do not, it is stuck. Whole numbers, or arrays of them.
    """
    return (after == points) | (10 * (after - before) >= points - before) & (after > before)

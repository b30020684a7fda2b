"""One block of seeds of a sweep: trained in lockstep, or one by one where the network is large."""

from __future__ import annotations

import dataclasses
import threading
import time

import numpy as np

from unitscope.compiled.code import CompiledCode
from unitscope.compiled.memory import address
from unitscope.data.dataset import Dataset
from unitscope.errors import TrainingDiverged
from unitscope.kernel import layout, packing
from unitscope.kernel.advance import LOOP
from unitscope.kernel.order import key_of
from unitscope.network import Network, glorot_starts
from unitscope.recipe import Recipe
from unitscope.training.train import train

LOCKSTEP = CompiledCode("unitscope.kernel.lockstep", arguments=12, flush=True)

# Parameters: those of a block of larger networks leave the cache, and each trains alone.
_MOST_IN_LOCKSTEP = 4096
# Blocks of GROUP runs that one call trains: while it does, Python is free for other threads.
_BLOCKS = 4
# Points x parameters x runs at once: some tenths of a second.
_SLICE = 2e9


def block_size(shape: Network) -> int:
    """How many seeds of networks of this shape are trained in one call."""
    in_lockstep = shape.n_parameters <= _MOST_IN_LOCKSTEP and LOCKSTEP.works()
    return layout.GROUP * _BLOCKS if in_lockstep else 1


def prepare(shape: Network) -> None:
    """Compile or load what trains networks of this shape: once, before several ask for it."""
    (LOCKSTEP if block_size(shape) > 1 else LOOP).works()


def seconds_a_block(data: Dataset, recipe: Recipe, shape: Network) -> float:
    """About how long one block takes here, measured at one epoch, and at more where it's quick."""

    def measured(epochs: int) -> float:
        began = time.perf_counter()
        train_seeds(
            data, dataclasses.replace(recipe, epochs=epochs), shape, list(range(block_size(shape)))
        )
        return time.perf_counter() - began

    first, more = measured(1), min(recipe.epochs, 20)
    if first > 0.02 or more == 1:
        return first * recipe.epochs
    first = measured(1)  # the first call of all is slower
    return first + max(0.0, measured(more) - first) / (more - 1) * (recipe.epochs - 1)


class Halted(Exception):
    """Another thread set `stop`."""


def train_seeds(
    data: Dataset,
    recipe: Recipe,
    shape: Network,
    seeds: list[int],
    stop: threading.Event | None = None,
) -> tuple[np.ndarray, ...]:
    """Losses, accuracies (S, epochs) float64 and last weights (S, P) float32 of any S seeds.

    All in this thread.

    **Raises** `Halted` within some tenths of a second after `stop` was set.
    """
    size = block_size(shape)
    one_block = _in_lockstep if size > 1 else _alone
    blocks = [
        one_block(data, recipe, shape, seeds[begin : begin + size], stop)
        for begin in range(0, len(seeds), size)
    ]
    return (
        blocks[0]
        if len(blocks) == 1
        else tuple(np.concatenate(part) for part in zip(*blocks, strict=True))
    )


def _in_lockstep(
    data: Dataset, recipe: Recipe, shape: Network, seeds: list[int], stop: threading.Event | None
) -> tuple[np.ndarray, ...]:
    """What `train_seeds` gives, of one block, in pieces of some tenths of a second."""
    n, epochs, count, group = data.n_points, recipe.epochs, shape.n_parameters, layout.GROUP
    blocks = -(-len(seeds) // group)
    lanes = seeds + seeds[-1:] * (blocks * group - len(seeds))  # spare lanes repeat the last seed
    keys = np.array([key_of(seed) for seed in lanes], np.uint32)
    P, first, second = (packing.zeros(blocks, count, group) for _ in range(3))
    P[:] = glorot_starts(shape.sizes, lanes).reshape(blocks, group, count).transpose(0, 2, 1)
    X, order = packing.points(data.X, data.y), np.empty((2 * n, group), np.int32)
    table, settings = (
        packing.layer_table(shape, layout.LOCKSTEP_ROW),
        packing.settings(shape, recipe),
    )
    pieces, steps = [], -(-n // recipe.batch_size)
    at_once = max(1, int(_SLICE / (n * count * len(lanes))))
    for begin in range(0, epochs, at_once):
        _look(stop)
        size = min(epochs, begin + at_once) - begin
        numbers = packing.numbers(shape, recipe, n, blocks=blocks)
        numbers[layout.EPOCHS], numbers[layout.STEP] = size, begin * steps
        work = packing.zeros(2 * int(numbers[layout.OUTPUTS]) * layout.LOCKSTEP_ROW + count * group)
        loss, right = np.empty((2, blocks, size, group), np.float32)
        arrays = (numbers, settings, table, X, keys, order, P, first, second, work, loss, right)
        LOCKSTEP.entry()(*map(address, arrays))
        pieces.append((loss, right))
    losses, hits = (
        np.concatenate(part, axis=1).transpose(0, 2, 1).reshape(-1, epochs)[: len(seeds)]
        for part in zip(*pieces, strict=True)
    )
    weights = P.transpose(0, 2, 1).reshape(-1, count)[: len(seeds)]
    return losses.astype(np.float64), hits.astype(np.float64) / n, weights


def _alone(
    data: Dataset, recipe: Recipe, shape: Network, seeds: list[int], stop: threading.Event | None
) -> tuple[np.ndarray, ...]:
    """The same of one seed, trained by itself."""
    losses, accuracies = np.full((1, recipe.epochs), np.nan), np.full((1, recipe.epochs), np.nan)
    try:
        run = train(
            data,
            dataclasses.replace(recipe, seed=seeds[0]),
            threads=1,
            progress=lambda *_: _look(stop),
        )
    except TrainingDiverged as diverged:
        run = diverged.run
    losses[0, : run.epochs], accuracies[0, : run.epochs] = run.loss, run.accuracy
    return losses, accuracies, run.weights[-1:].copy()


def _look(stop: threading.Event | None) -> None:
    if stop is not None and stop.is_set():
        raise Halted

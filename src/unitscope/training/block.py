"""One block of seeds of a sweep: trained in lockstep, or one by one where the network is large."""

from __future__ import annotations

import dataclasses
import time

import numpy as np

from unitscope.compiled import CompiledCode
from unitscope.data.dataset import Dataset
from unitscope.errors import TrainingDiverged
from unitscope.network import Network, glorot_vector
from unitscope.training import layout
from unitscope.training.kernel import LOOP
from unitscope.training.order import key_of
from unitscope.training.recipe import Recipe
from unitscope.training.train import train

LOCKSTEP = CompiledCode("unitscope.training.lockstep", tuple(f"unitscope.training.{name}" for name in (
    "layout", "lanes", "product", "passes", "optimizers", "shuffles", "lockstep")), arguments=14)

_MOST_IN_LOCKSTEP = 4096  # parameters: those of a block of larger networks leave the cache, and each trains alone
_SLICE = 2e9  # points x parameters x runs at once: some tenths of a second


def block_size(shape: Network) -> int:
    """How many seeds of networks of this shape are trained together."""
    return layout.GROUP if shape.n_parameters <= _MOST_IN_LOCKSTEP else 1


def prepare(shape: Network) -> None:
    """Compile what trains networks of this shape, or load it: once, before threads or processes ask for it."""
    (LOCKSTEP if block_size(shape) > 1 else LOOP).entry()


def seconds_a_block(data: Dataset, recipe: Recipe, shape: Network) -> float:
    """About how long one block takes here: one epoch is measured, and a few more where that is quick."""
    def measured(epochs: int) -> float:
        began = time.perf_counter()
        train_seeds(data, dataclasses.replace(recipe, epochs=epochs), shape, list(range(block_size(shape))))
        return time.perf_counter() - began

    first, more = measured(1), min(recipe.epochs, 20)
    if first > 0.02 or more == 1:
        return first * recipe.epochs
    first = measured(1)  # the first call of all is slower
    return first + max(0.0, measured(more) - first) / (more - 1) * (recipe.epochs - 1)


def train_seeds(data: Dataset, recipe: Recipe, shape: Network, seeds: list[int]) -> tuple[np.ndarray, ...]:
    """Losses, accuracies (S, epochs) float64 and last weights (S, P) float32 of any number of seeds, in this thread."""
    size = block_size(shape)
    one_block = _in_lockstep if size > 1 else _alone
    blocks = [one_block(data, recipe, shape, seeds[begin : begin + size]) for begin in range(0, len(seeds), size)]
    return blocks[0] if len(blocks) == 1 else tuple(np.concatenate(part) for part in zip(*blocks, strict=True))


def _in_lockstep(data: Dataset, recipe: Recipe, shape: Network, seeds: list[int]) -> tuple[np.ndarray, ...]:
    """Losses, accuracies (seeds, epochs) and last weights (seeds, P) of up to GROUP seeds; spare lanes repeat one."""
    lanes = [seeds[min(lane, len(seeds) - 1)] for lane in range(layout.GROUP)]
    n, epochs, count = data.n_points, recipe.epochs, shape.n_parameters
    starts = {seed: glorot_vector(shape.sizes, seed) for seed in seeds}
    drawn = {seed: key_of(seed) for seed in seeds}
    keys, order = np.array([drawn[seed] for seed in lanes], np.uint32), np.empty((n + 1, layout.GROUP), np.int32)
    P = np.array([starts[seed] for seed in lanes]).T.astype(np.float32, order="C")
    first, second = np.zeros_like(P), np.zeros_like(P)
    with np.errstate(over="ignore"):
        X = np.ascontiguousarray(data.X.astype(np.float32).T)
    y = data.y.astype(np.float32)
    loss, right = np.empty((epochs, layout.GROUP), np.float32), np.empty((epochs, layout.GROUP), np.float32)
    slopes = np.array([layer.negative_slope for layer in shape.layers], np.float32)
    steps = -(-n // recipe.batch_size)
    at_once = max(1, int(_SLICE / (n * count * layout.GROUP)))
    for begin in range(0, epochs, at_once):
        end = min(epochs, begin + at_once)
        numbers = layout.numbers(shape, recipe, n, end - begin, begin * steps)
        work = np.zeros((2 * int(numbers[layout.ROWS]) + count + 1) * layout.GROUP, np.float32)
        table = layout.layer_table(shape, layout.GROUP)
        arrays = (numbers, layout.settings(recipe), table, X, y, keys, order, slopes, P, first, second, work,
                  loss[begin:end], right[begin:end])
        LOCKSTEP.entry()(*[array.ctypes.data for array in arrays])
    kept = len(seeds)
    return loss.T[:kept].astype(np.float64), right.T[:kept].astype(np.float64) / n, P.T[:kept].copy()


def _alone(data: Dataset, recipe: Recipe, shape: Network, seeds: list[int]) -> tuple[np.ndarray, ...]:
    """The same of one seed, trained by itself."""
    losses, accuracies = np.full((1, recipe.epochs), np.nan), np.full((1, recipe.epochs), np.nan)
    try:
        run = train(data, dataclasses.replace(recipe, seed=seeds[0]))
    except TrainingDiverged as diverged:
        run = diverged.run
    losses[0, : run.epochs], accuracies[0, : run.epochs] = run.loss, run.accuracy
    return losses, accuracies, run.weights[-1:].copy()

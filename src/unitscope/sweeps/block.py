"""One block of seeds of a sweep: trained in lockstep, or one by one where the network is large."""

from __future__ import annotations

import dataclasses
import functools
import itertools
import threading
import time

import numpy as np

from unitscope.compiled.code import CompiledCode
from unitscope.compiled.memory import address
from unitscope.data.dataset import Dataset
from unitscope.errors import TrainingDiverged
from unitscope.kernel import layout, packing
from unitscope.kernel.advance import LOOP
from unitscope.kernel.ending import looked_after
from unitscope.kernel.order import key_of
from unitscope.looking import Ended, looked_at
from unitscope.networks import Network, first_logit, glorot_starts, hidden_activations
from unitscope.recipe import Recipe
from unitscope.sweeps.held_out import HeldOut, arguments
from unitscope.training.class_weights import point_weights
from unitscope.training.train import epoch_cost, scaling_for, train

LOCKSTEP = CompiledCode("unitscope.kernel.lockstep", arguments=12, flush=True)

# Parameters: those of a block of larger networks leave the cache, and each trains alone.
MOST_IN_LOCKSTEP = 4096
# Blocks of GROUP runs that one call trains: while it does, Python is free for other threads.
_BLOCKS = 4
# Products of points, parameters and runs at once: some tenths of a second.
_SLICE = 2e9

# Products in a second, at least: of one training, and of all in lockstep.
_ALONE, _TOGETHER = 0.8e9, 2e9
_QUICK = ("linear", "relu", "leaky_relu", "abs")
_SLOWER = 3  # other activations take so much longer
_EACH = 0.0005  # seconds that a training by itself takes beside its products


def block_size(shape: Network, held_out: HeldOut | None = None) -> int:
    """How many seeds of networks of this shape are trained in one call.

    Those that hold points out are trained one by one: each has points of its own.
    """
    small = held_out is None and shape.n_parameters <= MOST_IN_LOCKSTEP
    return layout.GROUP * _BLOCKS if small and LOCKSTEP.works() else 1


def prepare(shape: Network, held_out: HeldOut | None = None) -> None:
    """Compile or load what trains networks of this shape: once, before several ask for it."""
    (LOCKSTEP if block_size(shape, held_out) > 1 else LOOP).works()


def seconds_a_block(
    data: Dataset, recipe: Recipe, shape: Network, held_out: HeldOut | None = None
) -> float:
    """About how long one block takes here, measured at one epoch, and at more where it's quick."""
    seeds = list(range(block_size(shape, held_out)))

    def measured(epochs: int) -> float:
        shorter = dataclasses.replace(recipe, epochs=epochs)
        began = time.perf_counter()
        train_seeds(data, shorter, shape, seeds, held_out=held_out)
        return time.perf_counter() - began

    first, more = measured(1), min(recipe.epochs, 20)
    if first > 0.02 or more == 1:
        return first * recipe.epochs
    # With what the call itself takes: other work on the machine makes it longer, never shorter.
    return measured(more) / more * recipe.epochs


def usual_seconds(
    points: int,
    sizes: tuple[int, ...],
    recipe: Recipe,
    seeds: int | None,
    *,
    one_by_one: bool = False,
) -> float:
    """About how long so many seeds take on one processor, or one training by `train` (None).

    Of layers of these sizes, from the inputs on. It is counted in products, never measured, and so
    is the same on every machine: the speeds are those of the machine where this was written.
    """
    parameters = sum((inputs + 1) * units for inputs, units in itertools.pairwise(sizes))
    products = epoch_cost(points, recipe.batch_size, parameters) * recipe.epochs
    names = hidden_activations(recipe.activation, len(recipe.hidden))
    if any(name not in _QUICK for name in names):
        products *= _SLOWER
    if seeds is None or one_by_one or parameters > MOST_IN_LOCKSTEP:
        return (seeds or 1) * (_EACH + products / _ALONE)
    return products * -(-seeds // layout.GROUP) * layout.GROUP / _TOGETHER


DIVERGED = -1  # of points that are right


def points_right(
    losses: np.ndarray, accuracies: np.ndarray, weights: np.ndarray, points: int
) -> np.ndarray:
    """What `train_seeds` gives as how many of the points each seed gets right, (seeds,) ints.

    Those that diverged are DIVERGED.
    """
    sound = np.isfinite(losses[:, -1]) & np.isfinite(weights).all(axis=1)
    return np.where(sound, np.round(accuracies[:, -1] * points), DIVERGED).astype(np.int64)


class Halted(Ended):
    """Another thread set `stop`."""


def train_seeds(
    data: Dataset,
    recipe: Recipe,
    shape: Network,
    seeds: list[int],
    stop: threading.Event | None = None,
    held_out: HeldOut | None = None,
) -> tuple[np.ndarray, ...]:
    """Losses, accuracies (S, epochs) float64 and last weights (S, P) of any S seeds.

    All in this thread. The weights are float32, or float64 where standardizing was folded in. With
    `held_out`, then come the losses and accuracies of those points, (S, epochs) float64, and what
    an epoch was not trained for, or lies after the best one, is NaN.

    **Raises** `Halted` within some tenths of a second after `stop` was set.
    """
    size = block_size(shape, held_out)
    one_block = _in_lockstep if size > 1 else functools.partial(_alone, held_out=held_out)
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
    packing.check(shape, data.X, data.y, data.n_points)
    layers = packing.shape_of(shape)
    n, epochs, count, group = data.n_points, recipe.epochs, shape.n_parameters, layout.GROUP
    blocks = -(-len(seeds) // group)
    lanes = seeds + seeds[-1:] * (blocks * group - len(seeds))  # spare lanes repeat the last seed
    keys = np.array([key_of(seed) for seed in lanes], np.uint32)
    P, first, second = (packing.zeros(blocks, count, group) for _ in range(3))
    starts = glorot_starts(shape.sizes, lanes)
    if recipe.one_logit:
        starts[:, first_logit(shape.sizes)] = 0.0
    P[:] = starts.reshape(blocks, group, count).transpose(0, 2, 1)
    scaling = scaling_for(data, recipe)
    points = data.X if scaling is None else scaling(data.X)
    own = point_weights(data, recipe)
    weighted = own is not None
    X, order = packing.points(points, data.y, own), np.empty((2 * n, group), np.int32)
    table, settings = (
        packing.layer_table(layers, layout.LOCKSTEP_ROW, weighted=weighted),
        packing.settings(shape, recipe),
    )
    pieces, steps = [], -(-n // recipe.batch_size)
    at_once = max(1, int(_SLICE / (epoch_cost(n, recipe.batch_size, count) * len(lanes))))
    for begin in range(0, epochs, at_once):
        _look(stop)
        size = min(epochs, begin + at_once) - begin
        numbers = packing.numbers(layers, recipe, n, blocks=blocks, weighted=weighted)
        numbers[layout.EPOCHS], numbers[layout.STEP] = size, begin * steps
        work = packing.zeros(2 * int(numbers[layout.OUTPUTS]) * layout.LOCKSTEP_ROW + count * group)
        loss, right = np.empty((2, blocks, size, group), np.float32)
        arrays = (numbers, settings, table, X, keys, order, P, first, second, work, loss, right)
        call = functools.partial(LOCKSTEP.entry(), *map(address, arrays))
        if stop is None or at_once > 1:
            call()
        else:
            looked_after(call, numbers, lambda: _look(stop))
        pieces.append((loss, right))
    losses, hits = (
        np.concatenate(part, axis=1).transpose(0, 2, 1).reshape(-1, epochs)[: len(seeds)]
        for part in zip(*pieces, strict=True)
    )
    weights = P.transpose(0, 2, 1).reshape(-1, count)[: len(seeds)]
    if scaling is not None:
        weights = scaling.folded(weights, shape.layers[0].units)
    return losses.astype(np.float64), hits.astype(np.float64) / n, weights


def _alone(
    data: Dataset,
    recipe: Recipe,
    shape: Network,
    seeds: list[int],
    stop: threading.Event | None,
    held_out: HeldOut | None,
) -> tuple[np.ndarray, ...]:
    """The same of one seed, trained by itself; NaN from where it diverged."""
    sound = True
    try:
        with looked_at(lambda: _look(stop)):
            run = train(
                data,
                dataclasses.replace(recipe, seed=seeds[0]),
                threads=1,
                progress=lambda *_: _look(stop),
                **arguments(held_out),
            )
    except TrainingDiverged as diverged:
        run, sound = diverged.run, False
    curves, watched = [run.loss, run.accuracy], run.validation
    if watched is not None:
        curves += [watched.loss, watched.accuracy]
    losses, accuracies, *others = (_padded(curve, recipe.epochs) for curve in curves)
    weights = run.weights[-1:] if sound else np.full_like(run.weights[-1:], np.nan)
    return losses, accuracies, weights.copy(), *others


def _padded(curve: np.ndarray, epochs: int) -> np.ndarray:
    """As a row of so many epochs, NaN where it has no more."""
    row = np.full((1, epochs), np.nan)
    row[0, : len(curve)] = curve
    return row


def _look(stop: threading.Event | None) -> None:
    if stop is not None and stop.is_set():
        raise Halted

"""sweep: the same recipe from many seeds, trained together."""

from __future__ import annotations

import dataclasses
import functools
import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Any

import numpy as np

from unitscope.compiled import CompiledCode
from unitscope.data.dataset import Dataset
from unitscope.errors import TrainingDiverged, refusal, said, whole_number
from unitscope.network import Network, glorot_starts
from unitscope.training import layout
from unitscope.training.order import key_of
from unitscope.training.recipe import Recipe
from unitscope.training.run import Run
from unitscope.training.solutions import REASONS, grouped, reason, signature
from unitscope.training.train import train

LOCKSTEP = CompiledCode("unitscope.training.lockstep", tuple(f"unitscope.training.{name}" for name in (
    "layout", "lanes", "product", "passes", "optimizers", "shuffles", "lockstep")), arguments=14)

_MOST_SEEDS = 10_000_000
_MOST_IN_LOCKSTEP = 4096  # parameters: those of a block of larger networks leave the cache, and each trains alone
_BLOCKS = 4  # a task of a thread is so many blocks of runs
_SLICE = 2e9  # points x parameters x runs at once: some tenths of a second


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Sweep:
    """What trainings from many seeds did.

    - `data`, `recipe` (its seed is not one of them), `shape`: a network of the common shape.
    - `seeds` (S,): ints, in the order asked for.
    - `losses`, `accuracies` (S, epochs): as a Run has them; not finite from where a training diverged.
    - `weights` (S, P) float32: the parameters after the last epoch, each row as `Network.to_vector` has them.
    """

    data: Dataset
    recipe: Recipe
    shape: Network
    seeds: np.ndarray
    losses: np.ndarray
    accuracies: np.ndarray
    weights: np.ndarray

    @property
    def loss(self) -> np.ndarray:
        """The last epoch's loss of every seed, (S,)."""
        return self.losses[:, -1]

    @property
    def accuracy(self) -> np.ndarray:
        """The share of points that every seed's network classifies right at the end, (S,) in 0..1."""
        return self.accuracies[:, -1]

    def network(self, seed: int) -> Network:
        """The network after the last epoch of one seed; refused where its weights are not finite."""
        return self.shape.with_vector(self.weights[self._place(seed)])

    def run(self, seed: int) -> Run:
        """One seed trained by itself, with the weights of every epoch. Its losses are these to about 1e-5."""
        self._place(seed)
        return train(self.data, dataclasses.replace(self.recipe, seed=int(seed)))

    def stuck(self) -> dict[str, np.ndarray]:
        """The seeds that do not classify every point right, by the reason (see `solutions.reason`)."""
        wrong = self.seeds[~(self.accuracy == 1)]
        why = [reason(self._finite(seed), self.data) for seed in wrong.tolist()]
        return {one: wrong[[found == one for found in why]] for one in REASONS if one in why}

    def groups(self) -> list[np.ndarray]:
        """Seeds whose networks are the same up to the order of units, the largest group first.

        The same: they predict the same class for every point, and their units are on at the same points.
        """
        return grouped([signature(self._finite(seed), self.data) for seed in self.seeds.tolist()], self.seeds)

    def _finite(self, seed: int) -> Network | None:
        """A seed's network; None where its training diverged."""
        return self.network(seed) if np.isfinite(self.weights[self._place(seed)]).all() else None

    def _place(self, seed: int) -> int:
        place = self._places.get(whole_number("seed", seed, at_least=0))
        if place is None:
            raise refusal("seed", "one that was trained", seed)
        return place

    @functools.cached_property
    def _places(self) -> dict[int, int]:
        return {seed: place for place, seed in enumerate(self.seeds.tolist())}

    def __len__(self) -> int:
        return len(self.seeds)

    def __repr__(self) -> str:
        solved = (self.accuracy == 1).mean() if len(self) else 0.0
        return f"Sweep({self.shape!r}; {len(self):,} seeds; {solved:.1%} classify every point right)"


def sweep(data: Dataset, recipe: Recipe | None = None, *, seeds: int | Iterable[int] = 1000,
          threads: int | None = None, progress: Callable[[int, int], None] | None = None, **settings: Any) -> Sweep:
    """Train the same network from many seeds at once.

    Each seed starts and shuffles as `us.train` with that seed does, and its results do not depend on which others are
    trained beside it, nor on the threads.

    **Arguments**

    - `data`, `recipe` or its fields as keywords: as in `us.train`.
    - `seeds`: how many, from 0 on, or the seeds themselves.
    - `threads`: how many work at once; without it, one for each processor.
    - `progress`: called as `progress(seeds_done, seeds)` now and then.

    **Returns** a Sweep. Ctrl-C ends it early with the seeds that are done. A training that diverges has losses that are
    not finite. **Raises** `InvalidInput`.
    """
    if not isinstance(data, Dataset):
        raise refusal("data", "a Dataset", said(type(data).__name__), "Use us.Dataset(X, y).")
    chosen, wanted = Recipe.of(recipe, settings), _seeds(seeds)
    if not chosen.epochs:
        raise refusal("epochs", "at least 1", chosen.epochs)
    workers = whole_number("threads", threads, at_least=1) if threads is not None else os.cpu_count() or 1
    shape = Network.initialize((data.n_features, *chosen.hidden, data.n_classes), chosen.activation, 0)
    together = shape.n_parameters <= _MOST_IN_LOCKSTEP
    size = layout.GROUP * _BLOCKS if together else 1
    one_block = _in_lockstep if together else _alone
    blocks = [slice(begin, begin + size) for begin in range(0, len(wanted), size)]
    if together:
        LOCKSTEP.entry()  # compiled once, before the threads ask for it
    done: dict[int, tuple[np.ndarray, ...]] = {}
    with ThreadPoolExecutor(workers) as pool:
        futures = {pool.submit(one_block, data, chosen, shape, wanted[block]): block.start for block in blocks}
        try:
            for future in as_completed(futures):
                done[futures[future]] = future.result()
                if progress is not None:
                    progress(min(len(wanted), len(done) * size), len(wanted))
        except KeyboardInterrupt:
            pool.shutdown(wait=True, cancel_futures=True)
    starts = sorted(done)
    kept = [seed for start in starts for seed in wanted[start : start + size]]
    empty = (np.empty((0, chosen.epochs)), np.empty((0, chosen.epochs)), np.empty((0, shape.n_parameters), np.float32))
    parts = zip(*[done[start] for start in starts], strict=True) if starts else ([part] for part in empty)
    losses, accuracies, weights = (np.concatenate(part) for part in parts)
    return Sweep(data, chosen, shape, np.array(kept), losses, accuracies, weights)


def _seeds(seeds: int | Iterable[int]) -> list[int]:
    if isinstance(seeds, Iterable):
        listed = [whole_number("seeds", seed, at_least=0) for seed in seeds]
        if not listed or len(set(listed)) < len(listed):
            raise refusal("seeds", "at least one whole number, none twice", said(f"{len(listed)} numbers"))
        return listed
    return list(range(whole_number("seeds", seeds, at_least=1, at_most=_MOST_SEEDS)))


def _in_lockstep(data: Dataset, recipe: Recipe, shape: Network, seeds: list[int]) -> tuple[np.ndarray, ...]:
    """Losses, accuracies (seeds, epochs) and last weights (seeds, P), in pieces of some tenths of a second."""
    n, epochs, count, group = data.n_points, recipe.epochs, shape.n_parameters, layout.GROUP
    blocks = -(-len(seeds) // group)
    lanes = seeds + seeds[-1:] * (blocks * group - len(seeds))  # spare lanes repeat the last seed
    keys = np.array([key_of(seed) for seed in lanes], np.uint32)
    P, first, second = (layout.zeros(blocks, count, group) for _ in range(3))
    P[:] = glorot_starts(shape.sizes, lanes).reshape(blocks, group, count).transpose(0, 2, 1)
    with np.errstate(over="ignore"):
        X = np.ascontiguousarray(data.X.astype(np.float32).T)
    y, order = data.y.astype(np.float32), np.empty((2 * n, group), np.int32)
    slopes = np.array([layer.negative_slope for layer in shape.layers], np.float32)
    table, settings = layout.layer_table(shape, layout.ROW), layout.settings(recipe)
    pieces, steps = [], -(-n // recipe.batch_size)
    at_once = max(1, int(_SLICE / (n * count * len(lanes))))
    for begin in range(0, epochs, at_once):
        size = min(epochs, begin + at_once) - begin
        numbers = layout.numbers(shape, recipe, n, size, begin * steps, blocks)
        work = layout.zeros((2 * int(numbers[layout.ROWS]) + 1) * layout.ROW + count * group)
        loss, right = np.empty((2, blocks, size, group), np.float32)
        arrays = (numbers, settings, table, X, y, keys, order, slopes, P, first, second, work, loss, right)
        LOCKSTEP.entry()(*[array.ctypes.data for array in arrays])
        pieces.append((loss, right))
    losses, hits = (np.concatenate(part, axis=1).transpose(0, 2, 1).reshape(-1, epochs)[: len(seeds)]
                    for part in zip(*pieces, strict=True))
    weights = P.transpose(0, 2, 1).reshape(-1, count)[: len(seeds)]
    return losses.astype(np.float64), hits.astype(np.float64) / n, weights


def _alone(data: Dataset, recipe: Recipe, shape: Network, seeds: list[int]) -> tuple[np.ndarray, ...]:
    """The same of one seed, trained by itself."""
    losses, accuracies = np.full((1, recipe.epochs), np.nan), np.full((1, recipe.epochs), np.nan)
    try:
        run = train(data, dataclasses.replace(recipe, seed=seeds[0]))
    except TrainingDiverged as diverged:
        run = diverged.run
    losses[0, : run.epochs], accuracies[0, : run.epochs] = run.loss, run.accuracy
    return losses, accuracies, run.weights[-1:].copy()

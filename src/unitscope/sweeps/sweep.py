"""sweep: the same recipe, or every one of a grid, from many seeds, trained together."""

from __future__ import annotations

import contextlib
import itertools
import os
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple, Unpack, overload

import numpy as np

from unitscope.data.dataset import Dataset
from unitscope.errors import InvalidInput, refusal, said, whole_number
from unitscope.recipe import Recipe, Settings
from unitscope.sweeps import workers
from unitscope.sweeps.block import (
    MOST_IN_LOCKSTEP,
    block_size,
    prepare,
    seconds_a_block,
    train_seeds,
)
from unitscope.sweeps.folder import SweepFolder, folders_of
from unitscope.sweeps.grid import SweepGrid, combinations
from unitscope.sweeps.held_out import HeldOut, as_done
from unitscope.sweeps.result import Sweep
from unitscope.training import memory
from unitscope.training.progress import Reporter

_MOST_RUNS = 10_000_000
MOST_AT_ONCE = 1024  # threads, or processes
_SECONDS = 1.0  # of work in a slice that is sent or written: far more than either costs

# Whether to draw a bar, or a function of the runs done and the runs in all.
Progress = bool | Callable[[int, int], None]


@overload
def sweep(
    data: Dataset,
    recipe: Recipe | None = None,
    *,
    seeds: int | Iterable[int] = 1000,
    grid: None = None,
    folder: str | os.PathLike[str] | None = None,
    resume: bool = False,
    threads: int | None = None,
    jobs: int | None = None,
    progress: Progress | None = None,
    validation: float | Dataset | None = None,
    early_stopping: int | None = None,
    **settings: Unpack[Settings],
) -> Sweep: ...


@overload
def sweep(
    data: Dataset,
    recipe: Recipe | None = None,
    *,
    seeds: int | Iterable[int] = 1000,
    grid: Mapping[str, Iterable[Any]],
    folder: str | os.PathLike[str] | None = None,
    resume: bool = False,
    threads: int | None = None,
    jobs: int | None = None,
    progress: Progress | None = None,
    validation: float | Dataset | None = None,
    early_stopping: int | None = None,
    **settings: Unpack[Settings],
) -> SweepGrid: ...


def sweep(
    data: Dataset,
    recipe: Recipe | None = None,
    *,
    seeds: int | Iterable[int] = 1000,
    grid: Mapping[str, Iterable[Any]] | None = None,
    folder: str | os.PathLike[str] | None = None,
    resume: bool = False,
    threads: int | None = None,
    jobs: int | None = None,
    progress: Progress | None = None,
    validation: float | Dataset | None = None,
    early_stopping: int | None = None,
    **settings: Unpack[Settings],
) -> Sweep | SweepGrid:
    """Train the same network from many seeds at once.

    Each seed starts and shuffles as `us.train` with that seed does, and its results do not depend
    on which others are trained beside it, nor on threads, processes or machines of the same kind.

    **Arguments**

    - `data`, `recipe` or its fields as keywords: as in `us.train`.
    - `seeds`: how many, from 0 on, or the seeds themselves.
    - `grid`: settings to vary, like `{"hidden": [(2,), (4,)], "learning_rate": [0.01, 0.1]}`: every
      combination is trained from all seeds, the last setting varying quickest.
    - `folder`: where each slice of seeds is kept as it is finished. With `resume`, what is in it is
      not trained again: after Ctrl-C or a crash, or with more seeds or values than before. Other
      data, or another recipe, are refused, as is a folder to which another sweep writes.
    - `threads`: how many work at once in this process; without it, one for each processor.
    - `jobs`: how many processes work instead, through joblib. Under
      `joblib.parallel_config(backend=...)`, the workers of that backend (Dask, Ray, loky) do,
      `jobs` or all of them. Slices that a lost worker had are trained again.
    - `progress`: True for a bar (tqdm's where it is installed), or a function, which is called as
      `progress(runs_done, runs)` now and then; what it raises ends the sweep.
    - `validation`, `early_stopping`: as in `us.train`; of a share, each seed holds out points of
      its own. Then each seed is trained by itself, and its results are those of `us.train` to the
      bit.

    **Returns** a Sweep, or with `grid` a SweepGrid. Ctrl-C ends it early with the seeds that are
    done. A training that diverges has losses that are not finite. **Raises** `InvalidInput`;
    `MissingDependency` without joblib; `UnitscopeError` where workers are lost again and again.
    """
    if not isinstance(data, Dataset):
        raise refusal("data", "a Dataset", said(type(data).__name__), "Use us.Dataset(X, y).")
    held_out = {"validation": validation, "early_stopping": early_stopping}
    plan = planned(data, recipe, seeds, grid, settings, held_out)
    wanted, at_once = plan.seeds, _how_many(threads, jobs)
    plan.check_memory(at_once[0])
    if resume and folder is None:
        raise InvalidInput("folder must be given with resume. Got None instead.")
    empty = plan.empty()
    places = (
        contextlib.nullcontext(None)
        if folder is None
        else folders_of(folder, empty, grid=grid is not None, resume=resume)
    )
    with places as kept, Reporter(progress, "sweep", "runs") as tell:
        parts = (
            [[one] for one in empty]
            if kept is None
            else [[one, *place.parts()] for one, place in zip(empty, kept, strict=True)]
        )
        _train(parts, wanted, kept, at_once, jobs, tell)
    sweeps = [found[0].joined(found, wanted) for found in parts]
    return sweeps[0] if grid is None else SweepGrid(tuple(sweeps), tuple(plan.varied))


class Plan(NamedTuple):
    """A sweep that is checked: its recipes, what each of a grid varies, and the seeds."""

    data: Dataset
    recipes: list[Recipe]
    varied: list[dict[str, Any]]
    seeds: Sequence[int]
    held_out: HeldOut | None

    def check_memory(self, workers: int) -> None:
        """**Raises** `InvalidInput` where it takes more memory than is free."""
        data, held_out = self.data, self.held_out
        n, apart = (data.n_points, 0) if held_out is None else held_out.counts(data)
        needs = [
            memory.Need(
                n,
                (data.n_features, *one.hidden, data.n_classes),
                one.epochs,
                one.standardize is not False,
                apart,
                one.activation,
            )
            for one in self.recipes
        ]
        together = MOST_IN_LOCKSTEP if held_out is None else 0
        memory.check_sweep(needs, len(self.seeds), workers, most_together=together)

    def empty(self) -> list[Sweep]:
        """A Sweep of no seed for each recipe."""
        return [Sweep.of(self.data, one, self.held_out) for one in self.recipes]


def planned(
    data: Dataset,
    recipe: Recipe | None,
    seeds: int | Iterable[int],
    grid: Mapping[str, Iterable[Any]] | None,
    settings: Mapping[str, Any],
    apart: Mapping[str, Any],
) -> Plan:
    """What is to be trained; `apart` has the arguments of `HeldOut`. **Raises** `InvalidInput`."""
    held_out = HeldOut.of(data, **apart)
    done = partial(as_done, data, held_out=held_out)
    recipes, varied = (
        ([done(Recipe.of(recipe, settings))], [])
        if grid is None
        else combinations(recipe, settings, grid, done)
    )
    wanted = _seeds(seeds)
    if not all(one.epochs for one in recipes):
        raise refusal("epochs", "at least 1", 0)
    if len(wanted) * len(recipes) > _MOST_RUNS:
        raise refusal(
            "grid",
            f"at most {_MOST_RUNS} runs",
            said(f"{len(wanted)} seeds of {len(recipes)} combinations"),
        )
    return Plan(data, recipes, varied, wanted, held_out)


def _how_many(threads: int | None, jobs: int | None) -> tuple[int, bool]:
    """How many slices are worked on at once, and whether in processes."""
    if threads is not None:
        whole_number("threads", threads, at_least=1, at_most=MOST_AT_ONCE)
        if jobs is not None:
            raise refusal("threads", "given without jobs", threads)
    if jobs is not None:
        whole_number("jobs", jobs, at_least=1, at_most=MOST_AT_ONCE)
    if jobs is None and (threads is not None or not workers.chosen_backend()):
        return threads or os.cpu_count() or 1, False
    return workers.worker_count(jobs), True


def _train(
    parts: list[list[Sweep]],
    wanted: Sequence[int],
    kept: list[SweepFolder] | None,
    at_once: tuple[int, bool],
    jobs: int | None,
    told: Callable[[int, int], None] | None,
) -> None:
    """Add to `parts`, a list for each recipe, what is missing there; Ctrl-C ends it early."""
    count, processes = at_once
    held_out = parts[0][0].held_out
    whole, done = len(wanted) * len(parts), 0
    places, pieces = [], []
    for place, (empty, *there) in enumerate(parts):
        known = {seed for part in there for seed in part.seeds.tolist()}
        missing = [seed for seed in wanted if seed not in known] if known else wanted
        done += len(wanted) - len(missing)
        if missing:
            prepare(empty.architecture, held_out)
            size = block_size(empty.architecture, held_out)
            if processes or kept is not None:
                size = _slice_size(empty, len(missing), count)
            for begin in range(0, len(missing), size):
                places.append(place)
                pieces.append(
                    (
                        empty.data,
                        empty.recipe,
                        empty.architecture,
                        list(missing[begin : begin + size]),
                    )
                )

    def keep(number: int, results: tuple[np.ndarray, ...]) -> None:
        nonlocal done
        part = parts[places[number]][0].part(pieces[number][3], results)
        try:
            if kept is not None:
                _keep_whole(kept[places[number]], part)
        finally:
            parts[places[number]].append(part)
            done += len(part)

    stop = threading.Event()

    def tell() -> None:
        try:
            if told is not None:
                told(done, whole)
        except Exception:
            stop.set()  # what is under way is not wanted any more
            raise

    try:
        if kept is not None or not pieces:
            tell()
        task = train_seeds if held_out is None else partial(train_seeds, held_out=held_out)
        if processes:
            workers.in_processes(task, pieces, jobs, keep, tell)
        else:
            workers.in_threads(task, [(*piece, stop) for piece in pieces], count, keep, tell)
    except KeyboardInterrupt:
        return


def _keep_whole(folder: SweepFolder, part: Sweep) -> None:
    """Write a slice; where Ctrl-C comes in between, write it all the same, as it counts as done."""
    try:
        folder.keep(part)
    except KeyboardInterrupt:
        folder.keep(part)
        raise


def _slice_size(empty: Sweep, missing: int, count: int) -> int:
    """Seeds of a slice: about `_SECONDS` of work, but something for everyone."""
    what = (empty.data, empty.recipe, empty.architecture, empty.held_out)
    blocks = max(1, round(_SECONDS / seconds_a_block(*what)))
    size = block_size(empty.architecture, empty.held_out)
    return size * min(blocks, max(1, -(-missing // (size * count))))


def _seeds(seeds: int | Iterable[int]) -> Sequence[int]:
    if isinstance(seeds, Iterable):
        # Those beyond the most only say that there are more: they may have no end.
        some = itertools.islice(seeds, _MOST_RUNS + 1)
        listed = [whole_number("seeds", seed, at_least=0) for seed in some]
        if len(listed) > _MOST_RUNS:
            raise refusal("seeds", f"at most {_MOST_RUNS} numbers", said("more"))
        if not listed or len(set(listed)) < len(listed):
            raise refusal(
                "seeds", "at least one whole number, none twice", said(f"{len(listed)} numbers")
            )
        return listed
    return range(whole_number("seeds", seeds, at_least=1, at_most=_MOST_RUNS))

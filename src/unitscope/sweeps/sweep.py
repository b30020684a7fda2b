"""sweep: the same recipe, or every one of a grid, from many seeds, trained together."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Unpack, overload

import numpy as np

from unitscope.data.dataset import Dataset
from unitscope.errors import InvalidInput, refusal, said, whole_number
from unitscope.recipe import Recipe, Settings
from unitscope.sweeps import workers
from unitscope.sweeps.block import block_size, prepare, seconds_a_block, train_seeds
from unitscope.sweeps.folder import SweepFolder, folders_of
from unitscope.sweeps.grid import SweepGrid, combinations
from unitscope.sweeps.result import Sweep
from unitscope.training.progress import Reporter

_MOST_RUNS = 10_000_000
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
      data, or another recipe, are refused.
    - `threads`: how many work at once in this process; without it, one for each processor.
    - `jobs`: how many processes work instead, through joblib. Under
      `joblib.parallel_config(backend=...)`, the workers of that backend (Dask, Ray, loky) do,
      `jobs` or all of them. Slices that a lost worker had are trained again.
    - `progress`: True for a bar (tqdm's where it is installed), or a function, which is called as
      `progress(runs_done, runs)` now and then; what it raises ends the sweep.

    **Returns** a Sweep, or with `grid` a SweepGrid. Ctrl-C ends it early with the seeds that are
    done. A training that diverges has losses that are not finite. **Raises** `InvalidInput`;
    `MissingDependency` without joblib; `UnitscopeError` where workers are lost again and again.
    """
    if not isinstance(data, Dataset):
        raise refusal("data", "a Dataset", said(type(data).__name__), "Use us.Dataset(X, y).")
    recipes, varied = (
        ([Recipe.of(recipe, settings)], [])
        if grid is None
        else combinations(recipe, settings, grid)
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
    at_once = _how_many(threads, jobs)
    if resume and folder is None:
        raise InvalidInput("folder must be given with resume. Got None instead.")
    empty = [Sweep.of(data, one) for one in recipes]
    kept = (
        None if folder is None else folders_of(folder, empty, grid=grid is not None, resume=resume)
    )
    parts = (
        [[one] for one in empty]
        if kept is None
        else [[one, *place.parts()] for one, place in zip(empty, kept, strict=True)]
    )
    with Reporter(progress, "sweep", "runs") as tell:
        _train(parts, wanted, kept, at_once, jobs, tell)
    sweeps = [found[0].joined(found, wanted) for found in parts]
    return sweeps[0] if grid is None else SweepGrid(tuple(sweeps), tuple(varied))


def _how_many(threads: int | None, jobs: int | None) -> tuple[int, bool]:
    """How many slices are worked on at once, and whether in processes."""
    if threads is not None:
        whole_number("threads", threads, at_least=1)
        if jobs is not None:
            raise refusal("threads", "given without jobs", threads)
    if jobs is not None:
        whole_number("jobs", jobs, at_least=1)
    if jobs is None and (threads is not None or not workers.chosen_backend()):
        return threads or os.cpu_count() or 1, False
    return workers.worker_count(jobs), True


def _train(
    parts: list[list[Sweep]],
    wanted: list[int],
    kept: list[SweepFolder] | None,
    at_once: tuple[int, bool],
    jobs: int | None,
    told: Callable[[int, int], None] | None,
) -> None:
    """Add to `parts`, a list for each recipe, what is missing there; Ctrl-C ends it early."""
    count, processes = at_once
    whole, done = len(wanted) * len(parts), 0
    places, pieces = [], []
    for place, (empty, *there) in enumerate(parts):
        known = {seed for part in there for seed in part.seeds.tolist()}
        missing = [seed for seed in wanted if seed not in known] if known else wanted
        done += len(wanted) - len(missing)
        if missing:
            prepare(empty.architecture)
            size = block_size(empty.architecture)
            if processes or kept is not None:
                size = _slice_size(empty, len(missing), count)
            for begin in range(0, len(missing), size):
                places.append(place)
                pieces.append(
                    (empty.data, empty.recipe, empty.architecture, missing[begin : begin + size])
                )

    def keep(number: int, results: tuple[np.ndarray, ...]) -> None:
        nonlocal done
        part = parts[places[number]][0].part(pieces[number][3], results)
        if kept is not None:
            kept[places[number]].keep(part)
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
        if processes:
            workers.in_processes(train_seeds, pieces, jobs, keep, tell)
        else:
            workers.in_threads(train_seeds, [(*piece, stop) for piece in pieces], count, keep, tell)
    except KeyboardInterrupt:
        return


def _slice_size(empty: Sweep, missing: int, count: int) -> int:
    """Seeds of a slice: about `_SECONDS` of work, but something for everyone."""
    blocks = max(1, round(_SECONDS / seconds_a_block(empty.data, empty.recipe, empty.architecture)))
    size = block_size(empty.architecture)
    return size * min(blocks, max(1, -(-missing // (size * count))))


def _seeds(seeds: int | Iterable[int]) -> list[int]:
    if isinstance(seeds, Iterable):
        listed = [whole_number("seeds", seed, at_least=0) for seed in seeds]
        if not listed or len(set(listed)) < len(listed):
            raise refusal(
                "seeds", "at least one whole number, none twice", said(f"{len(listed)} numbers")
            )
        if max(listed) >= 2**63:
            raise refusal("seeds", "below 2**63", max(listed))
        return listed
    return list(range(whole_number("seeds", seeds, at_least=1, at_most=_MOST_RUNS)))

"""Sweeps of the lab's network on each kind of worker: runs per second, and what a slice costs.

`python benchmarks/sweep_workers.py [SEEDS ROUNDS]` prints the section; it needs the extras dask and
ray, and says so where they are missing.
"""

from __future__ import annotations

import contextlib
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import page
import unitscope as us
from unitscope.sweeps import sweep as module
from unitscope.sweeps.block import block_size

LAB = us.datasets.lab()
WORKERS = 2
TITLE = f"Workers: seeds of the lab, 200 epochs, {WORKERS} of each kind"


def seconds(seeds: int, **asked: Any) -> float:
    """Of one sweep of the lab."""
    began = time.perf_counter()
    us.sweep(LAB, seeds=seeds, **asked)
    return time.perf_counter() - began


def a_slice(go: Callable[..., float]) -> float:
    """Seconds that a slice costs: 400 slices of one block and epoch, less 20 of the same seeds."""
    block = block_size(us.Network.initialize((2, 2, 4)))
    sized = module._slice_size
    spent = []
    try:
        for blocks in (1, 20):
            module._slice_size = lambda empty, missing, count, size=block * blocks: size
            spent.append(go(400 * block, epochs=1))
    finally:
        module._slice_size = sized
    return (spent[0] - spent[1]) / (400 - 20)


def under(backend: str) -> Callable[..., float]:
    """`seconds` with the workers of a joblib backend."""
    import joblib

    def go(seeds: int, **asked: Any) -> float:
        with joblib.parallel_config(backend=backend):
            return seconds(seeds, **asked)

    return go


@contextlib.contextmanager
def clusters() -> Iterator[None]:
    """A Ray and a Dask cluster of WORKERS processes each on this machine."""
    import ray
    from distributed import Client, LocalCluster
    from ray.util.joblib import register_ray

    ray.init(num_cpus=WORKERS, include_dashboard=False, logging_level="error", log_to_driver=False)
    register_ray()
    try:
        with (
            LocalCluster(WORKERS, threads_per_worker=1, dashboard_address=":0") as cluster,
            Client(cluster),
        ):
            yield
    finally:
        ray.shutdown()


def workers_table(seeds: int = 12_000, rounds: int = 7) -> str:
    """The section: every kind of worker in turn; the first round is not counted."""
    who = {
        "one thread": lambda *a, **k: seconds(*a, threads=1, **k),
        "threads": seconds,
        "loky": lambda *a, **k: seconds(*a, jobs=WORKERS, **k),
        "dask": under("dask"),
        "ray": under("ray"),
    }
    rates: dict[str, list[float]] = {name: [] for name in who}
    costs: dict[str, list[float]] = {name: [] for name in ("loky", "dask", "ray")}
    with clusters():
        for turn in range(rounds + 1):
            for name, go in who.items():
                rate = seeds / go(seeds)
                cost = a_slice(go) if name in costs else 0.0
                if turn:
                    rates[name].append(rate)
                    costs.get(name, []).append(cost)
    rows = [
        [
            name,
            f"{statistics.median(found):,.0f}",
            f"{min(found):,.0f} to {max(found):,.0f}",
            f"{1000 * statistics.median(costs[name]):.2f} ms" if name in costs else "",
        ]
        for name, found in rates.items()
    ]
    with tempfile.TemporaryDirectory() as folder:
        us.sweep(LAB, seeds=seeds, folder=Path(folder) / "sweep")
        size = sum(path.stat().st_size for path in (Path(folder) / "sweep").glob("seeds-*"))
    return (
        page.table(TITLE, ["who", "runs per second", "least to most", "a slice costs"], rows)
        + f"""
Medians of {rounds} rounds of {seeds:,} seeds. What a slice costs is the time to send it away and
get it back, whatever is trained in it. In a folder a run takes {size / seeds:,.0f} bytes.
"""
    )


if __name__ == "__main__":
    try:
        print(workers_table(*map(int, sys.argv[1:])))
    except ImportError as error:
        print(page.skipped(TITLE, error))

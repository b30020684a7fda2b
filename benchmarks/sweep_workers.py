"""Sweeps of the lab's network on each kind of worker, taking turns: runs a second, and what a slice costs besides.

Needs the extras dask and ray: .venv/bin/python benchmarks/sweep_workers.py
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import joblib
import ray
from distributed import Client, LocalCluster
from ray.util.joblib import register_ray

import unitscope as us
from unitscope.training import sweep as module

LAB = us.datasets.lab()
WORKERS = 2
SEEDS, ROUNDS = 12_000, 7


def seconds(seeds: int, **asked: Any) -> float:
    began = time.perf_counter()
    us.sweep(LAB, seeds=seeds, **asked)
    return time.perf_counter() - began


def a_slice(go: Callable[..., float]) -> float:
    """Seconds a slice costs: 400 slices of one block and one epoch against 20 slices of the same seeds."""
    sized, spent = module._slice_size, []
    for blocks in (1, 20):
        module._slice_size = lambda empty, missing, count, size=32 * blocks: size
        spent.append(go(12_800, epochs=1))
    module._slice_size = sized
    return (spent[0] - spent[1]) / (400 - 20)


def under(backend: str) -> Callable[..., float]:
    def go(seeds: int, **asked: Any) -> float:
        with joblib.parallel_config(backend=backend):
            return seconds(seeds, **asked)

    return go


def main() -> None:
    ray.init(num_cpus=WORKERS, include_dashboard=False, logging_level="error", log_to_driver=False)
    register_ray()
    with LocalCluster(n_workers=WORKERS, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster):
        who = {"one thread": lambda *a, **k: seconds(*a, threads=1, **k), "threads": seconds,
               "loky": lambda *a, **k: seconds(*a, jobs=WORKERS, **k), "dask": under("dask"), "ray": under("ray")}
        rates: dict[str, list[float]] = {name: [] for name in who}
        costs: dict[str, list[float]] = {name: [] for name in ("loky", "dask", "ray")}
        for turn in range(ROUNDS + 1):  # the first is not counted
            for name, go in who.items():
                rate = SEEDS / go(SEEDS)
                cost = a_slice(go) if name in costs else 0.0
                if turn:
                    rates[name].append(rate)
                    costs.get(name, []).append(cost)
    ray.shutdown()
    for name, found in rates.items():
        print(f"{name}: {statistics.median(found):,.0f} runs/s ({min(found):,.0f} to {max(found):,.0f})")
    for name, found in costs.items():
        print(f"{name}: {1000 * statistics.median(found):.2f} ms a slice "
              f"({1000 * min(found):.2f} to {1000 * max(found):.2f})")
    with tempfile.TemporaryDirectory() as folder:
        us.sweep(LAB, seeds=SEEDS, folder=Path(folder) / "sweep")
        size = sum(path.stat().st_size for path in (Path(folder) / "sweep").glob("seeds-*"))
        print(f"folder: {size / SEEDS:,.1f} bytes a run")


if __name__ == "__main__":
    main()

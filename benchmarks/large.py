"""Rows per second of `us.fit`: our kernel, Keras on one or several devices, arrays and shards.

    python benchmarks/large.py [BATCH ROWS ...]

The network is 20-64-64-4 with Adam, on float32 rows. Each contender has a process of its own, which
first trains an epoch of a few batches and then three epochs; shown are the median of those, the
slowest and the quickest. Without JAX the section says that nothing was measured.
"""

from __future__ import annotations

import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import page

FEATURES, HIDDEN, CLASSES, ROUNDS = 20, (64, 64), 4, 3
SIZES = ((8192, 819_200), (1024, 409_600))  # batch, rows
CONTENDERS = (("kernel", 1), ("Keras", 1), ("Keras", 2), ("Keras", 4), ("shards", 1), ("shards", 4))
NAMES = {
    "kernel": "our kernel",
    "Keras": "Keras on JAX, arrays",
    "shards": "Keras on JAX, shards read from files",
}
TITLE = "Rows per second: `us.fit`, 20-64-64-4"


def rows_table(sizes: tuple[tuple[int, int], ...] = SIZES) -> str:
    """The section: every contender in turn, for each batch and number of rows."""
    for needed in ("keras", "jax"):
        if importlib.util.find_spec(needed) is None:
            raise ModuleNotFoundError(name=needed)
    rows = []
    for who, devices in CONTENDERS:
        cells = [NAMES[who], str(devices)]
        for batch, count in sizes:
            rates = _in_process(who, devices, batch, count)
            median = statistics.median(rates)
            slowest = min(rates)
            quickest = max(rates)
            cells.append(f"{median:,.0f} ({slowest:,.0f} to {quickest:,.0f})")
        rows.append(cells)
    columns = ["who", "devices", *(f"batch {batch:,}, {count:,} rows" for batch, count in sizes)]
    return (
        page.table(TITLE, columns, rows)
        + f"""
Medians of {ROUNDS} epochs, and the slowest and quickest. The devices are virtual ones on
{os.cpu_count()} cores, under `keras.distribution.DataParallel`.
"""
    )


def _in_process(who: str, devices: int, batch: int, rows: int) -> list[float]:
    """The rates of one contender, measured in a fresh process."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "KERAS_BACKEND": "jax",
            "JAX_PLATFORMS": "cpu",
            "NPROC": "8",
            "XLA_FLAGS": f"--xla_force_host_platform_device_count={devices}",
        }
        words = [sys.executable, __file__, who, str(devices), str(batch), str(rows), folder]
        result = subprocess.run(words, env=environment, check=True, capture_output=True, text=True)
    return json.loads(result.stdout.splitlines()[-1])


def measure(who: str, devices: int, batch: int, rows: int, folder: Path) -> list[float]:
    """Rows per second of one contender, one rate for each epoch."""
    import keras
    import numpy as np

    import unitscope as us

    if who != "kernel":
        keras.distribution.set_distribution(keras.distribution.DataParallel())
    rng = np.random.default_rng(0)
    X = rng.normal(size=(rows, FEATURES)).astype(np.float32)
    y = rng.integers(0, CLASSES, rows).astype(np.int32)
    model = keras.Sequential(
        [
            keras.Input((FEATURES,)),
            *(keras.layers.Dense(units, "relu") for units in HIDDEN),
            keras.layers.Dense(CLASSES),
        ]
    )
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    us.fit(model, X[: 4 * batch], y[: 4 * batch], batch_size=batch, verbose=0)
    data: dict[str, Any] = {"X": X, "y": y, "batch_size": batch}
    if who == "shards":
        data = {"X": shards(X, y, batch, folder)}
    rates = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        us.fit(model, **data, verbose=0)
        rates.append(rows / (time.perf_counter() - began))
    return rates


def shards(X: Any, y: Any, batch: int, folder: Path) -> Any:
    """A PyDataset that reads each batch from a file of 16 batches, as docs/clusters.md has it."""
    import keras
    import numpy as np

    each = 16
    for start in range(0, len(y), each * batch):
        number = start // (each * batch)
        np.save(folder / f"X{number:05}.npy", X[start : start + each * batch])
        np.save(folder / f"y{number:05}.npy", y[start : start + each * batch])

    class Shards(keras.utils.PyDataset):
        def __len__(self) -> int:
            return len(y) // batch

        def __getitem__(self, index: int) -> tuple[Any, Any]:
            number, place = divmod(index, each)
            rows = slice(place * batch, (place + 1) * batch)
            return tuple(
                np.load(folder / f"{name}{number:05}.npy", mmap_mode="r")[rows] for name in "Xy"
            )

    return Shards()


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in NAMES:
        print(json.dumps(measure(sys.argv[1], *map(int, sys.argv[2:5]), Path(sys.argv[5]))))
    else:
        given = [int(word) for word in sys.argv[1:]]
        try:
            print(rows_table(tuple(zip(given[::2], given[1::2], strict=True)) or SIZES))
        except ImportError as error:
            print(page.skipped(TITLE, error))

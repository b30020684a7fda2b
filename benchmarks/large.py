"""How many rows a second `us.fit` trains: our kernel, Keras on one device, on several, from arrays and from shards.

    python benchmarks/large.py [BATCH] [ROWS]

The network is 20-64-64-4 with Adam, on float32 rows. Each contender has a process of its own, which trains an epoch of
a few batches first and then three epochs; printed is the median of those, and the slowest and quickest.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

FEATURES, HIDDEN, CLASSES, ROUNDS = 20, (64, 64), 4, 3
CONTENDERS = (("kernel", 1), ("Keras", 1), ("Keras", 2), ("Keras", 4), ("shards", 1), ("shards", 4))


def main() -> None:
    """Measure every contender in turn."""
    batch, rows = (int(word) for word in (*sys.argv[1:], *("8192", "1638400")[len(sys.argv) - 1 :]))
    print(f"{rows:,} rows, batches of {batch:,}, 20-64-64-4, {os.cpu_count()} cores", flush=True)
    for who, devices in CONTENDERS:
        with tempfile.TemporaryDirectory() as folder:
            environment = {**os.environ, "KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu", "NPROC": "8",
                           "XLA_FLAGS": f"--xla_force_host_platform_device_count={devices}"}
            words = [sys.executable, __file__, who, str(devices), str(batch), str(rows), folder]
            subprocess.run(words, env=environment, check=True)


def measure(who: str, devices: int, batch: int, rows: int, folder: Path) -> None:
    """Print the rate of one contender."""
    import keras
    import numpy as np

    import unitscope as us

    if who != "kernel":
        keras.distribution.set_distribution(keras.distribution.DataParallel())
    rng = np.random.default_rng(0)
    X = rng.normal(size=(rows, FEATURES)).astype(np.float32)
    y = rng.integers(0, CLASSES, rows).astype(np.int32)
    model = keras.Sequential([keras.Input((FEATURES,)), *(keras.layers.Dense(units, "relu") for units in HIDDEN),
                              keras.layers.Dense(CLASSES)])
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
    print(f"{who}, devices: {devices}: {statistics.median(rates):,.0f} rows/s "
          f"({min(rates):,.0f} to {max(rates):,.0f})")


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
            return tuple(np.load(folder / f"{name}{number:05}.npy", mmap_mode="r")[rows] for name in "Xy")

    return Shards()


if __name__ == "__main__":
    if len(sys.argv) > 3:
        measure(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), Path(sys.argv[5]))
    else:
        main()

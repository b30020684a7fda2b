"""Points a second that Keras on JAX trains, on one device and on four virtual ones of this processor; and our kernel.

`python benchmarks/devices.py` prints a table. The devices share the processor: what they cost is seen, not a gain.
"""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import timing

POINTS, FEATURES, CLASSES, BATCH = 262_144, 20, 10, 1024


def rate(devices: int) -> float:
    """Points a second in this process; 0 devices for our kernel."""
    import keras

    import unitscope as us

    if devices > 1:
        keras.distribution.set_distribution(keras.distribution.DataParallel(auto_shard_dataset=False))
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(POINTS, FEATURES)).astype(np.float32), np.arange(POINTS) % CLASSES
    model = keras.Sequential([keras.Input((FEATURES,)), keras.layers.Dense(64, "relu"), keras.layers.Dense(CLASSES)])
    model.compile(keras.optimizers.Adam(), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    fit = us.fit if devices != 1 else model.fit
    first = (model, X, y) if devices != 1 else (X, y)
    return POINTS / timing.medians({"fit": lambda: fit(*first, batch_size=BATCH, verbose=0)})["fit"]


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(rate(int(sys.argv[1])))
    else:
        for devices, who in ((0, "our kernel, where the data fit"), (1, "Keras on JAX, 1 device"),
                             (4, "Keras on JAX, 4 virtual devices")):
            result = subprocess.run(
                [sys.executable, __file__, str(devices)], check=True, capture_output=True, text=True,
                env=os.environ | {"KERAS_BACKEND": "jax",
                                  "XLA_FLAGS": f"--xla_force_host_platform_device_count={max(1, devices)}"})
            print(f"{who}: {float(result.stdout.splitlines()[-1]):,.0f} points a second", flush=True)

"""One process of the trainings that test_distribution.py compares; each writes a .npz file.

    python distributed_fit.py DEVICES FOLDER FORMS [PROCESS PROCESSES PORT]

DEVICES of this process are virtual ones of its CPU. FORMS, with commas between, are how the points
are given: arrays, PyDataset, generator, or tf.data, whose full batches Keras deals out; or arrays
with a difference: `alone` is not distributed, `whole` has full batches only, in `uneven` the last
process has a batch less and is refused. One process does several, since starting it takes most of
the time. The file of a form is FOLDER/FORM-PROCESS.npz.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

DEVICES, FOLDER, FORMS = int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3].split(",")
PROCESS, PROCESSES, PORT = (int(word) for word in sys.argv[4:]) if sys.argv[4:] else (0, 1, 0)
os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_PLATFORMS"] = "cpu"
os.environ["JAX_CPU_COLLECTIVES_IMPLEMENTATION"] = "gloo"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["XLA_FLAGS"] = f"--xla_force_host_platform_device_count={DEVICES}"

import keras  # noqa: E402
import numpy as np  # noqa: E402

import unitscope as us  # noqa: E402
from unitscope.errors import InvalidInput  # noqa: E402

# The last batch has 8 points: two for each of 4 devices.
N, D, K, BATCH, EPOCHS, SEEN = 488, 5, 4, 32, 6, 96
RNG = np.random.default_rng(11)
CENTRES = RNG.normal(0.0, 2.0, (K, D))
Y = RNG.integers(0, K, N)
X = CENTRES[Y] + RNG.normal(size=(N, D))
WHOLE = N // BATCH * BATCH


def made() -> keras.Model:
    """A model that begins with the same weights everywhere."""
    model = keras.Sequential(
        [keras.Input((D,)), keras.layers.Dense(8, "relu"), keras.layers.Dense(K)]
    )
    rng = np.random.default_rng(3)
    model.set_weights(
        [rng.normal(0.0, 0.5, part.shape).astype(np.float32) for part in model.get_weights()]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.02), loss, metrics=["accuracy"])
    return model


def share(values: np.ndarray) -> np.ndarray:
    """This process's rows: of every batch of the whole training an equal part, in their order."""
    parts = [values[start : start + BATCH] for start in range(0, len(values), BATCH)]
    return np.concatenate([np.split(part, PROCESSES)[PROCESS] for part in parts])


class Batches(keras.utils.PyDataset):
    """This process's share as it would come from files."""

    def __init__(self) -> None:
        super().__init__()
        self.X, self.y = share(X), share(Y)

    def __len__(self) -> int:
        return -(-len(self.y) // (BATCH // PROCESSES))

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        rows = slice(index * BATCH // PROCESSES, (index + 1) * BATCH // PROCESSES)
        return self.X[rows], self.y[rows]


def generated() -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The same batches, epoch after epoch."""
    batches = Batches()
    for _ in range(EPOCHS):
        yield from (batches[index] for index in range(len(batches)))


def data(form: str) -> dict[str, object]:
    """The arguments of fit that have the points."""
    if form == "PyDataset":
        return {"x": Batches()}
    if form == "generator":
        return {"x": generated(), "steps_per_epoch": len(Batches())}
    if form == "tf.data":
        import tensorflow as tf

        return {"x": tf.data.Dataset.from_tensor_slices((X, Y)).batch(BATCH, drop_remainder=True)}
    rows = share(X), share(Y)
    if form == "whole":
        rows = X[:WHOLE], Y[:WHOLE]
    if form == "uneven" and PROCESS == PROCESSES - 1:
        rows = rows[0][: -BATCH // PROCESSES], rows[1][: -BATCH // PROCESSES]
    return {
        "x": rows[0],
        "y": rows[1],
        "batch_size": BATCH // PROCESSES,
        "validation_data": (share(X[:SEEN]), share(Y[:SEEN])),
    }


def trained(form: str) -> dict[str, object]:
    """What is compared: every epoch's numbers and weights, and the points that the run keeps."""
    distribution = None
    if form != "alone":
        distribution = keras.distribution.DataParallel(auto_shard_dataset=form == "tf.data")
    keras.distribution.set_distribution(distribution)
    model = made()
    try:
        history = us.fit(model, **data(form), epochs=EPOCHS, shuffle=False, verbose=0)
    except InvalidInput as error:
        return {"refused": str(error)}
    run = history.run
    assert type(run.weights) is np.ndarray
    return {
        **history.history,
        "why": str(history.why),
        "weights": run.weights,
        "run_loss": run.loss,
        "final": np.concatenate([part.ravel() for part in model.get_weights()]),
        "points": run.data.X,
        "labels": run.data.y,
    }


def main() -> None:
    """Train and write."""
    if PROCESSES > 1:
        keras.distribution.initialize(f"127.0.0.1:{PORT}", PROCESSES, PROCESS)
    assert len(keras.distribution.list_devices()) == DEVICES * PROCESSES
    for form in FORMS:
        np.savez(FOLDER / f"{form}-{PROCESS}.npz", **trained(form))


main()

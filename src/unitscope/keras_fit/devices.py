"""Training on several devices: what `keras.distribution.DataParallel` on JAX requires.

Keras would fail in the middle of the first epoch and talk of shardings; or, where the processes
have different numbers of batches, wait for ever. So model and data are checked here beforehand.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import Any

import numpy as np

from unitscope.errors import refusal, said
from unitscope.keras_fit.data import kept
from unitscope.keras_fit.plan import BATCH_SIZE
from unitscope.keras_fit.sample import batch_count
from unitscope.models.keras import keras_package, kind


def check_devices(model: Any, X: Any, arguments: Mapping[str, Any]) -> None:
    """Refuse what several devices cannot train, with the same error in every process."""
    package = keras_package(model)
    parallel = _data_parallel(package)
    if parallel is None:
        return
    import jax

    devices = int(parallel.device_mesh.devices.size)
    processes = int(jax.process_count())
    _check_weights(model, devices)
    if getattr(parallel, "auto_shard_dataset", True) and processes > 1:
        return  # Keras itself takes nothing but a tf.data.Dataset then, and deals its batches out
    loads = _everywhere(_load(X, arguments), processes)
    for load in loads:
        _check_load(load, max(1, devices // processes))
    for name, column in (("x", 4), ("validation_data", 5)):
        counts = loads[:, column]
        if (counts != counts[0]).any():
            process = int(np.flatnonzero(counts != counts[0])[0])
            rule = "of equally many batches in every process, as each waits for the others"
            got = said(f"{counts[0]} in process 0 and {counts[process]} in process {process}")
            raise refusal(name, rule, got, "Leave batches out, or distribute the rows again.")


def unused_devices(model: Any) -> str:
    """Advice for work too large for the kernel, where JAX has devices that Keras will not use."""
    package = keras_package(model)
    if package.backend.backend() != "jax" or not hasattr(package, "distribution"):
        return ""
    if package.distribution.distribution() is not None:
        return ""
    import jax

    devices = jax.device_count()
    if devices < 2:
        return ""
    return (
        f" (on one of {devices} devices: to use all, call keras.distribution.set_distribution("
        "keras.distribution.DataParallel()) before the model is made)"
    )


def _data_parallel(package: ModuleType) -> Any:
    """The DataParallel that is set, where the backend is JAX; otherwise None."""
    if package.backend.backend() != "jax" or not hasattr(package, "distribution"):
        return None
    distribution = package.distribution.distribution()
    if distribution is None or kind(distribution, package) != "DataParallel":
        return None
    return distribution


def _check_weights(model: Any, devices: int) -> None:
    """Weights and optimizer must be on all devices: Keras puts them there if made afterwards."""
    for variable in [*model.trainable_variables, *model.optimizer.variables]:
        found = len(variable.value.sharding.device_set)
        if found != devices:
            rule = f"made and compiled once the distribution is set, to be on all {devices} devices"
            got = said(f"one with {variable.path} on {found}")
            remedy = "Call keras.distribution.set_distribution(...) first."
            raise refusal("model", rule, got, remedy)


def _load(X: Any, arguments: Mapping[str, Any]) -> list[int]:
    """What this process trains on: points, batch size, the same of the points to validate with.

    Then the batches of both. Points are 0 where only batches can be counted, and batches -1 where
    not even those can.
    """
    batch = arguments["batch_size"] or BATCH_SIZE
    split = arguments["validation_split"]
    held_out = arguments["validation_data"]
    points, held = _points(X), 0
    if held_out is not None:
        held = _points(held_out[0] if isinstance(held_out, (tuple, list)) else held_out)
    elif points and split:
        cut = kept(points, split)
        points, held = cut, points - cut
    held_batch = arguments.get("validation_batch_size") or batch
    steps = arguments.get("steps_per_epoch") or _batches(X, points, batch)
    held_steps = arguments.get("validation_steps") or _batches(held_out, held, held_batch)
    return [points, batch, held, held_batch, steps, held_steps]


def _points(data: Any) -> int:
    shape: Any = getattr(data, "shape", ())
    return int(shape[0]) if len(shape) else 0


def _batches(data: Any, points: int, batch: int) -> int:
    if points:
        return -(-points // batch)
    if data is None:
        return 0
    count = batch_count(data)
    return -1 if count is None else count


def _everywhere(load: list[int], processes: int) -> np.ndarray:
    """The loads of all processes, one row for each."""
    if processes == 1:
        return np.array([load])
    from jax.experimental.multihost_utils import process_allgather

    return np.asarray(process_allgather(np.array(load, np.int32))).reshape(processes, len(load))


def _check_load(load: np.ndarray, devices: int) -> None:
    """Every batch, the last one too, must divide evenly among the devices of a process."""
    points, batch, held, held_batch = (int(number) for number in load[:4])
    for name, count, size in (("x", points, batch), ("validation_data", held, held_batch)):
        last = count % size or min(count, size)
        if count > size and size % devices:
            rule = f"a multiple of the {devices} devices, which share each batch"
            raise refusal("batch_size", rule, size)
        surplus = last % devices
        if surplus:
            rule = f"points whose last batch divides evenly among the {devices} devices"
            got = said(f"{count} points in batches of {size}, the last of {last}")
            raise refusal(name, rule, got, f"Leave out {surplus}, or add {devices - surplus}.")

"""Training on several devices: what `keras.distribution.DataParallel` on JAX asks of the model and of the data.

Keras finds out in the middle of the first epoch and says so in terms of shardings; or, where the
processes have different numbers of batches, it waits for ever. So it is asked here before it
starts.
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
    """Refuse what several devices cannot train; every process raises the same error, so that none waits for another."""
    package = keras_package(model)
    parallel = _data_parallel(package)
    if parallel is None:
        return
    import jax

    devices, processes = int(parallel.device_mesh.devices.size), int(jax.process_count())
    _check_weights(model, devices)
    if getattr(parallel, "auto_shard_dataset", True) and processes > 1:
        return  # Keras itself takes nothing but a tf.data.Dataset then, and deals its batches out
    loads = _everywhere(_load(X, arguments), processes)
    for load in loads:
        _check_load(load, max(1, devices // processes))
    for name, column in (("X", 4), ("validation_data", 5)):
        counts = loads[:, column]
        if (counts != counts[0]).any():
            process = int(np.flatnonzero(counts != counts[0])[0])
            raise refusal(
                name,
                "of as many batches in every process, as each waits for the others",
                said(f"{counts[0]} in process 0 and {counts[process]} in process {process}"),
                "Leave batches out, or deal the rows out anew.",
            )


def unused_devices(model: Any) -> str:
    """Advice for work too large for the kernel, where JAX has devices that Keras will not use; otherwise empty."""
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
    return (
        distribution
        if distribution is not None and kind(distribution, package) == "DataParallel"
        else None
    )


def _check_weights(model: Any, devices: int) -> None:
    """Weights and optimizer must be on all devices, where Keras puts what is made once the distribution is set."""
    for variable in [*model.trainable_variables, *model.optimizer.variables]:
        found = len(variable.value.sharding.device_set)
        if found != devices:
            raise refusal(
                "model",
                f"made and compiled once the distribution is set, to be on all {devices} devices",
                said(f"one with {variable.path} on {found}"),
                "Call keras.distribution.set_distribution(...) first.",
            )


def _load(X: Any, arguments: Mapping[str, Any]) -> list[int]:
    """What this process trains on: points, batch size, points to validate with, their batch size; batches of each.

    Points are 0 where only the batches can be counted, and batches -1 where not even these.
    """
    batch = arguments["batch_size"] or BATCH_SIZE
    points, split, held_out = (
        _points(X),
        arguments["validation_split"],
        arguments["validation_data"],
    )
    held = 0
    if held_out is not None:
        held = _points(held_out[0] if isinstance(held_out, (tuple, list)) else held_out)
    elif points and split:
        cut = kept(points, split)
        points, held = cut, points - cut
    held_batch = arguments.get("validation_batch_size") or batch
    steps, held_steps = arguments.get("steps_per_epoch"), arguments.get("validation_steps")
    return [
        points,
        batch,
        held,
        held_batch,
        steps or _batches(X, points, batch),
        held_steps or _batches(held_out, held, held_batch),
    ]


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
    """The loads of all processes, a row for each."""
    if processes == 1:
        return np.array([load])
    from jax.experimental.multihost_utils import process_allgather

    return np.asarray(process_allgather(np.array(load, np.int32))).reshape(processes, len(load))


def _check_load(load: np.ndarray, devices: int) -> None:
    """Every batch, the last one too, must divide among the devices of a process."""
    points, batch, held, held_batch = (int(number) for number in load[:4])
    for name, count, size in (("X", points, batch), ("validation_data", held, held_batch)):
        last = count % size or min(count, size)
        if count > size and size % devices:
            raise refusal(
                "batch_size", f"a multiple of the {devices} devices, which share each batch", size
            )
        if last % devices:
            raise refusal(
                name,
                f"points of which the last batch divides among the {devices} devices",
                said(f"{count} points in batches of {size}, the last of {last}"),
                f"Leave out {last % devices}, or add {devices - last % devices}.",
            )

"""fit on several devices and in several processes: every epoch's numbers are those of one device.

Devices are virtual ones of the CPU, processes talk over the loopback; each training is a process
of its own, since their number is fixed when JAX starts. What they do is in distributed_fit.py.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import unitscope as us
from patience import PATIENCE

pytest.importorskip("keras")
pytest.importorskip("jax")

SCRIPT = Path(__file__).with_name("distributed_fit.py")
VIRTUAL = "--xla_force_host_platform_device_count={}"
# In every loss and weight; promised is 1e-4. Measured: 4e-7 from Keras on one device, 6e-6 from our
# kernel, since the sums over a batch go another way round.
TO_KERAS, TO_KERNEL = 2e-6, 2e-5

pytestmark = pytest.mark.slow


def started(*words: Any, script: Path = SCRIPT, **variables: str) -> subprocess.Popen[str]:
    """The script, in its own folder, with these variables in its environment."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("KERAS_", "JAX_", "XLA_", "PYTHONWARNINGS"))
    }
    environment["NPROC"] = (
        "8"  # XLA's threads: with fewer than devices, its all-reduce can wait for itself for ever
    )
    environment["PYTHONPATH"] = os.pathsep.join(entry for entry in sys.path if entry)
    return subprocess.Popen(
        [sys.executable, str(script), *map(str, words)],
        stdout=subprocess.PIPE,
        text=True,
        stderr=subprocess.STDOUT,
        env={**environment, **variables},
        cwd=script.parent,
    )


def finished(children: list[subprocess.Popen[str]]) -> list[str]:
    """What they printed, once all have ended; none outlives this call (JAX ignores SIGTERM)."""
    try:
        return [child.communicate(timeout=PATIENCE)[0] for child in children]
    finally:
        for child in children:
            child.kill()
            child.communicate()


def trained(
    folder: Path, form: str, devices: int, processes: int = 1
) -> list[dict[str, np.ndarray]]:
    """The results of each process."""
    files = [folder / f"{process}.npz" for process in range(processes)]
    port = free_port()
    rest = [(process, processes, port) if processes > 1 else () for process in range(processes)]
    children = [
        started(form, devices, file, *words) for file, words in zip(files, rest, strict=True)
    ]
    said = finished(children)
    assert [child.returncode for child in children] == [0] * processes, said
    results = []
    for file in files:
        with np.load(file) as arrays:
            results.append(dict(arrays))
    return results


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> dict[str, np.ndarray]:
    """One device, our kernel."""
    return trained(tmp_path_factory.mktemp("kernel"), "arrays", 0)[0]


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> dict[str, np.ndarray]:
    """One device, Keras."""
    return trained(tmp_path_factory.mktemp("one"), "arrays", 1)[0]


def same(
    found: dict[str, np.ndarray], expected: dict[str, np.ndarray], close: float = TO_KERAS
) -> None:
    """Every epoch's losses and weights, and the model's own weights at the end."""
    names = {"loss", "accuracy", "val_loss", "val_accuracy", "run_loss", "weights", "final"} & set(
        found
    )
    assert {"loss", "accuracy", "run_loss", "weights", "final"} <= names
    for name in names:
        assert found[name].shape == expected[name].shape, name
        assert np.abs(found[name] - expected[name]).max() < close, name
    assert np.array_equal(found["weights"][-1], found["final"])


def test_keras_on_one_device_gives_the_losses_of_the_kernel(
    one: dict[str, np.ndarray], kernel: dict[str, np.ndarray]
) -> None:
    same(one, kernel, TO_KERNEL)
    assert (str(kernel["why"]), str(one["why"])) == ("None", "a keras.distribution is set")
    # They learn: two trainings that stand still would be the same, too.
    assert (
        one["loss"][-1] < one["loss"][0] / 2
        and np.abs(one["weights"][-1] - one["weights"][0]).max() > 0.1
    )


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ("arrays", "a keras.distribution is set"),
        ("PyDataset", "a keras.distribution is set; the run keeps 488 points"),
        ("generator", "only it has the argument steps_per_epoch=16; the run keeps 488 points"),
    ],
)
def test_four_devices_give_the_losses_of_one(
    form: str, why: str, one: dict[str, np.ndarray], tmp_path: Path
) -> None:
    found = trained(tmp_path, form, 4)[0]
    same(found, one)
    assert str(found["why"]) == why
    assert ("val_loss" in found) == (form == "arrays")
    assert np.array_equal(found["points"], one["points"]) and np.array_equal(
        found["labels"], one["labels"]
    )


@pytest.mark.parametrize("form", ["arrays", "PyDataset"])
def test_two_processes_give_the_losses_of_one(
    form: str, one: dict[str, np.ndarray], tmp_path: Path
) -> None:
    results = trained(tmp_path, form, 2, processes=2)
    for found in results:
        same(found, one)
    points = np.concatenate([found["points"] for found in results])
    # Each has its own share, together they have all.
    assert sorted(points.tolist()) == sorted(one["points"].tolist())


def test_two_processes_share_the_batches_of_a_tf_dataset(tmp_path: Path) -> None:
    pytest.importorskip("tensorflow")
    whole = trained(tmp_path, "whole", 1)[0]
    for found in trained(tmp_path, "tf.data", 1, processes=2):
        same(found, whole)


def test_processes_with_different_numbers_of_batches_are_refused_together(tmp_path: Path) -> None:
    port = free_port()
    children = [
        started("uneven", 1, tmp_path / "none.npz", process, 2, port) for process in range(2)
    ]
    for said in finished(children):
        assert "X must be of equally many batches in every process" in said
        assert "Got 16 in process 0 and 15 in process 1 instead." in said
    assert [child.returncode for child in children] == [1, 1]


def program(folder: Path) -> Path:
    """The program of docs/clusters.md and its eight files: 2 full batches of 16 each, some rows."""
    page = (Path(__file__).parents[2] / "docs" / "clusters.md").read_text(encoding="utf-8")
    section = page.partition("\n## Data that fit on no machine\n")[2]
    script = folder / "train.py"
    script.write_text(section.partition("```python\n")[2].partition("```")[0], encoding="utf-8")
    rng = np.random.default_rng(2)
    for number in range(8):
        X = rng.normal(size=(35, 20)).astype(np.float32)
        np.save(folder / f"X{number:05}.npy", X)
        np.save(folder / f"y{number:05}.npy", (X[:, 0] > 0) + 2 * (X[:, 1] > 0))
    return script


@pytest.mark.parametrize(("devices", "processes"), [(4, 1), (2, 2)])
def test_the_program_of_the_page_runs(devices: int, processes: int, tmp_path: Path) -> None:
    script, port, children = program(tmp_path), free_port(), []
    for process in range(processes):
        several = (
            {
                "KERAS_DISTRIBUTION_JOB_ADDRESSES": f"127.0.0.1:{port}",
                "KERAS_DISTRIBUTION_NUM_PROCESSES": "2",
                "KERAS_DISTRIBUTION_PROCESS_ID": str(process),
            }
            if processes > 1
            else {}
        )
        children.append(
            started(
                tmp_path,
                16,
                3,
                script=script,
                XLA_FLAGS=VIRTUAL.format(devices),
                JAX_PLATFORMS="cpu",
                **several,
            )
        )
    said = finished(children)
    assert [child.returncode for child in children] == [0] * processes, said
    assert "a keras.distribution is set; the run keeps" in said[0] and "Epoch 3/3" in said[0]
    run = us.Run.load(tmp_path / "run.npz")
    assert (
        run.data.n_points == 8 // processes * 32 and run.epochs == 3 and run.loss[-1] < run.loss[0]
    )

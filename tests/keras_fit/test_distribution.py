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


Results = dict[str, list[dict[str, np.ndarray]]]


def trained(folder: Path, devices: int, *forms: str, processes: int = 1) -> Results:
    """What each process has of each form."""
    port = free_port()
    rest = [(process, processes, port) if processes > 1 else () for process in range(processes)]
    said = finished([started(devices, folder, ",".join(forms), *words) for words in rest])
    results: Results = {form: [] for form in forms}
    for form in forms:
        for process in range(processes):
            file = folder / f"{form}-{process}.npz"
            assert file.exists(), said
            with np.load(file) as arrays:
                results[form].append(dict(arrays))
    return results


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """One device: our kernel, and Keras told that there is a distribution."""
    return trained(tmp_path_factory.mktemp("one"), 1, "alone", "arrays", "whole")


@pytest.fixture(scope="module")
def four(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """Four devices of one process."""
    return trained(tmp_path_factory.mktemp("four"), 4, "arrays", "PyDataset", "generator")


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """Two processes of two devices."""
    forms = ("arrays", "PyDataset", "tf.data", "uneven")
    return trained(tmp_path_factory.mktemp("two"), 2, *forms, processes=2)


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


def test_keras_on_one_device_gives_the_losses_of_the_kernel(one: Results) -> None:
    (kernel,), (keras,) = one["alone"], one["arrays"]
    same(keras, kernel, TO_KERNEL)
    assert (str(kernel["why"]), str(keras["why"])) == ("None", "a keras.distribution is set")
    # They learn: two trainings that stand still would be the same, too.
    assert (
        keras["loss"][-1] < keras["loss"][0] / 2
        and np.abs(keras["weights"][-1] - keras["weights"][0]).max() > 0.1
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
    form: str, why: str, one: Results, four: Results
) -> None:
    (found,), (expected,) = four[form], one["arrays"]
    same(found, expected)
    assert str(found["why"]) == why
    assert ("val_loss" in found) == (form == "arrays")
    assert np.array_equal(found["points"], expected["points"])
    assert np.array_equal(found["labels"], expected["labels"])


@pytest.mark.parametrize("form", ["arrays", "PyDataset"])
def test_two_processes_give_the_losses_of_one(form: str, one: Results, two: Results) -> None:
    (expected,) = one["arrays"]
    for found in two[form]:
        same(found, expected)
    points = np.concatenate([found["points"] for found in two[form]])
    # Each has its own share, together they have all.
    assert sorted(points.tolist()) == sorted(expected["points"].tolist())


def test_two_processes_share_the_batches_of_a_tf_dataset(one: Results, two: Results) -> None:
    for found in two["tf.data"]:
        same(found, one["whole"][0])


def test_processes_with_different_numbers_of_batches_are_refused_together(two: Results) -> None:
    for found in two["uneven"]:
        said = str(found["refused"])
        assert "x must be of equally many batches in every process" in said
        assert "Got 16 in process 0 and 15 in process 1 instead." in said


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

"""Sweeps in worker processes: the same bits as in threads, even where a worker is killed."""

from __future__ import annotations

import contextlib
import os
import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import unitscope as us
from patience import PATIENCE
from unitscope.errors import InvalidInput, MissingDependency, UnitscopeError
from unitscope.sweeps import sweep as module
from unitscope.sweeps import workers
from unitscope.sweeps.block import train_seeds

LAB = us.datasets.lab()
QUICK = dict(epochs=20)
BACKENDS = [
    pytest.param("loky", marks=pytest.mark.slow),
    pytest.param("dask", marks=[pytest.mark.slow, pytest.mark.dask]),
    # Ray forks to start its processes, and JAX, where an earlier test has loaded it, warns of every
    # fork.
    pytest.param(
        "ray",
        marks=[
            pytest.mark.slow,
            pytest.mark.ray,
            pytest.mark.filterwarnings(
                r"ignore:os\.fork\(\) was called\..* JAX is multithreaded:RuntimeWarning"
            ),
        ],
    ),
]


@contextlib.contextmanager
def running(backend):
    """Two worker processes of a backend; gives the `jobs` to ask for."""
    import joblib

    if backend == "loky":
        from joblib.externals.loky import get_reusable_executor

        try:
            yield 2
        finally:
            get_reusable_executor().shutdown(wait=True, kill_workers=True)
    elif backend == "dask":
        import dask
        from distributed import Client, LocalCluster

        with (
            # A lost worker is started anew. On a busy machine that takes longer than the usual
            # 15 s, after which the cluster goes on without it for good, and joblib's 10 s.
            dask.config.set({"distributed.deploy.lost-worker-timeout": PATIENCE}),
            LocalCluster(
                n_workers=2, threads_per_worker=1, dashboard_address=":0", silence_logs=50
            ) as cluster,
            Client(cluster),
            joblib.parallel_config(backend="dask", wait_for_workers_timeout=PATIENCE),
        ):
            yield None
    else:
        import ray
        from ray.util.joblib import register_ray

        ray.init(num_cpus=2, include_dashboard=False, logging_level="error", log_to_driver=False)
        try:
            register_ray()
            with joblib.parallel_config(backend="ray"):
                yield None
        finally:
            ray.shutdown()


def same(one, other):
    return all(
        getattr(one, name).tobytes() == getattr(other, name).tobytes()
        for name in ("seeds", "losses", "accuracies", "weights")
    )


def watched(log, *, kills="", together=False):
    """`train_seeds` that notes what it begins and ends; the process of the seed `kills` is killed.

    "17 once" the first time that it is begun, "17 always" every time. `together`: a slice waits
    until two processes have begun one, for a worker that starts quickly would do all. A function
    inside one, so that it is sent whole.
    """

    patience = PATIENCE  # a global of this file would not be there

    def train(data, recipe, shape, seeds):
        import os
        import signal
        import time
        from pathlib import Path

        def note(what):
            with Path(log).open("a") as file:
                file.write(f"{what} {seeds[0]} {os.getpid()}\n")

        note("begun")
        seed, _, often = kills.partition(" ")
        if (
            kills
            and int(seed) in seeds
            and (often == "always" or not Path(f"{log}.killed").exists())
        ):
            Path(f"{log}.killed").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        until = time.monotonic() + patience
        while together and time.monotonic() < until:
            if len({line.split()[2] for line in Path(log).read_text().splitlines()}) > 1:
                break
            time.sleep(0.02)
        result = train_seeds(data, recipe, shape, seeds)
        note("ended")
        return result

    return train


def noted(log, what):
    lines = [line.split() for line in Path(log).read_text().splitlines()]
    return [(int(seed), int(process)) for word, seed, process in lines if word == what]


@pytest.fixture
def small_slices(monkeypatch):
    monkeypatch.setattr(module, "_slice_size", lambda empty, missing, count: 32)


@pytest.mark.parametrize("backend", BACKENDS)
def test_workers_give_the_same_bits_as_threads(backend, tmp_path, monkeypatch, small_slices):
    threads = us.sweep(LAB, seeds=330, **QUICK)
    grid = {"hidden": [(2,), (3,)], "optimizer": ["adam", "sgd"]}
    varied = us.sweep(LAB, seeds=40, grid=grid, **QUICK)
    monkeypatch.setattr(module, "train_seeds", watched(tmp_path / "log", together=True))
    with running(backend) as jobs:
        calls = []
        found = us.sweep(
            LAB, seeds=330, jobs=jobs, progress=lambda *call: calls.append(call), **QUICK
        )
        processes = {process for _, process in noted(tmp_path / "log", "ended")}
        many = us.sweep(LAB, seeds=40, grid=grid, jobs=jobs, **QUICK)
    assert same(found, threads)
    assert all(same(one, other) for one, other in zip(many, varied, strict=True))
    assert calls[-1] == (330, 330) and len(calls) == 11 and calls == sorted(calls)
    assert len(processes) == 2 and os.getpid() not in processes


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_worker_killed_in_the_middle_loses_nothing_and_nothing_is_there_twice(
    backend, tmp_path, monkeypatch, small_slices
):
    threads = us.sweep(LAB, seeds=640, **QUICK)
    monkeypatch.setattr(module, "train_seeds", watched(tmp_path / "log", kills="320 once"))
    calls, written = [], Counter()
    keep = module.SweepFolder.keep
    monkeypatch.setattr(
        module.SweepFolder,
        "keep",
        lambda folder, part: (written.update(part.seeds.tolist()), keep(folder, part))[1],
    )
    with running(backend) as jobs:
        found = us.sweep(
            LAB,
            seeds=640,
            jobs=jobs,
            folder=tmp_path / "sweep",
            progress=lambda *call: calls.append(call),
            **QUICK,
        )
    assert (tmp_path / "log.killed").exists()
    assert same(found, threads)
    assert calls == [(done, 640) for done in range(0, 641, 32)]
    assert set(written.values()) == {1} and len(written) == 640
    begun = Counter(seed for seed, _ in noted(tmp_path / "log", "begun"))
    assert begun[320] == 2 and len(begun) == 20
    # joblib hands out two slices for each worker; only those may be lost, and what had come back is
    # not trained again.
    assert sum(begun.values()) - len(begun) <= 2 * 2
    assert same(us.Sweep.load(tmp_path / "sweep"), threads)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_slice_that_always_kills_its_worker_is_given_up(
    backend, tmp_path, monkeypatch, small_slices
):
    monkeypatch.setattr(module, "train_seeds", watched(tmp_path / "log", kills="64 always"))
    gives_up_at_once = contextlib.nullcontext()
    if backend == "dask":
        import dask
        import distributed  # noqa: F401 - whose settings are there, for `set` to give them back

        gives_up_at_once = dask.config.set({"distributed.scheduler.allowed-failures": 0})
    message = (
        r"^The workers must finish a slice of seeds in 3 attempts\. Got \w+: .* instead\. Look at"
    )
    with gives_up_at_once, running(backend) as jobs:
        with pytest.raises(UnitscopeError, match=message):
            us.sweep(LAB, seeds=128, jobs=jobs, folder=tmp_path / "sweep", **QUICK)
        monkeypatch.setattr(module, "train_seeds", train_seeds)
        whole = us.sweep(LAB, seeds=128, jobs=jobs, folder=tmp_path / "sweep", resume=True, **QUICK)
    assert 3 <= Counter(seed for seed, _ in noted(tmp_path / "log", "begun"))[64] <= 8
    assert same(whole, us.sweep(LAB, seeds=128, **QUICK))


@pytest.mark.slow
@pytest.mark.dask
def test_a_cluster_of_one_worker_works_for_this_process(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "train_seeds", watched(tmp_path / "log"))
    import joblib
    from distributed import Client, LocalCluster

    with (
        LocalCluster(
            n_workers=1, threads_per_worker=1, dashboard_address=":0", silence_logs=50
        ) as cluster,
        Client(cluster),
        joblib.parallel_config(backend="dask"),
    ):
        us.sweep(LAB, seeds=64, **QUICK)
    processes = {process for _, process in noted(tmp_path / "log", "ended")}
    assert len(processes) == 1 and os.getpid() not in processes


def test_what_a_task_raises_is_raised_at_once(tmp_path, monkeypatch, small_slices):
    def fails(data, recipe, shape, seeds):
        from pathlib import Path

        with Path(log).open("a") as file:
            file.write("x")
        raise MemoryError("no room")

    log = str(tmp_path / "log")
    monkeypatch.setattr(module, "train_seeds", fails)
    with running("loky"), pytest.raises(MemoryError, match="no room"):
        us.sweep(LAB, seeds=64, jobs=2, **QUICK)
    assert len(Path(log).read_text()) <= 2


@pytest.mark.slow
@settings(max_examples=12, deadline=None)
@given(
    seeds=st.lists(st.integers(0, 300), min_size=1, max_size=70, unique=True),
    threads=st.integers(1, 4),
    work=st.integers(1, 3),
)
def test_adding_seeds_threads_or_workers_changes_no_bit(seeds, threads, work):
    whole = us.sweep(LAB, seeds=301, epochs=5)
    for workers_ in ({"threads": threads}, {"jobs": work}):
        found = us.sweep(LAB, seeds=seeds, epochs=5, **workers_)
        assert found.seeds.tolist() == seeds
        for name in ("losses", "accuracies", "weights"):
            assert getattr(found, name).tobytes() == getattr(whole, name)[seeds].tobytes()


@settings(max_examples=25, deadline=None)
@given(
    seeds=st.lists(st.integers(0, 2**63 - 1), min_size=1, max_size=70, unique=True),
    threads=st.integers(1, 4),
)
def test_adding_seeds_or_threads_changes_no_bit(seeds, threads):
    among = us.sweep(LAB, seeds=seeds, epochs=2, threads=threads)
    for seed in (seeds[0], seeds[-1]):
        alone = us.sweep(LAB, seeds=[seed], epochs=2, threads=1)
        place = seeds.index(seed)
        for name in ("losses", "accuracies", "weights"):
            assert getattr(among, name)[place].tobytes() == getattr(alone, name)[0].tobytes()


def test_a_backend_of_threads_leaves_the_sweep_in_this_process():
    joblib = pytest.importorskip("joblib")
    assert not workers.chosen_backend()
    with joblib.parallel_config(backend="threading", n_jobs=2):
        assert not workers.chosen_backend()
    with joblib.parallel_config(backend="loky", n_jobs=2):
        assert workers.chosen_backend()
        assert workers.worker_count(None) == 2


def test_without_joblib_the_remedy_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "joblib", None)
    with pytest.raises(MissingDependency, match=r'pip install "unitscope\[cluster\]"$'):
        us.sweep(LAB, seeds=3, jobs=2)


@pytest.mark.parametrize(
    ("given_", "message"),
    [
        ({"jobs": 0}, "jobs must be a whole number from 1 to 1024. Got 0 instead."),
        ({"jobs": 2, "threads": 2}, "threads must be given without jobs. Got 2 instead."),
        ({"resume": True}, "folder must be given with resume. Got None instead."),
        (
            {"seeds": [2**63]},
            f"seeds must be a whole number of at least 0 and below 2**63. Got {2**63} instead.",
        ),
    ],
)
def test_refusals(given_, message):
    with pytest.raises(InvalidInput) as caught:
        us.sweep(LAB, **({"seeds": 3} | given_))
    assert str(caught.value) == message

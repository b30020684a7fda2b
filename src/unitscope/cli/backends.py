"""The workers of a sweep as the command line names them: started here, or reached at an address."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator

from unitscope.cli.interrupts import withheld
from unitscope.errors import (
    InvalidInput,
    MissingDependency,
    UnitscopeError,
    refusal,
    said,
    shown,
    whole_number,
)
from unitscope.isolated import command, workers_isolated

BACKENDS = ("threads", "loky", "dask", "ray")
_ANSWER = 20  # seconds in which a scheduler must answer
_STARTS = 3  # attempts to start Ray here

# Run in a process of its own: where no scheduler of theirs answers, both libraries can wait
# for ever, or exit.
_PROBES = {
    "dask": "from distributed import Client; Client({address!r}, timeout='10s').close()",
    "ray": (
        "import ray; ray.init(address={address!r}, logging_level='error', log_to_driver=False); "
        "ray.shutdown()"
    ),
}


@contextlib.contextmanager
def workers(backend: str, address: str | None, jobs: int | None) -> Iterator[int | None]:
    """The `jobs` to give to `us.sweep` while these workers are there.

    Those started here end with the block. **Raises** `InvalidInput`, within half a minute where
    nothing answers at `address`; `MissingDependency`.
    """
    from unitscope.sweeps.sweep import MOST_AT_ONCE

    if jobs is not None:
        whole_number("--jobs", jobs, at_least=1, at_most=MOST_AT_ONCE)
    if address is not None and backend not in _PROBES:
        raise InvalidInput(
            f"--address must be given with --backend dask or ray. Got --backend {backend} instead."
        )
    if backend == "threads":
        if jobs is not None:
            raise InvalidInput(
                "--jobs must be given with --backend loky, dask or ray. "
                "Got --backend threads instead."
            )
        yield None
    elif backend == "loky":
        count = jobs or os.cpu_count() or 1
        if count <= MOST_AT_ONCE:  # more are refused, before any is started
            _start_loky(count)
        yield count
    else:
        # Ray would send statistics of its use.
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        with workers_isolated(), _dask(address, jobs) if backend == "dask" else _ray(address, jobs):
            yield jobs


def _start_loky(count: int) -> None:
    """Start the processes that joblib will use again, where Ctrl-C goes to this one only."""
    with contextlib.suppress(ImportError):  # without joblib, the sweep says what to install
        import joblib
        from joblib.externals.loky.backend import resource_tracker

        with workers_isolated():
            resource_tracker.ensure_running()  # as in `withheld`, of loky's own
            with withheld():
                joblib.Parallel(count)(joblib.delayed(int)() for _ in range(count))


@contextlib.contextmanager
def _dask(address: str | None, jobs: int | None) -> Iterator[None]:
    try:
        import joblib
        from distributed import Client, LocalCluster
    except ImportError as error:
        raise MissingDependency(
            '--backend dask needs joblib and Dask. Install both with: pip install "unitscope[dask]"'
        ) from error
    with contextlib.ExitStack() as stack:
        if address is None:
            with withheld():
                cluster = stack.enter_context(
                    LocalCluster(
                        n_workers=jobs or os.cpu_count() or 1,
                        threads_per_worker=1,
                        dashboard_address=":0",
                        silence_logs=50,
                    )
                )
        else:
            _must_answer("dask", address)
            cluster = address
        stack.enter_context(Client(cluster, timeout=f"{_ANSWER}s"))
        stack.enter_context(joblib.parallel_config(backend="dask"))
        yield


@contextlib.contextmanager
def _ray(address: str | None, jobs: int | None) -> Iterator[None]:
    try:
        import joblib
        import ray
        from ray.util.joblib import register_ray
    except ImportError as error:
        raise MissingDependency(
            '--backend ray needs joblib and Ray. Install both with: pip install "unitscope[ray]"'
        ) from error
    if address is None:
        _start_ray(jobs or os.cpu_count() or 1)
    else:
        _must_answer("ray", address)
        ray.init(address=address, logging_level="error", log_to_driver=False)
    try:
        register_ray()
        with joblib.parallel_config(backend="ray"):
            yield
    finally:
        ray.shutdown()


def _start_ray(cpus: int) -> None:
    """Start Ray here. Its raylet dies where its own agent takes 15 s, as on a busy machine."""
    import ray

    for left in reversed(range(_STARTS)):
        try:
            ray.init(
                num_cpus=cpus, include_dashboard=False, logging_level="error", log_to_driver=False
            )
        except Exception as error:  # Ray raises a plain one where its processes do not answer
            ray.shutdown()
            if not left:
                raise UnitscopeError(
                    f"Ray must start on this machine. It says: {shown(said(str(error)))} "
                    "--backend loky needs no Ray."
                ) from error
        else:
            return


def _must_answer(backend: str, address: str) -> None:
    scheduler = "a Dask scheduler" if backend == "dask" else "a Ray cluster"
    rule = f"the address of {scheduler} that answers within {_ANSWER} seconds"
    try:
        probe = subprocess.run(
            command(_PROBES[backend].format(address=address)),
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_ANSWER,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise refusal("--address", rule, address) from None
    if probe.returncode:
        last = (probe.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise refusal("--address", rule, address, f"It says: {shown(said(last))}")

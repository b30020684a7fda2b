"""The workers of a sweep as the command line names them: started here, or reached at an address."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator

from unitscope.errors import InvalidInput, MissingDependency, refusal, said, shown, whole_number

BACKENDS = ("threads", "loky", "dask", "ray")
_ANSWER = 20  # seconds in which a scheduler must answer

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
    if jobs is not None:
        whole_number("--jobs", jobs, at_least=1)
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
        yield jobs or os.cpu_count() or 1
    else:
        # Ray would send statistics of its use.
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        with _dask(address, jobs) if backend == "dask" else _ray(address, jobs):
            yield jobs


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
            with _ctrl_c_ignored():
                cluster = stack.enter_context(
                    LocalCluster(
                        n_workers=jobs or os.cpu_count() or 1,
                        threads_per_worker=1,
                        dashboard_address=None,
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
def _ctrl_c_ignored() -> Iterator[None]:
    """Processes started here ignore Ctrl-C, which a terminal sends them too; this one ends them."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


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
        ray.init(
            num_cpus=jobs or os.cpu_count() or 1,
            include_dashboard=False,
            logging_level="error",
            log_to_driver=False,
        )
    else:
        _must_answer("ray", address)
        ray.init(address=address, logging_level="error", log_to_driver=False)
    try:
        register_ray()
        with joblib.parallel_config(backend="ray"):
            yield
    finally:
        ray.shutdown()


def _must_answer(backend: str, address: str) -> None:
    scheduler = "a Dask scheduler" if backend == "dask" else "a Ray cluster"
    rule = f"the address of {scheduler} that answers within {_ANSWER} seconds"
    try:
        probe = subprocess.run(
            [sys.executable, "-c", _PROBES[backend].format(address=address)],
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

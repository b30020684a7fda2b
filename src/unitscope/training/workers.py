"""Hand slices of work to threads, or to processes through joblib; what a lost process had is handed out again."""

from __future__ import annotations

import contextlib
import sys
import warnings
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Any

from unitscope.errors import MissingDependency, UnitscopeError, said, shown

ATTEMPTS = 3  # in a row with nothing finished


def in_threads(task: Callable[..., Any], pieces: Sequence[tuple], threads: int, keep: Callable[[int, Any], None],
               tell: Callable[[], None]) -> None:
    """Call `keep(i, task(*pieces[i]))` for every piece as it ends, then `tell()`.

    Ctrl-C ends it: what is under way comes to its end and is kept.
    """
    pool = ThreadPoolExecutor(threads)
    numbers = {pool.submit(task, *piece): number for number, piece in enumerate(pieces)}
    try:
        for future in as_completed(list(numbers)):
            keep(numbers.pop(future), future.result())
            tell()
    except BaseException:
        pool.shutdown(wait=True, cancel_futures=True)
        for future, number in numbers.items():
            if future.done() and not future.cancelled() and future.exception() is None:
                keep(number, future.result())
        raise
    pool.shutdown()


def in_processes(task: Callable[..., Any], pieces: Sequence[tuple], jobs: int | None, keep: Callable[[int, Any], None],
                 tell: Callable[[], None]) -> None:
    """The same through joblib: with the backend that `joblib.parallel_config` chose, else `jobs` processes of loky.

    Whatever ends a process, the pieces that it had are handed out again, and those that are finished are not.
    **Raises** `UnitscopeError` after ATTEMPTS attempts in a row that finish nothing, and what a task itself raises.
    """
    left, attempt = dict(enumerate(pieces)), 0
    while left:
        before, failed = len(left), None
        try:
            with contextlib.closing(_handed_out(task, left, jobs)) as outcomes:
                for number, result in outcomes:
                    if isinstance(result, Exception):
                        failed = result
                        break
                    del left[number]
                    keep(number, result)
                    tell()
        except _Stopped as stopped:
            attempt = 1 if len(left) < before else attempt + 1
            if attempt >= ATTEMPTS:
                cause = stopped.__cause__
                raise UnitscopeError(
                    f"The workers must finish a slice of seeds in {ATTEMPTS} attempts. Got "
                    f"{shown(said(f'{type(cause).__name__}: {cause}'))} instead. Look at the workers' memory and "
                    "whether unitscope is installed there.") from cause
        if failed is not None:
            raise failed


def chosen_backend() -> bool:
    """Whether `joblib.parallel_config` has chosen a backend of processes; joblib is not imported for this."""
    if "joblib" not in sys.modules:
        return False
    import joblib

    # Only where none was chosen, or threads were, does the hint make it threads.
    return type(joblib.parallel.get_active_backend(prefer="threads")[0]).__name__ != "ThreadingBackend"


def worker_count(jobs: int | None) -> int:
    """How many slices will be worked on at once. **Raises** `MissingDependency` without joblib."""
    joblib = _joblib()
    backend, number = joblib.parallel.get_active_backend()
    try:
        return max(1, int(backend.effective_n_jobs(jobs or number or -1)))
    except Exception as error:
        raise UnitscopeError(f"The workers must answer. Got {shown(said(f'{type(error).__name__}: {error}'))} "
                             "instead.") from error


class _Stopped(Exception):
    """joblib gave up; its cause says why."""


def _handed_out(task: Callable[..., Any], left: dict[int, tuple], jobs: int | None) -> Generator[tuple[int, Any]]:
    joblib = _joblib()
    backend, number = joblib.parallel.get_active_backend()
    if type(backend).__name__ == "RayBackend":
        # joblib leaves generators out for multiprocessing's pool, whose pipes can lock; Ray's pool has no pipes.
        backend.supports_return_generator = True
    streams = backend.supports_return_generator
    try:
        with _every_end_told(backend):
            parallel = joblib.Parallel(n_jobs=jobs or number or -1, batch_size=1,
                                       return_as="generator_unordered" if streams else "list")
            outcomes = iter(parallel(joblib.delayed(_one)(task, number, piece) for number, piece in list(left.items())))
            try:
                yield from outcomes
            finally:
                if streams:
                    with warnings.catch_warnings():  # that tasks are cancelled is what is wanted here
                        warnings.filterwarnings("ignore", category=UserWarning, module="joblib")
                        outcomes.close()
    except Exception as error:
        raise _Stopped from error


def _one(task: Callable[..., Any], number: int, piece: tuple) -> tuple[int, Any]:
    """In the worker. What the task raises is its result: only the loss of a worker makes joblib raise."""
    try:
        return number, task(*piece)
    except Exception as error:
        return number, error


@contextlib.contextmanager
def _every_end_told(backend: Any) -> Iterator[None]:
    """joblib's Dask backend (1.6) never tells that Dask gave a task up, and would wait for ever: tell it."""
    if type(backend).__name__ != "DaskDistributedBackend":
        yield
        return
    submit = backend.submit

    def telling(task: Any, callback: Any = None) -> Any:
        future = submit(task, callback)
        future.add_done_callback(lambda done: callback(done.exception()) if done.exception() else None)
        return future

    backend.submit = telling
    try:
        yield
    finally:
        del backend.submit


def _joblib() -> Any:
    try:
        import joblib
    except ImportError as error:
        raise MissingDependency("Sweeps in worker processes need joblib. Install it with: "
                                'pip install "unitscope[cluster]"') from error
    return joblib

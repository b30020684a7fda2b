"""Hand slices of work to threads, or to processes through joblib; slices that get lost, again."""

from __future__ import annotations

import _thread
import contextlib
import sys
import warnings
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from queue import Empty, SimpleQueue
from typing import Any

from unitscope.errors import MissingDependency, UnitscopeError, said, shown
from unitscope.isolated import workers_isolated

_LOOK_SECONDS = 0.1  # between two calls of `tell`, which may raise to end the work
_A_MOMENT = 0.002  # between two looks whether all threads are gone
ATTEMPTS = 3  # in a row with nothing finished


def in_threads(
    task: Callable[..., Any],
    pieces: Sequence[tuple],
    threads: int,
    keep: Callable[[int, Any], None],
    tell: Callable[[], None],
) -> None:
    """Call `keep(i, task(*pieces[i]))` for every piece as it ends; `tell()` then and now and then.

    Ctrl-C ends it: what is under way comes to its end and is kept.
    """
    team = _Threads(task, pieces)
    try:
        team.start(threads)
        missing = len(pieces)
        while missing:
            number, result = team.outcome()
            if number is not None:
                missing -= 1
                keep(number, result)
            tell()
    except BaseException:
        for number, result in team.stopped():
            keep(number, result)
        raise


class _Threads:
    """Threads that work off the pieces, one after another.

    All that they and the main thread share is C's own: an exception of Ctrl-C, which comes between
    two lines of Python, would leave the locks of `threading` and `concurrent.futures` half taken.
    """

    def __init__(self, task: Callable[..., Any], pieces: Sequence[tuple]) -> None:
        self._left = deque(enumerate(pieces))
        self._task, self._started = task, 0
        self._gone: list[int] = []
        self._ended: SimpleQueue[tuple[int, Any, BaseException | None]] = SimpleQueue()

    def start(self, threads: int) -> None:
        for _ in range(min(threads, len(self._left))):
            _thread.start_new_thread(self._work, ())
            self._started += 1

    def outcome(self) -> tuple[int | None, Any]:
        """The next piece's number and result, None for none yet; an error is raised."""
        try:
            number, result, error = self._ended.get(timeout=_LOOK_SECONDS)
        except Empty:
            return None, None
        if error is not None:
            raise error
        return number, result

    def stopped(self) -> Iterator[tuple[int, Any]]:
        """The results not given yet; those of pieces under way too, and no others."""
        self._left.clear()
        while len(self._gone) < self._started or not self._ended.empty():
            with contextlib.suppress(Empty):
                number, result, error = self._ended.get(timeout=_A_MOMENT)
                if error is None:
                    yield number, result

    def _work(self) -> None:
        while self._left:
            try:
                number, piece = self._left.popleft()
            except IndexError:  # another was quicker
                break
            try:
                self._ended.put((number, self._task(*piece), None))
            except BaseException as error:
                self._ended.put((number, None, error))
        self._gone.append(1)


def in_processes(
    task: Callable[..., Any],
    pieces: Sequence[tuple],
    jobs: int | None,
    keep: Callable[[int, Any], None],
    tell: Callable[[], None],
) -> None:
    """The same through joblib: the backend of `joblib.parallel_config`, else `jobs` loky processes.

    Whatever ends a process, the pieces that it had are handed out again, and those that are
    finished are not. **Raises** `UnitscopeError` after ATTEMPTS attempts in a row that finish
    nothing, and what a task itself raises.
    """
    left, attempt = dict(enumerate(pieces)), 0
    while left:
        before = len(left)
        # What joblib has and has not given yet: it drops that when a worker is lost.
        arrived: dict[int, Any] = {}

        def taken(number: int, result: Any) -> None:
            if isinstance(result, Exception):
                raise result
            del left[number]
            keep(number, result)

        try:
            with contextlib.closing(_handed_out(task, left, jobs, arrived)) as outcomes:
                for number, result in outcomes:
                    taken(number, result)
                    tell()
        except KeyboardInterrupt:
            for number, result in _rest(arrived, left):
                taken(number, result)
            raise
        except _Stopped as stopped:
            for number, result in _rest(arrived, left):
                taken(number, result)
                tell()
            attempt = 1 if len(left) < before else attempt + 1
            if attempt >= ATTEMPTS:
                cause = stopped.__cause__
                raise UnitscopeError(
                    f"The workers must finish a slice of seeds in {ATTEMPTS} attempts. Got "
                    f"{shown(said(f'{type(cause).__name__}: {cause}'))} instead. Look at the "
                    "workers' memory and whether unitscope is installed there."
                ) from cause


def _rest(arrived: dict[int, Any], left: dict[int, tuple]) -> list[tuple[int, Any]]:
    return [(number, result) for number, result in list(arrived.items()) if number in left]


def chosen_backend() -> bool:
    """Whether `joblib.parallel_config` chose a backend of processes, without importing joblib."""
    if "joblib" not in sys.modules:
        return False
    import joblib

    # Only where none was chosen, or threads were, does the hint make it threads.
    return (
        type(joblib.parallel.get_active_backend(prefer="threads")[0]).__name__ != "ThreadingBackend"
    )


def worker_count(jobs: int | None) -> int:
    """How many slices will be worked on at once. **Raises** `MissingDependency` without joblib."""
    joblib = _joblib()
    backend, number = joblib.parallel.get_active_backend()
    try:
        return max(1, int(backend.effective_n_jobs(jobs or number or -1)))
    except Exception as error:
        raise UnitscopeError(
            f"The workers must answer. Got {shown(said(f'{type(error).__name__}: {error}'))} "
            "instead."
        ) from error


class _Stopped(Exception):
    """joblib gave up; its cause says why."""


def _handed_out(
    task: Callable[..., Any], left: dict[int, tuple], jobs: int | None, arrived: dict[int, Any]
) -> Generator[tuple[int, Any]]:
    """Results as they end, with the piece's number; `arrived` has those not given yet."""
    joblib = _joblib()
    backend, number = joblib.parallel.get_active_backend()
    if type(backend).__name__ == "RayBackend":
        # joblib leaves generators out for multiprocessing's pool, whose pipes can lock; Ray's pool
        # has no pipes.
        backend.supports_return_generator = True
    streams = backend.supports_return_generator
    try:
        isolated = workers_isolated()
        with isolated, joblib.parallel_config(backend=backend), _mended(backend, arrived):
            parallel = joblib.Parallel(
                n_jobs=jobs or number or -1,
                batch_size=1,
                return_as="generator_unordered" if streams else "list",
            )
            outcomes = iter(
                parallel(
                    joblib.delayed(_one)(task, number, piece)
                    for number, piece in list(left.items())
                )
            )
            try:
                for one in outcomes:
                    arrived.pop(one[0], None)
                    yield one
            finally:
                if streams:
                    with warnings.catch_warnings():  # tasks are cancelled on purpose
                        warnings.filterwarnings("ignore", category=UserWarning, module="joblib")
                        outcomes.close()
    except Exception as error:
        raise _Stopped from error


def _one(task: Callable[..., Any], number: int, piece: tuple) -> tuple[int, Any]:
    """In the worker: what the task raises is its result; joblib raises for lost workers only."""
    try:
        return number, task(*piece)
    except Exception as error:
        return number, error


@contextlib.contextmanager
def _mended(backend: Any, arrived: dict[int, Any]) -> Iterator[None]:
    """Note each result in `arrived` as it comes, and mend two habits of joblib's Dask backend.

    It (1.6) never says that Dask gave a task up, and would wait for ever: say so. And it works in
    this process while the cluster has only one worker, as after a loss: a slice that kills its
    worker would then kill this process.
    """
    if not backend.supports_retrieve_callback:
        yield
        return
    submit, number = backend.submit, backend.effective_n_jobs
    dask = type(backend).__name__ == "DaskDistributedBackend"

    def noting(task: Any, callback: Any = None) -> Any:
        def came(outcome: Any) -> None:
            # What raises here is no result; joblib sees it too.
            with contextlib.suppress(BaseException):
                arrived.update(backend.retrieve_result_callback(outcome))
            callback(outcome)

        future = submit(task, came)
        if dask:
            future.add_done_callback(
                lambda done: callback(done.exception()) if done.exception() else None
            )
        return future

    backend.submit = noting
    if dask:
        backend.effective_n_jobs = lambda jobs: max(2, number(jobs))
    try:
        yield
    finally:
        del backend.submit
        if dask:
            del backend.effective_n_jobs


def _joblib() -> Any:
    try:
        import joblib
    except ImportError as error:
        raise MissingDependency(
            "Sweeps in worker processes need joblib. Install it with: "
            'pip install "unitscope[cluster]"'
        ) from error
    return joblib

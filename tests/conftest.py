"""What every test shares: no display, quiet libraries, one Keras backend, what can't run here."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent))  # what rooms share: needs.py, patience.py, ...

from turns import Turns, first

# Read by the libraries when they are first imported, so set before any test module is.
os.environ.setdefault("MPLBACKEND", "agg")
os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("JAX_PLATFORMS", "cpu")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

# Many tests train the same model anew, and most of their time JAX compiles the same program again.
# A folder for each process, since JAX may read there what another has only half written.
COMPILED_BY_JAX = tempfile.mkdtemp(prefix="compiled-by-jax-")
os.environ["JAX_COMPILATION_CACHE_DIR"] = COMPILED_BY_JAX
os.environ["JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"] = "0"
os.environ["JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES"] = "-1"


# uvicorn sets logging up anew. The handler of absl, which Keras brings, then closes what was the
# standard error when it was made, where a test has redirected that: pytest's own file, for all
# later tests.
with contextlib.suppress(ImportError):
    import absl.logging

    absl.logging.get_absl_handler().python_handler.close = lambda: None


def pytest_unconfigure() -> None:
    shutil.rmtree(COMPILED_BY_JAX, ignore_errors=True)


# Tests end programs with Ctrl-C; where a script starts the tests in the background, it would be
# ignored in all of them.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# A first call may compile for seconds, so there is no deadline; in CI the examples are the same
# every time.
settings.register_profile("unitscope", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("unitscope")


@pytest.fixture(autouse=True)
def figures_closed() -> Generator[None, None, None]:
    """Where an earlier test has loaded pyplot, it keeps every figure that is drawn."""
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")


TURNS = Turns()
AFTER = pytest.StashKey[pytest.Item | None]()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    item.stash[AFTER] = nextitem


@pytest.fixture(autouse=True)
def turns(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Generator[None, None, None]:
    """Ray does not start on a busy machine: its tests run beside none of another process."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    with TURNS.of(request.node, request.node.stash[AFTER], shared):
        yield


@pytest.fixture
def never_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that is asked is asked everywhere, also where a busy machine makes it slow."""
    from unitscope.models.asking import Asking

    monkeypatch.setattr(Asking, "affordable", lambda _self, rows, _points, _seconds=0.0: rows)


KERAS_ROOMS = ("keras_fit", "models")  # their test files import Keras
# These drive large programs of others, which on a busy machine sometimes do not start or answer.
# The second try is counted in pytest's last line; what fails twice has failed.
TRIED_TWICE = ("browser", "dask", "notebook", "ray")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests whose needs are not met are skipped; the gate must meet them all."""
    from needs import NEEDS

    for item in items:
        if "keras" in item.fixturenames or item.path.parent.name in KERAS_ROOMS:
            item.add_marker(pytest.mark.keras)
        if any(item.get_closest_marker(mark) for mark in TRIED_TWICE):
            item.add_marker(pytest.mark.flaky(reruns=1))
    for mark, (name, here, remedy) in NEEDS.items():
        if here or "CI" in os.environ:
            continue
        for item in items:
            if item.get_closest_marker(mark):
                item.add_marker(pytest.mark.skip(reason=f"needs {name}: {remedy}"))
    first(items)


@pytest.hookimpl(wrapper=True, tryfirst=True)  # below pytest's own summary
def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter,
) -> Generator[None, None, None]:
    """One line at the end: how many tests were skipped, for want of what."""
    yield
    from needs import skipped_line

    reasons = [
        report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        for report in terminalreporter.stats.get("skipped", [])
    ]
    if line := skipped_line(reasons):
        terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def keras():
    """Keras 3 on JAX in this process: the quickest backend to start."""
    os.environ.setdefault("KERAS_BACKEND", "jax")
    return pytest.importorskip("keras")


@pytest.fixture(scope="session")
def repository() -> Path:
    """The folder that holds pyproject.toml."""
    return Path(__file__).parent.parent

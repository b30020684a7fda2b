"""What every test shares: no display, quiet libraries, the same Keras backend, and which tests can't run here."""

from __future__ import annotations

import os
import signal
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent))  # what the rooms' tests share: strange.py

# Read by the libraries when they are first imported, so set before any test module is.
os.environ.setdefault("MPLBACKEND", "agg")
os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("JAX_PLATFORMS", "cpu")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

# Tests end programs with Ctrl-C; where a script starts the tests in the background, it would be
# ignored in all of them.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# A first call may compile for seconds, so there is no deadline; in CI the examples are the same
# every time.
settings.register_profile("unitscope", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("unitscope")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What isn't in the `dev` extra: its tests are left out where it isn't installed; CI must have it."""
    for mark, module, wanted in (
        ("torch", "torch", "torch"),
        ("dask", "distributed", '".[dask]"'),
        ("ray", "ray", '".[ray]"'),
    ):
        if find_spec(module) is None and "CI" not in os.environ:
            for item in items:
                if item.get_closest_marker(mark):
                    item.add_marker(
                        pytest.mark.skip(reason=f"needs {mark}: .venv/bin/pip install {wanted}")
                    )


@pytest.fixture(scope="session")
def keras():
    """Keras 3 on JAX in this process: the quickest backend to start."""
    os.environ.setdefault("KERAS_BACKEND", "jax")
    return pytest.importorskip("keras")


@pytest.fixture(scope="session")
def repository() -> Path:
    """The folder that holds pyproject.toml."""
    return Path(__file__).parent.parent

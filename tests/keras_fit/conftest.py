"""The tests of fit share a model and points beside them, and a warning that is not ours."""

from __future__ import annotations

import sys
from collections.abc import Generator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from backends import Backend  # noqa: E402 - beside this file


@pytest.fixture(scope="session")
def backend(request: pytest.FixtureRequest) -> Generator[Backend, None, None]:
    """The process of a backend, for all tests that ask it."""
    process = Backend(request.param)
    yield process
    process.end()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keras's own reading of its variables makes NumPy 2 warn."""
    ignored = "ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings(ignored))

"""The geometry tests share modules beside them: the exact truth, the networks and the laws."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent

sys.path.insert(0, str(HERE))
pytest.register_assert_rewrite("laws")


def pytest_collection_modifyitems(items):
    """Random networks may tie except for rounding, which is said: see test_partition."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings("ignore:Rounding leaves:RuntimeWarning"))

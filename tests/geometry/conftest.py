"""The geometry tests share modules of their own beside them: the exact truth, the networks and the laws."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
pytest.register_assert_rewrite("laws")

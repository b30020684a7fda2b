"""Fixtures for the training tests."""

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def keras():
    """Keras 3 on JAX in this process: the quickest backend to start."""
    os.environ.setdefault("KERAS_BACKEND", "jax")
    return pytest.importorskip("keras")

"""Keras's backend: TensorFlow unless something else is set, whether it is installed or not."""

from __future__ import annotations

import importlib
import json
import os
import sys
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

_MODULES = {"tensorflow": "tensorflow", "jax": "jax", "torch": "torch"}


def imported_keras() -> ModuleType:
    """Keras, on the backend that is set, or else on one that is installed.

    Keras's own choice is TensorFlow; without it, and without a word of the user's, `import keras`
    fails though JAX or PyTorch is here. **Raises** `ImportError`.
    """
    if "keras" not in sys.modules and not _set() and find_spec("tensorflow") is None:
        there = installed_backends()
        if there:
            os.environ["KERAS_BACKEND"] = there[0]
    return importlib.import_module("keras")


def chosen_backend() -> str:
    """The backend that Keras would start on."""
    return _set() or "tensorflow"


def installed_backends() -> list[str]:
    """Those that are here, of the ones that Keras knows."""
    return [name for name, module in _MODULES.items() if find_spec(module) is not None]


def _set() -> str:
    """The backend that the user set, in the environment or in Keras's file; "" where none is."""
    if name := os.environ.get("KERAS_BACKEND"):
        return name
    folder = os.environ.get("KERAS_HOME")
    with suppress(OSError, ValueError, AttributeError, RuntimeError):
        place = Path(folder) if folder else Path.home() / ".keras"
        with (place / "keras.json").open(encoding="utf-8") as file:
            found = json.loads(file.read(1 << 16)).get("backend")
        # Keras writes this file by itself, with its own default in it
        return found if isinstance(found, str) and found != "tensorflow" else ""
    return ""

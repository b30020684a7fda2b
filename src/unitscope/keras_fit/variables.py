"""A Keras variable's numbers there and back, without what Keras and TensorFlow do around it.

On TensorFlow that is most of the time.
"""

from __future__ import annotations

import functools
import importlib
import math
import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from unitscope.models.keras import as_numpy, raw_ops, resource


class Variable:
    """One variable of a model, its optimizer or a metric, on any backend; `shape` is fixed."""

    def __init__(self, variable: Any) -> None:
        self._variable, found = variable, resource(variable)
        self._handle = None if found is None else found.handle
        if found is not None:
            self._ops, self._dtype = raw_ops(), found.dtype
            self._takes_floats = found.dtype.name == "float32"

    @functools.cached_property
    def shape(self) -> tuple[int, ...]:
        """Asked for where it is needed only: TensorFlow makes a new one each time."""
        return tuple(self._variable.shape)

    @property
    def size(self) -> int:
        """How many numbers it has."""
        return math.prod(self.shape)

    def read(self) -> np.ndarray:
        """The numbers now."""
        if self._handle is None:
            return as_numpy(self._variable)
        return self._ops.ReadVariableOp(resource=self._handle, dtype=self._dtype).numpy()

    @property
    def source(self) -> tuple[Any, Any] | None:
        """TensorFlow's handle and dtype; None on other backends."""
        return None if self._handle is None else (self._handle, self._dtype)

    def write(self, numbers: Any) -> None:
        """Put numbers of this shape into it."""
        if self._handle is None:
            self._variable.assign(numbers)
            return
        if type(numbers) is not float or not self._takes_floats:  # TensorFlow makes float32 of one
            numbers = np.asarray(numbers, self._dtype.as_numpy_dtype)
        self._ops.AssignVariableOp(resource=self._handle, value=numbers)


def read_all(variables: Sequence[Variable]) -> list[np.ndarray]:
    """The numbers of each now, on TensorFlow asked for all at once: a third of the time."""
    sources, ask = [variable.source for variable in variables], _asking()
    if ask is None or not all(sources):
        return [variable.read() for variable in variables]
    return [found.numpy() for found in ask([source for source in sources if source])]


@functools.cache
def _asking() -> Callable[[list[tuple[Any, Any]]], Any] | None:
    """What reads many variables of TensorFlow; None where this TensorFlow has no such operation."""
    if "tensorflow" not in sys.modules:
        return None
    try:
        execute = importlib.import_module("tensorflow.python.eager.execute").execute
        context = importlib.import_module("tensorflow.python.eager.context").context
        variable = importlib.import_module("tensorflow").Variable([1.0, 2.0])

        def ask(sources: list[tuple[Any, Any]]) -> Any:
            handles = [handle for handle, _ in sources]
            dtypes = [dtype.as_datatype_enum for _, dtype in sources]
            given = ("N", len(handles), "dtypes", dtypes)
            return execute(b"_ReadVariablesOp", len(handles), handles, given, context())

        works = [one.numpy().tolist() for one in ask([(variable.handle, variable.dtype)] * 2)]
    except Exception:  # whatever has been renamed there
        return None
    return ask if works == [[1.0, 2.0]] * 2 else None

"""A Keras variable's numbers there and back, without what Keras and TensorFlow do around it.

On TensorFlow that is most of the time.
"""

from __future__ import annotations

import functools
import math
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

    def write(self, numbers: Any) -> None:
        """Put numbers of this shape into it."""
        if self._handle is None:
            self._variable.assign(numbers)
            return
        if type(numbers) is not float or not self._takes_floats:  # TensorFlow makes float32 of one
            numbers = np.asarray(numbers, self._dtype.as_numpy_dtype)
        self._ops.AssignVariableOp(resource=self._handle, value=numbers)

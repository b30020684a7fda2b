"""The decorators of functions that compiled code calls, or has inside wherever they are called.

Both can be given a signature; without one, Numba makes a version for each kind of arguments.
Without Numba they leave a function as it is: Python runs those that need no other way.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

try:
    from numba import njit
except ImportError:

    def njit(given: Any = None, **options: Any) -> Callable[..., Any]:
        """The function itself."""
        return given if callable(given) else njit


jitted = partial(njit, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)
inlined = partial(jitted, forceinline=True)

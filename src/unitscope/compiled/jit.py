"""The decorators of functions that compiled code calls, or has inside wherever they are called.

Both can be given a signature; without one, Numba makes a version for each kind of arguments.
"""

from __future__ import annotations

from functools import partial

from numba import njit

jitted = partial(njit, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)
inlined = partial(jitted, forceinline=True)

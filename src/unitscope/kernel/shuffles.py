"""The random order of the points in every epoch, compiled: Fisher-Yates with numbers of a hash.

Number i of epoch e is hash(key + hash(e * n + i)), so any epoch of any run can be drawn by itself,
and many runs side by side. The hash is lowbias32 (C. Wellons, "Prospecting for Hash Functions",
2018); a number below m is its product with m over 2**32 (D. Lemire, "Fast Random Integer Generation
in an Interval", 2019; the bias is below m / 2**32).
"""

from __future__ import annotations

import numpy as np
from numba import carray, cfunc, types

from unitscope.compiled.jit import inlined

_u = np.uint32


@inlined
def hashed(x):
    """A 32-bit number that looks random, another for every x."""
    x = _u(x ^ (x >> _u(16)))
    x = _u(x * _u(0x7FEB352D))
    x = _u(x ^ (x >> _u(15)))
    x = _u(x * _u(0x846CA68B))
    return _u(x ^ (x >> _u(16)))


@inlined
def below(key, common, m):
    """A whole number from 0 to m - 1, an int32."""
    return np.int32((np.uint64(hashed(_u(key + common))) * np.uint64(m)) >> np.uint64(32))


@inlined
def common_part(epoch, n, i):
    """What number i of an epoch has in common for all keys."""
    return hashed(_u(epoch * n + i))


_SIGNATURE = types.int64(types.CPointer(types.int64), types.CPointer(types.int32))


def compiled():
    """The shuffles as a C function of (points, epochs, first epoch, key) and room for all orders.

    The room is (epochs + 1) x points whole numbers.

    The last row is where an epoch's numbers are drawn, all at once and in lanes, before the points
    change places.
    """

    @cfunc(_SIGNATURE, error_model="numpy")
    def shuffle(numbers, order):
        whole = carray(numbers, (4,))
        n, epochs, past, key = whole[0], whole[1], whole[2], _u(whole[3])
        places = carray(order, ((epochs + 1) * n,))
        drawn = epochs * n
        for epoch in range(epochs):
            at = epoch * n
            for i in range(n):
                places[at + i] = i
                places[drawn + i] = below(key, common_part(past + epoch, n, i), i + 1)
            for back in range(n - 1):
                last = n - 1 - back
                # unsigned: Numba looks whether an index with a sign counts from the end
                place, other = np.uint64(at + last), np.uint64(at + places[np.uint64(drawn + last)])
                kept = places[place]
                places[place] = places[other]
                places[other] = kept
        return epochs

    return shuffle

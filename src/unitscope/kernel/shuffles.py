"""The order of the points in every epoch, compiled: drawn, or a caller's, which is looked through.

It is drawn by Fisher and Yates's shuffle with numbers of a hash. Number i of epoch e is
hash(key + hash(e * n + i)), so any epoch of any run can be drawn by itself, and many runs side by
side. The hash is lowbias32 (C. Wellons, "Prospecting for Hash Functions", 2018); a number below m
is its product with m over 2**32 (D. Lemire, "Fast Random Integer Generation in an Interval", 2019;
the bias is below m / 2**32).
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
    return scaled(hashed(_u(key + common)), m)


@inlined
def scaled(number, m):
    """A 32-bit number as one from 0 to m - 1, an int32."""
    return np.int32((np.uint64(_u(number)) * np.uint64(m)) >> np.uint64(32))


@inlined
def common_part(epoch, n, i):
    """What number i of an epoch has in common for all keys."""
    return hashed(_u(epoch * n + i))


@inlined
def _shuffle(places, at, spare, n, epoch, key):
    """Draw an epoch's order into the row at `at`; its numbers into the one at `spare`, in lanes.

    Each of the first loops reads and writes numbers of 32 bits, so that a register holds as many as
    it can: computed from a loop's own counter, all of them would have its 64 bits.
    """
    for i in range(n):
        places[at + i] = i
    for i in range(n):
        places[spare + i] = hashed(_u(key + common_part(epoch, n, places[at + i])))
    for i in range(n):
        places[spare + i] = scaled(places[spare + i], _u(places[at + i] + 1))
    for back in range(n - 1):
        last = n - 1 - back
        # unsigned: Numba looks whether an index with a sign counts from the end
        place, other = np.uint64(at + last), np.uint64(at + places[np.uint64(spare + last)])
        kept = places[place]
        places[place] = places[other]
        places[other] = kept


@inlined
def _is_place(number, n):
    """Whether it is one of 0..n-1: as unsigned, a negative number is a large one."""
    return np.uint64(number) < np.uint64(n)


@inlined
def _is_taken(given, places, at, seen, n, mark):
    """Copy the row at `at`; whether it is a permutation of 0..n-1.

    The places at `seen` that it names get `mark`, which has to be new to them: all are to have it.
    """
    inside = True
    for i in range(n):
        number = given[at + i]  # read once: it is another's memory
        inside &= _is_place(number, n)
        places[at + i] = number
    if not inside:
        return False
    for i in range(n):
        places[np.uint64(seen + places[np.uint64(at + i)])] = mark
    marked = 0
    for i in range(n):
        marked += places[seen + i] == mark
    return marked == n


_SIGNATURE = types.int64(
    types.CPointer(types.int64), types.CPointer(types.int64), types.CPointer(types.int32)
)


def compiled():
    """The order of every epoch as a C function; it gives how many epochs have one.

    Its arguments are the addresses of: numbers (points, epochs, whether a caller's orders are to be
    looked through, and to draw them the first epoch and the key), the caller's orders, room for
    all orders and a row more, which has places in the end, too.
    """

    @cfunc(_SIGNATURE, error_model="numpy")
    def order(numbers, given, orders):
        whole = carray(numbers, (5,))
        n, epochs, past, key = whole[0], whole[1], whole[3], _u(whole[4])
        places, spare = carray(orders, ((epochs + 1) * n,)), epochs * n
        if not whole[2]:
            for epoch in range(epochs):
                _shuffle(places, epoch * n, spare, n, past + epoch, key)
            return epochs
        theirs = carray(given, (epochs * n,))
        for i in range(n):
            places[spare + i] = 0
        for epoch in range(epochs):
            if not _is_taken(theirs, places, epoch * n, spare, n, epoch + 1):
                return epoch
        for i in range(n):
            places[spare + i] = 0
        return epochs

    return order

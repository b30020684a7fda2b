"""Many runs at once: the same training from different starts in lockstep, each run a lane of every vector.

A block is GROUP runs. Every number of a run (parameter, output, gradient) is one lane of a vector,
so there is no sum over lanes anywhere and a run's numbers do not depend on which runs stand beside
it. Points go through in tiles of TILE, each run's in its own order, so that a weight or a gradient
is fetched once for a tile: a unit's outputs are one ROW.
"""

from __future__ import annotations

import numpy as np
from numba import carray, cfunc, njit, types

from unitscope.kernel import optimizers
from unitscope.kernel.activations import curved, pass_slope
from unitscope.kernel.lanes import (
    falling_power,
    load,
    logarithm,
    splat,
    spread,
    store,
    where_equal,
    where_greater,
)
from unitscope.kernel.layout import (
    ACTIVATION,
    BATCH,
    BIAS,
    BLOCKS,
    COLUMNS,
    EPOCHS,
    GROUP,
    INPUTS,
    L1,
    L2,
    LAYERS,
    LEAKY_RELU,
    NESTEROV,
    NUMBERS,
    OPTIMIZER,
    PARAMETERS,
    PITCH,
    POINTS,
    QUAD,
    RELU,
    ROW,
    ROWS,
    SETTINGS,
    SOURCE,
    STEP,
    TARGET,
    TILE,
    UNITS,
    WEIGHTS,
    WIDTH,
)
from unitscope.kernel.shuffles import below, common_part
from unitscope.kernel.transposes import fetch

_f = np.float32


@njit(forceinline=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _forward(P, A, D, table, slopes):
    """Outputs of every layer for a tile of points, from the inputs already in A; slopes of curved ones to D."""
    zero = splat(_f(0))
    for layer in range(table.shape[0]):
        inputs, units, code = table[layer, INPUTS], table[layer, UNITS], table[layer, ACTIVATION]
        source, target, weights = table[layer, SOURCE], table[layer, TARGET], table[layer, WEIGHTS]
        for j in range(units):
            z0 = load(P, (table[layer, BIAS] + j) * GROUP)
            z1, z2, z3 = z0, z0, z0
            for i in range(inputs):
                w, at = load(P, (weights + i * units + j) * GROUP), source + i * ROW
                z0 = z0 + load(A, at) * w
                z1 = z1 + load(A, at + GROUP) * w
                z2 = z2 + load(A, at + 2 * GROUP) * w
                z3 = z3 + load(A, at + 3 * GROUP) * w
            if code == RELU:
                z0, z1 = where_greater(zero, z0, zero, z0), where_greater(zero, z1, zero, z1)
                z2, z3 = where_greater(zero, z2, zero, z2), where_greater(zero, z3, zero, z3)
            at = target + j * ROW
            store(A, at, z0)
            store(A, at + GROUP, z1)
            store(A, at + 2 * GROUP, z2)
            store(A, at + 3 * GROUP, z3)
            if code == LEAKY_RELU:
                for t in range(at, at + ROW, GROUP):
                    z = load(A, t)
                    store(A, t, where_greater(z, zero, z, z * splat(_f(slopes[layer]))))
            elif code > LEAKY_RELU:
                for t in range(at, at + ROW, GROUP):
                    curved(code, _f(slopes[layer]), A, D, t)


@njit(forceinline=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _larger(a, b):
    return where_greater(a, b, a, b)


@njit(forceinline=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _loss(A, D, at, classes, labels, lost, share, points):
    """Add each run's loss at a tile's first `points` points to `lost`.

    D gets the derivatives by the logits, times `share`, and 0 for the other points.
    """
    zero, one = splat(_f(0)), splat(_f(1))
    product, owns = one, zero  # the logarithm of the product of the sums: one for a tile
    for t in range(TILE):
        here = at + t * GROUP
        own_share = splat(share if t < points else _f(0))
        label = load(labels, t * GROUP)
        largest = load(A, here)
        for k in range(1, classes):
            largest = _larger(load(A, here + k * ROW), largest)
        powers, own, place = zero, zero, zero
        for k in range(classes):
            gap = load(A, here + k * ROW) - largest
            power = falling_power(gap)
            store(D, here + k * ROW, power)
            powers = powers + power
            own = where_equal(label, place, gap, own)
            place = place + one
        if t < points:
            product = product * powers
            owns = owns + own
        scale, place = own_share / powers, zero
        for k in range(classes):
            target = where_equal(label, place, own_share, zero)
            store(D, here + k * ROW, load(D, here + k * ROW) * scale - target)
            place = place + one
    store(lost, 0, load(lost, 0) + (logarithm(product) - owns))


@njit(forceinline=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _backward(P, G, A, D, table, slopes):
    """Add each run's gradient at a tile of points to G, from the derivatives by the logits in D."""
    for step in range(table.shape[0]):
        layer = table.shape[0] - 1 - step
        inputs, units, weights = table[layer, INPUTS], table[layer, UNITS], table[layer, WEIGHTS]
        source, target, bias = table[layer, SOURCE], table[layer, TARGET], table[layer, BIAS]
        for j in range(units):
            at, d = (bias + j) * GROUP, target + j * ROW
            store(
                G,
                at,
                load(G, at)
                + (
                    load(D, d)
                    + load(D, d + GROUP)
                    + load(D, d + 2 * GROUP)
                    + load(D, d + 3 * GROUP)
                ),
            )
        for i in range(inputs):
            at = source + i * ROW
            a0, a1, a2, a3 = (
                load(A, at),
                load(A, at + GROUP),
                load(A, at + 2 * GROUP),
                load(A, at + 3 * GROUP),
            )
            for j in range(units):
                w, d = (weights + i * units + j) * GROUP, target + j * ROW
                store(
                    G,
                    w,
                    load(G, w)
                    + a0 * load(D, d)
                    + a1 * load(D, d + GROUP)
                    + a2 * load(D, d + 2 * GROUP)
                    + a3 * load(D, d + 3 * GROUP),
                )
        if layer:
            _pass_back(
                P,
                A,
                D,
                source,
                target,
                inputs,
                units,
                weights,
                table[layer - 1, ACTIVATION],
                splat(_f(slopes[layer - 1])),
            )


@njit(forceinline=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _pass_back(P, A, D, source, target, inputs, units, weights, code, below):
    """The derivatives by a layer's inputs, times the slopes of the activation that gave them."""
    zero = splat(_f(0))
    for i in range(inputs):
        d0, d1, d2, d3 = zero, zero, zero, zero
        for j in range(units):
            w, d = load(P, (weights + i * units + j) * GROUP), target + j * ROW
            d0 = d0 + load(D, d) * w
            d1 = d1 + load(D, d + GROUP) * w
            d2 = d2 + load(D, d + 2 * GROUP) * w
            d3 = d3 + load(D, d + 3 * GROUP) * w
        at = source + i * ROW
        pass_slope(A, D, at, d0, code, below)
        pass_slope(A, D, at + GROUP, d1, code, below)
        pass_slope(A, D, at + 2 * GROUP, d2, code, below)
        pass_slope(A, D, at + 3 * GROUP, d3, code, below)


@njit(forceinline=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _tile(X, pitch, order, begin, points, A):
    """Bring the next points of each run into the first rows of A; places past `points` repeat the last."""
    for t in range(TILE):
        at = (begin + min(t, points - 1)) * GROUP
        for q in range(0, pitch, QUAD):
            fetch(X, q, pitch, order, at, A, q * ROW + t * GROUP, ROW, WIDTH)


@njit(forceinline=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _shuffle(order, keys, epoch, n):
    """Each run's own order of an epoch: row i says which point comes i-th, the rows after n what was drawn.

    As `shuffles` draws it.
    """
    drawn = n * GROUP
    for i in range(n):
        common = common_part(epoch, n, i)
        for lane in range(GROUP):
            at = i * GROUP + lane
            order[at] = i
            order[drawn + at] = below(keys[lane], common, i + 1) * np.int32(GROUP) + np.int32(lane)
    for back in range(n - 1):
        first = (n - 1 - back) * GROUP
        for lane in range(GROUP):
            at, other = first + lane, np.int64(order[drawn + first + lane])
            kept = order[at]
            order[at] = order[other]
            order[other] = kept


@njit(forceinline=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _count_right(P, X, pitch, n, A, D, right, table, slopes):
    """How many points each run classifies right, into `right`."""
    classes, output = table[table.shape[0] - 1, UNITS], table[table.shape[0] - 1, TARGET]
    zero, one = splat(_f(0)), splat(_f(1))
    hits = zero
    for begin in range(0, n, TILE):
        points = min(TILE, n - begin)
        for t in range(TILE):
            for q in range(table[0, INPUTS]):
                store(A, q * ROW + t * GROUP, spread(X, (begin + min(t, points - 1)) * pitch + q))
        _forward(P, A, D, table, slopes)
        for t in range(points):
            label = int(X[(begin + t) * pitch + table[0, INPUTS]])
            before, after = splat(_f(-np.inf)), splat(_f(-np.inf))  # of equal logits the first wins
            for k in range(label):
                before = _larger(load(A, output + k * ROW + t * GROUP), before)
            for k in range(label + 1, classes):
                after = _larger(load(A, output + k * ROW + t * GROUP), after)
            own = load(A, output + label * ROW + t * GROUP)
            hits = hits + where_greater(own, before, where_greater(after, own, zero, one), zero)
    store(right, 0, hits)


@njit(forceinline=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _penalise(P, G, table, settings, lost, size):
    """Add l1 * sum |w| + l2 * sum w**2 over each run's weights to its loss, `size` times, and its gradient to G."""
    l1, twice = splat(_f(settings[L1])), splat(_f(2.0 * settings[L2]))
    l2, zero, one = splat(_f(settings[L2])), splat(_f(0)), splat(_f(1))
    for layer in range(table.shape[0]):
        for q in range(table[layer, WEIGHTS], table[layer, BIAS]):
            for v in range(0, GROUP, WIDTH):
                at = q * GROUP + v
                w = load(P, at)
                sign = where_greater(w, zero, one, where_greater(zero, w, zero - one, zero))
                store(G, at, load(G, at) + l1 * sign + twice * w)
                store(lost, v, load(lost, v) + splat(_f(size)) * (l1 * sign * w + l2 * w * w))


@njit(forceinline=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _train(numbers, settings, table, X, keys, order, slopes, P, first, second, work, loss, right):
    """Run all epochs of one block of runs; `loss` and `right` have a row of GROUP numbers for each epoch."""
    n, batch, count, step = numbers[POINTS], numbers[BATCH], numbers[PARAMETERS], numbers[STEP]
    layers, rows = numbers[LAYERS], numbers[ROWS] * ROW
    classes, output = table[layers - 1, UNITS], table[layers - 1, TARGET]
    A, D, G, pitch = work[:rows], work[rows : 2 * rows], work[2 * rows :], numbers[PITCH]
    labels = A[table[0, INPUTS] * ROW :]
    penalised = settings[L1] > 0.0 or settings[L2] > 0.0
    past = step // ((n + batch - 1) // batch)
    for epoch in range(numbers[EPOCHS]):
        lost = loss[epoch * GROUP : (epoch + 1) * GROUP]
        store(lost, 0, splat(_f(0)))
        _shuffle(order, keys, past + epoch, n)
        begin = 0
        while begin < n:  # range() with a step that might be 0 could raise, and nothing here may
            size = min(batch, n - begin)
            for q in range(0, count * GROUP, WIDTH):
                store(G, q, splat(_f(0)))
            for at in range(begin, begin + size, TILE):
                points = min(TILE, begin + size - at)
                _tile(X, pitch, order, at, points, A)
                _forward(P, A, D, table, slopes)
                _loss(A, D, output, classes, labels, lost, _f(1.0 / size), points)
                _backward(P, G, A, D, table, slopes)
            if penalised:
                _penalise(P, G, table, settings, lost, size)
            step += 1
            optimizers.count_step(settings, step, begin == epoch == 0)
            optimizers.update(
                numbers[OPTIMIZER],
                numbers[NESTEROV] != 0,
                P,
                G,
                first,
                second,
                settings,
                0,
                count * GROUP,
            )
            begin += batch
        store(lost, 0, load(lost, 0) / splat(_f(n)))
        _count_right(
            P, X, pitch, n, A, D, right[epoch * GROUP : (epoch + 1) * GROUP], table, slopes
        )


_float, _double, _whole = (
    types.CPointer(types.float32),
    types.CPointer(types.float64),
    types.CPointer(types.int64),
)
_places = types.CPointer(types.int32)
SIGNATURE = types.int64(
    _whole,
    _double,
    _whole,
    _float,
    types.CPointer(types.uint32),
    _places,
    _float,
    _float,
    _float,
    _float,
    _float,
    _float,
)


def compiled():
    """The loop as a C function of `SIGNATURE`, block after block of GROUP runs; compiling it takes a few seconds."""

    @cfunc(SIGNATURE, error_model="numpy")
    def train(numbers, settings, table, X, keys, order, P, first, second, work, loss, right):
        whole = carray(numbers, (NUMBERS,))
        n, blocks = whole[POINTS], whole[BLOCKS]
        layers, real = (
            carray(table, (whole[LAYERS], COLUMNS)),
            carray(settings, (SETTINGS + whole[LAYERS],)),
        )
        count, epochs = whole[PARAMETERS] * GROUP, whole[EPOCHS] * GROUP
        all_keys, parameters = carray(keys, (blocks * GROUP,)), carray(P, (blocks * count,))
        firsts, seconds = carray(first, (blocks * count,)), carray(second, (blocks * count,))
        losses, hits = carray(loss, (blocks * epochs,)), carray(right, (blocks * epochs,))
        for block in range(blocks):
            at, row = block * count, block * epochs
            _train(
                whole,
                real[:SETTINGS],
                layers,
                carray(X, (n * whole[PITCH],)),
                all_keys[block * GROUP : (block + 1) * GROUP],
                carray(order, (2 * n * GROUP,)),
                real[SETTINGS:],
                parameters[at : at + count],
                firsts[at : at + count],
                seconds[at : at + count],
                carray(work, (2 * whole[ROWS] * ROW + count,)),
                losses[row : row + epochs],
                hits[row : row + epochs],
            )
        return blocks

    return train

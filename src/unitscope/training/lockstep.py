"""Many runs at once: the same training from different starts in lockstep, each run a lane of every vector.

A block is GROUP runs. Every number of a run (parameter, output, gradient) is one lane of GROUP // 16 vectors, so there
is no sum over lanes anywhere and a run's numbers do not depend on which runs stand beside it. Points go through one at
a time, each run's in its own order.
"""

from __future__ import annotations

import numpy as np
from numba import carray, cfunc, njit, types

from unitscope.training import optimizers
from unitscope.training.lanes import (
    exponential,
    gather,
    load,
    logarithm,
    splat,
    spread,
    store,
    where_equal,
    where_greater,
)
from unitscope.training.layout import (
    ACTIVATION,
    BATCH,
    BIAS,
    EPOCHS,
    GROUP,
    INPUTS,
    L1,
    L2,
    LAYERS,
    LEAKY_RELU,
    LINEAR,
    NESTEROV,
    OPTIMIZER,
    PARAMETERS,
    POINTS,
    RELU,
    ROWS,
    SETTINGS,
    SOURCE,
    STEP,
    TARGET,
    UNITS,
    WEIGHTS,
    WIDTH,
)
from unitscope.training.passes import curved
from unitscope.training.shuffles import below, common_part

_f = np.float32


@njit(inline="always", error_model="numpy")
def _forward(P, A, D, table, slopes):
    """Outputs of every layer for one point of each run, from the inputs already in A; slopes of curved ones to D."""
    zero = splat(_f(0))
    for layer in range(table.shape[0]):
        inputs, units, code = table[layer, INPUTS], table[layer, UNITS], table[layer, ACTIVATION]
        source, target, weights = table[layer, SOURCE], table[layer, TARGET], table[layer, WEIGHTS]
        for j in range(units):
            for v in range(0, GROUP, WIDTH):
                z = load(P, (table[layer, BIAS] + j) * GROUP + v)
                for i in range(inputs):
                    z = z + load(A, source + i * GROUP + v) * load(P, (weights + i * units + j) * GROUP + v)
                at = target + j * GROUP + v
                if code == RELU:
                    z = where_greater(zero, z, zero, z)
                elif code == LEAKY_RELU:
                    z = where_greater(z, zero, z, z * spread(slopes, layer))
                store(A, at, z)
                if code > LEAKY_RELU:
                    curved(code, slopes[layer], A, D, at)


@njit(inline="always", error_model="numpy")
def _loss(A, D, at, classes, labels, lost, share):
    """Add each run's loss at its point to `lost`; D gets the derivatives by the logits, times `share`."""
    zero = splat(_f(0))
    for v in range(0, GROUP, WIDTH):
        here = at + v
        label = load(labels, v)
        largest = load(A, here)
        for k in range(1, classes):
            logit = load(A, here + k * GROUP)
            largest = where_greater(logit, largest, logit, largest)
        powers, own = zero, zero
        for k in range(classes):
            gap = load(A, here + k * GROUP) - largest
            power = exponential(gap)
            store(D, here + k * GROUP, power)
            powers = powers + power
            own = where_equal(label, splat(_f(k)), gap, own)
        store(lost, v, load(lost, v) + (logarithm(powers) - own))
        scale = splat(share) / powers
        for k in range(classes):
            target = where_equal(label, splat(_f(k)), splat(share), zero)
            store(D, here + k * GROUP, load(D, here + k * GROUP) * scale - target)


@njit(inline="always", error_model="numpy")
def _backward(P, G, A, D, table, slopes):
    """Add each run's gradient at its point to G, from the derivatives by the logits in D."""
    zero = splat(_f(0))
    for step in range(table.shape[0]):
        layer = table.shape[0] - 1 - step
        inputs, units, weights = table[layer, INPUTS], table[layer, UNITS], table[layer, WEIGHTS]
        source, target, bias = table[layer, SOURCE], table[layer, TARGET], table[layer, BIAS]
        code = table[layer - 1, ACTIVATION] if layer else LINEAR
        for v in range(0, GROUP, WIDTH):
            for j in range(units):
                at = (bias + j) * GROUP + v
                store(G, at, load(G, at) + load(D, target + j * GROUP + v))
            for i in range(inputs):
                a, onto = load(A, source + i * GROUP + v), zero
                for j in range(units):
                    at = (weights + i * units + j) * GROUP + v
                    d = load(D, target + j * GROUP + v)
                    store(G, at, load(G, at) + a * d)
                    onto = onto + d * load(P, at)
                if layer:
                    at = source + i * GROUP + v
                    if code == RELU:
                        onto = where_greater(a, zero, onto, zero)
                    elif code == LEAKY_RELU:
                        onto = where_greater(a, zero, onto, onto * spread(slopes, layer - 1))
                    elif code > LEAKY_RELU:
                        onto = onto * load(D, at)
                    store(D, at, onto)


@njit(inline="always", error_model="numpy")
def _point(X, y, order, at, features, n, A, labels):
    """Bring each run's own point into the first rows of A."""
    for v in range(0, GROUP, WIDTH):
        for q in range(features):
            store(A, q * GROUP + v, gather(X, q * n, order, at + v, WIDTH))
        store(labels, v, gather(y, 0, order, at + v, WIDTH))


@njit(inline="always", error_model="numpy")
def _shuffle(order, keys, epoch, n):
    """Each run's own order of an epoch: the lanes of row i say which point comes i-th; the last row is scratch."""
    drawn = n * GROUP
    for i in range(n):
        for lane in range(GROUP):
            order[i * GROUP + lane] = i
    for back in range(n - 1):
        i = n - 1 - back
        common = common_part(epoch, n, i)
        for lane in range(GROUP):
            order[drawn + lane] = below(keys[lane], common, i + 1) * GROUP + lane
        for lane in range(GROUP):
            j = order[drawn + lane]
            kept = order[i * GROUP + lane]
            order[i * GROUP + lane] = order[j]
            order[j] = kept


@njit(inline="always", error_model="numpy")
def _count_right(P, X, y, n, A, D, labels, right, table, slopes):
    """How many points each run classifies right, into `right`."""
    classes, output = table[table.shape[0] - 1, UNITS], table[table.shape[0] - 1, TARGET]
    zero, one = splat(_f(0)), splat(_f(1))
    for v in range(0, GROUP, WIDTH):
        store(right, v, zero)
    for point in range(n):
        for v in range(0, GROUP, WIDTH):
            for q in range(table[0, INPUTS]):
                store(A, q * GROUP + v, spread(X, q * n + point))
        _forward(P, A, D, table, slopes)
        for v in range(0, GROUP, WIDTH):
            largest, winner = load(A, output + v), zero
            for k in range(1, classes):
                logit = load(A, output + k * GROUP + v)
                winner = where_greater(logit, largest, splat(_f(k)), winner)
                largest = where_greater(logit, largest, logit, largest)
            store(right, v, load(right, v) + where_equal(spread(y, point), winner, one, zero))


@njit(inline="always", error_model="numpy")
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


@njit(inline="always", error_model="numpy")
def _train(numbers, settings, table, X, y, keys, order, slopes, P, first, second, work, loss, right):
    """Run all epochs of one block of runs; `loss` and `right` have a row of GROUP numbers for each epoch."""
    n, batch, count, step = numbers[POINTS], numbers[BATCH], numbers[PARAMETERS], numbers[STEP]
    layers, rows = numbers[LAYERS], numbers[ROWS] * GROUP
    classes, output = table[layers - 1, UNITS], table[layers - 1, TARGET]
    A, D, G = work[:rows], work[rows : 2 * rows], work[2 * rows : 2 * rows + count * GROUP]
    labels = work[2 * rows + count * GROUP :]
    penalised = settings[L1] > 0.0 or settings[L2] > 0.0
    past = step // ((n + batch - 1) // batch)
    for epoch in range(numbers[EPOCHS]):
        lost = loss[epoch * GROUP : (epoch + 1) * GROUP]
        for v in range(0, GROUP, WIDTH):
            store(lost, v, splat(_f(0)))
        _shuffle(order, keys, past + epoch, n)
        begin = 0
        while begin < n:  # range() with a step that might be 0 could raise, and nothing here may
            size = min(batch, n - begin)
            for q in range(0, count * GROUP, WIDTH):
                store(G, q, splat(_f(0)))
            for point in range(begin, begin + size):
                _point(X, y, order, point * GROUP, table[0, INPUTS], n, A, labels)
                _forward(P, A, D, table, slopes)
                _loss(A, D, output, classes, labels, lost, _f(1.0 / size))
                _backward(P, G, A, D, table, slopes)
            if penalised:
                _penalise(P, G, table, settings, lost, size)
            step += 1
            optimizers.update(numbers[OPTIMIZER], numbers[NESTEROV] != 0, P, G, first, second, settings, step)
            begin += batch
        for v in range(0, GROUP, WIDTH):
            store(lost, v, load(lost, v) / splat(_f(n)))
        _count_right(P, X, y, n, A, D, labels, right[epoch * GROUP : (epoch + 1) * GROUP], table, slopes)
    return numbers[EPOCHS]


_float, _double, _whole = types.CPointer(types.float32), types.CPointer(types.float64), types.CPointer(types.int64)
_places = types.CPointer(types.int32)
SIGNATURE = types.int64(_whole, _double, _whole, _float, _float, types.CPointer(types.uint32), _places, _float, _float,
                        _float, _float, _float, _float, _float)


def compiled():
    """The loop as a C function of `SIGNATURE`; compiling it takes a few seconds."""

    @cfunc(SIGNATURE, error_model="numpy")
    def train(numbers, settings, table, X, y, keys, order, slopes, P, first, second, work, loss, right):
        whole = carray(numbers, (12,))
        n, epochs, count = whole[POINTS], whole[EPOCHS], whole[PARAMETERS]
        layers = carray(table, (whole[LAYERS], 7))
        size = (2 * whole[ROWS] + count + 1) * GROUP
        return _train(
            whole, carray(settings, (SETTINGS,)), layers, carray(X, (n * layers[0, INPUTS],)), carray(y, (n,)),
            carray(keys, (GROUP,)), carray(order, ((n + 1) * GROUP,)), carray(slopes, (whole[LAYERS],)),
            carray(P, (count * GROUP,)), carray(first, (count * GROUP,)), carray(second, (count * GROUP,)),
            carray(work, (size,)), carray(loss, (epochs * GROUP,)), carray(right, (epochs * GROUP,)))

    return train

"""The compiled loop: epochs of minibatches, generic in depth, widths and batch size, and its C entry point."""

from __future__ import annotations

import numpy as np
from numba import carray, cfunc, njit, types

from unitscope.kernel import narrow, optimizers, wide
from unitscope.kernel.lanes import leading, splat, store
from unitscope.kernel.layout import (
    BATCH,
    BIAS,
    COLUMNS,
    COUNTED,
    EPOCHS,
    INPUTS,
    L1,
    L2,
    LAYERS,
    LEAST,
    MEMBER,
    MOST,
    NARROW,
    NESTEROV,
    NUMBERS,
    OPTIMIZER,
    PADDED,
    PARAMETERS,
    PITCH,
    POINTS,
    QUAD,
    ROWS,
    SCRATCH,
    SETTINGS,
    STEP,
    STRIDE,
    TARGET,
    TEAM,
    UNITS,
    WEIGHTS,
    WIDTH,
)
from unitscope.kernel.team import meet, part
from unitscope.kernel.transposes import fetch


@njit(forceinline=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _train(
    numbers,
    settings,
    table,
    X,
    order,
    slopes,
    P,
    first,
    second,
    work,
    record,
    loss,
    correct,
    meeting,
):
    """Run the epochs of `order`; return how many stayed finite. P, first, second are padded to whole vectors.

    Every member of the team runs this; the first alone does what is not shared out (see `team`).
    """
    n, batch, stride, layers, step = (
        numbers[POINTS],
        numbers[BATCH],
        numbers[STRIDE],
        numbers[LAYERS],
        numbers[STEP],
    )
    team, member = numbers[TEAM], numbers[MEMBER]
    classes, output = table[layers - 1, UNITS], table[layers - 1, TARGET]
    penalised = settings[L1] > 0.0 or settings[L2] > 0.0
    rows = numbers[ROWS] * stride
    A, D, rest = work[:rows], work[rows : 2 * rows], work[2 * rows :]
    scratch, rest = rest[: numbers[SCRATCH]], rest[numbers[SCRATCH] :]
    weight, G, labels = rest[:stride], rest[stride:], A[table[0, INPUTS] * stride :]
    few, pitch = numbers[NARROW] != 0, numbers[PITCH]
    own, end = part(numbers[PADDED], WIDTH, team, member)
    for epoch in range(numbers[EPOCHS]):
        lost, right, extra = 0.0, 0.0, 0.0
        losses, product, pending = splat(np.float32(0)), splat(np.float32(1)), 0
        begin = 0
        while begin < n:  # range() with a step that might be 0 could raise, and nothing here may
            size = min(batch, n - begin)
            for q in range(own, end if not few else own, WIDTH):
                store(G, q, splat(np.float32(0)))
            chunk = begin
            while chunk < begin + size:
                points = min(stride, begin + size - chunk)
                vectors = (points + WIDTH - 1) // WIDTH
                if member == 0:
                    _gather(
                        X,
                        pitch,
                        order,
                        epoch * n + chunk,
                        points,
                        vectors,
                        stride,
                        np.float32(1.0 / size),
                        A,
                        weight,
                    )
                meet(meeting, team)
                if few:
                    narrow.forward(P, A, D, table, slopes, stride, vectors)
                else:
                    wide.forward(P, A, D, table, slopes, stride, vectors, team, member, meeting)
                if member == 0:
                    if pending + vectors > wide.MOST_PENDING:
                        lost += wide.settled(losses, product)
                        losses, product, pending = splat(np.float32(0)), splat(np.float32(1)), 0
                    losses, product = wide.softmax_cross_entropy(
                        A,
                        D,
                        output,
                        classes,
                        labels,
                        weight,
                        settings[LEAST],
                        settings[MOST],
                        stride,
                        vectors,
                        losses,
                        product,
                    )
                    pending += vectors
                    if numbers[COUNTED]:
                        right += wide.count_right(
                            A, output, classes, labels, weight, stride, vectors
                        )
                meet(meeting, team)
                if few:
                    narrow.backward(
                        P, scratch, A, D, table, slopes, stride, vectors, chunk == begin
                    )
                else:
                    wide.backward(
                        P, G, A, D, scratch, table, slopes, stride, vectors, team, member, meeting
                    )
                chunk += stride
            if few:
                narrow.collect(scratch, G, numbers[PARAMETERS])
            step += 1
            if member == 0:
                if penalised:
                    extra += size * _penalty(P, G, table, settings)
                optimizers.count_step(settings, step, begin == epoch == 0)
            meet(meeting, team)
            optimizers.update(
                numbers[OPTIMIZER], numbers[NESTEROV] != 0, P, G, first, second, settings, own, end
            )
            meet(meeting, team)
            begin += batch
        if member == 0:
            loss[epoch] = (lost + wide.settled(losses, product) + extra) / n
            correct[epoch] = int(right + 0.5)
            sound = _recorded(P, record, epoch * numbers[PARAMETERS], numbers[PARAMETERS])
            meeting[1] = not (np.isfinite(loss[epoch]) and sound)
        meet(meeting, team)
        if meeting[1]:
            return epoch
    return numbers[EPOCHS]


@njit(forceinline=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _recorded(P, record, at, count):
    """Copy the parameters to record[at:]; False where one is not finite."""
    unsound = np.float32(0)
    for q in range(count):
        record[at + q] = P[q]
        unsound += P[q] * np.float32(0)
    return unsound == np.float32(0)


@njit(forceinline=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _gather(X, pitch, order, at, points, vectors, stride, share, A, weight):
    """Bring the chunk's points into the first rows of A; lanes without a point get zeros and weight 0."""
    for v in range(vectors):
        here, left = v * WIDTH, points - v * WIDTH
        store(weight, here, leading(share, left))
        for q in range(0, pitch, QUAD):
            fetch(X, q, pitch, order, at + here, A, q * stride + here, stride, left)


@njit(forceinline=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _penalty(P, G, table, settings):
    """l1 * sum |w| + l2 * sum w**2 over the weights, its gradient added to G (Keras: the sign of 0 is 0)."""
    l1, l2 = settings[L1], settings[L2]
    value = 0.0
    for layer in range(table.shape[0]):
        for q in range(table[layer, WEIGHTS], table[layer, BIAS]):
            w = P[q]
            value += l1 * abs(w) + l2 * w * w
            G[q] += np.float32(l1 * np.sign(w) + 2.0 * l2 * w)
    return value


_float, _double, _whole = (
    types.CPointer(types.float32),
    types.CPointer(types.float64),
    types.CPointer(types.int64),
)
SIGNATURE = types.int64(
    _whole,
    _double,
    _whole,
    _float,
    types.CPointer(types.int32),
    _float,
    _float,
    _float,
    _double,
    _whole,
)


def compiled():
    """The loop as a C function of `SIGNATURE`; compiling it takes a few seconds."""

    @cfunc(SIGNATURE, error_model="numpy")
    def train(numbers, settings, table, X, order, vectors, work, record, loss, counts):
        whole = carray(numbers, (NUMBERS,))
        n, epochs, stride, padded, layers = (
            whole[POINTS],
            whole[EPOCHS],
            whole[STRIDE],
            whole[PADDED],
            whole[LAYERS],
        )
        real, parameters = carray(settings, (SETTINGS + layers,)), carray(vectors, (3 * padded,))
        right = carray(counts, (epochs + 2,))
        return _train(
            whole,
            real[:SETTINGS],
            carray(table, (layers, COLUMNS)),
            carray(X, (n * whole[PITCH],)),
            carray(order, (epochs * n + stride,)),
            real[SETTINGS:],
            parameters[:padded],
            parameters[padded : 2 * padded],
            parameters[2 * padded :],
            carray(work, (2 * whole[ROWS] * stride + whole[SCRATCH] + stride + padded,)),
            carray(record, (epochs * whole[PARAMETERS],)),
            carray(loss, (epochs,)),
            right[:epochs],
            right[epochs:],
        )

    return train

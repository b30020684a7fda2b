"""The compiled loop: epochs of minibatches, for any depth, widths and batch size; its C entry."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import carray, cfunc, types

from unitscope.compiled.jit import inlined
from unitscope.kernel import layout, narrow, optimizers, wide
from unitscope.kernel.bundles import Chunk, Parameters, Rows, Team, net_of
from unitscope.kernel.lanes import load, splat, splat_leading, store
from unitscope.kernel.layout import QUAD, WIDTH
from unitscope.kernel.losses import (
    count_correct,
    fresh_tally,
    keep_first,
    softmax_cross_entropy,
    total_loss,
)
from unitscope.kernel.team import barrier, is_ended, own_part
from unitscope.kernel.transposes import fetch


class Task(NamedTuple):
    """What is trained and how: whole numbers, real numbers, points, the order of every epoch.

    The last two are of the numbers, and read at every batch: values stay in registers.
    """

    numbers: Any
    settings: Any
    X: Any
    order: Any
    pitch: Any
    is_narrow: Any


class Memory(NamedTuple):
    """What every batch writes: see `bundles.Chunk`, and scratch."""

    A: Any
    D: Any
    labels: Any
    weights: Any
    stride: Any
    scratch: Any


class Record(NamedTuple):
    """What is kept of every epoch: the parameters after it, its mean loss, how many were right."""

    parameters: Any
    loss: Any
    correct: Any


@inlined
def _train(task, net, parameters, memory, record, team):
    """Run all epochs; return how many stayed finite, or came before it was ended.

    Every member of the team runs this; the first alone does what is not shared out. In
    `team.barrier[1]` it tells the others to return.
    """
    numbers, settings = task.numbers, task.settings
    n, step = numbers[layout.POINTS], numbers[layout.STEP]
    first, end = own_part(numbers[layout.PADDED], WIDTH, team)
    for epoch in range(numbers[layout.EPOCHS]):
        tally, penalty, begin = fresh_tally(), 0.0, 0
        while begin < n:  # range() with a step that might be 0 could raise, and nothing here may
            size = min(numbers[layout.BATCH], n - begin)
            batch = (epoch * n + begin, size)
            tally = _batch_gradient(task, batch, net, parameters.G, memory, tally, team)
            if team.barrier[1]:
                return epoch
            step += 1
            if team.member == 0:
                if numbers[layout.PENALISED]:
                    penalty += size * _penalise(net, parameters.G, settings)
                optimizers.count_step(numbers, settings, step, begin == epoch == 0)
            barrier(team)
            optimizers.update(numbers, settings, parameters, first, end)
            barrier(team)
            begin += size
        if team.member == 0:
            record.loss[epoch] = (total_loss(tally) + penalty) / n
            record.correct[epoch] = int(tally.correct + 0.5)
            sound = _recorded(net.P, record.parameters, epoch, numbers[layout.PARAMETERS])
            team.barrier[1] = not (np.isfinite(record.loss[epoch]) and sound)
        barrier(team)
        if team.barrier[1]:
            return epoch
    return numbers[layout.EPOCHS]


@inlined
def _batch_gradient(task, batch, net, G, memory, tally, team):
    """Put the gradient at a batch into G, chunk by chunk, and add the batch to the tally."""
    numbers, (begin, size) = task.numbers, batch
    if not task.is_narrow:
        first, end = own_part(numbers[layout.PADDED], WIDTH, team)
        for q in range(first, end, WIDTH):
            store(G, q, splat(0))
    at = begin
    while at < begin + size:
        points = min(memory.stride, begin + size - at)
        chunk = _chunk(memory, points)
        if team.member == 0:
            if is_ended(numbers):
                team.barrier[1] = 1
            _gather(task, at, points, 1.0 / size, chunk)
        barrier(team)
        if team.barrier[1]:
            return tally
        if task.is_narrow:
            narrow.forward(net, chunk)
        else:
            wide.forward(net, chunk, team)
        if team.member == 0:
            weighted = numbers[layout.WEIGHTED] != 0
            tally = softmax_cross_entropy(chunk, net.output, task.settings, weighted, tally)
            if numbers[layout.COUNTED]:
                tally = count_correct(chunk, net.output, task.settings[layout.EDGE], tally)
            if numbers[layout.ONE_LOGIT]:
                keep_first(chunk, net.output)
        barrier(team)
        if task.is_narrow:
            narrow.backward(net, memory.scratch, chunk, at == begin)
        else:
            wide.backward(net, G, chunk, memory.scratch, team)
        at += memory.stride
    if task.is_narrow:
        narrow.collect(memory.scratch, G, numbers[layout.PARAMETERS])
    return tally


@inlined
def _chunk(memory, points):
    """Room for so many points."""
    vectors = (points + WIDTH - 1) // WIDTH
    return Chunk(memory.A, memory.D, memory.labels, memory.weights, memory.stride, vectors)


@inlined
def _gather(task, at, points, weight, chunk):
    """Bring the points order[at:] into the first rows of A; a lane without one gets 0, weight 0.

    A point's own weight, where it has one, is in the row behind the class.
    """
    for v in range(chunk.vectors):
        here, left = v * WIDTH, points - v * WIDTH
        store(chunk.weights, here, splat_leading(weight, left))
        for q in range(0, task.pitch, QUAD):
            out = Rows(chunk.A, q * chunk.stride + here, chunk.stride)
            fetch(Rows(task.X, q, task.pitch), task.order, at + here, out, left)
        if task.numbers[layout.WEIGHTED]:
            own = load(chunk.labels, chunk.stride + here)
            store(chunk.weights, here, load(chunk.weights, here) * own)


@inlined
def _penalise(net, G, settings):
    """l1 * sum |w| + l2 * sum w**2 over all weights; G gets its gradient, the sign of 0 being 0."""
    value, layers = 0.0, net.table.shape[0]
    for index in range(layers):
        l1 = settings[layout.SETTINGS + layers + index]
        l2 = settings[layout.SETTINGS + 2 * layers + index]
        for q in range(net.table[index, layout.WEIGHTS], net.table[index, layout.BIAS]):
            w = net.P[q]
            value += l1 * abs(w) + l2 * w * w
            G[q] += np.float32(l1 * np.sign(w) + 2.0 * l2 * w)
    return value


@inlined
def _recorded(P, record, epoch, count):
    """Copy the parameters to the epoch's row of the record; False where one is not finite."""
    unsound = np.float32(0)
    for q in range(count):
        record[epoch * count + q] = P[q]
        unsound += P[q] * np.float32(0)
    return unsound == np.float32(0)


@inlined
def _divided(room, numbers, net):
    """The workspace as memory for a batch, and the gradient behind it."""
    stride, outputs = numbers[layout.STRIDE], numbers[layout.OUTPUTS] * numbers[layout.STRIDE]
    A, D, tail = room[:outputs], room[outputs : 2 * outputs], room[2 * outputs :]
    scratch, tail = tail[: numbers[layout.SCRATCH]], tail[numbers[layout.SCRATCH] :]
    labels = A[net.table[0, layout.INPUTS] * stride :]
    return Memory(A, D, labels, tail[:stride], stride, scratch), tail[stride:]


_ints, _reals, _floats = (
    types.CPointer(kind) for kind in (types.int64, types.float64, types.float32)
)
_SIGNATURE = types.int64(
    *(_ints, _reals, _ints, _floats, types.CPointer(types.int32)),
    *(_floats, _floats, _floats, _reals, _ints),
)


def compiled():
    """The loop as a C function; compiling it takes a few seconds.

    It gives how many epochs stayed finite, or were done before `numbers` said that it ends. Its
    arguments are the addresses of: numbers, settings, layer table, points, order and a chunk more,
    vectors (parameters, two slots), workspace, and of what it fills: parameters, loss and counts of
    every epoch; after the counts lie the two numbers that a team's threads share.
    """

    @cfunc(_SIGNATURE, error_model="numpy")
    def train(numbers, settings, table, X, order, vectors, work, record, loss, counts):
        whole = carray(numbers, (layout.NUMBERS,))
        epochs, layers = whole[layout.EPOCHS], whole[layout.LAYERS]
        stride, padded = whole[layout.STRIDE], whole[layout.PADDED]
        real = carray(settings, (layout.SETTINGS + layout.A_LAYER * layers,))
        parameters = carray(vectors, (3 * padded,))
        counted = carray(counts, (epochs + 2,))
        n, pitch, is_narrow = (
            whole[layout.POINTS],
            whole[layout.PITCH],
            whole[layout.IS_NARROW] != 0,
        )
        points, places = carray(X, (n * pitch,)), carray(order, (epochs * n + stride,))
        rows = carray(table, (layers, layout.COLUMNS))
        net = net_of(parameters[:padded], rows, real[layout.SETTINGS : layout.SETTINGS + layers])
        outputs = whole[layout.OUTPUTS] * stride
        room = carray(work, (2 * outputs + whole[layout.SCRATCH] + stride + padded,))
        memory, G = _divided(room, whole, net)
        return _train(
            Task(whole, real, points, places, pitch, is_narrow),
            net,
            Parameters(net.P, G, parameters[padded : 2 * padded], parameters[2 * padded :]),
            memory,
            Record(
                carray(record, (epochs * whole[layout.PARAMETERS],)),
                carray(loss, (epochs,)),
                counted[:epochs],
            ),
            Team(whole[layout.TEAM], whole[layout.MEMBER], counted[epochs:]),
        )

    return train

"""Many runs at once: one training from many starts in lockstep, each run a lane of every vector.

A block is GROUP runs. Every number of a run (parameter, output, gradient) is one lane of a vector,
so there is no sum over lanes anywhere and a run's numbers do not depend on which runs stand beside
it. Points go through in tiles of TILE, each run's in its own order, so that a weight or a gradient
is fetched once for a tile: a unit's outputs are one LOCKSTEP_ROW.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import carray, cfunc, types

from unitscope.compiled.jit import inlined
from unitscope.kernel import layout, optimizers
from unitscope.kernel.activations import activate_curved, store_delta
from unitscope.kernel.bundles import Parameters, Rows, layer_of, net_of
from unitscope.kernel.lanes import (
    load,
    load_splat,
    log,
    select_equal,
    select_greater,
    splat,
    store,
)
from unitscope.kernel.layout import GROUP, QUAD, TILE, WIDTH
from unitscope.kernel.layout import LOCKSTEP_ROW as ROW
from unitscope.kernel.losses import softmax_powers
from unitscope.kernel.shuffles import below, common_part
from unitscope.kernel.team import is_ended
from unitscope.kernel.transposes import fetch


class Task(NamedTuple):
    """What is trained and how: whole and real numbers, points, a key for every run's shuffles."""

    numbers: Any
    settings: Any
    X: Any
    keys: Any


class Tile(NamedTuple):
    """The points that are in the network: outputs and derivatives of all units, and the classes."""

    A: Any
    D: Any
    labels: Any


@inlined
def _train(task, net, parameters, tile, order, loss, correct):
    """Run all epochs of one block of runs; `loss` and `correct` get a row for each epoch."""
    numbers, settings = task.numbers, task.settings
    n, step = numbers[layout.POINTS], numbers[layout.STEP]
    end = numbers[layout.PARAMETERS] * GROUP
    batches = (n + numbers[layout.BATCH] - 1) // numbers[layout.BATCH]
    past = step // batches
    for epoch in range(numbers[layout.EPOCHS]):
        losses, begin = loss[epoch * GROUP : (epoch + 1) * GROUP], 0
        store(losses, 0, splat(0))
        _shuffle(order, task.keys, past + epoch, n)
        while begin < n:  # range() with a step that might be 0 could raise, and nothing here may
            size = min(numbers[layout.BATCH], n - begin)
            _batch_gradient(task, (begin, size), net, parameters.G, tile, order, losses)
            if is_ended(numbers):
                return
            if numbers[layout.PENALISED]:
                _penalise(net, parameters.G, settings, losses, size)
            step += 1
            optimizers.count_step(numbers, settings, step, begin == epoch == 0)
            optimizers.update(numbers, settings, parameters, 0, end)
            begin += size
        store(losses, 0, load(losses, 0) / splat(n))
        _count_correct(task, net, tile, correct[epoch * GROUP : (epoch + 1) * GROUP])


@inlined
def _batch_gradient(task, batch, net, G, tile, order, losses):
    """Put each run's gradient at a batch into G, tile by tile, and add its losses to `losses`."""
    begin, size = batch
    for q in range(0, task.numbers[layout.PARAMETERS] * GROUP, WIDTH):
        store(G, q, splat(0))
    for at in range(begin, begin + size, TILE):
        if is_ended(task.numbers):
            return
        points = min(TILE, begin + size - at)
        _gather(task, order, at, points, tile.A)
        _forward(net, tile)
        if task.numbers[layout.WEIGHTED]:
            _weighted_cross_entropy(tile, net.output, losses, 1.0 / size, points)
        else:
            _softmax_cross_entropy(tile, net.output, losses, 1.0 / size, points)
        if task.numbers[layout.ONE_LOGIT]:  # no derivatives by the first: its weights stay
            for t in range(net.output.target, net.output.target + ROW, GROUP):
                store(tile.D, t, splat(0))
        _backward(net, G, tile)


@inlined
def _gather(task, order, begin, points, A):
    """Bring each run's next points into the first rows of A; places past them repeat the last."""
    pitch = task.numbers[layout.PITCH]
    for t in range(TILE):
        at = (begin + min(t, points - 1)) * GROUP
        for q in range(0, pitch, QUAD):
            fetch(Rows(task.X, q, pitch), order, at, Rows(A, q * ROW + t * GROUP, ROW), WIDTH)


@inlined
def _forward(net, tile):
    """Outputs of every layer, from the inputs already in A; slopes of curved activations to D."""
    P, A, zero = net.P, tile.A, splat(0)
    for index in range(net.table.shape[0]):
        layer, below_zero = layer_of(net.table, index), net.slopes[index]
        for j in range(layer.units):
            z0 = load(P, (layer.bias + j) * GROUP)
            z1, z2, z3 = z0, z0, z0
            for i in range(layer.inputs):
                w = load(P, (layer.weights + i * layer.units + j) * GROUP)
                at = layer.source + i * ROW
                z0 = z0 + load(A, at) * w
                z1 = z1 + load(A, at + GROUP) * w
                z2 = z2 + load(A, at + 2 * GROUP) * w
                z3 = z3 + load(A, at + 3 * GROUP) * w
            if layer.code == layout.RELU:
                z0, z1 = select_greater(zero, z0, zero, z0), select_greater(zero, z1, zero, z1)
                z2, z3 = select_greater(zero, z2, zero, z2), select_greater(zero, z3, zero, z3)
            at = layer.target + j * ROW
            store(A, at, z0)
            store(A, at + GROUP, z1)
            store(A, at + 2 * GROUP, z2)
            store(A, at + 3 * GROUP, z3)
            if layer.code == layout.LEAKY_RELU:
                for t in range(at, at + ROW, GROUP):
                    z = load(A, t)
                    store(A, t, select_greater(z, zero, z, z * splat(below_zero)))
            elif layer.code > layout.LEAKY_RELU:
                for t in range(at, at + ROW, GROUP):
                    activate_curved(layer.code, below_zero, A, tile.D, t)


@inlined
def _larger(a, b):
    return select_greater(a, b, a, b)


@inlined
def _derivatives(D, at, label, units, taught, exp_sum):
    """Make of `softmax_powers` in D the derivatives of the loss by the logits, times `taught`."""
    zero, one = splat(0), splat(1)
    scale, index = taught / exp_sum, zero
    for k in range(units):
        target = select_equal(label, index, taught, zero)
        store(D, at + k * ROW, load(D, at + k * ROW) * scale - target)
        index = index + one


@inlined
def _softmax_cross_entropy(tile, output, losses, weight, points):
    """Add each run's loss at a tile's first `points` points to `losses`.

    D gets the derivatives by the logits, times `weight`, and 0 for the other points.
    """
    # the logarithm of the product of the softmax sums: one for a tile
    product, label_logits = splat(1), splat(0)
    for t in range(TILE):
        at, label = output.target + t * GROUP, load(tile.labels, t * GROUP)
        taught = splat(weight if t < points else 0.0)
        exp_sum, label_logit = softmax_powers(tile.A, tile.D, at, ROW, label, output.units)
        if t < points:
            product = product * exp_sum
            label_logits = label_logits + label_logit
        _derivatives(tile.D, at, label, output.units, taught, exp_sum)
    store(losses, 0, load(losses, 0) + (log(product) - label_logits))


@inlined
def _weighted_cross_entropy(tile, output, losses, weight, points):
    """The same where each point has a weight of its own, in the row behind the classes."""
    for t in range(TILE):
        at, label = output.target + t * GROUP, load(tile.labels, t * GROUP)
        own = load(tile.labels, ROW + t * GROUP)
        taught = splat(weight if t < points else 0.0) * own
        exp_sum, label_logit = softmax_powers(tile.A, tile.D, at, ROW, label, output.units)
        if t < points:
            store(losses, 0, load(losses, 0) + (log(exp_sum) - label_logit) * own)
        _derivatives(tile.D, at, label, output.units, taught, exp_sum)


@inlined
def _backward(net, G, tile):
    """Add each run's gradient at a tile to G, from the derivatives by the logits in D."""
    for back in range(net.table.shape[0]):
        index = net.table.shape[0] - 1 - back
        layer = layer_of(net.table, index)
        _weight_gradient(G, layer, tile.A, tile.D)
        if index:
            below_zero = splat(net.slopes[index - 1])
            _pass_back(net.P, layer, net.table[index - 1, layout.ACTIVATION], below_zero, tile)


@inlined
def _weight_gradient(G, layer, A, D):
    """Add each run's gradient of a layer's weights and biases to G.

    What is loaded first is added first, whatever the line says: LLVM sorts the terms of a sum.
    """
    for j in range(layer.units):
        at = (layer.bias + j) * GROUP
        g = load(G, at)
        d0, d1, d2, d3 = _four(D, layer.target + j * ROW)
        store(G, at, g + (d0 + d1 + d2 + d3))
    for i in range(layer.inputs):
        a0, a1, a2, a3 = _four(A, layer.source + i * ROW)
        for j in range(layer.units):
            at = (layer.weights + i * layer.units + j) * GROUP
            g = load(G, at)
            d0, d1, d2, d3 = _four(D, layer.target + j * ROW)
            store(G, at, g + a0 * d0 + a1 * d1 + a2 * d2 + a3 * d3)


@inlined
def _four(array, at):
    """What one unit has at the points of a tile."""
    return (
        load(array, at),
        load(array, at + GROUP),
        load(array, at + 2 * GROUP),
        load(array, at + 3 * GROUP),
    )


@inlined
def _pass_back(P, layer, code, below_zero, tile):
    """The derivatives by a layer's inputs, times the slopes of the activation that gave them."""
    A, D, zero = tile.A, tile.D, splat(0)
    for i in range(layer.inputs):
        d0, d1, d2, d3 = zero, zero, zero, zero
        for j in range(layer.units):
            w = load(P, (layer.weights + i * layer.units + j) * GROUP)
            e0, e1, e2, e3 = _four(D, layer.target + j * ROW)
            d0, d1, d2, d3 = d0 + e0 * w, d1 + e1 * w, d2 + e2 * w, d3 + e3 * w
        at = layer.source + i * ROW
        store_delta(A, D, at, d0, code, below_zero)
        store_delta(A, D, at + GROUP, d1, code, below_zero)
        store_delta(A, D, at + 2 * GROUP, d2, code, below_zero)
        store_delta(A, D, at + 3 * GROUP, d3, code, below_zero)


@inlined
def _shuffle(order, keys, epoch, n):
    """Each run's own order of an epoch, as `shuffles` draws it: row i has the i-th point.

    The rows after n get what was drawn.
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


@inlined
def _count_correct(task, net, tile, correct):
    """How many points each run classifies right, into `correct`."""
    output, features = net.output, net.table[0, layout.INPUTS]
    n, pitch = task.numbers[layout.POINTS], task.numbers[layout.PITCH]
    A, zero, one = tile.A, splat(0), splat(1)
    hits = zero
    for begin in range(0, n, TILE):
        if is_ended(task.numbers):
            return
        points = min(TILE, n - begin)
        for t in range(TILE):
            for q in range(features):
                place = (begin + min(t, points - 1)) * pitch + q
                store(A, q * ROW + t * GROUP, load_splat(task.X, place))
        _forward(net, tile)
        for t in range(points):
            at, label = output.target + t * GROUP, int(task.X[(begin + t) * pitch + features])
            before, after = splat(-np.inf), splat(-np.inf)  # of equal logits the first wins
            for k in range(label):
                before = _larger(load(A, at + k * ROW), before)
            for k in range(label + 1, output.units):
                after = _larger(load(A, at + k * ROW), after)
            own = load(A, at + label * ROW)
            hits = hits + select_greater(own, before, select_greater(after, own, zero, one), zero)
    store(correct, 0, hits)


@inlined
def _penalise(net, G, settings, losses, size):
    """Add l1 * sum |w| + l2 * sum w**2 over each run's weights, `size` times, and its gradient."""
    zero, one, layers = splat(0), splat(1), net.table.shape[0]
    for index in range(layers):
        l1 = splat(settings[layout.SETTINGS + layers + index])
        square = settings[layout.SETTINGS + 2 * layers + index]
        l2, twice = splat(square), splat(2.0 * square)
        for q in range(net.table[index, layout.WEIGHTS], net.table[index, layout.BIAS]):
            at = q * GROUP
            w = load(net.P, at)
            sign = select_greater(w, zero, one, select_greater(zero, w, zero - one, zero))
            store(G, at, load(G, at) + l1 * sign + twice * w)
            store(losses, 0, load(losses, 0) + splat(size) * (l1 * sign * w + l2 * w * w))


_ints, _reals, _floats = (
    types.CPointer(kind) for kind in (types.int64, types.float64, types.float32)
)
_SIGNATURE = types.int64(
    *(_ints, _reals, _ints, _floats, types.CPointer(types.uint32), types.CPointer(types.int32)),
    *[_floats] * 6,
)


def compiled():
    """The loop as a C function, block after block of GROUP runs; compiling it takes a few seconds.

    It gives the number of blocks. Its arguments are the addresses of: numbers, settings, layer
    table, points, a key for each run, room for the order of an epoch, parameters and the two slots
    of all blocks, workspace, and of the losses and points right of every block and epoch.
    """

    @cfunc(_SIGNATURE, error_model="numpy")
    def train(numbers, settings, table, X, keys, order, P, first, second, work, loss, correct):
        whole = carray(numbers, (layout.NUMBERS,))
        n, blocks, layers = whole[layout.POINTS], whole[layout.BLOCKS], whole[layout.LAYERS]
        count, epochs = whole[layout.PARAMETERS] * GROUP, whole[layout.EPOCHS] * GROUP
        rows, real = (
            carray(table, (layers, layout.COLUMNS)),
            carray(settings, (layout.SETTINGS + layout.A_LAYER * layers,)),
        )
        points, all_keys = carray(X, (n * whole[layout.PITCH],)), carray(keys, (blocks * GROUP,))
        all_P, firsts = carray(P, (blocks * count,)), carray(first, (blocks * count,))
        seconds, places = carray(second, (blocks * count,)), carray(order, (2 * n * GROUP,))
        losses, hits = carray(loss, (blocks * epochs,)), carray(correct, (blocks * epochs,))
        outputs = whole[layout.OUTPUTS] * ROW
        room = carray(work, (2 * outputs + count,))
        A, D, G = room[:outputs], room[outputs : 2 * outputs], room[2 * outputs :]
        tile = Tile(A, D, A[rows[0, layout.INPUTS] * ROW :])
        for block in range(blocks):
            at, end = block * count, (block + 1) * count
            row, last = block * epochs, (block + 1) * epochs
            own_keys = all_keys[block * GROUP : (block + 1) * GROUP]
            _train(
                Task(whole, real, points, own_keys),
                net_of(all_P[at:end], rows, real[layout.SETTINGS : layout.SETTINGS + layers]),
                Parameters(all_P[at:end], G, firsts[at:end], seconds[at:end]),
                tile,
                places,
                losses[row:last],
                hits[row:last],
            )
        return blocks

    return train

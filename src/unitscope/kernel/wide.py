"""One batch through the network and back: forward pass, softmax cross-entropy, backward pass, in lanes of rows.

Everything lies in flat float32 arrays. `A` holds the outputs of every layer and `D` the derivatives
of the loss by them; a unit is one row of `stride` numbers, one for each point of the chunk, so that
sixteen points are one vector. `table` describes the layers (see `layout`).
"""

from __future__ import annotations

import numpy as np
from numba import njit

from unitscope.kernel.activations import curved
from unitscope.kernel.lanes import (
    falling_power,
    load,
    logarithm,
    splat,
    spread,
    store,
    total,
    where_equal,
    where_greater,
)
from unitscope.kernel.layout import (
    ACTIVATION,
    BIAS,
    INPUTS,
    LEAKY_RELU,
    LINEAR,
    RELU,
    SOURCE,
    TARGET,
    UNITS,
    WEIGHTS,
    WIDTH,
)
from unitscope.kernel.matmul import TILE_ROWS, add_product
from unitscope.kernel.team import meet, part

# From this many units on, the weights' gradient is a matrix product over the points; below, sums
# over the lanes.
TRANSPOSE_FROM = 8

# Up to this many classes, the product of so many vectors of softmax sums, those of a whole chunk,
# is far from float32's largest number.
_MOST_MULTIPLIED, MOST_PENDING = 4096, 8

_f = np.float32


@njit(forceinline=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)
def forward(P, A, D, table, slopes, stride, vectors, team, member, meeting):
    """Outputs of every layer, from the inputs already in A; the slopes of curved activations go to D.

    Each member of the team computes some units of a layer.
    """
    zero = splat(_f(0))
    for layer in range(table.shape[0]):
        inputs, units, code = table[layer, INPUTS], table[layer, UNITS], table[layer, ACTIVATION]
        source, target = table[layer, SOURCE], table[layer, TARGET]
        first, end = part(units, TILE_ROWS, team, member)
        for j in range(first, end):
            bias = spread(P, table[layer, BIAS] + j)
            for v in range(vectors):
                store(A, target + j * stride + v * WIDTH, bias)
        add_product(
            A,
            target + first * stride,
            stride,
            P,
            table[layer, WEIGHTS] + first,
            1,
            units,
            A,
            source,
            stride,
            end - first,
            vectors,
            inputs,
        )
        for j in range(first, end if code != LINEAR else first):
            for v in range(vectors):
                at = target + j * stride + v * WIDTH
                if code == RELU:
                    z = load(A, at)
                    store(A, at, where_greater(zero, z, zero, z))
                elif code == LEAKY_RELU:
                    z = load(A, at)
                    store(A, at, where_greater(z, zero, z, z * splat(_f(slopes[layer]))))
                else:
                    curved(code, _f(slopes[layer]), A, D, at)
        meet(meeting, team)


@njit(forceinline=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)
def softmax_cross_entropy(
    A, D, at, classes, labels, weight, least, most, stride, vectors, losses, product
):
    """Count the chunk's losses in `losses` and `product` (see `settled`); D gets the derivatives by the logits.

    `labels` has the class of each row as a float, `weight` one over the batch size (0 in a lane
    without a point). A point's loss outside `least`..`most` is put to the bound, and such a point
    has no derivatives: it teaches nothing.
    """
    zero, one, low, high = splat(_f(0)), splat(_f(1)), splat(_f(least)), splat(_f(most))
    bounded = most < np.inf or classes > _MOST_MULTIPLIED
    for v in range(vectors):
        here = at + v * WIDTH
        label, share = load(labels, v * WIDTH), load(weight, v * WIDTH)
        largest = load(A, here)
        for k in range(1, classes):
            logit = load(A, here + k * stride)
            largest = where_greater(logit, largest, logit, largest)
        powers, own, place = zero, zero, zero
        for k in range(classes):
            gap = load(A, here + k * stride) - largest
            power = falling_power(gap)
            store(D, here + k * stride, power)
            powers = powers + power
            own = where_equal(label, place, gap, own)
            place = place + one
        taught = share
        if bounded:
            surprise = logarithm(powers) - own
            taught = where_greater(surprise, high, zero, where_greater(low, surprise, zero, share))
            surprise = where_greater(
                surprise, high, high, where_greater(low, surprise, low, surprise)
            )
            losses = losses + where_greater(share, zero, surprise, zero)
        else:
            product = product * where_greater(share, zero, powers, one)
            losses = losses - where_greater(share, zero, own, zero)
        scale, place = taught / powers, zero
        for k in range(classes):
            target = where_equal(label, place, taught, zero)
            store(D, here + k * stride, load(D, here + k * stride) * scale - target)
            place = place + one
    return losses, product


@njit(forceinline=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)
def settled(losses, product):
    """The sum of the losses counted. The softmax sums' logarithms, added up, are the one of their product."""
    return total(losses + logarithm(product))


@njit(forceinline=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)
def count_right(A, at, classes, labels, weight, stride, vectors):
    """How many of the chunk's points have their largest logit at their class; of equal logits the first wins."""
    zero, one = splat(_f(0)), splat(_f(1))
    hits = zero
    for v in range(vectors):
        here = at + v * WIDTH
        largest, winner = load(A, here), zero
        for k in range(1, classes):
            logit = load(A, here + k * stride)
            winner = where_greater(logit, largest, splat(_f(k)), winner)
            largest = where_greater(logit, largest, logit, largest)
        hit = where_equal(load(labels, v * WIDTH), winner, one, zero)
        hits = hits + where_greater(load(weight, v * WIDTH), zero, hit, zero)
    return total(hits)


@njit(forceinline=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _weight_gradient(
    G, A, D, rows, source, target, inputs, units, weights, bias, stride, vectors, team, member
):
    """Add the chunk's gradient of one layer's weights and biases to G; `rows` is scratch for wide layers.

    Each member of the team has some vectors of units.
    """
    first, end = part(units, WIDTH, team, member)
    for j in range(first, end):
        sums = load(D, target + j * stride)
        for v in range(1, vectors):
            sums = sums + load(D, target + j * stride + v * WIDTH)
        G[bias + j] += total(sums)
    if units < TRANSPOSE_FROM:
        for i in range(inputs):
            for j in range(first, end):
                sums = load(A, source + i * stride) * load(D, target + j * stride)
                for v in range(1, vectors):
                    step = v * WIDTH
                    sums = sums + load(A, source + i * stride + step) * load(
                        D, target + j * stride + step
                    )
                G[weights + i * units + j] += total(sums)
        return
    padded = (units + WIDTH - 1) // WIDTH * WIDTH
    blocks = (end - first + WIDTH - 1) // WIDTH
    points = vectors * WIDTH
    for begin in range(0, points, WIDTH):  # so that the rows which are written stay in the cache
        for j in range(first, end):
            for r in range(begin, begin + WIDTH):
                rows[np.uint64(r * padded + j)] = D[np.uint64(target + j * stride + r)]
    if units == padded:
        add_product(
            G,
            weights + first,
            units,
            A,
            source,
            stride,
            1,
            rows,
            first,
            padded,
            inputs,
            blocks,
            points,
        )
        return
    product = (
        points * padded
    )  # the product's place in the scratch, after D with a row for each point
    for i in range(inputs):
        for v in range(blocks):
            store(rows, product + i * padded + first + v * WIDTH, splat(_f(0)))
    add_product(
        rows,
        product + first,
        padded,
        A,
        source,
        stride,
        1,
        rows,
        first,
        padded,
        inputs,
        blocks,
        points,
    )
    for i in range(inputs):
        for j in range(first, end):
            G[weights + i * units + j] += rows[product + i * padded + j]


@njit(forceinline=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)
def backward(P, G, A, D, rows, table, slopes, stride, vectors, team, member, meeting):
    """Add the chunk's gradient to G, from the derivatives by the logits in D."""
    for step in range(table.shape[0]):
        layer = table.shape[0] - 1 - step
        inputs, units = table[layer, INPUTS], table[layer, UNITS]
        source, target = table[layer, SOURCE], table[layer, TARGET]
        weights = table[layer, WEIGHTS]
        _weight_gradient(
            G,
            A,
            D,
            rows,
            source,
            target,
            inputs,
            units,
            weights,
            table[layer, BIAS],
            stride,
            vectors,
            team,
            member,
        )
        meet(
            meeting, team
        )  # all have read the scratch, which may be written now; after the last layer, the chunk
        if layer:
            _pass_back(
                P,
                A,
                D,
                rows,
                source,
                target,
                inputs,
                units,
                weights,
                table[layer - 1, ACTIVATION],
                splat(_f(slopes[layer - 1])),
                stride,
                vectors,
                team,
                member,
            )
            meet(meeting, team)


@njit(forceinline=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _pass_back(
    P,
    A,
    D,
    rows,
    source,
    target,
    inputs,
    units,
    weights,
    code,
    below,
    stride,
    vectors,
    team,
    member,
):
    """The derivatives by a layer's inputs, times the slopes of the activation that gave them."""
    zero = splat(_f(0))
    bent = code > LEAKY_RELU
    onto = (
        rows if bent else D
    )  # D keeps a curved activation's slope until it has been multiplied in
    begin = 0 if bent else source
    first, end = part(inputs, TILE_ROWS, team, member)
    for i in range(first, end):
        for v in range(vectors):
            store(onto, begin + i * stride + v * WIDTH, zero)
    add_product(
        onto,
        begin + first * stride,
        stride,
        P,
        weights + first * units,
        units,
        1,
        D,
        target,
        stride,
        end - first,
        vectors,
        units,
    )
    for i in range(first, end if code != LINEAR else first):
        for v in range(vectors):
            at = i * stride + v * WIDTH
            d, a = load(onto, begin + at), load(A, source + at)
            if code == RELU:
                d = where_greater(a, zero, d, zero)
            elif code == LEAKY_RELU:
                d = where_greater(a, zero, d, d * below)
            else:
                d = d * load(D, source + at)
            store(D, source + at, d)

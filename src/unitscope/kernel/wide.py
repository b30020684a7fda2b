"""A batch through a network of many weights and back: layer by layer, as matrix products.

Every member of the team computes some units of a layer (see `team`).
"""

from __future__ import annotations

import numpy as np

from unitscope.compiled.jit import inlined
from unitscope.kernel import layout
from unitscope.kernel.activations import activate_curved, store_delta
from unitscope.kernel.bundles import Matrix, Rows, layer_of
from unitscope.kernel.lanes import load, load_splat, reduce_add, select_greater, splat, store
from unitscope.kernel.layout import WIDTH
from unitscope.kernel.matmul import TILE_ROWS, add_matmul
from unitscope.kernel.team import barrier, own_part

# From this many units on, the weights' gradient is a matrix product over the points; below, sums
# over the lanes.
TRANSPOSE_FROM = 8


@inlined
def forward(net, chunk, team):
    """Outputs of every layer, from the inputs already in A; slopes of curved activations to D."""
    P, A, stride, vectors = net.P, chunk.A, chunk.stride, chunk.vectors
    for index in range(net.table.shape[0]):
        layer = layer_of(net.table, index)
        first, end = own_part(layer.units, TILE_ROWS, team)
        for j in range(first, end):
            bias = load_splat(P, layer.bias + j)
            for v in range(vectors):
                store(A, layer.target + j * stride + v * WIDTH, bias)
        add_matmul(
            Rows(A, layer.target + first * stride, stride),
            Matrix(P, layer.weights + first, 1, layer.units),
            Rows(A, layer.source, stride),
            end - first,
            vectors,
            layer.inputs,
        )
        _activate(chunk, layer, net.slopes[index], first, end)
        barrier(team)


@inlined
def _activate(chunk, layer, below, first, end):
    """The activation of units first..end of a layer, in place."""
    A, D, zero = chunk.A, chunk.D, splat(0)
    for j in range(first, end if layer.code != layout.LINEAR else first):
        for v in range(chunk.vectors):
            at = layer.target + j * chunk.stride + v * WIDTH
            if layer.code == layout.RELU:
                z = load(A, at)
                store(A, at, select_greater(zero, z, zero, z))
            elif layer.code == layout.LEAKY_RELU:
                z = load(A, at)
                store(A, at, select_greater(z, zero, z, z * splat(below)))
            else:
                activate_curved(layer.code, below, A, D, at)


@inlined
def backward(net, G, chunk, scratch, team):
    """Add the chunk's gradient to G, from the derivatives by the logits in D."""
    for back in range(net.table.shape[0]):
        index = net.table.shape[0] - 1 - back
        layer = layer_of(net.table, index)
        _weight_gradient(G, layer, chunk, scratch, team)
        # all have read the scratch, which may be written now; after the last layer, the chunk
        barrier(team)
        if index:
            code, below = net.table[index - 1, layout.ACTIVATION], splat(net.slopes[index - 1])
            _pass_back(net.P, layer, (code, below), chunk, scratch, team)
            barrier(team)


@inlined
def _weight_gradient(G, layer, chunk, scratch, team):
    """Add the chunk's gradient of one layer's weights and biases to G.

    Each member of the team has some vectors of units.
    """
    D, stride, vectors = chunk.D, chunk.stride, chunk.vectors
    first, end = own_part(layer.units, WIDTH, team)
    for j in range(first, end):
        sums = load(D, layer.target + j * stride)
        for v in range(1, vectors):
            sums = sums + load(D, layer.target + j * stride + v * WIDTH)
        G[layer.bias + j] += reduce_add(sums)
    if layer.units < TRANSPOSE_FROM:
        _few_weights(G, layer, chunk, first, end)
    else:
        _many_weights(G, layer, chunk, scratch, first, end)


@inlined
def _few_weights(G, layer, chunk, first, end):
    """Sums over the lanes, weight by weight, for units first..end."""
    A, D, stride = chunk.A, chunk.D, chunk.stride
    for i in range(layer.inputs):
        a = layer.source + i * stride
        for j in range(first, end):
            d = layer.target + j * stride
            sums = load(A, a) * load(D, d)
            for v in range(1, chunk.vectors):
                sums = sums + load(A, a + v * WIDTH) * load(D, d + v * WIDTH)
            G[layer.weights + i * layer.units + j] += reduce_add(sums)


@inlined
def _many_weights(G, layer, chunk, scratch, first, end):
    """Inputs times derivatives as a matrix product over the points, for units first..end.

    The scratch gets the derivatives with a row for each point, and the product where the units are
    not whole vectors.
    """
    inputs, units, stride = layer.inputs, layer.units, chunk.stride
    padded, blocks = (units + WIDTH - 1) // WIDTH * WIDTH, (end - first + WIDTH - 1) // WIDTH
    points = chunk.vectors * WIDTH
    _transpose(layer, chunk, scratch, (first, end), padded)
    left, right = Matrix(chunk.A, layer.source, stride, 1), Rows(scratch, first, padded)
    if units == padded:
        out = Rows(G, layer.weights + first, units)
        add_matmul(out, left, right, inputs, blocks, points)
        return
    out = Rows(scratch, points * padded + first, padded)
    for i in range(inputs):
        for v in range(blocks):
            store(scratch, out.start + i * padded + v * WIDTH, splat(0))
    add_matmul(out, left, right, inputs, blocks, points)
    for i in range(inputs):
        for j in range(first, end):
            G[layer.weights + i * units + j] += scratch[points * padded + i * padded + j]


@inlined
def _transpose(layer, chunk, scratch, units, padded):
    """The derivatives by these units into the scratch, a row of `padded` for each point."""
    D, (first, end) = chunk.D, units
    # Sixteen points at a time, so that the rows which are written stay in the cache; with unsigned
    # indices, since Numba looks whether one with a sign counts from the end.
    for begin in range(0, chunk.vectors * WIDTH, WIDTH):
        for j in range(first, end):
            at = np.uint64(layer.target + j * chunk.stride + begin)
            to, row = np.uint64(begin * padded + j), np.uint64(padded)
            for r in range(np.uint64(0), np.uint64(WIDTH), np.uint64(4)):
                scratch[to] = D[at + r]
                scratch[to + row] = D[at + r + np.uint64(1)]
                scratch[to + np.uint64(2) * row] = D[at + r + np.uint64(2)]
                scratch[to + np.uint64(3) * row] = D[at + r + np.uint64(3)]
                to += np.uint64(4) * row


@inlined
def _pass_back(P, layer, activation, chunk, scratch, team):
    """The derivatives by a layer's inputs, times the slopes of the activation that gave them."""
    A, D, stride, vectors = chunk.A, chunk.D, chunk.stride, chunk.vectors
    code, below = activation
    curved = code > layout.LEAKY_RELU
    # D keeps a curved activation's slope until it has been multiplied in
    onto, begin = (scratch, 0) if curved else (D, layer.source)
    first, end = own_part(layer.inputs, TILE_ROWS, team)
    for i in range(first, end):
        for v in range(vectors):
            store(onto, begin + i * stride + v * WIDTH, splat(0))
    add_matmul(
        Rows(onto, begin + first * stride, stride),
        Matrix(P, layer.weights + first * layer.units, layer.units, 1),
        Rows(D, layer.target, stride),
        end - first,
        vectors,
        layer.units,
    )
    for i in range(first, end if code != layout.LINEAR else first):
        for v in range(vectors):
            here = i * stride + v * WIDTH
            store_delta(A, D, layer.source + here, load(onto, begin + here), code, below)

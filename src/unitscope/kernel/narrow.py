"""A batch through a network of few weights and back: weight by weight, by one thread.

The tiles of `matmul` pay from about 256 weights in a layer on; below, their set-up is most of the
time. The gradient's sums over the lanes wait until the end of a batch: `sums` holds a row of eight
for each parameter, and eight rows become eight numbers of the gradient at once.
"""

from __future__ import annotations

from unitscope.compiled.jit import inlined
from unitscope.kernel import layout
from unitscope.kernel.activations import activate_curved, store_delta
from unitscope.kernel.bundles import layer_of
from unitscope.kernel.lanes import load, load_splat, multiply_add, select_greater, splat, store
from unitscope.kernel.layout import HALF, WIDTH
from unitscope.kernel.transposes import add_sum, put_sum, store_reduced


@inlined
def forward(net, chunk):
    """Outputs of every layer, from the inputs already in A; slopes of curved activations to D."""
    P, A, stride = net.P, chunk.A, chunk.stride
    for index in range(net.table.shape[0]):
        layer, below = layer_of(net.table, index), net.slopes[index]
        # two units at a time use an input once; an odd last one is done twice
        for j in range(0, layer.units, 2):
            other = min(j + 1, layer.units - 1)
            bias, other_bias = load_splat(P, layer.bias + j), load_splat(P, layer.bias + other)
            for v in range(chunk.vectors):
                z, y, here = bias, other_bias, v * WIDTH
                for i in range(layer.inputs):
                    x, w = (
                        load(A, layer.source + i * stride + here),
                        layer.weights + i * layer.units,
                    )
                    z = multiply_add(load_splat(P, w + j), x, z)
                    y = multiply_add(load_splat(P, w + other), x, y)
                _activate(chunk, layer.target + j * stride + here, z, layer.code, below)
                _activate(chunk, layer.target + other * stride + here, y, layer.code, below)


@inlined
def _activate(chunk, at, z, code, below):
    """A[at:] becomes the activation at z; D[at:], of a curved one, its slope."""
    zero = splat(0)
    if code == layout.RELU:
        z = select_greater(zero, z, zero, z)
    elif code == layout.LEAKY_RELU:
        z = select_greater(z, zero, z, z * splat(below))
    store(chunk.A, at, z)
    if code > layout.LEAKY_RELU:
        activate_curved(code, below, chunk.A, chunk.D, at)


@inlined
def backward(net, sums, chunk, fresh):
    """Add the gradient at a chunk, from the derivatives by the logits in D; `fresh` begins anew."""
    for back in range(net.table.shape[0]):
        index = net.table.shape[0] - 1 - back
        layer = layer_of(net.table, index)
        _weight_gradient(sums, layer, chunk, fresh)
        if index:
            below = splat(net.slopes[index - 1])
            _pass_back(net.P, layer, net.table[index - 1, layout.ACTIVATION], below, chunk)


@inlined
def _weight_gradient(sums, layer, chunk, fresh):
    """Add the gradient of a layer's weights and biases to `sums`."""
    A, D, stride = chunk.A, chunk.D, chunk.stride
    for j in range(layer.units):
        at, sum_d = layer.target + j * stride, splat(0)
        for v in range(chunk.vectors):
            sum_d = sum_d + load(D, at + v * WIDTH)
        _keep(sums, layer.bias + j, sum_d, fresh)
        for i in range(0, layer.inputs, 2):  # two inputs at a time use a derivative once
            first = layer.source + i * stride
            second = layer.source + min(i + 1, layer.inputs - 1) * stride
            sum_1, sum_2 = splat(0), splat(0)
            for v in range(chunk.vectors):
                d = load(D, at + v * WIDTH)
                sum_1 = multiply_add(load(A, first + v * WIDTH), d, sum_1)
                sum_2 = multiply_add(load(A, second + v * WIDTH), d, sum_2)
            _keep(sums, layer.weights + i * layer.units + j, sum_1, fresh)
            if i + 1 < layer.inputs:
                _keep(sums, layer.weights + (i + 1) * layer.units + j, sum_2, fresh)


@inlined
def _keep(sums, parameter, lanes, fresh):
    if fresh:
        put_sum(sums, parameter, lanes)
    else:
        add_sum(sums, parameter, lanes)


@inlined
def _pass_back(P, layer, code, below, chunk):
    """The derivatives by a layer's inputs, times the slopes of the activation that gave them."""
    A, D, stride = chunk.A, chunk.D, chunk.stride
    for i in range(0, layer.inputs, 2):  # two at a time; an odd last one alone
        other = min(i + 1, layer.inputs - 1)
        for v in range(chunk.vectors):
            d, e, here = splat(0), splat(0), v * WIDTH
            for j in range(layer.units):
                above, w = load(D, layer.target + j * stride + here), layer.weights + j
                d = multiply_add(load_splat(P, w + i * layer.units), above, d)
                e = multiply_add(load_splat(P, w + other * layer.units), above, e)
            store_delta(A, D, layer.source + i * stride + here, d, code, below)
            if other > i:
                store_delta(A, D, layer.source + other * stride + here, e, code, below)


@inlined
def collect(sums, G, count):
    """The gradient of `count` parameters from their sums."""
    for q in range(0, count, HALF):
        store_reduced(G, q, sums)

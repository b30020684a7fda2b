"""A batch through a network of few weights and back: every weight by itself, nothing shared out, nothing called.

The tiles of `product` pay from about 256 weights in a layer on; below, their set-up is most of the
time. The gradient's sums over the lanes wait until the end of a batch: `sums` holds a row of eight
for each parameter, and eight of them become eight numbers of the gradient at once. Only one thread
does this.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from unitscope.kernel.activations import curved, pass_slope
from unitscope.kernel.lanes import load, multiply_add, splat, spread, store, where_greater
from unitscope.kernel.layout import (
    ACTIVATION,
    BIAS,
    HALF,
    INPUTS,
    LEAKY_RELU,
    RELU,
    SOURCE,
    TARGET,
    UNITS,
    WEIGHTS,
    WIDTH,
)
from unitscope.kernel.transposes import add_sum, put_sum, store_totals

_f = np.float32


@njit(forceinline=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)
def forward(P, A, D, table, slopes, stride, vectors):
    """Outputs of every layer, from the inputs already in A; the slopes of curved activations go to D."""
    for layer in range(table.shape[0]):
        inputs, units, code = table[layer, INPUTS], table[layer, UNITS], table[layer, ACTIVATION]
        source, target, weights = table[layer, SOURCE], table[layer, TARGET], table[layer, WEIGHTS]
        below = _f(slopes[layer])
        for j in range(
            0, units, 2
        ):  # two units at a time use an input once; an odd last one is done twice
            other = min(j + 1, units - 1)
            bias, other_bias = (
                spread(P, table[layer, BIAS] + j),
                spread(P, table[layer, BIAS] + other),
            )
            for v in range(vectors):
                z, y, here = bias, other_bias, v * WIDTH
                for i in range(inputs):
                    x, w = load(A, source + i * stride + here), weights + i * units
                    z, y = (
                        multiply_add(spread(P, w + j), x, z),
                        multiply_add(spread(P, w + other), x, y),
                    )
                _activate(A, D, target + j * stride + here, z, code, below)
                _activate(A, D, target + other * stride + here, y, code, below)


@njit(forceinline=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _activate(A, D, at, z, code, below):
    """A[at:] becomes the activation at z; D[at:], of a curved one, its slope."""
    zero = splat(_f(0))
    if code == RELU:
        z = where_greater(zero, z, zero, z)
    elif code == LEAKY_RELU:
        z = where_greater(z, zero, z, z * splat(below))
    store(A, at, z)
    if code > LEAKY_RELU:
        curved(code, below, A, D, at)


@njit(forceinline=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)
def backward(P, sums, A, D, table, slopes, stride, vectors, fresh):
    """Add the chunk's gradient to `sums`, from the derivatives by the logits in D; `fresh` begins them anew."""
    zero = splat(_f(0))
    for step in range(table.shape[0]):
        layer = table.shape[0] - 1 - step
        inputs, units, weights = table[layer, INPUTS], table[layer, UNITS], table[layer, WEIGHTS]
        source, target, bias = table[layer, SOURCE], table[layer, TARGET], table[layer, BIAS]
        for j in range(units):
            at = target + j * stride
            total = zero
            for v in range(vectors):
                total = total + load(D, at + v * WIDTH)
            _keep(sums, bias + j, total, fresh)
            for i in range(0, inputs, 2):  # two inputs at a time use a derivative once
                first, second = source + i * stride, source + min(i + 1, inputs - 1) * stride
                total, other = zero, zero
                for v in range(vectors):
                    d = load(D, at + v * WIDTH)
                    total = multiply_add(load(A, first + v * WIDTH), d, total)
                    other = multiply_add(load(A, second + v * WIDTH), d, other)
                _keep(sums, weights + i * units + j, total, fresh)
                if i + 1 < inputs:
                    _keep(sums, weights + (i + 1) * units + j, other, fresh)
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
                stride,
                vectors,
            )


@njit(forceinline=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _keep(sums, parameter, total, fresh):
    if fresh:
        put_sum(sums, parameter, total)
    else:
        add_sum(sums, parameter, total)


@njit(forceinline=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _pass_back(P, A, D, source, target, inputs, units, weights, code, below, stride, vectors):
    """The derivatives by a layer's inputs, times the slopes of the activation that gave them."""
    zero = splat(_f(0))
    for i in range(0, inputs, 2):  # two at a time; an odd last one alone
        other = min(i + 1, inputs - 1)
        for v in range(vectors):
            d, e, here = zero, zero, v * WIDTH
            for j in range(units):
                above, w = load(D, target + j * stride + here), weights + j
                d = multiply_add(spread(P, w + i * units), above, d)
                e = multiply_add(spread(P, w + other * units), above, e)
            pass_slope(A, D, source + i * stride + here, d, code, below)
            if other > i:
                pass_slope(A, D, source + other * stride + here, e, code, below)


@njit(forceinline=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)
def collect(sums, G, count):
    """The gradient of `count` parameters from their sums."""
    for q in range(0, count, HALF):
        store_totals(G, q, sums)

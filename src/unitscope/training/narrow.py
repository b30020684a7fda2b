"""A batch through a network of few weights and back: every weight by itself, nothing shared out, nothing called.

The tiles of `product` pay from about 256 weights in a layer on; below, their set-up is most of the time. The gradient's
sums over the lanes wait until the end of a batch: `sums` holds a vector for each parameter, and sixteen of them become
one vector of the gradient at once. Only one thread does this.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from unitscope.training.activations import curved, pass_slope
from unitscope.training.lanes import load, multiply_add, splat, spread, store, where_greater
from unitscope.training.layout import (
    ACTIVATION,
    BIAS,
    INPUTS,
    LEAKY_RELU,
    RELU,
    SOURCE,
    TARGET,
    UNITS,
    WEIGHTS,
    WIDTH,
)
from unitscope.training.transposes import totals

_f = np.float32


@njit(forceinline=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)
def forward(P, A, D, table, slopes, stride, vectors):
    """Outputs of every layer, from the inputs already in A; the slopes of curved activations go to D."""
    zero = splat(_f(0))
    for layer in range(table.shape[0]):
        inputs, units, code = table[layer, INPUTS], table[layer, UNITS], table[layer, ACTIVATION]
        source, target, weights = table[layer, SOURCE], table[layer, TARGET], table[layer, WEIGHTS]
        for j in range(units):
            bias = spread(P, table[layer, BIAS] + j)
            for v in range(vectors):
                here = v * WIDTH
                z = bias
                for i in range(inputs):
                    z = multiply_add(spread(P, weights + i * units + j), load(A, source + i * stride + here), z)
                if code == RELU:
                    z = where_greater(zero, z, zero, z)
                elif code == LEAKY_RELU:
                    z = where_greater(z, zero, z, z * splat(_f(slopes[layer])))
                store(A, target + j * stride + here, z)
                if code > LEAKY_RELU:
                    curved(code, _f(slopes[layer]), A, D, target + j * stride + here)


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
            total = zero if fresh else load(sums, (bias + j) * WIDTH)
            for v in range(vectors):
                total = total + load(D, at + v * WIDTH)
            store(sums, (bias + j) * WIDTH, total)
            for i in range(inputs):
                own, before = (weights + i * units + j) * WIDTH, source + i * stride
                total = zero if fresh else load(sums, own)
                for v in range(vectors):
                    total = multiply_add(load(A, before + v * WIDTH), load(D, at + v * WIDTH), total)
                store(sums, own, total)
        if layer:
            _pass_back(P, A, D, source, target, inputs, units, weights, table[layer - 1, ACTIVATION],
                       splat(_f(slopes[layer - 1])), stride, vectors)


@njit(forceinline=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _pass_back(P, A, D, source, target, inputs, units, weights, code, below, stride, vectors):
    """The derivatives by a layer's inputs, times the slopes of the activation that gave them."""
    zero = splat(_f(0))
    for i in range(inputs):
        for v in range(vectors):
            d, at = zero, source + i * stride + v * WIDTH
            for j in range(units):
                d = multiply_add(spread(P, weights + i * units + j), load(D, target + j * stride + v * WIDTH), d)
            pass_slope(A, D, at, d, code, below)


@njit(forceinline=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)
def collect(sums, G, padded):
    """The gradient from its sums; the padding's are 0."""
    for q in range(0, padded, WIDTH):
        store(G, q, totals(sums, q * WIDTH))

"""The activations in lanes: value and slope where the output does not tell the slope, and the way back through any."""

from __future__ import annotations

import numpy as np
from numba import njit, types

from unitscope.kernel.lanes import exponential, load, logarithm, splat, store, where_greater
from unitscope.kernel.layout import (
    ABS,
    ELU,
    FOLDED,
    GELU,
    LEAKY_RELU,
    RELU,
    SIGMOID,
    SOFTPLUS,
    TANH,
)

_f = np.float32


@njit(forceinline=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _erf(x):
    """The error function to about 1e-7, by Chebyshev fit of erfc (Press et al., Numerical Recipes, 6.2)."""
    size = where_greater(x, splat(_f(0)), x, splat(_f(0)) - x)
    t = splat(_f(1)) / (splat(_f(1)) + splat(_f(0.5)) * size)
    p = splat(_f(0.17087277))  # the fit's relative error is below 1.2e-7 everywhere
    p = p * t + splat(_f(-0.82215223))
    p = p * t + splat(_f(1.48851587))
    p = p * t + splat(_f(-1.13520398))
    p = p * t + splat(_f(0.27886807))
    p = p * t + splat(_f(-0.18628806))
    p = p * t + splat(_f(0.09678418))
    p = p * t + splat(_f(0.37409196))
    p = p * t + splat(_f(1.00002368))
    p = p * t + splat(_f(-1.26551223))
    tail = t * exponential(p - size * size)
    value = splat(_f(1)) - tail
    return where_greater(x, splat(_f(0)), value, splat(_f(0)) - value)


@njit(
    [types.void(types.int64, types.float32, types.float32[::1], types.float32[::1], types.int64)],
    error_model="numpy",
)
def curved(code, below, A, D, at):
    """Replace z at A[at:] by its activation and leave the derivative at D[at:]; for all but the first three.

    `below` is the slope of a folded leaky_relu below zero.
    """
    one, zero, half = splat(_f(1)), splat(_f(0)), splat(_f(0.5))
    z = load(A, at)
    if code == TANH:
        value = splat(_f(2)) / (one + exponential(splat(_f(-2)) * z)) - one
        slope = one - value * value
    elif code == SIGMOID:
        value = one / (one + exponential(zero - z))
        slope = value * (one - value)
    elif code == ELU:
        power = exponential(z)
        value = where_greater(z, zero, z, power - one)
        slope = where_greater(z, zero, one, power)
    elif code == SOFTPLUS:
        size = where_greater(z, zero, z, zero - z)
        value = where_greater(z, zero, z, zero) + logarithm(one + exponential(zero - size))
        slope = one / (one + exponential(zero - z))
    elif code == GELU:
        share = half * (one + _erf(z * splat(_f(0.7071067811865476))))
        value = z * share
        slope = share + z * splat(_f(0.3989422804014327)) * exponential(splat(_f(-0.5)) * z * z)
    elif code == ABS:
        slope = where_greater(
            z, zero, one, where_greater(zero, z, zero - one, zero)
        )  # 0 at 0, as in JAX
        value = slope * z
    elif code == FOLDED:
        slope = where_greater(z, zero, one, splat(below))
        value = slope * z
    else:
        share = one / (one + exponential(zero - z))
        value = z * share
        slope = share * (one + z * (one - share))
    # exponential() clamps its argument, which would hide a NaN: adding 0 * z brings it back.
    store(A, at, value + zero * z)
    store(D, at, slope)


@njit(forceinline=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)
def pass_slope(A, D, at, d, code, below):
    """D[at:] becomes d times the slope of the activation whose output is in A[at:]."""
    a, zero = load(A, at), splat(_f(0))
    if code == RELU:
        d = where_greater(a, zero, d, zero)
    elif code == LEAKY_RELU:
        d = where_greater(a, zero, d, d * below)
    elif code > LEAKY_RELU:
        d = d * load(D, at)
    store(D, at, d)

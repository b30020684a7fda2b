"""The activations in lanes: the curved ones with their slopes, and the way back through any."""

from __future__ import annotations

from numba import types

from unitscope.compiled.jit import inlined, jitted
from unitscope.kernel import layout
from unitscope.kernel.lanes import exp, load, log, select_greater, splat, store


@inlined
def _erf(x):
    """The error function to about 1e-7, by a fit of erfc (Press et al., Numerical Recipes, 6.2)."""
    size = select_greater(x, splat(0), x, splat(0) - x)
    t = splat(1) / (splat(1) + splat(0.5) * size)
    p = splat(0.17087277)  # the fit's relative error is below 1.2e-7 everywhere
    p = p * t + splat(-0.82215223)
    p = p * t + splat(1.48851587)
    p = p * t + splat(-1.13520398)
    p = p * t + splat(0.27886807)
    p = p * t + splat(-0.18628806)
    p = p * t + splat(0.09678418)
    p = p * t + splat(0.37409196)
    p = p * t + splat(1.00002368)
    p = p * t + splat(-1.26551223)
    tail = t * exp(p - size * size)
    value = splat(1) - tail
    return select_greater(x, splat(0), value, splat(0) - value)


_floats = types.float32[::1]


@jitted([types.void(types.int64, types.float32, _floats, _floats, types.int64)])
def activate_curved(code, below, A, D, at):
    """Replace z at A[at:] by a curved activation of it and leave the slope at D[at:].

    `below` is the slope of a folded leaky_relu below zero.
    """
    one, zero, half = splat(1), splat(0), splat(0.5)
    z = load(A, at)
    if code == layout.TANH:
        value = splat(2) / (one + exp(splat(-2) * z)) - one
        slope = one - value * value
    elif code == layout.SIGMOID:
        value = one / (one + exp(zero - z))
        slope = value * (one - value)
    elif code == layout.ELU:
        power = exp(z)
        value = select_greater(z, zero, z, power - one)
        slope = select_greater(z, zero, one, power)
    elif code == layout.SOFTPLUS:
        size = select_greater(z, zero, z, zero - z)
        value = select_greater(z, zero, z, zero) + log(one + exp(zero - size))
        slope = one / (one + exp(zero - z))
    elif code == layout.GELU:
        gate = half * (one + _erf(z * splat(0.7071067811865476)))
        value = z * gate
        slope = gate + z * splat(0.3989422804014327) * exp(splat(-0.5) * z * z)
    elif code == layout.ABS:
        # 0 at 0, as in JAX
        slope = select_greater(z, zero, one, select_greater(zero, z, zero - one, zero))
        value = slope * z
    elif code == layout.FOLDED:
        slope = select_greater(z, zero, one, splat(below))
        value = slope * z
    else:
        gate = one / (one + exp(zero - z))
        value = z * gate
        slope = gate * (one + z * (one - gate))
    # exp() clamps its argument, which would hide a NaN: adding 0 * z brings it back.
    store(A, at, value + zero * z)
    store(D, at, slope)


@inlined
def store_delta(A, D, at, delta, code, below):
    """D[at:] becomes delta times the slope of the activation whose output is in A[at:]."""
    a, zero = load(A, at), splat(0)
    if code == layout.RELU:
        delta = select_greater(a, zero, delta, zero)
    elif code == layout.LEAKY_RELU:
        delta = select_greater(a, zero, delta, delta * below)
    elif code > layout.LEAKY_RELU:
        delta = delta * load(D, at)
    store(D, at, delta)

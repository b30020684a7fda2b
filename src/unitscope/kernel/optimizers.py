"""The four update rules, each with Keras's formula, over one flat vector of parameters.

The vectors are padded to whole lanes; a padding parameter has gradient 0 and stays 0. `slots` are,
for adam and adamw, the running means of the gradient and of its square; for rmsprop the mean square
and the momentum; for sgd the momentum.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from unitscope.kernel.lanes import load, splat, square_root, store
from unitscope.kernel.layout import (
    ADAM,
    ADAMW,
    BETA_1,
    BETA_2,
    DECAY,
    EPSILON,
    MOMENTUM,
    POWER_1,
    POWER_2,
    RATE,
    RHO,
    RMSPROP,
    WIDTH,
)

_f = np.float32


@njit(forceinline=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)
def count_step(settings, step, first):
    """Bring the powers of the betas in `settings` to `step`; `first` tells that they are of no step yet.

    A power is computed at every 64th step and multiplied on from there: it depends on the step
    alone, wherever a training was cut into pieces, and one in 64 costs a library call.
    """
    begin = step // 64 * 64
    times = 1
    if first or step == begin:
        settings[POWER_1] = settings[BETA_1] ** np.float64(begin)
        settings[POWER_2] = settings[BETA_2] ** np.float64(begin)
        times = step - begin
    for _ in range(times):
        settings[POWER_1] *= settings[BETA_1]
        settings[POWER_2] *= settings[BETA_2]


@njit(forceinline=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)
def update(code, nesterov, P, G, first, second, settings, begin, end):
    """Move P[begin:end] one step against its gradient G; `count_step` has counted it."""
    if code in (ADAM, ADAMW):
        _adam(P, G, first, second, settings, begin, end, code == ADAMW)
    elif code == RMSPROP:
        _rmsprop(P, G, first, second, settings, begin, end)
    else:
        _sgd(P, G, first, settings, begin, end, nesterov)


@njit(forceinline=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _adam(P, G, first, second, settings, begin, end, decoupled):
    """Kingma and Ba, 2015, with the bias corrections in the rate; adamw decays first (Loshchilov and Hutter, 2019)."""
    rate, beta_1, beta_2 = settings[RATE], settings[BETA_1], settings[BETA_2]
    alpha = splat(_f(rate * np.sqrt(1.0 - settings[POWER_2]) / (1.0 - settings[POWER_1])))
    keep = splat(_f(1.0 - rate * settings[DECAY] if decoupled else 1.0))
    near_1, near_2, epsilon = (
        splat(_f(1.0 - beta_1)),
        splat(_f(1.0 - beta_2)),
        splat(_f(settings[EPSILON])),
    )
    for q in range(begin, end, WIDTH):
        g, m, v = load(G, q), load(first, q), load(second, q)
        m = m + (g - m) * near_1
        v = v + (g * g - v) * near_2
        store(first, q, m)
        store(second, q, v)
        store(P, q, load(P, q) * keep - m * alpha / (square_root(v) + epsilon))


@njit(forceinline=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _rmsprop(P, G, first, second, settings, begin, end):
    """Hinton's RMSprop; with momentum, the scaled gradients are summed in the second slot."""
    rate, rho, momentum = (
        splat(_f(settings[RATE])),
        splat(_f(settings[RHO])),
        splat(_f(settings[MOMENTUM])),
    )
    rest, epsilon = splat(_f(1.0 - settings[RHO])), splat(_f(settings[EPSILON]))
    for q in range(begin, end, WIDTH):
        g = load(G, q)
        square = load(first, q) * rho + g * g * rest
        move = rate * g / square_root(square + epsilon)
        store(first, q, square)
        if settings[MOMENTUM] > 0.0:
            move = load(second, q) * momentum + move
            store(second, q, move)
        store(P, q, load(P, q) - move)


@njit(forceinline=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)
def _sgd(P, G, first, settings, begin, end, nesterov):
    """Gradient descent, with momentum and Nesterov's look-ahead."""
    rate, momentum = splat(_f(settings[RATE])), splat(_f(settings[MOMENTUM]))
    for q in range(begin, end, WIDTH):
        move = load(G, q) * rate
        if settings[MOMENTUM] > 0.0:
            speed = load(first, q) * momentum - move
            store(first, q, speed)
            if nesterov:
                store(P, q, load(P, q) + (speed * momentum - move))
            else:
                store(P, q, load(P, q) + speed)
        else:
            store(P, q, load(P, q) - move)

"""The four update rules, each with Keras's formula, over one flat vector of parameters.

The vectors are padded to whole lanes; a padding parameter has gradient 0 and stays 0. The slots
are, for adam and adamw, the running means of the gradient and of its square; for rmsprop the mean
square and the momentum; for sgd the momentum.
"""

from __future__ import annotations

import numpy as np

from unitscope.compiled.jit import inlined
from unitscope.kernel import layout
from unitscope.kernel.lanes import load, splat, sqrt, store


@inlined
def count_step(numbers, settings, step, first):
    """Bring the powers of the betas in `settings` to `step`; at `first` they are of no step yet.

    A power is computed at every 64th step and multiplied on from there: it depends on the step
    alone, wherever a training was cut into pieces, and one in 64 costs a library call. With
    FLOAT32_RATE, they are those of the betas in float32.
    """
    beta_1, beta_2 = settings[layout.BETA_1], settings[layout.BETA_2]
    if numbers[layout.FLOAT32_RATE]:
        beta_1, beta_2 = np.float64(np.float32(beta_1)), np.float64(np.float32(beta_2))
    begin = step // 64 * 64
    times = 1
    if first or step == begin:
        settings[layout.POWER_1] = beta_1 ** np.float64(begin)
        settings[layout.POWER_2] = beta_2 ** np.float64(begin)
        times = step - begin
    for _ in range(times):
        settings[layout.POWER_1] *= beta_1
        settings[layout.POWER_2] *= beta_2


@inlined
def update(numbers, settings, parameters, begin, end):
    """Move parameters begin..end one step against their gradient; `count_step` has counted it."""
    code = numbers[layout.OPTIMIZER]
    if code in (layout.ADAM, layout.ADAMW):
        _adam(numbers, settings, parameters, begin, end)
    elif code == layout.RMSPROP:
        _rmsprop(settings, parameters, begin, end)
    else:
        _sgd(settings, parameters, begin, end, numbers[layout.NESTEROV] != 0)


@inlined
def _adam(numbers, settings, parameters, begin, end):
    """Kingma and Ba, 2015, the bias corrections in the rate; adamw: Loshchilov and Hutter, 2019."""
    P, G, first, second = parameters
    alpha = _corrected_rate(numbers, settings)
    decoupled = numbers[layout.OPTIMIZER] == layout.ADAMW
    rate, decay = splat(settings[layout.RATE]), splat(settings[layout.DECAY])
    near_1, near_2 = splat(1.0 - settings[layout.BETA_1]), splat(1.0 - settings[layout.BETA_2])
    epsilon = splat(settings[layout.EPSILON])
    for q in range(begin, end, layout.WIDTH):
        g, m, v = load(G, q), load(first, q), load(second, q)
        m = m + (g - m) * near_1
        v = v + (g * g - v) * near_2
        store(first, q, m)
        store(second, q, v)
        p = load(P, q)
        if decoupled:
            p = p - p * decay * rate
        store(P, q, p - m * alpha / (sqrt(v) + epsilon))


@inlined
def _corrected_rate(numbers, settings):
    """Adam's rate at this step, in all lanes: exact, or in float32, like Keras's.

    In float32, five digits of 1 - 0.999 are right.
    """
    power_1, power_2 = settings[layout.POWER_1], settings[layout.POWER_2]
    rate = settings[layout.RATE]
    if numbers[layout.FLOAT32_RATE]:
        one = splat(1)  # a lane's root is no library call
        return splat(rate) * sqrt(one - splat(power_2)) / (one - splat(power_1))
    return splat(rate * np.sqrt(1.0 - power_2) / (1.0 - power_1))


@inlined
def _rmsprop(settings, parameters, begin, end):
    """Hinton's RMSprop; with momentum, the scaled gradients are summed in the second slot."""
    P, G, first, second = parameters
    rate, momentum = splat(settings[layout.RATE]), splat(settings[layout.MOMENTUM])
    rho, near = splat(settings[layout.RHO]), splat(1.0 - settings[layout.RHO])
    epsilon = splat(settings[layout.EPSILON])
    for q in range(begin, end, layout.WIDTH):
        g = load(G, q)
        square = load(first, q) * rho + g * g * near
        move = rate * g / sqrt(square + epsilon)
        store(first, q, square)
        if settings[layout.MOMENTUM] > 0.0:
            move = load(second, q) * momentum + move
            store(second, q, move)
        store(P, q, load(P, q) - move)


@inlined
def _sgd(settings, parameters, begin, end, nesterov):
    """Gradient descent, with momentum and Nesterov's look-ahead."""
    P, G, velocities, _ = parameters
    rate, momentum = splat(settings[layout.RATE]), splat(settings[layout.MOMENTUM])
    for q in range(begin, end, layout.WIDTH):
        move = load(G, q) * rate
        if settings[layout.MOMENTUM] > 0.0:
            velocity = load(velocities, q) * momentum - move
            store(velocities, q, velocity)
            if nesterov:
                store(P, q, load(P, q) + (velocity * momentum - move))
            else:
                store(P, q, load(P, q) + velocity)
        else:
            store(P, q, load(P, q) - move)

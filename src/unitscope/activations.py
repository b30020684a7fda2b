"""The activation functions in plain NumPy, as Keras defines them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal

import numpy as np

Activation = Literal[
    "linear",
    "relu",
    "leaky_relu",
    "tanh",
    "sigmoid",
    "elu",
    "softplus",
    "gelu",
    "silu",
    "abs",
]

# exp(x^2) erfc(x) for x in 0..6 is this polynomial, the constant first, of 40/3 / (x + 4) - 7/3,
# which goes from 1 to -1: Chebyshev's interpolation, computed with 40 digits. It is relatively
# within 5e-16.
_TAIL = (
    0.28972211632346423,
    0.33072538002522917,
    0.20740117799150967,
    0.10664603114075659,
    0.04501085509436391,
    0.015418189713472417,
    0.004160948982059768,
    0.0008244984060164637,
    9.612949089374369e-05,
    -2.049727284062024e-06,
    -2.998973262959723e-06,
    -3.49334672916577e-07,
    5.5838134934995026e-08,
    1.648679324397335e-08,
    -8.593475599376113e-10,
    -6.313930979988944e-10,
    1.2453447329495586e-11,
    2.0813034355240175e-11,
)
_BLOCK = 8192  # numbers whose intermediate results stay in the processor's cache


def _sigmoid(z: np.ndarray, _slope: float) -> np.ndarray:
    return 0.5 * (1.0 + np.tanh(0.5 * z))


def _gelu(z: np.ndarray, _slope: float) -> np.ndarray:
    """z times the normal distribution's share below z."""
    flat = np.ravel(z)
    share = np.empty(flat.shape)
    for begin in range(0, len(flat), _BLOCK):
        block = slice(begin, begin + _BLOCK)
        share[block] = _normal_share(flat[block])
    return z * share.reshape(np.shape(z))


def _normal_share(z: np.ndarray) -> np.ndarray:
    """erfc(-z / sqrt(2)) / 2, a float64 array (n,). NumPy has no erf, and math.erf takes one."""
    size = np.minimum(np.abs(z), 60.0)  # exp(-60 * 60 / 2) is 0
    size *= math.sqrt(0.5)
    place = np.minimum(size, 6.0)  # beyond, exp(-x^2) is below 1e-15
    place += 4.0
    np.divide(40.0 / 3.0, place, out=place)
    place -= 7.0 / 3.0
    tail = np.full_like(place, _TAIL[-1])
    for coefficient in _TAIL[-2::-1]:
        tail *= place
        tail += coefficient
    np.multiply(size, -size, out=size)
    tail *= np.exp(size, out=size)
    tail *= 0.5
    return np.where(z > 0, 1.0 - tail, tail)


# The second argument is the slope below zero, which only leaky_relu reads.
ACTIVATIONS: dict[Activation, Callable[[np.ndarray, float], np.ndarray]] = {
    "linear": lambda z, _slope: z,
    "relu": lambda z, _slope: np.maximum(z, 0.0),
    "leaky_relu": lambda z, slope: np.where(z > 0, z, slope * z),
    "tanh": lambda z, _slope: np.tanh(z),
    "sigmoid": _sigmoid,
    "elu": lambda z, _slope: np.where(z > 0, z, np.expm1(np.minimum(z, 0.0))),
    "softplus": lambda z, _slope: np.logaddexp(z, 0.0),
    "gelu": _gelu,
    "silu": lambda z, slope: z * _sigmoid(z, slope),
    "abs": lambda z, _slope: np.abs(z),
}

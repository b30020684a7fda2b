"""Zero lines: where the pre-activation of each unit of one layer is zero."""

from __future__ import annotations

import numpy as np

from unitscope.geometry.arrangement import TooManyRegions, is_piecewise_linear
from unitscope.geometry.partition import partition
from unitscope.geometry.rectangle import sampled
from unitscope.geometry.window import Window
from unitscope.networks import Dense, Network

_MESH = 64  # cells along each side for a layer behind smooth ones


def zero_lines(net: Network, layer: int, window: Window) -> list[list[np.ndarray]]:
    """For each unit of a layer, the lines (m, 2) in the window where it turns on.

    Its pre-activation is positive on one side. `net` has two inputs. Behind piecewise linear layers
    the lines are exact (those of the first layer straight, deeper ones bent where earlier ones
    run); behind smooth ones, or where there are too many regions for a partition, they are found on
    a mesh and polished.
    """
    before, own = net.layers[:layer], net.layers[layer]
    if before and not is_piecewise_linear(Network(before)):
        return [_sampled(before, own, unit, window) for unit in range(own.units)]
    # Whatever the layer's own activation: a relu turns on where the pre-activation is zero.
    relu = Dense(own.weights, own.bias, "relu")
    nothing = Dense(np.zeros((own.units, 1)), np.zeros(1))
    turning = Network([*before, relu, nothing])
    try:
        found = partition(turning, window).activation_boundaries
    except TooManyRegions:
        return [_sampled(before, own, unit, window) for unit in range(own.units)]
    return [found.polylines(layer, unit) for unit in range(own.units)]


def _sampled(before: tuple[Dense, ...], own: Dense, unit: int, window: Window) -> list[np.ndarray]:
    """The boundary of two classes whose logits are 0 and the unit's pre-activation."""
    weights = np.stack([np.zeros(own.inputs), own.weights[:, unit]], axis=1)
    two = Network([*before, Dense(weights, [0.0, own.bias[unit]])])
    boundary = sampled(two, window, _MESH).boundary
    return [line.vertices for line in boundary.polylines()]

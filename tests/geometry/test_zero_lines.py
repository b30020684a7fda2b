"""Zero lines: all of where a unit's pre-activation is zero, and nothing else."""

from __future__ import annotations

import functools
from itertools import pairwise

import networks
import numpy as np
import pytest

import unitscope as us
from unitscope.geometry import zero_lines as module
from unitscope.geometry.partition import partition

SQUARE = networks.SQUARE
NETS = {
    activation: networks.balanced(networks.he((2, 6, 5, 3), 7, activation))
    for activation in ("relu", "abs", "leaky_relu", "linear", "tanh", "sigmoid", "softplus")
}
EXACT = ("relu", "abs", "leaky_relu", "linear")


def crossings(net: us.Network, layer: int, unit: int, lines: list[np.ndarray]) -> tuple[int, int]:
    """How often the unit changes sign on random ways through the window, and lines are crossed."""
    rng, changes, crossed = np.random.default_rng(1), 0, 0
    (left, right), (bottom, top) = SQUARE
    for _ in range(20):
        start, end = rng.uniform((left, bottom), (right, top), (2, 2))
        way = start + np.linspace(0, 1, 4000)[:, None] * (end - start)
        changes += (np.diff(net.pre_activations(way)[layer][:, unit] > 0) != 0).sum()
        for line in lines:
            crossed += sum(crosses(start, end, a, b) for a, b in pairwise(line))
    return int(changes), crossed


def crosses(a, b, c, d) -> bool:
    def side(p, q, r):
        return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]) > 0

    return bool(side(a, b, c) != side(a, b, d) and side(c, d, a) != side(c, d, b))


@pytest.mark.parametrize("layer", [0, 1, 2])
@pytest.mark.parametrize("activation", NETS)
def test_every_unit_is_zero_on_its_lines_and_nowhere_else(activation, layer):
    net = NETS[activation]
    lines = module.zero_lines(net, layer, SQUARE)
    assert len(lines) == net.layers[layer].units
    for unit, own in enumerate(lines):
        for line in own:
            between = (
                line
                if activation not in EXACT and layer
                else np.concatenate([line, (line[1:] + line[:-1]) / 2])
            )
            assert np.abs(net.pre_activations(between)[layer][:, unit]).max() < 1e-9
        changes, crossed = crossings(net, layer, unit, own)
        assert changes == crossed
    assert all(lines)


def test_first_layers_are_straight_whatever_their_activation():
    for net in NETS.values():
        for unit, lines in enumerate(module.zero_lines(net, 0, SQUARE)):
            for line in lines:
                assert (
                    np.abs(line @ net.layers[0].weights[:, unit] + net.layers[0].bias[unit]).max()
                    < 1e-12
                )


def test_a_unit_of_one_sign_has_no_line():
    net = us.Network(
        [us.Dense([[0.0, 1.0], [0.0, 0.5]], [1.0, 100.0], "relu"), us.Dense(np.eye(2), np.zeros(2))]
    )
    assert module.zero_lines(net, 0, SQUARE) == [[], []]


def test_more_regions_than_can_be_cut_are_sampled(monkeypatch):
    monkeypatch.setattr(module, "partition", functools.partial(partition, max_regions=2))
    net = NETS["relu"]
    found = 0
    for unit, lines in enumerate(module.zero_lines(net, 1, SQUARE)):
        for line in lines:
            found += 1
            assert np.median(np.abs(net.pre_activations(line)[1][:, unit])) < 1e-12
    assert found > 2

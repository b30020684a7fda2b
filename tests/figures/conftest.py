"""The lab's data and trained network, and clouds of points around any number of centres."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

import unitscope as us

sys.path.insert(0, str(Path(__file__).parent))
pytest.register_assert_rewrite("drawn")


@pytest.fixture(scope="session")
def lab_data():
    return us.datasets.lab()


@pytest.fixture(scope="session")
def lab_net():
    """The lab's weights after 200 epochs, written out, as last digits differ between machines."""
    W1 = [[1.21899, 0.60385], [0.92019, -1.69767]]
    W2 = [[-2.00564, -3.07414, 1.29615, 0.32893], [-2.8261, 1.09081, -1.89189, 0.68919]]
    b1 = [1.59499, 1.50002]
    b2 = [3.18486, 0.21376, -1.31439, -2.6058]
    return us.Network([us.Dense(W1, b1, "relu"), us.Dense(W2, b2)])


@pytest.fixture(scope="session")
def clouds():
    """clouds(k) -> k classes around k centres, and the network that takes the nearest centre."""

    def make(k, n=8):
        turn, out = np.arange(k) * 2.39996, np.sqrt(np.arange(k) + 0.5) * 2.6
        centres = np.stack([out * np.cos(turn), out * np.sin(turn)], axis=1)
        X = np.random.default_rng(k).normal(np.repeat(centres, n, axis=0), 0.5)
        data = us.Dataset(X, np.repeat(np.arange(k), n))
        net = us.Network(
            [us.Dense(np.eye(2), np.zeros(2)), us.Dense(2 * centres.T, -(centres**2).sum(axis=1))]
        )
        return data, net

    return make

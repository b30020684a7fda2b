"""The order of the points: permutations, all equally likely, the same wherever they are drawn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import unitscope as us
from unitscope.kernel.order import key_of, shuffled


def hashed(x: int) -> int:
    x ^= x >> 16
    x = x * 0x7FEB352D % 2**32
    x ^= x >> 15
    x = x * 0x846CA68B % 2**32
    return x ^ x >> 16


@settings(max_examples=50, deadline=None)
@given(
    n=st.integers(1, 40),
    epochs=st.integers(0, 5),
    past=st.integers(0, 3),
    seed=st.integers(0, 2**70),
)
def test_an_epoch_is_fisher_and_yates_shuffle_by_the_hash(n, epochs, past, seed):
    found, key = shuffled(n, us.Recipe(epochs=epochs, seed=seed), past), key_of(seed)
    assert found.shape == (epochs, n) and found.dtype == np.int32
    for epoch, row in enumerate(found.tolist(), past):
        places = list(range(n))
        for i in range(n - 1, 0, -1):
            j = hashed((key + hashed((epoch * n + i) % 2**32)) % 2**32) * (i + 1) >> 32
            places[i], places[j] = places[j], places[i]
        assert row == places


def excess(counts: np.ndarray) -> float:
    """By how many standard deviations chi-square is above its mean, were all equally likely."""
    mean, free = counts.mean(), counts.size - 1
    return float((((counts - mean) ** 2 / mean).sum() - free) / np.sqrt(2 * free))


@pytest.mark.parametrize("seed", range(6))
def test_every_permutation_is_as_likely_over_epochs(seed):
    codes = shuffled(5, us.Recipe(epochs=60_000, seed=seed)) @ np.array([625, 125, 25, 5, 1])
    _, counts = np.unique(codes, return_counts=True)
    assert len(counts) == 120 and abs(excess(counts)) < 4


def test_every_place_is_as_likely_over_seeds_and_pairs_of_seeds_are_independent():
    orders = np.array([shuffled(12, us.Recipe(epochs=1, seed=seed))[0] for seed in range(20_000)])
    counts = np.array([np.bincount(orders[:, place], minlength=12) for place in range(12)])
    assert abs(excess(counts)) < 4
    pairs = np.bincount(orders[:-1, 0] * 12 + orders[1:, 0], minlength=144)
    assert abs(excess(pairs)) < 4

"""The order of the points: permutations, all equally likely, the same wherever they are drawn.

A caller's order is taken as it is, if every row is a permutation.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import unitscope as us
from unitscope.compiled.code import CompiledCode
from unitscope.compiled.memory import address
from unitscope.errors import MOST, InvalidInput
from unitscope.kernel.layout import CHUNK
from unitscope.kernel.order import SHUFFLES, checked, drawn, key_of
from unitscope.kernel.order import given as given_by_the_caller


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
    seed=st.integers(0, MOST),
)
def test_an_epoch_is_fisher_and_yates_shuffle_by_the_hash(n, epochs, past, seed):
    found, key = drawn(n, us.Recipe(epochs=epochs, seed=seed), past).rows, key_of(seed)
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
    codes = drawn(5, us.Recipe(epochs=60_000, seed=seed)).rows @ np.array([625, 125, 25, 5, 1])
    _, counts = np.unique(codes, return_counts=True)
    assert len(counts) == 120 and abs(excess(counts)) < 4


def test_every_place_is_as_likely_over_seeds_and_pairs_of_seeds_are_independent():
    orders = np.array([drawn(12, us.Recipe(epochs=1, seed=seed)).rows[0] for seed in range(20_000)])
    counts = np.array([np.bincount(orders[:, place], minlength=12) for place in range(12)])
    assert abs(excess(counts)) < 4
    pairs = np.bincount(orders[:-1, 0] * 12 + orders[1:, 0], minlength=144)
    assert abs(excess(pairs)) < 4


@st.composite
def orders(draw):
    """Whole numbers (epochs, n) of any kind and lie: permutations, but for a few numbers."""
    n, epochs = draw(st.integers(1, 70)), draw(st.integers(0, 6))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    rows = rng.permuted(np.tile(np.arange(n), (epochs, 1)), axis=1).astype(object)
    off = st.sampled_from([1, -1, n, -n, 2**8, 2**16, 2**31, 2**32, -(2**32), 2**63])
    for _ in range(draw(st.integers(0, 2)) if rows.size else 0):
        rows.flat[draw(st.integers(0, rows.size - 1))] += draw(off)
    kind = np.dtype(draw(st.sampled_from(["i1", "u1", "i2", ">i2", "i4", "u4", "i8", ">i8", "u8"])))
    order = np.array([[number % 2**64 for number in row] for row in rows], np.uint64)
    order = order.reshape(epochs, n).astype(kind)
    if draw(st.booleans()):
        order = np.repeat(np.asfortranarray(order), 2, axis=1)[:, ::2]
    order.setflags(write=draw(st.booleans()))
    return order


@settings(max_examples=150, deadline=None)
@given(order=orders(), compiled=st.booleans())
def test_a_given_order_is_taken_if_every_row_is_a_permutation(order, compiled):
    n, kept = order.shape[1], order.copy()
    sound = all(sorted(row) == list(range(n)) for row in order.tolist())
    with pytest.MonkeyPatch.context() as patch:
        if not compiled:
            patch.setattr(CompiledCode, "works", lambda code: False)
        if sound:
            found = given_by_the_caller(order, n).rows
            assert found.dtype == np.int32 and found.flags.c_contiguous
            np.testing.assert_array_equal(found, order)
        else:
            rule = f"batch_order must be each of 0..{n - 1} exactly once in every row"
            with pytest.raises(InvalidInput, match=rule.replace(".", "[.]")):
                given_by_the_caller(order, n)
    np.testing.assert_array_equal(order, kept)


@pytest.mark.parametrize("wrong", [-1, -7, -15, 7, 8, 15, 2**32, 2**32 + 7, -(2**32) - 1])
def test_a_number_that_is_no_place_is_never_written_to(wrong):
    n, epochs, around = 7, 1, 16
    order, numbers = np.arange(n), np.array([n, epochs, 1, 0, 0])
    order[3] = wrong
    room = np.full(around + (epochs + 1) * n + around, 99, np.int32)
    inside = address(room[around:])
    assert SHUFFLES.entry()(address(numbers), address(order), inside) == 0
    assert (room[:around] == 99).all() and (room[-around:] == 99).all()


@pytest.mark.parametrize("compiled", [True, False])
def test_the_order_that_is_trained_on_is_not_the_callers_own(monkeypatch, compiled):
    if not compiled:
        monkeypatch.setattr(CompiledCode, "works", lambda code: False)
    order = np.array([[1, 0, 2]], np.int32)
    found = given_by_the_caller(order, 3).rows
    order[:] = -1
    assert found.tolist() == [[1, 0, 2]]


@settings(max_examples=60, deadline=None)
@given(n=st.integers(1, 300), epochs=st.integers(0, 5), data=st.data())
def test_whatever_the_loop_reads_of_an_order_is_a_place(n, epochs, data):
    rows = np.tile(np.arange(n)[::-1], (epochs, 1))
    begin = data.draw(st.integers(0, epochs))
    end = data.draw(st.integers(begin, epochs))
    for whole in (checked(rows), drawn(n, us.Recipe(), 3, epochs), given_by_the_caller(rows, n)):
        part = whole.part(begin, end)
        np.testing.assert_array_equal(part.rows, whole.rows[begin:end])
        read = part.places[: part.epochs * n + CHUNK]
        assert read.dtype == np.int32 and len(read) == (end - begin) * n + CHUNK
        assert read.min() >= 0 and read.max() < n

"""Several threads in one training change no bit and never wait for one that is not there."""

import threading
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import unitscope as us
from unitscope.errors import InvalidInput, TrainingDiverged
from unitscope.kernel import advance
from unitscope.networks import ACTIVATIONS


@pytest.fixture
def always(monkeypatch):
    """Teams for every network that is not narrow: one of 90 units after 3 features is not."""
    monkeypatch.setattr(advance, "_TEAM_FROM", 0)


def blobs(n, classes, features=3):
    rng = np.random.default_rng(n)
    return us.Dataset(rng.normal(size=(n, features)), np.arange(n) % classes)


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(
    hidden=st.lists(st.integers(1, 40), max_size=3),
    n=st.integers(5, 90),
    classes=st.integers(2, 5),
    batch=st.integers(1, 90),
    activation=st.sampled_from(sorted(ACTIVATIONS)),
    threads=st.integers(2, 5),
    optimizer=st.sampled_from(["sgd", "adam", "adamw", "rmsprop"]),
    l2=st.sampled_from([0.0, 0.01]),
)
def test_threads_change_no_bit(hidden, n, classes, batch, activation, threads, optimizer, l2):
    before, advance._TEAM_FROM = advance._TEAM_FROM, 0
    try:
        one, several = (
            us.train(
                blobs(n, classes),
                hidden=(90, *hidden),
                batch_size=batch,
                activation=activation,
                optimizer=optimizer,
                l2=l2,
                epochs=3,
                learning_rate=0.001,
                threads=count,
            )
            for count in (1, threads)
        )
    finally:
        advance._TEAM_FROM = before
    np.testing.assert_array_equal(one.weights, several.weights)
    np.testing.assert_array_equal(one.loss, several.loss)
    np.testing.assert_array_equal(one.state.slots, several.state.slots)


def test_a_wide_network_has_a_team_by_itself(monkeypatch):
    teams = []
    together = advance._together
    monkeypatch.setattr(
        advance, "_together", lambda arrays, team: teams.append(team) or together(arrays, team)
    )
    monkeypatch.setattr(advance.os, "cpu_count", lambda: 3)
    us.train(blobs(64, 2), hidden=(400, 400), batch_size=64, epochs=1)
    us.train(blobs(64, 2), hidden=(400, 400), batch_size=64, epochs=1, threads=2)
    us.train(blobs(64, 2), hidden=(8,), batch_size=64, epochs=1)
    monkeypatch.setattr(advance, "_TEAM_FROM", 0)
    us.train(blobs(64, 2), hidden=(90,), batch_size=64, epochs=1)
    us.train(blobs(64, 2), hidden=(8,), batch_size=64, epochs=1)
    assert teams == [3, 2, 1, 3, 1]


def test_a_diverging_run_ends_in_every_thread(always):
    stops, before = [], set(threading.enumerate())
    for threads in (1, 3):
        with pytest.raises(TrainingDiverged) as caught:
            us.train(
                blobs(40, 3),
                hidden=(90,),
                optimizer="sgd",
                learning_rate=1e38,
                epochs=20,
                threads=threads,
            )
        stops.append(caught.value.epoch)
    assert stops[0] == stops[1]
    assert set(threading.enumerate()) <= before


def test_without_threads_to_be_had_one_does_the_work(always, monkeypatch):
    expected = us.train(blobs(30, 2), hidden=(90,), epochs=2, threads=1)

    def refuse(self):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    np.testing.assert_array_equal(
        us.train(blobs(30, 2), hidden=(90,), epochs=2, threads=4).weights, expected.weights
    )


def test_threads_are_checked():
    with pytest.raises(
        InvalidInput, match=r"^threads must be a whole number from 1 to 1024\. Got 0 instead\."
    ):
        us.train(us.datasets.lab(), threads=0)


def test_memory_is_three_times_what_is_recorded_at_the_most():
    data = blobs(200, 4, features=30)
    us.train(data, epochs=1)
    tracemalloc.start()
    try:
        run = us.train(data, hidden=(120, 120), epochs=150)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert run.weights.nbytes > 10e6
    assert peak <= 3 * run.weights.nbytes + 4 * data.X.nbytes

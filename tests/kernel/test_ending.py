"""A training that lasts is ended within one epoch: by what `look` raises, and by Ctrl-C."""

from __future__ import annotations

import signal
import threading
import time

import numpy as np
import pytest

import unitscope as us
from unitscope.kernel import advance, ending
from unitscope.kernel.state import Options, State
from unitscope.looking import looked_at
from unitscope.networks import Network
from unitscope.recipe import Recipe
from unitscope.sweeps import block

# Of such an epoch, which takes a minute or more, some seconds at most are trained.
POINTS, SOON = 400_000, 10.0
ONE_EPOCH = {"one by one": (1, (90, 90)), "all at once": (POINTS, (300, 300))}


class Enough(Exception):
    """Raised by `look`."""


def enough():
    raise Enough


@pytest.fixture(scope="module")
def many():
    X = np.random.default_rng(0).normal(size=(POINTS, 3))
    return us.Dataset(X, np.arange(POINTS) % 3)


@pytest.mark.parametrize(("batch", "hidden"), ONE_EPOCH.values(), ids=ONE_EPOCH)
@pytest.mark.parametrize("threads", [1, 3])
def test_a_look_that_raises_ends_the_epoch(many, monkeypatch, batch, hidden, threads):
    monkeypatch.setattr(advance, "_TEAM_FROM", 0)
    before = set(threading.enumerate())
    began = time.monotonic()
    with pytest.raises(Enough), looked_at(enough):
        us.train(
            many,
            hidden=hidden,
            batch_size=batch,
            epochs=1,
            threads=threads,
        )
    assert time.monotonic() - began < SOON
    assert set(threading.enumerate()) <= before


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="no signal to a thread")
def test_ctrl_c_ends_the_epoch(many):
    here = threading.get_ident()
    timer = threading.Timer(0.5, signal.pthread_kill, (here, signal.SIGINT))
    began = time.monotonic()
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        us.train(many, hidden=(90, 90), batch_size=1, epochs=1)
    assert time.monotonic() - began < SOON


@pytest.mark.parametrize("batch", [1, POINTS])
def test_seeds_in_lockstep_are_ended_within_an_epoch(many, batch):
    stop, shape = threading.Event(), Network.initialize((3, 40, 40, 3))
    assert block.block_size(shape) > 1
    recipe = Recipe(hidden=(40, 40), batch_size=batch, epochs=1)
    timer, began = threading.Timer(0.3, stop.set), time.monotonic()
    timer.start()
    with pytest.raises(block.Halted):
        block.train_seeds(many, recipe, shape, list(range(64)), stop)
    assert time.monotonic() - began < SOON


def trained(options):
    rng, net = np.random.default_rng(1), Network.initialize((4, 90, 5))
    X, y = rng.normal(size=(70, 4)), np.arange(70) % 5
    order, state = np.stack([rng.permutation(70) for _ in range(3)]), State.fresh(net.to_vector())
    return advance.advance(state, net, X, y, order, Recipe(batch_size=9), options)


@pytest.mark.parametrize("threads", [1, 2])
def test_being_looked_after_changes_no_bit(monkeypatch, threads):
    monkeypatch.setattr(advance, "_TEAM_FROM", 0)
    monkeypatch.setattr(ending, "_LOOK_SECONDS", 1e-6)
    looks = []
    alone = trained(Options(threads=threads))
    for _ in range(1000):  # its thread may be done before the first look
        watched = trained(Options(threads=threads, look=lambda: looks.append(1)))
        if looks:
            break
    assert looks
    for one, other in zip(alone[:3], watched[:3], strict=True):
        assert one.tobytes() == other.tobytes()
    assert alone.state == watched.state


def test_plain_numpy_looks_before_every_batch(monkeypatch):
    monkeypatch.setattr(type(advance.LOOP), "works", lambda self: False)
    looks = []

    def third():
        looks.append(1)
        if len(looks) == 3:
            raise Enough

    with pytest.raises(Enough):
        trained(Options(look=third))
    assert len(looks) == 3


def test_without_a_thread_to_be_had_it_trains_all_the_same(monkeypatch):
    def refuse(self):
        raise RuntimeError("can't start new thread")

    expected = trained(Options())
    monkeypatch.setattr(threading.Thread, "start", refuse)
    assert trained(Options(look=enough)).record.tobytes() == expected.record.tobytes()


def test_a_fault_of_the_training_itself_is_raised():
    def fault():
        raise ValueError("a fault")

    with pytest.raises(ValueError, match="a fault"):
        ending.looked_after(fault, np.zeros(30, np.int64), lambda: None)

"""Memory is estimated before it is taken: enough, not far too much, and refused with what fits."""

from __future__ import annotations

import itertools
import re
import tracemalloc

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import unitscope as us
from unitscope.errors import InvalidInput
from unitscope.sweeps import sweep as module
from unitscope.training import memory
from unitscope.training.memory import Need

LAB = us.datasets.lab()
HUGE = 10**6


@pytest.fixture
def asked(monkeypatch):
    """The estimates that are made, in bytes, on a machine with room for all of them."""
    sizes = []
    check = memory._check

    def noting(name, needs, size, seeds):
        sizes.append(size(needs, seeds or 1))
        check(name, needs, size, seeds)

    monkeypatch.setattr(memory, "_check", noting)
    monkeypatch.setattr(memory, "free_bytes", lambda: None)
    return sizes


def peak(call) -> int:
    call()  # what is kept, such as compiled code, is there
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("hidden", "epochs"), [((400, 400), 12), ((60_000,), 2), ((30,) * 30, 60), ((), 40_000)]
)
def test_a_run_takes_what_is_estimated(hidden, epochs, asked):
    taken = peak(lambda: us.train(LAB, hidden=hidden, epochs=epochs))
    assert taken <= asked[-1] <= 4 * taken


@pytest.mark.parametrize(
    ("hidden", "epochs", "seeds"),
    [((2,), 50, 1500), ((2,), 2000, 64), ((60, 60), 6, 64), ((300, 300), 2, 6)],
)
def test_a_sweep_takes_what_is_estimated(hidden, epochs, seeds, asked):
    taken = peak(lambda: us.sweep(LAB, hidden=hidden, epochs=epochs, seeds=seeds, threads=1))
    assert taken <= max(asked) <= 6 * taken


BIG = us.Dataset(np.random.default_rng(0).normal(size=(20_000, 2)), np.arange(20_000) % 4)


@pytest.mark.parametrize(
    ("validation", "settings"),
    [
        (0.5, dict(hidden=(), epochs=10_000, early_stopping=9_000)),
        (BIG, dict(hidden=(200,), epochs=2)),
        (BIG, dict(hidden=(200,), epochs=2, activation="tanh")),
        (BIG, dict(hidden=(200,), epochs=2, standardize=True)),
    ],
)
def test_what_points_held_out_take_is_estimated(validation, settings, asked):
    taken = peak(lambda: us.train(LAB, validation=validation, **settings))
    assert taken <= asked[-1] <= 4 * taken


def test_what_a_sweep_holds_out_is_estimated(asked):
    taken = peak(lambda: us.sweep(LAB, validation=BIG, threads=1, hidden=(40,), epochs=1, seeds=2))
    assert taken <= max(asked) <= 6 * taken


@pytest.mark.parametrize("validation", [None, 0.2])
def test_results_of_a_seed_take_what_is_estimated(validation):
    found = us.sweep(LAB, validation=validation, epochs=300, seeds=8)
    kept = [value for value in vars(found).values() if isinstance(value, np.ndarray)]
    need = Need(100, (2, 2, 4), 300, held_out=20 if validation else 0)
    taken = sum(array.nbytes for array in kept)
    assert taken <= 8 * need.results() <= 1.1 * taken


@pytest.mark.parametrize(
    ("call", "asked_for"),
    [
        (us.train, dict(hidden=HUGE)),
        (us.train, dict(hidden=(HUGE, HUGE))),
        (us.train, dict(epochs=10**9)),
        (us.train, dict(epochs=10**15)),
        (us.sweep, dict(hidden=HUGE)),
        (us.sweep, dict(hidden=(HUGE, HUGE), seeds=1)),
        (us.sweep, dict(epochs=10**15)),
        (us.sweep, dict(seeds=10**7)),
        (us.sweep, dict(grid={"hidden": [2, HUGE]})),
    ],
)
def test_what_does_not_fit_is_refused_before_it_is_taken(call, asked_for, monkeypatch):
    monkeypatch.setattr(memory, "free_bytes", lambda: 10**9)
    tracemalloc.start()
    try:
        with pytest.raises(InvalidInput, match=r"must be one that takes at most 800 MB of memory"):
            call(LAB, **asked_for)
        assert tracemalloc.get_traced_memory()[1] < 1e6
    finally:
        tracemalloc.stop()


def test_what_fits_is_said_and_fits(monkeypatch):
    monkeypatch.setattr(memory, "free_bytes", lambda: 10**9)
    with pytest.raises(InvalidInput) as caught:
        us.train(LAB, hidden=(3, 300_000), epochs=100)
    said = re.fullmatch(
        r"the training must be one that takes at most 800 MB of memory, as much as is free\. Got "
        r"one that takes 2\.44 GB instead\. What would fit: epochs=(\d+), or hidden=\(3, (\d+)\)\.",
        str(caught.value),
    )
    epochs, units = map(int, said.groups())
    for fits in (Need(100, (2, 3, 300_000, 4), epochs), Need(100, (2, 3, units, 4), 100)):
        memory.check_run(fits)
    for more in (Need(100, (2, 3, 300_000, 4), epochs + 1), Need(100, (2, 3, units + 1, 4), 100)):
        with pytest.raises(InvalidInput):
            memory.check_run(more)


NEEDS = st.builds(
    Need,
    n=st.integers(1, 10**6),
    sizes=st.lists(st.integers(1, 10**5), min_size=2, max_size=5).map(tuple),
    epochs=st.integers(1, 10**6),
)


@settings(max_examples=40)
@given(need=NEEDS, seeds=st.integers(1, 10**7), room=st.integers(10**6, 10**11))
def test_the_largest_of_each_setting_that_fits_is_found(need, seeds, room):
    def size(needs, seeds):
        return seeds * needs[0].results() + needs[0].run()

    assume(size([need], seeds) > room)
    for said in memory._what_fits([need], size, seeds, room):
        name, value = said.split("=")
        for more, fits in ((0, True), (1, False)):
            if name == "seeds":
                assert (size([need], int(value) + more) <= room) == fits
            elif name == "epochs":
                changed = need._replace(epochs=int(value) + more)
                assert (size([changed], seeds) <= room) == fits
            else:
                widest = max(eval(value)) + more
                changed = memory._narrowed(need, widest)
                assert (size([changed], seeds) <= room) == fits


@given(need=NEEDS)
def test_parameters_are_those_of_the_network(need):
    sizes = tuple(min(size, 30) for size in need.sizes)
    net = us.Network.initialize(sizes, seed=0)
    assert need._replace(sizes=sizes).parameters == net.n_parameters


def test_a_run_that_goes_on_counts_what_it_has(monkeypatch):
    run = us.train(LAB, hidden=(300, 300), epochs=20)
    monkeypatch.setattr(memory, "free_bytes", lambda: 10**8)
    with pytest.raises(InvalidInput, match="the training must be one that takes at most 80 MB"):
        us.train(LAB, start=run, epochs=150)
    with pytest.raises(InvalidInput, match="the training must be one that takes at most 80 MB"):
        us.train(LAB, start=run.network, epochs=150)


def test_threads_and_endless_seeds_are_bounded(monkeypatch):
    with pytest.raises(InvalidInput, match=r"^threads must be a whole number from 1 to 1024"):
        us.sweep(LAB, seeds=2, threads=10**9)
    monkeypatch.setattr(module, "_MOST_RUNS", 1000)
    with pytest.raises(InvalidInput, match=r"^seeds must be at most 1000 numbers"):
        us.sweep(LAB, seeds=itertools.repeat(1))


@pytest.mark.parametrize(
    ("line", "root", "names"),
    [
        ("0::", "sys/fs/cgroup", ("memory.max", "memory.current", "inactive_file")),
        (
            "5:memory:",
            "sys/fs/cgroup/memory",
            ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
        ),
    ],
)
def test_what_is_left_of_each_limit_of_a_container_is_known(line, root, names, tmp_path):
    (tmp_path / "proc" / "self").mkdir(parents=True)
    (tmp_path / "proc" / "self" / "cgroup").write_text(f"9:cpu:/x\n{line}/a/b\n")
    assert memory._left_of_limits(tmp_path) == []
    inner = tmp_path / root / "a" / "b"
    inner.mkdir(parents=True)
    limits = ((inner, "max", 1), (inner.parent, "5000", 3000), (tmp_path / root, "9000", 9990))
    for folder, most, used in limits:
        (folder / names[0]).write_text(f"{most}\n")
        (folder / names[1]).write_text(f"{used}\n")
        (folder / "memory.stat").write_text(f"anon 7\n{names[2]} 500\n")
    assert memory._left_of_limits(tmp_path) == [2500, 0]


def test_this_machine_says_what_is_free():
    free = memory.free_bytes()
    assert free is None or 10**6 < free < 10**15


@pytest.mark.parametrize(
    ("size", "said"), [(5, "5 bytes"), (16_900_000_000, "16.9 GB"), (10**30, "1e+15 PB")]
)
def test_sizes_are_said_in_units(size, said):
    assert memory._shown(size) == said

"""us.sweep: every seed as us.train trains it, whatever is trained beside it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import unitscope as us
from unitscope.errors import InvalidInput
from unitscope.network import ACTIVATIONS
from unitscope.recipe import OPTIMIZERS
from unitscope.sweeps import block as module
from unitscope.sweeps import solutions

LAB = us.datasets.lab()


def test_the_lab_from_forty_seeds_is_what_training_each_gives():
    found = us.sweep(LAB, seeds=40)
    assert len(found) == 40 and found.seeds.tolist() == list(range(40))
    assert found.losses.shape == found.accuracies.shape == (40, 200)
    for seed in (0, 7, 31, 32, 39):
        run = us.train(LAB, seed=seed)
        np.testing.assert_allclose(found.losses[seed], run.loss, rtol=0, atol=1e-5)
        np.testing.assert_allclose(found.accuracies[seed], run.accuracy, rtol=0, atol=1e-12)
        np.testing.assert_allclose(
            found.network(seed).to_vector(), run.network.to_vector(), rtol=0, atol=1e-4
        )
        assert found.run(seed).loss.tobytes() == run.loss.tobytes()
    assert (found.loss == found.losses[:, -1]).all() and (
        found.accuracy == found.accuracies[:, -1]
    ).all()
    share = (found.accuracy == 1).mean()
    assert 0.6 < share < 0.95
    assert f"40 seeds; {share:.1%} classify every point right" in repr(found)


@settings(max_examples=40, deadline=None)
@given(
    hidden=st.lists(st.integers(1, 9), max_size=3),
    activation=st.sampled_from(sorted(ACTIVATIONS)),
    optimizer=st.sampled_from(OPTIMIZERS),
    batch=st.integers(1, 40),
    classes=st.integers(2, 6),
    penalty=st.sampled_from([0.0, 0.01]),
)
def test_three_epochs_of_any_recipe(hidden, activation, optimizer, batch, classes, penalty):
    data = us.datasets.blobs(n=30, classes=classes, seed=1)
    recipe = us.Recipe(
        hidden=tuple(hidden),
        activation=activation,
        optimizer=optimizer,
        batch_size=batch,
        epochs=3,
        learning_rate=0.003,
        l1=penalty,
        l2=penalty,
    )
    found = us.sweep(data, recipe, seeds=[3, 11])
    for seed in (3, 11):
        run = found.run(seed)
        place = found.seeds.tolist().index(seed)
        np.testing.assert_allclose(found.losses[place], run.loss, rtol=2e-5, atol=1e-5)
        np.testing.assert_allclose(found.weights[place], run.weights[-1], rtol=0, atol=2e-4)


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_neither_the_others_nor_the_threads_change_a_seed(threads):
    alone = us.sweep(LAB, seeds=[17], epochs=20, threads=1)
    for seeds in ([17, 3], range(60), [50, *range(20, 40), 17]):
        among = us.sweep(LAB, seeds=seeds, epochs=20, threads=threads)
        place = among.seeds.tolist().index(17)
        for name in ("losses", "accuracies", "weights"):
            assert getattr(among, name)[place].tobytes() == getattr(alone, name)[0].tobytes()


def test_slices_of_epochs_change_nothing(monkeypatch):
    whole = us.sweep(LAB, seeds=3, epochs=30)
    monkeypatch.setattr(module, "_SLICE", 100 * 18 * 32 * 7)
    cut = us.sweep(LAB, seeds=3, epochs=30)
    assert (
        whole.losses.tobytes() == cut.losses.tobytes()
        and whole.weights.tobytes() == cut.weights.tobytes()
    )


def test_large_networks_are_trained_one_by_one(monkeypatch):
    together = us.sweep(LAB, seeds=3, hidden=(5,), epochs=10)
    monkeypatch.setattr(module, "_MOST_IN_LOCKSTEP", 10)
    alone = us.sweep(LAB, seeds=3, hidden=(5,), epochs=10)
    np.testing.assert_allclose(alone.losses, together.losses, rtol=0, atol=1e-5)
    np.testing.assert_array_equal(alone.accuracies, together.accuracies)
    assert alone.losses[1].tobytes() == us.train(LAB, hidden=(5,), epochs=10, seed=1).loss.tobytes()


@pytest.mark.parametrize("most", [4096, 1])
def test_a_training_that_diverges_leaves_the_others_alone(monkeypatch, most):
    monkeypatch.setattr(module, "_MOST_IN_LOCKSTEP", most)
    data = us.Dataset(LAB.X * 1e18, LAB.y)
    found = us.sweep(data, seeds=4, epochs=5, learning_rate=1e20, optimizer="sgd")
    assert len(found) == 4
    assert not np.isfinite(found.loss).all()
    assert len(np.concatenate(found.groups())) == 4
    if most > 1:
        assert (
            found.stuck()["diverged"].tolist()
            == found.seeds[~np.isfinite(found.weights).all(axis=1)].tolist()
            != []
        )


def test_progress_counts_to_the_end():
    calls = []
    us.sweep(LAB, seeds=300, epochs=2, progress=lambda done, of: calls.append((done, of)))
    assert calls[-1] == (300, 300) and len(calls) > 1 and calls == sorted(calls)


def test_an_interrupt_keeps_what_is_done():
    def stop(done, of):
        if done >= 64:
            raise KeyboardInterrupt

    found = us.sweep(LAB, seeds=2000, epochs=20, threads=1, progress=stop)
    assert 64 <= len(found) < 2000 and found.losses.shape == (len(found), 20)
    assert np.isfinite(found.losses).all()
    np.testing.assert_allclose(
        found.losses[1], us.train(LAB, seed=int(found.seeds[1]), epochs=20).loss, atol=1e-5
    )


@pytest.mark.parametrize(
    ("given_", "message"),
    [
        ({"seeds": 0}, "seeds must be a whole number from 1 to 10000000. Got 0 instead."),
        (
            {"seeds": [1, 1]},
            "seeds must be at least one whole number, none twice. Got 2 numbers instead.",
        ),
        (
            {"seeds": []},
            "seeds must be at least one whole number, none twice. Got 0 numbers instead.",
        ),
        ({"seeds": [-1]}, "seeds must be a whole number of at least 0. Got -1 instead."),
        (
            {"seeds": 3, "threads": 0},
            "threads must be a whole number of at least 1. Got 0 instead.",
        ),
    ],
)
def test_refusals(given_, message):
    with pytest.raises(InvalidInput) as caught:
        us.sweep(LAB, **given_)
    assert str(caught.value) == message


def test_a_seed_that_was_not_trained_is_refused():
    found = us.sweep(LAB, seeds=[2, 5], epochs=1)
    with pytest.raises(
        InvalidInput, match=r"^seed must be one that was trained\. Got 3 instead\.$"
    ):
        found.network(3)


# what the networks have in common


def why_stuck(net, data):
    """The reason of one network by plain sets, from its definition."""
    on = [z > 0 for z in net.pre_activations(data.X)[:-1]]
    if any(not unit.any() for layer in on for unit in layer.T):
        return "a dead unit"
    if any(len({tuple(unit) for unit in layer.T.tolist()}) < layer.shape[1] for layer in on):
        return "twin units"
    if not on:
        return "none of these"
    whole = np.concatenate(on, axis=1)
    patterns = [
        {tuple(row) for row in whole[data.y == label].tolist()} for label in range(data.n_classes)
    ]
    shared = any(one <= other for one in patterns for other in patterns if one is not other)
    return "a class without a pattern of its own" if shared else "none of these"


@pytest.mark.parametrize(
    ("hidden", "activation"), [((2,), "relu"), ((3, 2), "relu"), ((4, 3, 2), "tanh"), ((), "relu")]
)
def test_why_some_are_stuck(hidden, activation, monkeypatch):
    monkeypatch.setattr(
        solutions, "_BYTES_AT_ONCE", 8 * 100 * 4 * 17
    )  # pieces of 17 networks of the lab
    found = us.sweep(LAB, seeds=200, hidden=hidden, activation=activation, epochs=40)
    found.weights[[3, 70], -1] = np.nan, np.inf
    found.accuracies[[3, 70], -1] = np.nan
    why = found.stuck()
    assert why.pop("diverged").tolist() == [3, 70]
    stuck = found.seeds[found.accuracy < 1]
    assert sorted(np.concatenate(list(why.values())).tolist()) == stuck.tolist()
    assert {seed: reason for reason, seeds in why.items() for seed in seeds.tolist()} == {
        seed: why_stuck(found.network(seed), LAB) for seed in stuck.tolist()
    }
    assert len(why) > bool(hidden)


@pytest.mark.parametrize(("hidden", "epochs"), [((3,), 100), ((2, 2), 60), ((), 20)])
def test_groups_are_networks_that_are_the_same_up_to_the_order_of_units(hidden, epochs):
    found = us.sweep(LAB, seeds=300, hidden=hidden, epochs=epochs)
    found.weights[[5, 8, 13]] = np.nan
    groups = found.groups()
    assert sorted(np.concatenate(groups).tolist()) == list(range(300))
    assert [len(group) for group in groups] == sorted(
        (len(group) for group in groups), reverse=True
    )
    assert [5, 8, 13] in [group.tolist() for group in groups]
    assert len(groups[0]) > 1

    def seen(seed):
        if seed in (5, 8, 13):
            return "diverged"
        net = found.network(seed)
        on = [
            tuple(sorted(map(tuple, (z > 0).T.tolist()))) for z in net.pre_activations(LAB.X)[:-1]
        ]
        return (*net.predict(LAB.X).tolist(), *on)

    keys = [{seen(seed) for seed in group.tolist()} for group in groups]
    assert all(len(key) == 1 for key in keys)
    assert len(set.union(*keys)) == len(groups)


@pytest.mark.parametrize("hidden", [(8,), (64, 64)])
def test_what_the_progress_raises_ends_a_sweep_in_the_middle_of_its_runs(hidden):
    class Enough(Exception):
        pass

    def tell(done: int, _whole: int) -> None:
        if done == 0:
            raise Enough

    data = us.datasets.blobs(n=1000)
    with pytest.raises(Enough):  # all at once this is minutes of work
        us.sweep(data, hidden=hidden, epochs=5000, seeds=64, progress=tell)

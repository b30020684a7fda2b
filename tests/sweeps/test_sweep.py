"""us.sweep: every seed as us.train trains it, whatever is trained beside it."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import unitscope as us
from unitscope.errors import InvalidInput
from unitscope.explanation import trials
from unitscope.networks import ACTIVATIONS
from unitscope.recipe import OPTIMIZERS
from unitscope.sweeps import block as module
from unitscope.sweeps import longer, solutions

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
    as_keras=st.booleans(),
)
def test_three_epochs_of_any_recipe(
    hidden, activation, optimizer, batch, classes, penalty, as_keras
):
    # Not as many of each class: where all units are dead, the gradient of a balanced batch is 0 but
    # for rounding, which Adam makes a whole step of.
    data = us.datasets.blobs(n=31, classes=classes, seed=1)
    recipe = us.Recipe(
        hidden=tuple(hidden),
        activation=activation,
        optimizer=optimizer,
        batch_size=batch,
        epochs=3,
        learning_rate=0.003,
        l1=penalty,
        l2=[penalty * layer for layer in range(len(hidden) + 1)],
        one_logit=classes == 2 and as_keras,
        float32_rate=as_keras,
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
    monkeypatch.setattr(module, "MOST_IN_LOCKSTEP", 10)
    alone = us.sweep(LAB, seeds=3, hidden=(5,), epochs=10)
    np.testing.assert_allclose(alone.losses, together.losses, rtol=0, atol=1e-5)
    np.testing.assert_array_equal(alone.accuracies, together.accuracies)
    assert alone.losses[1].tobytes() == us.train(LAB, hidden=(5,), epochs=10, seed=1).loss.tobytes()


@pytest.mark.parametrize("most", [4096, 1])
def test_a_training_that_diverges_leaves_the_others_alone(monkeypatch, most):
    monkeypatch.setattr(module, "MOST_IN_LOCKSTEP", most)
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


@pytest.mark.parametrize("most", [4096, 1])
def test_a_training_that_diverged_is_nan_from_there_on(monkeypatch, most):
    monkeypatch.setattr(module, "MOST_IN_LOCKSTEP", most)
    found = us.sweep(LAB, seeds=24, epochs=6, optimizer="sgd", learning_rate=5)
    finite = np.isfinite(found.losses)
    ended = finite.sum(axis=1)
    assert (finite == (np.arange(6) < ended[:, None])).all()
    assert (np.isfinite(found.accuracies) == finite).all()
    assert (np.isnan(found.weights).all(axis=1) == found.diverged).all()
    assert (np.isfinite(found.weights).all(axis=1) == ~found.diverged).all()
    lost = found.seeds[found.diverged].tolist()
    assert 0 < len(lost) < 24 and len(set(ended)) > 1
    for seed in range(24):
        try:
            alone = found.run(seed).epochs
        except us.errors.TrainingDiverged as diverged:
            alone = diverged.epoch - 1
        # In lockstep sums are in another order, which may move the last epoch by one.
        assert abs(alone - ended[seed]) <= (most > 1)
    assert found.stuck()["diverged"].tolist() == lost
    assert f"24 seeds; {len(lost)} of 24 diverged; 0.0% classify" in repr(found)
    message = f"^seed must be one whose training did not diverge. Got {lost[0]} instead.$"
    with pytest.raises(InvalidInput, match=message):
        found.network(lost[0])


@settings(max_examples=50, deadline=None)
@given(
    lengths=st.lists(st.integers(0, 6), min_size=1, max_size=6),
    picked=st.lists(st.integers(0, 40), unique=True),
)
def test_parts_are_joined_in_the_order_that_is_wanted(lengths, picked):
    whole = us.Sweep.of(LAB, us.Recipe(epochs=2))
    drawn, parts = np.random.default_rng(0), []
    for length in lengths:
        first = sum(map(len, parts))
        weights = drawn.random((length, 18)).astype(np.float32)
        results = drawn.random((length, 2)), drawn.random((length, 2)), weights
        parts.append(whole.part(range(first, first + length), results))
    joined, wanted = whole.joined(parts, picked), [one for one in picked if one < sum(lengths)]
    assert joined.seeds.tolist() == wanted
    for name in ("losses", "accuracies", "weights"):
        values = np.concatenate([getattr(part, name) for part in parts])[wanted]
        np.testing.assert_array_equal(getattr(joined, name), values)


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
            "threads must be a whole number from 1 to 1024. Got 0 instead.",
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


def on_sets(net, data):
    """Of each hidden layer, where each unit is on; and the layers' activations."""
    layers = [
        [tuple((z > 0).tolist()) for z in layer.T] for layer in net.pre_activations(data.X)[:-1]
    ]
    return layers, [layer.activation for layer in net.layers[:-1]]


def is_wasted(net, data, number, kept, lost):
    """Whether nothing is predicted otherwise with a unit's output a line of another's."""
    current = data.X
    for place, layer in enumerate(net.layers):
        current = layer.activate(layer.pre_activation(current))
        if place == number:
            one, other = current[:, kept], current[:, lost]
            slope = 0.0
            if one.std() > 0:
                slope = np.mean((one - one.mean()) * (other - other.mean())) / one.var()
            current = current.copy()
            current[:, lost] = other.mean() + slope * (one - one.mean())
    return (current.argmax(axis=1) == net.predict(data.X)).all()


def why_stuck(net, data):
    """The reason of one network by plain sets, from its definition."""
    layers, activations = on_sets(net, data)
    for layer, activation in zip(layers, activations, strict=True):
        if activation == "relu" and any(not any(unit) for unit in layer):
            return "a dead unit"
    for number, layer in enumerate(layers):
        for lost, unit in enumerate(layer):
            kept = layer.index(unit)
            if kept < lost and is_wasted(net, data, number, kept, lost):
                return "twin units"
    if not layers or set(activations) - {"relu", "leaky_relu", "abs"}:
        return "none of these"
    rows = list(zip(*[unit for layer in layers for unit in layer], strict=True))
    patterns = [
        {row for row, label in zip(rows, data.y.tolist(), strict=True) if label == one}
        for one in range(data.n_classes)
    ]
    shared = any(one <= other for one in patterns for other in patterns if one is not other)
    return "a class without a pattern of its own" if shared else "none of these"


def helps(found, seed):
    """Whether as many epochs more help, by training that seed alone."""
    place, n = found.seeds.tolist().index(seed), found.data.n_points
    before = round(found.accuracy[place] * n)
    recipe = dataclasses.replace(found.recipe, epochs=2 * found.recipe.epochs)
    after = round(us.sweep(found.data, recipe, seeds=[seed]).accuracy[0] * n)
    return after == n or (after > before and 10 * (after - before) >= n - before)


@pytest.mark.parametrize(
    ("hidden", "activation"),
    [((2,), "relu"), ((3, 2), "relu"), ((4, 3, 2), "tanh"), ((5, 2), "leaky_relu"), ((), "relu")],
)
def test_why_some_are_stuck_and_others_are_not_finished(hidden, activation, monkeypatch):
    monkeypatch.setattr(
        solutions, "_BYTES_AT_ONCE", 8 * 100 * 4 * 17
    )  # pieces of 17 networks of the lab
    found = us.sweep(LAB, seeds=200, hidden=hidden, activation=activation, epochs=40)
    weights, accuracies = found.weights.copy(), found.accuracies.copy()
    weights[[3, 70], -1] = np.nan, np.inf
    accuracies[[3, 70], -1] = np.nan
    found = dataclasses.replace(found, weights=weights, accuracies=accuracies)
    why = found.stuck()
    assert why.pop("diverged").tolist() == [3, 70]
    wrong = found.seeds[found.accuracy < 1]
    assert sorted(np.concatenate(list(why.values())).tolist()) == wrong.tolist()
    expected = {
        seed: "not finished" if helps(found, seed) else why_stuck(found.network(seed), LAB)
        for seed in wrong.tolist()
    }
    assert {seed: reason for reason, seeds in why.items() for seed in seeds.tolist()} == expected
    assert len(why) > bool(hidden)


@pytest.mark.parametrize(
    ("hidden", "activation"), [((2,), "relu"), ((3, 2), "relu"), ((4, 3), "tanh"), ((5, 2), "abs")]
)
def test_what_is_found_in_networks_is_what_plain_sets_find(hidden, activation):
    shape = us.Network.initialize((2, *hidden, 4), activation)
    rows = np.random.default_rng(5).normal(0, 1, (300, shape.n_parameters))
    found = [solutions.REASONS[code] for code in solutions.reasons(shape, rows, LAB)]
    assert found == [why_stuck(shape.with_vector(row), LAB) for row in rows]
    assert len(set(found)) > (activation != "tanh")


def test_seeds_of_the_lab_that_are_stuck_and_slow():
    found = us.sweep(LAB, seeds=48)
    why = found.stuck()
    assert 6 in why["not finished"] and 36 in why["a dead unit"]
    assert 47 in why["a class without a pattern of its own"]
    again = us.train(LAB, start=us.train(LAB, seed=6))
    assert again.accuracy[-1] == 1
    assert us.train(LAB, start=us.train(LAB, seed=36)).accuracy[-1] < 0.69
    assert found.stuck() is not why  # a copy: what one does with it changes no other


@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "abs", "elu", "sigmoid", "silu"])
def test_a_unit_is_dead_only_where_it_can_die(activation):
    start = us.Network.initialize((2, 3, 4), activation, 0)
    first, last = start.layers
    bias = np.array([-100.0, 0.0, 0.0])
    net = us.Network([us.Dense(first.weights, bias, activation), last])
    (code,) = solutions.reasons(net, net.to_vector()[None], LAB)
    assert (solutions.REASONS[code] == "a dead unit") == (activation == "relu")


def test_twins_are_found_only_where_one_is_wasted():
    def reason(*layers):
        net = us.Network(layers)
        (code,) = solutions.reasons(net, net.to_vector()[None], LAB)
        return solutions.REASONS[code]

    first, bias = np.array([[1.0, 1.0, 1.0], [0.0, 0.0, -1.0]]), np.array([0.0, 0.0, 0.1])
    last = us.Dense(np.random.default_rng(0).normal(size=(3, 4)), np.zeros(4))
    assert reason(us.Dense(first, bias, "relu"), last) == "twin units"
    assert reason(us.Dense(first * [1.0, 3.0, 1.0], bias, "relu"), last) == "twin units"
    # Both on everywhere, and yet each gives what the other does not.
    everywhere = us.Dense(np.eye(2), [100.0, 100.0], "relu")
    signs = np.array([[1.0, -1.0, 0.0, 0.0], [0.0, 0.0, 1.0, -1.0]])
    four = us.Dense(signs, [-100, 100, -100, 100])
    assert (everywhere.pre_activation(LAB.X) > 0).all()
    assert reason(everywhere, four) == "a class without a pattern of its own"


def test_seeds_beyond_what_is_measured_are_not_tried(monkeypatch):
    found = us.sweep(LAB, seeds=100, epochs=40)
    whole = found.stuck()
    # Sixteen seeds of 80 epochs, of 2688 products each, at 2e9 a second.
    monkeypatch.setattr(longer, "MOST_SECONDS", 2688 * 80 * 16.5 / 2e9)
    cut = dataclasses.replace(found).stuck()
    wrong = found.seeds[found.accuracy < 1]
    assert cut.pop("not tried").tolist() == wrong[16:].tolist() != []
    first = set(wrong[:16].tolist())
    assert {why: set(seeds.tolist()) for why, seeds in cut.items()} == {
        why: set(seeds.tolist()) & first
        for why, seeds in whole.items()
        if set(seeds.tolist()) & first
    }


def test_what_is_measured_is_bounded_whatever_the_sweep(monkeypatch):
    trained = []
    monkeypatch.setattr(longer, "train_seeds", lambda *piece: trained.append(piece))
    found = us.sweep(us.datasets.moons(n=400, noise=0.5), seeds=4, hidden=(64, 60), epochs=1)
    recipe = dataclasses.replace(found.recipe, epochs=10_000)
    assert list(dataclasses.replace(found, recipe=recipe).stuck()) == ["not tried"]
    assert not trained


def test_without_compiled_code_nothing_is_measured(monkeypatch):
    found = us.sweep(LAB, seeds=40, epochs=40)
    monkeypatch.setattr(type(longer.LOCKSTEP), "works", lambda self: False)
    assert list(found.stuck()) == ["not tried"]
    assert trials.trials(us.train(LAB, seed=6, epochs=5)) == ()


@pytest.mark.parametrize(("hidden", "epochs"), [((3,), 100), ((2, 2), 60), ((), 20)])
def test_groups_are_networks_that_are_the_same_up_to_the_order_of_units(hidden, epochs):
    found = us.sweep(LAB, seeds=300, hidden=hidden, epochs=epochs)
    weights = found.weights.copy()
    weights[[5, 8, 13]] = np.nan
    found = dataclasses.replace(found, weights=weights)
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

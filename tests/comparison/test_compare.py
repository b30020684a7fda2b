"""Two models side by side: what is measured, what is said of it, and what is refused."""

from __future__ import annotations

import copy
import itertools
import pickle

import numpy as np
import pytest
from compared_oracle import World, is_true
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

import unitscope as us
from unitscope.comparison.units import assigned, matched
from unitscope.comparison.words import words_of

LAB = us.datasets.lab()


@pytest.fixture(scope="module")
def run():
    return us.train(LAB, epochs=200)


@pytest.fixture(scope="module")
def compared(run):
    return us.compare(run.at(20), run, names=("epoch 20", "epoch 200"))


def told(data, a, b, plane=None):
    """A comparison of two networks on points of classes c0, c1, ..., and what the oracle knows."""
    plain = us.Dataset(data.X, data.y, [f"c{i}" for i in range(a.n_classes)])
    found = us.compare(a, b, plain, plane=plane)
    return found, World(a, b, plain, found.window, found.plane)


def cloud(seed, n=40, d=2, k=3):
    rng = np.random.default_rng(seed)
    y = np.concatenate([np.arange(k), rng.integers(0, k, n - k)])
    return us.Dataset(rng.normal(size=(n, d)) + y[:, None], y, [f"c{i}" for i in range(k)])


ACTIVATIONS = st.sampled_from(["relu", "leaky_relu", "tanh", "linear", "abs"])


@given(
    seed=st.integers(0, 10**6),
    features=st.integers(1, 4),
    names=st.tuples(ACTIVATIONS, ACTIVATIONS),
    hidden=st.tuples(
        st.lists(st.integers(1, 6), max_size=2), st.lists(st.integers(1, 6), max_size=2)
    ),
    start=st.sampled_from(["others", "same", "mixed"]),
)
@settings(max_examples=20, deadline=None)
def test_every_sentence_is_true(seed, features, names, hidden, start):
    data = cloud(seed, d=features)
    nets = [
        drawn([features, *sizes, 3], name, seed + i)
        for i, (sizes, name) in enumerate(zip(hidden, names, strict=True))
    ]
    if start != "others":
        nets[1] = nets[0] if start == "same" or not hidden[0] else permuted(nets[0], seed)
    found, world = told(data, *nets)
    for claim in found.claims:
        assert is_true(claim, world), claim.text
        assert claim.holds(*nets, found.data)


def drawn(sizes, name, seed):
    """A network of random weights and biases: no two pairs of units are equally alike."""
    net = us.Network.initialize(sizes, name, seed=seed)
    noise = np.random.default_rng(seed).normal(0.0, 0.7, net.n_parameters)
    return net.with_vector(net.to_vector() + noise)


def permuted(net, seed):
    """The same function with the first layer's units in another order, scaled where they may be."""
    first, after, *rest = net.layers
    rng = np.random.default_rng(seed)
    order, scale = rng.permutation(first.units), np.ones(first.units)
    if first.activation != "tanh":
        scale = rng.uniform(0.2, 5.0, first.units)
    weights, bias = (first.weights * scale)[:, order], (first.bias * scale)[order]
    one = us.Dense(weights, bias, first.activation, first.negative_slope)
    below = (after.weights / scale[:, None])[order]
    return us.Network([one, us.Dense(below, after.bias, after.activation), *rest])


def test_a_sentence_that_is_changed_is_false(compared):
    found, world = told(LAB, compared.a, compared.b)
    wrong = [
        "a and b give 90 of 100 points the same class.",
        "They differ on 3.1% of the window, in 4 parts.",
        "Most of it, 11.6% of the window, is c1 to a and c0 to b.",
        "A has 90 of 100 points right, b 100.",
        "They differ at points 9, 23 and 26.",
        "Of these, a has 1 right, b 10, and neither 0.",
        "Unit 0 of a goes with unit 1 of b: at 99 of 100 points both are on or both off.",
        "Of the pairs of units that go together, all are the same up to a factor.",
    ]
    claim = found.claims[0]
    for text in wrong:
        fake = type("Told", (), {"text": text, "topic": claim.topic})()
        assert not is_true(fake, world), text


def test_a_claim_does_not_hold_of_other_networks(compared, run):
    other = us.train(LAB, epochs=20, seed=3).network
    assert all(claim.holds(compared.a, compared.b, LAB) for claim in compared.claims)
    assert sum(claim.holds(compared.a, other, LAB) for claim in compared.claims) < 2
    assert not compared.claims[0].holds(compared.a, us.Network.initialize([3, 2, 4]), LAB)


def test_the_lab_at_two_epochs(compared, run):
    predicted = np.stack([run.at(20).predict(LAB.X), run.network.predict(LAB.X)], axis=1)
    assert np.array_equal(compared.predicted, predicted)
    assert compared.points.tolist() == np.flatnonzero(predicted[:, 0] != predicted[:, 1]).tolist()
    assert compared.counts.sum() == 100
    assert compared.counts.trace() == 100 - len(compared.points)
    assert np.array_equal(compared.right, predicted == LAB.y[:, None])
    assert compared.exact
    part = us.partition(run, LAB)
    np.testing.assert_allclose(compared.shares.sum(axis=0), part.share, atol=1e-12)
    assert compared.share == pytest.approx(1.0 - compared.shares.trace(), abs=1e-12)
    assert repr(compared) == (
        f"Comparison(epoch 20 and epoch 200: {100 - len(compared.points)} of 100 points alike, "
        f"{compared.share:.1%} of the window apart)"
    )


def test_a_frame_has_the_points_that_differ(compared):
    frame = compared.frame()
    assert frame.index.tolist() == compared.points.tolist()
    assert frame["class"].tolist() == [LAB.class_names[i] for i in LAB.y[compared.points]]
    for which, name in enumerate(("epoch 20", "epoch 200")):
        rows = compared.predicted[compared.points, which]
        assert frame[name].tolist() == [LAB.class_names[i] for i in rows]
        net = (compared.a, compared.b)[which]
        most = net.probabilities(LAB.X[compared.points]).max(axis=1)
        np.testing.assert_allclose(frame[f"probability by {name}"], most)


def test_a_notebook_shows_words_and_a_table():
    data = us.Dataset(LAB.X, LAB.y, ["<b>", "x & y", "c2", "c3"])
    nets = (us.Network.initialize([2, 3, 4], seed=seed) for seed in (1, 2))
    shown = us.compare(*nets, data, names=("<i>", "b"))._repr_html_()
    assert "<b>" not in shown and "<i>" not in shown
    assert "&lt;b&gt;" in shown and "<th>by &lt;i&gt;</th>" in shown


def test_a_comparison_is_a_value(compared, run):
    again = us.compare(run.at(20), run, names=("epoch 20", "epoch 200"))
    assert again == compared and hash(again) == hash(compared)
    assert copy.deepcopy(compared) is compared
    assert pickle.loads(pickle.dumps(compared)) == compared
    assert us.compare(run.at(21), run) != compared


def test_the_second_of_two_units_in_another_order_by_hand():
    # b's unit 0 is a's unit 1 times 2, and its unit 1 is a's unit 0 turned round.
    a = us.Network(
        [us.Dense([[1.0, 0.0], [0.0, 1.0]], [0.5, -0.5], "relu"), us.Dense(np.eye(2), [0, 0])]
    )
    b = us.Network(
        [us.Dense([[0.0, -1.0], [2.0, 0.0]], [-1.0, -0.5], "relu"), us.Dense(np.eye(2), [0, 0])]
    )
    found = us.compare(a, b, cloud(1, k=2))
    first, second = found.units
    assert (first.a, first.b, first.factor, first.same) == (0, 1, pytest.approx(-1.0), True)
    assert (second.a, second.b, second.factor, second.same) == (1, 0, pytest.approx(2.0), True)
    assert first.cosine == pytest.approx(-1.0)
    assert "Unit 1 of b is -1 times unit 0 of a, so that each is on where the other is off." in str(
        found
    )
    assert "Unit 0 of b is 2 times unit 1 of a." in str(found)


@given(st.integers(0, 10**9), st.integers(1, 9), st.integers(1, 9), st.booleans())
@settings(max_examples=100, deadline=None)
def test_pairs_are_of_the_least_sum(seed, n, m, ties):
    rng = np.random.default_rng(seed)
    cost = rng.integers(-3, 4, (n, m)).astype(float) if ties else rng.normal(size=(n, m))
    pairs = assigned(cost)
    rows, columns = zip(*pairs, strict=True)
    assert len(pairs) == min(n, m) == len(set(rows)) == len(set(columns))
    least = cost[linear_sum_assignment(cost)].sum()
    assert sum(cost[pair] for pair in pairs) == pytest.approx(least, abs=1e-9)


def test_units_of_a_permuted_network_are_found():
    net = us.Network.initialize([2, 9, 5, 3], seed=4)
    X = cloud(4).X
    other = permuted(net, 7)
    order = np.random.default_rng(7).permutation(9)
    pairs = [match for match in matched((net, other), X) if match.layer == 0]
    assert [match.b for match in pairs] == [order.tolist().index(unit) for unit in range(9)]
    assert all(match.same and match.together == len(X) for match in pairs)


@pytest.mark.parametrize("features", [1, 3, 5])
def test_points_are_compared_in_all_features(features):
    data = cloud(3, n=200, d=features)
    a, b = (us.train(data, hidden=(4,), epochs=20, seed=seed).network for seed in (1, 2))
    found = us.compare(a, b, data)
    assert (found.plane is None) == (features == 1)
    assert found.points.tolist() == np.flatnonzero(a.predict(data.X) != b.predict(data.X)).tolist()
    if found.plane is not None:
        agreeing = [
            np.logical_and(*(us.Plane.best(of, data).agrees(net, data.X) for net in (a, b))).sum()
            for of in (a, b)
        ]
        assert f"agrees with both at {max(agreeing)} of 200 points" in found.note
        on_plane = [net.on_plane(found.plane) for net in (a, b)]
        flat = us.Dataset(found.plane.project(data.X), data.y)
        np.testing.assert_array_equal(us.compare(*on_plane, flat).shares, found.shares)


def test_a_plane_and_a_window_may_be_given():
    data = cloud(5, d=3)
    a, b = (us.Network.initialize([3, 4, 3], seed=seed) for seed in (1, 2))
    plane = us.Plane.axes(0, 2, at=data.X.mean(axis=0))
    found = us.compare(a, b, data, plane=plane, window=((0.0, 1.0), (0.0, 2.0)))
    assert (found.plane, found.window) == (plane, ((0.0, 1.0), (0.0, 2.0)))
    one = us.Dataset(data.X[:, :1], data.y)
    a, b = (us.Network.initialize([1, 4, 3], seed=seed) for seed in (1, 2))
    assert us.compare(a, b, one, window=(0.0, 1.0)).window[0] == (0.0, 1.0)


def test_runs_classifiers_and_networks_are_compared(run):
    model = us.Classifier(epochs=5).fit(LAB.X, LAB.y)
    for a, b in itertools.product((run, run.network), (model, model.run_)):
        assert len(us.compare(a, b).points) == len(us.compare(a, b, LAB).points)


def test_models_of_another_library_are_compared_by_the_names_of_their_classes(run):
    linear = pytest.importorskip("sklearn.linear_model")
    named = us.Dataset(LAB.X, LAB.y, ["d", "b", "a", "c"])
    words = np.array(named.class_names)[LAB.y]
    model = linear.LogisticRegression().fit(LAB.X, words)  # its classes are a, b, c, d
    ours = us.train(named, epochs=100)
    found = us.compare(ours, model)
    assert found.data.class_names == named.class_names
    theirs = model.predict(LAB.X)
    assert [named.class_names[i] for i in found.predicted[:, 1]] == theirs.tolist()
    turned = us.compare(model, ours, (LAB.X, words))
    assert turned.points.tolist() == found.points.tolist()
    assert turned.share == pytest.approx(found.share, abs=1e-12)
    with pytest.raises(us.errors.InvalidInput, match="b must be a network of the classes c0, c1"):
        us.compare(run, model)


def test_weights_beyond_the_numbers_are_compared_at_the_points():
    huge = us.Network([us.Dense(np.full((2, 3), 1e200), np.zeros(3), "relu"),
                       us.Dense(np.full((3, 2), 1e120), [0.0, 1.0])])  # fmt: skip
    small = us.Network.initialize([2, 3, 2])
    data = us.Dataset([[-1.0, -2.0], [-2.0, -1.5]], [0, 1])
    found = us.compare(huge, small, data, window=((-3.0, 3.0), (-3.0, 3.0)))
    assert found.overlay is None
    assert "window" not in str(found)
    with pytest.raises(us.errors.InvalidInput, match="a, b must be of weights and window small"):
        us.plot.comparison(found)


def test_names_from_outside_are_escaped(compared):
    claims = words_of(compared, ("*a*", "<b>")).claims
    assert r"\*a\*" in claims[0].markdown and "&lt;b&gt;" in claims[0].html

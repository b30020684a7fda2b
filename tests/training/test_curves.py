"""Loss and accuracy of many epochs: what each epoch's own network says; the work can be ended."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import unitscope as us
from unitscope.looking import looked_at
from unitscope.networks import Network
from unitscope.training.curves import EPOCHS, _is_compiled, accuracies, curves


@pytest.mark.parametrize(("n", "hidden"), [(7, ()), (100, (2,)), (900, (16, 5)), (3000, (64, 64))])
@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_they_are_what_each_networks_own_predictions_give(n, hidden, activation):
    rng = np.random.default_rng(0)
    shape = Network.initialize((3, *hidden, 5), activation)
    weights = rng.normal(size=(9, shape.n_parameters)).astype(np.float32)
    X, y = rng.normal(size=(n, 3)), rng.integers(0, 5, n)
    loss, accuracy = curves(shape, weights, X, y)
    for row, vector in enumerate(weights):
        net = shape.with_vector(vector.astype(np.float64))
        assert accuracy[row] == pytest.approx((net.predict(X) == y).mean(), abs=1e-12)
        assert loss[row] == pytest.approx(
            -np.log(net.probabilities(X)[np.arange(n), y]).mean(), rel=1e-9
        )
    assert (accuracies(shape, weights, X, y) == accuracy).all()


def test_of_equal_logits_the_first_class_wins():
    shape = Network.initialize((2, 4))
    weights = np.zeros((3, shape.n_parameters), np.float32)
    weights[1, -2:] = 1.0  # the biases of the classes 2 and 3
    weights[2, -1] = -1.0
    y = np.array([0, 0, 2, 3])
    assert accuracies(shape, weights, np.ones((4, 2)), y).tolist() == [0.5, 0.25, 0.5]


def test_the_work_ends_between_two_pieces():
    shape = Network.initialize((2, 8, 4))
    weights, calls = np.zeros((50, shape.n_parameters), np.float32), []

    def enough() -> None:
        calls.append(None)
        if len(calls) == 3:
            raise KeyError

    for what in (curves, accuracies):
        calls.clear()
        with pytest.raises(KeyError), looked_at(enough):
            what(shape, weights, np.zeros((5000, 2)), np.zeros(5000, int))


def test_orders_drawn_slice_by_slice_are_those_drawn_at_once():
    from unitscope.kernel.order import drawn

    data = us.datasets.blobs(n=4000)
    run = us.train(data, hidden=(48,), epochs=150, batch_size=256)  # several slices
    again = us.train(
        data,
        start=run.at(0),
        batch_order=drawn(4000, run.recipe).rows,
        hidden=(48,),
        batch_size=256,
    )
    assert (run.weights == again.weights).all() and (run.loss == again.loss).all()


@settings(max_examples=150, deadline=None)
@given(
    sizes=st.lists(st.integers(1, 9), min_size=2, max_size=5),
    n=st.integers(1, 300),
    rows=st.integers(1, 5),
    activation=st.sampled_from(["relu", "abs", "leaky_relu", "linear"]),
    scale=st.sampled_from([1e-6, 1.0, 300.0]),
    seed=st.integers(0, 2**32),
)
def test_compiled_code_gives_what_longer_numbers_give(sizes, n, rows, activation, scale, seed):
    rng = np.random.default_rng(seed)
    shape = Network.initialize(sizes, activation)
    weights = (rng.normal(size=(rows, shape.n_parameters)) * scale).astype(np.float32)
    X, y = rng.normal(size=(n, sizes[0])), rng.integers(0, sizes[-1], n)
    assert _is_compiled(shape, weights, X)
    loss, accuracy = curves(shape, weights, X, y)
    assert (accuracies(shape, weights, X, y) == accuracy).all()
    below = np.longdouble(shape.layers[0].negative_slope)
    bent = {
        "relu": lambda z: np.maximum(z, 0),
        "abs": np.abs,
        "leaky_relu": lambda z: np.where(z > 0, z, below * z),
        "linear": lambda z: z,
    }[activation]
    for row, vector in enumerate(weights):
        at, values = 0, X.astype(np.longdouble)
        for index, (inputs, units) in enumerate(itertools.pairwise(sizes)):
            end = at + inputs * units
            values = values @ vector[at:end].reshape(inputs, units).astype(np.longdouble)
            values += vector[end : end + units]
            values = bent(values) if index < len(sizes) - 2 else values
            at = end + units
        gaps = values - values[np.arange(n), y][:, None]
        largest = gaps.max(axis=1)
        truth = (largest + np.log(np.exp(gaps - largest[:, None]).sum(axis=1))).mean()
        np.testing.assert_allclose(loss[row], float(truth), rtol=1e-12, atol=1e-15 * scale + 1e-14)
        best = np.partition(values, -2, axis=1)[:, -2:] if sizes[-1] > 1 else values[:, :1]
        clear = (best[:, -1] - best[:, 0] > 1e-9 * np.abs(values).max()) | (sizes[-1] == 1)
        right = values.argmax(axis=1) == y
        unclear = n - clear.sum()
        assert abs(accuracy[row] * n - right.sum()) <= unclear + 1e-9


def test_where_there_is_no_compiled_code_it_is_the_same(monkeypatch):
    data, both = us.datasets.iris(), []
    run = us.train(data, hidden=(6, 5), epochs=30)
    for compiled in (True, False):
        monkeypatch.setattr(type(EPOCHS), "works", lambda self, works=compiled: works)
        both.append(curves(run.network, run.weights, data.X, data.y))
    np.testing.assert_allclose(both[0][0], both[1][0], rtol=1e-12)
    np.testing.assert_array_equal(both[0][1], both[1][1])


@pytest.mark.parametrize("bad", [np.inf, np.nan, 1e38])
def test_weights_that_have_left_all_bounds_are_as_in_numpy(bad):
    shape = Network.initialize((2, 4, 3))
    weights = np.ones((2, shape.n_parameters), np.float32)
    weights[1, 3] = bad
    X, y = np.ones((5, 2)), np.array([0, 1, 2, 0, 1])
    assert not _is_compiled(shape, weights, X)
    with np.errstate(all="ignore"):
        loss, _ = curves(shape, weights, X, y)
    assert np.isfinite(loss[0]) and np.isfinite(loss[1]) == (bad == 1e38)

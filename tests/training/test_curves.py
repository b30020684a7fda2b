"""Loss and accuracy of many epochs: what each epoch's own network says; the work can be ended."""

from __future__ import annotations

import numpy as np
import pytest

import unitscope as us
from unitscope.looking import looked_at
from unitscope.networks import Network
from unitscope.training.curves import accuracies, curves


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

"""The doors to compiled code: what would be read out of bounds, or taught wrongly, is refused."""

from __future__ import annotations

import numpy as np
import pytest

import unitscope as us
from unitscope.errors import InvalidInput
from unitscope.kernel.advance import advance
from unitscope.kernel.state import State
from unitscope.networks import Network
from unitscope.recipe import Recipe

DOORS = {
    "train": lambda data: us.train(data, epochs=2),
    "train in a given order": lambda data: us.train(
        data, batch_order=np.arange(data.n_points)[None]
    ),
    "sweep": lambda data: us.sweep(data, seeds=3, epochs=2),
    "sweep of large networks": lambda data: us.sweep(data, seeds=1, epochs=1, hidden=(80, 80)),
}


def changed(name, value):
    """A Dataset whose points or labels were changed after they had been checked."""
    data = us.Dataset(np.zeros((40, 2)), np.arange(40) % 4)
    array = getattr(data, name)
    array.setflags(write=True)
    array.flat[7] = value
    return data


@pytest.mark.parametrize("door", DOORS.values(), ids=DOORS)
@pytest.mark.parametrize("label", [-1, 4, 7, 100, 1000, 2**31, -(2**62)])
def test_a_label_that_is_no_class_is_refused(door, label):
    with pytest.raises(InvalidInput, match=r"y must be 40 classes in 0\.\.3"):
        door(changed("y", label))


@pytest.mark.parametrize("door", DOORS.values(), ids=DOORS)
@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
def test_a_number_that_is_not_finite_is_refused(door, number):
    with pytest.raises(InvalidInput, match="X must be finite numbers"):
        door(changed("X", number))


def test_large_numbers_are_finite():
    data = us.Dataset(np.full((2, 2), 1e200), [0, 1])
    with pytest.raises(us.errors.TrainingDiverged):
        us.train(data, epochs=1)


@pytest.mark.parametrize("door", DOORS.values(), ids=DOORS)
@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("X", np.zeros((39, 2))),
        ("X", np.zeros((40, 2), complex)),
        ("y", np.zeros(39, np.int64)),
        ("y", np.zeros((40, 1), np.int64)),
        ("y", np.zeros(40)),
    ],
)
def test_arrays_of_another_shape_or_type_are_refused(door, name, array):
    data = us.Dataset(np.zeros((40, 2)), np.arange(40) % 4)
    object.__setattr__(data, name, array)
    with pytest.raises(InvalidInput, match=r"(X|y|batch_order) must be"):
        door(data)


def test_points_of_another_shape_than_the_network_has_are_refused():
    net = Network.initialize((2, 2, 4))
    start, y, order = State.fresh(net.to_vector()), np.arange(4), np.arange(4)[None]
    with pytest.raises(InvalidInput, match="X must be"):
        advance(start, net, np.zeros((4, 3)), y, order, Recipe())


def test_an_order_of_other_than_whole_numbers_is_refused():
    net = Network.initialize((2, 2, 4))
    X, y = np.zeros((4, 2)), np.arange(4)
    for order in (np.zeros((1, 4)), np.array([[0, 1, 2, -1]]), np.array([[0, 1, 2, 4]])):
        with pytest.raises(InvalidInput, match="order must be"):
            advance(State.fresh(net.to_vector()), net, X, y, order, Recipe())


def test_a_network_whose_arrays_were_given_other_shapes_is_refused():
    net = Network.initialize((2, 2, 4))
    assert net.n_parameters
    net.layers[0].weights.shape = (1, 4)
    start, X, y = State.fresh(np.zeros(18)), np.zeros((4, 1)), np.arange(4)
    with pytest.raises(InvalidInput, match="net must be"):
        advance(start, net, X, y, np.arange(4)[None], Recipe())

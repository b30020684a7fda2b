"""train: the reference run, going on, given starts and orders, and what is refused."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import unitscope as us
from unitscope.kernel.order import drawn


@pytest.fixture(scope="module")
def data():
    return us.datasets.lab()


def test_the_same_seed_gives_the_same_bytes_and_another_seed_another_run(data):
    one, again, other = us.train(data), us.train(data), us.train(data, seed=1)
    assert one.weights.tobytes() == again.weights.tobytes()
    assert one.loss.tobytes() == again.loss.tobytes()
    assert one.weights[0].tobytes() != other.weights[0].tobytes()


@settings(max_examples=15, deadline=None)
@given(
    cut=st.integers(0, 30),
    seed=st.integers(0, 99),
    optimizer=st.sampled_from(["sgd", "rmsprop", "adam", "adamw"]),
)
def test_training_on_from_a_run_is_training_longer(cut, seed, optimizer):
    data = us.datasets.lab()
    whole = us.train(data, epochs=30, seed=seed, optimizer=optimizer, momentum=0.3)
    part = us.train(data, epochs=cut, seed=seed, optimizer=optimizer, momentum=0.3)
    joined = us.train(data, start=part, epochs=30 - cut)
    assert joined.weights.tobytes() == whole.weights.tobytes()
    assert joined.loss.tobytes() == whole.loss.tobytes()
    assert joined.epochs == 30


def test_every_epoch_visits_every_point_once_and_in_a_new_order(data):
    order = drawn(data.n_points, us.Recipe(), 0).rows
    assert (np.sort(order, axis=1) == np.arange(data.n_points)).all()
    assert len({row.tobytes() for row in order}) == len(order)
    assert (drawn(data.n_points, us.Recipe(epochs=50), 150).rows == order[150:]).all()


def test_shuffles_are_uniform_enough():
    order = drawn(5, us.Recipe(epochs=20_000), 0).rows
    first = np.bincount(order[:, 0], minlength=5) / len(order)
    assert np.abs(first - 0.2).max() < 0.015  # five standard deviations of 0.0028


def test_a_start_gives_the_shape_and_epoch_zero(data):
    net = us.Network.initialize([2, 5, 3, 4], ["tanh", "relu"], seed=8)
    run = us.train(data, start=net, epochs=2)
    assert run.recipe.hidden == (5, 3)
    assert run.recipe.activation == ("tanh", "relu")
    np.testing.assert_array_equal(run.at(0).to_vector(), net.to_vector().astype(np.float32))
    assert [layer.activation for layer in run.network.layers] == ["tanh", "relu", "linear"]


def test_a_batch_order_replays_a_run(data):
    run = us.train(data, seed=3, epochs=20)
    start = us.Network.initialize([2, 2, 4], seed=3)
    again = us.train(data, start=start, batch_order=drawn(100, run.recipe, 0).rows)
    assert again.weights.tobytes() == run.weights.tobytes()
    assert again.epochs == 20


def test_softmax_regression_has_no_hidden_layer(data):
    run = us.train(data, hidden=(), epochs=100)
    assert run.network.sizes == (2, 4)
    assert run.accuracy[-1] > 0.9


def test_progress_is_told_and_changes_nothing(data):
    told = []
    run = us.train(data, progress=lambda *news: told.append(news))
    assert told[-1] == (200, 200, pytest.approx(run.loss[-1]))
    assert run.weights.tobytes() == us.train(data).weights.tobytes()


def test_slices_change_no_result(data, monkeypatch):
    import sys

    whole = us.train(data, epochs=40)
    monkeypatch.setattr(
        sys.modules["unitscope.training.train"], "_SLICE_SECONDS", 1e-9
    )  # one epoch a slice
    told = []
    sliced = us.train(data, epochs=40, progress=lambda *news: told.append(news))
    assert sliced.weights.tobytes() == whole.weights.tobytes()


def test_accuracy_is_of_the_epochs_last_weights(data):
    run = us.train(data, epochs=7)
    expected = [(run.at(epoch).predict(data.X) == data.y).mean() for epoch in range(1, 8)]
    assert run.accuracy.tolist() == expected


def test_loss_is_the_mean_over_points_of_batches_before_their_step(data):
    # Full batches: the loss of epoch e is that of the weights before it.
    run = us.train(data, batch_size=1000, epochs=5, seed=2)
    for epoch in range(5):
        p = run.at(epoch).probabilities(data.X)[np.arange(100), data.y]
        assert run.loss[epoch] == pytest.approx(-np.log(p).mean(), rel=1e-6)


def test_divergence_names_the_epoch_and_the_cause_and_keeps_the_epochs_before(data):
    with pytest.raises(
        us.errors.TrainingDiverged, match=r"learning rate of 1e\+30: try 1e\+29"
    ) as caught:
        us.train(data, learning_rate=1e30)
    assert caught.value.epoch == caught.value.run.epochs + 1
    far = us.Dataset(data.X * 1e7, data.y)
    with pytest.raises(us.errors.TrainingDiverged, match="standardized") as caught:
        us.train(far, optimizer="sgd", learning_rate=1e4, standardize=False)
    assert np.isfinite(caught.value.run.weights).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (dict(epochs=-1), "epochs must be a whole number of at least 0. Got -1 instead."),
        (dict(epochs=1.5), "epochs must be a whole number of at least 0. Got 1.5 instead."),
        (dict(batch_size=0), "batch_size must be a whole number of at least 1. Got 0 instead."),
        (
            dict(activation="selu"),
            "activation must be one of linear, relu, leaky_relu, tanh, sigmoid, elu, softplus, "
            "gelu, silu, abs. Got 'selu' instead.",
        ),
        (
            dict(optimizer="lion"),
            "optimizer must be one of sgd, rmsprop, adam, adamw. Got 'lion' instead.",
        ),
        (dict(learning_rate=0), "learning_rate must be a finite number above 0. Got 0 instead."),
        (dict(hidden=(2, 0)), "hidden[1] must be a whole number of at least 1. Got 0 instead."),
        (
            dict(batch_order=[[0, 1]]),
            "batch_order must be whole numbers of shape (epochs, 100). Got int64 of shape (1, 2) "
            "instead.",
        ),
        (
            dict(batch_order=np.zeros((2, 100), int)),
            "batch_order must be each of 0..99 exactly once in every row. Got a "
            "row with a repeated or missing index instead.",
        ),
        (
            dict(batch_order=np.arange(100)[None] + 2**32),
            "batch_order must be each of 0..99 exactly once in every row. Got "
            "a row with a repeated or missing index instead.",
        ),
        (
            dict(start=us.Network.initialize([3, 4])),
            "start must be a network of 2 inputs and 4 outputs, as the data has. "
            "Got 3 inputs and 4 outputs instead.",
        ),
        (dict(start=5), "start must be a Network or a Run. Got int instead."),
    ],
)
def test_bad_arguments_are_refused_in_words(data, arguments, message):
    with pytest.raises(us.errors.InvalidInput) as caught:
        us.train(data, **arguments)
    assert str(caught.value) == message


def test_a_start_is_refused_if_a_weight_does_not_fit_in_float32(data):
    for weight in (1e30, -3e38, 4e38, -1e200):
        start = us.Network([us.networks.Dense([[weight, 0, 0, 0], [0, 0, 0, 0]], np.zeros(4))])
        if abs(weight) < 3.4e38:
            assert us.train(data, start=start, epochs=0).weights[0, 0] == np.float32(weight)
            continue
        with pytest.raises(us.errors.InvalidInput, match=r"start must be .* fit in float32"):
            us.train(data, start=start, epochs=0)


def test_a_recipe_and_settings_together_are_refused(data):
    with pytest.raises(us.errors.InvalidInput, match="recipe must be given alone"):
        us.train(data, us.Recipe(), epochs=3)
    with pytest.raises(
        us.errors.InvalidInput, match=r"data must be a Dataset\. Got ndarray instead"
    ):
        us.train(data.X)


def test_a_recipe_is_the_same_as_its_settings(data):
    recipe = us.Recipe(hidden=(3,), epochs=4)
    assert (
        us.train(data, recipe).weights.tobytes()
        == us.train(data, hidden=3, epochs=4).weights.tobytes()
    )
    done = {**dataclasses.asdict(recipe), "standardize": False}  # of "auto", for the lab
    assert dataclasses.asdict(us.train(data, recipe).recipe) == done


def test_training_never_changes_the_data_or_the_start(data):
    net = us.Network.initialize([2, 2, 4])
    before = data.X.tobytes(), data.y.tobytes(), net.to_vector().tobytes()
    us.train(data, start=net)
    assert before == (data.X.tobytes(), data.y.tobytes(), net.to_vector().tobytes())

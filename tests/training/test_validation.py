"""Points held out: how they fare, when they stop a training, and to which epoch it goes back."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import unitscope as us
from unitscope.errors import InvalidInput, TrainingDiverged


@pytest.fixture(scope="module")
def hard():
    """Classes that overlap, so that a large network learns the noise."""
    return us.datasets.moons(n=120, noise=1.6)


def losses_of(run, data):
    """By the definition: mean -ln of each point's own probability, and the share that is right."""
    found = []
    for epoch in range(1, run.epochs + 1):
        p = run.at(epoch).probabilities(data.X)
        own = p[np.arange(data.n_points), data.y]
        found.append((-np.log(own).mean(), (p.argmax(axis=1) == data.y).mean()))
    return np.array(found).T


def keras_early_stopping(losses, patience):
    """Keras's callback by its own lines: the best epoch and how many are trained, from 1."""
    best, best_epoch, wait = None, 1, 0
    for epoch, current in enumerate(losses, 1):
        wait += 1
        if best is None or current < best:
            best, best_epoch, wait = current, epoch, 0
            continue
        if wait >= patience and epoch > 1:
            return best_epoch, epoch
    return best_epoch, len(losses)


def test_a_share_is_held_out_by_the_seed_and_the_rest_is_trained_as_by_itself(hard):
    run = us.train(hard, validation=0.25, seed=3, epochs=20)
    kept, held = hard.split(test=0.25, seed=3)
    assert run.data == kept
    assert run.validation.data == held
    assert run.weights.tobytes() == us.train(kept, seed=3, epochs=20).weights.tobytes()
    loss, accuracy = losses_of(run, held)
    np.testing.assert_allclose(run.validation.loss, loss, rtol=1e-9)
    np.testing.assert_array_equal(run.validation.accuracy, accuracy)
    again = us.train(kept, validation=held, seed=3, epochs=20)
    assert again == run
    assert "held out: loss" in repr(run)


def test_penalties_and_the_scale_are_in_it_and_the_scale_is_of_the_training_points():
    wine = us.datasets.wine()
    run = us.train(wine, validation=0.3, l2=0.01, epochs=15)
    assert run.scaling == run.data.spread.scaling
    loss, _ = losses_of(run, run.validation.data)
    trained = run.scaling.unfolded(run.weights[1:], 2)
    penalty = 0.01 * ((trained[:, :26] ** 2).sum(1) + (trained[:, 28:34] ** 2).sum(1))
    np.testing.assert_allclose(run.validation.loss, loss + penalty, rtol=1e-6)


@settings(max_examples=15, deadline=None)
@given(
    seed=st.integers(0, 99), patience=st.integers(1, 12), optimizer=st.sampled_from(["adam", "sgd"])
)
def test_it_stops_and_goes_back_as_keras_does(seed, patience, optimizer):
    data = us.datasets.moons(n=60, noise=1.6, seed=seed)
    setup = dict(hidden=(8,), seed=seed, learning_rate=0.05, optimizer=optimizer, validation=0.4)
    whole = us.train(data, epochs=60, **setup)
    run = us.train(data, epochs=60, early_stopping=patience, **setup)
    best, trained = keras_early_stopping(whole.validation.loss, patience)
    assert (run.epochs, len(run.validation.loss)) == (best, trained)
    assert run.weights.tobytes() == whole.weights[: best + 1].tobytes()
    assert run.loss.tobytes() == whole.loss[:best].tobytes()
    short = us.train(data, epochs=best, **setup)
    assert run.state == short.state  # the optimizer stands where it stood then


def test_pieces_of_the_work_change_nothing(hard, monkeypatch):
    import sys

    setup = dict(hidden=(8,), learning_rate=0.05, validation=0.3, early_stopping=4)
    whole = us.train(hard, **setup)
    monkeypatch.setattr(sys.modules["unitscope.training.train"], "_FIRST_SLICE", 1)
    monkeypatch.setattr(sys.modules["unitscope.training.train"], "_SLICE_SECONDS", 1e-9)
    assert us.train(hard, **setup) == whole


def test_what_goes_on_has_the_epochs_before_too(hard):
    setup = dict(validation=0.3, seed=1)
    whole, part = us.train(hard, epochs=30, **setup), us.train(hard, epochs=12, **setup)
    joined = us.train(hard, start=part, epochs=18, **setup)
    np.testing.assert_allclose(joined.validation.loss, whole.validation.loss, rtol=1e-12)
    assert joined.weights.tobytes() == whole.weights.tobytes()
    wine = us.datasets.wine()
    whole, part = (us.train(wine, epochs=n, l1=0.001, **setup) for n in (9, 4))
    joined = us.train(wine, start=part, epochs=5, **setup)
    np.testing.assert_allclose(joined.validation.loss, whole.validation.loss, rtol=1e-6)


def test_a_file_keeps_it(hard, tmp_path):
    run = us.train(hard, hidden=(8,), learning_rate=0.05, validation=0.3, early_stopping=3)
    run.save(tmp_path / "run.npz")
    back = us.Run.load(tmp_path / "run.npz")
    assert back == run
    assert back.validation.patience == 3
    assert back.validation.data == run.validation.data


def test_the_words_and_the_picture_have_it(hard):
    run = us.train(hard, hidden=(8,), learning_rate=0.05, validation=0.3, early_stopping=3)
    trained = len(run.validation.loss)
    assert run.epochs < trained < 200
    words = str(us.explain(run, length="full"))
    assert f"Of the {trained} epochs that were trained, epoch {run.epochs} had the lowest" in words
    assert "On the validation points, which it was not trained on, the loss is " in words
    panels = us.plot.training(run)
    drawn = {line.get_gid(): line.get_ydata() for ax in panels for line in ax.get_lines()}
    np.testing.assert_array_equal(drawn["held out loss"], run.validation.loss)
    np.testing.assert_array_equal(drawn["held out accuracy"], run.validation.accuracy)


def test_a_training_that_diverges_keeps_the_epochs_before_with_theirs(hard):
    with pytest.raises(TrainingDiverged) as caught:
        us.train(hard, learning_rate=1e30, validation=0.2, early_stopping=5)
    run = caught.value.run
    assert len(run.validation.loss) == run.epochs


LAB = us.datasets.lab()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (dict(early_stopping=5), "validation must be given with early_stopping. Got None instead."),
        (
            dict(validation=0.2, early_stopping=0),
            "early_stopping must be a whole number of at leas",
        ),
        (
            dict(validation=0.2, early_stopping=1.5),
            "early_stopping must be a whole number of at le",
        ),
        (dict(validation=0), "validation must be a share above 0 and below 1, or a Dataset"),
        (dict(validation=True), "validation must be a share above 0 and below 1, or a Dataset"),
        (dict(validation=LAB.X), "validation must be a share above 0 and below 1, or a Dataset"),
        (dict(validation=0.001), "validation must be a share that leaves points on both sides"),
        (
            dict(validation=us.datasets.iris()),
            "validation must be of the same feature names as the",
        ),
        (dict(validation=us.datasets.moons()), "validation must be of the same class names as the"),
    ],
)
def test_what_does_not_go_together_is_refused(arguments, message):
    with pytest.raises(InvalidInput) as caught:
        us.train(LAB, **arguments)
    assert message in str(caught.value)

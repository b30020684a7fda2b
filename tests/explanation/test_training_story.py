"""What is said of trainings of every kind, against plain loops over their losses and epochs."""

from __future__ import annotations

import dataclasses
import re

import cases
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from oracle_training import is_true_of_training

import unitscope as us
from unitscope.errors import TrainingDiverged
from unitscope.explanation.explain import explain  # noqa: F401 - it registers the measures
from unitscope.explanation.grammar import Teller
from unitscope.explanation.measured import Measured
from unitscope.explanation.prose.fitted import fitted
from unitscope.explanation.prose.training import training


def told(run):
    """Only what is said of the training."""
    t = Teller(Measured(run.network, run.data, run), 3)
    return [*training(t), *fitted(t)]


@pytest.mark.parametrize("first", range(0, 100, 20))
def test_every_sentence_on_a_training_is_true_of_training(first):
    for seed in range(first, first + 20):
        rng = np.random.default_rng(seed)
        data = cases.data_of(rng, "trained")
        run = us.train(
            data,
            hidden=tuple(int(w) for w in rng.integers(1, 5, rng.integers(0, 3))),
            seed=seed,
            activation=str(rng.choice(cases.ACTIVATIONS)),
            epochs=int(rng.choice([1, 2, 5, 40, 200])),
            learning_rate=float(rng.choice([0.003, 0.03, 0.3])),
        )
        said = told(run)
        assert len(said) >= 2 + (run.epochs > 1)
        assert [claim.text for claim in said if not is_true_of_training(claim.text, run)] == []
        assert all(claim.holds(run.network, data) for claim in said)
        # Where every unit was dead, nothing has moved.
        moved = (run.at(0).to_vector() != run.network.to_vector()).any()
        assert not moved or not any(claim.holds(run.at(0), data) for claim in said)


def test_plateaus_are_found_and_one_was_ended_by_a_unit():
    texts = [
        claim.text
        for seed in (37, 75, 147)
        for claim in told(us.lab.run(seed=seed))
        if "the loss stayed" in claim.text
    ]
    assert any("after epoch" in text for text in texts)


@given(st.lists(st.floats(0.5, 2.0), min_size=8, max_size=80), st.integers(0, 3))
@example([1.0] * 6 + [0.7560257103714396, 1.515625], 0)  # rises by 100.47%
def test_a_loss_that_rises_or_wanders_does_not_stand_still(levels, seed):
    """Whatever the losses are: where one is said to have stayed, it did, and it fell later."""
    run = us.train(us.datasets.lab(), epochs=len(levels), seed=seed)
    run = dataclasses.replace(run, loss=np.array(levels))
    for claim in told(run):
        if "weight" not in claim.text:
            assert is_true_of_training(claim.text, run) or "over all points" in claim.text, (
                claim.text
            )


def test_a_run_that_ended_early_says_so_and_does_not_call_that_a_decision():
    run = us.lab.run()
    short = dataclasses.replace(run, loss=run.loss[:50], weights=run.weights[:51])
    said = "It ended before the 200 epochs that were asked for."
    assert said in [claim.text for claim in us.explain(short, length="full", advice=False).claims]


def test_what_is_said_of_points_held_out_and_of_the_scale_is_true():
    moons, wine = us.datasets.moons(n=120, noise=1.6), us.datasets.wine()
    stopped = us.train(moons, hidden=(8,), learning_rate=0.05, validation=0.3, early_stopping=3)
    few = us.datasets.lab().where(np.arange(70))
    weighed = us.train(few, class_weight="balanced", epochs=30)
    for run, ours in (
        (stopped, 2),
        (us.train(wine, validation=0.2, epochs=30), 2),
        (weighed, 1),
    ):
        texts = [claim.text for claim in us.explain(run, length="full").claims]
        about = re.compile("held out|validation points|standardized|counted by its class")
        told = [text for text in texts if about.search(text)]
        assert len(told) == ours
        assert all(is_true_of_training(text, run) for text in told)


@pytest.mark.parametrize("rate", [0.5, 1.0])
def test_a_run_that_diverged_is_not_called_stopped(rate):
    data = us.Dataset(1e5 * us.datasets.lab().X, us.datasets.lab().y)
    with pytest.raises(TrainingDiverged) as caught:
        us.train(data, learning_rate=rate, optimizer="sgd", standardize=False)
    run = caught.value.run
    assert run.epochs
    texts = [claim.text for claim in us.explain(run, length="full", advice=False).claims]
    assert not any("stopped" in text or "asked for" in text for text in texts)
    (said,) = [text for text in texts if "diverged" in text]
    assert is_true_of_training(said, run)


def test_one_epoch_has_one_loss():
    run = us.train(us.datasets.lab(), epochs=1)
    said = str(us.explain(run, length="full", advice=False))
    assert f"It was trained for 1 epoch, whose loss was {run.loss[0]:.4g}." in said
    assert " to " + f"{run.loss[0]:.4g}" not in said and "last tenth" not in said


def test_a_run_beside_other_data_counts_its_own_points():
    run, other = us.lab.run(), us.Dataset([[0.0, 0.0], [1.0, 1.0]], [0, 3], list("abcd"))
    texts = [claim.text for claim in us.explain(run, other, length="full", advice=False).claims]
    assert "From epoch 119 on, 100 of 100 points were right, as at the end." in texts

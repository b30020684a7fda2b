"""What is said of trainings of every kind, against plain loops over their losses and epochs."""

from __future__ import annotations

import dataclasses
import re

import cases
import numpy as np
import oracle_world
import pytest
from oracle_words import number, same

import unitscope as us


def count_right(run: us.Run, epoch: int) -> int:
    return int((run.at(epoch).predict(run.data.X) == run.data.y).sum())


def is_true(text: str, run: us.Run) -> bool:
    loss, n = run.loss.tolist(), run.data.n_points
    found = re.fullmatch(r"In ([\d,]+) epochs? the loss went from (\S+) to (\S+)\.", text)
    if found:
        return (
            number(found[1]) == len(loss)
            and same(found[2], loss[0], 4)
            and same(found[3], loss[-1], 4)
        )
    found = re.fullmatch(
        r"From epoch (\d+) on, ([\d,]+) of ([\d,]+) points? were right, as at the end\.", text
    )
    if found:
        right = [count_right(run, epoch) for epoch in range(1, len(loss) + 1)]
        since = len(right)
        while since > 1 and right[since - 2] == right[-1]:
            since -= 1
        return [number(part) for part in found.groups()] == [since, right[-1], n]
    found = re.fullmatch(r"The loss fell fastest in epoch (\d+), by (\S+)\.", text)
    if found:
        falls = [loss[e - 1] - loss[e] for e in range(1, len(loss))]
        return falls[int(found[1]) - 2] == max(falls) > 0 and same(found[2], max(falls))
    found = re.fullmatch(
        r"The last tenth of the epochs (still took|changed the loss by) (\S+)% ?(.*)", text
    )
    found = found or re.fullmatch(
        r"Over the last tenth of the epochs (the loss rose by) (\S+)%: (a smaller .*)", text
    )
    if found:
        before = loss[-1 - max(1, len(loss) // 10)]
        fall = 1 - loss[-1] / before if before else 0.0
        kind = "changed the loss by"
        if abs(fall) > 0.05:
            kind = "still took" if fall > 0 else "the loss rose by"
        wrong = (run.network.predict(run.data.X) != run.data.y).any()
        return (
            found[1] == kind
            and same(found[2], 100 * abs(fall))
            and (kind != "changed the loss by" or ("not every point" in text) == wrong)
        )
    found = re.fullmatch(
        r"From epoch (\d+) to (\d+) the loss stood almost still(?:; then (.+))?\.", text
    )
    if found:
        start, end = int(found[1]) - 1, int(found[2]) - 1
        still = loss[end] > 0.6 * loss[start] and min(loss[end:]) < 0.8 * loss[end]
        return still and what_ended_it(found[3], run, end + 1)
    found = re.fullmatch(r"It was stopped early: ([\d,]+) epochs were asked for\.", text)
    if found:
        return number(found[1]) == run.recipe.epochs > len(loss)
    found = re.fullmatch(
        r"The loss of an epoch is .*; over all points and after the last step it is (\S+)\.", text
    )
    world = oracle_world.world(run.network, run.data)
    chances = [world.chances(row) for row in run.network.logits(run.data.X).tolist()]
    surprises = [-np.log(row[y]) for row, y in zip(chances, run.data.y, strict=True)]
    return same(found[1], sum(surprises) / n, 4)


def what_ended_it(change: str | None, run: us.Run, epoch: int) -> bool:
    """Whether, some epochs after a plateau, the unit is on at as many points as is said."""
    if change is None:
        return True
    found = re.fullmatch(
        r"unit (\d+)(?: of layer (\d+))? came to be (?:on|on its positive side) "
        r"for (\d+) instead of (\d+) of (\d+) points? of c(\d+)",
        change,
    )
    layer, unit, label = int(found[2] or 1) - 1, int(found[1]), int(found[6])
    mine = run.data.X[run.data.y == label]
    later = min(run.epochs, epoch + 2 * max(3, run.epochs // 20))
    counts = [
        int((run.at(e).pre_activations(mine)[layer][:, unit] > 0).sum()) for e in (later, epoch)
    ]
    return counts == [int(found[3]), int(found[4])] and len(mine) == int(found[5])


@pytest.mark.parametrize("first", range(0, 100, 20))
def test_every_sentence_on_a_training_is_true(first):
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
        said = [
            claim
            for claim in us.explain(run, length="full").claims
            if claim.topic == "How it was trained"
        ]
        assert len(said) >= 3
        assert [claim.text for claim in said if not is_true(claim.text, run)] == []
        assert all(claim.holds(run.network, data) for claim in said)
        # Where every unit was dead, nothing has moved.
        moved = (run.at(0).to_vector() != run.network.to_vector()).any()
        assert not moved or not any(claim.holds(run.at(0), data) for claim in said)


def test_plateaus_are_found_and_one_was_ended_by_a_unit():
    texts = [
        claim.text
        for seed in range(60)
        for claim in us.explain(us.lab.run(seed=seed)).claims
        if "stood almost still" in claim.text
    ]
    assert any("; then unit" in text for text in texts)


def test_a_run_that_was_stopped_early_says_so():
    run = us.lab.run()
    short = dataclasses.replace(run, loss=run.loss[:50], weights=run.weights[:51])
    assert "It was stopped early: 200 epochs were asked for." in [
        claim.text for claim in us.explain(short).claims
    ]

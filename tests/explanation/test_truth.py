"""Explanations of networks of every kind: nothing false, nothing twice, nothing contradicted."""

from __future__ import annotations

import cases
import every_kind
import numpy as np
import oracle
import oracle_trials
import pytest
from oracle_together import contradictions, repetitions
from oracle_training import is_on_training, is_true_of_training

import unitscope as us
from thorough import few
from unitscope.explanation.explain import explained

TRIALS = 0.02  # seconds


def told(what, data):
    """What is said of it at full length; what is tried takes little time."""
    return explained(what, data, level=3, advice=TRIALS).claims


def is_true(claim, what, net, data):
    if any(fact.name.startswith("tried_") for fact in claim.facts):
        return oracle_trials.is_true(claim.text, what)
    if is_on_training(claim.text):
        return is_true_of_training(claim.text, what)
    trained = isinstance(what, us.Run) and what.epochs
    return oracle.is_true(claim.text, net, data) and (trained or "softmax comp" not in claim.text)


def wrong_with(seeds):
    """What is false, said twice or contradicted of these networks; and how many sentences."""
    wrong, count = [], 0
    for seed in seeds:
        what, data = every_kind.case(seed)
        net = what.network if isinstance(what, us.Run) else what
        claims = told(what, data)
        count += len(claims)
        wrong += [(seed, "false", c.text) for c in claims if not is_true(c, what, net, data)]
        if seed % 5 == 0:
            wrong += [(seed, "does not hold", c.text) for c in claims if not c.holds(net, data)]
        wrong += [(seed, "twice", one) for one in repetitions(claims)]
        wrong += [(seed, "against", *two) for two in contradictions([c.text for c in claims])]
    return wrong, count


def test_every_kind_of_network_is_told_truly():
    wrong, count = wrong_with(range(14))
    assert wrong == []
    assert count > 600


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, few(70, whole=2030), 70))
def test_many_networks_are_told_truly(first):
    """Five of every kind; more than two thousand in the whole series."""
    wrong, _ = wrong_with(range(first, first + 70))
    assert wrong == []


def others(net, seed):
    """Another start, two outputs swapped, a unit negated, other activations, a bent last layer."""
    first, last = net.layers[0], net.layers[-1]
    swap = np.arange(last.units)
    swap[[0, 1]] = 1, 0
    sign = np.where(np.arange(first.units) == 0, -1.0, 1.0)
    names = [layer.activation for layer in net.layers[:-1]]
    bent = us.Dense(last.weights, last.bias, "tanh" if last.activation == "linear" else "linear")
    negated = cases.changed(first, sign * first.weights, sign * first.bias)
    return [
        us.Network.initialize(net.sizes, names or "relu", seed + 1),
        us.Network([*net.layers[:-1], cases.changed(last, last.weights[:, swap], last.bias[swap])]),
        us.Network([negated, *net.layers[1:]]),
        us.Network.initialize(net.sizes, ["relu", "tanh"][seed % 2], seed),
        us.Network([*net.layers[:-1], bent]),
    ]


def stated(claims):
    """Sentences of which all is stated to the last digit: no areas, none of the story."""
    return [c for c in claims if c.topic and "window" not in c.text]


@pytest.mark.parametrize(
    "first", [0, *(pytest.param(first, marks=pytest.mark.slow) for first in range(3, 33, 3))]
)
def test_a_claim_holds_of_another_network_just_where_it_is_true(first):
    """It carries the facts that it states: all of them, and no others."""
    checked, wrong = 0, []
    for seed in range(first, first + 3):
        net, data = cases.case(seed)
        for other in others(net, seed):
            for claim in stated(us.explain(net, data, length="full").claims):
                true = oracle.is_true(claim.text, other, data)
                checked += true
                if true != claim.holds(other, data):
                    wrong.append((seed, true, claim.text))
    assert wrong == []
    assert checked > 20

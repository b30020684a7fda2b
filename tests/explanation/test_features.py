"""Words by feature: of units and classes by the oracle of all sentences, of a point here."""

from __future__ import annotations

import cases
import numpy as np
import pytest
from oracle_features import of_a_point
from oracle_world import world

import unitscope as us


def test_what_moves_a_point_is_true():
    told = 0
    for seed in range(60):
        net, data = cases.case(seed)
        i = seed % data.n_points
        for claim in us.explain(net, data, point=i).claims:
            if claim.text.startswith("The lead of"):
                told += 1
                assert data.n_features > 2
                assert of_a_point(world(net, data), i, claim.text), (seed, claim.text)
                assert claim.holds(net, data)
    assert told > 15


@pytest.mark.parametrize("scaled", [False, True])
def test_features_are_told_by_their_names_and_in_their_units(scaled):
    wine = us.datasets.wine()
    wine = wine.standardized() if scaled else wine
    run = us.train(wine, epochs=60)
    said = [claim.text for claim in us.explain(run, advice=False).claims]
    units = [text for text in said if "to its sum" in text]
    classes = [text for text in said if "its output is moved most by" in text]
    assert len(units) == 2 and len(classes) == 3
    steps = np.abs(run.network.layers[0].weights[:, 0]) * wine.X.std(axis=0)
    strongest = us.datasets.wine().feature_names[int(steps.argmax())]
    assert units[0].startswith(f"Unit 0 is moved most by {strongest}, ")
    assert ("more (" in units[0]) != scaled
    (lead,) = [c.text for c in us.explain(run, point=3).claims if c.text.startswith("The lead of")]
    assert ("(0, 0 and 0)" in lead) == scaled


def test_pixels_and_two_features_are_not_told_so():
    digits, lab = us.datasets.digits(), us.datasets.lab()
    some = us.Dataset(digits.X[:200], digits.y[:200], feature_names=list(digits.feature_names))
    for data in (lab, some):
        text = str(us.explain(us.train(data, epochs=2), advice=False, length="full"))
        assert "at its mean" not in text


def test_no_feature_moves_a_unit_that_is_off_at_every_point():
    wine = us.datasets.wine().standardized()
    net = us.Network.initialize([13, 2, 3])
    first = us.Dense(net.layers[0].weights, [-1e3, 0.5], "relu")
    said = str(us.explain(us.Network([first, net.layers[1]]), wine, length="full"))
    assert "Unit 0 is dead" in said and "Unit 0 is moved" not in said
    assert "Unit 1 is moved most by" in said

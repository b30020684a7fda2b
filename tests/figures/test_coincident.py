"""Which points coincide, and which two hidden units are drawn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import unitscope as us
from unitscope.figures.points import _count, coincident
from unitscope.figures.view import differing_pair


def counts(axes):
    return [text.get_text() for text in np.ravel(axes)[0].texts if text.get_gid() == "count"]


def hidden_as(columns):
    """A network whose hidden layer gives the inputs as they are."""
    width = columns.shape[1]
    return us.Network(
        [us.Dense(np.eye(width), np.zeros(width), "relu"), us.Dense(np.ones((width, 2)), [0, 1])]
    )


def test_the_classes_that_coincide_are_named_the_fullest_first():
    X = np.concatenate([np.zeros((48, 2)), [[3.0, 1.0], [1.0, 2.0]]])
    y = np.concatenate([np.zeros(25, int), np.ones(23, int), [0, 1]])
    assert counts(us.plot.output_layer(hidden_as(X), us.Dataset(X, y))) == ["25 c0 + 23 c1"]


def test_five_classes_in_one_place_are_summed_up():
    names = ["a", "b", "c", "d", "e"]
    summed = "5 e\n+ 4 d\n+ 6 of 3 others"  # too long for one line
    assert _count(np.repeat(np.arange(5), [1, 2, 3, 4, 5]), names) == summed
    assert _count(np.repeat(np.arange(3), 9), names) == "9 a + 9 b + 9 c"


def test_long_names_are_cut_and_stand_below_each_other():
    text = _count(np.array([0, 1, 1]), ["a name without an end", "$x_{$ and more of it"])
    assert text == "2 \\$x_{\\$ and m…\n+ 1 a name with…"


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), min_size=1, max_size=60))
def test_every_counted_point_lies_where_its_label_points(placed):
    points = np.array([[float(place), float(place % 2)] for place, _ in placed])
    seen: set[int] = set()
    for at, there in coincident(points):
        assert len(there) >= 5 and (points[there] == at).all()
        assert (points == at).all(axis=1).sum() == len(there)
        assert seen.isdisjoint(there.tolist())
        seen |= set(there.tolist())


def test_a_dead_unit_and_a_copy_are_not_chosen():
    rng = np.random.default_rng(0)
    one, two = rng.uniform(0, 5, (2, 50))
    assert differing_pair(np.column_stack([np.zeros(50), one, 2 * one, two])) == (2, 3)
    assert differing_pair(np.zeros((50, 4))) == (0, 1)
    assert differing_pair(np.zeros((1, 3))) == (0, 1)


@given(st.integers(0, 10_000), st.integers(2, 6), st.floats(1e-150, 1e150))
def test_no_pair_spreads_wider(seed, width, scale):
    table = np.random.default_rng(seed).normal(size=(20, width)) * np.arange(1, width + 1)
    first, second = differing_pair(table * scale)
    assert first < second
    spread = {
        (i, j): np.linalg.det(np.cov(table[:, [i, j]], rowvar=False))
        for i in range(width)
        for j in range(i + 1, width)
    }
    assert spread[first, second] == pytest.approx(max(spread.values()))


def test_the_output_picture_takes_the_two_that_differ_most(lab_data):
    start = us.Network.initialize([2, 5, 4], seed=3)
    dead = start.layers[0].weights.copy()
    dead[:, [0, 2]] = 0.0
    net = us.Network([us.Dense(dead, [-1.0, 0, -1.0, 0, 0], "relu"), start.layers[1]])
    pair = differing_pair(net.activations(lab_data.X)[0])
    assert not {0, 2} & set(pair)
    axes = us.plot.output_layer(net, lab_data)
    assert axes[0].get_xlabel() == f"$a^{{[1]}}_{{{pair[0]}}}$"
    assert axes[0].get_ylabel() == f"$a^{{[1]}}_{{{pair[1]}}}$"


def test_of_three_inputs_the_other_one_is_held(lab_data):
    X = np.column_stack([lab_data.X, lab_data.X.sum(axis=1)])
    ax = us.plot.decision_regions(
        us.Network.initialize([3, 2, 4]), us.Dataset(X, lab_data.y), features=(0, 2)
    )
    assert "(the other feature held at its mean)" in ax.get_title().split("\n")

"""Parts of a data set, and its way to a data frame and back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import unitscope as us
from unitscope.data.parts import sample
from unitscope.errors import InvalidInput


@given(
    st.lists(st.integers(1, 30), min_size=2, max_size=5),
    st.floats(0.05, 0.9),
    st.integers(0, 99),
)
def test_a_split_has_each_class_in_its_share_and_every_point_once(counts, share, seed):
    y = np.random.default_rng(1).permutation(np.repeat(np.arange(len(counts)), counts))
    data = us.Dataset(np.arange(len(y), dtype=float)[:, None], y)
    try:
        train, test = data.split(share, seed)
    except InvalidInput:
        assert round(len(y) * share) <= sum(count == 1 for count in counts)
        return
    assert sorted([*train.X[:, 0], *test.X[:, 0]]) == data.X[:, 0].tolist()
    assert (np.diff(train.X[:, 0]) > 0).all() and (np.diff(test.X[:, 0]) > 0).all()
    assert (np.abs(test.counts - data.counts * share) <= 1).all() and (train.counts > 0).all()
    assert data.split(share, seed) == (train, test)
    assert train.class_names == test.class_names == data.class_names


@settings(max_examples=30)
@given(
    counts=st.lists(st.integers(0, 6000), min_size=1, max_size=12),
    most=st.integers(12, 5000),
    seed=st.integers(0, 99),
)
def test_a_sample_has_of_every_class_its_share_and_of_few_all(counts, most, seed):
    y = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(counts)), counts))
    rows = sample(y, most, seed)
    assert len(rows) == min(most, len(y)) and (np.diff(rows) > 0).all()
    assert np.array_equal(rows, sample(y, most, seed))
    if len(y) <= most:
        return
    found = np.bincount(y[rows], minlength=len(counts))
    least = min(40, most // sum(map(bool, counts)))
    for count, drawn in zip(counts, found.tolist(), strict=True):
        assert min(count, least) <= drawn <= count
        assert abs(drawn - most * count / len(y)) <= least * len(counts) + 1


def test_a_sample_is_drawn_at_random_not_in_steps():
    """Every second point lies elsewhere: in even steps, a sample would have only those of one."""
    y, odd = np.zeros(30_000, int), np.arange(30_000) % 2
    assert odd[sample(y, 10_000)].mean() == pytest.approx(0.5, abs=0.02)
    assert not np.array_equal(sample(y, 10_000), sample(y, 10_000, seed=1))


def test_a_split_is_as_scikit_learns_in_size_and_refuses_what_leaves_nothing():
    from sklearn.model_selection import train_test_split

    iris = us.datasets.iris()
    _, test = iris.split()
    _, theirs = train_test_split(iris.y, test_size=0.2, stratify=iris.y)
    assert test.counts.tolist() == np.bincount(theirs).tolist() == [10, 10, 10]
    assert iris.split(seed=1)[1] != test
    for share in (0, 1, -0.2, 1e-9, "0.2", None):
        with pytest.raises(InvalidInput, match="test must be a share above 0 and below 1"):
            iris.split(share)


def test_a_frame_gives_the_table_back():
    wine = us.datasets.wine()
    frame = wine.frame("kind")
    assert list(frame.columns) == [*wine.feature_names, "kind"]
    assert us.read_table(frame, target="kind") == wine
    assert us.read_table(us.datasets.lab().frame()) == us.datasets.lab()
    with pytest.raises(InvalidInput, match="target must be a name that no feature has"):
        wine.frame("alcohol")

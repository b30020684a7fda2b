"""Some thousands of points: a sample is drawn and said, everything else is of all of them."""

from __future__ import annotations

import numpy as np
import pytest
from drawn import collection
from hypothesis import given, settings
from hypothesis import strategies as st

import unitscope as us
from unitscope.figures.points import coincident, drawn_rows


@pytest.fixture(scope="module")
def many() -> us.Dataset:
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1, 2], [20_000, 9_950, 50])
    return us.Dataset(rng.normal(size=(30_000, 2)) + 3 * np.eye(3)[y][:, :2], y)


def test_pictures_of_many_points_say_how_many_they_draw(many):
    net = us.Network.initialize([2, 3, 3], seed=1)
    ax = us.plot.decision_regions(net, many)
    told = ax.get_title().split("\n")[-1]
    assert told == "(4,000 of the 30,000 points are drawn)"
    drawn = [len(collection(ax, f"class {k}").get_offsets()) for k in range(3)]
    assert drawn == [2632, 1327, 41]
    wrong = (net.predict(many.X) != many.y)[drawn_rows(many.y)].sum()
    assert len(collection(ax, "misclassified").get_offsets()) == wrong
    assert us.plot.data(many).get_title() == f"Multiclass Data\n{told}"
    assert us.plot.hidden_layer(net, many)[0].figure.texts[-1].get_text() == told.strip("()")
    # The window is that of all points.
    assert ax.get_xlim() == pytest.approx(us.partition(net, many).window[0])


@settings(max_examples=30)
@given(seed=st.integers(0, 999), places=st.integers(1, 30))
def test_places_are_found_as_pairs_of_rounded_numbers(seed, places):
    rng = np.random.default_rng(seed)
    points = (rng.normal(size=(places, 2)) * 10.0 ** rng.integers(-9, 9))[
        rng.integers(0, places, 60)
    ]
    for (x, y), there in coincident(points):
        same = (points == (x, y)).all(axis=1)
        assert set(np.flatnonzero(same)) <= set(there.tolist())

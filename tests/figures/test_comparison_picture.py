"""The picture of two networks: what is on its three panels, and that all of it can be read."""

from __future__ import annotations

import numpy as np
import pytest
from drawn import assert_nothing_is_clipped_or_covered, collection, segments
from matplotlib.figure import Figure

import unitscope as us


@pytest.fixture(scope="module")
def pair(lab_net, lab_data):
    """The lab's network, and one whose units and classes lie elsewhere."""
    other = us.Network.initialize([2, 3, 4], seed=5)
    return us.compare(lab_net, other, lab_data, names=("the lab's", "another"))


def shapes(ax, part):
    """The filled shapes of a panel whose gid has that part."""
    return [shape for shape in ax.patches if part in (shape.get_gid() or "")]


def test_both_have_their_regions_their_boundary_and_rings_on_their_mistakes(pair):
    axes = us.plot.comparison(pair)
    assert [ax.get_title() for ax in axes] == ["the lab's", "another", "where they differ"]
    for which, net in enumerate((pair.a, pair.b)):
        part = us.partition(net, pair.data)
        areas = [_area(shape) for shape in shapes(axes[which], "region ")]
        np.testing.assert_allclose(areas, part.area[part.area > 0], rtol=1e-9)
        lines = segments(axes[which], f"decision boundary {which}")
        drawn = sum(np.linalg.norm(np.diff(line, axis=0), axis=1).sum() for line in lines)
        assert drawn == pytest.approx(part.boundary.length, rel=1e-9)
        rings = collection(axes[which], "misclassified")
        count = 0 if rings is None else len(rings.get_offsets())
        assert count == int((~pair.right[:, which]).sum())


def test_what_differs_is_striped_and_only_these_points_are_drawn(pair):
    ax = us.plot.comparison(pair)[2]
    striped = {shape.get_gid(): shape for shape in shapes(ax, " and ")}
    apart = pair.shares.copy()
    np.fill_diagonal(apart, 0.0)
    assert set(striped) == {f"{i} and {j}" for i, j in np.argwhere(apart > 0)}
    (left, right), (bottom, top) = pair.window
    whole = (right - left) * (top - bottom)
    assert sum(map(_area, striped.values())) / whole == pytest.approx(pair.share, rel=1e-9)
    assert all(shape.get_hatch() for shape in striped.values())
    drawn = [artist for artist in ax.collections if "class" in (artist.get_gid() or "")]
    assert sum(len(artist.get_offsets()) for artist in drawn) == len(pair.points)


def _area(shape):
    """The area of a shape with holes."""
    rings = shape.get_path().to_polygons()
    turns = [ring[:-1, 0] * ring[1:, 1] - ring[1:, 0] * ring[:-1, 1] for ring in rings]
    return sum(turn.sum() for turn in turns) / 2


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("k", "features"), [(2, 2), (12, 3), (3, 1)])
def test_nothing_is_clipped_or_covered(clouds, theme, k, features):
    made, _ = clouds(k)
    X = np.column_stack([made.X, made.X.sum(axis=1)])[:, :features]
    data = us.Dataset(
        X,
        made.y,
        [f"a class with a rather long name, number {label}" for label in range(k)],
        [f"the feature of number {feature} in millimetres" for feature in range(features)],
    )
    nets = [us.Network.initialize([features, 5, k], seed=seed) for seed in (1, 2)]
    names = "a network with a name that is long", "another network with such a name"
    axes = us.plot.comparison(us.compare(*nets, data, names=names), theme=theme)
    assert_nothing_is_clipped_or_covered(axes)


def test_nothing_differs_between_a_network_and_itself(lab_net, lab_data):
    axes = us.plot.comparison(us.compare(lab_net, lab_net, lab_data))
    assert shapes(axes[2], " and ") == []


def test_axes_of_the_user_are_drawn_on(pair):
    panels = Figure().subplots(1, 3)
    assert us.plot.comparison(pair, ax=panels).tolist() == panels.tolist()

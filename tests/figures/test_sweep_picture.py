"""us.plot.sweep: bands, bars and tiles hold what the sweep holds."""

from __future__ import annotations

import numpy as np
import pytest
from drawn import collection
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex

import unitscope as us
from unitscope.errors import InvalidInput
from unitscope.theme import DARK, LIGHT, class_tints


@pytest.fixture(scope="module")
def swept():
    return us.sweep(us.datasets.lab(), seeds=60, epochs=120)


def test_the_median_and_the_bands_are_quantiles_of_the_losses(swept):
    losses, *_ = us.plot.sweep(swept)
    np.testing.assert_allclose(
        collection(losses, "median").get_ydata(), np.median(swept.losses, axis=0)
    )
    assert len([line for line in losses.lines if line.get_gid() == "seed"]) == 40
    for name, low, high in (("half", 0.25, 0.75), ("nine tenths", 0.05, 0.95)):
        vertices = collection(losses, name).get_paths()[0].vertices
        at_50 = vertices[vertices[:, 0] == 50, 1]
        np.testing.assert_allclose(
            sorted({round(v, 9) for v in at_50}),
            np.round(np.quantile(swept.losses[:, 49], [low, high]), 9),
        )


def heights_of(bars):
    """The height of each bar by its middle."""
    return {
        round(patch.get_x() + patch.get_width() / 2, 6): patch.get_height()
        for patch in bars.patches
    }


def with_accuracies(shares):
    """A sweep whose seeds end at these accuracies; NaN for a training that diverged."""
    shares = np.asarray(shares, float)
    lost = np.isnan(shares)[:, None]
    weights = np.where(lost, np.nan, np.ones((len(shares), 18))).astype(np.float32)
    losses, accuracies = np.where(lost, np.nan, [[0.5, 0.25]]), np.tile(shares[:, None], 2)
    empty = us.Sweep.of(us.datasets.lab(), us.Recipe(epochs=2))
    return empty.part(range(len(shares)), (losses, accuracies, weights))


@pytest.mark.slow
@settings(max_examples=20, deadline=None)
@given(right=st.lists(st.integers(0, 4000), min_size=1, max_size=40))
def test_a_bar_holds_the_accuracies_from_its_middle_to_the_next(right):
    shares = np.array(right) / 4000
    _, bars = us.plot.sweep(with_accuracies(shares), tiles=0)
    expected = {2.5 * k: sum(100 * k <= one < 100 * (k + 1) for one in right) for k in range(41)}
    assert heights_of(bars) == expected


@pytest.mark.parametrize(("seeds", "lost"), [(1, 1), (60, 3), (1000, 52)])
def test_trainings_that_diverged_are_left_out_and_counted(seeds, lost):
    found = with_accuracies([np.nan] * lost + [0.0] * (seeds - lost))
    losses, bars = us.plot.sweep(found, tiles=0)
    title = losses.get_title()
    assert title.endswith(f"{lost:,} of {seeds:,} diverged")
    assert title.startswith(f"loss of {seeds - lost:,} seeds; ") == (lost < seeds)
    assert sum(heights_of(bars).values()) == seeds - lost
    assert len([line for line in losses.lines if line.get_gid() == "seed"]) == min(40, seeds - lost)


def test_one_epoch_is_seen():
    losses, _ = us.plot.sweep(us.sweep(us.datasets.lab(), seeds=5, epochs=1), tiles=0)
    left, right = collection(losses, "median").get_xdata()
    assert left < 1 < right and losses.get_xticks().tolist() == [1]


def test_every_seed_is_in_a_bar(swept):
    _, bars, *_ = us.plot.sweep(swept)
    heights = heights_of(bars)
    assert sum(heights.values()) == 60
    assert heights[100.0] == (swept.accuracy == 1).sum() < (swept.accuracy > 0.9875).sum()
    assert bars.get_title() == f"{(swept.accuracy == 1).mean():.1%} classify every point right"


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (us.datasets.spirals(), "no"),
        (us.Dataset([[-9.0, -9.0], [9.0, 9.0]], [0, 1]), "every"),
    ],
)
def test_all_or_none_are_told_in_words(data, told):
    _, bars, *_ = us.plot.sweep(us.sweep(data, seeds=3, hidden=(), epochs=300), tiles=0)
    assert bars.get_title() == f"{told} seed classifies every point right"


def test_tiles_are_the_decision_regions_of_the_first_seeds(swept):
    _, _, *tiles = us.plot.sweep(swept, tiles=7)
    assert [tile.get_title() for tile in tiles] == [
        f"{seed}: {swept.accuracy[seed]:.0%}" for seed in range(7)
    ]
    tints = class_tints(4, LIGHT)
    for seed, tile in enumerate(tiles):
        image = collection(tile, "regions")
        left, right, bottom, top = image.get_extent()
        rows, columns = image.get_array().shape[:2]
        for row, column in ((5, 7), (30, 30), (50, 12), (20, 55)):
            place = [
                left + (column + 0.5) * (right - left) / columns,
                bottom + (row + 0.5) * (top - bottom) / rows,
            ]
            assert (
                to_hex(image.get_array()[row, column] / 255)
                == tints[swept.network(seed).predict([place])[0]]
            )


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("name", "classes"), [("blobs", 2), ("blobs", 12), ("iris", 3)])
def test_nothing_is_clipped(theme, name, classes):
    data = (
        us.datasets.blobs(n=60, classes=classes, seed=1) if name == "blobs" else us.datasets.iris()
    )
    axes = us.plot.sweep(us.sweep(data, seeds=9, epochs=3), theme=theme.name)
    figure = axes[0].figure
    assert len(axes) == (11 if data.n_features == 2 else 2)
    assert to_hex(figure.get_facecolor()) == theme.background
    tight = figure.get_tightbbox(FigureCanvasAgg(figure).get_renderer())
    assert min(tight.x0, tight.y0) > -0.01
    assert tight.x1 < figure.get_figwidth() + 0.01 and tight.y1 < figure.get_figheight() + 0.01


def test_a_sweep_in_which_all_diverged_is_drawn():
    data = us.Dataset(us.datasets.lab().X * 1e18, us.datasets.lab().y)
    found = us.sweep(data, seeds=3, epochs=4, learning_rate=1e20, optimizer="sgd")
    losses, _, *tiles = us.plot.sweep(found)
    assert losses.get_title() == "3 of 3 diverged"
    assert "diverged" in tiles[0].get_title() and collection(tiles[0], "regions") is None


def test_refusals(swept):
    import dataclasses

    none = dataclasses.replace(
        swept,
        seeds=swept.seeds[:0],
        losses=swept.losses[:0],
        accuracies=swept.accuracies[:0],
        weights=swept.weights[:0],
    )
    with pytest.raises(
        InvalidInput,
        match=r"^swept must be a sweep of at least one seed\. Got one without instead\.$",
    ):
        us.plot.sweep(none)
    with pytest.raises(
        InvalidInput, match=r"^tiles must be a whole number of at least 0\. Got -1 instead\.$"
    ):
        us.plot.sweep(swept, tiles=-1)

"""The toys, against scikit-learn and by their laws."""

from __future__ import annotations

import zipfile

import numpy as np
import pytest
import sklearn.datasets as truth
from hypothesis import given
from hypothesis import strategies as st

import unitscope as us
from unitscope.data import toys
from unitscope.errors import InvalidInput

DRAWN = ("blobs", "moons", "circles", "spirals", "xor")
WITH_CLASSES = ("blobs", "circles", "spirals")


def test_names_are_the_published_eleven():
    assert us.datasets.names() == (
        "lab",
        "blobs",
        "moons",
        "circles",
        "spirals",
        "xor",
        "iris",
        "wine",
        "digits",
        "words",
        "animals",
    )


def test_lab_is_scikit_learns_make_blobs_bit_for_bit():
    X, y = truth.make_blobs(
        n_samples=100,
        centers=[[-5, 2], [-2, -2], [1, 2], [5, -2]],
        cluster_std=1.0,
        random_state=30,
    )
    data = us.datasets.lab()
    assert data.X.tobytes() == X.tobytes()
    assert data.y.tolist() == y.tolist()
    assert data.y[:10].tolist() == [3, 3, 3, 0, 3, 3, 3, 3, 2, 0]  # as the course lab prints it
    assert data.class_names == ("c0", "c1", "c2", "c3")
    assert data.feature_names == ("x0", "x1")


@pytest.mark.parametrize("name", ["iris", "wine", "digits"])
def test_shipped_data_are_scikit_learns(name):
    expected = getattr(truth, f"load_{name}")()
    data = us.datasets.load(name)
    assert data.X.tobytes() == np.ascontiguousarray(expected.data, dtype=np.float64).tobytes()
    assert data.y.tolist() == expected.target.tolist()
    assert data.class_names == tuple(str(label) for label in expected.target_names)
    assert data.feature_names == tuple(expected.feature_names)


@pytest.mark.parametrize("name", ["iris", "wine", "digits"])
def test_shipped_files_are_small_and_hold_no_pickle(name, repository):
    path = repository / "src" / "unitscope" / "package_data" / f"{name}.npz"
    assert path.stat().st_size < 64 * 1024
    with zipfile.ZipFile(path) as archive:
        members = archive.namelist()
    with np.load(path, allow_pickle=False) as stored:
        assert sorted(f"{key}.npy" for key in stored.files) == sorted(members)
        assert stored["X"].dtype.kind == "u"


@pytest.mark.parametrize("n", [2, 7, 100])
def test_moons_without_noise_are_scikit_learns_centred_and_four_times_as_large(n):
    # With an odd number scikit-learn gives the extra point to the lower moon, the toys to the first
    # class.
    X, y = truth.make_moons(n_samples=((n + 1) // 2, n // 2), shuffle=False, noise=None)
    data = us.datasets.moons(n=n, noise=0.0)
    np.testing.assert_allclose(_in_order(data), _rows(4.0 * (X - [0.5, 0.25]), y), atol=1e-14)


def test_circles_without_noise_are_scikit_learns_six_times_as_large():
    X, y = truth.make_circles(n_samples=(50, 50), shuffle=False, noise=None, factor=0.5)
    data = us.datasets.circles(n=100, noise=0.0)
    np.testing.assert_allclose(_in_order(data), _rows(6.0 * X, 1 - y), atol=1e-14)


def test_circles_without_noise_lie_on_rings_at_equal_distances():
    data = us.datasets.circles(n=60, classes=5, noise=0.0)
    np.testing.assert_allclose(np.hypot(*data.X.T), 6.0 * (data.y + 1) / 5, atol=1e-14)


def test_spirals_without_noise_turn_once_and_are_each_others_rotation():
    data = us.datasets.spirals(n=120, classes=3, noise=0.0)
    radius = np.hypot(*data.X.T)
    # The angle that the radius implies, plus the arm's own third of a turn, is the point's angle.
    expected = 2 * np.pi * (radius / 6.0 + data.y / 3)
    np.testing.assert_allclose(
        data.X, radius[:, None] * np.column_stack([np.cos(expected), np.sin(expected)]), atol=1e-13
    )
    assert radius.min() == pytest.approx(0.6)
    assert radius.max() == pytest.approx(6.0)


def test_xor_without_noise_has_class_1_where_the_signs_differ():
    data = us.datasets.xor(n=400, noise=0.0)
    assert data.y.tolist() == ((data.X[:, 0] > 0) != (data.X[:, 1] > 0)).astype(int).tolist()
    assert np.abs(data.X).max() <= 6.0
    quadrants = 2 * (data.X[:, 0] > 0) + (data.X[:, 1] > 0)
    assert np.bincount(quadrants).tolist() == [100, 100, 100, 100]


def test_blobs_without_noise_are_one_point_a_class_inside_the_disc():
    for classes in range(2, 21):
        data = us.datasets.blobs(n=2 * classes, classes=classes, noise=0.0)
        centers = np.unique(np.round(data.X, 9), axis=0)
        assert len(centers) == classes
        assert np.hypot(*centers.T).max() < 6.0
        gaps = np.hypot(*(centers[:, None] - centers[None]).transpose(2, 0, 1))[
            ~np.eye(classes, dtype=bool)
        ]
        assert gaps.min() > 6.0 * 1.5 / np.sqrt(classes)  # a sunflower's seeds keep their distance


@pytest.mark.parametrize("name", DRAWN)
def test_noise_displaces_by_its_standard_deviation(name):
    still, moved = (us.datasets.load(name, n=20_000, noise=noise, seed=3) for noise in (0.0, 0.7))
    displacement = moved.X - still.X  # the same draws, so the same points in the same order
    assert moved.y.tolist() == still.y.tolist()
    # Standard errors at n = 20,000: 0.005 of the mean and 0.0035 of the deviation; five of each.
    np.testing.assert_allclose(displacement.mean(axis=0), 0.0, atol=0.025)
    np.testing.assert_allclose(displacement.std(axis=0), 0.7, atol=0.018)
    assert abs(np.corrcoef(displacement.T)[0, 1]) < 5 / np.sqrt(20_000)


@given(
    name=st.sampled_from(DRAWN),
    n=st.integers(20, 90),
    classes=st.integers(2, 20),
    seed=st.integers(0, 2**40),
)
def test_every_toy_obeys_its_settings(name, n, classes, seed):
    settings = {"n": n, "seed": seed, **({"classes": classes} if name in WITH_CLASSES else {})}
    data, again = us.datasets.load(name, **settings), us.datasets.load(name, **settings)
    expected = settings.get("classes", 2)
    assert (data.n_points, data.n_features, data.n_classes) == (n, 2, expected)
    assert data.counts.max() - data.counts.min() <= 1
    assert data.class_names == tuple(f"c{k}" for k in range(expected))
    assert data.X.tobytes() == again.X.tobytes()
    assert data.y.tobytes() == again.y.tobytes()
    assert np.abs(data.X).max() < 14.0


@pytest.mark.parametrize("name", DRAWN)
def test_another_seed_gives_other_points_in_another_order(name):
    one, two = us.datasets.load(name, seed=1), us.datasets.load(name, seed=2)
    assert not np.isclose(one.X, two.X).any(axis=1).all()
    assert one.y.tolist() != two.y.tolist()


@pytest.mark.parametrize("name", us.datasets.names())
def test_load_is_the_function_of_that_name(name):
    loaded, called = us.datasets.load(name), getattr(us.datasets, name)()
    assert loaded.X.tobytes() == called.X.tobytes()
    assert toys.TOYS[name] is getattr(us.datasets, name)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: us.datasets.load("moon"),
            "name must be one of lab, blobs, moons, circles, spirals, xor, iris, wine, "
            "digits, words, animals. Got 'moon' instead.",
        ),
        (
            lambda: us.datasets.load(["lab"]),
            "name must be one of lab, blobs, moons, circles, spirals, xor, iris, wine, "
            "digits, words, animals. Got ['lab'] instead.",
        ),
        (
            lambda: us.datasets.load("moons", classes=3),
            "setting must be one of n, noise, seed. Got 'classes' instead.",
        ),
        (
            lambda: us.datasets.load("iris", n=5),
            "setting must be left out: iris has none. Got 'n' instead.",
        ),
        (lambda: us.datasets.blobs(n=3), "n must be a whole number of at least 4. Got 3 instead."),
        (
            lambda: us.datasets.circles(n=1),
            "n must be a whole number of at least 2. Got 1 instead.",
        ),
        (lambda: us.datasets.moons(n=1), "n must be a whole number of at least 2. Got 1 instead."),
        (
            lambda: us.datasets.xor(n=50.0),
            "n must be a whole number of at least 2. Got 50.0 instead.",
        ),
        (
            lambda: us.datasets.spirals(classes=1),
            "classes must be a whole number of at least 2. Got 1 instead.",
        ),
        (
            lambda: us.datasets.blobs(classes=21),
            "classes must be a whole number of at most 20. Got 21 instead.",
        ),
        (
            lambda: us.datasets.blobs(classes="4"),
            "classes must be a whole number of at least 2. Got '4' instead.",
        ),
        (
            lambda: us.datasets.blobs(classes=True),
            "classes must be a whole number of at least 2. Got True instead.",
        ),
        (
            lambda: us.datasets.xor(noise=-0.1),
            "noise must be a finite number of at least 0. Got -0.1 instead.",
        ),
        (
            lambda: us.datasets.moons(noise=float("inf")),
            "noise must be a finite number of at least 0. Got inf instead.",
        ),
        (
            lambda: us.datasets.circles(noise=None),
            "noise must be a finite number of at least 0. Got None instead.",
        ),
        (
            lambda: us.datasets.spirals(seed=-1),
            "seed must be a whole number of at least 0. Got -1 instead.",
        ),
        (
            lambda: us.datasets.moons(seed=0.5),
            "seed must be a whole number of at least 0. Got 0.5 instead.",
        ),
    ],
)
def test_bad_settings_are_refused(call, message):
    with pytest.raises(InvalidInput) as refusal:
        call()
    assert str(refusal.value) == message


def _in_order(data: us.Dataset) -> np.ndarray:
    return _rows(data.X, data.y)


def _rows(X: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Rows (class, x0, x1), sorted, so that two data sets can be compared as sets of points."""
    rows = np.column_stack([y, X])
    return rows[np.lexsort(np.round(rows, 9).T[::-1])]

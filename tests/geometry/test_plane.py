"""Plane: its laws for any points and data, what its makers promise, every refusal."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import networks
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import unitscope as us
from unitscope.errors import InvalidInput

SEEDS = st.integers(0, 2**32 - 1)
POINT = np.array([4.0, 5.0, 6.0, 7.0])


def some_plane(seed: int, inputs: int) -> us.Plane:
    return us.Plane.through(*np.random.default_rng(seed).normal(size=(3, inputs)))


def assert_orthonormal(plane: us.Plane) -> None:
    np.testing.assert_allclose(plane.basis @ plane.basis.T, np.eye(2), rtol=0, atol=1e-14)


# ---- laws ----------------------------------------------------------------------------------------


@given(seed=SEEDS, inputs=st.integers(2, 30))
def test_coordinates_come_back_and_keep_their_distances(seed, inputs):
    plane = some_plane(seed, inputs)
    UV = np.random.default_rng(seed + 1).normal(size=(9, 2))
    X = plane.points(UV)
    assert X.shape == (9, inputs)
    np.testing.assert_allclose(plane.project(X), UV, rtol=0, atol=1e-13)
    on_plane = np.linalg.norm(UV[:, None] - UV, axis=2)
    np.testing.assert_allclose(np.linalg.norm(X[:, None] - X, axis=2), on_plane, rtol=0, atol=1e-13)
    assert_orthonormal(plane)


@given(seed=SEEDS, inputs=st.integers(2, 30))
def test_projection_is_to_the_nearest_point(seed, inputs):
    rng = np.random.default_rng(seed)
    plane, X = some_plane(seed, inputs), rng.normal(size=(5, inputs))
    left = X - plane.points(plane.project(X))
    np.testing.assert_allclose(left @ plane.basis.T, 0, atol=1e-13)  # at right angles to the plane
    others = plane.points(plane.project(X) + rng.normal(size=(5, 2)))
    assert (np.linalg.norm(X - others, axis=1) > np.linalg.norm(left, axis=1)).all()


@given(
    seed=SEEDS,
    sizes=st.lists(st.integers(1, 9), min_size=1, max_size=4),
    inputs=st.integers(2, 9),
    activation=st.sampled_from(["relu", "leaky_relu", "abs", "tanh", "gelu", "linear"]),
)
def test_a_network_on_a_plane_is_the_forward_pass(seed, sizes, inputs, activation):
    net = us.Network.initialize([inputs, *sizes], activation, seed % 1000)
    plane = some_plane(seed, inputs)
    UV = np.random.default_rng(seed + 1).normal(size=(9, 2))
    seen = net.on_plane(plane)
    assert seen.sizes == (2, *sizes)
    np.testing.assert_allclose(seen.logits(UV), net.logits(plane.points(UV)), rtol=0, atol=1e-12)


def test_a_network_on_a_plane_keeps_its_slope():
    net = us.Network(
        [us.Dense(np.eye(2), [0, 0], "leaky_relu", 0.5), us.Dense([[1.0], [1.0]], [0])]
    )
    seen = net.on_plane(us.Plane([0, 0], np.eye(2)))
    assert seen.logits([[-2.0, -4.0]]).tolist() == [[-3.0]]
    assert seen.on_plane(us.Plane([1, 1], [[0, 1], [1, 0]])).logits([[-2.0, -6.0]]).tolist() == [
        [-3.0]
    ]


def test_network_takes_anything_with_an_origin_and_a_basis():
    class Own:
        origin, basis = [0.0, 0.0, 3.0], [[1, 0, 0], [0, 1, 0]]

    net = networks.he((3, 4, 2), 0)
    np.testing.assert_allclose(
        net.on_plane(Own).logits([[1.0, 2.0]]), net.logits([[1.0, 2.0, 3.0]]), rtol=1e-14
    )


# ---- makers --------------------------------------------------------------------------------------


def test_coordinates_on_two_axes_are_the_inputs_own_values():
    plane = us.Plane.axes(3, 1, at=POINT)
    assert plane.points([[0.5, -2.0]]).tolist() == [[4.0, -2.0, 6.0, 0.5]]
    assert plane.project([POINT]).tolist() == [[7.0, 5.0]]
    assert plane.labels == ("x3", "x1")
    assert plane.origin.tolist() == [4, 0, 6, 0]
    assert POINT.tolist() == [4, 5, 6, 7]


@given(seed=SEEDS, inputs=st.integers(2, 30), power=st.integers(-300, 300))
def test_through_three_points_of_any_size(seed, inputs, power):
    a, b, c = np.random.default_rng(seed).normal(size=(3, inputs)) * 10.0**power
    plane = us.Plane.through(a, b, c)
    assert_orthonormal(plane)
    (u, v), (x, height) = plane.project([b, c])
    size = np.abs([a, b, c]).max()
    assert (plane.origin == a).all()
    assert u > 0
    assert abs(v) <= 1e-12 * size
    assert height > 0
    np.testing.assert_allclose(
        plane.points([[u, v], [x, height]]), [b, c], rtol=0, atol=1e-12 * size
    )


def test_principal_is_the_principal_components_of_scikit_learn():
    from sklearn.decomposition import PCA

    data = us.datasets.wine()
    plane = us.Plane.principal(data)
    pca = PCA(2, svd_solver="full").fit(data.X)
    np.testing.assert_allclose(plane.origin, pca.mean_, rtol=1e-12)
    signs = np.sign((plane.basis * pca.components_).sum(axis=1))
    np.testing.assert_allclose(plane.basis, pca.components_ * signs[:, None], rtol=0, atol=1e-9)
    np.testing.assert_allclose(
        plane.project(data.X), pca.transform(data.X) * signs, rtol=0, atol=1e-8
    )
    assert plane.labels == ("component 1", "component 2")


@given(seed=SEEDS, n=st.integers(1, 12), features=st.integers(2, 12))
def test_principal_varies_most_first_and_has_its_signs_set(seed, n, features):
    X = np.random.default_rng(seed).normal(size=(n, features))
    plane = us.Plane.principal(us.Dataset(X, np.zeros(n, int), ["one", "two"]))
    assert_orthonormal(plane)
    spread = plane.project(X).std(axis=0)
    assert spread[0] >= spread[1] - 1e-12
    assert (plane.basis[[0, 1], np.abs(plane.basis).argmax(axis=1)] > 0).all()
    mirrored = us.Plane.principal(
        us.Dataset(2 * X.mean(axis=0) - X, np.zeros(n, int), ["one", "two"])
    )
    if spread[1] > 1e-9 and spread[0] - spread[1] > 1e-6:  # else the directions are anyone's choice
        np.testing.assert_allclose(mirrored.basis, plane.basis, rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    "X",
    [
        np.ones((4, 3)),  # one place
        np.ones((1, 3)),  # one point
        np.outer([0, 1, 2, 5], [1, 2, 2]),  # one line
        np.outer([0, 1], [0, 0, 3]),  # two points
    ],
)
def test_principal_of_points_on_a_line_has_any_second_direction(X):
    data = us.Dataset(X, np.zeros(len(X), int), ["one", "two"])
    plane = us.Plane.principal(data)
    assert_orthonormal(plane)
    np.testing.assert_allclose(plane.points(plane.project(X)), X, rtol=0, atol=1e-14)
    np.testing.assert_allclose(plane.project(X)[:, 1], 0, atol=1e-14)


def test_points_with_many_features_need_no_square_matrix():
    data = us.Dataset(np.random.default_rng(0).normal(size=(1, 50_000)), [0], ["one", "two"])
    assert_orthonormal(us.Plane.principal(data))


# ---- a value -------------------------------------------------------------------------------------


def test_a_plane_is_copied_and_frozen():
    origin, basis = np.zeros(3), np.eye(3)[:2]
    plane = us.Plane(origin, basis)
    origin[0], basis[0, 0] = 7.0, 9.0
    assert plane.origin.tolist() == [0, 0, 0]
    assert plane.basis.tolist() == [[1, 0, 0], [0, 1, 0]]
    assert plane.labels == ("u", "v")
    with pytest.raises(FrozenInstanceError):
        plane.origin = origin  # type: ignore[misc]
    for array in (plane.origin, plane.basis):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1.0
    assert us.Plane(origin, plane.basis, ["width", "height"]).labels == ("width", "height")
    assert repr(plane) == "Plane(u, v; of 3 inputs)"


# ---- refusals ------------------------------------------------------------------------------------

QR = "np.linalg.qr(basis.T)[0].T makes such."
LINE = "a, b, c must be three points that are not on one line. Got points on one line instead."


@pytest.mark.parametrize(
    ("basis", "message"),
    [
        (
            [[1, 0, 0], [1, 1, 0]],
            f"basis must be two directions of length 1 at right angles. Got others instead. {QR}",
        ),
        (
            [[2, 0, 0], [0, 2, 0]],
            f"basis must be two directions of length 1 at right angles. Got others instead. {QR}",
        ),
        (
            [[1, 0, 0], [0, 0, 0]],
            f"basis must be two directions of length 1 at right angles. Got others instead. {QR}",
        ),
        (
            np.eye(3),
            "basis must be of shape (2, 3), with as many numbers as origin, at least 2. "
            "Got shape (3, 3) instead.",
        ),
        (
            [[1, 0], [0, 1]],
            "basis must be of shape (2, 3), with as many numbers as origin, at least 2. "
            "Got shape (2, 2) instead.",
        ),
        ([1, 0, 0], "basis must be an array of 2 dimensions. Got shape (3,) instead."),
        ([[1, 0, np.nan], [0, 1, 0]], "basis must be finite numbers. Got nan instead."),
        ("basis", "basis must be numbers. Got 'basis' instead."),
    ],
)
def test_what_is_no_basis_is_refused(basis, message):
    with pytest.raises(InvalidInput) as caught:
        us.Plane(np.zeros(3), basis)
    assert str(caught.value) == message


def test_the_remedy_works():
    basis = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 7.0]])
    remedied = us.Plane(np.zeros(3), eval(QR.split()[0], {"np": np, "basis": basis}))
    again = remedied.points(remedied.project(basis))  # unchanged, as it is the same plane
    np.testing.assert_allclose(again, basis, rtol=0, atol=1e-13)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: us.Plane([], np.zeros((2, 0))),
            "basis must be of shape (2, 0), with as many numbers as origin, at "
            "least 2. Got shape (2, 0) instead.",
        ),
        (
            lambda: us.Plane([[0, 0]], np.eye(2)),
            "origin must be an array of 1 dimension. Got shape (1, 2) instead.",
        ),
        (lambda: us.Plane([0, 0], np.eye(2), "uv"), "labels must be two names. Got 'uv' instead."),
        (
            lambda: us.Plane([0, 0], np.eye(2), ["u"]),
            "labels must be two names. Got ['u'] instead.",
        ),
        (
            lambda: us.Plane.principal(np.eye(2)),
            "data must be a Dataset. Got ndarray instead. us.Dataset(X, y) makes one.",
        ),
        (
            lambda: us.Plane.principal(us.Dataset([[1], [2]], [0, 1])),
            "data must be points of at least 2 features. Got 1 feature instead. "
            "us.plot.data(data) draws points of one feature.",
        ),
        (
            lambda: us.Plane.axes(0, 0, at=POINT),
            "i, j must be two different inputs from 0 to 3. Got (0, 0) instead.",
        ),
        (
            lambda: us.Plane.axes(0, 4, at=POINT),
            "i, j must be two different inputs from 0 to 3. Got (0, 4) instead.",
        ),
        (
            lambda: us.Plane.axes(-1, 2, at=POINT),
            "i must be a whole number of at least 0. Got -1 instead.",
        ),
        (
            lambda: us.Plane.axes(0, 0.5, at=POINT),
            "j must be a whole number of at least 0. Got 0.5 instead.",
        ),
        (
            lambda: us.Plane.axes(0, 1, at=[POINT]),
            "at must be an array of 1 dimension. Got shape (1, 4) instead.",
        ),
        (
            lambda: us.Plane.through([0, 0], [1, 0], [1, 0, 0]),
            "a, b, c must be points of equally many numbers. Got 2, 2 and 3 instead.",
        ),
        (
            lambda: us.Plane.through([0, 0], [1, np.inf], [1, 0]),
            "b must be finite numbers. Got inf instead.",
        ),
        (lambda: us.Plane.through([], [], []), LINE),
        (lambda: us.Plane.through([1], [2], [4]), LINE),
        (lambda: us.Plane.through([0, 0], [0, 0], [1, 0]), LINE),
        (lambda: us.Plane.through([0, 0], [1, 0], [0, 0]), LINE),
        (lambda: us.Plane.through([1, 1], [1, 1], [1, 1]), LINE),
        (
            lambda: us.Plane.points(us.Plane.axes(0, 1, at=POINT), POINT),
            "coordinates must be an array of 2 dimensions. Got shape (4,) instead.",
        ),
        (
            lambda: us.Plane.points(us.Plane.axes(0, 1, at=POINT), [POINT]),
            "coordinates must be of shape (n, 2). Got shape (1, 4) instead.",
        ),
        (
            lambda: us.Plane.project(us.Plane.axes(0, 1, at=POINT), [[1, 2]]),
            "X must be of shape (n, 4). Got shape (1, 2) instead.",
        ),
        (
            lambda: networks.he((3, 2), 0).on_plane("axes"),
            "plane must be a Plane. Got str instead. us.Plane.axes(0, 1, at=point) makes one.",
        ),
        (
            lambda: networks.he((3, 2), 0).on_plane(us.Plane.axes(0, 1, at=POINT)),
            "plane must be through a space of 3 dimensions, the network's inputs. "
            "Got shapes (4,) and (2, 4) instead.",
        ),
    ],
)
def test_refusals(make, message):
    with pytest.raises(InvalidInput) as caught:
        make()
    assert str(caught.value) == message


@given(seed=SEEDS, inputs=st.integers(2, 30), share=st.floats(-3, 3), power=st.integers(-300, 300))
def test_three_points_on_a_line_are_refused_at_any_size(seed, inputs, share, power):
    a, b = np.random.default_rng(seed).normal(size=(2, inputs)) * 10.0**power
    with pytest.raises(InvalidInput, match="not on one line"):
        us.Plane.through(a, b, a + share * (b - a))

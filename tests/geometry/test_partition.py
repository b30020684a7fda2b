"""us.partition as users meet it: windows, sequences, points, cautions, what it leaves alone."""

from __future__ import annotations

import warnings
from dataclasses import FrozenInstanceError

import laws
import networks
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import unitscope as us
from unitscope.errors import InvalidInput
from unitscope.explanation.measured import Measured

NET = networks.he((2, 6, 3), 0)
SQUARE = networks.SQUARE


# ---- windows -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "window",
    [
        [[-2, 2], [-2, 2]],
        np.array(SQUARE),
        np.array(SQUARE, dtype=np.float32),
        (np.array([-2, 2]), [-2.0, 2]),
    ],
)
def test_windows_of_any_kind_of_pair(window):
    part = us.partition(NET, window)
    assert part.window == SQUARE
    assert all(type(end) is float for side in part.window for end in side)
    assert part.area.tolist() == us.partition(NET, SQUARE).area.tolist()


@given(data=st.lists(st.tuples(st.floats(-100, 100), st.floats(-100, 100)), min_size=2, max_size=6))
def test_the_window_of_data_has_all_points_inside(data):
    X = np.array(data)
    part = us.partition(NET, us.Dataset(X, np.arange(len(X)) % 2))
    low, high = np.array(part.window).T
    assert (low < X).all() and (high > X).all()
    assert (part.locate(X) >= 0).all()
    assert part.window == us.partition(NET, part.window).window


def test_the_window_of_the_labs_data_is_its_range_with_a_little_room():
    data = us.datasets.lab()
    part = us.partition(NET, data)
    span = np.ptp(data.X, axis=0)
    room = np.abs(np.array(part.window).T - [data.X.min(axis=0), data.X.max(axis=0)]) / span
    assert (room > 0.02).all() and (room < 0.25).all()


# ---- what comes back -----------------------------------------------------------------------------


def test_regions_and_cells_are_sequences_with_whole_arrays_beside_them():
    part = us.partition(networks.NAMED["abs"].net, SQUARE)
    A, c = part.regions.affine
    count, units = len(part.regions), 10
    assert (A.shape, c.shape) == ((count, 3, 2), (count, 3))
    assert (part.regions.pattern.shape, part.regions.pattern.dtype) == ((count, units), bool)
    for number, region in enumerate(part.regions):
        same = part.regions[number]
        assert (
            region.vertices.tolist()
            == same.vertices.tolist()
            == part.regions[number - count].vertices.tolist()
        )
        assert region.area == part.regions.area[number]
        assert region.pattern.tolist() == part.regions.pattern[number].tolist()
        assert [part.tolist() for part in region.affine] == [A[number].tolist(), c[number].tolist()]
    for number, cell in enumerate(part.cells):
        assert (cell.label, cell.region, cell.area, cell.component) == tuple(
            getattr(part.cells, name)[number] for name in ("label", "region", "area", "component")
        )
        assert all(type(value) is int for value in (cell.label, cell.region, cell.component))
    assert (part.exact, part.caution, part.n_classes) == (True, "", 3)
    assert part.net is networks.NAMED["abs"].net


@pytest.mark.parametrize("kind", ["regions", "cells"])
def test_sequences_end(kind):
    pieces = getattr(us.partition(NET, SQUARE), kind)
    for number in (len(pieces), -len(pieces) - 1):
        with pytest.raises(IndexError, match=f"number {number} of {len(pieces)}"):
            pieces[number]
    for wrong in (1.0, "0", slice(0, 2)):
        with pytest.raises(TypeError):
            pieces[wrong]
    assert pieces[np.int64(1)].area == pieces.area[1]
    assert len(list(pieces)) == len(list(reversed(pieces))) == len(pieces)
    assert repr(pieces).endswith(f"({len(pieces)})")


def test_a_partition_says_what_it_is():
    count = len(us.partition(NET, SQUARE).regions)
    assert (
        repr(us.partition(NET, SQUARE))
        == f"Partition([-2, 2] x [-2, 2]; {count} regions; 3 classes)"
    )


def test_results_are_not_for_writing():
    part = us.partition(NET, SQUARE)
    for found in (
        part.boundary,
        part.activation_boundaries,
        part.regions[0],
        part.cells[0],
        part.margin([[0.0, 0.0]]),
    ):
        name = next(iter(vars(found)))
        with pytest.raises(FrozenInstanceError):
            setattr(found, name, None)


def test_changing_a_piece_does_not_change_the_partition():
    part = us.partition(NET, SQUARE)
    before = part.area.copy(), part.boundary.length
    line = part.boundary.polylines()[0]
    for vertices in (part.regions[0].vertices, part.cells[0].vertices, line.vertices):
        with pytest.raises(ValueError, match="read-only"):
            vertices[:] = 0.0
    part.outlines()[0][0][:] = 0.0
    part.locate([[0.0, 0.0]])[:] = 5
    again = us.partition(NET, SQUARE)
    assert (part.area.tolist(), part.boundary.length) == (before[0].tolist(), before[1])
    assert part.regions[0].vertices.tolist() == again.regions[0].vertices.tolist()
    assert part.boundary.segments.tolist() == again.boundary.segments.tolist()


def test_the_users_network_data_and_points_stay_as_they_are():
    net, data = networks.he((2, 8, 8, 4), 2), us.datasets.lab()
    window, X = np.array(SQUARE), laws.uniform(SQUARE, 20)
    parts = [
        *(part for layer in net.layers for part in (layer.weights, layer.bias)),
        data.X,
        data.y,
        window,
        X,
    ]
    before = [part.tobytes() for part in parts]
    for where in (data, window):
        part = us.partition(net, where)
        _ = (
            part.regions.affine,
            part.regions.pattern,
            part.cells,
            part.boundary.polylines(),
            part.activation_boundaries,
        )
        _ = (
            part.outlines(),
            part.locate(X),
            part.locate_cells(X),
            part.margin(X),
            part.share,
            part.components,
        )
    assert [part.tobytes() for part in parts] == before


def test_what_was_made_stays_when_the_users_window_changes():
    window = np.array(SQUARE)
    part = us.partition(NET, window)
    window[:] = 0.0
    assert part.window == SQUARE
    assert part.area.sum() == pytest.approx(16.0, rel=1e-12)


# ---- points --------------------------------------------------------------------------------------


def test_points_outside_the_window_are_in_no_region_and_its_border_is_inside():
    part = us.partition(NET, SQUARE)
    X = [
        [-2.0, -2.0],
        [2.0, 2.0],
        [2.0, 0.3],
        [np.nextafter(2.0, 3.0), 0.0],
        [0.0, -1e300],
        [-9.0, 9.0],
    ]
    for numbers in (part.locate(X), part.locate_cells(X)):
        assert (numbers[:3] >= 0).all()
        assert numbers[3:].tolist() == [-1, -1, -1]
    assert (part.locate(np.zeros((0, 2))).shape, part.locate_cells(np.zeros((0, 2))).shape) == (
        (0,),
        (0,),
    )


@pytest.mark.parametrize("method", ["locate", "locate_cells", "margin"])
@pytest.mark.parametrize(
    ("X", "message"),
    [
        (
            [0.0, 1.0],
            "X must be of shape (n, 2). Got shape (2,) instead. For one point, use X[None, :].",
        ),
        ([[0.0, 1.0, 2.0]], "X must be of shape (n, 2). Got shape (1, 3) instead."),
        ([[0.0, np.nan]], "X must be finite numbers. Got nan instead."),
        ([["a", "b"]], "X must be numbers of shape (n, 2). Got [['a', 'b']] instead."),
    ],
)
def test_what_is_no_points_is_refused(method, X, message):
    with pytest.raises(InvalidInput) as caught:
        getattr(us.partition(NET, SQUARE), method)(X)
    assert str(caught.value) == message


# ---- caution -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", networks.NAMED)
def test_ordinary_and_hard_networks_need_no_caution(name):
    assert networks.partition_of(name).caution == ""


@pytest.mark.parametrize("factor", [1e3, 1e5, 1e6, 1e8, 1e12])
@pytest.mark.parametrize("biases_too", [False, True])
def test_where_there_is_no_caution_the_classes_have_their_true_areas(factor, biases_too):
    """With weights times 1e8, rounding drowns some differences of logits, and then that is said."""
    cautious = 0
    for seed in range(40):
        weights, biases = networks.he_parts((2, 6, 6, 3), seed)
        net = networks.built(
            [factor * w for w in weights], [factor * b if biases_too else b for b in biases]
        )
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            part = us.partition(net, SQUARE)
        assert [(str(one.message), one.category) for one in caught] == [
            (part.caution, RuntimeWarning)
        ][: len(caught)]
        assert len(caught) == bool(part.caution)
        if part.caution:
            cautious += 1
            assert part.caution.startswith("Rounding leaves the class of ")
        else:
            off = np.abs(
                part.area - networks.true_areas(networks.Case(net, SQUARE))
            ).max() / laws.total(SQUARE)
            assert off < 1e-9
    assert cautious < 10
    assert cautious > 0 or factor < 1e8


@pytest.mark.parametrize("name", ["two equal logits", "all logits zero", "all logits equal"])
def test_exact_ties_need_no_caution(name):
    """They go to the lowest class, and the network agrees."""
    part, X = networks.partition_of(name), laws.uniform(SQUARE, 1000)
    assert (part.cells.label[part.locate_cells(X)] == networks.NAMED[name].net.predict(X)).all()
    assert part.caution == ""


def with_twin_outputs(seed, change=0.0):
    """Two outputs of equal weights, but for `change` at one hidden unit."""
    rng = np.random.default_rng(seed)
    units, classes = rng.choice([3, 8, 16, 32]), rng.choice([3, 5, 7, 9])
    weights, bias = rng.normal(size=(units, classes)), rng.normal(size=classes)
    weights[:, -1], bias[-1] = weights[:, 0], bias[0]
    weights[0, -1] -= change
    hidden = us.Dense(rng.normal(size=(2, units)), rng.normal(size=units), "relu")
    return us.Network([hidden, us.Dense(weights, bias)])


def asked_by(count, net, X):
    """The classes of points that are asked so many at a time."""
    parts = np.split(X, range(count, len(X), count))
    return np.concatenate([net.predict(part) for part in parts])


@pytest.mark.parametrize("seed", range(20))
def test_outputs_of_equal_weights_go_to_the_lower_class_however_many_points_are_asked(seed):
    net, X = with_twin_outputs(seed), laws.uniform(SQUARE, 100)
    part, last = us.partition(net, SQUARE), net.n_classes - 1
    assert part.caution == ""
    assert part.area[last] == 0
    classes = part.cells.label[part.locate_cells(X)].tolist()
    for count in (1, 2, 3, 7, 100):
        assert asked_by(count, net, X).tolist() == classes
        logits = np.concatenate([net.logits(one) for one in np.split(X, range(count, 100, count))])
        assert (logits[:, 0] == logits[:, last]).all()
    data = us.Dataset(X, net.predict(X), class_names=[f"k{k}" for k in range(net.n_classes)])
    said = Measured(net, data)
    assert said.predicted.tolist() == classes


def test_outputs_that_are_only_equal_where_a_unit_is_off_are_said_to_tie_by_rounding():
    without = 0
    for seed in range(20):
        net, X = with_twin_outputs(seed, change=1.0), laws.uniform(SQUARE, 100)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            part = us.partition(net, SQUARE)
        if part.caution:
            assert part.caution.startswith("Rounding leaves the class of ")
            continue
        without += 1
        classes = part.cells.label[part.locate_cells(X)].tolist()
        assert asked_by(1, net, X).tolist() == classes
    assert 0 < without < 20


def test_a_caution_is_a_warning_at_the_callers_line():
    weights, biases = networks.he_parts((2, 6, 6, 3), 27)
    net = networks.built([1e8 * w for w in weights], biases)
    with pytest.warns(RuntimeWarning, match=r"^Rounding leaves the class of 0\.2") as caught:
        us.partition(net, SQUARE)
    assert [one.filename for one in caught] == [__file__]

"""Values never change, in any copy, and are equal where all their parts are."""

from __future__ import annotations

import copy
import pickle
import tracemalloc
import typing

import numpy as np
import pytest

import unitscope as us
from unitscope.comparison.pair import Pair
from unitscope.geometry.boundary import Boundary
from unitscope.geometry.margin import Margin
from unitscope.kernel.state import State
from unitscope.values import Value

LAB = us.lab.data()
WINDOW = ((-3.0, 3.0), (-3.0, 3.0))


def made():
    """Results of every kind, each made anew."""
    data = us.Dataset(LAB.X, LAB.y)
    run = us.train(data, epochs=5)
    swept = us.sweep(data, seeds=3, epochs=5)
    part = us.partition(run.network, data)
    smooth = us.partition(us.Network.initialize((2, 3, 2), "tanh"), WINDOW, grid=8)
    return {
        "dataset": data,
        "dense": run.network.layers[0],
        "network": run.network,
        "run": run,
        "state": run.state,
        "sweep": swept,
        "grid": us.sweep(data, seeds=2, epochs=2, grid={"learning_rate": [0.1, 0.2]}),
        "plane": us.Plane.axes(0, 1, at=[0.0, 1.0, 2.0]),
        "partition": part,
        "smooth partition": smooth,
        "margin": part.margin(data.X),
        "boundary": part.boundary,
        "polyline": part.boundary.polylines()[0],
        "activation boundaries": part.activation_boundaries,
        "regions": part.regions,
        "cells": part.cells,
        "region": part.regions[0],
        "cell": part.cells[0],
        "polygons": part.cells.polygons,
        **made_by_others(data, run),
    }


def made_by_others(data, run):
    """Those of other rooms: of points, of a training and of a comparison."""
    line = us.Dataset(data.X[:, :1], data.y)
    watched = us.train(data, epochs=5, validation=0.2)
    compared = us.compare(run.at(0), run, data)
    return {
        "spread": data.spread,
        "scaling": data.spread.scaling,
        "intervals": us.partition(us.Network.initialize((1, 3, 2)), line),
        "report": run.report(),
        "validation": watched.validation,
        "held out": us.sweep(data, seeds=2, epochs=2, validation=0.2).held_out,
        "read network": us.network(us.to_sklearn(run.at(3))),
        "comparison": compared,
        "overlay": compared.cut(),
        "unit match": compared.units[0],
    }


VALUES, AGAIN = made(), made()
# all that a user can ask a partition for
ASKED = ("regions", "cells", "boundary", "activation_boundaries", "area", "share", "components")


def arrays_of(value, seen=None):
    """Every array that a value leads to."""
    seen = {} if seen is None else seen
    if id(value) in seen:
        return
    seen[id(value)] = value
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, (tuple, list)):
        for one in value:
            yield from arrays_of(one, seen)
    elif isinstance(value, dict):
        yield from arrays_of(list(value.values()), seen)
    elif type(value).__module__.startswith("unitscope.") and hasattr(value, "__dict__"):
        yield from arrays_of([vars(value)[name] for name in vars(value) if name[0] != "_"], seen)
        for name in ASKED:
            if hasattr(type(value), name):
                yield from arrays_of(getattr(value, name), seen)


COPIES = {
    "itself": lambda value: value,
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "in a copied list": lambda value: copy.deepcopy([value])[0],
    "pickle": lambda value: pickle.loads(pickle.dumps(value)),
    "pickle, oldest protocol": lambda value: pickle.loads(pickle.dumps(value, protocol=2)),
}


@pytest.mark.parametrize("copied", COPIES.values(), ids=COPIES)
@pytest.mark.parametrize("name", VALUES)
def test_a_value_is_read_only_in_every_copy(name, copied):
    if name in ("state", "polyline") and copied is not COPIES["itself"]:
        return  # plain tuples, whose copies have arrays of their own
    value = copied(VALUES[name])
    assert not any(array.flags.writeable for array in arrays_of(value))
    assert value == VALUES[name]
    for field in typing.get_type_hints(type(value)):
        with pytest.raises(AttributeError):
            setattr(value, field, None)


@pytest.mark.parametrize("name", VALUES)
def test_the_same_made_again_is_equal_and_has_the_same_hash(name):
    one, other = VALUES[name], AGAIN[name]
    assert one is not other
    assert one == other
    assert (one != other) is False
    assert hash(one) == hash(other)
    assert len({one, other}) == 1


def test_values_of_every_class_are_here():
    there = {type(value) for value in VALUES.values()}
    assert there >= {Margin, Boundary}
    assert there >= {kind for kind in subclasses(Value) if kind.__name__[0] != "_"} - {Pair}


def subclasses(kind):
    """Those of the package, and theirs."""
    for one in kind.__subclasses__():
        if one.__module__.startswith("unitscope."):
            yield from (one, *subclasses(one))


@pytest.mark.parametrize("name", VALUES)
def test_others_differ(name):
    for other, value in VALUES.items():
        assert (VALUES[name] == value) == (name == other)
    assert VALUES[name] != None  # noqa: E711
    assert VALUES[name] != 1


def test_one_other_number_makes_a_difference():
    part, data = VALUES["partition"], VALUES["dataset"]
    assert part.margin(data.X) != part.margin(data.X + 1e-9)
    assert us.Dataset(LAB.X + 1e-9, LAB.y) != data
    assert us.Dataset(LAB.X, LAB.y, class_names=list("abcd")) != data
    assert us.train(data, epochs=5, seed=1) != VALUES["run"]
    assert us.partition(part.net, WINDOW) != part


def test_equal_numbers_of_other_bytes_have_the_same_hash():
    one, other = us.Dataset([[0.0], [1.0]], [0, 1]), us.Dataset([[-0.0], [1.0]], [0, 1])
    assert one == other
    assert hash(one) == hash(other)
    nan, minus_nan = (
        State(np.array([number], np.float32), np.zeros((2, 1), np.float32), 0)
        for number in (np.nan, -np.nan)
    )
    assert nan.parameters.tobytes() != minus_nan.parameters.tobytes()
    assert nan == minus_nan
    assert hash(nan) == hash(minus_nan)


def test_the_hash_of_a_large_value_takes_no_memory():
    weights = np.zeros((2001, 5000), np.float32)
    state = State(weights, weights[:2], 0)
    hash(state)
    tracemalloc.start()
    hash(state)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < weights.nbytes / 100

"""Every whole number that a user can give: beyond 63 bits, it is refused in words."""

from __future__ import annotations

import inspect
import re
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import unitscope as us
from unitscope import tensors
from unitscope.errors import InvalidInput
from unitscope.recipe import Settings

DATA = us.datasets.moons(n=12)
NET = us.Network.initialize((2, 3, 2))
RUN = us.train(DATA, epochs=2)
IMAGES = us.train(us.datasets.digits(), hidden=(2,), epochs=1)
SWEPT = us.sweep(DATA, seeds=2, epochs=2)
WINDOW = ((0.0, 1.0), (0.0, 1.0))


# A call for each setting, by the callable's name and the parameter's.
CALLS = {
    ("Dataset.split", "seed"): lambda n: DATA.split(seed=n),
    ("Network.initialize", "sizes"): lambda n: us.Network.initialize((2, n)),
    ("Network.initialize", "seed"): lambda n: us.Network.initialize((2, 2), seed=n),
    ("Plane.axes", "i"): lambda n: us.Plane.axes(n, 1, at=[0.0, 0.0, 0.0]),
    ("Plane.axes", "j"): lambda n: us.Plane.axes(0, n, at=[0.0, 0.0, 0.0]),
    ("Run.at", "epoch"): RUN.at,
    ("Sweep.network", "seed"): SWEPT.network,
    ("Sweep.run", "seed"): SWEPT.run,
    ("read_table", "header"): lambda n: us.read_table(b"x,label\n1,a\n2,b\n", header=n),
    ("partition", "max_regions"): lambda n: us.partition(NET, WINDOW, max_regions=n),
    ("partition", "grid"): lambda n: us.partition(NET, WINDOW, grid=n),
    ("sweep", "seeds"): lambda n: us.sweep(DATA, seeds=n, epochs=1),
    ("sweep", "threads"): lambda n: us.sweep(DATA, seeds=1, epochs=1, threads=n),
    ("sweep", "jobs"): lambda n: us.sweep(DATA, seeds=1, epochs=1, jobs=n),
    ("train", "threads"): lambda n: us.train(DATA, epochs=1, threads=n),
    ("run", "seed"): us.lab.run,
    ("data", "features"): lambda n: us.plot.data(DATA, features=(0, n)),
    ("decision_regions", "features"): lambda n: us.plot.decision_regions(RUN, features=(n, 0)),
    ("decision_regions", "margin"): lambda n: us.plot.decision_regions(RUN, margin=n),
    ("decision_regions", "grid"): lambda n: us.plot.decision_regions(RUN, grid=n),
    ("hidden_layer", "layer"): lambda n: us.plot.hidden_layer(RUN, layer=n),
    ("hidden_layer", "features"): lambda n: us.plot.hidden_layer(RUN, features=(0, n)),
    ("output_layer", "units"): lambda n: us.plot.output_layer(RUN, units=(n, 1)),
    ("images", "each"): lambda n: us.plot.images(us.datasets.digits(), each=n),
    ("unit_images", "layer"): lambda n: us.plot.unit_images(IMAGES, layer=n),
    ("unit_images", "units"): lambda n: us.plot.unit_images(IMAGES, units=[n]),
    ("unit_images", "each"): lambda n: us.plot.unit_images(IMAGES, each=n),
    ("sweep picture", "tiles"): lambda n: us.plot.sweep(SWEPT, tiles=n),
}
for toy in ("lab", "blobs", "moons", "circles", "spirals", "xor"):
    for setting in ("n", "classes", "seed"):
        if setting in inspect.signature(getattr(us.datasets, toy)).parameters:
            CALLS[toy, setting] = lambda n, toy=toy, setting=setting: getattr(us.datasets, toy)(
                **{setting: n}
            )
for setting in ("hidden", "batch_size", "epochs", "seed"):
    CALLS["Recipe", setting] = lambda n, setting=setting: us.Recipe(**{setting: n})
    CALLS["train", setting] = lambda n, setting=setting: us.train(DATA, **{setting: n})
    CALLS["Classifier", setting] = lambda n, setting=setting: us.Classifier(**{setting: n}).fit(
        DATA.X, DATA.y
    )
    if setting != "seed":
        CALLS["sweep", setting] = lambda n, setting=setting: us.sweep(DATA, seeds=1, **{setting: n})
CALLS["animate", "frames"] = lambda n: us.plot.animate(RUN, None, "a.gif", frames=n)
CALLS["train", "early_stopping"] = lambda n: us.train(DATA, validation=0.5, early_stopping=n)
CALLS["Classifier", "early_stopping"] = lambda n: us.Classifier(
    validation=0.5, early_stopping=n
).fit(DATA.X, DATA.y)
CALLS["sweep", "early_stopping"] = lambda n: us.sweep(
    DATA, seeds=1, validation=0.5, early_stopping=n
)
STATE = {"0.weight": np.zeros((2, 2)), "0.bias": np.zeros(2)}
CALLS["from_torch", "sizes"] = lambda n: us.from_torch(STATE, sizes=[2, n])
FOLDER = tempfile.TemporaryDirectory()
tensors.write(Path(FOLDER.name, "state.safetensors"), STATE, {})
CALLS["load", "sizes"] = lambda n: us.load(Path(FOLDER.name, "state.safetensors"), sizes=[2, n])
CALLS["Recipe", "hidden as a list"] = lambda n: us.Recipe(hidden=[2, n])
CALLS["sweep", "seeds as a list"] = lambda n: us.sweep(DATA, seeds=[0, n], epochs=1)
CALLS["sweep", "grid"] = lambda n: us.sweep(DATA, seeds=1, grid={"batch_size": [4, n]})

# with a Keras model (see tests/keras_fit), or no door for users
ELSEWHERE = {("fit", name) for name in ("batch_size", "epochs", "initial_epoch")}
ELSEWHERE |= {
    ("fit", name) for name in ("steps_per_epoch", "validation_batch_size", "validation_steps")
}
ELSEWHERE |= {("Recipe.penalties", "layers"), ("Sweep.joined", "wanted"), ("Sweep.part", "seeds")}


def doors():
    """What the library's callables have of parameters that may be whole numbers."""
    for holder in (us, us.plot, us.datasets, us.lab):
        for name in getattr(holder, "__all__", dir(holder)):
            value = getattr(holder, name)
            if not callable(value) or not value.__module__.startswith("unitscope"):
                continue
            shown = "sweep picture" if (holder, name) == (us.plot, "sweep") else name
            found = {shown: value}
            if inspect.isclass(value):
                methods = inspect.getmembers(value, callable)
                found |= {f"{name}.{key}": one for key, one in methods if key[0] != "_"}
            for key, one in found.items():
                for parameter in inspect.signature(one).parameters.values():
                    if re.search(r"\bint\b", str(parameter.annotation)):
                        yield key, parameter.name


def test_every_setting_that_is_a_whole_number_is_here():
    assert set(doors()) - ELSEWHERE - set(CALLS) == set()
    whole = {name for name, kind in Settings.__annotations__.items() if "int" in str(kind)}
    assert {("train", name) for name in whole} <= set(CALLS)


HUGE = st.one_of(
    st.integers(min_value=2**63),
    st.sampled_from([2**63, 2**63 + 1, 2**64 - 1, 2**64, 2**64 + 2, 10**30]),
    st.just(np.uint64(2**63)),
)
LOW = st.one_of(st.integers(max_value=-(2**63) - 1), st.sampled_from([-(2**63) - 1, -(2**64)]))


@pytest.mark.parametrize("call", CALLS.values(), ids=[": ".join(key) for key in CALLS])
@settings(max_examples=12, deadline=None)
@given(number=HUGE | LOW)
def test_beyond_63_bits_it_is_refused(call, number):
    with pytest.raises(InvalidInput, match=r" must be "):
        call(number)


@pytest.mark.parametrize("number", [2**63 - 1, np.int64(2**63 - 1), np.uint64(2**63 - 1)])
def test_the_largest_numbers_are_taken_where_no_memory_is_made_of_them(number):
    recipe = us.Recipe(batch_size=number, seed=number)
    assert recipe.seed == recipe.batch_size == 2**63 - 1
    run = us.train(DATA, batch_size=number, seed=number, epochs=3)
    whole = us.train(DATA, batch_size=DATA.n_points, seed=number, epochs=3)
    assert run.weights.tobytes() == whole.weights.tobytes()
    swept = us.sweep(DATA, seeds=[number], batch_size=number, epochs=3)
    alike = us.sweep(DATA, seeds=[number], batch_size=DATA.n_points, epochs=3)
    assert swept.weights.tobytes() == alike.weights.tobytes()


def test_the_refusal_names_the_bound():
    with pytest.raises(InvalidInput) as caught:
        us.Recipe(seed=2**63)
    assert str(caught.value) == (
        "seed must be a whole number of at least 0 and below 2**63. "
        "Got 9223372036854775808 instead."
    )

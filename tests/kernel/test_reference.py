"""The training in plain NumPy: the oracle of the compiled kernel, and what runs without LLVM."""

import dataclasses
import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import unitscope as us
from unitscope.errors import MOST
from unitscope.kernel import reference
from unitscope.kernel.advance import Options, advance
from unitscope.kernel.order import drawn, key_of
from unitscope.kernel.state import State
from unitscope.networks import ACTIVATIONS, Dense, Network
from unitscope.recipe import OPTIMIZERS, Recipe

RECIPES = st.builds(
    Recipe,
    optimizer=st.sampled_from(OPTIMIZERS),
    learning_rate=st.sampled_from([0.001, 0.005]),
    batch_size=st.integers(1, 60),
    l1=st.sampled_from([0.0, 0.01]),
    l2=st.sampled_from([0.0, 0.02]),
    momentum=st.sampled_from([0.0, 0.7]),
    nesterov=st.booleans(),
    beta_1=st.sampled_from([0.9, 0.5]),
    beta_2=st.sampled_from([0.999, 0.9]),
    rho=st.sampled_from([0.9, 0.5]),
    epsilon=st.sampled_from([1e-7, 1e-3]),
    weight_decay=st.sampled_from([0.004, 0.3]),
    one_logit=st.booleans(),
    float32_rate=st.booleans(),
)


@settings(max_examples=120, deadline=None)
@given(
    recipe=RECIPES,
    activation=st.sampled_from(sorted(ACTIVATIONS)),
    hidden=st.lists(st.sampled_from([1, 3, 8, 20, 40]), max_size=3),
    inputs=st.integers(1, 6),
    classes=st.integers(2, 19),
    n=st.integers(1, 200),
    clip=st.sampled_from([0.0, 1e-7, 0.05]),
    below=st.sampled_from([0.2, -0.3]),
    by_layer=st.booleans(),
    weighted=st.booleans(),
    seed=st.integers(0, 1000),
)
def test_the_kernel_trains_as_plain_numpy_does(
    recipe, activation, hidden, inputs, classes, n, clip, below, by_layer, weighted, seed
):
    # At most 18 steps: where an activation has a kink, rounding grows with every step.
    n = min(n, 6 * recipe.batch_size)
    rng = np.random.default_rng(seed)
    if by_layer:
        l1, l2 = (tuple(rng.choice([0.0, 0.01, 0.03], len(hidden) + 1)) for _ in range(2))
        recipe = dataclasses.replace(recipe, hidden=hidden, l1=l1, l2=l2)
    net = Network.initialize((inputs, *hidden, classes), activation, seed)
    net = Network([Dense(one.weights, one.bias, one.activation, below) for one in net.layers])
    X, y = rng.normal(0, 1, (n, inputs)), rng.integers(0, classes, n)
    order = np.array([rng.permutation(n) for _ in range(3)], np.int32)
    start = State.fresh(net.to_vector() + rng.normal(0, 0.1, net.n_parameters))
    start.slots[:] = rng.uniform(0.01, 0.1, start.slots.shape)  # no step of Adam by noise alone
    start = start._replace(step=int(rng.integers(0, 200)))
    options = Options(clip=clip, counted=True, edge=float(rng.choice([0.0, 0.5])))
    if weighted:
        options = options._replace(weights=rng.uniform(0, 3, n).round())
    found = advance(start, net, X, y, order, recipe, options)
    expected = reference.advance(start, net, X, y, order, recipe, options)
    assert found.finite and expected.finite
    np.testing.assert_allclose(found.weights, expected.weights, atol=2e-4)
    np.testing.assert_allclose(found.loss, expected.loss, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(found.state.slots, expected.state.slots, rtol=1e-4, atol=2e-4)
    assert np.abs(found.correct - expected.correct).max() <= 1  # a tie that rounding decides
    assert found.state.step == expected.state.step


def test_it_stops_before_an_epoch_that_is_not_finite():
    data, net = us.datasets.lab(), Network.initialize((2, 4, 4), "relu")
    order = np.tile(np.arange(data.n_points, dtype=np.int32), (9, 1))
    recipe = Recipe(optimizer="sgd", learning_rate=1e30)
    start = State.fresh(net.to_vector())
    outcome = reference.advance(start, net, data.X, data.y, order, recipe)
    kept = len(outcome.loss)
    assert not outcome.finite and kept < 9
    last = outcome.weights[-1] if kept else start.parameters
    np.testing.assert_array_equal(outcome.state.parameters, last)
    assert start.step == 0


@settings(max_examples=40, deadline=None)
@given(
    n=st.integers(1, 40),
    epochs=st.integers(0, 5),
    past=st.integers(0, 3),
    seed=st.integers(0, MOST),
)
def test_the_shuffles_are_the_same_to_the_last_point(n, epochs, past, seed):
    found = drawn(n, Recipe(epochs=epochs, seed=seed), past).rows
    np.testing.assert_array_equal(found, reference.shuffles(n, epochs, past, key_of(seed)))


PROGRAM = """
import sys
{block}
import numpy as np
import unitscope as us

run = us.lab.run()
print(float(abs(run.loss - us.lab.printed_losses()).max()))
data = us.datasets.spirals(n=60, classes=3)
deep = us.train(data, hidden=(8, 8), epochs=5, activation="relu")
swept = us.sweep(data, seeds=3, epochs=4)
parts = us.partition(deep.network, data)
np.savez(
    sys.argv[1], lab=run.weights, deep=deep.weights, swept=swept.loss, accuracy=swept.accuracy,
    regions=len(parts.regions), area=np.sort(parts.area), cells=parts.boundary.segments,
)
"""


def computed(tmp_path, name, block):
    """What a program gives, and what it said."""
    result = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(block=block), tmp_path / name],
        check=True,
        capture_output=True,
        text=True,
        env=os.environ | {"UNITSCOPE_CACHE_DIR": str(tmp_path / "cache")},
    )
    assert float(result.stdout) <= 6e-5
    with np.load(tmp_path / f"{name}.npz") as arrays:
        return dict(arrays), result.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    "block",
    [
        "sys.modules['llvmlite'] = None",
        "import unitscope.compiled.code as code; code.shipped = code.is_shipped = lambda m: None; "
        "sys.modules['numba'] = None; sys.executable = ''",
    ],
    ids=["no llvmlite", "changed sources and no Numba"],
)
def test_without_compiled_code_all_is_computed_and_it_is_said_once(block, tmp_path):
    usual, _ = computed(tmp_path, "usual", "")
    (tmp_path / "cache").rename(tmp_path / "old")
    found, said = computed(tmp_path, "found", block)
    assert said.count("plain NumPy computes") == 1
    assert [path.name for path in (tmp_path / "cache").glob("*") if path.name != "lock"] == []
    for name, expected in usual.items():
        np.testing.assert_allclose(found[name], expected, atol=2e-3, err_msg=name)

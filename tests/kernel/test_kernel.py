"""The compiled kernel against finite differences, a step by hand, and itself in pieces."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unitscope.data.dataset import Dataset
from unitscope.errors import InvalidInput
from unitscope.kernel.advance import Options, advance
from unitscope.kernel.state import PLAIN, State
from unitscope.networks import ACTIVATIONS, Dense, Network
from unitscope.recipe import OPTIMIZERS, Recipe
from unitscope.sweeps.block import train_seeds
from unitscope.training.train import train


def problem(sizes, activation, n, seed):
    """A network of these sizes and n points with labels, all reproducible."""
    rng = np.random.default_rng(seed)
    net = Network.initialize(sizes, activation, seed)
    # no unit exactly on its kink, biases not 0
    shifted = net.to_vector() + rng.normal(0, 0.1, net.n_parameters)
    return net.with_vector(shifted), rng.normal(0, 1, (n, sizes[0])), rng.integers(0, sizes[-1], n)


def loss_of(net, vector, X, y, l1=0.0, l2=0.0, weights=1.0):
    """Mean cross-entropy in float64, straight from its definition, and the penalties."""
    moved = net.with_vector(vector)
    p = moved.probabilities(X)[np.arange(len(y)), y]
    w = np.concatenate([layer.weights.ravel() for layer in moved.layers])
    return -(weights * np.log(p)).mean() + l1 * np.abs(w).sum() + l2 * (w**2).sum()


def one_gradient_step(net, X, y, options=PLAIN, **penalties):
    """The kernel's gradient: minus the move of one plain step of rate 1 over all points."""
    recipe = Recipe(optimizer="sgd", learning_rate=1.0, batch_size=len(y), **penalties)
    start = State.fresh(net.to_vector())
    outcome = advance(start, net, X, y, np.arange(len(y))[None], recipe, options)
    return start.parameters.astype(float) - outcome.weights[0], outcome


@settings(max_examples=60, deadline=None)
@given(
    activation=st.sampled_from(sorted(ACTIVATIONS)),
    hidden=st.lists(st.integers(1, 20), max_size=3),
    inputs=st.integers(1, 5),
    classes=st.integers(2, 19),
    n=st.integers(1, 40),
    seed=st.integers(0, 1000),
    penalised=st.booleans(),
    weighted=st.booleans(),
    negative_slope=st.sampled_from([0.2, -0.3, 1.5]),
)
def test_gradient_equals_finite_differences(
    activation, hidden, inputs, classes, n, seed, penalised, weighted, negative_slope
):
    penalties = {"l1": 0.01, "l2": 0.02} if penalised else {}
    net, X, y = problem((inputs, *hidden, classes), activation, n, seed)
    if activation == "leaky_relu":
        net = Network(
            [Dense(one.weights, one.bias, one.activation, negative_slope) for one in net.layers]
        )
    vector = net.to_vector().astype(np.float32).astype(float)
    rng = np.random.default_rng(seed)
    picked = rng.choice(len(vector), size=min(12, len(vector)), replace=False)
    own = rng.uniform(0, 3, n) if weighted else None
    gradient, outcome = one_gradient_step(net, X, y, PLAIN._replace(weights=own), **penalties)
    penalties |= {"weights": own} if weighted else {}
    assert outcome.loss[0] == pytest.approx(
        loss_of(net, vector, X, y, **penalties), rel=2e-6, abs=2e-7
    )
    for q in picked:
        step = np.zeros_like(vector)
        step[q] = 1e-5
        forward = loss_of(net, vector + step, X, y, **penalties)
        back = loss_of(net, vector - step, X, y, **penalties)
        here = loss_of(net, vector, X, y, **penalties)
        slope, curve = (forward - back) / 2e-5, abs(forward + back - 2 * here) / 1e-5
        # a larger one means that the step crossed a kink, where no derivative exists
        if curve < 1e-3:
            assert gradient[q] == pytest.approx(slope, abs=5e-6)


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 9999), classes=st.integers(2, 9), clip=st.sampled_from([1e-7, 1e-3, 0.05])
)
def test_a_clipped_point_adds_the_bound_to_the_loss_and_teaches_nothing(seed, classes, clip):
    rng = np.random.default_rng(seed)
    X, y = rng.normal(0, 3, (30, 4)), rng.integers(0, classes, 30)
    net = Network([Dense(rng.normal(0, 2, (4, classes)).astype(np.float32), np.zeros(classes))])
    p = net.probabilities(X)
    own = p[np.arange(30), y]
    gap = np.minimum(np.abs(own / clip - 1), np.abs((1 - own) / clip - 1))
    clear = gap > 1e-2  # no point at a bound, where the rounding of float32 decides
    X, y, p, own = X[clear], y[clear], p[clear], own[clear]
    taught = (own > clip) & (own < 1 - clip)
    expected = X.T @ ((p - np.eye(classes)[y]) * taught[:, None]) / len(y)
    recipe = Recipe(optimizer="sgd", learning_rate=1.0, batch_size=len(y))
    start = State.fresh(net.to_vector())
    outcome = advance(start, net, X, y, np.arange(len(y))[None], recipe, Options(clip=clip))
    assert outcome.loss[0] == pytest.approx(
        -np.log(np.clip(own, clip, 1 - clip)).mean(), rel=1e-5, abs=1e-6
    )
    moved = start.parameters.astype(float) - outcome.weights[0]
    np.testing.assert_allclose(moved[: 4 * classes].reshape(4, classes), expected, atol=1e-5)


def test_one_step_worked_by_hand():
    # One point x = (1, 2), class 0 of 2, no hidden layer, all parameters 0: both probabilities are
    # 1/2, so d loss / d logits = (1/2 - 1, 1/2) and the step of rate 0.1 moves against x times
    # that.
    net = Network([Dense(np.zeros((2, 2)), np.zeros(2))])
    recipe = Recipe(optimizer="sgd", learning_rate=0.1, batch_size=1)
    outcome = advance(
        State.fresh(net.to_vector()),
        net,
        np.array([[1.0, 2.0]]),
        np.array([0]),
        np.array([[0]]),
        recipe,
        Options(counted=True),
    )
    assert outcome.loss[0] == pytest.approx(np.log(2.0), abs=1e-7)
    np.testing.assert_allclose(outcome.weights[0], [0.05, -0.05, 0.1, -0.1, 0.05, -0.05], atol=1e-8)
    assert outcome.correct[0] == 1  # a tie goes to the lowest class
    assert outcome.state.step == 1


@settings(max_examples=30, deadline=None)
@given(
    optimizer=st.sampled_from(OPTIMIZERS),
    activation=st.sampled_from(sorted(ACTIVATIONS)),
    batch=st.integers(1, 70),
    cut=st.integers(0, 6),
    seed=st.integers(0, 99),
)
def test_going_on_equals_going_through(optimizer, activation, batch, cut, seed):
    net, X, y = problem((3, 9, 4), activation, 50, seed)
    rng = np.random.default_rng(seed)
    order = np.stack([rng.permutation(50) for _ in range(6)])
    recipe = Recipe(optimizer=optimizer, batch_size=batch, momentum=0.5, learning_rate=0.003)
    start = State.fresh(net.to_vector())
    whole = advance(start, net, X, y, order, recipe)
    first = advance(start, net, X, y, order[:cut], recipe)
    second = advance(first.state, net, X, y, order[cut:], recipe)
    assert whole.weights.tobytes() == first.weights.tobytes() + second.weights.tobytes()
    assert whole.loss.tolist() == [*first.loss, *second.loss]
    assert whole.state.slots.tobytes() == second.state.slots.tobytes()
    assert whole.state.step == second.state.step


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 999), classes=st.integers(2, 12), optimizer=st.sampled_from(OPTIMIZERS))
def test_relabelling_the_classes_permutes_the_outputs_and_nothing_else(seed, classes, optimizer):
    net, X, y = problem((2, 3, classes), "relu", 30, seed)
    new = np.random.default_rng(seed).permutation(classes)  # class k becomes new[k]
    last, back = net.layers[-1], np.argsort(new)
    renamed = Network([net.layers[0], Dense(last.weights[:, back], last.bias[back])])
    recipe = Recipe(optimizer=optimizer, batch_size=7)
    order = np.tile(np.arange(30), (5, 1))
    one = advance(State.fresh(net.to_vector()), net, X, y, order, recipe)
    other = advance(State.fresh(renamed.to_vector()), renamed, X, new[y], order, recipe)
    np.testing.assert_allclose(one.loss, other.loss, rtol=2e-6)
    a, b = net.with_vector(one.weights[-1]), renamed.with_vector(other.weights[-1])
    np.testing.assert_allclose(a.logits(X), b.logits(X)[:, new], rtol=1e-4, atol=1e-4)


def test_wide_and_narrow_layers_agree_with_plain_numpy_over_many_steps():
    net, X, y = problem((20, 40, 24, 33), "tanh", 300, 4)
    recipe = Recipe(optimizer="sgd", learning_rate=0.05, batch_size=150)
    order = np.tile(np.arange(300), (3, 1))
    outcome = advance(State.fresh(net.to_vector()), net, X, y, order, recipe)
    expected = net
    for _ in range(3):
        for rows in (slice(0, 150), slice(150, 300)):
            expected = numpy_step(expected, X[rows], y[rows], 0.05)
    np.testing.assert_allclose(outcome.weights[-1], expected.to_vector(), atol=2e-6)


@settings(max_examples=40, deadline=None)
@given(
    hidden=st.lists(st.integers(1, 16), max_size=2),
    inputs=st.integers(1, 9),
    classes=st.integers(2, 9),
    n=st.integers(1, 400),
    batch=st.integers(1, 300),
    seed=st.integers(0, 1000),
)
def test_two_epochs_are_those_of_plain_numpy(hidden, inputs, classes, n, batch, seed):
    """Networks of few weights, batches of one chunk and of several: weights and losses."""
    net, X, y = problem((inputs, *hidden, classes), "tanh", n, seed)
    order = np.array([np.random.default_rng(seed + epoch).permutation(n) for epoch in range(2)])
    recipe = Recipe(optimizer="sgd", learning_rate=0.05, batch_size=batch)
    outcome = advance(State.fresh(net.to_vector()), net, X, y, order, recipe)
    expected = net
    for epoch, row in enumerate(order):
        lost = 0.0
        for rows in np.split(row, range(batch, n, batch)):
            lost += len(rows) * loss_of(expected, expected.to_vector(), X[rows], y[rows])
            expected = numpy_step(expected, X[rows], y[rows], 0.05)
        assert outcome.loss[epoch] == pytest.approx(lost / n, rel=2e-6, abs=2e-7)
        np.testing.assert_allclose(outcome.weights[epoch], expected.to_vector(), atol=1e-5)


def numpy_step(net, X, y, rate):
    """Backpropagation for tanh layers in five lines of NumPy."""
    outputs = [X, *net.activations(X)]
    delta = (net.probabilities(X) - np.eye(net.n_classes)[y]) / len(y)
    layers = []
    for index in range(len(net.layers) - 1, -1, -1):
        layer = net.layers[index]
        layers.insert(
            0,
            Dense(
                layer.weights - rate * outputs[index].T @ delta,
                layer.bias - rate * delta.sum(0),
                layer.activation,
            ),
        )
        delta = (delta @ layer.weights.T) * (1 - outputs[index] ** 2)
    return Network(layers)


def test_a_loss_that_is_not_finite_stops_before_its_epoch():
    net, X, y = problem((2, 4, 3), "relu", 20, 0)
    recipe = Recipe(optimizer="sgd", learning_rate=1e30, batch_size=20)
    order = np.tile(np.arange(20), (9, 1))
    start = State.fresh(net.to_vector())
    outcome = advance(start, net, X, y, order, recipe)
    assert not outcome.finite
    kept = len(outcome.loss)
    assert kept < 9
    assert np.isfinite(outcome.weights).all() and np.isfinite(outcome.loss).all()
    last = outcome.weights[-1] if kept else start.parameters
    assert outcome.state.parameters.tobytes() == last.tobytes()


@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
def test_a_nan_anywhere_is_seen(activation):
    net, X, y = problem((2, 3, 3), activation, 8, 1)
    for q in range(net.n_parameters):
        vector = net.to_vector().astype(np.float32)
        vector[q] = np.nan
        outcome = advance(State.fresh(vector), net, X, y, np.arange(8)[None], Recipe(batch_size=8))
        assert not outcome.finite, f"a NaN in parameter {q} went unseen"


def test_denormal_numbers_are_put_to_zero_and_the_caller_keeps_its_own():
    # A feature that is always 0: its weights only decay, by a tenth at each of 1,200 steps, from
    # 1e-3 to far below the least normal float32 (1.2e-38). Rounding would leave them at a denormal
    # number for ever.
    rng = np.random.default_rng(0)
    data = Dataset(np.column_stack([rng.normal(size=40), np.zeros(40)]), np.arange(40) % 3)
    recipe = Recipe(
        hidden=(3,),
        optimizer="adamw",
        weight_decay=10.0,
        learning_rate=0.01,
        batch_size=10,
        epochs=300,
    )
    run, tiny = train(data, recipe), np.finfo(np.float32).tiny
    assert (run.at(1).layers[0].weights[1] != 0).all() and (
        run.network.layers[0].weights[1] == 0
    ).all()
    for numbers in (run.state.slots, run.weights):
        assert (np.abs(numbers[numbers != 0]) >= tiny).all()
    _, _, weights = train_seeds(data, recipe, run.architecture, list(range(20)))
    assert (weights[:, 3:6] == 0).all() and (np.abs(weights[weights != 0]) >= tiny).all()
    assert np.float32(1e-40) * np.ones(1, np.float32) > 0


def test_the_caller_keeps_its_arrays():
    net, X, y = problem((2, 3, 3), "relu", 40, 2)
    start = State.fresh(net.to_vector())
    order = np.stack([np.arange(40)[::-1], np.arange(40)])
    before = [
        array.tobytes() for array in (X, y, order, start.parameters, start.slots, net.to_vector())
    ]
    advance(start, net, X, y, order, Recipe())
    assert before == [
        array.tobytes() for array in (X, y, order, start.parameters, start.slots, net.to_vector())
    ]
    assert start.step == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (dict(X=np.zeros((9, 2))), r"X must be of shape \(10, 2\). Got shape \(9, 2\) instead"),
        (dict(y=np.full(10, 3)), r"y must be 10 classes in 0..2"),
        (dict(order=np.full((1, 10), 10)), r"order must be indices in 0..9. Got 10..10 instead"),
    ],
)
def test_nothing_is_read_out_of_bounds(change, message):
    net, X, y = problem((2, 3, 3), "relu", 10, 0)
    arguments = dict(X=X, y=y, order=np.arange(10)[None]) | change
    with pytest.raises(InvalidInput, match=message):
        advance(
            State.fresh(net.to_vector()),
            net,
            recipe=dataclasses.replace(Recipe(), batch_size=4),
            **arguments,
        )

"""Network against plain loops in pure Python, other libraries and the laws it must keep."""

from __future__ import annotations

import math
import sys
from itertools import pairwise

import numpy as np
import pytest
import scipy.special
from hypothesis import given
from hypothesis import strategies as st
from sklearn.neural_network import MLPClassifier

from unitscope.errors import InvalidInput
from unitscope.networks import ACTIVATIONS, Dense, Network

# Each activation from its textbook formula, one number at a time; the slope is leaky_relu's below
# zero.
TEXTBOOK = {
    "linear": lambda z, slope: z,
    "relu": lambda z, slope: max(0.0, z),
    "leaky_relu": lambda z, slope: z if z > 0 else slope * z,
    "tanh": lambda z, slope: math.tanh(z),
    "sigmoid": lambda z, slope: 1.0 / (1.0 + math.exp(-z)),
    "elu": lambda z, slope: z if z > 0 else math.exp(z) - 1.0,
    "softplus": lambda z, slope: math.log(1.0 + math.exp(z)),
    "gelu": lambda z, slope: z * 0.5 * math.erfc(-z / math.sqrt(2.0)),
    "silu": lambda z, slope: z / (1.0 + math.exp(-z)),
    "abs": lambda z, slope: math.fabs(z),
}

SHAPES = st.lists(st.integers(1, 5), min_size=2, max_size=5)


def network(sizes, seed, activation="relu") -> Network:
    """A network whose biases are not zero."""
    start = Network.initialize(sizes, activation, seed=seed)
    return start.with_vector(np.random.default_rng(seed).normal(size=start.n_parameters))


def points(n, d, seed=0) -> np.ndarray:
    return np.random.default_rng(seed).normal(scale=3.0, size=(n, d))


def looped(net: Network, x: list[float]) -> list[list[float]]:
    """The output of every layer at one point, by loops."""
    outputs = []
    for layer in net.layers:
        z = [
            sum(x[i] * layer.weights[i, j] for i in range(layer.inputs)) + layer.bias[j]
            for j in range(layer.units)
        ]
        x = [TEXTBOOK[layer.activation](value, layer.negative_slope) for value in z]
        outputs.append(x)
    return outputs


def test_there_is_a_textbook_formula_for_every_activation():
    assert list(ACTIVATIONS) == list(TEXTBOOK)


@given(st.lists(st.floats(-1e300, 1e300) | st.floats(-9, 9), max_size=50))
def test_gelu_of_any_number_is_exact_but_for_rounding(numbers):
    z = np.array(numbers)
    error = np.abs(ACTIVATIONS["gelu"](z, 0.0) - z * scipy.special.ndtr(z))
    assert (error <= 1e-15 * np.abs(z)).all()


def test_gelu_keeps_any_shape_and_takes_no_python_call_for_each_number():
    z = points(300, 400)[:, ::4].reshape(3, 100, 100).swapaxes(0, 2)
    calls = []
    sys.setprofile(lambda _frame, event, _given: calls.append(event))
    try:
        found = ACTIVATIONS["gelu"](z, 0.0)
    finally:
        sys.setprofile(None)
    assert np.allclose(found, z * scipy.special.ndtr(z), rtol=1e-12, atol=1e-14)
    assert len(calls) < 1000


@pytest.mark.parametrize("activation", list(TEXTBOOK))
@pytest.mark.parametrize("sizes", [(2, 2, 4), (1, 3, 2), (3, 4, 5, 2), (2, 3)])
def test_forward_pass_equals_plain_loops(activation, sizes):
    net, X = network(sizes, seed=1, activation=activation), points(6, sizes[0])
    expected = [looped(net, row) for row in X.tolist()]
    for index, output in enumerate(net.activations(X)):
        np.testing.assert_allclose(output, [row[index] for row in expected], rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(net.logits(X), [row[-1] for row in expected], rtol=1e-12, atol=1e-13)


@given(sizes=SHAPES, seed=st.integers(0, 10**6))
def test_mixed_activations_equal_plain_loops(sizes, seed):
    names = np.random.default_rng(seed).choice(list(TEXTBOOK), len(sizes) - 2).tolist()
    net, X = network(sizes, seed, names), points(3, sizes[0], seed)
    expected = [looped(net, row)[-1] for row in X.tolist()]
    np.testing.assert_allclose(net.logits(X), expected, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("activation", list(TEXTBOOK))
def test_activations_stay_finite_and_right_far_from_zero(activation):
    layer = Dense([[1.0]], [0.0], activation)
    z = np.array([-1e4, -700.0, -40.0, 40.0, 700.0, 1e4])
    positive = {"tanh": np.ones(3), "sigmoid": np.ones(3)}.get(activation, z[3:])
    negative = {
        "linear": z[:3],
        "leaky_relu": 0.2 * z[:3],
        "tanh": -np.ones(3),
        "elu": -np.ones(3),
        "abs": -z[:3],
    }
    expected = np.concatenate([negative.get(activation, np.zeros(3)), positive])
    np.testing.assert_allclose(layer.activate(z), expected, rtol=1e-12, atol=1e-12)


def test_leaky_relu_reads_its_slope():
    layer = Dense([[1.0, -1.0]], [0.0, 0.0], "leaky_relu", negative_slope=0.3)
    assert layer(np.array([[2.0]])).tolist() == [[2.0, -0.6]]


def test_pre_activations_are_what_the_activation_function_was_given():
    net, X = network((2, 3, 3, 2), seed=4, activation="tanh"), points(5, 2)
    for layer, z, output in zip(
        net.layers, net.pre_activations(X), net.activations(X), strict=True
    ):
        assert layer.activate(z).tobytes() == output.tobytes()


def test_probabilities_are_scipys_softmax_and_predict_is_its_argmax():
    net, X = network((2, 4, 5), seed=2), points(50, 2)
    np.testing.assert_allclose(
        net.probabilities(X), scipy.special.softmax(net.logits(X), axis=1), rtol=1e-13
    )
    assert net.predict(X).tolist() == net.probabilities(X).argmax(axis=1).tolist()


def test_probabilities_of_huge_logits_are_still_probabilities():
    net = Network([Dense([[1e200, -1e200, 1e200]], [0.0, 0.0, 0.0])])
    np.testing.assert_array_equal(
        net.probabilities([[1.0], [-1.0], [0.0]]),
        [[0.5, 0.0, 0.5], [0.0, 1.0, 0.0], [1 / 3, 1 / 3, 1 / 3]],
    )


@given(sizes=SHAPES, seed=st.integers(0, 10**6))
def test_probabilities_sum_to_one_and_a_constant_added_to_all_logits_changes_nothing(sizes, seed):
    net, X = network(sizes, seed), points(4, sizes[0], seed)
    last = net.layers[-1]
    raised = Network([*net.layers[:-1], Dense(last.weights, last.bias + 7.0, last.activation)])
    np.testing.assert_allclose(net.probabilities(X).sum(axis=1), 1.0, rtol=1e-14)
    np.testing.assert_allclose(
        raised.probabilities(X), net.probabilities(X), rtol=1e-10, atol=1e-14
    )


def test_a_tie_goes_to_the_lowest_class():
    assert Network([Dense(np.zeros((2, 4)), [0.0, 3.0, 3.0, 1.0])]).predict(
        [[5.0, 5.0]]
    ).tolist() == [1]


@pytest.mark.parametrize(
    ("ours", "theirs"), [("relu", "relu"), ("tanh", "tanh"), ("sigmoid", "logistic")]
)
def test_probabilities_equal_scikit_learns(ours, theirs):
    X = points(60, 3)
    classifier = MLPClassifier(
        (5, 4), activation=theirs, solver="lbfgs", max_iter=40, tol=1e9, random_state=0
    )
    classifier.fit(X, np.arange(60) % 3)
    names = [ours, ours, "linear"]
    net = Network(
        [
            Dense(w, b, name)
            for w, b, name in zip(classifier.coefs_, classifier.intercepts_, names, strict=True)
        ]
    )
    np.testing.assert_allclose(net.probabilities(X), classifier.predict_proba(X), rtol=1e-11)
    assert net.predict(X).tolist() == classifier.predict(X).tolist()


@given(sizes=SHAPES, seed=st.integers(0, 10**6))
def test_vector_round_trip(sizes, seed):
    net = network(sizes, seed, "leaky_relu")
    vector = net.to_vector()
    assert len(vector) == net.n_parameters == sum((a + 1) * b for a, b in pairwise(sizes))
    again = Network.initialize(sizes, "leaky_relu", seed=seed + 1).with_vector(vector)
    assert again.to_vector().tobytes() == vector.tobytes()
    for one, two in zip(net.layers, again.layers, strict=True):
        assert one.weights.tobytes() == two.weights.tobytes()
        assert one.bias.tobytes() == two.bias.tobytes()
        assert (one.activation, one.negative_slope) == (two.activation, two.negative_slope)


def test_the_vector_holds_weights_row_by_row_then_the_bias():
    net = Network([Dense([[1, 2], [3, 4]], [5, 6], "relu"), Dense([[7], [8]], [9])])
    assert net.to_vector().tolist() == [1, 2, 3, 4, 5, 6, 7, 8, 9]


@given(
    sizes=st.lists(st.integers(1, 5), min_size=3, max_size=5),
    seed=st.integers(0, 10**6),
    activation=st.sampled_from(list(TEXTBOOK)),
)
def test_the_order_of_hidden_units_does_not_matter(sizes, seed, activation):
    net, X = network(sizes, seed, activation), points(4, sizes[0], seed)
    order = np.random.default_rng(seed).permutation(sizes[1])
    first, second, *rest = net.layers
    swapped = Network(
        [
            Dense(first.weights[:, order], first.bias[order], first.activation),
            Dense(second.weights[order], second.bias, second.activation),
            *rest,
        ]
    )
    np.testing.assert_allclose(swapped.logits(X), net.logits(X), rtol=1e-9, atol=1e-9)


@given(sizes=SHAPES, seed=st.integers(0, 10**6))
def test_relabelling_the_classes_relabels_the_answers(sizes, seed):
    net, X = network(sizes, seed), points(4, sizes[0], seed)
    order = np.random.default_rng(seed).permutation(sizes[-1])
    *before, last = net.layers
    relabelled = Network([*before, Dense(last.weights[:, order], last.bias[order])])
    np.testing.assert_allclose(
        relabelled.probabilities(X), net.probabilities(X)[:, order], rtol=1e-9, atol=1e-15
    )
    assert order[relabelled.predict(X)].tolist() == net.predict(X).tolist()


@given(sizes=SHAPES, seed=st.integers(0, 10**6))
def test_points_are_judged_one_by_one(sizes, seed):
    net, X = network(sizes, seed), points(5, sizes[0], seed)
    alone = np.concatenate([net.logits(row[None, :]) for row in X])
    np.testing.assert_allclose(net.logits(X), alone, rtol=1e-12, atol=1e-12)
    assert net.logits(X[:0]).shape == (0, sizes[-1])
    assert net.predict(X[:0]).shape == net.probabilities(X[:0])[:, 0].shape == (0,)


@given(sizes=st.lists(st.integers(1, 40), min_size=2, max_size=5), seed=st.integers(0, 10**6))
def test_a_fresh_network_is_glorot_uniform_with_zero_biases(sizes, seed):
    net, again = Network.initialize(sizes, seed=seed), Network.initialize(sizes, seed=seed)
    assert net.sizes == tuple(sizes)
    assert (net.n_features, net.n_classes) == (sizes[0], sizes[-1])
    assert net.to_vector().tobytes() == again.to_vector().tobytes()
    for layer in net.layers:
        assert not layer.bias.any()
        assert np.abs(layer.weights).max() <= math.sqrt(6.0 / (layer.inputs + layer.units))
    assert [layer.activation for layer in net.layers] == ["relu"] * (len(sizes) - 2) + ["linear"]


def test_glorot_weights_fill_their_interval_evenly():
    layer = Network.initialize([200, 100], seed=5).layers[0]
    limit = math.sqrt(6.0 / 300)
    counts, _ = np.histogram(layer.weights, bins=20, range=(-limit, limit))
    assert counts.sum() == 20_000
    assert abs(counts - 1000).max() < 5 * math.sqrt(1000)
    assert Network.initialize([200, 100], seed=6).layers[0].weights[0, 0] != layer.weights[0, 0]


def test_nothing_in_a_network_can_be_changed_and_the_callers_arrays_stay_theirs():
    weights, bias = np.ones((2, 2)), np.zeros(2)
    layer = Dense(weights, bias)
    weights[:], bias[:] = 9.0, 9.0
    assert layer.weights.tolist() == [[1.0, 1.0], [1.0, 1.0]]
    assert layer.bias.tolist() == [0.0, 0.0]
    for array in (layer.weights, layer.bias):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1.0
    with pytest.raises(AttributeError):
        layer.activation = "tanh"
    with pytest.raises(AttributeError):
        Network([layer]).layers = ()


def test_repr_says_the_shape():
    assert repr(Network.initialize([2, 2, 4])) == "Network(2 -> 2 -> 4; relu; 18 parameters)"
    assert repr(Network.initialize([2, 3])) == "Network(2 -> 3; no hidden layer; 9 parameters)"
    assert repr(Dense(np.ones((3, 2)), [0, 0], "tanh")) == "Dense(3 -> 2, tanh)"


NET = Network.initialize([2, 3, 4])
ONE_OF = "one of linear, relu, leaky_relu, tanh, sigmoid, elu, softplus, gelu, silu, abs"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: Dense([[1.0]], [0.0], "swish"),
            f"activation must be {ONE_OF}. Got 'swish' instead.",
        ),
        (lambda: Dense([[1.0]], [0.0], None), f"activation must be {ONE_OF}. Got None instead."),
        (
            lambda: Dense([1.0], [0.0]),
            "weights must be an array of 2 dimensions. Got shape (1,) instead.",
        ),
        (
            lambda: Dense([[1.0]], 0.0),
            "bias must be an array of 1 dimension. Got shape () instead.",
        ),
        (
            lambda: Dense(np.ones((1, 1)) * 2j, [0.0]),
            "weights must be numbers. Got array([[0.+2.j]]) instead.",
        ),
        (lambda: Dense([["a"]], [0.0]), "weights must be numbers. Got [['a']] instead."),
        (
            lambda: Dense([[1.0], [2.0, 3.0]], [0.0]),
            "weights must be numbers. Got [[1.0], [2.0, 3.0]] instead.",
        ),
        (lambda: Dense([[math.nan]], [0.0]), "weights must be finite numbers. Got nan instead."),
        (lambda: Dense([[1.0]], [math.inf]), "bias must be finite numbers. Got inf instead."),
        (
            lambda: Dense(np.ones((2, 3)), [0.0, 0.0]),
            "bias must be of shape (3,), one number per unit. Got shape (2,) instead.",
        ),
        (
            lambda: Dense(np.ones((0, 3)), [0.0] * 3),
            "weights must be of shape (inputs, units), at least (1, 1). Got shape (0, 3) instead.",
        ),
        (
            lambda: Dense([[1.0]], [0.0], "leaky_relu", math.nan),
            "negative_slope must be a finite number. Got nan instead.",
        ),
        (
            lambda: Dense([[1.0]], [0.0], "leaky_relu", "a"),
            "negative_slope must be a finite number. Got 'a' instead.",
        ),
        (lambda: Network([]), "layers must be a sequence of at least one Dense. Got () instead."),
        (lambda: Network(3), "layers must be a sequence of at least one Dense. Got (3,) instead."),
        (
            lambda: Network(["dense"]),
            "layers must be a sequence of at least one Dense. Got ('dense',) instead.",
        ),
        (
            lambda: Network([Dense(np.ones((2, 3)), [0.0] * 3), Dense(np.ones((2, 1)), [0.0])]),
            "layers[1] must be a Dense of 3 inputs, the units of the layer before. "
            "Got 2 inputs instead.",
        ),
        (
            lambda: Network.initialize([2]),
            "sizes must be at least two whole numbers: inputs and classes. Got [2] instead.",
        ),
        (
            lambda: Network.initialize(2),
            "sizes must be at least two whole numbers: inputs and classes. Got 2 instead.",
        ),
        (
            lambda: Network.initialize("224"),
            "sizes must be at least two whole numbers: inputs and classes. Got '224' instead.",
        ),
        (
            lambda: Network.initialize([2, 0, 4]),
            "sizes[1] must be a whole number of at least 1. Got 0 instead.",
        ),
        (
            lambda: Network.initialize([2, 2.5]),
            "sizes[1] must be a whole number of at least 1. Got 2.5 instead.",
        ),
        (
            lambda: Network.initialize([2, 2, 4], seed=-1),
            "seed must be a whole number of at least 0. Got -1 instead.",
        ),
        (
            lambda: Network.initialize([2, 2, 4], "swish"),
            f"activation must be {ONE_OF}. Got 'swish' instead.",
        ),
        (
            lambda: Network.initialize([2, 4], "swish"),
            f"activation must be {ONE_OF}. Got 'swish' instead.",
        ),
        (
            lambda: Network.initialize([2, 2, 4], None),
            f"activation must be {ONE_OF}. Got None instead.",
        ),
        (
            lambda: Network.initialize([2, 2, 4], ["swish"]),
            f"activation must be {ONE_OF}. Got 'swish' instead.",
        ),
        (
            lambda: Network.initialize([2, 2, 4], ["relu", "relu"]),
            "activation must be one name, or one for each hidden layer, 1 in all. "
            "Got 2 in all instead.",
        ),
        (
            lambda: NET.predict([1.0, 2.0]),
            "X must be of shape (n, 2). Got shape (2,) instead. For one point, use X[None, :].",
        ),
        (
            lambda: NET.logits(np.ones((5, 3))),
            "X must be of shape (n, 2). Got shape (5, 3) instead.",
        ),
        (
            lambda: NET.activations([["a", "b"]]),
            "X must be numbers of shape (n, 2). Got [['a', 'b']] instead.",
        ),
        (
            lambda: NET.probabilities([[1.0, 2.0], [3.0]]),
            "X must be numbers of shape (n, 2). Got [[1.0, 2.0], [3.0]] instead.",
        ),
        (
            lambda: NET.predict([[1j, 0.0]]),
            "X must be numbers of shape (n, 2). Got [[1j, 0.0]] instead.",
        ),
        (
            lambda: NET.predict([[10**400, 0.0]]),
            f"X must be numbers of shape (n, 2). Got [[1{'0' * 76}… instead.",
        ),
        (lambda: NET.predict([[1.0, math.nan]]), "X must be finite numbers. Got nan instead."),
        (
            lambda: NET.pre_activations([[-math.inf, 1.0]]),
            "X must be finite numbers. Got -inf instead.",
        ),
        (
            lambda: NET.with_vector(np.zeros(24)),
            "vector must be of shape (25,). Got shape (24,) instead.",
        ),
        (
            lambda: NET.with_vector(np.zeros((25, 1))),
            "vector must be of shape (25,). Got shape (25, 1) instead.",
        ),
        (
            lambda: NET.with_vector(np.full(25, math.nan)),
            "weights must be finite numbers. Got nan instead.",
        ),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(InvalidInput) as refusal:
        call()
    assert str(refusal.value) == message


@given(
    shape=st.tuples(st.integers(1, 40), st.integers(2, 20)),
    n=st.integers(1, 9),
    seed=st.integers(0, 10**6),
)
def test_equal_units_give_equal_numbers(shape, n, seed):
    rng = np.random.default_rng(seed)
    units = shape[1]
    like = rng.integers(0, units, units)
    weights, bias = rng.normal(size=shape)[:, like], rng.normal(size=units)[like]
    for activation in ("linear", "tanh"):
        outputs = Dense(weights, bias, activation)(rng.normal(size=(n, shape[0])))
        for unit, other in enumerate(like):
            twin = like.tolist().index(other)
            assert outputs[:, unit].tobytes() == outputs[:, twin].tobytes()

"""from_keras and to_keras; their activations on every backend: keras_fit's tests of parity."""

from __future__ import annotations

import itertools
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

keras = pytest.importorskip("keras")

import unitscope as us  # noqa: E402
from unitscope.errors import InvalidInput, MissingDependency, UnsupportedModel  # noqa: E402
from unitscope.networks import ACTIVATIONS  # noqa: E402

# Keras's own get_weights makes NumPy 2 warn.
pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"
)

layers = keras.layers
X = np.random.default_rng(0).normal(0.0, 2.0, (30, 3)).astype(np.float32)


def sequential(*steps: Any, loss: str = "") -> Any:
    model = keras.Sequential([keras.Input((3,)), *steps])
    if loss:
        model.compile(loss=loss)
    return model


@settings(max_examples=15, deadline=None)
@given(
    sizes=st.lists(st.integers(1, 5), min_size=2, max_size=4),
    seed=st.integers(0, 99),
    activation=st.sampled_from(sorted(ACTIVATIONS)),
    slope=st.sampled_from([0.2, 0.05, 1.5]),
)
def test_a_network_comes_back_as_it_went(
    sizes: list[int], seed: int, activation: str, slope: float
) -> None:
    rng = np.random.default_rng(seed)
    chain = [
        us.Dense(
            rng.normal(size=(a, b)).astype(np.float32),
            rng.normal(size=b).astype(np.float32),
            activation if i < len(sizes) - 2 else "linear",
            slope,
        )
        for i, (a, b) in enumerate(itertools.pairwise(sizes))
    ]
    net = us.Network(chain)
    model = us.to_keras(net)
    back = us.from_keras(model)
    if net.n_classes == 1:  # one logit is two classes
        points = rng.normal(size=(7, sizes[0]))
        both = np.column_stack([np.zeros(7), net.logits(points)])
        assert np.allclose(back.logits(points), both, rtol=1e-14)
        return
    assert np.array_equal(back.to_vector(), net.to_vector())
    assert [layer.activation for layer in back.layers] == [layer.activation for layer in net.layers]
    points = rng.normal(size=(7, sizes[0]))
    assert np.array_equal(back.logits(points), net.logits(points))
    assert [layer.name for layer in model.layers if type(layer) is layers.Dense] == [
        f"L{number}" for number in range(1, len(sizes))
    ]


def test_the_model_made_gives_the_logits() -> None:
    net = us.Network.initialize([3, 6, 5, 4], activation=["gelu", "leaky_relu"], seed=1)
    model = us.to_keras(net)
    assert np.abs(np.asarray(model(X)) - net.logits(X)).max() < 1e-5
    assert not model.compiled


def test_reading_leaves_the_model_alone() -> None:
    model = sequential(layers.Dense(4, "relu"), layers.Dense(3, "softmax"))
    before = model.get_weights()
    net = us.from_keras(model)
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))
    model.set_weights([part + 1 for part in before])
    assert np.array_equal(net.layers[0].weights, before[0].astype(float))


@pytest.mark.parametrize(
    "steps",
    [
        lambda: (layers.Dense(4), layers.Activation("relu"), layers.Dense(3, "softmax")),
        lambda: (layers.Dense(4), layers.ReLU(), layers.Dense(3), layers.Softmax()),
        lambda: (
            layers.Dense(4, layers.ReLU()),
            layers.Dropout(0.5),
            layers.Dense(3),
            layers.Activation("softmax"),
        ),
        lambda: (
            keras.Sequential([layers.Dense(4, "relu")]),
            layers.GaussianNoise(1.0),
            layers.Dense(3, "softmax"),
        ),
    ],
)
def test_softmax_goes_and_activations_join_their_dense(steps: Any) -> None:
    model = sequential(*steps())
    net = us.from_keras(model)
    assert [layer.activation for layer in net.layers] == ["relu", "linear"]
    assert np.abs(net.probabilities(X) - np.asarray(model(X))).max() < 1e-6


def test_a_softmax_of_one_unit_is_refused() -> None:
    model = sequential(layers.Dense(4, "relu"), layers.Dense(1, "softmax"))
    with pytest.raises(InvalidInput, match="Got a softmax of one unit, which is always 1, instead"):
        us.from_keras(model)


def test_one_sigmoid_unit_is_two_classes() -> None:
    model = sequential(layers.Dense(4, "tanh"), layers.Dense(1, "sigmoid"))
    net = us.from_keras(model)
    assert net.n_classes == 2 and (net.logits(X)[:, 0] == 0.0).all()
    assert np.abs(net.probabilities(X)[:, 1:] - np.asarray(model(X))).max() < 1e-6


@pytest.mark.parametrize(
    ("layer", "slope"),
    [
        (lambda: layers.Activation("leaky_relu"), 0.2),
        (lambda: layers.LeakyReLU(), 0.3),
        (lambda: layers.LeakyReLU(negative_slope=0.07), 0.07),
        (lambda: layers.ReLU(negative_slope=0.5), 0.5),
    ],
)
def test_the_slope_below_zero_is_kept(layer: Any, slope: float) -> None:
    hidden = us.from_keras(sequential(layers.Dense(2), layer(), layers.Dense(2))).layers[0]
    assert (hidden.activation, hidden.negative_slope) == ("leaky_relu", pytest.approx(slope))


def test_a_dense_without_bias_has_bias_zero() -> None:
    assert (us.from_keras(sequential(layers.Dense(2, use_bias=False))).layers[0].bias == 0.0).all()


def test_a_functional_chain_is_read_in_its_own_order() -> None:
    inputs = keras.Input((3,))
    first, last = layers.Dense(5, "elu"), layers.Dense(4)
    model = keras.Model(inputs, layers.Softmax()(last(first(inputs))))
    assert us.from_keras(model).sizes == (3, 5, 4)
    assert np.abs(us.from_keras(model).probabilities(X) - np.asarray(model(X))).max() < 1e-6


class Doubled(layers.Dense):
    def call(self, inputs: Any) -> Any:
        return 2.0 * super().call(inputs)


class Subclassed(keras.Model):
    def call(self, inputs: Any) -> Any:
        return inputs


def _branching() -> Any:
    inputs = keras.Input((3,))
    return keras.Model(inputs, layers.Add()([layers.Dense(2)(inputs), layers.Dense(2)(inputs)]))


def _two_outputs() -> Any:
    inputs = keras.Input((3,))
    return keras.Model(inputs, [layers.Dense(2)(inputs), layers.Dense(2)(inputs)])


@pytest.mark.parametrize(
    ("model", "named"),
    [
        (
            lambda: sequential(layers.Dense(2), layers.LayerNormalization(name="norm")),
            r"'norm' \(LayerNormalization\)",
        ),
        (lambda: sequential(Doubled(2, name="twice")), r"'twice' \(Doubled\)"),
        (lambda: sequential(layers.Dense(2, "mish", name="s")), "'s' .*mish"),
        (lambda: sequential(layers.Dense(2, lambda z: z, name="own")), "'own'"),
        (
            lambda: sequential(layers.Dense(2, "softmax"), layers.Dense(2, name="late")),
            "'late' .*after a softmax",
        ),
        (
            lambda: sequential(layers.Dense(2), layers.ReLU(threshold=1.0, name="jump")),
            "'jump' .*threshold",
        ),
        (lambda: sequential(layers.Dense(1, name="price"), loss="mse"), "mse, a quantity"),
        (
            lambda: sequential(layers.Dense(2), layers.Activation("softsign", name="half")),
            "'half' .*softsign",
        ),
        (lambda: keras.Sequential([keras.Input((4, 3)), layers.Dense(2)]), "shape"),
        (_branching, "Add"),
        (_two_outputs, "one output"),
        (lambda: Subclassed(), "Subclassed"),
        (lambda: keras.Sequential(), "without layers"),
    ],
)
def test_other_models_are_refused_by_name(model: Any, named: str) -> None:
    with pytest.raises(UnsupportedModel, match=named):
        us.from_keras(model())


def test_an_unbuilt_model_is_refused_with_the_remedy() -> None:
    with pytest.raises(InvalidInput, match=r"must be built.*model\.build\(\(None, features\)\)"):
        us.from_keras(keras.Sequential([layers.Dense(2)]))


@pytest.mark.parametrize("thing", [None, 3, np.zeros(3), keras.layers.Dense(2)])
def test_other_things_are_no_keras_models(thing: Any) -> None:
    with pytest.raises(InvalidInput, match="must be a Keras model"):
        us.from_keras(thing)


def test_without_keras_the_command_that_installs_it_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "keras", None)
    with pytest.raises(MissingDependency, match=r'pip install "unitscope\[keras\]"'):
        us.to_keras(us.Network.initialize([2, 2]))

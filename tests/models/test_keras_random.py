"""from_keras: random models of every kind of layer that is read, beside Keras's own outputs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from same_answers import assert_close

import unitscope as us
from thorough import few

keras = pytest.importorskip("keras")
layers = keras.layers

pytestmark = pytest.mark.filterwarnings(
    "ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"
)
_FUNCTIONS = (
    *("relu", "leaky_relu", "tanh", "sigmoid", "elu", "softplus", "gelu", "silu", "linear"),
    *("relu6", "hard_sigmoid", "selu"),
)


def random_model(rng: np.random.Generator, features: int) -> Any:
    alpha = float(rng.uniform(0.1, 1.5))
    between = [
        lambda: layers.Dropout(0.5),
        lambda: layers.BatchNormalization(),
        lambda: layers.LeakyReLU(negative_slope=alpha),
        lambda: layers.ReLU(max_value=2.0),
        lambda: layers.ReLU(negative_slope=alpha),
        lambda: layers.PReLU(),
        lambda: layers.ELU(alpha),
        lambda: layers.Activation(str(rng.choice(_FUNCTIONS))),
    ]
    front = [
        lambda: layers.Rescaling(0.5, offset=alpha),
        lambda: layers.BatchNormalization(),
        lambda: layers.Normalization(mean=alpha, variance=2.0),
        lambda: keras.Sequential([layers.Reshape((features, 1)), layers.Flatten()]),
    ]
    parts = [front[rng.integers(4)]()] if rng.integers(2) else []
    for _ in range(rng.integers(0, 3)):
        bias = bool(rng.integers(4))
        width = int(rng.integers(1, 7))
        parts.append(layers.Dense(width, str(rng.choice(_FUNCTIONS)), use_bias=bias))
        parts += [between[rng.integers(len(between))]() for _ in range(rng.integers(3))]
    width = int(rng.integers(1, 6))
    last = ["linear", "sigmoid", "softmax"][rng.integers(3 if width > 1 else 2)]
    model = keras.Sequential([keras.Input((features,)), *parts, layers.Dense(width, last)])
    for variable in model.weights:
        if variable.path.startswith("normalization") or "float" not in str(variable.dtype):
            continue
        low = 0.5 if "variance" in variable.path else -1.0
        variable.assign(rng.uniform(low, 1.5, variable.shape))
    return model


@pytest.mark.parametrize("seed", range(few(12, 300)))
def test_a_random_model_and_its_network_agree(seed: int) -> None:
    rng = np.random.default_rng(seed)
    features = int(rng.integers(1, 5))
    model = random_model(rng, features)
    points = rng.normal(0.0, 1.5, (40, features)).astype(np.float32)
    theirs = np.asarray(keras.ops.convert_to_numpy(model(points)), np.float64)
    net = us.network(model)
    logits, chances = net.logits(points), net.probabilities(points)
    last = model.layers[-1].activation.__name__
    if theirs.shape[1] == 1:
        assert net.n_classes == 2 and (logits[:, 0] == 0.0).all()
        assert_close(chances[:, 1:] if last == "sigmoid" else logits[:, 1:], theirs)
    elif last == "sigmoid":
        assert_close(np.exp(-np.logaddexp(0.0, -logits)), theirs)
    else:
        assert_close(chances if last == "softmax" else logits, theirs)

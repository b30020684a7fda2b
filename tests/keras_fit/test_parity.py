"""fit against model.fit: the same History, weights and optimizer, in a process for each backend.

Run as a program with a backend's name, this file does the comparison itself.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
import time
from typing import Any

import numpy as np
import pytest
from backends import Backend, keras_on, on_every_backend

TOLERANCE = 1e-5
POINTS, EPOCHS, BATCH = 50, 3, 16  # the last batch of an epoch has 2 points

# name: optimizer (class, options), activations, loss form, kernel regularizer, name of the accuracy
CASES = {
    "sgd relu": (("SGD", {"learning_rate": 0.05}), "relu", "logits", None, "accuracy"),
    "sgd tanh": (("SGD", {"learning_rate": 0.05}), "tanh", "softmax", "l2", "acc"),
    "momentum relu": (
        ("SGD", {"learning_rate": 0.05, "momentum": 0.9}),
        "relu",
        "softmax layer",
        None,
        "accuracy",
    ),
    "momentum tanh": (
        ("SGD", {"learning_rate": 0.05, "momentum": 0.5}),
        "tanh",
        "one-hot",
        None,
        "accuracy",
    ),
    "nesterov elu": (
        ("SGD", {"learning_rate": 0.05, "momentum": 0.9, "nesterov": True}),
        "elu",
        "one-hot softmax",
        None,
        "categorical_accuracy",
    ),
    "nesterov relu": (
        ("SGD", {"learning_rate": 0.02, "momentum": 0.8, "nesterov": True}),
        "relu",
        "logits",
        "l1",
        "accuracy",
    ),
    "rmsprop relu": (
        ("RMSprop", {"learning_rate": 0.01}),
        "relu",
        "logits",
        None,
        "sparse_categorical_accuracy",
    ),
    "rmsprop sigmoid": (
        ("RMSprop", {"learning_rate": 0.01, "rho": 0.8}),
        "sigmoid",
        "softmax",
        None,
        "accuracy",
    ),
    "rmsprop momentum relu": (
        ("RMSprop", {"learning_rate": 0.01, "momentum": 0.9}),
        "relu",
        "one-hot",
        None,
        "acc",
    ),
    "rmsprop momentum softplus": (
        ("RMSprop", {"learning_rate": 0.01, "momentum": 0.5}),
        "softplus",
        "logits",
        None,
        "accuracy",
    ),
    "adam relu": (("Adam", {"learning_rate": 0.01}), "relu", "logits", "l1_l2", "accuracy"),
    "adam gelu": (
        ("Adam", {"learning_rate": 0.02, "beta_1": 0.8, "epsilon": 1e-5}),
        "gelu",
        "softmax",
        None,
        "accuracy",
    ),
    "adamw relu": (("AdamW", {"learning_rate": 0.01}), "relu", "one-hot softmax", None, "accuracy"),
    "adamw tanh": (
        ("AdamW", {"learning_rate": 0.01, "weight_decay": 0.1}),
        "tanh",
        "logits",
        None,
        "accuracy",
    ),
}
# A case costs JAX and TensorFlow about 2 s of compiling, so they share the cases. Every kind on
# every backend, but without compiling, is in test_catalogue.py.
SHARES = {
    "tensorflow": list(CASES)[::3],
    "jax": list(CASES)[1::3],
    "tf_keras": list(CASES)[2::3],
    "torch": list(CASES)[::2],
}


def _made(keras: Any, case: tuple[Any, ...], seed: int) -> Any:
    (optimizer, options), activation, form, regularizer, accuracy = case
    layers = keras.layers
    regularizer = keras.regularizers.L1L2(0.02, 0.01) if regularizer == "l1_l2" else regularizer
    model = keras.Sequential(
        [
            layers.Dense(5, activation, kernel_regularizer=regularizer),
            layers.Dense(4, kernel_regularizer=regularizer),
            layers.Activation(activation),
            layers.Dense(
                4,
                "softmax" if form in ("softmax", "one-hot softmax") else None,
                kernel_regularizer=regularizer,
            ),
            *([layers.Softmax()] if form == "softmax layer" else []),
        ]
    )
    model.build((None, 3))
    rng = np.random.default_rng(seed)
    model.set_weights(
        [rng.normal(0.0, 0.6, part.shape).astype(np.float32) for part in model.get_weights()]
    )
    if form == "logits":
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    elif form == "one-hot":
        loss = keras.losses.CategoricalCrossentropy(from_logits=True)
    else:
        loss = (
            "categorical_crossentropy"
            if form == "one-hot softmax"
            else "sparse_categorical_crossentropy"
        )
    model.compile(getattr(keras.optimizers, optimizer)(**options), loss, metrics=[accuracy])
    return model


def _compare(keras: Any, name: str, seed: int) -> None:
    import unitscope as us

    case = CASES[name]
    rng = np.random.default_rng(seed)
    X = rng.normal(0.0, 1.5, (POINTS + 20, 3))
    labels = rng.integers(0, 4, POINTS + 20)
    y = np.eye(4)[labels] if "one-hot" in case[2] else labels
    options = {
        "batch_size": BATCH,
        "shuffle": False,
        "verbose": 0,
        "validation_data": (X[POINTS:], y[POINTS:]),
    }
    X, y = X[:POINTS], y[:POINTS]
    theirs, ours = _made(keras, case, seed), _made(keras, case, seed)
    expected = theirs.fit(X, y, epochs=3 * EPOCHS, **options).history
    # here, then Keras on the weights and the optimizer written back, then here again from what
    # Keras left
    parts = [
        us.fit(ours, X, y, epochs=EPOCHS, **options),
        ours.fit(
            X, y, initial_epoch=EPOCHS, epochs=2 * EPOCHS, **{**options, "validation_data": None}
        ),
        us.fit(ours, X, y, initial_epoch=2 * EPOCHS, epochs=3 * EPOCHS, **options),
    ]
    assert parts[0].why is None and parts[2].why is None, (name, parts[0].why)
    assert type(parts[0]) is keras.callbacks.History and parts[0].model is ours
    assert [epoch for part in parts for epoch in part.epoch] == list(range(3 * EPOCHS))
    assert parts[0].history.keys() == expected.keys(), name
    for key, values in expected.items():
        for number, part in enumerate(
            parts
        ):  # the middle one is Keras's, whose validation would cost a compilation
            found = part.history.get(key)
            wanted = values[number * EPOCHS : (number + 1) * EPOCHS]
            assert found is not None or number == 1, (name, key)
            assert found is None or np.abs(np.subtract(found, wanted)).max() < TOLERANCE, (
                name,
                key,
                found,
                wanted,
            )
    for mine, other in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        assert np.abs(mine - other).max() < 10 * TOLERANCE, (name, mine - other)
    if keras.__name__ == "tf_keras" and case[0] == CASES["sgd relu"][0]:
        return  # Keras 2 keeps a momentum that it never reads
    for mine, other in zip(_variables(ours.optimizer), _variables(theirs.optimizer), strict=True):
        assert np.allclose(mine, other, rtol=1e-3, atol=1e-4), (name, mine, other)


def _variables(optimizer: Any) -> list[np.ndarray]:
    variables = optimizer.variables() if callable(optimizer.variables) else optimizer.variables
    return [np.asarray(variable.numpy()) for variable in variables]


def _convert(keras: Any) -> None:
    """Every activation, as a name and as a layer: the Network gives what the model gives."""
    import unitscope as us

    layers = keras.layers
    names = ["linear", "relu", "leaky_relu", "tanh", "sigmoid", "elu", "softplus", "gelu", "swish"]
    functions = [
        *names,
        layers.ReLU(),
        layers.ReLU(negative_slope=0.25),
        layers.LeakyReLU(),
        layers.ELU(),
    ]
    if keras.backend.backend() == "tensorflow":
        nn = importlib.import_module("tensorflow").nn
        functions += [nn.relu, nn.leaky_relu, nn.gelu, nn.silu, nn.elu, nn.tanh]
    X = np.random.default_rng(0).normal(0.0, 2.0, (40, 3)).astype(np.float32)
    for function in functions:
        steps = [function] if hasattr(function, "get_config") else [layers.Activation(function)]
        last = [layers.Dense(4), layers.Softmax()]
        model = keras.Sequential([layers.Dense(6), *steps, layers.Dense(5, function), *last])
        model.build((None, 3))
        net = us.from_keras(model)
        assert np.abs(net.probabilities(X) - _outputs(keras, model, X)).max() < 1e-6, function
    inputs = keras.Input((3,))
    outputs = layers.Dense(1, "sigmoid")(layers.Dropout(0.5)(layers.Dense(3, "tanh")(inputs)))
    model = keras.Model(inputs, outputs)
    found = us.from_keras(model).probabilities(X)[:, 1:]
    assert np.abs(found - _outputs(keras, model, X)).max() < 1e-6


def _outputs(keras: Any, model: Any, X: np.ndarray) -> np.ndarray:
    """As model.predict, without compiling."""
    outputs = model(X)
    return outputs.numpy() if keras.__name__ == "tf_keras" else keras.ops.convert_to_numpy(outputs)


def main(backend: str) -> None:
    """Compare the backend's cases."""
    keras = keras_on(backend)
    began = time.perf_counter()
    _convert(keras)
    sys.stdout.write(f"conversions: {time.perf_counter() - began:.2f} s\n")
    for seed, name in enumerate(SHARES[backend]):
        began = time.perf_counter()
        _compare(keras, name, seed)
        sys.stdout.write(f"{name}: {time.perf_counter() - began:.2f} s\n")


@pytest.mark.slow
@on_every_backend
def test_fit_gives_what_keras_gives(backend: Backend) -> None:
    backend.run(__file__)


if __name__ == "__main__":
    main(sys.argv[1])

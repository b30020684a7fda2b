"""Five labs of the course, with made-up data of their shapes: their models, points and labels.

Each can be made smaller: `few` is for the tests, all of them for the table in docs/labs.md, which
`python tests/keras_fit/labs.py` prints.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

LARGEST_GAP = 1e-5
BACKENDS_IN_TURN = ("jax", "torch", "tensorflow", "tf_keras")


class Lab(NamedTuple):
    """`made(keras, X)` gives the compiled model, `data(few)` points and labels."""

    made: Callable[[Any, np.ndarray], Any]
    data: Callable[[bool], tuple[np.ndarray, np.ndarray]]
    epochs: int


def _compiled(keras: Any, model: Any, rate: float, loss: Any) -> Any:
    rng = np.random.default_rng(0)
    start = [
        part if index < len(model.weights) - 2 * _denses(model) else _glorot(rng, part)
        for index, part in enumerate(model.get_weights())
    ]
    model.set_weights(start)
    model.compile(keras.optimizers.Adam(rate), loss, metrics=["accuracy"])
    return model


def _denses(model: Any) -> int:
    return sum(type(layer).__name__ == "Dense" for layer in model.layers)


def _glorot(rng: np.random.Generator, part: np.ndarray) -> np.ndarray:
    if part.ndim == 1:
        return np.zeros_like(part)
    limit = np.sqrt(6.0 / sum(part.shape))
    return rng.uniform(-limit, limit, part.shape).astype(np.float32)


def _blobs(n: int, classes: int, spread: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(classes)
    y = rng.integers(0, classes, n)
    return rng.uniform(-6, 6, (classes, 2))[y] + rng.normal(0, spread, (n, 2)), y


def _images(n: int, classes: int) -> tuple[np.ndarray, np.ndarray]:
    """20 x 20 pixels of a blurred drawing for each class, moved and noisy."""
    rng = np.random.default_rng(20)
    drawn = rng.random((classes, 20, 20)) > 0.7
    blurred = sum(np.roll(drawn, (i, j), (1, 2)) for i in (0, 1) for j in (0, 1)) / 4.0
    y = rng.integers(0, classes, n)
    moved = [
        np.roll(blurred[label], shift, (0, 1))
        for label, shift in zip(y, rng.integers(0, 3, (n, 2)), strict=True)
    ]
    return np.reshape(moved, (n, 400)) + rng.normal(0, 0.2, (n, 400)), y


def _coffee(few: bool) -> tuple[np.ndarray, np.ndarray]:
    """200 roasts by temperature and duration; good ones in a triangle; a thousand times each."""
    rng = np.random.default_rng(2)
    X = np.column_stack([rng.uniform(150, 285, 200), rng.uniform(11.5, 15.5, 200)])
    temperature, duration = X.T
    line = -3 / (260 - 175) * temperature + 21
    good = (temperature > 175) & (temperature < 260) & (duration > 12) & (duration < line)
    times = 4 if few else 1000
    return np.tile(X, (times, 1)), np.tile(good[:, None].astype(float), (times, 1))


def _multiclass(keras: Any, X: np.ndarray) -> Any:
    layers = keras.layers
    model = keras.Sequential([keras.Input((2,)), layers.Dense(2, "relu"), layers.Dense(4)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return _compiled(keras, model, 0.01, loss)


def _binary_digits(keras: Any, X: np.ndarray) -> Any:
    sigmoids = [keras.layers.Dense(units, "sigmoid") for units in (25, 15, 1)]
    model = keras.Sequential([keras.Input((400,)), *sigmoids])
    return _compiled(keras, model, 0.001, keras.losses.BinaryCrossentropy())


def _roasting(keras: Any, X: np.ndarray) -> Any:
    front = keras.layers.Normalization(axis=-1)
    front.adapt(X)
    sigmoids = [keras.layers.Dense(units, "sigmoid") for units in (3, 1)]
    model = keras.Sequential([keras.Input((2,)), front, *sigmoids])
    return _compiled(keras, model, 0.01, keras.losses.BinaryCrossentropy())


def _six_classes(penalised: bool) -> Callable[[Any, np.ndarray], Any]:
    def made(keras: Any, X: np.ndarray) -> Any:
        l2 = keras.regularizers.l2
        penalties = (l2(0.1), l2(0.05), None) if penalised else (None, None, None)
        units = ((120, "relu"), (40, "relu"), (6, "linear"))
        denses = [
            keras.layers.Dense(*of, kernel_regularizer=penalty)
            for of, penalty in zip(units, penalties, strict=True)
        ]
        model = keras.Sequential([keras.Input((2,)), *denses])
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        return _compiled(keras, model, 0.001, loss)

    return made


def _digits(keras: Any, X: np.ndarray) -> Any:
    layers = keras.layers
    hidden = [layers.Dense(units, "relu") for units in (25, 15)]
    model = keras.Sequential([keras.Input((400,)), *hidden, layers.Dense(10, "linear")])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return _compiled(keras, model, 0.001, loss)


LABS = {
    "multi-class, 100 x 2, 2-2-4": Lab(_multiclass, lambda few: _blobs(100, 4), 200),
    "binary digits, 1,000 x 400, 400-25-15-1": Lab(
        _binary_digits, lambda few: _images(200 if few else 1000, 2), 20
    ),
    "coffee roasting, 200,000 x 2, Normalization, 2-3-1": Lab(_roasting, _coffee, 10),
    "six classes, 400 x 2, 2-120-40-6": Lab(
        _six_classes(False), lambda few: _blobs(200 if few else 400, 6), 100
    ),
    "six classes, l2 of 0.1, 0.05 and 0": Lab(
        _six_classes(True), lambda few: _blobs(200 if few else 400, 6), 100
    ),
    "digits, 5,000 x 400, 400-25-15-10": Lab(
        _digits, lambda few: _images(400 if few else 5000, 10), 40
    ),
}


def both_ways(keras: Any, name: str, few: bool) -> dict[str, Any]:
    """Train a lab here and by Keras: losses, weights and seconds of both, and our run."""
    import unitscope as us

    lab = LABS[name]
    X, y = lab.data(few)
    epochs = min(lab.epochs, 10) if few else lab.epochs
    options = {"epochs": epochs, "shuffle": False, "verbose": 0}
    found: dict[str, Any] = {"X": X, "y": y}
    for who, train in (("us", us.fit), ("keras", keras.Model.fit)):
        model = lab.made(keras, X)
        began = time.perf_counter()
        history = train(model, X, y, **options)
        found[who] = history.history
        found[who + " seconds"] = time.perf_counter() - began
        found[who + " weights"] = model.get_weights()
        found[who + " outputs"] = _outputs(keras, model, X[:500])
        if who == "us":
            found["why"], found["run"] = history.why, history.run
            found["network"] = us.from_keras(model)
    return found


def _outputs(keras: Any, model: Any, X: np.ndarray) -> np.ndarray:
    outputs = model(X.astype(np.float32))
    return outputs.numpy() if keras.__name__ == "tf_keras" else keras.ops.convert_to_numpy(outputs)


def gaps(found: dict[str, Any]) -> tuple[float, float]:
    """The largest difference of a loss, and of a weight."""
    losses = np.subtract(found["us"]["loss"], found["keras"]["loss"])
    pairs = zip(found["us weights"], found["keras weights"], strict=True)
    return np.abs(losses).max(), max(np.abs(ours - theirs).max() for ours, theirs in pairs)


def main(backend: str, how: str) -> None:
    """Train labs both ways and print a row of the table for each.

    `few`, small ones that are shared among the backends, each on two; `whole`, all of them, small;
    `all`, as large as they are.
    """
    from backends import keras_on  # beside this file

    keras = keras_on(backend)
    first = BACKENDS_IN_TURN.index(backend)
    for number, name in enumerate(LABS):
        if how == "few" and (number - first) % 4 > 1:
            continue
        found = both_ways(keras, name, how != "all")
        loss, weight = gaps(found)
        ours, theirs = found["us"], found["keras"]
        sys.stdout.write(
            f"| {name} | {len(ours['loss'])} | {ours['loss'][-1]:.6f} | {theirs['loss'][-1]:.6f} | "
            f"{loss:.1e} | {weight:.1e} | {ours['accuracy'][-1]:.4f} | "
            f"{theirs['accuracy'][-1]:.4f} | {found['us seconds']:.3f} s | "
            f"{found['keras seconds']:.1f} s |\n"
        )
        sys.stdout.flush()
        if how != "all":
            _check(name, found)


def _check(name: str, found: dict[str, Any]) -> None:
    assert found["why"] is None, (name, found["why"])
    loss, weight = gaps(found)
    assert loss < LARGEST_GAP, (name, loss)
    assert weight < 10 * LARGEST_GAP, (name, weight)
    assert found["us"].keys() == found["keras"].keys()
    hits = np.subtract(found["us"]["accuracy"], found["keras"]["accuracy"]) * len(found["X"])
    assert np.abs(hits).max() <= 1 + 1e-9 * len(found["X"]), (name, hits)
    # the run's network gives, in the data's own units, what the model gives
    run, X, outputs = found["run"], found["X"][:500], found["us outputs"]
    assert np.array_equal(run.network.to_vector(), found["network"].to_vector()), name
    assert run.data.n_classes == run.network.n_classes and np.array_equal(run.data.X, found["X"])
    if outputs.shape[1] == 1:
        logits = run.network.logits(X)
        assert (logits[:, 0] == 0).all()
        expected = run.network.probabilities(X)[:, 1:]
    else:
        expected = run.network.logits(X)
    assert np.abs(expected - outputs).max() < 3e-6 * max(1.0, np.abs(outputs).max()), name


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])

"""The words in which the cases are written, for one Keras: its own, and some that they share."""

from __future__ import annotations

import importlib
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

RNG = np.random.default_rng(7)
Y = np.array([0, 1, 2, 1, 0, 2, 2, 1, 0])
X = RNG.normal(0.0, 3.0, (3, 3))[Y] + RNG.normal(size=(9, 3))
MODULES = [
    *("activations", "callbacks", "config", "constraints", "losses", "metrics", "models"),
    *("ops", "optimizers", "regularizers", "utils"),
]


class _Late:
    """A library that is imported when a case first needs it."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        return getattr(importlib.import_module(self._name), attribute)


def words_of(keras: Any, folder: Path) -> dict[str, Any]:
    """All names that a case may use."""
    words: dict[str, Any] = dict(vars(keras.layers))
    words |= {name: getattr(keras, name) for name in MODULES if hasattr(keras, name)}
    words |= {"Sequential": keras.Sequential, "Model": keras.Model, "Input": keras.Input}
    words |= {"np": np, "X": X, "Y": Y, "XV": X[:4], "YV": Y[:4]}
    words |= {"H": np.eye(3)[Y], "B": (Y == 0).astype("float32"), "folder": folder}
    words |= {name: _Late(name) for name in ("jax", "torch", "pandas", "scipy.sparse")}
    words["scipy"] = _Late("scipy")
    importlib.import_module("scipy.sparse")
    if keras.backend.backend() == "tensorflow":
        words["tf"] = _Late("tensorflow")
    for part in (_models, _own_parts, _callbacks, _data):
        words |= part(keras, folder)
    return words


def weigh(model: Any, seed: int = 0) -> None:
    """Give a built model weights drawn from a seed."""
    rng = np.random.default_rng(seed)
    model.set_weights([rng.normal(0.0, 0.5, part.shape) for part in model.get_weights()])


def wrap(thing: Any, name: str) -> None:
    """Put a function that does the same in the place of a method."""
    setattr(thing, name, partial(_called, getattr(thing, name)))


def _called(method: Callable[..., Any], *args: Any, **options: Any) -> Any:
    return method(*args, **options)


def _models(keras: Any, folder: Path) -> dict[str, Any]:
    layers = keras.layers

    def functional(body: Callable[[Any], Any], dtype: Any = None) -> Any:
        inputs = keras.Input((3,), dtype=dtype)
        return keras.Model(inputs, body(inputs))

    def shared(layer: Any, inputs: Any) -> Any:
        return layer(layer(inputs))

    def frozen(model: Any, index: int | None = None) -> Any:
        (model if index is None else model.layers[index]).trainable = False
        return model

    def saved(model: Any) -> Any:
        path = str(Path(tempfile.mkdtemp(dir=folder)) / "model.keras")
        model.save(path)
        return keras.models.load_model(path)

    def grown() -> Any:
        model = keras.Sequential()
        model.add(layers.Dense(4, "relu"))
        model.add(layers.Dense(3))
        return model

    def another(units: int = 3) -> Any:
        model = keras.Sequential([keras.Input((3,)), layers.Dense(4, "relu"), layers.Dense(units)])
        weigh(model, 1)
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(keras.optimizers.Adam(0.02), loss)
        return model

    def recompile(model: Any) -> None:
        model.compile(model.optimizer, model.loss, metrics=["accuracy"])

    def weights_of(model: Any) -> str:
        model.save_weights(path := str(folder / "all.weights.h5"))
        return path

    found = dict(locals())
    return {name: found[name] for name in found if callable(found[name])} | {
        "weigh": weigh,
        "wrap": wrap,
    }


def _own_parts(keras: Any, _folder: Path) -> dict[str, Any]:
    layers, backend = keras.layers, keras.backend

    class OwnDense(layers.Dense):
        pass

    class Doubled(layers.Layer):
        def call(self, inputs: Any) -> Any:
            return 2.0 * inputs

    class OwnModel(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.last = layers.Dense(4, "relu"), layers.Dense(3)
            self(np.zeros((1, 3), "float32"))

        def call(self, inputs: Any) -> Any:
            return self.last(self.first(inputs))

    class OwnSequential(keras.Sequential):
        pass

    class OwnStep(keras.Sequential):
        def train_step(self, *args: Any) -> Any:
            return super().train_step(*args)

    class OwnLoss(keras.losses.SparseCategoricalCrossentropy):
        def __init__(self) -> None:
            super().__init__(from_logits=True)

    class OwnOptimizer(keras.optimizers.Adam):
        pass

    class OwnMetric(keras.metrics.SparseCategoricalAccuracy):
        pass

    class OwnPenalty(keras.regularizers.Regularizer):
        def __call__(self, weights: Any) -> Any:
            return 0.01 * (
                keras.ops.sum(weights) if hasattr(keras, "ops") else backend.sum(weights)
            )

        def get_config(self) -> dict[str, Any]:
            return {}

    def own_metric(y: Any, outputs: Any) -> Any:
        return keras.metrics.sparse_categorical_accuracy(y, outputs)

    def excluding(optimizer: Any) -> Any:
        optimizer.exclude_from_weight_decay(var_names=["bias"])
        return optimizer

    found = dict(locals())
    return {name: found[name] for name in found if callable(found[name])}


def _callbacks(keras: Any, _folder: Path) -> dict[str, Any]:
    base = keras.callbacks.Callback

    class At(base):  # type: ignore[misc, name-defined]
        """Does something to the model before an epoch, or when the training begins."""

        def __init__(self, when: Any, code: str) -> None:
            super().__init__()
            self.when, self.code = when, code

        def act(self, now: Any) -> None:
            if now == self.when:
                exec(self.code, {"model": self.model, "activations": keras.activations})

        def on_train_begin(self, logs: Any = None) -> None:
            self.act("begin")

        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            self.act(epoch)

    class Ending(base):  # type: ignore[misc, name-defined]
        """Does something to the model after an epoch."""

        def __init__(self, when: int, code: str) -> None:
            super().__init__()
            self.when, self.code = when, code

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            if epoch == self.when:
                exec(self.code, {"model": self.model})

    def OwnCallback(hook: str) -> Any:
        """One with a method of that name, which does nothing."""
        return type("OwnCallback", (base,), {hook: lambda self, *event, logs=None: None})()

    return {"At": At, "Ending": Ending, "OwnCallback": OwnCallback}


def _data(keras: Any, folder: Path) -> dict[str, Any]:
    sequence = getattr(keras.utils, "PyDataset", None) or keras.utils.Sequence

    class Batches(sequence):  # type: ignore[misc, valid-type]
        """Points and labels, three at a time."""

        def __init__(self, X: np.ndarray, y: np.ndarray) -> None:
            super().__init__()
            self.X, self.y = X, y

        def __len__(self) -> int:
            return -(-len(self.y) // 3)

        def __getitem__(self, index: int) -> Any:
            part = slice(3 * index, 3 * index + 3)
            return self.X[part], self.y[part]

    def batches(size: int = 6) -> Iterator[Any]:
        while True:
            for start in range(0, len(Y), size):
                yield X[start : start + size], Y[start : start + size]

    def memory_mapped(array: np.ndarray) -> np.ndarray:
        np.save(folder / "points.npy", array)
        return np.load(folder / "points.npy", mmap_mode="r")

    return {"Batches": Batches, "batches": batches, "memory_mapped": memory_mapped}

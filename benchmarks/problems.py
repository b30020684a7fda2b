"""The three problems that are timed, and how each contender trains on them."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import unitscope as us
from unitscope.kernel.advance import advance
from unitscope.kernel.state import State


@dataclass(frozen=True)
class Problem:
    """Data, network and recipe of one timed training."""

    name: str
    data: us.Dataset
    recipe: us.Recipe

    @property
    def sizes(self) -> tuple[int, ...]:
        """Inputs, hidden widths, classes."""
        return (self.data.n_features, *self.recipe.hidden, self.data.n_classes)


def problems() -> dict[str, Problem]:
    """The three by name.

    - lab: 100 points, 2-2-4, 200 epochs.
    - digits: 1,797 points, 64-32-10.
    - large: 10,000 random points, 64-128-64-10.
    """
    digits = us.datasets.digits()
    rng = np.random.default_rng(0)
    noise = us.Dataset(rng.normal(size=(10_000, 64)), rng.integers(0, 10, 10_000))
    scaled = us.Dataset(digits.X / 16, digits.y)
    for_digits = us.Recipe(hidden=(32,), learning_rate=0.001, epochs=100)
    for_noise = us.Recipe(hidden=(128, 64), learning_rate=0.001, epochs=20, batch_size=128)
    found = (
        Problem("lab", us.datasets.lab(), us.Recipe()),
        Problem("digits", scaled, for_digits),
        Problem("large", noise, for_noise),
    )
    return {problem.name: problem for problem in found}


def ours(problem: Problem, start: us.Network | None = None) -> Callable[[], object]:
    """us.train, shuffles and the weights of every epoch included; it draws what `start` lacks."""
    return lambda: us.train(problem.data, problem.recipe, start=start)


def random_order(problem: Problem) -> np.ndarray:
    """An order of the points for every epoch, (epochs, n) int32, for contenders that draw none."""
    rng, n = np.random.default_rng(0), problem.data.n_points
    return np.stack([rng.permutation(n) for _ in range(problem.recipe.epochs)]).astype(np.int32)


def kernel_alone(problem: Problem) -> Callable[[], object]:
    """The training without the shuffles, weights of every epoch recorded."""
    net = us.Network.initialize(problem.sizes)
    order = random_order(problem)
    start = State.fresh(net.to_vector())
    return lambda: advance(start, net, problem.data.X, problem.data.y, order, problem.recipe)


def scikit_learn(problem: Problem) -> Callable[[], object]:
    """MLPClassifier with the same network, optimizer, batches and epochs."""
    from sklearn.neural_network import MLPClassifier

    recipe = problem.recipe

    def fit() -> object:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return MLPClassifier(
                recipe.hidden,
                learning_rate_init=recipe.learning_rate,
                batch_size=recipe.batch_size,
                max_iter=recipe.epochs,
                n_iter_no_change=10 * recipe.epochs,
                tol=0.0,
                alpha=0.0,
                random_state=0,
            ).fit(problem.data.X, problem.data.y)

    return fit


def numpy_loop(problem: Problem) -> Callable[[], object]:
    """The same training as a careful NumPy program in float32 (one hidden layer)."""
    X, y = problem.data.X.astype(np.float32), problem.data.y
    recipe = problem.recipe
    one_hot = np.eye(problem.data.n_classes, dtype=np.float32)[y]
    net = us.Network.initialize(problem.sizes)

    def fit() -> object:
        rng = np.random.default_rng(0)
        parameters = [
            part.astype(np.float32) for layer in net.layers for part in (layer.weights, layer.bias)
        ]
        means = [np.zeros_like(p) for p in parameters]
        squares = [np.zeros_like(p) for p in parameters]
        losses, kept, step = [], [], 0
        for _ in range(recipe.epochs):
            order, total = rng.permutation(len(X)), 0.0
            for begin in range(0, len(X), recipe.batch_size):
                rows = order[begin : begin + recipe.batch_size]
                W1, b1, W2, b2 = parameters
                a = np.maximum(X[rows] @ W1 + b1, 0)
                z = a @ W2 + b2
                z -= z.max(axis=1, keepdims=True)
                p = np.exp(z)
                p /= p.sum(axis=1, keepdims=True)
                total -= np.log(p[np.arange(len(rows)), y[rows]]).sum()
                d2 = (p - one_hot[rows]) / len(rows)
                d1 = (d2 @ W2.T) * (a > 0)
                step += 1
                rate = recipe.learning_rate * np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
                for q, g in enumerate((X[rows].T @ d1, d1.sum(0), a.T @ d2, d2.sum(0))):
                    means[q] += (g - means[q]) * 0.1
                    squares[q] += (g * g - squares[q]) * 0.001
                    parameters[q] = parameters[q] - rate * means[q] / (np.sqrt(squares[q]) + 1e-7)
            losses.append(total / len(X))
            kept.append([p.copy() for p in parameters])
        return losses, kept

    return fit


def vectors() -> str | None:
    """The vector instructions that the C limits use here: AVX-512, AVX2 or None."""
    processor = Path("/proc/cpuinfo")
    flags = set(processor.read_text().split()) if processor.exists() else set()
    if {"avx512f", "avx512dq", "avx512bw"} <= flags:
        return "AVX-512"
    return "AVX2" if {"avx2", "fma"} <= flags else None


def _built(source: str) -> ctypes.CDLL | None:
    """A C file of this folder as a library, or None without a C compiler or vectors for it."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None or vectors() is None:
        return None
    library = Path(tempfile.mkdtemp()) / "limit.so"
    options = ["-O3", "-march=native", "-fno-math-errno", "-shared", "-fPIC", "-pthread"]
    path = Path(__file__).parent / source
    subprocess.run([compiler, *options, str(path), "-o", str(library), "-lm"], check=True)
    return ctypes.CDLL(str(library))


def _addresses(*arrays: np.ndarray) -> list[ctypes.c_void_p]:
    return [ctypes.c_void_p(array.ctypes.data) for array in arrays]


def c_limit() -> Callable[[], object] | None:
    """The hand-written C kernel on the lab, if it can be built here; its losses are checked."""
    library = _built("limit.c")
    if library is None:
        return None
    data = us.lab.data()
    order = np.ascontiguousarray(us.lab.batch_order(), dtype=np.uint8)
    X = np.ascontiguousarray(data.X, dtype=np.float32)
    y = data.y.astype(np.uint8)
    start = np.concatenate([part.ravel() for part in us.lab.initial_weights()]).astype(np.float32)

    def fit() -> np.ndarray:
        parameters, loss = start.copy(), np.empty(200, np.float32)
        arrays = _addresses(X, y, order, parameters, loss)
        library.train(100, 200, 32, ctypes.c_float(0.01), *arrays)
        return loss

    gap = np.abs(fit() - us.lab.printed_losses()).max()
    if gap > 6e-5:
        raise RuntimeError(f"the C limit is wrong: its losses are {gap} away from the lab's")
    return fit


def c_seeds(seeds: int, threads: int) -> Callable[[], object] | None:
    """The same network from `seeds` starts at once in C; its losses are checked."""
    library = _built("limit_seeds.c")
    if library is None:
        return None
    data, runs = us.lab.data(), -(-seeds // 16) * 16
    X = np.ascontiguousarray(data.X, dtype=np.float32)
    y = data.y.astype(np.uint8)
    networks = [us.Network.initialize((2, 2, 4), seed=seed) for seed in range(runs)]
    starts = np.stack([net.to_vector() for net in networks], axis=1)

    def fit() -> np.ndarray:
        parameters = starts.astype(np.float32)
        loss = np.empty((200, runs), np.float32)
        arrays = _addresses(X, y, parameters, loss)
        library.train_seeds(runs, 100, 200, 32, ctypes.c_float(0.01), threads, *arrays)
        return loss

    theirs = np.median(fit()[-1])
    ours = np.median(us.sweep(data, seeds=seeds).loss)
    if not abs(theirs - ours) < 0.1 * ours:
        what = f"the median of its last losses is {theirs}, ours {ours}"
        raise RuntimeError(f"the C limit is wrong: {what}")
    return fit


def keras_fit(problem: Problem) -> Callable[[], object]:
    """Keras's model.fit on $KERAS_BACKEND: compiled once, weights set back before each fit."""
    import keras

    model = keras.Sequential(
        [
            keras.Input((problem.data.n_features,)),
            *[keras.layers.Dense(units, "relu") for units in problem.recipe.hidden],
            keras.layers.Dense(problem.data.n_classes),
        ]
    )
    model.compile(
        keras.optimizers.Adam(problem.recipe.learning_rate),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    start = model.get_weights()
    X, y = problem.data.X.astype(np.float32), problem.data.y
    batch, epochs = problem.recipe.batch_size, problem.recipe.epochs

    def fit() -> object:
        model.set_weights(start)
        return model.fit(X, y, batch_size=batch, epochs=epochs, verbose=0)

    return fit

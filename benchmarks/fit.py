"""`us.fit` beside `model.fit`: three problems, four ways to call it, on four backends.

`python benchmarks/fit.py` prints the section of docs/benchmarks.md, in some minutes; `--backend
NAME` is the part that runs in a process of its own, both in turn, and prints its seconds as JSON;
the names of some problems may follow.
"""

from __future__ import annotations

import contextlib
import functools
import io
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import problems as p

import page
import unitscope as us

BACKENDS = {
    "tensorflow": "Keras 3 on TensorFlow",
    "jax": "Keras 3 on JAX",
    "torch": "Keras 3 on PyTorch",
    "tf_keras": "tf_keras",
}
CALLS = {
    "bare": "default arguments",
    "early": "EarlyStopping, a fifth held out",
    "checkpoint": "ModelCheckpoint of the weights",
    "csv": "CSVLogger",
}
# Epochs that Keras is timed for, of those of the problem: once one of them, and once as many.
KERAS_EPOCHS = {"lab": 21, "digits": 4, "large": 3}
ROUNDS = 3
CLOCKS = (time.perf_counter, time.process_time)
Seconds = list[float]  # by either clock


def main() -> None:
    """Every backend in a process of its own."""
    if "--backend" in sys.argv:
        _, backend, *names = sys.argv[1:]
        print(json.dumps(measured(backend, names)))
        return
    rows = []
    for backend, named in BACKENDS.items():
        environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"}
        if backend != "tf_keras":
            environment["KERAS_BACKEND"] = backend
        command = [sys.executable, __file__, "--backend", backend]
        done = subprocess.run(
            command, env=environment, check=True, stdout=subprocess.PIPE, text=True
        )
        for problem, call, theirs, ours in json.loads(done.stdout.splitlines()[-1]):
            processors = page.times(theirs[1] / ours[1])
            cells = [*page.row("", theirs[0], ours[0])[1:], processors]
            rows.append([named, problem, CALLS[call], *cells])
    header = ["who", "problem", "called with", "`model.fit`", "`us.fit`", "times ours", "in CPU"]
    print(page.table("`us.fit` and `model.fit`", header, rows))
    few = ", ".join(f"{epochs} of {name}" for name, epochs in KERAS_EPOCHS.items())
    print(
        f"Medians of {ROUNDS} rounds in turn after an uncounted one, of the lab's 200 epochs, 100 "
        "of digits and 20 of 10,000 points, large; ours was timed over all of them. Keras, and "
        "ours where it writes files, was "
        f"timed over one and over more ({few}), and each further epoch is given the seconds of "
        "those between. Both print their progress, and have trained the model before. In CPU: the "
        "same ratio of the processors' seconds, in which other work on the machine counts less."
    )


def measured(backend: str, names: list[str]) -> list[tuple[str, str, Seconds, Seconds]]:
    """Problem, call, seconds of Keras for all epochs, and ours; of the problems of these names."""
    keras = import_module("tf_keras" if backend == "tf_keras" else "keras")
    found = []
    with tempfile.TemporaryDirectory() as folder:
        problems = p.problems()
        for name in names or problems:
            problem = problems[name]
            few, epochs = KERAS_EPOCHS[name], problem.recipe.epochs
            for call in CALLS:
                both = _contenders(keras, problem, call, Path(folder))
                # where files are written, in most of the time, ours is timed as Keras is
                counts = [(1, few), (1, few) if call == "checkpoint" else (epochs,)]
                calls = [
                    functools.partial(one, count)
                    for one, some in zip(both, counts, strict=True)
                    for count in some
                ]
                one, more, *own = _in_turn(calls)
                found.append((name, call, _whole(one, more, few, epochs), own[0]))
                if len(own) > 1:
                    found[-1] = (*found[-1][:3], _whole(*own, few, epochs))
                print(backend, *found[-1], file=sys.stderr, flush=True)
    return found


def _whole(one: Seconds, more: Seconds, few: int, epochs: int) -> Seconds:
    """The seconds of all epochs, of those of one and of a few."""
    return [a + (b - a) * (epochs - 1) / (few - 1) for a, b in zip(one, more, strict=True)]


def _contenders(
    keras: Any, problem: p.Problem, call: str, folder: Path
) -> tuple[Callable[..., object], Callable[..., object]]:
    """The two calls, each with a model of its own, given how many epochs."""

    def fit(train: Any) -> Callable[..., object]:
        model = _model(keras, problem)
        size = problem.recipe.batch_size

        def once(epochs: int = problem.recipe.epochs) -> object:
            options = _options(keras, call, folder)
            return train(model, problem.data.X, problem.data.y, size, epochs, **options)

        return once

    return fit(type(_model(keras, problem)).fit), fit(us.fit)


def _model(keras: Any, problem: p.Problem) -> Any:
    *hidden, classes = problem.sizes[1:]
    layers = [keras.layers.Dense(width, "relu") for width in hidden]
    model = keras.Sequential([*layers, keras.layers.Dense(classes)])
    model.build((None, problem.sizes[0]))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    rate = problem.recipe.learning_rate
    model.compile(keras.optimizers.Adam(rate), loss, metrics=["accuracy"])
    return model


def _options(keras: Any, call: str, folder: Path) -> dict[str, Any]:
    callbacks = keras.callbacks
    if call == "early":
        stopping = callbacks.EarlyStopping("val_loss", patience=10**6)
        return {"callbacks": [stopping], "validation_split": 0.2}
    if call == "checkpoint":
        path = str(folder / "kept.weights.h5")
        return {"callbacks": [callbacks.ModelCheckpoint(path, save_weights_only=True)]}
    return {"callbacks": [callbacks.CSVLogger(folder / "log.csv")]} if call == "csv" else {}


def _in_turn(calls: list[Callable[[], object]]) -> list[Seconds]:
    """The median seconds of each, by either clock."""
    seconds: list[list[Seconds]] = [[] for _ in calls]
    for _ in range(ROUNDS + 1):
        for call, times in zip(calls, seconds, strict=True):
            began = [clock() for clock in CLOCKS]
            with contextlib.redirect_stdout(io.StringIO()):
                call()
            times.append([clock() - start for clock, start in zip(CLOCKS, began, strict=True)])
    return [[statistics.median(one) for one in zip(*times[1:], strict=True)] for times in seconds]


if __name__ == "__main__":
    main()

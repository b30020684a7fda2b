"""Runs the cases on one backend, each by model.fit and by us.fit, and writes what came of them.

    python compare.py BACKEND [all, or a part of a group's name, or "every 12 0"]

A line of JSON for each case: its group and code, the path taken, what the result is equal to, and
the message. With `all`, Keras trains every case that the kernel trains, which takes long where it
has TensorFlow or JAX; without it one of three there. What is passed over is equal to nothing.
Where a case is not about what Keras compiles, Keras works step by step: its compiling would take an
hour for all cases, and changes nothing but the last bit.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
import re
import sys
import tempfile
import time
import warnings
import zlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from catalogue import of_compile, of_fit, of_models, of_states
from catalogue.case import Case
from catalogue.words import words_of

BACKENDS = ("tensorflow", "jax", "torch", "tf_keras")
CASES: tuple[Case, ...] = tuple(
    case for part in (of_models, of_compile, of_fit, of_states) for case in part.CASES
)
ABSENT = (AttributeError, ImportError, NameError)
TOLERANCE = 1e-5


@dataclass
class Trained:
    """What is left of one program: a model, the histories of its fits, or an error."""

    model: Any = None
    histories: list[Any] = field(default_factory=list)
    error: BaseException | None = None
    said: str = ""
    absent: bool = False
    handed_on: str = ""
    why: str = ""

    @property
    def plain(self) -> bool:
        """Whether the kernel trained it, in one fit."""
        whys = [getattr(history, "why", None) for history in self.histories]
        return self.error is None and whys == [None]


class _HandedOn(Exception):
    """Keras has been asked, and need not do it."""


@dataclass
class Result:
    """A line of the table, for one backend; `path` is empty where the case does not exist there."""

    group: str
    code: str
    path: str
    equal: str
    message: str


class Catalogue:
    """One Keras and the cases run on it."""

    def __init__(self, backend: str, *, whole: bool = False) -> None:
        self.backend = backend
        self.whole = whole or backend == "torch"
        if backend != "tf_keras":
            os.environ["KERAS_BACKEND"] = backend
        self.keras = importlib.import_module("tf_keras" if backend == "tf_keras" else "keras")
        self.us = importlib.import_module("unitscope")
        if backend == "torch":
            importlib.import_module("torch").set_num_threads(1)
        elif backend != "jax":
            # With as few as there are processors, those that wait for each other may be all.
            threading = importlib.import_module("tensorflow").config.threading
            threading.set_inter_op_parallelism_threads(16)

    def result(self, case: Case) -> Result:
        """What became of the case."""
        with tempfile.TemporaryDirectory() as folder:
            ours = self.trained(case, self.us.fit, Path(folder))
            if ours.absent:
                return Result(case.group, case.code, "", "", "")
            if ours.handed_on:
                reason = plain(ours.why)
                return Result(case.group, case.code, "Keras", ours.handed_on, reason)
            if ours.plain and not case.compiled and self.passed_over(case):
                return Result(case.group, case.code, "kernel", "", "")
            theirs = self.trained(case, _keras_fit, Path(folder))
        return Result(case.group, case.code, *described(ours, theirs, "anew" in case.parts))

    def passed_over(self, case: Case) -> bool:
        """Whether Keras would take too long here for every case of the kernel's: two of three."""
        return not self.whole and zlib.crc32(case.code.encode()) % 3 > 0

    def trained(self, case: Case, fit: Callable[..., Any], folder: Path) -> Trained:
        """The case's program, with this fit."""
        keras, result, said = self.keras, Trained(), io.StringIO()
        self.settle()
        words, begun, asked = words_of(keras, folder), [], {}

        def train(model: Any, X: Any, y: Any, **options: Any) -> None:
            begun.append(True)
            # One step of SGD shows any gradient; what an optimizer keeps shows in more.
            rows = 6 if "optimizer" in case.parts else 9
            given = {"batch_size": rows, "shuffle": False, "verbose": 2, **options}
            if given["batch_size"] is None and not hasattr(X, "shape"):
                del given["batch_size"]
            result.model = model
            asked.update(given, X=X, y=y)
            result.histories.append(fit(model, X, y, **given))

        # Where this has only one fit, that Keras is asked just as model.fit would have been says it
        # all; PyTorch, which compiles nothing, is quick enough to train each case twice.
        alone = "train(" not in case.parts.get("before", "") + case.parts.get("after", "")
        whole = self.backend == "torch" or not alone or case.compiled
        door = importlib.import_module("unitscope.keras_fit.fit")

        def hand_on(model: Any, X: Any, y: Any, callbacks: Any, arguments: Any, why: str) -> Any:
            same = X is asked["X"] and y is asked["y"]
            same &= callbacks is asked.pop("callbacks", None)
            others = {name: value for name, value in asked.items() if name not in "Xy"}
            same &= all(_same(arguments[name], value) for name, value in others.items())
            result.handed_on = "model.fit" if same else "DIFFERENT: other arguments"
            result.why = why
            raise _HandedOn

        program = case.program
        if self.backend == "tf_keras" and "run_eagerly" not in program:
            # Keras 2 takes the setting of `steps` for one of the model.
            program = program.replace(", metrics=", ", run_eagerly=False, metrics=")
        if fit is not self.us.fit and "anew" in case.parts:
            program = program.replace(
                case.parts["before"], f"{case.parts['before']}; {case.parts['anew']}"
            )
        with contextlib.ExitStack() as stack:
            stack.enter_context(warnings.catch_warnings())
            stack.enter_context(contextlib.redirect_stdout(said))
            stack.enter_context(self.steps(case.compiled))
            warnings.simplefilter("ignore")
            try:
                if fit is self.us.fit and not whole:
                    stack.enter_context(mock.patch.object(door, "fit_with_keras", hand_on))
                exec(program, {**words, "train": train})
            except Exception as error:
                result.error, result.absent = error, not begun and isinstance(error, ABSENT)
                if not begun and isinstance(error, (TypeError, ValueError)):
                    result.absent = True
        result.said = said.getvalue()
        return result

    def settle(self) -> None:
        """Keras as it is at the start, with the same seeds."""
        keras = self.keras
        keras.backend.set_floatx("float32")
        keras.backend.set_epsilon(1e-7)
        if hasattr(keras, "config"):
            keras.utils.clear_session(free_memory=False)
            keras.config.set_dtype_policy("float32")
            keras.config.set_max_epochs(None)
            keras.config.set_max_steps_per_epoch(None)
        else:
            keras.backend.clear_session()
        keras.utils.set_random_seed(0)

    @contextlib.contextmanager
    def steps(self, compiled: bool) -> Iterator[None]:
        """Whether Keras compiles its steps in here."""
        if self.backend == "jax":
            jax = importlib.import_module("jax")
            with jax.disable_jit(not compiled):
                yield
        elif self.backend != "torch":
            tensorflow = importlib.import_module("tensorflow")
            tensorflow.config.run_functions_eagerly(not compiled)
            try:
                yield
            finally:
                tensorflow.config.run_functions_eagerly(False)
        else:
            yield


def _same(one: Any, other: Any) -> bool:
    """Whether an argument is the one that was given, or the same whole number."""
    return one is other or (isinstance(other, (int, np.integer)) and one == other)


def _keras_fit(model: Any, *data: Any, **options: Any) -> Any:
    return model.fit(*data, **options)


def described(ours: Trained, theirs: Trained, anew: bool = False) -> tuple[str, str, str]:
    """The path that fit took, what its result is equal to, its message."""
    whys = [getattr(history, "why", None) for history in ours.histories]
    paths = ["kernel" if why is None else "Keras" for why in whys]
    message = re.findall(
        r"^unitscope: trained by Keras (?:from here )?because (.*)$", ours.said, re.M
    )
    reason = next((why for why in whys if why), "") or (message[0] if message else "")
    if ours.error is not None:
        own = type(ours.error).__module__.startswith("unitscope")
        if theirs.error is None:
            what = "nothing: model.fit trains" if own else "DIFFERENT: only this raises"
            if own and not _finite(theirs):
                what = "nothing: model.fit goes beyond finite numbers"
            text = str(ours.error) if own else repr(ours.error)
            return "refused", what, plain(text)
        what = "model.fit: it raises an error, too"
        if not own and type(theirs.error) is not type(ours.error):
            what = f"DIFFERENT: {ours.error!r:.300} and {theirs.error!r:.300}"
        return ("refused" if own else "Keras"), what, plain(str(ours.error) if own else reason)
    if theirs.error is not None:
        what = f"DIFFERENT: only model.fit raises {theirs.error!r:.300}"
        if paths == ["kernel"] and _refuses(theirs.error):
            what = "nothing: model.fit raises an error"
        return paths[-1], what, plain(reason)
    found = differences(ours, theirs)
    to = "model.fit, after compile" if anew else "model.fit"
    last = paths[-1] if len(set(paths)) <= 1 else ", then ".join(paths)
    return last, to if not found else f"DIFFERENT: {found}", plain(reason)


def plain(text: str) -> str:
    """A message on one line, without what is different in every process."""
    text = re.sub(r"0x[0-9a-f]+", "0x...", " ".join(text.split()))
    text = re.sub(r"/\S*/(\w+\.keras)", r"\1", text)
    return text if len(text) <= 240 else text[:240] + "..."


def _refuses(error: BaseException) -> bool:
    """Whether Keras could not read what it was given, a dtype for instance."""
    return bool(re.search("dtype|positive|InvalidArgument", f"{error!r} {error}", re.IGNORECASE))


def _finite(trained: Trained) -> bool:
    losses = [history.history.get("loss", []) for history in trained.histories]
    numbers = [*losses, *trained.model.get_weights()]
    return all(np.isfinite(part).all() for part in numbers)


def differences(ours: Trained, theirs: Trained) -> str:
    """The first difference between two trainings in words; empty where there is none."""
    if len(ours.histories) != len(theirs.histories):
        return "other fits"
    for mine, other in zip(ours.histories, theirs.histories, strict=True):
        if mine.epoch != other.epoch:
            return f"epochs {mine.epoch} for {other.epoch}"
        if list(mine.history) != list(other.history):
            return f"history of {list(mine.history)} for {list(other.history)}"
        for name, values in other.history.items():
            if not np.allclose(
                mine.history[name], values, rtol=1e-4, atol=TOLERANCE, equal_nan=True
            ):
                return f"{name} {mine.history[name]} for {values}"
    found = [_numbers(ours.model), _numbers(theirs.model)]
    if len(found[0]) != len(found[1]):
        return f"{len(found[0])} variables for {len(found[1])}"
    for index, (mine, other) in enumerate(zip(*found, strict=True)):
        if not np.allclose(mine, other, rtol=1e-3, atol=TOLERANCE, equal_nan=True):
            return f"variable {index}: {mine.tolist()} for {other.tolist()}"
    return ""


def _numbers(model: Any) -> list[np.ndarray]:
    """The weights and the optimizer's variables."""
    optimizer = model.optimizer
    variables = getattr(optimizer, "variables", [])
    variables = variables() if callable(variables) else variables
    numbers = [np.asarray(part) for part in model.get_weights()]
    if type(optimizer).__name__ == "SGD" and not optimizer.momentum:
        variables = variables[:1]  # Keras 2 keeps a momentum that it never reads
    for variable in variables:
        value = variable.numpy() if hasattr(variable, "numpy") else variable
        with contextlib.suppress(TypeError):
            numbers.append(np.asarray(value, np.float64))
    return numbers


def is_tried(group: str, code: str, every: int, place: int) -> bool:
    """Whether it is among those that are tried, one in so many; another place, other ones."""
    return zlib.crc32(f"{group}: {code}".encode()) % every == place


def main(backend: str, *wanted: str) -> None:
    """Print the results, a line each; of all, or of what else is named, none passed over."""
    every, place = 1, 0  # one case in so many
    if wanted and wanted[0].startswith("every "):
        every, place = map(int, wanted[0].removeprefix("every ").split())
        wanted = ()
    catalogue = Catalogue(backend, whole=bool(wanted))
    for case in CASES:
        if not is_tried(case.group, case.code, every, place):
            continue
        named = any(one in case.group or one == case.code for one in wanted)
        if named or not wanted or wanted == ("all",):
            began = time.perf_counter()
            result = asdict(catalogue.result(case))
            result["seconds"] = round(time.perf_counter() - began, 2)
            sys.stdout.write(json.dumps(result) + "\n")
            sys.stdout.flush()
    catalogue.settle()


if __name__ == "__main__":
    main(*sys.argv[1:])

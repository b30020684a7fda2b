"""A process for each backend: Keras has one for its whole life, and takes seconds to start.

Run as a program with a backend's name, this file reads a line of JSON for each program that it is
to run, and answers with one: whether it ended well, and what it printed or the error.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import io
import json
import os
import signal
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).parents[1]))  # what rooms share, for the programs

BACKENDS = [
    "jax",
    pytest.param("tensorflow", marks=pytest.mark.tensorflow),
    pytest.param("tf_keras", marks=pytest.mark.tensorflow),
    pytest.param("torch", marks=pytest.mark.torch),
]
# All tests of a backend are run one after another, in one process of it.
on_every_backend = pytest.mark.parametrize("backend", BACKENDS, indirect=True, scope="session")


def keras_on(backend: str) -> Any:
    """Keras with this backend; tf_keras is Keras 2."""
    if backend != "tf_keras":
        os.environ["KERAS_BACKEND"] = backend  # first: TensorFlow imports Keras, too
    if backend in ("tensorflow", "tf_keras"):
        # With as few as there are processors, those that wait for each other may be all.
        threading = importlib.import_module("tensorflow").config.threading
        threading.set_inter_op_parallelism_threads(16)
    if backend == "tf_keras":
        return importlib.import_module("tf_keras")
    keras = importlib.import_module("keras")
    assert keras.backend.backend() == backend
    return keras


class Backend:
    """A process that runs programs on one backend; skipped where the backend is missing."""

    def __init__(self, name: str) -> None:
        for package in {"tf_keras": ("tf_keras", "tensorflow")}.get(name, ("keras", name)):
            if importlib.util.find_spec(package) is None:
                pytest.skip(f"{package} is not installed")
        self.name = name
        self._told = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115
        self._process = subprocess.Popen(
            [sys.executable, __file__, name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._told,
            text=True,
            env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "OMP_NUM_THREADS": "1"},
        )

    def run(self, program: str | Path, *arguments: str) -> str:
        """What the program's `main` prints, given the backend's name and these arguments."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps([str(program), *arguments]) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, f"{self.name} has ended: {self._errors()}"
        ended_well, said = json.loads(answer)
        assert ended_well, said
        return said

    def end(self) -> None:
        self._process.kill()
        self._process.communicate()
        self._told.close()

    def _errors(self) -> str:
        self._told.seek(0)
        return self._told.read()[-3000:]


def _main_of(program: str) -> Any:
    """The function of this name in a file, which is read once."""
    name = Path(program).stem
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, program)
        assert spec and spec.loader
        sys.modules[name] = module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return sys.modules[name].main


def _serve(backend: str) -> None:
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what libraries print is no answer
    signal.signal(signal.SIGINT, signal.default_int_handler)
    keras_on(backend)
    for line in sys.stdin:
        program, *arguments = json.loads(line)
        said, ended_well = io.StringIO(), True
        with contextlib.redirect_stdout(said):
            try:
                _main_of(program)(backend, *arguments)
            except BaseException:
                ended_well = False
                traceback.print_exc(file=said)
        answers.write(json.dumps([ended_well, said.getvalue()]) + "\n")
        answers.flush()


if __name__ == "__main__":
    _serve(sys.argv[1])

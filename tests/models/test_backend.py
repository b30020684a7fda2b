"""Which backend Keras starts on, where nobody said."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from unitscope.models import backend


@pytest.fixture
def here(monkeypatch, tmp_path):
    """A machine with these packages and this in Keras's file."""

    def having(*packages: str, file: object = None, said: str | None = None) -> str | None:
        monkeypatch.setattr(backend, "find_spec", lambda name: name if name in packages else None)
        monkeypatch.setattr(backend.importlib, "import_module", lambda name: name)
        monkeypatch.delitem(sys.modules, "keras", raising=False)
        monkeypatch.setenv("KERAS_HOME", str(tmp_path))
        monkeypatch.setenv("KERAS_BACKEND", said or "")
        if file is not None:
            text = file if isinstance(file, str) else json.dumps(file)
            (tmp_path / "keras.json").write_text(text)
        assert backend.imported_keras() == "keras"
        return os.environ["KERAS_BACKEND"] or None

    return having


def test_without_tensorflow_it_is_one_that_is_installed(here):
    assert here("keras", "jax") == "jax"
    assert here("keras", "torch") == "torch"
    assert here("keras", "torch", "jax") == "jax"
    assert here("keras", "tensorflow", "jax") is None
    assert here("keras") is None


def test_what_the_user_set_stays(here):
    assert here("keras", "jax", said="torch") == "torch"
    assert here("keras", "jax", file={"backend": "torch"}) is None
    assert here("keras", "jax", file={"backend": "tensorflow"}) == "jax"  # Keras writes that itself
    assert here("keras", "jax", file="no JSON") == "jax"
    assert here("keras", "jax", file="[1]") == "jax"


@pytest.mark.slow
@pytest.mark.keras
def test_keras_alone_writes_a_model_without_a_word_on_backends(tmp_path):
    code = (
        "import sys; sys.modules['tensorflow'] = None\n"
        "from importlib import util\n"
        "from unitscope.models import backend\n"
        "find = util.find_spec\n"
        "backend.find_spec = lambda name: None if name == 'tensorflow' else find(name)\n"
        "import unitscope as us\n"
        "model = us.to_keras(us.Network.initialize([2, 3, 2]))\n"
        "print(sys.modules['keras'].backend.backend())"
    )
    environment = {name: os.environ[name] for name in os.environ if name != "KERAS_BACKEND"}
    environment["KERAS_HOME"] = str(tmp_path)
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.split()[-1] == "jax"

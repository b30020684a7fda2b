"""The package's translations of the compiled codes: of today's sources, and what Numba makes of them."""

import importlib.util
import lzma
import os
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import llvmlite.binding as llvm
import pytest

from unitscope.compiled import llvm_ir

spec = importlib.util.spec_from_file_location(
    "make_llvm_ir", Path(__file__).parents[2] / "tools" / "llvm_ir.py"
)
maker = importlib.util.module_from_spec(spec)
spec.loader.exec_module(maker)


def text_of(path):
    return lzma.decompress(path.read_bytes()).decode()


@pytest.mark.parametrize("code", maker.CODES, ids=lambda code: code.module)
def test_the_translation_is_of_todays_sources(code, monkeypatch):
    for kinds in (["x86_64-avx512", "x86_64"], ["x86_64"]):
        monkeypatch.setattr(llvm_ir, "_kinds", lambda kinds=kinds: kinds)
        assert llvm_ir.shipped(code.module) is not None, "run python tools/llvm_ir.py"
    monkeypatch.setattr(llvm_ir, "_kinds", list)
    assert llvm_ir.shipped(code.module) is None
    monkeypatch.setattr(llvm_ir, "_kinds", lambda: ["x86_64"])
    monkeypatch.setattr(llvm_ir, "digest", lambda module: "of other sources")
    assert llvm_ir.shipped(code.module) is None


def test_no_other_file_lies_there():
    names = {path.name.partition(".")[0] for path in maker.FOLDER.iterdir()}
    assert names == {code.module.rpartition(".")[2] for code in maker.CODES}


@pytest.mark.parametrize("path", sorted(maker.FOLDER.iterdir()), ids=lambda path: path.name)
def test_a_translation_holds_for_any_x86_64(path):
    head, *texts = re.split(r"^; translated for .*\n", text_of(path), flags=re.MULTILINE)
    assert head.count("\n") == 1
    assert 1 <= len(texts) <= 2
    for text in texts:
        assert "inttoptr" not in text, "an address of the process that translated"
        assert not re.search(
            r"target-(cpu|features)|NRT_(inc|dec)ref|NRT_MemInfo_(alloc|new)", text
        )
        assert set(re.findall(r"llvm\.x86\.[\w.]+", text)) <= {
            "llvm.x86.sse.stmxcsr",
            "llvm.x86.sse.ldmxcsr",
        }
        llvm.parse_assembly(text).verify()


TRAINED = """
import hashlib, sys
import unitscope as us
from unitscope.compiled import llvm_ir
from unitscope.kernel.advance import LOOP

llvm_ir._kinds = lambda: iter([sys.argv[1], "x86_64"])
sys.executable = "/nowhere/python"  # so that this process compiles
assert not LOOP.is_ready()
run = us.train(us.datasets.digits(), hidden=(70, 33), epochs=2, threads=1)
assert "numba" not in sys.modules
print(hashlib.sha256(run.weights.tobytes()).hexdigest())
"""


@pytest.mark.slow
def test_the_tiles_for_avx512_give_the_same_bits(tmp_path):
    weights = {
        subprocess.run(
            [sys.executable, "-c", TRAINED, kind],
            check=True,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"UNITSCOPE_CACHE_DIR": str(tmp_path / kind)},
        ).stdout
        for kind in ("x86_64", "x86_64-avx512")
    }
    assert len(weights) == 1


@pytest.mark.slow
@pytest.mark.skipif(
    sys.version_info[:2] != (3, 11) or version("llvmlite") != "0.50.0",
    reason="made with Python 3.11 and the pinned llvmlite, others give other text",
)
def test_numba_makes_the_same_again():
    made = maker.files()
    assert {name: lzma.decompress(content).decode() for name, content in made.items()} == {
        path.name: text_of(path) for path in maker.FOLDER.iterdir()
    }

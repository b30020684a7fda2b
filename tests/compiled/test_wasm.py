"""The browser's modules: of today's translations, what the tool makes again, and small."""

import gzip
import importlib.util
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path

import pytest

spec = importlib.util.spec_from_file_location(
    "make_wasm", Path(__file__).parents[2] / "tools" / "wasm.py"
)
maker = importlib.util.module_from_spec(spec)
spec.loader.exec_module(maker)


def kept(kind: str) -> bytes:
    return (maker.FOLDER / f"{kind}.wasm").read_bytes()


@pytest.mark.parametrize("kind", maker.KINDS)
def test_a_module_is_of_todays_translations_and_small(kind):
    assert maker.section(kept(kind)) == maker.made_of(), "run python tools/wasm.py"
    assert len(kept(kind)) < 80_000 and len(gzip.compress(kept(kind))) < 27_000


def test_the_constants_are_todays():
    assert maker.LAYOUT.read_text(encoding="utf-8") == maker.layout_text()
    assert maker.COURSE.read_bytes() == maker.course_bytes()


@pytest.mark.lld
@pytest.mark.slow
@pytest.mark.parametrize("kind", maker.KINDS)
def test_the_tool_makes_the_same_again(kind):
    linker = subprocess.run([maker.LINKER, "--version"], capture_output=True, text=True).stdout
    if "LLD 14." not in linker or version("llvmlite") != "0.50.0":
        pytest.skip(f"made with LLD 14 and llvmlite 0.50.0, others give other bytes: {linker}")
    assert maker.module(kind) == kept(kind)


def test_without_the_linker_it_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setattr(maker, "LAYOUT", tmp_path / "layout.js")
    monkeypatch.setattr(maker, "COURSE", tmp_path / "course.bin")
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(SystemExit, match="package lld"):
        maker.main()


def test_stale_translations_are_refused(monkeypatch):
    monkeypatch.setattr(maker.llvm_ir, "shipped", lambda module: None)
    with pytest.raises(SystemExit, match="run python tools/llvm_ir"):
        maker.object_code(maker.CODES[0], maker.KINDS["plain"])

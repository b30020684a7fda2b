"""The package's translations of the compiled codes: of today's sources, and what Numba makes."""

import importlib.util
import os
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import llvmlite.binding as llvm
import pytest

from unitscope.compiled import llvm_ir, names

spec = importlib.util.spec_from_file_location(
    "make_llvm_ir", Path(__file__).parents[2] / "tools" / "llvm_ir.py"
)
maker = importlib.util.module_from_spec(spec)
spec.loader.exec_module(maker)


@pytest.mark.parametrize("code", maker.CODES, ids=lambda code: code.module)
def test_the_translation_is_of_todays_sources(code, monkeypatch):
    assert llvm_ir.shipped(code.module) is not None, "run python tools/llvm_ir.py"
    assert llvm_ir.is_shipped(code.module)
    monkeypatch.setattr(llvm_ir, "digest", lambda module: "of other sources")
    assert llvm_ir.shipped(code.module) is None
    assert not llvm_ir.is_shipped(code.module)


def test_no_other_file_lies_there():
    assert {path.name for path in maker.FOLDER.iterdir()} == {
        llvm_ir.file_name(code.module) for code in maker.CODES
    }


@pytest.mark.parametrize("code", maker.CODES, ids=lambda code: code.module)
def test_a_translation_holds_for_any_processor_and_system(code):
    module = maker.kept(code)
    module.verify()
    text = str(module)
    assert "inttoptr" not in text, "an address of the process that translated"
    assert not re.search(r"target-(cpu|features)|NRT_(inc|dec)ref|NRT_MemInfo_(alloc|new)", text)
    assert not re.search(r"llvm\.(x86|aarch64|arm)\.", text), "an instruction of one processor"
    wanted = {one.name for one in module.functions if one.is_declaration}
    # beside what only tells of errors, which do not happen, and LLVM sees it
    wanted = {name for name in wanted if not re.match(r"llvm\.|_?Py|numba_|NRT_", name)}
    assert wanted <= {*names.SYSTEM, names.WIDE_REGISTERS}


def test_a_change_is_told_function_by_function():
    old, new = (
        llvm.parse_assembly(
            f"""
            define i64 @same(i64 %x) {{
              ret i64 %x
            }}
            define i64 @{name}(i64 %x) {{
              %y = {work} i64 %x, 1
              ret i64 %y
            }}
            define i64 @changed(i64 %x) {{
              %y = {work} i64 %x, 1
              ret i64 %y
            }}
            define i64 @moved(i64 %x) {{
              %y = add i64 %x, {len(work)}
              ret i64 %y
            }}
            """
        )
        for name, work in (("old", "add"), ("new", "shl exact"[:3]))
    )
    assert maker.changes(old, old) == []
    assert maker.changes(old, new) == [
        "  changed: 2 -> 2 instructions: add 1 -> 0, shl 0 -> 1",
        "  new: new, 2 instructions",
        "  old: gone, 2 instructions",
    ]


PINNED = sys.version_info[:2] == (3, 11) and version("llvmlite") == "0.50.0"


@pytest.mark.slow
@pytest.mark.skipif(
    not PINNED or importlib.util.find_spec("numba") is None,
    reason="made with Python 3.11 and the pinned Numba, others give other text",
)
@pytest.mark.parametrize("code", maker.CODES, ids=lambda code: code.module)
def test_numba_makes_the_same_again(code):
    again = llvm.parse_assembly(llvm_ir.translated_apart(code.module))
    assert maker.changes(maker.kept(code), again) == []


@pytest.mark.slow
def test_the_oldest_llvmlite_reads_and_trains_the_same(tmp_path):
    program = """
import llvmlite
import numpy as np
import unitscope as us
print(llvmlite.__version__, float(np.abs(us.lab.run().loss - us.lab.printed_losses()).max()))
print(len(us.partition(us.lab.run().network, ((-3, 3), (-3, 3))).regions))
"""
    try:
        folder = maker.oldest_llvmlite()
    except subprocess.CalledProcessError:
        pytest.skip("pip cannot install the oldest llvmlite here")
    path = os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])
    results = []
    for given in ({}, {"PYTHONPATH": path}):
        environment = {**os.environ, "UNITSCOPE_CACHE_DIR": str(tmp_path)} | given
        results.append(
            subprocess.run(
                [sys.executable, "-c", program],
                check=True,
                stdout=subprocess.PIPE,
                text=True,
                env=environment,
            ).stdout.split()
        )
    newest, oldest = results
    assert f"llvmlite-{oldest[0]}".startswith(folder.name)
    assert float(oldest[1]) <= 6e-5 and float(newest[1]) <= 6e-5
    assert newest[2] == oldest[2]

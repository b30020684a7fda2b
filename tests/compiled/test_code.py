"""The compiled code's cache: one file, checked before it is run, and never needed."""

import os
import subprocess
import sys

import pytest

from unitscope.compiled import code as compiled

PROGRAM = """
import sys
import unitscope as us
{before}
run = us.lab.run()
print(float(abs(run.loss - us.lab.printed_losses()).max()), "numba" in sys.modules)
"""
# The smallest of the compiled codes, beside what NumPy makes of its recipe.
SHUFFLES = """
import sys
{before}
from unitscope.kernel import reference
from unitscope.kernel.order import SHUFFLES, drawn, key_of
from unitscope.recipe import Recipe
assert SHUFFLES.works()
gap = abs(drawn(50, Recipe(epochs=3)).rows - reference.shuffles(50, 3, 0, key_of(0))).max()
print(float(gap), "numba" in sys.modules)
"""


def run_program(folder, before="", program=PROGRAM, **variables):
    """Whether a process that trains the lab had to compile for it, and whether it needed Numba."""
    result = subprocess.run(
        [sys.executable, "-c", program.format(before=before)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "UNITSCOPE_CACHE_DIR": str(folder), **variables},
    )
    gap, numba = result.stdout.split()
    assert float(gap) <= 6e-5
    return "compiling for this machine, once" in result.stderr, numba == "True"


COMPILED, LOADED = (True, False), (False, False)


@pytest.mark.slow
def test_the_first_process_compiles_and_the_second_loads_without_numba(tmp_path):
    folder = tmp_path / "cache"
    assert run_program(folder) == COMPILED
    (file,) = folder.glob("loop-*.bin")
    assert {path.suffix for path in folder.iterdir() if path.name != "lock"} == {".bin"}
    assert run_program(folder) == LOADED

    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    assert run_program(folder) == COMPILED, "a damaged file must be compiled anew"
    assert compiled._sound(file.read_bytes())

    if hasattr(os, "getuid"):
        file.chmod(0o666)
        assert run_program(folder) == COMPILED, "a file that others may write must not be run"


@pytest.mark.slow
@pytest.mark.parametrize(
    "before", ["sys.executable = '/bin/echo'", "sys.executable = '/nowhere/python'"]
)
def test_a_process_that_cannot_start_others_compiles_all_the_same(before, tmp_path):
    assert run_program(tmp_path, before) == COMPILED
    assert run_program(tmp_path) == LOADED


def test_several_codes_are_compiled_beside_other_work_and_it_is_said_once(tmp_path):
    program = """
import sys
from unitscope.compiled.code import prepare
from unitscope.kernel.order import SHUFFLES
from unitscope.sweeps.block import LOCKSTEP
prepare(SHUFFLES, LOCKSTEP)
codes = (SHUFFLES, LOCKSTEP)
print(all(code.entry() and code.is_ready() for code in codes), "numba" in sys.modules)
"""
    for said in (1, 0):
        result = subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "UNITSCOPE_CACHE_DIR": str(tmp_path)},
        )
        assert (
            result.stdout == "True False\n"
            and result.stderr.count("compiling for this machine, once") == said
        )
    assert sorted(file.name.partition("-")[0] for file in tmp_path.glob("*.bin")) == [
        "lockstep",
        "shuffles",
    ]


@pytest.mark.parametrize(
    "content", [b"", b"unitscope kernel 3\n", b"unitscope kernel 3\nabc\nname\ncode", b"x" * 100]
)
def test_only_whole_files_are_sound(content):
    assert not compiled._sound(content)


UNTRANSLATED = """
import unitscope.compiled.code
unitscope.compiled.code.shipped = lambda module: {bitcode!r}
"""


# settings of a user's Numba, which have no effect
HINDRANCES = {"NUMBA_DISABLE_JIT": "1", "NUMBA_OPT": "3", "NUMBA_BOUNDSCHECK": "1"}


@pytest.mark.slow
@pytest.mark.parametrize(
    "bitcode", [None, b"no code that LLVM can read"], ids=["none", "of another LLVM"]
)
def test_without_a_translation_numba_makes_one(bitcode, tmp_path):
    """Of the shuffles: that Numba makes the loop as it is shipped is test_llvm_ir.py's."""
    pytest.importorskip("numba")
    before = UNTRANSLATED.format(bitcode=bitcode)
    assert run_program(tmp_path, before, SHUFFLES, **HINDRANCES) == COMPILED
    assert run_program(tmp_path, program=SHUFFLES) == LOADED

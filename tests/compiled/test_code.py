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


def run_program(folder, before=""):
    """Whether a process that trains the lab had to compile for it, and whether it needed Numba."""
    result = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(before=before)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "UNITSCOPE_CACHE_DIR": str(folder)},
    )
    gap, numba = result.stdout.split()
    assert float(gap) <= 6e-5
    return "compiling for this machine, once" in result.stderr, numba == "True"


COMPILED, LOADED = (True, False), (False, False)


@pytest.mark.slow
def test_the_first_process_compiles_and_the_second_loads_without_numba(tmp_path):
    folder = tmp_path / "cache"
    assert run_program(folder) == COMPILED
    (file,) = folder.iterdir()
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
def test_a_process_that_cannot_start_others_compiles_by_itself(before, tmp_path):
    assert run_program(tmp_path, before) == COMPILED
    assert run_program(tmp_path) == LOADED


def test_several_codes_are_compiled_side_by_side_and_it_is_said_once(tmp_path):
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
    assert sorted(file.name.partition("-")[0] for file in tmp_path.iterdir()) == [
        "lockstep",
        "shuffles",
    ]


@pytest.mark.slow
def test_a_folder_that_cannot_be_written_is_no_obstacle(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    assert run_program(blocked / "cache") == COMPILED


@pytest.mark.parametrize(
    "content", [b"", b"unitscope kernel 3\n", b"unitscope kernel 3\nabc\nname\ncode", b"x" * 100]
)
def test_only_whole_files_are_sound(content):
    assert not compiled._sound(content)


UNTRANSLATED = """
import unitscope.compiled.code
unitscope.compiled.code.shipped = lambda module: {bitcode!r}
sys.executable = "/nowhere/python"  # so that this process compiles
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    "bitcode", [None, b"no code that LLVM can read"], ids=["none", "of another LLVM"]
)
def test_without_a_translation_numba_makes_one(bitcode, tmp_path):
    pytest.importorskip("numba")
    assert run_program(tmp_path, UNTRANSLATED.format(bitcode=bitcode)) == (True, True)
    assert run_program(tmp_path) == LOADED

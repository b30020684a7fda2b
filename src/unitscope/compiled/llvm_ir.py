"""The compiled codes as LLVM's intermediate representation: read from the package, or translated.

What Numba makes of a code is the same for every processor and system, and takes it some seconds;
what LLVM then makes of that for this very machine takes about one. So the package has the
translations, and only who changes a source needs Numba: `tools/llvm_ir.py` writes them anew. One is
used only for the very sources that it was made of.
"""

from __future__ import annotations

import importlib
import os
import re
from pathlib import Path

from unitscope.compiled.machine import Machine, give_symbols, tuning
from unitscope.compiled.names import ENTRY
from unitscope.compiled.sources import digest
from unitscope.isolated import command

_TRANSLATE = """
import sys
from unitscope.compiled.llvm_ir import translated
print(translated(sys.argv[1]))
"""
FOLDER = Path(__file__).parent / "translations"
# Numba counts who uses an array; ours are the caller's, so that there is nothing to count.
_COUNTS = re.compile(r"^.* call void @NRT_(inc|dec)ref\(.*\n", re.MULTILINE)
# LLVM knows the attributes of its own functions, which grow from version to version.
_OF_INTRINSICS = re.compile(r"^(declare .*@llvm\..*\)) #\d+$", re.MULTILINE)
_ATTRIBUTES = re.compile(r"^attributes (#\d+) = .*\n", re.MULTILINE)
# Numba's names of functions are the parts of Python's, each after its length; the last one tells.
_PART = re.compile(r"(\d+)")


def shipped(module: str) -> bytes | None:
    """The package's translation of a code as bitcode, if it has one of these very sources."""
    try:
        content = (FOLDER / file_name(module)).read_bytes()
    except OSError:
        return None
    head, _, rest = content.partition(b"\n")
    return unpacked(rest) if head == _head(module) else None


def is_shipped(module: str) -> bool:
    """Whether `shipped` has one."""
    try:
        with (FOLDER / file_name(module)).open("rb") as file:
            return file.readline() == _head(module) + b"\n"
    except OSError:
        return False


def packed(module: str, bitcode: bytes) -> bytes:
    """The content of a code's file: a line about its sources, then the bitcode, compressed."""
    import lzma

    return _head(module) + b"\n" + lzma.compress(bitcode, preset=9)


def unpacked(content: bytes) -> bytes:
    """The bitcode in a file without its first line."""
    import lzma

    return lzma.decompress(content)


def file_name(module: str) -> str:
    """The name of the file of a code's translation."""
    return f"{module.rpartition('.')[2]}.bc.xz"


def _head(module: str) -> bytes:
    return f"made of {digest(module)}".encode()


def translated_apart(module: str) -> str:
    """`translated` in a process of its own, which nobody's settings of Numba reach.

    **Raises** `ImportError` where there is none to be had, or no Numba.
    """
    import subprocess

    settings = {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""}
    settings["NUMBA_OPT"] = "0"  # or Numba optimises a function by itself and where it's inlined
    others = {name: value for name, value in os.environ.items() if not name.startswith("NUMBA_")}
    try:
        ran = subprocess.run(
            command(_TRANSLATE, module),
            check=True,
            capture_output=True,
            text=True,
            cwd=FOLDER.parent,  # Numba reads settings from a file of the current folder, too
            env=others | settings,
        )
    except subprocess.CalledProcessError as error:
        last = (error.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise ImportError(f"changed sources and no translation: {last}") from error
    except OSError as error:
        raise ImportError(f"changed sources and no other process: {error}") from error
    return ran.stdout


def translated(module: str) -> str:
    """What Numba makes of `module.compiled()`, simplified as far as the machine does not matter."""
    import llvmlite.binding as llvm

    give_symbols()
    function = importlib.import_module(module).compiled()
    code = llvm.parse_assembly(_COUNTS.sub("", function.inspect_llvm()))
    inside = [one for one in code.functions if not one.is_declaration]
    for one in (*inside, *code.global_variables):
        if not one.is_declaration and one.name != function.native_name:
            one.linkage = "internal"
    # no model and no features, or the result would be of this processor
    any_target = Machine(Machine.host().triple, "", "").target()
    builder = llvm.create_pass_builder(any_target, tuning())
    simplify = builder.getFunctionPassManager()
    for one in inside:
        simplify.run(one, builder)
    tidy = llvm.create_new_module_pass_manager()
    tidy.add_global_dead_code_eliminate_pass()
    tidy.run(code, builder)
    names = [one.name for one in code.functions]
    tidy = llvm.create_new_module_pass_manager()
    tidy.add_strip_symbols_pass()  # names of values, which differ from run to run
    tidy.run(code, builder)
    for one, name in zip(code.functions, names, strict=True):
        one.name = ENTRY if name == function.native_name else _plain(name)
    return _portable(str(code))


def _plain(name: str) -> str:
    """A function's name in Python; one that isn't Numba's mangling as it is."""
    if not name.startswith("_ZN"):
        return name
    rest, last = name[3:], name
    while size := _PART.match(rest):
        begin = size.end()
        last, rest = rest[begin : begin + int(size[1])], rest[begin + int(size[1]) :]
    return last


def _portable(text: str) -> str:
    """The text without what an older LLVM may not know, and a newer one adds by itself."""
    text = _OF_INTRINSICS.sub(r"\1", text)
    body = _ATTRIBUTES.sub("", text)
    used = set(re.findall(r"#\d+", body))
    return _ATTRIBUTES.sub(lambda line: line[0] if line[1] in used else "", text)

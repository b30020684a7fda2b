"""The compiled codes as LLVM's intermediate representation: translated by Numba, or read from the package.

Translating a code takes Numba some seconds; what LLVM then makes of it for this very processor
takes about one. So the package has the translations for x86-64, with tiles of a matrix for AVX-512
and for others: `tools/llvm_ir.py` writes them. One is used only for the sources that it was made
of; on other machines Numba translates.
"""

from __future__ import annotations

import importlib
import os
import re
from collections.abc import Iterator
from typing import Any

from unitscope.compiled.sources import digest

ENTRY = "unitscope_entry"  # the name of a code's C function
FOLDER = "translations"
# Numba counts who uses an array; ours are the caller's, so that there is nothing to count.
_COUNTS = re.compile(r"^.* call void @NRT_(inc|dec)ref\(.*\n", re.MULTILINE)
_HEAD = "; made of "  # begins a file, before the digest of the sources
_FOR = "; translated for "  # begins a translation, before its kind


def shipped(module: str) -> str | None:
    """The package's translation of a code for machines like this one, if it has one of these very sources."""
    import lzma
    from importlib import resources

    try:
        content = (
            resources.files("unitscope.compiled").joinpath(FOLDER, file_name(module)).read_bytes()
        )
    except OSError:
        return None
    head, *parts = lzma.decompress(content).decode().split(_FOR)
    if head != f"{_HEAD}{digest(module)}\n":
        return None
    texts = dict(part.split("\n", 1) for part in parts)
    return next((texts[kind] for kind in _kinds() if kind in texts), None)


def packed(module: str, texts: dict[str, str]) -> bytes:
    """The content of a code's file: its translation for each kind, x86_64, and x86_64-avx512 where that differs.

    They have most of their lines in common, which are packed once.
    """
    import lzma

    parts = [
        f"{_HEAD}{digest(module)}\n",
        *(f"{_FOR}{kind}\n{text}" for kind, text in texts.items()),
    ]
    return lzma.compress("".join(parts).encode(), preset=9)


def file_name(module: str) -> str:
    """The name of the file of a code's translations."""
    return f"{module.rpartition('.')[2]}.ll.xz"


def _kinds() -> Iterator[str]:
    """The kinds of translation that this machine can use, the best first."""
    import llvmlite.binding as llvm

    if llvm.get_process_triple().partition("-")[0] in ("x86_64", "amd64") and hasattr(
        os, "sched_yield"
    ):
        if llvm.get_host_cpu_features().get("avx512f"):
            yield "x86_64-avx512"
        yield "x86_64"


def translated(module: str) -> str:
    """What Numba makes of `module.compiled()`, simplified as far as the processor does not matter."""
    import llvmlite.binding as llvm

    function = importlib.import_module(module).compiled()
    code = llvm.parse_assembly(_COUNTS.sub("", function.inspect_llvm()))
    for one in (*code.functions, *code.global_variables):
        if not one.is_declaration and one.name != function.native_name:
            one.linkage = "internal"
    any_machine = host_machine(cpu="", features="")  # or the result would be of this one
    builder = llvm.create_pass_builder(any_machine, tuning())
    simplify = builder.getFunctionPassManager()
    for one in code.functions:
        if not one.is_declaration:
            simplify.run(one, builder)
    tidy = llvm.create_new_module_pass_manager()
    tidy.add_global_dead_code_eliminate_pass()
    tidy.add_strip_symbols_pass()  # names of values, which differ from run to run
    tidy.run(code, builder)
    return str(code).replace(function.native_name, ENTRY)


def tuning() -> Any:
    """How LLVM is to optimise."""
    import llvmlite.binding as llvm

    options = llvm.create_pipeline_tuning_options(3)
    options.loop_vectorization = True
    options.loop_unrolling = False  # a loop over the vectors of a small batch has one or two turns
    return options


def host_machine(**kind: str) -> Any:
    """LLVM's description of this processor, or of another kind of its family."""
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    if not kind:
        kind = {"cpu": llvm.get_host_cpu_name(), "features": llvm.get_host_cpu_features().flatten()}
    target = llvm.Target.from_triple(llvm.get_process_triple())
    return target.create_target_machine(opt=3, codemodel="jitdefault", **kind)

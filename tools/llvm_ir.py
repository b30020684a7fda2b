"""Write what Numba makes of the compiled codes into the package, where no user has to wait for it.

    python tools/llvm_ir.py

Each is translated in a process of its own, which makes Numba's names the same every time. The
oldest llvmlite that pyproject.toml allows writes the bitcode, which every later one reads; it is
installed beside the environment's own the first time. What changed is printed, by function.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import llvmlite.binding as llvm

from unitscope.compiled import llvm_ir
from unitscope.compiled.code import CompiledCode
from unitscope.geometry.subdivision import CUT
from unitscope.kernel.advance import LOOP
from unitscope.kernel.order import SHUFFLES
from unitscope.sweeps.block import LOCKSTEP
from unitscope.training.curves import EPOCHS

CODES = (CUT, EPOCHS, LOCKSTEP, LOOP, SHUFFLES)
FOLDER = llvm_ir.FOLDER
_PYPROJECT = Path(__file__).parents[1] / "pyproject.toml"
_WRITE = """
import sys
import llvmlite.binding as llvm
sys.stdout.buffer.write(llvm.parse_assembly(sys.stdin.read()).as_bitcode())
"""


def bitcode(text: str) -> bytes:
    """A translation as the oldest llvmlite writes it."""
    command = [sys.executable, "-c", _WRITE]
    return _output(command, os.environ | {"PYTHONPATH": str(oldest_llvmlite())}, text.encode())


def _output(command: list[str], environment: dict[str, str], given: bytes = b"") -> bytes:
    return subprocess.run(
        command, check=True, input=given, stdout=subprocess.PIPE, env=environment
    ).stdout


def oldest_llvmlite() -> Path:
    """Where the oldest llvmlite that pyproject.toml allows is, which is installed if need be."""
    (version,) = re.findall(r'"llvmlite>=([\d.]+)"', _PYPROJECT.read_text(encoding="utf-8"))
    folder = Path(sys.prefix) / "oldest" / f"llvmlite-{version}"
    if not folder.exists():
        pip = [sys.executable, "-m", "pip", "--quiet", "install", "--no-deps"]
        subprocess.run([*pip, "--target", str(folder), f"llvmlite=={version}"], check=True)
    return folder


def instructions(module: Any) -> dict[str, Counter[str]]:
    """How many instructions of each kind each function of LLVM's module has."""
    return {
        function.name: Counter(
            instruction.opcode for block in function.blocks for instruction in block.instructions
        )
        for function in module.functions
        if not function.is_declaration
    }


def changes(old: Any, new: Any) -> list[str]:
    """What is other in a new module, a line for each function; none where nothing is."""
    before, after = instructions(old), instructions(new)
    texts = [{one.name: str(one) for one in module.functions} for module in (old, new)]
    lines = []
    for name in sorted(before | after):
        was, now = before.get(name, Counter()), after.get(name, Counter())
        if texts[0].get(name) == texts[1].get(name):
            continue
        if not was or not now:
            lines.append(
                f"  {name}: {'gone' if was else 'new'}, {(was or now).total()} instructions"
            )
            continue
        kinds = (kind for kind in sorted(was | now) if was[kind] != now[kind])
        what = ", ".join(f"{kind} {was[kind]} -> {now[kind]}" for kind in kinds)
        count = f"{was.total()} -> {now.total()} instructions"
        lines.append(f"  {name}: {count}: {what or 'other operands or another order'}")
    return lines


def kept(code: CompiledCode) -> Any:
    """The module that the package has of a code; an empty one where it has none."""
    path = FOLDER / llvm_ir.file_name(code.module)
    if not path.exists():
        return llvm.parse_assembly("")
    return llvm.parse_bitcode(llvm_ir.unpacked(path.read_bytes().partition(b"\n")[2]))


def main() -> None:
    """Write every file anew and print what changed."""
    FOLDER.mkdir(exist_ok=True)
    names = {llvm_ir.file_name(code.module) for code in CODES}
    for old in FOLDER.iterdir():
        if old.name not in names:
            old.unlink()
    for code in CODES:
        new = bitcode(llvm_ir.translated_apart(code.module))
        content = llvm_ir.packed(code.module, new)
        lines = changes(kept(code), llvm.parse_bitcode(new))
        (FOLDER / llvm_ir.file_name(code.module)).write_bytes(content)
        print(f"{code.module}: {len(content):,} bytes,", "changed:" if lines else "unchanged")
        print(*lines, sep="\n", end="\n" * bool(lines))


if __name__ == "__main__":
    main()

"""Write the browser's modules of the compiled codes, and how their memory lies, into the page.

    python tools/wasm.py

They are made of the very translations that the package has for every machine (see `llvm_ir.py`,
which goes first), by llvmlite's LLVM and Debian's `lld`. `relaxed.wasm` has fused multiply-add, for
browsers that know relaxed SIMD; `plain.wasm` is for the others. A section of each says of which
translations it was made. `layout.js` has the constants of the kernel's `layout.py`, `course.bin`
the course lab's own start: its weights, float32, and its order of points, a byte each.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from types import ModuleType

import llvmlite.binding as llvm

from unitscope.compiled import llvm_ir
from unitscope.compiled.code import CompiledCode
from unitscope.compiled.machine import tuning
from unitscope.compiled.names import ENTRY, WIDE_REGISTERS
from unitscope.kernel import layout, packing
from unitscope.kernel.advance import LOOP
from unitscope.kernel.order import SHUFFLES
from unitscope.page.course import course_start
from unitscope.sweeps.block import LOCKSTEP, MOST_IN_LOCKSTEP

CODES = (LOCKSTEP, LOOP, SHUFFLES)
FOLDER = Path(__file__).parents[1] / "src" / "unitscope" / "web" / "kernel"
LAYOUT, COURSE = FOLDER / "layout.js", FOLDER / "course.bin"
LINKER = "wasm-ld"
SECTION = "unitscope"  # of a module: what it was made of
_TRIPLE = "wasm32-unknown-unknown"
_PLAIN = "+simd128,+bulk-memory,+nontrapping-fptoint,+sign-ext"
KINDS = {"plain": _PLAIN, "relaxed": f"{_PLAIN},+relaxed-simd"}
_NARROW_REGISTERS = f"define linkonce_odr i64 @{WIDE_REGISTERS}() alwaysinline {{ ret i64 0 }}"


def name_of(code: CompiledCode) -> str:
    """The name of its function in a module."""
    return code.module.rpartition(".")[2]


def made_of() -> bytes:
    """What tells the translations of all codes from any others."""
    files = (llvm_ir.FOLDER / llvm_ir.file_name(code.module) for code in CODES)
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest().encode()


def section(module: bytes) -> bytes:
    """What a module says that it was made of."""
    _, found, rest = module.rpartition(SECTION.encode())
    return rest if found else b""


def object_code(code: CompiledCode, features: str) -> bytes:
    """The object file of a code for WebAssembly; its function has the code's name."""
    bitcode = llvm_ir.shipped(code.module)
    if bitcode is None:
        raise SystemExit(f"no translation of {code.module} as it is: run python tools/llvm_ir.py")
    module, registers = llvm.parse_bitcode(bitcode), llvm.parse_assembly(_NARROW_REGISTERS)
    target = llvm.Target.from_triple(_TRIPLE).create_target_machine(
        cpu="generic", features=features, opt=3, codemodel="default"
    )
    for part in (module, registers):
        part.triple, part.data_layout = _TRIPLE, str(target.target_data)
    module.link_in(registers)
    module.get_function(ENTRY).name = name_of(code)
    builder = llvm.create_pass_builder(target, tuning())
    builder.getModulePassManager().run(module, builder)
    return target.emit_object(module)


def module(kind: str) -> bytes:
    """A module of all codes, of one of the `KINDS`."""
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    with tempfile.TemporaryDirectory() as name:
        folder, names = Path(name), [name_of(code) for code in CODES]
        for code in CODES:
            (folder / f"{name_of(code)}.o").write_bytes(object_code(code, KINDS[kind]))
        exported = [f"--export={one}" for one in (*names, "__heap_base")]
        options = ["--no-entry", "--allow-undefined", "--stack-first", "--strip-all", "-O2"]
        files = [f"{one}.o" for one in names]
        command = [LINKER, *options, *exported, "-o", "all.wasm", *files]
        subprocess.run(command, cwd=folder, check=True)
        linked = (folder / "all.wasm").read_bytes()
    content = bytes([len(SECTION)]) + SECTION.encode() + made_of()
    return linked + bytes([0, len(content)]) + content


def constants(of: ModuleType) -> dict[str, int]:
    """The whole numbers that a module of constants names."""
    return {name: value for name, value in vars(of).items() if type(value) is int}


def layout_text() -> str:
    """The JavaScript of the constants."""
    tables = {
        "LAYOUT": constants(layout),
        "ACTIVATION_CODES": packing.ACTIVATION_CODES,
        "OPTIMIZER_CODES": packing.OPTIMIZER_CODES,
        "THRESHOLDS": {"NARROW": packing.NARROW, "MOST_IN_LOCKSTEP": MOST_IN_LOCKSTEP},
    }
    about = "Indices and codes of the compiled kernel. Made from unitscope/kernel by tools/wasm.py."
    lines = ["// @ts-check", f"/** {about} */"]
    for name, table in tables.items():
        lines += ["", f"export const {name} = {{"]
        lines += [f"  {key}: {json.dumps(value)}," for key, value in table.items()]
        lines += ["};"]
    return "\n".join(lines) + "\n"


def course_bytes() -> bytes:
    """The course lab's own start."""
    net, order = course_start()
    return net.to_vector().astype("<f4").tobytes() + order.astype("u1").tobytes()


def main() -> None:
    """Write all files anew and print what the modules weigh."""
    FOLDER.mkdir(exist_ok=True)
    LAYOUT.write_text(layout_text(), encoding="utf-8")
    COURSE.write_bytes(course_bytes())
    if shutil.which(LINKER) is None:
        raise SystemExit(f"{LINKER} must be installed. It is in Debian's package lld.")
    for kind in KINDS:
        content = module(kind)
        (FOLDER / f"{kind}.wasm").write_bytes(content)
        print(f"{kind}.wasm: {len(content):,} bytes")


if __name__ == "__main__":
    main()

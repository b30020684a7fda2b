"""Write what Numba makes of the compiled codes into the package, where no user has to wait for it.

    python tools/llvm_ir.py

Each is translated in a process of its own, which makes Numba's names the same every time. One of
AVX-512 is written where it differs from the one for other processors.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from unitscope.compiled import llvm_ir
from unitscope.compiled.code import CompiledCode
from unitscope.geometry.subdivision import CUT
from unitscope.kernel.advance import LOOP
from unitscope.kernel.order import SHUFFLES
from unitscope.sweeps.block import LOCKSTEP

CODES = (CUT, LOCKSTEP, LOOP, SHUFFLES)
FOLDER = Path(llvm_ir.__file__).parent / llvm_ir.FOLDER
_CHILD = """
import sys
import llvmlite.binding as llvm
features = llvm.get_host_cpu_features
llvm.get_host_cpu_features = lambda: type(features())(features(), avx512f=sys.argv[2] == "x86_64-avx512")
from unitscope.compiled import llvm_ir
print(llvm_ir.translated(sys.argv[1]))
"""


def translation(code: CompiledCode, kind: str) -> str:
    """What Numba makes of a code for processors of a kind."""
    environment = os.environ | {
        "NUMBA_OPT": "0",
        "NUMBA_CPU_NAME": "generic",
        "NUMBA_CPU_FEATURES": "",
    }
    result = subprocess.run(
        [sys.executable, "-c", _CHILD, code.module, kind],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )
    return result.stdout


def texts(code: CompiledCode) -> dict[str, str]:
    """A code's translations, by their kinds."""
    plain, wide = (translation(code, kind) for kind in ("x86_64", "x86_64-avx512"))
    return {"x86_64": plain} | ({"x86_64-avx512": wide} if wide != plain else {})


def files() -> dict[str, bytes]:
    """The content of every file, by its name."""
    return {
        llvm_ir.file_name(code.module): llvm_ir.packed(code.module, texts(code)) for code in CODES
    }


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.iterdir():
        old.unlink()
    for name, content in files().items():
        (FOLDER / name).write_bytes(content)
        print(f"{name}: {len(content):,} bytes")

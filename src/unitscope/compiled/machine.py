"""What the machine adds to a compiled code: object code for it, and its processor's ways.

The codes themselves know neither processor nor system. What differs is added here, before LLVM
optimises: how denormal numbers are put to zero, and how many registers a tile of a matrix product
may fill.

Denormal numbers take some processors many times as long as others. Adam's means of a gradient that
has become 0 shrink by a tenth at every step, and after some hundred steps are below the least
normal float32 (1.2e-38): in the lanes of many runs there is always one such. Flushing them to zero
is a mode of each thread; the caller's is put back.
"""

from __future__ import annotations

import ctypes
import functools
import sys
from dataclasses import dataclass
from typing import Any

from unitscope.compiled.names import DOOR, ENTRY, NEVER_CALLED, SYSTEM, WIDE_REGISTERS

# Each reads the mode into %before, and writes what is in %mode. x86's MXCSR: results (bit 15) and
# operands (bit 6) that are denormal count as zero; ARM's FPCR: bit 24 is both.
_X86 = (
    """
declare void @llvm.x86.sse.stmxcsr(ptr)
declare void @llvm.x86.sse.ldmxcsr(ptr)
""",
    """
  %kept = alloca i32
  %set = alloca i32
  call void @llvm.x86.sse.stmxcsr(ptr %kept)
  %before = load i32, ptr %kept
  %mode = or i32 %before, 32832
  store i32 %mode, ptr %set
  call void @llvm.x86.sse.ldmxcsr(ptr %set)
""",
    "  call void @llvm.x86.sse.ldmxcsr(ptr %kept)\n",
)
_ARM = (
    """
declare i64 @llvm.aarch64.get.fpcr()
declare void @llvm.aarch64.set.fpcr(i64)
""",
    """
  %before = call i64 @llvm.aarch64.get.fpcr()
  %mode = or i64 %before, 16777216
  call void @llvm.aarch64.set.fpcr(i64 %mode)
""",
    "  call void @llvm.aarch64.set.fpcr(i64 %before)\n",
)
_MODES = {"x86_64": _X86, "amd64": _X86, "aarch64": _ARM, "arm64": _ARM}


@dataclass(frozen=True)
class Machine:
    """A kind of machine in LLVM's words: system and processor, its model, what it can do."""

    triple: str
    model: str
    features: str

    @classmethod
    @functools.cache
    def host(cls) -> Machine:
        """The one that this process runs on."""
        import llvmlite.binding as llvm

        llvm.initialize_native_target()
        llvm.initialize_native_asmprinter()
        features = llvm.get_host_cpu_features().flatten()
        return cls(llvm.get_process_triple(), llvm.get_host_cpu_name(), features)

    @property
    def has_wide_registers(self) -> bool:
        """Whether a register holds the sixteen numbers of a vector, as AVX-512's do."""
        return "+avx512f" in self.features.split(",")

    def target(self) -> Any:
        """LLVM's description of it."""
        import llvmlite.binding as llvm

        return llvm.Target.from_triple(self.triple).create_target_machine(
            cpu=self.model, features=self.features, opt=3, codemodel="jitdefault"
        )

    def object_code(self, module: Any, arguments: int, *, flush: bool) -> bytes:
        """The object file of LLVM's module of a code: its `DOOR` is a C function of addresses.

        With `flush`, denormal numbers count as zero while it runs. The module is changed.
        """
        import llvmlite.binding as llvm

        target = self.target()
        module.triple, module.data_layout = self.triple, str(target.target_data)
        door = llvm.parse_assembly(self._door(arguments, flush))
        door.triple, door.data_layout = module.triple, module.data_layout
        module.link_in(door)
        builder = llvm.create_pass_builder(target, tuning())
        builder.getModulePassManager().run(module, builder)
        return target.emit_object(module)

    def _door(self, arguments: int, flush: bool) -> str:
        """The part of a code that is the machine's, in LLVM's language."""
        processor = self.triple.partition("-")[0]
        declarations, begin, end = _MODES.get(processor, ("", "", "")) if flush else ("", "", "")
        kinds = ", ".join(["ptr"] * arguments)
        names = ", ".join(f"ptr %at{i}" for i in range(arguments))
        return f"""{declarations}
declare i64 @{ENTRY}({kinds})

define i64 @{DOOR}({names}) {{
{begin}  %result = call i64 @{ENTRY}({names}) noinline
{end}  ret i64 %result
}}

define linkonce_odr i64 @{WIDE_REGISTERS}() alwaysinline {{
  ret i64 {int(self.has_wide_registers)}
}}
"""


def tuning() -> Any:
    """How LLVM is to optimise."""
    import llvmlite.binding as llvm

    options = llvm.create_pipeline_tuning_options(3)
    options.loop_vectorization = True
    options.loop_unrolling = False  # a loop over the vectors of a small batch has one or two turns
    return options


def give_symbols() -> None:
    """Give LLVM's linker the addresses that it does not find by itself."""
    import llvmlite.binding as llvm

    stop = ctypes.cast(ctypes.pythonapi.Py_FatalError, ctypes.c_void_p).value
    for name in (*NEVER_CALLED, WIDE_REGISTERS):
        llvm.add_symbol(name, stop)
    if sys.platform == "win32":
        for name, function in _windows().items():
            llvm.add_symbol(name, ctypes.cast(function, ctypes.c_void_p).value)


def _windows() -> dict[str, Any]:
    """Windows' functions for those of `SYSTEM`."""
    library, kernel = (
        ctypes.WinDLL(name)  # type: ignore[attr-defined,unused-ignore]
        for name in ("msvcrt", "kernel32")
    )
    functions = {name: getattr(library, name) for name in SYSTEM if name != "sched_yield"}
    return functions | {"sched_yield": kernel.SwitchToThread}

"""Denormal numbers put to zero while compiled code runs: some processors take many times as long for each of them.

Adam's means of a gradient that has become 0 shrink by a tenth at every step, and after some hundred
steps are below the smallest normal float32 (1.2e-38). In the lanes of many runs there is always one
such. Flushing them to zero is a mode of the processor, each thread has its own; the caller's is put
back. On other processors than x86 and ARM nothing is done.

Use, in a jitted function: `before = flush()` at its only entry, `restore(before)` at its only exit.
"""

from __future__ import annotations

from typing import Any

import llvmlite.binding as llvm
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

_INT = ir.IntType(32)
_WORD = ir.IntType(64)
_PROCESSOR = llvm.get_process_triple().partition("-")[0]
_IS_X86 = _PROCESSOR in ("x86_64", "amd64")
_IS_ARM = _PROCESSOR in ("aarch64", "arm64")
_FLUSH_X86 = 0x8040  # MXCSR: results (bit 15) and operands (bit 6) that are denormal count as zero
_FLUSH_ARM = 1 << 24  # FPCR: both


def _read(builder: Any) -> Any:
    """The thread's mode, a 64-bit number; 0 where the processor is another."""
    if _IS_X86:
        place = cgutils.alloca_once(builder, _INT)
        builder.call(
            _control(builder, "llvm.x86.sse.stmxcsr", ir.VoidType(), ir.PointerType()), [place]
        )
        return builder.zext(builder.load(place), _WORD)
    if _IS_ARM:
        return builder.call(_control(builder, "llvm.aarch64.get.fpcr", _WORD), [])
    return ir.Constant(_WORD, 0)


def _write(builder: Any, mode: Any) -> None:
    """Set the thread's mode."""
    if _IS_X86:
        place = cgutils.alloca_once(builder, _INT)
        builder.store(builder.trunc(mode, _INT), place)
        builder.call(
            _control(builder, "llvm.x86.sse.ldmxcsr", ir.VoidType(), ir.PointerType()), [place]
        )
    elif _IS_ARM:
        builder.call(_control(builder, "llvm.aarch64.set.fpcr", ir.VoidType(), _WORD), [mode])


def _control(builder: Any, name: str, result: Any, *arguments: Any) -> Any:
    return cgutils.get_or_insert_function(builder.module, ir.FunctionType(result, arguments), name)


@intrinsic
def flush(typing_context: Any) -> Any:
    """From here on denormal numbers are zero in this thread; gives the mode before."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        before = _read(builder)
        _write(
            builder, builder.or_(before, ir.Constant(_WORD, _FLUSH_X86 if _IS_X86 else _FLUSH_ARM))
        )
        return before

    return types.int64(), code


@intrinsic
def restore(typing_context: Any, mode: Any) -> Any:
    """Back to the mode that `flush` gave."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        _write(builder, arguments[0])
        return context.get_dummy_value()

    return types.void(types.int64), code

"""Compiled code as C functions: built once for a machine, kept as an object file, then loaded.

LLVM makes the object file of the package's translation in a second (see `llvm_ir`), and loads it in
a few milliseconds. The file is kept (see `cache`) under a name made of the code's sources, LLVM's
version and the processor, so that a change of any of them compiles afresh. Of processes that need
it at the same time, one compiles.

Where there is no LLVM, plain NumPy does the work, many times slower (see `kernel.reference`).
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import hashlib
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from unitscope.compiled import cache
from unitscope.compiled.llvm_ir import is_shipped, shipped, translated_apart
from unitscope.compiled.machine import Machine, give_symbols
from unitscope.compiled.names import DOOR
from unitscope.compiled.sources import digest

_MAGIC = b"unitscope kernel 3\n"


@dataclass(frozen=True, eq=False)
class CompiledCode:
    """A function that Numba translates, as a C function of addresses that gives a whole number.

    - `module`: the full name of the module whose function `compiled()` gives Numba's `cfunc`.
    - `arguments`: how many addresses it takes.
    - `flush`: whether denormal numbers count as zero while it runs.
    """

    module: str
    arguments: int
    flush: bool = False

    def entry(self) -> Callable[..., int]:
        """The C function; a machine's first call compiles it, in seconds.

        Raises `ImportError` where it does not work.
        """
        if self not in _LOADED:
            with _LOADING:
                if self not in _LOADED:  # nor loaded by another thread meanwhile
                    if reason := _NONE.get(self) or no_llvm():
                        raise ImportError(reason)
                    _LOADED[self] = _linked(self, _kept(self) or _made(self))
        return _LOADED[self]

    def works(self) -> bool:
        """Whether there is a C function; where not, plain NumPy is to do it, which is said once."""
        try:
            self.entry()
        except ImportError as error:  # no LLVM, or changed sources and no Numba to translate them
            _NONE[self] = str(error)
            _tell_of_numpy(_NONE[self])
            return False
        return True

    def is_ready(self) -> bool:
        """Whether the next `entry` will load and not compile."""
        return self in _LOADED or bool(_kept(self))


def prepare(*codes: CompiledCode) -> None:
    """Begin to load or compile codes, one after another, in a thread; `entry` waits for it."""
    threading.Thread(target=lambda: [code.works() for code in codes]).start()


_LOADED: dict[CompiledCode, Callable[..., int]] = {}
_NONE: dict[CompiledCode, str] = {}  # why there is no function of a code
_LOADING = threading.RLock()
# Held while LLVM works, and by who forks: in the middle of it, a forked process would have LLVM's
# locks for ever. It's not held while anything else is waited for.
_LLVM = threading.RLock()


def _after_fork() -> None:
    """In the new process: other threads, and what they were loading, are not there any more."""
    global _LOADING
    _LOADING = threading.RLock()
    _LLVM.release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_LLVM.acquire, after_in_parent=_LLVM.release, after_in_child=_after_fork
    )


@functools.cache
def no_llvm() -> str:
    """Why LLVM can't be used here; empty where it can."""
    try:
        with _LLVM:
            Machine.host()
    except (ImportError, OSError, RuntimeError) as error:
        return str(error)
    return ""


@functools.cache
def _tell(place: Path | None, reasons: tuple[str, ...]) -> None:
    """Say once why the first call takes long, and where that is kept.

    Without a handler, logging writes a warning to stderr. Where nothing can be kept, every start
    would say it: then only who asks for `logging.INFO` reads it.
    """
    import logging

    logger, why = logging.getLogger("unitscope"), "; ".join(reasons)
    if place is None:
        text = (
            "unitscope: compiling for this machine, as every start will: no folder can keep it (%s)"
        )
        logger.info(text, why)
        return
    text = "unitscope: compiling for this machine, once (some seconds) ..."
    if reasons:
        text += f" It is kept in {place} (not in {why}). UNITSCOPE_CACHE_DIR names another folder."
    logger.warning("%s", text)


@functools.cache
def _tell_of_numpy(reason: str) -> None:
    """Say once that it goes slowly, why, and what helps."""
    import logging

    logging.getLogger("unitscope").warning(
        "unitscope: no compiled code here (%s), so that plain NumPy computes, many times slower.",
        reason,
    )


@functools.cache
def _name(code: CompiledCode) -> str:
    """The name of its file."""
    import llvmlite

    machine = Machine.host()
    key = hashlib.sha256()
    for part in (
        digest(code.module),
        digest("unitscope.compiled.machine"),  # what makes object code of a translation
        llvmlite.__version__,
        machine.triple,
        machine.model,
        machine.features,
        "" if is_shipped(code.module) else _numba_version(),
    ):
        key.update(part.encode() + b"\0")
    return f"{code.module.rpartition('.')[2]}-{key.hexdigest()[:24]}.bin"


def _numba_version() -> str:
    """Which Numba translates changed sources."""
    from importlib import metadata

    with contextlib.suppress(metadata.PackageNotFoundError):
        return metadata.version("numba")
    return ""


def _sound(content: bytes) -> bool:
    """Whether a file is whole: magic line, digest line, object code."""
    if not content.startswith(_MAGIC):
        return False
    told, _, rest = content[len(_MAGIC) :].partition(b"\n")
    return hashlib.sha256(rest).hexdigest().encode() == told


def _kept(code: CompiledCode) -> bytes:
    """The code's file; empty where there is none, or none that may be run."""
    return next(filter(_sound, cache.kept(_name(code))), b"")


def _made(code: CompiledCode) -> bytes:
    """The content of the code's file, which this process makes, or another did meanwhile."""
    with cache.room(_name(code)) as (folder, reasons):
        if content := _kept(code):
            return content
        _tell(None if folder is None else folder.path, tuple(reasons))
        content = built(code)
        if folder is not None:
            with contextlib.suppress(OSError):  # the next process compiles again
                folder.write(_name(code), content)
    return content


def built(code: CompiledCode) -> bytes:
    """Compile the code: the content of its file."""
    module = _module(code)
    with _LLVM:
        rest = Machine.host().object_code(module, code.arguments, flush=code.flush)
        del module  # which is LLVM's work, too
    return _MAGIC + hashlib.sha256(rest).hexdigest().encode() + b"\n" + rest


def _module(code: CompiledCode) -> Any:
    """The code's translation: the package's, or where that is of other sources, Numba's."""
    import llvmlite.binding as llvm

    bitcode = shipped(code.module)
    if bitcode is not None:
        # an LLVM older than the package's translations can't read them
        with _LLVM, contextlib.suppress(RuntimeError):
            return llvm.parse_bitcode(bitcode)
    text = translated_apart(code.module)
    with _LLVM:
        return llvm.parse_assembly(text)


def _linked(code: CompiledCode, content: bytes) -> Callable[..., int]:
    import llvmlite.binding as llvm

    machine_code = content[len(_MAGIC) :].partition(b"\n")[2]
    with _LLVM:
        give_symbols()
        engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), Machine.host().target())
        engine.add_object_file(llvm.ObjectFileRef.from_data(machine_code))
        engine.finalize_object()
        function = ctypes.CFUNCTYPE(ctypes.c_int64, *[ctypes.c_void_p] * code.arguments)(
            engine.get_function_address(DOOR)
        )
    function.engine = engine  # type: ignore[attr-defined]  # the code lives as long as the engine
    return function

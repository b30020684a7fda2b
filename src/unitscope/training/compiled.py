"""The compiled loop as a C function: built once for a machine, kept as an object file, loaded without Numba.

Importing Numba and loading a function from its own cache takes about half a second; an object file handed to LLVM
takes a few milliseconds. The file lies in the user's cache folder under a name made of the loop's source, the
versions of Numba and LLVM and the processor, so that a change of any of them compiles afresh.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import hashlib
import importlib.metadata
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from unitscope.files import replacing

_SOURCES = ("layout", "lanes", "product", "passes", "optimizers", "loop", "compiled")
_MAGIC = b"unitscope kernel 1\n"
_ARGUMENTS = 14


@functools.cache
def entry() -> Callable[..., int]:
    """The loop of `loop.compiled`, taking fourteen addresses; the first call on a machine compiles it, in seconds."""
    path = _path()
    try:
        content = path.read_bytes() if _trusted(path) else b""
    except OSError:
        content = b""
    if not _sound(content):
        content = _built()
        _keep(path, content)
    return _loaded(content)


def is_ready() -> bool:
    """Whether the next `entry` will load and not compile."""
    path = _path()
    try:
        return entry.cache_info().currsize > 0 or (_trusted(path) and _sound(path.read_bytes()))
    except OSError:
        return False


def cache_folder() -> Path:
    """Where compiled code is kept: $UNITSCOPE_CACHE_DIR, or the system's folder for a user's caches."""
    if chosen := os.environ.get("UNITSCOPE_CACHE_DIR"):
        return Path(chosen)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "unitscope" / "Cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "unitscope"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "unitscope"


@functools.cache
def _path() -> Path:
    import llvmlite.binding as llvm

    here = Path(__file__).parent
    key = hashlib.sha256()
    for name in _SOURCES:
        key.update((here / f"{name}.py").read_bytes())
    for part in (importlib.metadata.version("numba"), importlib.metadata.version("llvmlite"),
                 llvm.get_process_triple(), llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()):
        key.update(part.encode() + b"\0")
    return cache_folder() / f"kernel-{key.hexdigest()[:24]}.bin"


def _trusted(path: Path) -> bool:
    """Code is run only from a file that this user owns and no other may write."""
    if not hasattr(os, "getuid"):
        return True
    status = path.stat()
    return status.st_uid == os.getuid() and not status.st_mode & 0o022


def _sound(content: bytes) -> bool:
    """Whether a file is whole: magic line, digest line, symbol line, object code."""
    if not content.startswith(_MAGIC):
        return False
    digest, _, rest = content[len(_MAGIC) :].partition(b"\n")
    return hashlib.sha256(rest).hexdigest().encode() == digest


def _built() -> bytes:
    """Compile the loop and lay it out as a cache file."""
    import llvmlite.binding as llvm

    from unitscope.training import loop

    function = loop.compiled()
    module = llvm.parse_assembly(function.inspect_llvm())
    code = _machine(llvm).emit_object(module)
    rest = function.native_name.encode() + b"\n" + code
    return _MAGIC + hashlib.sha256(rest).hexdigest().encode() + b"\n" + rest


def _keep(path: Path, content: bytes) -> None:
    """Write the file whole or not at all; a folder that cannot be written only means compiling again next time."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with replacing(path, private=True) as unfinished:
            unfinished.write_bytes(content)


def _machine(llvm: Any) -> Any:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    target = llvm.Target.from_triple(llvm.get_process_triple())
    return target.create_target_machine(cpu=llvm.get_host_cpu_name(), features=llvm.get_host_cpu_features().flatten(),
                                        opt=3, codemodel="jitdefault")


def _loaded(content: bytes) -> Callable[..., int]:
    import llvmlite.binding as llvm

    name, _, code = content[len(_MAGIC) :].partition(b"\n")[2].partition(b"\n")
    _settle_symbols(llvm)
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), _machine(llvm))
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    function = ctypes.CFUNCTYPE(ctypes.c_int64, *[ctypes.c_void_p] * _ARGUMENTS)(
        engine.get_function_address(name.decode()))
    function.engine = engine  # type: ignore[attr-defined]  # the code lives as long as the engine does
    return function


def _settle_symbols(llvm: Any) -> None:
    """Give the linker an address for the run-time functions that Numba's wrapper names for errors.

    Nothing in the loop can raise, so they are never called; reaching one would be a bug and ends the process.
    """
    stop = ctypes.cast(ctypes.pythonapi.Py_FatalError, ctypes.c_void_p).value
    for name in ("numba_gil_ensure", "numba_gil_release", "numba_unpickle", "numba_do_raise", "NRT_Free",
                 "numba_runtime_build_excinfo_struct", "NRT_MemInfo_call_dtor"):
        llvm.add_symbol(name, stop)

"""Compiled code as C functions: built once for a machine, kept as an object file, loaded without Numba.

Importing Numba and loading a function from its own cache takes about half a second; an object file
handed to LLVM takes a few milliseconds. The file lies in the user's cache folder under a name made
of the code's source, the versions of Numba and LLVM and the processor, so that a change of any of
them compiles afresh.

A process of its own compiles each code: side by side, and Numba stays out of this one. There, Numba
is told not to optimise: it would do so with a function by itself and again in each that it is
inlined in.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import hashlib
import importlib.util
import os
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from unitscope.compiled.llvm_ir import ENTRY, host_machine, shipped, translated, tuning
from unitscope.compiled.sources import digest
from unitscope.files import replacing

if TYPE_CHECKING:
    # here and in `files`, what only a first run needs is imported there: a start waits for each
    import subprocess

_MAGIC = b"unitscope kernel 2\n"
_CHILD = """
import sys
from unitscope.compiled.code import CompiledCode, built
module, arguments = sys.argv[1:]
sys.stdout.buffer.write(built(CompiledCode(module, int(arguments))))
"""


@dataclass(frozen=True)
class CompiledCode:
    """A function that Numba compiles, as a C function of addresses that gives a whole number.

    - `module`: the full name of the module whose function `compiled()` gives Numba's `cfunc`.
    - `arguments`: how many addresses it takes.
    """

    module: str
    arguments: int

    def entry(self) -> Callable[..., int]:
        """The C function; the first call on a machine compiles it, in seconds."""
        with _LOADING:
            if self not in _LOADED:
                prepare(self)
                child = _CHILDREN.pop(self, None)
                content = _kept(self) if child is None else _finished(child)
                _LOADED[self] = _linked(self, content or built(self))
            return _LOADED[self]

    def is_ready(self) -> bool:
        """Whether the next `entry` will load and not compile."""
        return self in _LOADED or bool(_kept(self))


def prepare(*codes: CompiledCode) -> None:
    """Begin to compile each code that is not compiled yet, in a process of its own; its `entry` waits for it."""
    with _LOADING:
        missing = [code for code in codes if code not in _CHILDREN and not code.is_ready()]
        if missing:
            _tell()
        if Path(sys.executable or "").stem.startswith(
            "python"
        ):  # not where another program has Python inside
            with contextlib.suppress(OSError):  # no processes to be had: `entry` compiles here
                for code in missing:
                    _CHILDREN[code] = _child(code)


def _child(code: CompiledCode) -> subprocess.Popen[bytes]:
    """A process that compiles the code, keeps it and writes it to its output."""
    import subprocess

    environment = os.environ | {"NUMBA_OPT": "0", "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen(
        [sys.executable, "-c", _CHILD, code.module, str(code.arguments)],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def _finished(child: subprocess.Popen[bytes]) -> bytes:
    """What a child has compiled; empty where it could not."""
    with child:
        try:
            content, _ = child.communicate()
        except BaseException:  # Ctrl-C
            child.kill()
            raise
    return content if _sound(content) else b""


_LOADED: dict[CompiledCode, Callable[..., int]] = {}
_CHILDREN: dict[CompiledCode, subprocess.Popen[bytes]] = {}  # those whose code is not loaded yet
_LOADING = threading.RLock()


@functools.cache
def _tell() -> None:
    """Say once why the first call takes long; without a handler of its own, logging writes it to stderr."""
    import logging

    logging.getLogger("unitscope").warning(
        "unitscope: compiling for this machine, once (some seconds) ..."
    )


def cache_folder() -> Path:
    """Where compiled code is kept: $UNITSCOPE_CACHE_DIR, or the system's folder for a user's caches."""
    if chosen := os.environ.get("UNITSCOPE_CACHE_DIR"):
        return Path(chosen)
    if sys.platform == "win32":
        return (
            Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
            / "unitscope"
            / "Cache"
        )
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "unitscope"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "unitscope"


@functools.cache
def _path(code: CompiledCode) -> Path:
    import llvmlite
    import llvmlite.binding as llvm

    key = hashlib.sha256(digest(code.module, "unitscope.compiled.llvm_ir", __name__).encode())
    for part in (
        _numba_version(),
        llvmlite.__version__,
        llvm.get_process_triple(),
        llvm.get_host_cpu_name(),
        llvm.get_host_cpu_features().flatten(),
    ):
        key.update(part.encode() + b"\0")
    return cache_folder() / f"{code.module.rpartition('.')[2]}-{key.hexdigest()[:24]}.bin"


def _numba_version() -> str:
    """From Numba's own file, where it has one: importing Numba, or what reads metadata, takes many times as long."""
    numba = importlib.util.find_spec("numba")
    for folder in (numba and numba.submodule_search_locations) or ():
        with contextlib.suppress(OSError):
            return (Path(folder) / "_version.py").read_text(encoding="utf-8")
    from importlib import metadata

    return metadata.version("numba")


def _trusted(path: Path) -> bool:
    """Code is run only from a file that this user owns and no other may write."""
    if not hasattr(os, "getuid"):
        return True
    status = path.stat()
    return status.st_uid == os.getuid() and not status.st_mode & 0o022


def _sound(content: bytes) -> bool:
    """Whether a file is whole: magic line, digest line, object code."""
    if not content.startswith(_MAGIC):
        return False
    told, _, rest = content[len(_MAGIC) :].partition(b"\n")
    return hashlib.sha256(rest).hexdigest().encode() == told


def _kept(code: CompiledCode) -> bytes:
    """The code's file; empty where there is none, or none that may be run."""
    try:
        content = _path(code).read_bytes() if _trusted(_path(code)) else b""
    except OSError:
        return b""
    return content if _sound(content) else b""


def built(code: CompiledCode) -> bytes:
    """Compile the code in this process and keep it: the content of its file."""
    import llvmlite.binding as llvm

    module, machine = _translation(code, llvm), host_machine()
    module.triple, module.data_layout = llvm.get_process_triple(), str(machine.target_data)
    builder = llvm.create_pass_builder(machine, tuning())
    builder.getModulePassManager().run(module, builder)
    rest = machine.emit_object(module)
    content = _MAGIC + hashlib.sha256(rest).hexdigest().encode() + b"\n" + rest
    _keep(_path(code), content)
    return content


def _translation(code: CompiledCode, llvm: Any) -> Any:
    """The code's module for LLVM."""
    text = shipped(code.module)
    if text is not None:
        with contextlib.suppress(RuntimeError):  # an LLVM older than the package's translations
            return llvm.parse_assembly(text)
    return llvm.parse_assembly(translated(code.module))


def _keep(path: Path, content: bytes) -> None:
    """Write the file whole or not at all; a folder that cannot be written only means compiling again next time."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with replacing(path, private=True) as unfinished:
            unfinished.write_bytes(content)


def _linked(code: CompiledCode, content: bytes) -> Callable[..., int]:
    import llvmlite.binding as llvm

    machine_code = content[len(_MAGIC) :].partition(b"\n")[2]
    _settle_symbols(llvm)
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), host_machine())
    engine.add_object_file(llvm.ObjectFileRef.from_data(machine_code))
    engine.finalize_object()
    function = ctypes.CFUNCTYPE(ctypes.c_int64, *[ctypes.c_void_p] * code.arguments)(
        engine.get_function_address(ENTRY)
    )
    function.engine = engine  # type: ignore[attr-defined]  # the code lives as long as the engine does
    return function


def _settle_symbols(llvm: Any) -> None:
    """Give the linker an address for the run-time functions that Numba's wrapper names for errors.

    Nothing in compiled code may raise, so they are never called; reaching one would be a bug and
    ends the process.
    """
    stop = ctypes.cast(ctypes.pythonapi.Py_FatalError, ctypes.c_void_p).value
    for name in (
        "numba_gil_ensure",
        "numba_gil_release",
        "numba_unpickle",
        "numba_do_raise",
        "NRT_Free",
        "numba_runtime_build_excinfo_struct",
        "NRT_MemInfo_call_dtor",
    ):
        llvm.add_symbol(name, stop)

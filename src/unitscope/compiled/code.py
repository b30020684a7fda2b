"""Compiled code as C functions: built once for a machine, kept as an object file, then loaded.

LLVM makes the object file of the package's translation in a second (see `llvm_ir`), and loads it in
a few milliseconds. The file lies in the user's cache folder under a name made of the code's
sources, LLVM's version and the processor, so that a change of any of them compiles afresh. A
process of its own compiles each code, so that they are compiled side by side.

Where there is no LLVM, plain NumPy does the work, many times slower (see `kernel.reference`).
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import hashlib
import os
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from unitscope.compiled.llvm_ir import is_shipped, shipped, translated
from unitscope.compiled.machine import Machine, give_symbols
from unitscope.compiled.names import DOOR
from unitscope.compiled.sources import digest
from unitscope.files import replacing

if TYPE_CHECKING:
    # here and in `files`, what only a first run needs is imported there: a start waits for each
    import subprocess

_MAGIC = b"unitscope kernel 3\n"
_CHILD = """
import sys
from unitscope.compiled.code import CompiledCode, built
module, arguments, flush = sys.argv[1:]
sys.stdout.buffer.write(built(CompiledCode(module, int(arguments), bool(int(flush)))))
"""


@dataclass(frozen=True)
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
        with _LOADING:
            if self not in _LOADED:
                prepare(self)
                if reason := _NONE.get(self) or no_llvm():
                    raise ImportError(reason)
                child = _CHILDREN.pop(self, None)
                content = _kept(self) if child is None else _finished(child)
                _LOADED[self] = _linked(self, content or built(self))
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


@functools.cache
def no_llvm() -> str:
    """Why LLVM can't be used here; empty where it can."""
    try:
        Machine.host()
    except (ImportError, OSError, RuntimeError) as error:
        return str(error)
    return ""


def prepare(*codes: CompiledCode) -> None:
    """Begin to compile codes that are not yet, each in a process; `entry` waits for it."""
    if no_llvm():
        return
    with _LOADING:
        missing = [
            code
            for code in codes
            if code not in _CHILDREN and code not in _NONE and not code.is_ready()
        ]
        if missing:
            _tell()
        # not where another program has Python inside
        if Path(sys.executable or "").stem.startswith("python"):
            with contextlib.suppress(OSError):  # no processes to be had: `entry` compiles here
                for code in missing:
                    _CHILDREN[code] = _child(code)


def _child(code: CompiledCode) -> subprocess.Popen[bytes]:
    """A process that compiles the code, keeps it and writes it to its output."""
    import subprocess

    # Numba, if it's needed, would optimise a function by itself and where it's inlined, too
    environment = os.environ | {"NUMBA_OPT": "0", "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen(
        [sys.executable, "-c", _CHILD, code.module, str(code.arguments), str(int(code.flush))],
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
_NONE: dict[CompiledCode, str] = {}  # why there is no function of a code
_CHILDREN: dict[CompiledCode, subprocess.Popen[bytes]] = {}  # those whose code is not loaded yet
_LOADING = threading.RLock()


@functools.cache
def _tell() -> None:
    """Say once why the first call takes long; without a handler, logging writes it to stderr."""
    _warn("compiling for this machine, once (some seconds) ...")


@functools.cache
def _tell_of_numpy(reason: str) -> None:
    """Say once that it goes slowly, why, and what helps."""
    _warn(f"no compiled code here ({reason}), so that plain NumPy computes, many times slower.")


def _warn(text: str) -> None:
    import logging

    logging.getLogger("unitscope").warning("unitscope: %s", text)


def cache_folder() -> Path:
    """Where it is kept: $UNITSCOPE_CACHE_DIR, or the system's folder for a user's caches."""
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

    machine = Machine.host()
    key = hashlib.sha256()
    for part in (
        digest(code.module),
        digest(__name__),  # what makes object code of a translation
        llvmlite.__version__,
        machine.triple,
        machine.model,
        machine.features,
        "" if is_shipped(code.module) else _numba_version(),
    ):
        key.update(part.encode() + b"\0")
    return cache_folder() / f"{code.module.rpartition('.')[2]}-{key.hexdigest()[:24]}.bin"


def _numba_version() -> str:
    """Which Numba translates changed sources."""
    from importlib import metadata

    with contextlib.suppress(metadata.PackageNotFoundError):
        return metadata.version("numba")
    return ""


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
    rest = Machine.host().object_code(_module(code), code.arguments, flush=code.flush)
    content = _MAGIC + hashlib.sha256(rest).hexdigest().encode() + b"\n" + rest
    _keep(_path(code), content)
    return content


def _module(code: CompiledCode) -> Any:
    """The code's translation: the package's, or where that is of other sources, Numba's."""
    import llvmlite.binding as llvm

    bitcode = shipped(code.module)
    if bitcode is not None:
        with contextlib.suppress(RuntimeError):  # an LLVM older than the package's translations
            return llvm.parse_bitcode(bitcode)
    return llvm.parse_assembly(translated(code.module))


def _keep(path: Path, content: bytes) -> None:
    """Write the file whole or not at all; without it, the next process compiles again."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with replacing(path, private=True) as unfinished:
            unfinished.write_bytes(content)


def _linked(code: CompiledCode, content: bytes) -> Callable[..., int]:
    import llvmlite.binding as llvm

    machine_code = content[len(_MAGIC) :].partition(b"\n")[2]
    give_symbols()
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), Machine.host().target())
    engine.add_object_file(llvm.ObjectFileRef.from_data(machine_code))
    engine.finalize_object()
    function = ctypes.CFUNCTYPE(ctypes.c_int64, *[ctypes.c_void_p] * code.arguments)(
        engine.get_function_address(DOOR)
    )
    function.engine = engine  # type: ignore[attr-defined]  # the code lives as long as the engine
    return function

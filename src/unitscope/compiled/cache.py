"""Where compiled code is kept: files of this user's, in a folder that no other can write into.

Code is run from there, so folder and file are opened once, following no link, and owner and mode
are looked at on the open handles: nothing can be put in their place in between. Windows has no such
handles and keeps the folder to its user by itself.

It is the system's folder for a user's caches, or the one that UNITSCOPE_CACHE_DIR names. Where that
can't be used (there is no home; it's full, read-only or shared), a folder of the user's own beside
all temporary files is. Where neither can, nothing is kept.
"""

from __future__ import annotations

import contextlib
import os
import stat
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from unitscope.files import try_lock, unlock

_ROOM = bytes(1 << 18)  # more than any compiled code takes
_PATIENCE = 20.0  # seconds in which another process has compiled, or was stopped
_FLAGS = sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_CLOEXEC", "O_BINARY", "O_NONBLOCK"))
_HAS_HANDLES = os.open in os.supports_dir_fd


def folders() -> list[Path]:
    """Where code may be kept, the best place first."""
    places = []
    with contextlib.suppress(RuntimeError):  # no HOME, and nobody knows this user
        places.append(_chosen())
    if hasattr(os, "getuid"):
        places.append(Path(os.environ.get("TMPDIR") or "/tmp", f"unitscope-{os.getuid()}"))
    return places


def _chosen() -> Path:
    """$UNITSCOPE_CACHE_DIR, or the system's folder for a user's caches."""
    if chosen := os.environ.get("UNITSCOPE_CACHE_DIR"):
        return Path(chosen)
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        return Path(local or Path.home() / "AppData" / "Local") / "unitscope" / "Cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "unitscope"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "unitscope"


class Folder:
    """An open folder that is this user's alone. **Raises** `OSError` for any other."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle: int | None = None
        if _HAS_HANDLES:
            self._handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | _FLAGS)
            try:
                _must_be_ours(self._handle)
            except OSError:
                self.close()
                raise

    def close(self) -> None:
        """Close the handle."""
        if self._handle is not None:
            os.close(self._handle)

    def open(self, name: str, flags: int) -> int:
        """A handle of a regular file in it, which is this user's alone as well."""
        place = name if _HAS_HANDLES else str(self.path / name)
        handle = os.open(place, flags | _FLAGS, 0o600, dir_fd=self._handle)
        try:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise OSError("it has what is no file in it")
            _must_be_ours(handle)
        except OSError:
            os.close(handle)
            raise
        return handle

    def read(self, name: str) -> bytes:
        """The content of a file."""
        with os.fdopen(self.open(name, os.O_RDONLY), "rb") as file:
            return file.read()

    def write(self, name: str, content: bytes) -> None:
        """Write a file whole or not at all; only one who has the lock does."""
        self._write(_unfinished(name), content)
        if _HAS_HANDLES:
            at = self._handle
            os.replace(_unfinished(name), name, src_dir_fd=at, dst_dir_fd=at)
        else:
            (self.path / _unfinished(name)).replace(self.path / name)

    def make_room(self, name: str) -> None:
        """Find out whether a file can be written, before it's worked for."""
        self._write(_unfinished(name), _ROOM)

    def _write(self, name: str, content: bytes) -> None:
        try:
            handle = self.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            with os.fdopen(handle, "wb") as file:
                file.write(content)
        except OSError:
            self._remove(name)
            raise

    def tidy(self, name: str) -> None:
        """Remove what was begun of a file and not ended."""
        self._remove(_unfinished(name))

    def _remove(self, name: str) -> None:
        with contextlib.suppress(OSError):
            if _HAS_HANDLES:
                os.unlink(name, dir_fd=self._handle)
            else:
                (self.path / name).unlink()

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """The folder for this process alone. **Raises** `OSError` where another keeps it to itself.

        A lock ends with the process that has it, in whatever way, so that none is ever stale.
        """
        handle, began = self.open("lock", os.O_RDWR | os.O_CREAT), time.monotonic()
        try:
            while not (mine := try_lock(handle)):
                if mine is None:
                    raise OSError("it can't be locked")
                if time.monotonic() - began > _PATIENCE:
                    raise OSError("another process has kept it locked")
                time.sleep(0.05)
            try:
                yield
            finally:
                unlock(handle)
        finally:
            os.close(handle)


def _unfinished(name: str) -> str:
    return f"{name}.unfinished"


def _must_be_ours(handle: int) -> None:
    """Refuse what another user owns, or may write."""
    if not hasattr(os, "getuid"):
        return
    status = os.fstat(handle)
    if status.st_uid != os.geteuid():
        raise OSError("it belongs to another user")
    if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise OSError("other users may write there")


def kept(name: str) -> Iterator[bytes]:
    """What is kept under a name, in one folder after another."""
    for path in folders():
        with contextlib.suppress(OSError), contextlib.closing(Folder(path)) as folder:
            yield folder.read(name)


@contextlib.contextmanager
def room(name: str) -> Iterator[tuple[Folder | None, list[str]]]:
    """A folder in which a file of this name can be kept, locked; and why not in a better place."""
    reasons: list[str] = []
    with contextlib.ExitStack() as stack:
        found = None
        for path in folders():
            try:
                path.mkdir(mode=0o700, parents=True, exist_ok=True)
                folder = stack.enter_context(contextlib.closing(Folder(path)))
                stack.enter_context(folder.locked())
                folder.make_room(name)
            except OSError as error:
                reasons.append(f"{path}: {error.strerror or error}")
            else:
                found = folder
                break
        if not folders():
            reasons.append("this user has no home")
        try:
            yield found, reasons
        finally:
            if found is not None:
                found.tidy(name)

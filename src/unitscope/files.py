"""Files: each written whole or not at all, and none read that is not a regular one.

Nothing else in the package writes a file, but for compiled code (`compiled.cache`). What is being
written lies beside its target as `.unitscope-N.unfinished`, under a lock that ends with its
process: after a kill -9, the next file that is written in that folder removes it.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from unitscope.errors import CannotWrite, refusal

try:
    import fcntl
except ImportError:  # Windows, which neither removes nor renames a file that is open
    fcntl = None  # type: ignore[assignment]

_AT_ONCE = 8  # files written in one folder at a time whose leftovers are found by their names
_LONGEST_PATH = 300  # characters of it in a message
_NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
_THERE = os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


@contextlib.contextmanager
def writing(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """A binary file to write to; it takes the place of `path` when the block ends well.

    A block that raises leaves nothing behind and `path` as it was. What was there keeps its mode,
    and its owner and group where this user may give them; a link is followed. A new file has the
    mode that the umask leaves. When the block has ended, the file is on the disk and not only in
    the system's memory.

    **Raises** `CannotWrite` with `path` and the reason, whatever the system refuses, and where
    `path` is a folder, a device, a pipe or anything else that is no regular file.
    """
    try:
        target = Path(os.path.realpath(path))
        before = _status(target)
        unfinished = _Unfinished(target.parent, 0o666 if before is None else 0o600)
    except (OSError, ValueError, TypeError) as error:  # ValueError: a NUL in the name
        raise _cannot(path, error) from error
    try:
        yield unfinished.file
        unfinished.place(target, before)
    except OSError as error:
        unfinished.drop()
        if error.filename is None or str(error.filename) == str(unfinished.path):
            raise _cannot(path, error) from error
        raise  # of another file, which the block reads
    except BaseException:
        unfinished.drop()
        raise


@contextlib.contextmanager
def reading(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """A regular file to read from, by its number of bytes too: `os.fstat`.

    **Raises** `OSError`, also for what is no regular file: a pipe, say, that would be waited for.
    """
    name = os.fspath(path)  # not a number, which would be that of an open file
    with open(name, "rb", opener=_without_waiting) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EINVAL, "Not a regular file", str(path))
        yield file


def made_folder(path: str | os.PathLike[str], name: str = "folder") -> Path:
    """The folder, made where it is missing. **Raises** `InvalidInput` where it cannot be."""
    try:
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError, TypeError) as error:
        raise refusal(name, "a folder that can be made", path, f"{reason_of(error)}.") from error
    return folder


def new_folder(path: str | os.PathLike[str], name: str = "folder") -> Path:
    """The folder, made where it is missing, and empty. **Raises** `InvalidInput` elsewhere."""
    if isinstance(path, str) and not path.strip():
        raise refusal(name, "the name of a new folder, or of an empty one", path)
    folder = made_folder(path, name)
    if any(folder.iterdir()):
        rule = "a new folder, or an empty one"
        raise refusal(name, rule, path, "There are files in it.")
    return folder


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """The folder is this block's alone, until it ends or its process does, in whatever way.

    Where the folder, or its system, can't have a lock, there is none. **Raises** `BlockingIOError`
    where another has it.
    """
    path = folder / ".lock"
    while True:
        try:
            handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o666)
        except OSError:  # a folder to read only, say
            yield
            return
        had = try_lock(handle)
        if had is False:
            os.close(handle)
            raise BlockingIOError(errno.EAGAIN, "Another has the lock", str(folder))
        if had is None or fcntl is None or _is_at(handle, path):
            break
        os.close(handle)  # removed by the one that had it
    try:
        yield
    finally:
        if fcntl is not None:
            path.unlink(missing_ok=True)  # while it is held: none is removed that another has
        os.close(handle)


class _Unfinished:
    """A file that is being written, in the folder of its target."""

    def __init__(self, folder: Path, mode: int) -> None:
        for number in range(_AT_ONCE):
            _remove_leftover(folder / f".unitscope-{number}.unfinished")
        names = [*map(str, range(_AT_ONCE)), *(secrets.token_hex(8) for _ in range(_AT_ONCE))]
        for name in names:
            self.path = folder / f".unitscope-{name}.unfinished"
            with contextlib.suppress(FileExistsError):
                handle = os.open(self.path, _NEW, mode)
                if fcntl is None or (try_lock(handle) is not False and _is_at(handle, self.path)):
                    self.file: BinaryIO = os.fdopen(handle, "w+b")
                    return
                os.close(handle)  # taken for a leftover before it was locked
        raise OSError(errno.EEXIST, os.strerror(errno.EEXIST))

    def place(self, target: Path, before: os.stat_result | None) -> None:
        """Give it the name of the target, and the mode and owner that were there `before`."""
        self.file.flush()
        if before is not None:
            _give(self.file.fileno(), before)
        os.fsync(self.file.fileno())
        if fcntl is None:
            self.file.close()
        self.path.replace(target)
        self.file.close()  # not before: the lock says that it is no leftover
        _sync(target.parent)

    def drop(self) -> None:
        """Remove it where it still has its name."""
        with contextlib.suppress(OSError, ValueError):
            ours = self.file.closed or _is_at(self.file.fileno(), self.path)
            with contextlib.suppress(OSError):  # a full disk, once more
                self.file.close()
            if ours:
                self.path.unlink(missing_ok=True)


def _status(target: Path) -> os.stat_result | None:
    """What is there now, which must be a regular file that this user may write."""
    try:
        status = target.stat()
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(status.st_mode):
        raise OSError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "Not a regular file")
    if not os.access(target, os.W_OK, effective_ids=os.access in os.supports_effective_ids):
        raise OSError(errno.EACCES, os.strerror(errno.EACCES))
    return status


def _give(handle: int, before: os.stat_result) -> None:
    """Owner, group and mode of the file that is replaced, as far as this user may give them."""
    if not hasattr(os, "fchown"):
        return
    mode = before.st_mode & 0o777
    for owner in ((-1, before.st_gid), (before.st_uid, -1)):
        with contextlib.suppress(PermissionError):
            os.fchown(handle, *owner)
    if os.fstat(handle).st_gid != before.st_gid:  # another group may do what everyone may
        mode = mode & 0o707 | (mode & 0o007) << 3
    os.fchmod(handle, mode)


def _remove_leftover(path: Path) -> None:
    """Remove a file whose writer is no more; one that is being written stays."""
    with contextlib.suppress(OSError):
        if fcntl is None:
            path.unlink()
            return
        handle = os.open(path, _THERE)
        try:
            # Locked and still there: no other can remove or rename it before this one does.
            if try_lock(handle) and _is_at(handle, path):
                path.unlink()
        finally:
            os.close(handle)


def try_lock(handle: int) -> bool | None:
    """Whether the lock could be had: False where another has it, None where there are no locks."""
    try:
        if fcntl is None:
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):  # the second on Windows
        return False
    except OSError:
        return None
    return True


def unlock(handle: int) -> None:
    """Give a lock back, also where a forked process has a copy of the handle."""
    if fcntl is not None:
        fcntl.flock(handle, fcntl.LOCK_UN)


def _is_at(handle: int, path: Path) -> bool:
    """Whether the open file is the one that has this name."""
    with contextlib.suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(handle), path.stat(follow_symlinks=False))
    return False


def _sync(folder: Path) -> None:
    """Bring a new name to the disk; where the system cannot, the file is there all the same."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _cannot(path: object, error: Exception) -> CannotWrite:
    name = repr(os.fspath(path) if isinstance(path, os.PathLike) else path)
    if len(name) > _LONGEST_PATH:
        name = name[: _LONGEST_PATH - 1] + "…"
    text = f"path must be a file that can be written. Got {name} instead ({reason_of(error)})."
    return CannotWrite(text, number=getattr(error, "errno", None))


def reason_of(error: Exception) -> str:
    """Why a path is refused, as a sentence without its full stop."""
    if isinstance(error, FileNotFoundError):
        return "There is no such folder"
    if isinstance(error, ValueError) and "null" in str(error):  # in other words in every Python
        return "There is a NUL character in it"
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return reason[:1].upper() + reason[1:]

"""Files where there are no locks of POSIX: what Windows has instead, tried on any system."""

from __future__ import annotations

import errno
import os
import sys

import pytest

from unitscope import files
from unitscope.files import writing


class Locks:
    """The standard library's msvcrt as far as it is used, on any system."""

    LK_NBLCK = 2

    def __init__(self):
        self.had: set[int] = set()

    def locking(self, handle, _mode, _size):
        """Lock an open file, or raise as Windows does."""
        inode = os.fstat(handle).st_ino
        if inode in self.had:
            raise PermissionError(errno.EACCES, "Permission denied")
        self.had.add(inode)


def test_without_the_locks_of_posix_files_are_whole_all_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "fcntl", None)
    monkeypatch.setitem(sys.modules, "msvcrt", Locks())
    target = tmp_path / "file"
    for content in (b"one", b"two"):
        with writing(target) as file:
            file.write(content)
    with pytest.raises(KeyError), writing(target) as file:
        file.write(b"three")
        raise KeyError
    assert target.read_bytes() == b"two"
    assert [*tmp_path.iterdir()] == [target]
    with files.locked(tmp_path), pytest.raises(BlockingIOError), files.locked(tmp_path):
        pass

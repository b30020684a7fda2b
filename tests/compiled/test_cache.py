"""The folder of compiled code: nobody else's code is run from it, and no machine needs it."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from patience import PATIENCE
from unitscope.compiled import cache
from unitscope.compiled.code import CompiledCode, _kept, _name, _sound

posix = pytest.mark.skipif(not hasattr(os, "getuid"), reason="Windows has no such owners and modes")

# The quickest to compile.
PROGRAM = """
import sys
{before}
from unitscope.kernel.order import SHUFFLES, drawn
from unitscope.recipe import Recipe
print(drawn(3, Recipe(epochs=1)).rows.tolist())
assert SHUFFLES.works()
"""


def started(before="", **variables):
    """A process that needs a compiled code; None removes a variable."""
    environment = {**os.environ, **variables}
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(before=before)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={name: value for name, value in environment.items() if value is not None},
    )


def ended(process):
    """What a process that went well said on stderr."""
    _, error = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, error
    return error


def said(before="", **variables):
    return ended(started(before, **variables))


def places(tmp_path):
    """The variables that say where code is kept: a folder, and one for temporary files."""
    (tmp_path / "tmp").mkdir(exist_ok=True)
    return {"UNITSCOPE_CACHE_DIR": str(tmp_path / "cache"), "TMPDIR": str(tmp_path / "tmp")}


ONCE = "compiling for this machine, once"


def link_to(target):
    def make(path):
        target(path.with_name("elsewhere"))
        path.symlink_to("elsewhere")

    return make


def private(path):
    path.mkdir(mode=0o700)


def shared(path):
    path.mkdir()
    path.chmod(0o777)


def shared_with_a_group(path):
    path.mkdir()
    path.chmod(0o770)


def no_folder(path):
    path.write_text("a file")


# What may be in the folder's place, and what is said of it.
UNUSABLE = {
    "a link": (link_to(private), ""),
    "shared": (shared, "other users may write there"),
    "shared with a group": (shared_with_a_group, "other users may write there"),
    "a file": (no_folder, "exists"),
}


@pytest.mark.slow
@posix
@pytest.mark.parametrize(("make", "why"), UNUSABLE.values(), ids=UNUSABLE)
def test_a_folder_that_cannot_be_used_is_said_once_and_another_is_used(make, why, tmp_path):
    make(tmp_path / "cache")
    variables = places(tmp_path)
    first = said(**variables)
    assert first.count(ONCE) == 1
    assert str(tmp_path / "cache") in first
    assert why in first
    assert "UNITSCOPE_CACHE_DIR names another" in first
    assert said(**variables) == ""
    (other,) = (tmp_path / "tmp").iterdir()
    assert other.name == f"unitscope-{os.getuid()}"
    assert other.stat().st_mode & 0o777 == 0o700
    if (tmp_path / "cache").is_dir():
        assert not list((tmp_path / "cache").glob("*.bin"))


@pytest.mark.slow
@posix
def test_where_nothing_can_be_kept_it_works_without_a_word_unless_asked(tmp_path):
    shared(tmp_path / "cache")
    variables = places(tmp_path)
    shared(tmp_path / "tmp" / f"unitscope-{os.getuid()}")
    for _ in range(2):
        assert said(**variables) == ""
    asked = said("import logging; logging.basicConfig(level=logging.INFO)", **variables)
    assert "as every start will: no folder can keep it" in asked
    assert asked.count("other users may write there") == 2


NOBODY = """
import os, pathlib
def expanduser(path):
    raise RuntimeError("Could not determine home directory.")
pathlib.Path.home = classmethod(expanduser)
"""


@posix
def test_a_user_without_a_home_is_helped(tmp_path):
    variables = places(tmp_path) | {"UNITSCOPE_CACHE_DIR": None, "XDG_CACHE_HOME": None}
    assert ONCE in said(NOBODY, **variables)
    assert said(NOBODY, **variables) == ""


# such a user may not even be allowed to read this Python and this package
UNKNOWN = """
import logging, os
from unitscope.compiled import code
from unitscope.kernel.order import SHUFFLES
from unitscope.recipe import Recipe
code._name(SHUFFLES)
bitcode = code.shipped(SHUFFLES.module)
code.shipped = lambda module: bitcode
os.setgid(54321)
os.setuid(54321)
"""


@posix
@pytest.mark.skipif(not hasattr(os, "setuid") or os.getuid() != 0, reason="only root can")
def test_a_user_whom_nobody_knows_is_helped(tmp_path):
    (tmp_path / "tmp").mkdir()
    (tmp_path / "tmp").chmod(0o1777)
    for parent in (tmp_path, *tmp_path.parents):
        if not parent.stat().st_mode & 0o001:
            parent.chmod(parent.stat().st_mode | 0o011)
    variables = {"UNITSCOPE_CACHE_DIR": None, "XDG_CACHE_HOME": None, "HOME": None}
    variables["TMPDIR"] = str(tmp_path / "tmp")
    assert ONCE in said(UNKNOWN, **variables)
    assert said(UNKNOWN, **variables) == ""
    # as root, the other user's folder is another's
    (theirs,) = (tmp_path / "tmp").iterdir()
    with pytest.raises(OSError, match="it belongs to another user"):
        cache.Folder(theirs)


FULL = """
import errno, os
from unitscope.compiled import cache
def full(name, handle, *, write=cache.Folder._write):
    def instead(self, name, content):
        if {where!r} in str(self.path) and len(content) > {most}:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        write(self, name, content)
    return instead
cache.Folder._write = full(None, None)
"""


@pytest.mark.slow
@posix
def test_a_full_disk_is_no_obstacle(tmp_path):
    variables = places(tmp_path)
    full = FULL.format(where=str(tmp_path / "cache"), most=0)
    assert "No space left" in said(full, **variables)
    assert said(full, **variables) == ""
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["lock"]
    everywhere = tmp_path / "everywhere"
    everywhere.mkdir()
    assert said(FULL.format(where=str(everywhere), most=0), **places(everywhere)) == ""


@posix
@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root mounts")
def test_a_disk_that_is_full_in_truth(tmp_path):
    small = tmp_path / "cache"
    small.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k,mode=700", "tmpfs", str(small)]
    try:
        if subprocess.run(mount, capture_output=True).returncode:
            pytest.skip("this root may not mount")
    except FileNotFoundError:
        pytest.skip("there is no mount here")
    try:
        variables = places(tmp_path)
        assert "No space left" in said(**variables)
        assert said(**variables) == ""
        assert [path.name for path in small.iterdir()] == ["lock"]
    finally:
        subprocess.run(["umount", str(small)], check=True)


def a_code(folder, monkeypatch):
    """A code whose file can be put in a folder."""
    monkeypatch.setenv("UNITSCOPE_CACHE_DIR", str(folder))
    monkeypatch.setenv("TMPDIR", str(folder / "nowhere"))
    return CompiledCode("unitscope.kernel.shuffles", arguments=2)


@posix
def test_a_file_that_is_a_link_or_that_others_may_write_is_not_run(tmp_path, monkeypatch):
    monkeypatch.setattr("unitscope.compiled.code._sound", lambda content: bool(content))
    code, path = a_code(tmp_path, monkeypatch), None
    path = tmp_path / _name(code)
    path.write_bytes(b"code")
    path.chmod(0o600)
    assert _kept(code) == b"code"
    for mode in (0o620, 0o602, 0o666):
        path.chmod(mode)
        assert _kept(code) == b""
    path.unlink()
    (tmp_path / "elsewhere").write_bytes(b"code")
    (tmp_path / "elsewhere").chmod(0o600)
    path.symlink_to("elsewhere")
    assert _kept(code) == b""
    path.unlink()
    os.mkfifo(path, 0o600)
    assert _kept(code) == b"", "a pipe, which would be waited for"


@posix
def test_a_folder_put_in_the_place_of_one_that_was_looked_at_is_not_used(tmp_path):
    ours, theirs = tmp_path / "cache", tmp_path / "theirs"
    ours.mkdir(mode=0o700)
    theirs.mkdir(mode=0o700)
    (theirs / "code").write_bytes(b"theirs")
    (theirs / "code").chmod(0o600)
    folder = cache.Folder(ours)
    ours.rename(tmp_path / "moved")
    theirs.rename(ours)
    with pytest.raises(FileNotFoundError):
        folder.read("code")
    folder.write("code", b"ours")
    folder.close()
    assert (ours / "code").read_bytes() == b"theirs"
    assert (tmp_path / "moved" / "code").read_bytes() == b"ours"


def test_what_ends_writing_leaves_nothing(tmp_path, monkeypatch):
    folder = cache.Folder(tmp_path)
    folder.write("code", b"one")
    fdopen = os.fdopen

    def failing(handle, mode):
        file = fdopen(handle, mode, buffering=0)
        file.write(b"tw")
        file.close()
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(cache.os, "fdopen", failing)
    with pytest.raises(OSError, match="full"):
        folder.write("code", b"two")
    monkeypatch.undo()
    assert [path.name for path in tmp_path.iterdir()] == ["code"]
    assert folder.read("code") == b"one"
    folder.close()


COUNTED = """
from unitscope.compiled import machine
object_code = machine.Machine.object_code
def counting(*given, **named):
    print("compiled", file=sys.stderr)
    return object_code(*given, **named)
machine.Machine.object_code = counting
"""


@pytest.mark.slow
def test_eight_first_starts_at_once_compile_once(tmp_path):
    processes = [started(COUNTED, **places(tmp_path)) for _ in range(8)]
    errors = [ended(process) for process in processes]
    assert sum(error.count("compiled\n") for error in errors) == 1
    assert sum(error.count(ONCE) for error in errors) == 1
    assert sorted(path.name.partition("-")[0] for path in (tmp_path / "cache").iterdir()) == [
        "lock",
        "shuffles",
    ]


STOPS = """
import time
from unitscope.compiled import machine
def stuck(*given, **named):
    print("stuck", flush=True)
    time.sleep(1000)
machine.Machine.object_code = stuck
"""


def test_the_lock_of_a_process_that_was_killed_blocks_nobody(tmp_path):
    variables = places(tmp_path)
    killed = started(STOPS, **variables)
    assert killed.stdout.readline() == "stuck\n"
    killed.kill()
    killed.communicate()
    names = [path.name for path in (tmp_path / "cache").iterdir()]
    assert any(name.endswith(".unfinished") for name in names)
    began = time.monotonic()
    assert ONCE in said(**variables)
    assert time.monotonic() - began < cache._PATIENCE
    names = [path.name for path in (tmp_path / "cache").iterdir()]
    assert not any(name.endswith(".unfinished") for name in names)


def test_a_process_that_was_stopped_is_not_waited_for_for_ever(tmp_path):
    variables = places(tmp_path)
    stopped = started(STOPS, **variables)
    try:
        assert stopped.stdout.readline() == "stuck\n"
        hasty = "import unitscope.compiled.cache as c; c._PATIENCE = 0.2"
        error = said(hasty, **variables)
        assert "another process has kept it locked" in error or os.name == "nt"
    finally:
        stopped.kill()
        stopped.communicate()


FORKS = """
import os, threading, time
from unitscope.compiled import code, machine
from unitscope.kernel.order import SHUFFLES
object_code, compiling = machine.Machine.object_code, threading.Event()
def slow(*given, **named):
    compiling.set()
    time.sleep(0.5)
    return object_code(*given, **named)
machine.Machine.object_code = slow
other = threading.Thread(target=SHUFFLES.works)
other.start()
compiling.wait()
child = os.fork()
if not child:
    machine.Machine.object_code = object_code
    assert SHUFFLES.works()
    os._exit(7)
deadline = time.monotonic() + 300
while os.waitpid(child, os.WNOHANG) == (0, 0):
    if time.monotonic() > deadline:
        os.kill(child, 9)
        raise SystemExit("the child hangs")
    time.sleep(0.01)
other.join()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing forks here")
@pytest.mark.parametrize("kept", [True, False], ids=["kept", "not kept"])
def test_a_fork_during_the_first_compile_does_not_hang(kept, tmp_path):
    variables = places(tmp_path)
    if not kept:
        shared(tmp_path / "cache")
        shared(tmp_path / "tmp" / f"unitscope-{os.getuid()}")
    assert (ONCE in said(FORKS, **variables)) == kept


FORKS_WAITING = """
import os, threading, time
from unitscope.compiled import cache
from unitscope.kernel.order import SHUFFLES
waiting, try_lock = threading.Event(), cache.try_lock
def telling(handle):
    waiting.set()
    time.sleep(0.3)
    return try_lock(handle)
cache.try_lock = telling
other = threading.Thread(target=SHUFFLES.works)
other.start()
waiting.wait()
child = os.fork()
if not child:
    time.sleep(100)  # with copies of all handles
    os._exit(0)
other.join()
cache.try_lock = try_lock
began = time.monotonic()
with cache.room("another") as (folder, reasons):
    assert folder is not None and not reasons, reasons
assert time.monotonic() - began < 60
os.kill(child, 9)
os.waitpid(child, 0)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing forks here")
def test_a_forked_process_does_not_keep_the_lock(tmp_path):
    assert ONCE in said(FORKS_WAITING, **places(tmp_path))


def test_the_folder_is_the_systems_one(monkeypatch):
    monkeypatch.delenv("UNITSCOPE_CACHE_DIR", raising=False)
    if sys.platform == "linux":
        monkeypatch.setenv("XDG_CACHE_HOME", "/xdg")
        assert cache.folders()[0] == Path("/xdg/unitscope")
    monkeypatch.setenv("UNITSCOPE_CACHE_DIR", "/chosen")
    assert cache.folders()[0] == Path("/chosen")
    assert not _sound(b"")

"""Files are written whole or not at all, in one way, and what cannot be is said in words."""

from __future__ import annotations

import ast
import errno
import io
import os
import re
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import unitscope as us
from patience import PATIENCE
from unitscope.errors import CannotWrite
from unitscope.files import reading, writing

SOURCE = Path(__file__).parent.parent / "src"


@pytest.fixture(autouse=True)
def _closed_figures():
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")


posix = pytest.mark.skipif(os.name != "posix", reason="of POSIX's file systems")


def mode(path):
    status = os.fstat(path) if isinstance(path, int) else path.stat()
    return stat.S_IMODE(status.st_mode)


def test_a_block_that_raises_leaves_the_old_file_and_nothing_else(tmp_path):
    target = tmp_path / "a.txt"
    target.write_text("old")
    with pytest.raises(KeyError), writing(target) as file:
        file.write(b"half")
        raise KeyError
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_block_that_ends_well_replaces_the_file(tmp_path):
    target = tmp_path / "a.txt"
    target.write_text("old")
    with writing(target) as file:
        file.write(b"new")
        assert target.read_text() == "old"
    assert target.read_text() == "new"
    assert list(tmp_path.iterdir()) == [target]


@posix
@pytest.mark.parametrize("umask", [0o022, 0o077, 0o002])
def test_a_new_file_has_the_mode_of_any_file_of_the_user(tmp_path, umask):
    program = (
        f"import os, sys; os.umask({umask}); os.chdir(sys.argv[1]); open('plain', 'w').close()\n"
        "from unitscope.files import writing\n"
        "with writing('new') as file: print(oct(os.fstat(file.fileno()).st_mode & 0o777))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, tmp_path], capture_output=True, text=True, check=True
    )
    assert mode(tmp_path / "new") == mode(tmp_path / "plain") == 0o666 & ~umask
    assert ran.stdout == f"{oct(0o666 & ~umask)}\n"  # never open to more, not even unfinished


@posix
@pytest.mark.parametrize("kept", [0o600, 0o640, 0o664, 0o755, 0o4755])
def test_a_replaced_file_keeps_its_mode_and_is_never_open_to_more(tmp_path, kept):
    target = tmp_path / "run.npz"
    target.touch()
    target.chmod(kept)
    with writing(target) as file:
        assert mode(file.fileno()) == 0o600
    assert mode(target) == kept & 0o777


def test_the_umask_is_left_alone(tmp_path, monkeypatch):
    # It is the whole process's: while one thread changes it, what others write has another mode.
    monkeypatch.setattr(os, "umask", lambda mask: pytest.fail("the umask was changed"))
    us.train(us.datasets.lab(), epochs=1).save(tmp_path / "run.npz")
    us.train(us.datasets.lab(), epochs=1).save(tmp_path / "run.npz")


@posix
@pytest.mark.parametrize("there", [True, False])
def test_a_link_is_followed_to_its_target(tmp_path, there):
    real, link = tmp_path / "elsewhere" / "real.npz", tmp_path / "link.npz"
    real.parent.mkdir()
    if there:
        real.write_bytes(b"old")
    link.symlink_to(real)
    with writing(link) as file:
        file.write(b"new")
    assert link.is_symlink() and not real.is_symlink()
    assert real.read_bytes() == b"new"
    assert [path.name for path in real.parent.iterdir()] == ["real.npz"]


def bad_paths(folder):
    """Where no file can be written, and what is said of it."""
    (folder / "a").touch()
    yield folder, "Is a directory"
    yield folder / "missing" / "run.npz", "There is no such folder"
    yield folder / "a" / "run.npz", "Not a directory"
    yield folder / "nul\0", "There is a NUL character in it"
    yield folder / ("x" * 300), "File name too long"
    yield folder / "/".join(["y" * 200] * 30), "File name too long"
    os.mkfifo(folder / "fifo")
    yield folder / "fifo", "Not a regular file"
    yield "/dev/null", "Not a regular file"
    yield "/dev/full", "Not a regular file"
    (folder / "loop").symlink_to("loop")
    yield folder / "loop", "Too many levels of symbolic links"
    yield 3.5, "Expected str, bytes or os.PathLike object, not float"


@posix
def test_what_cannot_be_written_is_said_with_the_users_path(tmp_path):
    for path, reason in bad_paths(tmp_path):
        before = sorted(tmp_path.rglob("*"))
        with pytest.raises(CannotWrite) as refused, writing(path) as file:
            file.write(b"x")
        message = str(refused.value)
        assert message.startswith("path must be a file that can be written. Got ")
        assert f"({reason}" in message and "unfinished" not in message
        assert repr(str(path) if isinstance(path, Path) else path)[:250] in message
        assert len(message) < 500 and message.isprintable()
        assert sorted(tmp_path.rglob("*")) == before


@posix
@pytest.mark.skipif(sys.platform == "darwin", reason="a Mac's file names are UTF-8")
def test_a_name_that_is_no_utf_8_is_written_and_said(tmp_path):
    path = os.fsdecode(os.fsencode(tmp_path) + b"/\xff.npz")
    run = us.train(us.datasets.lab(), epochs=1)
    run.save(path)
    assert us.Run.load(path).recipe == run.recipe
    assert [os.fsencode(one.name) for one in tmp_path.iterdir()] == [b"\xff.npz"]
    with pytest.raises(us.errors.InvalidInput) as refused:
        us.Run.load(path + "x")
    assert str(refused.value).isprintable()


WRITERS = {
    "run": lambda path: us.train(us.datasets.lab(), epochs=1).save(path),
    "sweep": lambda path: us.sweep(us.datasets.lab(), seeds=2, epochs=1).save(path),
    "page": lambda path: us.export_html(us.train(us.datasets.lab(), epochs=1), path),
    "code": lambda path: us.export_code(us.train(us.datasets.lab(), epochs=1), path),
    "png": lambda path: us.plot.save(us.plot.data(us.datasets.lab()), path),
    "svg": lambda path: us.plot.save(us.plot.data(us.datasets.lab()), path),
}


@posix
@pytest.mark.parametrize("kind", WRITERS)
def test_a_full_disk_is_said_and_leaves_what_was_there(tmp_path, kind):
    import resource  # not on Windows

    suffix = {"png": ".png", "svg": ".svg"}.get(kind, ".out")
    target = tmp_path / f"a{suffix}"
    target.write_bytes(b"old")
    WRITERS[kind](tmp_path / f"whole{suffix}")
    size = (tmp_path / f"whole{suffix}").stat().st_size
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    for most in (0, 1, size // 3, size - 1):
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
        try:
            with pytest.raises(CannotWrite, match=r"Got '.*a\.\w+' instead \(File too large\)"):
                WRITERS[kind](target)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        assert target.read_bytes() == b"old"
        assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("call", ["open", "fsync", "replace", "fchmod"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO])
def test_whatever_the_system_refuses_is_said_with_the_users_path(
    tmp_path, monkeypatch, call, number
):
    if not hasattr(os, call):
        pytest.skip(f"no {call} here")
    target = tmp_path / "run.npz"
    target.write_bytes(b"old")

    def refused(*arguments, **named):
        name = arguments[0] if isinstance(arguments[0], (str, Path)) else None
        raise OSError(number, os.strerror(number), name)

    with pytest.raises(CannotWrite) as said, monkeypatch.context() as patched:
        patched.setattr(os, call, refused)
        with writing(target) as file:
            file.write(b"new")
    assert f"Got {str(target)!r} instead ({os.strerror(number)})." in str(said.value)
    assert said.value.errno == number
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_an_error_of_another_file_is_left_as_it_is(tmp_path):
    with pytest.raises(FileNotFoundError) as raised, writing(tmp_path / "a"):
        (tmp_path / "other").read_bytes()
    assert not isinstance(raised.value, CannotWrite)
    assert list(tmp_path.iterdir()) == []


KILLED = """
import os, signal, sys, threading
from unitscope.files import writing

def write(number):
    with writing(f"{sys.argv[1]}/{number}") as file:
        file.write(b"half" * 10_000)
        inside.release()
        threading.Event().wait()

inside = threading.Semaphore(0)
for number in range(3):  # one after the other: at once, each may skip a name that another tries
    threading.Thread(target=write, args=(number,), daemon=True).start()
    inside.acquire()
os.kill(os.getpid(), signal.SIGKILL)
"""


@posix
def test_what_kill_9_left_is_removed_by_the_next_file_there(tmp_path):
    ran = subprocess.run([sys.executable, "-c", KILLED, tmp_path], timeout=PATIENCE, check=False)
    assert ran.returncode == -signal.SIGKILL
    left = [path.name for path in tmp_path.iterdir()]
    assert sorted(left) == [f".unitscope-{number}.unfinished" for number in range(3)]
    with writing(tmp_path / "new.txt") as file:
        file.write(b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["new.txt"]


def test_files_written_at_once_in_one_folder_are_all_whole(tmp_path):
    ready = threading.Barrier(20)

    def write(number):
        for round_ in range(5):
            with writing(tmp_path / f"{number % 10}.txt") as file:
                if not round_:
                    ready.wait(PATIENCE)  # more at once than there are names
                file.write(bytes([number]) * 1000)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"{n}.txt" for n in range(10)]
    for path in tmp_path.iterdir():
        content = path.read_bytes()
        assert len(content) == 1000 and len(set(content)) == 1


@posix
def test_a_file_and_its_name_are_brought_to_the_disk(tmp_path, monkeypatch):
    calls, sync, replace = [], os.fsync, os.replace
    kind = {stat.S_IFREG: "file", stat.S_IFDIR: "folder"}
    monkeypatch.setattr(
        os,
        "fsync",
        lambda handle: (
            calls.append(kind[stat.S_IFMT(os.fstat(handle).st_mode)]),
            sync(handle),
        ),
    )
    monkeypatch.setattr(os, "replace", lambda *names: (calls.append("replace"), replace(*names)))
    with writing(tmp_path / "a") as file:
        file.write(b"new")
    assert calls == ["file", "replace", "folder"]


@posix
def test_only_regular_files_are_read_and_none_is_waited_for(tmp_path):
    os.mkfifo(tmp_path / "fifo")
    for path in (tmp_path / "fifo", tmp_path, "/dev/zero"):
        with pytest.raises(OSError), reading(path):
            pass
        for load in (us.Run.load, us.Sweep.load):
            with pytest.raises(us.errors.InvalidInput):
                load(path)


@pytest.mark.parametrize("load", [us.Run.load, us.Sweep.load, us.read_table])
@pytest.mark.parametrize(
    "path", [3, None, b"a", "a\0", "x" * 300, "/".join(["y"] * 3000), "", "no such file"], ids=repr
)
def test_what_is_no_file_is_an_invalid_input(load, path):
    with pytest.raises(us.errors.InvalidInput, match=" must be "):
        load(path)


def test_a_run_is_written_into_an_open_file_and_read_from_one():
    run, file = us.train(us.datasets.lab(), epochs=2), io.BytesIO()
    run.save(file)
    assert us.Run.load(file) == run and not file.closed
    for other in (io.BytesIO(b"none"), io.BytesIO(), io.StringIO("none")):
        with pytest.raises(us.errors.InvalidInput, match=r"^path must be "):
            us.Run.load(other)


@pytest.mark.parametrize("path", [3, b"a", "a\0"], ids=repr)
def test_what_is_no_path_is_not_written_to(path, tmp_path):
    for write in WRITERS.values():
        with pytest.raises(us.errors.UnitscopeError, match=r"^path must be "):
            write(path)
    with pytest.raises(us.errors.InvalidInput, match=r"^folder must be "):
        us.sweep(us.datasets.lab(), seeds=2, epochs=1, folder=path)


# The one way to write


WRITING_CALLS = {"write_text", "write_bytes", "mkstemp", "NamedTemporaryFile", "touch", "rename"}
WRITING_CALLS |= {"savefig", "save", "savez", "savez_compressed", "savetxt", "tofile", "to_csv"}
# whose `save` goes that way
OWN_MODULES = {"plot", "run", "self", "empty", "swept", "network_file"}


def other_ways(source):
    """The lines that write a file in another way than `with writing(path) as file`."""
    tree = ast.parse(source)
    files = {
        item.optional_vars.id
        for node in ast.walk(tree)
        if isinstance(node, ast.With)
        for item in node.items
        if isinstance(item.optional_vars, ast.Name)
        and isinstance(item.context_expr, ast.Call)
        and ast.unparse(item.context_expr.func).endswith("writing")
    }
    files |= {  # and those that are in memory
        ast.unparse(node.targets[0])
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and ast.unparse(node.value) == "io.BytesIO()"
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        name, holder = called.rpartition(".")[2], called.rpartition(".")[0]
        first = ast.unparse(node.args[0]) if node.args else ""
        given = [*node.args, *(keyword.value for keyword in node.keywords)]
        modes = [one.value for one in given if isinstance(one, ast.Constant)]
        opens = name in ("open", "fdopen") and any(map(is_a_mode_to_write, modes))
        opens = opens or (called == "os.open" and first != "os.devnull")
        moves = holder in ("os", "shutil") and name in ("replace", "rename", "copy", "move")
        saves = name in WRITING_CALLS and first not in files and holder not in OWN_MODULES
        opens = opens and holder != "archive"  # a member of a zip, whose own file is looked at
        if opens or moves or saves:
            yield node.lineno


def is_a_mode_to_write(value):
    return isinstance(value, str) and re.fullmatch("[rbt]*[wax+][wax+bt]*", value) is not None


# a folder that compiled code is run from is not opened by its name
ONLY = ("unitscope/files.py", "unitscope/compiled/cache.py")


def test_nothing_writes_a_file_in_another_way():
    found = {
        path.relative_to(SOURCE).as_posix(): lines
        for path in SOURCE.rglob("*.py")
        if path.relative_to(SOURCE).as_posix() not in ONLY
        if (lines := list(other_ways(path.read_text(encoding="utf-8"))))
    }
    assert found == {}


@pytest.mark.parametrize(
    "line",
    [
        "open(path, 'w')",
        "open(path, mode='ab')",
        "path.open('x')",
        "os.open(path, os.O_WRONLY)",
        "path.write_text(text)",
        "figure.savefig(path)",
        "np.savez(path, X=X)",
        "os.replace(a, b)",
    ],
)
def test_another_way_to_write_is_noticed(line):
    assert list(other_ways(line)) == [1]
    assert list(other_ways(f"with reading(p) as path:\n    {line}")) == [2]


def test_the_one_way_to_write_is_not_taken_for_another():
    assert list(other_ways("with writing(p) as file:\n    figure.savefig(file)")) == []
    assert list(other_ways("memory = io.BytesIO()\nimage.save(memory)")) == []
    assert list(other_ways("open(path, 'rb')\npath.open()\nlab.run()\n'a'.replace('b', 'w')")) == []

"""The command line where its streams are a pipe that ends, full, closed, missing, or in ASCII."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

import unitscope as us
from unitscope import cli
from unitscope.cli.streams import Outlet

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="a shell's way to close a stream")
FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is full")
COMMAND = [sys.executable, "-m", "unitscope"]
SWEEP = ["sweep", "--seeds", "3", "--epochs", "2"]


def shell(redirections: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command with these redirections: its status and what arrived of both streams."""
    script = f'exec "$@" {redirections}'
    command = ["/bin/sh", "-c", script, "sh", *COMMAND, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def kept(folder) -> us.Sweep:
    """What a sweep wrote, whole: no stray text in a file that had the number of a stream."""
    found = us.Sweep.load(folder)
    assert len(found) == 3
    return found


@POSIX
@pytest.mark.slow
def test_head_is_quiet_and_the_pictures_are_written(tmp_path):
    reading, writing = os.pipe()
    os.close(reading)  # as head has ended
    command = [*COMMAND, "lab", "--out", str(tmp_path)]
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)
    assert done.returncode == 141
    assert done.stderr == f"training [{'=' * 30}] epoch 200/200 - loss: 0.0300\n"
    assert len(list(tmp_path.iterdir())) == 11


@POSIX
@pytest.mark.slow
@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_closed_streams_end_no_work(closed, tmp_path):
    done = shell(closed, *SWEEP, "--out", str(tmp_path / "out"))
    assert done.returncode == 0
    kept(tmp_path / "out")
    assert ("3 of 3 seeds" in done.stdout) == (" >" not in f" {closed}".replace("2>", ""))
    assert done.stderr.startswith("sweep [") == ("2>" not in closed)


@FULL
@pytest.mark.slow
def test_a_full_disk_behind_standard_output_is_said(tmp_path):
    done = shell(">/dev/full", *SWEEP, "--out", str(tmp_path))
    assert done.returncode == 1
    assert done.stderr.endswith("\nunitscope: standard output: No space left on device\n")
    kept(tmp_path)
    assert shell("2>/dev/full", *SWEEP).returncode == 0


@POSIX
@pytest.mark.slow
@pytest.mark.parametrize("arguments", [["--help"], ["sweep", "--help"], ["--version"]])
def test_help_that_nobody_reads_is_quiet(arguments):
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [*COMMAND, *arguments], stdout=writing, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.slow
def test_what_the_encoding_lacks_is_written_as_an_escape(tmp_path):
    done = subprocess.run(
        [*COMMAND, *SWEEP, "--out", str(tmp_path / "ü✓")],
        env=os.environ | {"PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr.count(b"\n")) == (0, 1)
    assert done.stdout.endswith(rb"\xfc\u2713" + os.linesep.encode())
    kept(tmp_path / "ü✓")


@pytest.mark.parametrize("missing", [("stdout",), ("stderr",), ("stdin", "stdout", "stderr")])
def test_streams_that_are_none_end_no_work(missing, tmp_path, monkeypatch):
    for name in missing:  # as under pythonw
        monkeypatch.setattr(sys, name, None)
    assert cli.main([*SWEEP, "--out", str(tmp_path)]) == 0
    kept(tmp_path)
    assert cli.main(["sweep", "--seeds", "0"]) == 1


def test_a_closed_file_as_standard_output_ends_no_work(tmp_path, monkeypatch):
    closed = io.StringIO()
    closed.close()
    monkeypatch.setattr(sys, "stdout", closed)
    assert cli.main([*SWEEP, "--out", str(tmp_path)]) == 141
    kept(tmp_path)


def test_a_message_begins_a_line_of_its_own(capsys):
    outlet = Outlet(sys.stderr)
    outlet.write("\rsweep [===...]")
    outlet.say("unitscope: stopped\nnow")
    outlet.say("again")
    assert capsys.readouterr().err == "\rsweep [===...]\nunitscope: stopped now\nagain\n"


def test_an_interrupted_sweep_ends_with_130(monkeypatch, capsys, tmp_path):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    from unitscope.sweeps import workers

    monkeypatch.setattr(workers, "in_threads", interrupted)
    assert cli.main([*SWEEP, "--out", str(tmp_path)]) == 130
    out = capsys.readouterr().out
    assert out.startswith("0 of 3 seeds in ") and out.endswith("; --resume goes on\n")

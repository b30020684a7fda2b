"""Ctrl-C at any moment of a command: one line, status 130, nothing half-written."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import time

import pytest

from patience import PATIENCE
from thorough import few
from unitscope import cli
from unitscope.cli import program
from unitscope.cli.interrupts import CtrlC

posix = pytest.mark.skipif(os.name != "posix", reason="Windows has no process groups to signal")
STOPPED = "unitscope: stopped\n"

# Says by a byte that the command begins, by what it imports first: before, Ctrl-C is Python's own.
MAIN = """
import os, sys
from unitscope.cli import main
class Telling:
    def find_spec(self, name, *_):
        if name == "unitscope.cli.interrupts":
            os.write({begun}, b"x")
            os.close({begun})
sys.meta_path.insert(0, Telling())
sys.exit(main())
"""


def interrupted(arguments, seconds, times=1):
    """Status, output and errors of a command and all its processes, some time after it begins."""
    ear, begun = os.pipe()
    running = subprocess.Popen(
        [sys.executable, "-c", MAIN.format(begun=begun), *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        pass_fds=[begun],
        start_new_session=True,
    )
    os.close(begun)
    os.read(ear, 1)
    os.close(ear)
    time.sleep(seconds)
    for _ in range(times):
        if running.poll() is None:
            os.killpg(running.pid, signal.SIGINT)
    try:
        output, errors = running.communicate(timeout=PATIENCE)
    finally:
        running.kill()
    return running.returncode, output, errors


def without_bar(errors):
    """What else is said: not the bar, nor that a machine's first run compiles."""
    return re.sub(r"^(training|sweep) \[.*\n|^unitscope: compiling .*\n", "", errors, flags=re.M)


def check(outcome, last_words):
    """Stopped, with one line; or already at its end."""
    status, output, errors = outcome
    if status == 0:
        assert last_words in output and without_bar(errors) == ""
    else:
        assert without_bar(errors) == STOPPED
        # Where `exec` was under way, as of a dataclass, Python ends itself by the signal, which
        # shells call 130 too.
        assert status in (130, -signal.SIGINT)


PRESSES = few(4, whole=12)  # in each part of the command's time one
SMALL = ["sweep", "--seeds", "300", "--epochs", "100"]
COMMANDS = {
    "lab": (["lab", "--out", "{}/lab"], "explanation.md"),
    "sweep": (SMALL, "different networks"),
    "kept": ([*SMALL, "--out", "{}/s"], "kept in"),
    "loky": ([*SMALL, "--backend", "loky", "--jobs", "2"], "different networks"),
    "play": (["play", "--port", "0", "--no-browser"], "never"),
    "workers": (["play", "--port", "0", "--no-browser", "--workers", "2"], "never"),
}


@posix
@pytest.mark.slow
@pytest.mark.parametrize("name", COMMANDS)
def test_ctrl_c_at_any_moment_is_one_line_and_status_130(tmp_path, name):
    arguments, last_words = COMMANDS[name]
    rng, stopped, longest = random.Random(name), 0, 3.0
    if arguments[0] != "play":
        began = time.monotonic()
        assert (
            interrupted([one.format(tmp_path / "whole") for one in arguments], 0, times=0)[0] == 0
        )
        longest = time.monotonic() - began
    for number in range(PRESSES):
        folder = tmp_path / str(number)
        seconds = longest * (number + rng.random()) / PRESSES
        outcome = interrupted([one.format(folder) for one in arguments], seconds)
        check(outcome, last_words)
        stopped += outcome[0] != 0
        assert not list(folder.rglob(".*")), "a file or a lock is left"
        for written in folder.rglob("*.*"):
            assert written.stat().st_size > 0
    assert stopped


@posix
def test_the_first_moments_of_a_command_are_no_exception(tmp_path):
    for seconds in (0, 0.02, 0.2):
        check(interrupted(["lab", "--out", tmp_path / "lab"], seconds), "explanation.md")


@posix
@pytest.mark.slow
def test_twice_ends_it_at_once():
    status, _, errors = interrupted(["sweep", "--seeds", "300000"], 3, times=2)
    assert status == 130 and without_bar(errors).count(STOPPED) == 1


@posix
@pytest.mark.slow
def test_the_library_raises_keyboard_interrupt_as_any_other():
    program_ = (
        "import unitscope as us\nprint(1, flush=True)\nwhile True:\n"
        "    run = us.train(us.datasets.lab())\n"
        "    us.explain(run); us.partition(run.network, run.data)"
    )
    rng = random.Random(1)
    for _ in range(few(6, whole=12)):
        running = subprocess.Popen(
            [sys.executable, "-c", program_],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        running.stdout.readline()
        time.sleep(rng.uniform(0, 2))
        running.send_signal(signal.SIGINT)
        _, errors = running.communicate(timeout=PATIENCE)
        # Where NumPy compares, it may make a TypeError of it, whose status is 1.
        assert running.returncode in (1, -signal.SIGINT) and "Fatal" not in errors
        assert running.returncode == 1 or errors.rstrip().endswith("KeyboardInterrupt")


# In this process


def pressing(then):
    """What a command does while Ctrl-C is pressed, and what becomes of the `KeyboardInterrupt`."""

    def command(_options):
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            if isinstance(then, Exception):
                raise then from None
            if then is None:
                raise
            return then

    return command


@pytest.mark.parametrize(
    "then",
    [
        None,
        0,  # swallowed, as C code may
        1,
        TypeError("Cannot compare structured arrays"),  # as NumPy makes of it
        ImportError("numpy.core.multiarray failed to import"),
        OSError(9, "Bad file descriptor"),
    ],
    ids=repr,
)
def test_an_interrupt_that_gets_lost_still_stops_the_command(monkeypatch, capfd, then):
    parser = program._parser()
    parser.set_defaults(run=pressing(then))
    monkeypatch.setattr(program, "_parser", lambda: parser)
    before = signal.getsignal(signal.SIGINT), sys.unraisablehook
    assert cli.main([]) == 130
    assert capfd.readouterr().err == STOPPED
    assert (signal.getsignal(signal.SIGINT), sys.unraisablehook) == before


@pytest.mark.parametrize("broken", ["unitscope.cli.program", "unitscope.cli.interrupts"])
def test_an_interrupt_while_the_command_is_imported_is_one_line(monkeypatch, capfd, broken):
    class Interrupting:
        def find_spec(self, name, *_):
            if name == broken:
                raise KeyboardInterrupt

    monkeypatch.delitem(sys.modules, broken)
    monkeypatch.setattr(sys, "meta_path", [Interrupting(), *sys.meta_path])
    assert cli.main(["--version"]) == 130
    assert capfd.readouterr().err == STOPPED


def test_an_interrupt_in_what_nobody_catches_ends_the_process_at_once():
    lost = (
        "import signal, sys\nfrom unitscope.cli.interrupts import CtrlC\n"
        "class Lost:\n    def __del__(self): signal.raise_signal(signal.SIGINT)\n"
        "with CtrlC(ends_process=True): Lost(); print('went on')"
    )
    ran = subprocess.run([sys.executable, "-c", lost], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (130, "")
    assert ran.stderr.replace("\r\n", "\n") == STOPPED


@posix
def test_a_command_in_the_background_that_ignores_ctrl_c_goes_on_doing_so():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with CtrlC(ends_process=False):
            signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)


def test_little_is_imported_before_ctrl_c_is_seen_to():
    # Until then it leaves a traceback.
    program_ = (
        "import __future__, importlib, os, sys\nbefore = set(sys.modules)\nimport unitscope.cli\n"
        "print(*sorted(set(sys.modules) - before))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program_], capture_output=True, text=True, check=True
    )
    assert ran.stdout.split() == ["unitscope", "unitscope.cli"]

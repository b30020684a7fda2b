"""Progress: a bar where it is asked for, tqdm's where there is one, or the user's own function."""

from __future__ import annotations

import io
import os
import sys
import types

import pytest
from hypothesis import given
from hypothesis import strategies as st

import unitscope as us
from unitscope.notebook import in_notebook
from unitscope.training import progress

DATA = us.datasets.lab()
WORDS = st.text(st.sampled_from("ab 1ü漢한😀́"), max_size=40)


@pytest.fixture
def without_tqdm(monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)


def test_a_training_draws_tqdms_bar(capsys):
    pytest.importorskip("tqdm")
    run = us.train(DATA, epochs=30, progress=True)
    out, err = capsys.readouterr()
    assert out == ""
    assert "training: 100%" in err and "30/30" in err and f"loss {run.loss[-1]:.4f}" in err


def test_a_sweep_draws_tqdms_bar(capsys):
    pytest.importorskip("tqdm")
    us.sweep(DATA, seeds=5, epochs=2, progress=True)
    assert "sweep: 100%" in capsys.readouterr().err


def test_without_tqdm_the_bar_is_a_plain_one(capsys, without_tqdm):
    run = us.train(DATA, epochs=30, progress=True)
    us.sweep(DATA, seeds=5, epochs=2, progress=True)
    us.lab.run(progress=True)
    bar = "=" * 30
    assert capsys.readouterr().err.splitlines() == [
        f"training [{bar}] 30/30 epochs, loss {run.loss[-1]:.4f}",
        f"sweep [{bar}] 5/5 runs",
        f"training [{bar}] 200/200 epochs, loss {us.lab.run().loss[-1]:.4f}",
    ]


def test_on_a_terminal_the_plain_bar_is_redrawn_in_place(capsys, without_tqdm, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    us.sweep(DATA, seeds=300, epochs=2, progress=True)
    lines = capsys.readouterr().err
    assert lines.startswith("\rsweep [") and lines.endswith(f"[{'=' * 30}] 300/300 runs\n")
    assert lines.count("\n") == 1


def test_a_bar_is_closed_when_a_training_diverges(capsys):
    pytest.importorskip("tqdm")
    with pytest.raises(us.errors.TrainingDiverged):
        us.train(DATA, optimizer="sgd", learning_rate=1e30, progress=True)
    assert capsys.readouterr().err.endswith("\n")


@pytest.mark.parametrize("progress", [None, False])
def test_nothing_is_drawn_unasked(progress, capsys):
    us.train(DATA, epochs=2, progress=progress)
    us.sweep(DATA, seeds=2, epochs=2, progress=progress)
    assert capsys.readouterr() == ("", "")


def test_a_function_is_called_and_what_it_raises_ends_the_work():
    calls = []
    us.train(DATA, epochs=3, progress=lambda *told: calls.append(told))
    assert calls[-1][:2] == (3, 3)

    def stop(*_):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        us.train(DATA, progress=stop)
    with pytest.raises(ZeroDivisionError):
        us.sweep(DATA, seeds=3, progress=stop)


@pytest.mark.parametrize("call", [us.train, us.sweep])
def test_anything_else_is_refused(call):
    rule = r"^progress must be True, False or a function. Got 'bar' instead.$"
    with pytest.raises(us.errors.InvalidInput, match=rule):
        call(DATA, progress="bar")


@given(what=WORDS, words=WORDS, room=st.integers(0, 100), done=st.integers(0, 9))
def test_a_line_fits_its_room(what, words, room, done):
    line = progress._line(what, done, 9, words, room)
    assert progress.width(line) <= room
    whole = progress._line(what, done, 9, words, None)
    assert whole.startswith(f"{what} [") and whole.endswith(f"] {words}") and "[" * 30 not in whole
    if room >= progress.width(whole):
        assert line == whole


def test_wide_characters_take_two_columns_and_accents_none():
    assert [progress.width(text) for text in ("ab", "漢字", "한", "😀", "e\u0301", "ｘ")] == [
        2,
        4,
        2,
        2,
        1,
        2,
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals of this kind")
def test_on_a_terminal_a_bar_fits_as_it_is_resized(monkeypatch):
    import fcntl
    import struct
    import termios

    outer, inner = os.openpty()
    terminal = os.fdopen(inner, "w", encoding="utf-8")
    monkeypatch.setattr(sys, "stderr", terminal)
    with progress.Bar("sweep") as bar:
        for columns, done in ((120, 1), (120, 2), (40, 3), (25, 4), (9, 5), (120, 6)):
            fcntl.ioctl(outer, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
            bar.show(done, 9, f"{'1,000,000' if done == 2 else done}/9 漢字 a second")
    written = b""
    while b"\n" not in written:  # the terminal hands it on in pieces
        written += os.read(outer, 100_000)
    shown = written.decode().replace("\r\n", "\n")
    terminal.close()
    os.close(outer)
    assert shown.count("\n") == 1 and shown.endswith("\n")  # the bar did not come to its end
    lines = shown.removesuffix("\n").split("\r")[1:]
    for line, columns in zip(lines, (120, 120, 40, 25, 9, 120), strict=True):
        assert progress.width(line) <= columns - 1
    assert lines[2].startswith("sweep [=") and lines[3].startswith("sweep 4/9 漢字")
    # What is written over a longer line covers it.
    assert progress.width(lines[2]) == 39


@pytest.mark.parametrize("stream", ["None", "closed", "a pipe without a reader"])
@pytest.mark.parametrize("with_tqdm", [True, False])
def test_a_bar_that_cannot_be_drawn_ends_no_training(stream, with_tqdm, monkeypatch):
    if not with_tqdm:
        monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    bad = {"None": None, "closed": io.StringIO(), "a pipe without a reader": NoReader()}[stream]
    if stream == "closed":
        bad.close()
    monkeypatch.setattr(sys, "stderr", bad)
    run = us.train(DATA, epochs=30, progress=True)
    assert run.loss.tobytes() == us.train(DATA, epochs=30).loss.tobytes()
    assert len(us.sweep(DATA, seeds=3, epochs=2, progress=True)) == 3


class NoReader(io.StringIO):
    """As `head` leaves its pipe."""

    def write(self, text):
        raise BrokenPipeError(32, "Broken pipe")

    def flush(self):
        raise BrokenPipeError(32, "Broken pipe")


def test_only_the_shell_of_a_kernel_is_a_notebook(monkeypatch, capsys, without_tqdm):
    monkeypatch.setitem(sys.modules, "ipykernel", types.ModuleType("ipykernel"))
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    assert not in_notebook()
    us.train(DATA, epochs=3, progress=True)
    assert "\r" not in capsys.readouterr().err
    ipython = types.ModuleType("IPython")
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    for shell, is_one in (
        (None, False),
        (object(), False),
        (types.SimpleNamespace(kernel=1), True),
    ):
        ipython.get_ipython = lambda shell=shell: shell
        assert in_notebook() == is_one
    us.train(DATA, epochs=3, progress=True)
    assert capsys.readouterr().err.startswith("\rtraining [")

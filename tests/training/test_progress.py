"""Progress: a bar where it is asked for, tqdm's where there is one, or the user's own function."""

from __future__ import annotations

import sys

import pytest

import unitscope as us

DATA = us.datasets.lab()


@pytest.fixture
def without_tqdm(monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    monkeypatch.delitem(sys.modules, "ipykernel", raising=False)  # of another test: no notebook


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

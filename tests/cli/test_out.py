"""`--out`: the same in every command, and found to be bad before the work."""

from __future__ import annotations

import pytest

from unitscope import cli
from unitscope.cli import folder

COMMANDS = [["lab"], ["sweep", "--seeds", "3", "--epochs", "2"], ["train", "iris"]]


@pytest.fixture
def no_work(monkeypatch):
    """Whatever trains fails the test."""

    def begun(*_, **__):
        pytest.fail("the work began")

    from unitscope import lab
    from unitscope.sweeps import block, sweep

    monkeypatch.setattr(lab, "run", begun)
    monkeypatch.setattr(block, "train_seeds", begun)
    monkeypatch.setattr(sweep, "train_seeds", begun)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
@pytest.mark.parametrize("bad", ["", " ", "\0", "a" * 300, "file", "file/below", "sealed"])
def test_a_bad_folder_is_found_before_the_work(
    command, bad, no_work, tmp_path, capsys, monkeypatch
):
    (tmp_path / "file").write_text("mine")
    (tmp_path / "sealed").mkdir()
    if bad == "sealed":  # root may write everywhere
        monkeypatch.setattr(folder.tempfile, "TemporaryFile", denied)
    name = str(tmp_path / bad) if bad.strip("\0 ") else bad
    assert cli.main([*command, "--out", name]) == 1
    error = capsys.readouterr().err
    assert error.startswith("unitscope: --out must be a folder that can be written, or a new one.")
    assert error.count("\n") == 1
    assert (tmp_path / "file").read_text() == "mine"


def denied(*_, **__):
    raise PermissionError(13, "Permission denied")


def test_folders_above_are_made_and_nothing_is_left_there(tmp_path):
    made = folder.ready(str(tmp_path / "a" / "b"))
    assert made.is_dir() and list(made.iterdir()) == []
    assert folder.ready(str(made)) == made


@pytest.mark.parametrize(
    "arguments",
    [
        ["lab", "--seed", "-1"],
        ["sweep", "--seeds", "0"],
        ["sweep", "--epochs", "0"],
        ["sweep", "--data", "none"],
        ["sweep", "--hidden", "1000000000"],
        ["train", "none"],
        ["train", "iris", "--test", "1"],
        ["train", "iris", "--epochs", "-1"],
    ],
)
def test_what_is_refused_makes_no_folder(arguments, tmp_path, no_work):
    assert cli.main([*arguments, "--out", str(tmp_path / "out")]) == 1
    assert not (tmp_path / "out").exists()

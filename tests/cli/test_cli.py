"""The command line as a user meets it: output, exit status, no traceback."""

import re
import subprocess
import sys

import pytest

import unitscope as us
from unitscope import __version__, cli


def test_lab_prints_facts_training_and_files(tmp_path, capsys):
    assert cli.main(["lab", "--out", str(tmp_path / "out")]) == 0
    out, error = capsys.readouterr()
    assert "unique classes [0 1 2 3]\nclass representation [3 3 3 0 3 3 3 3 2 0]" in out
    assert error == f"training [{'=' * 30}] epoch 200/200 - loss: 0.0300\n"
    assert "final loss 0.0300, accuracy 100%" in out
    assert (
        "  Unit 0 separates c2 and c3 (on) from c0 and c1 (off), except for 2 of 25 points of c1.\n"
        in out
    )
    story = re.search(r"\n(All 100 points are right\..+?)\n\n", out, re.S)[1]
    assert " ".join(story.split()) == us.explain(us.lab.run()).story
    assert max(map(len, story.splitlines())) <= 88
    assert out.count("wrote ") == 11
    assert len(list((tmp_path / "out").iterdir())) == 11
    written = (tmp_path / "out" / "explanation.md").read_text(encoding="utf-8")
    assert written.startswith(
        "# What the network does\n\nAll 100 points are right. Layer 1 makes two numbers"
    )
    assert len(re.findall(r"^- ", written, re.M)) == len(re.findall(r"^  [A-Z].*\.$", out, re.M))


@pytest.mark.slow
def test_verbose_prints_every_epoch(tmp_path, capsys):
    assert cli.main(["lab", "--verbose", "--out", str(tmp_path)]) == 0
    losses = re.findall(r"Epoch \d+/200\n4/4 \[=+\] - loss: (\d\.\d{4})", capsys.readouterr().out)
    assert len(losses) == 200
    assert (losses[0], losses[-1]) == ("1.8158", "0.0300")


@pytest.mark.slow
def test_a_seed_gives_another_run(tmp_path, capsys):
    assert cli.main(["lab", "--seed", "7", "--out", str(tmp_path)]) == 0
    assert "final loss 0.0300" not in capsys.readouterr().out


def test_refusals_are_one_line_on_stderr(tmp_path, capsys):
    assert cli.main(["lab", "--seed", "-3", "--out", str(tmp_path)]) == 1
    assert (
        capsys.readouterr().err
        == "unitscope: --seed must be a whole number of at least 0. Got -3 instead.\n"
    )
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert cli.main(["lab", "--out", str(blocked)]) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert str(blocked) in error


@pytest.mark.parametrize(
    "arguments", [["lab", "--seed", "x"], ["lab", "--nothing"], ["no-such-command"]]
)
def test_unknown_arguments_exit_with_2(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main(arguments)
    assert caught.value.code == 2
    assert "usage: unitscope" in capsys.readouterr().err


def test_without_a_command_the_help_is_shown(capsys):
    assert cli.main([]) == 0
    assert "lab" in capsys.readouterr().out


def test_it_is_a_command_of_its_own():
    command = [sys.executable, "-m", "unitscope", "--version"]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert result.stdout == f"unitscope {__version__}\n"


def test_a_sweep_says_how_many_learn_it_and_why_others_do_not(capsys):
    assert cli.main(["sweep", "--seeds", "96", "--epochs", "150"]) == 0
    out, error = capsys.readouterr()
    assert re.fullmatch(r"sweep \[={30}\] 96/96 - [\d,]+ a second, 0 s left\n", error)
    found = us.sweep(us.datasets.lab(), seeds=96, epochs=150)
    solved = int((found.accuracy == 1).sum())
    assert f"\n{solved} ({solved / 96:.1%}) classify every point right\n" in out
    lines = re.findall(r"^(stuck, .*|not finished, .*): (\d+) \(seeds? ", out, re.M)
    assert sum(int(count) for _, count in lines) == 96 - solved
    not_finished = len(found.stuck()["not finished"])
    assert ("not finished, 150 more epochs help", str(not_finished)) in lines
    assert f"{len(found.groups())} different networks up to the order of units" in out


def test_a_sweep_of_one_seed_says_one_seed(capsys):
    assert cli.main(["sweep", "--seeds", "1", "--epochs", "40"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("1 of 1 seed in ")
    assert "\n0 (0.0%) classify every point right\n" in out
    assert "\nnot finished, 40 more epochs help: 1 (seed 0)\n" in out
    assert "\n1 different network up to the order of units; the commonest:\n" in out
    assert re.search(r"^  1 seed, accuracy \d+%, not finished: 0$", out, re.M)
    assert "1 seeds" not in out and "nan" not in out and "quartiles" not in out


def test_a_sweep_of_unknown_data_is_refused(capsys):
    assert cli.main(["sweep", "--data", "../x"]) == 1
    assert capsys.readouterr().err.startswith("unitscope: --data must be one of lab, blobs, ")
    assert cli.main(["sweep", "--seeds", "0"]) == 1
    assert (
        capsys.readouterr().err
        == "unitscope: --seeds must be a whole number from 1 to 10000000. Got 0 instead.\n"
    )

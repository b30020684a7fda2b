"""What the shells complete: asked of the shells."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from unitscope import cli


@pytest.fixture
def script(capsys):
    def of(shell: str) -> str:
        assert cli.main(["completion", shell]) == 0
        return capsys.readouterr().out

    return of


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        (["unitscope", "com"], {"compare", "completion"}),
        (["unitscope", "--v"], {"--version"}),
        (["unitscope", "train", "--st"], {"--standardize"}),
        (["unitscope", "train", "wine", "--standardize", ""], {"auto", "yes", "no"}),
        (["unitscope", "explain", "run.npz", "--length", "f"], {"full"}),
        (["unitscope", "train", "--seed", ""], set()),
        (["unitscope", "completion", "z"], {"zsh"}),
        (["unitscope", "nothing", "--"], set()),
    ],
)
def test_bash_completes(typed, offered, script):
    words = " ".join(f"'{word}'" for word in typed)
    asked = (
        f"COMP_WORDS=({words}); COMP_CWORD={len(typed) - 1}; _unitscope;"
        ' printf "%s\\n" "${COMPREPLY[@]}"'
    )
    shell = ["bash", "--norc", "-u", "-c", f"{script('bash')}\n{asked}"]
    ran = subprocess.run(shell, capture_output=True, text=True)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert set(ran.stdout.split()) == offered


# Of the others, what is installed here is asked; none is needed.
HERE = [shell for shell in ("bash", "zsh", "fish") if shutil.which(shell)]


@pytest.mark.parametrize("shell", HERE)
def test_a_shell_reads_its_script(shell, script, tmp_path):
    file = tmp_path / "script"
    file.write_text(script(shell), encoding="utf-8")
    ran = subprocess.run([shell, "-n", str(file)], capture_output=True, text=True)
    assert (ran.returncode, ran.stderr) == (0, "")


def test_the_scripts_of_all_shells_know_the_same_flags(script):
    flags = set(re.findall(r"(?<!\S)'?--([a-z][\w-]+)", script("bash")))
    assert {"standardize", "no-browser", "target"} <= flags
    assert set(re.findall(r" -l ([\w-]+)", script("fish"))) == flags - {"version"}
    assert set(re.findall(r"'--([\w-]+)\[", script("zsh"))) == flags - {"version"}


if "fish" in HERE:

    def test_fish_completes(script):
        asked = f"{script('fish')}\ncomplete -C 'unitscope com'\ncomplete -C 'unitscope train --st'"
        ran = subprocess.run(["fish", "--no-config", "-c", asked], capture_output=True, text=True)
        found = [line.partition("\t")[0] for line in ran.stdout.splitlines()]
        assert found == ["compare", "completion", "--standardize"]


def test_an_unknown_shell_is_refused(capsys):
    with pytest.raises(SystemExit):
        cli.main(["completion", "tcsh"])
    assert "invalid choice: 'tcsh'" in capsys.readouterr().err

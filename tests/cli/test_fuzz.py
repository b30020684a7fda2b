"""Whatever is typed, the command answers: a status, at most one line of refusal, no traceback."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from thorough import few
from unitscope import cli, lab
from unitscope.cli import play, train
from unitscope.training import memory

WHOLE = ["1", "2", "3", "7", "0", "-1", "1_0", " 2 ", "٣", "+3", "9" * 25, "9" * 5000, "1000000"]
REAL = [
    "0.1",
    "1.5",
    "1e3",
    "nan",
    "inf",
    "-inf",
    "1e30",
    "1e-400",
    "0x10",
    "²",
    "--",
    "x",
    "ü",
    "",
]
NUMBERS = st.sampled_from([*WHOLE, *REAL])
NAMES = ["adam", "sgd", "relu", "tanh", "linear", "lab", "moons", "threads", "a,b", "../x", "a\nb"]
ODD = ["", " ", "\0", "\x1b[2J", "\udc80", "漢字", "'", "seeds=3", "%s", "{0}", "a" * 300]
TEXTS = st.sampled_from([*NAMES, *ODD])
OUT = st.sampled_from(["new", "a/b/c", "file", "file/below", "kept"])
TABLE = {
    "--target": st.sampled_from(["kind", "weight", "0", "-1"]) | TEXTS,
    "--ignore": st.sampled_from(["colour", "kind"]) | TEXTS,
    "--missing": st.sampled_from(["drop", "mean"]) | TEXTS,
    "--sep": st.sampled_from([",", ";"]) | TEXTS,
    "--encoding": st.sampled_from(["utf-8", "cp1252"]) | TEXTS,
    "--decimal": TEXTS,
    "--names": st.sampled_from(["a", "k"]),
    "--header": st.sampled_from(["none", "names"]) | TEXTS,
}
FLAGS = {
    "lab": {"--seed": NUMBERS, "--out": OUT | TEXTS, "--verbose": None},
    "sweep": {
        "--data": TEXTS,
        "--seeds": NUMBERS,
        "--hidden": NUMBERS,
        "--epochs": NUMBERS,
        "--learning-rate": NUMBERS,
        "--batch-size": NUMBERS,
        "--optimizer": TEXTS,
        "--activation": TEXTS,
        "--out": OUT | TEXTS,
        "--resume": None,
        "--jobs": NUMBERS,
        "--address": TEXTS,
        "--backend": st.sampled_from(["threads", "x", ""]),
    },
    "train": {
        "--test": NUMBERS,
        "--hidden": NUMBERS,
        "--epochs": NUMBERS,
        "--learning-rate": NUMBERS,
        "--batch-size": NUMBERS,
        "--activation": TEXTS,
        "--optimizer": TEXTS,
        "--seed": NUMBERS,
        "--validation": NUMBERS,
        "--early-stopping": NUMBERS,
        "--class-weight": st.sampled_from(["balanced", ""]),
        "--standardize": st.sampled_from(["auto", "yes", "no"]) | TEXTS,
        "--out": OUT | TEXTS,
        **TABLE,
    },
    "play": {
        "--port": NUMBERS,
        "--host": st.sampled_from(["127.0.0.1", "localhost", "::1"]) | TEXTS,
        "--allow-host": TEXTS,
        "--workers": NUMBERS,
        "--no-browser": None,
        "--token": TEXTS,
    },
    "explain": {
        "--point": NUMBERS,
        "--length": st.sampled_from(["short", "normal", "full", "", "x"]),
        "--table": OUT | TEXTS,
        **TABLE,
    },
}
SMALL = {
    "sweep": ["--seeds", "2", "--epochs", "2"],
    "train": ["pets.csv", "--epochs", "2"],
    "explain": ["run.npz"],
}
PETS = "id,weight,colour,kind\n" + "".join(
    f"{n},{n * n % 7},{'red' if n % 3 else 'blue'},{'xyx'[n % 3]}\n" for n in range(12)
)
IN_PYTHON = "hidden|learning_rate|batch_size|folder|validation|early_stopping|seed|test|header"
SEVERAL = ("--names", "--hidden", "--learning-rate", "--batch-size", "--optimizer", "--activation")


@st.composite
def argument_lists(draw, command):
    """The command with some of its flags, each with good or bad values, perhaps one unknown."""
    flags = FLAGS[command]
    arguments = [command, *SMALL.get(command, [])]
    for name in draw(st.lists(st.sampled_from(sorted(flags)), max_size=4)):
        values = flags[name]
        arguments.append(name)
        if values is not None:
            most = 3 if name in SEVERAL else 1
            arguments += draw(st.lists(values, min_size=1, max_size=most))
    return arguments + draw(st.sampled_from([[]] * 8 + [["--nothing"], ["left over"], ["--seed"]]))


def run(arguments: list[str], folder: Path) -> tuple[object, str, str]:
    """Status, output and error; names of folders in `arguments` are inside of `folder`."""
    placed = [
        str(folder / value) if flag == "--out" and value in ("new", "a/b/c", "kept") else value
        for flag, value in zip(["", *arguments], arguments, strict=False)
    ]
    placed = [str(folder / "file") + one[4:] if one.startswith("file") else one for one in placed]
    out, error = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(error):
        try:
            status: object = cli.main(placed)
        except SystemExit as ended:
            status = ended.code
    return status, out.getvalue(), error.getvalue()


@pytest.fixture
def small_machine(monkeypatch, tmp_path):
    """Little memory, the lab's run at hand, no pictures, no server, no browser."""
    trained = lab.run()
    (tmp_path / "file").write_text("mine")
    (tmp_path / "pets.csv").write_text(PETS)
    trained.save(tmp_path / "run.npz")
    monkeypatch.chdir(tmp_path)  # some names are relative
    monkeypatch.setattr(memory, "free_bytes", lambda: 10**8)
    monkeypatch.setattr(lab, "run", lambda seed, progress: trained)
    monkeypatch.setattr(lab, "draw", lambda run, folder: [])
    monkeypatch.setattr(train, "draw", lambda run, folder: [])
    monkeypatch.setattr(play, "listen", refuse_to_listen)
    return tmp_path


def refuse_to_listen(host, port):
    raise play.refusal("--port", "one that is free", port)


@pytest.mark.slow
@pytest.mark.parametrize("command", FLAGS)
def test_no_argument_list_ends_in_a_traceback(command, small_machine):
    @settings(
        max_examples=few(60, whole=200),
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
        database=None,
    )
    @given(arguments=argument_lists(command))
    def check(arguments):
        status, out, error = run(arguments, small_machine)
        assert status in (0, 1, 2), (status, error)
        lines = [line for line in error.splitlines() if not re.match(r"(sweep|training) \[", line)]
        if status == 0:
            assert lines == [] and out
        elif status == 1:
            assert len(lines) == 1 and lines[0].startswith("unitscope: "), error
            assert not re.search(rf"(?<!-)\b({IN_PYTHON})\b(\[| must)", error)
            assert "\x1b" not in error and len(error) < 1000
        else:
            assert lines[0].startswith("usage: unitscope")
        assert (small_machine / "file").read_text() == "mine"

    check()

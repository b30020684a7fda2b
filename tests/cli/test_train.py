"""A table from the command line: trained, reported, explained, kept, and opened again."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import unitscope as us
from unitscope import cli
from unitscope.cli import play
from unitscope.cli.train import draw
from unitscope.page import FIRST_RUN, answers

IRIS = us.datasets.iris()


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    path = tmp_path_factory.mktemp("table") / "iris.csv"
    IRIS.frame("kind").assign(wet=np.arange(150) % 2 == 0).to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def trained(table, tmp_path_factory):
    folder = tmp_path_factory.mktemp("trained")
    settings = ["--target", "kind", "--ignore", "wet", "--hidden", "3", "--epochs", "40"]
    assert cli.main(["train", str(table), *settings, "--out", str(folder)]) == 0
    return folder


def test_it_writes_pictures_words_the_run_and_a_page(trained):
    names = {path.name for path in trained.iterdir()}
    assert {"run.npz", "run.html", "explanation.md", "2_decision_regions.png"} <= names
    run = us.Run.load(trained / "run.npz")
    assert run.recipe.hidden == (3,) and run.data.n_points == 120
    assert set(run.predict(IRIS.frame().iloc[:5])) <= set(IRIS.class_names)


def test_it_prints_the_report_of_what_was_held_out_and_the_story(table, tmp_path, capsys):
    typed = ["train", str(table), "--target", "0", "--hidden", "--epochs", "1"]
    assert cli.main([*typed, "--out", str(tmp_path)]) == 1
    assert "must be of classes. Got" in capsys.readouterr().err
    typed[3] = "kind"
    assert cli.main([*typed, "--test", "0.5", "--out", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert out.startswith("150 points, 5 features, 3 classes: setosa (50), versicolor (50), v")
    run = us.Run.load(tmp_path / "run.npz")
    report = run.report(us.read_table(table, "kind").split(0.5)[1])
    assert f"\n75 to train on, 75 held out\n\n{report}\n\n" in out
    assert "no picture 3_hidden_units: " in out


@pytest.mark.parametrize(("unit", "said"), [(1.0, False), (1000.0, True)])
def test_that_features_were_standardized_is_said_in_one_line(unit, said, tmp_path, capsys):
    frame = pd.DataFrame(IRIS.X[:, :2] * [1.0, unit], columns=["length", "width"])
    frame.assign(kind=IRIS.y).to_csv(tmp_path / "a.csv", index=False)
    file, out = str(tmp_path / "a.csv"), ["--out", str(tmp_path)]
    for command, name in (("train", [file]), ("sweep", ["--seeds", "2", "--data", file])):
        assert cli.main([command, *name, "--epochs", "2", *out]) == 0
        printed = capsys.readouterr().out.splitlines()
        assert said == any(line.startswith("features standardized for") for line in printed)


def test_readme_shows_what_is_printed(tmp_path, capsys):
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    shown = re.search(r"^\$ unitscope train iris --out iris\n(.*?)^```", readme, re.M | re.S)[1]
    assert cli.main(["train", "iris", "--out", str(tmp_path)]) == 0
    assert capsys.readouterr().out.startswith(shown)


def test_explain_says_what_the_library_says(trained, capsys):
    path = str(trained / "run.npz")
    run = us.Run.load(path)
    assert cli.main(["explain", path, "--point", "3"]) == 0
    assert capsys.readouterr().out == f"{us.explain(run, point=3)}\n"
    assert cli.main(["explain", path, "--length", "brief"]) == 0
    assert capsys.readouterr().out.split()[:3] == us.explain(run).story.split()[:3]


def test_a_sweep_of_a_table(table, capsys):
    few = ["--seeds", "4", "--epochs", "5"]
    assert cli.main(["sweep", "--data", str(table), "--target", "kind", *few]) == 0
    assert capsys.readouterr().out.startswith("150 points, 5 features, 3 classes: ")


@pytest.mark.parametrize("what", ["table", "run", "toy"])
def test_the_page_opens_with_it(what, table, trained, monkeypatch, capsys):
    opened = {"table": str(table), "run": str(trained / "run.npz"), "toy": "iris"}[what]
    with play._first_run(play_options(opened)) as path:
        monkeypatch.setenv(FIRST_RUN, path)
        answers.hello.cache_clear()
        try:
            first = answers.hello()["first"]
        finally:
            answers.hello.cache_clear()
    assert first["data"]["class_names"] == ["setosa", "versicolor", "virginica"]
    assert first["run"]["layers"][0]["units"] == (3 if what == "run" else 8)


def play_options(opened):
    from unitscope.cli.program import _parser

    return _parser().parse_args(["play", opened, "--target", "kind"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["train", "no.csv"], "FILE must be one of lab, blobs, moons"),
        (["train", "."], "FILE must be the path of a file that can be read. Got '.'"),
        (["train", "T", "--target", "x"], "--target must be one of sepal length (cm), "),
        (["train", "T", "--ignore", "x"], "--ignore must be one of sepal length (cm), "),
        (["train", "T", "--missing", "x"], "--missing must be one of refuse, drop, mean."),
        (["train", "T", "--sep", "ab"], "--sep must be "),
        (["train", "T", "--encoding", "x"], "--encoding must be one that Python knows"),
        (["train", "T", "--test", "2"], "--test must be a share above 0 and below 1"),
        (["train", "T", "--hidden", "0"], "--hidden must be a whole number of at least 1."),
        (["train", "T", "--activation", "x"], "--activation must be one of linear, relu"),
        (["train", "T", "--optimizer", "x"], "--optimizer must be one of sgd, rmsprop"),
        (["train", "T", "--learning-rate", "0"], "--learning-rate must be a finite number ab"),
        (
            ["train", "T", "--validation", "3"],
            "--validation must be a share above 0 and below 1. Got ",
        ),
        (
            ["train", "T", "--early-stopping", "3"],
            "--validation must be given with --early-stopping.",
        ),
        (["train", "H"], "the first line must be the names of the columns"),
        (["train", "H", "--names", "a"], "--names must be 5 names, one for each column. Got 1 "),
        (["explain", "no.npz"], "RUN must be a run file. Got 'no.npz'"),
        (["explain", "T"], "RUN must be a run file written by Run.save."),
        (["explain", "R", "--point", "120"], "--point must be a whole number from 0 to 119."),
        (["play", "no.csv", "--no-browser"], "FILE must be one of lab, blobs"),
        (["play", "no.npz", "--no-browser"], "RUN must be a run file. Got 'no.npz'"),
        (["sweep", "--data", "no.csv"], "--data must be one of lab, blobs, moons"),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, list) else "",
)
def test_bad_input_is_one_line(arguments, message, table, trained, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    headless = tmp_path / "h.csv"
    pd.read_csv(table).iloc[:, 1:].to_csv(headless, index=False, header=False)
    places = {"T": str(table), "R": str(trained / "run.npz"), "H": str(headless)}
    assert cli.main([places.get(one, one) for one in arguments]) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and error.startswith(f"unitscope: {message}"), error
    assert (
        not re.search(r"\b(header|names|target|sep)=", error)
        and not (tmp_path / "trained").exists()
    )


@pytest.mark.parametrize("command", ["train", "explain", "play", "sweep"])
def test_help_is_plain(command, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main([command, "--help"])
    assert ended.value.code == 0
    assert "usage: unitscope " + command in capsys.readouterr().out


def test_points_that_are_images_are_drawn_as_images(tmp_path, monkeypatch):
    monkeypatch.setattr(us.plot, "save", lambda axes, path: path)  # takes seconds, and is the same
    run = us.train(us.datasets.digits().where(np.arange(40)), hidden=(2,), epochs=1)
    written = {path.stem for path in draw(run, tmp_path)}
    assert {"6_images", "7_unit_images_1", "7_unit_images_2"} <= written

"""A model's file and a table from the command line: explained, and opened in the page."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import unitscope as us
from unitscope import cli
from unitscope.cli import play

IRIS = us.datasets.iris()
KINDS = np.array(IRIS.class_names)[IRIS.y]
MODEL = make_pipeline(StandardScaler(), LogisticRegression()).fit(IRIS.X, KINDS)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """A model and its table."""
    folder = tmp_path_factory.mktemp("model")
    us.network(MODEL).save(folder / "model.safetensors")
    IRIS.frame("kind").to_csv(folder / "iris.csv", index=False)
    return str(folder / "model.safetensors"), str(folder / "iris.csv")


def test_explain_says_what_the_library_says(
    files: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["explain", *files, "--target", "kind", "--length", "brief"]) == 0
    story = us.explain(MODEL, IRIS, length="brief").story
    assert " ".join(capsys.readouterr().out.split()) == story
    assert cli.main(["explain", *files, "--target", "kind", "--point", "7"]) == 0
    assert capsys.readouterr().out == f"{us.explain(MODEL, IRIS, point=7)}\n"


def test_a_run_is_explained_with_another_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = us.train(us.datasets.iris(), hidden=(3,), epochs=5)
    run.save(tmp_path / "run.npz")
    assert cli.main(["explain", str(tmp_path / "run.npz"), "iris"]) == 0
    assert "was trained elsewhere" in capsys.readouterr().out


def test_play_opens_with_the_model(files: tuple[str, str]) -> None:
    table = dict.fromkeys(("sep", "encoding", "decimal", "names")) | {"header": "check"}
    options = Namespace(
        opened=files[0],
        table=files[1],
        activation=None,
        target="kind",
        ignore=(),
        missing="refuse",
        **table,
    )
    with play._first_run(options) as path:
        run = us.Run.load(path)
    net = us.network(MODEL)
    assert np.array_equal(run.network.logits(run.data.X), net.logits(IRIS.X))
    assert run.data.class_names == ("setosa", "versicolor", "virginica")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["explain", "M"], "TABLE must be given with the file of a model. Got None"),
        (["play", "M", "--no-browser"], "TABLE must be given with the file of a model."),
        (["explain", "M", "no.csv"], "TABLE must be one of lab, blobs, moons"),
        (["explain", "M", "T", "--target", "no"], "--target must be one of sepal length (cm), "),
        (["explain", "M", "lab"], "X must be "),
        (["explain", "T", "T"], "MODEL must be a file of a run, a sweep or a model"),
        (["explain", "no.keras", "T"], "MODEL must be a file of a run"),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, list) else "",
)
def test_bad_input_is_one_line(
    arguments: list[str],
    message: str,
    files: tuple[str, str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    places = dict(zip("MT", files, strict=True))
    assert cli.main([places.get(one, one) for one in arguments]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert lines[-1].startswith(f"unitscope: {message}"), lines

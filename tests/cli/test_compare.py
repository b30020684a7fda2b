"""`unitscope compare`: two files, or two epochs of a run, as the library compares them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import unitscope as us
from unitscope import cli

LAB = us.datasets.lab()


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Two runs in folders of their own, as `unitscope train` leaves them, and a network's file."""
    folder = tmp_path_factory.mktemp("runs")
    found = []
    for seed, name in enumerate(("first", "second")):
        (folder / name).mkdir()
        run = us.train(LAB, epochs=30, seed=seed)
        run.save(folder / name / "run.npz")
        found.append((run, str(folder / name / "run.npz")))
    found[1][0].network.save(folder / "net.safetensors")
    us.sweep(LAB, seeds=2, epochs=2).save(folder / "sweep.npz")
    return (*found, str(folder / "net.safetensors"))


def said(out):
    """The words without the lines that the terminal has room for."""
    return " ".join(out.split())


def test_two_runs_are_called_after_their_folders(runs, capsys):
    (one, first), (other, second), _ = runs
    assert cli.main(["compare", first, second]) == 0
    compared = us.compare(one, other, names=("first", "second"))
    assert said(capsys.readouterr().out) == said(str(compared))


def test_two_epochs_of_a_run(runs, capsys, tmp_path):
    (run, first), *_ = runs
    assert cli.main(["compare", first, "--epochs", "3", "30", "--out", str(tmp_path)]) == 0
    compared = us.compare(run.at(3), run, names=("epoch 3", "epoch 30"))
    out = capsys.readouterr().out
    assert said(out).startswith(said(str(compared)))
    assert out.endswith(f"written to {tmp_path}: comparison.svg, comparison.html, points.csv\n")
    page = (tmp_path / "comparison.html").read_text(encoding="utf-8")
    assert '"name":"epoch 3","shown":"epoch 30"' in page
    assert (tmp_path / "comparison.svg").read_text(encoding="utf-8").startswith("<?xml")
    table = pd.read_csv(tmp_path / "points.csv", index_col="point")
    assert table.index.tolist() == compared.points.tolist()
    assert table["epoch 30"].tolist() == compared.frame()["epoch 30"].tolist()


def test_networks_beyond_the_page_are_compared_without_it(capsys, tmp_path):
    wide = [us.train(LAB, hidden=(65,), epochs=epochs) for epochs in (1, 2)]
    files = [str(tmp_path / f"{name}.npz") for name in ("one", "two")]
    for run, file in zip(wide, files, strict=True):
        run.save(file)
    assert cli.main(["compare", *files, "--out", str(tmp_path / "out")]) == 0
    out = capsys.readouterr().out
    assert "no page: the run's units must be at most 64 for a page. Got 65" in out
    assert out.endswith("out: comparison.svg, points.csv\n")


def test_names_that_a_spreadsheet_would_compute_are_written_as_texts(tmp_path):
    names = ["=1+1", "@b", "-c", "d"]
    run = us.train(us.Dataset(LAB.X, LAB.y, class_names=names), epochs=30)
    run.save(tmp_path / "run.npz")
    words = ["compare", str(tmp_path / "run.npz"), "--epochs", "3", "30", "--out", str(tmp_path)]
    assert cli.main(words) == 0
    table = pd.read_csv(tmp_path / "points.csv", index_col="point")
    assert set(table["class"]) <= {"'=1+1", "'@b", "'-c", "d"}
    expected = us.compare(run.at(3), run).frame()["class"]
    assert [name.removeprefix("'") for name in table["class"]] == expected.tolist()


def test_a_model_and_a_run_on_another_table(runs, capsys):
    (run, first), (other, _), net = runs
    assert cli.main(["compare", first, net, "--table", "lab"]) == 0
    compared = us.compare(run, other.network, LAB, names=("run", "net"))
    assert said(capsys.readouterr().out) == said(str(compared))
    assert np.array_equal(compared.b.to_vector(), other.network.to_vector())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["A"], "OTHER must be given, or --epochs E F for two epochs of FILE, and not both. Got N"),
        (["A", "B", "--epochs", "1", "2"], "OTHER must be given, or --epochs E F for two epochs"),
        (["A", "--epochs", "1", "31"], "--epochs must be whole numbers from 0 to 30. Got 31 inst"),
        (["A", "--epochs", "2", "2"], "--epochs must be two different epochs. Got 2 instead."),
        (["N", "--epochs", "1", "2"], "FILE must be the file of a run, which has epochs. Got "),
        (["A", "S"], "OTHER must be the file of a run or of a model. Got that of a sweep instead."),
        (["N", "N"], "data must be a Dataset or a Run. Got None instead."),
        (["no.npz", "B"], "FILE must be a file of a run, a sweep or a model"),
        (["A", "no.npz"], "OTHER must be a file of a run, a sweep or a model"),
        (["A", "B", "--table", "no.csv"], "TABLE must be one of lab, blobs, moons"),
        (["A", "B", "--table", "iris"], "data must be points with as many features as the netw"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_line(runs, capsys, arguments, message):
    sweep = runs[2].replace("net.safetensors", "sweep.npz")
    files = {"A": runs[0][1], "B": runs[1][1], "N": runs[2], "S": sweep}
    assert cli.main(["compare", *(files.get(one, one) for one in arguments)]) == 1
    error = capsys.readouterr().err
    assert error.startswith(f"unitscope: {message}") and error.count("\n") == 1

"""Run: epochs, saving, loading, and files that are not runs."""

import dataclasses
import io
import json
import zipfile

import numpy as np
import pytest

import unitscope as us
from strange import CONTENTS, Trap
from unitscope.training import archive
from unitscope.training.fitted import Fitted


@pytest.fixture(scope="module")
def run():
    data = us.Dataset(
        us.datasets.lab().X, us.datasets.lab().y, ["ä", "</script>", "c 2", "3"], ["a", "b"]
    )
    return us.train(
        data,
        hidden=(3, 2),
        activation=("leaky_relu", "tanh"),
        optimizer="rmsprop",
        epochs=6,
        l2=0.01,
    )


def test_epochs_count_from_the_start_and_from_the_end(run):
    assert run.epochs == 6
    np.testing.assert_array_equal(run.at(6).to_vector(), run.network.to_vector())
    np.testing.assert_array_equal(run.at(-1).to_vector(), run.network.to_vector())
    np.testing.assert_array_equal(run.at(-7).to_vector(), run.at(0).to_vector())
    for epoch in (7, -8, 2.5):
        with pytest.raises(us.errors.InvalidInput, match="epoch must be"):
            run.at(epoch)


def test_save_and_load_is_identity(run, tmp_path):
    run.save(tmp_path / "run.npz")
    back = us.Run.load(tmp_path / "run.npz")
    assert back.weights.tobytes() == run.weights.tobytes()
    assert back.loss.tobytes() == run.loss.tobytes()
    assert back.recipe == run.recipe
    assert back.data.class_names == run.data.class_names
    assert back.data.feature_names == run.data.feature_names
    assert back.data.X.tobytes() == run.data.X.tobytes()
    assert [layer.activation for layer in back.network.layers] == ["leaky_relu", "tanh", "linear"]
    assert (
        us.train(back.data, start=back, epochs=3).weights.tobytes()
        == us.train(run.data, start=run, epochs=3).weights.tobytes()
    )
    assert [path.name for path in tmp_path.iterdir()] == ["run.npz"]


def test_a_path_that_cannot_be_written_leaves_nothing(run, tmp_path):
    with pytest.raises(us.errors.UnitscopeError, match="path must be a file that can be written"):
        run.save(tmp_path / "missing" / "run.npz")
    (tmp_path / "folder").mkdir()
    with pytest.raises(us.errors.UnitscopeError, match="path must be a file that can be written"):
        run.save(tmp_path / "folder")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def rewritten(run, path, **changes):
    """The run's file with some of its members replaced."""
    run.save(path)
    with np.load(path) as file:
        parts = {name: file[name] for name in file.files}
    about = json.loads(str(parts["about"]))
    about.update(changes.pop("about", {}))
    parts["about"] = np.array(json.dumps(about))
    np.savez(path, **(parts | changes))
    return path


@pytest.mark.parametrize(
    "change",
    [
        dict(weights=np.zeros((2, 2), np.float32)),
        dict(weights=np.full((7, 29), np.nan, np.float32)),
        dict(loss=np.zeros(3)),
        dict(X=np.array([["a", "b"]] * 100)),
        dict(slots=np.zeros(3)),
        dict(about={"format": 99}),
        dict(about={"layers": [{"units": 10**9, "activation": "relu", "negative_slope": 0.2}]}),
        dict(about={"layers": [{"units": "x"}]}),
        dict(about={"layers": 5}),
        dict(about={"recipe": {"epochs": -5}}),
        dict(about={"recipe": {"surprise": 1}}),
        dict(about={"recipe": 3}),
        dict(about={"class_names": 7}),
        dict(about={"step": -1}),
    ],
)
def test_a_damaged_file_is_refused(run, tmp_path, change):
    path = rewritten(run, tmp_path / "run.npz", **change)
    with pytest.raises(
        us.errors.InvalidInput, match=r"path must be a run file written by Run\.save\. Got"
    ):
        us.Run.load(path)


@pytest.mark.parametrize("content", CONTENTS)
def test_other_files_are_refused(tmp_path, content):
    path = tmp_path / "x.npz"
    path.write_bytes(content)
    with pytest.raises(us.errors.InvalidInput, match="path must be a run file"):
        us.Run.load(path)


def test_a_pickle_inside_the_file_is_not_executed(run, tmp_path):
    path = tmp_path / "x.npz"
    run.save(path)
    kept = zipfile.ZipFile(path)
    changed = io.BytesIO()
    with zipfile.ZipFile(changed, "w") as out:
        for name in kept.namelist():
            if name != "X.npy":
                out.writestr(name, kept.read(name))
        array = io.BytesIO()
        np.save(array, np.array([Trap()], dtype=object), allow_pickle=True)
        out.writestr("X.npy", array.getvalue())
    path.write_bytes(changed.getvalue())
    with pytest.raises(us.errors.InvalidInput, match="path must be a run file"):
        us.Run.load(path)


def test_a_missing_file_is_said(tmp_path):
    with pytest.raises(us.errors.InvalidInput, match="There is no such file"):
        us.Run.load(tmp_path / "none.npz")


@pytest.mark.parametrize(
    "fitted",
    [
        Fitted(),
        Fitted("its loss is mse", "mse", None, 0.25, 0.5),
        Fitted("its loss is computed from logits", None, "logits"),
    ],
)
def test_what_fit_knows_is_kept_and_told_apart(run, fitted, tmp_path):
    known = dataclasses.replace(run, fitted=fitted)
    known.save(tmp_path / "run.npz")
    back = us.Run.load(tmp_path / "run.npz")
    assert back.fitted == fitted and back == known != run


@pytest.mark.parametrize(
    "strange",
    [
        {"why": 3},
        {"misread": "<b>"},
        {"validation_loss": True},
        {"nothing": 1},
        [],
        "why",
        {"validation_accuracy": float("nan")},
    ],
)
def test_a_strange_note_in_a_file_is_refused(run, strange, tmp_path, monkeypatch):
    monkeypatch.setattr(dataclasses, "asdict", lambda _: strange)
    monkeypatch.setattr(archive, "described", lambda *_: dict(described))
    described = {
        "recipe": {**vars(run.recipe)},
        "class_names": run.data.class_names,
        "feature_names": run.data.feature_names,
    }
    dataclasses.replace(run, fitted=Fitted()).save(tmp_path / "run.npz")
    with pytest.raises(us.errors.InvalidInput, match="path must be a run file"):
        us.Run.load(tmp_path / "run.npz")


def test_the_accuracy_of_a_run_is_never_rounded_up_to_all():
    y = np.arange(3000) % 2
    data = us.Dataset(2.0 * y[:, None] - 1, np.where(np.arange(3000) == 7, 0, y))
    run = us.train(data, hidden=(), epochs=5, learning_rate=0.1)
    assert run.accuracy[-1] == 2999 / 3000
    assert repr(run).endswith("; 5 epochs; loss " + f"{run.loss[-1]:.4f}, accuracy >99%)")
    _, accuracy = us.plot.training(run)
    (last,) = [text.get_text() for text in accuracy.texts if "%" in text.get_text()]
    assert last == ">99.9%"
    assert "1 epoch;" in repr(us.train(data, hidden=(), epochs=1))

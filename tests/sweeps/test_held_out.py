"""Sweeps that hold points out, stop early, weigh classes and standardize: as `us.train` does."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import unitscope as us
from unitscope import cli
from unitscope.errors import InvalidInput, TrainingDiverged

HARD = us.datasets.moons(n=70, noise=1.6)
SEEDS = [4, 0]
STOPPED = dict(validation=0.3, early_stopping=3, hidden=(4,), learning_rate=0.05, epochs=40)
CURVES = ("losses", "accuracies", "validation_losses", "validation_accuracies")


def is_the_run(found, place, run):
    """Whether a seed of a sweep is a run, to the bit."""
    watched, end = run.validation, run.epochs
    pairs = zip(
        (getattr(found, name)[place] for name in CURVES),
        (run.loss, run.accuracy, watched.loss, watched.accuracy),
        strict=True,
    )
    for row, curve in pairs:
        np.testing.assert_array_equal(row[: len(curve)], curve)
        assert np.isnan(row[len(curve) :]).all()
    np.testing.assert_array_equal(found.weights[place], run.weights[-1])
    assert found.epochs[place] == end
    assert found.loss[place] == run.loss[-1]
    assert found.accuracy[place] == run.accuracy[-1]
    assert found.validation_loss[place] == watched.loss[end - 1]
    assert found.validation_accuracy[place] == watched.accuracy[end - 1]


@settings(max_examples=20, deadline=None)
@given(
    share=st.sampled_from([0.2, 0.45, None]),
    patience=st.none() | st.integers(1, 8),
    weigh=st.sampled_from([None, "balanced", (("0", 3.0),)]),
    scale=st.sampled_from(["auto", True, False]),
    wide=st.booleans(),
)
def test_each_seed_is_what_train_gives_to_the_bit(share, patience, weigh, scale, wide):
    data = us.Dataset(HARD.X * [1.0, 100.0 if wide else 1.0], HARD.y)
    data, apart = (data, None) if share else data.split(0.3, seed=9)
    setup = dict(
        validation=share or apart,
        early_stopping=patience,
        class_weight=weigh,
        standardize=scale,
        hidden=(3,),
        learning_rate=0.05,
        epochs=12,
    )
    found = us.sweep(data, seeds=SEEDS, **setup)
    for place, seed in enumerate(SEEDS):
        run = us.train(data, seed=seed, **setup)
        assert found.run(seed) == run
        is_the_run(found, place, run)


@pytest.mark.parametrize("setting", [dict(class_weight="balanced"), dict(standardize=True)])
def test_weights_of_classes_and_the_scale_go_through_the_lockstep(setting):
    data = us.Dataset(HARD.X[:50], HARD.y[:50])
    found, plain = (us.sweep(data, seeds=2, epochs=8, **one) for one in (setting, {}))
    run = us.train(data, seed=1, epochs=8, **setting)
    np.testing.assert_allclose(found.losses[1], run.loss, rtol=0, atol=1e-5)
    np.testing.assert_allclose(found.weights[1], run.weights[-1], rtol=0, atol=1e-4)
    assert not np.allclose(found.losses, plain.losses, atol=1e-4)


def test_the_scale_is_that_of_the_points_a_seed_trains_on():
    # one far point makes features unlike: where it is held out, they are not
    X = np.concatenate([HARD.X / HARD.X.std(), [[400.0, 0.0]]])
    data = us.Dataset(X, [*HARD.y, 0])
    found = us.sweep(data, seeds=12, validation=0.4, epochs=2)
    scaled = [found.run(seed).scaling is not None for seed in range(12)]
    assert set(scaled) == {True, False}
    for seed in range(12):
        np.testing.assert_array_equal(found.weights[seed], found.run(seed).weights[-1])


def test_a_training_that_diverges_is_nan_and_others_stay():
    setup = dict(validation=0.2, early_stopping=9, optimizer="sgd", learning_rate=5.0, epochs=9)
    found = us.sweep(us.datasets.lab(), seeds=12, **setup)
    lost = 0
    for seed in range(12):
        try:
            is_the_run(found, seed, found.run(seed))
        except TrainingDiverged as diverged:
            lost += 1
            assert found.epochs[seed] == diverged.run.epochs
            assert np.isnan([found.loss[seed], found.validation_accuracy[seed]]).all()
            assert found.diverged[seed]
    assert lost == found.diverged.sum() > 0


def test_why_seeds_are_wrong_is_measured_on_the_points_that_they_train_on():
    found = us.sweep(HARD, seeds=6, validation=0.3, epochs=15)
    why = found.stuck()
    assert sorted(np.concatenate(list(why.values()))) == [
        seed for seed in range(6) if found.accuracy[seed] < 1
    ]
    n = found.counts[0]
    for seed in range(6):
        before, after = (
            round(us.train(HARD, seed=seed, validation=0.3, epochs=epochs).accuracy[-1] * n)
            for epochs in (15, 35)
        )
        helps = after == n or (after > before and 10 * (after - before) >= n - before)
        assert (seed in why.get("not finished", [])) == helps


def test_files_and_folders_keep_it(tmp_path):
    whole = us.sweep(HARD, seeds=5, **STOPPED)
    whole.save(tmp_path / "one.npz")
    assert us.Sweep.load(tmp_path / "one.npz") == whole
    part = us.sweep(HARD, seeds=2, folder=tmp_path / "kept", **STOPPED)
    assert part.losses.tobytes() == whole.losses[:2].tobytes()
    assert us.sweep(HARD, seeds=5, folder=tmp_path / "kept", resume=True, **STOPPED) == whole
    assert us.Sweep.load(tmp_path / "kept") == whole
    kept, apart = HARD.split(0.3)
    other = us.sweep(kept, seeds=2, **STOPPED | dict(validation=apart))
    other.save(tmp_path / "other.npz")
    assert us.Sweep.load(tmp_path / "other.npz") == other


@pytest.mark.parametrize(
    "changed",
    [
        dict(validation=0.4),
        dict(validation=HARD),
        dict(early_stopping=4),
        dict(early_stopping=None),
        dict(early_stopping=None, validation=None),
        dict(class_weight="balanced"),
        dict(standardize=True),
    ],
)
def test_a_folder_of_other_settings_is_refused(tmp_path, changed):
    us.sweep(HARD, seeds=1, folder=tmp_path / "one", **STOPPED)
    with pytest.raises(InvalidInput, match="folder must be of the same"):
        us.sweep(HARD, seeds=1, folder=tmp_path / "one", resume=True, **STOPPED | changed)
    grid = {"learning_rate": [0.02, 0.03]}
    given = {name: value for name, value in STOPPED.items() if name != "learning_rate"}
    if {"validation", "early_stopping"} & set(changed):  # other recipes may stand beside these
        us.sweep(HARD, seeds=1, grid=grid, folder=tmp_path / "grid", **given)
        with pytest.raises(InvalidInput, match="folder must be of the same validation and early"):
            us.sweep(
                HARD, seeds=1, grid=grid, folder=tmp_path / "grid", resume=True, **given | changed
            )


def test_damaged_curves_of_points_held_out_are_refused(tmp_path):
    found = us.sweep(HARD, seeds=2, **STOPPED)
    found.save(tmp_path / "good.npz")
    with np.load(tmp_path / "good.npz") as good:
        arrays = dict(good)
    for name, value in (
        ("validation_right", arrays["validation_right"] + 100),
        ("validation_losses", arrays["validation_losses"][:1]),
        ("validation_losses", None),
    ):
        bad = {**arrays, name: value}
        np.savez(tmp_path / "bad.npz", **{one: of for one, of in bad.items() if of is not None})
        with pytest.raises(InvalidInput, match="path must be a sweep file"):
            us.Sweep.load(tmp_path / "bad.npz")


def test_the_table_of_a_grid_and_the_picture_have_it():
    grid = us.sweep(HARD, seeds=4, grid={"learning_rate": [0.01, 0.05]}, validation=0.3, epochs=9)
    head, _, last = str(grid).splitlines()
    assert "held out: median loss" in head
    assert f"{np.median(grid[1].validation_loss):.4f}" in last
    found = us.sweep(HARD, seeds=4, **STOPPED)
    axes = us.plot.sweep(found)
    drawn = next(line for line in axes[0].get_lines() if line.get_gid() == "median")
    assert len(drawn.get_ydata()) == found.epochs.max() < 40
    assert np.isfinite(drawn.get_ydata()).all()


def test_the_command_has_the_flags_of_train_and_says_what_was_measured_on(capsys):
    flags = ["--validation", "0.2", "--early-stopping", "3", "--class-weight", "balanced"]
    sweep = ["sweep", "--data", "moons", "--seeds", "3", "--epochs", "30"]
    assert cli.main([*sweep, *flags, "--standardize", "yes"]) == 0
    out = capsys.readouterr().out
    found = us.sweep(
        us.datasets.moons(),
        seeds=3,
        epochs=30,
        validation=0.2,
        early_stopping=3,
        class_weight="balanced",
        standardize=True,
    )
    assert "classify every point of the 80 that they train on right" in out
    median = float(np.median(found.validation_loss))
    assert re_line(out, "loss on the 20 points held out").count(f"{median:.4f}") >= 1
    assert re_line(out, "loss on the 80 points trained on").count(f"{np.median(found.loss):.4f}")
    assert f" {np.median(found.epochs):.0f} and" in re_line(out, "epoch with the lowest loss")


def re_line(text, start):
    return next(line for line in text.splitlines() if line.startswith(start))


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--early-stopping", "3"], "--validation must be given with --early-stopping. Got None "),
        (["--validation", "2"], "--validation must be a share above 0 and below 1"),
        (["--validation", "0.2", "--early-stopping", "0"], "--early-stopping must be a whole numb"),
        (["--validation", "nan"], "--validation must be a share above 0 and below 1"),
    ],
)
def test_the_command_refuses_in_one_line(flags, message, capsys):
    assert cli.main(["sweep", "--seeds", "2", *flags]) == 1
    err = capsys.readouterr().err
    assert err.startswith(f"unitscope: {message}")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (dict(early_stopping=5), "validation must be given with early_stopping"),
        (dict(validation=1), "validation must be a share above 0 and below 1"),
        (dict(validation=us.datasets.iris()), "validation must be of the same feature names"),
        (dict(validation=0.2, early_stopping=True), "early_stopping must be a whole number"),
        (dict(class_weight={"no": 1.0}), "class_weight must be of the data's classes"),
    ],
)
def test_refusals_are_those_of_train(arguments, message):
    for call in (us.train, us.sweep):
        with pytest.raises(InvalidInput, match=message):
            call(HARD, **arguments)

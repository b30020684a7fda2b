"""Sweeps in files and folders: saved, loaded, resumed after any end; files that are not sweeps."""

from __future__ import annotations

import errno
import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import unitscope as us
from patience import PATIENCE, eventually
from strange import CONTENTS, Trap
from unitscope.errors import InvalidInput, UnitscopeError
from unitscope.sweeps import folder as folder_room
from unitscope.sweeps import sweep as module
from unitscope.sweeps.block import train_seeds
from unitscope.training import archive

LAB = us.datasets.lab()
ARRAYS = ("seeds", "losses", "accuracies", "weights")


def same(one, other):
    return one.recipe == other.recipe and all(
        getattr(one, name).tobytes() == getattr(other, name).tobytes() for name in ARRAYS
    )


@pytest.fixture
def trained(monkeypatch):
    """The seeds that were really trained."""
    seeds = []
    monkeypatch.setattr(
        module, "train_seeds", lambda *piece: (seeds.extend(piece[3]), train_seeds(*piece))[1]
    )
    return seeds


@pytest.fixture(scope="module")
def swept():
    data = us.Dataset(LAB.X, LAB.y, ["ä", "</script>", "c 2", "3"], ["a", "b"])
    return us.sweep(
        data,
        seeds=[5, 3, 2**62],
        epochs=6,
        hidden=(3, 2),
        activation=("leaky_relu", "tanh"),
        l2=0.01,
    )


# files


def test_save_and_load_is_identity(swept, tmp_path):
    swept.save(tmp_path / "s.npz")
    back = us.Sweep.load(tmp_path / "s.npz")
    assert same(back, swept)
    assert (
        back.data.class_names == swept.data.class_names
        and back.data.feature_names == swept.data.feature_names
    )
    assert back.data.X.tobytes() == swept.data.X.tobytes()
    assert back.network(3).to_vector().tobytes() == swept.network(3).to_vector().tobytes()
    assert back.groups()[0].tolist() == swept.groups()[0].tolist()
    assert [path.name for path in tmp_path.iterdir()] == ["s.npz"]


@pytest.mark.parametrize(
    "settings_",
    [
        dict(learning_rate=1e20, optimizer="sgd", epochs=5),
        dict(hidden=(900, 5), epochs=2),
        dict(hidden=(900, 5), epochs=5, learning_rate=1e20, optimizer="sgd"),
    ],
    ids=["diverged", "alone", "both"],
)
def test_what_diverged_and_what_was_trained_alone_is_kept_to_the_bit(tmp_path, settings_):
    found = us.sweep(
        us.Dataset(LAB.X * (1e18 if "optimizer" in settings_ else 1), LAB.y), seeds=2, **settings_
    )
    assert np.isfinite(found.losses).all() == ("optimizer" not in settings_)
    found.save(tmp_path / "s.npz")
    back = us.Sweep.load(tmp_path / "s.npz")
    for name in ARRAYS:
        np.testing.assert_array_equal(getattr(back, name), getattr(found, name))


def rewritten(swept, path, **changes):
    """The sweep's file with some of its members replaced."""
    swept.save(path)
    with np.load(path) as file:
        parts = {name: file[name] for name in file.files}
    about = json.loads(str(parts["about"]))
    about["recipe"].update(changes.pop("recipe", {}))
    about.update(changes.pop("about", {}))
    parts["about"] = np.array(json.dumps(about))
    np.savez(path, **(parts | changes))
    return path


HOSTILE = [
    dict(seeds=np.array([1, 1, 2])),
    dict(seeds=np.array([1, -1, 2])),
    dict(seeds=np.zeros((3, 1), int)),
    dict(seeds=np.array([1.5, 2, 3])),
    dict(seeds=np.array(5)),
    dict(losses=np.zeros((3, 5), np.float32)),
    dict(losses=np.zeros((3, 6), int)),
    dict(right=np.full((3, 6), 101, np.int16)),
    dict(right=np.full((3, 6), -2, np.int16)),
    dict(right=np.full((3, 6), -1, np.int16)),
    dict(right=np.zeros((2, 6), np.int16)),
    dict(weights=np.zeros((3, 28), np.float32)),
    dict(weights=np.zeros((3, 29), int)),
    dict(weights=np.zeros(3)),
    dict(shape=np.zeros(5, np.float32)),
    dict(X=np.full((100, 2), np.nan)),
    dict(X=np.array([["a", "b"]] * 100)),
    dict(y=np.zeros(3)),
    dict(about={"format": 99}),
    dict(about={"recipe": 3}),
    dict(about={"class_names": 7}),
    dict(recipe={"hidden": [10**9]}),
    dict(recipe={"epochs": 0}),
    dict(recipe={"epochs": 10**30}),
    dict(recipe={"surprise": 1}),
    dict(recipe={"activation": "nonsense"}),
]


@pytest.mark.parametrize("change", HOSTILE, ids=lambda change: "-".join(change))
def test_a_damaged_file_is_refused(swept, tmp_path, change):
    path = rewritten(swept, tmp_path / "s.npz", **change)
    with pytest.raises(
        InvalidInput, match=r"^path must be a sweep file written by Sweep\.save\. Got"
    ):
        us.Sweep.load(path)


@pytest.mark.parametrize("content", CONTENTS)
def test_other_files_are_refused(tmp_path, content):
    (tmp_path / "x.npz").write_bytes(content)
    with pytest.raises(InvalidInput, match=r"^path must be a sweep file"):
        us.Sweep.load(tmp_path / "x.npz")


@pytest.mark.parametrize("share", [0.2, 0.9, 0.999])
def test_a_truncated_file_is_refused(swept, tmp_path, share):
    path = tmp_path / "s.npz"
    swept.save(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(InvalidInput, match=r"^path must be a sweep file"):
        us.Sweep.load(path)


@pytest.mark.parametrize("claim", ["object", "huge"])
def test_what_a_member_claims_is_not_believed(swept, tmp_path, claim):
    path = tmp_path / "s.npz"
    swept.save(path)
    kept, changed, member = zipfile.ZipFile(path), io.BytesIO(), io.BytesIO()
    if claim == "object":
        np.save(member, np.array([Trap()], dtype=object), allow_pickle=True)
    else:
        np.lib.format.write_array_header_1_0(
            member, {"descr": "<f4", "fortran_order": False, "shape": (10**12, 10**6)}
        )
    with zipfile.ZipFile(changed, "w") as out:
        for name in kept.namelist():
            out.writestr(name, member.getvalue() if name == "weights.npy" else kept.read(name))
    path.write_bytes(changed.getvalue())
    with pytest.raises(InvalidInput, match=r"^path must be a sweep file"):
        us.Sweep.load(path)


def test_too_large_a_file_is_neither_read_nor_written(swept, tmp_path, monkeypatch):
    swept.save(tmp_path / "s.npz")
    monkeypatch.setattr(archive, "LARGEST", 1000)
    with pytest.raises(
        InvalidInput,
        match=r"the file's content must be at most 1000 bytes\. Got \d+ bytes instead\.",
    ):
        us.Sweep.load(tmp_path / "s.npz")
    with pytest.raises(InvalidInput, match=r"^the file's content must be at most 1000 bytes\."):
        swept.save(tmp_path / "t.npz")
    assert not (tmp_path / "t.npz").exists()


def test_a_missing_file_and_a_folder_that_cannot_be_written(swept, tmp_path):
    with pytest.raises(InvalidInput, match="There is no such file"):
        us.Sweep.load(tmp_path / "none.npz")
    with pytest.raises(InvalidInput, match=r"There is no sweep\.npz in it"):
        us.Sweep.load(tmp_path)
    with pytest.raises(UnitscopeError, match="path must be a file that can be written"):
        swept.save(tmp_path / "missing" / "s.npz")
    (tmp_path / "file").touch()
    with pytest.raises(InvalidInput, match=r"^folder must be a folder that can be made"):
        us.sweep(LAB, seeds=2, epochs=1, folder=tmp_path / "file" / "inside")


# folders


def test_more_seeds_train_only_the_rest(tmp_path, trained):
    folder = tmp_path / "s"
    first = us.sweep(LAB, seeds=100, epochs=10, folder=folder)
    assert sorted(trained) == list(range(100))
    trained.clear()
    calls = []
    more = us.sweep(
        LAB,
        seeds=1000,
        epochs=10,
        folder=folder,
        resume=True,
        progress=lambda *call: calls.append(call),
    )
    assert (
        sorted(trained) == list(range(100, 1000))
        and calls[0] == (100, 1000)
        and calls[-1] == (1000, 1000)
    )
    trained.clear()
    again = us.sweep(LAB, seeds=1000, epochs=10, folder=folder, resume=True, seed=7)
    few = us.sweep(LAB, seeds=[70, 3], epochs=10, folder=folder, resume=True)
    assert trained == []
    straight = us.sweep(LAB, seeds=1000, epochs=10)
    assert same(more, straight) and few.seeds.tolist() == [70, 3] and len(first) == 100
    assert all(
        getattr(again, name).tobytes() == getattr(straight, name).tobytes() for name in ARRAYS
    )
    assert same(us.Sweep.load(folder), straight)


@settings(max_examples=20, deadline=None)
@given(
    asked=st.lists(
        st.lists(st.integers(0, 60), min_size=1, max_size=40, unique=True), min_size=1, max_size=3
    )
)
def test_whatever_was_asked_before_the_result_is_the_same(tmp_path_factory, asked):
    folder = tmp_path_factory.mktemp("sweep") / "s"
    for seeds in asked:
        found = us.sweep(LAB, seeds=seeds, epochs=2, folder=folder, resume=True)
        assert same(found, us.sweep(LAB, seeds=seeds, epochs=2))


def test_other_data_another_recipe_and_a_folder_in_use_are_refused(tmp_path):
    folder = tmp_path / "s"
    us.sweep(LAB, seeds=3, epochs=2, folder=folder)
    for change, message in [
        (
            {},
            r"^folder must be new, or resumed\. Got .* instead\. "
            r"resume=True \(--resume\) goes on with what is in it",
        ),
        (
            {"resume": True, "epochs": 3},
            r"^folder must be of the same recipe\. Got one with epochs=2 instead\. Choose",
        ),
        (
            {"resume": True, "hidden": (3,)},
            r"^folder must be of the same recipe\. Got one with hidden=\(2,\) instead",
        ),
        (
            {"resume": True, "grid": {"hidden": [2, 3]}},
            "^folder must be one without a sweep, or of a grid",
        ),
    ]:
        with pytest.raises(InvalidInput, match=message):
            us.sweep(LAB, **({"seeds": 3, "epochs": 2, "folder": folder} | change))
    for other in (us.datasets.lab().standardized(), us.Dataset(LAB.X, LAB.y, ["a", "b", "c", "d"])):
        with pytest.raises(
            InvalidInput,
            match=r"^folder must be of the same data\. Got .* instead\. Choose another",
        ):
            us.sweep(other, seeds=3, epochs=2, folder=folder, resume=True)


def test_a_damaged_or_foreign_slice_is_refused_with_the_remedy(tmp_path):
    folder, other = tmp_path / "s", tmp_path / "t"
    us.sweep(LAB, seeds=3, epochs=2, folder=folder)
    us.sweep(LAB, seeds=[9], epochs=2, l2=0.1, folder=other)
    (foreign,) = other.glob("seeds-*")
    (folder / foreign.name).write_bytes(foreign.read_bytes())
    with pytest.raises(
        InvalidInput, match=r"of this folder's sweep.*Delete it, and its seeds are trained again\.$"
    ):
        us.sweep(LAB, seeds=3, epochs=2, folder=folder, resume=True)
    (folder / foreign.name).unlink()
    for slice_ in folder.glob("seeds-*"):
        slice_.write_bytes(slice_.read_bytes()[:-50])
    with pytest.raises(InvalidInput, match=r"^path must be a slice of a sweep.*Delete it"):
        us.Sweep.load(folder)


def test_the_folder_of_a_grid_takes_more_values_and_no_other_data(tmp_path, trained):
    folder = tmp_path / "g"
    us.sweep(LAB, seeds=40, epochs=3, grid={"hidden": [2, 3]}, folder=folder)
    trained.clear()
    found = us.sweep(
        LAB, seeds=50, epochs=3, grid={"hidden": [2, 3, 4]}, folder=folder, resume=True
    )
    assert sorted(trained) == sorted([*range(40, 50), *range(40, 50), *range(50)])
    straight = us.sweep(LAB, seeds=50, epochs=3, grid={"hidden": [2, 3, 4]})
    assert all(same(one, other) for one, other in zip(found, straight, strict=True))
    for change in ({}, {"grid": {"hidden": [7, 8]}}):
        with pytest.raises(InvalidInput, match=r"^folder must be of the same data"):
            us.sweep(
                LAB.standardized(),
                **(
                    {
                        "seeds": 4,
                        "epochs": 3,
                        "grid": {"hidden": [2]},
                        "folder": folder,
                        "resume": True,
                    }
                    | change
                ),
            )
    with pytest.raises(InvalidInput, match=r"^folder must be one without a grid"):
        us.sweep(LAB, seeds=3, folder=folder, resume=True)
    with pytest.raises(InvalidInput, match="Load one of its folders"):
        us.Sweep.load(folder)


WRITING = """
import sys, unitscope as us
data, grid = us.datasets.blobs(n=5000), eval(sys.argv[2])
us.sweep(data, seeds=20_000, epochs=100, folder=sys.argv[1], threads=1, **grid)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("grid", [{}, {"grid": {"hidden": [(2,), (3,)]}}], ids=["one", "grid"])
def test_a_second_sweep_into_a_folder_is_refused_until_the_first_has_ended(tmp_path, grid):
    folder, data = tmp_path / "s", us.datasets.blobs(n=5000)
    first = subprocess.Popen([sys.executable, "-c", WRITING, folder, repr(grid)])
    try:
        eventually(lambda: list(folder.rglob("seeds-*")))
        before = sorted(folder.rglob("sweep.npz"))
        for settings_ in ({}, {"epochs": 3}, {"grid": {"hidden": [(2,)]}}):
            with pytest.raises(
                InvalidInput,
                match=r"^folder must be one that no other sweep writes to\. Got .* instead\. Wait",
            ):
                us.sweep(data, seeds=9, folder=folder, resume=True, **settings_)
        for recipe in folder.glob("recipe-*"):
            with pytest.raises(InvalidInput, match="no other sweep writes to"):
                us.sweep(data, seeds=9, folder=recipe, resume=True)
        assert sorted(folder.rglob("sweep.npz")) == before
        # However many recipes a grid has: a process may have some hundred files open.
        assert list(folder.rglob(".lock")) == [folder / ".lock"]
    finally:
        first.kill()
        first.wait()
    assert first.returncode == -signal.SIGKILL  # it was still at it
    found = us.sweep(data, seeds=[10**6], epochs=100, folder=folder, resume=True, **grid)
    assert {len(one) for one in (found if grid else [found])} == {1}
    assert not list(folder.rglob(".*"))  # neither a lock nor an unfinished file is left


def test_sweeps_into_one_folder_at_once_keep_every_seed_once(tmp_path):
    folder, outcomes = tmp_path / "s", []

    def run():
        while True:
            try:
                outcomes.append(us.sweep(LAB, seeds=200, epochs=2, folder=folder, resume=True))
                return
            except InvalidInput as refused:
                assert "no other sweep writes to" in str(refused)
                time.sleep(0.002)

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 6 and all(len(found) == 200 for found in outcomes)
    kept = [np.load(path)["seeds"] for path in folder.glob("seeds-*")]
    assert sorted(np.concatenate(kept).tolist()) == list(range(200))
    assert not list(folder.rglob(".*"))


def test_a_finished_sweep_is_read_where_nothing_can_be_written(tmp_path, monkeypatch):
    folder = tmp_path / "s"
    found = us.sweep(LAB, seeds=5, epochs=2, folder=folder)
    opened = os.open

    def read_only(path, flags, *rest, **named):
        if flags & (os.O_WRONLY | os.O_RDWR):
            raise PermissionError(errno.EROFS, os.strerror(errno.EROFS), path)
        return opened(path, flags, *rest, **named)

    monkeypatch.setattr(os, "open", read_only)
    assert same(us.sweep(LAB, seeds=5, epochs=2, folder=folder, resume=True), found)


def test_an_interrupt_keeps_the_slices_that_are_done(tmp_path, monkeypatch, trained):
    monkeypatch.setattr(module, "_slice_size", lambda empty, missing, count: 32)
    noted, stopped = module.train_seeds, threading.Event()

    def slow_later(*piece):
        if piece[3][0] >= 320:  # not before the interrupt, and then slowly: not all can be done
            stopped.wait(PATIENCE)
            time.sleep(0.3)
        return noted(*piece)

    def stop(done, of):
        if done >= 128:
            stopped.set()
            raise KeyboardInterrupt

    monkeypatch.setattr(module, "train_seeds", slow_later)
    first = us.sweep(LAB, seeds=640, epochs=5, folder=tmp_path / "s", progress=stop)
    monkeypatch.setattr(module, "train_seeds", noted)
    assert 128 <= len(first) < 640
    assert same(us.Sweep.load(tmp_path / "s"), first.joined([first], sorted(first.seeds.tolist())))
    trained.clear()
    whole = us.sweep(LAB, seeds=640, epochs=5, folder=tmp_path / "s", resume=True)
    assert len(trained) == 640 - len(first) and same(whole, us.sweep(LAB, seeds=640, epochs=5))


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("jobs", ["threads=2", "jobs=2"])
def test_after_kill_9_the_slices_that_were_done_are_there(tmp_path, jobs):
    folder = tmp_path / "s"
    arguments = f"us.datasets.lab(), seeds=200_000, folder={str(folder)!r}, {jobs}"
    program = f"import unitscope as us; us.sweep({arguments})"
    running = subprocess.Popen([sys.executable, "-c", program], start_new_session=True)
    try:
        eventually(lambda: len(list(folder.glob("seeds-*"))) > 1)
    finally:
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()
    there = us.Sweep.load(folder)
    assert 0 < len(there) < 200_000
    wanted = [*there.seeds[:40].tolist(), 199_999]
    found = us.sweep(LAB, seeds=wanted, folder=folder, resume=True)
    assert same(found, us.sweep(LAB, seeds=wanted))


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_interrupt_while_a_slice_is_written_keeps_it_and_counts_it(when, tmp_path, monkeypatch):
    write, calls = folder_room.SweepFolder.keep, []

    def interrupted(self, part):
        calls.append(part)
        if when == "after" or len(calls) != 2:
            write(self, part)
        if len(calls) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(folder_room.SweepFolder, "keep", interrupted)
    monkeypatch.setattr(module, "_SECONDS", 0)
    # Seconds of work, so that not all is done while the first slices go to the disk.
    found = us.sweep(LAB, seeds=6400, epochs=400, threads=1, folder=tmp_path)
    kept = us.Sweep.load(tmp_path)
    assert 64 <= len(found) < 6400
    assert sorted(found.seeds.tolist()) == kept.seeds.tolist()

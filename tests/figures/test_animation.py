"""A training as a moving picture: read back by others' programs, whole or not at all."""

from __future__ import annotations

import base64
import io
import itertools
import re
import shutil
import subprocess

import numpy as np
import pytest
from PIL import Image, ImageSequence

import unitscope as us
from unitscope.figures import animation

LAB = us.datasets.lab()
RUN = us.train(LAB, epochs=12, seed=0)


def shares_that_change(frames) -> list[float]:
    pictures = [np.asarray(frame.convert("RGB"), int) for frame in frames]
    assert {picture.shape for picture in pictures} == {(400, 480, 3)}
    return [
        float((np.abs(one - other).sum(axis=2) > 60).mean())
        for one, other in itertools.pairwise(pictures)
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_gif_has_a_frame_for_each_epoch(tmp_path, theme):
    path = us.plot.animate(RUN, None, tmp_path / "run.gif", frames=4, seconds=2.0, theme=theme)
    with Image.open(path) as image:
        assert image.info["loop"] == 0
        durations = [frame.info["duration"] for frame in ImageSequence.Iterator(image)]
        changes = shares_that_change([frame.copy() for frame in ImageSequence.Iterator(image)])
    assert durations == [500, 500, 500, 1500]
    assert len(changes) == 3 and min(changes) > 0.002


def test_the_frames_are_the_epochs_that_they_say(tmp_path, monkeypatch):
    titles = []
    told = animation._title
    monkeypatch.setattr(animation, "_title", lambda *of: titles.append(told(*of)) or titles[-1])
    us.plot.animate(RUN, LAB, tmp_path / "run.gif", frames=3)
    share = f"{RUN.accuracy[5]:.0%}"
    assert titles[:2] == [
        "before the training",
        f"epoch 6 of 12: loss {RUN.loss[5]:.4f}, accuracy {share}",
    ]
    assert titles[2].startswith("epoch 12 of 12")


def test_a_page_holds_its_frames_and_fetches_nothing(tmp_path):
    path = us.plot.animate(RUN, None, tmp_path / "run.html", frames=3)
    text = path.read_text(encoding="utf-8")
    assert "default-src 'none'" in text and not re.search(r"https?:", text)
    found = re.findall(r'"([A-Za-z0-9+/=]{1000,})"', text)
    frames = [Image.open(io.BytesIO(base64.b64decode(frame))) for frame in found]
    assert len(frames) == 3 and min(shares_that_change(frames)) > 0.002


def test_more_features_are_seen_on_one_plane(tmp_path, monkeypatch):
    planes = []
    draw = animation.decision_regions
    monkeypatch.setattr(
        animation,
        "decision_regions",
        lambda *what, plane, **how: planes.append(plane) or draw(*what, plane=plane, **how),
    )
    run = us.train(us.datasets.load("iris"), epochs=2)
    us.plot.animate(run, None, tmp_path / "iris.gif", frames=3)
    assert len(planes) == 3 and len(set(map(id, planes))) == 1 and planes[0] is not None


def test_nothing_half_written_is_left(tmp_path, monkeypatch):
    path = tmp_path / "run.gif"
    path.write_bytes(b"old")

    def fails(file, *_):
        file.write(b"half")
        raise ZeroDivisionError

    monkeypatch.setattr(animation, "_write_gif", fails)
    with pytest.raises(ZeroDivisionError):
        us.plot.animate(RUN, None, path, frames=2)
    assert path.read_bytes() == b"old" and list(tmp_path.iterdir()) == [path]


def test_mp4_without_ffmpeg_says_what_helps(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(us.errors.MissingDependency, match=r"install the package ffmpeg, or give"):
        us.plot.animate(RUN, None, tmp_path / "run.mp4")
    assert not list(tmp_path.iterdir())


def test_what_ffmpeg_says_is_told(tmp_path, monkeypatch):
    given = {}

    def run(command, input, **_):
        given.update(command=command, bytes=len(input))
        return subprocess.CompletedProcess(command, 1, b"", b"first\nno such encoder")

    monkeypatch.setattr(shutil, "which", lambda name: f"/bin/{name}")
    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(us.errors.CannotWrite, match="could not make the MP4: no such encoder"):
        us.plot.animate(RUN, None, tmp_path / "run.mp4", frames=2, seconds=1.0)
    assert given["command"][given["command"].index("-s") + 1] == "480x400"
    assert given["bytes"] == 480 * 400 * 3 * (2 + 2)  # the last one stays for a second
    assert not list(tmp_path.iterdir())


if shutil.which("ffmpeg") and shutil.which("ffprobe"):

    def test_an_mp4_has_its_frames(tmp_path):
        path = us.plot.animate(RUN, None, tmp_path / "run.mp4", frames=4, seconds=2.0)
        asked = "stream=codec_type,width,height,nb_read_frames"
        probe = [
            "ffprobe",
            "-v",
            "error",
            "-count_frames",
            "-show_entries",
            asked,
            "-of",
            "csv=p=0",
        ]
        said = subprocess.run([*probe, str(path)], capture_output=True, text=True, check=True)
        assert said.stdout.strip() == "video,480,400,6"

"""`unitscope animal` and `unitscope tag`: a picture or a sentence of one's own."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

import unitscope as us
from unitscope import cli


def test_an_animal_is_drawn_named_and_explained(tmp_path, capsys):
    picture = us.datasets.silhouettes("test")[0]
    large = np.pad(picture, 2).repeat(5, axis=0).repeat(5, axis=1)
    path = tmp_path / "mine.png"
    Image.fromarray(np.where(large, 0, 255).astype(np.uint8)).save(path)
    assert cli.main(["animal", str(path)]) == 0
    told = capsys.readouterr().out
    seen = us.datasets.silhouette(path)
    drawn = [line for line in told.splitlines() if set(line) <= set(" ▀▄█") and line]
    assert sum(2 * line.count("█") + line.count("▀") + line.count("▄") for line in drawn) == (
        seen.sum()
    )
    run = us.train(us.datasets.animals("train"), hidden=8, epochs=100, l2=3e-3)
    row = us.datasets.shape_features(seen)
    assert f"\n{run.predict(row)[0]} {run.network.probabilities(row).max():.1%}, " in told
    assert "the network says" in told
    assert "of the 400 left out 348 are right, 87.0%." in told


@pytest.mark.parametrize("content", [None, b"", b"\x89PNG\r\n\x1a\n\0"])
def test_what_is_no_picture_is_refused_in_a_line(content, tmp_path, capsys):
    path = tmp_path / "mine.png"
    if content is not None:
        path.write_bytes(content)
    assert cli.main(["animal", str(path)]) == 1
    out, error = capsys.readouterr()
    assert out == "" and error.startswith("unitscope: PICTURE must be ") and error.count("\n") == 1

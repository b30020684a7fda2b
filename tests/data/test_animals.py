"""The silhouettes of animals, their features, and pictures of the user's own."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

import unitscope as us
from unitscope.data.shapes import SHAPES
from unitscope.data.silhouettes import animals

DOCS = Path(__file__).parents[2] / "docs" / "animals.md"
PROGRAMS = re.findall(r"^```python\n(.*?)^```", DOCS.read_text(encoding="utf-8"), re.M | re.S)
some_pixels = arrays.arrays(bool, st.tuples(*2 * [st.integers(1, 28)])).filter(np.any)


def of(picture: list[str]) -> dict[str, float]:
    """The features of a picture drawn in letters."""
    pixels = np.array([[letter == "#" for letter in line] for line in picture])
    return dict(zip(SHAPES, us.datasets.shape_features(pixels)[0], strict=True))


def test_no_two_are_alike_and_the_classes_are_as_large():
    pixels, data = us.datasets.silhouettes(), us.datasets.animals()
    assert pixels.shape == (1600, 28, 28) and pixels.dtype == bool
    assert data.class_names == ("dog", "cat", "horse", "other")
    assert np.bincount(data.y).tolist() == [400] * 4
    flat = pixels.reshape(1600, -1).astype(np.float32)
    mirrored = pixels[:, :, ::-1].reshape(1600, -1).astype(np.float32)
    dark = flat.sum(axis=1)
    for other in (flat, mirrored):
        apart = dark[:, None] + dark - 2 * flat @ other.T
        np.fill_diagonal(apart, 784)
        assert apart.min() > 20 or _of_two_classes(apart, data.y)


def _of_two_classes(apart: np.ndarray, y: np.ndarray) -> bool:
    """Whether those that are alike are of different classes: none stands for another."""
    return bool((y[:, None] != y)[apart <= 20].all())


def test_a_quarter_of_each_class_is_left_out_and_in_no_other_part():
    learnt, left = us.datasets.animals("train"), us.datasets.load("animals", part="test")
    assert np.bincount(learnt.y).tolist() == [300] * 4
    assert np.bincount(left.y).tolist() == [100] * 4
    seen = {picture.tobytes() for picture in us.datasets.silhouettes("train")}
    assert not seen & {picture.tobytes() for picture in us.datasets.silhouettes("test")}
    for part, data in (("train", learnt), ("test", left)):
        rows = us.datasets.shape_features(us.datasets.silhouettes(part))
        assert (rows == data.X).all()
        names = animals(part)
        assert len(names) == data.n_points
        own = [name if name in data.class_names else "other" for name in names]
        assert own == [data.class_names[label] for label in data.y]
        assert set(names) - {"dog", "cat", "horse"} == {
            *("bear", "bird", "cow", "elephant", "giraffe", "sheep")
        }
    with pytest.raises(us.errors.InvalidInput, match="part must be one of all, train, test"):
        us.datasets.animals("rest")


def test_a_table_is_measured_by_hand():
    table = of(
        [
            "########",
            "########",
            "#......#",
            "#......#",
        ]
    )
    assert table["width / height"] == 2
    assert table["share filled"] == 20 / 32
    assert table["top quarter filled"] == table["second quarter filled"] == 1
    assert table["third quarter filled"] == table["bottom quarter filled"] == 0.25
    assert table["legs"] == table["most pieces in a low row"] == 2
    assert table["ears"] == 1
    assert table["feet apart"] == table["width of the top"] == 1
    assert table["head to one side"] == table["feet to one side"] == table["slant"] == 0
    assert table["longest piece across"] == table["longest piece upright"] == 1
    assert table["space above the back"] == 0
    assert table["space under the belly"] == 0.5
    assert table["thin columns"] == 0
    assert table["height of the centre"] == pytest.approx((16 * 0.75 + 4 * 0.25) / 20)
    assert table["length of the edge"] == pytest.approx(28 / (4 * np.sqrt(20)))
    # The lower third is 11 of 32 rows, all of them legs: 8 of 32 columns are filled.
    assert table["gaps between the legs"] == 0.75
    assert table["emptier side filled"] == table["fuller side filled"]
    step = of(["##......", "##......", "########"])
    assert step["head to one side"] == 0.375
    assert step["emptier side filled"] == pytest.approx(1 / 3, abs=0.02)
    assert step["space above the back"] == pytest.approx(2 / 3, abs=0.02)


@settings(max_examples=50)
@given(some_pixels)
def test_a_mirror_a_place_and_a_size_change_nothing(pixels):
    features = us.datasets.shape_features(pixels)
    assert np.isfinite(features).all()
    np.testing.assert_allclose(us.datasets.shape_features(pixels[:, ::-1]), features, atol=1e-9)
    moved = np.zeros((1, 32, 32), bool)
    moved[0, 3 : 3 + pixels.shape[0], 2 : 2 + pixels.shape[1]] = pixels
    assert (us.datasets.shape_features(moved) == features).all()
    if max(pixels.shape) <= 16:
        twice = pixels.repeat(2, axis=0).repeat(2, axis=1)
        np.testing.assert_allclose(us.datasets.shape_features(twice), features, atol=1e-9)


@pytest.mark.parametrize(
    "pixels",
    [np.zeros((2, 28, 28), bool), np.ones((28, 28)), np.ones((33, 2), bool), np.ones(4, bool), 3],
)
def test_what_is_no_silhouette_is_refused(pixels):
    with pytest.raises(us.errors.InvalidInput, match="pixels must be"):
        us.datasets.shape_features(pixels)


def drawn(shape: np.ndarray, path: Path, mode: str) -> Path:
    """A silhouette as a larger PNG of a kind."""
    large = np.pad(shape, 3).repeat(9, axis=0).repeat(9, axis=1)
    if mode == "RGBA":
        values = np.zeros((*large.shape, 4), np.uint8)
        values[large] = (200, 30, 90, 255)
    else:
        values = np.where(large, *((20, 235) if mode == "dark" else (250, 5))).astype(np.uint8)
    Image.fromarray(values).save(path)
    return path


@pytest.mark.parametrize("mode", ["dark", "light", "RGBA"])
def test_a_picture_of_ones_own_is_seen_as_it_was_drawn(mode, tmp_path):
    for shape in us.datasets.silhouettes("test")[:8]:
        path = drawn(shape, tmp_path / "mine.png", mode)
        found = us.datasets.silhouette(path)
        assert found.shape == (28, 28) and found.dtype == bool
        rows = [us.datasets.shape_features(one)[0] for one in (shape, found)]
        # Where the shape was not 28 pixels long, its cells are drawn anew.
        assert np.median(np.abs(rows[0] - rows[1])) < 0.03
    assert (
        us.datasets.silhouette(np.asarray(Image.open(path).convert("L"))).any()
    ) or mode == "RGBA"


def test_a_shape_of_28_pixels_stays_as_it_is():
    whole = next(
        one for one in us.datasets.silhouettes() if one[[0, -1]].any(axis=1).all() and one.any()
    )
    found = us.datasets.silhouette(np.pad(whole, 2) * 1.0)
    columns = whole.any(axis=0)
    assert (found[:, found.any(axis=0)] == whole[:, columns]).all() or not columns.all()
    assert (us.datasets.shape_features(found) == us.datasets.shape_features(whole)).all()


def test_what_is_no_picture_is_refused(tmp_path):
    path = tmp_path / "mine.png"
    for content in (b"", b"\x89PNG\r\n\x1a\n", b"GIF89a" + bytes(40), b"\x89PNG\r\n\x1a\n" * 99):
        path.write_bytes(content)
        with pytest.raises(us.errors.InvalidInput, match="picture must be a PNG"):
            us.datasets.silhouette(path)
    Image.new("L", (5000, 2), 255).save(path)
    with pytest.raises(us.errors.InvalidInput, match="5,000 x 2"):
        us.datasets.silhouette(path)
    Image.new("L", (50, 20), 255).save(path)
    with pytest.raises(us.errors.InvalidInput, match="one colour"):
        us.datasets.silhouette(path)
    with pytest.raises(us.errors.InvalidInput, match="a file that is there"):
        us.datasets.silhouette(tmp_path / "none.png")
    for numbers in ([[1.0]], np.ones(4), [[np.nan, 1.0]] * 3, object(), None):
        with pytest.raises(us.errors.InvalidInput, match="picture must be"):
            us.datasets.silhouette(numbers)


def test_the_page_says_what_is_measured():
    data, left = us.datasets.animals("train"), us.datasets.animals("test")
    text = DOCS.read_text(encoding="utf-8")
    for units in (2, 8, 16):
        report = us.train(data, hidden=units, epochs=100, l2=3e-3).report(left)
        told = f"| {units} units | 25 features | {report.right} ({report.accuracy:.1%}) |"
        assert told in text, told
    assert data.n_points == 1200 and "| 100 (25.0%) |" in text


def test_the_programs_of_the_page_run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    drawn(us.datasets.silhouettes("test")[2], tmp_path / "mine.png", "dark")
    found: dict[str, Any] = {}
    for program in PROGRAMS[:2]:
        exec(compile(program, "animals.md", "exec"), found)
    told = capsys.readouterr().out
    assert "348 of 400 rows are right" in told
    assert f"{found['run'].predict(found['row'])}\n" in told

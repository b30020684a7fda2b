"""Files that are cut short or reach outside, models of several outputs, points of another width."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import unitscope as us
from unitscope.errors import InvalidInput, UnsupportedModel

keras = pytest.importorskip("keras")

pytestmark = [
    pytest.mark.keras,
    pytest.mark.filterwarnings(
        "ignore:__array__ implementation doesn't accept a copy:DeprecationWarning",
        "ignore:You are saving your model as an HDF5 file",
    ),
]
LAB = us.datasets.lab()


def small(**more: Any) -> Any:
    return keras.Sequential([keras.Input((2,)), keras.layers.Dense(4, **more)])


def written(folder: Path, kind: str) -> Path:
    path, net = folder / f"whole.{kind}", us.Network.initialize([2, 3, 4])
    if kind in ("keras", "h5"):
        small().save(path)
    elif kind == "onnx":
        pytest.importorskip("onnx")
        path.write_bytes(us.to_onnx(net).SerializeToString())
    else:
        net.save(path)
    return path


@pytest.mark.parametrize("kind", ["keras", "h5", "onnx", "safetensors"])
def test_a_file_that_is_cut_short_is_refused_in_words(tmp_path: Path, kind: str) -> None:
    path = written(tmp_path, kind)
    content = path.read_bytes()
    assert us.load(path).n_classes == 4
    for length in (0, 1, 10, 100, len(content) // 2, len(content) - 5):
        path.write_bytes(content[:length])
        with pytest.raises(InvalidInput, match=r"^path must be "):
            us.load(path)


def test_members_that_reach_outside_are_not_unpacked(tmp_path: Path) -> None:
    path, inner = written(tmp_path, "keras"), tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    with zipfile.ZipFile(path) as whole, zipfile.ZipFile(inner / "made.keras", "w") as made:
        for name in whole.namelist():
            made.writestr(name, whole.read(name))
        for name in ("../up.txt", "../../up.txt", str(tmp_path / "up.txt")):
            made.writestr(name, b"outside")
    before = sorted(tmp_path.rglob("*"))
    assert us.load(inner / "made.keras") == us.load(path)
    assert sorted(tmp_path.rglob("*")) == before


def test_models_of_several_outputs_or_inputs_are_refused(tmp_path: Path) -> None:
    points = keras.Input((2,))
    two = keras.Model(points, [keras.layers.Dense(2)(points), keras.layers.Dense(3)(points)])
    two.save(tmp_path / "two.keras")
    for door in (lambda: us.network(two), lambda: us.load(tmp_path / "two.keras")):
        with pytest.raises(UnsupportedModel, match=r"one input and one output\. Got 1 and 2"):
            door()
    more = keras.Input((2,))
    both = keras.layers.Concatenate()([points, more])
    with pytest.raises(UnsupportedModel, match=r"one input and one output\. Got 2 and 1"):
        us.network(keras.Model([points, more], keras.layers.Dense(2)(both)))


def test_weights_that_are_no_numbers_are_refused_in_memory_and_in_a_file(tmp_path: Path) -> None:
    model = small(name="last")
    model.layers[0].set_weights([np.full((2, 4), np.inf), np.zeros(4)])
    model.save(tmp_path / "infinite.keras")
    for door in (lambda: us.network(model), lambda: us.load(tmp_path / "infinite.keras")):
        with pytest.raises(InvalidInput, match=r"finite numbers, those of layer 'last' too"):
            door()


def test_points_of_another_width_are_refused_at_every_door(tmp_path: Path) -> None:
    model, iris = small(), us.datasets.iris()
    for door in (
        lambda: us.explain(model, iris),
        lambda: us.explain(model, iris.X, iris.y),
        lambda: us.partition(model, iris),
        lambda: us.plot.decision_regions(model, iris),
        lambda: us.compare(model, model, iris),
        lambda: us.export_html(model, tmp_path / "page.html", iris),
        lambda: us.network(model).logits(iris.X),
    ):
        with pytest.raises(InvalidInput, match=r"shape \(n, 2\)\. Got shape \(150, 4\)"):
            door()
    assert not list(tmp_path.iterdir())


def test_a_layer_beyond_the_page_is_read_and_refused_there(tmp_path: Path) -> None:
    wide = us.network(keras.Sequential([keras.Input((2,)), *map(keras.layers.Dense, (50_000, 4))]))
    assert wide.sizes == (2, 50_000, 4)
    with pytest.raises(InvalidInput, match=r"units must be at most 64 for a page\. Got 50000"):
        us.export_html(wide, tmp_path / "page.html", LAB)

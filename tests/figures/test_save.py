from __future__ import annotations

import numpy as np
import pytest

import unitscope as us
from unitscope.errors import InvalidInput


@pytest.mark.parametrize("suffix", [".png", ".svg", ".SVG", ".pdf"])
def test_the_same_picture_is_the_same_bytes(lab_data, lab_net, tmp_path, suffix):
    first, second = (
        us.plot.save(us.plot.output_layer(lab_net, lab_data), tmp_path / f"{name}{suffix}")
        for name in ("first", "second")
    )
    assert first.read_bytes() == second.read_bytes()
    assert first.read_bytes()[:5] == {".png": b"\x89PNG\r", ".pdf": b"%PDF-"}.get(suffix, b"<?xml")


def test_text_in_an_svg_is_text(lab_data, tmp_path):
    assert (
        ">Multiclass Data</text>"
        in us.plot.save(us.plot.data(lab_data), tmp_path / "data.svg").read_text()
    )


def test_a_figure_its_axes_and_an_array_of_them_are_the_same(lab_data, lab_net, tmp_path):
    axes = us.plot.hidden_layer(lab_net, lab_data)
    files = [
        us.plot.save(what, tmp_path / f"{name}.svg").read_bytes()
        for name, what in (("array", axes), ("axes", axes[0]), ("figure", axes[0].figure))
    ]
    assert len(set(files)) == 1


def test_only_the_finished_file_is_left(lab_data, tmp_path, monkeypatch):
    path = tmp_path / "data.png"
    path.write_bytes(b"old")
    figure = us.plot.data(lab_data).figure
    monkeypatch.setattr(type(figure), "savefig", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        us.plot.save(figure, path)
    assert path.read_bytes() == b"old"
    monkeypatch.undo()
    us.plot.save(figure, path)
    assert [file.name for file in tmp_path.iterdir()] == ["data.png"]


def test_settings_of_the_user_stay(lab_data, tmp_path):
    import matplotlib

    with matplotlib.rc_context({"svg.fonttype": "path", "savefig.bbox": "tight"}):
        us.plot.save(us.plot.data(lab_data), tmp_path / "a.svg")
        assert matplotlib.rcParams["svg.fonttype"] == "path"


@pytest.mark.parametrize("name", ["a.eps", "a", "a.svg.gz"])
def test_other_formats_are_refused(lab_data, tmp_path, name):
    with pytest.raises(
        InvalidInput, match=r"path must be a file name that ends in \.png, \.svg or \.pdf\. Got"
    ):
        us.plot.save(us.plot.data(lab_data), tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("what", [3, np.zeros(2), "figure"])
def test_something_else_is_refused(tmp_path, what):
    with pytest.raises(InvalidInput, match="figure must be a Matplotlib figure or its Axes"):
        us.plot.save(what, tmp_path / "a.svg")

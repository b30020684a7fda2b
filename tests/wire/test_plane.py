"""The plane of the page, the file and the widget is that of the figures."""

from __future__ import annotations

import base64
import json
import re

import numpy as np
import pytest

import unitscope as us
from unitscope.errors import InvalidInput
from unitscope.wire.to_wire import data_to_wire, run_to_wire


def floats(text: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), "<f4").astype(np.float64)


@pytest.mark.parametrize("hidden", [(2,), (8,), ()])
def test_the_plane_of_a_run_is_the_one_that_figures_show(hidden):
    run = us.train(us.datasets.iris(), hidden=hidden, epochs=30, seed=2)
    sent = run_to_wire(run, course=False)["plane"]
    plane = us.Plane.best(run.network, run.data)
    np.testing.assert_allclose(floats(sent["origin"]), plane.origin, atol=1e-5)
    np.testing.assert_allclose(floats(sent["basis"]), plane.basis.ravel(), atol=1e-5)
    np.testing.assert_allclose(floats(sent["dual"]), plane.dual.ravel(), atol=1e-5)
    ax = us.plot.decision_regions(run)
    assert sent["names"] == [ax.get_xlabel(), ax.get_ylabel()]
    assert f"({sent['words']})" in ax.get_title().split("\n")


def test_a_plane_that_is_given_is_shown_in_figure_file_and_widget(tmp_path, monkeypatch):
    """And stays in the widget and its page, whatever is trained there."""
    data = us.datasets.iris()
    run = us.train(data, hidden=(8,), epochs=5)
    plane = us.Plane.principal(data)
    ax = us.plot.decision_regions(run, plane=plane)
    axes = [ax.get_xlabel(), ax.get_ylabel()]

    def shown(scene) -> bool:
        origin, dual = floats(scene["origin"]), floats(scene["dual"])
        near = np.allclose(origin, plane.origin, atol=1e-5)
        return near and np.allclose(dual, plane.dual.ravel(), atol=1e-5) and scene["names"] == axes

    def in_page(text: str):
        found = re.search(r'id="unitscope-data">(.*?)</script>', text, re.DOTALL)
        return json.loads(found[1])["first"]["run"]["plane"]

    text = us.export_html(run, tmp_path / "run.html", plane=plane).read_text("utf-8")
    best = us.export_html(run, tmp_path / "best.html").read_text("utf-8")
    assert shown(in_page(text)) and not shown(in_page(best))
    scope, told = us.Scope(run, plane=plane), []
    monkeypatch.setattr(scope, "send", told.append)
    assert shown(scope._first["run"]["plane"])
    asked = {"kind": "train", "id": 1, "view": "a", "data": data_to_wire(data, None)}
    scope._take(asked | {"course": False, "recipe": {"hidden": [3], "epochs": 4}})
    assert told[-1]["kind"] == "trained" and shown(told[-1]["run"]["plane"])
    assert shown(in_page(scope.to_html()))
    scope.run = us.train(data, epochs=3)
    assert shown(scope._first["run"]["plane"])
    scope.run = us.train(us.datasets.lab(), epochs=3)
    assert scope._first["run"]["plane"] is None
    scope.close()


def test_a_plane_that_does_not_fit_is_refused(tmp_path):
    run, one = us.train(us.datasets.iris(), epochs=1), us.Dataset([[0.0], [1.0], [2.0]], [0, 1, 1])
    line = us.train(one, epochs=1)
    compared = us.compare(run, run.network)
    plane, other = us.Plane.axes(0, 1, at=np.zeros(4)), us.Plane.axes(0, 1, at=np.zeros(3))
    for what, given, rule in (
        (run, 3, "plane must be a Plane. Got 3"),
        (run, other, "plane must be a plane through a space of 4 dimensions. Got one of 3"),
        (line, plane, "plane must be left out where there is only one feature"),
        (compared, plane, "plane must be left out with a Comparison.*us.compare"),
    ):
        with pytest.raises(InvalidInput, match=rule):
            us.export_html(what, tmp_path / "x.html", plane=given)
        with pytest.raises(InvalidInput, match=rule):
            us.Scope(what, plane=given)
    assert not list(tmp_path.iterdir())


def test_two_features_have_none():
    assert run_to_wire(us.train(us.datasets.lab(), epochs=2), course=False)["plane"] is None

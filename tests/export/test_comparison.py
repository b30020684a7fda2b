"""Two models on one page, from `us.compare`: what a file and a widget open with."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier

import unitscope as us
from unitscope.comparison.opened import opened
from unitscope.errors import InvalidInput
from unitscope.page import answers
from unitscope.wire.to_wire import floats_to_wire, with_beside

LAB = us.datasets.lab()
Y = np.array(list("dcba"))[LAB.y]
LINE = LogisticRegression().fit(LAB.X, Y)
RUN = us.train(us.Dataset(LAB.X, Y, class_names=list("dcba")), epochs=20)


def content_of(page: Path) -> Any:
    found = re.search(r'id="unitscope-data">(.*?)</script>', page.read_text(encoding="utf-8"))
    assert found is not None
    return json.loads(found[1])


def test_the_second_is_shown_with_its_epochs_and_the_first_beside_it(tmp_path: Path) -> None:
    compared = us.compare(LINE, RUN, (LAB.X, Y), names=("line", "<network>"))
    assert compared.run is None  # its classes are in another order than the line's
    first = content_of(us.export_html(compared, tmp_path / "page.html"))["first"]
    assert first["run"]["epochs"] == [0]
    assert first["run"]["weights"] == floats_to_wire(compared.b.to_vector())
    assert first["beside"]["name"] == "line" and first["beside"]["shown"] == "<network>"
    assert first["beside"]["network"]["weights"] == floats_to_wire(us.network(LINE).to_vector())
    again = us.compare(RUN.at(3), RUN)
    assert again.run == RUN
    page = content_of(us.export_html(again, tmp_path / "page.html"))["first"]
    assert len(page["run"]["epochs"]) == 21 and page["data"]["class_names"] == list("dcba")


def test_more_than_two_features_are_seen_on_the_comparisons_plane(tmp_path: Path) -> None:
    iris = us.datasets.iris()
    nets = [us.Network.initialize([4, 6, 3], seed=seed) for seed in (1, 2)]
    compared = us.compare(*nets, iris)
    assert compared.plane is not None
    page = content_of(us.export_html(compared, tmp_path / "page.html"))
    plane = page["first"]["run"]["plane"]
    assert plane["origin"] == floats_to_wire(compared.plane.origin)
    assert plane["basis"] == floats_to_wire(compared.plane.basis)
    assert plane["words"] == compared.note.replace("\n", ", ")


def test_a_widget_opens_with_both_until_another_run_is_shown() -> None:
    pytest.importorskip("anywidget")
    compared = us.compare(LINE, RUN, (LAB.X, Y), names=("line", "network"))
    scope: Any = us.Scope(compared)
    shown, beside = opened(compared)
    assert scope._first == with_beside(answers.first(shown), beside, shown.data)
    assert '"name":"line"' in scope.to_html()
    scope.run = RUN
    assert "beside" not in scope._first and '"name":"line"' not in scope.to_html()
    scope.close()


def test_what_no_page_shows_is_refused_in_words(tmp_path: Path) -> None:
    path, tree = tmp_path / "page.html", DecisionTreeClassifier().fit(LAB.X, Y)
    for pair, name in (((tree, LINE), "a"), ((LINE, tree), "b")):
        compared = us.compare(*pair, (LAB.X, Y))
        with pytest.raises(InvalidInput, match=f"Got {name}, which has no layers to show"):
            us.export_html(compared, path)
    compared = us.compare(LINE, RUN, (LAB.X, Y))
    with pytest.raises(InvalidInput, match="data must be left out with a Comparison"):
        us.export_html(compared, path, LAB)
    wide = us.Network.initialize([2, 65, 4])
    with pytest.raises(InvalidInput, match="wide's units must be at most 64"):
        us.export_html(us.compare(wide, LINE, (LAB.X, Y), names=("wide", "b")), path)
    assert not path.exists()

"""A run of more points than a page takes: its file has a sample, and says of how many."""

from __future__ import annotations

import base64
import json
import re

import numpy as np

import unitscope as us
from unitscope.page import answers
from unitscope.wire.limits import LIMITS


def test_a_file_of_too_many_points_has_a_sample_and_says_so(tmp_path):
    rng = np.random.default_rng(0)
    y = np.repeat([0, 1, 2], [9000, 5970, 30])
    data = us.Dataset(rng.normal(size=(15_000, 2)) + 3 * np.eye(3)[y][:, :2], y)
    run = us.train(data, epochs=2)
    path = us.export_html(run, tmp_path / "many.html")
    script = re.search(r'id="unitscope-data">(.*?)</script>', path.read_text("utf-8"), re.DOTALL)
    content = json.loads(script[1])
    sent = content["first"]["data"]
    assert sent["sample_of"] == 15_000
    shown = us.export_html(us.train(data.where(np.arange(0, 15_000, 2)), epochs=2), tmp_path / "b")
    assert "sample_of" not in re.search(r'"first":.{0,400}', shown.read_text("utf-8"))[0]
    points = len(sent["points"]) * 3 // 4 // 8
    assert points == LIMITS["points"]
    said = content["claims_by_epoch"][-1][1][0]["text"]
    assert said.startswith(
        "All that is said here is of 10,000 of 15,000 points, drawn with seed 0. "
        "The network was trained on all of them, and gets "
    )
    assert f"gets {run.accuracy[-1]:.1%} of all right" in said


def test_a_widget_and_an_upload_of_too_many_points_have_a_sample():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 12_000)
    X = rng.normal(size=(12_000, 2)).round(1)
    run = us.train(us.Dataset(X, y), epochs=2)
    scope = us.Scope(run)
    assert scope.run is run and scope.data.n_points == 10_000
    assert scope._first["data"]["sample_of"] == 12_000
    scope.close()
    rows = "".join(f"{a},{b},k{k}\n" for (a, b), k in zip(X.tolist(), y.tolist(), strict=True))
    content = base64.b64encode(f"id,b,kind\n{rows}".encode()).decode()
    asked = {"id": 1, "kind": "table", "name": "a.csv", "content": content}
    told = answers.reply(asked)
    assert told["data"]["sample_of"] == 12_000
    assert len(base64.b64decode(told["data"]["labels"])) == 10_000
    assert told["notes"] == ["left out 'id': the rows' numbers"]
    refused = answers.reply({**asked, "ignore": ["b", "id"]})
    assert refused["refused"].startswith("features must be at least one column")
    more = answers.reply({**asked, "more": 318_000})
    assert more["data"]["sample_of"] == more["rows"] == 330_000

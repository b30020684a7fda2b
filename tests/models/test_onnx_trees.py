"""Graphs of trees in ONNX: refused by the node's name, and asked as docs/sampled.md has it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier

import unitscope as us
from unitscope.errors import UnsupportedModel

skl2onnx = pytest.importorskip("skl2onnx")
SAMPLED = Path(__file__).parents[2] / "docs" / "sampled.md"


@pytest.mark.filterwarnings("ignore")  # skl2onnx's own
def test_a_forest_in_onnx_is_refused_with_what_asks_it(tmp_path: Path, monkeypatch: Any) -> None:
    lab = us.datasets.lab()
    X, y = lab.X.astype(np.float32), np.array(["yes", "no"])[lab.y % 2]
    forest = RandomForestClassifier(3, max_depth=3, random_state=0).fit(X, y)
    content = skl2onnx.to_onnx(forest, X[:1], options={"zipmap": False}).SerializeToString()
    (tmp_path / "forest.onnx").write_bytes(content)
    words = r"\(TreeEnsembleClassifier\) instead\. It can be asked .* docs/sampled.md has one"
    with pytest.raises(UnsupportedModel, match=words):
        us.load(tmp_path / "forest.onnx")
    blocks = re.findall(r"```python\n(.*?)```", SAMPLED.read_text(encoding="utf-8"), re.S)
    (program,) = (block for block in blocks if "class Graph" in block)
    monkeypatch.chdir(tmp_path)
    found: dict[str, Any] = {}
    exec(program, found)  # the remedy
    graph = found["forest"]
    assert np.abs(graph.predict_proba(X) - forest.predict_proba(X)).max() < 1e-6
    told = us.explain(graph, X.astype(np.float64), y, length="brief")
    right = int((forest.predict(X) == y).sum())
    assert f"{right} of 100 are right" in str(told) or "All 100 are right" in str(told)

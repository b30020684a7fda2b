"""from_onnx: files of Keras models as tf2onnx wrote them, which tools/tf2onnx_files.py made."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import numpy as np
import pytest
from same_answers import assert_close

import unitscope as us
from unitscope.errors import UnsupportedModel

FILES = json.loads(Path(__file__).with_name("tf2onnx.json").read_text())
REFUSED = {"elu by half": r"\(Add\)", "exponential": r"\(Exp\)", "softsign": r"\(Softsign\)"}
pytest.importorskip("onnx")


@pytest.mark.parametrize("name", sorted(set(FILES) - set(REFUSED)))
def test_a_file_of_tf2onnx_answers_as_its_model(name: str) -> None:
    net = us.from_onnx(base64.b64decode(FILES[name]["onnx"]))
    points, theirs = (np.array(FILES[name][key]) for key in ("points", "answers"))
    logits = net.logits(points)
    if name == "softmax at the end":
        assert_close(net.probabilities(points), theirs)
    elif name == "one sigmoid":
        assert_close(net.probabilities(points)[:, 1:], theirs)
    else:
        assert_close(1 / (1 + np.exp(-logits)) if name == "one a class" else logits, theirs)


@pytest.mark.parametrize("name", REFUSED)
def test_what_of_it_is_no_chain_is_refused_by_its_node(name: str) -> None:
    with pytest.raises(UnsupportedModel, match=REFUSED[name]):
        us.from_onnx(base64.b64decode(FILES[name]["onnx"]))

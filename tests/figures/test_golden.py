"""The lab's five pictures as text. One that changed fails, and is written to NAME-changed.svg.

To accept what is drawn now: UNITSCOPE_ACCEPT_FIGURES=1 pytest tests/figures/test_golden.py, then
review the diff.
"""

from __future__ import annotations

import base64
import io
import os
import re
from pathlib import Path
from types import SimpleNamespace

import matplotlib
import numpy as np
import pytest
from matplotlib.image import imread

import unitscope as us

GOLDEN = Path(__file__).parent / "golden"
VERSION = "matplotlib " + ".".join(matplotlib.__version__.split(".")[:2])

PICTURES = {
    "data": lambda net, data: us.plot.data(data),
    "decision_regions": lambda net, data: us.plot.decision_regions(net, data),
    "activation_regions": lambda net, data: us.plot.decision_regions(
        net, data, activation_regions=True, margin=82
    ),
    "probability": lambda net, data: us.plot.decision_regions(
        net, data, probability=True, theme="dark"
    ),
    "hidden_layer": lambda net, data: us.plot.hidden_layer(net, data),
    "output_layer": lambda net, data: us.plot.output_layer(net, data),
    "training": lambda net, data: us.plot.training(
        SimpleNamespace(
            loss=us.lab.printed_losses(), accuracy=np.minimum(1.0, 0.3 + 0.01 * np.arange(200))
        )
    ),
}


def normalised(svg: str) -> str:
    """Numbers to one hundredth, ids in order, images as their size and the colours of 16 parts."""
    svg = re.sub(r'"data:image/png;base64,([^"]*)"', lambda match: f'"{summary(match[1])}"', svg)
    numbers: dict[str, str] = {}
    svg = re.sub(
        r"\b[a-z]+[0-9a-f]{10}\b",
        lambda match: numbers.setdefault(match[0], f"id{len(numbers) + 1}"),
        svg,
    )
    # Not the versions of XML and SVG, so that the result can be looked at.
    svg = re.sub(
        r'(?<!version=")-?\b\d+\.\d+(?:e-?\d+)?',
        lambda match: f"{round(float(match[0]), 2) + 0.0:g}",
        svg,
    )
    return svg.rstrip() + f"\n<!-- {VERSION} -->\n"


def summary(png: str) -> str:
    pixels = imread(io.BytesIO(base64.b64decode(png)))[..., :3]
    parts = [
        part.mean(axis=(0, 1))
        for row in np.array_split(pixels, 4)
        for part in np.array_split(row, 4, axis=1)
    ]
    colors = " ".join("".join(f"{round(15 * channel):x}" for channel in color) for color in parts)
    return f"image {pixels.shape[1]} x {pixels.shape[0]}: {colors}"


@pytest.mark.parametrize("name", PICTURES)
def test_golden(name, lab_net, lab_data, tmp_path):
    drawn = normalised(
        us.plot.save(PICTURES[name](lab_net, lab_data), tmp_path / "a.svg").read_text("utf-8")
    )
    path, changed = GOLDEN / f"{name}.svg", GOLDEN / f"{name}-changed.svg"
    if "UNITSCOPE_ACCEPT_FIGURES" in os.environ:
        path.write_text(drawn, "utf-8")
    golden = path.read_text("utf-8")
    if golden.splitlines()[-1] != drawn.splitlines()[-1]:
        pytest.skip(f"drawn with another version: {golden.splitlines()[-1]}")
    changed.unlink(missing_ok=True)
    if drawn != golden:
        changed.write_text(drawn, "utf-8")
        pytest.fail(
            f"{name} is drawn differently: compare golden/{changed.name} with golden/{path.name}"
        )


def test_normalising_keeps_what_matters():
    assert normalised('<use x="1.0041" href="#m0123456789"/>') == normalised(
        '<use x="1.0039" href="#mabcdef0123"/>'
    )
    assert normalised('<use x="1.02"/>') != normalised('<use x="1.04"/>')

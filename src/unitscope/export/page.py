"""One offline HTML file of a run: weights of every epoch, data, sentences and the script; nothing is fetched."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from unitscope.data.dataset import Dataset
from unitscope.errors import refusal, said
from unitscope.export.bundle import bundle, stylesheet
from unitscope.files import replacing
from unitscope.training.run import Run
from unitscope.wire import scene

_MOST_BYTES = 2_000_000  # of weights; above, epochs are thinned evenly
EXPLAINED = 26  # epochs, with the first and the last
_HTML = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; \
style-src 'unsafe-inline'; img-src data: blob:">
<title>unitscope: how this classifier decides</title>
<style>
{css}</style>
</head>
<body>
<main id="scope"><p>This page needs JavaScript.</p></main>
<script type="application/json" id="unitscope-data">{data}</script>
<script type="module">
{script}</script>
</body>
</html>
"""


def export_html(run: Run, path: str | os.PathLike[str]) -> Path:
    """Write a run as one HTML file that opens from disk, without a network: scrub the epochs, hover, read.

    **Arguments**

    - `run`: a Run. Weights of all its epochs above 2 MB are thinned evenly, which the page says.
    - `path`: where to write it, whole or not at all.

    Returns the path. **Raises** `InvalidInput` for what is no run or is beyond the page's limits.
    """
    if not isinstance(run, Run):
        raise refusal("run", "a Run", said(type(run).__name__), "us.train(data) makes one.")
    target = Path(path)
    text = page_text(run)
    with replacing(target) as unfinished:
        unfinished.write_text(text, encoding="utf-8")
    return target


def page_text(
    run: Run,
    *,
    course: bool = False,
    data: Dataset | None = None,
    held: np.ndarray | None = None,
    between: Callable[[], None] | None = None,
) -> str:
    """The file's text.

    - `data`: the run's points and those that were held out from it, as `held`, (n,) bool, tells.
    - `between`: called between pieces of the work, and what it raises ends it.
    """
    check_size(run)
    shown = run.data
    test: Dataset | None = None
    if data is not None and held is not None and held.any():
        shown, test = data, data.where(held)
    first = {
        "data": scene.data_scene(shown, held if test else None),
        "run": scene.run_scene(run, course=course, test=test, most=_MOST_BYTES, between=between),
    }
    content = {**scene.greeting(), "first": first, "claims_by_epoch": _claims(run, shown, between)}
    text = json.dumps(content, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")
    return _HTML.format(css=stylesheet(), data=text, script=bundle("entries/file.js"))


def check_size(run: Run) -> None:
    """Refuse a run that the page has no room for: the limits of messages are a file's too."""
    limits = scene.LIMITS
    hidden = run.shape.layers[:-1]
    for name, value, most in (
        ("points", run.data.n_points, limits["points"]),
        ("features", run.data.n_features, limits["features"]),
        ("classes", run.data.n_classes, limits["classes"]),
        ("hidden layers", len(hidden), limits["hidden_layers"]),
        ("units", max([layer.units for layer in hidden], default=0), limits["units"]),
    ):
        if value > most:
            raise refusal(f"the run's {name}", f"at most {most:,} for a page", value)


def _claims(run: Run, data: Dataset, between: Callable[[], None] | None) -> list[list[Any]]:
    """The sentences of some epochs, evenly spaced; those of the last tell how it was trained, too."""
    return [
        [
            epoch,
            scene.said_of(
                run.at(epoch), data, run=run if epoch == run.epochs else None, between=between
            ),
        ]
        for epoch in scene.kept_epochs(run.epochs, EXPLAINED).tolist()
    ]

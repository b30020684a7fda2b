"""One offline HTML file of a run: data, every epoch's weights, sentences and the script."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np

from unitscope.data.dataset import Dataset
from unitscope.errors import refusal, said
from unitscope.export.bundle import bundle, stylesheet
from unitscope.files import replacing
from unitscope.training.run import Run
from unitscope.wire.greeting import greeting
from unitscope.wire.limits import LIMITS
from unitscope.wire.messages import ClaimScene, FileScene, FirstScene
from unitscope.wire.to_wire import claims_to_wire, data_to_wire, kept_epochs, run_to_wire

_MOST_BYTES = 2_000_000  # of weights; above, epochs are thinned evenly
EXPLAINED = 26  # epochs, with the first and the last
_HTML = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:">
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
    """Write a run as one HTML file that opens from disk: scrub the epochs, hover, read.

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
    held_out: np.ndarray | None = None,
    checkpoint: Callable[[], None] | None = None,
) -> str:
    """The file's text; it fetches nothing.

    - `data`: the run's points and those that were held out from it; `held_out`, (n,) bool: which.
    - `checkpoint`: called between pieces of the work; what it raises ends it.
    """
    check_size(run)
    shown = run.data
    test: Dataset | None = None
    if data is not None and held_out is not None and held_out.any():
        shown, test = data, data.where(held_out)
    first: FirstScene = {
        "data": data_to_wire(shown, held_out if test else None),
        "run": run_to_wire(run, course=course, test=test, most=_MOST_BYTES, checkpoint=checkpoint),
    }
    content: FileScene = {
        **greeting(),
        "first": first,
        "claims_by_epoch": _claims(run, shown, checkpoint),
    }
    text = json.dumps(content, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")
    return _HTML.format(css=stylesheet(), data=text, script=bundle("entries/file.js"))


def check_size(run: Run) -> None:
    """Refuse a run that is beyond the page's limits."""
    hidden = run.architecture.layers[:-1]
    for name, value, most in (
        ("points", run.data.n_points, LIMITS["points"]),
        ("features", run.data.n_features, LIMITS["features"]),
        ("classes", run.data.n_classes, LIMITS["classes"]),
        ("hidden layers", len(hidden), LIMITS["hidden_layers"]),
        ("units", max([layer.units for layer in hidden], default=0), LIMITS["units"]),
    ):
        if value > most:
            raise refusal(f"the run's {name}", f"at most {most:,} for a page", value)


def _claims(
    run: Run, data: Dataset, checkpoint: Callable[[], None] | None
) -> list[tuple[int, list[ClaimScene]]]:
    """The sentences of epochs evenly spaced; those of the last tell how it was trained, too."""

    def claims_of(epoch: int) -> list[ClaimScene]:
        story = run if epoch == run.epochs else None
        return claims_to_wire(run.at(epoch), data, run=story, checkpoint=checkpoint)

    return [(epoch, claims_of(epoch)) for epoch in kept_epochs(run.epochs, EXPLAINED).tolist()]

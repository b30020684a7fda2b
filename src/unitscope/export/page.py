"""One offline HTML file of a run: data, every epoch's weights, sentences and the script."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from unitscope.comparison.compare import Comparison
from unitscope.comparison.opened import Beside, opened
from unitscope.errors import refusal
from unitscope.export.bundle import bundle, stylesheet
from unitscope.files import writing
from unitscope.networks import Network
from unitscope.subject import Subject
from unitscope.training.run import Run
from unitscope.wire.greeting import greeting
from unitscope.wire.limits import LIMITS
from unitscope.wire.messages import FileScene
from unitscope.wire.scenes import ClaimScene, FirstScene
from unitscope.wire.shown import Shown
from unitscope.wire.to_wire import (
    claims_to_wire,
    kept_epochs,
    run_to_wire,
    shown_to_wire,
    with_beside,
)

_MOST_BYTES = 2_000_000  # of weights; above, epochs are thinned evenly
EXPLAINED = 26  # epochs, with the first and the last
_HTML = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
script-src 'unsafe-inline'; worker-src blob:; style-src 'unsafe-inline'; img-src data: blob:">
<title>unitscope: how this classifier decides</title>
<style>
{css}</style>
</head>
<body>
<main id="scope"><p>This page needs JavaScript.</p></main>
<script type="application/json" id="unitscope-data">{data}</script>
<script type="text/plain" id="unitscope-worker">{worker}</script>
<script type="module">
{script}</script>
</body>
</html>
"""


def export_html(run: Subject | Comparison, path: str | os.PathLike[str], data: Any = None) -> Path:
    """Write a run as one HTML file that opens from disk: scrub the epochs, hover, read.

    **Arguments**

    - `run`: a Run, or a fitted Classifier; or a Network or a fitted model (see `us.network`), whose
      page has no training. Weights of all its epochs above 2 MB are thinned evenly, and of more
      than 10,000 points a sample is shown and spoken of, each class in its share; it says both.
      Or what `us.compare(a, b, data)` gives: b is shown, with stripes where a gives another class.
    - `path`: where to write it, whole or not at all.
    - `data`: of a network or a model, a Dataset or a pair (X, y); a run has its own.

    Returns the path. **Raises** `InvalidInput` for what is no run or is beyond the page's limits;
    `CannotWrite`.
    """
    shown, beside = opened(run, data)
    text = page_text(shown, beside=beside)
    with writing(path) as file:
        file.write(text.encode())
    return Path(path)


def page_text(
    run: Run,
    *,
    course: bool = False,
    shown: Shown | None = None,
    beside: Beside | None = None,
) -> str:
    """The file's text, which fetches nothing; `shown`: its points, without it the run's."""
    check_size(run, beside)
    shown = shown or Shown.of(run)
    first: FirstScene = {
        "data": shown_to_wire(shown),
        "run": run_to_wire(run, course=course, most=_MOST_BYTES),
    }
    content: FileScene = {
        **greeting(),
        "first": with_beside(first, beside, run.data),
        "claims_by_epoch": _claims(run, shown),
    }
    text = json.dumps(content, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")
    script, worker = bundle("entries/file.js"), bundle("pure/worker.js")
    return _HTML.format(css=stylesheet(), data=text, script=script, worker=worker)


def check_size(run: Run, beside: Beside | None = None) -> None:
    """Refuse a run that is beyond the page's limits; of too many points a sample is shown."""
    _check_network("the run", run.architecture)
    if beside is not None:
        _check_network(beside.names[0], beside.network)


def _check_network(what: str, net: Network) -> None:
    hidden = net.layers[:-1]
    for name, value, most in (
        ("features", net.n_features, LIMITS["features"]),
        ("classes", net.n_classes, LIMITS["classes"]),
        ("hidden layers", len(hidden), LIMITS["hidden_layers"]),
        ("units", max([layer.units for layer in hidden], default=0), LIMITS["units"]),
    ):
        if value > most:
            raise refusal(f"{what}'s {name}", f"at most {most:,} for a page", value)


def _claims(run: Run, shown: Shown) -> list[tuple[int, list[ClaimScene]]]:
    """The sentences of epochs evenly spaced; those of the last tell how it was trained, too."""

    def claims_of(epoch: int) -> list[ClaimScene]:
        story = run if epoch == run.epochs else None
        return claims_to_wire(run.at(epoch), shown, run=story)

    return [(epoch, claims_of(epoch)) for epoch in kept_epochs(run.epochs, EXPLAINED).tolist()]

"""One offline HTML file of a run: data, every epoch's weights, sentences and the script."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from unitscope.comparison.compare import Comparison
from unitscope.comparison.opened import Beside, opened
from unitscope.errors import refusal
from unitscope.export.bundle import compact, packed, stylesheet
from unitscope.files import writing
from unitscope.geometry.plane import Plane
from unitscope.networks import Network
from unitscope.subject import Subject
from unitscope.training.run import Run
from unitscope.wire.greeting import greeting
from unitscope.wire.limits import LIMITS
from unitscope.wire.messages import FileScene
from unitscope.wire.scenes import ClaimScene, FirstScene, ThumbnailScene
from unitscope.wire.shown import Shown
from unitscope.wire.to_wire import (
    claims_to_wire,
    kept_epochs,
    run_to_wire,
    shown_to_wire,
    with_beside,
)

_MOST_BYTES = 2_000_000  # of weights; above, epochs are thinned evenly
_EXPLAINED = 26  # epochs of a sample, with the first and the last: JavaScript tells of others
_HTML = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
script-src 'unsafe-inline'{wasm}; worker-src blob:; style-src 'unsafe-inline'; img-src data: blob:">
<title>unitscope: how this classifier decides</title>
<style>
{css}</style>
</head>
<body>
<main id="scope"><p>This page needs JavaScript.</p></main>
<script type="application/json" id="unitscope-data">{data}</script>
{parts}<script type="module">
{script}</script>
</body>
</html>
"""
_NO_PICTURE: ThumbnailScene = {"places": "", "labels": ""}  # a file makes no sets
_PART = '<script type="text/plain" id="unitscope-{id}">{text}</script>\n'
# What works beside the page, and what trains in the file; not all files have the lab's own start.
_WORKER = {"worker": "pure/worker.js"}
_KERNEL = {"trainer": "kernel/inside.js", "kernel": "kernel/plain.wasm"}
_COURSE = {"course": "kernel/course.bin"}


def export_html(
    run: Subject | Comparison,
    path: str | os.PathLike[str],
    data: Any = None,
    *,
    plane: Plane | None = None,
    editable: bool = True,
) -> Path:
    """Write a run as one HTML file that opens from disk, and trains there, without a network.

    **Arguments**

    - `run`: a Run, or a fitted Classifier; or a Network or a fitted model (see `us.network`), whose
      page has no training. Weights of all its epochs above 2 MB are thinned evenly, and of more
      than 10,000 points a sample is shown and spoken of, each class in its share; it says both.
      Or what `us.compare(a, b, data)` gives: b is shown, with stripes where a gives another class.
    - `path`: where to write it, whole or not at all.
    - `data`: of a network or a model, a Dataset or a pair (X, y); a run has its own.
    - `plane`: the `us.Plane` that pictures show of more than two features, whatever is trained;
      without it, the one that the figures show, of the plane or the features on which ground and
      network agree at most points. The page can show any two features.
    - `editable`: whether points, network and settings can be changed in it, and are trained on at
      once, in the browser. Where False, or of a sample, it shows what is in it.

    Returns the path. **Raises** `InvalidInput` for what is no run or is beyond the page's limits;
    `CannotWrite`.
    """
    if not isinstance(editable, bool):
        raise refusal("editable", "True or False", editable)
    shown, beside = opened(run, data, plane=plane)
    text = page_text(shown, beside=beside, editable=editable, plane=plane)
    with writing(path) as file:
        file.write(text.encode())
    return Path(path)


def page_text(
    run: Run,
    *,
    course: bool = False,
    shown: Shown | None = None,
    beside: Beside | None = None,
    editable: bool = True,
    plane: Plane | None = None,
) -> str:
    """The file's text, which fetches nothing; `shown`: its points, without it the run's."""
    check_size(run, beside)
    shown = shown or Shown.of(run)
    first: FirstScene = {
        "data": shown_to_wire(shown),
        "run": run_to_wire(run, course=course, most=_MOST_BYTES, plane=plane),
    }
    offered = greeting()
    content: FileScene = {
        **offered,
        "datasets": [{**one, "thumbnail": _NO_PICTURE} for one in offered["datasets"]],
        "first": with_beside(first, beside, run.data),
        "claims_by_epoch": _claims(run, shown),
    }
    text = json.dumps(content, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")
    alive = editable and not _is_sample(shown)
    parts = _WORKER
    if alive:
        parts = _WORKER | _KERNEL | (_COURSE if first["run"]["course"] else {})
    return _HTML.format(
        css=stylesheet(),
        data=text,
        script=compact("entries/file.js"),
        wasm=" 'wasm-unsafe-eval'" if alive else "",
        parts="".join(_PART.format(id=id, text=packed(name)) for id, name in parts.items()),
    )


def explained(shown: Shown) -> int:
    """Of how many epochs a file has sentences, at most."""
    return _EXPLAINED if _is_sample(shown) else 1


def _is_sample(shown: Shown) -> bool:
    return shown.count > shown.data.n_points


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
    """The sentences of the last epoch, which tell how it was trained, too; of a sample, of some."""

    def claims_of(epoch: int) -> list[ClaimScene]:
        story = run if epoch == run.epochs else None
        return claims_to_wire(run.at(epoch), shown, run=story)

    some = kept_epochs(run.epochs, _EXPLAINED).tolist() if _is_sample(shown) else [run.epochs]
    return [(epoch, claims_of(epoch)) for epoch in some]

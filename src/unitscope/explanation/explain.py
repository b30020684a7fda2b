"""explain: a network, or the run that trained it, in sentences that can be checked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

import numpy as np

from unitscope.data.dataset import Dataset
from unitscope.errors import refusal, said, whole_number
from unitscope.explanation import (  # noqa: F401 - they register the measures
    features,
    outputs,
    predictions,
    prose,
    story,
    traces,
    training,
    units,
)
from unitscope.explanation.asked import asked
from unitscope.explanation.claims import Claim, Explanation
from unitscope.explanation.grammar import Teller
from unitscope.explanation.measured import measured
from unitscope.explanation.prose.asked import told_of
from unitscope.explanation.prose.parts import everything
from unitscope.explanation.prose.point import one_point
from unitscope.geometry.plane import STRIP_HEIGHT
from unitscope.geometry.window import Window, checked_window
from unitscope.models.ours import run_behind
from unitscope.models.read import ReadNetwork
from unitscope.models.sampled import SampledClassifier
from unitscope.networks import Network
from unitscope.subject import Subject, model_and_data
from unitscope.training.given import untrained
from unitscope.training.run import Run

Length = Literal["brief", "normal", "full"]
_LEVELS: dict[Length, int] = {"brief": 0, "normal": 1, "full": 3}
SECONDS = 0.3  # for trials
FOLDED = 2  # the level where most parts are folded away


def explain(
    what: Subject,
    data: Any = None,
    y: Any = None,
    *,
    point: Any = None,
    length: Length = "normal",
    window: Any = None,
    advice: bool = True,
) -> Explanation:
    """Say in words what a network does with its data; every sentence is measured.

    **Arguments**

    - `what`: a Network, or a Run or a fitted Classifier, which adds how it was trained; or a fitted
      model of another library, read as `us.network` does. A model without layers (a tree, a
      forest, any object with `classes_` and `predict_proba` or `predict`) is asked point by point:
      the words are of its answers, mistakes, closest calls and features, not of units.
    - `data`: the points, a Dataset, or X with its labels `y`; a run has its own.
    - `point`: the number of a point of the data, or the d numbers of any point, to explain only
      that point.
    - `length`: "brief" is the story, a passage; "normal" adds the most telling sentences of each
      part, "full" all.
    - `window`: the part of the plane that areas and distances refer to, of a network with two
      inputs: ((x0_min, x0_max), (x1_min, x1_max)); by default the padded range of the data.
    - `advice`: try, for about 0.3 s, what may do better or be smaller (more epochs, other starts,
      more units, fewer), and say what came of it; only of a run, and not of one point.

    **Returns** an Explanation: `str()`, `.to_markdown()`, `.to_html()`, and `.claims`, each with
    `.text`, `.facts` and `.holds(net, data)`. **Raises** `InvalidInput` for arguments that do not
    fit each other.
    """
    if length not in _LEVELS:
        raise refusal("length", f"one of {', '.join(_LEVELS)}", length)
    net, points = model_and_data(what, data, y)
    if isinstance(net, SampledClassifier):
        return _answers_explained(net, points, point, _LEVELS[length], window)
    run = run_behind(what)
    looked_at: Network | Run = run if isinstance(run, Run) else net
    if isinstance(net, ReadNetwork):
        looked_at = untrained(net, points)
    return explained(
        looked_at,
        points,
        point=point,
        level=_LEVELS[length],
        window=window,
        advice=SECONDS * advice,
    )


def _answers_explained(
    net: SampledClassifier, data: Dataset, point: Any, level: int, window: Any
) -> Explanation:
    """`explain` of a model that is asked; of one point, a point of the data."""
    if net.n_features != data.n_features:
        rule = f"points with as many features as the model has inputs, {net.n_features}"
        raise refusal("data", rule, said(f"{data.n_features} features"))
    if point is not None:
        point = whole_number("point", point, at_least=0, at_most=data.n_points - 1)
    looked_at = None if window is None else _window_for(data, window)
    claims = told_of(asked(net, data, looked_at), point)
    return Explanation(_without_repetition(claim for claim in claims if claim.level <= level))


def _window_for(data: Dataset, window: Any) -> Window:
    """A window; of one feature (low, high)."""
    if data.n_features == 1 and np.shape(window) == (2,):
        return checked_window((window, STRIP_HEIGHT))
    return checked_window(window)


def explained(
    what: Network | Run,
    data: Dataset | None = None,
    *,
    point: Any = None,
    level: int = FOLDED,
    window: Any = None,
    advice: float = 0.0,
) -> Explanation:
    """`explain` of what is checked; `advice`: how many seconds of trials."""
    net, run = (what.network, what) if isinstance(what, Run) else (what, None)
    if data is None and run is not None:
        data = run.data
    net, data = _checked(net, data)
    looked_at = None if window is None else checked_window(window)
    teller = Teller(measured(net, data, run, looked_at), level)
    if not np.isfinite(teller.at.logits).all():
        rule = "of weights small enough that no logit goes beyond 1e308"
        raise refusal("net", rule, said("one that does"))
    if point is None:
        claims = everything(teller, advice=advice)
    else:
        claims = one_point(teller, *_place(point, data))
    told = (claim for claim in claims if claim.level <= level)
    return Explanation(_without_repetition(told))


def _checked(net: Any, data: Any) -> tuple[Network, Dataset]:
    if not isinstance(data, Dataset):
        raise refusal("data", "a Dataset", said(type(data).__name__), "us.Dataset(X, y) makes one.")
    if data.n_classes > net.n_classes:
        rule = f"of at most {net.n_classes} classes, the network's"
        raise refusal("data", rule, said(f"{data.n_classes} classes"))
    return net, data


def _without_repetition(claims: Iterable[Claim]) -> tuple[Claim, ...]:
    found: dict[str, Claim] = {}
    for claim in claims:
        found.setdefault(claim.text, claim)
    return tuple(found.values())


def _place(point: Any, data: Dataset) -> tuple[tuple[float, ...], int | None]:
    """Where the point is, and its number in the data; None where it is none or of two classes."""
    if np.ndim(point) == 0:
        number = whole_number("point", point, at_least=0, at_most=data.n_points - 1)
        return tuple(data.X[number].tolist()), number
    given = np.asarray(point)
    fits = given.shape == (data.n_features,) and given.dtype.kind in "iuf"
    if not fits or not np.isfinite(given).all():
        rule = f"a point's number, or its {data.n_features} finite numbers"
        raise refusal("point", rule, point if given.size <= 8 else said(f"shape {given.shape}"))
    there = np.flatnonzero((given == data.X).all(axis=1))
    one_class = len(set(data.y[there].tolist())) == 1
    place = tuple(given.astype(np.float64).tolist())
    return place, int(there[0]) if one_class else None

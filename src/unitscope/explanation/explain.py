"""explain: a network, or the run that trained it, in sentences that can be checked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Literal

import numpy as np

from unitscope.data.dataset import Dataset
from unitscope.errors import refusal, said, whole_number
from unitscope.explanation import (  # noqa: F401 - they register the measures
    outputs,
    predictions,
    prose,
    training,
    units,
)
from unitscope.explanation.claims import Claim, Explanation
from unitscope.explanation.grammar import Teller
from unitscope.explanation.measured import measured
from unitscope.explanation.prose.point import one_point
from unitscope.explanation.prose.story import story
from unitscope.geometry.window import checked_window
from unitscope.network import Network
from unitscope.training.run import Run

Length = Literal["brief", "normal", "full"]
_LEVELS: dict[Length, int] = {"brief": prose.BRIEF, "normal": prose.NORMAL, "full": prose.FULL}


def explain(
    what: Network | Run,
    data: Dataset | None = None,
    *,
    point: Any = None,
    length: Length = "normal",
    window: Any = None,
) -> Explanation:
    """Say in words what a network does with its data; every sentence is measured.

    **Arguments**

    - `what`: a Network, or a Run, which adds how it was trained.
    - `data`: the points; a run has its own.
    - `point`: the number of a point of the data, or the d numbers of any point, to explain only
      that point.
    - `length`: "brief", "normal" or "full".
    - `window`: the part of the plane that areas and distances refer to, of a network with two
      inputs: ((x0_min, x0_max), (x1_min, x1_max)); by default the padded range of the data.

    **Returns** an Explanation: `str()`, `.to_markdown()`, `.to_html()`, and `.claims`, each with
    `.text`, `.facts` and `.holds(net, data)`. **Raises** `InvalidInput` for arguments that do not
    fit each other.
    """
    return explained(what, data, point=point, length=length, window=window)


def explained(
    what: Network | Run,
    data: Dataset | None = None,
    *,
    point: Any = None,
    length: Length = "normal",
    window: Any = None,
    checkpoint: Callable[[], None] | None = None,
) -> Explanation:
    """`explain`, with a call between the sentences: an error that it raises ends the work."""
    net, run = (what.network, what) if isinstance(what, Run) else (what, None)
    if data is None and run is not None:
        data = run.data
    net, data = _checked(net, data)
    if length not in _LEVELS:
        raise refusal("length", f"one of {', '.join(_LEVELS)}", length)
    level = _LEVELS[length]
    looked_at = None if window is None else checked_window(window)
    teller = Teller(measured(net, data, run, looked_at), level)
    if not np.isfinite(teller.at.logits).all():
        rule = "of weights small enough that no logit goes beyond 1e308"
        raise refusal("net", rule, said("one that does"))
    claims = story(teller) if point is None else one_point(teller, _coordinates(point, data))
    told = (claim for claim in _watched(claims, checkpoint) if claim.level <= level)
    return Explanation(_without_repetition(told))


def _checked(net: Any, data: Any) -> tuple[Network, Dataset]:
    if not isinstance(net, Network):
        remedy = "us.from_keras(model) makes a Network."
        raise refusal("net", "a Network or a Run", said(type(net).__name__), remedy)
    if not isinstance(data, Dataset):
        raise refusal("data", "a Dataset", said(type(data).__name__), "us.Dataset(X, y) makes one.")
    if data.n_classes > net.n_classes:
        rule = f"of at most {net.n_classes} classes, the network's"
        raise refusal("data", rule, said(f"{data.n_classes} classes"))
    return net, data


def _watched(claims: Iterable[Claim], checkpoint: Callable[[], None] | None) -> Iterable[Claim]:
    for claim in claims:
        yield claim
        if checkpoint is not None:
            checkpoint()


def _without_repetition(claims: Iterable[Claim]) -> tuple[Claim, ...]:
    found: dict[str, Claim] = {}
    for claim in claims:
        found.setdefault(claim.text, claim)
    return tuple(found.values())


def _coordinates(point: Any, data: Dataset) -> tuple[float, ...]:
    if np.ndim(point) == 0:
        number = whole_number("point", point, at_least=0, at_most=data.n_points - 1)
        return tuple(data.X[number].tolist())
    given = np.asarray(point)
    fits = given.shape == (data.n_features,) and given.dtype.kind in "iuf"
    if not fits or not np.isfinite(given).all():
        rule = f"a point's number, or its {data.n_features} finite numbers"
        raise refusal("point", rule, point if given.size <= 8 else said(f"shape {given.shape}"))
    return tuple(given.astype(np.float64).tolist())

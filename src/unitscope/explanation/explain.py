"""explain: a network, or the run that trained it, in sentences that can be checked again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from unitscope.data.dataset import Dataset
from unitscope.errors import refusal, said, whole_number
from unitscope.explanation import outputs, predictions, prose, training, units  # noqa: F401 - the measures
from unitscope.explanation.claims import Claim, Explanation
from unitscope.explanation.grammar import Teller
from unitscope.explanation.measured import measured
from unitscope.geometry.window import checked_window
from unitscope.network import Network
from unitscope.training.run import Run

_LEVELS = {"brief": prose.BRIEF, "normal": prose.NORMAL, "full": prose.FULL}


def explain(
    what: Network | Run,
    data: Dataset | None = None,
    *,
    point: Any = None,
    length: str = "normal",
    window: Any = None,
) -> Explanation:
    """Say in words what a network does with its data: every sentence is measured, and can be checked again.

    **Arguments**

    - `what`: a Network, or a Run, which adds how it was trained.
    - `data`: the points; a run has its own.
    - `point`: the number of a point of the data, or the d numbers of any point: only that point is
      explained.
    - `length`: "brief", "normal" or "full".
    - `window`: of two inputs, ((x0_min, x0_max), (x1_min, x1_max)), which areas and distances are
      of; the data's, padded, by default.

    **Returns** an Explanation: `str()`, `.to_markdown()`, `.to_html()`, and `.claims`, each with
    `.text`, `.facts` and `.holds(net, data)`. **Raises** `InvalidInput` for what does not fit.
    """
    return explained(what, data, point=point, length=length, window=window)


def explained(
    what: Network | Run,
    data: Dataset | None = None,
    *,
    point: Any = None,
    length: str = "normal",
    window: Any = None,
    checkpoint: Callable[[], None] | None = None,
) -> Explanation:
    """`explain`, with a call between the sentences: what it raises ends the work."""
    net, run = (what.network, what) if isinstance(what, Run) else (what, None)
    if not isinstance(net, Network):
        raise refusal(
            "net",
            "a Network or a Run",
            said(type(what).__name__),
            "us.from_keras(model) makes a Network.",
        )
    if data is None and run is not None:
        data = run.data
    if not isinstance(data, Dataset):
        raise refusal("data", "a Dataset", said(type(data).__name__), "us.Dataset(X, y) makes one.")
    if length not in _LEVELS:
        raise refusal("length", f"one of {', '.join(_LEVELS)}", length)
    if data.n_classes > net.n_classes:
        raise refusal(
            "data",
            f"of at most {net.n_classes} classes, the network's",
            said(f"{data.n_classes} classes"),
        )
    looked_at = None if window is None else checked_window(window)
    teller = Teller(measured(net, data, run, looked_at), _LEVELS[length])
    if not np.isfinite(teller.at.logits).all():
        raise refusal(
            "net", "of weights small enough that no logit goes beyond 1e308", said("one that does")
        )
    claims = (
        prose.one_point(teller, _coordinates(point, data)) if point is not None else _story(teller)
    )
    return Explanation(
        _without_repetition(
            claim for claim in _watched(claims, checkpoint) if claim.level <= _LEVELS[length]
        )
    )


def _watched(claims: Iterable[Claim], checkpoint: Callable[[], None] | None) -> Iterable[Claim]:
    for claim in claims:
        yield claim
        if checkpoint is not None:
            checkpoint()


def _story(t: Teller) -> Iterable[Claim]:
    yield from prose.whole(t)
    yield from prose.hidden_units(t)
    yield from prose.codes(t)
    yield from prose.outputs(t)
    yield from prose.softmax(t)
    if t.at.run is not None and t.at.run.epochs:
        yield from prose.training(t)


def _without_repetition(claims: Iterable[Claim]) -> tuple[Claim, ...]:
    found: dict[str, Claim] = {}
    for claim in claims:
        found.setdefault(claim.text, claim)
    return tuple(found.values())


def _coordinates(point: Any, data: Dataset) -> tuple[float, ...]:
    if np.ndim(point) == 0:
        return tuple(
            data.X[whole_number("point", point, at_least=0, at_most=data.n_points - 1)].tolist()
        )
    given = np.asarray(point)
    rule = f"a point's number, or its {data.n_features} finite numbers"
    if (
        given.shape != (data.n_features,)
        or given.dtype.kind not in "iuf"
        or not np.isfinite(given).all()
    ):
        raise refusal("point", rule, point if given.size <= 8 else said(f"shape {given.shape}"))
    return tuple(given.astype(np.float64).tolist())

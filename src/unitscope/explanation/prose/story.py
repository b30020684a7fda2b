"""The whole explanation of a network, or of the run that trained it: the topics in order."""

from __future__ import annotations

from collections.abc import Iterator

from unitscope.explanation.claims import Claim
from unitscope.explanation.grammar import Teller
from unitscope.explanation.prose.codes import codes
from unitscope.explanation.prose.outputs import outputs, softmax
from unitscope.explanation.prose.predictions import whole
from unitscope.explanation.prose.training import training
from unitscope.explanation.prose.units import hidden_units


def story(t: Teller) -> Iterator[Claim]:
    """What it gets right, how it does so, and how it was trained."""
    yield from whole(t)
    yield from hidden_units(t)
    yield from codes(t)
    yield from outputs(t)
    yield from softmax(t)
    if t.at.run is not None and t.at.run.epochs:
        yield from training(t)

"""The whole explanation of a network, or of the run that trained it: the story, then its parts."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from unitscope.explanation.claims import Claim
from unitscope.explanation.grammar import Teller
from unitscope.explanation.prose import BRIEF, STORY
from unitscope.explanation.prose.codes import codes
from unitscope.explanation.prose.features import moves_classes
from unitscope.explanation.prose.fitted import elsewhere, fitted
from unitscope.explanation.prose.outputs import outputs, softmax
from unitscope.explanation.prose.predictions import whole
from unitscope.explanation.prose.story import story
from unitscope.explanation.prose.training import training
from unitscope.explanation.prose.units import hidden_units


def everything(t: Teller, *, advice: float) -> Iterator[Claim]:
    """The story; below it, what it gets right, how it does so, and how it was trained."""
    below = []
    for claim in story(t, advice=advice):
        if claim.topic == STORY:
            yield claim
        else:
            below.append(claim)
    if t.level > BRIEF:
        yield from map(_below_the_story, _parts(Teller(t.at, t.level - 1)))
        yield from below


def _parts(t: Teller) -> Iterator[Claim]:
    yield from whole(t)
    yield from hidden_units(t)
    yield from codes(t)
    yield from outputs(t)
    yield from moves_classes(t)
    yield from softmax(t)
    if t.at.run is None:
        return
    if t.at.run.epochs:
        yield from training(t)
        yield from fitted(t)
    yield from elsewhere(t)


def _below_the_story(claim: Claim) -> Claim:
    """A part's own lengths begin where the story's end."""
    return dataclasses.replace(claim, level=claim.level + 1)

"""The story: what the network does, in a few sentences of which each builds on the last."""

from __future__ import annotations

from collections.abc import Iterator

from unitscope.explanation.advice import advice as was_tried
from unitscope.explanation.claims import Claim
from unitscope.explanation.grammar import Teller
from unitscope.explanation.prose import STORY
from unitscope.explanation.prose.story_classes import classes_apart, close_call, one_class
from unitscope.explanation.prose.story_layers import first_layers, layers
from unitscope.explanation.prose.story_lines import lines
from unitscope.explanation.prose.story_outcome import cause, outcome, same_answer
from unitscope.explanation.prose.story_words import MUST, SPARE, THREAD, Told

_MOST, _LEAST = 9, 4  # sentences
_MOST_WORDS = 160
_ENOUGH = 4  # of a network that fails for one plain reason, and after which something was tried


def story(t: Teller, *, advice: float) -> Iterator[Claim]:
    """Whether it works; if not, why; then the layers in the order of the data; what was tried."""
    why = list(cause(t))
    if len(t.occupied()) == 1:
        why, how = [one_class(t), *(told for told in why if told.rank == MUST)], []
    elif t.at.hidden and not t.fact("varying", t.at.hidden - 1).value:
        how = [*first_layers(t), *same_answer(t)]
    else:
        how = [*(layers(t) if t.at.hidden else lines(t)), *classes_apart(t), *close_call(t)]
    tried = list(was_tried(t, topic=STORY, seconds=advice)) if advice else []
    how = [told for told in how if told.rank < SPARE or not (why and tried)]
    plain = any(told.rank == MUST for told in why)
    most = _ENOUGH if plain and tried else _MOST
    yield from _fitting([*outcome(t), *why, *how], [one for one in tried if not one.level], most)
    yield from tried


def _fitting(told: list[Told], after: list[Claim], most: int) -> Iterator[Claim]:
    """At most so many sentences and words with what comes after: the best to spare are left out."""
    kept = list(told)
    for _, spared in sorted(enumerate(told), key=lambda one: (-one[1].rank, -one[0])):
        sentences = len(kept) + len(after)
        words = sum(len(claim.text.split()) for claim in (*(one.claim for one in kept), *after))
        wordy = words > _MOST_WORDS and sentences > _LEAST and spared.rank > THREAD
        if spared.rank > MUST and (sentences > most or wordy):
            kept = [one for one in kept if one is not spared]
    return (one.claim for one in kept)

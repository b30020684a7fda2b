"""The story of a run: how the loss fell, where it stood still, and what to try next."""

from __future__ import annotations

from collections.abc import Iterator

from unitscope.explanation.claims import Claim
from unitscope.explanation.facts import printed
from unitscope.explanation.grammar import Teller, counted, percent
from unitscope.explanation.prose import BRIEF, FULL, NORMAL, TRAINING

_NOTABLE = 0.05  # a change of the loss by more than this share over the last tenth


def training(t: Teller) -> Iterator[Claim]:
    """From the first loss to the last, and advice."""
    yield _ends(t)
    yield _whole_loss(t)
    yield _settled(t)
    yield from _stopped_early(t)
    if t.fact("ends").value[0] > 1:
        yield from _fastest(t)
        yield from _plateaus(t)
        yield _advice(t)


def _ends(t: Teller) -> Claim:
    ends = t.fact("ends", digits=4)
    epochs, first, final = ends.value
    words = (
        f"in {counted(epochs, 'epoch')} the loss went "
        f"from {printed(first, 4)} to {printed(final, 4)}"
    )
    return t.say_of_training(TRAINING, BRIEF, words, ends)


def _whole_loss(t: Teller) -> Claim:
    loss = t.fact("loss", digits=4)
    words = (
        "the loss of an epoch is the mean over its batches, each before its own step; "
        f"over all points and after the last step it is {printed(loss.value, 4)}"
    )
    return t.say_of_training(TRAINING, FULL, words, loss)


def _settled(t: Teller) -> Claim:
    settled = t.fact("settled")
    since, right = settled.value
    points = counted(t.at.n, "point")
    words = f"from epoch {since} on, {right:,} of {points} were right, as at the end"
    return t.say_of_training(TRAINING, NORMAL, words, settled, t.sizes)


def _stopped_early(t: Teller) -> Iterator[Claim]:
    planned, ends = t.fact("planned"), t.fact("ends", digits=4)
    if planned.value > ends.value[0]:
        words = f"it was stopped early: {planned.value:,} epochs were asked for"
        yield t.say_of_training(TRAINING, BRIEF, words, planned, ends)


def _fastest(t: Teller) -> Iterator[Claim]:
    fastest = t.fact("fastest")
    epoch, fall = fastest.value
    if fall > 0:
        words = f"the loss fell fastest in epoch {epoch}, by {printed(fall)}"
        yield t.say_of_training(TRAINING, NORMAL, words, fastest)


def _plateaus(t: Teller) -> Iterator[Claim]:
    plateaus = t.fact("plateaus")
    for start, end in plateaus.value:
        change = t.fact("change_at", end)
        layer, unit, label, before, after = change.value
        words = f"from epoch {start} to {end} the loss stood almost still"
        if before != after:
            positive, _ = t.sides(layer)
            points = counted(t.sizes.value[label], "point")
            words += (
                f"; then {t.unit(layer, unit)} came to be {positive} for {after} instead of "
                f"{before} of {points} of {t.name(label)}"
            )
        facts = plateaus, change, t.sizes, t.fact("shape")
        yield t.say_of_training(TRAINING, NORMAL, words, *facts)


def _advice(t: Teller) -> Claim:
    late, right = t.fact("late_fall"), t.fact("right")
    fall, size = late.value, percent(abs(late.value))
    good, n = right.value
    if fall > _NOTABLE:
        words = (
            f"the last tenth of the epochs still took {size} off the loss: "
            "more would lower it further"
        )
    elif fall < -_NOTABLE:
        words = (
            f"over the last tenth of the epochs the loss rose by {size}: "
            "a smaller learning rate may be steadier"
        )
    elif good == n:
        words = f"the last tenth of the epochs changed the loss by {size}: it has settled"
    else:
        words = (
            f"the last tenth of the epochs changed the loss by {size}, and not every point is "
            "right: another seed or more units may do better than more epochs"
        )
    return t.say_of_training(TRAINING, NORMAL, words, late, right)

"""The story of a run: how the loss fell, where it stood still, and how it ended."""

from __future__ import annotations

from collections.abc import Iterator

from unitscope.explanation.claims import Claim
from unitscope.explanation.facts import printed
from unitscope.explanation.grammar import Teller, listed, percent
from unitscope.explanation.prose import BRIEF, FULL, NORMAL, TRAINING
from unitscope.explanation.prose.sentences import say
from unitscope.explanation.training import around
from unitscope.sweeps.words import counted

_NOTABLE = 0.05  # a change of the loss by more than this share over the last tenth
_MOST_PLATEAUS = 3
_MOST_WEIGHTS = 6  # of classes, in a sentence


def training(t: Teller) -> Iterator[Claim]:
    """From the first loss to the last."""
    yield _ends(t)
    yield _whole_loss(t)
    if t.fact("standardized").value:
        words = "the features were standardized for training; the network takes them in their own "
        yield t.say_of_training(TRAINING, BRIEF, words + "units", t.fact("standardized"))
    yield from _weighed(t)
    several = t.fact("ends").value[0] > 1
    if several:
        yield _settled(t)
    yield from _stopped_early(t)
    if several:
        yield from _fastest(t)
        yield from _plateaus(t)
        yield _late(t)


def _ends(t: Teller) -> Claim:
    ends = t.fact("ends", digits=4)
    epochs, first, final = ends.value
    words = (
        f"in {counted(epochs, 'epoch')} the loss went "
        f"from {printed(first, 4)} to {printed(final, 4)}"
    )
    if epochs == 1:
        words = f"it was trained for 1 epoch, whose loss was {printed(final, 4)}"
    elif printed(first, 4) == printed(final, 4):
        words = f"the loss of the first epoch and of the last, {epochs:,}, was "
        words += printed(final, 4)
    return t.say_of_training(TRAINING, BRIEF, words, ends)


def _weighed(t: Teller) -> Iterator[Claim]:
    weights = t.fact("class_weight")
    if weights.value:
        each = [f"{printed(weight)} for {t.name(k)}" for k, weight in enumerate(weights.value)]
        more = len(each) - _MOST_WEIGHTS
        others = [f"{more:,} other class{'es' * (more != 1)} by theirs"] if more > 0 else []
        words = "the loss of a point counted by its class: "
        words += listed([*each[:_MOST_WEIGHTS], *others])
        yield t.say_of_training(TRAINING, BRIEF, words, weights)


def _whole_loss(t: Teller) -> Claim:
    loss = t.fact("final_loss", digits=4)
    words = (
        "the loss of an epoch is the mean over its batches, each before its own step; "
        f"over all points and after the last step it is {printed(loss.value, 4)}"
    )
    return t.say_of_training(TRAINING, FULL, words, loss)


def _settled(t: Teller) -> Claim:
    settled = t.fact("settled")
    since, right, n = settled.value
    score = f"{right:,} of {counted(n, 'point')}"
    words = f"from epoch {since:,} on, {score} were right, as at the end"
    facts = [settled]
    if since == 1:
        words = f"{score} were right after every epoch"
    elif since == t.fact("epochs").value:
        words = f"how many points are right changed in the last epoch, to {score}"
        facts.append(t.fact("epochs"))
    return t.say_of_training(TRAINING, NORMAL, words, *facts)


def _stopped_early(t: Teller) -> Iterator[Claim]:
    planned, epochs = t.fact("planned"), t.fact("epochs")
    if planned.value <= epochs.value:
        return
    back = t.fact("went_back")
    best, trained = back.value
    if best:
        words = (
            f"of the {trained:,} epochs that were trained, epoch {best:,} had the lowest loss on "
            "the points held out: the network is the one after it"
        )
        yield t.say_of_training(TRAINING, BRIEF, words, back)
        return
    diverges = t.fact("diverges")
    words = f"it ended before the {planned.value:,} epochs that were asked for"
    if diverges.value:
        words = diverged(epochs.value, planned.value)
    yield t.say_of_training(TRAINING, BRIEF, words, planned, epochs, diverges)


def diverged(epochs: int, planned: int) -> str:
    """How a training came to an end by itself after so many epochs."""
    return say("diverged", epoch=f"{epochs + 1:,}", planned=f"{planned:,}")


def _fastest(t: Teller) -> Iterator[Claim]:
    fastest = t.fact("fastest")
    epoch, fall = fastest.value
    if fall > 0:
        words = f"the loss fell fastest in epoch {epoch:,}, by {printed(fall)}"
        yield t.say_of_training(TRAINING, FULL, words, fastest)


def _plateaus(t: Teller) -> Iterator[Claim]:
    """Where the loss stayed for long and later fell, and what changed as that ended."""
    for start, end in t.fact("plateaus").value[:_MOST_PLATEAUS]:
        stayed = t.fact("stayed", start, end)
        least, most, later = (printed(value) for value in stayed.value)
        within = f"stayed between {least} and {most}" if least != most else f"stayed at {most}"
        words = f"from epoch {start:,} to {end:,} the loss {within}, and later fell to {later}"
        facts = [stayed]
        before, after = around(t.at, end)
        change = t.fact("change_between", before, after)
        layer, unit, label, old, new = change.value
        if old != new:
            size = t.fact("trained_size", label)
            words += (
                f"; {t.unit(layer, unit)} was {t.sides(layer)[0]} for {old:,} of "
                f"{counted(size.value, 'point')} of {t.name(label)} after epoch {before:,}, "
                f"and for {new:,} after epoch {after:,}"
            )
            facts += [change, size, t.fact("has_off", layer, unit)]
        yield t.say_of_training(TRAINING, NORMAL, words, *facts)


def _late(t: Teller) -> Claim:
    """What the end of the training did to the loss: no forecast of what more of it would."""
    late = t.fact("late_change")
    sign, share = late.value
    size = percent(share)
    notable = t.fact("late_fall").value
    if notable > _NOTABLE:
        words = f"the last tenth of the epochs still took {size} off the loss"
    elif notable < -_NOTABLE:
        words = f"over the last tenth of the epochs the loss rose by {size}"
    elif sign:
        direction = "lowered" if sign > 0 else "raised"
        words = f"the last tenth of the epochs {direction} the loss by {size}"
    else:
        words = "the loss is what it was a tenth of the epochs before the end"
    return t.say_of_training(TRAINING, NORMAL, words, late)

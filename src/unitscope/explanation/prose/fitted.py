"""What was trained, and on what: a class without a point, Keras's reasons, its loss, held out."""

from __future__ import annotations

from collections.abc import Iterator

from unitscope.explanation import fitted as measures  # noqa: F401 - it registers them
from unitscope.explanation.claims import Claim, marked
from unitscope.explanation.facts import printed
from unitscope.explanation.grammar import Teller, percent
from unitscope.explanation.prose import BRIEF, NORMAL, TRAINING

_MISREAD = {
    "logits": "its loss took the outputs for logits, but the model ends in a softmax: "
    "softmax was applied twice",
    "probabilities": "its loss took the outputs for probabilities, but the model ends without a "
    "softmax: they are logits",
}


def fitted(t: Teller) -> Iterator[Claim]:
    """What of the training is not in its losses: only where there is something to say."""
    yield from _without_a_point(t)
    yield from _misread(t)
    yield from _by_keras(t)
    yield from _other_loss(t)
    yield from _held_out(t)


def elsewhere(t: Teller) -> Iterator[Claim]:
    """Of a network that was trained elsewhere, as what its model was read."""
    found = t.fact("read_as")
    if found.value is not None:
        words = f"it was trained elsewhere, and read as: {marked(found.value)}"
        yield t.say_of_training(TRAINING, BRIEF, words, found)


def _without_a_point(t: Teller) -> Iterator[Claim]:
    missing = t.fact("not_trained_on")
    if missing.value:
        names = t.names(missing.value)
        words = f"no training point is of {names}: nothing was learned of it but to avoid it"
        if len(missing.value) > 1:
            words = words.removesuffix("it but to avoid it") + "them but to avoid them"
        yield t.say_of_training(TRAINING, BRIEF, words, missing)


def _misread(t: Teller) -> Iterator[Claim]:
    found = t.fact("misread")
    if found.value is not None:
        yield t.say_of_training(TRAINING, BRIEF, _MISREAD[found.value], found)


def _by_keras(t: Teller) -> Iterator[Claim]:
    why = t.fact("trained_by_keras")
    if why.value is not None:
        words = f"it was trained by Keras itself, because {marked(why.value)}"
        yield t.say_of_training(TRAINING, NORMAL, words, why)


def _other_loss(t: Teller) -> Iterator[Claim]:
    loss = t.fact("minimized")
    if loss.value is not None:
        words = (
            f"the loss that was minimized, and that is told by epoch, is {marked(loss.value)}, "
            "not the mean of -ln of each point's own probability"
        )
        yield t.say_of_training(TRAINING, NORMAL, words, loss)


def _held_out(t: Teller) -> Iterator[Claim]:
    found = t.fact("on_validation", digits=4)
    loss, right = found.value
    parts = []
    if loss is not None:
        parts.append(f"the loss is {printed(loss, 4)}")
    if right is not None:
        parts.append(f"{percent(float(right))} are right")
    if parts:
        words = f"on the validation points, which it was not trained on, {' and '.join(parts)}"
        yield t.say_of_training(TRAINING, NORMAL, words, found)

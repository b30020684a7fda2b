"""How the story begins: whether the network works, and where it does not, the one cause."""

from __future__ import annotations

from collections.abc import Iterator

from unitscope.explanation.facts import Fact, printed
from unitscope.explanation.grammar import Teller, listed
from unitscope.explanation.prose import FEW_NAMES
from unitscope.explanation.prose.sentences import say
from unitscope.explanation.prose.story_words import (
    HELPS,
    MUST,
    THREAD,
    Told,
    in_layer,
    in_words,
    of_all,
    share_of,
    some,
    things,
    told,
    told_of_training,
    units,
    worded,
)
from unitscope.explanation.prose.training import diverged
from unitscope.explanation.story import picture_of

_CONFUSIONS = 2
_COORDINATES = 4  # of a place, that are listed
_UNBALANCED = 0.6  # of the points, in one class
_UNLIKE = 100.0  # times one feature's standard deviation
_NEARLY_ALL = 0.95  # of the points right: then unlike features did no harm
_EPOCHS_LOOKED_AT = 5_000_000  # points times epochs


def outcome(t: Teller) -> Iterator[Told]:
    """How many points are right, and what the wrong ones are taken for."""
    right = t.fact("right")
    good, n = right.value
    words = say("is_right" if good == 1 else "are_right", points=of_all(t, good))
    if good == n:
        yield told(t, MUST, words, right)
        return
    if not good:
        words = worded(t, "one_wrong" if n == 1 else "none_right", things=things(t, n))
    only = t.fact("only_answer")
    if only.value >= 0:
        yield _one_answer(t, words, right, only)
        return
    mistakes, wrong = _mistakes(t)
    own = [t.fact("size", fact.about[0]) for fact in mistakes]
    said: list[str] = []
    for fact in mistakes:
        label, taken = fact.about
        if said and label == mistakes[0].about[0]:
            said.append(say("taken_too", count=f"{fact.value:,}", name=t.name(taken)))
            continue
        share = share_of(t, fact.value, label, first=not said)
        key = "taken_one" if fact.value == 1 else "taken"
        said.append(say(key, share=share, name=t.name(taken)))
    if wrong:
        said.append(say("more_wrong_one" if wrong == 1 else "more_wrong", count=f"{wrong:,}"))
    mistaken = ", ".join(said) if wrong else listed(said)
    words = say("mistakes", right=words, mistakes=mistaken)
    yield told(t, MUST, words, right, *mistakes, *own)
    most = t.fact("largest_class")
    label, size = most.value
    if size >= max(good, _UNBALANCED * n) and size < n:
        words = say("always", name=t.name(label), points=of_all(t, size))
        yield told(t, HELPS, words, most, right)


def _one_answer(t: Teller, words: str, right: Fact, only: Fact) -> Told:
    most = t.fact("largest_class")
    words = worded(t, "same_answer", right=words, name=t.name(only.value))
    facts = [right, only]
    if only.value == most.value[0]:
        words += say("largest_class")
        facts.append(most)
    return told(t, MUST, words, *facts)


def _mistakes(t: Teller) -> tuple[list[Fact], int]:
    """The commonest mistake, the next where it is about as common, and how many more are wrong."""
    found = t.fact("confusion").value
    few = [one for one in found[:_CONFUSIONS] if 2 * one[2] >= found[0][2]]
    shown = [t.fact("taken", own, taken) for own, taken, _ in few]
    return shown, sum(count for _, _, count in found[len(few) :])


def cause(t: Teller) -> Iterator[Told]:
    """Why some points are wrong: the first of the causes that is there."""
    good, n = t.fact("right").value
    if good == n:
        return
    yield from _diverged(t)
    for look in (_untrained, _rose, _constant, _shared_place, _one_number, _never_given):
        found = list(look(t))
        if found:
            yield from found
            yield from _unlike(t)
            return
    yield from _unlike(t)
    yield _second_best(t)


def _untrained(t: Teller) -> Iterator[Told]:
    if t.at.run is not None and not t.at.run.epochs and t.fact("read_as").value is None:
        yield told_of_training(t, HELPS, say("untrained"), t.fact("trained_for"))


def _diverged(t: Teller) -> Iterator[Told]:
    """The epoch in which the training came to an end by itself."""
    if t.at.run is None or t.at.run.epochs >= t.at.run.recipe.epochs:
        return
    planned, epochs, diverges = t.fact("planned"), t.fact("epochs"), t.fact("diverges")
    if diverges.value:
        words = diverged(epochs.value, planned.value)
        yield told_of_training(t, MUST, words, planned, epochs, diverges)


def _rose(t: Teller) -> Iterator[Told]:
    if t.at.run is None or not t.at.run.epochs:
        return
    ends = t.fact("ends", digits=4)
    _, first, last = ends.value
    if last > first and printed(first, 4) != printed(last, 4):
        words = say("rose", first=printed(first, 4), last=printed(last, 4))
        yield told_of_training(t, MUST, words, ends)


def _constant(t: Teller) -> Iterator[Told]:
    """The last hidden layer gives the same at every point."""
    layer = t.at.hidden - 1
    if layer < 0 or t.fact("varying", layer).value:
        return
    dense = t.at.net.layers[layer]
    linear = t.fact("last_is_linear")
    silent = len(t.fact("silent", layer).value) == dense.units
    if dense.activation == "relu" and silent and linear.value:
        facts = [t.fact("silent", layer), t.fact("activation_of", layer, 0), linear]
        facts.append(t.fact("widths", layer))
        gone = list(_gone(t)) if layer == 0 else []
        yield from gone
        key = "biases_alone" if gone else "off_biases_alone"
        yield told(t, MUST, worded(t, key, units=_all_units(t, layer)), *facts)
        return
    constant = t.fact("first_constant")
    words = worded(t, "constant_layer", layer=constant.value + 1)
    yield told(t, MUST, words, constant)


def same_answer(t: Teller) -> Iterator[Told]:
    """The outputs, where they are the same at every point."""
    try:
        outputs = t.fact("same_outputs")
    except ValueError:
        return
    if len(outputs.value) > FEW_NAMES:
        return
    best = max(outputs.value)
    tied = [label for label, value in enumerate(outputs.value) if value == best]
    values = [
        say("value_for", value=printed(value), name=t.name(k))
        for k, value in enumerate(outputs.value)
    ]
    so = say("tie_wins" if len(tied) > 1 else "so_wins", name=t.name(tied[0]))
    yield told(t, HELPS, say("same_outputs", values=listed(values), so=so), outputs)


def _all_units(t: Teller, layer: int) -> str:
    count = t.at.net.layers[layer].units
    key = {1: "the_unit_is", 2: "both_units_are"}.get(count, "all_units_are")
    return say(key, count=count, layer=in_layer(t, layer))


def _shared_place(t: Teller) -> Iterator[Told]:
    """Most wrong points land where points of another class do."""
    layer = t.at.hidden - 1
    if layer < 0:
        return
    shared = t.fact("shared_place", layer)
    wrong = len(t.at.data.y) - t.fact("right").value[0]
    if shared.value is None or 2 * t.fact("wrong_at_shared_place", layer).value < wrong:
        return
    place, counts, answer = shared.value
    here = [(label, count) for label, count in enumerate(counts) if count]
    yield from _gone(t)
    relu = t.at.net.layers[layer].activation == "relu"
    facts = [shared]
    if relu and not any(place):
        key = "off_in_place" if len(place) <= _COORDINATES else "off_alike"
        facts += [t.fact("activation_of", layer, 0), t.fact("widths", layer)]
    else:
        key = "one_place_at" if len(place) <= _COORDINATES else "one_place"
    slots = {"points": some(t, here), "place": _place(place), "name": t.name(answer)}
    slots |= {"units": _all_units(t, layer), "layer": str(layer + 1), "count": f"{sum(counts):,}"}
    yield told(t, MUST, worded(t, key, **slots), *facts)


def _place(place: tuple[float, ...]) -> str:
    if len(place) == 1:
        return printed(place[0])
    return f"({', '.join(printed(value) for value in place)})"


def _gone(t: Teller) -> Iterator[Told]:
    """Units of the first layer that training turned off everywhere."""
    run, first = t.at.run, t.at.net.layers[0]
    if (
        run is None
        or run.data != t.at.data
        or not t.at.hidden
        or first.activation != "relu"
        or not run.epochs
    ):
        return
    if run.data.n_points * run.epochs > _EPOCHS_LOOKED_AT:
        return
    gone = [t.fact("off_since", unit) for unit in t.fact("silent", 0).value]
    dead = [fact for fact in gone if fact.value >= 0]
    if not dead:
        return
    which = units([fact.about[0] for fact in dead])
    if len(dead) == first.units == 2:
        which = say("both_units")
    which += in_layer(t, 0)
    last = max(fact.value for fact in dead)
    since = say("since_epoch" if last else "since_start", epoch=f"{last:,}")
    words = worded(t, "gone_one" if len(dead) == 1 else "gone", units=which, since=since)
    yield told_of_training(t, MUST, words, *dead, t.fact("activation_of", 0, 0))


def _one_number(t: Teller) -> Iterator[Told]:
    layer = t.at.hidden - 1
    classes = len(t.occupied())
    if layer < 0 or classes < 3:
        return
    varying, widths = t.fact("varying", layer), t.fact("widths", layer)
    if varying.value == 1:
        yield from _gone(t) if layer == 0 else ()
        key = "number_left" if widths.value[1] > 1 else "number_has"
        words = say(key, count=in_words(classes))
        yield told(t, MUST, words, varying, widths, t.sizes)


def _never_given(t: Teller) -> Iterator[Told]:
    never = t.fact("never_given")
    alike = t.fact("only_answer").value >= 0
    if never.value and len(never.value) <= FEW_NAMES and not alike:
        *first, last = map(t.name, never.value)
        names = say("or", first=", ".join(first), last=last) if first else last
        yield told(t, HELPS, worded(t, "never_given", names=names), never)
        yield _second_best(t)


def _second_best(t: Teller) -> Told:
    """How near the right answer is at wrong points."""
    if t.at.net.n_classes == 2:
        fell = t.fact("shortfall")
        most, median = map(printed, fell.value)
        if not fell.value[0]:
            return told(t, THREAD, say("two_tie"), fell)
        words = say("falls_short", most=most)
        words += say("in_the_median", median=median) if median != most else ""
        return told(t, THREAD, words, fell)
    second = t.fact("second_best")
    count, wrong = second.value
    if wrong == 1:
        key = "second_of_one" if count else "third_of_one"
    elif count == wrong:
        key = "second_of_two" if wrong == 2 else "second_of_all"
    else:
        key = "second_of_some" if count else "second_of_none"
    words = worded(t, key, count=f"{count:,}", wrong=f"{wrong:,}")
    return told(t, THREAD, words, second)


def _unlike(t: Teller) -> Iterator[Told]:
    """Features of very different sizes, where the training is known to take them as they are."""
    elsewhere = t.at.run is not None and t.fact("read_as").value is not None
    if elsewhere or t.fact("standardized").value:
        return
    spreads = t.fact("spreads")
    low, least, high, greatest = spreads.value
    n_right, n = t.fact("right").value
    if not least or greatest < _UNLIKE * least or n_right > _NEARLY_ALL * n or picture_of(t.at):
        return
    names = {"low": t.input(low), "high": t.input(high)}
    sizes = {"least": printed(least), "greatest": printed(greatest)}
    words = say("unlike", factor=printed(greatest / least, 2), **sizes, **names)
    yield told(t, MUST, words, spreads)

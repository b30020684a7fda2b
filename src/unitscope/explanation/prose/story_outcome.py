"""How the story begins: whether the network works, and where it does not, the one cause."""

from __future__ import annotations

from collections.abc import Iterator

from unitscope.explanation.facts import Fact, printed
from unitscope.explanation.grammar import Teller, are, listed
from unitscope.explanation.prose import FEW_NAMES
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
    thing,
    told,
    told_of_training,
    units,
)
from unitscope.explanation.prose.training import diverged
from unitscope.explanation.story import picture_of
from unitscope.sweeps.words import counted

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
    words = f"{of_all(t, good)} {are(good if good != n else n)} right"
    if good == n:
        yield told(t, MUST, words, right)
        return
    if not good:
        one, several = (
            f"the one {thing(t)} is wrong",
            f"none of the {counted(n, thing(t))} is right",
        )
        words = one if n == 1 else several
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
            said.append(f"{fact.value:,} for {t.name(taken)}")
            continue
        share = share_of(t, fact.value, label, first=not said)
        said.append(f"{share} {are(fact.value)} taken for {t.name(taken)}")
    if wrong:
        said.append(f"and {wrong:,} more {are(wrong)} wrong")
    mistaken = ", ".join(said) if wrong else listed(said)
    yield told(t, MUST, f"{words}: {mistaken}", right, *mistakes, *own)
    most = t.fact("largest_class")
    label, size = most.value
    if size >= max(good, _UNBALANCED * n) and size < n:
        words = f"always answering {t.name(label)} would get {of_all(t, size)} right"
        yield told(t, HELPS, words, most, right)


def _one_answer(t: Teller, words: str, right: Fact, only: Fact) -> Told:
    most = t.fact("largest_class")
    name = t.name(only.value)
    words += f": every {thing(t)} gets the same answer, {name}"
    facts = [right, only]
    if only.value == most.value[0]:
        words += ", the largest class"
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
        words = "the network is not trained yet: these are the weights that it starts from"
        yield told_of_training(t, HELPS, words, t.fact("trained_for"))


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
        words = f"in training the loss rose, from {printed(first, 4)} to {printed(last, 4)}"
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
        so = "so the outputs are their biases alone"
        gone = list(_gone(t)) if layer == 0 else []
        yield from gone
        words = so if gone else f"{_all_units(t, layer)} off at every {thing(t)}, {so}"
        yield told(t, MUST, words, *facts)
        return
    constant = t.fact("first_constant")
    words = f"layer {constant.value + 1} gives the same numbers at every {thing(t)}"
    yield told(t, MUST, f"{words}, so nothing after it can tell them apart", constant)


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
    values = [f"{printed(value)} for {t.name(k)}" for k, value in enumerate(outputs.value)]
    so = f"so {t.name(tied[0])} wins"
    if len(tied) > 1:
        so = f"and of those that tie the first wins, {t.name(tied[0])}"
    yield told(t, HELPS, f"the outputs are {listed(values)} everywhere, {so}", outputs)


def _all_units(t: Teller, layer: int) -> str:
    count = t.at.net.layers[layer].units
    which = {1: "the unit", 2: "both units"}.get(count, f"all {count} units")
    return f"{which}{in_layer(t, layer)} {are(count)}"


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
        words = f"{_all_units(t, layer)} off at {some(t, here)}: those {sum(counts):,} {thing(t)}s "
        words += f"share the place {_place(place)}" if len(place) <= _COORDINATES else "all look"
        words += " alike" if len(place) > _COORDINATES else ""
        facts += [t.fact("activation_of", layer, 0), t.fact("widths", layer)]
    else:
        words = f"{some(t, here)} share one place in layer {layer + 1}"
        if len(place) <= _COORDINATES:
            words += f", {_place(place)}"
    yield told(t, MUST, f"{words}, so they get one answer, {t.name(answer)}", *facts)


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
    if len(dead) == first.units == 2:
        which, has = "both units", "have"
    else:
        which, has = units([fact.about[0] for fact in dead]), "has" if len(dead) == 1 else "have"
    which += in_layer(t, 0)
    last = max(fact.value for fact in dead)
    since = f"since epoch {last:,}" if last else "from the start"
    words = (
        f"{which} {has} been off at every {thing(t)} {since}, and a unit that is off everywhere "
        "gets no gradient"
    )
    yield told_of_training(t, MUST, words, *dead, t.fact("activation_of", 0, 0))


def _one_number(t: Teller) -> Iterator[Told]:
    layer = t.at.hidden - 1
    classes = len(t.occupied())
    if layer < 0 or classes < 3:
        return
    varying, widths = t.fact("varying", layer), t.fact("widths", layer)
    if varying.value == 1:
        left = "is left" if widths.value[1] > 1 else "has"
        yield from _gone(t) if layer == 0 else ()
        words = f"one number {left} to tell {in_words(classes)} classes apart"
        yield told(t, MUST, words, varying, widths, t.sizes)


def _never_given(t: Teller) -> Iterator[Told]:
    never = t.fact("never_given")
    alike = t.fact("only_answer").value >= 0
    if never.value and len(never.value) <= FEW_NAMES and not alike:
        *first, last = map(t.name, never.value)
        names = f"{', '.join(first)} or {last}" if first else last
        yield told(t, HELPS, f"no {thing(t)} gets the answer {names}", never)
        yield _second_best(t)


def _second_best(t: Teller) -> Told:
    """How near the right answer is at wrong points."""
    if t.at.net.n_classes == 2:
        fell = t.fact("shortfall")
        most, median = map(printed, fell.value)
        if not fell.value[0]:
            return told(t, THREAD, "where it is wrong, the two outputs tie", fell)
        words = f"where it is wrong, the right output falls short by at most {most}"
        words += f" ({median} in the median)" if median != most else ""
        return told(t, THREAD, words, fell)
    second = t.fact("second_best")
    count, wrong = second.value
    if wrong == 1:
        where = f"at the wrong {thing(t)} its own class comes"
        words = f"{where} second" if count else f"{where} third or later"
    elif count == wrong == 2:
        words = f"at both wrong {thing(t)}s the right class comes second"
    else:
        which = "all" if count == wrong else f"{count:,} of the"
        which = "none of the" if not count else which
        words = f"at {which} {wrong:,} wrong {thing(t)}s the right class comes second"
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
    words = (
        f"the features differ in size by a factor of {printed(greatest / least, 2)} (standard "
        f"deviation {printed(least)} for {t.input(low)}, {printed(greatest)} for {t.input(high)})"
    )
    yield told(t, MUST, words, spreads)

"""From facts to sentences: all the English that a reader of an explanation sees."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from unitscope.explanation.claims import Claim
from unitscope.explanation.facts import Fact, printed
from unitscope.explanation.grammar import Teller, are, counted, listed, percent, sum_of

WHOLE, HIDDEN, CODE, OUTPUTS, SOFTMAX, TRAINING, POINT = (
    "What the network gets right",
    "What the hidden units do",
    "How the classes are told apart by the hidden units",
    "What the output units do",
    "Softmax and loss",
    "How it was trained",
    "One point",
)
BRIEF, NORMAL, FULL = range(3)

_FEW_UNITS = 8  # of a layer, that are each described at normal length
_FEW_NAMES = 6  # classes or units that are listed
_MISTAKES, _NEAREST = 5, 3


def whole(t: Teller) -> Iterator[Claim]:
    """Accuracy, mistakes, decision regions, the points nearest to the boundary."""
    right = t.fact("right")
    good, n = right.value
    every = "all" if good == n else f"{good:,} of"
    yield t.say(
        WHOLE,
        BRIEF,
        f"the network classifies {every} {counted(n, 'point')} right ({percent(good / n)})",
        right,
    )
    confusion = t.fact("confusion")
    for own, taken, count in confusion.value[: _FEW_NAMES * 2]:
        yield t.say(
            WHOLE,
            BRIEF if count > 1 else NORMAL,
            f"{t.portion(count, own)} {are(count)} taken for {t.name(taken)}",
            confusion,
            t.sizes,
        )
    wrong = (~t.at.right).nonzero()[0].tolist()
    for rank, point in enumerate(wrong):
        one = t.fact("mistake", point)
        own, taken, own_chance, taken_chance = one.value
        if rank >= _MISTAKES * 10:
            break
        yield t.say(
            WHOLE,
            NORMAL if rank < _MISTAKES else FULL,
            f"point {point} is {t.name(own)}, but {t.name(taken)} has the larger output there: their "
            f"probabilities are {printed(own_chance)} and {printed(taken_chance)}",
            one,
        )
    yield from regions(t)


def regions(t: Teller) -> Iterator[Claim]:
    """Who has which part of the window."""
    touching = t.fact("touching")
    if touching.value is None:
        return
    for label in range(t.at.net.n_classes):
        own = t.fact("territory", label, digits=t.area_digits())
        parts, share = own.value
        beside = [i + j - label for i, j in touching.value if label in (i, j)]
        if not parts:
            yield t.say(
                WHOLE,
                NORMAL,
                f"no part of the window around the points goes to {t.name(label)}",
                own,
            )
            continue
        borders = f", beside {t.names(beside)}" if beside else ""
        yield t.say(
            WHOLE,
            NORMAL,
            f"the decision region of {t.name(label)} has {t.about(100 * share)}% of the window, "
            f"in {counted(parts, 'part')}{borders}",
            own,
            touching,
        )
    for rank in range(min(_NEAREST, int(t.at.right.sum()))):
        near = t.fact("nearest_to_boundary", rank, digits=t.area_digits())
        if near.value is not None:
            point, distance, behind = near.value
            label = int(t.at.data.y[point])
            order = ("nearest", "second nearest", "third nearest")[rank]
            yield t.say(
                WHOLE,
                NORMAL if rank == 0 else FULL,
                f"of the points classified right, point {point} of "
                f"{t.name(label)} is {order} to the decision boundary in the window: {t.about(distance)} "
                f"from it, with {t.name(behind)} behind it",
                near,
                t.fact("class_of", point),
            )


def hidden_units(t: Teller) -> Iterator[Claim]:
    """Layer by layer, unit by unit."""
    for layer in range(t.at.hidden):
        units = t.at.net.layers[layer].units
        few = units <= _FEW_UNITS
        if not few or t.at.hidden > 1:
            yield _census(t, layer)
        for unit in range(units if few or t.level == FULL else 0):
            yield from _unit(t, layer, unit, few)


def _census(t: Teller, layer: int) -> Claim:
    census = t.fact("census", layer)
    units, never, always, idle = census.value
    positive, _ = t.sides(layer)
    return t.say(
        HIDDEN,
        BRIEF,
        f"layer {layer + 1} has {counted(units, 'unit')}: {always} {are(always)} {positive} at "
        f"every point, {never} {are(never)} so at none, and {idle} {are(idle)} not needed (if that "
        "one alone gave 0, no prediction would change)",
        census,
        t.fact("shape"),
    )


def _unit(t: Teller, layer: int, unit: int, few: bool) -> Iterator[Claim]:
    level = NORMAL if few else FULL
    name, activation = t.unit(layer, unit), t.at.net.layers[layer].activation
    shape = t.fact("shape")
    if activation == "linear":
        yield t.say(
            HIDDEN,
            level,
            f"{name} is linear: it turns nowhere",
            shape,
            t.fact("activation_of", layer, unit),
        )
    else:
        yield from _where_on(t, layer, unit, few)
    if layer == 0:
        yield from _line(t, unit, level)
    top = t.fact("largest", layer, unit)
    value, point, label = top.value
    if value > 0:
        yield t.say(
            HIDDEN,
            FULL,
            f"the largest output of {name} on the data is {printed(value)}, at point {point} of "
            f"{t.name(label)}",
            top,
        )
    removed = t.fact("removed", layer, unit)
    changed, right = removed.value
    now = t.fact("right")
    if not changed:
        yield t.say(
            HIDDEN,
            level,
            f"{name} is not needed: if it gave 0 everywhere, no prediction on the data would "
            "change",
            removed,
        )
    else:
        yield t.say(
            HIDDEN,
            level,
            f"if {name} gave 0 everywhere, {counted(changed, 'prediction')} would change, and "
            f"{right:,} instead of {now.value[0]:,} of {counted(now.value[1], 'point')} would be right",
            removed,
            now,
        )


def _where_on(t: Teller, layer: int, unit: int, few: bool) -> Iterator[Claim]:
    level = NORMAL if few else FULL
    name, (positive, negative) = t.unit(layer, unit), t.sides(layer)
    relu = t.at.net.layers[layer].activation == "relu"
    on, shape = t.fact("on", layer, unit), t.fact("shape")
    counts, n = on.value, t.at.n
    if not any(counts):
        words = (
            f"{name} is dead: it is off at all {counted(n, 'point')}, and gives 0 to every one"
            if relu
            else f"{name} is {negative} at all {counted(n, 'point')}"
        )
        yield t.say(HIDDEN, BRIEF if few else FULL, words, on, t.sizes, shape)
    elif sum(counts) == n:
        words = (
            f"{name} is on at all {counted(n, 'point')}: on the data it is linear"
            if relu
            else f"{name} is {positive} at all {counted(n, 'point')}"
        )
        yield t.say(HIDDEN, level, words, on, t.sizes, shape)
    else:
        yield from _separates(t, layer, unit, few, on, shape)
    same, parallel = t.fact("twin", layer, unit), t.fact("parallel", layer, unit)
    if parallel.value >= 0:
        yield t.say(
            HIDDEN,
            level,
            f"{name} is a twin of {t.unit(layer, parallel.value)}: its weights and bias are a "
            "positive multiple of that one's",
            parallel,
        )
    elif same.value >= 0:
        yield t.say(
            HIDDEN,
            level,
            f"{name} is {positive} at the same points as {t.unit(layer, same.value)}",
            same,
            shape,
        )
    share = (
        t.fact("share_on", layer, unit) if layer and relu and t.at.partition is not None else None
    )
    if share is not None and share.value is not None:
        yield t.say(
            HIDDEN,
            level,
            f"{name} is on in {percent(share.value)} of the window and at {sum(counts):,} of "
            f"{counted(n, 'point')}",
            share,
            on,
            t.sizes,
            shape,
        )
    if t.at.net.layers[layer].activation in ("tanh", "sigmoid"):
        ends = t.fact("saturated", layer, unit)
        if ends.value:
            yield t.say(
                HIDDEN,
                FULL,
                f"{name} is saturated, within 0.01 of an end of its range, at {ends.value:,} of "
                f"{counted(n, 'point')}",
                ends,
                t.sizes,
                shape,
            )


def _separates(
    t: Teller, layer: int, unit: int, few: bool, on: Fact, shape: Fact
) -> Iterator[Claim]:
    name, (positive, negative) = t.unit(layer, unit), t.sides(layer)
    counts, sizes = on.value, t.sizes.value
    most = [label for label in t.occupied() if 2 * counts[label] > sizes[label]]
    least = [label for label in t.occupied() if 2 * counts[label] <= sizes[label]]
    others = [(sizes[label] - counts[label], label) for label in most] + [
        (counts[label], label) for label in least
    ]
    apart = [f"{counted(count, 'point')} of {t.name(label)}" for count, label in others if count]
    if most and least:
        but = f", but for {listed(apart)}" if apart else ""
        yield t.say(
            HIDDEN,
            BRIEF if few else FULL,
            f"{name} separates {t.names(most)} ({positive}) from "
            f"{t.names(least)} ({negative}){but}",
            on,
            t.sizes,
            shape,
        )
    some = [t.portion(counts[label], label) for label in t.occupied() if counts[label]]
    none = [label for label in t.occupied() if not counts[label]]
    rest = f", and for no point of {t.names(none)}" if none else ""
    yield t.say(
        HIDDEN,
        NORMAL if few else FULL,
        f"{name} is {positive} for {listed(some)}{rest}",
        on,
        t.sizes,
        shape,
    )


def _line(t: Teller, unit: int, level: int) -> Iterator[Claim]:
    name = t.unit(0, unit)
    if t.at.net.n_features > 2:
        inputs = t.fact("strongest_inputs", unit, 3)
        if not inputs.value:
            return
        parts = [f"{t.input(number)} ({printed(weight)})" for number, weight in inputs.value]
        yield t.say(
            HIDDEN,
            level,
            f"over the data {name} is moved most by {listed(parts)}; its weights in brackets",
            inputs,
        )
        return
    own, shape = t.fact("line", unit), t.fact("shape")
    *weights, bias = own.value
    if any(weights):
        what = (
            "is on" if t.at.net.layers[0].activation == "relu" else "has a positive pre-activation"
        )
        formula = sum_of([(weight, t.input(number)) for number, weight in enumerate(weights)], bias)
        yield t.say(HIDDEN, level, f"{name} {what} where {formula} > 0", own, shape)


def codes(t: Teller) -> Iterator[Claim]:
    """The activation patterns of the classes, and points that land on one place."""
    layer = t.at.hidden - 1
    if layer < 0:
        return
    last, shape = t.at.net.layers[layer], t.fact("shape")
    if last.activation == "relu" and last.units <= _FEW_UNITS:
        for label in t.occupied():
            found = t.fact("patterns", layer, label)
            shown = [
                f"{_who_is_on(pattern, last.units)} at {t.portion(count, label) if not rank else count}"
                for rank, (pattern, count) in enumerate(found.value[:3])
            ]
            more = len(found.value) - len(shown)
            rest = f"; {counted(more, 'other pattern')}" if more else ""
            yield t.say(CODE, NORMAL, f"{listed(shown)}{rest}", found, t.sizes, shape)
        common = t.fact("commonest", layer)
        for pattern, labels in common.value:
            so = (
                "they are told apart by how large the units are, not by which are on"
                if pattern
                else "where no unit is on, nothing tells them apart"
            )
            yield t.say(
                CODE,
                BRIEF,
                f"{t.names(labels)} have the same commonest pattern "
                f"({_who_is_on(pattern, last.units)}): {so}",
                common,
                shape,
            )
    full = t.fact("fullest", layer)
    for place, counts in full.value:
        who = listed([t.portion(count, label) for label, count in enumerate(counts) if count])
        where = (
            f"the place ({', '.join(printed(value) for value in place)})"
            if len(place) <= 4
            else "one place"
            if any(place)
            else "the place where every unit is 0"
        )
        space = f"layer {layer + 1}" if t.at.hidden > 1 else "hidden space"
        yield t.say(
            CODE,
            BRIEF if sum(counts) * 10 > t.at.n else NORMAL,
            f"{who} land on {where} of {space}, where nothing can tell them apart any more",
            full,
            t.sizes,
        )


def _who_is_on(pattern: Sequence[int], units: int) -> str:
    if not pattern:
        return "no unit is on"
    if len(pattern) == units > 1:
        return "both units are on" if units == 2 else f"all {units} units are on"
    names = listed([str(unit) for unit in pattern])
    return f"only unit {names} is on" if len(pattern) == 1 else f"only units {names} are on"


def outputs(t: Teller) -> Iterator[Claim]:
    """Where each output is large, and how far ahead it is."""
    shape = t.fact("shape")
    last, few = t.at.net.layers[-1], t.at.net.n_classes <= _FEW_NAMES
    closest = (
        sorted(t.occupied(), key=lambda label: t.fact("lead", label).value)[:3]
        if t.at.net.n_classes > 1
        else []
    )
    for label in range(t.at.net.n_classes):
        yield from _direction(t, label, last.inputs, shape, NORMAL if few else FULL)
        if label not in t.occupied():
            continue
        best = t.fact("highest_class", label)
        own = best.value == label
        whose = "its own class" if own else t.name(best.value)
        yield t.say(
            OUTPUTS,
            FULL if own and not few else NORMAL,
            f"on the data the output of {t.name(label)} is "
            f"largest, in the mean, on the points of {whose}",
            best,
        )
        if t.at.net.n_classes > 1:
            yield from _lead(t, label, NORMAL if few or label in closest else FULL)


def _direction(t: Teller, label: int, inputs: int, shape: Fact, level: int) -> Iterator[Claim]:
    name, hidden = f"the output of {t.name(label)}", t.at.hidden
    if hidden and inputs == 2:
        corner, own = t.fact("corner", label), t.fact("output_line", label)
        right, upper = corner.value
        if right and upper:
            side = f"{'upper' if upper > 0 else 'lower'} {'right' if right > 0 else 'left'}"
            weights = f"{printed(own.value[0])} for unit 0 and {printed(own.value[1])} for unit 1"
            yield t.say(
                OUTPUTS,
                BRIEF if level == NORMAL else FULL,
                f"{name} grows towards the {side} of hidden space: its weights are {weights}",
                corner,
                own,
                shape,
            )
    else:
        pulls = t.fact("pulls", label, 3)
        if not pulls.value:
            return
        what = (lambda number: f"unit {number}") if hidden else t.input
        parts = [f"{what(number)} ({printed(weight)})" for number, weight in pulls.value]
        yield t.say(
            OUTPUTS,
            level,
            f"{name} is moved most over the data by {listed(parts)}; its weights in brackets",
            pulls,
            shape,
        )
    if hidden:
        origin = t.fact("at_origin", label)
        count, value = origin.value
        if count:
            yield t.say(
                OUTPUTS,
                level,
                f"{t.portion(count, label)} {are(count)} where every hidden unit is 0; there "
                f"{name} is {printed(value)}, its bias alone",
                origin,
                t.sizes,
                shape,
            )


def _lead(t: Teller, label: int, level: int) -> Iterator[Claim]:
    lead, second = t.fact("lead", label), t.fact("runner_up", label)
    least, median = lead.value
    rival, count = second.value
    name = t.name(label)
    worst = f"at {'least' if least >= 0 else 'worst'} {_apart(least)}"
    yield t.say(
        OUTPUTS,
        level,
        f"on points of {name}, the output of {name} is {worst} the largest other, in the "
        f"median {_apart(median)} it; the largest other is most often the output of {t.name(rival)} "
        f"({count} of {counted(t.sizes.value[label], 'time')})",
        lead,
        second,
        t.sizes,
    )
    tall = t.fact("strangers", label)
    strangers, lost = tall.value
    if strangers and lost:
        every = (
            "there"
            if strangers == 1
            else "at all of them"
            if lost == strangers
            else f"at {lost} of them"
        )
        yield t.say(
            OUTPUTS,
            level,
            f"being large is not enough: at {counted(strangers, 'point')} of other classes "
            f"the output of {name} is as large as on a point of {name}, yet {every} another output is larger",
            tall,
        )


def _apart(lead: float) -> str:
    return f"{printed(abs(lead))} {'above' if lead >= 0 else 'below'}"


def softmax(t: Teller) -> Iterator[Claim]:
    """Probabilities and loss."""
    shift, loss = t.fact("unmoved_by_a_shift"), t.fact("loss", digits=4)
    if shift.value:
        yield t.say(
            SOFTMAX,
            NORMAL,
            "only differences of outputs count: 10 more for all of them changes no "
            "probability, so the outputs are coordinated with each other, not each with its own class",
            shift,
        )
    yield t.say(
        SOFTMAX,
        NORMAL,
        f"the loss on the data, the mean of -ln of the probability of the own class, is "
        f"{printed(loss.value, 4)}; it is computed from the logits, the outputs before softmax",
        loss,
    )
    for label in t.occupied():
        if label < t.at.net.n_classes:
            own = t.fact("own_probability", label)
            mean, least = own.value
            yield t.say(
                SOFTMAX,
                NORMAL if t.at.net.n_classes <= _FEW_NAMES else FULL,
                f"points of {t.name(label)} have a probability for it of {percent(mean)} in the mean and "
                f"{percent(least)} at the least",
                own,
            )
    certain = t.fact("certain")
    yield t.say(
        SOFTMAX,
        FULL,
        f"at {certain.value:,} of {counted(t.at.n, 'point')} the predicted class has a "
        "probability above 99%",
        certain,
        t.sizes,
    )


def training(t: Teller) -> Iterator[Claim]:
    """The story of a run."""
    ends = t.fact("ends", digits=4)
    epochs, first, final = ends.value
    yield t.say_of_training(
        TRAINING,
        BRIEF,
        f"in {counted(epochs, 'epoch')} the loss went from {printed(first, 4)} to "
        f"{printed(final, 4)}",
        ends,
    )
    whole_loss = t.fact("loss", digits=4)
    yield t.say_of_training(
        TRAINING,
        FULL,
        "the loss of an epoch is the mean over its batches, each before its own "
        f"step; over all points and after the last step it is {printed(whole_loss.value, 4)}",
        whole_loss,
    )
    settled = t.fact("settled")
    since, right = settled.value
    yield t.say_of_training(
        TRAINING,
        NORMAL,
        f"from epoch {since} on, {right:,} of {counted(t.at.n, 'point')} were right, as at the end",
        settled,
        t.sizes,
    )
    planned = t.fact("planned")
    if planned.value > epochs:
        yield t.say_of_training(
            TRAINING,
            BRIEF,
            f"it was stopped early: {planned.value:,} epochs were asked for",
            planned,
            ends,
        )
    if epochs < 2:
        return
    fastest = t.fact("fastest")
    if fastest.value[1] > 0:
        yield t.say_of_training(
            TRAINING,
            NORMAL,
            f"the loss fell fastest in epoch {fastest.value[0]}, by {printed(fastest.value[1])}",
            fastest,
        )
    still = t.fact("plateaus")
    for start, end in still.value:
        change = t.fact("change_at", end)
        layer, unit, label, before, after = change.value
        ended = ""
        if before != after:
            ended = (
                f"; then {t.unit(layer, unit)} came to be {t.sides(layer)[0]} for {after} instead of {before} of "
                f"{counted(t.sizes.value[label], 'point')} of {t.name(label)}"
            )
        yield t.say_of_training(
            TRAINING,
            NORMAL,
            f"from epoch {start} to {end} it stood almost still{ended}",
            still,
            change,
            t.sizes,
            t.fact("shape"),
        )
    yield from _advice(t)


def _advice(t: Teller) -> Iterator[Claim]:
    late, right = t.fact("late_fall"), t.fact("right")
    fall, all_right = late.value, right.value[0] == right.value[1]
    if fall > 0.05:
        words = f"the last tenth of the epochs still took {percent(fall)} off the loss: more would lower it further"
    elif fall < -0.05:
        words = (
            f"over the last tenth of the epochs the loss rose by {percent(-fall)}: a smaller learning rate may be "
            "steadier"
        )
    elif all_right:
        words = (
            f"the last tenth of the epochs changed the loss by {percent(abs(fall))}: it has settled"
        )
    else:
        words = (
            f"the last tenth of the epochs changed the loss by {percent(abs(fall))} and not every point is right: "
            "another seed or more units may do better than more epochs"
        )
    yield t.say_of_training(TRAINING, NORMAL, words, late, right)


def one_point(t: Teller, point: tuple[float, ...]) -> Iterator[Claim]:
    """From inputs to class, with all numbers."""
    values = ", ".join(
        f"{t.input(number)} = {printed(value)}" for number, value in enumerate(point[:_FEW_NAMES])
    )
    more = f" and {len(point) - _FEW_NAMES} more inputs" if len(point) > _FEW_NAMES else ""
    decided = t.fact("decided", point)
    yield t.say(
        POINT, BRIEF, f"at {values}{more} the network says {t.name(decided.value)}", decided
    )
    for layer in range(t.at.hidden):
        trace = t.fact("traced", point, layer)
        level = NORMAL if len(trace.value[0]) <= _FEW_UNITS else FULL
        for unit, (z, a) in enumerate(zip(*trace.value, strict=True)):
            yield t.say(
                POINT,
                level,
                f"{t.unit(layer, unit)} has the pre-activation {printed(z)} there and gives "
                f"{printed(a)}",
                trace,
            )
    trace, chances = t.fact("traced", point, t.at.hidden), t.fact("chances", point)
    for label, logit in enumerate(trace.value[1]):
        parts = t.fact("contributions", point, label)
        *terms, bias = parts.value
        made = " = " + " + ".join(
            f"({printed(term)})" if term < 0 else printed(term) for term in (*terms, bias)
        )
        made = made + ": a term for each, then the bias" if len(terms) <= _FEW_NAMES else ""
        yield t.say(
            POINT,
            NORMAL,
            f"the logit of {t.name(label)} there is {printed(logit)}{made}",
            trace,
            parts,
        )
    shares = [
        f"{percent(chance)} for {t.name(label)}" for label, chance in enumerate(chances.value)
    ]
    yield t.say(
        POINT,
        NORMAL,
        f"softmax makes of the logits there the probabilities {listed(shares)}",
        chances,
    )
    way = t.fact("way_out", point, digits=t.area_digits())
    if way.value is not None:
        distance, place, behind = way.value
        where = ", ".join(printed(value, t.area_digits()) for value in place)
        yield t.say(
            POINT,
            BRIEF,
            f"the nearest point of the decision boundary in the window is ({where}), "
            f"{t.about(distance)} away, with {t.name(behind)} behind it",
            way,
        )

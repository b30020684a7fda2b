"""Sentences on how a network was trained, by plain loops over its losses and epochs."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
import oracle_world
from oracle_words import NAMES, SHARE, N, labels, new_forms, number, read, same, same_share

import unitscope as us
from unitscope.errors import TrainingDiverged


def count_right(run: us.Run, epoch: int) -> int:
    return int((run.at(epoch).predict(run.data.X) == run.data.y).sum())


FORMS, form = new_forms()


def is_on_training(text: str) -> bool:
    """Whether a sentence is on the training of a run, and not on its network."""
    return read(FORMS, text.removesuffix(".")) is not None


def is_true_of_training(text: str, run: us.Run) -> bool:
    """Whether a sentence on the training of a run is true."""
    found = read(FORMS, text.removesuffix("."))
    assert found, f"no reading of {text!r}"
    check, groups = found
    return bool(check(run, *groups))


@form(
    r"(?:Unit (\d+)|Units ([\d, and]+)|(Both)(?: units)?)(?: of layer 1)? (?:has|have) been off at "
    rf"every point (?:since epoch ({N})|from the start), "
    r"and a unit that is off everywhere gets no gradient"
)
def _(run, one, several, both, since):
    """Off after that epoch and every later one; one of them was on somewhere the epoch before."""
    units = [int(u) for u in re.findall(r"\d+", one or several or "")] or [0, 1]
    since = number(since) if since else 0

    def off(epoch):
        return ~(run.at(epoch).pre_activations(run.data.X)[0][:, units] > 0).any(axis=0)

    later = all(off(epoch).all() for epoch in range(since, run.epochs + 1))
    first = run.network.layers[0]
    return (
        later
        and (not since or not off(since - 1).all())
        and first.activation == "relu"
        and (not both or first.units == 2)
    )


@form(
    rf"Of the ({N}) epochs that were trained, epoch ({N}) had the lowest loss on the points held "
    r"out: the network is the one after it"
)
def _(run, trained, best):
    """Every epoch's loss on those points, by the network after it as far as there is one."""
    lowest = int(run.validation.loss.argmin()) + 1
    p = run.network.probabilities(run.validation.data.X)
    own = -np.log(p[np.arange(len(p)), run.validation.data.y]).mean()
    said = (number(trained), number(best)) == (len(run.validation.loss), lowest)
    return said and lowest == run.epochs and np.isclose(own, run.validation.loss[lowest - 1])


@form(
    r"On the validation points, which it was not trained on, "
    rf"the loss is (\S+) and ({SHARE})% are right"
)
def _(run, loss, share):
    X, y = run.validation.data.X, run.validation.data.y
    p = run.network.probabilities(X)
    own = -np.log(p[np.arange(len(p)), y]).mean()
    return same(loss, own, 4) and same_share(share, (run.network.predict(X) == y).mean())


@form(r"The loss of a point counted by its class: (.*)")
def _(run, told):
    """As balanced weights are defined: each class weighs the same in all."""
    n, counts = run.data.n_points, np.bincount(run.data.y)
    weights = {f"c{k}": n / (len(counts) * count) for k, count in enumerate(counts.tolist())}
    said = {name: shown for shown, name in re.findall(r"(\S+) for (c\d+)", told)}
    return said.keys() == weights.keys() and all(same(said[k], weights[k]) for k in weights)


@form(r"The features were standardized for training; the network takes them in their own units")
def _(run):
    """What was trained gives the standardized points what the network gives those of the data."""
    X, trained = run.data.X, run.architecture.with_vector(run.state.parameters)
    scaled = (X - run.scaling.mean) / run.scaling.deviation
    return np.allclose(trained.logits(scaled), run.network.logits(X), atol=1e-9)


@form(r"The network is not trained yet: these are the weights that it starts from")
def _(run):
    return run.epochs == 0


@form(
    rf"No training point is of ({NAMES}): nothing was learned of "
    r"(it but to avoid it|them but to avoid them)"
)
def _(run, names, which):
    missing = sorted(set(range(run.data.n_classes)) - set(run.data.y.tolist()))
    return labels(names) == missing and (len(missing) == 1) == which.startswith("it")


@form(r"In training the loss rose, from (\S+) to (\S+)")
def _(run, first, last):
    fits = same(first, run.loss[0], 4) and same(last, run.loss[-1], 4)
    return fits and run.loss[-1] > run.loss[0]


@form(rf"In ({N}) epochs the loss went from (\S+) to (\S+)")
def _(run, epochs, first, last):
    loss = run.loss
    fits = number(epochs) == len(loss) > 1 and same(first, loss[0], 4) and same(last, loss[-1], 4)
    return fits and first != last


@form(r"It was trained for 1 epoch, whose loss was (\S+)")
def _(run, loss):
    return len(run.loss) == 1 and same(loss, run.loss[0], 4)


@form(rf"The loss of the first epoch and of the last, ({N}), was (\S+)")
def _(run, epochs, loss):
    fits = same(loss, run.loss[0], 4) and same(loss, run.loss[-1], 4)
    return number(epochs) == len(run.loss) > 1 and fits


@form(rf"From epoch ({N}) on, ({N}) of ({N}) points? were right, as at the end")
def _(run, since, right, n):
    said = [number(since), number(right), number(n)]
    return said == [settled_since(run), count_right(run, run.epochs), run.data.n_points] and (
        1 < said[0] < run.epochs
    )


@form(rf"({N}) of ({N}) points? were right after every epoch")
def _(run, right, n):
    counts = {count_right(run, epoch) for epoch in range(1, run.epochs + 1)}
    return counts == {number(right)} and number(n) == run.data.n_points


@form(rf"How many points are right changed in the last epoch, to ({N}) of ({N}) points?")
def _(run, right, n):
    last, before = (count_right(run, run.epochs - back) for back in (0, 1))
    return before != last == number(right) and number(n) == run.data.n_points


def settled_since(run):
    right = [count_right(run, epoch) for epoch in range(1, run.epochs + 1)]
    since = len(right)
    while since > 1 and right[since - 2] == right[-1]:
        since -= 1
    return since


@form(rf"The loss fell fastest in epoch ({N}), by (\S+)")
def _(run, epoch, fall):
    falls = [a - b for a, b in pairwise(run.loss.tolist())]
    return falls[number(epoch) - 2] == max(falls) > 0 and same(fall, max(falls))


@form(
    rf"(The last tenth of the epochs still took|Over the last tenth of the epochs the loss rose by|"
    rf"The last tenth of the epochs (?:lowered|raised) the loss by) ({SHARE})%(?: off the loss)?"
)
def _(run, what, share):
    fall = late_fall(run)
    how = "still took" if fall > 0.05 else "rose by" if fall < -0.05 else ""
    how = how or ("lowered" if fall > 0 else "raised")
    return how in what and same_share(share, abs(fall))


@form("The loss is what it was a tenth of the epochs before the end")
def _(run):
    return late_fall(run) == 0


def late_fall(run):
    before = run.loss[-1 - max(1, run.epochs // 10)]
    return 1 - run.loss[-1] / before if before else 0.0


@form(
    rf"From epoch ({N}) to ({N}) the loss stayed (?:between (\S+) and (\S+)|at (\S+)), "
    rf"and later fell to ([^;]+)(?:; unit (\d+)(?: of layer (\d+))? was "
    rf"(on|on its positive side) for ({N}) of ({N}) points? of c(\d+) after epoch ({N}), and for "
    rf"({N}) after epoch ({N}))?"
)
def _(run, start, end, low, high, both, later, *change):
    """The loss stays within a few hundredths, in neither direction, over a tenth of the epochs."""
    start, end = number(start), number(end)
    some, rest = run.loss[start - 1 : end], run.loss[end:]
    return (
        same(low or both, some.min())
        and same(high or both, some.max())
        and same(later, rest.min())
        and some.max() <= 1.051 * some.min()
        and len(some) >= run.epochs / 10
        and rest.min() < 0.8 * some.min()
        and (change[0] is None or changed(run, end, *change))
    )


def changed(run, end, unit, layer, side, old, size, label, before, new, after):
    """Whether the unit was on at so many points shortly before and after the end."""
    layer, unit, before, after = int(layer or 1) - 1, int(unit), number(before), number(after)
    mine = run.data.X[run.data.y == int(label)]
    counts = [
        int((run.at(epoch).pre_activations(mine)[layer][:, unit] > 0).sum())
        for epoch in (before, after)
    ]
    relu = run.network.layers[layer].activation == "relu"
    said = [number(old), number(new), number(size)]
    return said == [*counts, len(mine)] and (side == "on") == relu and before <= end <= after


@form(rf"It ended before the ({N}) epochs that were asked for")
def _(run, planned):
    return number(planned) == run.recipe.epochs > run.epochs and not diverges(run)


@form(
    rf"It diverged: epoch ({N}) of ({N}) reaches a loss or a weight that is not finite, and what "
    r"is told here is of the epoch before"
)
def _(run, epoch, planned):
    fits = number(planned) == run.recipe.epochs > run.epochs == number(epoch) - 1
    return fits and diverges(run)


def diverges(run):
    """Whether the whole training, from its start, gets no further than this."""
    try:
        us.train(run.data, run.recipe, start=run.at(0))
    except TrainingDiverged as error:
        return error.epoch == run.epochs + 1
    return False


@form(r"The loss of an epoch is .*; over all points and after the last step it is (\S+)")
def _(run, loss):
    w = oracle_world.world(run.network, run.data)
    # those are penalised that were trained: of standardized features, whose steps are deviations
    unfolded = [layer.weights for layer in run.network.layers]
    if run.scaling is not None:
        unfolded[0] = unfolded[0] * run.scaling.deviation[:, None]
    weights = np.concatenate([one.ravel() for one in unfolded])
    penalty = run.recipe.l1 * np.abs(weights).sum() + run.recipe.l2 * (weights**2).sum()
    return same(loss, oracle_world.loss(w) + penalty, 4)

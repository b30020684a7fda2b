"""Sentences on what was tried, read back: their trainings are done again, one by one."""

from __future__ import annotations

import re

import numpy as np
from oracle_words import number, same

import unitscope as us


def right(run):
    return int((run.network.predict(run.data.X) == run.data.y).sum())


def by_hand(run, change, **settings):
    """The run's own start, with another setting, or its end trained on."""
    recipe = {**vars(run.recipe), **settings}
    start = run if change == "more" else run.at(0)
    data = run.data.standardized() if change == "scaled" else run.data
    try:
        return us.train(data, us.Recipe(**recipe), start=start)
    except us.errors.TrainingDiverged:
        return None


def of_starts(run, count, hidden):
    """How many of the points each start gets right."""
    seeds = [seed for seed in range(100, 121) if seed != run.recipe.seed][:count]
    activation = run.recipe.activation
    if not isinstance(activation, str) and len(activation) != len(hidden):
        activation = activation[0] if activation else "relu"
    changed = {"hidden": hidden, "activation": activation, "epochs": run.epochs}
    recipe = us.Recipe(**{**vars(run.recipe), **changed})
    return us.sweep(run.data, recipe, seeds=seeds)


def starts_came_out(found, count, came, n):
    counts = np.where(found.diverged, -1, np.round(found.accuracy * n)).tolist()
    solved = counts.count(n)
    does = r"(?:solves? it|gets? all (?:training )?(?:points|pictures) right)"
    none = re.fullmatch(
        rf"none(?: (?:of \d+ starts )?{does}| either) "
        r"\((?:at best ([\d,]+) right|all diverge)\)",
        came,
    )
    if none:
        best = number(none[1]) if none[1] else -1
        return solved == 0 and best == max(counts)
    some = re.fullmatch(rf"(all|\d+)(?:(?: of)? (\d+) starts)? {does}", came)
    shown = count if some[1] == "all" else int(some[1])
    return solved == shown and (some[2] is None or int(some[2]) == count)


def alone_came_out(run, trained, came):
    n, points = run.data.n_points, r"(?:training )?(?:points|pictures)"
    if came in ("which diverges", "which diverge"):
        return trained is None
    got = trained.network.predict(trained.data.X)
    count = int((got == trained.data.y).sum())
    if re.fullmatch(rf"and all {n:,} {points} are right", came):
        return count == n
    some = re.fullmatch(rf"([\d,]+)(?: of ([\d,]+) {points})? right", came)
    return number(some[1]) == count < n and (some[2] is None or number(some[2]) == n)


def went_on(run, epochs, came):
    """200 more epochs lower the loss to 0.00425; diverge; leave 99 of 100 points right."""
    trained, n = by_hand(run, "more", epochs=epochs), run.data.n_points
    if epochs != run.epochs or right(run) != n:
        return False
    if trained is None:
        return came == "diverge"
    fewer = re.fullmatch(
        r"leave ([\d,]+) of ([\d,]+) (?:training )?(?:points|pictures) right", came
    )
    if fewer:
        return [number(one) for one in fewer.groups()] == [right(trained), n] != [n, n]
    how, loss = re.fullmatch(r"(lower the loss to|leave the loss at) (\S+)", came).groups()
    lower = trained.loss[-1] < run.loss[-1] and not same(loss, run.loss[-1])
    return right(trained) == n and same(loss, trained.loss[-1]) and how.startswith("lower") == lower


def lengths(run):
    """How many more epochs may be tried."""
    return (200, 20, run.epochs) if run.epochs < 20 else (run.epochs,)


def shape_of(text, before):
    if text == "without a hidden layer":
        return ()
    first = re.fullmatch(r"a hidden layer of (\d+) units?", text)
    if first:
        return (int(first[1]),) if not before else None
    now, old = re.fullmatch(r"([\d-]+) units?(?: instead of ([\d-]+))?", text).groups()
    if old is not None and tuple(map(int, old.split("-"))) != before:
        return None
    return tuple(map(int, now.split("-")))


def part_is_true(run, text):
    what, came = re.fullmatch(r"(.+?), (.+)", text).groups()
    n = run.data.n_points
    more = re.fullmatch(r"([\d,]+) more epochs?", what)
    if more:
        epochs = number(more[1])
        trained = by_hand(run, "more", epochs=epochs)
        return epochs in lengths(run) and alone_came_out(run, trained, came)
    ended = run.epochs < run.recipe.epochs and by_hand(run, "more", epochs=1) is None
    long = {} if ended else {"epochs": run.epochs}
    rate = re.fullmatch(r"(?:a learning rate|one) of (\S+?)(?: instead of (\S+))?", what)
    if rate:
        before = run.recipe.learning_rate
        (new,) = [before / 10**power for power in (1, 2, 3) if same(rate[1], before / 10**power)]
        trained = by_hand(run, "rate", learning_rate=new, **long)
        return (rate[2] is None or same(rate[2], before)) and alone_came_out(run, trained, came)
    if what == "features scaled to one size":
        return alone_came_out(run, by_hand(run, "scaled", **long), came)
    other = re.fullmatch(r"(\d+) other starts", what)
    hidden = run.recipe.hidden if other else shape_of(what, run.recipe.hidden)
    if "none either" in came:
        return any(
            starts_came_out(of_starts(run, count, hidden), count, came, n)
            for count in range(20, 4, -1)
        )
    said_count = other[1] if other else re.search(r"(\d+) starts", came)[1]
    found = of_starts(run, int(said_count), hidden)
    return starts_came_out(found, int(said_count), came, n)


def is_true(text, run):
    """Whether a sentence on what was tried is true: its trainings are done one by one."""
    tried = re.fullmatch(r"Tried just now: (.+)\.", text)
    longer = tried and re.fullmatch(
        r"([\d,]+) more epochs? ((?:lower|leave|diverge)\b.*)", tried[1]
    )
    if longer:
        return went_on(run, number(longer[1]), longer[2])
    if tried:
        return all(part_is_true(run, part) for part in tried[1].split("; "))
    seeds = re.fullmatch(r"The starts that were tried are those of seeds (.+)\.", text)
    if seeds:
        ranges = [list(map(int, one.split(" to "))) for one in seeds[1].split(" and ")]
        shown = [seed for one in ranges for seed in range(one[0], one[-1] + 1)]
        usual = [seed for seed in range(100, 121) if seed != run.recipe.seed]
        return shown == usual[: len(shown)]
    return any(verdict_is_true(text, run, epochs) for epochs in lengths(run))


def verdict_is_true(text, run, epochs):
    """Whether so many more epochs show what is said of the run."""
    n, before, trained = run.data.n_points, right(run), by_hand(run, "more", epochs=epochs)
    if trained is None:
        return False
    later = right(trained)
    helps = later == n or (later > before and 10 * (later - before) >= n - before)
    if text == "It is not stuck, only not finished.":
        return before < n == later
    more = re.fullmatch(
        r"More epochs help, from ([\d,]+) right to ([\d,]+): it is not finished\.", text
    )
    if more:
        return helps and [number(one) for one in more.groups()] == [before, later]
    few = re.fullmatch(r"(\d+) epochs are too few to call it stuck\.", text)
    if few:
        return not helps and int(few[1]) == run.epochs + epochs < 40 and run.epochs < 20
    stuck = re.fullmatch(
        r"(As many epochs again|Even ([\d,]+) more epochs) get "
        r"(?:no more (?:training )?(?:points|pictures)|only ([\d,]+) more) right: it is stuck\.",
        text,
    )
    fits = (
        number(stuck[2]) == epochs == 200 > run.epochs if stuck[2] else epochs == run.epochs >= 20
    )
    return fits and not helps and (number(stuck[3]) if stuck[3] else 0) == max(0, later - before)

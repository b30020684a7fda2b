"""Advice that was tried: what came of each trial, in words."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

from unitscope.explanation.claims import Claim
from unitscope.explanation.facts import MEASURES, Fact, agree, measure, plain, printed
from unitscope.explanation.grammar import Teller, listed
from unitscope.explanation.measured import Measured
from unitscope.explanation.prose import BRIEF, FULL, NORMAL, STORY, TRAINING
from unitscope.explanation.story import picture_of
from unitscope.explanation.trials import (
    MORE,
    RATE,
    SCALED,
    SMALLER,
    STARTS,
    UNITS,
    Setup,
    Trial,
    outcome,
    right_at_the_end,
    trials,
)
from unitscope.sweeps.block import DIVERGED
from unitscope.sweeps.longer import FEW, helped
from unitscope.sweeps.words import counted
from unitscope.training.run import Run

_WHOLE = "of how many"  # that the number of all points was said
_INSTEAD = "instead of"  # that the run's own units were said
_NONE = "none"  # that none of the starts before solved it


@dataclasses.dataclass(frozen=True)
class TriedFact(Fact):
    """What came of a trial; to see whether it holds, the trial is done again."""

    def holds(self, at: Measured) -> bool:
        """Whether the trial comes out the same."""
        if at.run is None:
            return False
        return agree(self.value, plain(MEASURES[self.name](at, *self.about)), self.digits)


@measure
def tried_right(at: Measured, setup: Setup) -> tuple[int, ...]:
    """How many points each training of the trial gets right; -1 where it diverged."""
    return outcome(_run(at), setup).right


@measure
def tried_loss(at: Measured, setup: Setup) -> float:
    """The last loss of the trial's first training."""
    return outcome(_run(at), setup).loss[0]


@measure
def run_loss(at: Measured) -> float:
    """The loss of the run's last epoch."""
    return float(_run(at).loss[-1])


@measure
def run_right(at: Measured) -> tuple[int, int]:
    """How many of the points that the run was trained on are right at its end, of how many."""
    run = _run(at)
    return right_at_the_end(run), run.data.n_points


def advice(t: Teller, *, topic: str = STORY, seconds: float = 0.3) -> Iterator[Claim]:
    """What was just tried, as one sentence or two; nothing where there is nothing to try.

    `seconds` bounds the work, as in `trials`. The claims are of level BRIEF, under `topic`; but
    what more epochs do to a run that is right everywhere is of level NORMAL, of its training, and
    which seeds the starts have of level FULL.
    """
    if t.at.run is None or not t.fact("trained_it").value:
        return
    found = trials(t.at.run, seconds=seconds)
    longer = [one for one in found if one.setup.kind == MORE and _was_solved(t)]
    found = tuple(one for one in found if one not in longer)
    if found:
        yield _tried(t, topic, found)
        yield from _verdict(t, topic, found)
        yield from _seeds(t, topic, found)
    yield from (_went_on(t, trial) for trial in longer)


def _tried(t: Teller, topic: str, found: Sequence[Trial]) -> Claim:
    """Tried just now: 200 more epochs, and all 100 points are right."""
    parts: list[str] = []
    told: set[str] = set()  # what need not be said again
    for trial in found:
        parts.append(_said(t, trial, told))
        told.add(trial.setup.kind)
        told -= {_NONE}
        if trial.setup.seeds and not trial.solved:
            told.add(_NONE)
        if not trial.setup.seeds and trial.right[0] != DIVERGED:
            told.add(_WHOLE)
        if trial.setup.kind in (UNITS, SMALLER) and trial.setup.recipe.hidden:
            told.add(_INSTEAD)
    facts = [_right(trial) for trial in found]
    return _claim(t, topic, f"tried just now: {'; '.join(parts)}", (*facts, t.fact("run_right")))


def _said(t: Teller, trial: Trial, told: set[str]) -> str:
    """What was changed, and what came of it."""
    what = _what(t, trial, told)
    if trial.setup.seeds:
        own = _of_all_points(t)
        if _NONE in told and not trial.solved:
            return f"{what}, none either ({_at_best(trial)})"
        return f"{what}, {_of_starts(trial, 'it' if own else f'all {_points(t)}')}"
    right, n = trial.right[0], trial.points
    if right == DIVERGED:
        return f"{what}, which diverge{'s' * (trial.setup.kind != MORE)}"
    if trial.solved:
        return f"{what}, and all {n:,} {_points(t)} are right"
    return f"{what}, {right:,}{'' if _WHOLE in told else f' of {n:,} {_points(t)}'} right"


def _went_on(t: Teller, trial: Trial) -> Claim:
    """What more epochs do to a run that is right everywhere."""
    what, right, n = _what(t, trial, set()), trial.right[0], trial.points
    facts = [_right(trial), t.fact("run_right")]
    if right == DIVERGED:
        came = "diverge"
    elif not trial.solved:
        came = f"leave {right:,} of {n:,} {_points(t)} right"
    else:
        facts += [TriedFact("tried_loss", (trial.setup,), trial.loss[0]), t.fact("run_loss")]
        before, after = printed(t.fact("run_loss").value), printed(trial.loss[0])
        falls = trial.loss[0] < t.fact("run_loss").value and before != after
        came = f"{'lower' if falls else 'leave'} the loss {'to' if falls else 'at'} {after}"
    claim = _claim(t, TRAINING, f"tried just now: {what} {came}", tuple(facts))
    return dataclasses.replace(claim, level=NORMAL)


def _of_starts(trial: Trial, what: str) -> str:
    """Of other starts: 13 solve it. Of other networks: all 20 starts solve it."""
    count, solved = len(trial.right), trial.solved
    starts = "" if trial.setup.kind == STARTS else f"{count} starts"
    does = f"solves {what}" if what == "it" else f"gets {what} right"
    do = does if solved == 1 else does.replace("solves", "solve").replace("gets", "get")
    if not solved:
        return f"none{f' of {starts}' if starts else ''} {does} ({_at_best(trial)})"
    if solved == count:
        return f"all{f' {starts}' if starts else ''} {do}"
    return f"{solved}{f' of {starts}' if starts else ''} {do}"


def _at_best(trial: Trial) -> str:
    best = max(trial.right)
    return "all diverge" if best == DIVERGED else f"at best {best:,} right"


def _what(t: Teller, trial: Trial, told: set[str]) -> str:
    """What was changed: 200 more epochs, 20 other starts, 3 units instead of 2."""
    setup, run = trial.setup, _run(t.at)
    if setup.kind == MORE:
        return f"{setup.recipe.epochs:,} more epoch{'s' * (setup.recipe.epochs != 1)}"
    if setup.kind == RATE:
        before, now = printed(run.recipe.learning_rate), printed(setup.recipe.learning_rate)
        return f"one of {now}" if RATE in told else f"a learning rate of {now} instead of {before}"
    if setup.kind == SCALED:
        return "features scaled to one size"
    if setup.kind == STARTS:
        return f"{len(setup.seeds)} other starts"
    return _shapes(setup.recipe.hidden, run.recipe.hidden, told)


def _shapes(hidden: tuple[int, ...], before: tuple[int, ...], told: set[str]) -> str:
    if not hidden:
        return "without a hidden layer"
    if not before:
        return f"a hidden layer of {counted(hidden[0], 'unit')}"
    units = "-".join(f"{width:,}" for width in hidden)
    words = f"{units} unit{'s' * (hidden != (1,))}"
    than = "-".join(f"{width:,}" for width in before)
    return words if _INSTEAD in told else f"{words} instead of {than}"


def _verdict(t: Teller, topic: str, found: Sequence[Trial]) -> Iterator[Claim]:
    """Whether the run is stuck: whether as many epochs more get more points right."""
    more = next((trial for trial in found if trial.setup.kind == MORE), None)
    if more is None or more.right[0] == DIVERGED or _was_solved(t):
        return
    (right, n), later = t.fact("run_right").value, more.right[0]
    facts = [_right(more), t.fact("run_right")]
    epochs, before = more.setup.recipe.epochs, _run(t.at).epochs
    again = "as many epochs again" if epochs == before else f"even {epochs:,} more epochs"
    if more.solved:
        words = "it is not stuck, only not finished"
    elif helped(right, later, n):
        words = f"more epochs help, from {right:,} right to {later:,}: it is not finished"
    elif before < FEW and epochs <= FEW:
        words = f"{before + epochs} epochs are too few to call it stuck"
    elif later > right:
        words = f"{again} get only {later - right:,} more right: it is stuck"
    else:
        words = f"{again} get no more {_points(t)} right: it is stuck"
    yield _claim(t, topic, words, tuple(facts))


def _seeds(t: Teller, topic: str, found: Sequence[Trial]) -> Iterator[Claim]:
    """Which the other starts are."""
    with_starts = [trial for trial in found if trial.setup.seeds]
    if not with_starts:
        return
    seeds = max((trial.setup.seeds for trial in with_starts), key=len)
    facts = tuple(map(_right, with_starts))
    words = f"the starts that were tried are those of seeds {listed_seeds(seeds)}"
    claim = _claim(t, topic, words, facts)
    yield dataclasses.replace(claim, level=FULL)


def listed_seeds(seeds: Sequence[int]) -> str:
    """100 to 105 and 107 to 120."""
    runs: list[list[int]] = []
    for seed in seeds:
        if runs and seed == runs[-1][-1] + 1:
            runs[-1].append(seed)
        else:
            runs.append([seed])
    return listed([str(one[0]) if len(one) == 1 else f"{one[0]} to {one[-1]}" for one in runs])


def _right(trial: Trial) -> Fact:
    """How many points its trainings get right."""
    return TriedFact("tried_right", (trial.setup,), trial.right)


def _claim(t: Teller, topic: str, words: str, facts: tuple[Fact, ...]) -> Claim:
    """Whether it is the run's network is looked at first: it takes no training."""
    claim = t.say_of_training(topic, BRIEF, words, *facts)
    *others, of_this_run = claim.facts
    return dataclasses.replace(claim, facts=(of_this_run, *others))


def _was_solved(t: Teller) -> bool:
    right, n = t.fact("run_right").value
    return bool(right == n)


def _points(t: Teller) -> str:
    """What the points of the trials are called: others, where other points are explained."""
    things = "points" if picture_of(t.at) is None else "pictures"
    return things if _of_all_points(t) else f"training {things}"


def _of_all_points(t: Teller) -> bool:
    """Whether the points that are explained are those of the trials, and there are no others."""
    run = _run(t.at)
    return run.data == t.at.data and run.validation is None


def _run(at: Measured) -> Run:
    if at.run is None:
        raise ValueError("no run")
    return at.run

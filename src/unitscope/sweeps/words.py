"""A sweep's counts, seeds, losses and reasons as they are said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from unitscope.sweeps.longer import as_many_more
from unitscope.sweeps.solutions import DIVERGED, NOT_FINISHED, NOT_TRIED

_SOME = 8  # seeds that are listed


def loss(value: float) -> str:
    """A loss to four decimals, or to three digits where it is large."""
    return f"{value:.4f}" if value < 1e5 else f"{value:.2e}"


def how_many(diverged: int, seeds: int) -> str:
    """How many trainings diverged, like "52 of 1,000 diverged"; empty where none did."""
    return f"{diverged:,} of {seeds:,} diverged" if diverged else ""


def counted(count: int, thing: str) -> str:
    """1 seed, 2,000 seeds."""
    return f"{count:,} {thing}{'s' * (count != 1)}"


def some(seeds: Sequence[int]) -> str:
    """The first of them: 3, 5, 8, ..."""
    return ", ".join(map(str, seeds[:_SOME])) + ", ..." * (len(seeds) > _SOME)


def seeds_named(seeds: Iterable[int]) -> str:
    """Seed 3, or seeds 3, 5, 8, ..."""
    listed = list(map(int, seeds))
    return f"seed{'s' * (len(listed) != 1)} {some(listed)}"


def reason(why: str, epochs: int, *, may_stop: bool = False) -> str:
    """Why seeds of so many epochs, or fewer, get points wrong: stuck, a dead unit."""
    more = f"{as_many_more(epochs):,} more epochs"
    if may_stop:
        more = f"{epochs + as_many_more(epochs):,} epochs without early stopping"
    if why == NOT_FINISHED:
        return f"not finished, {more} help"
    if why == NOT_TRIED:
        return f"wrong somewhere, not tried with {more}"
    return f"stuck, {why}"


def parts(reasons: Sequence[str], seeds: int) -> str:
    """How many of a group of so many seeds are not finished, and how many are stuck."""
    stuck = {NOT_FINISHED: NOT_FINISHED, NOT_TRIED: NOT_TRIED, DIVERGED: DIVERGED}
    counts = Counter(stuck.get(one, "stuck") for one in reasons)
    return ", ".join(
        one if count == seeds else f"{count:,} of them {one}" for one, count in counts.items()
    )

"""One hidden unit of the story: which classes are on either side of its line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from unitscope.explanation.facts import Fact, printed
from unitscope.explanation.grammar import Teller, listed
from unitscope.explanation.prose import FEW_NAMES
from unitscope.explanation.prose.sentences import say
from unitscope.explanation.prose.story_words import (
    THREAD,
    Told,
    in_words,
    moved,
    shares,
    some,
    told,
    which_most,
    worded,
)

_MOST_INPUTS = 3  # that are named
_MANY = 2 * FEW_NAMES  # classes

_RISING = ("relu", "tanh", "sigmoid", "elu", "softplus", "linear")  # with their pre-activation


class _Sides(NamedTuple):
    """Which classes a unit has on either side, and the points that are on the other."""

    off: list[int]
    on: list[int]
    cut: list[int]
    counts: tuple[int, ...]  # on, of each class
    sizes: tuple[int, ...]

    @property
    def strays_off(self) -> list[tuple[int, int]]:
        """Points that are on, of classes that are mostly off."""
        return [(label, self.counts[label]) for label in self.off if self.counts[label]]

    @property
    def strays_on(self) -> list[tuple[int, int]]:
        """Points that are off, of classes that are mostly on."""
        missing = [(label, self.sizes[label] - self.counts[label]) for label in self.on]
        return [(label, count) for label, count in missing if count]


def one_unit(t: Teller, unit: int) -> Told:
    """A unit of the only hidden layer."""
    on, activation = t.fact("on", 0, unit), t.fact("activation_of", 0, unit)
    role = t.fact("role", 0, unit).value
    relu = activation.value == "relu"
    if not any(on.value):
        words = worded(t, "adds_nothing" if relu else "never_positive", unit=unit)
        return told(t, THREAD, words, on, activation)
    occupied = t.occupied()
    off, above, cut = ([label for label in occupied if role[label] == one] for one in (-1, 1, 0))
    sides = _Sides(off, above, cut, on.value, t.sizes.value)
    features = t.at.net.n_features
    if features > 2:
        words, facts = _by_features(t, unit, relu=relu)
    else:
        words, facts = _by_line(t, unit, sides, relu=relu)
    parallel = t.fact("parallel", 0, unit)
    if parallel.value >= 0 and activation.value in ("relu", "leaky_relu", "abs", "linear"):
        words = say("twin", unit=unit, other=parallel.value)
        return told(t, THREAD, words, parallel, activation)
    return told(t, THREAD, words, *facts, activation, t.fact("with_points"))


def _by_line(t: Teller, unit: int, sides: _Sides, *, relu: bool) -> tuple[str, list[Fact]]:
    """With one or two inputs, where a unit's line is something to see."""
    if t.at.net.n_features == 1:
        try:
            line = t.fact("threshold", unit)
        except ValueError:
            return _by_counts(t, unit, _who(unit, relu=relu), relu=relu)
        (at, sign), what = line.value, "threshold"
        near, far = ("below", "above") if sign > 0 else ("above", "below")
        name = say("its_threshold", feature=t.input(0), place=printed(at))
    else:
        line = t.fact("leaning", unit)
        (axis, sign), what, name = line.value, "line", say("its_line")
        if not sign:
            return _by_counts(t, unit, _who(unit, relu=relu), relu=relu)
        near, far = ("left", "right") if axis == 0 else ("below", "above")
        near, far = (near, far) if sign > 0 else (far, near)
    tell = _relu if relu else _other
    facts = [line, t.fact("role", 0, unit), t.fact("strays", 0, unit)]
    facts += [t.fact("on_of", 0, unit, label) for label in sides.cut]
    return tell(t, unit, sides, (near, far), (what, name)), facts


def _relu(
    t: Teller, unit: int, sides: _Sides, where: tuple[str, str], line: tuple[str, str]
) -> str:
    """Where a unit is 0, and where it grows."""
    near, far = where
    what, name = say(line[0]), line[1]
    if not sides.cut and not sides.off:
        if not sides.strays_on:
            return worded(t, "above_zero", unit=unit, line=what)
        return worded(t, "above_zero_but", unit=unit, some=some(t, sides.strays_on))
    if not sides.cut and not sides.on:
        return worded(t, "zero_but", unit=unit, some=some(t, sides.strays_off))
    if not sides.off and not sides.on:
        return say("cuts_through", line=what, unit=unit, cut=_cut(t, sides, far))
    slots = {"near": say(f"of_{near}"), "line": name, "far": say(f"to_{far}")}
    slots |= {"off": _in_brackets(t, sides.off), "on": _in_brackets(t, sides.on)}
    words = say("zero_and_grows", unit=unit, **slots)
    strays = sides.strays_off + sides.strays_on
    if strays:
        words += say("except", some=some(t, sorted(strays)))
    if sides.cut:
        words += say("and_cuts", line=what, cut=_cut(t, sides, far))
    return words


def _other(
    t: Teller, unit: int, sides: _Sides, where: tuple[str, str], line: tuple[str, str]
) -> str:
    """Which classes are on either side of a unit that has no off and on."""
    near, far = where
    what, name = line
    of_it = say(f"the_{what}", unit=unit, place=name)
    if not sides.cut and not (sides.off and sides.on):
        side, strays = (far, sides.strays_on) if sides.on else (near, sides.strays_off)
        but = say("but", some=some(t, strays)) if strays else ""
        key = "all_lie" if t.at.n > 1 else "all_lie_one"
        return worded(t, key, but=but, side=say(f"of_{side}"), line=of_it)
    of_it += "," if what == "threshold" else ""
    if not sides.off and not sides.on:
        return say("line_cuts_through", line=of_it, cut=_cut(t, sides, far))
    parts = []
    for labels, strays, side in (
        (sides.off, sides.strays_off, near),
        (sides.on, sides.strays_on, far),
    ):
        if labels:
            but = say("but_for", some=some(t, strays)) if strays else ""
            parts.append(say("side", names=_names(t, labels), side=say(f"at_{side}"), but=but))
    words = say("line_has", line=of_it, sides=listed(parts))
    if sides.cut:
        words += say("it_cuts", cut=_cut(t, sides, far))
    return words


def _in_brackets(t: Teller, labels: Sequence[int]) -> str:
    """(c0, c1), or how many they are where they are many."""
    if not labels:
        return ""
    names = _names(t, labels) if _many(t, labels) else ", ".join(map(t.name, labels))
    return say("in_brackets", names=names)


def _names(t: Teller, labels: Sequence[int]) -> str:
    """C0 and c1, or how many they are where they are many."""
    if _many(t, labels):
        return say("many_classes", count=in_words(len(labels)))
    return t.names(labels)


def _many(t: Teller, labels: Sequence[int]) -> bool:
    """Whether classes are counted: some of so many that their names would be a list."""
    return len(labels) > 1 and len(t.occupied()) >= _MANY


def _cut(t: Teller, sides: _Sides, far: str) -> str:
    """C1 (13 of its 25 points to its right) and c2 (...), or how many they are."""
    if _many(t, sides.cut):
        return _names(t, sides.cut)
    parts: list[str] = []
    for label in sides.cut:
        slots = {"count": f"{sides.counts[label]:,}", "size": f"{sides.sizes[label]:,}"}
        slots |= {"name": t.name(label), "far": say(f"at_{far}")}
        parts.append(worded(t, "cut_class_too" if parts else "cut_class", **slots))
    return listed(parts)


def _who(unit: int, *, relu: bool) -> str:
    """Unit 3, or the sum that it takes."""
    return say("unit", numbers=unit) if relu else say("the_sum", unit=unit)


def _by_features(t: Teller, unit: int, *, relu: bool) -> tuple[str, list[Fact]]:
    """With many inputs: which of them move a unit, and for which classes it is on."""
    moved_by = t.fact("moved_by", unit, _MOST_INPUTS)
    if not moved_by.value:
        return _by_counts(t, unit, _who(unit, relu=relu), relu=relu)
    who = _who(unit, relu=t.at.net.layers[0].activation in _RISING)
    words = say("moved", who=who, moved=moved(t, moved_by.value))
    moving = t.fact("moving")
    if len(moved_by.value) < moving.value:
        words += which_most(moved_by.value)
    counts, facts = _by_counts(t, unit, say("it"), relu=relu)
    return say("moved_so", moved=words, counts=counts), [moved_by, moving, *facts]


def _by_counts(t: Teller, unit: int, who: str, *, relu: bool) -> tuple[str, list[Fact]]:
    """For which classes it is on, without saying where that is."""
    slots = {"who": who, "state": say("is_on" if relu else "is_positive")}
    on, occupied = t.fact("on", 0, unit), t.occupied()
    every = [t.fact("on_of", 0, unit, label) for label in occupied]
    if sum(on.value) == t.at.n:
        return worded(t, "at_every", **slots), every
    if len(occupied) <= FEW_NAMES:
        return say("for_shares", shares=shares(t, on.value), **slots), every
    role = t.fact("role", 0, unit)
    mostly = [label for label in occupied if role.value[label] > 0]
    if 0 < len(mostly) <= FEW_NAMES:
        return worded(t, "for_most", names=t.names(mostly), **slots), [role]
    count, n = f"{sum(on.value):,}", f"{t.at.n:,}"
    return worded(t, "at_some", count=count, n=n, **slots), every

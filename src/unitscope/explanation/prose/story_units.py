"""One hidden unit of the story: which classes are on either side of its line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from unitscope.explanation.facts import Fact, printed
from unitscope.explanation.grammar import Teller, listed
from unitscope.explanation.prose import FEW_NAMES
from unitscope.explanation.prose.story_words import (
    THREAD,
    Told,
    in_words,
    moved,
    shares,
    some,
    thing,
    told,
)

_MOST_INPUTS = 3  # that are named
_MANY = 2 * FEW_NAMES  # classes

# Names of the two sides of a line: of it, where it is named; beside it; of a class's points.
_LEFT = "left of", "to the left", "to its left"
_RIGHT = "right of", "to the right", "to its right"
_BELOW = "below", "below", "below it"
_ABOVE = "above", "above", "above it"

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
        words = f"unit {unit} is 0" if relu else f"the sum that unit {unit} takes is never positive"
        words += f" at every {thing(t)}, and adds nothing" if relu else " on these data"
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
        words = (
            f"unit {unit} is a twin of unit {parallel.value}: its weights and bias are a positive "
            "multiple of that one's, so it adds nothing new"
        )
        return told(t, THREAD, words, parallel, activation)
    return told(t, THREAD, words, *facts, activation, t.fact("with_points"))


def _by_line(t: Teller, unit: int, sides: _Sides, *, relu: bool) -> tuple[str, list[Fact]]:
    """With one or two inputs, where a unit's line is something to see."""
    if t.at.net.n_features == 1:
        try:
            line = t.fact("threshold", unit)
        except ValueError:
            return _by_counts(t, unit, relu=relu)
        (at, sign), what = line.value, "threshold"
        near, far = (_BELOW, _ABOVE) if sign > 0 else (_ABOVE, _BELOW)
        name = f"{t.input(0)} = {printed(at)}"
    else:
        line = t.fact("leaning", unit)
        (axis, sign), what, name = line.value, "line", "its line"
        if not sign:
            return _by_counts(t, unit, relu=relu)
        near, far = (_LEFT, _RIGHT) if axis == 0 else (_BELOW, _ABOVE)
        near, far = (near, far) if sign > 0 else (far, near)
    say = _relu if relu else _other
    facts = [line, t.fact("role", 0, unit), t.fact("strays", 0, unit)]
    facts += [t.fact("on_of", 0, unit, label) for label in sides.cut]
    return say(t, f"unit {unit}", sides, (near, far), (what, name)), facts


def _relu(
    t: Teller,
    unit: str,
    sides: _Sides,
    where: tuple[tuple[str, str, str], tuple[str, str, str]],
    line: tuple[str, str],
) -> str:
    """Where a unit is 0, and where it grows."""
    near, far = where
    what, name = line
    if not sides.cut and not sides.off:
        if not sides.strays_on:
            return f"{unit} is above 0 at every {thing(t)}: no {thing(t)} lies beyond its {what}"
        return f"{unit} is above 0 at all {thing(t)}s but {some(t, sides.strays_on)}"
    if not sides.cut and not sides.on:
        return f"{unit} is 0 at all {thing(t)}s but {some(t, sides.strays_off)}"
    if not sides.off and not sides.on:
        return f"the {what} of {unit} cuts through {_cut(t, sides, far)}"
    words = f"{unit} is 0 {near[0]} {name}{_in_brackets(t, sides.off)}"
    words += f" and grows {far[1]}{_in_brackets(t, sides.on)}"
    strays = sides.strays_off + sides.strays_on
    if strays:
        words += f", except {some(t, sorted(strays))}"
    if sides.cut:
        words += f"; the {what} cuts through {_cut(t, sides, far)}"
    return words


def _other(
    t: Teller,
    unit: str,
    sides: _Sides,
    where: tuple[tuple[str, str, str], tuple[str, str, str]],
    line: tuple[str, str],
) -> str:
    """Which classes are on either side of a unit that has no off and on."""
    near, far = where
    what, name = line
    of_it = f"the {what} of {unit}" if what == "line" else f"the threshold of {unit}"
    if what == "threshold":
        of_it += f", {name},"
    if not sides.cut and not (sides.off and sides.on):
        side, strays = (far, sides.strays_on) if sides.on else (near, sides.strays_off)
        but = f" but {some(t, strays)}" if strays else ""
        verb = "lie" if t.at.n > 1 else "lies"
        return f"all {thing(t)}s{but} {verb} {side[0]} {of_it}".rstrip(",")
    if not sides.off and not sides.on:
        return f"{of_it} cuts through {_cut(t, sides, far)}"
    parts = []
    for labels, strays, side in (
        (sides.off, sides.strays_off, near),
        (sides.on, sides.strays_on, far),
    ):
        if labels:
            but = f" (but for {some(t, strays)})" if strays else ""
            parts.append(f"{_names(t, labels)} {side[2]}{but}")
    words = f"{of_it} has {' and '.join(parts)}"
    if sides.cut:
        words += f"; it cuts through {_cut(t, sides, far)}"
    return words


def _in_brackets(t: Teller, labels: Sequence[int]) -> str:
    """(c0, c1), or how many they are where they are many."""
    if not labels:
        return ""
    return f" ({_names(t, labels) if _many(t, labels) else ', '.join(map(t.name, labels))})"


def _names(t: Teller, labels: Sequence[int]) -> str:
    """C0 and c1, or how many they are where they are many."""
    return f"{in_words(len(labels))} classes" if _many(t, labels) else t.names(labels)


def _many(t: Teller, labels: Sequence[int]) -> bool:
    """Whether classes are counted: some of so many that their names would be a list."""
    return len(labels) > 1 and len(t.occupied()) >= _MANY


def _cut(t: Teller, sides: _Sides, far: tuple[str, str, str]) -> str:
    """C1 (13 of its 25 points to its right) and c2 (...), or how many they are."""
    if _many(t, sides.cut):
        return _names(t, sides.cut)
    parts: list[str] = []
    for label in sides.cut:
        things = f" {thing(t)}s" if not parts else ""
        share = f"{sides.counts[label]:,} of {sides.sizes[label]:,}{things}"
        parts.append(f"{t.name(label)} ({share} {far[2]})")
    return listed(parts)


def _by_features(t: Teller, unit: int, *, relu: bool) -> tuple[str, list[Fact]]:
    """With many inputs: which of them move a unit, and for which classes it is on."""
    moved_by = t.fact("moved_by", unit, _MOST_INPUTS)
    if not moved_by.value:
        return _by_counts(t, unit, relu=relu)
    rising = t.at.net.layers[0].activation in _RISING
    who = f"unit {unit}" if rising else f"the sum that unit {unit} takes"
    words = f"{who} {moved(t, moved_by.value)}"
    moving = t.fact("moving")
    if len(moved_by.value) < moving.value:
        words += ", which move it most" if len(moved_by.value) > 1 else ", which moves it most"
    counts, facts = _by_counts(t, unit, relu=relu)
    counts = counts.removeprefix(f"unit {unit}").removeprefix(f"the sum that unit {unit} takes")
    return f"{words}; it{counts}", [moved_by, moving, *facts]


def _by_counts(t: Teller, unit: int, *, relu: bool) -> tuple[str, list[Fact]]:
    """For which classes it is on, without saying where that is."""
    who = f"unit {unit} is on" if relu else f"the sum that unit {unit} takes is positive"
    on, occupied = t.fact("on", 0, unit), t.occupied()
    every = [t.fact("on_of", 0, unit, label) for label in occupied]
    if sum(on.value) == t.at.n:
        return f"{who} at every {thing(t)}", every
    if len(occupied) <= FEW_NAMES:
        return f"{who} for {shares(t, on.value)}", every
    role = t.fact("role", 0, unit)
    mostly = [label for label in occupied if role.value[label] > 0]
    if 0 < len(mostly) <= FEW_NAMES:
        most = "at least three quarters of"
        return f"{who} for {most} the {thing(t)}s of {t.names(mostly)}", [role]
    return f"{who} at {sum(on.value):,} of {t.at.n:,} {thing(t)}s", every

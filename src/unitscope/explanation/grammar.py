"""The words for names, numbers and lists, singular and plural: what sentences are made of."""

from __future__ import annotations

from collections.abc import Sequence

from unitscope.explanation.claims import Claim, marked
from unitscope.explanation.facts import Fact, fact, printed
from unitscope.explanation.measured import Measured


def listed(parts: Sequence[str]) -> str:
    """a, b and c."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def counted(count: int, thing: str) -> str:
    """1 point, 2 points."""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def percent(share: float) -> str:
    """43.2%."""
    return f"{printed(100 * share)}%"


def sum_of(terms: Sequence[tuple[float, str]], constant: float) -> str:
    """1.22 x0 - 0.5 x1 + 3."""
    text = ""
    for number, what in [*terms, (constant, "")]:
        if text and not what and printed(number) == "0":
            continue
        sign = (" - " if number < 0 else " + ") if text else ("-" if number < 0 else "")
        text += sign + f"{printed(abs(number))} {what}".rstrip()
    return text


def are(count: int) -> str:
    """Is or are."""
    return "is" if count == 1 else "are"


class Teller:
    """The words for what a `Measured` has: names, numbers and lists."""

    def __init__(self, at: Measured, level: int) -> None:
        self.at = at
        self.level = level
        self.sizes = self.fact("sizes")

    def fact(self, name: str, *about: object, digits: int = 3) -> Fact:
        """Measure it now."""
        return fact(self.at, name, *about, digits=digits)

    def say(self, topic: str, level: int, words: str, *facts: Fact) -> Claim:
        """A claim: `words` with a capital letter and a full stop, and the facts that they state."""
        return Claim(topic, level, facts, f"{words[0].upper()}{words[1:]}.", None, self.at.window)

    def say_of_training(self, topic: str, level: int, words: str, *facts: Fact) -> Claim:
        """A claim about the run, which holds only for the network that it ends with."""
        return Claim(
            topic,
            level,
            (*facts, self.fact("trained_it")),
            f"{words[0].upper()}{words[1:]}.",
            self.at.run,
            self.at.window,
        )

    def name(self, label: int) -> str:
        """A class's name."""
        names = self.at.data.class_names
        return marked(names[label] if label < len(names) else f"c{label}")

    def names(self, labels: Sequence[int]) -> str:
        """Names of classes as a list."""
        return listed([self.name(label) for label in labels])

    def input(self, number: int) -> str:
        """A feature's name."""
        return marked(self.at.data.feature_names[number])

    def unit(self, layer: int, unit: int) -> str:
        """Unit 0, with its layer (counted from 1, as in the course) where there are several."""
        return f"unit {unit}" + (f" of layer {layer + 1}" if self.at.hidden > 1 else "")

    def portion(self, count: int, label: int) -> str:
        """All 25 points of c0, or 3 of 25."""
        size = self.sizes.value[label]
        if size == 1:
            return f"the one point of {self.name(label)}"
        return f"{f'all {size}' if count == size else f'{count} of {size}'} points of {self.name(label)}"

    def sides(self, layer: int) -> tuple[str, str]:
        """What a unit of a layer is at points where its pre-activation is positive, and where it is not."""
        if self.at.net.layers[layer].activation == "relu":
            return "on", "off"
        return "on its positive side", "on its negative side"

    def area_digits(self) -> int:
        """How many digits areas and distances are good for: on a mesh, two."""
        return 3 if self.at.partition is None or self.at.partition.exact else 2

    def about(self, value: float) -> str:
        """An area or a distance: on a mesh, about so much."""
        digits = self.area_digits()
        return f"{'about ' if digits == 2 else ''}{printed(value, digits)}"

    def occupied(self) -> list[int]:
        """Classes that have points."""
        return [label for label, size in enumerate(self.sizes.value) if size]

"""What sentences are made of: names, numbers and lists, singular and plural."""

from __future__ import annotations

from collections.abc import Sequence

from unitscope.explanation.claims import Claim, marked
from unitscope.explanation.facts import DIGITS, Fact, fact, printed
from unitscope.explanation.measured import Measured
from unitscope.explanation.prose.sentences import say
from unitscope.shares import Share, share_told


def listed(parts: Sequence[str]) -> str:
    """a, b and c."""
    return parts[0] if len(parts) == 1 else say("and", first=", ".join(parts[:-1]), last=parts[-1])


def percent(share: Share, digits: int = DIGITS) -> str:
    """43.2%; over 99.9% of what is not all, and under 0.1% of what is not nothing."""
    told = share_told(share, digits) if isinstance(share, float) else share
    if isinstance(told, float):
        return f"{printed(100 * told, digits)}%"
    return f"{told[0]} {printed(100 * told[1])}%"


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


def _sentence(words: str) -> str:
    """With a capital letter and a full stop."""
    return f"{words[0].upper()}{words[1:]}."


class Teller:
    """Knows what a `Measured` calls its classes, inputs and units, and makes claims of words."""

    def __init__(self, at: Measured, level: int) -> None:
        self.at = at
        self.level = level
        self.sizes = self.fact("sizes")

    def fact(self, name: str, *about: object, digits: int = 3) -> Fact:
        """Measure it now."""
        return fact(self.at, name, *about, digits=digits)

    def say(self, topic: str, level: int, words: str, *facts: Fact) -> Claim:
        """A claim: `words` as a sentence, and the facts that it states."""
        return Claim(topic, level, facts, _sentence(words), None, self.at.window)

    def say_of_training(self, topic: str, level: int, words: str, *facts: Fact) -> Claim:
        """A claim about the run, which holds only for the network that it ends with."""
        facts = *facts, self.fact("trained_it")
        return Claim(topic, level, facts, _sentence(words), self.at.run, self.at.window)

    def name(self, label: int) -> str:
        """A class's name."""
        names = self.at.data.class_names
        return marked(names[label] if label < len(names) else f"c{label}")

    def names(self, labels: Sequence[int]) -> str:
        """The classes' names, listed."""
        return listed([self.name(label) for label in labels])

    def input(self, number: int) -> str:
        """A feature's name."""
        return marked(self.at.data.feature_names[number])

    def unit(self, layer: int, unit: int) -> str:
        """Unit 0, with its layer (counted from 1, as in the course) where there are several."""
        return f"unit {unit} of layer {layer + 1}" if self.at.hidden > 1 else f"unit {unit}"

    def below(self, number: int) -> str:
        """What an output unit reads: a unit of the last hidden layer, or an input."""
        return self.unit(self.at.hidden - 1, number) if self.at.hidden else self.input(number)

    def portion(self, count: int, label: int) -> str:
        """All 25 points of c0, or 3 of 25."""
        size, name = self.sizes.value[label], self.name(label)
        if size == 1:
            return f"the one point of {name}"
        share = f"all {size:,}" if count == size else f"{count:,} of {size:,}"
        return f"{share} points of {name}"

    def places(self, count: int) -> str:
        """All 100 points, 3 of 100 points, or the one point there is."""
        n = self.at.n
        if n == 1:
            return "the one point" if count else "0 of 1 point"
        return f"all {n:,} points" if count == n else f"{count:,} of {n:,} points"

    def sides(self, layer: int) -> tuple[str, str]:
        """What a unit of the layer is where its pre-activation is positive, and where not."""
        if self.at.net.layers[layer].activation == "relu":
            return "on", "off"
        return "on its positive side", "on its negative side"

    def space(self) -> str:
        """What the outputs of the last hidden layer are called."""
        return f"layer {self.at.hidden}" if self.at.hidden > 1 else "hidden space"

    def units(self, numbers: Sequence[int]) -> str:
        """Units 0 and 2, of the last hidden layer."""
        layer = f" of layer {self.at.hidden}" if self.at.hidden > 1 else ""
        return f"unit{'' if len(numbers) == 1 else 's'} {listed([str(n) for n in numbers])}{layer}"

    def area_digits(self) -> int:
        """How many digits of areas and distances are known: on a mesh, two."""
        part = self.at.partition
        return 3 if part is None or part.exact else 2

    def about(self, value: float) -> str:
        """A distance: on a mesh, about so much."""
        return self._on_a_mesh(printed(value, self.area_digits()))

    def about_share(self, share: Share) -> str:
        """A share of the window in percent: on a mesh, about so much."""
        told = percent(share, self.area_digits())
        return self._on_a_mesh(told) if isinstance(share, float) and share < 1 else told

    def _on_a_mesh(self, number: str) -> str:
        return say("about", number=number) if self.area_digits() == 2 else number

    def occupied(self) -> list[int]:
        """The classes that have points."""
        return [label for label, size in enumerate(self.sizes.value) if size]

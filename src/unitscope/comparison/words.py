"""The sentences of a comparison, each with its facts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from unitscope.comparison import measures  # noqa: F401 - it registers the measures
from unitscope.comparison.measures import digits_of
from unitscope.comparison.pair import Pair, paired
from unitscope.data.dataset import Dataset
from unitscope.explanation.claims import Sentence, Sentences, marked
from unitscope.explanation.facts import Fact, fact, printed
from unitscope.explanation.grammar import listed, percent
from unitscope.geometry.plane import Plane
from unitscope.geometry.window import Window
from unitscope.networks import Network
from unitscope.shares import Share
from unitscope.subject import model_of

_MOST_POINTS = 8  # whose numbers are listed
_MOST_PAIRS = 6  # of units of a layer that are told

Names = tuple[str, str]


@dataclass(frozen=True)
class ComparedClaim(Sentence):
    """One sentence about two networks and their data."""

    _plane: Plane | None = field(repr=False, compare=False)
    _window: Window = field(repr=False, compare=False)

    def holds(self, a: Any, b: Any, data: Dataset) -> bool:
        """Whether the sentence is true of these two on these data: its facts, measured again.

        Counts, classes and points must be the same; numbers as printed, or within 1e-6.
        """
        a, b = model_of("a", a, data), model_of("b", b, data)
        if not a.n_features == b.n_features == data.n_features or a.n_classes != b.n_classes:
            return False
        at = paired(a, b, data, self._plane, self._window)
        return all(one.holds(at) for one in self.facts)


class Words(Sentences[ComparedClaim]):
    """Sentences about two networks: in short, then where they differ, then their units."""


def words_of(at: Pair, names: Names) -> Words:
    """All sentences."""
    return Words(tuple(_Teller(at, names).all()))


class _Teller:
    """Knows what the two are called, and makes claims of words."""

    def __init__(self, at: Pair, names: Names) -> None:
        self.at = at
        self.one, self.other = map(marked, names)

    def all(self) -> Iterator[ComparedClaim]:
        """The whole comparison."""
        yield self._alike()
        yield from self._asked()
        if self.at.sure is not None:
            yield from self._window()
        yield self._right()
        if len(self.at.points):
            yield from self._points()
        nets = self.at.nets
        if all(isinstance(net, Network) or net.probable for net in nets):
            yield self._furthest()
        depths = [len(net.layers) - 1 for net in nets if isinstance(net, Network)]
        for layer in range(min(depths) if len(depths) == 2 else 0):
            yield from self._units(layer)

    def _say(self, topic: str, words: str, *facts: Fact) -> ComparedClaim:
        sentence = f"{words[0].upper()}{words[1:]}."
        return ComparedClaim(topic, 0, facts, sentence, self.at.plane, self.at.window)

    def _fact(self, name: str, *about: object, digits: int = 3) -> Fact:
        return fact(self.at, name, *about, digits=digits)

    def _class(self, label: int) -> str:
        names = self.at.data.class_names
        return marked(names[label] if label < len(names) else f"c{label}")

    def _share(self, share: Share) -> str:
        digits = digits_of(self.at)
        told = percent(share, digits)
        return f"about {told}" if digits == 2 and isinstance(share, float) and share < 1 else told

    def _alike(self) -> ComparedClaim:
        same = self._fact("given_alike")
        count, n = same.value
        which = f"all {n:,} points" if count == n else f"{count:,} of {n:,} points"
        if n == 1:
            which = "the one point"
            if not count:
                words = f"{self.one} and {self.other} give the one point different classes"
                return self._say("", words, same)
        return self._say("", f"{self.one} and {self.other} give {which} the same class", same)

    def _asked(self) -> Iterator[ComparedClaim]:
        """Which of them have no layers, and how densely they are asked."""
        asked = self._fact("asked_places")
        which, side = asked.value
        names = [name for name, one in zip((self.one, self.other), which, strict=True) if one]
        if names:
            have = "has" if len(names) == 1 else "have"
            is_ = "is" if len(names) == 1 else "are"
            words = f"{listed(names)} {have} no layers and {is_} asked at every point"
            where = "the window" if self.at.plane is None else "the plane's window"
            words += f", and at {side} x {side} places of {where}" if side else ""
            yield self._say("", words, asked)

    def _window(self) -> Iterator[ComparedClaim]:
        apart = self._fact("apart_share", digits=digits_of(self.at))
        share, parts = apart.value
        if self.at.plane is not None:
            agrees, n = self._fact("ground_agrees"), self._fact("given_alike")
            shown = f"{agrees.value:,} of {n.value[1]:,} points"
            words = f"the plane that is looked at shows the classes of both at {shown}"
            yield self._say("", words, agrees, n)
        where = "the window" if self.at.plane is None else "the plane's window"
        if not parts:
            yield self._say("", f"in {where} they differ nowhere", apart)
            return
        pieces = "one part" if parts == 1 else f"{parts:,} parts"
        differ = f"they differ on {self._share(share)} of {where}"
        sure = f", in {pieces}" if digits_of(self.at) > 2 else ""  # a mesh can miss small ones
        yield self._say("", differ + sure, apart)
        most = self._fact("apart_most", digits=digits_of(self.at))
        i, j, share, whole, half = most.value
        classes = f"is {self._class(i)} to {self.one} and {self._class(j)} to {self.other}"
        told = f"{self._share(share)} of {where}"
        what = "all of it" if whole else f"{'most' if half else 'the largest piece'} of it, {told},"
        yield self._say("", f"{what} {classes}", most)

    def _right(self) -> ComparedClaim:
        right = self._fact("both_right")
        one, other = right.value
        n = self.at.data.n_points
        points = f"{n:,} point{'s' * (n > 1)}"
        words = f"{self.one} has {one:,} of {points} right, {self.other} {other:,}"
        return self._say("", words, right, self._fact("given_alike"))

    def _points(self) -> Iterator[ComparedClaim]:
        topic = "The points"
        apart = self._fact("apart_at")
        numbers = [str(number) for number in apart.value[:_MOST_POINTS]]
        more = len(apart.value) - len(numbers)
        told = listed([*numbers, f"{more:,} more"] if more else numbers)
        words = f"they differ at point{'s' * (len(apart.value) > 1)} {told}"
        yield self._say(topic, words, apart)
        right = self._fact("right_where_apart")
        one, other, neither = (f"{count:,}" for count in right.value)
        words = f"of these, {self.one} has {one} right, {self.other} {other}, and neither {neither}"
        yield self._say(topic, words, right)

    def _furthest(self) -> ComparedClaim:
        found = self._fact("furthest")
        point, label, one, other = found.value
        what = f"at point {point:,}, where {self._class(label)} has"
        told = f"{percent(one)} by {self.one} and {percent(other)} by {self.other}"
        words = f"their probabilities are furthest apart {what} {told}"
        if one == other:
            words = "their probabilities are the same at every point, as printed"
        return self._say("The points", words, found)

    def _units(self, layer: int) -> Iterator[ComparedClaim]:
        topic = "The hidden units" if self._deepest == 1 else f"The units of layer {layer + 1}"
        pairs, sizes = self._fact("go_together", layer), self._fact("sizes_of")
        same = [pair for pair in pairs.value if pair[2]]
        if len(pairs.value) > 1:
            count = f"{len(same):,} of {len(pairs.value):,}" if same else "none"
            count = "all" if len(same) == len(pairs.value) else count
            words = f"of the pairs of units that go together, {count} "
            are = "is" if len(same) == 1 or not same else "are"
            yield self._say(topic, f"{words}{are} the same up to a factor", pairs)
        others = sorted((pair for pair in pairs.value if not pair[2]), key=lambda pair: -pair[4])
        for pair in sorted([*same, *others][:_MOST_PAIRS]):
            yield self._pair(topic, layer, pairs, pair)
        for which, name in enumerate((self.one, self.other)):
            taken = {pair[which] for pair in pairs.value}
            left = [u for u in range(sizes.value[which][layer]) if u not in taken]
            if left and len(left) <= _MOST_POINTS:
                units = f"unit{'s' * (len(left) > 1)} {listed(list(map(str, left)))}"
                go = "goes" if len(left) == 1 else "go"
                yield self._say(topic, f"{units} of {name} {go} with none", pairs, sizes)

    def _pair(
        self, topic: str, layer: int, pairs: Fact, pair: tuple[int, int, bool, float, int]
    ) -> ComparedClaim:
        a, b, same, factor, together = pair
        one, other = f"unit {a} of {self.one}", f"unit {b} of {self.other}"
        relu = all(net.layers[layer].activation == "relu" for net in self._networks)
        if same:
            times = printed(factor)
            words = f"{other} is {times} times {one}" if times != "1" else f"{other} is {one}"
            if factor < 0 and relu:
                words += ", so that each is on where the other is off"
            return self._say(topic, words, pairs)
        if factor >= 0:
            how = "both are on or both off" if relu else "both are positive or both not"
        else:
            how = "one is on and the other off" if relu else "one is positive and the other not"
        n = self.at.data.n_points
        points = f"all {n:,} points" if together == n else f"{together:,} of {n:,} points"
        words = f"{one} goes with {other}: at {points} {how}"
        return self._say(topic, words, pairs, self._fact("given_alike"))

    @property
    def _deepest(self) -> int:
        return max(len(net.layers) for net in self._networks) - 1

    @property
    def _networks(self) -> list[Network]:
        return [net for net in self.at.nets if isinstance(net, Network)]

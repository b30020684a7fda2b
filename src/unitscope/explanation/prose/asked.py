"""The sentences about a model that is asked point by point: its answers, and nothing in between."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from unitscope.explanation.asked import PLACES, SHUFFLES, Asked
from unitscope.explanation.claims import Claim, marked
from unitscope.explanation.facts import Fact, fact, printed
from unitscope.explanation.grammar import are, listed, percent
from unitscope.explanation.prose import BRIEF, FULL, NORMAL, POINT, STORY
from unitscope.sweeps.words import counted

RIGHT = "What the model gets right"
WINDOW = "Where its answer changes"
FEATURES = "Which features it needs"
_SIDES = (129, 65, 33, 17)  # places along each side of the window
_MOST_CONFUSIONS, _MOST_FEATURES, _MOST_ANSWERS = 12, 64, 12
_NAMED = 5  # points of one mistake that are named
_DIGITS = 4  # of places of one feature


def told_of(at: Asked, point: int | None) -> Iterator[Claim]:
    """All sentences, or those about one point."""
    teller = _Teller(at)
    yield from teller.everything() if point is None else teller.one(point)


class _Teller:
    """Knows what classes and features are called, and how many points the model answers in time."""

    def __init__(self, at: Asked) -> None:
        self.at = at
        self.count = at.net.affordable(at.data.n_points, at.data.X)

    def everything(self) -> Iterator[Claim]:
        """The story, then its parts."""
        yield self._known()
        yield from self._right()
        falls = self._falls()
        yield from self._strongest(falls)
        yield from self._close()
        yield from self._mistakes()
        yield from self._line() if self.at.data.n_features == 1 else ()
        yield from self._window() if self.at.data.n_features == 2 else ()
        yield from self._features(falls)

    def one(self, point: int) -> Iterator[Claim]:
        """What it answers to one point, and what would change that."""
        own, given = self._fact("own_class", point), self._fact("answer_to", point)
        which = f"point {point} of {self._class(own.value)}"
        right = "which is right" if own.value == given.value else "which is wrong"
        words = f"{which} is given to {self._class(given.value)}, {right}"
        yield self._say(POINT, BRIEF, words, own, given)
        if self.at.net.probable:
            chances = self._fact("chances_of", point)
            names = map(self._class, range(len(chances.value)))
            told = [f"{percent(p)} {name}" for p, name in zip(chances.value, names, strict=True)]
            yield self._say(POINT, BRIEF, f"its probabilities are {listed(told)}", chances)
        near = self._fact("other_near", self.count, point)
        if near.value is not None:
            distance, other = near.value
            words = f"a place at most {printed(distance)} away is given to {self._class(other)}"
            yield self._say(POINT, BRIEF, words, near)
        for feature in range(min(self.at.data.n_features, _MOST_FEATURES)):
            yield self._by_feature(point, feature)

    def _by_feature(self, point: int, feature: int) -> Claim:
        """What another value of one feature would change."""
        changed, name = self._fact("changed_by", point, feature), self._feature(feature)
        if changed.value is None:
            words = (
                f"at {PLACES} places over its range, no other value of {name} changes the answer"
            )
            return self._say(POINT, NORMAL, words, changed)
        own, value, other = changed.value
        words = f"with {name} {printed(value, _DIGITS)} instead of {printed(own, _DIGITS)} "
        words += f"and all else the same, it is given to {self._class(other)}"
        return self._say(POINT, NORMAL, words, changed)

    def _known(self) -> Claim:
        asked = self._fact("answered", self.count)
        count, n = asked.value
        points = counted(n, "point")
        which = f"{'all ' * (n > 1)}{points}" if count == n else f"{count:,} of the {points}"
        words = f"the model has no layers to look into: it was asked for its answer to {which}"
        words += "" if count == n else ", a sample of each class, as it is slow"
        return self._say(STORY, BRIEF, words, asked)

    def _right(self) -> Iterator[Claim]:
        right, largest = self._fact("answered_right", self.count), None
        good, count = right.value
        words = f"{good:,} of {count:,} {are(good)} right ({percent(good / count)})"
        words = f"all {count:,} are right" if good == count else words
        if count == 1:
            words = "that is right" if good else "that is wrong"
        largest = self._fact("largest_asked", self.count)
        label, size = largest.value
        if size == count:
            yield self._say(STORY, BRIEF, words, right)
            return
        words += f"; the answer {self._class(label)} to every point would be right at {size:,}"
        yield self._say(STORY, BRIEF, words, right, largest)

    def _strongest(self, falls: Sequence[Fact]) -> Iterator[Claim]:
        """The feature whose shuffling costs most."""
        if len(falls) > 1 and max(one.value for one in falls) > 0:
            best = max(falls, key=lambda one: one.value)
            words = f"it needs {self._feature(best.about[1])} most: {self._fall(best)}"
            yield self._say(STORY, BRIEF, words, *falls)

    def _close(self) -> Iterator[Claim]:
        """The closest calls, by probability and by distance."""
        if self.at.net.probable:
            apart = self._fact("answers_apart", self.count)
            call = self._fact("nearest_tie", self.count)
            point, first, one, second, two, alike = call.value
            told = f"{percent(one)} {self._class(first)} and {percent(two)} {self._class(second)}"
            words = f"the closest call is point {point}: {told}"
            if alike > 1:
                words = f"the closest calls are {alike:,} points, such as point {point}: {told}"
            yield self._say(STORY, BRIEF, words, call)
            if apart.value:
                words = f"at {counted(apart.value, 'point')} its answer is not the class that it "
                yield self._say(RIGHT, NORMAL, f"{words}holds most probable", apart)
        near = self._fact("nearest_change", self.count)
        if near.value is not None:
            point, distance, other = near.value
            words = "of the right points, the nearest to another answer that was found is point "
            words += f"{point}: a place at most {printed(distance)} away is given to "
            yield self._say(RIGHT, NORMAL, words + self._class(other), near)

    def _mistakes(self) -> Iterator[Claim]:
        table = self._fact("mistaken", self.count)
        for rank, (own, other, wrong, size) in enumerate(table.value[:_MOST_CONFUSIONS]):
            level = NORMAL if rank < _NAMED else FULL
            words = f"{wrong:,} of {size:,} points of {self._class(own)} {are(wrong)} taken for "
            words += self._class(other)
            points = self._fact("mistakes_of", self.count, own, other)
            named = [str(number) for number in points.value[:_NAMED]]
            named += [f"{wrong - _NAMED:,} more"] if wrong > _NAMED else []
            words += f": point{'s' * (wrong > 1)} {listed(named)}"
            yield self._say(RIGHT, level, words, table, points)

    def _line(self) -> Iterator[Claim]:
        """Of one feature, where the answer changes."""
        line = self._fact("along_the_line", digits=_DIGITS)
        low, high, changes, answers, places = line.value
        where = f"from {printed(low, _DIGITS)} to {printed(high, _DIGITS)} of {self._feature(0)}"
        words = f"{where}, asked at {places:,} places, its answer changes {len(changes):,} times"
        if len(answers) <= _MOST_ANSWERS:
            ends = [*(f" up to {printed(place, _DIGITS)}" for place in changes), ""]
            told = [f"{self._class(one)}{end}" for one, end in zip(answers, ends, strict=True)]
            words = f"{where}, asked at {places:,} places, its answer is "
            words += f"{', then '.join(told)}{'' if changes else ' throughout'}"
        yield self._say(WINDOW, NORMAL, words, line)

    def _window(self) -> Iterator[Claim]:
        """Of two features, what each class is given of the window."""
        at = self.at
        side = next((one for one in _SIDES if at.net.affordable(one**2, at.data.X) >= one**2), 9)
        seen = self._fact("seen_of", side)
        for label, (count, parts) in enumerate(seen.value):
            words = f"of {side} x {side} places of the window, "
            if not count:
                words += f"none is given to {self._class(label)}"
            else:
                words += f"{percent(count / side**2)} are given to {self._class(label)}, in "
                words += f"{counted(parts, 'part')} of neighbouring places"
            yield self._say(WINDOW, NORMAL, words, seen)

    def _falls(self) -> list[Fact]:
        """What shuffling each feature costs; nothing where the model is too slow for it."""
        d, at = self.at.data.n_features, self.at
        rows = d * self.count
        most = at.net.affordable(SHUFFLES * rows, at.data.X)
        if d == 1 or d > _MOST_FEATURES or most < rows:
            return []
        times = min(SHUFFLES, most // rows)
        return [self._fact("falls", self.count, feature, times) for feature in range(d)]

    def _features(self, falls: Sequence[Fact]) -> Iterator[Claim]:
        order = sorted(range(len(falls)), key=lambda number: -falls[number].value)
        for rank, number in enumerate(order):
            level = NORMAL if rank < _NAMED else FULL
            yield self._say(FEATURES, level, self._fall(falls[number]), falls[number])

    def _fall(self, one: Fact) -> str:
        _, feature, times = one.about
        share, change = abs(one.value), "fewer" if one.value > 0 else "more"
        less = f"{printed(100 * share)} {change}" if share else "as many"
        shuffled = f"values of {self._feature(feature)} are shuffled among the points"
        how = f"on average of {times} shuffles" if times > 1 else "in one shuffle"
        return f"of 100 points, {less} are right when the {shuffled}, {how}"

    def _fact(self, name: str, *about: object, digits: int = 3) -> Fact:
        return fact(self.at, name, *about, digits=digits)

    def _say(self, topic: str, level: int, words: str, *facts: Fact) -> Claim:
        sentence = f"{words[0].upper()}{words[1:]}."
        return Claim(topic, level, facts, sentence, None, self.at.window)

    def _class(self, label: int) -> str:
        return marked(self.at.data.class_names[label])

    def _feature(self, number: int) -> str:
        return marked(self.at.data.feature_names[number])

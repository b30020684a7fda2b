"""Claims, sentences with the facts that they state, and the explanation made of them."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from textwrap import shorten
from typing import Any, Generic, TypeVar

from unitscope.data.dataset import Dataset
from unitscope.explanation.asked import are_of_answers, asked
from unitscope.explanation.facts import Fact
from unitscope.explanation.measured import measured
from unitscope.geometry.window import Window
from unitscope.models.sampled import SampledClassifier
from unitscope.networks import Network
from unitscope.subject import model_and_data
from unitscope.training.glance import of_run
from unitscope.training.run import Run
from unitscope.visible import on_one_line

# Around a name that came from outside: private characters, which no name may contain.
OPEN, CLOSE = "\ue000", "\ue001"
_MARKED = re.compile(f"{OPEN}([^{CLOSE}]*){CLOSE}")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~&$:@])")


def marked(name: str) -> str:
    """A name from outside as it stands in a sentence: on one line, and to be escaped later."""
    return OPEN + on_one_line(name.replace(OPEN, "").replace(CLOSE, "")) + CLOSE


@dataclass(frozen=True)
class Sentence:
    """One sentence, with what it states.

    - `topic`: the heading it stands under; "" for the story, which has none.
    - `level`: 0 is in every explanation, 1 from "normal" on, 2 and 3 only in "full".
    - `facts`: all that it states, each measured.
    - `text`: the sentence.
    """

    topic: str
    level: int
    facts: tuple[Fact, ...]
    _words: str = field(repr=False)

    @property
    def text(self) -> str:
        """The sentence."""
        return _MARKED.sub(r"\1", self._words)

    @property
    def markdown(self) -> str:
        """The sentence as Markdown, its names escaped, so that they show as they are."""
        return _MARKED.sub(lambda name: _MARKDOWN.sub(r"\\\1", name[1]), self._words)

    @property
    def html(self) -> str:
        """The sentence as HTML text."""
        return html.escape(self.text)

    @property
    def names(self) -> list[tuple[int, int]]:
        """Where names from outside begin and end in the text."""
        found = enumerate(_MARKED.finditer(self._words))
        return [(name.start() - 2 * k, name.end() - 2 * k - 2) for k, name in found]

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Claim(Sentence):
    """One sentence about a network and its data."""

    _run: Run | None = field(default=None, repr=False, compare=False)
    _window: Window | None = field(default=None, repr=False, compare=False)

    def holds(self, net: Any, data: Dataset) -> bool:
        """Whether the sentence is true of this network on these data: its facts, measured again.

        Counts, classes and sets must be the same; numbers the same as printed, or within 1e-6. Of a
        model that is asked, `net` is the model.
        """
        if not isinstance(net, (Network, SampledClassifier)):
            net, data = model_and_data(net, data)
        is_asked = isinstance(net, SampledClassifier)
        if net.n_features != data.n_features or is_asked != are_of_answers(self.facts):
            return False
        at: Any
        if is_asked:
            at = asked(net, data, self._window)
        else:
            at = measured(net, data, self._run, self._window)
        return all(fact.holds(at) for fact in self.facts)


S = TypeVar("S", bound=Sentence)


class Sentences(Generic[S]):
    """Sentences: the story, a passage in which each builds on the last, then parts.

    `claims` are all of them; `str()`, `to_markdown()` and `to_html()` write them down.
    """

    def __init__(self, claims: tuple[S, ...]) -> None:
        self.claims = claims

    @property
    def story(self) -> str:
        """The passage that it begins with; "" where it explains one point."""
        return " ".join(claim.text for claim in self.claims if not claim.topic)

    def sections(self) -> Iterator[tuple[str, list[S]]]:
        """Headings in order, each with its claims; the story's heading is ""."""
        for topic in dict.fromkeys(claim.topic for claim in self.claims):
            yield topic, [claim for claim in self.claims if claim.topic == topic]

    def to_markdown(self) -> str:
        """The story as a paragraph; a heading and a list for every topic."""
        return "\n".join(
            f"## {topic}\n\n" + "".join(f"- {claim.markdown}\n" for claim in claims)
            if topic
            else " ".join(claim.markdown for claim in claims) + "\n"
            for topic, claims in self.sections()
        )

    def to_html(self) -> str:
        """The story as a paragraph; a part that folds out for every topic.

        Names are escaped; there are no styles and no scripts.
        """
        return "\n".join(
            f"<details>\n<summary>{html.escape(topic)}</summary>\n<ul>\n"
            + "".join(f"<li>{claim.html}</li>\n" for claim in claims)
            + "</ul>\n</details>"
            if topic
            else f"<p>{' '.join(claim.html for claim in claims)}</p>"
            for topic, claims in self.sections()
        )

    def __len__(self) -> int:
        return len(self.claims)

    def __iter__(self) -> Iterator[S]:
        return iter(self.claims)

    def __str__(self) -> str:
        return "\n\n".join(
            topic + "\n" + "\n".join(f"  {claim.text}" for claim in claims)
            if topic
            else " ".join(claim.text for claim in claims)
            for topic, claims in self.sections()
        )

    def _repr_markdown_(self) -> str:
        return self.to_markdown()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self.claims)} claims)"


class Explanation(Sentences[Claim]):
    """Sentences about a network and its data: its story, then its parts."""

    def frame(self) -> Any:
        """A pandas frame of the claims: topic ("" for the story), level, text, how many facts."""
        import pandas

        names = ("topic", "level", "text")
        columns = {name: [getattr(claim, name) for claim in self.claims] for name in names}
        return pandas.DataFrame({**columns, "facts": [len(claim.facts) for claim in self.claims]})

    def __repr__(self) -> str:
        first = shorten(str(self.claims[0]), 72, placeholder="…") if self.claims else ""
        return f"Explanation({len(self.claims)} claims: {first})"

    def _repr_html_(self) -> str:
        run = next((claim._run for claim in self.claims if claim._run is not None), None)
        return (of_run(run) if run is not None else "") + self.to_html()

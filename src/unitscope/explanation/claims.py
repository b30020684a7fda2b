"""Claims, sentences with the facts that they state, and the explanation made of them."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from unitscope.data.dataset import Dataset
from unitscope.explanation.facts import Fact
from unitscope.explanation.measured import measured
from unitscope.geometry.window import Window
from unitscope.network import Network
from unitscope.training.run import Run

# Around a name that came from outside: private characters, which no name may contain.
OPEN, CLOSE = "\ue000", "\ue001"
_MARKED = re.compile(f"{OPEN}([^{CLOSE}]*){CLOSE}")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~&$:@])")


def marked(name: str) -> str:
    """A name from outside as it stands in a sentence: on one line, and to be escaped later."""
    return OPEN + " ".join(name.replace(OPEN, "").replace(CLOSE, "").split()) + CLOSE


@dataclass(frozen=True)
class Claim:
    """One sentence about a network and its data.

    - `topic`: the heading it stands under.
    - `level`: 0 is in every explanation, 1 from "normal" on, 2 only in "full".
    - `facts`: all that it states, each measured.
    - `text`: the sentence.
    """

    topic: str
    level: int
    facts: tuple[Fact, ...]
    _words: str = field(repr=False)
    _run: Run | None = field(default=None, repr=False, compare=False)
    _window: Window | None = field(default=None, repr=False, compare=False)

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

    def holds(self, net: Network, data: Dataset) -> bool:
        """Whether the sentence is true of this network on these data: its facts, measured again.

        Counts, classes and sets must be the same; numbers the same as printed, or within 1e-6.
        """
        if net.n_features != data.n_features:
            return False
        at = measured(net, data, self._run, self._window)
        return all(fact.holds(at) for fact in self.facts)

    def __str__(self) -> str:
        return self.text


class Explanation:
    """Sentences about a network, the most important first under each heading.

    `claims` are all of them; `str()`, `to_markdown()` and `to_html()` write them down.
    """

    def __init__(self, claims: tuple[Claim, ...]) -> None:
        self.claims = claims

    def sections(self) -> Iterator[tuple[str, list[Claim]]]:
        """Headings in order, each with its claims."""
        for topic in dict.fromkeys(claim.topic for claim in self.claims):
            yield topic, [claim for claim in self.claims if claim.topic == topic]

    def to_markdown(self) -> str:
        """A heading and a list for every topic."""
        return "\n".join(
            f"## {topic}\n\n" + "".join(f"- {claim.markdown}\n" for claim in claims)
            for topic, claims in self.sections()
        )

    def to_html(self) -> str:
        """A section for every topic, names escaped; no styles and no scripts."""
        return "\n".join(
            f"<section>\n<h2>{html.escape(topic)}</h2>\n<ul>\n"
            + "".join(f"<li>{claim.html}</li>\n" for claim in claims)
            + "</ul>\n</section>"
            for topic, claims in self.sections()
        )

    def __len__(self) -> int:
        return len(self.claims)

    def __iter__(self) -> Iterator[Claim]:
        return iter(self.claims)

    def __str__(self) -> str:
        return "\n\n".join(
            topic + "\n" + "\n".join(f"  {claim.text}" for claim in claims)
            for topic, claims in self.sections()
        )

    def _repr_markdown_(self) -> str:
        return self.to_markdown()

    def __repr__(self) -> str:
        return f"Explanation({len(self.claims)} claims)"

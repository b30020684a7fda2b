"""Text from outside as it may be shown: nothing in it is a command to whoever shows it."""

from __future__ import annotations

import re

# What a terminal obeys, what XML has no place for, and what turns the letters around it.
_COMMANDS = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


def visible(text: str) -> str:
    r"""The same text, with `\x1b` and the like written out; tabs and new lines stay.

    A file may call a class anything: such a name could otherwise rewrite a terminal's screen, or
    show letters in another order than they have.
    """
    return text if text.isprintable() else _COMMANDS.sub(_written_out, text)


def on_one_line(text: str) -> str:
    """The same with one space for tabs, new lines and spaces in a row, none at its ends."""
    return visible(" ".join(text.split()))


def _written_out(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode("ascii")

"""Parts of the page: a table in Markdown, and a contender's row in it."""

from __future__ import annotations

import timing


def table(title: str, columns: list[str], rows: list[list[str]]) -> str:
    """A Markdown section."""
    lines = [f"## {title}", "", "| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    return "\n".join([*lines, *["| " + " | ".join(row) + " |" for row in rows], ""])


def row(name: str, seconds: float, ours: float) -> list[str]:
    """A contender's row: its time, ours in the same run, and how many times ours."""
    return [name, timing.shown(seconds), timing.shown(ours), times(seconds / ours)]


def times(ratio: float) -> str:
    """How many times, two digits."""
    return f"{ratio:,.0f}" if ratio >= 20 else f"{ratio:.2g}"


def skipped(title: str, error: ImportError) -> str:
    """A section that could not be measured here, with the library that it needs."""
    return f"## {title}\n\nNot measured: {error.name} is not installed.\n"

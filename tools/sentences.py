"""Writes the story's table of sentences for the page's JavaScript, from that of Python."""

from __future__ import annotations

import json
from pathlib import Path

from unitscope.explanation.prose.sentences import SENTENCES

TABLE = Path(__file__).parents[1] / "src" / "unitscope" / "web" / "story" / "sentences.js"
WIDTH = 100
HEAD = """// @ts-check
/** The English of the story. Made from unitscope/explanation/prose/sentences.py by
 * tools/sentences.py: a sentence is changed there. */

export const SENTENCES = {
"""


def script() -> str:
    """The module's text."""
    return HEAD + "".join(line(key, text) for key, text in SENTENCES.items()) + "};\n"


def line(key: str, text: str) -> str:
    """A sentence and its name, on as many lines as it needs."""
    whole = f"  {key}: {json.dumps(text)},\n"
    if len(whole) <= WIDTH + 1:
        return whole
    parts, room = [""], WIDTH - 8
    for word in text.split(" "):
        if len(json.dumps(parts[-1] + word)) > room:
            parts.append("")
        parts[-1] += word + " "
    parts[-1] = parts[-1].removesuffix(" ")
    parts = [json.dumps(part) for part in parts]
    joined = " +\n    ".join(parts)
    fits = len(parts) > 1 and len(f"  {key}: {parts[0]} +") <= WIDTH  # as deno's formatter has it
    return f"  {key}: {joined},\n" if fits else f"  {key}:\n    {joined},\n"


if __name__ == "__main__":
    TABLE.parent.mkdir(exist_ok=True)
    TABLE.write_text(script(), encoding="utf-8")

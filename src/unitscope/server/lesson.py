"""The file of a lesson, read and looked over; the page checks all of it (docs/lessons.md)."""

from __future__ import annotations

import json
import os
from pathlib import Path

from unitscope.errors import refusal, said

_MOST = 262_144  # characters, as the page has it
_FIELDS = ("unitscope", "version", "title", "steps")


def lesson_from(path: str | os.PathLike[str]) -> bytes:
    """The lesson of a file, as it is sent.

    **Raises** `InvalidInput` where it is no lesson or cannot be read.
    """
    try:
        with Path(path).open("rb") as file:
            content = file.read(4 * _MOST + 1)
    except OSError as error:
        why = said(f"{path}: {error.strerror}")
        raise refusal("--lesson", "a file that can be read", why) from None
    try:
        text = content.decode()
        value = json.loads(text) if len(text) <= _MOST else None
    except (ValueError, RecursionError):
        rule = "a lesson in JSON, as docs/lessons.md has it"
        raise refusal("--lesson", rule, said(f"{path}, which is none")) from None
    if value is None and len(content) > _MOST:
        raise refusal("--lesson", f"a file of at most {_MOST:,} characters", said("a longer one"))
    fields = value if isinstance(value, dict) else {}
    missing = [name for name in _FIELDS if name not in fields]
    if missing or fields["unitscope"] != "lesson" or not isinstance(fields["steps"], list):
        raise refusal(
            "--lesson",
            'a lesson: an object with "unitscope": "lesson", "version", "title" and "steps"',
            said(f"{path}, which is none"),
        )
    return content

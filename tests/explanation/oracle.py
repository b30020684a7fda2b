"""Whether a sentence is true: it is read back and worked out in plain NumPy, without our measures.

`is_true(text, net, data)` knows every form of sentence; one that it cannot read is an error. What
is said of areas and distances is held against a fine grid, and so only roughly; all else exactly,
numbers to their printed digits.
"""

from __future__ import annotations

import oracle_codes  # noqa: F401 - they register the forms
import oracle_features  # noqa: F401
import oracle_outputs  # noqa: F401
import oracle_predictions  # noqa: F401
import oracle_story  # noqa: F401
import oracle_story_classes  # noqa: F401
import oracle_story_layers  # noqa: F401
import oracle_story_units  # noqa: F401
import oracle_units  # noqa: F401
from oracle_words import FORMS, read
from oracle_world import world


def is_true(text: str, net, data) -> bool:
    text = text[0].lower() + text[1:].removesuffix(".")
    found = read(FORMS, text)
    assert found, f"no reading of {text!r}"
    check, groups = found
    try:
        return bool(check(world(net, data), *groups))
    except (IndexError, KeyError):  # no such unit or class
        return False

"""What the pages of docs/ say that Python answers, Python answers."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1] / "docs"


@pytest.mark.parametrize("page", ["regions.md", "explanation.md"])
def test_the_answers_in_a_page(page):
    found = doctest.testfile(str(DOCS / page), module_relative=False, encoding="utf-8")
    assert found.attempted > 3
    assert found.failed == 0

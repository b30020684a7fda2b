"""One offline file of a run: how large it is, and what it has to train by itself."""

from __future__ import annotations

import base64
import gzip
import re
from importlib import resources

import pytest

import unitscope as us
from unitscope.errors import InvalidInput
from unitscope.export.page import page_text


def part(text: str, name: str) -> bytes:
    """A packed part of a file, as it was; nothing where it has none."""
    found = re.search(rf'id="unitscope-{name}">([^<]*)</script>', text)
    return gzip.decompress(base64.b64decode(found[1])) if found else b""


def test_the_labs_file_is_at_most_500_kilobytes_and_has_the_kernel_that_the_page_has():
    text = page_text(us.lab.run(), course=True)
    assert len(text.encode()) <= 500_000
    kernel = resources.files("unitscope") / "web" / "kernel"
    for name, file in (("kernel", "plain.wasm"), ("course", "course.bin")):
        assert part(text, name) == (kernel / file).read_bytes()
    assert b"fetch(" not in part(text, "trainer") and "fetch(" not in text
    shown = page_text(us.lab.run(), course=True, editable=False)
    assert len(shown) < len(text) and not part(shown, "kernel") and not part(shown, "trainer")
    assert not part(page_text(us.train(us.datasets.lab(), epochs=1)), "course")


def test_what_says_whether_it_is_editable_is_true_or_false(tmp_path):
    with pytest.raises(InvalidInput, match=r"editable must be True or False\. Got 1 instead\."):
        us.export_html(us.lab.run(), tmp_path / "a.html", editable=1)  # type: ignore[arg-type]

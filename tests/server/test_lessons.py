"""The lesson that pages begin with, and the sites that may have them in a frame."""

from __future__ import annotations

import json

import pytest

from serving import headers, served, status
from unitscope.cli import main
from unitscope.errors import InvalidInput
from unitscope.server.access import embedder
from unitscope.server.lesson import lesson_from

LESSON = {"unitscope": "lesson", "version": 1, "title": "A", "steps": []}


def test_pages_begin_with_the_lesson_of_the_file(tmp_path):
    path = tmp_path / "own.json"
    path.write_text(json.dumps(LESSON), encoding="utf-8")
    with served(lesson=path) as server:
        answer = server.get("/lesson.json")
        assert answer.endswith(path.read_bytes())
        assert headers(answer)["content-type"] == "application/json"
        assert b'data-lesson="lesson.json"' in server.get("/")
    with served() as server:
        assert status(server.get("/lesson.json")) == 404
        assert b"data-lesson" not in server.get("/")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b'{"unitscope": "lesson"}',
        b"\xff",
        b"[" * 200_000,
        b" " * 2_000_000,
        json.dumps(LESSON | {"unitscope": "page"}).encode(),
    ],
    ids=range(7),
)
def test_what_is_no_lesson_is_refused_before_anything_is_served(content, tmp_path, capsys):
    path = tmp_path / "own.json"
    path.write_bytes(content)
    with pytest.raises(InvalidInput, match="--lesson must be "):
        lesson_from(path)
    assert main(["play", "--no-browser", "--port", "0", "--lesson", str(path)]) == 1
    said = capsys.readouterr()
    assert "--lesson must be " in said.err and "Traceback" not in said.err + said.out
    with pytest.raises(InvalidInput, match="can be read"):
        lesson_from(tmp_path / "none.json")


def test_no_site_may_have_the_page_in_a_frame_but_those_allowed():
    with served() as server:
        assert "frame-ancestors 'none'" in headers(server.get("/"))["content-security-policy"]
    with served(embedders=("https://Moodle.example.org:443", "http://[::1]:8000")) as server:
        rules = headers(server.get("/"))["content-security-policy"]
        allowed = "frame-ancestors https://moodle.example.org http://[::1]:8000"
        assert rules.endswith(allowed) and "default-src 'none'" in rules
        # A refusal's own page stays out of every frame.
        other = server.get("/missing", "Accept: text/html")
        assert "frame-ancestors 'none'" in headers(other)["content-security-policy"]


@pytest.mark.parametrize(
    "origin",
    [
        "*",
        "https://*",
        "https://*.example.org",
        "moodle.example.org",
        "https://a.org/x",
        "https://",
        "javascript:alert(1)",
        "https://a.org;script-src",
        "'self'",
        "data:x",
        "https://a@b.org",
        "https://a.org https://b.org",
        "https://a.org\r\nx: y",
        "",
    ],
)
def test_what_is_no_origin_is_refused(origin, capsys):
    with pytest.raises(InvalidInput, match="embedders must be an origin"):
        embedder(origin)
    assert main(["play", "--no-browser", "--port", "0", f"--allow-embed={origin}"]) == 1
    assert "--allow-embed must be an origin" in capsys.readouterr().err

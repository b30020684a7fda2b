"""A server that asks for a token: who gets in, what the browser keeps, where none is written."""

from __future__ import annotations

import asyncio
import json
import logging

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from patience import CONNECTING
from serving import Served, headers, page_at, served, status
from unitscope.errors import InvalidInput
from unitscope.server import app as server_module
from unitscope.server import log
from unitscope.server.app import create_app
from unitscope.server.refusals import HEADERS

TOKEN = "a-token.of_ours~1"


@pytest.fixture(scope="module")
def server():
    with served(("*",), TOKEN) as one:
        yield one


def cookie_of(server: Served, path: str = f"/?token={TOKEN}", *more: str) -> str:
    """What a browser keeps of the address that was printed."""
    answer = server.get(path, *more)
    assert status(answer) == 303 and headers(answer)["location"] == "./"
    return headers(answer)["set-cookie"].partition(";")[0]


@pytest.mark.parametrize("path", ["/", "/page.css", "/live", "/nothing", "/?token=", "/?token=x"])
def test_without_the_token_nothing_but_health_is_answered(server, path):
    answer = server.get(path)
    assert status(answer) == 401 and headers(answer)["www-authenticate"] == "Bearer"
    assert headers(answer)["cache-control"] == "no-store"
    assert not HEADERS.keys() - headers(answer).keys()
    assert TOKEN.encode() not in answer
    assert status(server.get("/health")) == 200


def test_a_browser_is_asked_for_it_in_a_page_that_runs_nothing(server):
    answer = server.get("/", "Accept: text/html,*/*")
    assert status(answer) == 401 and headers(answer)["content-type"].startswith("text/html")
    rules = headers(answer)["content-security-policy"]
    assert "default-src 'none'" in rules and "unsafe" not in rules and "form-action 'self'" in rules
    assert b'<input type="password" name="token"' in answer and b"<script" not in answer


def test_the_address_with_the_token_gives_a_cookie_and_an_address_without_it(server):
    answer = server.get(f"/?token={TOKEN}")
    kept = headers(answer)["set-cookie"]
    assert "HttpOnly" in kept and "SameSite=lax" in kept and "Secure" not in kept
    assert TOKEN not in kept and kept.startswith(f"unitscope-{server.port}=")
    assert headers(answer)["referrer-policy"] == "no-referrer"
    assert headers(answer)["cache-control"] == "no-store"
    cookie = kept.partition(";")[0]
    assert status(server.get("/", f"Cookie: {cookie}")) == 200
    assert status(server.get("/panels/regions.js", f"Cookie: a=b; {cookie}; c=d")) == 200
    assert status(server.get("/", f"Cookie: {cookie}x")) == 401
    assert status(server.get("/", f"Cookie: unitscope-{server.port}={TOKEN}")) == 401
    secure = server.get(f"/?token={TOKEN}", "X-Forwarded-Proto: https")
    assert "Secure" in headers(secure)["set-cookie"]


def test_the_way_back_never_leads_to_another_site(server):
    for path in ("//evil.example/", "///evil.example/", "/\\evil.example/"):
        assert cookie_of(server, f"{path}?token={TOKEN}")
    assert cookie_of(server, f"/?token=wrong&x=1&token={TOKEN}")
    assert status(server.get(f"/?token={TOKEN}&token=wrong")) == 401


def test_a_script_gives_it_with_each_request(server):
    assert status(server.get(f"/page.css?token={TOKEN}")) == 200
    assert status(server.get("/", f"Authorization: Bearer {TOKEN}")) == 200
    assert status(server.get("/", f"Authorization: Bearer {TOKEN}x")) == 401
    assert status(server.get("/", "Authorization: Bearer \xff")) == 401


def test_a_page_without_the_token_is_told_and_one_with_it_is_served(server):
    for query, more in [("", {}), ("?token=wrong", {}), ("", {"Cookie": "unitscope=x"})]:
        with (
            page_at(server.port, query, additional_headers=more) as made,
            pytest.raises(ConnectionClosed) as no,
        ):
            made.recv()
        assert no.value.rcvd.code == 1008 and "asks for its token" in no.value.rcvd.reason
    for query, more in [
        (f"?token={TOKEN}", {}),
        ("", {"Authorization": f"Bearer {TOKEN}"}),
        ("", {"Cookie": cookie_of(server)}),
    ]:
        with page_at(server.port, query, additional_headers=more) as made:
            assert json.loads(made.recv())["kind"] == "hello"


def test_the_token_does_not_help_another_site(server):
    with (
        pytest.raises(InvalidStatus, match="403"),
        connect(
            f"ws://127.0.0.1:{server.port}/live?token={TOKEN}",
            origin="http://evil.example",
            **CONNECTING,
        ),
    ):
        pass
    evil = f"/?token={TOKEN}", "Origin: http://evil.example"
    assert status(server.get(*evil)) == 403


def test_no_log_has_the_token():
    """Not even one that writes every request, as uvicorn does for who starts it by himself."""
    lines: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(record.getMessage())

    names, handler = ("uvicorn.error", "uvicorn.access"), Kept()
    with log.limited():
        for name in names:
            logger, before = logging.getLogger(name), logging.getLogger(name).level
            logger.addHandler(handler)
            logger.setLevel(logging.INFO)
            address = ("127.0.0.1:1", "GET", f"/?token={TOKEN}", "1.1", 303)
            logger.info('%s - "%s %s HTTP/%s" %d', *address)
            logger.info('%s - "WebSocket %s" [accepted]', "127.0.0.1:1", f"/live?token={TOKEN}&x=1")
            logger.warning("Strange: /?x=1&token=%s HTTP/1.1", TOKEN)
            logger.setLevel(before)
            logger.removeHandler(handler)
    assert len(lines) == 6 and TOKEN not in "".join(lines)
    assert '127.0.0.1:1 - "GET /?token=… HTTP/1.1" 303' in lines


def test_an_app_is_not_made_with_a_name_or_a_token_that_cannot_be():
    for hosts, token in [(["a/b"], ""), (["*"], ""), ([], "short")]:
        with pytest.raises(InvalidInput):
            create_app(hosts, token)


def test_an_app_takes_names_and_token_from_the_environment(monkeypatch):
    monkeypatch.setenv("UNITSCOPE_ALLOWED_HOSTS", "lab.example, bücher.example")
    monkeypatch.setenv("UNITSCOPE_TOKEN", TOKEN)
    with served(None, None) as server:

        def named(host: str) -> int:
            lines = f"GET /page.css?token={TOKEN} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n"
            return status(server.ask(f"{lines}\r\n"))

        assert named("xn--bcher-kva.example") == named("LAB.example:80") == 200
        assert named("x.example") == 403
        assert status(server.get("/page.css")) == 401


def test_an_app_without_a_word_on_tokens_answers_its_own_computer_only(monkeypatch):
    monkeypatch.delenv("UNITSCOPE_TOKEN", raising=False)
    monkeypatch.setattr(server_module, "_NOT_OPEN", "closed")
    for token, answered in ((None, False), ("", True)):
        app, sent = create_app(["lab.example"], token), []

        async def send(message, sent=sent):
            sent.append(message)

        for reached, open_ in [("127.0.0.1", True), ("::1", True), ("192.0.2.1", answered)]:
            scope = {
                "type": "http", "method": "HEAD", "path": "/page.css", "query_string": b"",
                "headers": [(b"host", b"lab.example")], "server": (reached, 8600), "scheme": "http",
            }  # fmt: skip
            sent.clear()
            asyncio.run(app(scope, None, send))
            assert sent[0]["status"] == (200 if open_ else 403), (reached, token)
            assert open_ or b"closed" in sent[1]["body"]

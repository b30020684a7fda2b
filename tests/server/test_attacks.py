"""Hundreds of malformed requests over plain sockets: each is refused, and the server serves on."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from serving import Served, headers, heard, logged, served, status
from unitscope.server import app as server_module
from unitscope.server.refusals import HEADERS

NAMES = [
    "", " ", "[", "]", "[::1", "::1", "[::1]]", "[::g]", "[::1%25lo]", "[1.2.3.4]", "a b", "a/b",
    "\xe9", "a\\b", "a@127.0.0.1", "localhost@evil.example", "127.0.0.1.evil.example",
    "127.0.0.1 evil.example", "127.1", "0x7f.1", "2130706433", "127.0.0.1:x", "127.0.0.1:-1",
    "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:99999999999999999999", "127.0.0.1:1:2",
    "127.0.0.1,evil", "127.0.0.1#", "127.0.0.1?", "%31%32%37.0.0.1", "..", ".", "-", "*",
    "evil.example", "evil.example:8600", "xn--a", "a" * 5000, "\x7f", "\t", "null",
    "http://127.0.0.1", "//127.0.0.1", "127.0.0.1/", "[::ffff:10.0.0.1]",
]  # fmt: skip
SCHEMES = [
    "http://", "https://", "ftp://", "file://", "javascript:", "", "http:", "HTTP:///", "ws://",
]  # fmt: skip
PATHS = [
    "/%", "/%%", "/%zz", "/%0", "/%00", "/%ff", "/%c0%ae%c0%ae/", "/%2e%2e/%2e%2e/etc/passwd",
    "/..%5c..", "//", "///evil.example", "/\\evil.example", "/" + "a" * 5000, "/" + "../" * 500,
    "/" + "%2f" * 500, "/?%", "/?token=%", "/?token=%ff", "/?token", "/?" + "&" * 5000,
    "/?" + "token=x&" * 500, "/health/..", "/health%00", "/HEALTH", "/live", "/live/", "/panels",
    "/index.html/x", "/con", "/aux.js", "/a:b", "/.", "/..", "/*", "/;", "/'", '/"', "*",
    "evil.example:443", "http://evil.example/", "http://[/", "/\xff",
]  # fmt: skip
LINES = [
    "GET", "GET /", "GET / HTTP/9.9", "GET / HTTP/2.0", "GET / HTTP/1.1 x", "G T / HTTP/1.1",
    "get / HTTP/1.1", "POST / HTTP/1.1", "PUT / HTTP/1.1", "TRACE / HTTP/1.1",
    "CONNECT a:1 HTTP/1.1", "OPTIONS * HTTP/1.1", "PRI * HTTP/2.0", "BREW /health HTTP/1.1",
    "X" * 300 + " / HTTP/1.1", "GET  /  HTTP/1.1", "\x00 / HTTP/1.1", "GET / HTTP/1.0",
    "GET / HTTP/0.9", "GET /\t HTTP/1.1", "GET / http/1.1", "GET / HTTP/11", "\x16\x03\x01\x02",
]  # fmt: skip
MORE = [
    "Content-Length: -1", "Content-Length: x", "Content-Length: 1, 2",
    "Content-Length: 99999999999999999999", "Transfer-Encoding: chunked", "Transfer-Encoding: gzip",
    "Transfer-Encoding: chunked\r\nContent-Length: 3", "Expect: 100-continue",
    "Upgrade: h2c\r\nConnection: Upgrade", "Upgrade: \r\nConnection: Upgrade", "Connection: \xff",
    "Cookie: " + "a=b; " * 500, "Cookie: =", "Cookie: \x01", "Cookie: \xff=\xff", "NoColon",
    ": empty", "X Y: z", "X: \x00", "X: a\r b", " X: folded", "Host: twice",
    "Origin: http://a\r\nOrigin: http://b", "Range: bytes=9-1", "Range: bytes=" + "0-1," * 1000,
    "Range: bytes=a-b", "If-None-Match: " + '"' * 3000, "If-Modified-Since: x",
    "If-Modified-Since: Thu, 99 Foo 99999 99:99:99 GMT", "Accept: \xff",
    "Authorization: Bearer \xff", "Authorization: ", "X-Forwarded-For: \xff, ,,",
    "X-Forwarded-For: [", "X-Forwarded-Proto: \xff", "X-Forwarded-For: " + "1.2.3.4," * 500,
    "A: " + "a" * 20_000, "\r\n".join(f"A{k}: b" for k in range(1000)),
]  # fmt: skip
SOCKETS = [
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "Sec-WebSocket-Version: 8",
    "Upgrade: WebSocket2", "Sec-WebSocket-Extensions: ;;;",
    "Sec-WebSocket-Extensions: permessage-deflate; x=\x01", "Connection: close",
    "Sec-WebSocket-Protocol: ,,,", "Sec-WebSocket-Protocol: \xff", "Origin: http://[",
    "Content-Length: 3", "Transfer-Encoding: chunked", "\r\n".join(f"A{k}: b" for k in range(200)),
    "A: " + "a" * 9000, "X: \xe9", "Origin: ", "Origin: null", "Cookie: \xff",
]  # fmt: skip


def attacks(port: int) -> Iterator[tuple[str, bytes, set[int]]]:
    """Each with a name, and the answers that it may have: 0 is none."""
    refusals = {0, 400, 403}
    good = f"Host: 127.0.0.1:{port}\r\nConnection: close\r\n"

    def made(line: str, rest: str) -> bytes:
        return f"{line}\r\n{rest}\r\n".encode("latin-1")

    for name in NAMES:
        yield "host", made("GET / HTTP/1.1", f"Host: {name}\r\nConnection: close\r\n"), refusals
        yield "origin", made("GET / HTTP/1.1", f"{good}Origin: http://{name}\r\n"), refusals
    yield "no host", made("GET / HTTP/1.1", "Connection: close\r\n"), {400}
    yield "old, no host", made("GET / HTTP/1.0", ""), {403}
    for scheme in SCHEMES:
        for name in (f"127.0.0.1:{port}/", f"[::1]:{port}", "[", f"127.0.0.1:{port}x", "127.0.0.1"):
            yield "scheme", made("GET / HTTP/1.1", f"{good}Origin: {scheme}{name}\r\n"), refusals
    for path in PATHS:
        may = {0, 200, 303, 307, 400, 404, 405}
        yield "path", made(f"GET {path} HTTP/1.1", good), may
        yield "socket's path", made(f"GET {path} HTTP/1.1", socket_lines(port, good)), may | {101}
    for line in LINES:
        yield "line", made(line, good), {0, 200, 400, 403, 404, 405}
    for more in MORE:
        yield "header", made("GET / HTTP/1.1", f"{good}{more}\r\n"), {0, 200, 206, 400, 403, 416}
        yield (
            "posted",
            made("POST / HTTP/1.1", f"{good}{more}\r\n") + b"\xff" * 99,
            {0, 400, 403, 405},
        )
    for more in SOCKETS:
        head = socket_lines(port, "")
        lines = f"Host: 127.0.0.1:{port}\r\n{head}{more}\r\n"
        yield "socket", made("GET /live HTTP/1.1", lines), {0, 101, 200, 400, 403, 404, 426}
        yield "sent", made("POST /live HTTP/1.1", lines), {0, 400, 403, 405}
    for left in ("Upgrade", "Connection", "Sec-WebSocket-Key", "Sec-WebSocket-Version", "Origin"):
        lines = [one for one in socket_lines(port, good).split("\r\n") if not one.startswith(left)]
        yield "opening", made("GET /live HTTP/1.1", "\r\n".join(lines)), {0, 400, 403, 404, 426}
    for junk in (b"", b"\0" * 9000, b"\r\n" * 999, b"\xff" * 20_000, bytes(range(256)) * 100):
        yield "junk", junk, {0, 400}
    yield "two", made("GET / HTTP/1.1", f"Host: 127.0.0.1:{port}\r\n") + b"\xff\r\n\r\n", {200}


def socket_lines(port: int, others: str) -> str:
    return (
        f"{others}Origin: http://127.0.0.1:{port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
    )


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    with served() as one:
        yield one


def test_malformed_requests_are_refused_in_few_lines_of_log(server):
    found = list(attacks(server.port))
    assert len(found) > 300
    began = time.monotonic()
    with logged() as records:
        for name, request, allowed in found:
            with server.opened() as to:
                with contextlib.suppress(OSError):  # refused, and closed, before all was sent
                    to.sendall(request)
                    to.shutdown(1)
                answer = heard(to)
            assert status(answer) in allowed, (name, request[:300], answer[:300])
            if status(answer) not in (0, 101):
                assert not HEADERS.keys() - headers(answer).keys(), (name, request[:300], answer)
    took = time.monotonic() - began
    assert status(server.get("/health")) == 200
    assert all(record.exc_info is None for record in records), [r.getMessage() for r in records]
    kinds = {record.getMessage().split(" (and ")[0] for record in records}
    assert len(kinds) <= 4 and len(records) <= len(kinds) * (took + 1), kinds


def test_an_origin_that_is_no_address_is_refused_without_a_fault(server):
    with logged() as records:
        for _ in range(20):
            assert status(server.get("/", "Origin: http://[")) == 403
    assert records == []


def test_what_cannot_become_a_websocket_is_told_so(server):
    opening = server.socket_request()
    for wrong in (
        opening.replace("GET", "POST", 1),
        opening.replace("/live", "/live?" + "x" * 5000),
        server.socket_request(*(f"X{k}: y" for k in range(120))),
    ):
        answer = server.ask(wrong)
        assert status(answer) == 400 and b"This request for a WebSocket cannot be read." in answer
    answer = server.ask(server.socket_request(path="/other"))
    assert status(answer) == 404 and b"There is no WebSocket here." in answer


def test_every_file_of_the_page_is_served_as_it_is_and_once(server):
    folder = Path(server_module.__file__).parents[1] / "web"
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert len(files) > 40
    for path in files:
        name = f"/{path.relative_to(folder).as_posix()}"
        answer = server.get(name)
        assert status(answer) == 200 and answer.partition(b"\r\n\r\n")[2] == path.read_bytes()
        tag = headers(answer)["etag"]
        for sent, answered in ((tag, 304), (f'"x", {tag}', 304), ('"x"', 200), (tag[:-1], 200)):
            again = server.get(name, f"If-None-Match: {sent}")
            assert status(again) == answered and headers(again)["etag"] == tag
        assert headers(answer)["cache-control"] == "no-cache"
    assert server.get("/").partition(b"\r\n\r\n")[2] == (folder / "index.html").read_bytes()
    assert server.get("/page.css", method="HEAD").endswith(b"\r\n\r\n")
    answer = server.get("/page.css", method="POST")
    assert status(answer) == 405 and headers(answer)["allow"] == "GET, HEAD"

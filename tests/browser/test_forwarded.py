"""The page behind a forwarder that serves it under a path: it works, or says what it lacks."""

from __future__ import annotations

import contextlib
import signal
import socket
import threading
from collections.abc import Iterator

import pytest
from person import Page

from patience import PATIENCE, eventually
from serving import played

PREFIX = "/user/me/proxy/8600"


class Forwarder:
    """Takes PREFIX off each path and gives the server another Host, as hubs do."""

    def __init__(self) -> None:
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.to, self.upgrades = 0, True
        threading.Thread(target=self._take, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}{PREFIX}"

    def _take(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                threading.Thread(
                    target=self._forward, args=(self.listening.accept()[0],), daemon=True
                ).start()

    def _forward(self, browser: socket.socket) -> None:
        with browser, contextlib.suppress(OSError):
            head = b""
            while b"\r\n\r\n" not in head:
                head += browser.recv(65536)
            lines = head.decode("latin-1").split("\r\n")
            socketed = any(line.lower() == "upgrade: websocket" for line in lines)
            method, path, version = lines[0].split(" ")
            lost = not path.startswith(PREFIX + "/") and path != PREFIX
            if lost or (socketed and not self.upgrades):
                browser.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
                return
            lines[0] = f"{method} {path.removeprefix(PREFIX) or '/'} {version}"
            lines = [line for line in lines if not line.lower().startswith("host:")]
            lines.insert(1, f"Host: localhost:{self.to}")
            if not socketed:  # one request a connection
                lines = [line for line in lines if not line.lower().startswith("connection:")]
                lines.insert(1, "Connection: close")
            with socket.create_connection(("127.0.0.1", self.to), PATIENCE) as server:
                server.sendall("\r\n".join(lines).encode("latin-1"))
                threading.Thread(target=_pipe, args=(browser, server), daemon=True).start()
                _pipe(server, browser)


def _pipe(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while part := source.recv(65536):
            sink.sendall(part)


@pytest.fixture
def forwarder() -> Iterator[Forwarder]:
    made = Forwarder()
    yield made
    made.listening.close()


def told(browser) -> str:
    return browser.execute_script("return document.querySelector('main').innerText")


@pytest.mark.slow
def test_behind_a_forwarder_that_is_allowed_the_page_works(browser, forwarder):
    process, forwarder.to = played("--allow-host", f"127.0.0.1:{forwarder.port}")
    try:
        page = Page(browser, forwarder.address + "/")
        page.one("[aria-label='Add a unit to layer 1']").click()
        page.until(lambda: "3 hidden units" in page.text("h1"))
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE)
    browser.get("about:blank")  # else it goes on trying
    browser.get_log("browser")  # that the server went


@pytest.mark.slow
@pytest.mark.parametrize("upgrades", [True, False], ids=["not allowed", "no WebSockets"])
def test_behind_one_that_is_not_the_page_says_how_to_start_it(
    browser, address, forwarder, upgrades
):
    forwarder.to, forwarder.upgrades = int(address.rsplit(":", 1)[1].strip("/")), upgrades
    browser.get(forwarder.address + "/")
    wanted = f"unitscope play with --allow-host 127.0.0.1:{forwarder.port}, and"
    eventually(lambda: wanted in told(browser))
    browser.get("about:blank")  # else it goes on trying
    browser.get_log("browser")  # the WebSockets that failed


@pytest.mark.slow
def test_without_the_last_slash_the_page_asks_for_it(browser, address, forwarder):
    forwarder.to = int(address.rsplit(":", 1)[1].strip("/"))
    browser.get(forwarder.address)
    astray = browser.find_element("css selector", ".astray")
    assert astray.is_displayed() and "end the address with a slash (/)" in astray.text
    browser.get("about:blank")  # else it goes on trying
    browser.get_log("browser")  # the files that were not there

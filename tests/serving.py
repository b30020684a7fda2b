"""Servers of the live page, in this process or their own, and connections to them."""

from __future__ import annotations

import contextlib
import json
import logging
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import uvicorn
from websockets.sync.client import ClientConnection, connect

from patience import CONNECTING, PATIENCE, eventually
from unitscope.server import protocol
from unitscope.server.app import create_app


@dataclass
class Served:
    """A running server: its port, and uvicorn's object of it."""

    port: int
    server: uvicorn.Server

    def opened(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), PATIENCE)

    def ask(self, request: str | bytes) -> bytes:
        """All that comes back, until the server closes; the request goes out as it is."""
        with self.opened() as to:
            to.sendall(request.encode("latin-1") if isinstance(request, str) else request)
            return heard(to)

    def get(self, path: str = "/", *headers: str, method: str = "GET") -> bytes:
        """The answer to a good request with some more headers, on a connection of its own."""
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", *headers]
        return self.ask("\r\n".join([*lines, "Connection: close", "", ""]))

    def socket_request(self, *headers: str, path: str = "/live") -> str:
        """The opening of a page's WebSocket."""
        lines = [
            f"GET {path} HTTP/1.1",
            f"Host: 127.0.0.1:{self.port}",
            f"Origin: http://127.0.0.1:{self.port}",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
            *headers,
        ]
        return "\r\n".join([*lines, "", ""])


def heard(to: socket.socket) -> bytes:
    """All that comes until the other side closes, in whatever way it does."""
    parts = []
    with contextlib.suppress(ConnectionError):
        while part := to.recv(65536):
            parts.append(part)
    return b"".join(parts)


def status(answer: bytes) -> int:
    """The status of an answer; 0 where there is none."""
    return int(answer.split()[1]) if answer.startswith(b"HTTP/1.1 ") else 0


def headers(answer: bytes) -> dict[str, str]:
    lines = answer.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")[1:]
    return {name.lower(): value.strip() for name, _, value in (one.partition(":") for one in lines)}


@contextlib.contextmanager
def served(
    names: tuple[str, ...] | None = (), token: str | None = "", **more: Any
) -> Iterator[Served]:
    """A server as `unitscope play` starts it, until the end of the block."""
    config = protocol.config(create_app(names, token, **more), port=0, timeout_graceful_shutdown=1)
    server = protocol.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        eventually(lambda: server.started)
        yield Served(server.servers[0].sockets[0].getsockname()[1], server)
    finally:
        server.should_exit = True
        thread.join(PATIENCE)


def played(*arguments: str, **settings: Any) -> tuple[subprocess.Popen[str], int]:
    """`unitscope play` in a process of its own, and its port; `settings` are Popen's."""
    process = subprocess.Popen(
        [sys.executable, "-m", "unitscope", "play", "--port", "0", "--no-browser", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **settings,
    )
    assert process.stdout is not None
    found = re.search(r":(\d+)/", process.stdout.readline())
    assert found is not None
    return process, int(found[1])


def page_at(port: int, query: str = "", **settings: Any) -> ClientConnection:
    """A page's WebSocket; `settings` are those of its client."""
    place = f"127.0.0.1:{port}"
    more = {**CONNECTING, **settings}
    return connect(f"ws://{place}/live{query}", origin=f"http://{place}", **more)


@contextlib.contextmanager
def greeted(port: int) -> Iterator[ClientConnection]:
    """A page that has had the first message."""
    with page_at(port) as made:
        assert json.loads(made.recv())["kind"] == "hello"
        yield made


@contextlib.contextmanager
def logged() -> Iterator[list[logging.LogRecord]]:
    """What the server's loggers write in the meantime."""
    records: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = records.append
    loggers = [logging.getLogger(name) for name in ("uvicorn.error", "asyncio")]
    for logger in loggers:
        logger.addHandler(handler)
    try:
        yield records
    finally:
        for logger in loggers:
            logger.removeHandler(handler)

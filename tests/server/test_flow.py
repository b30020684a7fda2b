"""A connection: what comes and goes on it, and who is turned away."""

from __future__ import annotations

import json
import time

import numpy as np
import pytest
from websockets.exceptions import ConnectionClosed

import unitscope as us
from patience import eventually
from serving import page_at, served
from unitscope.server import flow, memory
from unitscope.wire.to_wire import data_to_wire

LAB = dict(data_to_wire(us.datasets.lab()))


def training(data: dict, *hidden: int, **recipe) -> dict:
    return {"id": 7, "kind": "train", "data": data, "recipe": {"hidden": list(hidden), **recipe}}


def framed(content: bytes, first: int = 0x81) -> bytes:
    """A frame under a mask of zeros."""
    size = len(content)
    length = bytes([0x80 | size]) if size < 126 else b"\xff" + size.to_bytes(8, "big")
    return bytes([first]) + length + bytes(4) + content


FLOODS = {
    "replies": framed(b'{"id":1,"kind":"dataset","name":"spirals","n":10000}'),
    "pongs": framed(b"x" * 125, 0x89) * 500,
}


@pytest.fixture
def pages(monkeypatch):
    """The connections that were made in this process."""
    found: list[flow.Flow] = []
    plain = flow.Flow.connection_made

    def noted(self, transport):
        found.append(self)
        plain(self, transport)

    monkeypatch.setattr(flow.Flow, "connection_made", noted)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("frames", FLOODS.values(), ids=FLOODS)
def test_a_page_that_does_not_read_is_not_read_from_and_is_closed(frames, monkeypatch, pages):
    monkeypatch.setattr(flow, "_UNREAD_SECONDS", 1.0)
    with served() as server, server.opened() as to:
        to.sendall(server.socket_request().encode())
        assert b"101" in to.recv(20)
        eventually(lambda: pages)
        most = 0
        with pytest.raises(ConnectionError):
            while True:
                to.sendall(frames)
                most = max(most, pages[0].held)
        assert most < 2_000_000
        eventually(lambda: pages[0].transport.is_closing() and pages[0].held == 0)
        with page_at(server.port) as other:
            assert json.loads(other.recv())["kind"] == "hello"
            other.send(json.dumps(training(LAB, 2)))
            assert json.loads(other.recv())["kind"] == "trained"


def test_the_page_that_has_most_is_told_to_come_later(monkeypatch):
    monkeypatch.setattr(memory, "MOST", 3_000_000)
    with served() as server, page_at(server.port) as small, page_at(server.port) as large:
        assert json.loads(small.recv())["kind"] == json.loads(large.recv())["kind"] == "hello"
        half = framed(b"x" * 4_000_000)[:3_500_000]
        large.socket.sendall(half)
        with pytest.raises(ConnectionClosed) as closed:
            large.recv()
        assert closed.value.rcvd.code == 1013 and "memory is full" in closed.value.rcvd.reason
        small.send(json.dumps(training(LAB, 2)))
        assert json.loads(small.recv())["kind"] == "trained"


def test_a_large_request_for_which_there_is_no_room_is_refused_and_a_small_one_is_not(monkeypatch):
    monkeypatch.setattr(memory, "_ROOM", 1_000_000)
    with served() as server, page_at(server.port) as page:
        page.recv()
        page.send(json.dumps({"id": 3, "kind": "table", "content": "A" * 400_000}))
        refused = json.loads(page.recv())
        assert refused["id"] == 3 and refused["message"].startswith("The server has too many large")
        page.send(json.dumps(training(LAB, 2)))
        assert json.loads(page.recv())["kind"] == "trained"


@pytest.mark.slow
def test_one_page_gets_a_bounded_part_of_the_loop(monkeypatch, pages):
    """Small frames are parsed in short goes, with rests between them."""
    goes: list[tuple[float, float]] = []
    plain = flow.Flow._parse

    def timed(self):
        began = time.thread_time()
        plain(self)
        goes.append((began, time.thread_time() - began))

    monkeypatch.setattr(flow.Flow, "_parse", timed)
    with served() as server, server.opened() as to:
        to.sendall(server.socket_request().encode())
        assert b"101" in to.recv(20)
        to.sendall(framed(b"", 1) + framed(b"", 0) * 1000 + framed(b"", 0x80))
        to.sendall(framed(b"{}") * 5000)
        eventually(lambda: len(goes) > 10)
    assert np.median([spent for _, spent in goes]) < 10 * flow._TURN_SECONDS

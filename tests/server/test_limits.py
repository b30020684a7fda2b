"""Bounds of time and number: who is slow goes, who is quiet stays, and all others are served."""

from __future__ import annotations

import asyncio
import json
import select
import socket
import time
from collections import Counter
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed

from patience import PATIENCE, eventually
from serving import Served, logged, page_at, served, status
from unitscope.server import app as server_module
from unitscope.server import health, protocol

REPOSITORY = Path(__file__).parents[2]


def opened_by_hand(server: Served) -> socket.socket:
    """A page's connection whose frames the test writes itself; it answers no ping."""
    to = server.opened()
    to.sendall(server.socket_request().encode())
    assert to.recv(65536).startswith(b"HTTP/1.1 101 ")
    return to


def frame(code: int, payload: bytes = b"", last: bool = True) -> bytes:
    """A small frame as a browser masks it."""
    assert len(payload) < 126
    return bytes([code | (0x80 if last else 0), 0x80 | len(payload), 0, 0, 0, 0]) + payload


def ended(to: socket.socket) -> bool:
    """Whether the server has closed its side."""
    to.settimeout(0.01)
    try:
        while to.recv(65536):
            pass
    except TimeoutError:
        return False
    except ConnectionError:
        pass
    return True


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ",
        "POST /health HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99999\r\n\r\n",
    ],
    ids=["nothing", "a head", "a body"],
)
def test_whoever_sends_a_request_byte_by_byte_is_cut_off(monkeypatch, sent):
    monkeypatch.setattr(protocol, "MOST_SECONDS", 0.6)
    with served() as server, server.opened() as slow:
        slow.sendall(sent.encode())
        began = time.monotonic()
        while not ended(slow):
            assert time.monotonic() - began < PATIENCE
            try:
                slow.sendall(b"x" if sent else b"")
            except ConnectionError:
                break
        # An answer starts the clock again, and an idle connection has five seconds beside.
        assert time.monotonic() - began >= 0.5
        assert status(server.get("/health")) == 200


def test_a_page_may_be_quiet_while_it_answers_pings_and_goes_when_it_does_not(monkeypatch):
    monkeypatch.setattr(protocol, "MOST_SECONDS", 0.3)
    monkeypatch.setattr(protocol, "_PING_SECONDS", 0.1)
    monkeypatch.setattr(protocol, "_PONG_SECONDS", 1.0)
    with served() as server, page_at(server.port) as quiet, opened_by_hand(server) as gone:
        quiet.recv()
        eventually(lambda: ended(gone))
        quiet.send('{"id": 1, "kind": "cancel"}')
        assert json.loads(quiet.recv())["kind"] == "cancelled"


def test_idle_connections_beyond_the_most_make_room_and_health_is_answered(monkeypatch):
    monkeypatch.setattr(protocol, "MOST_CONNECTIONS", 30)
    monkeypatch.setattr(protocol, "_MADE_ROOM_FOR", 3)
    with served() as server, page_at(server.port) as kept:
        kept.recv()
        idle = []
        for turn in range(100):
            idle.append(server.opened())
            if turn % 20 == 0:
                assert server.get("/health").endswith(b"ok")
        assert server.get("/health").endswith(b"ok")
        assert len(server.server.server_state.connections) <= 31
        eventually(lambda: sum(ended(one) for one in idle) >= 70)
        assert not ended(idle[-1])  # who waits longest goes
        kept.send('{"id": 1, "kind": "cancel"}')
        assert json.loads(kept.recv())["kind"] == "cancelled"
        for one in idle:
            one.close()


def test_room_is_made_by_the_network_that_has_most_and_waits_longest(monkeypatch):
    monkeypatch.setattr(protocol, "_MADE_ROOM_FOR", 2)
    gone = []

    class Waiting(protocol.HttpConnection):
        def __init__(self, name: str, client: str, since: float) -> None:
            self.name, self.client, self.since = name, (client, 1), since

        def give_up(self) -> None:
            gone.append(self.name)

    attackers = [Waiting(f"a{k}", f"2001:db8::{k}", 10.0 + k) for k in range(5)]
    pupils = [Waiting(f"p{k}", f"192.0.2.{k}", 1.0) for k in range(4)]
    protocol._make_room({*attackers, *pupils, object()})
    assert gone == ["a0", "a1"]
    protocol._make_room({object()})


def test_more_pages_than_one_network_may_have_are_told_so(monkeypatch):
    monkeypatch.setattr(server_module, "MOST_PAGES_OF_ONE", 2)
    with served() as server:

        def one(address: str):
            return page_at(server.port, additional_headers={"X-Forwarded-For": address})

        def comes_in(address: str) -> bool:
            try:
                with one(address) as made:
                    return json.loads(made.recv())["kind"] == "hello"
            except ConnectionClosed:
                return False

        with one("192.0.2.1") as first, one("192.0.2.1") as second:
            first.recv(), second.recv()
            with one("192.0.2.1") as third, pytest.raises(ConnectionClosed) as no:
                third.recv()
            assert no.value.rcvd.code == 1013
            assert (
                no.value.rcvd.reason == "Your network has as many pages here as one may have (2)."
            )
            assert all(map(comes_in, ("192.0.2.2", "2001:db8::1", "127.0.0.1")))
            assert server.get("/health").endswith(b"ok")
            first.close()
            eventually(lambda: comes_in("192.0.2.1"))


def test_a_class_behind_one_address_fits():
    """Fifty pupils that all open the page at once, six connections each, as a browser does."""
    pages = server_module._Pages()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(server_module, "MOST_PAGES", 500)
        opened = [pages.another_of("192.0.2.1") for _ in range(server_module.MOST_PAGES_OF_ONE)]
        for one in opened:
            assert pages.full_for("192.0.2.1") == ""
            one.__enter__()
        assert pages.full_for("192.0.2.1") and not pages.full_for("192.0.2.2")
        for one in opened:
            one.__exit__(None, None, None)
        assert pages.full_for("192.0.2.1") == "" and not pages._of
    assert server_module.MOST_PAGES_OF_ONE >= 200
    assert (
        protocol.MOST_CONNECTIONS >= 6 * server_module.MOST_PAGES_OF_ONE + server_module.MOST_PAGES
    )


def test_reasons_fit_into_the_frame_that_closes():
    pages = server_module._Pages()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(server_module, "MOST_PAGES_OF_ONE", 0)
        of_one = pages.full_for("192.0.2.1")
        patch.setattr(server_module, "MOST_PAGES", 0)
        reasons = [of_one, pages.full_for("192.0.2.1"), server_module._ASK_FOR_TOKEN]
    assert len(set(reasons)) == 3
    assert all(0 < len(reason.encode()) <= 120 for reason in reasons)  # of 123


def test_a_message_in_endless_parts_ends_its_own_connection():
    with served() as server, page_at(server.port) as other, opened_by_hand(server) as hostile:
        other.recv()
        hostile.sendall(frame(1, b"x", last=False))
        part = frame(0, b"", last=False) * 1000
        sent = 0
        try:
            while sent < 200 and not ended(hostile):
                hostile.settimeout(PATIENCE)
                hostile.sendall(part)
                sent += 1
        except ConnectionError:
            pass
        assert sent < 200
        other.send('{"id": 1, "kind": "cancel"}')
        assert json.loads(other.recv())["kind"] == "cancelled"


@pytest.mark.slow
def test_pings_whose_answers_are_not_read_take_no_memory():
    with served() as server, opened_by_hand(server) as hostile:
        eventually(lambda: len(server.server.server_state.connections) == 1)
        (its,) = server.server.server_state.connections
        hostile.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        pings = frame(9, b"x" * 125) * 500
        hostile.settimeout(0.2)
        try:
            for _ in range(400):
                hostile.sendall(pings)
        except (TimeoutError, ConnectionError):
            pass
        assert its.transport.get_write_buffer_size() < 1_000_000


def test_health_trains_and_says_when_it_cannot(monkeypatch):
    with served() as server:
        assert server.get("/health").endswith(b"\r\n\r\nok")

        def failing():
            raise ZeroDivisionError

        monkeypatch.setattr(health, "_AGAIN_AFTER", 0.0)
        monkeypatch.setattr(health, "_trained", failing)
        answer = server.get("/health")
        assert status(answer) == 503 and b"A training of four points failed." in answer
        monkeypatch.setattr(health, "MOST_SECONDS", 0.1)
        monkeypatch.setattr(health, "_trained", lambda: time.sleep(0.5) or "")
        answer = server.get("/health")
        assert status(answer) == 503 and b"was not done in 0 seconds" in answer
        monkeypatch.undo()
        eventually(lambda: status(server.get("/health")) == 200)


def test_many_who_ask_for_health_share_one_training(monkeypatch):
    trained, real = [], health._trained
    monkeypatch.setattr(health, "_trained", lambda: trained.append(1) or real())
    monkeypatch.setattr(health, "_AGAIN_AFTER", PATIENCE)
    with served() as server:
        for _ in range(10):
            assert status(server.get("/health")) == 200
    assert len(trained) == 1


def test_a_fault_in_a_pages_conversation_is_logged_and_ends_it(monkeypatch):
    from unitscope.server.connection import Connection

    async def failing(self, text):
        raise RuntimeError("a fault of ours")

    with served() as server, page_at(server.port) as made:
        made.recv()
        monkeypatch.setattr(Connection, "_take", failing)
        with logged() as records:
            made.send("{}")
            with pytest.raises(ConnectionClosed):
                made.recv()
            eventually(lambda: records)
        assert isinstance(records[0].exc_info[1], RuntimeError)


def test_a_page_that_reads_nothing_is_given_up_with_what_waits_for_it(monkeypatch):
    monkeypatch.setattr(protocol, "_PING_SECONDS", 0.1)
    monkeypatch.setattr(protocol, "_PONG_SECONDS", 0.2)
    monkeypatch.setattr(protocol, "_FLUSH_SECONDS", 0.2)
    with served() as server, opened_by_hand(server):
        connections = server.server.server_state.connections
        eventually(lambda: len(connections) == 1)
        (its,) = connections
        its.loop.call_soon_threadsafe(its.transport.write, bytes(20_000_000))
        eventually(its.transport.get_write_buffer_size)
        eventually(lambda: not connections)
        assert its.transport.get_write_buffer_size() == 0


def counted_turns(loop: asyncio.AbstractEventLoop) -> list[int]:
    """How many turns a loop has made since, as the one number of a list."""
    turns = [0]

    def turn() -> None:
        turns[0] += 1
        loop.call_soon(turn)

    loop.call_soon_threadsafe(turn)
    return turns


def test_between_any_two_messages_of_a_page_all_others_have_their_turn(monkeypatch):
    from unitscope.server.connection import Connection

    seen: list[int] = []

    async def taken(self, text):
        seen.append(turns[0])

    monkeypatch.setattr(Connection, "_take", taken)
    with served() as server, opened_by_hand(server) as hostile:
        (its,) = server.server.server_state.connections
        turns = counted_turns(its.loop)
        hostile.sendall(frame(1) * 300)
        eventually(lambda: len(seen) == 300)
    assert len(set(seen)) == 300


def test_a_flood_of_connections_is_taken_in_small_pieces(monkeypatch):
    seen: list[int] = []
    made = protocol.HttpConnection.connection_made

    def recorded(self, transport):
        made(self, transport)
        seen.append(turns[0])

    with served() as server, page_at(server.port) as other:
        other.recv()
        (its,) = server.server.server_state.connections
        turns = counted_turns(its.loop)
        monkeypatch.setattr(protocol.HttpConnection, "connection_made", recorded)
        its.loop.call_soon_threadsafe(time.sleep, 0.5)
        flood = [socket.socket() for _ in range(300)]
        for one in flood:
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", server.port))
        # Of a whole class, nobody has to come again; the system may drop what is beyond its queue.
        eventually(lambda: len(select.select([], flood, [], 0)[1]) >= protocol._QUEUE)
        assert not seen
        eventually(lambda: len(seen) > protocol._TAKEN_AT_ONCE)
        assert max(Counter(seen).values()) <= protocol._TAKEN_AT_ONCE <= 16
        for one in flood:
            one.close()


def test_the_limits_are_those_that_the_documentation_states():
    text = " ".join((REPOSITORY / "docs" / "play.md").read_text(encoding="utf-8").split())
    for stated in (
        f"{server_module.MOST_PAGES} pages, {server_module.MOST_PAGES_OF_ONE} from one address",
        f"{protocol.MOST_CONNECTIONS:,} connections",
        f"{protocol.MOST_SECONDS:.0f} seconds** for a request",
        f"every {protocol._PING_SECONDS:.0f} seconds",
        f"none comes for {protocol._PONG_SECONDS:.0f}",
    ):
        assert stated in text


@pytest.mark.parametrize("hard", [100_000, 1000])
def test_connections_are_as_many_as_the_system_lets_a_process_open(monkeypatch, hard):
    resource = pytest.importorskip("resource")
    limits = [256, hard]
    monkeypatch.setattr(resource, "getrlimit", lambda _kind: tuple(limits))
    monkeypatch.setattr(resource, "setrlimit", lambda _kind, new: limits.__setitem__(0, new[0]))
    monkeypatch.setattr(protocol, "_files", protocol._files.__wrapped__)
    most = min(hard, protocol.MOST_CONNECTIONS + protocol._OTHER_FILES)
    assert protocol._files() == most == limits[0]
    assert protocol._files() == most  # and needs no more
    limits[0] = resource.RLIM_INFINITY
    assert protocol._files() >= protocol.MOST_CONNECTIONS

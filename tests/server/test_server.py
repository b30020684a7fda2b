"""The live page's server: headers, who may connect, latest wins, and bad clients outlived."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

import unitscope as us
from patience import CONNECTING, PATIENCE, eventually
from serving import greeted, page_at, played
from thorough import few
from unitscope.wire.limits import LIMITS
from unitscope.wire.to_wire import data_to_wire


def training(number: int, seed: int = 0, **recipe) -> dict:
    return {
        "id": number,
        "kind": "train",
        "data": data_to_wire(us.datasets.lab()),
        "course": False,
        "recipe": {"hidden": [2], "epochs": 20, "seed": seed, **recipe},
    }


@pytest.fixture(scope="module")
def server():
    """A server of its own process: its port."""
    process, port = played("--allow-host", "class.example")
    yield port
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=PATIENCE)
    assert "Traceback" not in errors, errors


def get(port: int, path: str, **headers: str) -> tuple[int, dict[str, str], str]:
    """Status, headers and text; the path goes out as it is."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.putrequest("GET", path, skip_host="host" in headers)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    found = (
        answer.status,
        {name.lower(): value for name, value in answer.getheaders()},
        answer.read().decode(errors="replace"),
    )
    connection.close()
    return found


def ask(made, message: object) -> dict:
    made.send(message if isinstance(message, str) else json.dumps(message))
    return json.loads(made.recv())


def test_the_page_and_its_modules_are_served_with_the_headers(server):
    status, headers, text = get(server, "/")
    assert status == 200 and 'src="entries/app.js"' in text
    rules = headers["content-security-policy"]
    # WebAssembly is compiled, and nothing else: no text becomes a program
    assert "script-src 'self' 'wasm-unsafe-eval';" in rules and "default-src 'none'" in rules
    assert "unsafe" not in rules.replace("'wasm-unsafe-eval'", "")
    status, headers, _ = get(server, "/panels/regions.js")
    assert status == 200 and headers["content-type"].startswith("text/javascript")
    for name, kind in (
        ("relaxed.wasm", "application/wasm"),
        ("course.bin", "application/octet-stream"),
    ):
        assert get(server, f"/kernel/{name}")[1]["content-type"] == kind
    assert headers["cache-control"] == "no-cache" and headers["x-content-type-options"] == "nosniff"
    assert get(server, "/health")[::2] == (200, "ok")


@pytest.mark.parametrize(
    "path",
    [
        "/../lab.py",
        "/%2e%2e/lab.py",
        "/..%2flab.py",
        "/panels/../../lab.py",
        "//etc/passwd",
        "/live/../../x",
        "/page.css%00.js",
        "/panels/",
    ],
)
def test_no_path_leaves_the_pages_folder(server, path):
    assert get(server, path)[0] in (400, 404)


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "", "[::2]", "localhost@evil.example:80"]
)
def test_another_hosts_name_is_refused(server, host):
    assert get(server, "/", host=host)[0] in (400, 403)


def test_the_names_that_are_allowed_are_answered(server):
    assert get(server, "/", host="class.example")[0] == 200
    assert get(server, "/", host=f"localhost:{server}")[0] == 200


@pytest.mark.parametrize(
    "origin", [None, "http://evil.example", "null", "http://127.0.0.1:1", "https://"]
)
def test_another_sites_page_cannot_connect(server, origin):
    with (
        pytest.raises(InvalidStatus, match="403"),
        connect(f"ws://127.0.0.1:{server}/live", origin=origin, **CONNECTING),
    ):
        pass
    assert origin is None or get(server, "/", origin=origin)[0] == 403


def test_the_first_message_has_the_lab_trained_and_explained(server):
    with page_at(server) as made:
        hello = json.loads(made.recv())
    assert hello["limits"]["message"] == 4 * 2**20 and hello["first"]["run"]["course"]
    assert hello["first"]["claims"][0]["text"] == "All 100 points are right."


def test_bad_messages_are_refused_and_the_connection_lives_on(server):
    with greeted(server) as made:
        for bad in (
            "",
            "{",
            "[]",
            "null",
            '{"id":1}',
            '{"id":1,"kind":"train"}',
            '{"id":NaN}',
            "[" * 100_000,
            '{"id":1,"kind":"train","recipe":{"epochs":1e999}}',
            "\0",
        ):
            assert ask(made, bad)["kind"] == "refused"
        assert ask(made, training(5))["kind"] == "trained"


@pytest.mark.slow
def test_thousands_of_strange_texts_over_one_connection(server):
    import random

    rng, good = random.Random(3), json.dumps(training(1))
    with greeted(server) as made:
        for turn in range(2000):
            cut = rng.randrange(len(good))
            junk = rng.choice(["", "}", '"', "\\", "0", "é", "[[", "null"])
            text = good[:cut] + junk + good[cut + rng.randrange(40) :]
            answer = ask(made, text)
            assert answer["kind"] in ("refused", "trained"), turn
        assert ask(made, training(9))["id"] == 9


def test_a_message_that_is_too_large_ends_only_its_own_connection(server):
    with pytest.raises(ConnectionClosed), greeted(server) as made:
        made.send("x" * (LIMITS["message"] + 1))
        made.recv()
    with greeted(server) as made:
        assert ask(made, training(1))["kind"] == "trained"


def test_of_many_requests_the_last_is_answered_and_each_is_told(server):
    with greeted(server) as made:
        for number in range(1, 41):
            made.send(json.dumps(training(number, seed=number, epochs=5000, hidden=[32, 32])))
        kinds = {}
        while len(kinds) < 41:
            answer = json.loads(made.recv())
            if answer["kind"] != "progress":
                kinds[answer["id"]] = answer["kind"]
            if answer["id"] == 40 and answer["kind"] == "progress":
                made.send('{"id": 41, "kind": "cancel"}')
        assert set(kinds) == set(range(1, 42)) and list(kinds.values()).count("superseded") >= 39
        assert kinds[40] == "superseded" and kinds[41] == "cancelled"
        assert ask(made, training(50))["id"] == 50


def test_a_page_that_goes_away_in_the_middle_frees_the_server(server):
    for _ in range(4):
        with greeted(server) as made:
            made.send(json.dumps(training(1, epochs=5000, hidden=[64, 64])))
            made.socket.shutdown(socket.SHUT_RDWR)
    began = time.monotonic()
    with greeted(server) as made:
        assert ask(made, training(1))["kind"] == "trained"
    assert time.monotonic() - began < 15


def test_pages_beside_each_other_get_their_own_answers(server):
    from concurrent.futures import ThreadPoolExecutor

    def one(client: int) -> list[tuple[int, str]]:
        with greeted(server) as made:
            answers = [ask(made, training(turn, seed=client)) for turn in range(5)]
            return [(answer["id"], answer["run"]["loss"]) for answer in answers]

    with ThreadPoolExecutor(12) as pool:
        found = list(pool.map(one, range(12)))
    for client, answers in enumerate(found):
        assert [number for number, _ in answers] == list(range(5))
        assert len({loss for _, loss in answers}) == 1, client
    assert len({answers[0][1] for answers in found}) == 12


@pytest.mark.slow
def test_memory_stays_flat_over_many_trainings(server):
    if not sys.platform.startswith("linux"):
        pytest.skip("reads /proc")
    with greeted(server) as made:
        for turn in range(500):
            ask(made, training(turn, seed=turn % 7))
        before, turns = resident(server), few(2_000, 10_000)
        for turn in range(turns):
            ask(made, training(turn, seed=turn % 7))
        assert resident(server) - before < 2_000 * turns  # bytes: a thirtieth of that was seen


def resident(port: int) -> int:
    """Bytes of memory of the server on a port: this process's child with the fixture's own host."""
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == os.getpid() and b"class.example" in (folder / "cmdline").read_bytes():
                return int((folder / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    raise AssertionError(f"no server on {port}")


def command(*arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "unitscope", "play", "--no-browser", *arguments],
        text=True,
        capture_output=True,
        timeout=PATIENCE,
    )


def test_a_taken_port_is_one_line(server):
    done = command("--port", str(server))
    assert done.returncode == 1 and done.stderr.count("\n") == 1
    assert done.stderr.startswith("unitscope: --port must be one that is free on 127.0.0.1. Got ")


@pytest.mark.parametrize("arguments", [("--port", "70000"), ("--workers", "0")])
def test_bad_arguments_are_one_line(arguments):
    done = command(*arguments)
    assert done.returncode == 1 and "Traceback" not in done.stderr and done.stderr.count("\n") == 1


@pytest.mark.slow
def test_two_workers_answer_alike_and_both_end():
    """Any process answers any request: the server keeps nothing between two."""
    if not sys.platform.startswith("linux"):
        pytest.skip("reads /proc")
    process, port = played("--workers", "2", start_new_session=True)

    def workers() -> set[int]:
        found = set()
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if int(
                    (folder / "stat").read_text().rpartition(")")[2].split()[1]
                ) == process.pid and (b"spawn_main" in (folder / "cmdline").read_bytes()):
                    found.add(int(folder.name))
        return found

    def serving() -> set[int]:
        """Which processes hold an accepted connection on the port."""
        rows = Path("/proc/net/tcp").read_text().splitlines()[1:]
        taken = {
            row.split()[9]
            for row in rows
            if row.split()[1].endswith(f":{port:04X}") and row.split()[3] == "01"
        }
        found = set()
        for one in workers():
            for handle in Path(f"/proc/{one}/fd").iterdir():
                with contextlib.suppress(OSError):
                    name = str(handle.readlink())
                    if name.startswith("socket:") and name[8:-1] in taken:
                        found.add(one)
        return found

    def healthy() -> bool:
        with contextlib.suppress(OSError):
            return get(port, "/health")[0] == 200 and len(workers()) == 2
        return False

    try:
        eventually(healthy)
        both, answers = workers(), set()
        assert len(both) == 2
        with contextlib.ExitStack() as stack:
            seen: set[int] = set()
            for _ in range(60):
                made = stack.enter_context(greeted(port))
                answers.add(ask(made, training(1))["run"]["loss"])
                seen |= serving()
                if seen == both:
                    break
            assert seen == both
            assert len(answers) == 1
    finally:
        os.killpg(process.pid, signal.SIGINT)  # Ctrl-C in a terminal reaches all of them
        _, errors = process.communicate(timeout=PATIENCE)
    assert "Traceback" not in errors, errors
    eventually(lambda: not any(Path(f"/proc/{one}").exists() for one in both))

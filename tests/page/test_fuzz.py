"""Hostile messages by the thousand: every answer keeps the contract, and nothing breaks."""

from __future__ import annotations

import base64
import contextlib
import copy
import itertools
import json
import random
import signal
import struct
from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from websockets.exceptions import ConnectionClosed

import schemas
import unitscope as us
from patience import PATIENCE
from serving import greeted, played
from thorough import few
from unitscope.networks import Network
from unitscope.page import answers
from unitscope.wire.to_wire import data_to_wire, floats_to_wire, network_to_wire

SMALL = us.datasets.blobs(n=8, classes=2)
DATA = dict(data_to_wire(SMALL, np.array([1] + [0] * 7)))
RECIPE = {
    "hidden": [2],
    "activation": "relu",
    "optimizer": "adam",
    "learning_rate": 0.01,
    "batch_size": 4,
    "epochs": 2,
    "l1": 0,
    "l2": 0,
    "seed": 0,
}
NETWORK = dict(network_to_wire(Network.initialize([2, 2, 2])))
START = floats_to_wire(Network.initialize([2, 2, 2]).to_vector())
TABLE = base64.b64encode(b'a,"b ""q""",k\n1,2,x\n3,4,y\n').decode()
REQUESTS: list[dict[str, Any]] = [
    {"id": 1, "kind": "train", "data": DATA, "recipe": RECIPE, "course": True, "start": START},
    {
        "id": 2,
        "kind": "explain",
        "data": DATA,
        "network": NETWORK,
        "window": [[-9, 9.5], [-6.0, 5.0]],
    },
    {"id": 3, "kind": "explain", "data": DATA, "network": NETWORK, "window": None},
    {"id": 4, "kind": "seeds", "data": DATA, "recipe": RECIPE, "seeds": 2, "first": 0},
    {"id": 5, "kind": "dataset", "name": "blobs", "n": 8, "classes": 2, "noise": 1.0, "seed": 1},
    {
        "id": 6,
        "kind": "table",
        "name": "a.csv",
        "content": TABLE,
        "target": "k",
        "ignore": ["a"],
        "missing": "mean",
        "sep": ",",
        "header": "names",
        "more": 3,
    },
    {
        "id": 7,
        "kind": "export",
        "what": "numpy",
        "data": DATA,
        "recipe": RECIPE,
        "course": False,
        "network": NETWORK,
    },
    {"id": 8, "kind": "export", "what": "run", "data": DATA, "recipe": RECIPE, "start": None},
    {"id": 9, "kind": "cancel"},
]
EXPECTED = {
    "train": "trained",
    "explain": "explained",
    "seeds": "seeds",
    "dataset": "data",
    "table": "table",
    "export": "file",
    "cancel": "cancelled",
}
DEEP: list = []
for _ in range(300):
    DEEP = [DEEP]
BOUNDS = [63, 65, 256, 257, 5001, 10_001, 2**31, 2**53, 2**63, 2**64, 10**100, -(2**63)]
FLOATS = [0.5, 1.0, -0.0, 1e308, -1e308, 5e-324]
TEXT = ["", "A", "AAAA", "AAA=", "=" * 8, "\0", "é" * 300, "\ud800", "x" * 201, "inf", "NaN"]
NAMES = ["__class__", "__proto__", "../../etc/passwd", "%00", "</script>", "relu", "train", "lab"]
LISTS = [[], [[]], [None], [1] * 300, [64] * 8, [1e308, -1e308]]
OBJECTS = [{}, {"a": 1}, {"id": {}}, {"units": 64}, [{}] * 9, DEEP]
NUMBERS = [struct.pack("<2f", float("nan"), float("inf")), struct.pack("<12f", *[3e38] * 12)]
BYTES = [base64.b64encode(content).decode() for content in [*NUMBERS, b"\xff" * 8]]
SIMPLE = [None, True, False, -1, 0, 1, 2]
JUNK = [*SIMPLE, *BOUNDS, *FLOATS, *TEXT, *NAMES, "9" * 5000, *LISTS, *OBJECTS, *BYTES]


def places(value: Any, at: tuple = ()) -> Iterator[tuple]:
    """The path of every part of a message."""
    if at:
        yield at
    for key in (
        value
        if isinstance(value, dict)
        else range(min(9, len(value)))
        if isinstance(value, list)
        else ()
    ):
        if len(at) > 6:
            return
        yield from places(value[key], (*at, key))


def changed(message: Any, place: tuple, junk: Any, how: str) -> Any:
    """The message with one part replaced, taken out, or put in once more under another name."""
    made = inner = copy.copy(message)
    for key in place[:-1]:
        inner[key] = copy.copy(inner[key])
        inner = inner[key]
    if how == "out":
        del inner[place[-1]]
    elif how == "more" and isinstance(inner, dict):
        inner[str(junk)[:50]] = inner[place[-1]]
    else:
        inner[place[-1]] = junk
    return made


def every_change() -> Iterator[Any]:
    """Every part of every request: taken out, put in twice, replaced by all that it can't be."""
    for message in REQUESTS:
        for place in places(message):
            yield changed(message, place, None, "out")
            yield changed(message, place, "other", "more")
            for junk in JUNK:
                yield changed(message, place, junk, "in")


def random_changes(count: int, seed: int) -> Iterator[Any]:
    """Requests with two or three parts changed."""
    rng = random.Random(seed)
    for _ in range(count):
        message = rng.choice(REQUESTS)
        for _ in range(rng.choice([2, 2, 3])):
            left = list(places(message))
            if left:
                how = rng.choice(["in", "in", "in", "out", "more"])
                message = changed(message, rng.choice(left), rng.choice(JUNK), how)
        yield message


SCHEMA = None


def broken_rules(answer: Any) -> list[str]:
    """What an answer has that the contract's schema does not allow."""
    global SCHEMA
    if SCHEMA is None:
        from pathlib import Path

        found = json.loads(
            (Path(__file__).parents[2] / "docs" / "messages.schema.json").read_text(
                encoding="utf-8"
            )
        )
        parts = found["$defs"]
        SCHEMA = {
            kind: schemas.rules(found, name)
            for name in (
                "Trained",
                "Explained",
                "SeedsTrained",
                "DataLoaded",
                "TableRead",
                "FileMade",
                "Refused",
                "Dropped",
            )
            for kind in parts[name]["properties"]["kind"]["enum"]
        }
    return [error.message[:200] for error in SCHEMA[answer["kind"]].iter_errors(answer)]


def check(message: Any, answer: Any) -> None:
    """An answer to a message that may be anything."""
    kind = message.get("kind") if isinstance(message, dict) else None
    allowed = {"refused"} | (
        {EXPECTED[kind]} if isinstance(kind, str) and kind in EXPECTED else set()
    )
    assert answer["kind"] in allowed, (message, answer)
    given = message.get("id") if isinstance(message, dict) else None
    good = isinstance(given, int) and not isinstance(given, bool) and 0 <= given < 2**53
    assert answer["id"] == (given if good else None)
    assert broken_rules(answer) == []
    if answer["kind"] == "refused":
        assert 10 < len(answer["message"]) < 700 and "Error" not in answer["message"].removeprefix(
            "The request was too large: "
        ), answer


@pytest.mark.slow
def test_every_change_of_every_part_gets_an_answer_of_the_contract():
    counted: Counter[str] = Counter()
    # One of ten changes of each part of each request; which ones is another from part to part.
    every = few(10, whole=1)
    some = itertools.islice(every_change(), 0, None, every)
    for message in [*some, *random_changes(6000 // every, seed=1)]:
        if isinstance(message, dict) and message.get("kind") == "cancel":
            continue  # the connection's own
        answer = json.loads(json.dumps(answers.reply(message), allow_nan=False))
        check(message, answer)
        counted[answer["kind"]] += 1
    assert counted.total() > 15_000 // every and counted["refused"] > 9000 // every
    assert min(counted[kind] for kind in {*EXPECTED.values()} - {"cancelled"}) > 50 // every


@pytest.fixture
def server():
    """The port of a server in its own process, which may tell of no exception."""
    process, port = played()
    yield port
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=PATIENCE)
    # The first server on a machine compiles, and says so.
    assert [line for line in errors.splitlines() if "compiling for this machine" not in line] == [
        "unitscope: stopped"
    ]


def final(made) -> dict:
    while (answer := json.loads(made.recv(PATIENCE)))["kind"] == "progress":
        pass
    return answer


PIECES = ["", "{", "}", "[", '"', "\\", ":", ",", "0", "-", "1e999", "NaN", "\\ud800", "\0", "é"]
PIECES += ['"id":7,', '"kind":"train",', "true", " " * 50]
TEXTS = ["", "null", "[" * 50_000, '{"a":' * 20_000, "1" * 5000, '"' + "x" * 100_000 + '"']


def texts(count: int, seed: int) -> Iterator[str]:
    """Requests as text with some characters changed, and texts that never were requests."""
    rng = random.Random(seed)
    plain = [json.dumps(message) for message in REQUESTS]
    for _ in range(count):
        text = rng.choice(plain)
        for _ in range(rng.choice([1, 1, 2, 5])):
            at = rng.randrange(len(text) + 1)
            text = text[:at] + rng.choice(PIECES) + text[at + rng.choice([0, 0, 1, 3, 30]) :]
        yield rng.choice([text] * 20 + TEXTS)


def as_python(text: str) -> Any:
    """What the text means, None where it is no JSON."""

    def refuse(_name: str) -> None:
        raise ValueError

    try:
        return json.loads(text, parse_constant=refuse)
    except (ValueError, RecursionError):
        return None


@pytest.mark.slow
def test_thousands_of_hostile_messages_over_a_real_connection(server):
    counted: Counter[str] = Counter()
    share = few(8, whole=1)
    hostile = [*random_changes(3000 // share, seed=2), *texts(5000 // share, seed=3)]
    random.Random(4).shuffle(hostile)
    with greeted(server) as made:
        for message in hostile:
            text = message if isinstance(message, str) else json.dumps(message)
            made.send(text)
            answer = final(made)
            check(as_python(text), answer)
            counted[answer["kind"]] += 1
        made.send(json.dumps(REQUESTS[0]))
        assert final(made)["kind"] == "trained"
    assert counted.total() == 8000 // share and counted["refused"] > 3000 // share


@pytest.mark.slow
def test_messages_out_of_order_and_without_waiting_get_one_answer_each(server):
    rng = random.Random(5)
    for _ in range(few(2, whole=4)):
        with greeted(server) as made:
            sent = []
            for number in range(400):
                message = {**rng.choice(REQUESTS), "id": number}
                if message["kind"] != "cancel" or rng.random() < 0.2:
                    made.send(json.dumps(message))
                    sent.append(number)
            made.send(json.dumps(REQUESTS[4] | {"id": 999}))
            answered = Counter()
            while answered[999] == 0 or answered.total() < len(sent) + 1:
                answer = final(made)
                assert answer["kind"] in {*EXPECTED.values(), "superseded"}, answer
                answered[answer["id"]] += 1
            assert set(answered.values()) == {1} and set(answered) == {*sent, 999}


def test_frames_that_are_no_texts_are_refused_or_end_only_their_connection(server):
    with greeted(server) as made:
        assert made.protocol.extensions == []  # nothing is compressed, though the client offered it
        made.send(b"\x00\xff")
        assert final(made)["kind"] == "refused"
        made.send([json.dumps(REQUESTS[4])[:30], json.dumps(REQUESTS[4])[30:]])  # in two fragments
        assert final(made)["kind"] == "data"
        made.ping().wait(PATIENCE)
        for duplicate in (
            '{"id": 1, "id": 2, "kind": "cancel"}',
            '{"kind": "train", "id": 2, "kind": "cancel"}',
        ):
            made.send(duplicate)
            assert final(made) == {"id": 2, "kind": "cancelled"}
    for frame in (
        b"\x81\x82\0\0\0\0\xff\xfe",  # a text that is not UTF-8
        b"\x80\x81\0\0\0\0x",  # goes on with what never began
        b"\x89\xfe\0\x7e\0\0\0\0" + b"x" * 126,  # a ping that is too long
        b"\x81\x01x",  # without a mask
        b"\xff\x80\0\0\0\0",  # reserved bits
        b"\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff\0\0\0\0",
    ):  # announces 2**63 bytes
        with greeted(server) as made:
            made.socket.sendall(frame)
            with pytest.raises(ConnectionClosed):
                made.recv(PATIENCE)
    with greeted(server) as made:
        made.send(json.dumps(REQUESTS[0]))
        assert final(made)["kind"] == "trained"


def test_one_pages_long_work_of_every_kind_leaves_others_quick_ones_alone(server):
    large = us.datasets.blobs(n=3000)
    wire, recipe = (
        dict(data_to_wire(large)),
        RECIPE | {"hidden": [64, 64], "epochs": 2000, "batch_size": 32},
    )
    network = network_to_wire(Network.initialize([2, *[64] * 8, 4]))
    long = [
        {"kind": "train", "data": wire, "recipe": recipe},
        {"kind": "seeds", "data": wire, "recipe": recipe, "seeds": 1},
        {
            "kind": "explain",
            "data": dict(data_to_wire(us.datasets.blobs(n=2500))),
            "network": network,
        },
        {"kind": "export", "what": "html", "data": wire, "recipe": recipe},
    ]
    with greeted(server) as greedy, greeted(server) as second, greeted(server) as other:
        for number, message in enumerate(long):
            for made in (greedy, second):
                made.send(json.dumps({"id": number, **message}))
        for number in range(25):
            other.send(json.dumps(REQUESTS[0] | {"id": number}))
            assert final(other)["id"] == number
        finished = []
        with contextlib.suppress(TimeoutError):
            while True:
                finished.append(json.loads(greedy.recv(0))["kind"])
        assert set(finished) <= {"progress"}  # all of it was still to be done when the others' was
        for made in (greedy, second):
            made.send('{"id": 9, "kind": "cancel"}')
            assert {final(made)["kind"] for _ in range(len(long) + 1)} == {
                "cancelled",
                "superseded",
            }

"""What a hostile page can't do: pass the limits, hold others up, reach files, stay on."""

from __future__ import annotations

import ast
import asyncio
import base64
import gzip
import io
import json
import pickle
import re
import sys
import threading
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from websockets.exceptions import ConnectionClosed

import unitscope as us
from patience import PATIENCE, eventually
from serving import page_at, served
from unitscope.data import labels
from unitscope.networks import Network
from unitscope.page import answers
from unitscope.page.jobs import Cancelled, Job
from unitscope.server import app as server_module
from unitscope.server import connection
from unitscope.server.scheduler import Scheduler
from unitscope.wire.to_wire import data_to_wire, network_to_wire, small_to_wire


def wire(n: int, features: int = 2, classes: int = 4) -> dict:
    rng = np.random.default_rng(0)
    return dict(data_to_wire(us.Dataset(rng.normal(size=(n, features)), np.arange(n) % classes)))


def recipe(*hidden: int, epochs: int = 10) -> dict:
    return {"hidden": list(hidden), "epochs": epochs}


def network(*sizes: int) -> dict:
    return dict(network_to_wire(Network.initialize(sizes)))


DEEP = (64,) * 8
TOO_MUCH = {
    "work": (
        {"kind": "train", "data": wire(10_000), "recipe": recipe(*DEEP, epochs=200)},
        "points x epochs x param",
    ),
    "kept": (
        {"kind": "train", "data": wire(9), "recipe": recipe(*DEEP, epochs=5000)},
        "epochs x parameters must be",
    ),
    "seeds": (
        {"kind": "seeds", "data": wire(10_000), "recipe": recipe(2, epochs=5000), "seeds": 256},
        "points x epochs",
    ),
    "kept seeds": (
        {"kind": "seeds", "data": wire(9, 200), "recipe": recipe(*DEEP, epochs=1), "seeds": 256},
        "seeds x parameters must be at most 10,000,000.",
    ),
    "explain": (
        {"kind": "explain", "data": wire(10_000), "network": network(2, *DEEP, 4)},
        "points x units x param",
    ),
    "export": (
        {"kind": "export", "what": "run", "data": wire(9), "recipe": recipe(*DEEP, epochs=5000)},
        "epochs x parameters must be at most 10,000,000.",
    ),
    "page": (
        {"kind": "export", "what": "html", "data": wire(10_000), "recipe": recipe(*DEEP, epochs=1)},
        "points x units x parameters must be at most",
    ),
    "other network": (
        {
            "kind": "export",
            "what": "numpy",
            "data": wire(9),
            "recipe": recipe(2),
            "network": network(3, 2, 4),
        },
        "network must be one of 2 inputs and 4 outputs",
    ),
    "set": (
        {"kind": "dataset", "name": "spirals", "n": 10_001},
        "n must be a whole number from 2 to 10000",
    ),
    "features": (
        {"kind": "train", "data": wire(9) | {"features": 2**40}, "recipe": {}},
        "features must be a whole",
    ),
    "layers": (
        {
            "kind": "explain",
            "data": wire(9),
            "network": network(2, 4) | {"layers": [{"units": 64}] * 10},
        },
        "layers must be a list of 1 to 9",
    ),
}


@pytest.mark.parametrize(("message", "rule"), TOO_MUCH.values(), ids=TOO_MUCH)
def test_what_is_over_a_limit_is_refused_before_work_or_memory_is_spent(message, rule, monkeypatch):
    from unitscope.sweeps import sweep
    from unitscope.training import train

    def working(*_given, **_settings):
        raise AssertionError("work began")

    monkeypatch.setattr(train, "train", working)
    monkeypatch.setattr(sweep, "sweep", working)
    answers.reply({"id": 1, "kind": "dataset", "name": "nothing"})  # imports are not the request's
    tracemalloc.start()
    try:
        answer = answers.reply({"id": 1, **message})
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert answer["kind"] == "refused" and answer["message"].startswith(rule), answer
    assert peak < 12 * len(json.dumps(message)) + 4_000_000


MOST = 3_100_000  # bytes of a table that fit into the largest message
TABLES = {
    "a line of commas": b"," * MOST,
    "a line of cells": b"ab," * (MOST // 3),
    "a mark that doesn't end": b'a,k\n"' + b"x" * MOST,
    "marks": b"a,k\n" + b'"' * MOST,
    "marked line ends": b'a,k\n"' + b"\n" * MOST,
    "empty lines": b"a,k\n" + b"\n" * MOST,
    "spaces": b"a,k\n" + b" " * MOST,
    "NUL": b"a,k\n1,\0\n2,y\n",
    "marked as UTF-8, and not": b"\xef\xbb\xbfa,k\n1,\xff\n2,y\n",
    "1e400": b"a,k\n1e400,x\n2,y\n",
    "nan": b"a,k\nnan,x\n2,y\n",
    "1_0": b"a,k\n1_0,x\n2,y\n",
    "0x10": b"a,k\n0x10,x\n2,y\n",
    "a long number": b"a,k\n" + b"1" * 9000 + b",x\n2,y\n",
    "many classes": b"a,k\n" + b"".join(b"1,%d\n" % k for k in range(9999)),
    "many rows": lambda: gzip.compress(b"a,k\n" + b"1,x\n2,y\n" * 500_001),
    "the same column": b"a,a,k\n1,2,x\n3,4,y\n",
    "gzip of zeros": lambda: gzip.compress(bytes(300_000_000), 1),
    "Parquet": b"PAR1" + bytes(100) + b"PAR1",
    "a pickle": pickle.dumps({"a": [1, 2]}),
    "zip": b"PK\3\4" + bytes(100),
    "nothing": b"",
    "a byte order mark": b"\xef\xbb\xbf",
}


def with_peak(work: Callable[[], Any]) -> tuple[Any, int]:
    """What `work` gives, and the bytes that it took of memory at most, of whatever library."""
    Path("/proc/self/clear_refs").write_text("5")  # the peak is what there is now
    before = status_of("VmRSS")
    return work(), status_of("VmHWM") - before


def status_of(line: str) -> int:
    (found,) = re.findall(rf"{line}:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return 1024 * int(found)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads what Linux says of its memory")
@pytest.mark.parametrize("content", TABLES.values(), ids=TABLES)
def test_hostile_tables_are_refused_in_bounded_memory(content):
    content = content() if callable(content) else content
    message = {
        "id": 1,
        "kind": "table",
        "name": "a.csv",
        "content": base64.b64encode(content).decode(),
    }
    answers.reply(message | {"content": ""})  # imports are not the request's
    answer, peak = with_peak(lambda: answers.reply(message))
    told = answer["message"] if answer["kind"] == "refused" else answer["refused"]
    assert 10 < len(told) < 400, answer
    assert peak < 150_000_000


def test_names_that_a_spreadsheet_or_python_would_run_stay_names():
    names = [
        "=cmd|' /C calc'!A0",
        "@SUM(1)",
        '"""\nimport os\nos.abort()\n"""',
        "</script><script>alert(1)</script>",
    ]
    lines = [
        "a,b,kind",
        *(f'{k},{k},"{name.replace(chr(34), 2 * chr(34))}"' for k, name in enumerate(names)),
    ]
    content = base64.b64encode("\n".join(lines).encode()).decode()
    data = answers.reply({"id": 1, "kind": "table", "name": "=1+1", "content": content})["data"]
    assert set(data["class_names"]) == set(names)
    for what in ("numpy", "keras"):
        made = answers.reply(
            {"id": 1, "kind": "export", "what": what, "data": data, "recipe": recipe(2)}
        )["content"]
        tree = ast.parse(base64.b64decode(made).decode())
        given = {
            node.targets[0].id: node.value for node in tree.body if isinstance(node, ast.Assign)
        }
        assert ast.literal_eval(given["CLASS_NAMES"]) == data["class_names"]
        assert {
            alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.Import)
            for alias in node.names
        } <= {"keras", "numpy", "math"}


class Patience(Job):
    """Wants the answer until it was asked so many times."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.asked, self.most = 0, most

    def wanted(self) -> bool:
        self.asked += 1
        return self.asked <= self.most


CANCELLED = {
    "train": {"kind": "train", "data": wire(2000), "recipe": recipe(32, 32, epochs=2000)},
    "the test points": {
        "kind": "train",
        "recipe": recipe(2, epochs=1000),
        "data": wire(1000) | {"held_out": small_to_wire(np.arange(1000) > 20)},
    },
    "seeds": {
        "kind": "seeds",
        "data": wire(1000),
        "recipe": recipe(32, 32, epochs=100),
        "seeds": 256,
    },
    "explain": {"kind": "explain", "data": wire(1000), "network": network(2, *DEEP, 4)},
    "page": {
        "kind": "export",
        "what": "html",
        "data": wire(200),
        "recipe": recipe(8, 8, epochs=20),
    },
    "table": {
        "kind": "table",
        "name": "a.csv",
        "content": base64.b64encode(b"a,k\n1,x\n2,y\n").decode(),
    },
    "run": {
        "kind": "export",
        "what": "run",
        "data": wire(2000),
        "recipe": recipe(64, 64, epochs=200),
    },
}


@pytest.mark.parametrize("most", [0, 1, 3])
@pytest.mark.parametrize("message", CANCELLED.values(), ids=CANCELLED)
def test_every_long_request_ends_between_two_pieces_of_its_work(message, most):
    asked = Patience(most)
    with pytest.raises(Cancelled):
        answers.reply({"id": 1, **message}, asked)
    assert asked.asked == most + 1


def test_an_explanation_looks_at_every_unit_that_it_takes_out():
    asked = Patience(10**9)
    answers.reply(
        {"id": 1, "kind": "explain", "data": wire(20), "network": network(2, *DEEP, 4)}, asked
    )
    assert asked.asked >= sum(DEEP)


PACKED = {
    "gzip": gzip.compress(b"a,k\n1,x\n2,y\n" * 9),
    "zip or workbook": b"PK\3\4" + bytes(100),
    "Parquet": b"PAR1" + bytes(100),
}


@pytest.mark.parametrize("content", PACKED.values(), ids=PACKED)
def test_a_table_is_weighed_by_what_it_may_unpack_to(content):
    """A few bytes may be 32 MiB, which take seconds: that waits for its turn."""
    message = {"kind": "table", "name": "a", "content": base64.b64encode(content).decode()}
    assert answers.prepare(message).cost > connection._QUICK


def test_more_labels_than_there_are_classes_are_refused_before_they_are_put_in_order(monkeypatch):
    monkeypatch.setattr(labels, "_as_labels", lambda *_: pytest.fail("they were"))
    content = b"a,k\n" + b"".join(b"1,k%d\n" % number for number in range(25_000))
    message = {"kind": "table", "name": "a", "content": base64.b64encode(content).decode()}
    answer = answers.reply({"id": 1, **message})
    assert answer["refused"] == "classes must be at most 20. Got 25000 instead."


def test_answering_opens_no_file_but_the_packages_own_and_unpickles_nothing():
    messages = [
        {"kind": "train", "data": wire(20), "recipe": recipe(2)},
        {"kind": "explain", "data": wire(20), "network": network(2, 2, 4)},
        {"kind": "seeds", "data": wire(20), "recipe": recipe(2), "seeds": 2},
        *({"kind": "dataset", "name": name} for name in (*us.datasets.names(), "../../etc/passwd")),
        {
            "kind": "table",
            "name": "/etc/passwd",
            "content": base64.b64encode(b"a,k\n1,x\n2,y\n").decode(),
        },
        *(
            {"kind": "export", "what": what, "data": wire(20), "recipe": recipe(2)}
            for what in ("html", "numpy", "keras", "run", "/etc/passwd")
        ),
    ]
    for message in messages:  # what is imported and compiled at first is no request's doing
        answers.reply({"id": 1, **message})
    seen, mine = [], threading.get_ident()
    watching = True

    def hook(event: str, given: tuple) -> None:
        if (
            watching
            and threading.get_ident() == mine
            and event.startswith(
                ("open", "os.", "shutil.", "subprocess.", "socket.", "pickle.", "exec", "import")
            )
        ):
            seen.append((event, str(given[0])))

    sys.addaudithook(hook)
    for message in messages:
        answers.reply({"id": 1, **message})
    watching = False
    package = Path(us.__file__).parent
    strange = [
        (event, name)
        for event, name in seen
        if event != "open" or not Path(name).is_relative_to(package)
    ]
    assert strange == []


def test_turns_at_long_work_go_round():
    async def order() -> list[str]:
        scheduler, told = Scheduler(), []
        loop = asyncio.get_running_loop()
        scheduler._free = 1
        gates = [threading.Event() for _ in range(5)]

        async def one(owner: str, number: int) -> None:
            turn = loop.create_future()
            if number == 3:
                loop.call_later(0.05, turn.set_result, False)  # given up while it waits
            done = await scheduler.long(owner, gates[number].wait, turn)
            told.append(f"{owner}{number} {done}")

        tasks = [asyncio.create_task(one(owner, number)) for number, owner in enumerate("aaabb")]
        async with asyncio.timeout(PATIENCE):
            while not told:
                await asyncio.sleep(0.01)
        for gate in gates:
            gate.set()
        await asyncio.gather(*tasks)
        scheduler.end()
        return told

    told = asyncio.run(order())
    assert told[0] == "b3 None" and sorted(told[1:]) == ["a0 True", "a1 True", "a2 True", "b4 True"]


@pytest.fixture
def few_pages(monkeypatch):
    """A server in this process that takes two pages: its port."""
    monkeypatch.setattr(server_module, "MOST_PAGES", 2)
    with served() as server:
        yield server.port


def test_more_pages_than_there_may_be_are_turned_away_and_come_in_later(few_pages):
    def opened():
        return page_at(few_pages)

    with opened() as first, opened() as second:
        assert json.loads(first.recv())["kind"] == json.loads(second.recv())["kind"] == "hello"
        with opened() as third, pytest.raises(ConnectionClosed) as closed:
            third.recv()
        assert closed.value.rcvd.code == 1013
        first.close()

        def comes_in() -> bool:
            try:
                with opened() as fourth:
                    return json.loads(fourth.recv())["kind"] == "hello"
            except ConnectionClosed:
                return False

        eventually(comes_in)


def test_a_fault_of_the_server_is_told_and_the_connection_lives_on(few_pages, monkeypatch, caplog):
    def broken(*_given):
        raise ZeroDivisionError

    with page_at(few_pages) as made:
        made.recv()
        monkeypatch.setitem(answers.FROM_WIRE, "dataset", broken)
        for _ in range(2):
            made.send('{"id": 4, "kind": "dataset", "name": "lab"}')
            assert json.loads(made.recv()) == {
                "id": 4,
                "kind": "refused",
                "message": "The server failed at this request.",
            }
        made.send('{"id": 5, "kind": "cancel"}')
        assert json.loads(made.recv())["kind"] == "cancelled"


def test_a_request_that_takes_too_long_is_refused(few_pages, monkeypatch):
    monkeypatch.setattr(connection, "MOST_SECONDS", 0.3)
    with page_at(few_pages) as made:
        made.recv()
        for number, message in enumerate(CANCELLED[kind] for kind in ("train", "seeds", "page")):
            made.send(
                json.dumps(
                    {
                        "id": number,
                        **message,
                        "recipe": recipe(64, 64, epochs=1000),
                        "data": wire(2000),
                        "seeds": 4,
                    }
                )
            )
            while (answer := json.loads(made.recv()))["kind"] == "progress":
                pass
            assert answer["id"] == number and answer["message"].startswith(
                "A request must be done in"
            ), answer


def test_a_runs_file_has_no_pickle_in_it():
    answer = answers.reply(
        {"id": 1, "kind": "export", "what": "run", "data": wire(20), "recipe": recipe(2)}
    )
    with np.load(io.BytesIO(base64.b64decode(answer["content"])), allow_pickle=False) as archive:
        assert {archive[name].dtype.kind for name in archive.files} <= set("fiuU")

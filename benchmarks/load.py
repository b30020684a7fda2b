"""The live page's server under load: a class at once, and hostile pages beside an honest one.

`python benchmarks/load.py` prints the section of docs/benchmarks.md; `make bench` includes it.
`--beside KIND` prints the row of one kind of hostile page, after that of no other page.
`--hostile KIND PAGES PORT` is the part that runs in a process of its own: it attacks until it ends.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import live
import numpy as np

import page as markdown
import unitscope as us
from unitscope.wire.limits import LIMITS
from unitscope.wire.to_wire import data_to_wire, network_to_wire

WORKERS, CROWDS, CROWD_SECONDS = (1, 2), (50, 200), 8.0
SECONDS, WARM_SECONDS = 10.0, 2.0  # beside a hostile page; of them uncounted
MANY, MANY_SECONDS = 100, 20.0  # hostile pages at once
QUIET_SECONDS = 10.0  # until memory is looked at after they left
PAUSE = 0.02  # seconds from an answer to the honest page's next move
MOST = LIMITS["message"]


def points(n: int, features: int = 2, classes: int = 4) -> dict[str, Any]:
    """Random points as a message has them."""
    X = np.random.default_rng(0).normal(size=(n, features))
    return dict(data_to_wire(us.Dataset(X, np.arange(n) % classes)))


def training(data: dict[str, Any], *hidden: int, **recipe: Any) -> dict[str, Any]:
    """A request to train."""
    return {"id": 1, "kind": "train", "data": data, "recipe": {"hidden": list(hidden), **recipe}}


def explaining(n: int, *sizes: int) -> dict[str, Any]:
    """A request to explain a random network."""
    net = dict(network_to_wire(us.Network.initialize(sizes)))
    return {"id": 1, "kind": "explain", "data": points(n), "network": net}


def table(size: int) -> dict[str, Any]:
    """A request to read a table of about so many bytes."""
    line = b"1.25,-3.5,0.125,2.75,%s\n"
    rows = b"".join(line % (b"one", b"two")[k % 2] for k in range(size // (len(line) + 1)))
    content = base64.b64encode(b"a,b,c,d,kind\n" + rows).decode()
    return {"id": 1, "kind": "table", "name": "a.csv", "content": content}


def large() -> str:
    """The largest training that a message can ask for, one epoch of it."""
    return json.dumps(training(points(10_000, 76), 2, epochs=1))


# Requests whose work takes long: each is asked again as soon as it is answered.
WORKING: dict[str, Callable[[], list[dict[str, Any]]]] = {
    "trains with batches of 1 point": lambda: [training(points(100), 2, epochs=5000, batch_size=1)],
    "trains with gelu": lambda: [
        training(points(100), 64, 64, epochs=100, activation="gelu"),
    ],
    "trains for as long as it may": lambda: [training(points(10_000), 64, 64, epochs=900)],
    "trains from 256 seeds": lambda: [
        {**training(points(1000), 8, epochs=1000), "kind": "seeds", "seeds": 256}
    ],
    "has large networks explained": lambda: [explaining(300, 2, 64, 64, 4)],
    "has tables of 3 MB read": lambda: [table(3_100_000)],
    "has pages to save made": lambda: [
        {**training(points(1000), 16, 16, epochs=100), "kind": "export", "what": "html"}
    ],
    "asks for all of these at once": lambda: [
        made for name in list(WORKING)[:7] for made in WORKING[name]()
    ],
}
# Texts that are sent again and again, as quickly as they are taken; whether replies are read.
FLOODING: dict[str, tuple[Callable[[], bytes], bool]] = {
    "does not read its replies": (
        lambda: framed('{"id":1,"kind":"dataset","name":"spirals","n":10000}'),
        False,
    ),
    "reads no reply to 4 MB messages": (lambda: framed(large()), False),
    "sends 4 MB messages": (lambda: framed(large()), True),
    "sends 4 MiB of empty lists": (lambda: framed(f"[{'[],' * (MOST // 3 - 1)}[]]"), True),
    "sends 4 MiB of escapes": (lambda: framed('"' + r"\n" * (MOST // 2 - 1) + '"'), True),
    "sends messages of 2 bytes": (lambda: framed("{}") * 8000, True),
    "sends pings and reads no pongs": (lambda: framed("x" * 125, 0x89) * 1000, False),
    "sends fragments of 0 bytes": (lambda: framed("", 1) + framed("", 0) * 8000, True),
}


CONNECTING = "opens connections without end"  # a program: each asks for the page, and is closed


def main() -> None:
    """Print the section, or attack."""
    if "--hostile" in sys.argv:
        kind, pages, port = sys.argv[2:]
        attack(kind, int(pages), int(port))
    elif "--beside" in sys.argv:
        for kind in (None, *sys.argv[2:]):
            print("| " + " | ".join([kind or "no other page", *beside(kind)]) + " |")
    else:
        print(load_table())


def load_table() -> str:
    """Every figure of the server under load."""
    crowds = [crowd(workers, pages) for workers in WORKERS for pages in CROWDS]
    alone = beside(None)
    rows = [
        ["no other page", *alone],
        *([name, *beside(name)] for name in (*FLOODING, CONNECTING, *WORKING)),
    ]
    many = [hundred(name) for name in list(FLOODING)[:4]]
    return "\n".join(
        [
            markdown.table(
                "The live page's server: pages that train the lab, each again once answered",
                ["processes", "pages", "trainings a second", "p50", "p95", "memory at most"],
                crowds,
            ),
            markdown.table(
                "The live page's server: one page drags in the lab beside one hostile page",
                ["the other page", "p50", "p95", "longest", "memory at most"],
                rows,
            ),
            markdown.table(
                f"The live page's server: memory under {MANY} hostile pages",
                ["each", "before", "at most", "afterwards"],
                many,
            ),
        ]
    )


def crowd(workers: int, pages: int) -> list[str]:
    """A row: many honest pages at once."""
    with live.served("--workers", str(workers)) as (address, process):
        asyncio.run(live.many(address, 1, 20))
        with watched(process.pid) as memory:
            moves = max(4, int(CROWD_SECONDS * 200 * workers / pages))
            began = time.perf_counter()
            times = asyncio.run(live.many(address, pages, moves))
            rate = len(times) / (time.perf_counter() - began)
    return [str(workers), str(pages), f"{rate:,.0f}", *live.shown(times), megabytes(max(memory))]


def beside(kind: str | None) -> list[str]:
    """Median, 95th percentile, most of an honest page's milliseconds; the server's most memory."""
    with live.served() as (address, process), watched(process.pid) as memory:
        asyncio.run(live.many(address, 1, 20))
        with contextlib.nullcontext() if kind is None else attacked(kind, 1, address):
            honest(address, WARM_SECONDS)
            times = honest(address, SECONDS - WARM_SECONDS)
    return [*live.shown(times), f"{times.max():.0f} ms", megabytes(max(memory))]


def hundred(kind: str) -> list[str]:
    """A row: the server's memory before, under and after many hostile pages."""
    with live.served() as (address, process):
        asyncio.run(live.many(address, 1, 20))
        before = resident(process.pid)
        with watched(process.pid) as memory, attacked(kind, MANY, address):
            time.sleep(MANY_SECONDS)
        time.sleep(QUIET_SECONDS)
        honest(address, 1.0)
        after = resident(process.pid)
    return [kind, megabytes(before), megabytes(max(memory)), megabytes(after)]


def honest(address: str, seconds: float) -> np.ndarray:
    """Milliseconds from each move of a page that drags a point of the lab to its answer."""
    from websockets.sync.client import connect

    data, rng, times = us.datasets.lab(), np.random.default_rng(1), []
    with connect(
        address.replace("http", "ws") + "live", origin=address.rstrip("/"), max_size=None
    ) as made:
        made.recv()
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            X = data.X.copy()
            X[0] = rng.uniform(-5, 5, 2)
            asked = {**training(data_to_wire(us.Dataset(X, data.y)), 2, epochs=200), "course": True}
            text = json.dumps(asked)
            began = time.perf_counter()
            made.send(text)
            while (answer := json.loads(made.recv()))["kind"] == "progress":
                pass
            times.append(1000 * (time.perf_counter() - began))
            assert answer["kind"] == "trained", answer
            time.sleep(PAUSE)
    return np.array(times)


@contextlib.contextmanager
def watched(process: int) -> Iterator[list[float]]:
    """The server's memory, looked at all the time."""
    found, ended = [resident(process)], threading.Event()

    def look() -> None:
        while not ended.wait(0.02):
            found.append(resident(process))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield found
    finally:
        ended.set()
        thread.join()


def resident(process: int) -> float:
    """Bytes of memory of a process and its children."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii").split()
    return live.resident(process) + sum(resident(int(child)) for child in children)


def megabytes(size: float) -> str:
    """In MiB."""
    return f"{size / 2**20:,.0f} MiB"


@contextlib.contextmanager
def attacked(kind: str, pages: int, address: str) -> Iterator[None]:
    """Hostile pages in a process of their own."""
    port = address.rstrip("/").rpartition(":")[2]
    command = [sys.executable, __file__, "--hostile", kind, str(pages), port]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        assert process.stdout is not None
        process.stdout.readline()
        yield
    finally:
        process.kill()
        process.wait()


def attack(kind: str, pages: int, port: int) -> None:
    """Be so many hostile pages until this process is ended."""
    if kind in FLOODING:
        make, reads = FLOODING[kind]
        frames = make()
        page: Callable[[], None] = lambda: flood(port, frames, reads)  # noqa: E731
    elif kind == CONNECTING:
        page = lambda: connecting(port)  # noqa: E731
    else:
        texts = [json.dumps(message) for message in WORKING[kind]()]
        page = lambda: work(port, texts)  # noqa: E731

    def always() -> None:
        while True:
            with contextlib.suppress(OSError):
                page()
            time.sleep(0.05)  # closed: it comes again

    threads = [threading.Thread(target=always, daemon=True) for _ in range(pages)]
    for thread in threads:
        thread.start()
    print("attacking", flush=True)
    for thread in threads:
        thread.join()


def flood(port: int, frames: bytes, reads: bool) -> None:
    """Send the same frames for as long as the connection lasts."""
    with opened(port) as made:
        if reads:
            threading.Thread(target=drained, args=(made,), daemon=True).start()
        while True:
            made.sendall(frames)


def connecting(port: int) -> None:
    """Open connections, one after the other, for as long as they are taken."""
    asked = f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()
    while True:
        with socket.create_connection(("127.0.0.1", port)) as made:
            made.sendall(asked)


def drained(made: socket.socket) -> None:
    """Read all that comes."""
    kept = bytearray(2**16)
    with contextlib.suppress(OSError):
        while made.recv_into(kept):
            pass


def work(port: int, texts: list[str]) -> None:
    """Ask for everything, and again for each kind that is answered."""
    from websockets.exceptions import ConnectionClosed
    from websockets.sync.client import connect

    asked = {json.loads(text)["kind"]: text for text in texts}
    of_kind = {"trained": "train", "explained": "explain", "data": "table", "file": "export"}
    origin = f"http://127.0.0.1:{port}"
    with (
        contextlib.suppress(ConnectionClosed),
        connect(f"ws://127.0.0.1:{port}/live", origin=origin, max_size=None) as made,
    ):
        made.recv()
        for text in asked.values():
            made.send(text)
        while True:
            kind = json.loads(made.recv())["kind"]
            if kind == "refused":
                time.sleep(0.01)
                kind = next(iter(asked))
            again = asked.get(of_kind.get(kind, kind))
            if again is not None:
                made.send(again)


def opened(port: int) -> socket.socket:
    """A connection to the server's WebSocket."""
    made = socket.create_connection(("127.0.0.1", port))
    made.sendall(
        f"GET /live HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\n"
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode()
    )
    answer = b""
    while not answer.endswith(b"\r\n\r\n"):  # frames before its end would get lost
        answer += made.recv(1)
    return made


def framed(text: str, first: int = 0x81) -> bytes:
    """A WebSocket frame, under a mask of zeros; `first` is its first byte."""
    content = text.encode()
    length = len(content)
    size = (
        bytes([0x80 | length])
        if length < 126
        else bytes([0xFE]) + length.to_bytes(2, "big")
        if length < 2**16
        else bytes([0xFF]) + length.to_bytes(8, "big")
    )
    return bytes([first]) + size + bytes(4) + content


if __name__ == "__main__":
    main()

"""Whose turn it is: no page makes others wait, and every request ends."""

from __future__ import annotations

import asyncio
import json
import math
import sys
import threading
import time

import numpy as np

import unitscope as us
from patience import PATIENCE
from unitscope.page import answers
from unitscope.server import connection
from unitscope.server.connection import Connection
from unitscope.server.scheduler import Scheduler
from unitscope.wire.to_wire import data_to_wire

LAB = dict(data_to_wire(us.datasets.lab()))


def training(data: dict, *hidden: int, **recipe) -> dict:
    return {"id": 7, "kind": "train", "data": data, "recipe": {"hidden": list(hidden), **recipe}}


def points(n: int) -> dict:
    X = np.random.default_rng(0).normal(size=(n, 2))
    return dict(data_to_wire(us.Dataset(X, np.arange(n) % 4)))


class Socket:
    """What a Connection needs of one: texts go in, and what is sent comes out."""

    def __init__(self) -> None:
        self.scope: dict = {}
        self.texts: asyncio.Queue[str] = asyncio.Queue()
        self.replies: asyncio.Queue[dict] = asyncio.Queue()

    async def receive(self) -> dict:
        return {"type": "websocket.receive", "text": await self.texts.get()}

    async def send_text(self, text: str) -> None:
        self.replies.put_nowait(json.loads(text))

    def ask(self, *messages: dict) -> None:
        for message in messages:
            self.texts.put_nowait(json.dumps(message))

    async def reply(self) -> dict:
        while (found := await self.replies.get())["kind"] == "progress":
            pass
        return found


async def opened(scheduler: Scheduler) -> tuple[Socket, asyncio.Task]:
    """A page that was greeted."""
    socket = Socket()
    talk = asyncio.create_task(Connection(socket, scheduler).talk())
    assert (await socket.reply())["kind"] == "hello"
    return socket, talk


def on_a_loop(work) -> None:
    """Run a test with a scheduler of two threads for quick work."""

    async def whole() -> None:
        scheduler = Scheduler()
        try:
            async with asyncio.timeout(PATIENCE):
                await work(scheduler)
        finally:
            scheduler.end()

    answers.reply(training(LAB, 2, epochs=3))  # compiled and loaded before
    asyncio.run(whole())


def test_one_page_never_has_all_threads_for_quick_work(monkeypatch):
    gate, running = threading.Event(), []
    plain = answers.answer

    def held(work, job):
        if job.number == 99:
            return plain(work, job)
        running.append(job.number)
        gate.wait(PATIENCE)
        return plain(work, job)

    async def work(scheduler: Scheduler) -> None:
        monkeypatch.setattr(answers, "answer", held)
        hostile, _ = await opened(scheduler)
        kinds = ({"kind": "dataset", "name": "lab"}, training(LAB, 2), {"kind": "seeds"})
        hostile.ask(*({**training(LAB, 2), **kind} for kind in kinds), {"kind": "explain"})
        while not running:
            await asyncio.sleep(0.01)
        honest, _ = await opened(scheduler)
        honest.ask({**training(LAB, 2), "id": 99})
        assert (await honest.reply())["kind"] == "trained"
        assert len(running) == scheduler.of_a_page < scheduler._quick._max_workers
        gate.set()
        for _ in range(4):
            await hostile.reply()

    monkeypatch.setattr(connection, "_QUICK_SECONDS", math.inf)
    on_a_loop(work)


def test_work_that_turns_out_long_waits_for_its_turn(monkeypatch):
    threads = []
    plain = answers.answer

    def noted(work, job):
        threads.append(threading.current_thread().name.partition("_")[0])
        time.sleep(0.1)
        return plain(work, job)

    async def work(scheduler: Scheduler) -> None:
        monkeypatch.setattr(answers, "answer", noted)
        page, _ = await opened(scheduler)
        page.ask(training(LAB, 2, epochs=30))
        reply = await page.reply()
        lab = us.train(us.datasets.lab(), epochs=30)
        assert reply["id"] == 7 and len(reply["run"]["epochs"]) == 1 + lab.epochs
        assert threads == ["quick", "long"]

    monkeypatch.setattr(connection, "_QUICK_SECONDS", 0.05)
    on_a_loop(work)


def test_a_request_past_its_limit_ends_though_its_work_does_not_look(monkeypatch):
    gate = threading.Event()

    def stuck(_work, job):
        gate.wait(PATIENCE)
        return job.refused("late")

    async def work(scheduler: Scheduler) -> None:
        page, _ = await opened(scheduler)
        monkeypatch.setattr(answers, "answer", stuck)
        began = time.monotonic()
        page.ask(training(LAB, 64, 64, epochs=1000))
        reply = await page.reply()
        assert reply["message"].startswith("A request must be done in")
        took.append(time.monotonic() - began)
        page.ask(training(LAB, 64, 64, epochs=1000))
        await asyncio.sleep(0.1)
        assert page.replies.empty()  # its thread is still taken
        monkeypatch.undo()
        gate.set()
        assert (await page.reply())["kind"] == "trained"

    took: list[float] = []
    monkeypatch.setattr(connection, "MOST_SECONDS", 0.2)
    on_a_loop(work)
    assert connection._GRACE_SECONDS < 0.5 and took[0] >= 0.5


def test_a_request_past_its_limit_ends_within_an_epoch(monkeypatch):
    """Of a training, and of seeds in lockstep, an epoch of which takes seconds."""
    many, recipe = points(10_000), {"epochs": 5, "batch_size": 1}
    wide = training(many, *[64] * 8, **recipe)
    seeds = {**training(many, 60, 60, **recipe), "kind": "seeds", "seeds": 64}

    async def work(scheduler: Scheduler) -> None:
        page, _ = await opened(scheduler)
        for asked in (wide, seeds):
            began = time.monotonic()
            page.ask(asked)
            assert (await page.reply())["message"].startswith("A request must be done in")
            took.append(time.monotonic() - began)

    took: list[float] = []
    monkeypatch.setattr(connection, "MOST_SECONDS", 0.2)
    monkeypatch.setattr(connection, "_GRACE_SECONDS", PATIENCE)  # its thread is free by then
    on_a_loop(work)
    assert max(took) < 2.0


def cost(message: dict) -> int:
    return answers.prepare(message).cost


def test_what_takes_long_is_weighed_as_long_and_a_drag_in_the_lab_as_quick():
    lab = training(LAB, 2, epochs=200)
    for quick in (lab, {**lab, "explain": True}, {**lab, "kind": "seeds", "seeds": 64}):
        assert cost(quick) < connection._QUICK
    for long in (
        training(points(100), 2, epochs=5000, batch_size=1),
        training(points(100), 64, 64, epochs=100, activation="gelu"),
        training(points(5000), 2, epochs=400),
        training(points(2), *[64] * 8, epochs=300),  # 9 million numbers to keep and to send
    ):
        n, recipe = long["data"]["labels"], long["recipe"]
        assert cost(long) > connection._QUICK, (len(n), recipe)


def test_a_training_comes_back_for_its_checks_however_small_its_batches_are(monkeypatch):
    module, done = sys.modules["unitscope.training.train"], []
    settings = {"epochs": 30, "progress": lambda now, *_: done.append(now)}
    whole = us.train(us.datasets.lab(), batch_size=1, **settings)
    assert done == [30]
    monkeypatch.setattr(module, "_FIRST_SLICE", 1e5)
    us.train(us.datasets.lab(), batch_size=100, **settings)
    assert done[1] > 10
    cut = us.train(us.datasets.lab(), batch_size=1, **settings)
    assert done[done.index(30, 1) + 1] == 4 and cut.weights.tobytes() == whole.weights.tobytes()

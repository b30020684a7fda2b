"""What pages have in the server's memory is bounded, and given back."""

from __future__ import annotations

import asyncio
import gc
import threading
import weakref

from hypothesis import given
from hypothesis import strategies as st

from patience import PATIENCE
from unitscope.page.jobs import Job, Jobs
from unitscope.server import memory
from unitscope.server.memory import Memory


class Page:
    """A page that takes memory."""

    def __init__(self) -> None:
        self.reason = ""

    def leave(self, _code: int, reason: str) -> None:
        self.reason = reason


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, memory.MOST // 2)), max_size=40))
def test_all_pages_together_have_at_most_so_much_and_who_has_most_goes(notes):
    async def noted() -> None:
        ledger, pages = Memory(), [Page() for _ in range(6)]
        held: dict[int, int] = {}
        for number, size in notes:
            if pages[number].reason:
                continue
            held[number] = size
            ledger.note(pages[number], size)
            if sum(held.values()) > memory.MOST:
                gone = [page for page in held if pages[page].reason]
                assert gone and held[gone[0]] == max(held.values())
                held = {page: size for page, size in held.items() if page not in gone}
            assert ledger.total == sum(held.values()) <= memory.MOST
            assert not any(pages[page].reason for page in held)
            assert ledger.has_room(20_000)
        for number in held:
            ledger.forget(pages[number])
        assert ledger.total == 0

    asyncio.run(noted())


class Message(dict):
    """A message that can be watched."""


def test_a_dropped_request_keeps_only_whose_it_is():
    async def dropped() -> None:
        begun, told = asyncio.Event(), []

        async def answer(_job: Job) -> str:
            begun.set()
            await asyncio.sleep(PATIENCE)
            return ""

        async def send(job: Job, _outcome: object) -> None:
            await asyncio.sleep(0)
            told.append((job.number, job.view))

        jobs: Jobs[str] = Jobs(answer, send)
        jobs.take("train", {"id": 1})
        await begun.wait()
        seen = []
        for number in range(2, 9):
            message = Message(id=number, view="left", data="x" * 1000)
            seen.append(weakref.ref(message))
            jobs.take("train", message, 1000)
            del message
        gc.collect()
        assert [one() is None for one in seen] == [True] * 6 + [False] and jobs.size == 1000
        jobs.stop()
        gc.collect()
        assert seen[-1]() is None and jobs.size == 0
        while len(told) < 7:
            await asyncio.sleep(0)
        assert told == [(number, "left") for number in range(2, 9)]

    asyncio.run(dropped())


def test_memory_is_given_back_when_pages_have_less(monkeypatch):
    given_back = threading.Event()
    monkeypatch.setattr(memory, "give_back", given_back.set)
    monkeypatch.setattr(memory, "_GIVE_BACK_SECONDS", 0.0)

    async def freed() -> None:
        ledger, page = Memory(), Page()
        ledger.note(page, memory._FREED)
        ledger.forget(page)
        await asyncio.sleep(0.05)
        assert not given_back.is_set()
        ledger.note(page, memory._FREED + 1)
        ledger.note(page, 0)
        while not given_back.is_set():
            await asyncio.sleep(0.01)

    asyncio.run(asyncio.wait_for(freed(), PATIENCE))

"""Whether the server can do its work: it trains a network of the smallest size."""

from __future__ import annotations

import asyncio
import logging
import time

import numpy as np
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from unitscope.data.dataset import Dataset
from unitscope.server.refusals import refused
from unitscope.server.scheduler import Scheduler
from unitscope.training.train import train

MOST_SECONDS = 10.0  # until a thread must have been free and the training done
_AGAIN_AFTER = 1.0  # seconds: however many ask, no more is trained
_LOG = logging.getLogger("uvicorn.error")


class Health:
    """Answers `/health`: 200 and "ok", or 503 and what is wrong."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._found: asyncio.Task[str] | None = None
        self._begun = 0.0

    async def answer(self, asked: Request) -> Response:
        """The answer, for all who ask in the same second from the same training."""
        now = time.monotonic()
        if self._found is None or (self._found.done() and now - self._begun > _AGAIN_AFTER):
            self._found, self._begun = asyncio.create_task(self._look()), now
        try:
            wrong = await asyncio.wait_for(asyncio.shield(self._found), MOST_SECONDS)
        except TimeoutError:
            wrong = f"A training of four points was not done in {MOST_SECONDS:.0f} seconds."
        return refused(503, wrong, asked) if wrong else PlainTextResponse("ok")

    async def _look(self) -> str:
        try:
            return await self._scheduler.quick(_trained)
        except Exception:  # whoever asked is told, and the log says where
            _LOG.exception("A training of four points failed")
            return "A training of four points failed. The server's log says where."


def _trained() -> str:
    """What is wrong with a training, in the threads that the pages' are done in; "" for nothing."""
    corners = Dataset(np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]]), np.array([0, 1, 2, 3]))
    run = train(corners, hidden=(2,), epochs=5, learning_rate=0.01, seed=0)
    fell = np.isfinite(run.loss).all() and run.loss[-1] < run.loss[0]
    return "" if fell else "The loss of four points did not fall."

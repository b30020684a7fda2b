"""Requests are decoded once, read whole, and answered in the types of the contract."""

from __future__ import annotations

import asyncio
import json
import math
import typing

import pytest

import unitscope as us
from unitscope.networks import Network
from unitscope.page.jobs import Job
from unitscope.page.requests import FROM_WIRE
from unitscope.server import connection
from unitscope.server.connection import Connection
from unitscope.server.scheduler import Scheduler
from unitscope.wire import from_wire, messages
from unitscope.wire.to_wire import data_to_wire, floats_to_wire, network_to_wire

NETWORK = Network.initialize([2, 2, 4])
DATA = {"data": data_to_wire(us.datasets.lab()), "recipe": {"hidden": [2], "epochs": 3}}
MODEL = {"network": network_to_wire(NETWORK), "window": None}
WHOLE = {
    "train": DATA | {"explain": True, "window": None, "start": floats_to_wire(NETWORK.to_vector())},
    "explain": DATA | MODEL,
    "seeds": DATA | {"seeds": 2, "first": 0},
    "dataset": {"name": "blobs", "n": 8, "classes": 2, "noise": 1.0, "seed": 1},
    "table": {"name": "a.csv", "content": "YSxrCjEseAoyLHkK", "target": "k"},
    "export": DATA | MODEL | {"what": "html", "start": None},
}


class Read(dict):
    """A message that notes which of its fields are read."""

    def __init__(self, fields: dict) -> None:
        super().__init__(fields)
        self.names: set[str] = set()

    def get(self, name, default=None):
        self.names.add(name)
        return super().get(name, default)

    def __getitem__(self, name):
        self.names.add(name)
        return super().__getitem__(name)


def fields_of(kind: str) -> set[str]:
    """The fields that the contract gives to requests of a kind, but for those that all have."""
    for request in typing.get_args(messages.Request):
        hints = typing.get_type_hints(request)
        if typing.get_args(hints["kind"]) == (kind,):
            return set(hints) - {"id", "view", "kind"}
    raise AssertionError(kind)


@pytest.mark.parametrize("kind", FROM_WIRE)
def test_a_request_is_read_by_the_names_of_the_contract(kind):
    message = Read(WHOLE[kind])
    FROM_WIRE[kind](message)
    assert message.names == fields_of(kind)


@pytest.mark.parametrize("quick", [True, False])
@pytest.mark.parametrize("kind", ["train", "seeds", "explain", "export"])
def test_a_request_is_decoded_once_though_it_changes_queue(kind, quick, monkeypatch):
    decoded, queued = [], []

    def counted(value):
        decoded.append(value)
        return plain(value)

    plain = from_wire.data_from_wire
    monkeypatch.setattr(from_wire, "data_from_wire", counted)
    # What is loaded and compiled at first takes time that is no request's.
    monkeypatch.setattr(connection, "_QUICK_SECONDS", math.inf)
    if not quick:
        monkeypatch.setattr(connection, "_QUICK", 0)

    async def answered() -> str:
        scheduler = Scheduler()
        plain_long = scheduler.long

        async def long(owner, work, turn):
            queued.append(owner)
            return await plain_long(owner, work, turn)

        monkeypatch.setattr(scheduler, "long", long)
        text = await Connection(None, scheduler)._answer(Job({"id": 3, "kind": kind} | WHOLE[kind]))
        scheduler.end()
        return text

    reply = json.loads(asyncio.run(answered()))
    assert reply["id"] == 3 and reply["kind"] != "refused"
    assert len(decoded) == 1
    assert len(queued) == (0 if quick else 1)


def test_a_training_in_a_notebooks_view_is_decoded_once(monkeypatch):
    decoded = []

    def counted(value):
        decoded.append(value)
        return plain(value)

    plain = from_wire.data_from_wire
    monkeypatch.setattr(from_wire, "data_from_wire", counted)
    scope = us.Scope(us.train(us.datasets.lab(), epochs=2))
    monkeypatch.setattr(scope, "send", lambda _message: None)
    scope._take({"id": 1, "kind": "train"} | WHOLE["train"])
    assert scope.run.epochs == 3 and scope.data.n_points == 100
    assert len(decoded) == 1
    scope.close()

"""The contract: types, JSON Schema and JavaScript's types are one, and messages keep to it."""

from __future__ import annotations

import base64
import importlib.util
import json
import re
import typing
from pathlib import Path

import numpy as np
import pytest

import schemas
import unitscope as us
from unitscope.comparison.opened import opened
from unitscope.export.page import page_text
from unitscope.networks import ACTIVATIONS, Network
from unitscope.page import answers
from unitscope.wire import messages, scenes
from unitscope.wire.from_wire import network_from_wire
from unitscope.wire.to_wire import data_to_wire, floats_to_wire, network_to_wire, with_beside

spec = importlib.util.spec_from_file_location(
    "make_contract", Path(__file__).parents[2] / "tools" / "contract.py"
)
contract = importlib.util.module_from_spec(spec)
spec.loader.exec_module(contract)
SCHEMA = json.loads(contract.SCHEMA.read_text(encoding="utf-8"))


def broken_rules(name: str, message: object) -> list[str]:
    """Where a message, as JSON, breaks the schema's part `name`."""
    broken = schemas.rules(SCHEMA, name).iter_errors(json.loads(json.dumps(message)))
    return [error.message[:300] for error in broken]


def lab(held: np.ndarray | None = None) -> dict:
    return dict(data_to_wire(us.datasets.lab(), held))


def test_the_schema_and_the_types_are_those_of_the_contract():
    schemas.check(SCHEMA)
    assert contract.SCHEMA.read_text(encoding="utf-8") == contract.schema_text()
    assert contract.TYPES.read_text(encoding="utf-8") == contract.types_text()


def test_the_contracts_lists_are_those_of_the_library():
    assert typing.get_args(scenes.Activation) == tuple(ACTIVATIONS)
    requests = {
        typing.get_args(typing.get_type_hints(one)["kind"])[0]
        for one in typing.get_args(messages.Request)
    }
    assert requests == {*answers.KINDS, "cancel"}
    kinds = {
        kind
        for one in typing.get_args(messages.Reply)
        for kind in typing.get_args(typing.get_type_hints(one)["kind"])
    }
    assert kinds == {
        "hello",
        "trained",
        "explained",
        "seeds",
        "data",
        "table",
        "file",
        "progress",
        "refused",
        "superseded",
        "cancelled",
    }


RECIPE = {
    "hidden": [2],
    "activation": "relu",
    "optimizer": "adam",
    "learning_rate": 0.01,
    "batch_size": 32,
    "epochs": 9,
    "l1": 0,
    "l2": 0,
    "seed": 3,
}
NETWORK = network_to_wire(Network.initialize([2, 3, 4]))
TABLE = base64.b64encode(b"a,b,kind\n1,2,x\n3,4,y\n").decode()
CONVERSATION = [
    ({"kind": "train", "data": lab(), "recipe": RECIPE, "course": True, "start": None}, "Trained"),
    ({"kind": "train", "data": lab(np.arange(100) < 20), "recipe": {}}, "Trained"),
    (
        {
            "kind": "train",
            "data": lab(),
            "recipe": RECIPE | {"optimizer": "sgd", "learning_rate": 1e30},
        },
        "Trained",
    ),
    (
        {
            "kind": "train",
            "data": lab(np.arange(100) < 20),
            "recipe": RECIPE,
            "explain": True,
            "window": None,
        },
        "Trained",
    ),
    ({"kind": "explain", "data": lab(), "network": NETWORK}, "Explained"),
    (
        {"kind": "explain", "data": lab(), "network": NETWORK, "window": [[-9, 9.5], [-6, 5]]},
        "Explained",
    ),
    ({"kind": "seeds", "data": lab(), "recipe": RECIPE, "seeds": 3, "first": 0}, "SeedsTrained"),
    *(
        (
            {"kind": "dataset", "name": name, "n": 60, "classes": 3, "noise": 0.5, "seed": 1},
            "DataLoaded",
        )
        for name in us.datasets.names()
    ),
    (
        {"kind": "table", "name": "a.csv", "content": TABLE, "target": None},
        "TableRead",
    ),
    ({"kind": "table", "name": "a.csv", "content": TABLE, "ignore": ["a", "b"]}, "TableRead"),
    *(
        (
            {
                "kind": "export",
                "what": what,
                "data": lab(),
                "recipe": RECIPE,
                "course": False,
                "network": NETWORK,
            },
            "FileMade",
        )
        for what in ("keras", "numpy", "run", "html")
    ),
    ({"kind": "train", "data": lab(), "recipe": RECIPE | {"momentum": 1}}, "Refused"),
]


@pytest.mark.parametrize(("request_", "answer"), CONVERSATION, ids=lambda value: str(value)[:24])
def test_every_message_of_a_conversation_is_in_the_contract(request_, answer):
    message = {"id": 5, **request_}
    if answer != "Refused":
        assert broken_rules("Request", message) == []
    reply = answers.reply(message)
    assert reply["kind"] != "refused" or answer == "Refused", reply
    assert broken_rules(answer, reply) == broken_rules("Reply", reply) == []


def test_the_first_message_and_the_files_content_are_in_the_contract():
    assert broken_rules("Hello", answers.hello()) == []
    inside = re.search(r'id="unitscope-data">(.*?)</script>', page_text(us.lab.run()))[1]
    assert broken_rules("FileScene", json.loads(inside)) == []
    run, beside = opened(us.compare(us.lab.run().at(3), us.lab.run()))
    scene = with_beside(answers.first(run), beside, run.data)
    assert "beside" in scene and broken_rules("FirstScene", scene) == []


def test_what_goes_into_the_networks_fixtures_is_a_network_of_the_contract():
    for case in json.loads(
        (Path(__file__).parents[1] / "web" / "networks.json").read_text(encoding="utf-8")
    ):
        wire = {
            "features": 2,
            "layers": case["layers"],
            "weights": floats_to_wire(np.array(case["weights"])),
        }
        assert broken_rules("NetworkScene", wire) == []
        network_from_wire(wire)


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "trian"},
        {"recipe": {"hidden": [65]}},
        {"recipe": {"momentum": 1}},
        {"extra": 1},
        {"id": -1},
        {"data": {**lab(), "class_names": ["a"]}},
        {"data": {**lab(), "points": 3}},
    ],
)
def test_the_schema_notices(change):
    assert broken_rules(
        "Request", {"id": 5, "kind": "train", "data": lab(), "recipe": RECIPE} | change
    )

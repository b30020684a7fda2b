"""Messages are parsed in bounded time, and as JSON."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import unitscope as us
from unitscope.server.parsing import intricate, parsed
from unitscope.wire.limits import LIMITS
from unitscope.wire.to_wire import data_to_wire

MOST = LIMITS["message"]


def training(data: dict, *hidden: int, **recipe) -> dict:
    return {"id": 7, "kind": "train", "data": data, "recipe": {"hidden": list(hidden), **recipe}}


def points(n: int) -> dict:
    X = np.random.default_rng(0).normal(size=(n, 2))
    return dict(data_to_wire(us.Dataset(X, np.arange(n) % 4)))


INTRICATE = {
    "empty lists": "[" + "[]," * (MOST // 3 - 1) + "[]]",
    "empty objects": "[" + "{}," * (MOST // 3 - 1) + "{}]",
    "nested lists": "[" * MOST,
    "empty texts": "[" + '"",' * (MOST // 3 - 1) + '""]',
    "keys": "{" + ",".join(f'"{k}":1' for k in range(MOST // 12)) + "}",
    "escapes": '"' + r"\n" * (MOST // 2 - 1) + '"',
    "escaped letters": '"' + r"\u00e9" * (MOST // 6 - 1) + '"',
}
NUMBERS = {
    "whole": "[" + "1," * 50_000 + "1]",
    "fractions": "[" + "1.2345678901234567e-300," * 50_000 + "1]",
    "long ones": "[" + "1" * 4000 + "]",
    "one of 4 MiB": "1" * MOST,
    "a fraction of 4 MiB": "0." + "1" * (MOST - 2),
}


@pytest.mark.parametrize("text", INTRICATE.values(), ids=INTRICATE)
def test_texts_more_intricate_than_any_message_are_not_parsed(text, monkeypatch):
    monkeypatch.setattr(json, "loads", None)
    assert intricate(text) and parsed(text) == text[:100]


@pytest.mark.parametrize("text", NUMBERS.values(), ids=NUMBERS)
def test_more_or_longer_numbers_than_any_message_has_are_none(text):
    """They are not read, and the message stays one, so that its refusal has its id."""
    found = parsed(text)
    numbers = found if isinstance(found, list) else [found]
    most = 1000 if len(numbers) > 1000 else 0
    assert np.isfinite(numbers[:most]).all() and np.isnan(numbers[most:]).all()
    assert parsed(f'{{"id": 7, "kind": {text}}}')["id"] == 7


@pytest.mark.parametrize("letter", [",", '"', "[", "\\", "{", "\n", "x"])
def test_the_longest_names_of_any_letter_are_taken(letter):
    names = [letter * 200] * 256
    message = training(points(9) | {"features": 256, "feature_names": names}, 2)
    message["data"]["class_names"] = [letter * 200] * 20
    message["data"]["points"] = "A" * 3_500_000
    text = json.dumps(message)
    assert len(text) < MOST and parsed(text) == message


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text() | st.floats(-1e9, 1e9),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5),
    max_leaves=30,
)


@given(values)
def test_any_small_message_is_parsed_as_json(value):
    assert parsed(json.dumps(value)) == value

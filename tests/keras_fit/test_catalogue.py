"""Every kind of fit on every backend: what docs/fit.md says of it, and never silently different."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from backends import Backend, on_every_backend
from catalogue import table
from catalogue.compare import CASES, Trained, described, is_tried

from needs import installed
from thorough import few


@pytest.fixture
def said() -> str:
    return table.PAGE.read_text(encoding="utf-8")


@pytest.mark.slow
@on_every_backend
def test_every_kind_of_fit_is_what_the_page_says(backend: Backend, said: str) -> None:
    """Every twelfth kind, others on each backend, and all in the whole series: it takes minutes."""
    every = few(12, whole=1)
    place = list(table.NAMES).index(backend.name) % every
    found = table.read_lines(backend.run(table.PROGRAM, f"every {every} {place}").splitlines())
    page = table.read_page(said, backend.name)
    # PyTorch's own arrays are given on every backend, where it is installed: the gate has it.
    left_out = () if installed("torch") else tuple(case for case in page if "torch." in case[1])
    tried = [case for case in page if is_tried(*case, every, place) and case not in left_out]
    expected = {case: page[case] for case in tried}
    for case, (path, equal, message) in found.items():
        if not equal:  # passed over
            found[case] = path, expected[case][1] if case in expected else "", message
    assert {case: found.get(case) for case in expected} == expected, "run python tools/fits.py"
    assert found.keys() == expected.keys(), "run python tools/fits.py"


def test_the_page_has_every_case_and_none_that_is_different(said: str) -> None:
    cases = [(case.group, case.code) for case in CASES]
    by_backend = [table.read_page(said, backend) for backend in table.NAMES]
    assert len(set(cases)) == len(cases) >= 350
    assert {case for found in by_backend for case in found} <= set(cases)
    assert all(len(found) >= 350 for found in by_backend)
    assert "DIFFERENT" not in said
    for found in by_backend:
        for path, equal, message in found.values():
            assert path in ("kernel", "Keras", "refused") or ", then " in path
            assert equal and (message or path == "kernel" or "raises an error" in equal)


def test_a_page_is_read_as_it_was_written() -> None:
    first = {("A", "f(x)"): ("kernel", "model.fit", ""), ("A", "a | b"): ("Keras", "it", "x | y")}
    second = {("A", "f(x)"): ("Keras", "model.fit", "why")}
    results = {"tensorflow": first, "jax": first, "torch": second, "tf_keras": second}
    page = table.page(results)
    assert {backend: table.read_page(page, backend) for backend in results} == results
    passed_over = {**results, "jax": {**first, ("A", "f(x)"): ("kernel", "", "")}}
    assert table.page(passed_over) == page


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({}, "model.fit"),
        ({"loss": [0.5, 0.4002]}, "loss"),
        ({"loss": [0.5]}, "DIFFERENT"),
        ({"weight": 1.01}, "variable 0"),
        ({"epoch": [0]}, "epochs"),
        ({"names": "acc"}, "history of"),
    ],
)
def test_a_difference_is_seen(change: dict[str, object], what: str) -> None:
    def trained(**change: object) -> Trained:
        given = {"loss": [0.5, 0.4], "weight": 1.0, "epoch": [0, 1], "names": "loss", **change}
        model = SimpleNamespace(
            get_weights=lambda: [np.array([given["weight"]])],
            optimizer=SimpleNamespace(variables=[np.ones(2)]),
        )
        history = SimpleNamespace(
            epoch=given["epoch"], history={given["names"]: given["loss"]}, why=None
        )
        return Trained(model, [history])

    path, equal, _ = described(trained(**change), trained())
    assert path == "kernel" and what in equal and equal.startswith("DIFFERENT") == bool(change)

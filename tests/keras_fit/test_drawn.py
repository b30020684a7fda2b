"""Fits drawn at random are those of Keras, or Keras does them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from backends import Backend, on_every_backend
from catalogue.drawn import drawn_case

from thorough import few

PROGRAM = Path(__file__).with_name("drawn_fits.py")


@pytest.mark.slow
@on_every_backend
def test_fits_drawn_at_random_are_those_of_keras(backend: Backend) -> None:
    count = few(2, whole=300 if backend.name == "tensorflow" else 100)
    *different, paths = backend.run(PROGRAM, "0", str(count)).splitlines()
    assert different == [] and sum(json.loads(paths).values()) == count


def test_a_drawn_case_is_always_the_same_one() -> None:
    programs = {drawn_case(number).program for number in range(300)}
    assert len(programs) > 290 and drawn_case(7) == drawn_case(7)

"""The plane of the page, the file and the widget is that of the figures."""

from __future__ import annotations

import base64

import numpy as np
import pytest

import unitscope as us
from unitscope.wire.to_wire import run_to_wire


def floats(text: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), "<f4").astype(np.float64)


@pytest.mark.parametrize("hidden", [(2,), (8,), ()])
def test_the_plane_of_a_run_is_the_one_that_figures_show(hidden):
    run = us.train(us.datasets.iris(), hidden=hidden, epochs=30, seed=2)
    sent = run_to_wire(run, course=False)["plane"]
    plane = us.Plane.best(run.network, run.data)
    np.testing.assert_allclose(floats(sent["origin"]), plane.origin, atol=1e-5)
    np.testing.assert_allclose(floats(sent["basis"]), plane.basis.ravel(), atol=1e-5)
    np.testing.assert_allclose(floats(sent["dual"]), plane.dual.ravel(), atol=1e-5)
    ax = us.plot.decision_regions(run)
    assert sent["names"] == [ax.get_xlabel(), ax.get_ylabel()]
    assert f"({sent['words']})" in ax.get_title().split("\n")


def test_two_features_have_none():
    assert run_to_wire(us.train(us.datasets.lab(), epochs=2), course=False)["plane"] is None

"""The toys that the browser draws are Python's, point for point."""

from __future__ import annotations

import inspect
import itertools
import json
from pathlib import Path

import numpy as np
import pytest

from javascript import deno, needs_deno
from unitscope.data import toys
from unitscope.page.answers import reply
from unitscope.wire.limits import LIMITS

pytestmark = needs_deno
HERE = Path(__file__).parent
DRAWN = ("lab", "blobs", "moons", "circles", "spirals", "xor")
SEEDS = (0, 1, 7, 2**31 - 1, 2**32 + 5, 2**53 - 1)


def drawn(requests: list[dict], folder: Path) -> list[dict]:
    """What the browser draws for each of them."""
    path = folder / "requests.json"
    path.write_text(json.dumps({"limits": LIMITS, "requests": requests}), encoding="utf-8")
    script = str(HERE / "drawn.js")
    done = deno("run", "--no-check", "--allow-read", script, str(path))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def pythons(request: dict) -> toys.Dataset:
    known = inspect.signature(toys.TOYS[request["name"]]).parameters
    return toys.load(**{k: v for k, v in request.items() if k == "name" or k in known})


@pytest.mark.parametrize("name", DRAWN)
def test_the_same_seed_gives_the_same_points_in_the_browser(name, tmp_path):
    grid = itertools.product(SEEDS, (0, 0.05, 0.4, 3), (2, 3, 20), (20, 101))
    requests = [
        {"name": name, "seed": seed, "noise": noise, "classes": classes, "n": n}
        for seed, noise, classes, n in grid
    ]
    requests += [requests[-1] | {"n": LIMITS["points"]}, requests[-1] | {"noise": 100, "n": 37}]
    for request, found in zip(requests, drawn(requests, tmp_path), strict=True):
        data = pythons(request)
        points = np.array(found["points"]).reshape(-1, found["features"])
        np.testing.assert_allclose(points, data.X, rtol=1e-12, atol=1e-12, err_msg=str(request))
        assert found["labels"] == data.y.tolist(), request
        assert found["classNames"] == list(data.class_names)
        assert found["featureNames"] == list(data.feature_names)
        assert found["fixedScale"] is data.fixed_scale and found["heldOut"] is None


def test_every_toy_that_has_a_seed_is_drawn_in_the_browser():
    seeded = {
        name for name, toy in toys.TOYS.items() if "seed" in inspect.signature(toy).parameters
    }
    assert seeded == set(DRAWN)


def test_settings_that_the_server_refuses_are_refused_in_the_browser(tmp_path):
    good = {"name": "spirals", "n": 100, "classes": 3, "noise": 0.2, "seed": 1}
    bad = [
        {"n": 1},
        {"n": LIMITS["points"] + 1},
        {"n": 2.5},
        {"n": "9"},
        {"n": 2},
        {"classes": 1},
        {"classes": 21},
        {"classes": True},
        {"noise": -0.1},
        {"noise": 101},
        {"noise": "loud"},
        {"seed": -1},
        {"seed": 0.5},
    ]
    requests = [good | one for one in bad]
    for request, found in zip(requests, drawn(requests, tmp_path), strict=True):
        theirs = reply({"id": 1, "kind": "dataset", **request})
        assert theirs["kind"] == "refused", request
        name = next(iter({k for k in request if request[k] != good[k]} - {"name"}))
        assert found["refused"].startswith(f"{name} must be "), found
        assert theirs["message"].startswith(f"{name} must be "), theirs

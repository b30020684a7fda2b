"""Writes what the page's own tests know of Python: networks.json and greeting.json.

networks.json has networks of every activation and what Python computes of them, greeting.json what
Python offers when a page connects.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

import unitscope as us
from unitscope.networks import ACTIVATIONS
from unitscope.wire.greeting import greeting

PLACE = Path(__file__).parents[1] / "tests" / "web"
NETWORKS, GREETING = PLACE / "networks.json", PLACE / "greeting.json"
WINDOW = ((-3.0, 3.5), (-2.5, 3.0))


def cases() -> list[dict]:
    rng = np.random.default_rng(0)
    made = [
        case(name, sizes, rng)
        for name in ACTIVATIONS
        for sizes in ((2, 2, 4), (2, 5, 4, 3), (2, 8, 8, 6), (2, 3))
    ]
    net = us.lab.run().network
    return [*made, described("the lab", net.to_vector(), net, rng)]


def case(name: str, sizes: tuple[int, ...], rng: np.random.Generator) -> dict:
    net = us.Network.initialize(sizes, activation=name, seed=3)
    vector = (
        (net.to_vector() + rng.normal(0, 0.3, net.n_parameters))
        .astype(np.float32)
        .astype(np.float64)
    )
    return described(f"{name} {sizes}", vector, net.with_vector(vector), rng)


def described(name: str, vector: np.ndarray, net: us.Network, rng: np.random.Generator) -> dict:
    X = rng.uniform(-3, 3, (6, 2))
    part = us.partition(net, WINDOW)
    layers = [
        {
            "units": layer.units,
            "activation": layer.activation,
            "negative_slope": layer.negative_slope,
        }
        for layer in net.layers
    ]
    return {
        "name": name,
        "layers": layers,
        "weights": rounded(vector),
        "X": rounded(X),
        "window": WINDOW,
        "logits": rounded(net.logits(X)),
        "probabilities": rounded(net.probabilities(X)),
        "predicted": net.predict(X).tolist(),
        "exact": part.exact,
        "regions": len(part.regions),
        "area": rounded(part.area),
        "boundary": float(f"{part.boundary.length:.9g}"),
    }


def rounded(values: np.ndarray) -> list[float]:
    return [float(f"{value:.9g}") for value in np.ravel(values)]


def greeting_text() -> str:
    """The greeting but for the version, which each release changes."""
    return json.dumps({**greeting(), "version": ""}, indent=1) + "\n"


def networks_text() -> str:
    """A line for each network."""
    text = json.dumps(cases(), separators=(",", ":"))
    return text.replace('{"name"', '\n{"name"') + "\n"


if __name__ == "__main__":
    NETWORKS.write_text(networks_text(), encoding="utf-8")
    GREETING.write_text(greeting_text(), encoding="utf-8")

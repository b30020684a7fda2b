"""Networks drawn at random: adversarial ones by kind, and strategies for hypothesis."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import strategies as st
from networks import SQUARE, Case, built, he, he_parts

# ---- adversarial networks, by kind ---------------------------------------------------------------

KINDS = ("random", "near-duplicates", "near-concurrent", "ternary", "quarters", "near-parallel")


def adversarial(seed: int) -> tuple[str, Case]:
    """Network number `seed` and its kind. Depth 1 to 4, widths 2 to 19, 1 to 5 classes."""
    rng = np.random.default_rng(seed)
    widths = [2, *rng.integers(2, 20, size=rng.integers(1, 5)).tolist(), int(rng.integers(1, 6))]
    weights, biases = he_parts(widths, seed + 2**32, bias=1.0)
    biases = [bias * rng.choice([0.0, 0.3, 1.0]) for bias in biases]
    kind, epsilon = KINDS[seed % len(KINDS)], 10.0 ** -rng.integers(8, 17)
    if kind == "near-duplicates":
        for w, b in zip(weights, biases, strict=True):
            for _ in range(3):
                unit, source = rng.integers(len(b), size=2)
                factor = rng.choice([1.0, -1.0, 3.7, -0.3, 1e5])
                w[:, unit] = factor * w[:, source] * (1 + epsilon * rng.normal(size=len(w)))
                b[unit] = factor * b[source] * (1 + epsilon * rng.normal())
    elif kind == "near-concurrent":
        biases[0] = -rng.uniform(-1, 1, 2) @ weights[0] + epsilon * rng.normal(size=widths[1])
    elif kind == "ternary":
        weights, biases = (
            [np.sign(w) * (np.abs(w) > 0.5) for w in weights],
            [np.round(b) for b in biases],
        )
    elif kind == "quarters":
        weights, biases = (
            [np.round(4 * part) / 4 for part in parts] for parts in (weights, biases)
        )
    elif kind == "near-parallel":
        turn = rng.uniform(0, 3) + epsilon * rng.normal(size=widths[1])
        weights[0] = np.stack([np.cos(turn), np.sin(turn)])
    activation = ("relu", "leaky_relu", "abs", "relu")[seed // len(KINDS) % 4]
    return kind, Case(built(weights, biases, activation, 0.1), SQUARE)


# ---- strategies ----------------------------------------------------------------------------------

PIECEWISE = st.sampled_from(("relu", "relu", "leaky_relu", "abs", "linear"))
WINDOWS = st.sampled_from((SQUARE, ((0.0, 1.0), (-1.0, 3.0)), ((-0.25, 0.5), (-8.0, 8.0))))


@st.composite
def quarter_networks(
    draw: st.DrawFn, max_depth: int = 2, max_units: int = 4, max_classes: int = 4
) -> Case:
    """Weights and biases in quarters from -1 to 1: exact ties, duplicates and dead units abound."""
    widths = [
        2,
        *draw(st.lists(st.integers(1, max_units), max_size=max_depth)),
        draw(st.integers(1, max_classes)),
    ]
    names = [draw(PIECEWISE) for _ in widths[2:]]
    quarters = st.integers(-4, 4)
    weights, biases = [], []
    for n, m in pairwise(widths):
        numbers = draw(st.lists(quarters, min_size=(n + 1) * m, max_size=(n + 1) * m))
        table = np.array(numbers, dtype=float).reshape(n + 1, m) / 4
        weights.append(table[:-1])
        biases.append(table[-1])
    return Case(built(weights, biases, names), draw(WINDOWS))


@st.composite
def float_networks(
    draw: st.DrawFn, max_depth: int = 3, max_units: int = 10, max_classes: int = 5
) -> Case:
    """Generic networks with normal weights, at least one hidden layer and two classes."""
    hidden = draw(st.lists(st.integers(2, max_units), min_size=1, max_size=max_depth))
    widths = [2, *hidden, draw(st.integers(2, max_classes))]
    names = [draw(PIECEWISE) for _ in widths[2:]]
    return Case(he(widths, draw(st.integers(0, 2**32 - 1)), names), draw(WINDOWS))

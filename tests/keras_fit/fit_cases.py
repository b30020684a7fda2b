"""The model and the points that the tests of fit share."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

keras = pytest.importorskip("keras")

layers = keras.layers
N, D, K = 40, 3, 4
RNG = np.random.default_rng(7)
CENTRES = RNG.normal(0.0, 3.0, (K, D))
Y = RNG.integers(0, K, N)
X = CENTRES[Y] + RNG.normal(size=(N, D))
WITH_A_GAP = X.copy()
WITH_A_GAP[3, 1] = np.nan
LOGITS = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
ARGUMENTS: dict[str, Any] = {"epochs": 2, "initial_epoch": 0}


def made(
    *extra: Any,
    last: Any = None,
    optimizer: Any = None,
    loss: Any = LOGITS,
    metrics: Any = ("accuracy",),
    seed: int = 0,
    **options: Any,
) -> Any:
    model = keras.Sequential(
        [keras.Input((D,)), layers.Dense(6, "relu"), *extra, last or layers.Dense(K)]
    )
    rng = np.random.default_rng(seed)
    model.set_weights(
        [rng.normal(0.0, 0.5, part.shape).astype(np.float32) for part in model.get_weights()]
    )
    model.compile(optimizer or keras.optimizers.Adam(0.02), loss, metrics=list(metrics), **options)
    return model


def same_weights(first: Any, second: Any) -> bool:
    return all(
        np.array_equal(a, b) for a, b in zip(first.get_weights(), second.get_weights(), strict=True)
    )

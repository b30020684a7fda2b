"""The shapes of five of the course's labs, trained by the kernel and by Keras, on every backend."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from backends import Backend, on_every_backend

from thorough import THOROUGH

LABS = Path(__file__).parent / "labs.py"


@pytest.mark.slow
@on_every_backend
def test_the_labs_are_trained_as_by_keras(backend: Backend) -> None:
    """Each lab on two backends, and on all in the whole series: Keras compiles for seconds."""
    backend.run(LABS, "whole" if THOROUGH else "few")


def test_keras_own_losses_of_the_whole_lab(keras: Any) -> None:
    """800 steps of Adam: with a step size that is exact, losses would be off by 4e-6."""
    import unitscope as us

    data, order = us.lab.data(), us.lab.batch_order()[:40]
    losses = []
    for ours in (True, False):
        layers = [keras.layers.Dense(2, "relu"), keras.layers.Dense(4)]
        model = keras.Sequential([keras.Input((2,)), *layers])
        model.set_weights(us.lab.initial_weights())
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(keras.optimizers.Adam(0.01), loss)
        if ours:
            options = {"epochs": len(order), "batch_order": order, "verbose": 0}
            losses.append(us.fit(model, data.X, data.y, **options).history["loss"])
            continue
        rows = order.ravel()
        slow = []
        for row in order:
            found = model.fit(data.X[row], data.y[row], shuffle=False, verbose=0)
            slow += found.history["loss"]
        losses.append(slow)
        assert len(rows) == 4000
    assert np.abs(np.subtract(*losses)).max() < 1e-6
